//! The document against its older version.

use std::collections::{BTreeMap, BTreeSet};

use pingone_codegen::model::Operation;
use pingone_codegen::names;

use crate::compare::specification::Specification;
use crate::compare::{
    Action, Change, Direction, Entry, Item, Place, Source, Topic, Wire, diff, rule,
};
use crate::finding::{Draft, Finding, Side, findings};

/// Everything that two versions of the document say differently, by variant and grouped by cause.
///
/// `snapshots` are the names of the snapshot files of payloads; findings name those that they touch.
///
/// ```
/// use pingone_codegen::Document;
/// use pingone_drift::{Specification, compare_documents};
///
/// let text = "openapi: 3.0.3\ninfo: {title: Shelf, version: 1.0.0}\nservers: [{url: 'https://books.example.com'}]\n\
///     paths:\n  /books:\n    get: {operationId: list, summary: List, x-effect: read, responses: {'200': {description: Books.}}}\n";
/// let old = Specification::new(Document::parse("old.yaml", text)?)?;
/// let new = Specification::new(Document::parse("new.yaml", text.replace("get:", "head:"))?)?;
/// let found = compare_documents(&old, &new, &[]);
/// assert_eq!(found[0].rule, "method-changed");
/// # Ok::<(), pingone_codegen::Error>(())
/// ```
#[must_use]
pub fn compare_documents(
    old: &Specification,
    new: &Specification,
    snapshots: &[String],
) -> Vec<Finding> {
    let mut comparison = Comparison {
        old,
        new,
        snapshots,
        drafts: Vec::new(),
        touched: BTreeSet::new(),
    };
    let mut taken: BTreeSet<&str> = BTreeSet::new();
    for was in &old.api.operations {
        match counterpart(was, old, new) {
            Some(is) => {
                taken.insert(&is.id);
                comparison.variant(was, is);
            }
            None => comparison.came_or_went(Some(was), None),
        }
    }
    for is in &new.api.operations {
        if !taken.contains(is.id.as_str()) {
            comparison.came_or_went(None, Some(is));
        }
    }
    comparison.types();
    findings(comparison.drafts)
}

/// The finding for a document that the generator refuses: what is wrong, and where.
#[must_use]
pub fn refused(error: &pingone_codegen::Error) -> Finding {
    let side = Side {
        file: error.file().to_owned(),
        line: error.position().map(|position| position.line),
        pointer: None,
        value: error.message().to_owned(),
    };
    let rule = rule(Topic::Refusal, Action::Found);
    let draft = Draft {
        new: Some(side),
        ..Draft::new(rule, "", error.file(), error.message().to_owned())
    };
    findings(vec![draft]).remove(0)
}

/// The same variant in the other document: by name, else by what is sent.
fn counterpart<'a>(
    was: &Operation,
    old: &Specification,
    new: &'a Specification,
) -> Option<&'a Operation> {
    new.operation(&was.id).or_else(|| {
        new.api.operations.iter().find(|is| {
            is.method == was.method
                && is.path == was.path
                && is.media_type() == was.media_type()
                && old.operation(&is.id).is_none()
        })
    })
}

struct Comparison<'a> {
    old: &'a Specification,
    new: &'a Specification,
    snapshots: &'a [String],
    drafts: Vec<Draft>,
    /// The pointers of all that came, went or moved.
    touched: BTreeSet<String>,
}

