//! Changing and setting passwords.

use pingone_models::{PasswordReset, PasswordSet, PasswordValue, Secret};

use super::{Answer, Call, act_on_password};
use crate::refusal::Refusal;
use crate::rules;
use crate::state::State;
use crate::state::context::RequestContext;
use crate::state::passwords::Policy;
use crate::state::tokens::Holder;

pub(super) fn reset_password(
    state: &mut State,
    context: &mut RequestContext<'_>,
    call: &Call<'_>,
) -> Result<Answer, Refusal> {
    let body: PasswordReset = call.body()?;
    act_on_password(state, context, call, |user, context| {
        let current = body.current_password.as_ref();
        if call.holder == Holder::User(user.id()) {
            context.rule(&rules::PASSWORD_SELF);
            user.is_internal(context)?;
            if current.is_none() && user.password.is_set() {
                return Err(Refusal::required("currentPassword"));
            }
        }
        user.reset_password(context, current, &body.new_password)
    })
}

pub(super) fn set_password(
    state: &mut State,
    context: &mut RequestContext<'_>,
    call: &Call<'_>,
) -> Result<Answer, Refusal> {
    let body: PasswordSet = call.body()?;
    act_on_password(state, context, call, |user, context| {
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

pub(super) fn set_password_value(
    state: &mut State,
    context: &mut RequestContext<'_>,
    call: &Call<'_>,
) -> Result<Answer, Refusal> {
    let body: PasswordValue = call.body()?;
    act_on_password(state, context, call, |user, context| {
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
