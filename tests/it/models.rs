//! The types against the schemas that they were generated from.

use std::collections::BTreeSet;

use pingone_models::registry::{SCHEMAS, json_schema, round_trip};
use pingone_tests::API;
use proptest::prelude::*;
use proptest::strategy::LazyJust;
use proptest::test_runner::{Config, TestRunner};
use schemars::SchemaGenerator;
use serde_json::{Map, Value, json};

fn named(reference: &Value) -> Option<&str> {
    reference.get("$ref")?.as_str()?.rsplit('/').next()
}

/// What two schemas must agree on, in one form for both.
#[derive(Debug, Default, PartialEq)]
struct Shape {
    kind: Value,
    format: Option<String>,
    values: BTreeSet<String>,
    required: BTreeSet<String>,
    properties: Vec<(String, String)>,
    items: Option<String>,
}

fn texts(value: Option<&Value>) -> BTreeSet<String> {
    let values = value.and_then(Value::as_array).into_iter().flatten();
    values
        .filter_map(Value::as_str)
        .map(str::to_owned)
        .collect()
}

/// A reference, or what stands in its place, in one line.
///
/// `null` is left out where a member may also be absent: both mean the same to a reader.
fn brief(schema: &Value) -> String {
    if let Some(name) = named(schema) {
        return name.to_owned();
    }
    if let Some(members) = schema.get("anyOf").and_then(Value::as_array) {
        let members: Vec<_> = members
            .iter()
            .filter(|member| member["type"] != "null")
            .map(brief)
            .collect();
        return members.join(" or ");
    }
    let mut text = kind(schema).as_str().unwrap_or("anything").to_owned();
    for key in ["items", "additionalProperties"] {
        if let Some(inner) = schema
            .get(key)
            .filter(|inner| inner.is_object() && **inner != json!({}))
        {
            text = format!("{text} of {}", brief(inner));
        }
    }
    match format(schema) {
        Some(format) => format!("{text} ({format})"),
        None => text,
    }
}

fn kind(schema: &Value) -> Value {
    match schema.get("type") {
        Some(Value::Array(kinds)) => kinds
            .iter()
            .find(|kind| **kind != "null")
            .cloned()
            .unwrap_or_default(),
        Some(kind) => kind.clone(),
        None => Value::Null,
    }
}

/// The formats that have a Rust type of their own.
fn format(schema: &Value) -> Option<String> {
    let format = schema.get("format")?.as_str()?;
    matches!(
        format,
        "uuid" | "date-time" | "password" | "int32" | "int64" | "double"
    )
    .then(|| format.to_owned())
}

fn shape(schema: &Value) -> Shape {
    let properties = schema
        .get("properties")
        .and_then(Value::as_object)
        .into_iter()
        .flatten();
    Shape {
        kind: kind(schema),
        format: format(schema),
        values: texts(schema.get("enum")),
        required: texts(schema.get("required")),
        properties: properties
            .map(|(name, schema)| (name.clone(), brief(schema)))
            .collect(),
        items: schema.get("items").map(brief),
    }
}

#[test]
fn the_schema_of_every_type_is_the_schema_of_the_document() {
    for (name, schema) in API
        .schemas
        .iter()
        .filter(|(name, _)| SCHEMAS.contains(&name.as_str()))
    {
        let mut generator = SchemaGenerator::default();
        let derived = json_schema(name, &mut generator).expect("a type");
        // Secrets are one type in Rust, whatever their name in the document.
        assert_eq!(shape(derived.as_value()), shape(&schema.value), "`{name}`");
    }
    println!("{} types agree with their schemas", SCHEMAS.len());
}

/// Values of a schema, with unknown members, unknown enum values and absent members among them.
pub(crate) fn values(schema: Value, depth: u32) -> BoxedStrategy<Value> {
    if let Some(name) = named(&schema) {
        let target = API.schemas[name].value.clone();
        return LazyJust::new(move || target.clone())
            .prop_flat_map(move |target| values(target, depth))
            .boxed();
    }
    let format = schema
        .get("format")
        .and_then(Value::as_str)
        .map(str::to_owned);
    match kind(&schema).as_str() {
        Some("string") => {
            let known: Vec<String> = texts(schema.get("enum")).into_iter().collect();
            match format.as_deref() {
                _ if !known.is_empty() => {
                    prop_oneof![proptest::sample::select(known), "[A-Z_0-9]{1,12}"]
                        .prop_map(Value::from)
                        .boxed()
                }
                Some("uuid") => any::<[u8; 16]>().prop_map(uuid).boxed(),
                Some("date-time") => (0..4_102_444_800_000_i64)
                    .prop_map(|at| timestamp(at).into())
                    .boxed(),
                _ => any::<String>().prop_map(Value::from).boxed(),
            }
        }
        Some("integer") => any::<i32>().prop_map(Value::from).boxed(),
        Some("number") => any::<i32>()
            .prop_map(|number| json!(f64::from(number) / 4.0))
            .boxed(),
        Some("boolean") => any::<bool>().prop_map(Value::from).boxed(),
        Some("array") => {
            let most = if depth == 0 { 0 } else { 3 };
            let items = schema.get("items").cloned().unwrap_or_default();
            proptest::collection::vec(values(items, depth.saturating_sub(1)), 0..=most)
                .prop_map(Value::from)
                .boxed()
        }
        Some("object") => object(schema, depth),
        _ => prop_oneof![
            any::<bool>().prop_map(Value::from),
            ".*".prop_map(Value::from)
        ]
        .boxed(),
    }
}