impl Comparison<'_> {
    fn variant(&mut self, was: &Operation, is: &Operation) {
        let old = self.old.entries(&was.id);
        let new = self.new.entries(&is.id);
        // Properties that moved from one object to another together are one change.
        let mut moved: BTreeMap<(Topic, String, String), usize> = BTreeMap::new();
        let mut changes: Vec<(Change<'_>, usize)> = Vec::new();
        for change in diff(old, new) {
            let entries = || change.old.into_iter().chain(change.new);
            self.touched
                .extend(entries().map(|entry| entry.place.pointer.clone()));
            if change.action == Action::Moved
                && let (Some(old), Some(new)) = (change.old, change.new)
            {
                let at = *moved
                    .entry((change.topic, parent(&old.name), parent(&new.name)))
                    .or_insert(changes.len());
                if let Some((_, together)) = changes.get_mut(at) {
                    *together += 1;
                    continue;
                }
            }
            changes.push((change, 0));
        }
        for (change, more) in changes {
            self.draft(&change, is);
            if let Some(draft) = self.drafts.last_mut().filter(|_| more > 0) {
                let to = change
                    .new
                    .map(|entry| parent(&entry.name))
                    .unwrap_or_default();
                let from = change
                    .old
                    .map(|entry| parent(&entry.name))
                    .unwrap_or_default();
                let place = |path: &str| match path {
                    "" => "the outermost object".to_owned(),
                    path => format!("`{path}`"),
                };
                draft.detail = Some(format!(
                    "{}: `{}` and {more} more moved from {} to {}",
                    draft.rule.text,
                    change.name,
                    place(&from),
                    place(&to)
                ));
            }
        }
    }

    fn draft(&mut self, change: &Change<'_>, operation: &Operation) {
        let rule = rule(change.topic, change.action);
        let entry = change.new.or(change.old);
        let item = entry.and_then(|entry| entry.item.as_ref());
        let value =
            |entry: Option<&Entry>| entry.map_or("", |entry| entry.value.as_str()).to_owned();
        let (was, is) = (value(change.old), value(change.new));
        let place = entry.map_or("", |entry| entry.place.pointer.as_str());
        // In a schema the place is the cause, whoever uses it; elsewhere the difference is.
        let cause = match item {
            Some(item) => format!("{item:?}:{place}:{was}:{is}"),
            None => format!("{}:{was}:{is}", change.name),
        };
        let side = |lowered: &Specification, entry: Option<&Entry>| {
            entry.map(|entry| side(lowered, &entry.place, &shown(entry)))
        };
        let touches = rule.wire != Wire::None || rule.source != Source::None;
        self.drafts.push(Draft {
            name: display_name(change, item),
            old: side(self.old, change.old),
            new: side(self.new, change.new),
            rust: if touches {
                self.rust(change, operation)
            } else {
                Vec::new()
            },
            snapshots: if touches {
                self.touched(change.topic.direction(), entry, operation)
            } else {
                Vec::new()
            },
            ..Draft::new(rule, "", &operation.id, cause)
        });
    }

    fn came_or_went(&mut self, was: Option<&Operation>, is: Option<&Operation>) {
        let Some(operation) = was.or(is) else { return };
        let (mine, other) = if was.is_some() {
            (self.old, self.new)
        } else {
            (self.new, self.old)
        };
        let shared = other
            .api
            .operations
            .iter()
            .any(|other| (&other.method, &other.path) == (&operation.method, &operation.path));
        let topic = if shared {
            Topic::Variant
        } else {
            Topic::Operation
        };
        let action = match was {
            None => Action::Added,
            Some(was) if was.deprecated => Action::RemovedDeprecated,
            Some(_) => Action::Removed,
        };
        let mut value = format!("{} {}", operation.method, operation.path);
        if let Some(media_type) = operation.media_type() {
            value.push_str(&format!(" as {media_type}"));
        }
        let place = Place {
            line: mine.line(&operation.pointer),
            pointer: operation.pointer.clone(),
        };
        let side = side(mine, &place, &value);
        self.drafts.push(Draft {
            name: operation.id.clone(),
            old: was.map(|_| side.clone()),
            new: is.map(|_| side.clone()),
            rust: functions(operation),
            snapshots: self.touched(Direction::None, None, operation),
            ..Draft::new(rule(topic, action), "", &operation.id, operation.id.clone())
        });
    }

    /// Named schemas that are Rust types in one version only.
    fn types(&mut self) {
        let (old, new) = (self.old, self.new);
        let names = old.api.schemas.keys().chain(new.api.schemas.keys());
        let names: BTreeSet<&String> = names.collect();
        for name in names {
            let (lowered, action) = match (old.api.schemas.get(name), new.api.schemas.get(name)) {
                (Some(_), None) => (old, Action::Removed),
                (None, Some(_)) => (new, Action::Added),
                _ => continue,
            };
            let pointer = &lowered.api.schemas[name].pointer;
            // The type of a property that came, went or moved is no cause of its own.
            let inside = |touched: &String| {
                pointer
                    .strip_prefix(touched.as_str())
                    .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
            };
            if self.touched.iter().any(inside) {
                continue;
            }
            let place = Place {
                line: lowered.line(pointer),
                pointer: pointer.clone(),
            };
            let side = side(lowered, &place, name);
            let added = action == Action::Added;
            self.drafts.push(Draft {
                name: names::type_name(name),
                old: (!added).then(|| side.clone()),
                new: added.then_some(side),
                rust: vec![format!("pingone_models::{}", names::type_name(name))],
                ..Draft::new(rule(Topic::RustType, action), "", "", name.clone())
            });
        }
    }

    fn rust(&self, change: &Change<'_>, operation: &Operation) -> Vec<String> {
        let entries: Vec<&Entry> = change.old.into_iter().chain(change.new).collect();
        let items: Vec<String> = entries.into_iter().filter_map(rust_item).collect();
        if items.is_empty() {
            return functions(operation);
        }
        items
    }

    /// The snapshots of a variant that show what an entry is about.
    fn touched(
        &self,
        direction: Direction,
        entry: Option<&Entry>,
        operation: &Operation,
    ) -> Vec<String> {
        let shared = entry
            .and_then(|entry| entry.place.pointer.strip_prefix("/components/responses/"))
            .and_then(|rest| rest.split('/').next());
        let own = |name: &&String| {
            let Some((owner, case)) = name.split_once("__") else {
                return false;
            };
            if owner != operation.id {
                return Some(owner) == shared;
            }
            let answer = case.starts_with(|first: char| first.is_ascii_digit());
            match (direction, entry) {
                (Direction::None, None) => true,
                (Direction::Response, _) => answer,
                _ => !answer,
            }
        };
        self.snapshots.iter().filter(own).cloned().collect()
    }
}

