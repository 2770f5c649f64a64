//! An OpenID Connect client that nobody here wrote signs a user on with the sandbox.

use openidconnect::core::{
    CoreAuthenticationFlow, CoreClient, CoreIdToken, CoreIdTokenClaims, CoreIdTokenVerifier,
    CoreProviderMetadata, CoreUserInfoClaims,
};
use openidconnect::{
    AuthorizationCode, ClientId, ClientSecret, CsrfToken, HttpRequest, HttpResponse, IssuerUrl,
    Nonce, NonceVerifier, OAuth2TokenResponse, PkceCodeChallenge, RedirectUrl, Scope,
    TokenResponse,
};
use pingone::testing::{NewUser, Sandbox};
use reqwest::header::{COOKIE, LOCATION, SET_COOKIE};
use reqwest::{RequestBuilder, Response, StatusCode};
use serde_json::json;
use url::Url;

const PASSWORD: &str = "2FederateM0re!";
const REDIRECT: &str = "https://app.example.com/callback";

/// A browser that shows where it is sent, and keeps the session's cookie by hand.
struct Browser {
    http: reqwest::Client,
    cookie: Option<String>,
}

impl Browser {
    fn new() -> Self {
        let http = reqwest::Client::builder()
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none());
        Self {
            http: http.build().expect("a client"),
            cookie: None,
        }
    }

    async fn send(&mut self, request: RequestBuilder) -> Response {
        let request = match &self.cookie {
            Some(cookie) => request.header(COOKIE, cookie),
            None => request,
        };
        let response = request.send().await.expect("an answer");
        if let Some(cookie) = response.headers().get(SET_COOKIE) {
            let cookie = cookie.to_str().expect("text");
            self.cookie = cookie.split(';').next().map(str::to_owned);
        }
        response
    }

    /// Where a request is redirected to.
    async fn redirected(&mut self, address: Url) -> Url {
        let response = self.send(self.http.get(address)).await;
        assert_eq!(response.status(), StatusCode::FOUND);
        let location = response.headers()[LOCATION].to_str().expect("text");
        location.parse().expect("an address")
    }

    /// Signs on as the sign-on page does, and returns the address that the application is called at.
    async fn sign_on(&mut self, authorization: Url, auth: &str, environment: &str) -> Url {
        let page = self.redirected(authorization).await;
        let flow = parameter(&page, "flowId");
        let action = self
            .http
            .post(format!("{auth}/{environment}/flows/{flow}"))
            .header(
                "content-type",
                "application/vnd.pingidentity.usernamePassword.check+json",
            )
            .body(json!({ "username": "linda", "password": PASSWORD }).to_string());
        let response = self.send(action).await;
        assert_eq!(response.status(), StatusCode::OK);
        let resume = format!("{auth}/{environment}/as/resume?flowId={flow}");
        self.redirected(resume.parse().expect("an address")).await
    }
}

fn parameter(address: &Url, wanted: &str) -> String {
    let mut pairs = address.query_pairs();
    let found = pairs.find(|(name, _)| name == wanted);
    let (_, value) = found.unwrap_or_else(|| panic!("no {wanted} in {address}"));
    value.into_owned()
}

/// Sends what the library wants to send.
async fn fetch(
    http: reqwest::Client,
    request: HttpRequest,
) -> Result<HttpResponse, reqwest::Error> {
    let response = http.execute(request.try_into()?).await?;
    let mut answer = http::Response::builder().status(response.status());
    for (name, value) in response.headers() {
        answer = answer.header(name, value);
    }
    let body = response.bytes().await?.to_vec();
    Ok(answer.body(body).expect("an answer"))
}

fn username(claims: &CoreIdTokenClaims) -> Option<&str> {
    claims.preferred_username().map(|name| name.as_str())
}

