//! What a page says, in the form that can be compared.

use std::collections::BTreeSet;

use super::diff::shape;
use super::entry::Entry;
use super::topic::Topic;
use crate::page::{Address, Fact, Kind, requirement};

/// The entries of the facts of a page.
pub(crate) fn entries(facts: &[Fact]) -> Vec<Entry> {
    let mut entries = Entries(Vec::new());
    let optional: BTreeSet<&str> = facts
        .iter()
        .filter(|fact| fact.kind == Kind::OptionalHeader)
        .map(|fact| fact.name.as_str())
        .collect();
    for fact in facts {
        if fact.kind == Kind::Header && optional.contains(fact.name.as_str()) {
            entries.add(Topic::Header, &fact.name, "optional", fact.line);
        } else {
            entries.fact(fact);
        }
    }
    for (kind, topic, word) in [
        (Kind::ResponseStatus, Topic::ResponseExample, "shown"),
        (Kind::Response, Topic::ResponseBody, "shown"),
        (Kind::Body, Topic::RequestBody, "present"),
    ] {
        let lines = facts.iter().filter(|fact| fact.kind == kind);
        if let Some(line) = lines.map(|fact| fact.line).min() {
            entries.add(topic, "", word, line);
        }
    }
    entries.0
}

struct Entries(Vec<Entry>);

impl Entries {
    fn add(&mut self, topic: Topic, name: &str, value: &str, line: usize) {
        let entry = Entry::of_page(topic, name, value, line);
        let same = |known: &Entry| {
            (known.topic, &known.name, &known.value) == (entry.topic, &entry.name, &entry.value)
        };
        if !self.0.iter().any(same) {
            self.0.push(entry);
        }
    }

    fn fact(&mut self, fact: &Fact) {
        let Fact {
            kind,
            name,
            value,
            line,
        } = fact;
        let topic = match kind {
            Kind::Path => return self.path(value, *line),
            Kind::MediaType => return self.media_type(value, *line),
            Kind::Header if name.eq_ignore_ascii_case("authorization") => {
                return self.add(Topic::Authorization, "", value, *line);
            }
            Kind::Header => return self.add(Topic::Header, name, "required", *line),
            Kind::PropertyType => {
                let (kind, format) = column_type(value);
                self.add(Topic::RequestProperty, name, "", *line);
                self.add(Topic::RequestType, name, kind, *line);
                return self.add(Topic::RequestFormat, name, format, *line);
            }
            Kind::PropertyRequired => {
                self.add(Topic::RequestProperty, name, "", *line);
                let word = requirement(value);
                return self.add(Topic::RequestRequirement, name, &word, *line);
            }
            Kind::Body => return self.body(name, value, *line),
            Kind::Response => return self.response(name, value, *line),
            Kind::OptionalHeader => return,
            Kind::QueryParameter => {
                let required = requirement(value) == "required";
                let word = if required { "required" } else { "optional" };
                return self.add(Topic::QueryParameter, name, word, *line);
            }
            Kind::ListedStatus => {
                let shown =
                    |entry: &Entry| entry.topic == Topic::ErrorStatus && entry.name == *name;
                if name.starts_with(['2', '3']) {
                    self.add(Topic::Status, "", name, *line);
                } else if !self.0.iter().any(shown) {
                    self.add(Topic::ErrorStatus, name, name, *line);
                }
                return self.add(Topic::Unread, &listed(name), value, *line);
            }
            Kind::ErrorBody => Topic::ErrorExample,
            Kind::Unread => unread_topic(name),
            Kind::ResponseStatus if value.starts_with(['2', '3']) => Topic::Status,
            Kind::ResponseStatus => return self.add(Topic::ErrorStatus, value, "", *line),
            Kind::Statement => return self.add(Topic::Sentence, "", name, *line),
            Kind::Precondition => return self.add(Topic::Precondition, "", name, *line),
            Kind::ProseOperation => {
                let (method, address) = value.split_once(' ').unwrap_or(("", value));
                let address = Address::parse(address);
                let host = address.host.unwrap_or_default();
                let said = format!("{method} {host} {}", shape(&address.path));
                return self.add(Topic::ProseOperation, "", said.trim(), *line);
            }
            Kind::Title => Topic::Title,
            Kind::CanonicalUrl => Topic::PageAddress,
            Kind::PageId => Topic::PageId,
            Kind::Method => Topic::Method,
            Kind::Host => Topic::Host,
            Kind::BasePath => Topic::BasePath,
            Kind::ProseMediaType => Topic::ProseMediaType,
            Kind::ProseStatusCode => Topic::ProseStatusCode,
            Kind::Property => Topic::ProseProperty,
            Kind::RequiredAttribute => Topic::ProseRequirement,
            Kind::Status => Topic::StatusName,
            Kind::Lifetime => Topic::Lifetime,
            Kind::Attempts => Topic::Attempts,
            Kind::CodeShape => Topic::CodeShape,
            Kind::Limit => Topic::Limit,
            Kind::Configurable => Topic::Configurable,
            Kind::Default => Topic::Default,
            Kind::Deprecation => Topic::Deprecation,
            Kind::SdkVersion => Topic::SdkVersion,
            Kind::Date => Topic::Date,
        };
        self.add(topic, name, value, *line);
    }

