//! What a client sends besides what it is told, and what a web application makes of an error.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use axum::Router;
use axum::routing::get;
use pingone::models::{FlowId, UserId};
use pingone::token::ClientCredentials;
use pingone::users::UserQuery;
use pingone::{Client, Error, ErrorKind, Reason};
use pingone_tests::stub::{Reply, Stub};
use pingone_tests::time::TestTime;
use serde_json::{Value, json};

use crate::support::{ID, USER, builder, client};

/// A client that counts its attempts in the header `traceparent`.
fn traced(stub: &Stub, time: &TestTime) -> Client {
    let count = Arc::new(AtomicUsize::new(0));
    let credentials = ClientCredentials::client_secret_basic("an-id", "a-secret");
    let builder = builder(stub.url(), stub.url(), time).client_credentials(credentials);
    let builder = builder.request_headers(move |operation, headers| {
        let position = count.fetch_add(1, Ordering::Relaxed);
        let value = format!("{}-{position}", operation.id);
        headers.insert("traceparent", value.parse().unwrap());
    });
    builder.build().unwrap()
}

#[tokio::test]
async fn a_hook_adds_headers_to_every_attempt() {
    let stub = Stub::start(|position, request| match position {
        _ if request.line().contains("/as/token") => {
            Reply::json(200, r#"{"access_token":"t","expires_in":3600}"#)
        }
        1 => Reply::with_headers(429, &["Retry-After: 1"], "{}"),
        _ => Reply::json(200, USER),
    });
    let stub = stub.await.unwrap();
    let client = traced(&stub, &TestTime::default());
    let user = client.user(ID.parse::<UserId>().unwrap());
    user.read().await.unwrap();
    // A header of the call itself is not replaced.
    let request = user.read().with_header("traceparent", "mine");
    request.await.unwrap();
    let received = stub.received();
    let sent: Vec<_> = received
        .iter()
        .map(|request| request.header("traceparent").unwrap())
        .collect();
    assert_eq!(sent, ["requestToken-0", "readUser-1", "readUser-2", "mine"]);
}

#[tokio::test]
async fn a_hook_cannot_replace_what_the_client_sets() {
    let stub = Stub::always(Reply::json(200, USER)).await.unwrap();
    for name in ["authorization", "cookie", "content-type", "accept", "host"] {
        let builder = builder(stub.url(), stub.url(), &TestTime::default());
        let builder = builder.request_headers(move |_, headers| {
            headers.insert(name, "canary".parse().unwrap());
        });
        let client = builder.build().unwrap();
        let user = client.user(ID.parse::<UserId>().unwrap());
        let error = user.read().await.unwrap_err();
        let text = error.to_string();
        assert!(text.contains(name) && !text.contains("canary"), "{text}");
        assert!(!error.may_have_been_sent());
    }
    assert_eq!(stub.counts().requests, 0);
}

#[tokio::test]
async fn an_answer_may_be_labelled_as_any_json() {
    let flow = format!(r#"{{"id":"{ID}","status":"OTP_REQUIRED"}}"#);
    let label = ["Content-Type: application/hal+json;charset=UTF-8"];
    let stub = Stub::always(Reply::with_headers(200, &label, &flow));
    let stub = stub.await.unwrap();
    let (client, _) = client(&stub);
    let flow = client.flow(ID.parse::<FlowId>().unwrap());
    flow.read().await.unwrap();
    let asked = "application/json, */*;q=0.8";
    assert_eq!(stub.received()[0].header("accept"), Some(asked));
}

#[tokio::test]
async fn one_odd_date_does_not_make_a_page_unreadable() {
    let user = |id: u8, created: &str| {
        json!({
            "id": format!("8376797d-641c-4e7b-8bc1-2fdf71916ca{id}"),
            "createdAt": created, "updatedAt": "2016-12-31T23:59:60Z",
        })
    };
    let users = [
        user(1, "2022-11-16T19:07:44.750Z"),
        user(2, "some day"),
        user(3, "9999-12-31T23:59:59Z"),
    ];
    let page = json!({ "_embedded": { "users": users }, "count": 3, "size": 3 });
    let stub = Stub::always(Reply::json(200, &page.to_string()));
    let stub = stub.await.unwrap();
    let (client, _) = client(&stub);
    let read = client.users().list(UserQuery::new()).await.unwrap();
    assert_eq!(serde_json::to_value(&read).unwrap(), page);
}

#[test]
fn what_was_searched_for_is_not_printed() {
    let mut request = pingone::models::requests::ListUsers::new();
    request.filter = Some("email eq \"canary\"".to_owned());
    request.cursor = Some("canary".to_owned());
    let detail = pingone::models::ErrorDetail::new()
        .with_code("INVALID_FILTER")
        .with_message("canary");
    let text = format!("{request:?} {request:#?} {detail:?} {detail:#?}");
    assert!(
        text.contains("INVALID_FILTER") && !text.contains("canary"),
        "{text}"
    );
}

/// What a browser gets from an application that returns this error.
async fn answered(error: Error) -> (u16, Option<String>, Value) {
    let app = Router::new().route(
        "/",
        get(move || std::future::ready(Err::<(), _>(error.clone()))),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let server = tokio::spawn(async move { axum::serve(listener, app).await });
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let answer = http.get(url).send().await.unwrap();
    server.abort();
    let wait = answer.headers().get("retry-after");
    let wait = wait.map(|wait| wait.to_str().unwrap().to_owned());
    (answer.status().as_u16(), wait, answer.json().await.unwrap())
}

#[tokio::test]
async fn an_error_is_an_answer_of_a_web_application() {
    let service = || {
        Error::builder(ErrorKind::Service)
            .status(400)
            .message("canary")
            .body("canary")
            .transaction_id("canary")
    };
    let wrong = service().detail("INVALID_OTP", "otp").build();
    let wrong = answered(wrong).await;
    let body = json!({ "code": "wrong_code", "message": "The code is wrong or has expired." });
    assert_eq!(wrong, (400, None, body));
    let limited = service().status(429).code("REQUEST_LIMITED");
    let limited = limited.retry_after(Duration::from_millis(2_500)).build();
    let (status, wait, body) = answered(limited).await;
    assert_eq!((status, wait.as_deref()), (429, Some("3")));
    assert_eq!(body["code"], "rate_limited");
    // What is wrong with the application is not the business of its users.
    let denied = service().status(403).build();
    assert_eq!(denied.reason(), Reason::PermissionDenied);
    let (status, _, body) = answered(denied).await;
    assert_eq!((status, &body["code"]), (500, &"permission_denied".into()));
    assert!(!body.to_string().contains("canary"));
}
