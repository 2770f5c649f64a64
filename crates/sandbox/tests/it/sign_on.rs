//! The rules of a sign-on, from the authorization request to the end of the session.

use std::time::Duration;

use pingone_models::UserId;
use pingone_sandbox::Sandbox;
use serde_json::json;
use url::Url;
use url::form_urlencoded::Serializer;

use crate::support::{PASSWORD, Reply, Request, action, linda, minutes, sandbox};
use crate::tokens::basic;

const REDIRECT: &str = "https://app.example.com/callback";
/// The example of RFC 7636.
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

/// The parameters of a form, of which tests change or drop some.
type Form<'f> = Vec<(&'f str, &'f str)>;

fn with<'f>(form: &[(&'f str, &'f str)], name: &'f str, value: Option<&'f str>) -> Form<'f> {
    let others = form.iter().copied().filter(|(other, _)| *other != name);
    others.chain(value.map(|value| (name, value))).collect()
}

/// A user of a sandbox and what the user's browser and application keep.
struct SignOn {
    sandbox: Sandbox,
    user: UserId,
    cookie: String,
}

impl SignOn {
    async fn new() -> Self {
        let sandbox = sandbox().await;
        let user = sandbox.seed_user(linda()).unwrap();
        Self {
            sandbox,
            user,
            cookie: String::new(),
        }
    }

    fn path(&self, path: &str) -> String {
        format!("/{}/{path}", self.sandbox.environment_id())
    }

    async fn post(&self, path: &str, form: &[(&str, &str)]) -> Reply {
        let form = Serializer::new(String::new()).extend_pairs(form).finish();
        let request = Request::new(&self.sandbox, "POST", self.path(path));
        let request = request.media_type("application/x-www-form-urlencoded");
        request
            .header("Cookie", &self.cookie)
            .text(form)
            .send()
            .await
    }

    /// Signs on in the response mode `pi.flow`; gives the code.
    async fn code(&mut self) -> String {
        let form = [
            ("client_id", self.sandbox.client_id()),
            ("response_type", "code"),
            ("response_mode", "pi.flow"),
            ("redirect_uri", REDIRECT),
            ("scope", "openid profile offline_access"),
            ("code_challenge", CHALLENGE),
            ("code_challenge_method", "S256"),
        ];
        let flow = self.post("as/authorize", &form).await.ok();
        let flow = flow.text("/id").to_owned();
        let check = Request::new(&self.sandbox, "POST", self.path(&format!("flows/{flow}")));
        let check = check
            .media_type(action("usernamePassword.check"))
            .json(&json!({ "username": "lindajones", "password": PASSWORD }));
        let reply = check.send().await.ok();
        let cookie = reply.header("set-cookie").unwrap();
        cookie
            .split(';')
            .next()
            .unwrap()
            .clone_into(&mut self.cookie);
        let path = self.path(&format!("as/resume?flowId={flow}"));
        let resume = Request::new(&self.sandbox, "GET", path).header("Cookie", &self.cookie);
        resume
            .send()
            .await
            .ok()
            .text("/authorizeResponse/code")
            .to_owned()
    }

    /// The token request that the service takes for a code.
    fn exchange<'f>(&'f self, code: &'f str) -> Form<'f> {
        vec![
            ("grant_type", "authorization_code"),
            ("client_id", self.sandbox.client_id()),
            ("code", code),
            ("redirect_uri", REDIRECT),
            ("code_verifier", VERIFIER),
        ]
    }

    async fn tokens(&mut self) -> Reply {
        let code = self.code().await;
        self.post("as/token", &self.exchange(&code)).await.ok()
    }

    async fn refresh(&self, token: &str) -> Reply {
        let form = [
            ("grant_type", "refresh_token"),
            ("client_id", self.sandbox.client_id()),
            ("refresh_token", token),
        ];
        self.post("as/token", &form).await
    }

    /// Whether the service says that a token is active.
    async fn is_active(&self, token: &str) -> bool {
        let reply = self.as_application("as/introspect", token).await.ok();
        reply.body["active"].as_bool().unwrap()
    }

