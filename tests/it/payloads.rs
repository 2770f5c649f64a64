//! Snapshots of what is sent and what is read: the place to see what a change of the document does to payloads.
//!
//! `cargo insta review`, or `INSTA_UPDATE=always cargo test -p pingone-tests`, accepts a change.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use insta::{Settings, assert_snapshot};
use pingone_codegen::model::{Body, Operation, Response, ResponseBody};
use pingone_models::registry::round_trip;
use pingone_models::request::Sample;
use pingone_models::samples;
use pingone_tests::sample::{self, arguments, authorized, documented, send};
use pingone_tests::stub::{Reply, Stub};
use pingone_tests::{API, root};
use serde_json::{Value, json};

/// Snapshots in a folder of their own, each saying which page it comes from.
fn settings(description: &str, operation: Option<&Operation>) -> Settings {
    let mut settings = Settings::clone_current();
    settings.set_snapshot_path("../snapshots");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.set_description(description);
    if let Some(docs) = operation.and_then(|operation| operation.docs.as_ref()) {
        settings.set_info(&json!({ "page": docs.page }));
    }
    settings
}

fn pretty(value: &Value) -> String {
    serde_json::to_string_pretty(value).expect("JSON")
}

#[tokio::test]
async fn requests_look_like_their_snapshots() {
    let stub = Stub::always(Reply::json(500, "{}")).await.expect("a stub");
    for sample in samples() {
        let operation = documented(sample);
        let _ = send(
            &operation.id,
            stub.url(),
            authorized(sample),
            &arguments(sample),
        )
        .await;
        let request = stub.take().pop().expect("something was sent");
        let server = API
            .servers
            .iter()
            .find(|server| server.name == operation.server)
            .expect("a server");
        let (method, target) = request.line().split_once(' ').expect("a request line");
        let path = target.trim_end_matches(" HTTP/1.1");
        let path = path.strip_prefix("/v1").unwrap_or(path);
        let mut text = format!("{method} {}{path}\n", server.url);
        for name in [
            "accept",
            "authorization",
            "content-length",
            "content-type",
            "cookie",
        ] {
            match request.header(name) {
                // The length of a payload is no news beside the payload.
                Some(length) if name == "content-length" && length != "0" => {}
                Some(value) => writeln!(text, "{name}: {value}").expect("text"),
                None => {}
            }
        }
        if !request.body.is_empty() {
            let body = serde_json::from_slice(&request.body)
                .map_or_else(|_| request.text().to_owned(), |body| pretty(&body));
            write!(text, "\n{body}\n").expect("text");
        }
        let name = request_name(sample);
        settings(&operation.summary, Some(operation)).bind(|| assert_snapshot!(name, text));
    }
}

fn request_name(sample: &Sample) -> String {
    format!("{}__{}", sample.operation.id, sample.name.replace(' ', "_"))
}

/// Each documented answer once, with the operation that gives it unless many do.
fn answers() -> Vec<(Option<&'static Operation>, &'static Response)> {
    let mut seen = BTreeSet::new();
    let mut answers = Vec::new();
    for operation in &API.operations {
        for response in &operation.responses {
            if seen.insert(&response.pointer) {
                let shared = response.pointer.starts_with("/components/");
                answers.push(((!shared).then_some(operation), response));
            }
        }
    }
    answers
}

/// The variant that an example answers, which has its name or a request of its name, among those that share the answer.
fn answered(case: &str, response: &Response) -> Option<&'static Operation> {
    API.operations.iter().find(|operation| {
        let own = operation.id == case
            || matches!(&operation.body, Body::Content { examples, .. } if examples.contains_key(case));
        own && operation.responses.iter().any(|other| other.pointer == response.pointer)
    })
}

/// The name of the snapshot of an answer, and the variant that gives it unless many do.
fn answer_name(
    first: Option<&'static Operation>,
    response: &Response,
    case: &str,
) -> (String, Option<&'static Operation>) {
    let operation = first.map(|first| answered(case, response).unwrap_or(first));
    let owner = match operation {
        Some(operation) => operation.id.as_str(),
        None => response.pointer.rsplit('/').next().unwrap_or_default(),
    };
    let mut name = format!("{owner}__{}", response.status);
    if case != owner {
        write!(name, "_{case}").expect("text");
    }
    (name, operation)
}

#[test]
fn answers_read_and_written_look_like_their_snapshots() {
    for (first, response) in answers() {
        let ResponseBody::Json { schema, .. } = &response.body else {
            continue;
        };
        let schema = schema["$ref"]
            .as_str()
            .and_then(|reference| reference.rsplit('/').next())
            .expect("a named schema");
        for (case, example) in &response.examples {
            let (name, operation) = answer_name(first, response, case);
            let again = round_trip(schema, example.clone())
                .expect("a type")
                .expect("the example is of its type");
            assert_eq!(&again, example, "`{name}` is written as it was read");
            let text = format!(
                "{} {schema}\n\n{}\n",
                response.status,
                pretty(&shortened(&again))
            );
            settings(&response.description, operation).bind(|| assert_snapshot!(name, text));
        }
    }
}

/// Each request of a variant and each answer with a body has a snapshot, and nothing else has one.
#[test]
fn the_snapshots_are_those_of_the_document() {
    let mut expected: BTreeSet<String> = samples().iter().map(request_name).collect();
    for (first, response) in answers() {
        let cases = response.examples.keys();
        expected.extend(cases.map(|case| answer_name(first, response, case).0));
    }
    let folder = root().join("tests/snapshots");
    let found: BTreeSet<String> = std::fs::read_dir(folder)
        .expect("a folder")
        .map(|entry| entry.expect("readable").path())
        .filter_map(|path| Some(path.file_stem()?.to_str()?.to_owned()))
        .collect();
    let (missing, left): (Vec<_>, Vec<_>) = (
        expected.difference(&found).collect(),
        found.difference(&expected).collect(),
    );
    assert!(
        missing.is_empty() && left.is_empty(),
        "missing in tests/snapshots: {missing:?}, which `INSTA_UPDATE=always cargo test -p pingone-tests --test it \
         payloads` writes; to be deleted there: {left:?}"
    );
}

/// A payload whose links are reduced to their names, since their addresses say nothing new.
fn shortened(value: &Value) -> Value {
    let mut value = value.clone();
    if let Some(links) = value.get_mut("_links").and_then(Value::as_object_mut)
        && links.len() > 1
    {
        value["_links"] = links.keys().cloned().collect::<Vec<_>>().join(", ").into();
    }
    value
}

#[test]
fn every_documented_request_is_written_as_it_was_read() {
    let mut count = 0;
    for sample in samples() {
        let Body::Content { schema, .. } = &documented(sample).body else {
            continue;
        };
        let name = schema["$ref"]
            .as_str()
            .and_then(|reference| reference.rsplit('/').next())
            .expect("a named schema");
        let body = sample::body(sample).expect("a body");
        let again = round_trip(name, body.clone())
            .expect("a type")
            .expect("the example is of its type");
        assert_eq!(again, body, "`{}`, `{}`", sample.operation.id, sample.name);
        count += 1;
    }
    println!("{count} documented requests are written as they were read");
}
