//! Random requests, and a small model of what they must do.

use std::collections::VecDeque;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use pingone_models::UserId;
use pingone_sandbox::{Clock, Config, DeviceKind, Kind, NewDevice, Sandbox};
use proptest::prelude::*;
use proptest::test_runner::{Config as Runs, TestRunner};
use serde_json::{Value, json};

use crate::support::{PASSWORD, action, linda};

const CASES: u32 = 100;
const STEPS: usize = 100;
const MINUTE: i64 = 60_000;
const DAY: i64 = 24 * 60 * MINUTE;
/// Passwords to choose from: more than the history has, and one that is too short.
const PASSWORDS: [&str; 9] = [
    PASSWORD,
    "passw0rd-1",
    "passw0rd-2",
    "passw0rd-3",
    "passw0rd-4",
    "passw0rd-5",
    "passw0rd-6",
    "passw0rd-7",
    "short",
];

#[derive(Clone, Copy, Debug)]
enum Given {
    Right,
    RightInLowerCase,
    Wrong,
}

#[derive(Clone, Debug)]
enum Step {
    Advance(i64),
    SendVerification,
    Verify(Given),
    SendRecovery,
    Recover(Given, usize),
    Check(usize),
    UnlockPassword,
    Set(usize, bool),
    Unset,
    Reset(usize),
    Lock(i64),
    Unlock,
    StartMfa,
    CheckOtp(Given),
}

fn step() -> impl Strategy<Value = Step> {
    let given = || prop_oneof![3 => Just(Given::Right), 1 => Just(Given::RightInLowerCase), 4 => Just(Given::Wrong)];
    let password = || 0..PASSWORDS.len();
    let times = vec![
        1,
        MINUTE,
        5 * MINUTE - 1,
        5 * MINUTE,
        15 * MINUTE - 1,
        15 * MINUTE,
        2 * MINUTE,
        30 * MINUTE,
        DAY,
    ];
    prop_oneof![
        2 => prop::sample::select(times).prop_map(Step::Advance),
        1 => Just(Step::SendVerification),
        3 => given().prop_map(Step::Verify),
        2 => Just(Step::SendRecovery),
        4 => (given(), password()).prop_map(|(given, password)| Step::Recover(given, password)),
        4 => password().prop_map(Step::Check),
        1 => Just(Step::UnlockPassword),
        1 => (password(), any::<bool>()).prop_map(|(password, force)| Step::Set(password, force)),
        1 => Just(Step::Unset),
        1 => password().prop_map(Step::Reset),
        1 => prop::sample::select(vec![-MINUTE, 0, 1, 10 * MINUTE]).prop_map(Step::Lock),
        1 => Just(Step::Unlock),
        3 => Just(Step::StartMfa),
        4 => given().prop_map(Step::CheckOtp),
    ]
}

/// What a user is, in as few words as possible.
#[derive(Default)]
struct Model {
    now: i64,
    password: Option<usize>,
    history: Vec<usize>,
    failures: u32,
    password_locked: i64,
    must_change: bool,
    account_locked: i64,
    verification_required: bool,
    verification: Option<(u32, ())>,
    recovery: Option<(u32, i64)>,
    sent: VecDeque<i64>,
    passcode: Option<i64>,
    started: bool,
    otp_failures: u32,
    cool_down: i64,
}

type Said = (u16, &'static str, &'static str);
const OK: Said = (200, "", "");
const WRONG: Said = (400, "INVALID_DATA", "INVALID_VALUE");
const UNUSABLE: Said = (400, "REQUEST_FAILED", "ACCOUNT_NOT_USABLE");
const NO_PASSWORD: Said = (400, "REQUEST_FAILED", "NO_PASSWORD");
const COOLING: Said = (400, "REQUEST_FAILED", "QUOTA_EXCEEDED");

