//! Sign-on flows: what they wait for, and where they go next.

use std::borrow::Cow;
use std::collections::VecDeque;
use std::time::Duration;

use jiff::Timestamp;
use pingone_models::{
    DeviceAuthenticationStatus, Flow as View, FlowApplication, FlowEmbedded, FlowError, FlowId,
    FlowSelectedDevice, FlowStatus, FlowUser, PasswordStatus, Secret, SessionId, SessionReference,
    UserId, UserLastSignOn, expose,
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::authentication::Authentication;
use super::context::{RequestContext, later};
use super::environment::Environment;
use super::grants::AuthorizationRequest;
use crate::links::Relations;
use crate::refusal::Refusal;
use crate::rules;

/// How long a flow lives without a request.
const LIFETIME: Duration = Duration::from_secs(15 * 60);

/// A sign-on flow.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Flow {
    pub(crate) id: FlowId,
    pub(crate) status: FlowStatus,
    pub(crate) user: Option<UserId>,
    pub(crate) plan: Plan,
    /// What is left of the policy.
    pub(crate) ahead: VecDeque<Stage>,
    pub(crate) mfa: Option<Authentication>,
    pub(crate) session: SessionId,
    /// Whether the session's cookie must come with each request.
    pub(crate) bound: bool,
    pub(crate) authenticators: Vec<String>,
    pub(crate) failure: Option<(Cow<'static, str>, Cow<'static, str>)>,
    /// What the application asked for, where an authorization request began the flow.
    pub(crate) request: Option<AuthorizationRequest>,
    created_at: Timestamp,
    active_at: Timestamp,
}

/// How a flow begins, and what its sign-on policy asks for afterwards.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Plan {
    pub(crate) begin: Begin,
    pub(crate) stages: Vec<Stage>,
    /// The code of a device that signs on.
    #[serde(serialize_with = "expose::optional")]
    pub(crate) user_code: Option<Secret>,
    pub(crate) application: Option<String>,
}

/// How a flow begins.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) enum Begin {
    /// With username and password.
    Credentials,
    /// With a username alone.
    Username,
    /// With what an external identity provider returned.
    External(Map<String, Value>),
}

/// What a sign-on policy can ask for after the sign-on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Stage {
    /// A second factor.
    Mfa,
    /// More about the user.
    Profile,
    /// Consent to the agreement.
    Agreement,
    /// The code that a device shows.
    UserCode,
    /// Consent to the sign-on of a device.
    DeviceConsent,
}

impl Flow {
    pub(crate) fn new(id: FlowId, session: SessionId, plan: Plan, now: Timestamp) -> Self {
        let mut flow = Self {
            id,
            status: FlowStatus::Completed,
            user: None,
            plan,
            ahead: VecDeque::new(),
            mfa: None,
            session,
            bound: false,
            authenticators: Vec::new(),
            failure: None,
            request: None,
            created_at: now,
            active_at: now,
        };
        flow.begin();
        flow
    }

    /// Puts the flow back to its beginning.
    pub(crate) fn begin(&mut self) {
        self.status = match self.plan.begin {
            Begin::Credentials => FlowStatus::UsernamePasswordRequired,
            Begin::Username => FlowStatus::SignOnRequired,
            Begin::External(_) => FlowStatus::AccountConfirmationRequired,
        };
        self.user = None;
        self.ahead = self.plan.stages.iter().copied().collect();
        self.mfa = None;
        self.authenticators.clear();
        self.failure = None;
    }

    pub(crate) fn has_expired(&self, now: Timestamp) -> bool {
        now >= later(self.active_at, LIFETIME)
    }

    pub(crate) fn touch(&mut self, now: Timestamp) {
        self.active_at = now;
    }

    /// What the flow waits for. A push notification times out without a request.
    pub(crate) fn status(&self, now: Timestamp) -> FlowStatus {
        match &self.mfa {
            Some(mfa) if is_mfa(&self.status) => status_of(mfa, now),
            _ => self.status.clone(),
        }
    }

    /// Whether nothing has been done yet that tells one browser from another.
    pub(crate) fn is_fresh(&self) -> bool {
        self.user.is_none()
            && matches!(
                self.status,
                FlowStatus::UsernamePasswordRequired
                    | FlowStatus::SignOnRequired
                    | FlowStatus::AccountConfirmationRequired
            )
    }

