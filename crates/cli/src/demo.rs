//! `pingone demo`: a story of a user, told by the requests that it takes.

use std::error::Error;
use std::fmt;
use std::io::Write;

use pingone::models::{
    DeviceAuthenticationStatus, FlowUserConfirmation, LifecycleStatus, User, UserId,
};
use pingone::{Acknowledged, Client, Request};
use pingone_sandbox::{Kind, NewFlow, NewUser, Sandbox};
use serde_json::json;

type Outcome<T = ()> = Result<T, Box<dyn Error>>;

const EMAIL: &str = "linda@example.com";
const FORGOTTEN: &str = "correct-horse-1";
const NEW_PASSWORD: &str = "battery-staple-2";

/// Something that went on differently from what the story says.
#[derive(Debug)]
struct UnexpectedOutcome(String);

impl fmt::Display for UnexpectedOutcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the demo expected something else: {}", self.0)
    }
}

impl Error for UnexpectedOutcome {}

pub(crate) async fn run(out: &mut dyn Write) -> Outcome {
    let sandbox = Sandbox::start().await?;
    let user = sandbox.seed_user(
        NewUser::new("lindajones")
            .email(EMAIL)
            .password(FORGOTTEN)
            .unverified(),
    )?;
    let client = Client::builder()
        .platform_url(sandbox.platform_url())
        .auth_url(sandbox.auth_url())
        .environment_id(sandbox.environment_id())
        .token(sandbox.access_token())
        .build()?;
    writeln!(
        out,
        "A PingOne emulator listens on http://{}.",
        sandbox.address()
    )?;

    let mut story = Story {
        out,
        sandbox,
        client,
        calls: 0,
    };
    story.verify(user).await?;
    story.recover(user).await?;
    story.authenticate(user).await?;
    story.confirm().await?;
    let Story {
        out,
        sandbox,
        calls,
        ..
    } = story;
    sandbox.stop().await;
    writeln!(
        out,
        "\n{calls} calls over HTTP, and each did what it was for."
    )?;
    Ok(())
}

struct Story<'a> {
    out: &'a mut dyn Write,
    sandbox: Sandbox,
    client: Client,
    calls: u32,
}

impl Story<'_> {
    async fn verify(&mut self, user: UserId) -> Outcome {
        self.chapter("Linda has signed up and has to verify her account")?;
        let handle = self.client.user(user);
        self.call(handle.send_verification_code(), |user| {
            lifecycle(user, &LifecycleStatus::VerificationRequired)
        })
        .await?;
        let code = self.code(user, Kind::VerificationCode).await?;
        self.call(handle.verify(code), |user| {
            lifecycle(user, &LifecycleStatus::AccountOk)
        })
        .await
    }

    async fn recover(&mut self, user: UserId) -> Outcome {
        self.chapter("Linda has forgotten her password")?;
        let password = self.client.user(user).password();
        self.call(password.send_recovery_code(), accepted).await?;
        let code = self.code(user, Kind::RecoveryCode).await?;
        self.call(password.recover(code, NEW_PASSWORD), accepted)
            .await?;
        self.call(password.check(NEW_PASSWORD), accepted).await
    }

    async fn authenticate(&mut self, user: UserId) -> Outcome {
        self.chapter("A shop wants to know that it is Linda")?;
        let mut started = None;
        self.call(
            self.client
                .device_authentications()
                .one_time_email(user, EMAIL),
            |handle| {
                started = Some(handle.clone());
                status(handle.status(), &DeviceAuthenticationStatus::OtpRequired)
            },
        )
        .await?;
        let Some(authentication) = started else {
            return Err(
                UnexpectedOutcome("no device authentication was started".to_owned()).into(),
            );
        };
        let passcode = self.code(user, Kind::Passcode).await?;
        self.call(authentication.check_otp(passcode), |answer| {
            status(Some(&answer.status), &DeviceAuthenticationStatus::Completed)
        })
        .await
    }

    async fn confirm(&mut self) -> Outcome {
        self.chapter("Somebody signs on with an account from elsewhere and confirms its name")?;
        let attributes = json!({ "username": "lindaj", "email": "linda@elsewhere.example" });
        let attributes = attributes.as_object().cloned().unwrap_or_default();
        let flow = self
            .client
            .flow(self.sandbox.start_flow(NewFlow::external(attributes)));
        let before = |flow: &pingone::models::Flow| Ok(format!("status is {}", flow.status));
        self.call(flow.read(), before).await?;
        self.call(
            flow.confirm_account(FlowUserConfirmation::new("lindaj")),
            accepted,
        )
        .await?;
        self.call(flow.read(), |flow| match flow.status.as_str() {
            "COMPLETED" => Ok("status is COMPLETED".to_owned()),
            other => Err(UnexpectedOutcome(format!(
                "the status of the flow is {other}"
            ))),
        })
        .await
    }

    fn chapter(&mut self, title: &str) -> Outcome {
        writeln!(self.out, "\n{title}.")?;
        Ok(())
    }

    /// Makes a call and prints its request line, its media type and what came of it.
    async fn call<T: Send + 'static>(
        &mut self,
        request: Request<T>,
        expect: impl FnOnce(&T) -> Result<String, UnexpectedOutcome>,
    ) -> Outcome {
        let operation = request.operation();
        writeln!(self.out, "  {} {}", operation.method, operation.path)?;
        if let Some(media_type) = operation.media_type() {
            writeln!(self.out, "    {media_type}")?;
        }
        let outcome = expect(&request.await?)?;
        writeln!(self.out, "    -> {outcome}")?;
        self.calls += 1;
        Ok(())
    }

    /// Reads the code that the emulator sent, without showing it.
    async fn code(&mut self, user: UserId, kind: Kind) -> Outcome<pingone::models::Secret> {
        let message = self.sandbox.outbox().wait_for(user, kind).await?;
        writeln!(self.out, "    a message to {} carries the code", message.to)?;
        Ok(message.code)
    }
}

fn accepted(answer: &Acknowledged) -> Result<String, UnexpectedOutcome> {
    Ok(format!("accepted with {}", answer.status))
}

fn lifecycle(user: &User, expected: &LifecycleStatus) -> Result<String, UnexpectedOutcome> {
    let status = user
        .lifecycle
        .as_ref()
        .and_then(|lifecycle| lifecycle.status.as_ref());
    match status {
        Some(status) if status == expected => Ok(format!("lifecycle.status is {status}")),
        other => Err(UnexpectedOutcome(format!("lifecycle.status is {other:?}"))),
    }
}

fn status(
    status: Option<&DeviceAuthenticationStatus>,
    expected: &DeviceAuthenticationStatus,
) -> Result<String, UnexpectedOutcome> {
    match status {
        Some(status) if status == expected => Ok(format!("status is {status}")),
        other => Err(UnexpectedOutcome(format!(
            "the status of the device authentication is {other:?}"
        ))),
    }
}
