//! Device authentications.

use pingone_models::{
    DeviceAuthentication as View, DeviceAuthenticationId, DeviceAuthenticationRequest,
};

use super::answer::{Outcome, Reply};
use super::exchange::Exchange;
use crate::refusal::Refusal;
use crate::state::authentication::Authentication;
use crate::state::context::RequestContext;
use crate::state::environment::{Environment, MfaPolicy};
use crate::state::users::User;

pub(super) fn start(
    exchange: &mut Exchange<'_, '_>,
    request: DeviceAuthenticationRequest,
) -> Outcome<View> {
    let (environment, context) = exchange.reach(request.user.id)?;
    Reply::json(
        201,
        &environment.start_device_authentication(context, request)?,
    )
}

pub(super) fn read(exchange: &mut Exchange<'_, '_>, id: DeviceAuthenticationId) -> Outcome<View> {
    let (environment, context) = reach(exchange, id)?;
    Reply::json(200, &environment.device_authentication(context, id)?)
}

/// Takes a device authentication a step further.
pub(super) fn act(
    exchange: &mut Exchange<'_, '_>,
    id: DeviceAuthenticationId,
    act: impl FnOnce(
        &mut Authentication,
        &mut RequestContext<'_>,
        &mut User,
        &MfaPolicy,
    ) -> Result<(), Refusal>,
) -> Outcome<View> {
    let (environment, context) = reach(exchange, id)?;
    Reply::json(
        200,
        &environment.act_on_device_authentication(context, id, act)?,
    )
}

/// The environment, if the token reaches the user of this device authentication.
fn reach<'x, 'c>(
    exchange: &'x mut Exchange<'_, 'c>,
    id: DeviceAuthenticationId,
) -> Result<(&'x mut Environment, &'x mut RequestContext<'c>), Refusal> {
    let (environment, _) = exchange.environment()?;
    let owner = environment.owner_of_device_authentication(id);
    exchange.reach(owner)
}