    async fn as_application(&self, path: &str, token: &str) -> Reply {
        let form = Serializer::new(String::new())
            .append_pair("token", token)
            .finish();
        let request = Request::new(&self.sandbox, "POST", self.path(path));
        let request = request.header("Authorization", basic(&self.sandbox));
        let request = request.media_type("application/x-www-form-urlencoded");
        request.text(form).send().await
    }

    async fn sessions(&self) -> usize {
        let environment = self.sandbox.environment_id();
        let path = format!(
            "/v1/environments/{environment}/users/{}/sessions",
            self.user
        );
        let request = Request::new(&self.sandbox, "GET", path).authorized();
        let reply = request.send().await.ok();
        reply.body["_embedded"]["sessions"]
            .as_array()
            .unwrap()
            .len()
    }
}

#[track_caller]
fn refused(reply: &Reply, status: u16, error: &str) {
    assert_eq!(
        (reply.status, reply.text("/error")),
        (status, error),
        "{reply:?}"
    );
}

#[tokio::test]
async fn a_code_is_good_for_its_verifier_address_and_application_alone() {
    for (name, value, status, error) in [
        ("code_verifier", Some("another"), 400, "invalid_grant"),
        // A public client proves itself by PKCE alone.
        ("code_verifier", None, 401, "invalid_client"),
        (
            "redirect_uri",
            Some("https://evil.example.com/"),
            400,
            "invalid_grant",
        ),
        ("redirect_uri", None, 400, "invalid_grant"),
        ("client_id", Some("another"), 401, "invalid_client"),
        ("code", Some("another"), 400, "invalid_grant"),
        ("code", None, 400, "invalid_request"),
    ] {
        let mut user = SignOn::new().await;
        let code = user.code().await;
        let form = with(&user.exchange(&code), name, value);
        let reply = user.post("as/token", &form).await;
        refused(&reply, status, error);
    }
}

#[tokio::test]
async fn a_wrong_verifier_uses_up_the_code() {
    let mut user = SignOn::new().await;
    let code = user.code().await;
    let wrong = with(&user.exchange(&code), "code_verifier", Some("another"));
    refused(&user.post("as/token", &wrong).await, 400, "invalid_grant");
    let right = user.exchange(&code);
    refused(&user.post("as/token", &right).await, 400, "invalid_grant");
}

#[tokio::test]
async fn a_code_works_once() {
    let mut user = SignOn::new().await;
    let code = user.code().await;
    user.post("as/token", &user.exchange(&code)).await.ok();
    let again = user.post("as/token", &user.exchange(&code)).await;
    refused(&again, 400, "invalid_grant");
}

#[tokio::test]
async fn a_code_expires() {
    for (seconds, status) in [(59, 200), (60, 400)] {
        let mut user = SignOn::new().await;
        let code = user.code().await;
        user.sandbox.clock().advance(Duration::from_secs(seconds));
        let reply = user.post("as/token", &user.exchange(&code)).await;
        assert_eq!(reply.status, status, "after {seconds} seconds: {reply:?}");
    }
}

#[tokio::test]
async fn a_refresh_token_works_once() {
    let mut user = SignOn::new().await;
    let tokens = user.tokens().await;
    let first = tokens.text("/refresh_token");
    let refreshed = user.refresh(first).await.ok();
    refused(&user.refresh(first).await, 400, "invalid_grant");
    user.refresh(refreshed.text("/refresh_token")).await.ok();
}

#[tokio::test]
async fn a_revoked_token_is_not_active() {
    let mut user = SignOn::new().await;
    let tokens = user.tokens().await;
    let refresh = tokens.text("/refresh_token");
    assert!(user.is_active(refresh).await);
    user.as_application("as/revoke", refresh).await.ok();
    assert!(!user.is_active(refresh).await);
    refused(&user.refresh(refresh).await, 400, "invalid_grant");
    // The access token is one for the API, which cannot be revoked; revoking it is answered all the same.
    let access = tokens.text("/access_token");
    user.as_application("as/revoke", access).await.ok();
    assert!(user.is_active(access).await);
    user.sandbox.clock().advance(minutes(60));
    assert!(!user.is_active(access).await);
}