    fn path(&mut self, value: &str, line: usize) {
        let (path, query) = value.split_once('?').unwrap_or((value, ""));
        self.add(Topic::Path, "", path, line);
        for parameter in query.split('&').filter(|part| !part.is_empty()) {
            let name = parameter.split('=').next().unwrap_or_default();
            // That an address shows a parameter does not say that it must be sent.
            self.add(Topic::QueryParameter, name, "optional", line);
        }
    }

    fn media_type(&mut self, value: &str, line: usize) {
        let (essence, parameters) = value.split_once(';').unwrap_or((value, ""));
        self.add(Topic::MediaType, "", essence.trim(), line);
        if !parameters.is_empty() {
            self.add(Topic::MediaTypeParameter, "", parameters.trim(), line);
        }
    }

    fn body(&mut self, name: &str, shape: &str, line: usize) {
        if name.is_empty() {
            return;
        }
        self.add(Topic::RequestProperty, name, "", line);
        // One example shows one value; that it shows another does not say that the first is gone.
        let value = match literal(shape) {
            Some(value) => value,
            None if shape == "string variable" => "variable",
            None => "literal",
        };
        self.add(Topic::RequestExample, name, value, line);
    }

    fn response(&mut self, name: &str, shape: &str, line: usize) {
        let link = name
            .strip_prefix("_links.")
            .and_then(|name| name.strip_suffix(".href"));
        if let Some(link) = link {
            return self.add(Topic::Link, link, "", line);
        }
        if name.is_empty() {
            return;
        }
        self.containers(name, line);
        self.add(Topic::ShownProperty, name, "", line);
        if shape == "null" {
            return self.add(Topic::ResponseNull, name, "null", line);
        }
        if let Some(value) = literal(shape) {
            self.add(Topic::ShownValue, name, value, line);
        }
        let (kind, format) = match shape.split_once(' ') {
            _ if shape.starts_with('`') => ("string", ""),
            Some((_, "variable")) => return,
            Some((kind, format)) => (kind, format),
            None => (shape, ""),
        };
        self.add(Topic::ResponseType, name, kind, line);
        self.add(Topic::ResponseFormat, name, format, line);
    }

    /// The objects and arrays around a property that an example shows.
    fn containers(&mut self, name: &str, line: usize) {
        for (end, mark) in name.match_indices(['.', '[']) {
            let kind = if mark == "[" { "array" } else { "object" };
            self.add(Topic::ShownProperty, &name[..end], "", line);
            self.add(Topic::ResponseType, &name[..end], kind, line);
            self.add(Topic::ResponseFormat, &name[..end], "", line);
        }
    }
}

/// How a row of the table of response codes is named.
pub(crate) fn listed(status: &str) -> String {
    format!("response code {status}")
}

/// What a part that was not understood is: content, or another way to lay out what is known.
pub(crate) fn unread_topic(name: &str) -> Topic {
    if name.starts_with("heading ") || name.starts_with("column ") {
        Topic::Layout
    } else {
        Topic::Unread
    }
}

/// The kind of fact that a topic of the prose comes from.
pub(crate) fn constant_kind(topic: Topic) -> Option<Kind> {
    Some(match topic {
        Topic::Lifetime => Kind::Lifetime,
        Topic::Attempts => Kind::Attempts,
        Topic::CodeShape => Kind::CodeShape,
        Topic::Limit => Kind::Limit,
        Topic::Default => Kind::Default,
        _ => return None,
    })
}

fn literal(shape: &str) -> Option<&str> {
    shape.strip_prefix('`')?.strip_suffix('`')
}

/// Type and format of a word in the column "Type".
pub(crate) fn column_type(word: &str) -> (&'static str, &'static str) {
    let word = word.to_lowercase();
    if word.contains("[]") {
        return ("array", "");
    }
    let first = word.split([' ', '[', '<']).next().unwrap_or_default();
    match first {
        "date" | "datetime" | "date-time" | "timestamp" => ("string", "date-time"),
        "uuid" => ("string", "uuid"),
        "integer" | "int" | "long" => ("integer", ""),
        "number" | "double" | "float" => ("number", ""),
        "boolean" | "bool" => ("boolean", ""),
        "array" | "list" => ("array", ""),
        "object" | "map" => ("object", ""),
        _ => ("string", ""),
    }
}
