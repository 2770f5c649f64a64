//! One environment and what lives in it.

use std::collections::BTreeMap;
use std::time::Duration;

use pingone_models::{
    AgreementId, AgreementLanguageId, DeviceAuthenticationId, DeviceAuthenticationPolicyId,
    EnvironmentId, FlowId, GroupId, PasswordPolicyId, PopulationId, SessionId,
};
use uuid::{Uuid, uuid};

use super::clients::Client;
use super::device_authentications::DeviceAuthentication;
use super::filter;
use super::flows::Flow;
use super::grants::Grants;
use super::users::Users;
use crate::rows::{RowError, Table, Visitor};

/// An environment.
#[derive(Clone, Debug)]
pub(crate) struct Environment {
    pub(crate) id: EnvironmentId,
    pub(crate) users: Users,
    pub(crate) population: PopulationId,
    pub(crate) password_policy: PasswordPolicyId,
    pub(crate) default_mfa_policy: DeviceAuthenticationPolicyId,
    pub(crate) mfa_policies: BTreeMap<DeviceAuthenticationPolicyId, MfaPolicy>,
    /// The names of the groups.
    pub(crate) groups: Table<GroupId, String>,
    pub(crate) agreement: AgreementId,
    pub(crate) agreement_language: AgreementLanguageId,
    pub(crate) clients: BTreeMap<String, Client>,
    pub(crate) device_authentications: Table<DeviceAuthenticationId, DeviceAuthentication>,
    pub(crate) flows: Table<FlowId, Flow>,
    /// Browser sessions by the value of the cookie `ST`.
    pub(crate) sessions: Table<String, SessionId>,
    pub(crate) grants: Grants,
}

/// What a device authentication allows.
#[derive(Clone, Copy, Debug)]
pub(crate) struct MfaPolicy {
    pub(crate) failures: u32,
    pub(crate) cool_down: Duration,
    pub(crate) lifetime: Duration,
    pub(crate) push_timeout: Duration,
}

impl Default for MfaPolicy {
    fn default() -> Self {
        Self {
            failures: 3,
            cool_down: Duration::from_secs(2 * 60),
            lifetime: Duration::from_secs(30 * 60),
            push_timeout: Duration::from_secs(40),
        }
    }
}

/// The ids of the documentation's examples, so that its requests work as they stand.
const POPULATION: Uuid = uuid!("60971d3b-cc5a-4601-9c44-2be541f91bf1");
const PASSWORD_POLICY: Uuid = uuid!("9b2d1c1f-5b2c-4f7e-8a60-4f5f2a1f6d3e");
const MFA_POLICY: Uuid = uuid!("5a0a0950-8a81-4739-b12a-f4d6a11c7a82");
const AGREEMENT: Uuid = uuid!("3c9a2f10-7d51-4f7b-8c2a-6b1e0d9f4a21");
const AGREEMENT_LANGUAGE: Uuid = uuid!("1f2d3c4b-5a69-4788-9a0b-1c2d3e4f5a6b");

/// After how many entries the expired ones are looked for.
const SWEEP: usize = 256;

impl Environment {
    /// What is kept of an environment. Applications and policies come from the configuration.
    pub(crate) fn visit(&mut self, visitor: &mut impl Visitor) -> Result<(), RowError> {
        self.users.visit(visitor)?;
        visitor.table("groups", &mut self.groups)?;
        visitor.table("deviceAuthentications", &mut self.device_authentications)?;
        visitor.table("flows", &mut self.flows)?;
        visitor.table("browserSessions", &mut self.sessions)?;
        self.grants.visit(visitor)
    }

    /// Forgets what has expired, now and then: device authentications, flows, authorization codes and tokens.
    pub(crate) fn sweep(&mut self, now: jiff::Timestamp) {
        let is_due = |entries: usize| entries > 0 && entries.is_multiple_of(SWEEP);
        if is_due(self.device_authentications.len()) {
            self.device_authentications
                .retain(|_, found| !found.has_expired(now));
        }
        if is_due(self.flows.len()) {
            self.flows.retain(|_, flow| !flow.has_expired(now));
        }
        self.grants.sweep(now, is_due);
    }

    /// The populations with the number of their users: the default one, and those that users are in.
    pub(crate) fn populations(&mut self) -> BTreeMap<PopulationId, usize> {
        let index = self.users.index();
        let counts = index.counts(filter::POPULATION);
        let mut counts: BTreeMap<PopulationId, usize> = counts
            .filter_map(|(id, users)| Some((id.parse().ok()?, users)))
            .collect();
        let elsewhere: usize = counts
            .iter()
            .filter(|(id, _)| **id != self.population)
            .map(|(_, users)| users)
            .sum();
        // Those who are in no population are in the default one.
        counts.insert(self.population, self.users.len() - elsewhere);
        counts
    }

    pub(crate) fn new(id: EnvironmentId) -> Self {
        let default_mfa_policy = DeviceAuthenticationPolicyId::new(MFA_POLICY);
        Self {
            id,
            users: Users::default(),
            population: PopulationId::new(POPULATION),
            password_policy: PasswordPolicyId::new(PASSWORD_POLICY),
            default_mfa_policy,
            mfa_policies: BTreeMap::from([(default_mfa_policy, MfaPolicy::default())]),
            groups: Table::default(),
            agreement: AgreementId::new(AGREEMENT),
            agreement_language: AgreementLanguageId::new(AGREEMENT_LANGUAGE),
            clients: BTreeMap::new(),
            device_authentications: Table::default(),
            flows: Table::default(),
            sessions: Table::default(),
            grants: Grants::default(),
        }
    }
}