fn uuid(bytes: [u8; 16]) -> Value {
    let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    let parts = [
        &hex[..8],
        &hex[8..12],
        &hex[12..16],
        &hex[16..20],
        &hex[20..],
    ];
    parts.join("-").into()
}

fn timestamp(milliseconds: i64) -> String {
    // 86,400,000 milliseconds a day; only the time of day is varied, so that no calendar is needed.
    let of_day = milliseconds % 86_400_000;
    let (seconds, milliseconds) = (of_day / 1000, of_day % 1000);
    format!(
        "2026-11-21T{:02}:{:02}:{:02}.{milliseconds:03}Z",
        seconds / 3600,
        seconds / 60 % 60,
        seconds % 60
    )
}

fn object(schema: Value, depth: u32) -> BoxedStrategy<Value> {
    let required = texts(schema.get("required"));
    let properties = schema
        .get("properties")
        .and_then(Value::as_object)
        .cloned()
        .unwrap_or_default();
    let mut members: BoxedStrategy<Map<String, Value>> = Just(Map::new()).boxed();
    for (name, property) in properties {
        let is_required = required.contains(&name);
        if depth == 0 && !is_required {
            continue;
        }
        let value = values(property, depth.saturating_sub(1));
        let value = if is_required {
            value.prop_map(Some).boxed()
        } else {
            prop_oneof![2 => value.prop_map(Some), 1 => Just(None)].boxed()
        };
        members = (members, value)
            .prop_map(move |(mut members, value)| {
                if let Some(value) = value {
                    members.insert(name.clone(), value);
                }
                members
            })
            .boxed();
    }
    if let Some(values_of) = schema
        .get("additionalProperties")
        .filter(|values| values.get("$ref").is_some() || values.get("type").is_some())
    {
        let entries = proptest::collection::btree_map(
            "[a-z.]{1,8}",
            values(values_of.clone(), depth.saturating_sub(1)),
            0..3,
        );
        return (members, entries)
            .prop_map(|(mut members, entries)| {
                members.extend(entries);
                members.into()
            })
            .boxed();
    }
    members.prop_map(Value::from).boxed()
}

/// Members that are `null` where `null` means absent.
fn nulls(name: &str) -> Vec<String> {
    let schema = &API.schemas[name].value;
    let required = texts(schema.get("required"));
    let names = schema
        .get("properties")
        .and_then(Value::as_object)
        .into_iter()
        .flatten()
        .map(|(name, _)| name.clone());
    names.filter(|name| !required.contains(name)).collect()
}

#[test]
fn every_type_writes_what_it_read() {
    let mut runner = TestRunner::new(Config {
        cases: 256,
        failure_persistence: None,
        ..Config::default()
    });
    for name in SCHEMAS {
        let schema = json!({ "$ref": format!("#/components/schemas/{name}") });
        runner
            .run(&values(schema, 4), |value| {
                let again = round_trip(name, value.clone()).expect("a type");
                prop_assert_eq!(
                    again.map_err(|error| TestCaseError::fail(error.to_string()))?,
                    value
                );
                Ok(())
            })
            .unwrap_or_else(|error| panic!("`{name}`: {error}"));
    }
    println!(
        "{} types x 256 values are written as they were read",
        SCHEMAS.len()
    );
}

#[test]
fn unknown_members_of_answers_survive() {
    let mut count = 0;
    for (name, schema) in &API.schemas {
        let is_record = schema.value.get("properties").is_some();
        if !schema.in_response || !is_record {
            continue;
        }
        let mut runner = TestRunner::new(Config {
            failure_persistence: None,
            ..Config::default()
        });
        let strategy = values(schema.value.clone(), 2);
        let mut value = strategy.new_tree(&mut runner).expect("a value").current();
        value["brandNew"] = json!({ "deep": [1, "two", null] });
        let again = round_trip(name, value.clone())
            .expect("a type")
            .expect("readable");
        assert_eq!(again, value, "`{name}`");
        count += 1;
    }
    assert!(count > 10, "only {count} types were tried");
}

#[test]
fn null_and_absent_are_both_accepted_for_optional_members() {
    for (name, schema) in &API.schemas {
        if schema.value.get("properties").is_none() || schema.value.get("x-patch").is_some() {
            continue;
        }
        let mut runner = TestRunner::new(Config {
            failure_persistence: None,
            ..Config::default()
        });
        let least = values(schema.value.clone(), 0)
            .new_tree(&mut runner)
            .expect("a value")
            .current();
        let mut with_nulls = least.clone();
        for member in nulls(name) {
            with_nulls[member] = Value::Null;
        }
        let again = round_trip(name, with_nulls)
            .expect("a type")
            .expect("null is accepted");
        assert_eq!(again, least, "`{name}`");
    }
}

#[test]
fn a_partial_update_tells_null_from_absent() {
    for (name, _) in API
        .schemas
        .iter()
        .filter(|(_, schema)| schema.value.get("x-patch").is_some())
    {
        let mut runner = TestRunner::new(Config {
            failure_persistence: None,
            ..Config::default()
        });
        let least = values(API.schemas[name].value.clone(), 0)
            .new_tree(&mut runner)
            .expect("a value")
            .current();
        for member in nulls(name) {
            let mut cleared = least.clone();
            cleared[&member] = Value::Null;
            let again = round_trip(name, cleared.clone())
                .expect("a type")
                .expect("null is accepted");
            assert_eq!(again, cleared, "`{name}`, `{member}`");
        }
    }
}
