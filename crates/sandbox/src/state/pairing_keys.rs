//! The keys that pair native apps with users.

use std::time::Duration;

use jiff::Timestamp;
use pingone_models::{
    ApplicationReference, EnvironmentReference, PairingKey as View, PairingKeyCreation,
    PairingKeyId, PairingKeyStatus, Secret, UserReference, expose,
};
use serde::{Deserialize, Serialize};

use super::context::{RequestContext, later};
use super::environment::Environment;
use super::users::User;
use crate::links::Relations;
use crate::refusal::Refusal;
use crate::rules;

const LIFETIME: Duration = Duration::from_secs(10 * 60);
/// How many valid keys a user may have.
const MOST_KEYS: usize = 20;

/// A key that no app has claimed.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PairingKey {
    id: PairingKeyId,
    #[serde(serialize_with = "expose::required")]
    code: Secret,
    applications: Vec<ApplicationReference>,
    created_at: Timestamp,
    expires_at: Timestamp,
}

impl User {
    pub(crate) fn create_pairing_key(
        &mut self,
        context: &mut RequestContext<'_>,
        request: PairingKeyCreation,
    ) -> Result<PairingKeyId, Refusal> {
        context.rule(&rules::PAIRING_KEYS);
        self.pairing_keys.retain(|key| context.now < key.expires_at);
        if self.pairing_keys.len() >= MOST_KEYS {
            let message = format!("A user has {MOST_KEYS} valid pairing keys at most.");
            return Err(Refusal::failed("LIMIT_EXCEEDED", &message));
        }
        context.change();
        let key = PairingKey {
            id: PairingKeyId::new(context.random.uuid()),
            code: Secret::new(context.random.pairing_code()),
            applications: request.applications.unwrap_or_default(),
            created_at: context.now,
            expires_at: later(context.now, LIFETIME),
        };
        let id = key.id;
        self.pairing_keys.push(key);
        Ok(id)
    }

    fn pairing_key(
        &self,
        context: &RequestContext<'_>,
        id: PairingKeyId,
    ) -> Result<&PairingKey, Refusal> {
        let mut keys = self.pairing_keys.iter();
        let key = keys.find(|key| key.id == id && context.now < key.expires_at);
        key.ok_or_else(|| Refusal::not_found("There is no such pairing key, or it has expired."))
    }

    pub(crate) fn delete_pairing_key(
        &mut self,
        context: &mut RequestContext<'_>,
        id: PairingKeyId,
    ) -> Result<(), Refusal> {
        self.pairing_key(context, id)?;
        self.pairing_keys.retain(|key| key.id != id);
        context.change();
        Ok(())
    }

    pub(crate) fn pairing_key_view(
        &self,
        context: &RequestContext<'_>,
        environment: &Environment,
        id: PairingKeyId,
    ) -> Result<View, Refusal> {
        let key = self.pairing_key(context, id)?;
        let user = context.links.user(environment.id, self.id());
        let links = Relations::of(format!("{user}/pairingKeys/{id}"));
        Ok(View::new(id)
            .with_links(links.to_map())
            .with_environment(EnvironmentReference::new(environment.id))
            .with_user(UserReference::new(self.id()))
            .with_applications(key.applications.clone())
            .with_code(key.code.clone())
            .with_status(PairingKeyStatus::Unclaimed)
            .with_created_at(key.created_at)
            .with_updated_at(key.created_at)
            .with_expires_at(key.expires_at))
    }
}
