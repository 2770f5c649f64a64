//! The devices of a user.

use pingone_models::request::Open;
use pingone_models::requests::ListDevices;
use pingone_models::{
    DeviceExpand, DeviceId, DeviceNickname, DeviceNicknameUpdate, DeviceReference, Link, MfaDevice,
    MfaDeviceCollection, MfaDeviceCollectionEmbedded, MfaDeviceCreation, MfaDeviceStatus, UserId,
};

use super::answer::{Outcome, Reply};
use super::exchange::Exchange;
use crate::links::Relations;
use crate::refusal::{Refusal, detail};
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
    let wanted = filter.map(Wanted::parse).transpose()?;
    let devices: Vec<_> = user
        .devices
        .iter()
        .map(|device| user.device_view(context, environment, device))
        .filter(|device| wanted.as_ref().is_none_or(|wanted| wanted.matches(device)))
        .collect();
    let size = i64::try_from(devices.len()).unwrap_or(i64::MAX);
    let mut embedded = MfaDeviceCollectionEmbedded::new();
    if request.expand == Some(DeviceExpand::Order) {
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

/// A filter on devices: a name, `eq` and a text in quotes.
struct Wanted<'f> {
    is_status: bool,
    value: &'f str,
}

impl<'f> Wanted<'f> {
    fn parse(text: &'f str) -> Result<Self, Refusal> {
        let parse = || {
            let (name, rest) = text.trim().split_once(' ')?;
            let (operator, value) = rest.trim().split_once(' ')?;
            let value = value.trim().strip_prefix('"')?.strip_suffix('"')?;
            let known = matches!(name, "status" | "type") && operator.eq_ignore_ascii_case("eq");
            known.then_some(Self {
                is_status: name == "status",
                value,
            })
        };
        parse().ok_or_else(|| {
            let message = "Devices are filtered by `status eq \"..\"` or `type eq \"..\"`.";
            Refusal::invalid(vec![
                detail("INVALID_FILTER", message).with_target("filter"),
            ])
        })
    }

    fn matches(&self, device: &MfaDevice) -> bool {
        if self.is_status {
            device.status == Some(MfaDeviceStatus::from(self.value))
        } else {
            device.type_ == Some(self.value.into())
        }
    }
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
