//! Named schemas: every object and every enum gets a name, so that it becomes one Rust type wherever it is used.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use heck::ToUpperCamelCase;
use serde_json::{Map, Value, json};

use crate::document::{Document, join};
use crate::emit::PRELUDE;
use crate::error::{Error, Result};
use crate::model::{Operation, ResponseBody, Schema, SchemaKind};

/// Marks an identifier that opens something for whoever knows it.
pub(crate) const SENSITIVE: &str = "x-sensitive";

pub(crate) const COMPONENTS: &str = "/components/schemas";

/// Keywords under which more schemas stand.
const COMBINATORS: [&str; 3] = ["allOf", "anyOf", "oneOf"];

pub(crate) struct Schemas<'a> {
    document: &'a Document,
    /// Each named schema with its value and its place.
    named: BTreeMap<String, (Value, String)>,
    /// The Rust name of each schema, with the place that took it.
    taken: HashMap<String, String>,
}

impl<'a> Schemas<'a> {
    pub(crate) fn new(document: &'a Document) -> Result<Self> {
        check_references(document)?;
        let mut schemas = Self {
            document,
            named: BTreeMap::new(),
            taken: HashMap::new(),
        };
        let names: Vec<&String> = match document.get(COMPONENTS).and_then(Value::as_object) {
            Some(components) => components.keys().collect(),
            None => Vec::new(),
        };
        for name in &names {
            schemas.claim(name, &join(COMPONENTS, name))?;
        }
        for name in names {
            let pointer = join(COMPONENTS, name);
            let value = schemas.inner(&pointer, name)?;
            if value.get(SENSITIVE).is_some() && kind(&value) != SchemaKind::Id {
                return Err(misplaced_sensitive(document, &pointer));
            }
            schemas.named.insert(name.clone(), (value, pointer));
        }
        Ok(schemas)
    }

    /// The schema at a pointer, or a reference to it when it had to be given the name `hint`.
    pub(crate) fn name_inline(&mut self, pointer: &str, hint: &str) -> Result<Value> {
        let document = self.document;
        let schema = document.get(pointer).unwrap_or(&Value::Null);
        if let Some(reference) = schema.get("$ref") {
            let name = reference
                .as_str()
                .and_then(|text| text.strip_prefix("#/components/schemas/"));
            let Some(name) = name.filter(|name| !name.contains('/')) else {
                let message =
                    format!("a schema can only be `#/components/schemas/NAME`, not `{reference}`");
                return Err(document.error(&join(pointer, "$ref"), message));
            };
            return Ok(json!({ "$ref": format!("#{}", join(COMPONENTS, name)) }));
        }
        if schema.get(SENSITIVE).is_some() {
            return Err(misplaced_sensitive(document, pointer));
        }
        let is_object = schema.get("properties").is_some();
        if !is_object && schema.get("enum").is_none() {
            return self.inner(pointer, hint);
        }
        let name = self.free_name(hint);
        self.claim(&name, pointer)?;
        let value = self.inner(pointer, &name)?;
        self.named.insert(name.clone(), (value, pointer.to_owned()));
        Ok(json!({ "$ref": format!("#{}", join(COMPONENTS, &name)) }))
    }

    /// A schema whose inner objects and enums have become references; `name` begins their names.
    fn inner(&mut self, pointer: &str, name: &str) -> Result<Value> {
        let document = self.document;
        let Some(schema) = document.get(pointer).and_then(Value::as_object) else {
            return Err(document.error(pointer, "a schema is a mapping of keywords"));
        };
        if schema.contains_key("$ref") {
            return self.name_inline(pointer, name);
        }
        for key in ["not", "patternProperties", "const", "if"] {
            if schema.contains_key(key) {
                return Err(document.error(
                    &join(pointer, key),
                    format!("the keyword `{key}` is unsupported"),
                ));
            }
        }
        if schema.contains_key("enum")
            && schema.get("type").and_then(Value::as_str) != Some("string")
        {
            return Err(document.error(
                &join(pointer, "enum"),
                "an enum of anything but strings is unsupported",
            ));
        }
        let mut lowered = schema.clone();
        for (key, value) in &mut lowered {
            let at = join(pointer, key);
            match (key.as_str(), value) {
                ("properties", Value::Object(properties)) => {
                    for (property, value) in properties {
                        *value =
                            self.name_inline(&join(&at, property), &format!("{name}-{property}"))?;
                    }
                }
                ("items", value) => *value = self.name_inline(&at, &format!("{name}-item"))?,
                ("additionalProperties", value @ Value::Object(_)) => {
                    *value = self.name_inline(&at, &format!("{name}-value"))?;
                }
                (key, Value::Array(members)) if COMBINATORS.contains(&key) => {
                    for (index, member) in members.iter_mut().enumerate() {
                        *member =
                            self.inner(&join(&at, &index.to_string()), &format!("{name}-{index}"))?;
                    }
                }
                _ => {}
            }
        }
        Ok(Value::Object(lowered))
    }