#[tokio::test]
async fn a_client_that_knows_the_issuer_alone_signs_a_user_on() {
    let sandbox = Sandbox::start().await.expect("a sandbox");
    let user = NewUser::new("linda")
        .email("linda@example.com")
        .password(PASSWORD);
    let user = sandbox.seed_user(user).expect("a user");
    let environment = sandbox.environment_id().to_string();
    let mut browser = Browser::new();
    let http = browser.http.clone();
    let http = move |request| fetch(http.clone(), request);

    // Discovery also reads the keys.
    let issuer = format!("{}/{environment}/as", sandbox.auth_url());
    let issuer = IssuerUrl::new(issuer).expect("an address");
    let metadata = CoreProviderMetadata::discover_async(issuer, &http).await;
    let metadata = metadata.expect("the sandbox is discovered");
    assert!(!metadata.jwks().keys().is_empty());
    let client = CoreClient::from_provider_metadata(
        metadata,
        ClientId::new(sandbox.client_id().to_owned()),
        Some(ClientSecret::new(
            sandbox.client_secret().expose().to_owned(),
        )),
    )
    .set_redirect_uri(RedirectUrl::new(REDIRECT.to_owned()).expect("an address"));

    // Authorization code with PKCE.
    let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
    let (address, state, nonce) = client
        .authorize_url(
            CoreAuthenticationFlow::AuthorizationCode,
            CsrfToken::new_random,
            Nonce::new_random,
        )
        .add_scope(Scope::new("profile".to_owned()))
        .add_scope(Scope::new("email".to_owned()))
        .add_scope(Scope::new("offline_access".to_owned()))
        .set_pkce_challenge(challenge)
        .url();
    let callback = browser
        .sign_on(address, sandbox.auth_url(), &environment)
        .await;
    assert!(callback.as_str().starts_with(REDIRECT), "{callback}");
    assert_eq!(&parameter(&callback, "state"), state.secret());
    let code = AuthorizationCode::new(parameter(&callback, "code"));
    let tokens = client
        .exchange_code(code)
        .expect("a token endpoint")
        .set_pkce_verifier(verifier)
        .request_async(&http)
        .await
        .expect("tokens");

    // The ID token, by the keys of the discovery.
    let id_token = tokens.id_token().expect("an ID token");
    let claims = verified(&client.id_token_verifier(), id_token, &nonce);
    assert_eq!(claims.subject().as_str(), user.to_string());
    assert_eq!(username(claims), Some("linda"));
    let other = Nonce::new("another".to_owned());
    id_token
        .claims(&client.id_token_verifier(), &other)
        .expect_err("the nonce of another sign-on is refused");

    // A refresh gives new tokens, among them a refresh token that works once more.
    let first = tokens.refresh_token().expect("a refresh token");
    let refreshed = client
        .exchange_refresh_token(first)
        .expect("a token endpoint")
        .request_async(&http)
        .await
        .expect("new tokens");
    let second = refreshed.refresh_token().expect("a new refresh token");
    assert_ne!(first.secret(), second.secret());
    let id_token = refreshed.id_token().expect("an ID token");
    verified(
        &client.id_token_verifier(),
        id_token,
        |_: Option<&Nonce>| Ok(()),
    );

    // The claims of the user; the library refuses those of another.
    let claims: CoreUserInfoClaims = client
        .user_info(
            refreshed.access_token().clone(),
            Some(claims.subject().clone()),
        )
        .expect("a userinfo endpoint")
        .request_async(&http)
        .await
        .expect("claims");
    let email = claims.email().map(|email| email.as_str());
    assert_eq!(email, Some("linda@example.com"));
}

fn verified<'t>(
    verifier: &CoreIdTokenVerifier<'_>,
    token: &'t CoreIdToken,
    nonce: impl NonceVerifier,
) -> &'t CoreIdTokenClaims {
    let claims = token.claims(verifier, nonce);
    claims.unwrap_or_else(|error| panic!("the ID token is refused: {error}"))
}
