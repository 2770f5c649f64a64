//! A user and the state of its password as the API returns them.

use jiff::Timestamp;
use pingone_models::{
    AccountStatus, EnvironmentReference, GroupId, PasswordPolicyReference, PasswordState,
    User as Profile, UserAccount, UserReference,
};
use serde::Serialize;

use super::context::{RequestContext, seconds_until};
use super::environment::Environment;
use super::users::User;
use crate::links::Relations;

/// A user as the API returns it: written straight from the state, as reading is what clients do most.
#[derive(Serialize)]
pub(crate) struct UserView<'a> {
    #[serde(rename = "_links")]
    links: Relations,
    pub(crate) account: UserAccount,
    #[serde(rename = "memberOfGroupIDs", skip_serializing_if = "Option::is_none")]
    pub(crate) group_ids: Option<Vec<GroupId>>,
    #[serde(rename = "memberOfGroupNames", skip_serializing_if = "Option::is_none")]
    pub(crate) group_names: Option<Vec<&'a str>>,
    /// What is returned as it was stored, which none of the members above is.
    #[serde(flatten)]
    profile: &'a Profile,
}

impl From<UserView<'_>> for Profile {
    fn from(view: UserView<'_>) -> Self {
        let mut profile = view.profile.clone();
        profile.links = Some(view.links.to_map());
        profile.account = Some(view.account);
        profile
    }
}

impl User {
    pub(crate) fn view(
        &self,
        context: &RequestContext<'_>,
        environment: &Environment,
    ) -> UserView<'_> {
        UserView {
            links: self.links(context, environment),
            account: self.account(context.now),
            group_ids: None,
            group_names: None,
            profile: &self.profile,
        }
    }

    fn account(&self, now: Timestamp) -> UserAccount {
        let account = UserAccount::new().with_can_authenticate(self.can_authenticate(now));
        let Some(end) = self.locked_until(now) else {
            return account.with_status(AccountStatus::Ok);
        };
        let mut account = account.with_status(AccountStatus::Locked);
        account.locked_at = self.lock.map(|lock| lock.at.into());
        if end != Timestamp::MAX {
            account.unlock_at = Some(end.into());
            account.seconds_until_unlock = Some(seconds_until(now, end));
        }
        account
    }

    fn links(&self, context: &RequestContext<'_>, environment: &Environment) -> Relations {
        let mut links = Relations::of(context.links.user(environment.id, self.id()));
        links.elsewhere("environment", context.links.environment(environment.id));
        if let Some(population) = &self.profile.population {
            let population = context.links.population(environment.id, population.id);
            links.elsewhere("population", population);
        }
        for name in [
            "devices",
            "roleAssignments",
            "linkedAccounts",
            "memberOfGroups",
            "password",
        ] {
            links.below(name, name);
        }
        for action in self.password_actions(context.now) {
            links.below(action, "password");
        }
        links.action("account.sendVerificationCode");
        if self.awaits_verification() {
            links.action("user.verify");
        }
        links
    }

    /// The relations of the password actions that are allowed now.
    fn password_actions(&self, now: Timestamp) -> Vec<&'static str> {
        let mut actions = vec!["password.reset", "password.set"];
        let locked = self.password.locked_until(now).is_some();
        if self.password.is_set() && !locked {
            actions.push("password.check");
        }
        if locked {
            actions.push("password.unlock");
        }
        if self.may_recover(now).is_ok() {
            actions.push("password.recover");
        }
        actions
    }

    pub(crate) fn password_view(
        &self,
        context: &RequestContext<'_>,
        environment: &Environment,
    ) -> PasswordState {
        let user = context.links.user(environment.id, self.id());
        let policy = environment.password_policy;
        let mut links = Relations::of(format!("{user}/password"));
        links.elsewhere("environment", context.links.environment(environment.id));
        links.elsewhere("user", user);
        let address = context.links.password_policy(environment.id, policy);
        links.elsewhere("passwordPolicy", address);
        for action in self.password_actions(context.now) {
            links.action(action);
        }
        let mut state = PasswordState::new()
            .with_links(links.to_map())
            .with_environment(EnvironmentReference::new(environment.id))
            .with_user(UserReference::new(self.id()))
            .with_password_policy(PasswordPolicyReference::new(policy))
            .with_status(self.password.status(context.now));
        state.last_changed_at = self.password.changed_at().map(Into::into);
        state.seconds_until_unlock = self
            .password
            .locked_until(context.now)
            .filter(|end| *end != Timestamp::MAX)
            .map(|end| seconds_until(context.now, end));
        state
    }
}
