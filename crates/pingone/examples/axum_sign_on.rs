//! A web application that signs its users on with a password and a passcode by e-mail. What it knows of a browser is kept
//! on the server between two requests, as text, as a database would have it.
//!
//! `cargo run -p pingone --example axum_sign_on --features testing`

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use axum::extract::State;
use axum::http::header::{COOKIE, SET_COOKIE};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{AppendHeaders, IntoResponse};
use axum::routing::{get, post};
use axum::{Json, Router};
use pingone::applications::Application;
use pingone::models::AccessToken;
use pingone::sign_on::{SignOn, Step, StoredSignOn};
use pingone::testing::{self, DeviceKind, Kind, NewDevice, NewUser, Sandbox};
use pingone::token::ClientCredentials;
use serde::{Deserialize, Serialize};

type Outcome<T> = Result<T, StatusCode>;

/// What all requests share.
#[derive(Clone)]
struct App {
    application: Application,
    browsers: Arc<Mutex<HashMap<String, String>>>,
}

/// What is kept of a browser. The text of it holds secrets: it stays on the server.
#[derive(Serialize, Deserialize)]
struct Browser {
    sign_on: StoredSignOn,
    tokens: Option<AccessToken>,
}

#[derive(Serialize, Deserialize)]
struct Credentials {
    username: String,
    password: String,
}

#[derive(Serialize, Deserialize)]
struct Passcode {
    code: String,
}

impl App {
    /// Takes what is known of a browser, so that no second request goes on with it at the same time.
    fn take(&self, headers: &HeaderMap) -> Outcome<(String, Browser)> {
        let cookie = headers.get(COOKIE).and_then(|value| value.to_str().ok());
        let id = cookie
            .and_then(|cookie| cookie.strip_prefix("browser="))
            .ok_or(StatusCode::UNAUTHORIZED)?;
        let mut browsers = self.browsers.lock().unwrap_or_else(PoisonError::into_inner);
        let text = browsers.remove(id).ok_or(StatusCode::UNAUTHORIZED)?;
        let browser = serde_json::from_str(&text).map_err(|error| unexpected(&error))?;
        Ok((id.to_owned(), browser))
    }

    fn keep(&self, id: String, browser: &Browser) -> Outcome<()> {
        let text = serde_json::to_string(browser).map_err(|error| unexpected(&error))?;
        let mut browsers = self.browsers.lock().unwrap_or_else(PoisonError::into_inner);
        browsers.insert(id, text);
        Ok(())
    }

    /// Ends the sign-on if it has completed, keeps it, and says what the browser has to show next.
    async fn follow(&self, id: String, mut sign_on: SignOn) -> Outcome<&'static str> {
        let page = match sign_on.step() {
            Step::UsernamePassword => "sign on",
            Step::Otp { .. } => "passcode",
            Step::Completed => "welcome",
            other => {
                eprintln!("no page for {other:?}");
                return Err(StatusCode::NOT_IMPLEMENTED);
            }
        };
        let tokens = match sign_on.step() {
            Step::Completed => Some(sign_on.tokens().await.map_err(|error| answer(&error))?),
            _ => None,
        };
        let sign_on = sign_on.to_stored();
        self.keep(id, &Browser { sign_on, tokens })?;
        Ok(page)
    }
}

async fn sign_on(
    State(app): State<App>,
    Json(given): Json<Credentials>,
) -> Outcome<impl IntoResponse> {
    let sign_on = app.application.sign_on();
    let sign_on = sign_on
        .with_scope("openid profile")
        .with_acr_values("Multi_Factor");
    let mut sign_on = sign_on.begin().await.map_err(|error| answer(&error))?;
    sign_on
        .act(|flow| flow.check_username_password(given.username, given.password))
        .await
        .map_err(|error| answer(&error))?;
    // A new id with every sign-on: one that somebody has planted in the browser before is worth nothing.
    let id = random_id()?;
    let cookie = format!("browser={id}; HttpOnly; Secure; SameSite=Lax; Path=/");
    let page = app.follow(id, sign_on).await?;
    Ok((AppendHeaders([(SET_COOKIE, cookie)]), page))
}

