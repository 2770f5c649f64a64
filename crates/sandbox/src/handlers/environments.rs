//! The environment, its populations and its password policy.

use std::collections::BTreeMap;

use pingone_models::{
    Environment as View, PasswordHistory, PasswordLength, PasswordLockout, PasswordPolicy,
    PasswordPolicyCollection, PasswordPolicyCollectionEmbedded, PasswordPolicyId, Population,
    PopulationCollection, PopulationCollectionEmbedded, PopulationId,
};

use super::answer::{Outcome, Reply};
use super::exchange::Exchange;
use crate::links::Relations;
use crate::refusal::Refusal;
use crate::rules;
use crate::state::context::RequestContext;
use crate::state::environment::Environment;
use crate::state::passwords;

pub(super) fn read(exchange: &mut Exchange<'_, '_>) -> Outcome<View> {
    let (environment, context) = exchange.reach(None)?;
    let links = Relations::of(context.links.environment(environment.id));
    let view = View::new(environment.id)
        .with_links(links.to_map())
        .with_name("Sandbox")
        .with_type("SANDBOX")
        .with_status("ACTIVE");
    Reply::json(200, &view)
}

pub(super) fn list_populations(exchange: &mut Exchange<'_, '_>) -> Outcome<PopulationCollection> {
    let (environment, context) = exchange.reach(None)?;
    context.rule(&rules::POPULATIONS);
    let populations = environment.populations().into_iter();
    let populations: Vec<_> = populations
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
    Reply::json(200, &collection)
}

pub(super) fn read_population(
    exchange: &mut Exchange<'_, '_>,
    id: PopulationId,
) -> Outcome<Population> {
    let (environment, context) = exchange.reach(None)?;
    context.rule(&rules::POPULATIONS);
    let users = environment.populations().remove(&id);
    let users = users.ok_or_else(|| Refusal::not_found("There is no such population."))?;
    Reply::json(200, &population_view(context, environment, id, users))
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
    exchange: &mut Exchange<'_, '_>,
) -> Outcome<PasswordPolicyCollection> {
    let (environment, context) = exchange.reach(None)?;
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
    Reply::json(200, &collection)
}

pub(super) fn read_password_policy(
    exchange: &mut Exchange<'_, '_>,
    id: PasswordPolicyId,
) -> Outcome<PasswordPolicy> {
    let (environment, context) = exchange.reach(None)?;
    if id != environment.password_policy {
        return Err(Refusal::not_found("There is no such password policy."));
    }
    Reply::json(200, &policy_view(context, environment))
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
        // Clients read these to explain the rules; the sandbox has no rule about characters.
        .with_min_characters(BTreeMap::new())
        .with_max_repeated_characters(figures.longest)
}
