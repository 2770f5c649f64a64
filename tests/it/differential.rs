//! The client's transport and the sandbox, each made from the document without knowing the other, agree on generated
//! requests: what one writes, the other takes for the same operation and the same values.

use pingone::testing::{NewUser, Sandbox};
use pingone_client::transport::{Authorization, Incoming, Limits, Transport};
use pingone_codegen::model::Operation;
use pingone_models::operations::OPERATIONS;
use pingone_models::registry;
use pingone_models::request::RawRequest;
use pingone_tests::API;
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Value, json};
use url::form_urlencoded;

use crate::requests::requests;

const CASES: usize = 1_200;

/// What a body says, whatever the order in which it does.
fn values(body: &str) -> Value {
    serde_json::from_str(body).unwrap_or_else(|_| {
        let mut fields: Vec<_> = form_urlencoded::parse(body.as_bytes())
            .into_owned()
            .collect();
        fields.sort();
        json!(fields)
    })
}

/// A generated request. Every second one is about a user that exists, so that more than its path is read.
fn generated(
    runner: &mut TestRunner,
    operation: &'static Operation,
    user: Option<&str>,
) -> RawRequest {
    let tree = requests(operation).new_tree(runner).expect("a request");
    let mut raw = tree.current();
    for (name, value) in &mut raw.path {
        if let Some(user) = user.filter(|_| name == "userId") {
            user.clone_into(value);
        }
    }
    let row = OPERATIONS
        .iter()
        .find(|row| row.id == operation.id)
        .expect("a row");
    if let (Some(selector), Some(body)) = (row.selector, &mut raw.body) {
        // A generated value would make it a request of another operation.
        let fields = form_urlencoded::parse(body).into_owned();
        let others: Vec<_> = fields
            .filter(|(name, _)| name != selector.property)
            .collect();
        let mut form = form_urlencoded::Serializer::new(String::new());
        form.extend_pairs(others);
        form.append_pair(selector.property, selector.value);
        *body = form.finish().into_bytes();
    }
    raw
}

#[tokio::test]
async fn the_sandbox_reads_what_the_client_writes() {
    let sandbox = Sandbox::start().await.expect("a sandbox");
    let http = reqwest::Client::builder()
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none());
    let transport = Transport::new(http.build().expect("a client"))
        .with_server("platform", sandbox.platform_url())
        .with_server("auth", sandbox.auth_url())
        .with_parameter("environmentId", sandbox.environment_id().to_string());
    let credentials = [
        Authorization::bearer(&sandbox.access_token()).expect("a token"),
        Authorization::basic(sandbox.client_id(), sandbox.client_secret()).expect("a client"),
    ];
    // The same cases on every run.
    let mut runner = TestRunner::new_with_rng(
        Config::default(),
        proptest::test_runner::TestRng::deterministic_rng(Default::default()),
    );
    let (mut sent, mut done) = (0, 0);
    for (case, operation) in API.operations.iter().cycle().take(CASES).enumerate() {
        let user = NewUser::new(format!("user-{case}")).password("2FederateM0re!");
        let user = sandbox.seed_user(user).expect("a user").to_string();
        let user = (case % 4 < 2).then_some(user.as_str());
        let raw = generated(&mut runner, operation, user);
        let read = registry::request(&operation.id).expect("every operation has a request");
        let endpoint = read(&raw).expect("a generated request can be read");
        let row = endpoint.operation();
        // A path or a header cannot carry every text; what is refused here is not sent.
        let Ok(request) = transport.request(&*endpoint, &credentials) else {
            continue;
        };
        // Every reading of the journal copies all of it.
        sandbox.journal().clear();
        let mut incoming = Incoming::new();
        let outcome = transport.send(request, Limits::default(), &mut incoming);
        outcome.await.expect("the sandbox answers");
        sent += 1;
        let answer = incoming.into_answer().expect("an answer");
        let status = answer.status.as_u16();
        let entry = sandbox
            .journal()
            .revealed()
            .entries()
            .pop()
            .expect("a record");
        let body = String::from_utf8_lossy(&answer.body);
        let about = format!(
            "case {case}, `{}`: {} {}\n{}\nis answered with {status} {body}",
            operation.id, entry.method, entry.target, entry.request_body
        );
        assert_eq!(entry.operation, Some(row.id), "another operation: {about}");
        assert!(row.lists_status(status), "a status of no page: {about}");
        assert!(status < 500, "a failure: {about}");
        if let Some(written) = &raw.body {
            let written = values(&String::from_utf8_lossy(written));
            assert_eq!(
                written,
                values(&entry.request_body),
                "other values: {about}"
            );
        }
        if answer.status.is_success() {
            done += 1;
            let fits = endpoint.check_answer(&answer.body);
            assert!(
                fits.is_ok(),
                "an answer that the client cannot read: {about}"
            );
        }
    }
    println!("{sent} generated requests, {done} of them done");
    assert!(
        sent >= 1_000,
        "only {sent} requests were sent: raise `CASES`"
    );
    assert!(done >= 100, "only {done} requests were done");
}
