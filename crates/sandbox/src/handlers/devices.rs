//! The devices of a user.

use pingone_models::request::Open;
use pingone_models::requests::ListDevices;
use pingone_models::{
    DeviceExpand, DeviceId, DeviceNickname, DeviceNicknameUpdate, DeviceReference, Link, MfaDevice,
    MfaDeviceCollection, MfaDeviceCollectionEmbedded, MfaDeviceCreation, UserId,
};

use super::answer::{Outcome, Reply};
use super::comparison::Comparison;
use super::exchange::Exchange;
use crate::links::Relations;
use crate::refusal::Refusal;
use crate::state::context::RequestContext;
use crate::state::environment::MfaPolicy;
use crate::state::tokens::Holder;
use crate::state::users::User;

pub(super) fn list(
    exchange: &mut Exchange<'_, '_>,
    request: &ListDevices,
) -> Outcome<MfaDeviceCollection> {
    let (environment, context) = exchange.reach(request.user_id)?;
    let user = environment.users.get(request.user_id)?;
    let filter = request.filter.as_deref();
    let wanted = filter.map(|text| Comparison::parse(text, &["status", "type"], &[]));
    let wanted = wanted.transpose()?;
    let is_wanted = |device: &MfaDevice| {
        let Some(wanted) = &wanted else {
            return true;
        };
        let value = match wanted.name {
            "status" => device.status.as_ref().map(ToString::to_string),
            _ => device.type_.as_ref().map(ToString::to_string),
        };
        wanted.matches(value.as_deref())
    };
    let devices: Vec<_> = user
        .devices
        .iter()
        .map(|device| user.device_view(context, environment, device))
        .filter(is_wanted)
        .collect();
    let size = i64::try_from(devices.len()).unwrap_or(i64::MAX);
    let mut embedded = MfaDeviceCollectionEmbedded::new();
    let expanded = request.expand.as_ref().map_or("", DeviceExpand::as_str);
    let mut expanded = expanded.split(',').map(str::trim);
    if expanded.any(|name| name == DeviceExpand::Order.as_str()) {
        let ordered = user.usable_devices().filter(|_| user.devices_ordered);
        embedded.order = Some(
            ordered
                .map(|device| DeviceReference::new(device.id))
                .collect(),
        );
    }
    let address = format!("{}/devices", context.links.user(environment.id, user.id()));
    let mut links = Relations::of(address);
    links.action("devices.reorder");
    let collection = MfaDeviceCollection::new()
        .with_links(links.to_map())
        .with_embedded(embedded.with_devices(devices))
        .with_count(size)
        .with_size(size);
    Reply::json(200, &collection)
}

pub(super) fn create(
    exchange: &mut Exchange<'_, '_>,
    user: UserId,
    body: MfaDeviceCreation,
) -> Outcome<MfaDevice> {
    let by_user = matches!(exchange.holder, Holder::User(_));
    let id = change(exchange, user, |user, context, policy| {
        user.create_device(context, body, policy, by_user)
    })?;
    answer(exchange, user, id, 201)
}

/// Changes the order of the devices of a user, and answers with the devices.
pub(super) fn reorder(
    exchange: &mut Exchange<'_, '_>,
    user: UserId,
    reorder: impl FnOnce(&mut User, &mut RequestContext<'_>) -> Result<(), Refusal>,
) -> Outcome<Open> {
    exchange.change_user(user, reorder)?;
    list(exchange, &ListDevices::new(user)).map(Reply::open)
}

pub(super) fn delete(exchange: &mut Exchange<'_, '_>, user: UserId, id: DeviceId) -> Outcome<()> {
    exchange.change_user(user, |user, context| user.delete_device(context, id))?;
    Ok(Reply::no_content())
}

pub(super) fn set_nickname(
    exchange: &mut Exchange<'_, '_>,
    user: UserId,
    id: DeviceId,
    body: DeviceNicknameUpdate,
) -> Outcome<DeviceNickname> {
    let nickname = body.nickname.clone();
    let (environment, context) = exchange.change_user(user, |user, context| {
        user.name_device(context, id, body.nickname)
    })?;
    let user = context.links.user(environment.id, user);
    let device = format!("{user}/devices/{id}");
    let links = [
        (
            "self".to_owned(),
            Link::new().with_href(format!("{device}/nickname")),
        ),
        ("device".to_owned(), Link::new().with_href(device)),
    ];
    let view = DeviceNickname::new()
        .with_links(links)
        .with_nickname(nickname);
    Reply::json(200, &view)
}

/// Does something with a device, and answers with it.
pub(super) fn act(
    exchange: &mut Exchange<'_, '_>,
    user: UserId,
    id: DeviceId,
    act: impl FnOnce(&mut User, &mut RequestContext<'_>, DeviceId, &MfaPolicy) -> Result<(), Refusal>,
) -> Outcome<MfaDevice> {
    change(exchange, user, |user, context, policy| {
        act(user, context, id, policy)
    })?;
    answer(exchange, user, id, 200)
}

/// Changes a user by the default policy.
fn change<T>(
    exchange: &mut Exchange<'_, '_>,
    user: UserId,
    change: impl FnOnce(&mut User, &mut RequestContext<'_>, &MfaPolicy) -> Result<T, Refusal>,
) -> Result<T, Refusal> {
    let (environment, context) = exchange.reach(user)?;
    let policy = environment
        .mfa_policies
        .get(&environment.default_mfa_policy);
    let policy = policy.copied().unwrap_or_default();
    change(environment.users.get_mut(user)?, context, &policy)
}

fn answer(
    exchange: &mut Exchange<'_, '_>,
    user: UserId,
    id: DeviceId,
    status: u16,
) -> Outcome<MfaDevice> {
    let (environment, context) = exchange.environment()?;
    let user = environment.users.get(user)?;
    let view = user.device_view(context, environment, user.device(id)?);
    Reply::json(status, &view)
}
