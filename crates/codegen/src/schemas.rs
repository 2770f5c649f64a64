//! Named schemas: every object and every enum gets a name, so that it becomes one Rust type wherever it is used.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use crate::document::{Document, join, unescaped};
use crate::error::Error;
use crate::names::{numbered, type_name};

/// Marks an identifier that grants access to anyone who knows it.
const SENSITIVE: &str = "x-sensitive";

pub(crate) const COMPONENTS: &str = "/components/schemas";

/// Keywords under which more schemas stand.
const COMBINATORS: [&str; 3] = ["allOf", "anyOf", "oneOf"];

/// The types of OpenAPI 3.0.
const TYPES: [&str; 6] = ["array", "boolean", "integer", "number", "object", "string"];

/// Keywords that decide about the type of a value; the others describe it or bound it.
const DECIDING: [&str; 10] = [
    "$ref",
    "additionalProperties",
    "allOf",
    "anyOf",
    "enum",
    "format",
    "items",
    "oneOf",
    "properties",
    "type",
];

/// A named schema before its type is known.
#[derive(Clone, Debug)]
pub(crate) struct Named {
    pub(crate) value: Value,
    pub(crate) type_name: String,
    pub(crate) pointer: String,
}

pub(crate) struct Schemas<'a> {
    document: &'a Document,
    pub(crate) named: BTreeMap<String, Named>,
    /// The Rust names in use.
    taken: BTreeSet<String>,
    /// What was wrong since it was last asked for.
    errors: Vec<Error>,
    /// What is wrong with each named schema.
    pub(crate) broken: BTreeMap<String, Vec<Error>>,
}

impl<'a> Schemas<'a> {
    pub(crate) fn new(document: &'a Document) -> Self {
        let mut schemas = Self {
            document,
            named: BTreeMap::new(),
            taken: BTreeSet::new(),
            errors: Vec::new(),
            broken: BTreeMap::new(),
        };
        let components = document.get(COMPONENTS).and_then(Value::as_object);
        let mut names: Vec<&String> = components.into_iter().flat_map(Map::keys).collect();
        // Who is called as its type would be has the first right to the name.
        names.sort_by_key(|name| type_name(name) != **name);
        for name in &names {
            let named = Named {
                value: Value::Null,
                type_name: schemas.free_type_name(name),
                pointer: join(COMPONENTS, name),
            };
            schemas.named.insert((*name).clone(), named);
        }
        for name in names {
            let pointer = join(COMPONENTS, name);
            let hint = schemas.named[name].type_name.clone();
            let value = schemas.inner(&pointer, &hint);
            if value.get(SENSITIVE).is_some() && !is_id(&value) {
                schemas.errors.push(misplaced_sensitive(document, &pointer));
            }
            if let Some(named) = schemas.named.get_mut(name) {
                named.value = value;
            }
            let errors = schemas.take_errors();
            if !errors.is_empty() {
                schemas.broken.insert(name.clone(), errors);
            }
        }
        schemas
    }

    /// What was wrong with the schemas that were named since the last call.
    pub(crate) fn take_errors(&mut self) -> Vec<Error> {
        std::mem::take(&mut self.errors)
    }

    /// The schema at a pointer, or a reference to it when it had to be given the name `hint`.
    pub(crate) fn name_inline(&mut self, pointer: &str, hint: &str) -> Value {
        let document = self.document;
        let schema = document.get(pointer).unwrap_or(&Value::Null);
        if let Some(reference) = schema.get("$ref") {
            return self.reference(pointer, reference);
        }
        if schema.get(SENSITIVE).is_some() {
            self.errors.push(misplaced_sensitive(document, pointer));
        }
        if !needs_name(document, schema, &mut Vec::new()) {
            return self.inner(pointer, hint);
        }
        let name = self.reserve(hint, pointer);
        let value = self.inner(pointer, &name);
        self.define(&name, value)
    }

    /// As [`name_inline`](Self::name_inline), for the schema of a property or parameter: a plain text can be sensitive.
    pub(crate) fn name_member(&mut self, pointer: &str, hint: &str) -> Value {
        match self.document.get(pointer) {
            Some(schema) if is_plain_text(schema) => self.inner(pointer, hint),
            _ => self.name_inline(pointer, hint),
        }
    }

    /// Takes a name for a schema of which the value is not known yet.
    fn reserve(&mut self, hint: &str, pointer: &str) -> String {
        let wanted = type_name(hint);
        let name = numbered(&wanted, "", |name| {
            !self.taken.contains(name) && !self.named.contains_key(name)
        });
        self.taken.insert(name.clone());
        let named = Named {
            value: Value::Null,
            type_name: name.clone(),
            pointer: pointer.to_owned(),
        };
        self.named.insert(name.clone(), named);
        name
    }

