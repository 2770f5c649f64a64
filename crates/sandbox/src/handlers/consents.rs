//! The agreement consents of users.

use std::collections::BTreeMap;

use pingone_models::request::Open;
use pingone_models::{AgreementConsent, AgreementConsentCollection, AgreementId, UserId};

use super::answer::{Outcome, Reply};
use super::exchange::Exchange;
use super::users::links_below;
use crate::rules;

pub(super) fn list(
    exchange: &mut Exchange<'_, '_>,
    id: UserId,
) -> Outcome<AgreementConsentCollection> {
    let (environment, context) = exchange.reach(None)?;
    context.rule(&rules::LIST_NAMES);
    let user = environment.users.get(id)?;
    let consent = user.consent_view(context, environment, environment.agreement);
    let consents: Vec<_> = consent.into_iter().collect();
    let size = i64::try_from(consents.len()).unwrap_or(i64::MAX);
    let collection = AgreementConsentCollection::new()
        .with_links(links_below(context, environment, user, "agreementConsents"))
        .with_count(size)
        .with_size(size)
        .with_embedded(BTreeMap::from([("consents".to_owned(), consents)]));
    Reply::json(200, &collection)
}

pub(super) fn read(
    exchange: &mut Exchange<'_, '_>,
    user: UserId,
    id: AgreementId,
) -> Outcome<AgreementConsent> {
    let (environment, context) = exchange.reach(None)?;
    let user = environment.users.get(user)?;
    Reply::json(200, &user.consent_view(context, environment, id)?)
}

pub(super) fn revoke(
    exchange: &mut Exchange<'_, '_>,
    user: UserId,
    id: AgreementId,
) -> Outcome<Open> {
    read(exchange, user, id)?;
    exchange.change_user(user, |user, context| user.revoke_consent(context))?;
    read(exchange, user, id).map(Reply::open)
}