/// The generated function and constant of a variant.
fn functions(operation: &Operation) -> Vec<String> {
    vec![
        format!(
            "pingone_client::{}::Client::{}",
            operation.server,
            operation.rust_name()
        ),
        format!(
            "pingone_models::operations::{}",
            names::constant_name(&operation.id)
        ),
    ]
}

/// The field, the enum variant or the type that an entry is about.
fn rust_item(entry: &Entry) -> Option<String> {
    let item = entry.item.as_ref().filter(|item| !item.schema.is_empty())?;
    let owner = format!("pingone_models::{}", names::type_name(&item.schema));
    Some(match &item.property {
        Some(property) => format!("{owner}::{}", names::field_name(property)),
        None if matches!(entry.topic, Topic::RequestValue | Topic::ResponseValue) => {
            let value = [entry.value.clone()];
            format!("{owner}::{}", names::variant_names(&value).join(""))
        }
        None => owner,
    })
}

/// The path of the object around a property.
fn parent(path: &str) -> String {
    path.rsplit_once('.')
        .map_or("", |(outer, _)| outer)
        .to_owned()
}

fn display_name(change: &Change<'_>, item: Option<&Item>) -> String {
    match item {
        Some(Item {
            schema,
            property: Some(property),
        }) if !schema.is_empty() => {
            format!("{schema}.{property}")
        }
        Some(Item {
            schema,
            property: None,
        }) if !schema.is_empty() => schema.clone(),
        _ => change.name.clone(),
    }
}

/// What an entry says, in words that can stand in a report.
fn shown(entry: &Entry) -> String {
    match entry.topic {
        Topic::RequestProperty | Topic::ResponseProperty => entry.name.clone(),
        Topic::RequestExample | Topic::ResponseExample => {
            let name = entry.value.split(' ').next();
            name.unwrap_or_default().to_owned()
        }
        Topic::ErrorStatus => entry.name.clone(),
        Topic::Description if entry.item.is_none() => String::new(),
        Topic::RequestBound | Topic::ResponseBound | Topic::ParameterBound => {
            let keyword = entry.name.rsplit('#').next().unwrap_or_default();
            format!("{keyword} {}", entry.value)
        }
        _ => entry.value.clone(),
    }
}

