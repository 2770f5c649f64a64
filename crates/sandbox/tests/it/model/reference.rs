//! A small model of what the sandbox must do.

use std::collections::VecDeque;

use super::step::{DAY, Given, MINUTE, PASSWORDS, Step};

/// What a user is, in as few words as possible.
#[derive(Default)]
pub(super) struct Model {
    now: i64,
    password: Option<usize>,
    history: Vec<usize>,
    failures: u32,
    password_locked: i64,
    must_change: bool,
    account_locked: i64,
    pub(super) verification_required: bool,
    verification: Option<(u32, ())>,
    recovery: Option<(u32, i64)>,
    sent: VecDeque<i64>,
    passcode: Option<i64>,
    started: bool,
    changed: i64,
    otp_failures: u32,
    cool_down: i64,
}

pub(super) type Said = (u16, &'static str, &'static str);
const OK: Said = (200, "", "");
const WRONG: Said = (400, "INVALID_DATA", "INVALID_VALUE");
const UNUSABLE: Said = (400, "REQUEST_FAILED", "ACCOUNT_NOT_USABLE");
const NO_PASSWORD: Said = (400, "REQUEST_FAILED", "NO_PASSWORD");
const COOLING: Said = (400, "REQUEST_FAILED", "QUOTA_EXCEEDED");

impl Model {
    /// A user with the first password.
    pub(super) fn new() -> Self {
        Self {
            password: Some(0),
            history: vec![0],
            account_locked: i64::MIN,
            password_locked: i64::MIN,
            cool_down: i64::MIN,
            ..Self::default()
        }
    }

    pub(super) fn password_status(&self) -> &'static str {
        match self.password {
            None => "NO_PASSWORD",
            Some(_) if self.now < self.password_locked => "PASSWORD_LOCKED_OUT",
            Some(_) if self.must_change => "MUST_CHANGE_PASSWORD",
            Some(_) => "OK",
        }
    }

    pub(super) fn account_status(&self) -> &'static str {
        let by_password = self.password.is_some() && self.now < self.password_locked;
        if self.now < self.account_locked || by_password {
            "LOCKED"
        } else {
            "OK"
        }
    }

    fn can_authenticate(&self) -> bool {
        self.account_status() == "OK"
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

    pub(super) fn step(&mut self, step: &Step) -> Said {
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
                if !self.can_authenticate() {
                    return UNUSABLE;
                }
                self.sent.retain(|at| self.now < at + DAY);
                if self.sent.len() >= 50 {
                    return (429, "REQUEST_LIMITED", "QUOTA_EXCEEDED");
                }
                self.sent.push_back(self.now);
                self.passcode = Some(self.now + 30 * MINUTE);
                self.started = true;
                self.changed = self.now;
                return (201, "", "");
            }
            Step::CheckOtp(given) => {
                if !self.started || self.now >= self.changed + 60 * MINUTE {
                    return (404, "NOT_FOUND", "");
                }
                let Some(until) = self.passcode else {
                    return (400, "REQUEST_FAILED", "INVALID_VALUE");
                };
                if !self.can_authenticate() {
                    return UNUSABLE;
                }
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
                self.changed = self.now;
                self.forget_otp_failures();
            }
        }
        OK
    }
}
