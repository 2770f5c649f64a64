//! What goes over the wire, and what comes back, when all is well.

use pingone::models::operation::Security;
use pingone::models::{FlowId, LifecycleStatus, UserId};
use pingone_tests::stub::{Received, Reply, Stub};
use serde_json::{Value, json};

use crate::support::{ANYTHING, ENVIRONMENT, ID, USER, cases, client};

#[tokio::test]
async fn every_request_is_sent_as_the_document_says() {
    for case in cases() {
        let (operation, id) = (case.operation, case.operation.id);
        let stub = Stub::always(case.success()).await.unwrap();
        let (client, _) = client(&stub);
        case.call(&client).send().await.unwrap();
        let received = stub.received();
        assert_eq!(received.len(), 1, "{id}");
        let request = &received[0];
        let line = request.line().strip_suffix(" HTTP/1.1").unwrap();
        let (method, target) = line.split_once(' ').unwrap();
        assert_eq!(method, operation.method, "{id}");
        assert_eq!(target.split('?').next().unwrap(), case.path(), "{id}");
        assert_eq!(request.header("accept"), Some(operation.accept), "{id}");
        let media_type = operation
            .media_type()
            .filter(|own| *own != "application/json" || !request.body.is_empty());
        assert_eq!(request.header("content-type"), media_type, "{id}");
        let is_cookie = |kind: &Security| matches!(kind, Security::Cookie(_));
        let authorization = match operation.security.first() {
            Some(Security::Bearer) => Some("Bearer canary-token"),
            Some(Security::Basic) => Some("Basic aWQ6Y2FuYXJ5LWJhc2lj"),
            _ => None,
        };
        assert_eq!(request.header("authorization"), authorization, "{id}");
        let cookie = case.takes(is_cookie).then_some("ST=canary-cookie");
        assert_eq!(request.header("cookie"), cookie, "{id}");
    }
}

async fn body_of(send: impl AsyncFnOnce(&pingone::Client)) -> Value {
    let stub = Stub::always(Reply::json(200, ANYTHING)).await.unwrap();
    let (client, _) = client(&stub);
    send(&client).await;
    let received: Vec<Received> = stub.received();
    serde_json::from_slice(&received[0].body).unwrap()
}

#[tokio::test]
async fn arguments_of_one_type_do_not_change_places() {
    let user: UserId = ID.parse().unwrap();
    let flow: FlowId = ID.parse().unwrap();
    let recover =
        body_of(async |client| drop(client.user(user).password().recover("c", "n").await)).await;
    assert_eq!(recover, json!({"recoveryCode": "c", "newPassword": "n"}));
    let reset =
        body_of(async |client| drop(client.user(user).password().reset("o", "n").await)).await;
    assert_eq!(reset, json!({"currentPassword": "o", "newPassword": "n"}));
    let reset =
        body_of(async |client| drop(client.user(user).password().reset_as_admin("n").await)).await;
    assert_eq!(reset, json!({"newPassword": "n"}));
    let in_flow = |client: &pingone::Client| client.flow(flow).with_session("s");
    let check =
        body_of(async |client| drop(in_flow(client).check_username_password("u", "p").await)).await;
    assert_eq!(check, json!({"username": "u", "password": "p"}));
    let reset = body_of(async |client| drop(in_flow(client).reset_password("o", "n").await)).await;
    assert_eq!(reset, json!({"currentPassword": "o", "newPassword": "n"}));
    let recover =
        body_of(async |client| drop(in_flow(client).recover_password("c", "n").await)).await;
    assert_eq!(recover, json!({"recoveryCode": "c", "newPassword": "n"}));
    let sms = body_of(async |client| {
        drop(
            client
                .device_authentications()
                .one_time_sms(user, "+1")
                .await,
        )
    })
    .await;
    assert_eq!(
        sms,
        json!({"user": {"id": ID}, "selectedDevice": {"oneTime": {"type": "SMS", "phone": "+1"}}})
    );
}

