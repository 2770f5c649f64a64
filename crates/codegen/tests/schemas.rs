//! The schemas for validation: what OpenAPI 3.0 says otherwise than JSON Schema is translated.

use pingone_codegen::{Document, Layout, generate};
use serde_json::{Value, json};

/// Compares the JSON Schema of a schema.
#[track_caller]
fn check(schema: &str, expected: &Value) {
    let text = format!(
        "openapi: 3.0.3\ninfo: {{ title: Tanks, version: '1' }}\npaths: {{}}\ncomponents: {{ schemas: {{ Tank: {schema} }} }}\n"
    );
    let document = Document::parse("tanks.yaml", text).expect("readable");
    let outputs = generate(&document, &Layout::folder("out".as_ref())).expect("generated");
    let schemas = outputs
        .iter()
        .find(|output| output.path.ends_with("schemas.json"));
    let schemas: Value = serde_json::from_str(&schemas.expect("generated").content).expect("JSON");
    assert_eq!(schemas["$defs"]["Tank"], *expected);
}

#[test]
fn an_exclusive_bound_is_the_bound_itself() {
    check(
        "{ type: number, minimum: 0, exclusiveMinimum: true, maximum: 5, exclusiveMaximum: false }",
        &json!({ "type": "number", "exclusiveMinimum": 0, "maximum": 5 }),
    );
    check(
        "{ type: integer, maximum: 9, exclusiveMaximum: true }",
        &json!({ "type": "integer", "exclusiveMaximum": 9 }),
    );
    check(
        "{ type: integer, exclusiveMinimum: true }",
        &json!({ "type": "integer" }),
    );
}

#[test]
fn a_flag_in_a_member_is_translated_and_a_member_of_that_name_is_not() {
    check(
        "{ type: object, properties: { exclusiveMinimum: { type: boolean }, level: { type: number, minimum: 1, exclusiveMinimum: true } } }",
        &json!({ "type": "object", "properties": {
            "exclusiveMinimum": { "type": "boolean" },
            "level": { "type": "number", "exclusiveMinimum": 1 },
        } }),
    );
}

#[test]
fn nullable_is_a_choice_and_what_is_no_json_schema_is_left_out() {
    check(
        "{ type: string, nullable: true, example: a, x-note: b, pattern: '^a' }",
        &json!({ "anyOf": [{ "type": "string", "pattern": "^a" }, { "type": "null" }] }),
    );
}
