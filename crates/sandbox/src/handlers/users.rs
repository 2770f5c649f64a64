//! Creating, reading, changing and deleting users.

use std::collections::BTreeMap;

use pingone_models::{
    LifecycleStatus, Link, PopulationId, PopulationReference, User as Profile, UserCreation,
    UserEnabled, UserId, UserIdentityProvider, UserImport, UserInclude, UserLifecycle,
    UserMfaEnabled, UserPopulation, UserReplacement, UserUpdate,
};
use serde::Serialize;
use serde_json::{Map, Value};

use super::answer::{Outcome, Reply};
use super::exchange::{Exchange, members};
use crate::links::Relations;
use crate::refusal::Refusal;
use crate::rules;
use crate::state::context::RequestContext;
use crate::state::environment::Environment;
use crate::state::flow_actions::check_username;
use crate::state::passwords::Policy;
use crate::state::profile;
use crate::state::users::{User, blank_profile};

pub(super) fn create(exchange: &mut Exchange<'_, '_>, body: &UserCreation) -> Outcome<Profile> {
    exchange.context.rule(&rules::USER_CREATE);
    add(exchange, body, body.population.as_ref(), |user, _| {
        user.profile.enabled = body.enabled.or(user.profile.enabled);
        user.profile.mfa_enabled = body.mfa_enabled.or(user.profile.mfa_enabled);
        Ok(())
    })
}

pub(super) fn import(exchange: &mut Exchange<'_, '_>, mut body: UserImport) -> Outcome<Profile> {
    exchange.context.rule(&rules::USER_IMPORT);
    let (password, lifecycle) = (body.password.take(), body.lifecycle.take());
    add(
        exchange,
        &body,
        body.population.as_ref(),
        |user, context| {
            user.profile.enabled = body.enabled.or(user.profile.enabled);
            user.profile.mfa_enabled = body.mfa_enabled.or(user.profile.mfa_enabled);
            user.profile.email_verified = body.email_verified;
            if let Some(password) = password {
                if let Some(external) = password.external {
                    user.password.gateway = external.gateway;
                }
                if let Some(value) = password.value {
                    user.password
                        .set(context, &value, "password.value", Policy::Bypassed)?;
                    user.password.must_change = password.force_change == Some(true);
                }
            }
            let lifecycle = lifecycle.unwrap_or_default();
            if lifecycle.status == Some(LifecycleStatus::VerificationRequired) {
                if lifecycle.suppress_verification_code == Some(true) {
                    let status = LifecycleStatus::VerificationRequired;
                    user.profile.lifecycle = Some(UserLifecycle::new().with_status(status));
                } else {
                    user.send_verification_code(context)?;
                }
            }
            Ok(())
        },
    )
}

