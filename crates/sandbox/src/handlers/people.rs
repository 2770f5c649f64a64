//! Creating, changing and deleting users, and what is told of populations and policies.

use pingone_models::{
    EmailVerificationSend, LifecycleStatus, Link, PasswordHistory, PasswordLength, PasswordLockout,
    PasswordPolicy, PasswordPolicyCollection, PasswordPolicyCollectionEmbedded, PasswordPolicyId,
    Population, PopulationCollection, PopulationCollectionEmbedded, PopulationId,
    PopulationReference, SessionId, UserCreation, UserEnabled, UserEnabledUpdate, UserId,
    UserIdentityProvider, UserImport, UserLifecycle, UserMfaEnabled, UserMfaEnabledUpdate,
    UserPopulation, UserSessionCollection, UserSessionCollectionEmbedded, UserVerification,
};
use serde_json::{Map, Value};

use super::{Answer, Call, change_user};
use crate::links::Relations;
use crate::refusal::Refusal;
use crate::rules;
use crate::state::State;
use crate::state::context::RequestContext;
use crate::state::environment::Environment;
use crate::state::flow_actions::check_username;
use crate::state::passwords::{self, Policy};
use crate::state::profile;
use crate::state::users::{User, blank_profile};

pub(super) fn create(
    state: &mut State,
    context: &mut RequestContext<'_>,
    call: &Call<'_>,
) -> Result<Answer, Refusal> {
    let body: UserCreation = call.body()?;
    context.rule(&rules::USER_CREATE);
    add(state, context, call, |user, _| {
        user.profile.enabled = body.enabled.or(user.profile.enabled);
        user.profile.mfa_enabled = body.mfa_enabled.or(user.profile.mfa_enabled);
        Ok(())
    })
}

pub(super) fn import(
    state: &mut State,
    context: &mut RequestContext<'_>,
    call: &Call<'_>,
) -> Result<Answer, Refusal> {
    let body: UserImport = call.body()?;
    context.rule(&rules::USER_IMPORT);
    add(state, context, call, |user, context| {
        user.profile.enabled = body.enabled.or(user.profile.enabled);
        user.profile.mfa_enabled = body.mfa_enabled.or(user.profile.mfa_enabled);
        user.profile.email_verified = body.email_verified;
        if let Some(password) = body.password {
            if let Some(external) = password.external {
                user.password.gateway = external.gateway;
            }
            if let Some(value) = password.value {
                user.password
                    .set(context, &value, "password.value", Policy::Bypassed)?;
                user.password.must_change = password.force_change == Some(true);
            }
        }
        let lifecycle = body.lifecycle.unwrap_or_default();
        if lifecycle.status == Some(LifecycleStatus::VerificationRequired) {
            if lifecycle.suppress_verification_code == Some(true) {
                let status = LifecycleStatus::VerificationRequired;
                user.profile.lifecycle = Some(UserLifecycle::new().with_status(status));
            } else {
                user.send_verification_code(context)?;
            }
        }
        Ok(())
    })
}

