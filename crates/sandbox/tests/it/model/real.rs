//! The sandbox that is held against the model.

use std::time::Duration;

use pingone_models::UserId;
use pingone_sandbox::{Clock, Config, DeviceKind, Kind, NewDevice, Sandbox};
use serde_json::{Value, json};

use super::step::{Given, PASSWORDS, Step};
use crate::connection::Connection;
use crate::support::{action, linda};

/// The sandbox, over one connection.
pub(super) struct Real {
    pub(super) sandbox: Sandbox,
    connection: Connection,
    pub(super) user: UserId,
    authentication: String,
    verification: String,
    recovery: String,
    passcode: String,
}

impl Real {
    pub(super) fn new(runtime: &tokio::runtime::Runtime) -> Self {
        let clock = Clock::frozen("2026-01-01T00:00:00Z".parse().unwrap());
        let sandbox = runtime
            .block_on(Config::new().with_clock(clock).start())
            .unwrap();
        let device = NewDevice::new(DeviceKind::Sms, "+14135550144");
        let user = sandbox.seed_user(linda().device(device)).unwrap();
        Self {
            connection: Connection::open(&sandbox),
            sandbox,
            user,
            authentication: UserId::new(uuid::Uuid::nil()).to_string(),
            verification: "XXXXXXXX".to_owned(),
            recovery: "XXXXXXXX".to_owned(),
            passcode: "XXXXXX".to_owned(),
        }
    }

    fn send(&mut self, method: &str, path: &str, media_type: &str, body: &Value) -> (u16, Value) {
        let token = self.sandbox.access_token();
        let bearer = format!("Bearer {}", token.expose());
        let headers = [
            ("Authorization", bearer.as_str()),
            ("Content-Type", media_type),
        ];
        let body = match body {
            Value::Null => String::new(),
            body => body.to_string(),
        };
        let answer = self
            .connection
            .send(method, path, &headers, body.as_bytes());
        let body = serde_json::from_slice(&answer.body).unwrap_or_default();
        (answer.status, body)
    }

    fn given(code: &str, given: Given) -> String {
        match given {
            Given::Right => code.to_owned(),
            Given::RightInLowerCase => code.to_lowercase(),
            Given::Wrong => "WRONG".to_owned(),
        }
    }

    fn latest(&self, kind: Kind) -> String {
        self.sandbox
            .outbox()
            .latest(self.user, kind)
            .unwrap()
            .code
            .expose()
            .to_owned()
    }

    pub(super) fn step(&mut self, step: &Step) -> (u16, Value) {
        let environment = self.sandbox.environment_id();
        let user = format!("/v1/environments/{environment}/users/{}", self.user);
        let password = format!("{user}/password");
        let started = format!("/{environment}/deviceAuthentications");
        let null = Value::Null;
        match *step {
            Step::Advance(by) => {
                self.sandbox
                    .clock()
                    .advance(Duration::from_millis(by.unsigned_abs()));
                (200, Value::Null)
            }
            Step::SendVerification => {
                let answer = self.send("POST", &user, &action("user.sendVerificationCode"), &null);
                self.verification = self.latest(Kind::VerificationCode);
                answer
            }
            Step::Verify(given) => {
                let body = json!({ "verificationCode": Self::given(&self.verification, given) });
                self.send("POST", &user, &action("user.verify"), &body)
            }
            Step::SendRecovery => {
                let answer = self.send(
                    "POST",
                    &password,
                    &action("password.sendRecoveryCode"),
                    &null,
                );
                if answer.0 == 200 {
                    self.recovery = self.latest(Kind::RecoveryCode);
                }
                answer
            }
            Step::Recover(given, new) => {
                let code = Self::given(&self.recovery, given);
                let body = json!({ "recoveryCode": code, "newPassword": PASSWORDS[new] });
                self.send("POST", &password, &action("password.recover"), &body)
            }
            Step::Check(given) => {
                let body = json!({ "password": PASSWORDS[given] });
                self.send("POST", &password, &action("password.check"), &body)
            }
            Step::UnlockPassword => self.send("POST", &password, &action("password.unlock"), &null),
            Step::Set(new, force) => {
                let body = json!({ "value": PASSWORDS[new], "forceChange": force });
                self.send("PUT", &password, &action("password.set"), &body)
            }
            Step::Unset => self.send("PUT", &password, &action("password.setValue"), &json!({})),
            Step::Reset(new) => {
                let body = json!({ "newPassword": PASSWORDS[new] });
                self.send("PUT", &password, &action("password.reset"), &body)
            }
            Step::Lock(time) => {
                let until = self.sandbox.clock().now() + jiff::SignedDuration::from_millis(time);
                self.send(
                    "POST",
                    &user,
                    &action("account.lock"),
                    &json!({ "unlockAt": until }),
                )
            }
            Step::Unlock => self.send("POST", &user, &action("account.unlock"), &null),
            Step::StartMfa => {
                let body = json!({ "user": { "id": self.user } });
                let answer = self.send("POST", &started, "application/json", &body);
                if answer.0 == 201 {
                    self.authentication = answer.1["id"].as_str().unwrap().to_owned();
                    self.passcode = self.latest(Kind::Passcode);
                }
                answer
            }
            Step::CheckOtp(given) => {
                let path = format!("{started}/{}", self.authentication);
                let body = json!({ "otp": Self::given(&self.passcode, given) });
                self.send("POST", &path, &action("otp.check"), &body)
            }
        }
    }
}
