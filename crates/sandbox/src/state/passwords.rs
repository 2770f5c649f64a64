//! A user's password: its states, its lock and its history.

use std::time::Duration;

use jiff::Timestamp;
use pingone_models::{PasswordGateway, PasswordStatus, Secret, expose};
use serde::{Deserialize, Serialize, Serializer};
use serde_json::json;

use super::context::{RequestContext, later};
use crate::refusal::{Refusal, detail, inner};
use crate::rules;

/// Failed checks in a row that lock a password.
const FAILURES: u32 = 5;
const LOCK: Duration = Duration::from_secs(15 * 60);
const SHORTEST: usize = 8;
const LONGEST: usize = 255;
/// How many passwords, the current one counted, cannot be set again.
const HISTORY: usize = 6;

/// The figures of the policy.
pub(crate) struct Figures {
    pub(crate) shortest: i64,
    pub(crate) longest: i64,
    pub(crate) history: i64,
    pub(crate) failures: i64,
    pub(crate) lock_seconds: i64,
}

pub(crate) fn figures() -> Figures {
    let number = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
    Figures {
        shortest: number(SHORTEST),
        longest: number(LONGEST),
        history: number(HISTORY),
        failures: FAILURES.into(),
        lock_seconds: i64::try_from(LOCK.as_secs()).unwrap_or(i64::MAX),
    }
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Password {
    #[serde(serialize_with = "expose::optional")]
    value: Option<Secret>,
    pub(crate) gateway: Option<PasswordGateway>,
    pub(crate) must_change: bool,
    pub(crate) expired: bool,
    changed_at: Option<Timestamp>,
    #[serde(serialize_with = "exposed")]
    history: Vec<Secret>,
    failures: u32,
    locked_until: Option<Timestamp>,
}

/// Writes the passwords of the history.
fn exposed<S: Serializer>(secrets: &[Secret], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(secrets.iter().map(Secret::expose))
}

impl Password {
    /// A password that has been there since `at`, whatever the policy says of it.
    pub(crate) fn seeded(value: Option<Secret>, at: Timestamp) -> Self {
        let mut password = Self::default();
        if let Some(value) = value {
            password.put(value, at);
        }
        password
    }

    pub(crate) fn status(&self, now: Timestamp) -> PasswordStatus {
        if self.value.is_none() {
            if self.gateway.is_some() {
                PasswordStatus::External
            } else {
                PasswordStatus::NoPassword
            }
        } else if self.locked_until(now).is_some() {
            PasswordStatus::PasswordLockedOut
        } else if self.expired {
            PasswordStatus::PasswordExpired
        } else if self.must_change {
            PasswordStatus::MustChangePassword
        } else {
            PasswordStatus::Ok
        }
    }

    pub(crate) fn is_set(&self) -> bool {
        self.value.is_some()
    }

    pub(crate) fn changed_at(&self) -> Option<Timestamp> {
        self.changed_at
    }

    /// When the lock ends, if there is one now; [`Timestamp::MAX`] if an administrator must end it.
    pub(crate) fn locked_until(&self, now: Timestamp) -> Option<Timestamp> {
        self.locked_until.filter(|end| now < *end)
    }

    pub(crate) fn lock_until(&mut self, end: Timestamp) {
        self.locked_until = Some(end);
    }

    pub(crate) fn unlock(&mut self) {
        self.locked_until = None;
        self.failures = 0;
    }

    /// How many more wrong passwords lock it.
    pub(crate) fn failures_remaining(&self, now: Timestamp) -> u32 {
        match self.locked_until(now) {
            Some(_) => 0,
            None => FAILURES - self.failures,
        }
    }

    /// Compares; a wrong password counts towards the lock.
    pub(crate) fn matches(&mut self, context: &mut RequestContext<'_>, given: &Secret) -> bool {
        let encoded = |value: &Secret| value.expose().starts_with('{');
        if self.value.as_ref().is_some_and(encoded) {
            context.rule(&rules::PASSWORD_ENCODED);
        } else if self.value.as_ref() == Some(given) {
            self.failures = 0;
            return true;
        }
        context.change();
        self.failures += 1;
        if self.failures >= FAILURES {
            context.rule(&rules::PASSWORD_LOCK);
            self.failures = 0;
            self.locked_until = Some(later(context.now, LOCK));
        }
        false
    }

    /// Replaces the password and ends its lock.
    pub(crate) fn set(
        &mut self,
        context: &mut RequestContext<'_>,
        value: &Secret,
        target: &str,
        policy: Policy,
    ) -> Result<(), Refusal> {
        if policy == Policy::Enforced {
            self.satisfies_policy(context, value, target)?;
        }
        context.change();
        self.put(value.clone(), context.now);
        self.unlock();
        self.must_change = false;
        self.expired = false;
        Ok(())
    }

    /// Removes the password.
    pub(crate) fn unset(&mut self, context: &mut RequestContext<'_>) {
        context.change();
        *self = Self {
            gateway: self.gateway.take(),
            history: std::mem::take(&mut self.history),
            ..Self::default()
        };
    }

    fn put(&mut self, value: Secret, at: Timestamp) {
        self.history.push(value.clone());
        if self.history.len() > HISTORY {
            self.history.remove(0);
        }
        self.value = Some(value);
        self.changed_at = Some(at);
    }

    fn satisfies_policy(
        &self,
        context: &mut RequestContext<'_>,
        value: &Secret,
        target: &str,
    ) -> Result<(), Refusal> {
        let mut unsatisfied = Vec::new();
        if !(SHORTEST..=LONGEST).contains(&value.expose().chars().count()) {
            unsatisfied.push("length");
        }
        if self.history.contains(value) {
            unsatisfied.push("history");
        }
        if unsatisfied.is_empty() {
            return Ok(());
        }
        context.rule(&rules::PASSWORD_POLICY);
        let mut members = inner([("unsatisfiedRequirements", json!(unsatisfied))]);
        for requirement in unsatisfied {
            let text = match requirement {
                "length" => format!("A password has {SHORTEST} to {LONGEST} characters."),
                _ => format!("A password is none of the last {HISTORY}."),
            };
            members.insert(requirement.to_owned(), text.into());
        }
        let detail = detail("INVALID_VALUE", "The password does not satisfy the policy.")
            .with_target(target)
            .with_inner_error(members);
        Err(Refusal::invalid(vec![detail]))
    }
}

/// Whether the password policy applies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Policy {
    Enforced,
    Bypassed,
}
