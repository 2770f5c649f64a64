//! How an answer differs from the document, and two answers from each other.

use std::collections::BTreeSet;

use pingone_models::operation::{self, Operation};

use crate::document;
use crate::service::Answer;
use crate::shape;

/// How an answer differs from what the document says of it.
pub(crate) fn against_document(operation: &Operation, answer: &Answer) -> Vec<String> {
    let mut found = Vec::new();
    let status = answer.status;
    if !operation.lists_status(status) {
        found.push(format!(
            "the status {status} is not in the document, which has {}",
            operation.statuses.join(", ")
        ));
    }
    let success = (200..300).contains(&status);
    if success && operation.answer == operation::Answer::Empty && answer.bytes > 0 {
        found.push("the answer has a body, and the document has none".to_owned());
    }
    let Some(schema) = document::schema(operation, status) else {
        return found;
    };
    let Some(body) = &answer.json else {
        found.push("the body is not JSON".to_owned());
        return found;
    };
    let json = answer
        .media_type()
        .is_some_and(|own| own == "application/json" || own.ends_with("+json"));
    if !json {
        found.push("the media type of the body is not JSON".to_owned());
    }
    if let Some(validator) = document::validator(schema) {
        let broken = validator.iter_errors(body).map(|error| {
            let path = error.instance_path().to_string();
            let path: Vec<_> = path.split('/').skip(1).map(shape::name).collect();
            let keyword = error.kind().keyword().to_owned();
            format!("`/{}` breaks `{keyword}` of its schema", path.join("/"))
        });
        found.extend(broken.collect::<BTreeSet<_>>());
    }
    for path in shape::unknown_members(schema, body) {
        found.push(format!("the member `{path}` is not in the document"));
    }
    found
}

fn codes(answer: &Answer) -> BTreeSet<String> {
    let error = answer.json.as_ref().filter(|_| answer.status >= 400);
    error.map(shape::codes).unwrap_or_default()
}

/// Whether two answers mean the same to a client: the rule behind one holds for the other.
pub(crate) fn agree(there: &Answer, here: &Answer) -> bool {
    there.status == here.status && codes(there) == codes(here)
}

/// How the service's answer differs from the sandbox's, as far as both depend on rules and not on data.
pub(crate) fn against_sandbox(there: &Answer, here: &Answer) -> Vec<String> {
    let mut found = Vec::new();
    if there.status != here.status {
        found.push(format!("status {}, sandbox {}", there.status, here.status));
    }
    let (own, other) = (codes(there), codes(here));
    if own != other {
        found.push(format!("codes {}, sandbox {}", words(&own), words(&other)));
    }
    if there.status == here.status && there.media_type() != here.media_type() {
        let word = |answer: &Answer| answer.media_type().unwrap_or("none").to_owned();
        found.push(format!(
            "media type {}, sandbox {}",
            word(there),
            word(here)
        ));
    }
    let headers = |answer: &Answer| -> BTreeSet<String> {
        let names = answer.headers.keys().map(ToString::to_string);
        names.filter(|name| !is_of_the_way(name)).collect()
    };
    let (own, other) = (headers(there), headers(here));
    for name in other.difference(&own) {
        found.push(format!("no header `{name}`, which the sandbox sends"));
    }
    for name in own.difference(&other) {
        found.push(format!(
            "a header `{}`, which the sandbox does not send",
            shape::name(name)
        ));
    }
    found
}

/// Headers that tell of the connection, of gateways or of the sandbox, and nothing of the API.
fn is_of_the_way(name: &str) -> bool {
    const NAMES: [&str; 12] = [
        "alt-svc",
        "connection",
        "content-encoding",
        "content-length",
        "date",
        "keep-alive",
        "server",
        "strict-transport-security",
        "transfer-encoding",
        "vary",
        "via",
        "nel",
    ];
    const PREFIXES: [&str; 6] = [
        "access-control-",
        "cf-",
        "report-",
        "x-amz-",
        "x-cache",
        "x-sandbox-",
    ];
    NAMES.contains(&name) || PREFIXES.iter().any(|prefix| name.starts_with(prefix))
}

fn words(codes: &BTreeSet<String>) -> String {
    match codes.is_empty() {
        true => "none".to_owned(),
        false => codes
            .iter()
            .map(String::as_str)
            .collect::<Vec<_>>()
            .join(", "),
    }
}