impl Model {
    fn password_status(&self) -> &'static str {
        match self.password {
            None => "NO_PASSWORD",
            Some(_) if self.now < self.password_locked => "PASSWORD_LOCKED_OUT",
            Some(_) if self.must_change => "MUST_CHANGE_PASSWORD",
            Some(_) => "OK",
        }
    }

    fn account_status(&self) -> &'static str {
        let by_password = self.password.is_some() && self.now < self.password_locked;
        if self.now < self.account_locked || by_password {
            "LOCKED"
        } else {
            "OK"
        }
    }

    fn unlock_password(&mut self) {
        self.password_locked = i64::MIN;
        self.failures = 0;
    }

    fn set(&mut self, password: usize) -> Said {
        if PASSWORDS[password] == "short"
            || self
                .history
                .iter()
                .rev()
                .take(6)
                .any(|old| *old == password)
        {
            return WRONG;
        }
        self.password = Some(password);
        self.history.push(password);
        self.must_change = false;
        self.unlock_password();
        OK
    }

    fn forget_otp_failures(&mut self) {
        self.otp_failures = 0;
        self.cool_down = i64::MIN;
    }

    fn step(&mut self, step: &Step) -> Said {
        match *step {
            Step::Advance(by) => self.now += by,
            Step::SendVerification => {
                self.verification = Some((0, ()));
                self.verification_required = true;
            }
            Step::Verify(given) => match (&mut self.verification, given) {
                (None, _) | (Some((5, ())), _) => return WRONG,
                (Some((failures, ())), Given::Wrong) => {
                    *failures += 1;
                    return WRONG;
                }
                _ => {
                    self.verification = None;
                    self.verification_required = false;
                }
            },
            Step::SendRecovery => match self.password_status() {
                "NO_PASSWORD" => return NO_PASSWORD,
                "PASSWORD_LOCKED_OUT" => return UNUSABLE,
                _ => self.recovery = Some((0, self.now + 5 * MINUTE)),
            },
            Step::Recover(given, password) => {
                if self.now < self.account_locked {
                    return UNUSABLE;
                }
                if self.password.is_none() {
                    return NO_PASSWORD;
                }
                match (&mut self.recovery, given) {
                    (None, _) | (Some((5, _)), _) => return WRONG,
                    (Some((_, until)), _) if self.now >= *until => return WRONG,
                    (Some((failures, _)), Given::Wrong) => {
                        *failures += 1;
                        return WRONG;
                    }
                    _ => {}
                }
                if self.set(password) != OK {
                    return WRONG;
                }
                self.recovery = None;
                self.forget_otp_failures();
            }
            Step::Check(password) => match self.password_status() {
                "NO_PASSWORD" => return NO_PASSWORD,
                "PASSWORD_LOCKED_OUT" => return UNUSABLE,
                _ if self.password == Some(password) => self.failures = 0,
                _ => {
                    self.failures += 1;
                    if self.failures == 5 {
                        self.failures = 0;
                        self.password_locked = self.now + 15 * MINUTE;
                    }
                    return WRONG;
                }
            },
            Step::UnlockPassword => self.unlock_password(),
            Step::Set(password, force) => {
                if self.set(password) != OK {
                    return WRONG;
                }
                self.must_change = force;
            }
            Step::Unset => {
                self.password = None;
                self.must_change = false;
                self.unlock_password();
            }
            Step::Reset(password) => {
                if self.set(password) != OK {
                    return WRONG;
                }
                self.forget_otp_failures();
            }
            Step::Lock(time) => {
                self.account_locked = if time > 0 { self.now + time } else { i64::MIN };
            }
            Step::Unlock => {
                self.account_locked = i64::MIN;
                self.unlock_password();
                self.forget_otp_failures();
            }
            Step::StartMfa => {
                self.sent.retain(|at| self.now < at + DAY);
                if self.sent.len() >= 50 {
                    return (429, "REQUEST_LIMITED", "QUOTA_EXCEEDED");
                }
                self.sent.push_back(self.now);
                self.passcode = Some(self.now + 30 * MINUTE);
                self.started = true;
                return (201, "", "");
            }
            Step::CheckOtp(given) => {
                if !self.started {
                    return (404, "NOT_FOUND", "");
                }
                let Some(until) = self.passcode else {
                    return (400, "REQUEST_FAILED", "INVALID_VALUE");
                };
                if self.now < self.cool_down {
                    return COOLING;
                }
                if self.cool_down != i64::MIN {
                    self.forget_otp_failures();
                }
                if self.now >= until {
                    return (400, "INVALID_DATA", "INVALID_OTP");
                }
                if matches!(given, Given::Wrong) {
                    self.otp_failures += 1;
                    if self.otp_failures == 3 {
                        self.cool_down = self.now + 2 * MINUTE;
                        return COOLING;
                    }
                    return (400, "INVALID_DATA", "INVALID_OTP");
                }
                self.passcode = None;
                self.forget_otp_failures();
            }
        }
        OK
    }
}

/// The sandbox, over one connection.
struct Real {
    sandbox: Sandbox,
    stream: BufReader<TcpStream>,
    user: UserId,
    authentication: String,
    verification: String,
    recovery: String,
    passcode: String,
}