/// Adds a user with the attributes of the body; `finish` does what is special.
fn add(
    exchange: &mut Exchange<'_, '_>,
    attributes: &impl Serialize,
    population: Option<&PopulationReference>,
    finish: impl FnOnce(&mut User, &mut RequestContext<'_>) -> Result<(), Refusal>,
) -> Outcome<Profile> {
    let (environment, context) = exchange.reach(None)?;
    let attributes = members(attributes);
    let id = UserId::new(context.random.uuid());
    let mut user = User::new(blank_profile(context.now, environment, id));
    profile::patch(&mut user.profile, &attributes, |_| true)?;
    check_username(user.username())?;
    check_email(&attributes)?;
    environment.users.is_free(user.username(), None)?;
    if let Some(population) = population {
        check_population(context, environment, population.id, "population.id")?;
        user.profile.population = Some(PopulationReference::new(population.id));
    }
    finish(&mut user, context)?;
    context.change();
    environment.users.add(user)?;
    let user = environment.users.get(id)?;
    Reply::json(201, &user.view(context, environment))
}

fn check_email(attributes: &Map<String, Value>) -> Result<(), Refusal> {
    match attributes.get("email").and_then(Value::as_str) {
        Some(email) if !email.contains('@') => {
            Err(Refusal::value("email", "The value is no e-mail address."))
        }
        _ => Ok(()),
    }
}

fn check_population(
    context: &mut RequestContext<'_>,
    environment: &mut Environment,
    id: PopulationId,
    target: &str,
) -> Result<(), Refusal> {
    match environment.populations().contains_key(&id) {
        true => Ok(()),
        false => {
            context.rule(&rules::POPULATIONS);
            Err(Refusal::value(target, "There is no such population."))
        }
    }
}

pub(super) fn read(
    exchange: &mut Exchange<'_, '_>,
    id: UserId,
    include: Option<&UserInclude>,
) -> Outcome<Profile> {
    let (environment, context) = exchange.reach(id)?;
    let user = environment.users.get(id)?;
    let mut view = user.view(context, environment);
    let included = include.map_or("", UserInclude::as_str).split(',');
    for include in included.map(str::trim).filter(|name| !name.is_empty()) {
        match UserInclude::from(include) {
            UserInclude::MemberOfGroupIDs => {
                view.group_ids = Some(user.groups.iter().map(|(id, _)| *id).collect());
            }
            UserInclude::MemberOfGroupNames => {
                let names = user.groups.iter().map(|(_, name)| name.as_str());
                view.group_names = Some(names.collect());
            }
            // The query was checked against the document.
            _ => {}
        }
    }
    Reply::json(200, &view)
}

/// Does something with a user, and answers with the user.
pub(super) fn act(
    exchange: &mut Exchange<'_, '_>,
    id: UserId,
    act: impl FnOnce(&mut User, &mut RequestContext<'_>) -> Result<(), Refusal>,
) -> Outcome<Profile> {
    exchange.change_user(id, act)?;
    read(exchange, id, None)
}

pub(super) fn update(
    exchange: &mut Exchange<'_, '_>,
    id: UserId,
    body: &UserUpdate,
) -> Outcome<Profile> {
    let changes = members(body);
    check_email(&changes)?;
    let (environment, context) = exchange.reach(id)?;
    environment.change_profile(context, id, &changes, |_| true)?;
    read(exchange, id, None)
}

pub(super) fn replace(
    exchange: &mut Exchange<'_, '_>,
    id: UserId,
    body: UserReplacement,
) -> Outcome<Profile> {
    let mut changes = members(&body);
    check_email(&changes)?;
    let (environment, context) = exchange.reach(id)?;
    let known = members(&environment.users.get(id)?.profile);
    // What the body leaves out is cleared.
    for name in known.keys() {
        changes.entry(name.clone()).or_insert(Value::Null);
    }
    for name in ["name", "address"] {
        // Members of a replaced object do not stay.
        if let (Some(Value::Object(new)), Some(Value::Object(old))) =
            (changes.get_mut(name), known.get(name))
        {
            for member in old.keys() {
                new.entry(member.clone()).or_insert(Value::Null);
            }
        }
    }
    environment.change_profile(context, id, &changes, |_| true)?;
    let provider = body.identity_provider;
    let provider = provider.unwrap_or_else(|| UserIdentityProvider::new().with_type("PING_ONE"));
    environment.users.get_mut(id)?.profile.identity_provider = Some(provider);
    read(exchange, id, None)
}

pub(super) fn delete(exchange: &mut Exchange<'_, '_>, id: UserId) -> Outcome<()> {
    let (environment, context) = exchange.reach(id)?;
    environment.users.remove(id)?;
    environment.grants.forget_refresh_tokens(id);
    context.change();
    Ok(Reply::no_content())
}

pub(super) fn read_enabled(exchange: &mut Exchange<'_, '_>, id: UserId) -> Outcome<UserEnabled> {
    let (environment, context) = exchange.reach(id)?;
    let user = environment.users.get(id)?;
    let links = links_below(context, environment, user, "enabled");
    Reply::json(200, &UserEnabled::new(user.is_enabled()).with_links(links))
}

pub(super) fn set_enabled(
    exchange: &mut Exchange<'_, '_>,
    id: UserId,
    enabled: bool,
) -> Outcome<UserEnabled> {
    let (environment, _) = exchange.change_user(id, |user, context| {
        context.change();
        user.profile.enabled = Some(enabled);
        Ok(())
    })?;
    if !enabled {
        environment.grants.forget_refresh_tokens(id);
    }
    read_enabled(exchange, id)
}

pub(super) fn read_mfa_enabled(
    exchange: &mut Exchange<'_, '_>,
    id: UserId,
) -> Outcome<UserMfaEnabled> {
    let (environment, context) = exchange.reach(id)?;
    let user = environment.users.get(id)?;
    let links = links_below(context, environment, user, "mfaEnabled");
    let enabled = user.profile.mfa_enabled == Some(true);
    Reply::json(200, &UserMfaEnabled::new(enabled).with_links(links))
}

pub(super) fn set_mfa_enabled(
    exchange: &mut Exchange<'_, '_>,
    id: UserId,
    enabled: bool,
) -> Outcome<UserMfaEnabled> {
    exchange.change_user(id, |user, context| {
        context.change();
        user.profile.mfa_enabled = Some(enabled);
        Ok(())
    })?;
    read_mfa_enabled(exchange, id)
}

pub(super) fn read_population(
    exchange: &mut Exchange<'_, '_>,
    id: UserId,
) -> Outcome<UserPopulation> {
    let (environment, context) = exchange.reach(id)?;
    let user = environment.users.get(id)?;
    let population = user.profile.population.as_ref();
    let population = population.map_or(environment.population, |population| population.id);
    let links = links_below(context, environment, user, "population");
    Reply::json(200, &UserPopulation::new(population).with_links(links))
}

pub(super) fn set_population(
    exchange: &mut Exchange<'_, '_>,
    id: UserId,
    population: PopulationId,
) -> Outcome<UserPopulation> {
    let (environment, context) = exchange.reach(id)?;
    check_population(context, environment, population, "id")?;
    exchange.change_user(id, |user, context| {
        context.change();
        user.profile.population = Some(PopulationReference::new(population));
        user.groups.clear();
        Ok(())
    })?;
    read_population(exchange, id)
}

/// The links of something that belongs to a user.
pub(super) fn links_below(
    context: &RequestContext<'_>,
    environment: &Environment,
    user: &User,
    name: &str,
) -> BTreeMap<String, Link> {
    let user = context.links.user(environment.id, user.id());
    let mut links = Relations::of(format!("{user}/{name}"));
    links.elsewhere("user", user);
    links.to_map()
}
