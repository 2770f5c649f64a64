//! The passwords of users.

use pingone_models::request::Open;
use pingone_models::{PasswordReset, PasswordSet, PasswordState, PasswordValue, Secret, UserId};

use super::answer::{Outcome, Reply};
use super::exchange::Exchange;
use crate::refusal::Refusal;
use crate::rules;
use crate::state::context::RequestContext;
use crate::state::passwords::Policy;
use crate::state::tokens::Holder;
use crate::state::users::User;

pub(super) fn read(exchange: &mut Exchange<'_, '_>, id: UserId) -> Outcome<PasswordState> {
    let (environment, context) = exchange.reach(id)?;
    let user = environment.users.get(id)?;
    Reply::json(200, &user.password_view(context, environment))
}

/// Does something with the password of a user, and answers with its state.
pub(super) fn act(
    exchange: &mut Exchange<'_, '_>,
    id: UserId,
    act: impl FnOnce(&mut User, &mut RequestContext<'_>) -> Result<(), Refusal>,
) -> Outcome<Open> {
    let (_, context) = exchange.change_user(id, act)?;
    context.rule(&rules::PASSWORD_ANSWER);
    read(exchange, id).map(Reply::open)
}

pub(super) fn reset(
    exchange: &mut Exchange<'_, '_>,
    id: UserId,
    body: &PasswordReset,
) -> Outcome<Open> {
    let by_user = exchange.holder == Holder::User(id);
    act(exchange, id, |user, context| {
        let current = body.current_password.as_ref();
        if by_user {
            context.rule(&rules::PASSWORD_SELF);
            user.is_internal(context)?;
            if current.is_none() && user.password.is_set() {
                return Err(Refusal::required("currentPassword"));
            }
        }
        user.reset_password(context, current, &body.new_password)
    })
}

pub(super) fn set(exchange: &mut Exchange<'_, '_>, id: UserId, body: PasswordSet) -> Outcome<Open> {
    act(exchange, id, |user, context| {
        let gateway = body.external.and_then(|external| external.gateway);
        let policy = policy(body.bypass_policy, &body.value);
        user.password.set(context, &body.value, "value", policy)?;
        user.password.must_change = body.force_change == Some(true);
        if gateway.is_some() {
            user.password.gateway = gateway;
        }
        Ok(())
    })
}

pub(super) fn set_value(
    exchange: &mut Exchange<'_, '_>,
    id: UserId,
    body: &PasswordValue,
) -> Outcome<Open> {
    act(exchange, id, |user, context| {
        let Some(value) = &body.value else {
            user.password.unset(context);
            return Ok(());
        };
        let policy = policy(body.bypass_policy, value);
        user.password.set(context, value, "value", policy)?;
        user.password.must_change = body.force_change == Some(true);
        Ok(())
    })
}

/// The policy of a password to store: what it asks of clear text cannot be seen in an encoded one.
fn policy(bypass: Option<bool>, value: &Secret) -> Policy {
    if bypass == Some(true) || value.expose().starts_with('{') {
        Policy::Bypassed
    } else {
        Policy::Enforced
    }
}