#[tokio::test]
async fn signing_off_ends_the_session_and_its_refresh_tokens() {
    let mut user = SignOn::new().await;
    let tokens = user.tokens().await;
    assert_eq!(user.sessions().await, 1);
    let query = Serializer::new(String::new())
        .append_pair("post_logout_redirect_uri", "https://app.example.com/bye")
        .append_pair("state", "x y")
        .finish();
    let path = user.path(&format!("as/signoff?{query}"));
    let request = Request::new(&user.sandbox, "GET", path).header("Cookie", &user.cookie);
    let reply = request.send().await;
    assert_eq!(reply.status, 302, "{reply:?}");
    let location: Url = reply.header("location").unwrap().parse().unwrap();
    assert_eq!(location.as_str(), "https://app.example.com/bye?state=x+y");
    let cookie = reply.header("set-cookie").unwrap();
    assert!(
        cookie.starts_with("ST=;") && cookie.contains("Max-Age=0"),
        "{cookie}"
    );
    assert_eq!(user.sessions().await, 0);
    let refresh = tokens.text("/refresh_token");
    refused(&user.refresh(refresh).await, 400, "invalid_grant");
    assert!(!user.is_active(refresh).await);
}

#[tokio::test]
async fn signing_off_without_a_session_ends_nothing() {
    let mut user = SignOn::new().await;
    user.code().await;
    let request = Request::new(&user.sandbox, "GET", user.path("as/signoff"));
    assert_eq!(request.send().await.status, 302);
    assert_eq!(user.sessions().await, 1);
}

#[tokio::test]
async fn a_disabled_user_keeps_no_refresh_token() {
    let mut user = SignOn::new().await;
    let tokens = user.tokens().await;
    let environment = user.sandbox.environment_id();
    let path = format!("/v1/environments/{environment}/users/{}/enabled", user.user);
    let request = Request::new(&user.sandbox, "PUT", path).authorized();
    let request = request.media_type("application/json");
    request.json(&json!({ "enabled": false })).send().await.ok();
    let reply = user.refresh(tokens.text("/refresh_token")).await;
    refused(&reply, 400, "invalid_grant");
}

#[tokio::test]
async fn a_flow_that_has_not_completed_cannot_be_resumed() {
    let user = SignOn::new().await;
    let form = [
        ("client_id", user.sandbox.client_id()),
        ("response_type", "code"),
        ("response_mode", "pi.flow"),
    ];
    let flow = user.post("as/authorize", &form).await.ok();
    let path = user.path(&format!("as/resume?flowId={}", flow.text("/id")));
    let reply = Request::new(&user.sandbox, "GET", path).send().await;
    assert_eq!(reply.error(), "400 REQUEST_FAILED INVALID_VALUE");
}

#[tokio::test]
async fn the_hint_of_a_sign_off_is_of_the_user_who_signs_off() {
    let mut user = SignOn::new().await;
    let tokens = user.tokens().await;
    let form = |hint| [("id_token_hint", hint), ("state", "s")];
    let reply = user.post("as/signoff", &form("of-somebody-else")).await;
    let expected = "400 INVALID_DATA INVALID_VALUE id_token_hint";
    assert_eq!(reply.error(), expected);
    assert_eq!(user.sessions().await, 1);
    // A token that has expired says who it was.
    user.sandbox.clock().advance(minutes(120));
    let reply = user
        .post("as/signoff", &form(tokens.text("/id_token")))
        .await;
    assert_eq!(reply.status, 302, "{reply:?}");
    assert_eq!(user.sessions().await, 0);
}

#[tokio::test]
async fn claims_are_read_by_get_and_by_post() {
    let mut user = SignOn::new().await;
    let tokens = user.tokens().await;
    let bearer = format!("Bearer {}", tokens.text("/access_token"));
    let mut claims = Vec::new();
    for method in ["GET", "POST"] {
        let request = Request::new(&user.sandbox, method, user.path("as/userinfo"));
        let reply = request.header("Authorization", &bearer).send().await.ok();
        assert_eq!(reply.text("/preferred_username"), "lindajones");
        claims.push(reply.body);
    }
    assert_eq!(claims[0], claims[1]);
}