pub(crate) fn side(lowered: &Specification, place: &Place, value: &str) -> Side {
    Side {
        file: lowered.document.name().to_owned(),
        line: (place.line > 0).then_some(place.line),
        pointer: (!place.pointer.is_empty()).then(|| place.pointer.clone()),
        value: value.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use pingone_codegen::Document;
    use pingone_codegen::model::{
        Body, Docs, Effect, Location, Parameter, Response, ResponseBody, Security, Selector, Style,
    };
    use serde_json::json;

    use super::*;

    fn archive() -> Specification {
        let document = Document::parse("archive.yaml", include_str!("../tests/it/archive.yaml"));
        Specification::new(document.expect("it is YAML")).expect("it is accepted")
    }

    /// The rules that fire when one field of a variant is another.
    fn changed(id: &str, edit: fn(&mut Operation)) -> Vec<String> {
        let (old, mut new) = (archive(), archive());
        let mut operations = new.api.operations.iter_mut();
        edit(
            operations
                .find(|operation| operation.id == id)
                .expect("it is there"),
        );
        let found = compare_documents(&old, &new, &[]);
        found.into_iter().map(|finding| finding.rule).collect()
    }

    #[track_caller]
    fn check(id: &str, field: &str, rule: &str, edit: fn(&mut Operation)) {
        let found = changed(id, edit);
        assert!(
            found.iter().any(|own| own == rule),
            "{field}: no {rule} in {found:?}"
        );
    }

    #[test]
    fn every_field_of_a_variant_is_compared() {
        let archive = archive();
        // A field that is new does not compile here: give it a line below, or a reason to go without one.
        let Operation {
            id: _,
            tag: _,
            summary: _,
            description: _,
            method: _,
            path: _,
            server: _,
            body: _,
            selector: _,
            parameters,
            security: _,
            anonymous: _,
            deprecated: _,
            effect: _,
            docs: _,
            responses,
            // Where a variant is in the document is no statement about it.
            pointer: _,
        } = archive.operation("readMap").expect("it is there");
        check("readMap", "id", "variant-name-renamed", |it| {
            it.id = "lookAtMap".to_owned()
        });
        check("readMap", "tag", "other-changed", |it| {
            it.tag = Some("Maps".to_owned())
        });
        check("readMap", "summary", "title-changed", |it| {
            it.summary = "Look".to_owned()
        });
        check("readMap", "description", "description-changed", |it| {
            it.description = Some("Reads it.".to_owned());
        });
        check("readMap", "method", "method-changed", |it| {
            it.method = "PUT".to_owned()
        });
        check("readMap", "path", "path-changed", |it| {
            it.path = "/maps".to_owned()
        });
        check("readMap", "server", "server-changed", |it| {
            it.server = "other".to_owned()
        });
        check("copyMap", "selector", "variant-selector-changed", |it| {
            let (property, value) = ("kind".to_owned(), "LARGE".to_owned());
            it.selector = Some(Selector { property, value });
        });
        check("readMap", "security", "authorization-changed", |it| {
            it.security = vec![Security::Cookie("ST".to_owned())];
        });
        check(
            "readMap",
            "anonymous",
            "authorization-alternative-added",
            |it| it.anonymous = true,
        );
        check("readMap", "deprecated", "deprecation-added", |it| {
            it.deprecated = true
        });
        check("readMap", "effect", "effect-changed", |it| {
            it.effect = Effect::SendsMessage
        });
        check("readMap", "docs", "page-address-changed", |it| {
            it.docs = None
        });
        check("readMap", "docs.basis", "page-address-changed", |it| {
            if let Some(Docs { page: _, basis }) = &mut it.docs {
                *basis = "inferred".to_owned();
            }
        });

        let Parameter {
            name: _,
            // The Rust name is made from the name on the wire.
            argument: _,
            location: _,
            required: _,
            // For people only.
            description: _,
            schema: _,
            example: _,
            client_supplied: _,
            style: _,
            // The type follows from the schema.
            ty: _,
            pointer: _,
        } = &parameters[2];
        check("readMap", "style", "other-changed", |it| {
            it.parameters[2].style = Style::DeepObject;
        });
        check("readMap", "client_supplied", "other-changed", |it| {
            it.parameters[2].client_supplied = true;
        });
        check("readMap", "name", "query-parameter-removed", |it| {
            it.parameters[2].name = "scale".to_owned();
        });
        check("readMap", "location", "header-added", |it| {
            it.parameters[2].location = Location::Header;
        });
        check(
            "readMap",
            "required",
            "query-parameter-became-required",
            |it| {
                it.parameters[2].required = true;
            },
        );
        check("readMap", "example", "request-example-changed", |it| {
            it.parameters[2].example = Some(json!(7));
        });
        for (rule, edit) in [
            (
                "parameter-type-changed",
                (|it| it.parameters[2].schema["type"] = json!("string")) as fn(&mut Operation),
            ),
            ("parameter-bound-loosened", |it| {
                it.parameters[2].schema["maximum"] = json!(99)
            }),
            ("parameter-default-changed", |it| {
                it.parameters[2].schema["default"] = json!(9)
            }),
            ("other-changed", |it| {
                it.parameters[2].schema["not"] = json!({})
            }),
            ("extension-changed", |it| {
                it.parameters[2].schema["x-sensitive"] = json!(true)
            }),
        ] {
            check("readMap", "schema", rule, edit);
        }

        let Response {
            status: _,
            // For people only.
            description: _,
            body: _,
            headers: _,
            examples: _,
            pointer: _,
        } = &responses[0];
        check("readMap", "status", "response-status-changed", |it| {
            it.responses[0].status = "201".to_owned();
        });
        check("readMap", "headers", "response-header-removed", |it| {
            it.responses[0].headers.clear()
        });
        check("readMap", "examples", "response-example-added", |it| {
            it.responses[0]
                .examples
                .insert("one".to_owned(), json!({"id": "1"}));
        });
        check("readMap", "body", "response-body-removed", |it| {
            it.responses[0].body = ResponseBody::Open;
        });
        check(
            "readMap",
            "body of an error",
            "response-body-removed",
            |it| {
                it.responses[1].body = ResponseBody::Open;
            },
        );
        check(
            "readMap",
            "body.media_type",
            "response-media-type-changed",
            |it| {
                if let ResponseBody::Json {
                    media_type,
                    // The type follows from the schema.
                    ty: _,
                    schema: _,
                } = &mut it.responses[0].body
                {
                    *media_type = "application/hal+json".to_owned();
                }
            },
        );
        check(
            "readMap",
            "body.schema",
            "response-property-removed-required",
            |it| {
                if let ResponseBody::Json { schema, .. } = &mut it.responses[0].body {
                    *schema = json!({"type": "object"});
                }
            },
        );

        let Body::Content {
            media_type: _,
            // Both follow from the media type and the schema.
            format: _,
            ty: _,
            schema: _,
            examples: _,
            required: _,
        } = &archive.operation("copyMap").expect("it is there").body
        else {
            panic!("it sends a body");
        };
        check("copyMap", "body", "request-body-removed", |it| {
            let media_type = it.media_type().unwrap_or_default().to_owned();
            it.body = Body::Empty { media_type };
        });
        check(
            "copyMap",
            "required",
            "request-body-became-optional",
            |it| {
                if let Body::Content { required, .. } = &mut it.body {
                    *required = !*required;
                }
            },
        );
        check("copyMap", "media type", "media-type-changed", |it| {
            if let Body::Content { media_type, .. } = &mut it.body {
                media_type.push('x');
            }
        });
        check("copyMap", "schema", "request-property-removed", |it| {
            if let Body::Content { schema, .. } = &mut it.body {
                *schema = json!({"type": "object"});
            }
        });
        check("copyMap", "examples", "request-example-changed", |it| {
            if let Body::Content { examples, .. } = &mut it.body {
                examples.insert("one".to_owned(), json!({"sheets": 1}));
            }
        });
    }
}
