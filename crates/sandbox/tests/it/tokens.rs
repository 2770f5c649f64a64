//! The token endpoint, and what its tokens are good for.

use jsonwebtoken::{Algorithm, EncodingKey, Header};
use pingone_sandbox::{Config, Sandbox};
use serde_json::{Value, json};

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

/// An assertion of the worker application with these claims changed, `null` removing one.
pub(crate) fn assertion(sandbox: &Sandbox, algorithm: Algorithm, changes: &Value) -> String {
    let now = sandbox.clock().now().as_second();
    let client = sandbox.client_id();
    let endpoint = format!(
        "{}/{}/as/token",
        sandbox.auth_url(),
        sandbox.environment_id()
    );
    let mut claims = json!({ "iss": client, "sub": client, "aud": endpoint, "exp": now + 300 });
    for (name, value) in changes.as_object().unwrap() {
        claims[name] = value.clone();
    }
    let key = EncodingKey::from_secret(sandbox.client_secret().expose().as_bytes());
    jsonwebtoken::encode(&Header::new(algorithm), &claims, &key).unwrap()
}

fn with_assertion(assertion: &str) -> String {
    format!(
        "grant_type=client_credentials&client_assertion_type=urn:ietf:params:oauth:client-assertion-type:jwt-bearer&client_assertion={assertion}"
    )
}

#[tokio::test]
async fn an_assertion_is_held_to_the_claims_that_are_documented() {
    let sandbox = sandbox().await;
    let now = sandbox.clock().now().as_second();
    let issuer = format!("{}/{}/as", sandbox.auth_url(), sandbox.environment_id());
    let check = async |changes: Value, expected: &str| {
        let assertion = assertion(&sandbox, Algorithm::HS256, &changes);
        let reply = request(&sandbox, None, &with_assertion(&assertion)).await;
        let told = match reply.status {
            200 => "200".to_owned(),
            _ => format!("{} {}", error(&reply), reply.text("/error_description")),
        };
        assert!(told.contains(expected), "{changes}: {told}");
    };
    check(json!({}), "200").await;
    check(json!({ "aud": issuer }), "200").await;
    check(json!({ "aud": ["https://example.com", issuer] }), "200").await;
    check(
        json!({ "aud": "https://example.com" }),
        "401 invalid_client",
    )
    .await;
    check(json!({ "aud": null }), "it has no `aud`").await;
    check(json!({ "iss": "someone" }), "its `iss` is not the client").await;
    check(json!({ "sub": "someone" }), "its `sub` is no client").await;
    check(json!({ "sub": null }), "it has no `sub`").await;
    check(json!({ "exp": now + 3600 }), "200").await;
    check(json!({ "exp": now + 3601 }), "it ends more than an hour").await;
    check(json!({ "exp": now }), "it has expired").await;
    check(json!({ "exp": null }), "it has no `exp`").await;
    check(json!({ "nbf": now }), "200").await;
    check(json!({ "nbf": now + 1 }), "it is not valid yet").await;
    check(json!({ "iat": now + 9, "jti": "x" }), "200").await;
    check(json!({ "iat": now + 9, "jti": "x" }), "200").await;
    check(json!({ "exp": "soon" }), "it is no signed JWT").await;
}

#[tokio::test]
async fn an_assertion_must_be_signed_and_stand_alone() {
    let sandbox = sandbox().await;
    let check = async |form: &str, expected: &str| {
        assert_eq!(error(&request(&sandbox, None, form).await), expected);
    };
    let good = assertion(&sandbox, Algorithm::HS384, &json!({}));
    let form = with_assertion(&good);
    let reply = request(&sandbox, None, &form).await.ok();
    assert!(reply.assumed().contains("token.methods"));
    check(&format!("{form}x"), "401 invalid_client").await;
    check(&with_assertion("x"), "401 invalid_client").await;
    let (unsigned, _) = good.rsplit_once('.').unwrap();
    check(
        &with_assertion(&format!("{unsigned}.")),
        "401 invalid_client",
    )
    .await;
    check(&format!("{form}&client_id=someone"), "401 invalid_client").await;
    check(&form.replace("jwt", "saml2"), "400 invalid_request").await;
    check(
        &format!("{form}&client_id=a&client_secret=b"),
        "400 invalid_request",
    )
    .await;
    let reply = request(&sandbox, Some(&basic(&sandbox)), &form).await;
    assert_eq!(error(&reply), "400 invalid_request");
}

#[tokio::test]
async fn a_key_that_is_none_keeps_the_sandbox_from_starting() {
    let error = Config::new().with_client_key("ssh-rsa AAAA").start().await;
    let error = std::error::Error::source(&error.unwrap_err())
        .unwrap()
        .to_string();
    assert!(error.contains("BEGIN PUBLIC KEY"), "{error}");
}

#[tokio::test]
async fn a_challenge_answers_credentials_in_the_header_alone() {
    let sandbox = sandbox().await;
    let grant = "grant_type=client_credentials";
    let reply = request(&sandbox, Some("Basic eDp5"), grant).await;
    assert_eq!(
        reply.header("www-authenticate"),
        Some("Basic realm=\"sandbox\"")
    );
    let reply = request(&sandbox, None, &with_assertion("x")).await;
    assert_eq!(
        (reply.status, reply.header("www-authenticate")),
        (401, None)
    );
}