    /// Follows the MFA step that is under way.
    pub(crate) fn follow_mfa(&mut self, now: Timestamp) {
        if let Some(mfa) = &self.mfa {
            self.status = status_of(mfa, now);
        }
    }

    /// The relations of the actions that are allowed now.
    pub(crate) fn actions(&self) -> &'static [&'static str] {
        match &self.status {
            FlowStatus::UsernamePasswordRequired => &[
                "usernamePassword.check",
                "password.forgot",
                "user.register",
                "session.reset",
            ],
            FlowStatus::SignOnRequired => &[
                "user.lookup",
                "password.forgot",
                "user.register",
                "session.reset",
            ],
            FlowStatus::PasswordRequired => {
                &["usernamePassword.check", "password.forgot", "session.reset"]
            }
            FlowStatus::MustChangePassword | FlowStatus::PasswordExpired => {
                &["password.reset", "session.reset"]
            }
            FlowStatus::RecoveryCodeRequired => &[
                "password.recover",
                "password.sendRecoveryCode",
                "session.reset",
            ],
            FlowStatus::VerificationCodeRequired => {
                &["user.verify", "user.sendVerificationCode", "session.reset"]
            }
            FlowStatus::OtpRequired => &["otp.check", "device.select", "session.reset"],
            FlowStatus::AssertionRequired => &["assertion.check", "device.select", "session.reset"],
            FlowStatus::DeviceSelectionRequired
            | FlowStatus::PushConfirmationRequired
            | FlowStatus::PushConfirmationTimedOut => &["device.select", "session.reset"],
            FlowStatus::ProfileDataRequired => &["user.update", "session.reset"],
            FlowStatus::AgreementConsentRequired => &["user.consent", "session.reset"],
            FlowStatus::DagUserCodeRequired => {
                &["deviceAuthGrant.userCode.verify", "session.reset"]
            }
            FlowStatus::DagConsentRequired => &["deviceAuthGrant.consent", "session.reset"],
            FlowStatus::AccountConfirmationRequired => &["user.confirm", "session.reset"],
            FlowStatus::AccountLinkingRequired => {
                &["usernamePassword.check", "user.register", "session.reset"]
            }
            FlowStatus::Failed => &["session.reset"],
            _ => &[],
        }
    }

    pub(crate) fn allows(
        &self,
        context: &mut RequestContext<'_>,
        action: &str,
    ) -> Result<(), Refusal> {
        if self.actions().contains(&action) {
            return Ok(());
        }
        context.rule(&rules::FLOW_STATE);
        let status = self.status(context.now);
        let message = format!("{action} is not allowed while the status is {status}.");
        Err(Refusal::failed("INVALID_VALUE", &message))
    }

    /// Says that the user has proved who they are, by this method of RFC 8176.
    pub(crate) fn proved(&mut self, user: UserId, method: &str) {
        self.user = Some(user);
        if !self.authenticators.iter().any(|known| known == method) {
            self.authenticators.push(method.to_owned());
        }
    }

    pub(crate) fn view(&self, context: &RequestContext<'_>, environment: &Environment) -> View {
        let mut links = Relations::of(context.links.flow(environment.id, self.id));
        for action in self.actions() {
            links.action(action);
        }
        let mut view = View::new(self.id, self.status(context.now))
            .with_links(links.to_map())
            .with_session(SessionReference::new(self.session))
            .with_resume_url(context.links.resume(environment.id, self.id))
            .with_created_at(self.created_at)
            .with_expires_at(later(self.active_at, LIFETIME));
        if !self.authenticators.is_empty() {
            view.authenticators = Some(self.authenticators.clone());
        }
        let mut embedded = FlowEmbedded::new();
        if let Some(name) = &self.plan.application {
            embedded.application = Some(FlowApplication::new().with_name(name.clone()));
        }
        let user = self.user.and_then(|user| environment.users.get(user).ok());
        // A flow of a forgotten password looks the same for a username that nobody has.
        if let Some(user) = user
            && self.status != FlowStatus::RecoveryCodeRequired
        {
            embedded.user = Some(
                FlowUser::new()
                    .with_id(user.id())
                    .with_username(user.username()),
            );
        }
        if let (Some(mfa), Some(user)) = (&self.mfa, user)
            && is_mfa(&self.status)
        {
            embedded.devices = Some(mfa.devices_view(user));
            view.selected_device = mfa
                .selected_view()
                .and_then(|selected| selected.id)
                .map(|id| FlowSelectedDevice::new().with_id(id));
            view.public_key_credential_request_options = mfa.assertion_options();
        }
        if let Some((code, message)) = &self.failure {
            let error = FlowError::new()
                .with_code(code.as_ref())
                .with_message(message.as_ref());
            view.error = Some(error);
        }
        if embedded != FlowEmbedded::new() {
            view.embedded = Some(embedded);
        }
        view
    }
}

