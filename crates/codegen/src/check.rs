//! What is wrong with a document anywhere, also where no operation uses it: references, and keywords of the wrong kind.

use serde_json::{Map, Value};

use crate::document::{Document, join, unescaped};
use crate::error::{Error, Kind};
use crate::schemas::COMPONENTS;

/// What is `true` or `false`.
const FLAGS: [&str; 12] = [
    "allowEmptyValue",
    "allowReserved",
    "deprecated",
    "explode",
    "nullable",
    "readOnly",
    "uniqueItems",
    "writeOnly",
    "x-client-supplied",
    "x-no-body",
    "x-patch",
    "x-sensitive",
];

const LISTS: [&str; 7] = [
    "allOf", "anyOf", "enum", "oneOf", "security", "servers", "tags",
];

const MAPPINGS: [&str; 7] = [
    "components",
    "content",
    "headers",
    "mapping",
    "properties",
    "responses",
    "variables",
];

/// The mappings whose keys are names that the document chooses.
const NAMES: [&str; 18] = [
    "callbacks",
    "content",
    "encoding",
    "examples",
    "headers",
    "links",
    "mapping",
    "parameters",
    "paths",
    "properties",
    "requestBodies",
    "responses",
    "schemas",
    "scopes",
    "security",
    "securitySchemes",
    "variables",
    "x-variants",
];

/// The keywords of which the value is a payload, in which nothing is a keyword.
const PAYLOADS: [&str; 4] = ["default", "enum", "example", "value"];

/// What the keys of a mapping are.
#[derive(Clone, Copy, PartialEq)]
enum Keys {
    /// Those that OpenAPI knows.
    Keywords,
    /// Names that the document chooses.
    Names,
    /// Those of an extension.
    Unknown,
}

/// Where a value is. Its pointer is only written where something is wrong.
enum Place<'a> {
    Root,
    Member(&'a Place<'a>, &'a str),
    Item(&'a Place<'a>, usize),
}

impl Place<'_> {
    fn pointer(&self) -> String {
        match self {
            Self::Root => String::new(),
            Self::Member(parent, key) => join(&parent.pointer(), key),
            Self::Item(parent, index) => join(&parent.pointer(), &index.to_string()),
        }
    }
}

/// Finds what is wrong.
pub(crate) fn check(document: &Document) -> Vec<Error> {
    let mut check = Check {
        document,
        errors: Vec::new(),
    };
    // A document is never nested so deeply that this could exhaust the stack.
    check.value(&Place::Root, document.root(), Keys::Keywords);
    check.errors
}

struct Check<'a> {
    document: &'a Document,
    errors: Vec<Error>,
}

impl Check<'_> {
    fn value(&mut self, place: &Place<'_>, value: &Value, keys: Keys) {
        match value {
            Value::Object(members) => self.mapping(place, members, keys),
            Value::Array(items) => {
                for (index, item) in items.iter().enumerate() {
                    self.value(&Place::Item(place, index), item, keys);
                }
            }
            _ => {}
        }
    }

    fn mapping(&mut self, place: &Place<'_>, members: &Map<String, Value>, keys: Keys) {
        if let Some(Value::String(reference)) = members.get("$ref") {
            if !self.leads_to_a_value(reference) {
                let outcome = self.document.resolve(&place.pointer());
                self.errors.extend(outcome.err());
            }
        } else if keys == Keys::Keywords {
            self.kinds(place, members);
        }
        for (key, value) in members {
            let inner = match keys {
                Keys::Keywords if PAYLOADS.contains(&key.as_str()) => continue,
                // Examples of a schema are payloads; elsewhere they have names.
                Keys::Keywords if key == "examples" && !value.is_object() => continue,
                Keys::Keywords if NAMES.contains(&key.as_str()) && key != "parameters" => {
                    Keys::Names
                }
                Keys::Keywords if key == "parameters" && value.is_object() => Keys::Names,
                Keys::Keywords if key.starts_with("x-") => Keys::Unknown,
                Keys::Keywords | Keys::Names => Keys::Keywords,
                Keys::Unknown => Keys::Unknown,
            };
            self.value(&Place::Member(place, key), value, inner);
        }
    }

    /// Whether a reference leads to a value that is no reference itself.
    fn leads_to_a_value(&self, reference: &str) -> bool {
        let target = reference.strip_prefix('#').map(unescaped);
        let target = target.and_then(|target| self.document.get(&target));
        target.is_some_and(|target| target.get("$ref").is_none())
    }

    /// Refuses keywords of the wrong kind, which would be as good as absent.
    fn kinds(&mut self, place: &Place<'_>, members: &Map<String, Value>) {
        for (key, value) in members {
            let name = key.as_str();
            let message = if FLAGS.contains(&name) && !value.is_boolean() {
                format!("`{key}` is `true` or `false`, not `{value}`")
            } else if LISTS.contains(&name) && !value.is_array() {
                format!("`{key}` is a list")
            } else if MAPPINGS.contains(&name) && !value.is_object() {
                format!("`{key}` is a mapping")
            } else if name == "required" {
                let is_schema = ["content", "in", "schema"]
                    .iter()
                    .all(|other| !members.contains_key(*other));
                let is_name_list = || {
                    let names = value.as_array();
                    names.is_some_and(|names| names.iter().all(Value::is_string))
                };
                match is_schema {
                    true if !is_name_list() => {
                        "`required` is a list of the members that an object must have: write it beside `properties`"
                            .to_owned()
                    }
                    false if !value.is_boolean() => {
                        format!("`required` is `true` or `false`, not `{value}`")
                    }
                    _ => continue,
                }
            } else if name == "mapping" {
                self.targets(place, value);
                continue;
            } else {
                continue;
            };
            let place = Place::Member(place, key).pointer();
            self.errors.push(self.document.error(&place, message));
        }
    }

    /// Refuses values of a discriminator that choose a schema which does not exist.
    fn targets(&mut self, place: &Place<'_>, mapping: &Value) {
        for (value, target) in mapping.as_object().into_iter().flatten() {
            let name = target.as_str().unwrap_or_default();
            let exists = match name.strip_prefix('#') {
                Some(pointer) => self.document.get(&unescaped(pointer)).is_some(),
                None => self.document.get(&join(COMPONENTS, name)).is_some(),
            };
            if !exists {
                let message = format!(
                    "the `mapping` leads to `{name}`, which does not exist: name a schema of this document"
                );
                let mapping = Place::Member(place, "mapping");
                let at = Place::Member(&mapping, value).pointer();
                let error = self.document.fault(Kind::Reference, &at, message);
                self.errors.push(error);
            }
        }
    }
}
