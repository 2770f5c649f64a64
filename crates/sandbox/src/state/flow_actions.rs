//! What can be done with a flow, one function for each media type.

use jiff::Timestamp;
use pingone_models::{
    AssertionCheck, DeviceId, FlowId, FlowStatus, FlowUserRegistration, LifecycleStatus, Secret,
    SessionId, UserId, UserIdentityProvider, UserLifecycle,
};
use serde_json::{Map, Value, json};

use super::context::{RequestContext, seconds_until};
use super::environment::Environment;
use super::flows::{Begin, Flow};
use super::passwords::Policy;
use super::profile;
use super::users::{User, blank_profile};
use crate::refusal::{Refusal, detail, inner};
use crate::rules;

/// A flow after an action, and the cookie to set where the flow has just learned who the user is.
pub(crate) struct Acted {
    pub(crate) view: pingone_models::Flow,
    pub(crate) cookie: Option<String>,
}

impl Environment {
    /// Runs `act` on a flow if the caller holds the session of the flow.
    ///
    /// A refused action leaves what it had spent, sent and counted, and nothing else of the flow.
    pub(crate) fn act_on_flow(
        &mut self,
        context: &mut RequestContext<'_>,
        id: FlowId,
        cookie: Option<&str>,
        act: impl FnOnce(&mut Self, &mut Flow, &mut RequestContext<'_>) -> Result<(), Refusal>,
    ) -> Result<Acted, Refusal> {
        let session = cookie.and_then(|cookie| self.sessions.get(cookie)).copied();
        let Some(mut flow) = self.flows.get(&id).cloned() else {
            return Err(no_flow());
        };
        if flow.has_expired(context.now) {
            context.rule(&rules::FLOW_EXPIRY);
            self.flows.remove(&id);
            return Err(no_flow());
        }
        if flow.bound && session != Some(flow.session) {
            context.rule(&rules::FLOW_SESSION);
            return Err(Refusal::unauthorized(
                "The cookie ST is missing or belongs to another session.",
            ));
        }
        flow.touch(context.now);
        let before = flow.clone();
        let outcome = act(self, &mut flow, context);
        if let Err(refusal) = outcome {
            // The attempts that a passcode has left are part of the flow's MFA step.
            let mfa = flow.mfa.take();
            let mut kept = before;
            kept.mfa = mfa.or(kept.mfa);
            self.flows.insert(id, kept);
            return Err(refusal);
        }
        let cookie = self.bind(context, &mut flow, session);
        let view = flow.view(context, self);
        self.flows.insert(id, flow);
        Ok(Acted { view, cookie })
    }

    /// Ties a flow that knows its user to the caller's session, or to a new one.
    fn bind(
        &mut self,
        context: &mut RequestContext<'_>,
        flow: &mut Flow,
        session: Option<SessionId>,
    ) -> Option<String> {
        if flow.bound || flow.is_fresh() {
            return None;
        }
        context.rule(&rules::FLOW_SESSION);
        flow.bound = true;
        if let Some(session) = session {
            flow.session = session;
            return None;
        }
        context.rule(&rules::FLOW_COOKIE);
        let cookie = context.random.token();
        self.sessions.insert(cookie.clone(), flow.session);
        Some(cookie)
    }

    pub(crate) fn check_credentials(
        &mut self,
        context: &mut RequestContext<'_>,
        flow: &mut Flow,
        username: &str,
        password: &Secret,
    ) -> Result<(), Refusal> {
        flow.allows(context, "usernamePassword.check")?;
        let known = self.users.named(username);
        let id = match (flow.user, known) {
            (Some(expected), Some(id)) if flow.status == FlowStatus::PasswordRequired => {
                Some(id).filter(|id| *id == expected)
            }
            (_, known) => known,
        };
        let user = id.and_then(|id| self.users.get_mut(id).ok());
        let locked = |user: &User| user.password.locked_until(context.now);
        if let Some(until) = user.as_deref().and_then(locked) {
            context.rule(&rules::FLOW_LOCKED);
            return Err(password_locked(context.now, until));
        }
        let Some(user) = user.filter(|user| user.can_authenticate(context.now)) else {
            context.rule(&rules::FLOW_CREDENTIALS);
            return Err(wrong_credentials());
        };
        if user.check_password(context, password, "password").is_err() {
            context.rule(&rules::FLOW_CREDENTIALS);
            return Err(wrong_credentials());
        }
        flow.proved(user.id(), "pwd");
        self.go_on(context, flow)
    }

    pub(crate) fn look_up(
        &mut self,
        context: &mut RequestContext<'_>,
        flow: &mut Flow,
        username: &str,
    ) -> Result<(), Refusal> {
        flow.allows(context, "user.lookup")?;
        let user = self.users.named(username);
        let user = user.and_then(|id| self.users.get(id).ok());
        let Some(user) = user.filter(|user| user.can_authenticate(context.now)) else {
            context.rule(&rules::FLOW_CREDENTIALS);
            return Err(wrong_credentials());
        };
        flow.user = Some(user.id());
        self.go_on(context, flow)
    }

    pub(crate) fn forgot_password(
        &mut self,
        context: &mut RequestContext<'_>,
        flow: &mut Flow,
        username: &str,
    ) -> Result<(), Refusal> {
        flow.allows(context, "password.forgot")?;
        context.change();
        flow.status = FlowStatus::RecoveryCodeRequired;
        flow.user = self.users.named(username);
        match flow.user {
            Some(user) => self.users.get_mut(user)?.send_recovery_code(context),
            None => {
                context.rule(&rules::FLOW_UNKNOWN_USER);
                Ok(())
            }
        }
    }

    pub(crate) fn resend_recovery_code(
        &mut self,
        context: &mut RequestContext<'_>,
        flow: &mut Flow,
    ) -> Result<(), Refusal> {
        flow.allows(context, "password.sendRecoveryCode")?;
        match flow.user {
            Some(user) => self.users.get_mut(user)?.send_recovery_code(context),
            None => {
                context.rule(&rules::FLOW_UNKNOWN_USER);
                Ok(())
            }
        }
    }

    pub(crate) fn recover_in_flow(
        &mut self,
        context: &mut RequestContext<'_>,
        flow: &mut Flow,
        code: &Secret,
        new_password: &Secret,
    ) -> Result<(), Refusal> {
        flow.allows(context, "password.recover")?;
        let Some(id) = flow.user else {
            context.rule(&rules::RECOVERY_REFUSED);
            return Err(Refusal::value(
                "recoveryCode",
                "The recovery code is not valid.",
            ));
        };
        self.users
            .get_mut(id)?
            .recover(context, code, new_password)?;
        flow.proved(id, "pwd");
        self.go_on(context, flow)
    }

    pub(crate) fn register(
        &mut self,
        context: &mut RequestContext<'_>,
        flow: &mut Flow,
        request: FlowUserRegistration,
    ) -> Result<(), Refusal> {
        flow.allows(context, "user.register")?;
        check_username(&request.username)?;
        if !request.email.contains('@') {
            return Err(Refusal::value("email", "The value is no e-mail address."));
        }
        self.users.is_free(&request.username, None)?;
        let id = UserId::new(context.random.uuid());
        let mut user = User::new(blank_profile(context.now, self, id));
        user.profile.username = Some(request.username);
        user.profile.email = Some(request.email);
        match &flow.plan.begin {
            Begin::External(attributes) if flow.status == FlowStatus::AccountLinkingRequired => {
                profile::patch(&mut user.profile, attributes, |name| {
                    !matches!(name, "username" | "email")
                })?;
                user.profile.identity_provider =
                    Some(UserIdentityProvider::new().with_type("OPENID_CONNECT"));
            }
            _ => {
                profile::patch(&mut user.profile, request.extra.as_map(), |_| true)?;
                let password = request.password.as_ref();
                let password = password.ok_or_else(|| Refusal::required("password"))?;
                user.password
                    .set(context, password, "password", Policy::Enforced)?;
            }
        }
        user.send_verification_code(context)?;
        self.users.add(user)?;
        flow.proved(id, "pwd");
        self.go_on(context, flow)
    }

    pub(crate) fn reset_password_in_flow(
        &mut self,
        context: &mut RequestContext<'_>,
        flow: &mut Flow,
        current: &Secret,
        new_password: &Secret,
    ) -> Result<(), Refusal> {
        flow.allows(context, "password.reset")?;
        let id = flow.user.ok_or_else(no_flow)?;
        let user = self.users.get_mut(id)?;
        if let Some(until) = user.password.locked_until(context.now) {
            context.rule(&rules::FLOW_LOCKED);
            return Err(password_locked(context.now, until));
        }
        user.reset_password(context, Some(current), new_password)?;
        self.go_on(context, flow)
    }

    pub(crate) fn verify_in_flow(
        &mut self,
        context: &mut RequestContext<'_>,
        flow: &mut Flow,
        code: &Secret,
    ) -> Result<(), Refusal> {
        flow.allows(context, "user.verify")?;
        let id = flow.user.ok_or_else(no_flow)?;
        self.users.get_mut(id)?.verify(context, code)?;
        self.go_on(context, flow)
    }

    pub(crate) fn resend_verification_code(
        &mut self,
        context: &mut RequestContext<'_>,
        flow: &mut Flow,
    ) -> Result<(), Refusal> {
        flow.allows(context, "user.sendVerificationCode")?;
        let id = flow.user.ok_or_else(no_flow)?;
        self.users.get_mut(id)?.send_verification_code(context)
    }

    pub(crate) fn select_device_in_flow(
        &mut self,
        context: &mut RequestContext<'_>,
        flow: &mut Flow,
        device: DeviceId,
    ) -> Result<(), Refusal> {
        flow.allows(context, "device.select")?;
        let policy = self.mfa_policies.get(&self.default_mfa_policy).copied();
        let user = self.users.get_mut(flow.user.ok_or_else(no_flow)?)?;
        let mfa = flow.mfa.as_mut().ok_or_else(no_flow)?;
        mfa.select(context, user, &policy.unwrap_or_default(), device)?;
        flow.follow_mfa(context.now);
        Ok(())
    }

    pub(crate) fn check_otp_in_flow(
        &mut self,
        context: &mut RequestContext<'_>,
        flow: &mut Flow,
        otp: &Secret,
    ) -> Result<(), Refusal> {
        flow.allows(context, "otp.check")?;
        let policy = self.mfa_policies.get(&self.default_mfa_policy).copied();
        let id = flow.user.ok_or_else(no_flow)?;
        let user = self.users.get_mut(id)?;
        let mfa = flow.mfa.as_mut().ok_or_else(no_flow)?;
        mfa.check_otp(context, user, &policy.unwrap_or_default(), otp)?;
        let method = mfa.kind().map_or("otp", super::devices::DeviceKind::amr);
        flow.proved(id, method);
        self.go_on(context, flow)
    }

    pub(crate) fn check_assertion_in_flow(
        &mut self,
        context: &mut RequestContext<'_>,
        flow: &mut Flow,
        given: &AssertionCheck,
    ) -> Result<(), Refusal> {
        flow.allows(context, "assertion.check")?;
        let id = flow.user.ok_or_else(no_flow)?;
        let mfa = flow.mfa.as_mut().ok_or_else(no_flow)?;
        mfa.check_assertion(context, given)?;
        flow.proved(id, "hwk");
        self.go_on(context, flow)
    }

    /// The user's answer to the push notification of a flow; false if none waits for one.
    pub(crate) fn answer_push_of_flow(
        &mut self,
        context: &mut RequestContext<'_>,
        id: FlowId,
        confirmed: bool,
    ) -> bool {
        let Some(mut flow) = self.flows.get(&id).cloned() else {
            return false;
        };
        let Some((mfa, user)) = flow.mfa.as_mut().zip(flow.user) else {
            return false;
        };
        if !mfa.answer_push(context.now, confirmed) {
            return false;
        }
        if confirmed {
            flow.proved(user, "otp");
            if self.go_on(context, &mut flow).is_err() {
                return false;
            }
        } else {
            flow.status = FlowStatus::Failed;
            let message = "The user denied the push notification.";
            flow.failure = Some(("PUSH_DENIED".into(), message.into()));
        }
        self.flows.insert(id, flow);
        true
    }

    pub(crate) fn update_in_flow(
        &mut self,
        context: &mut RequestContext<'_>,
        flow: &mut Flow,
        changes: &Map<String, Value>,
    ) -> Result<(), Refusal> {
        flow.allows(context, "user.update")?;
        let id = flow.user.ok_or_else(no_flow)?;
        self.change_profile(context, id, changes, |_| true)?;
        self.go_on(context, flow)
    }

    pub(crate) fn confirm_in_flow(
        &mut self,
        context: &mut RequestContext<'_>,
        flow: &mut Flow,
        changes: &Map<String, Value>,
    ) -> Result<(), Refusal> {
        flow.allows(context, "user.confirm")?;
        context.rule(&rules::FLOW_CONFIRM);
        context.rule(&rules::FLOW_ANSWER);
        let Begin::External(returned) = &flow.plan.begin else {
            return Err(no_flow());
        };
        let id = UserId::new(context.random.uuid());
        let mut user = User::new(blank_profile(context.now, self, id));
        profile::patch(&mut user.profile, returned, |_| true)?;
        profile::patch(&mut user.profile, changes, |name| {
            returned.contains_key(name)
        })?;
        user.profile.identity_provider =
            Some(UserIdentityProvider::new().with_type("OPENID_CONNECT"));
        check_username(user.username())?;
        context.change();
        let email = user.profile.email.as_deref();
        let is_known = self.users.named(user.username()).is_some()
            || email.is_some_and(|email| !self.users.with_value("email", email).is_empty());
        if is_known {
            flow.status = FlowStatus::AccountLinkingRequired;
            return Ok(());
        }
        user.profile.lifecycle = Some(UserLifecycle::new().with_status(LifecycleStatus::AccountOk));
        self.users.add(user)?;
        flow.proved(id, "ext");
        self.go_on(context, flow)
    }

    /// The user's answer to the agreement of the sign-on policy.
    pub(crate) fn consent_in_flow(
        &mut self,
        context: &mut RequestContext<'_>,
        flow: &mut Flow,
        accepted: bool,
    ) -> Result<(), Refusal> {
        flow.allows(context, "user.consent")?;
        if !accepted {
            reject(context, flow);
            return Ok(());
        }
        let id = flow.user.ok_or_else(no_flow)?;
        self.users.get_mut(id)?.consent(context);
        self.go_on(context, flow)
    }

    pub(crate) fn verify_user_code(
        &mut self,
        context: &mut RequestContext<'_>,
        flow: &mut Flow,
        given: &Secret,
    ) -> Result<(), Refusal> {
        flow.allows(context, "deviceAuthGrant.userCode.verify")?;
        context.rule(&rules::FLOW_USER_CODE);
        context.change();
        // People leave out hyphens, and do not care about case.
        let plain = |code: &Secret| code.expose().replace('-', "").to_uppercase();
        if flow.plan.user_code.as_ref().map(plain) != Some(plain(given)) {
            return Err(Refusal::value("userCode", "The user code is not valid."));
        }
        self.go_on(context, flow)
    }

    /// The user's answer to the device that wants to sign on.
    pub(crate) fn consent_to_device(
        &mut self,
        context: &mut RequestContext<'_>,
        flow: &mut Flow,
        accepted: bool,
    ) -> Result<(), Refusal> {
        flow.allows(context, "deviceAuthGrant.consent")?;
        if !accepted {
            reject(context, flow);
            return Ok(());
        }
        self.go_on(context, flow)
    }

    pub(crate) fn change_profile(
        &mut self,
        context: &mut RequestContext<'_>,
        id: UserId,
        changes: &Map<String, Value>,
        wanted: impl Fn(&str) -> bool,
    ) -> Result<(), Refusal> {
        let mut changed = self.users.get(id)?.profile.clone();
        profile::patch(&mut changed, changes, wanted)?;
        let username = changed.username.clone().unwrap_or_default();
        check_username(&username)?;
        self.users.is_free(&username, Some(id))?;
        let user = self.users.get(id)?;
        context.change();
        if changed.email != user.profile.email {
            changed.email_verified = None;
        }
        changed.updated_at = Some(context.now.into());
        self.users.set_profile(id, changed)
    }
}

pub(crate) fn check_username(username: &str) -> Result<(), Refusal> {
    match username.chars().count() {
        0 => Err(Refusal::invalid(vec![
            detail("EMPTY_VALUE", "The username is empty.").with_target("username"),
        ])),
        1..=128 => Ok(()),
        _ => Err(Refusal::invalid(vec![
            detail(
                "SIZE_LIMIT_EXCEEDED",
                "A username has 128 characters at most.",
            )
            .with_target("username"),
        ])),
    }
}

fn reject(context: &mut RequestContext<'_>, flow: &mut Flow) {
    context.rule(&rules::FLOW_REJECTED);
    context.change();
    flow.status = FlowStatus::Failed;
    flow.failure = Some((
        "CONSENT_REJECTED".into(),
        "The user did not consent.".into(),
    ));
}

fn wrong_credentials() -> Refusal {
    let message = "The username or the password is wrong.";
    Refusal::invalid(vec![detail("INVALID_CREDENTIALS", message)])
}

fn password_locked(now: Timestamp, until: Timestamp) -> Refusal {
    let mut detail = detail("PASSWORD_LOCKED_OUT", "The password is locked.");
    // Without a time where an administrator must end the lock.
    if until < Timestamp::MAX {
        let seconds = seconds_until(now, until);
        detail = detail.with_inner_error(inner([("secondsUntilUnlock", json!(seconds))]));
    }
    Refusal::invalid(vec![detail])
}

fn no_flow() -> Refusal {
    Refusal::not_found("There is no such flow in this environment, or it has expired.")
}
