//! The groups of an environment, and the memberships of its users.

use std::collections::BTreeSet;

use pingone_models::{
    EnvironmentReference, Group as View, GroupId, GroupMemberCounts, GroupMembership,
    GroupMembershipEmbedded, GroupMembershipType, UserId,
};

use super::context::RequestContext;
use super::environment::Environment;
use super::filter::GROUPS;
use super::user_index::UserIndex;
use crate::links::Relations;
use crate::refusal::Refusal;
use crate::rules;

impl Environment {
    pub(crate) fn group_view(
        &self,
        context: &RequestContext<'_>,
        index: &UserIndex,
        id: GroupId,
        with_totals: bool,
    ) -> Result<View, Refusal> {
        let name = self.groups.get(&id).ok_or_else(no_group)?;
        let links = Relations::of(context.links.group(self.id, id));
        let members = index
            .equal(GROUPS, &id.to_string())
            .map_or(0, BTreeSet::len);
        let members = i64::try_from(members).unwrap_or(i64::MAX);
        let counts = GroupMemberCounts::new().with_users(members);
        let mut view = View::new(id)
            .with_links(links.to_map())
            .with_environment(EnvironmentReference::new(self.id))
            .with_name(name.clone())
            .with_direct_member_counts(counts.clone());
        view.total_member_counts = with_totals.then_some(counts);
        Ok(view)
    }

    /// A user's memberships, all of which are direct.
    pub(crate) fn memberships(
        &self,
        context: &RequestContext<'_>,
        index: &UserIndex,
        user: UserId,
        with_groups: bool,
    ) -> Result<Vec<GroupMembership>, Refusal> {
        let groups = self.users.get(user)?.groups.iter();
        let memberships = groups.map(|(id, name)| {
            let user = context.links.user(self.id, user);
            let links = Relations::of(format!("{user}/memberOfGroups/{id}"));
            let mut membership = GroupMembership::new(*id)
                .with_links(links.to_map())
                .with_name(name.clone())
                .with_type(GroupMembershipType::Direct);
            if with_groups {
                let group = self.group_view(context, index, *id, false)?;
                membership.embedded = Some(GroupMembershipEmbedded::new().with_group(group));
            }
            Ok(membership)
        });
        memberships.collect()
    }

    /// Makes a user a member of a group, once.
    pub(crate) fn join_group(
        &mut self,
        context: &mut RequestContext<'_>,
        user: UserId,
        id: GroupId,
    ) -> Result<(), Refusal> {
        context.rule(&rules::GROUPS);
        let name = self.groups.get(&id);
        let name = name.ok_or_else(|| Refusal::value("id", "There is no such group."))?;
        let groups = &mut self.users.get_mut(user)?.groups;
        context.change();
        if !groups.iter().any(|(own, _)| *own == id) {
            groups.push((id, name.clone()));
        }
        Ok(())
    }

    pub(crate) fn leave_group(
        &mut self,
        context: &mut RequestContext<'_>,
        user: UserId,
        id: GroupId,
    ) -> Result<(), Refusal> {
        let groups = &mut self.users.get_mut(user)?.groups;
        let place = groups.iter().position(|(own, _)| *own == id);
        groups.remove(place.ok_or_else(no_group)?);
        context.change();
        Ok(())
    }
}

fn no_group() -> Refusal {
    Refusal::not_found("There is no such group, or the user is no member of it.")
}
