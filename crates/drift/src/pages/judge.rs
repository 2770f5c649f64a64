//! What a page says and the document does not.

use pingone_codegen::model::{Body, Operation, SchemaKind};

use crate::compare::specification::{Specification, is_beside};
use crate::compare::{Action, Change, Entry, Topic};
use crate::page::{Kind, Page};

/// One thing that a page says and the document, the older side, does not.
pub(super) fn sentence(difference: &Change<'_>, operation: &Operation) -> String {
    let value = |entry: Option<&Entry>| match entry {
        None => "nothing".to_owned(),
        Some(entry) if entry.value.is_empty() => format!("`{}`", entry.name),
        Some(entry) => format!("`{}`", entry.value),
    };
    let about = match difference.new.map(|entry| entry.name.as_str()) {
        None | Some("") => String::new(),
        Some(name) => format!(" of `{name}`"),
    };
    let (page, document) = (value(difference.new), value(difference.old));
    format!(
        "{}{about}: the page says {page}, the document says {document} of {}",
        difference.topic, operation.id
    )
}

fn change<'a>(
    topic: Topic,
    action: Action,
    document: Option<&'a Entry>,
    page: Option<&'a Entry>,
) -> Change<'a> {
    Change {
        topic,
        action,
        name: page.map_or("", |entry| entry.name.as_str()).to_owned(),
        old: document,
        new: page,
    }
}

/// Holds what a page says against what the document says of its variant.
pub(crate) struct Judge<'a> {
    pub(crate) lowered: &'a Specification,
    pub(crate) operation: &'a Operation,
    pub(crate) documented: &'a [Entry],
    /// The page; without one, what is not said is not missing.
    pub(crate) page: Option<&'a Page>,
}

impl<'a> Judge<'a> {
    pub(crate) fn differences(&self, said: &'a [Entry]) -> Vec<Change<'a>> {
        let mut differences: Vec<_> = said.iter().filter_map(|entry| self.judge(entry)).collect();
        for (topic, kind) in [
            (Topic::Authorization, Kind::Header),
            (Topic::RequestBody, Kind::Body),
        ] {
            let is_sent = |entry: &&Entry| {
                let is_header = matches!(entry.value.as_str(), "Bearer" | "Basic");
                entry.topic == topic && (topic != Topic::Authorization || is_header)
            };
            let silent = self.page.is_none_or(|page| page.may_omit(kind));
            let document = self.documented.iter().find(is_sent);
            if !silent && document.is_some() && !said.iter().any(|entry| is_sent(&entry)) {
                differences.push(change(topic, Action::Removed, document, None));
            }
        }
        differences
    }

    /// Whether the document says what a page says now.
    pub(crate) fn says_already(&self, entry: &'a Entry) -> bool {
        use Topic::*;
        let agrees = self.judge(entry).is_none();
        match entry.topic {
            ResponseBody => self.own(ResponseBody, "").is_some(),
            Authorization | RequestProperty | RequestRequirement | Header | QueryParameter
            | ShownProperty | ShownValue => agrees,
            // A row of a table says what can happen; an example of a failure has to be looked at.
            ErrorStatus => agrees && !entry.value.is_empty(),
            // Where the document is silent, it says neither.
            RequestType | RequestFormat | ResponseType | ResponseFormat => {
                let own = self.property(entry.topic, &entry.name);
                agrees && own.is_some_and(|own| own.value == entry.value)
            }
            _ => false,
        }
    }

    fn judge(&self, entry: &'a Entry) -> Option<Change<'a>> {
        use Topic::*;
        let (topic, name, value) = (entry.topic, entry.name.as_str(), entry.value.as_str());
        let says = |own: &Entry| own.value == value;
        let (document, agrees) = match topic {
            Path => return self.path(entry),
            RequestRequirement => return self.requirement(entry),
            Method | MediaType => {
                let own = self.own(topic, "");
                let same = |own: &Entry| own.value.eq_ignore_ascii_case(value);
                (own, own.is_some_and(same))
            }
            Host => {
                let named = match value.strip_suffix("Path") {
                    Some("api") => Some("platform"),
                    named => named,
                };
                let server = self.own(Server, "");
                let agrees = server.is_none_or(|own| named.is_none_or(|name| own.value == name));
                (self.own(Host, ""), agrees)
            }
            Authorization => (self.own(topic, ""), self.all(topic).any(says)),
            Header | QueryParameter | RequestBody | ErrorStatus => {
                (None, self.own(topic, name).is_some())
            }
            RequestProperty => (None, self.property(topic, name).is_some()),
            ShownProperty => {
                let open = self.own(ResponseBody, "").is_none();
                (
                    None,
                    open || self.property(ResponseProperty, name).is_some(),
                )
            }
            RequestType | RequestFormat => {
                let own = self.property(topic, name)?;
                let silent = value.is_empty() || own.value.is_empty();
                (Some(own), silent || says(own))
            }
            ResponseType | ResponseFormat => {
                let own = self.property(topic, name)?;
                // An example tells less than the document: only what it contradicts counts.
                let silent = own.value.is_empty() || value.is_empty() && own.value != "uuid";
                (Some(own), silent || says(own))
            }
            RequestExample | ShownValue => {
                let listed = if topic == ShownValue {
                    ResponseValue
                } else {
                    RequestValue
                };
                let mut known = self.all(listed).filter(|own| matches(&own.name, name));
                let own = known.next()?;
                let free = matches!(value, "variable" | "literal");
                (Some(own), free || says(own) || known.any(says))
            }
            Status => {
                let own = self.own(Status, "")?;
                (
                    Some(own),
                    self.all(Status).any(|own| says(own) || own.value == "2XX"),
                )
            }
            ResponseNull => {
                let known = self.property(topic, name).is_some();
                (self.property(ResponseProperty, name), known)
            }
            ProseMediaType => {
                let mut operations = self.lowered.api.operations.iter();
                (
                    None,
                    operations.any(|operation| operation.media_type() == Some(value)),
                )
            }
            ProseOperation => (None, self.knows_operation(value)),
            ProseProperty => {
                let mut sides = [RequestProperty, ResponseProperty].into_iter();
                (None, sides.any(|side| self.property(side, value).is_some()))
            }
            ProseRequirement => (None, self.requires(value)),
            StatusName => (None, self.knows_value(value)),
            // The document may say less of a constant than the page, but not something else.
            topic if crate::compare::document::is_constant(topic) => (
                self.all(topic).next(),
                self.all(topic).any(|own| value.starts_with(&own.value)),
            ),
            PageAddress => {
                let own = self.own(topic, "")?;
                (Some(own), says(own))
            }
            _ => return None,
        };
        let action = match topic {
            Header if value == "required" => Action::AddedRequired,
            Authorization if document.is_none() => Action::Added,
            Header | QueryParameter | RequestBody | RequestProperty | RequestExample
            | ErrorStatus | ShownProperty | ShownValue | ResponseNull => Action::Added,
            _ => Action::Changed,
        };
        let topic = match topic {
            RequestExample => RequestValue,
            topic => topic,
        };
        (!agrees).then(|| change(topic, action, document, Some(entry)))
    }

    /// All that the document says about a topic.
    fn all(&self, topic: Topic) -> impl Iterator<Item = &'a Entry> {
        self.documented.iter().filter(move |own| own.topic == topic)
    }

    fn own(&self, topic: Topic, name: &str) -> Option<&'a Entry> {
        self.all(topic)
            .find(|own| own.name.eq_ignore_ascii_case(name))
    }

