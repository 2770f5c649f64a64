//! Pages of users.

use pingone_models::requests::ListUsers;
use pingone_models::{UserCollection, UserCollectionEmbedded};
use url::form_urlencoded;

use super::answer::{Outcome, Reply};
use super::exchange::Exchange;
use super::pages::{page_size, read_cursor, write_cursor};
use crate::links::Relations;
use crate::rules;
use crate::state::filter::Filter;
use crate::state::users::{User, Users};

const DEFAULT_PAGE: usize = 100;
const LARGEST_PAGE: usize = 200;

pub(super) fn list(
    exchange: &mut Exchange<'_, '_>,
    request: &ListUsers,
) -> Outcome<UserCollection> {
    let (environment, context) = exchange.reach(None)?;
    context.rule(&rules::USERS_ORDER);
    let filter = request.filter.as_deref();
    let parsed = match filter {
        None => None,
        Some(text) => {
            context.rule(&rules::FILTER_CASE);
            context.rule(&rules::FILTER_ATTRIBUTES);
            Some(Filter::parse(text, &environment.users.custom_attributes())?)
        }
    };
    let limit = match request.limit {
        None => {
            context.rule(&rules::USERS_PAGE);
            DEFAULT_PAGE
        }
        Some(limit) => page_size(limit)?.min(LARGEST_PAGE),
    };
    let begin = request.cursor.as_deref().map_or(Ok(0), read_cursor)?;
    let Page {
        count,
        users,
        next,
        previous,
    } = page(&environment.users, parsed.as_ref(), begin, limit);

    let address = |begin: Option<usize>| {
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.append_pair("limit", &limit.to_string());
        if let Some(filter) = filter {
            query.append_pair("filter", filter);
        }
        if let Some(begin) = begin {
            query.append_pair("cursor", &write_cursor(begin));
        }
        format!("{}?{}", context.links.users(environment.id), query.finish())
    };
    let mut links = Relations::of(address((begin > 0).then_some(begin)));
    if let Some(next) = next {
        links.elsewhere("next", address(Some(next)));
    }
    if let Some(previous) = previous {
        links.elsewhere("prev", address((previous > 0).then_some(previous)));
    }
    let users: Vec<_> = users
        .into_iter()
        .map(|user| user.view(context, environment).into())
        .collect();
    let collection = UserCollection::new()
        .with_links(links.to_map())
        .with_count(i64::try_from(count).unwrap_or(i64::MAX))
        .with_size(i64::try_from(users.len()).unwrap_or(i64::MAX))
        .with_embedded(UserCollectionEmbedded::new().with_users(users));
    Reply::json(200, &collection)
}

/// A page of users, with the places that the pages beside it begin at.
struct Page<'u> {
    count: usize,
    users: Vec<&'u User>,
    next: Option<usize>,
    previous: Option<usize>,
}

/// Without a filter, or with one that names a user, this takes no longer for many users than for few.
fn page<'u>(users: &'u Users, filter: Option<&Filter>, begin: usize, limit: usize) -> Page<'u> {
    let Some(filter) = filter else {
        let end = begin.saturating_add(limit);
        return Page {
            count: users.len(),
            users: users
                .from(begin)
                .map(|(_, user)| user)
                .take(limit)
                .collect(),
            next: (end < users.len()).then_some(end),
            previous: (begin > 0).then(|| begin.min(users.len()).saturating_sub(limit)),
        };
    };
    if let Some((attribute, value)) = filter.unique() {
        let id = match attribute {
            "username" => users.named(value),
            _ => value.parse().ok(),
        };
        let user = id.and_then(|id| users.get(id).ok());
        let found: Vec<_> = user
            .filter(|user| filter.matches(user))
            .into_iter()
            .collect();
        return Page {
            count: found.len(),
            users: found,
            next: None,
            previous: None,
        };
    }
    let found: Vec<(usize, &User)> = users
        .from(0)
        .filter(|(_, user)| filter.matches(user))
        .collect();
    let first = found.partition_point(|(place, _)| *place < begin);
    let end = found.len().min(first.saturating_add(limit));
    let place = |index: usize| found.get(index).map(|(place, _)| *place);
    Page {
        count: found.len(),
        users: found[first..end].iter().map(|(_, user)| *user).collect(),
        next: place(end),
        previous: match first {
            0 => None,
            _ if first <= limit => Some(0),
            _ => place(first - limit),
        },
    }
}
