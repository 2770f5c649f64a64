//! Every operation of the document, byte for byte as the generated client puts it on a socket.

use pingone_codegen::model::{Body, ResponseBody};
use pingone_models::operations::OPERATIONS;
use pingone_tests::stub::{Reply, Stub};
use pingone_tests::{API, Sample, samples};

/// What the document says must be on the wire: the request line, the headers sorted by name, the body.
fn expected(sample: &Sample, host: &str, prefix: &str) -> String {
    let operation = sample.operation;
    let accept = match operation.success() {
        ResponseBody::Json { media_type, .. } => media_type,
        ResponseBody::None | ResponseBody::Open => "*/*".to_owned(),
    };
    let body = match (&operation.body, &sample.body) {
        (Body::Content { media_type, .. }, Some(body))
            if media_type == "application/x-www-form-urlencoded" =>
        {
            form(body)
        }
        (_, Some(body)) => body.to_string(),
        (_, None) => String::new(),
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
    headers.extend(
        sample
            .authorization()
            .map(|(name, value)| format!("{name}: {value}")),
    );
    headers.sort_unstable();
    let (method, path) = (&operation.method, sample.path());
    format!(
        "{method} {prefix}{path} HTTP/1.1\n{}\n\n{body}",
        headers.join("\n")
    )
}

/// A flat object as a form; the examples need no escaping but that of a colon.
fn form(body: &serde_json::Value) -> String {
    let members = body.as_object().expect("a form is an object").iter();
    let pairs = members.map(|(name, value)| {
        let value = value
            .as_str()
            .expect("a form holds text")
            .replace(':', "%3A")
            .replace('/', "%2F")
            .replace(' ', "+");
        format!("{name}={value}")
    });
    pairs.collect::<Vec<_>>().join("&")
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
        let outcome = sample.send(&format!("{}/v1", stub.url()), stub.url()).await;
        assert!(outcome.is_err(), "the server refuses everything");
        let requests = stub.take();
        assert_eq!(requests.len(), 1, "`{}` was sent once", sample.operation.id);
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
            expected(&sample, &host, prefix),
            "`{}`, `{}`",
            sample.operation.id,
            sample.case
        );
        seen.push(sample.operation.id.as_str());
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
