//! The schemas of a document as JSON Schema, for checking payloads at run time.

use serde_json::{Map, Value, json};

use crate::model::{Api, Body, Location, Operation, ResponseBody};

/// The named schemas under `$defs`, and the schema of each query, request and answer by the id of its operation.
///
/// The result is JSON Schema 2020-12, with every bound, pattern and default of the document.
#[must_use]
pub(crate) fn validation(api: &Api) -> Value {
    let definitions = api
        .schemas
        .iter()
        .map(|(name, schema)| (name.clone(), json_schema(&schema.value)));
    let definitions: Map<String, Value> = definitions.collect();
    let mut queries = Map::new();
    let mut requests = Map::new();
    let mut responses = Map::new();
    for operation in &api.operations {
        if let Some(schema) = query(operation) {
            queries.insert(operation.id.clone(), schema);
        }
        if let Body::Content { schema, .. } = &operation.body {
            requests.insert(operation.id.clone(), json_schema(schema));
        }
        let answers = operation
            .responses
            .iter()
            .filter_map(|response| match &response.body {
                ResponseBody::Json { schema, .. } => {
                    Some((response.status.clone(), json_schema(schema)))
                }
                ResponseBody::None | ResponseBody::Open => None,
            });
        responses.insert(operation.id.clone(), Value::Object(answers.collect()));
    }
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$defs": definitions,
        "queries": queries,
        "requests": requests,
        "responses": responses,
    })
}

/// The parameters of a query as the properties of an object; a list is checked item by item.
fn query(operation: &Operation) -> Option<Value> {
    let parameters = operation.parameters.iter();
    let properties: Map<String, Value> = parameters
        .filter(|parameter| parameter.location == Location::Query)
        .map(|parameter| {
            let schema = &parameter.schema;
            let schema = schema.get("items").unwrap_or(schema);
            (parameter.name.clone(), json_schema(schema))
        })
        .collect();
    (!properties.is_empty()).then(|| json!({ "type": "object", "properties": properties }))
}

/// An OpenAPI 3.0 schema in the words of JSON Schema.
fn json_schema(schema: &Value) -> Value {
    match schema {
        Value::Array(items) => items.iter().map(json_schema).collect(),
        Value::Object(members) => {
            let mut lowered = Map::new();
            for (key, value) in members {
                let value = match (key.as_str(), value) {
                    ("$ref", Value::String(reference)) => {
                        json!(reference.replace("#/components/schemas/", "#/$defs/"))
                    }
                    ("nullable" | "example" | "discriminator" | "xml" | "externalDocs", _) => {
                        continue;
                    }
                    (key, _) if key.starts_with("x-") => continue,
                    ("enum" | "default" | "required", value) => value.clone(),
                    ("properties", Value::Object(properties)) => properties
                        .iter()
                        .map(|(name, value)| (name.clone(), json_schema(value)))
                        .collect(),
                    (_, value) => json_schema(value),
                };
                lowered.insert(key.clone(), value);
            }
            exclude(&mut lowered, "minimum", "exclusiveMinimum");
            exclude(&mut lowered, "maximum", "exclusiveMaximum");
            if members.get("x-patch") == Some(&Value::Bool(true)) {
                clearable(&mut lowered);
            }
            if members.get("nullable") == Some(&Value::Bool(true)) {
                return or_null(&Value::Object(lowered));
            }
            Value::Object(lowered)
        }
        other => other.clone(),
    }
}

/// Writes a bound as JSON Schema does, where `exclusiveMinimum` is the bound itself and no flag.
fn exclude(schema: &mut Map<String, Value>, bound: &str, exclusive: &str) {
    let Some(Value::Bool(excludes)) = schema.get(exclusive) else {
        return;
    };
    let excludes = *excludes;
    schema.remove(exclusive);
    if excludes && let Some(value) = schema.remove(bound) {
        schema.insert(exclusive.to_owned(), value);
    }
}

/// Lets every optional property of a partial update be `null`.
fn clearable(schema: &mut Map<String, Value>) {
    let required = schema.get("required").cloned().unwrap_or_default();
    let required: Vec<&str> = required.as_array().map_or_else(Vec::new, |names| {
        names.iter().filter_map(Value::as_str).collect()
    });
    if let Some(Value::Object(properties)) = schema.get_mut("properties") {
        for (name, property) in properties {
            if !required.contains(&name.as_str()) {
                *property = or_null(property);
            }
        }
    }
}

fn or_null(schema: &Value) -> Value {
    json!({ "anyOf": [schema, { "type": "null" }] })
}
