//! The pairing keys of users.

use pingone_models::{PairingKey, PairingKeyCreation, PairingKeyId, UserId};

use super::answer::{Outcome, Reply};
use super::exchange::Exchange;
use crate::refusal::Refusal;
use crate::rules;

pub(super) fn create(
    exchange: &mut Exchange<'_, '_>,
    user: UserId,
    body: PairingKeyCreation,
) -> Outcome<PairingKey> {
    let (environment, context) = exchange.reach(user)?;
    let policy = body.policy.as_ref().map(|policy| policy.id);
    if policy.is_some_and(|id| !environment.mfa_policies.contains_key(&id)) {
        context.rule(&rules::MFA_REFERENCE);
        return Err(Refusal::value("policy.id", "There is no such policy."));
    }
    let owner = environment.users.get_mut(user)?;
    let id = owner.create_pairing_key(context, body)?;
    answer(exchange, user, id, 201)
}

pub(super) fn read(
    exchange: &mut Exchange<'_, '_>,
    user: UserId,
    id: PairingKeyId,
) -> Outcome<PairingKey> {
    answer(exchange, user, id, 200)
}

fn answer(
    exchange: &mut Exchange<'_, '_>,
    user: UserId,
    id: PairingKeyId,
    status: u16,
) -> Outcome<PairingKey> {
    let (environment, context) = exchange.reach(user)?;
    let user = environment.users.get(user)?;
    Reply::json(status, &user.pairing_key_view(context, environment, id)?)
}

pub(super) fn delete(
    exchange: &mut Exchange<'_, '_>,
    user: UserId,
    id: PairingKeyId,
) -> Outcome<()> {
    exchange.change_user(user, |user, context| user.delete_pairing_key(context, id))?;
    Ok(Reply::no_content())
}
