//! Every operation of the document, byte for byte as the generated client puts it on a socket.

use pingone_codegen::model::ResponseBody;
use pingone_models::operations::OPERATIONS;
use pingone_models::request::Sample;
use pingone_models::samples;
use pingone_tests::API;
use pingone_tests::sample::{self, arguments, authorized, documented, send};
use pingone_tests::stub::{Reply, Stub};
use url::form_urlencoded::Serializer;

/// What the document says must be on the wire: the request line, the headers sorted by name, the body.
fn expected(sample: &Sample, host: &str, prefix: &str) -> String {
    let operation = documented(sample);
    let accept = match operation.success() {
        ResponseBody::Json { media_type, .. } if media_type == "application/json" => {
            "application/json, */*;q=0.8".to_owned()
        }
        ResponseBody::Json { media_type, .. } => media_type,
        ResponseBody::None | ResponseBody::Open => "*/*".to_owned(),
    };
    let form = operation.media_type() == Some("application/x-www-form-urlencoded");
    let body = match sample::body(sample) {
        Some(body) if form => form_of(&body),
        Some(body) => body.to_string(),
        None => String::new(),
    };
    let mut headers = vec![format!("accept: {accept}"), format!("host: {host}")];
    if operation.method != "GET" {
        headers.push(format!("content-length: {}", body.len()));
    }
    headers.extend(
        operation
            .media_type()
            .map(|media_type| format!("content-type: {media_type}")),
    );
    headers.extend(sample::authorization(sample).map(|(name, value)| format!("{name}: {value}")));
    headers.sort_unstable();
    let (method, target) = (&operation.method, sample::target(sample));
    format!(
        "{method} {prefix}{target} HTTP/1.1\n{}\n\n{body}",
        headers.join("\n")
    )
}

/// A flat object as a form.
fn form_of(body: &serde_json::Value) -> String {
    let members = body.as_object().expect("a form is an object").iter();
    let pairs = members.map(|(name, value)| (name, value.as_str().expect("a form holds text")));
    Serializer::new(String::new()).extend_pairs(pairs).finish()
}

#[tokio::test]
async fn every_operation_is_on_the_wire_as_the_document_says() {
    let stub = Stub::always(Reply::json(500, "{}")).await.expect("a stub");
    let host = stub.url().trim_start_matches("http://").to_owned();
    let mut seen = Vec::new();
    for sample in samples() {
        let prefix = if sample.operation.server == "platform" {
            "/v1"
        } else {
            ""
        };
        let (id, arguments) = (sample.operation.id, arguments(sample));
        let outcome = send(id, stub.url(), authorized(sample), &arguments).await;
        assert!(outcome.is_err(), "the server refuses everything");
        let requests = stub.take();
        assert_eq!(requests.len(), 1, "`{id}` was sent once");
        let request = &requests[0];
        let mut headers: Vec<&str> = request.headers().collect();
        headers.sort_unstable();
        let sent = format!(
            "{}\n{}\n\n{}",
            request.line(),
            headers.join("\n"),
            request.text()
        );
        assert_eq!(
            sent,
            expected(sample, &host, prefix),
            "`{id}`, `{}`",
            sample.name
        );
        seen.push(id);
    }
    seen.dedup();
    let documented: Vec<_> = API
        .operations
        .iter()
        .map(|operation| operation.id.as_str())
        .collect();
    assert_eq!(seen, documented, "every operation was sent");
    println!(
        "{} operations are on the wire as the document says",
        seen.len()
    );
}

#[test]
fn the_table_of_operations_is_the_document() {
    let table: Vec<_> = OPERATIONS
        .iter()
        .map(|row| (row.id, row.method, row.path, row.media_type()))
        .collect();
    let document: Vec<_> = API
        .operations
        .iter()
        .map(|own| {
            (
                own.id.as_str(),
                own.method.as_str(),
                own.path.as_str(),
                own.media_type(),
            )
        })
        .collect();
    assert_eq!(table, document);
}
