//! The document against its older version.

use std::collections::BTreeSet;

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
    let draft = Draft {
        rule: rule(Topic::Refusal, Action::Found),
        cause: error.message().to_owned(),
        name: String::new(),
        subject: error.file().to_owned(),
        old: None,
        new: Some(side),
        document: None,
        rust: Vec::new(),
        snapshots: Vec::new(),
        detail: None,
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
}

impl Comparison<'_> {
    fn variant(&mut self, was: &Operation, is: &Operation) {
        let old = self.old.entries(&was.id);
        let new = self.new.entries(&is.id);
        for change in diff(old, new) {
            self.draft(&change, is);
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
            rule,
            cause,
            name: display_name(change, item),
            subject: operation.id.clone(),
            old: side(self.old, change.old),
            new: side(self.new, change.new),
            document: None,
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
            detail: None,
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
            rule: rule(topic, action),
            cause: operation.id.clone(),
            name: operation.id.clone(),
            subject: operation.id.clone(),
            old: was.map(|_| side.clone()),
            new: is.map(|_| side.clone()),
            document: None,
            rust: functions(operation),
            snapshots: self.touched(Direction::None, None, operation),
            detail: None,
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
            let place = Place {
                line: lowered.line(pointer),
                pointer: pointer.clone(),
            };
            let side = side(lowered, &place, name);
            let added = action == Action::Added;
            self.drafts.push(Draft {
                rule: rule(Topic::RustType, action),
                cause: name.clone(),
                name: names::type_name(name),
                subject: String::new(),
                old: (!added).then(|| side.clone()),
                new: added.then_some(side),
                document: None,
                rust: vec![format!("pingone_models::{}", names::type_name(name))],
                snapshots: Vec::new(),
                detail: None,
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
        Topic::Description if entry.item.is_none() => String::new(),
        Topic::RequestExample | Topic::ResponseExample => {
            let name = entry.value.split(' ').next();
            name.unwrap_or_default().to_owned()
        }
        Topic::ErrorStatus => entry.name.clone(),
        Topic::RequestBound | Topic::ResponseBound => {
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