    /// What the document says of a property; a map has every member.
    fn property(&self, topic: Topic, path: &str) -> Option<&'a Entry> {
        self.all(topic).find(|own| matches(&own.name, path))
    }

    fn path(&self, entry: &'a Entry) -> Option<Change<'a>> {
        let own = self.own(Topic::Path, "")?;
        let (said, known) = (entry.value.as_str(), own.value.as_str());
        let difference = |topic, action| Some(change(topic, action, Some(own), Some(entry)));
        if crate::compare::shape(said) != crate::compare::shape(known) {
            return difference(Topic::Path, Action::Changed);
        }
        // `envID` and `environmentId` are one variable; `userID` in its place is not.
        let stem = |name: &str| name.to_lowercase().trim_end_matches("id").to_owned();
        let alike = |a: &str, b: &str| {
            let (a, b) = (stem(a), stem(b));
            a.starts_with(&b) || b.starts_with(&a) || a.ends_with(&b) || b.ends_with(&a)
        };
        let (said, known) = (
            crate::compare::variables(said),
            crate::compare::variables(known),
        );
        let names_another = |(index, name): (usize, &&str)| {
            !alike(name, known[index]) && known.iter().any(|other| alike(name, other))
        };
        if said.iter().enumerate().any(names_another) {
            return difference(Topic::PathVariable, Action::Swapped);
        }
        None
    }

    fn requirement(&self, entry: &'a Entry) -> Option<Change<'a>> {
        let own = self.property(Topic::RequestRequirement, &entry.name)?;
        // A property inside of another is required if all around it are.
        let mut outer = entry
            .name
            .match_indices('.')
            .map(|(end, _)| &entry.name[..end]);
        let documented = own.value == "required"
            && outer.all(|path| {
                let outer = self.property(Topic::RequestRequirement, path);
                outer.is_none_or(|outer| outer.value == "required")
            });
        let action = match (entry.value.as_str(), documented) {
            ("required", false) => Action::BecameRequired,
            ("optional", true) => Action::BecameOptional,
            ("required" | "optional", _) => return None,
            _ => Action::BecameUnclear,
        };
        let topic = Topic::RequestRequirement;
        Some(change(topic, action, Some(own), Some(entry)))
    }

    fn knows_operation(&self, said: &str) -> bool {
        let path = said.rsplit(' ').next().unwrap_or_default();
        let first = said.split(' ').next().unwrap_or_default();
        let is_method = first.chars().all(|c| c.is_ascii_uppercase());
        let method = if is_method { first } else { "" };
        let mut same = self.lowered.at(path);
        same.any(|operation| method.is_empty() || operation.method == method)
    }

    /// Whether this variant, or one beside it, requires a property.
    fn requires(&self, property: &str) -> bool {
        let lowered = self.lowered;
        let beside = lowered
            .api
            .operations
            .iter()
            .filter(|other| is_beside(other, self.operation));
        beside
            .filter(|operation| matches!(operation.body, Body::Content { .. }))
            .flat_map(|operation| lowered.entries(&operation.id))
            .any(|entry| {
                entry.topic == Topic::RequestRequirement
                    && entry.value == "required"
                    && entry.name.rsplit('.').next() == Some(property)
            })
    }

    fn knows_value(&self, value: &str) -> bool {
        let mut schemas = self.lowered.api.schemas.values();
        schemas.any(|schema| match &schema.kind {
            SchemaKind::Enum(values) => values.iter().any(|known| known == value),
            _ => false,
        })
    }
}

/// Whether a path of the document names a path of a page; `*` stands for any member of a map.
pub(crate) fn matches(own: &str, path: &str) -> bool {
    match own.split_once(".*") {
        None => own == path,
        Some((before, after)) => path
            .strip_prefix(before)
            .and_then(|rest| rest.strip_prefix('.'))
            .is_some_and(|rest| rest.ends_with(after) && rest.len() > after.len()),
    }
}
