//! The devices of a user.

use pingone_models::{
    DeviceId, DeviceNickname, DeviceNicknameUpdate, DeviceReference, Link, MfaDeviceCollection,
    MfaDeviceCollectionEmbedded, MfaDeviceStatus,
};

use super::{Answer, Call};
use crate::links::Relations;
use crate::refusal::{Refusal, detail};
use crate::state::State;
use crate::state::context::RequestContext;
use crate::state::environment::{Environment, MfaPolicy};
use crate::state::tokens::Holder;
use crate::state::users::User;

pub(super) fn list(
    state: &mut State,
    context: &mut RequestContext<'_>,
    call: &Call<'_>,
) -> Result<Answer, Refusal> {
    let environment = call.environment(state)?;
    let user = environment.users.get(call.user(context)?)?;
    let filter = call.query("filter").next();
    let wanted = filter.as_deref().map(Wanted::parse).transpose()?;
    let devices: Vec<_> = user
        .devices
        .iter()
        .map(|device| user.device_view(context, environment, device))
        .filter(|device| wanted.as_ref().is_none_or(|wanted| wanted.matches(device)))
        .collect();
    let size = i64::try_from(devices.len()).unwrap_or(i64::MAX);
    let mut embedded = MfaDeviceCollectionEmbedded::new();
    if call.query("expand").any(|word| word == "order") {
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
    Answer::json(200, &collection)
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

    fn matches(&self, device: &pingone_models::MfaDevice) -> bool {
        if self.is_status {
            device.status == Some(MfaDeviceStatus::from(self.value))
        } else {
            device.type_ == Some(self.value.into())
        }
    }
}

pub(super) fn create(
    state: &mut State,
    context: &mut RequestContext<'_>,
    call: &Call<'_>,
) -> Result<Answer, Refusal> {
    let request = call.body()?;
    let by_user = matches!(call.holder, Holder::User(_));
    let mut created = None;
    let (environment, user) = change(state, context, call, |user, context, policy| {
        created = Some(user.create_device(context, request, policy, by_user)?);
        Ok(())
    })?;
    let device = created.map(|id| user.device(id)).transpose()?;
    let view = device.map(|device| user.device_view(context, environment, device));
    Answer::json(201, &view)
}

pub(super) fn reorder(
    state: &mut State,
    context: &mut RequestContext<'_>,
    call: &Call<'_>,
) -> Result<Answer, Refusal> {
    let order = call.body()?;
    change(state, context, call, |user, context, _| {
        user.order_devices(context, &order)
    })?;
    list(state, context, call)
}

pub(super) fn drop_order(
    state: &mut State,
    context: &mut RequestContext<'_>,
    call: &Call<'_>,
) -> Result<Answer, Refusal> {
    change(state, context, call, |user, context, _| {
        context.change();
        user.devices_ordered = false;
        Ok(())
    })?;
    list(state, context, call)
}

pub(super) fn read(
    state: &mut State,
    context: &mut RequestContext<'_>,
    call: &Call<'_>,
) -> Result<Answer, Refusal> {
    act(state, context, call, |_, _, _, _| Ok(()))
}

pub(super) fn delete(
    state: &mut State,
    context: &mut RequestContext<'_>,
    call: &Call<'_>,
) -> Result<Answer, Refusal> {
    let id = call.id(context, "deviceId")?;
    change(state, context, call, |user, context, _| {
        user.delete_device(context, id)
    })?;
    Ok(Answer::empty(204))
}

pub(super) fn set_nickname(
    state: &mut State,
    context: &mut RequestContext<'_>,
    call: &Call<'_>,
) -> Result<Answer, Refusal> {
    let id: DeviceId = call.id(context, "deviceId")?;
    let body: DeviceNicknameUpdate = call.body()?;
    let nickname = body.nickname.clone();
    let (environment, user) = change(state, context, call, |user, context, _| {
        user.name_device(context, id, body.nickname)
    })?;
    let user = context.links.user(environment.id, user.id());
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
    Answer::json(200, &view)
}

/// Does something with the device in the path, and answers with it.
pub(super) fn act(
    state: &mut State,
    context: &mut RequestContext<'_>,
    call: &Call<'_>,
    act: impl FnOnce(&mut User, &mut RequestContext<'_>, DeviceId, &MfaPolicy) -> Result<(), Refusal>,
) -> Result<Answer, Refusal> {
    let id = call.id(context, "deviceId")?;
    let (environment, user) = change(state, context, call, |user, context, policy| {
        act(user, context, id, policy)
    })?;
    let device = user.device(id)?;
    Answer::json(200, &user.device_view(context, environment, device))
}

fn change<'s>(
    state: &'s mut State,
    context: &mut RequestContext<'_>,
    call: &Call<'_>,
    act: impl FnOnce(&mut User, &mut RequestContext<'_>, &MfaPolicy) -> Result<(), Refusal>,
) -> Result<(&'s Environment, &'s User), Refusal> {
    let environment = call.environment(state)?;
    let policy = environment
        .mfa_policies
        .get(&environment.default_mfa_policy);
    let policy = policy.copied().unwrap_or_default();
    super::change_user(state, context, call, |user, context| {
        act(user, context, &policy)
    })
}