async fn passcode(
    State(app): State<App>,
    headers: HeaderMap,
    Json(given): Json<Passcode>,
) -> Outcome<&'static str> {
    let (id, browser) = app.take(&headers)?;
    let restored = app.application.restore_sign_on(browser.sign_on);
    let mut sign_on = restored.map_err(|error| answer(&error))?;
    let checked = sign_on
        .act(|flow| flow.check_otp(given.code))
        .await
        .map(drop);
    // After a wrong passcode the person may try again.
    let page = app.follow(id, sign_on).await?;
    checked.map_err(|error| answer(&error))?;
    Ok(page)
}

async fn me(State(app): State<App>, headers: HeaderMap) -> Outcome<String> {
    let (id, browser) = app.take(&headers)?;
    app.keep(id, &browser)?;
    let tokens = browser.tokens.ok_or(StatusCode::UNAUTHORIZED)?;
    let claims = app
        .application
        .client()
        .openid()
        .user_info(tokens.access_token);
    let claims = claims.await.map_err(|error| answer(&error))?;
    Ok(claims.preferred_username.unwrap_or(claims.sub))
}

async fn sign_off(State(app): State<App>, headers: HeaderMap) -> Outcome<&'static str> {
    let (_, browser) = app.take(&headers)?;
    let restored = app.application.restore_sign_on(browser.sign_on);
    let sign_on = restored.map_err(|error| answer(&error))?;
    sign_on.sign_off().await.map_err(|error| answer(&error))?;
    Ok("bye")
}

/// What a browser is told; the rest is for the log, which an error can go to as it is: it shows no secret.
fn answer(error: &pingone::Error) -> StatusCode {
    if error.is_wrong_code() || error.is_attempts_exceeded() || error.is_locked_out() {
        return StatusCode::FORBIDDEN;
    }
    if error.is_expired_flow() {
        return StatusCode::UNAUTHORIZED;
    }
    eprintln!("{error:?}");
    StatusCode::BAD_GATEWAY
}

fn unexpected(error: &dyn std::error::Error) -> StatusCode {
    eprintln!("{error}");
    StatusCode::INTERNAL_SERVER_ERROR
}

fn random_id() -> Outcome<String> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)?;
    Ok(format!("{:032x}", u128::from_be_bytes(bytes)))
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let sandbox = Sandbox::start().await?;
    let linda = NewUser::new("linda")
        .email("linda@example.com")
        .password("2FederateM0re!")
        .device(NewDevice::new(DeviceKind::Email, "linda@example.com"));
    let user = sandbox.seed_user(linda)?;

    let credentials =
        ClientCredentials::client_secret_basic(sandbox.client_id(), sandbox.client_secret());
    let app = App {
        application: testing::client(&sandbox)?.application(credentials)?,
        browsers: Arc::default(),
    };
    let router = Router::new()
        .route("/sign-on", post(sign_on))
        .route("/passcode", post(passcode))
        .route("/me", get(me))
        .route("/sign-off", post(sign_off))
        .with_state(app);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    let address = format!("http://{}", listener.local_addr()?);
    tokio::spawn(async move { axum::serve(listener, router).await });

    // Linda's browser. It keeps one cookie, with which nobody but the application can do anything.
    let browser = reqwest::Client::builder().no_proxy().build()?;
    let mut cookie = String::new();
    for password in ["a-wrong-one", "2FederateM0re!"] {
        let body = Credentials {
            username: "linda".to_owned(),
            password: password.to_owned(),
        };
        let request = browser.post(format!("{address}/sign-on")).json(&body);
        let response = request.send().await?;
        if let Some(set) = response.headers().get(SET_COOKIE) {
            let pair = set.to_str()?.split(';').next().unwrap_or_default();
            pair.clone_into(&mut cookie);
        }
        show("password", response).await?;
    }
    let code = sandbox.outbox().wait_for(user, Kind::Passcode).await?.code;
    for code in ["wrong", code.expose()] {
        let body = Passcode {
            code: code.to_owned(),
        };
        let request = browser.post(format!("{address}/passcode")).json(&body);
        let response = request.header(COOKIE, &cookie).send().await?;
        show("passcode", response).await?;
    }
    for (what, request) in [
        ("me", browser.get(format!("{address}/me"))),
        ("sign off", browser.post(format!("{address}/sign-off"))),
        ("me", browser.get(format!("{address}/me"))),
    ] {
        show(what, request.header(COOKIE, &cookie).send().await?).await?;
    }
    Ok(())
}

async fn show(what: &str, response: reqwest::Response) -> reqwest::Result<()> {
    let status = response.status();
    println!(
        "{}",
        format!("{what}: {status} {}", response.text().await?).trim_end()
    );
    Ok(())
}
