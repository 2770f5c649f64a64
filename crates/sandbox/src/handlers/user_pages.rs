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
use crate::state::user_index::UserIndex;
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
    let index = environment.users.index();
    let Page {
        count,
        users,
        next,
        previous,
    } = page(&environment.users, &index, parsed.as_ref(), begin, limit);

    let address = |begin: Option<u64>| {
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

/// A page of users, with the numbers of the users that the pages beside it begin at.
struct Page<'u> {
    count: usize,
    users: Vec<&'u User>,
    next: Option<u64>,
    previous: Option<u64>,
}

/// A page takes as long as its users and those who match the filter need, however many there are besides; only the
/// operator `ew` has to look at every user.
fn page<'u>(
    users: &'u Users,
    index: &UserIndex,
    filter: Option<&Filter>,
    begin: u64,
    limit: usize,
) -> Page<'u> {
    let Some(filter) = filter else {
        let mut rest = users.from(begin);
        let shown: Vec<_> = rest.by_ref().take(limit).collect();
        return Page {
            count: users.len(),
            users: shown,
            next: rest.next().map(|user| user.number),
            previous: users.before(begin, limit),
        };
    };
    let mut found: Vec<&User> = match filter.candidates(index) {
        None => users.iter().collect(),
        Some(numbers) => numbers
            .iter()
            .filter_map(|number| users.numbered(*number))
            .collect(),
    };
    found.retain(|user| filter.matches(user));
    let first = found.partition_point(|user| user.number < begin);
    let end = found.len().min(first.saturating_add(limit));
    Page {
        count: found.len(),
        users: found[first..end].to_vec(),
        next: found.get(end).map(|user| user.number),
        previous: found[..first]
            .get(first.saturating_sub(limit))
            .map(|user| user.number),
    }
}