/// Adds a user with the attributes of the body; `finish` does what is special.
fn add(
    state: &mut State,
    context: &mut RequestContext<'_>,
    call: &Call<'_>,
    finish: impl FnOnce(&mut User, &mut RequestContext<'_>) -> Result<(), Refusal>,
) -> Result<Answer, Refusal> {
    call.may_reach(context, None)?;
    let attributes = call.members();
    let environment = call.environment(state)?;
    let id = UserId::new(context.random.uuid());
    let mut user = User::new(blank_profile(context.now, environment, id));
    profile::patch(&mut user.profile, &attributes, |_| true)?;
    check_username(user.username())?;
    check_email(&attributes)?;
    environment.users.is_free(user.username(), None)?;
    if let Some(population) = attributes.get("population") {
        let population = population_of(environment, population, "population.id")?;
        user.profile.population = Some(PopulationReference::new(population));
    }
    finish(&mut user, context)?;
    context.change();
    environment.users.add(user)?;
    let user = environment.users.get(id)?;
    Answer::json(201, &user.view(context, environment))
}

fn check_email(attributes: &Map<String, Value>) -> Result<(), Refusal> {
    match attributes.get("email").and_then(Value::as_str) {
        Some(email) if !email.contains('@') => {
            Err(Refusal::value("email", "The value is no e-mail address."))
        }
        _ => Ok(()),
    }
}

fn population_of(
    environment: &Environment,
    given: &Value,
    target: &str,
) -> Result<PopulationId, Refusal> {
    let id = given.get("id").and_then(Value::as_str);
    let id = id.and_then(|id| id.parse().ok());
    id.filter(|id| environment.populations().any(|(known, _)| known == *id))
        .ok_or_else(|| Refusal::value(target, "There is no such population."))
}

pub(super) fn update(
    state: &mut State,
    context: &mut RequestContext<'_>,
    call: &Call<'_>,
) -> Result<Answer, Refusal> {
    let changes = call.members();
    check_email(&changes)?;
    let environment = call.environment(state)?;
    let id = call.user(context)?;
    environment.change_profile(context, id, &changes, |_| true)?;
    let user = environment.users.get(id)?;
    Answer::json(200, &user.view(context, environment))
}

pub(super) fn replace(
    state: &mut State,
    context: &mut RequestContext<'_>,
    call: &Call<'_>,
) -> Result<Answer, Refusal> {
    let attributes = call.members();
    check_email(&attributes)?;
    let environment = call.environment(state)?;
    let id = call.user(context)?;
    let user = environment.users.get(id)?;
    // What the body leaves out is cleared.
    let mut changes = attributes.clone();
    let known = serde_json::to_value(&user.profile).unwrap_or_default();
    for name in known.as_object().into_iter().flat_map(Map::keys) {
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
    let provider = attributes
        .get("identityProvider")
        .and_then(|provider| serde_json::from_value(provider.clone()).ok());
    let provider = provider.unwrap_or_else(|| UserIdentityProvider::new().with_type("PING_ONE"));
    environment.users.get_mut(id)?.profile.identity_provider = Some(provider);
    let user = environment.users.get(id)?;
    Answer::json(200, &user.view(context, environment))
}

pub(super) fn delete(
    state: &mut State,
    context: &mut RequestContext<'_>,
    call: &Call<'_>,
) -> Result<Answer, Refusal> {
    let environment = call.environment(state)?;
    let id = call.user(context)?;
    environment.users.remove(id)?;
    environment.grants.forget_refresh_tokens(id);
    context.change();
    Ok(Answer::empty(204))
}

pub(super) fn read_enabled(
    state: &mut State,
    context: &mut RequestContext<'_>,
    call: &Call<'_>,
) -> Result<Answer, Refusal> {
    let environment = call.environment(state)?;
    let user = environment.users.get(call.user(context)?)?;
    let links = below(context, environment, user, "enabled");
    Answer::json(200, &UserEnabled::new(user.is_enabled()).with_links(links))
}

pub(super) fn set_enabled(
    state: &mut State,
    context: &mut RequestContext<'_>,
    call: &Call<'_>,
) -> Result<Answer, Refusal> {
    let body: UserEnabledUpdate = call.body()?;
    let (_, user) = change_user(state, context, call, |user, context| {
        context.change();
        user.profile.enabled = Some(body.enabled);
        Ok(())
    })?;
    let id = user.id();
    if !body.enabled {
        call.environment(state)?.grants.forget_refresh_tokens(id);
    }
    read_enabled(state, context, call)
}

pub(super) fn read_mfa_enabled(
    state: &mut State,
    context: &mut RequestContext<'_>,
    call: &Call<'_>,
) -> Result<Answer, Refusal> {
    let environment = call.environment(state)?;
    let user = environment.users.get(call.user(context)?)?;
    let links = below(context, environment, user, "mfaEnabled");
    let enabled = user.profile.mfa_enabled == Some(true);
    Answer::json(200, &UserMfaEnabled::new(enabled).with_links(links))
}

pub(super) fn set_mfa_enabled(
    state: &mut State,
    context: &mut RequestContext<'_>,
    call: &Call<'_>,
) -> Result<Answer, Refusal> {
    let body: UserMfaEnabledUpdate = call.body()?;
    change_user(state, context, call, |user, context| {
        context.change();
        user.profile.mfa_enabled = Some(body.mfa_enabled);
        Ok(())
    })?;
    read_mfa_enabled(state, context, call)
}

pub(super) fn send_email_verification_code(
    state: &mut State,
    context: &mut RequestContext<'_>,
    call: &Call<'_>,
) -> Result<Answer, Refusal> {
    let _: EmailVerificationSend = call.body()?;
    super::act_on_user(state, context, call, User::send_email_verification)
}

pub(super) fn verify_email(
    state: &mut State,
    context: &mut RequestContext<'_>,
    call: &Call<'_>,
) -> Result<Answer, Refusal> {
    let body: UserVerification = call.body()?;
    super::act_on_user(state, context, call, |user, context| {
        user.verify_email(context, &body.verification_code)
    })
}

pub(super) fn read_population_of_user(
    state: &mut State,
    context: &mut RequestContext<'_>,
    call: &Call<'_>,
) -> Result<Answer, Refusal> {
    let environment = call.environment(state)?;
    let user = environment.users.get(call.user(context)?)?;
    let population = user.profile.population.as_ref();
    let id = population.map_or(environment.population, |population| population.id);
    let links = below(context, environment, user, "population");
    Answer::json(200, &UserPopulation::new(id).with_links(links))
}

pub(super) fn set_population_of_user(
    state: &mut State,
    context: &mut RequestContext<'_>,
    call: &Call<'_>,
) -> Result<Answer, Refusal> {
    let environment = call.environment(state)?;
    let population = population_of(environment, &call.body, "id")?;
    change_user(state, context, call, |user, context| {
        context.change();
        user.profile.population = Some(PopulationReference::new(population));
        user.groups.clear();
        Ok(())
    })?;
    read_population_of_user(state, context, call)
}

pub(super) fn list_sessions(
    state: &mut State,
    context: &mut RequestContext<'_>,
    call: &Call<'_>,
) -> Result<Answer, Refusal> {
    let environment = call.environment(state)?;
    let user = environment.users.get(call.user(context)?)?;
    let sessions = environment.user_sessions(context, user.id());
    let size = i64::try_from(sessions.len()).unwrap_or(i64::MAX);
    let embedded = UserSessionCollectionEmbedded::new().with_sessions(sessions);
    let collection = UserSessionCollection::new()
        .with_links(below(context, environment, user, "sessions"))
        .with_embedded(embedded)
        .with_size(size);
    Answer::json(200, &collection)
}

pub(super) fn read_session(
    state: &mut State,
    context: &mut RequestContext<'_>,
    call: &Call<'_>,
) -> Result<Answer, Refusal> {
    let environment = call.environment(state)?;
    let user = environment.users.get(call.user(context)?)?;
    let id = call.id(context, "sessionId")?;
    Answer::json(200, &environment.user_session(context, user.id(), id)?)
}

pub(super) fn delete_session(
    state: &mut State,
    context: &mut RequestContext<'_>,
    call: &Call<'_>,
) -> Result<Answer, Refusal> {
    let environment = call.environment(state)?;
    let user = environment.users.get(call.user(context)?)?.id();
    let id: SessionId = call.id(context, "sessionId")?;
    environment.user_session(context, user, id)?;
    environment.end_session(id);
    context.change();
    Ok(Answer::empty(204))
}

/// The links of something that belongs to a user.
fn below(
    context: &RequestContext<'_>,
    environment: &Environment,
    user: &User,
    name: &str,
) -> std::collections::BTreeMap<String, Link> {
    let user = context.links.user(environment.id, user.id());
    let mut links = Relations::of(format!("{user}/{name}"));
    links.elsewhere("user", user);
    links.to_map()
}

pub(super) fn read_environment(
    state: &mut State,
    context: &mut RequestContext<'_>,
    call: &Call<'_>,
) -> Result<Answer, Refusal> {
    call.may_reach(context, None)?;
    let environment = call.environment(state)?;
    let links = Relations::of(context.links.environment(environment.id));
    let view = pingone_models::Environment::new(environment.id)
        .with_links(links.to_map())
        .with_name("Sandbox")
        .with_type("SANDBOX")
        .with_status("ACTIVE");
    Answer::json(200, &view)
}

pub(super) fn list_populations(
    state: &mut State,
    context: &mut RequestContext<'_>,
    call: &Call<'_>,
) -> Result<Answer, Refusal> {
    call.may_reach(context, None)?;
    let environment = call.environment(state)?;
    context.rule(&rules::POPULATIONS);
    let populations: Vec<_> = environment
        .populations()
        .map(|(id, users)| population_view(context, environment, id, users))
        .collect();
    let count = i64::try_from(populations.len()).unwrap_or(i64::MAX);
    let address = format!("{}/populations", context.links.environment(environment.id));
    let embedded = PopulationCollectionEmbedded::new().with_populations(populations);
    let collection = PopulationCollection::new()
        .with_links(Relations::of(address).to_map())
        .with_embedded(embedded)
        .with_count(count)
        .with_size(count);
    Answer::json(200, &collection)
}

pub(super) fn read_population(
    state: &mut State,
    context: &mut RequestContext<'_>,
    call: &Call<'_>,
) -> Result<Answer, Refusal> {
    call.may_reach(context, None)?;
    let environment = call.environment(state)?;
    let id = call.id(context, "populationId")?;
    context.rule(&rules::POPULATIONS);
    let mut found = environment.populations().filter(|(known, _)| *known == id);
    let (id, users) = found
        .next()
        .ok_or_else(|| Refusal::not_found("There is no such population."))?;
    Answer::json(200, &population_view(context, environment, id, users))
}

fn population_view(
    context: &RequestContext<'_>,
    environment: &Environment,
    id: PopulationId,
    users: usize,
) -> Population {
    let links = Relations::of(context.links.population(environment.id, id));
    let is_default = id == environment.population;
    Population::new(id)
        .with_links(links.to_map())
        .with_name(if is_default {
            "Default".to_owned()
        } else {
            id.to_string()
        })
        .with_default(is_default)
        .with_user_count(i64::try_from(users).unwrap_or(i64::MAX))
}

pub(super) fn list_password_policies(
    state: &mut State,
    context: &mut RequestContext<'_>,
    call: &Call<'_>,
) -> Result<Answer, Refusal> {
    call.may_reach(context, None)?;
    let environment = call.environment(state)?;
    let address = format!(
        "{}/passwordPolicies",
        context.links.environment(environment.id)
    );
    let policies = [policy_view(context, environment)];
    let embedded = PasswordPolicyCollectionEmbedded::new().with_password_policies(policies);
    let collection = PasswordPolicyCollection::new()
        .with_links(Relations::of(address).to_map())
        .with_embedded(embedded)
        .with_count(1)
        .with_size(1);
    Answer::json(200, &collection)
}

pub(super) fn read_password_policy(
    state: &mut State,
    context: &mut RequestContext<'_>,
    call: &Call<'_>,
) -> Result<Answer, Refusal> {
    call.may_reach(context, None)?;
    let environment = call.environment(state)?;
    let id: PasswordPolicyId = call.id(context, "passwordPolicyId")?;
    if id != environment.password_policy {
        return Err(Refusal::not_found("There is no such password policy."));
    }
    Answer::json(200, &policy_view(context, environment))
}

fn policy_view(context: &RequestContext<'_>, environment: &Environment) -> PasswordPolicy {
    let id = environment.password_policy;
    let links = Relations::of(context.links.password_policy(environment.id, id));
    let figures = passwords::figures();
    PasswordPolicy::new(id)
        .with_links(links.to_map())
        .with_name("Standard")
        .with_default(true)
        .with_length(
            PasswordLength::new()
                .with_min(figures.shortest)
                .with_max(figures.longest),
        )
        .with_lockout(
            PasswordLockout::new()
                .with_failure_count(figures.failures)
                .with_duration_seconds(figures.lock_seconds),
        )
        .with_history(PasswordHistory::new().with_count(figures.history))
}