#[tokio::test]
async fn what_the_document_does_not_know_reaches_the_caller_unharmed() {
    let body = r#"{"id":"8376797d-641c-4e7b-8bc1-2fdf71916cab","lifecycle":{"status":"BRAND_NEW"},
        "shoeSize":43,"_links":{"user.dance":{"href":"https://example.com"}}}"#;
    let stub = Stub::always(Reply::json(200, body)).await.unwrap();
    let (client, _) = client(&stub);
    let user = client
        .user(ID.parse::<UserId>().unwrap())
        .verify("c")
        .await
        .unwrap();
    assert_eq!(
        user.lifecycle.unwrap().status.unwrap(),
        LifecycleStatus::from("BRAND_NEW")
    );
    assert_eq!(user.extra["shoeSize"], 43);
    assert!(user.links.unwrap().contains_key("user.dance"));
}

#[tokio::test]
async fn an_open_response_succeeds_whatever_its_body_is() {
    let bodies = [
        Reply::json(200, r#"{"a":1}"#),
        Reply::with_headers(204, &[], ""),
        Reply::with_headers(299, &["Content-Type: text/html"], "<p>"),
        Reply::Close(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{".to_vec()),
        Reply::Close(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nnonsense".to_vec()),
    ];
    for reply in bodies {
        let stub = Stub::always(reply.clone()).await.unwrap();
        let (client, _) = client(&stub);
        let done = client
            .user(ID.parse::<UserId>().unwrap())
            .password()
            .unlock()
            .await;
        let done = done.unwrap_or_else(|error| panic!("{reply:?}: {error:?}"));
        assert!((200..300).contains(&done.status));
        assert_eq!(stub.received().len(), 1);
    }
}

#[tokio::test]
async fn a_flow_follows_the_cookies_that_the_service_sets() {
    let stub = Stub::start(|position, _| {
        let cookie = format!("Set-Cookie: ST=cookie-{position}; Path=/; HttpOnly");
        Reply::with_headers(200, &[&cookie, "Set-Cookie: other=1"], ANYTHING)
    })
    .await
    .unwrap();
    let (client, _) = client(&stub);
    let flow = client
        .flow(ID.parse::<FlowId>().unwrap())
        .with_session("first");
    flow.read().await.unwrap();
    flow.clone().check_otp("1").await.unwrap();
    let cookies: Vec<Option<String>> = stub
        .received()
        .iter()
        .map(|request| request.header("cookie").map(str::to_owned))
        .collect();
    assert_eq!(
        cookies,
        [
            Some("ST=first".to_owned()),
            Some("ST=cookie-0; other=1".to_owned())
        ]
    );
    assert_eq!(flow.session().unwrap().expose(), "cookie-1");
}

#[tokio::test]
async fn ids_and_tokens_of_one_call_are_sent_with_it() {
    let stub = Stub::always(Reply::json(200, USER)).await.unwrap();
    let (client, _) = client(&stub);
    let user = client.user(ID.parse::<UserId>().unwrap());
    user.read()
        .with_token("other")
        .with_transaction_id("a-1")
        .with_session_id("s=2")
        .await
        .unwrap();
    let request = &stub.received()[0];
    assert_eq!(request.header("authorization"), Some("Bearer other"));
    assert_eq!(
        request.header("x-ping-external-transaction-id"),
        Some("a-1")
    );
    assert_eq!(request.header("x-ping-external-session-id"), Some("s=2"));
    assert!(
        request
            .header("user-agent")
            .unwrap()
            .starts_with("pingone-rust/")
    );
}

#[tokio::test]
async fn a_custom_domain_has_no_environment_in_its_paths() {
    let stub = Stub::always(Reply::json(200, ANYTHING)).await.unwrap();
    let time = pingone_tests::time::TestTime::default();
    let client = pingone::Client::builder()
        .platform_url(stub.url())
        .custom_auth_domain(format!("{}/below", stub.url()))
        .environment_id(ENVIRONMENT)
        .token("t")
        .runtime(time)
        .attempt_timeout(std::time::Duration::from_secs(1_000))
        .timeout(std::time::Duration::from_secs(1_000))
        .build()
        .unwrap();
    client
        .flow(ID.parse::<FlowId>().unwrap())
        .with_session("s")
        .read()
        .await
        .unwrap();
    client
        .user(ID.parse::<UserId>().unwrap())
        .read()
        .await
        .unwrap();
    let lines: Vec<String> = stub
        .received()
        .iter()
        .map(|request| request.line().to_owned())
        .collect();
    assert_eq!(
        lines,
        [
            format!("GET /below/flows/{ID} HTTP/1.1"),
            format!("GET /environments/{ENVIRONMENT}/users/{ID} HTTP/1.1"),
        ]
    );
}
