//! The token endpoint, and what its tokens are good for.

use pingone_sandbox::Sandbox;

use crate::support::{MILLISECOND, Reply, Request, minutes, sandbox};

async fn request(sandbox: &Sandbox, authorization: Option<&str>, form: &str) -> Reply {
    let path = format!("/{}/as/token", sandbox.environment_id());
    let request = Request::new(sandbox, "POST", path);
    let request = request
        .media_type("application/x-www-form-urlencoded")
        .text(form);
    match authorization {
        Some(value) => request.header("Authorization", value).send().await,
        None => request.send().await,
    }
}

pub(crate) fn basic(sandbox: &Sandbox) -> String {
    use base64::Engine;
    let secret = sandbox.client_secret().expose();
    let credentials = format!("{}:{secret}", sandbox.client_id());
    let encoded = base64::engine::general_purpose::STANDARD.encode(credentials);
    format!("Basic {encoded}")
}

fn error(reply: &Reply) -> String {
    format!("{} {}", reply.status, reply.text("/error"))
}

#[tokio::test]
async fn credentials_in_header_or_body_get_a_token_that_works_for_an_hour() {
    let sandbox = sandbox().await;
    let (id, secret) = (sandbox.client_id(), sandbox.client_secret().expose());
    let in_body = format!("grant_type=client_credentials&client_id={id}&client_secret={secret}");
    let basic = basic(&sandbox);
    let grant = "grant_type=client_credentials";
    for (authorization, form) in [(Some(basic.as_str()), grant), (None, &in_body)] {
        let reply = request(&sandbox, authorization, form).await;
        let reply = reply.ok();
        assert_eq!(
            (reply.text("/token_type"), &reply.body["expires_in"]),
            ("Bearer", &3600.into())
        );
        let users = format!("/v1/environments/{}/users", sandbox.environment_id());
        let list = async || {
            let token = format!("Bearer {}", reply.text("/access_token"));
            let request = Request::new(&sandbox, "GET", &users);
            request.header("Authorization", token).send().await
        };
        sandbox.clock().advance(minutes(60) - MILLISECOND);
        list().await.ok();
        sandbox.clock().advance(MILLISECOND);
        assert_eq!(list().await.error(), "401 ACCESS_FAILED INVALID_TOKEN");
    }
}

#[tokio::test]
async fn a_refusal_has_the_form_of_oauth() {
    let sandbox = sandbox().await;
    let basic = basic(&sandbox);
    let check = async |authorization: Option<&str>, form: &str, expected: &str| {
        let reply = request(&sandbox, authorization, form).await;
        assert_eq!(error(&reply), expected, "{form}");
    };
    let grant = "grant_type=client_credentials";
    check(Some(&basic), "", "400 invalid_request").await;
    check(
        Some(&basic),
        "grant_type=password",
        "400 unsupported_grant_type",
    )
    .await;
    check(
        Some(&basic),
        &format!("{grant}&{grant}"),
        "400 invalid_request",
    )
    .await;
    check(
        Some(&basic),
        &format!("{grant}&client_id=a&client_secret=b"),
        "400 invalid_request",
    )
    .await;
    check(Some("Basic eDp5"), grant, "401 invalid_client").await;
    check(Some("Bearer x"), grant, "401 invalid_client").await;
    check(None, grant, "401 invalid_client").await;
    check(
        None,
        &format!("{grant}&client_id=a&client_secret=b"),
        "401 invalid_client",
    )
    .await;
}

#[tokio::test]
async fn the_token_endpoint_takes_forms_only() {
    let sandbox = sandbox().await;
    let path = format!("/{}/as/token", sandbox.environment_id());
    let reply = Request::new(&sandbox, "POST", path).media_type("application/json");
    assert_eq!(error(&reply.text("{}").send().await), "400 invalid_request");
}

#[tokio::test]
async fn an_environment_that_is_none_is_refused_in_the_words_of_oauth() {
    let sandbox = sandbox().await;
    let request = Request::new(&sandbox, "POST", "/nowhere/as/token");
    let request = request.media_type("application/x-www-form-urlencoded");
    let reply = request.text("grant_type=client_credentials").send().await;
    assert_eq!(error(&reply), "401 invalid_client");
}
