//! The consents of a user to agreements.

use pingone_models::requests::{
    ListAgreementConsents, ReadAgreementConsent, RevokeAgreementConsent,
};
use pingone_models::{AgreementConsent, AgreementConsentCollection, AgreementId, UserId};

use crate::call::{Acknowledged, Request};
use crate::client::Client;
use crate::generated::docs;

/// The agreement consents of one user. Made by
/// [`UserHandle::agreement_consents`](super::UserHandle::agreement_consents).
///
/// ```
/// # async fn run(client: pingone::Client, user: pingone::models::UserId, terms: pingone::models::AgreementId) -> pingone::Result<()> {
/// use pingone::models::AgreementConsentStatus;
///
/// let consents = client.user(user).agreement_consents();
/// if consents.read(terms).await?.status == Some(AgreementConsentStatus::Accepted) {
///     consents.revoke(terms).await?;
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct AgreementConsents {
    client: Client,
    user: UserId,
}

impl AgreementConsents {
    pub(super) fn new(client: Client, user: UserId) -> Self {
        Self { client, user }
    }

    /// Lists the latest consent of the user to each agreement.
    #[doc = docs::list_agreement_consents!()]
    #[inline]
    pub fn list(&self) -> Request<AgreementConsentCollection> {
        self.client.request(ListAgreementConsents::new(self.user))
    }

    /// Reads the latest consent of the user to one agreement.
    #[doc = docs::read_agreement_consent!()]
    #[inline]
    pub fn read(&self, agreement: impl Into<AgreementId>) -> Request<AgreementConsent> {
        self.client
            .request(ReadAgreementConsent::new(self.user, agreement))
    }

    /// Revokes the consent of the user to one agreement.
    #[doc = docs::revoke_agreement_consent!()]
    #[inline]
    pub fn revoke(&self, agreement: impl Into<AgreementId>) -> Request<Acknowledged> {
        self.client
            .request(RevokeAgreementConsent::new(self.user, agreement))
            .acknowledged()
    }
}
