//! Every request of the document is written as it was read, and read as it was written.

use pingone_codegen::model::{Body, Location, Operation, Parameter};
use pingone_models::operations::OPERATIONS;
use pingone_models::registry;
use pingone_models::request::RawRequest;
use pingone_models::samples;
use pingone_tests::API;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Map, Value};
use url::form_urlencoded;

use crate::models::values;

/// A request read by its type and written again.
fn again(id: &str, raw: &RawRequest) -> Result<RawRequest, String> {
    let read = registry::request(id).ok_or("no operation has this id")?;
    let request = read(raw).map_err(|error| error.to_string())?;
    assert_eq!(request.operation().id, id);
    let mut written = RawRequest::default();
    request
        .write(&mut written)
        .map_err(|error| error.to_string())?;
    Ok(written)
}

fn is_form(operation: &Operation) -> bool {
    operation.media_type() == Some("application/x-www-form-urlencoded")
}

/// The body as a value, in which the order of members does not matter.
fn value(operation: &Operation, raw: &RawRequest) -> Option<Value> {
    let bytes = raw.body.as_ref()?;
    if is_form(operation) {
        let fields = form_urlencoded::parse(bytes);
        let fields: Map<_, _> = fields
            .map(|(name, value)| (name.into_owned(), value.into()))
            .collect();
        return Some(fields.into());
    }
    Some(serde_json::from_slice(bytes).expect("JSON"))
}

#[track_caller]
fn check(operation: &Operation, raw: &RawRequest) {
    let id = &operation.id;
    let written = again(id, raw).unwrap_or_else(|error| panic!("`{id}`: {error}"));
    assert_eq!(value(operation, &written), value(operation, raw), "`{id}`");
    // The values of one parameter keep their order; the parameters have the order of their names.
    let parameters = |raw: &RawRequest| {
        let (mut query, mut headers) = (raw.query.clone(), raw.headers.clone());
        query.sort_by(|one, other| one.0.cmp(&other.0));
        headers.sort_by(|one, other| one.0.cmp(&other.0));
        (raw.path.clone(), query, headers)
    };
    assert_eq!(parameters(&written), parameters(raw), "`{id}`");
}

#[test]
fn every_sample_is_written_as_it_was_read() {
    for sample in samples() {
        let operation = API
            .operations
            .iter()
            .find(|own| own.id == sample.operation.id)
            .expect("an operation");
        check(operation, &sample.raw());
    }
    for row in OPERATIONS {
        assert!(
            samples().iter().any(|sample| sample.operation.id == row.id),
            "show a request of `{}` in the document: its `examples` are empty",
            row.id
        );
    }
}

fn texts(value: &Value) -> Vec<String> {
    match value {
        Value::Array(items) => items.iter().flat_map(texts).collect(),
        Value::String(text) => vec![text.clone()],
        other => vec![other.to_string()],
    }
}

/// The values of a parameter as text; none where it is absent.
fn texts_of(parameter: &Parameter) -> BoxedStrategy<Vec<String>> {
    let own = values(parameter.schema.clone(), 2).prop_map(|value| texts(&value));
    if parameter.required {
        own.prop_filter("a required list has a value", |texts| !texts.is_empty())
            .boxed()
    } else {
        prop_oneof![own, Just(Vec::new())].boxed()
    }
}

/// Requests of an operation with generated values.
pub(crate) fn requests(operation: &'static Operation) -> BoxedStrategy<RawRequest> {
    let own = operation
        .parameters
        .iter()
        .filter(|parameter| !parameter.client_supplied);
    let mut raw = Just(RawRequest::default()).boxed();
    for parameter in own {
        raw = (raw, texts_of(parameter))
            .prop_map(|(mut raw, texts)| {
                let list = match parameter.location {
                    Location::Path => &mut raw.path,
                    Location::Query => &mut raw.query,
                    Location::Header => &mut raw.headers,
                };
                list.extend(texts.into_iter().map(|text| (parameter.name.clone(), text)));
                raw
            })
            .boxed();
    }
    let Body::Content { schema, .. } = &operation.body else {
        return raw;
    };
    (raw, values(schema.clone(), 3))
        .prop_map(|(mut raw, body)| {
            raw.body = Some(if is_form(operation) {
                let fields = body.as_object().expect("a form is an object");
                let pairs = fields.iter().flat_map(|(name, value)| {
                    texts(value).into_iter().map(move |text| (name, text))
                });
                let mut form = form_urlencoded::Serializer::new(String::new());
                form.extend_pairs(pairs).finish().into_bytes()
            } else {
                body.to_string().into_bytes()
            });
            raw
        })
        .boxed()
}

#[test]
fn every_request_is_written_as_it_was_read() {
    let mut runner = TestRunner::new(Config {
        cases: 64,
        failure_persistence: None,
        ..Config::default()
    });
    for operation in &API.operations {
        let outcome = runner.run(&requests(operation), |raw| {
            check(operation, &raw);
            Ok(())
        });
        outcome.unwrap_or_else(|error| panic!("`{}`: {error}", operation.id));
    }
    println!(
        "{} requests x 64 values are written as they were read",
        API.operations.len()
    );
}

#[test]
fn an_error_about_a_body_does_not_quote_it() {
    let raw = |body: &str| RawRequest {
        path: vec![(
            "userId".to_owned(),
            "8376797d-641c-4e7b-8bc1-2fdf71916cab".to_owned(),
        )],
        body: Some(body.as_bytes().to_vec()),
        ..RawRequest::default()
    };
    for (body, expected) in [
        (
            r#"{"verificationCode":4711}"#,
            "the body is invalid: expected a string at line 1 column 24",
        ),
        (
            r#"{}"#,
            "the body is invalid: missing field `verificationCode` at line 1 column 2",
        ),
        (
            r#"{"verificationCode":"4711"#,
            "the body is invalid: it does not have the documented form",
        ),
    ] {
        let error = again("verifyUser", &raw(body)).expect_err("refused");
        assert_eq!(error, expected);
    }
}
