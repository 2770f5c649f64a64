//! The consents of users to the agreement of their environment.

use jiff::Timestamp;
use pingone_models::{
    AgreementConsent as View, AgreementConsentStatus, AgreementId, AgreementLanguageReference,
    AgreementReference, EnvironmentReference, LastConsent, UserReference,
};
use serde::{Deserialize, Serialize};

use super::context::RequestContext;
use super::environment::Environment;
use super::users::User;
use crate::links::Relations;
use crate::refusal::Refusal;
use crate::rules;

/// A user's consent to the agreement.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Consent {
    at: Timestamp,
    is_revoked: bool,
}

impl User {
    pub(crate) fn has_consented(&self) -> bool {
        self.consent.is_some_and(|consent| !consent.is_revoked)
    }

    pub(crate) fn consent(&mut self, context: &mut RequestContext<'_>) {
        context.rule(&rules::CONSENTS);
        context.change();
        self.consent = Some(Consent {
            at: context.now,
            is_revoked: false,
        });
    }

    pub(crate) fn revoke_consent(
        &mut self,
        context: &mut RequestContext<'_>,
    ) -> Result<(), Refusal> {
        let consent = self.consent.as_mut().ok_or_else(no_consent)?;
        context.rule(&rules::CONSENTS);
        context.change();
        consent.is_revoked = true;
        Ok(())
    }

    /// The consent to this agreement.
    pub(crate) fn consent_view(
        &self,
        context: &RequestContext<'_>,
        environment: &Environment,
        agreement: AgreementId,
    ) -> Result<View, Refusal> {
        let consent = self.consent.filter(|_| agreement == environment.agreement);
        let consent = consent.ok_or_else(no_consent)?;
        let user = context.links.user(environment.id, self.id());
        let links = Relations::of(format!("{user}/agreementConsents/{agreement}"));
        let language = AgreementLanguageReference::new(environment.agreement_language);
        let last = LastConsent::new()
            .with_at(consent.at)
            .with_language(language.clone());
        Ok(View::new()
            .with_links(links.to_map())
            .with_agreement(AgreementReference::new(agreement))
            .with_language(language)
            .with_environment(EnvironmentReference::new(environment.id))
            .with_user(UserReference::new(self.id()))
            .with_last_consent(last)
            .with_status(match consent.is_revoked {
                true => AgreementConsentStatus::Pending,
                false => AgreementConsentStatus::Accepted,
            }))
    }
}

fn no_consent() -> Refusal {
    Refusal::not_found("The user has not consented to such an agreement.")
}
