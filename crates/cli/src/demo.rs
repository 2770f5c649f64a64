//! `pingone demo`: an end-to-end scenario, shown by the requests it sends.

use std::error::Error;
use std::fmt;
use std::io::Write;
use std::sync::{Arc, Mutex, PoisonError};

use pingone::applications::Application;
use pingone::models::operation::Operation;
use pingone::models::{AccessToken, AccountLock, FlowUserRegistration, Secret, Timestamp, UserId};
use pingone::observe::AttemptReport;
use pingone::sign_on::{SignOn, Step};
use pingone::token::ClientCredentials;
use pingone::workflows::{Recovery, Registration, StepUp};
use pingone::{Client, Result};
use pingone_sandbox::Sandbox;

type Outcome<T = ()> = Result<T, Box<dyn Error>>;

const USERNAME: &str = "lindajones";
const EMAIL: &str = "linda@example.com";
const FORGOTTEN: &str = "correct-Horse-1";
const NEW_PASSWORD: &str = "battery-Staple-2";
const LOCKED_UNTIL: &str = "2100-01-01T00:00:00Z";

/// A step whose outcome differs from what the scenario expects.
#[derive(Debug)]
struct UnexpectedOutcome(String);

impl fmt::Display for UnexpectedOutcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the demo expected something else: {}", self.0)
    }
}

impl Error for UnexpectedOutcome {}

fn unexpected(what: impl fmt::Debug) -> Box<dyn Error> {
    UnexpectedOutcome(format!("{what:?}")).into()
}

/// One line for each call made since the last line was printed.
type Calls = Arc<Mutex<Vec<String>>>;

pub(crate) async fn run(out: &mut dyn Write) -> Outcome {
    let sandbox = Sandbox::start().await?;
    let calls = Calls::default();
    let made = Arc::clone(&calls);
    let client = Client::builder()
        .platform_url(sandbox.platform_url())
        .auth_url(sandbox.auth_url())
        .environment_id(sandbox.environment_id())
        .token(sandbox.access_token())
        .on_attempt(move |report| {
            let mut calls = made.lock().unwrap_or_else(PoisonError::into_inner);
            calls.push(line(report));
        })
        .build()?;
    let application = client.application(ClientCredentials::client_secret_basic(
        sandbox.client_id(),
        sandbox.client_secret(),
    ))?;
    writeln!(
        out,
        "A PingOne emulator listens on http://{}.",
        sandbox.address()
    )?;

    let mut story = Story {
        out,
        sandbox,
        client,
        application,
        calls,
        told: 0,
    };
    let user = story.register().await?;
    story.sign_on().await?;
    story.step_up(user).await?;
    story.recover().await?;
    story.lock(user).await?;
    story.sign_off().await?;
    let Story {
        out, sandbox, told, ..
    } = story;
    sandbox.stop().await;
    writeln!(
        out,
        "\n{told} calls over HTTP, and each did what it was for."
    )?;
    Ok(())
}

struct Story<'a> {
    out: &'a mut dyn Write,
    sandbox: Sandbox,
    client: Client,
    application: Application,
    calls: Calls,
    told: usize,
}

