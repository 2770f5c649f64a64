//! The document against its older version.

use std::collections::{BTreeMap, BTreeSet};

use pingone_codegen::model::{Body, Operation};
use pingone_codegen::{join, names};
use serde_json::Value;

use crate::compare::document::{entries_with_body, reference};
use crate::compare::specification::{Specification, is_beside};
use crate::compare::{
    Action, Change, Direction, Entry, Item, Place, Source, Topic, Wire, diff, is_closed_list, rule,
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
    for before in &old.api.operations {
        match counterpart(before, old, new) {
            Some(after) => {
                taken.insert(&after.id);
                comparison.variant(before, after);
            }
            None => comparison.came_or_went(Some(before), None),
        }
    }
    for after in &new.api.operations {
        if !taken.contains(after.id.as_str()) {
            comparison.came_or_went(None, Some(after));
        }
    }
    comparison.types();
    findings(comparison.drafts)
}

/// The finding for a document that the generator refuses: what is wrong, and where.
#[must_use]
pub fn refused(error: &pingone_codegen::Error) -> Finding {
    let line = error.position().map(|position| position.line);
    let side = Side::at(error.file(), line, error.message());
    let rule = rule(Topic::Refusal, Action::Found);
    let draft = Draft {
        new: Some(side),
        ..Draft::new(rule, "", error.file(), error.message().to_owned())
    };
    findings(vec![draft]).remove(0)
}

/// The same variant in the other document: by name, else by what is sent.
fn counterpart<'a>(
    before: &Operation,
    old: &Specification,
    new: &'a Specification,
) -> Option<&'a Operation> {
    new.operation(&before.id).or_else(|| {
        new.api.operations.iter().find(|after| {
            after.method == before.method
                && after.path == before.path
                && after.media_type() == before.media_type()
                && old.operation(&after.id).is_none()
        })
    })
}

/// The schema of a request as it is written, and what it refers to.
fn body<'a>(lowered: &'a Specification, operation: &'a Operation) -> Option<[&'a Value; 2]> {
    let Body::Content { schema, .. } = &operation.body else {
        return None;
    };
    let named = reference(schema).and_then(|name| lowered.api.schemas.get(name));
    Some([schema, named.map_or(schema, |named| &named.value)])
}

struct Comparison<'a> {
    old: &'a Specification,
    new: &'a Specification,
    snapshots: &'a [String],
    drafts: Vec<Draft>,
    /// The pointers of all that came, went or moved.
    touched: BTreeSet<String>,
}