    fn define(&mut self, name: &str, value: Value) -> Value {
        if let Some(named) = self.named.get_mut(name) {
            named.value = value;
        }
        reference_to(name)
    }

    /// Gives a name to a schema that the document does not have in this form.
    pub(crate) fn add(&mut self, hint: &str, pointer: &str, value: Value) -> String {
        let name = self.reserve(hint, pointer);
        self.define(&name, value);
        name
    }

    fn reference(&mut self, pointer: &str, reference: &Value) -> Value {
        let document = self.document;
        if let Err(error) = document.resolve(pointer) {
            self.errors.push(error);
            return json!({});
        }
        let name = reference
            .as_str()
            .map(unescaped)
            .and_then(|text| Some(text.strip_prefix("#/components/schemas/")?.to_owned()))
            .filter(|name| !name.contains('/'))
            .map(|name| name.replace("~1", "/").replace("~0", "~"));
        let Some(name) = name else {
            let message =
                format!("a schema can only be `#/components/schemas/NAME`, not `{reference}`");
            let at = join(pointer, "$ref");
            self.errors
                .push(document.unsupported("reference", &at, message));
            return json!({});
        };
        reference_to(&name)
    }

    /// A schema whose inner objects and enums have become references; `name` begins their names.
    fn inner(&mut self, pointer: &str, name: &str) -> Value {
        let document = self.document;
        let Some(schema) = document.get(pointer).and_then(Value::as_object) else {
            self.errors
                .push(document.error(pointer, "a schema is a mapping of keywords"));
            return json!({});
        };
        if let Some(reference) = schema.get("$ref") {
            return self.reference(pointer, reference);
        }
        for key in ["not", "patternProperties", "const", "if"] {
            if schema.contains_key(key) {
                let message = format!("the keyword `{key}` is unsupported");
                self.errors
                    .push(document.unsupported("keyword", &join(pointer, key), message));
            }
        }
        if let Some(ty) = schema.get("type")
            && !ty.as_str().is_some_and(|ty| TYPES.contains(&ty))
        {
            let message = format!(
                "`type: {ty}` is unsupported: OpenAPI 3.0 has `{}`",
                TYPES.join("`, `")
            );
            self.errors
                .push(document.unsupported("type", &join(pointer, "type"), message));
        }
        let mut lowered = schema.clone();
        for (key, value) in &mut lowered {
            let at = join(pointer, key);
            match (key.as_str(), value) {
                ("properties", Value::Object(properties)) => {
                    for (property, value) in properties {
                        *value =
                            self.name_member(&join(&at, property), &format!("{name}-{property}"));
                    }
                }
                ("items", value) => *value = self.name_inline(&at, &format!("{name}-item")),
                ("additionalProperties", value @ Value::Object(_)) => {
                    *value = self.name_inline(&at, &format!("{name}-value"));
                }
                ("allOf", Value::Array(members)) => {
                    for (index, member) in members.iter_mut().enumerate() {
                        *member = self.inner(&join(&at, &index.to_string()), name);
                    }
                }
                (key, Value::Array(members)) if COMBINATORS.contains(&key) => {
                    let several = members.iter().filter(|member| decides(member)).count() > 1;
                    for (index, member) in members.iter_mut().enumerate() {
                        let at = join(&at, &index.to_string());
                        *member = if several {
                            self.name_inline(&at, &alternative_name(name, member, index))
                        } else {
                            self.inner(&at, name)
                        };
                    }
                }
                _ => {}
            }
        }
        Value::Object(lowered)
    }

    fn free_type_name(&mut self, schema: &str) -> String {
        let name = numbered(&type_name(schema), "", |name| !self.taken.contains(name));
        self.taken.insert(name.clone());
        name
    }
}

/// The name of a schema that is one of several, by its title where it has a short one.
fn alternative_name(name: &str, schema: &Value, index: usize) -> String {
    let title = schema.get("title").and_then(Value::as_str);
    match title.filter(|title| title.len() <= 40) {
        Some(title) => format!("{name}-{title}"),
        None => format!("{name}-variant{}", index + 1),
    }
}

/// Whether a schema says anything about the type of a value.
pub(crate) fn decides(schema: &Value) -> bool {
    DECIDING.iter().any(|key| schema.get(key).is_some())
}

