//! What can be done now, and waiting until something is done elsewhere.

use std::collections::BTreeSet;
use std::time::Duration;

use pingone::models::operations::{
    CHECK_FLOW_OTP, CHECK_OTP, SEND_FLOW_VERIFICATION_CODE, SEND_RECOVERY_CODE,
    SEND_VERIFICATION_CODE, VERIFY_FLOW_USER, VERIFY_USER,
};
use pingone::models::{
    DeviceAuthentication, DeviceAuthenticationId, DeviceAuthenticationStatus, Flow, FlowId,
    FlowStatus, PasswordState, User,
};
use pingone::{Client, ErrorKind, Linked};
use pingone_codegen::model::ResponseBody;
use pingone_tests::API;
use pingone_tests::stub::{Reply, Stub};
use serde_json::{Value, json};

use crate::support::{ID, client};

/// The actions among a resource's links, and those that an operation is known for.
fn actions(resource: &impl Linked) -> (BTreeSet<String>, usize) {
    let links = resource.links().into_iter().flat_map(|links| links.keys());
    let actions = links.filter(|relation| relation.contains('.')).cloned();
    (actions.collect(), resource.allowed().len())
}

#[test]
fn every_link_to_an_action_that_the_document_shows_is_known() {
    let mut found = BTreeSet::new();
    for operation in &API.operations {
        for response in &operation.responses {
            let ResponseBody::Json { schema, .. } = &response.body else {
                continue;
            };
            let reference = schema["$ref"].as_str().unwrap_or_default();
            for (name, example) in &response.examples {
                let value = example.clone();
                let (actions, allowed) = match reference.rsplit('/').next().unwrap_or_default() {
                    "DeviceAuthentication" => actions(&from::<DeviceAuthentication>(value)),
                    "Flow" => actions(&from::<Flow>(value)),
                    "PasswordState" => actions(&from::<PasswordState>(value)),
                    "User" => actions(&from::<User>(value)),
                    _ => continue,
                };
                assert_eq!(
                    actions.len(),
                    allowed,
                    "{}: {name}: {actions:?}",
                    operation.id
                );
                found.extend(actions);
            }
        }
    }
    assert!(found.contains("account.sendVerificationCode"), "{found:?}");
    assert!(found.len() >= 8, "{found:?}");
}

fn from<T: serde::de::DeserializeOwned>(value: Value) -> T {
    serde_json::from_value(value).unwrap()
}

#[test]
fn links_say_what_is_possible_now() {
    let flow: Flow = from(
        json!({"id": ID, "status": "VERIFICATION_CODE_REQUIRED", "_links": {
        "self": {"href": "https://example.com/self"}, "user.verify": {"href": "x"},
        "user.sendVerificationCode": {"href": "x"}, "user.dance": {"href": "x"}}}),
    );
    let allowed: Vec<&str> = flow
        .allowed()
        .iter()
        .map(|operation| operation.id)
        .collect();
    assert_eq!(
        allowed,
        [VERIFY_FLOW_USER.id, SEND_FLOW_VERIFICATION_CODE.id]
    );
    assert!(!flow.allows(&CHECK_FLOW_OTP));
    // The same media type on another resource is another thing.
    assert!(!flow.allows(&VERIFY_USER));
    assert_eq!(flow.link("self"), Some("https://example.com/self"));
    assert_eq!(flow.link("next"), None);
    let user: User = from(json!({"id": ID, "_links": {
        "account.sendVerificationCode": {"href": "x"}, "password.recover": {"href": "x"}}}));
    assert!(user.allows(&SEND_VERIFICATION_CODE));
    assert!(!user.allows(&SEND_RECOVERY_CODE));
    assert_eq!(user.allowed().len(), 2);
    assert!(!from::<User>(json!({"id": ID})).allows(&VERIFY_USER));
    let device: DeviceAuthentication =
        from(json!({"id": ID, "status": "OTP_REQUIRED", "_links": {"otp.check": {"href": "x"}}}));
    assert!(device.allows(&CHECK_OTP));
}

#[tokio::test]
async fn a_flow_says_what_it_waits_for() {
    let body = json!({"id": ID, "status": "OTP_REQUIRED"}).to_string();
    let stub = Stub::always(Reply::json(200, &body)).await.unwrap();
    let (client, _) = client(&stub);
    let flow = client.flow(ID.parse::<FlowId>().unwrap()).with_session("s");
    assert_eq!(flow.status().await.unwrap(), FlowStatus::OtpRequired);
}