impl<'a> Comparison<'a> {
    fn variant(&mut self, before: &Operation, after: &Operation) {
        let (known, new) = (self.old.entries(&before.id), self.new.entries(&after.id));
        let with_body;
        let mut old = known;
        let swapped = self.swapped(before, after);
        if let Some(other) = swapped {
            with_body = entries_with_body(self.old, before, other);
            old = &with_body;
            self.swap(before, after, other);
        }
        // Properties that moved from one object to another together are one change.
        let mut moved: BTreeMap<(Topic, &str, &str), usize> = BTreeMap::new();
        let mut changes: Vec<(Change<'_>, usize)> = Vec::new();
        for change in diff(old, new) {
            // Examples may stay where they were, or follow the bodies.
            let stays = |new: &Entry| {
                let mut known = known.iter();
                known.any(|own| (own.topic, &own.value) == (new.topic, &new.value))
            };
            let is_example = change.topic == Topic::RequestExample;
            if swapped.is_some() && is_example && change.new.is_none_or(stays) {
                continue;
            }
            for entry in change.old.into_iter().chain(change.new) {
                let place = entry.place.pointer.as_str();
                // A list of values that came or went is one of a type that did.
                let owner = place
                    .rsplit_once("/enum/")
                    .filter(|_| is_whole_list(&change));
                let place = owner.map_or(place, |(owner, _)| owner);
                self.touched.insert(place.to_owned());
            }
            if let (Action::Moved, Some(old), Some(new)) = (change.action, change.old, change.new) {
                let key = (change.topic, parent(&old.name), parent(&new.name));
                let first = *moved.entry(key).or_insert(changes.len());
                if let Some((_, together)) = changes.get_mut(first) {
                    *together += 1;
                    continue;
                }
            }
            changes.push((change, 0));
        }
        for (change, more) in changes {
            self.draft(&change, after);
            if let Some(draft) = self.drafts.last_mut().filter(|_| more > 0) {
                let place = |entry: Option<&Entry>| match entry.map(|entry| parent(&entry.name)) {
                    None | Some("") => "the outermost object".to_owned(),
                    Some(path) => format!("`{path}`"),
                };
                let (from, to) = (place(change.old), place(change.new));
                let (text, name) = (draft.rule.text, &change.name);
                let detail = format!("{text}: `{name}` and {more} more moved from {from} to {to}");
                draft.detail = Some(detail);
            }
        }
    }

    /// The older variant of the same operation with which this one has exchanged its request body.
    fn swapped(&self, before: &Operation, after: &Operation) -> Option<&'a Operation> {
        let (old, new) = (body(self.old, before)?, body(self.new, after)?);
        let mut others = self
            .old
            .api
            .operations
            .iter()
            .filter(|other| is_beside(other, before) && other.id != before.id);
        others.find(|other| {
            let (was, now) = (
                body(self.old, other),
                counterpart(other, self.old, self.new),
            );
            let (Some(was), Some(now)) = (was, now.and_then(|now| body(self.new, now))) else {
                return false;
            };
            let exchanged =
                |at: usize| old[at] != new[at] && was[at] == new[at] && now[at] == old[at];
            exchanged(0) || exchanged(1)
        })
    }

    /// Two variants that have exchanged their request bodies are one finding.
    fn swap(&mut self, before: &Operation, after: &Operation, other: &Operation) {
        let rule = rule(Topic::RequestBody, Action::Swapped);
        let ids = [before.id.as_str(), &other.id];
        let (first, second) = (ids.iter().min(), ids.iter().max());
        let pair = [first, second].into_iter().flatten();
        let pair: Vec<String> = pair.map(|id| format!("`{id}`")).collect();
        let pair = pair.join(" and ");
        let place = |lowered: &Specification, operation: &Operation| {
            at(lowered, join(&operation.pointer, "schema"), &operation.id)
        };
        let (old, new) = (place(self.old, before), place(self.new, after));
        self.drafts.push(Draft {
            detail: Some(format!("{}: {pair}", rule.text)),
            old: Some(old),
            new: Some(new),
            rust: functions(after),
            snapshots: self.touched(Direction::Request, None, after),
            ..Draft::new(rule, "", &after.id, pair)
        });
    }

    fn draft(&mut self, change: &Change<'_>, operation: &Operation) {
        let rule = rule(change.topic, change.action);
        let entry = change.new.or(change.old);
        let item = entry.and_then(|entry| entry.item.as_ref());
        let value =
            |entry: Option<&Entry>| entry.map_or("", |entry| entry.value.as_str()).to_owned();
        let (before, after) = (value(change.old), value(change.new));
        let place = entry.map_or("", |entry| entry.place.pointer.as_str());
        // In a schema the place is the cause, whoever uses it; elsewhere the difference is.
        let cause = match item {
            Some(item) => format!("{item:?}:{place}:{before}:{after}"),
            None => format!("{}:{before}:{after}", change.name),
        };
        let side = |lowered: &Specification, entry: Option<&Entry>| {
            entry.map(|entry| side(lowered, &entry.place, &shown(entry)))
        };
        let detail = is_whole_list(change).then(|| {
            let side = if change.new.is_some() {
                self.new
            } else {
                self.old
            };
            let own = side.entries(&operation.id).iter();
            let own = own.filter(|own| own.topic == change.topic && own.name == change.name);
            let values: Vec<&str> = own.map(|own| own.value.as_str()).collect();
            let values = values.join(", ");
            let name = display_name(change, item);
            match change.new {
                Some(_) => format!("{}: `{name}`: {values}", rule.text),
                None => format!("{}: `{name}`, not only {values}", rule.text),
            }
        });
        let (mut rust, mut snapshots) = (Vec::new(), Vec::new());
        if rule.wire != Wire::None || rule.source != Source::None {
            let entries = change.old.into_iter().chain(change.new);
            rust.extend(entries.filter_map(rust_item));
            if rust.is_empty() {
                rust = functions(operation);
            }
            snapshots = self.touched(change.topic.direction(), entry, operation);
        }
        self.drafts.push(Draft {
            name: display_name(change, item),
            old: side(self.old, change.old),
            new: side(self.new, change.new),
            detail,
            rust,
            snapshots,
            ..Draft::new(rule, "", &operation.id, cause)
        });
    }

