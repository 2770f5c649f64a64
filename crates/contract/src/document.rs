//! What the document says of answers.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use jsonschema::Validator;
use pingone_models::operation::Operation;
use serde_json::{Map, Value};

static DOCUMENT: LazyLock<Value> = LazyLock::new(|| {
    // Generated from the document, and compared with it by every check.
    let text = include_str!("../../sandbox/src/generated/schemas.json");
    serde_json::from_str(text).unwrap_or_default()
});

/// The schema of an answer; `None` if the document leaves the body open or does not list the status.
pub(crate) fn schema(operation: &Operation, status: u16) -> Option<&'static Value> {
    DOCUMENT
        .get("responses")?
        .get(operation.id)?
        .get(status.to_string())
}

pub(crate) fn validator(schema: &Value) -> Option<Validator> {
    let mut schema = schema.clone();
    schema["$defs"] = DOCUMENT["$defs"].clone();
    jsonschema::options()
        .should_validate_formats(true)
        .build(&schema)
        .ok()
}

/// The members that schemas describe, and whether others may occur.
#[derive(Default)]
pub(crate) struct Members {
    pub(crate) named: BTreeMap<&'static str, Vec<&'static Value>>,
    /// The schema of every other member: `None` if the document knows of no other.
    pub(crate) others: Option<&'static Value>,
}

/// What a schema says of the members of an object, and of the items of an array.
pub(crate) fn members(schema: &'static Value) -> (Members, Vec<&'static Value>) {
    let mut members = Members::default();
    let mut items = Vec::new();
    let mut left = vec![schema];
    // A schema may contain itself: each is read once.
    let mut seen: Vec<*const Value> = Vec::new();
    while let Some(schema) = left.pop() {
        if seen.contains(&std::ptr::from_ref(schema)) {
            continue;
        }
        seen.push(schema);
        let pointer = schema.get("$ref").and_then(Value::as_str);
        left.extend(pointer.and_then(|own| DOCUMENT.pointer(own.trim_start_matches('#'))));
        for composition in ["allOf", "anyOf", "oneOf"] {
            let parts = schema.get(composition).and_then(Value::as_array);
            left.extend(parts.into_iter().flatten());
        }
        let properties = schema.get("properties").and_then(Value::as_object);
        for (name, property) in properties.into_iter().flat_map(Map::iter) {
            members.named.entry(name).or_default().push(property);
        }
        items.extend(schema.get("items"));
        let others = schema.get("additionalProperties");
        members.others = members
            .others
            .or(others.filter(|own| **own != Value::Bool(false)));
    }
    (members, items)
}
