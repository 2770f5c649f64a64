//! Groups and who is in them.

use std::collections::BTreeMap;

use pingone_models::requests::{ListGroups, ListUserGroups};
use pingone_models::{
    Group, GroupCollection, GroupCollectionEmbedded, GroupId, GroupInclude, GroupMembership,
    GroupMembershipCollection, MembershipExpand, UserId,
};

use super::answer::{Outcome, Reply};
use super::comparison::Comparison;
use super::exchange::Exchange;
use super::pages::Page;
use crate::refusal::Refusal;
use crate::rules;

pub(super) fn list(
    exchange: &mut Exchange<'_, '_>,
    request: &ListGroups,
) -> Outcome<GroupCollection> {
    let (environment, context) = exchange.reach(None)?;
    context.rule(&rules::GROUPS);
    let filter = request.filter.as_deref();
    let index = environment.users.index();
    let wanted = filter.map(|text| {
        let equal = ["id", "population.id", "sourceId"];
        Comparison::parse(text, &equal, &["name", "displayName", "externalId"])
    });
    let wanted = wanted.transpose()?;
    let is_wanted = |(id, name): &(GroupId, &str)| match &wanted {
        None => true,
        Some(wanted) => match wanted.name {
            "name" => wanted.matches(Some(name)),
            "id" => wanted.matches(Some(&id.to_string())),
            // Groups of the sandbox have nothing else.
            _ => false,
        },
    };
    let groups = environment
        .groups
        .iter()
        .map(|(id, name)| (*id, name.as_str()));
    let groups: Vec<_> = groups.filter(is_wanted).collect();
    let address = format!("{}/groups", context.links.environment(environment.id));
    let include = request.include.as_ref().map(ToString::to_string);
    let query = [("filter", filter), ("include", include.as_deref())];
    let cursor = request.cursor.as_deref();
    let page = Page::of(groups, &address, &query, request.limit, cursor)?;
    let with_totals = request.include == Some(GroupInclude::TotalMemberCounts);
    let groups = page.items.iter().map(|(id, _)| *id);
    let groups = groups.map(|id| environment.group_view(context, &index, id, with_totals));
    let groups = groups.collect::<Result<Vec<_>, Refusal>>()?;
    let collection = GroupCollection::new()
        .with_links(page.links)
        .with_count(page.count)
        .with_size(i64::try_from(groups.len()).unwrap_or(i64::MAX))
        .with_embedded(GroupCollectionEmbedded::new().with_groups(groups));
    Reply::json(200, &collection)
}

pub(super) fn read(
    exchange: &mut Exchange<'_, '_>,
    id: GroupId,
    include: Option<&GroupInclude>,
) -> Outcome<Group> {
    let (environment, context) = exchange.reach(None)?;
    let with_totals = include == Some(&GroupInclude::TotalMemberCounts);
    let index = environment.users.index();
    let group = environment.group_view(context, &index, id, with_totals)?;
    Reply::json(200, &group)
}

pub(super) fn list_of_user(
    exchange: &mut Exchange<'_, '_>,
    request: &ListUserGroups,
) -> Outcome<GroupMembershipCollection> {
    let (environment, context) = exchange.reach(request.user_id)?;
    context.rule(&rules::LIST_NAMES);
    let filter = request.filter.as_deref();
    let wanted = filter.map(|text| Comparison::parse(text, &["type"], &[]));
    let wanted = wanted.transpose()?;
    let with_groups = request.expand == Some(MembershipExpand::Group);
    let index = environment.users.index();
    let mut memberships = environment.memberships(context, &index, request.user_id, with_groups)?;
    memberships.retain(|_| {
        let wanted = wanted.as_ref();
        wanted.is_none_or(|wanted| wanted.matches(Some("DIRECT")))
    });
    let user = context.links.user(environment.id, request.user_id);
    let address = format!("{user}/memberOfGroups");
    let expand = request.expand.as_ref().map(ToString::to_string);
    let query = [("filter", filter), ("expand", expand.as_deref())];
    let cursor = request.cursor.as_deref();
    let page = Page::of(memberships, &address, &query, request.limit, cursor)?;
    let collection = GroupMembershipCollection::new()
        .with_links(page.links)
        .with_count(page.count)
        .with_size(i64::try_from(page.items.len()).unwrap_or(i64::MAX))
        .with_embedded(BTreeMap::from([(
            "groupMemberships".to_owned(),
            page.items,
        )]));
    Reply::json(200, &collection)
}

pub(super) fn join(
    exchange: &mut Exchange<'_, '_>,
    user: UserId,
    id: GroupId,
) -> Outcome<GroupMembership> {
    let (environment, context) = exchange.reach(None)?;
    environment.join_group(context, user, id)?;
    let index = environment.users.index();
    let memberships = environment.memberships(context, &index, user, false)?;
    let membership = memberships.into_iter().find(|own| own.id == id);
    let membership = membership.ok_or_else(|| Refusal::not_found("There is no such group."))?;
    Reply::json(201, &membership)
}

pub(super) fn leave(exchange: &mut Exchange<'_, '_>, user: UserId, id: GroupId) -> Outcome<()> {
    let (environment, context) = exchange.reach(None)?;
    environment.leave_group(context, user, id)?;
    Ok(Reply::no_content())
}