impl Story<'_> {
    async fn register(&mut self) -> Outcome<UserId> {
        self.chapter("Linda registers and verifies her address")?;
        let linda = FlowUserRegistration::new(EMAIL, USERNAME).with_password(FORGOTTEN);
        let mut registration = Registration::begin(self.application.sign_on()).await?;
        registration.register(linda).await?;
        let code = self.code()?;
        registration.verify(code).await?;
        let mut sign_on = registration.into_sign_on();
        let tokens = self.tokens(&mut sign_on).await?;
        let claims = self.client.openid().user_info(tokens.access_token).await?;
        self.tell("the new user is signed on")?;
        Ok(claims.sub.parse()?)
    }

    async fn sign_on(&mut self) -> Outcome {
        self.chapter("She signs on with her password")?;
        let mut sign_on = self.application.sign_on().begin().await?;
        let wrong = sign_on.act(|flow| flow.check_username_password(USERNAME, "wrong"));
        match wrong.await {
            Err(error) if error.is_wrong_code() => {
                self.tell("a wrong password: she tries again")?
            }
            other => return Err(unexpected(other.map(drop))),
        }
        let right = sign_on.act(|flow| flow.check_username_password(USERNAME, FORGOTTEN));
        right.await?;
        let tokens = self.tokens(&mut sign_on).await?;
        let seconds = tokens.expires_in.unwrap_or_default();
        self.tell(&format!("an access token for {seconds} s and an ID token"))
    }

    async fn step_up(&mut self, user: UserId) -> Outcome {
        self.chapter("Before she pays, a shop asks for a one-time passcode")?;
        let mut step_up = StepUp::of_user(&self.client, user).await?;
        step_up.send_email().await?;
        let code = self.code()?;
        let state = step_up.check(code).await?;
        self.tell(&format!("the device authentication is {}", state.status))
    }

    async fn recover(&mut self) -> Outcome {
        self.chapter("She has forgotten her password")?;
        let recovery = Recovery::of_username(&self.client, USERNAME).await?;
        recovery.send_code().await?;
        let code = self.code()?;
        recovery.set_password(code, NEW_PASSWORD).await?;
        self.tell("the new password is set")
    }

    async fn lock(&mut self, user: UserId) -> Outcome {
        self.chapter("An administrator locks her account and unlocks it again")?;
        let user = self.client.user(user);
        let until: Timestamp = LOCKED_UNTIL.parse()?;
        user.lock_account(AccountLock::new().with_unlock_at(until))
            .await?;
        let mut sign_on = self.application.sign_on().begin().await?;
        let refused = sign_on.act(|flow| flow.check_username_password(USERNAME, NEW_PASSWORD));
        match refused.await {
            Err(error) if error.status() == Some(400) => self.tell("she cannot sign on")?,
            other => return Err(unexpected(other.map(drop))),
        }
        user.unlock_account().await?;
        self.tell("the account is unlocked")
    }

    async fn sign_off(&mut self) -> Outcome {
        self.chapter("She signs on with the new password, and off")?;
        let sign_on = self.application.sign_on();
        let mut sign_on = sign_on.with_scope("openid offline_access").begin().await?;
        let right = sign_on.act(|flow| flow.check_username_password(USERNAME, NEW_PASSWORD));
        right.await?;
        let tokens = self.tokens(&mut sign_on).await?;
        sign_on.sign_off().await?;
        let refresh = tokens.refresh_token.unwrap_or_else(|| Secret::new(""));
        match self.application.refresh(refresh).await {
            Err(error) if error.code() == Some("invalid_grant") => {
                self.tell("her session has ended, and with it the refresh token")
            }
            other => Err(unexpected(other.map(drop))),
        }
    }

    /// Ends a sign-on that has completed.
    async fn tokens(&self, sign_on: &mut SignOn) -> Outcome<AccessToken> {
        match sign_on.step() {
            Step::Completed => Ok(sign_on.tokens().await?),
            other => Err(unexpected(other)),
        }
    }

    /// Reads the code that the emulator sent last, without showing it.
    fn code(&mut self) -> Outcome<Secret> {
        let message = self.sandbox.outbox().messages().pop();
        let message = message.ok_or_else(|| unexpected("no message was sent"))?;
        self.tell(&format!("a message to {} carries the code", message.to))?;
        Ok(message.code)
    }

    fn chapter(&mut self, title: &str) -> Outcome {
        writeln!(self.out, "\n{title}.")?;
        Ok(())
    }

    /// Prints the calls that were made since, and what came of them.
    fn tell(&mut self, outcome: &str) -> Outcome {
        let calls = std::mem::take(&mut *self.calls.lock().unwrap_or_else(PoisonError::into_inner));
        self.told += calls.len();
        for call in calls {
            writeln!(self.out, "  {call}")?;
        }
        writeln!(self.out, "    {outcome}")?;
        Ok(())
    }
}

/// What a call sent and got: its method, its path within the environment, the action and the status.
fn line(report: &AttemptReport<'_>) -> String {
    let Operation { method, path, .. } = report.operation;
    let path = path
        .trim_start_matches("/environments")
        .trim_start_matches("/{environmentId}");
    let action = report.operation.media_type().unwrap_or_default();
    let action = action
        .strip_prefix("application/vnd.pingidentity.")
        .map(|action| format!(" {}", action.trim_end_matches("+json")));
    let call = format!("{method} {path}{}", action.unwrap_or_default());
    match report.status {
        Some(status) => format!("{call:<64} {status}"),
        None => format!("{call:<64} no answer"),
    }
}