/// The alternatives of a schema that decide about its type.
pub(crate) fn alternatives(schema: &Value) -> Vec<&Value> {
    let lists = ["oneOf", "anyOf"]
        .into_iter()
        .filter_map(|key| schema.get(key)?.as_array());
    lists.flatten().filter(|member| decides(member)).collect()
}

/// What a schema is composed of: its own keywords, if they decide, and the members of `allOf` that do.
fn parts(schema: &Value) -> (bool, Vec<&Value>) {
    // What is required belongs to the type, though it does not say what that is.
    let own = schema.get("required").is_some()
        || DECIDING
            .iter()
            .any(|key| !COMBINATORS.contains(key) && schema.get(key).is_some());
    let members = schema.get("allOf").and_then(Value::as_array);
    let members = members
        .into_iter()
        .flatten()
        .filter(|member| decides(member) || member.get("required").is_some());
    (own, members.collect())
}

/// The only part of a schema that decides, where the rest of it describes alone.
pub(crate) fn sole_part(schema: &Value) -> Option<&Value> {
    let (own, members) = parts(schema);
    match (own, members.as_slice(), alternatives(schema).as_slice()) {
        (false, [part], []) | (false, [], [part]) => Some(part),
        _ => None,
    }
}

/// Whether a schema becomes a type of its own: an object with members, an enum of texts, one of several.
fn needs_name(document: &Document, schema: &Value, seen: &mut Vec<String>) -> bool {
    if schema.get("properties").is_some_and(|properties| {
        properties
            .as_object()
            .is_some_and(|properties| !properties.is_empty())
    }) || texts(schema).is_some()
        || alternatives(schema).len() > 1
    {
        return true;
    }
    // A reference with a description around it is still the type that it refers to.
    if sole_part(schema).is_some_and(|part| part.get("$ref").is_some()) {
        return false;
    }
    let (_, members) = parts(schema);
    let mut members = members.into_iter().chain(alternatives(schema));
    members.any(|member| match member.get("$ref").and_then(Value::as_str) {
        None => needs_name(document, member, seen),
        Some(reference) if seen.iter().any(|earlier| earlier == reference) => false,
        Some(reference) => {
            seen.push(reference.to_owned());
            let target = unescaped(reference.trim_start_matches('#'));
            document
                .get(&target)
                .is_some_and(|target| needs_name(document, target, seen))
        }
    })
}

/// The values of an enum of texts, without `null`.
pub(crate) fn texts(schema: &Value) -> Option<Vec<String>> {
    if !matches!(
        schema.get("type").and_then(Value::as_str),
        None | Some("string")
    ) {
        return None;
    }
    let values = schema.get("enum")?.as_array()?.iter();
    let values: Option<Vec<String>> = values
        .filter(|value| !value.is_null())
        .map(|value| value.as_str().map(str::to_owned))
        .collect();
    let mut values = values?;
    let mut seen = BTreeSet::new();
    values.retain(|value| seen.insert(value.clone()));
    (!values.is_empty()).then_some(values)
}

fn misplaced_sensitive(document: &Document, pointer: &str) -> Error {
    let message = "`x-sensitive` is for named identifiers and for properties and parameters that are plain text; what is secret by itself has `format: password`";
    document.error(&join(pointer, SENSITIVE), message)
}

/// Whether a value is left out where the value around it is printed.
pub(crate) fn is_sensitive(schema: &Value) -> bool {
    schema.get(SENSITIVE) == Some(&Value::Bool(true))
}

fn is_plain_text(schema: &Value) -> bool {
    schema.get("type").and_then(Value::as_str) == Some("string")
        && schema.get("format").is_none()
        && schema.get("enum").is_none()
}

/// Whether a named schema becomes an identifier type.
pub(crate) fn is_id(schema: &Value) -> bool {
    let word = |key: &str| schema.get(key).and_then(Value::as_str);
    (word("type"), word("format")) == (Some("string"), Some("uuid")) && texts(schema).is_none()
}

fn reference_to(name: &str) -> Value {
    json!({ "$ref": format!("#{}", join(COMPONENTS, name)) })
}

/// The value of an enum that has one alone.
pub(crate) fn sole_value(schema: &Value) -> Option<&str> {
    match schema.get("enum")?.as_array()?.as_slice() {
        [value] => value.as_str(),
        _ => None,
    }
}

/// The name in `$ref: '#/components/schemas/NAME'`.
pub(crate) fn reference(members: &Map<String, Value>) -> Option<String> {
    let name = members
        .get("$ref")?
        .as_str()?
        .strip_prefix("#/components/schemas/")?;
    Some(name.replace("~1", "/").replace("~0", "~"))
}