/// A client whose device authentication has these statuses, one after another; the last one stays.
async fn with_statuses(
    statuses: &'static [&'static str],
) -> (Stub, Client, pingone_tests::time::TestTime) {
    let stub = Stub::start(|position, _| {
        let status = statuses.get(position).unwrap_or(statuses.last().unwrap());
        match status.parse::<u16>() {
            Ok(status) => Reply::json(status, "{}"),
            Err(_) => Reply::json(200, &json!({"id": ID, "status": status}).to_string()),
        }
    })
    .await
    .unwrap();
    let (client, time) = client(&stub);
    (stub, client, time)
}

fn handle(client: &Client) -> pingone::device_authentications::DeviceAuthenticationHandle {
    client.device_authentication(ID.parse::<DeviceAuthenticationId>().unwrap())
}

#[tokio::test]
async fn polling_ends_with_the_end() {
    const PUSH: &str = "PUSH_CONFIRMATION_REQUIRED";
    for end in ["COMPLETED", "FAILED", "PUSH_CONFIRMATION_TIMED_OUT"] {
        let statuses: &'static [&'static str] = vec![PUSH, "BRAND_NEW", PUSH, end].leak();
        let (stub, client, time) = with_statuses(statuses).await;
        let state = handle(&client).poll().await.unwrap();
        assert_eq!(state.status, DeviceAuthenticationStatus::from(end));
        assert_eq!(stub.received().len(), 4);
        let waits = time.pauses();
        assert_eq!(waits.len(), 3);
        assert!(waits.is_sorted_by(|a, b| *b > *a / 2), "{waits:?}");
        assert!(waits[0] >= Duration::from_secs(1) && waits[2] <= Duration::from_secs(10));
    }
}

#[tokio::test]
async fn polling_ends_in_time_and_says_where_things_stand() {
    let (stub, client, time) = with_statuses(&["OTP_REQUIRED"]).await;
    let error = handle(&client)
        .poll()
        .with_timeout(Duration::from_secs(200))
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout);
    assert_eq!(
        error.to_string(),
        "readDeviceAuthentication: timed out: it waited 200 s, and the status is still OTP_REQUIRED; call again, or allow the call more time"
    );
    assert!(time.elapsed() <= Duration::from_secs(200));
    assert!(
        (10..=40).contains(&stub.received().len()),
        "{}",
        stub.received().len()
    );
}

#[tokio::test]
async fn polling_can_end_with_what_the_caller_waits_for() {
    let (stub, client, _) = with_statuses(&["PUSH_CONFIRMATION_REQUIRED", "OTP_REQUIRED"]).await;
    let poll = handle(&client).poll();
    let state = poll
        .until(|state| state.status == DeviceAuthenticationStatus::OtpRequired)
        .with_each(|read| read.with_token("other"))
        .await
        .unwrap();
    assert_eq!(state.status, DeviceAuthenticationStatus::OtpRequired);
    assert_eq!(
        stub.received()[1].header("authorization"),
        Some("Bearer other")
    );
}

#[tokio::test]
async fn polling_survives_what_passes_and_reports_what_does_not() {
    let (_stub, client, _) =
        with_statuses(&["503", "PUSH_CONFIRMATION_REQUIRED", "502", "COMPLETED"]).await;
    assert!(handle(&client).poll().await.is_ok());
    let (_stub, client, _) = with_statuses(&["PUSH_CONFIRMATION_REQUIRED", "404"]).await;
    assert!(handle(&client).poll().await.unwrap_err().is_not_found());
}

#[tokio::test]
async fn a_flow_is_polled_until_it_goes_on() {
    const PUSH: &str = "PUSH_CONFIRMATION_REQUIRED";
    for next in ["COMPLETED", "OTP_REQUIRED", "BRAND_NEW"] {
        let statuses: &'static [&'static str] = vec![PUSH, PUSH, next].leak();
        let (stub, client, time) = with_statuses(statuses).await;
        let flow = client.flow(ID.parse::<FlowId>().unwrap());
        let state = flow.poll().await.unwrap();
        assert_eq!(state.status, FlowStatus::from(next));
        assert_eq!((stub.received().len(), time.pauses().len()), (3, 2));
    }
    let (_stub, client, _) = with_statuses(&[PUSH]).await;
    let flow = client.flow(ID.parse::<FlowId>().unwrap());
    let error = flow.poll().await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "readFlow: timed out: it waited 120 s, and the status is still PUSH_CONFIRMATION_REQUIRED; call again, or allow the call more time"
    );
}
