//! Accounts at external identity providers that users are linked to.

use pingone_models::{
    AccountLink, EnvironmentReference, IdentityProviderId, IdentityProviderReference,
    LinkedAccount as View, LinkedAccountId, LinkedAttribute, LinkedAttributeUpdate, UserId,
    UserReference,
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::context::RequestContext;
use super::environment::Environment;
use super::filter::LINKED_ACCOUNT;
use super::users::User;
use crate::links::Relations;
use crate::refusal::{Refusal, detail};
use crate::rules;

/// An account at an external identity provider.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct LinkedAccount {
    pub(crate) id: LinkedAccountId,
    provider: IdentityProviderId,
    external_id: String,
}

impl LinkedAccount {
    /// Names the account among those of all providers.
    pub(super) fn key(&self) -> String {
        format!("{}/{}", self.provider, self.external_id)
    }
}

impl Environment {
    /// Links an account, and writes the attributes that come with it.
    pub(crate) fn link_account(
        &mut self,
        context: &mut RequestContext<'_>,
        id: UserId,
        link: AccountLink,
    ) -> Result<LinkedAccountId, Refusal> {
        context.rule(&rules::LINKED_ACCOUNTS);
        let provider = link.identity_provider.id;
        let account = LinkedAccount {
            id: LinkedAccountId::new(context.random.uuid()),
            provider,
            external_id: link.external_id,
        };
        let key = account.key();
        let holders = self.users.with_value(LINKED_ACCOUNT, &key);
        let has_it = |user: &User| user.linked_accounts.iter().any(|own| own.key() == key);
        if holders.into_iter().any(has_it) {
            let detail = detail("UNIQUENESS_VIOLATION", "The account is linked already.");
            return Err(Refusal::invalid(vec![detail.with_target("externalId")]));
        }
        let attributes = link.attributes.unwrap_or_default();
        let changes = changes(self.users.get(id)?, attributes);
        self.change_profile(context, id, &changes, |_| true)?;
        let linked = account.id;
        self.users.get_mut(id)?.linked_accounts.push(account);
        Ok(linked)
    }
}

/// What the attributes change: all of them, but for those that are written only where the user has no value.
fn changes(
    user: &User,
    attributes: impl IntoIterator<Item = (String, LinkedAttribute)>,
) -> Map<String, Value> {
    let profile = serde_json::to_value(&user.profile).unwrap_or_default();
    let mut changes = Map::new();
    for (name, attribute) in attributes {
        let pointer = format!("/{}", name.replace('.', "/"));
        let is_kept = attribute.update != Some(LinkedAttributeUpdate::Always)
            && profile.pointer(&pointer).is_some();
        let (Some(value), false) = (attribute.value, is_kept) else {
            continue;
        };
        match name.split_once('.') {
            None => {
                changes.insert(name, value);
            }
            Some((object, member)) => {
                let object = changes
                    .entry(object)
                    .or_insert_with(|| Value::Object(Map::new()));
                if let Value::Object(members) = object {
                    members.insert(member.to_owned(), value);
                }
            }
        }
    }
    changes
}

impl User {
    pub(crate) fn linked_account(&self, id: LinkedAccountId) -> Result<&LinkedAccount, Refusal> {
        let mut accounts = self.linked_accounts.iter();
        let account = accounts.find(|account| account.id == id);
        account.ok_or_else(|| Refusal::not_found("The user has no such linked account."))
    }

    pub(crate) fn unlink_account(
        &mut self,
        context: &mut RequestContext<'_>,
        id: LinkedAccountId,
    ) -> Result<(), Refusal> {
        self.linked_account(id)?;
        self.linked_accounts.retain(|account| account.id != id);
        context.change();
        Ok(())
    }

    pub(crate) fn linked_account_view(
        &self,
        context: &RequestContext<'_>,
        environment: &Environment,
        account: &LinkedAccount,
    ) -> View {
        let user = context.links.user(environment.id, self.id());
        let links = Relations::of(format!("{user}/linkedAccounts/{}", account.id));
        View::new(account.id)
            .with_links(links.to_map())
            .with_environment(EnvironmentReference::new(environment.id))
            .with_user(UserReference::new(self.id()))
            .with_identity_provider(IdentityProviderReference::new(account.provider))
            .with_external_id(account.external_id.clone())
    }
}
