//! What may be done with the password of a user.

use std::time::Duration;

use jiff::Timestamp;
use pingone_models::{IdentityProviderType, PasswordStatus, Secret};
use serde_json::json;

use super::codes::{Code, Rejection};
use super::context::{OutgoingMessage, RequestContext, later};
use super::passwords::Policy;
use super::users::{CODE_ATTEMPTS, User};
use crate::refusal::{Refusal, detail, inner};
use crate::{Channel, Kind, rules};

const RECOVERY_LIFETIME: Duration = Duration::from_secs(5 * 60);

/// What keeps an action from being done: the code of the error and its message.
type Obstacle = (&'static str, &'static str);
const DISABLED: Obstacle = ("ACCOUNT_NOT_USABLE", "The user is disabled.");
const ACCOUNT_LOCKED: Obstacle = ("ACCOUNT_NOT_USABLE", "The account is locked.");
const NO_PASSWORD: Obstacle = ("NO_PASSWORD", "The user has no password.");
const PASSWORD_LOCKED: Obstacle = ("ACCOUNT_NOT_USABLE", "The password is locked.");

fn require(
    context: &mut RequestContext<'_>,
    condition: Result<(), Obstacle>,
) -> Result<(), Refusal> {
    condition.map_err(|(code, message)| {
        context.rule(&rules::PASSWORD_PRECONDITION);
        Refusal::failed(code, message)
    })
}

impl User {
    pub(crate) fn send_recovery_code(
        &mut self,
        context: &mut RequestContext<'_>,
    ) -> Result<(), Refusal> {
        self.is_internal(context)?;
        context.rule(&rules::RECOVERY_SEND);
        let usable = match self.is_enabled() {
            true => self.has_usable_password(context.now),
            false => Err(DISABLED),
        };
        require(context, usable)?;
        let email = self.email(context)?;
        context.rule(&rules::RECOVERY_CODE);
        let expires_at = later(context.now, RECOVERY_LIFETIME);
        let code = Code::new(context.random.code())
            .until(expires_at)
            .attempts(CODE_ATTEMPTS);
        context.send(
            self.id(),
            OutgoingMessage {
                kind: Kind::RecoveryCode,
                channel: Channel::Email,
                to: email,
                code: code.text().clone(),
                expires_at: code.expires_at(),
                template: None,
            },
        );
        self.recovery = Some(code);
        Ok(())
    }

    fn has_usable_password(&self, now: Timestamp) -> Result<(), Obstacle> {
        match self.password.status(now) {
            PasswordStatus::NoPassword | PasswordStatus::External => Err(NO_PASSWORD),
            PasswordStatus::PasswordLockedOut => Err(PASSWORD_LOCKED),
            _ => Ok(()),
        }
    }

    pub(super) fn may_recover(&self, now: Timestamp) -> Result<(), Obstacle> {
        let status = self.password.status(now);
        let by_administrator = self.lock.is_some_and(|lock| now < lock.until);
        if !self.is_enabled() {
            Err(DISABLED)
        } else if by_administrator {
            Err(ACCOUNT_LOCKED)
        } else if matches!(
            status,
            PasswordStatus::NoPassword | PasswordStatus::External
        ) {
            Err(NO_PASSWORD)
        } else {
            Ok(())
        }
    }

    pub(crate) fn recover(
        &mut self,
        context: &mut RequestContext<'_>,
        given: &Secret,
        new_password: &Secret,
    ) -> Result<(), Refusal> {
        self.is_internal(context)?;
        context.rule(&rules::RECOVERY_ALLOWED);
        require(context, self.may_recover(context.now))?;
        self.check_recovery_code(context, given)?;
        self.password
            .set(context, new_password, "newPassword", Policy::Enforced)?;
        // A code is used up by success only, so that a refused password can be chosen again.
        self.recovery = None;
        self.failures.clear();
        self.touch(context.now);
        Ok(())
    }

    fn check_recovery_code(
        &mut self,
        context: &mut RequestContext<'_>,
        given: &Secret,
    ) -> Result<(), Refusal> {
        context.rule(&rules::RECOVERY_CODE);
        let Some(code) = &mut self.recovery else {
            context.rule(&rules::RECOVERY_REFUSED);
            return Err(Refusal::value(
                "recoveryCode",
                "The recovery code is not valid.",
            ));
        };
        context.change();
        let rejection = match code.check(given, context.now) {
            Ok(()) => return Ok(()),
            Err(rejection) => rejection,
        };
        context.rule(&rules::RECOVERY_REFUSED);
        let message = match rejection {
            Rejection::UsedUp => {
                context.rule(&rules::RECOVERY_ATTEMPTS);
                "Maximum password recovery failures exceeded"
            }
            Rejection::Expired => "The recovery code has expired.",
            Rejection::Wrong => "The recovery code is not valid.",
        };
        Err(Refusal::value("recoveryCode", message))
    }

    /// Compares the password, where its state allows that; `target` is the property that holds it.
    pub(crate) fn check_password(
        &mut self,
        context: &mut RequestContext<'_>,
        given: &Secret,
        target: &str,
    ) -> Result<(), Refusal> {
        self.is_internal(context)?;
        require(context, self.has_usable_password(context.now))?;
        if self.password.matches(context, given) {
            return Ok(());
        }
        context.rule(&rules::PASSWORD_REFUSED);
        let mut detail = detail("INVALID_VALUE", "The password is wrong.").with_target(target);
        // Published for the check of a password alone.
        if target == "password" {
            let remaining = self.password.failures_remaining(context.now);
            detail = detail.with_inner_error(inner([("failuresRemaining", json!(remaining))]));
        }
        Err(Refusal::invalid(vec![detail]))
    }

    pub(crate) fn unlock_password(&mut self, context: &mut RequestContext<'_>) {
        context.change();
        self.password.unlock();
        self.touch(context.now);
    }

    /// Changes the password; with the current one as the user, without it as an administrator.
    pub(crate) fn reset_password(
        &mut self,
        context: &mut RequestContext<'_>,
        current: Option<&Secret>,
        new_password: &Secret,
    ) -> Result<(), Refusal> {
        if let Some(current) = current {
            self.check_password(context, current, "currentPassword")?;
        }
        self.password
            .set(context, new_password, "newPassword", Policy::Enforced)?;
        self.failures.clear();
        self.touch(context.now);
        Ok(())
    }

    pub(crate) fn is_internal(&self, context: &mut RequestContext<'_>) -> Result<(), Refusal> {
        let provider = self.profile.identity_provider.as_ref();
        match provider.and_then(|provider| provider.type_.as_ref()) {
            None | Some(IdentityProviderType::PingOne) => Ok(()),
            Some(other) => {
                context.rule(&rules::PASSWORD_EXTERNAL);
                let message = format!("The password of this user is kept by {other}.");
                Err(Refusal::failed("NO_PASSWORD", &message))
            }
        }
    }
}
