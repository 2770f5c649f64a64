//! The accounts at external identity providers that a user is linked to.

use pingone_models::requests::{LinkAccount, ListLinkedAccounts, ReadLinkedAccount, UnlinkAccount};
use pingone_models::{
    AccountLink, LinkedAccount, LinkedAccountCollection, LinkedAccountId, UserId,
};

use crate::call::Request;
use crate::client::Client;
use crate::generated::docs;

/// The linked accounts of one user. Made by [`UserHandle::linked_accounts`](super::UserHandle::linked_accounts).
///
/// ```
/// # async fn run(client: pingone::Client, user: pingone::models::UserId, google: pingone::models::IdentityProviderId) -> pingone::Result<()> {
/// use pingone::models::{AccountLink, IdentityProviderReference};
///
/// let accounts = client.user(user).linked_accounts();
/// let link = AccountLink::new("3249023841", IdentityProviderReference::new(google));
/// let linked = accounts.link(link).await?;
/// accounts.unlink(linked.id).await?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct LinkedAccounts {
    client: Client,
    user: UserId,
}

impl LinkedAccounts {
    pub(super) fn new(client: Client, user: UserId) -> Self {
        Self { client, user }
    }

    /// Lists the linked accounts of the user.
    #[doc = docs::list_linked_accounts!()]
    #[inline]
    pub fn list(&self) -> Request<LinkedAccountCollection> {
        self.client.request(ListLinkedAccounts::new(self.user))
    }

    /// Reads one linked account of the user.
    #[doc = docs::read_linked_account!()]
    #[inline]
    pub fn read(&self, account: impl Into<LinkedAccountId>) -> Request<LinkedAccount> {
        self.client
            .request(ReadLinkedAccount::new(self.user, account))
    }

    /// Links the user to an account at an external identity provider.
    #[doc = docs::link_account!()]
    #[inline]
    pub fn link(&self, account: AccountLink) -> Request<LinkedAccount> {
        self.client.request(LinkAccount::new(self.user, account))
    }

    /// Ends the link to an account.
    #[doc = docs::unlink_account!()]
    #[inline]
    pub fn unlink(&self, account: impl Into<LinkedAccountId>) -> Request<()> {
        self.client.request(UnlinkAccount::new(self.user, account))
    }
}