impl Real {
    fn new(runtime: &tokio::runtime::Runtime) -> Self {
        let clock = Clock::frozen("2026-01-01T00:00:00Z".parse().unwrap());
        let sandbox = runtime
            .block_on(Config::new().with_clock(clock).start())
            .unwrap();
        let device = NewDevice::new(DeviceKind::Sms, "+14135550144");
        let user = sandbox.seed_user(linda().device(device)).unwrap();
        let stream = TcpStream::connect(sandbox.address()).unwrap();
        stream.set_nodelay(true).unwrap();
        Self {
            sandbox,
            stream: BufReader::new(stream),
            user,
            authentication: UserId::new(uuid::Uuid::nil()).to_string(),
            verification: "XXXXXXXX".to_owned(),
            recovery: "XXXXXXXX".to_owned(),
            passcode: "XXXXXX".to_owned(),
        }
    }

    fn send(&mut self, method: &str, path: &str, media_type: &str, body: &Value) -> (u16, Value) {
        let token = self.sandbox.access_token();
        let body = if body.is_null() {
            String::new()
        } else {
            body.to_string()
        };
        let text = format!(
            "{method} {path} HTTP/1.1\r\nHost: sandbox\r\nAuthorization: Bearer {}\r\nContent-Type: {media_type}\r\nContent-Length: {}\r\n\r\n{body}",
            token.expose(),
            body.len()
        );
        self.stream.get_mut().write_all(text.as_bytes()).unwrap();
        let mut line = String::new();
        self.stream.read_line(&mut line).unwrap();
        let status = line.split(' ').nth(1).unwrap().parse().unwrap();
        let mut length = 0;
        loop {
            line.clear();
            self.stream.read_line(&mut line).unwrap();
            if line.trim().is_empty() {
                break;
            }
            if let Some(value) = line.to_lowercase().strip_prefix("content-length:") {
                length = value.trim().parse().unwrap();
            }
        }
        let mut body = vec![0; length];
        self.stream.read_exact(&mut body).unwrap();
        (status, serde_json::from_slice(&body).unwrap_or_default())
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

    fn step(&mut self, step: &Step) -> (u16, Value) {
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

fn run(steps: &[Step], runtime: &tokio::runtime::Runtime) -> Result<(), TestCaseError> {
    let mut real = Real::new(runtime);
    let mut model = Model {
        password: Some(0),
        history: vec![0],
        account_locked: i64::MIN,
        password_locked: i64::MIN,
        cool_down: i64::MIN,
        ..Model::default()
    };
    for (number, step) in steps.iter().enumerate() {
        let (status, body) = real.step(step);
        let text = |pointer: &str| {
            body.pointer(pointer)
                .and_then(Value::as_str)
                .unwrap_or_default()
        };
        let (code, detail) = if status < 400 {
            ("", "")
        } else {
            (text("/code"), text("/details/0/code"))
        };
        let expected = model.step(step);
        prop_assert_eq!(
            (status, code, detail),
            expected,
            "step {}: {:?}",
            number,
            step
        );
        let user = real.sandbox.user(real.user).unwrap();
        let status = real.sandbox.password(real.user).unwrap().status;
        let found = (
            status.unwrap().to_string(),
            user.account.unwrap().status.unwrap().to_string(),
            user.lifecycle.unwrap().status.unwrap().to_string(),
        );
        let lifecycle = if model.verification_required {
            "VERIFICATION_REQUIRED"
        } else {
            "ACCOUNT_OK"
        };
        let expected = (
            model.password_status().to_owned(),
            model.account_status().to_owned(),
            lifecycle.to_owned(),
        );
        prop_assert_eq!(found, expected, "after step {}: {:?}", number, step);
    }
    Ok(())
}

#[test]
fn ten_thousand_random_steps_do_what_a_small_model_says() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    let done = AtomicUsize::new(0);
    let runs = Runs {
        cases: CASES,
        failure_persistence: None,
        max_shrink_iters: 200,
        ..Runs::default()
    };
    let steps = prop::collection::vec(step(), STEPS..=STEPS + 20);
    let outcome = TestRunner::new(runs).run(&steps, |steps| {
        done.fetch_add(steps.len(), Ordering::Relaxed);
        run(&steps, &runtime)
    });
    outcome.unwrap();
    let done = done.load(Ordering::Relaxed);
    assert!(done >= 10_000, "{done}");
    println!("{done} steps, no divergence");
}
