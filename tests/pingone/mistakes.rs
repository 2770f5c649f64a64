//! The mistakes that everybody makes once: what the error says, word for word, with its sources.

use std::error::Error as _;

use insta::assert_snapshot;
use pingone::models::{FlowId, UserId};
use pingone::{Client, Error, Region};
use pingone_tests::stub::{Reply, Stub};
use pingone_tests::time::TestTime;

use crate::support::{ENVIRONMENT, FLOW, ID, builder, client, nobody, with_names};

/// The error and its sources, a line for each.
fn text(error: &Error) -> String {
    let mut lines = vec![error.to_string()];
    let mut source = error.source();
    while let Some(error) = source {
        lines.push(format!("  because {error}"));
        source = error.source();
    }
    lines.join("\n")
}

/// What reading a user gives when the service refuses like this.
async fn refused(status: u16, body: &str) -> String {
    let stub = Stub::always(Reply::json(status, body)).await.unwrap();
    let (client, _) = client(&stub);
    let user = client.user(ID.parse::<UserId>().unwrap());
    text(&user.read().await.unwrap_err())
}

fn unbuilt(change: impl FnOnce(pingone::ClientBuilder) -> pingone::ClientBuilder) -> String {
    let good = Client::builder().environment_id(ENVIRONMENT).token("t");
    text(&change(good).build().unwrap_err())
}

#[tokio::test]
async fn the_wrong_region_or_environment() {
    let denied = r#"{"id":"6c796712","code":"ACCESS_FAILED","message":"The request could not be completed.",
        "details":[{"code":"INSUFFICIENT_PERMISSIONS","message":"You do not have access."}]}"#;
    assert_snapshot!(refused(403, denied).await, @"readUser: the service refused: status 403 ACCESS_FAILED (INSUFFICIENT_PERMISSIONS), log id 6c796712; check the roles of the application that the token is for, and whether the environment id belongs to this region: an environment that is not there is answered alike");
}

#[tokio::test]
async fn a_token_that_is_none_any_more() {
    let denied = r#"{"id":"6c796712","code":"ACCESS_FAILED","details":[{"code":"INVALID_TOKEN"}]}"#;
    assert_snapshot!(refused(401, denied).await, @"readUser: the service refused: status 401 ACCESS_FAILED (INVALID_TOKEN), log id 6c796712; get a new token, from this region and with the credentials of this environment's application");
}

#[tokio::test]
async fn a_user_who_is_not_there() {
    let missing =
        r#"{"id":"6c796712","code":"NOT_FOUND","message":"The requested resource was not found."}"#;
    assert_snapshot!(refused(404, missing).await, @"readUser: the service refused: status 404 NOT_FOUND, log id 6c796712; check the ids in the call, and whether the environment id belongs to this region");
}

#[tokio::test]
async fn a_code_that_has_expired() {
    let body = r#"{"id":"6c796712","code":"INVALID_DATA","details":[
        {"code":"INVALID_VALUE","target":"verificationCode","message":"Invalid."}]}"#;
    let stub = Stub::always(Reply::json(400, body)).await.unwrap();
    let (client, _) = client(&stub);
    let user = client.user(ID.parse::<UserId>().unwrap());
    let error = user.verify("A1B2C3D4").await.unwrap_err();
    assert!(error.is_wrong_code());
    assert_snapshot!(text(&error), @"verifyUser: the service refused: status 400 INVALID_DATA (INVALID_VALUE at verificationCode), log id 6c796712; what was entered is wrong or has expired: have it entered again, or send a new code");
}

#[tokio::test]
async fn a_flow_that_has_expired() {
    let stub = Stub::always(Reply::json(404, r#"{"code":"NOT_FOUND"}"#))
        .await
        .unwrap();
    let (client, _) = client(&stub);
    let flow = client.flow(FLOW.parse::<FlowId>().unwrap());
    let error = flow.with_session("s").read().await.unwrap_err();
    assert!(error.is_expired_flow());
    assert_snapshot!(text(&error), @"readFlow: the service refused: status 404 NOT_FOUND; the flow has expired or never was in this environment: start a new one");
}

#[tokio::test]
async fn a_region_that_does_not_exist() {
    assert!("jp".parse::<Region>().is_ok(), "regions are open");
    let time = TestTime::default();
    let client = with_names(&nobody().await, &time, || {
        Box::pin(async { Err(std::io::Error::other("no such host")) })
    });
    let user = client.build().unwrap().user(ID.parse::<UserId>().unwrap());
    assert_snapshot!(text(&user.read().await.unwrap_err()), @r"
    readUser: no connection to the service; check the region, and whether its hosts can be reached from here
      because error sending request
      because client error (Connect)
      because dns error
      because error resolving DNS
      because no such host
    ");
}

#[test]
fn a_region_that_is_an_address() {
    let error = "https://api.pingone.eu".parse::<Region>().unwrap_err();
    assert_snapshot!(text(&error), @r#"the client cannot be built: the region "https://api.pingone.eu" is neither a code (NA, CA, EU, AU, SG, AP) nor a top-level domain such as `eu`"#);
}

#[test]
fn no_environment() {
    let error = Client::builder().token("t").build().unwrap_err();
    assert_snapshot!(text(&error), @"the client cannot be built: no environment id is given: use `ClientBuilder::environment_id`");
}

#[test]
fn an_environment_by_its_name() {
    assert_snapshot!(unbuilt(|it| it.environment_id("Production")), @"the client cannot be built: the environment id is no UUID: invalid character: found `P` at 0; copy it from the environment's properties in the console");
}

#[test]
fn an_empty_token() {
    assert_snapshot!(unbuilt(|it| it.token("")), @"the client cannot be built: the access token is empty: is the variable that should hold it set?");
}

#[test]
fn a_token_with_the_line_break_of_its_file() {
    assert_snapshot!(unbuilt(|it| it.token("the-token\n")), @"the client cannot be built: the access token holds a space, line break or other character that no token has: trim what it was read from");
}

#[test]
fn an_address_without_encryption() {
    assert_snapshot!(unbuilt(|it| it.platform_url("http://api.pingone.eu/v1")), @"the client cannot be built: the platform URL begins with `http:`, which would send passwords and tokens in the clear: use `https:` (plain HTTP is accepted on loopback addresses only)");
}

#[test]
fn an_address_without_a_scheme() {
    assert_snapshot!(unbuilt(|it| it.auth_url("auth.pingone.eu")), @"the client cannot be built: the auth URL cannot be read: relative URL without a base; give a whole address such as `https://auth.pingone.eu`");
}

#[tokio::test]
async fn a_client_without_a_token() {
    let url = nobody().await;
    let client = Client::builder().platform_url(&url).auth_url(&url);
    let client = client.environment_id(ENVIRONMENT).build().unwrap();
    let user = client.user(ID.parse::<UserId>().unwrap());
    assert_snapshot!(text(&user.read().await.unwrap_err()), @"readUser: there is no access token: the client has no token provider and the call no token: use `ClientBuilder::token_provider` or `Request::with_token`");
}

#[tokio::test]
async fn a_flow_without_its_session() {
    let url = nobody().await;
    let time = TestTime::default();
    let client = builder(&url, &url, &time).build().unwrap();
    let flow = client.flow(FLOW.parse::<FlowId>().unwrap());
    assert_snapshot!(text(&flow.read().await.unwrap_err()), @"readFlow: the request cannot be made: the flow has no session cookie: give the value of the cookie `ST` to `FlowHandle::with_session`");
}
