//! The resource `deviceAuthentications`.

use std::time::Duration;

use jiff::Timestamp;
use pingone_models::{
    ApplicationReference, DeviceAuthentication as View, DeviceAuthenticationEmbedded,
    DeviceAuthenticationId, DeviceAuthenticationPolicyId, DeviceAuthenticationPolicyReference,
    DeviceAuthenticationRequest, EnvironmentReference, UserId, UserReference,
};
use serde::{Deserialize, Serialize};

use super::authentication::{Authentication, Target};
use super::context::{RequestContext, later};
use super::environment::{Environment, MfaPolicy};
use super::users::User;
use crate::links::Relations;
use crate::refusal::Refusal;
use crate::rules;

/// How long a device authentication can be found after its last change.
const LIFETIME: Duration = Duration::from_secs(60 * 60);

/// A device authentication.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct DeviceAuthentication {
    id: DeviceAuthenticationId,
    pub(crate) user: UserId,
    policy: DeviceAuthenticationPolicyId,
    application: Option<ApplicationReference>,
    pub(crate) authentication: Authentication,
    created_at: Timestamp,
    updated_at: Timestamp,
}

impl DeviceAuthentication {
    pub(crate) fn view(
        &self,
        context: &RequestContext<'_>,
        environment: &Environment,
        user: &User,
    ) -> View {
        let own = context.links.device_authentication(environment.id, self.id);
        let mut links = Relations::of(own);
        for action in self.authentication.actions() {
            links.action(action);
        }
        let mut view = View::new(self.id, self.authentication.status(context.now))
            .with_links(links.to_map())
            .with_environment(EnvironmentReference::new(environment.id))
            .with_policy(DeviceAuthenticationPolicyReference::new(self.policy))
            .with_user(UserReference::new(self.user))
            .with_created_at(self.created_at)
            .with_updated_at(self.updated_at);
        let devices = self.authentication.devices_view(user);
        if !devices.is_empty() && !self.authentication.actions().is_empty() {
            view.embedded = Some(DeviceAuthenticationEmbedded::new().with_devices(devices));
        }
        view.selected_device = self.authentication.selected_view();
        view.application.clone_from(&self.application);
        view.error = self.authentication.error();
        view.public_key_credential_request_options = self.authentication.assertion_options();
        view
    }
}

impl DeviceAuthentication {
    pub(crate) fn created_at(&self) -> Timestamp {
        self.created_at
    }

    /// Whether it is too old to be found.
    pub(crate) fn has_expired(&self, now: Timestamp) -> bool {
        now >= later(self.updated_at, LIFETIME)
    }

    pub(crate) fn answer_push(&mut self, now: Timestamp, confirmed: bool) -> bool {
        let answered = self.authentication.answer_push(now, confirmed);
        if answered {
            self.updated_at = now;
        }
        answered
    }
}

impl Environment {
    pub(crate) fn start_device_authentication(
        &mut self,
        context: &mut RequestContext<'_>,
        request: DeviceAuthenticationRequest,
    ) -> Result<View, Refusal> {
        let policy = match request.policy {
            Some(policy) => policy.id,
            None => self.default_mfa_policy,
        };
        let Some(rules_of_policy) = self.mfa_policies.get(&policy).copied() else {
            context.rule(&rules::MFA_REFERENCE);
            return Err(Refusal::value("policy.id", "There is no such policy."));
        };
        let Ok(user) = self.users.get_mut(request.user.id) else {
            context.rule(&rules::MFA_REFERENCE);
            return Err(Refusal::value("user.id", "There is no such user."));
        };
        if request.mobile_payload.is_some() && request.application.is_none() {
            return Err(Refusal::required("application"));
        }
        let target = match &request.selected_device {
            Some(selected) => Target::read(selected)?,
            None => None,
        };
        let template = request
            .notification
            .and_then(|notification| notification.template)
            .and_then(|template| template.name);
        let authentication =
            Authentication::start(context, user, &rules_of_policy, target, template)?;
        let started = DeviceAuthentication {
            id: DeviceAuthenticationId::new(context.random.uuid()),
            user: user.id(),
            policy,
            application: request.application,
            authentication,
            created_at: context.now,
            updated_at: context.now,
        };
        let id = started.id;
        self.sweep(context.now);
        self.device_authentications.insert(id, started);
        self.device_authentication(context, id)
    }

    pub(crate) fn device_authentication(
        &self,
        context: &RequestContext<'_>,
        id: DeviceAuthenticationId,
    ) -> Result<View, Refusal> {
        let found = self.device_authentications.get(&id);
        let found = found.ok_or_else(none)?;
        if found.has_expired(context.now) {
            return Err(none());
        }
        let user = self.users.get(found.user)?;
        Ok(found.view(context, self, user))
    }

    /// Takes a device authentication a step further.
    pub(crate) fn act_on_device_authentication(
        &mut self,
        context: &mut RequestContext<'_>,
        id: DeviceAuthenticationId,
        act: impl FnOnce(
            &mut Authentication,
            &mut RequestContext<'_>,
            &mut User,
            &MfaPolicy,
        ) -> Result<(), Refusal>,
    ) -> Result<View, Refusal> {
        let found = self.device_authentications.get_mut(&id);
        let found = found.ok_or_else(none)?;
        if found.has_expired(context.now) {
            context.rule(&rules::MFA_EXPIRY);
            return Err(none());
        }
        let user = self.users.get_mut(found.user)?;
        let policy = self.mfa_policies.get(&found.policy).copied();
        let policy = policy.unwrap_or_default();
        act(&mut found.authentication, context, user, &policy)?;
        found.updated_at = context.now;
        self.device_authentication(context, id)
    }

    pub(crate) fn owner_of_device_authentication(
        &self,
        id: DeviceAuthenticationId,
    ) -> Option<UserId> {
        self.device_authentications.get(&id).map(|found| found.user)
    }
}

fn none() -> Refusal {
    Refusal::not_found("There is no such device authentication in this environment.")
}