    fn free_name(&self, hint: &str) -> String {
        let name = hint.to_upper_camel_case();
        if !self.taken.contains_key(&name) {
            return name;
        }
        let numbered = (2..).map(|number| format!("{name}{number}"));
        let mut free = numbered.filter(|name| !self.taken.contains_key(name));
        free.next().unwrap_or(name)
    }

    fn claim(&mut self, name: &str, pointer: &str) -> Result<()> {
        let rust = name.to_upper_camel_case();
        if syn::parse_str::<syn::Ident>(&rust).is_err()
            || PRELUDE.iter().any(|(_, name)| *name == rust)
        {
            let message = format!("`{name}` cannot be the name of a Rust type: choose another");
            return Err(self.document.error(pointer, message));
        }
        if let Some(first) = self.taken.insert(rust.clone(), pointer.to_owned()) {
            let line = self
                .document
                .position(&first)
                .map_or(0, |position| position.line);
            let message = format!(
                "this schema becomes the Rust type `{rust}`, as the one on line {line} does"
            );
            return Err(self.document.error(pointer, message));
        }
        Ok(())
    }

    pub(crate) fn finish(self, operations: &[Operation]) -> Result<BTreeMap<String, Schema>> {
        let mut open: Vec<&Value> = Vec::new();
        for response in operations.iter().flat_map(|operation| &operation.responses) {
            if let ResponseBody::Json { schema, .. } = &response.body {
                open.push(schema);
            }
        }
        let mut answered = BTreeSet::new();
        while let Some(schema) = open.pop() {
            for name in references(schema) {
                if answered.insert(name.to_owned())
                    && let Some((value, _)) = self.named.get(name)
                {
                    open.push(value);
                }
            }
        }
        let schemas = self.named.into_iter().map(|(name, (value, pointer))| {
            let schema = Schema {
                kind: kind(&value),
                in_response: answered.contains(&name),
                value,
                pointer,
            };
            (name, schema)
        });
        Ok(schemas.collect())
    }
}

fn misplaced_sensitive(document: &Document, pointer: &str) -> Error {
    let message =
        "`x-sensitive` is for named identifiers; what is secret by itself has `format: password`";
    document.error(&join(pointer, SENSITIVE), message)
}

fn kind(schema: &Value) -> SchemaKind {
    let word = |key: &str| schema.get(key).and_then(Value::as_str);
    if word("type") != Some("string") {
        return SchemaKind::Type;
    }
    if let Some(values) = schema.get("enum").and_then(Value::as_array) {
        let values = values.iter().filter_map(Value::as_str);
        return SchemaKind::Enum(values.map(str::to_owned).collect());
    }
    match word("format") {
        Some("uuid") => SchemaKind::Id,
        Some("password") => SchemaKind::Secret,
        _ => SchemaKind::Type,
    }
}

/// The value of an enum that has one alone.
pub(crate) fn sole_value(schema: &Value) -> Option<&str> {
    match schema.get("enum")?.as_array()?.as_slice() {
        [value] => value.as_str(),
        _ => None,
    }
}

/// The names of the schemas that a schema refers to directly.
pub(crate) fn references(schema: &Value) -> Vec<&str> {
    let mut names = Vec::new();
    let mut open = vec![schema];
    while let Some(value) = open.pop() {
        match value {
            Value::Object(members) => {
                if let Some(name) = reference(members) {
                    names.push(name);
                }
                open.extend(
                    members
                        .iter()
                        .filter(|(key, _)| !is_data(key))
                        .map(|(_, value)| value),
                );
            }
            Value::Array(items) => open.extend(items),
            _ => {}
        }
    }
    names
}

/// The name in `$ref: '#/components/schemas/NAME'`.
pub(crate) fn reference(members: &Map<String, Value>) -> Option<&str> {
    members
        .get("$ref")?
        .as_str()?
        .strip_prefix("#/components/schemas/")
}

/// Whether payloads stand under a key, in which `$ref` would be nothing but a member.
fn is_data(key: &str) -> bool {
    matches!(key, "example" | "examples" | "default" | "enum")
}

/// Refuses references to nowhere anywhere in the document, used or not.
fn check_references(document: &Document) -> Result<()> {
    let mut open = vec![(String::new(), document.root())];
    while let Some((pointer, value)) = open.pop() {
        match value {
            Value::Object(members) => {
                if members.get("$ref").is_some_and(Value::is_string) {
                    document.resolve(&pointer)?;
                }
                for (key, value) in members {
                    // The values of a mapping named `examples` may be references; payloads are not looked into.
                    if !is_data(key) || (key == "examples" && value.is_object()) {
                        let at = join(&pointer, key);
                        if !at.ends_with("/value") || !at.contains("/examples/") {
                            open.push((at, value));
                        }
                    }
                }
            }
            Value::Array(items) => {
                let items = items.iter().enumerate();
                open.extend(
                    items.map(|(index, value)| (join(&pointer, &index.to_string()), value)),
                );
            }
            _ => {}
        }
    }
    Ok(())
}
