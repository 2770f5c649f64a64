//! The rules of a sign-on, from the authorization request to the end of the session.

use std::time::Duration;

use pingone_models::UserId;
use pingone_sandbox::Sandbox;
use serde_json::json;
use url::Url;
use url::form_urlencoded::{self, Serializer};

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
        let client = self.sandbox.client_id().to_owned();
        let form = [
            ("client_id", client.as_str()),
            ("response_type", "code"),
            ("response_mode", "pi.flow"),
            ("redirect_uri", REDIRECT),
            ("scope", "openid profile offline_access"),
            ("code_challenge", CHALLENGE),
            ("code_challenge_method", "S256"),
        ];
        let flow = self.post("as/authorize", &form).await.ok();
        let resumed = self.sign_on(flow.text("/id")).await.ok();
        resumed.text("/authorizeResponse/code").to_owned()
    }

    /// Acts on a flow until it has completed, and resumes it.
    async fn sign_on(&mut self, flow: &str) -> Reply {
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
        resume.send().await
    }

    /// An authorization request in the address.
    async fn authorize(&self, response_type: &str, others: &[(&str, &str)]) -> Reply {
        let query = Serializer::new(String::new())
            .append_pair("client_id", self.sandbox.client_id())
            .append_pair("response_type", response_type)
            .append_pair("redirect_uri", REDIRECT)
            .append_pair("scope", "openid offline_access")
            .append_pair("state", "s t")
            .append_pair("nonce", "n")
            .extend_pairs(others)
            .finish();
        let path = self.path(&format!("as/authorize?{query}"));
        Request::new(&self.sandbox, "GET", path).send().await
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

/// Signs on by redirect; gives the parameters of the redirect address, and whether they are in its fragment.
async fn by_redirect(response_type: &str, mode: Option<&str>) -> (bool, Vec<(String, String)>) {
    let mut user = SignOn::new().await;
    let mode = mode.map(|mode| ("response_mode", mode));
    let begun = user.authorize(response_type, mode.as_slice()).await;
    let page: Url = begun.header("location").unwrap().parse().unwrap();
    let (_, flow) = page
        .query_pairs()
        .find(|(name, _)| name == "flowId")
        .unwrap();
    let resumed = user.sign_on(&flow).await;
    let location: Url = resumed.header("location").unwrap().parse().unwrap();
    let parameters = location.fragment().or(location.query()).unwrap();
    let mut pairs: Vec<_> = form_urlencoded::parse(parameters.as_bytes())
        .into_owned()
        .collect();
    pairs.sort();
    // What is issued works.
    for (name, value) in &pairs {
        match name.as_str() {
            "access_token" | "id_token" => assert!(user.is_active(value).await, "{name}"),
            "state" => assert_eq!(value, "s t"),
            _ => {}
        }
    }
    (location.fragment().is_some(), pairs)
}

#[tokio::test]
async fn a_redirect_carries_what_the_response_type_names() {
    let token = ["access_token", "expires_in", "scope", "token_type"];
    for (response_type, mode, in_fragment, expected) in [
        ("code", None, false, &["code"][..]),
        ("code", Some("query"), false, &["code"]),
        ("code", Some("fragment"), true, &["code"]),
        ("token", None, true, &token),
        ("id_token", None, true, &["id_token"]),
        (
            "token id_token",
            None,
            true,
            &[&token[..], &["id_token"]].concat(),
        ),
        ("code token", None, true, &[&token[..], &["code"]].concat()),
        (
            "code id_token",
            Some("fragment"),
            true,
            &["code", "id_token"],
        ),
    ] {
        let (fragment, pairs) = by_redirect(response_type, mode).await;
        let mut names: Vec<_> = pairs.iter().map(|(name, _)| name.as_str()).collect();
        names.retain(|name| *name != "state");
        let mut expected = expected.to_vec();
        expected.sort_unstable();
        assert_eq!(
            (fragment, names),
            (in_fragment, expected),
            "{response_type}"
        );
    }
}

#[tokio::test]
async fn a_flow_carries_what_the_response_type_names() {
    let mut user = SignOn::new().await;
    let begun = user
        .authorize("id_token token", &[("response_mode", "pi.flow")])
        .await
        .ok();
    let resumed = user.sign_on(begun.text("/id")).await.ok();
    let response = &resumed.body["authorizeResponse"];
    assert_eq!(response["token_type"], "Bearer", "{resumed:?}");
    assert!(response.get("code").is_none(), "{resumed:?}");
    let token = resumed.text("/authorizeResponse/access_token");
    assert!(user.is_active(token).await);
}

#[tokio::test]
async fn a_wrong_authorization_request_begins_nothing() {
    let user = SignOn::new().await;
    for (response_type, mode, target) in [
        ("code code", "query", "response_type"),
        ("none", "query", "response_type"),
        ("", "query", "response_type"),
        ("token", "query", "response_mode"),
        ("code", "form_post", "response_mode"),
    ] {
        let reply = user
            .authorize(response_type, &[("response_mode", mode)])
            .await;
        let expected = format!("400 INVALID_DATA INVALID_VALUE {target}");
        assert_eq!(reply.error(), expected, "{response_type} {mode}");
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

#[tokio::test]
async fn an_empty_form_and_a_parameter_twice() {
    let sign_on = SignOn::new().await;
    assert_eq!(sign_on.post("as/signoff", &[]).await.status, 302);
    let twice = sign_on.post("as/authorize", &[("state", "a"), ("state", "b")]);
    let twice = twice.await;
    assert_eq!(twice.error(), "400 INVALID_DATA INVALID_VALUE state");
    assert!(twice.assumed().contains("authorize.errors"), "{twice:?}");
}