fn is_mfa(status: &FlowStatus) -> bool {
    matches!(
        status,
        FlowStatus::OtpRequired
            | FlowStatus::DeviceSelectionRequired
            | FlowStatus::PushConfirmationRequired
            | FlowStatus::PushConfirmationTimedOut
            | FlowStatus::AssertionRequired
    )
}

fn status_of(mfa: &Authentication, now: Timestamp) -> FlowStatus {
    match mfa.status(now) {
        DeviceAuthenticationStatus::OtpRequired => FlowStatus::OtpRequired,
        DeviceAuthenticationStatus::DeviceSelectionRequired => FlowStatus::DeviceSelectionRequired,
        DeviceAuthenticationStatus::AssertionRequired => FlowStatus::AssertionRequired,
        DeviceAuthenticationStatus::PushConfirmationRequired => {
            FlowStatus::PushConfirmationRequired
        }
        DeviceAuthenticationStatus::PushConfirmationTimedOut => {
            FlowStatus::PushConfirmationTimedOut
        }
        DeviceAuthenticationStatus::Completed => FlowStatus::Completed,
        _ => FlowStatus::Failed,
    }
}

impl Environment {
    /// Takes an identified flow to the next thing that it waits for.
    pub(crate) fn go_on(
        &mut self,
        context: &mut RequestContext<'_>,
        flow: &mut Flow,
    ) -> Result<(), Refusal> {
        context.change();
        context.rule(&rules::FLOW_ORDER);
        let Some(id) = flow.user else {
            flow.begin();
            return Ok(());
        };
        let policy = self.mfa_policies.get(&self.default_mfa_policy).copied();
        let user = self.users.get_mut(id)?;
        let by_password = flow.authenticators.iter().any(|method| method == "pwd");
        match user.password.status(context.now) {
            PasswordStatus::MustChangePassword if by_password => {
                flow.status = FlowStatus::MustChangePassword;
                return Ok(());
            }
            PasswordStatus::PasswordExpired if by_password => {
                flow.status = FlowStatus::PasswordExpired;
                return Ok(());
            }
            _ => {}
        }
        if user.awaits_verification() {
            flow.status = FlowStatus::VerificationCodeRequired;
            return Ok(());
        }
        if user.has_consented() {
            flow.ahead.retain(|stage| *stage != Stage::Agreement);
        }
        match flow.ahead.pop_front() {
            None => {
                flow.status = FlowStatus::Completed;
                let sign_on = UserLastSignOn::new()
                    .with_at(context.now)
                    .with_remote_ip("127.0.0.1");
                user.profile.last_sign_on = Some(sign_on);
                self.grants.sign_on(flow.session, id, context.now);
            }
            Some(Stage::Profile) => flow.status = FlowStatus::ProfileDataRequired,
            Some(Stage::Agreement) => flow.status = FlowStatus::AgreementConsentRequired,
            Some(Stage::UserCode) => flow.status = FlowStatus::DagUserCodeRequired,
            Some(Stage::DeviceConsent) => flow.status = FlowStatus::DagConsentRequired,
            Some(Stage::Mfa) => {
                let policy = policy.unwrap_or_default();
                let mfa = Authentication::start(context, user, &policy, None, None)?;
                flow.status = status_of(&mfa, context.now);
                if flow.status == FlowStatus::Failed {
                    flow.failure = Some((
                        "NO_USABLE_DEVICES".into(),
                        "The user has no device to authenticate with.".into(),
                    ));
                }
                flow.mfa = Some(mfa);
            }
        }
        Ok(())
    }
}
