//! Two web handlers that recover a forgotten password, and what they answer when something fails.
//!
//! `cargo run -p pingone --example axum_handler --features testing`

use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::post;
use axum::{Json, Router};
use pingone::testing::{self, Kind, NewUser, Sandbox};
use pingone::workflows::Recovery;
use pingone::{Client, Error};
use serde::{Deserialize, Serialize};

#[derive(Deserialize, Serialize)]
struct Forgotten {
    username: String,
}

#[derive(Deserialize, Serialize)]
struct NewPassword {
    username: String,
    code: String,
    password: String,
}

/// Sends a code, and never says whether the user exists.
async fn forgotten(State(client): State<Client>, Json(asked): Json<Forgotten>) -> StatusCode {
    let sent = async {
        let recovery = Recovery::of_username(&client, &asked.username).await?;
        if recovery.obstacle().is_none() {
            recovery.send_code().await?;
        }
        Ok(())
    };
    match sent.await {
        Ok(()) => StatusCode::ACCEPTED,
        Err(error) => answer(&error, StatusCode::ACCEPTED),
    }
}

async fn new_password(State(client): State<Client>, Json(given): Json<NewPassword>) -> StatusCode {
    let set = async {
        let recovery = Recovery::of_username(&client, &given.username).await?;
        recovery.set_password(given.code, given.password).await
    };
    match set.await {
        Ok(_) => StatusCode::NO_CONTENT,
        Err(error) => answer(&error, StatusCode::BAD_REQUEST),
    }
}

/// What a browser is told; the rest is for the log, which an error can go to as it is: it shows no secret.
fn answer(error: &Error, unknown: StatusCode) -> StatusCode {
    match error {
        error if error.is_not_found() => unknown,
        error if error.is_wrong_code() || error.is_attempts_exceeded() => StatusCode::BAD_REQUEST,
        error if error.is_rate_limited() => StatusCode::TOO_MANY_REQUESTS,
        error if error.status() == Some(400) => StatusCode::BAD_REQUEST,
        error => {
            eprintln!("{error:?}");
            StatusCode::BAD_GATEWAY
        }
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let sandbox = Sandbox::start().await?;
    let linda = NewUser::new("linda")
        .email("linda@example.com")
        .password("2FederateM0re!");
    let user = sandbox.seed_user(linda)?;

    // One client for all requests: clones share connections, tokens and retry budget.
    let app = Router::new()
        .route("/forgotten", post(forgotten))
        .route("/password", post(new_password))
        .with_state(testing::client(&sandbox)?);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    let address = format!("http://{}", listener.local_addr()?);
    tokio::spawn(async move { axum::serve(listener, app).await });

    // A browser: Linda has forgotten her password, and so has somebody whom nobody knows.
    let browser = reqwest::Client::builder().no_proxy().build()?;
    for username in ["linda", "nobody"] {
        let body = Forgotten {
            username: username.to_owned(),
        };
        let answer = browser
            .post(format!("{address}/forgotten"))
            .json(&body)
            .send()
            .await?;
        println!("{username}: {}", answer.status());
    }
    let code = sandbox
        .outbox()
        .wait_for(user, Kind::RecoveryCode)
        .await?
        .code;
    for code in ["WRONG123", code.expose()] {
        let body = NewPassword {
            username: "linda".to_owned(),
            code: code.to_owned(),
            password: "a-New-password-1".to_owned(),
        };
        let answer = browser
            .post(format!("{address}/password"))
            .json(&body)
            .send()
            .await?;
        println!("new password: {}", answer.status());
    }
    Ok(())
}