    fn came_or_went(&mut self, before: Option<&Operation>, after: Option<&Operation>) {
        let Some(operation) = before.or(after) else {
            return;
        };
        let (mine, other) = if before.is_some() {
            (self.old, self.new)
        } else {
            (self.new, self.old)
        };
        let shared = other
            .api
            .operations
            .iter()
            .any(|other| is_beside(other, operation));
        let topic = if shared {
            Topic::Variant
        } else {
            Topic::Operation
        };
        let action = match before {
            None => Action::Added,
            Some(before) if before.deprecated => Action::RemovedDeprecated,
            Some(_) => Action::Removed,
        };
        let mut value = format!("{} {}", operation.method, operation.path);
        if let Some(media_type) = operation.media_type() {
            value.push_str(&format!(" as {media_type}"));
        }
        let side = place_of(mine, operation, &value);
        self.drafts.push(Draft {
            name: operation.id.clone(),
            old: before.map(|_| side.clone()),
            new: after.map(|_| side.clone()),
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
            let side = at(lowered, pointer.clone(), name);
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

/// Whether all documented values of something came or went together.
fn is_whole_list(change: &Change<'_>) -> bool {
    is_closed_list(change.topic) && matches!(change.action, Action::Tightened | Action::Loosened)
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
fn parent(path: &str) -> &str {
    path.rsplit_once('.').map_or("", |(outer, _)| outer)
}

fn display_name(change: &Change<'_>, item: Option<&Item>) -> String {
    match item.filter(|item| !item.schema.is_empty()) {
        Some(Item { schema, property }) => match property {
            Some(property) => format!("{schema}.{property}"),
            None => schema.clone(),
        },
        None => change.name.clone(),
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

/// Where a variant is in the document.
pub(crate) fn place_of(lowered: &Specification, operation: &Operation, value: &str) -> Side {
    at(lowered, operation.pointer.clone(), value)
}

/// A place in the document by its pointer.
fn at(lowered: &Specification, pointer: String, value: &str) -> Side {
    let line = lowered.line(&pointer);
    side(lowered, &Place { line, pointer }, value)
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
        Docs, Effect, Location, Parameter, Response, ResponseBody, Security, Selector, Style,
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

    /// What becomes of a field.
    enum What {
        /// With another value, this rule fires.
        Fires(&'static str, &'static str, fn(&mut Operation)),
        /// Why a change of it is no finding of its own.
        Silent(&'static str),
    }
    use What::{Fires, Silent};

    /// What becomes of each field of a part of the model. A field that is new does not compile: it needs a rule or a reason.
    macro_rules! fields {
        ($value:expr, $($path:ident)::+ { $($field:ident: $what:expr,)+ }) => {{
            match $value {
                $($path)::+ { $($field: _,)+ } => {}
                #[allow(unreachable_patterns, reason = "a struct has one form, an enum has more")]
                _ => panic!("the archive has another form"),
            }
            for (field, what) in [$((stringify!($field), $what)),+] {
                match what {
                    Fires(id, rule, edit) => {
                        let found = changed(id, edit);
                        assert!(found.iter().any(|own| own == rule), "{field}: no {rule} in {found:?}");
                    }
                    Silent(reason) => assert!(!reason.is_empty(), "{field}"),
                }
            }
        }};
    }

    #[test]
    fn every_field_of_a_variant_is_compared() {
        let archive = archive();
        let read = archive.operation("readMap").expect("it is there");
        fields!(
            read,
            Operation {
                id: Fires("readMap", "variant-name-renamed", |it| it.id =
                    "lookAtMap".to_owned()),
                tag: Fires("readMap", "other-changed", |it| it.tag =
                    Some("Maps".to_owned())),
                summary: Fires("readMap", "title-changed", |it| it.summary =
                    "Look".to_owned()),
                description: Fires("readMap", "description-changed", |it| it.description =
                    Some("Reads it.".to_owned())),
                method: Fires("readMap", "method-changed", |it| it.method =
                    "PUT".to_owned()),
                path: Fires("readMap", "path-changed", |it| it.path = "/maps".to_owned()),
                server: Fires("readMap", "server-changed", |it| it.server =
                    "other".to_owned()),
                body: Fires("copyMap", "request-body-removed", |it| {
                    let media_type = it.media_type().unwrap_or_default().to_owned();
                    it.body = Body::Empty { media_type };
                }),
                selector: Fires("copyMap", "variant-selector-changed", |it| {
                    let (property, value) = ("kind".to_owned(), "LARGE".to_owned());
                    it.selector = Some(Selector { property, value });
                }),
                parameters: Fires("readMap", "query-parameter-removed", |it| it
                    .parameters
                    .truncate(2)),
                security: Fires("readMap", "authorization-changed", |it| {
                    it.security = vec![Security::Cookie("ST".to_owned())];
                }),
                anonymous: Fires("readMap", "authorization-alternative-added", |it| it
                    .anonymous =
                    true),
                deprecated: Fires("readMap", "deprecation-added", |it| it.deprecated = true),
                effect: Fires("readMap", "effect-changed", |it| it.effect =
                    Effect::SendsMessage),
                docs: Fires("readMap", "page-address-changed", |it| it.docs = None),
                responses: Fires("readMap", "error-status-removed", |it| it
                    .responses
                    .truncate(1)),
                pointer: Silent("where a variant is in the document is no statement about it"),
            }
        );
        fields!(
            read.docs.as_ref().expect("it has a page"),
            Docs {
                page: Fires("readMap", "page-address-changed", |it| {
                    it.docs.as_mut().expect("it has a page").page.push('x');
                }),
                basis: Fires("readMap", "page-address-changed", |it| {
                    it.docs.as_mut().expect("it has a page").basis = "inferred".to_owned();
                }),
            }
        );
        let selector = Selector {
            property: String::new(),
            value: String::new(),
        };
        fields!(
            selector,
            Selector {
                property: Silent("the selector as a whole is compared"),
                value: Silent("the selector as a whole is compared"),
            }
        );
        fields!(
            &read.parameters[2],
            Parameter {
                name: Fires("readMap", "query-parameter-removed", |it| it.parameters
                    [2]
                .name =
                    "scale".to_owned()),
                argument: Silent("the Rust name is made from the name on the wire"),
                location: Fires("readMap", "header-added", |it| it.parameters[2].location =
                    Location::Header),
                required: Fires("readMap", "query-parameter-became-required", |it| it
                    .parameters[2]
                    .required =
                    true),
                description: Silent("for people only"),
                schema: Fires("readMap", "parameter-type-changed", |it| {
                    it.parameters[2].schema["type"] = json!("string");
                }),
                example: Fires("readMap", "request-example-changed", |it| it.parameters
                    [2]
                .example =
                    Some(json!(7))),
                client_supplied: Fires("readMap", "other-changed", |it| it.parameters[2]
                    .client_supplied =
                    true),
                style: Fires("readMap", "other-changed", |it| it.parameters[2].style =
                    Style::DeepObject),
                ty: Silent("the Rust type follows from the schema"),
                pointer: Silent("where a parameter is in the document is no statement about it"),
            }
        );
        fields!(
            &read.responses[0],
            Response {
                status: Fires("readMap", "response-status-changed", |it| it.responses[0]
                    .status =
                    "201".to_owned()),
                description: Silent("for people only"),
                body: Fires("readMap", "response-body-removed", |it| it.responses[0]
                    .body =
                    ResponseBody::Open),
                headers: Fires("readMap", "response-header-removed", |it| it.responses[0]
                    .headers
                    .clear()),
                examples: Fires("readMap", "response-example-added", |it| {
                    it.responses[0]
                        .examples
                        .insert("one".to_owned(), json!({"id": "1"}));
                }),
                pointer: Silent("where an answer is in the document is no statement about it"),
            }
        );
        // An answer that is an error is compared as well.
        fields!(
            &read.responses[1].body,
            ResponseBody::Json {
                media_type: Fires("readMap", "response-media-type-changed", |it| {
                    if let ResponseBody::Json { media_type, .. } = &mut it.responses[1].body {
                        *media_type = "application/problem+json".to_owned();
                    }
                }),
                ty: Silent("the Rust type follows from the schema"),
                schema: Fires("readMap", "response-property-removed-required", |it| {
                    if let ResponseBody::Json { schema, .. } = &mut it.responses[1].body {
                        *schema = json!({"type": "object"});
                    }
                }),
            }
        );
        let copy = archive.operation("copyMap").expect("it is there");
        fields!(
            &copy.body,
            Body::Content {
                media_type: Fires("copyMap", "media-type-changed", |it| {
                    if let Body::Content { media_type, .. } = &mut it.body {
                        media_type.push('x');
                    }
                }),
                format: Silent("it follows from the media type"),
                ty: Silent("the Rust type follows from the schema"),
                schema: Fires("copyMap", "request-property-removed", |it| {
                    if let Body::Content { schema, .. } = &mut it.body {
                        *schema = json!({"type": "object"});
                    }
                }),
                examples: Fires("copyMap", "request-example-changed", |it| {
                    if let Body::Content { examples, .. } = &mut it.body {
                        examples.insert("one".to_owned(), json!({"sheets": 1}));
                    }
                }),
                required: Fires("copyMap", "request-body-became-optional", |it| {
                    if let Body::Content { required, .. } = &mut it.body {
                        *required = !*required;
                    }
                }),
            }
        );
    }

    /// A keyword that no rule knows is a finding, too.
    #[test]
    fn every_keyword_of_a_schema_is_compared() {
        let of_parameter: [(&str, &str, fn(&mut Value)); 5] = [
            ("type", "parameter-type-changed", |it| {
                it["type"] = json!("string")
            }),
            ("maximum", "parameter-bound-loosened", |it| {
                it["maximum"] = json!(99)
            }),
            ("default", "parameter-default-changed", |it| {
                it["default"] = json!(9)
            }),
            ("not", "other-changed", |it| it["not"] = json!({})),
            ("x-sensitive", "extension-changed", |it| {
                it["x-sensitive"] = json!(true)
            }),
        ];
        for (keyword, rule, edit) in of_parameter {
            let (old, mut new) = (archive(), archive());
            let mut operations = new.api.operations.iter_mut();
            let operation = operations
                .find(|it| it.id == "readMap")
                .expect("it is there");
            edit(&mut operation.parameters[2].schema);
            let found = compare_documents(&old, &new, &[]);
            let fires = found.iter().any(|finding| finding.rule == rule);
            assert!(fires, "{keyword}: no {rule} in {found:?}");
        }
    }
}
