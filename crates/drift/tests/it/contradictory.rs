//! Each way in which a page can contradict itself is found where it is.

use pingone_drift::{Page, Topic, contradictions};

use crate::invented::SPACED;

/// Replaces the first match of a text, and expects one kind of contradiction so many times.
#[track_caller]
fn check(find: &str, replace: &str, about: Topic, count: usize) {
    let mutant = SPACED.replacen(find, replace, 1);
    assert_ne!(mutant, SPACED, "`{find}` is on the page");
    let page = Page::read(mutant.as_bytes()).expect("the page can be read");
    let found: Vec<_> = contradictions(&page)
        .iter()
        .map(|found| found.about)
        .collect();
    assert_eq!(found, vec![about; count], "{:#?}", contradictions(&page));
}

const ENDPOINT: &str = "PUT {{apiPath}}/shelves/{{shelfID}}/loans/{{loanID}}\n";

#[test]
fn the_endpoint_line_against_the_samples() {
    check(
        ENDPOINT,
        &ENDPOINT.replace("PUT", "POST"),
        Topic::PageMethod,
        1,
    );
    check(
        ENDPOINT,
        &ENDPOINT.replace("/loans", "/lendings"),
        Topic::PageAddresses,
        1,
    );
    // The prose is against the line as the samples are.
    check(
        ENDPOINT,
        &ENDPOINT.replace("apiPath", "authPath"),
        Topic::PageAddresses,
        1,
    );
    check(ENDPOINT, "", Topic::NoEndpoint, 1);
}

#[test]
fn the_headers_against_the_samples_the_body_and_the_prose() {
    let media_type = "application/vnd.example.loan.extend+json";
    let header = format!("Content-Type\u{a0}\u{a0}\u{a0}\u{a0}\u{a0} {media_type}");
    check(
        &header,
        &header.replace("extend", "renew"),
        Topic::PageMediaType,
        1,
    );
    check(
        &format!("raw ( {media_type}"),
        "raw ( application/json",
        Topic::PageMediaType,
        1,
    );
    check(
        &format!("uses the {media_type}"),
        "uses the application/json",
        Topic::PageMediaType,
        1,
    );
    check(
        &format!("uses the {media_type}"),
        "uses the application/vnd.example.loan.extend",
        Topic::PageMediaType,
        1,
    );
    check(
        "X-Branch\u{a0}\u{a0}\u{a0}\u{a0}\u{a0} north",
        "X-Branch\u{a0}\u{a0}\u{a0}\u{a0}\u{a0} south",
        Topic::PageHeaders,
        1,
    );
    check(
        "X-Branch\u{a0}\u{a0}\u{a0}\u{a0}\u{a0} north\n\n",
        "",
        Topic::PageHeaders,
        1,
    );
}

#[test]
fn one_sample_against_the_page() {
    check("--request PUT", "--request PATCH", Topic::PageMethod, 1);
    check("Method.Put", "Method.Patch", Topic::PageMethod, 1);
    check(
        "URI(\"{{apiPath}}/shelves",
        "URI(\"{{apiPath}}/v1/shelves",
        Topic::PageAddresses,
        1,
    );
    check(
        "request[\"X-Branch\"] = \"north\"\n",
        "",
        Topic::PageHeaders,
        1,
    );
    check(
        "request[\"X-Branch\"]",
        "request[\"X-Wing\"]",
        Topic::PageHeaders,
        2,
    );
    check("\\\"days\\\": 14", "\\\"days\\\": 15", Topic::PageBody, 1);
    check(
        "request.body = JSON.dump({",
        "request.body = JSON.dump({,",
        Topic::PageBody,
        1,
    );
    check("url = URI(", "url = URL(", Topic::SampleIncomplete, 1);
}

#[test]
fn the_request_model_against_the_body() {
    check(
        "\ndays\n\nInteger\n\nOptional\n",
        "\n",
        Topic::MemberNotInModel,
        1,
    );
    check(
        "\ndays\n",
        "\nweeks\n\nInteger\n\nOptional\n\ndays\n",
        Topic::PropertyNotInBody,
        1,
    );
    check(
        "\ndays\n\nInteger\n",
        "\ndays\n\nString\n",
        Topic::PagePropertyType,
        1,
    );
}

#[test]
fn the_example_against_itself_and_the_prose() {
    check(
        "v1/shelves/0b1f6b2e-0d5e-4a52-8a67-3a5b1f9f7c01\"",
        "v1/shelves/99999999-0d5e-4a52-8a67-3a5b1f9f7c01\"",
        Topic::PageLinks,
        1,
    );
    check(
        "\"status\": \"LOAN_EXTENDED\"",
        "\"status\": \"LOAN_OPEN\"",
        Topic::StatedValue,
        1,
    );
}
