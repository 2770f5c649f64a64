//! The sessions of users.

use pingone_models::{
    SessionId, UserId, UserSession, UserSessionCollection, UserSessionCollectionEmbedded,
};

use super::answer::{Outcome, Reply};
use super::exchange::Exchange;
use super::users::links_below;

pub(super) fn list(exchange: &mut Exchange<'_, '_>, id: UserId) -> Outcome<UserSessionCollection> {
    let (environment, context) = exchange.reach(id)?;
    let user = environment.users.get(id)?;
    let sessions = environment.user_sessions(context, user.id());
    let size = i64::try_from(sessions.len()).unwrap_or(i64::MAX);
    let embedded = UserSessionCollectionEmbedded::new().with_sessions(sessions);
    let collection = UserSessionCollection::new()
        .with_links(links_below(context, environment, user, "sessions"))
        .with_embedded(embedded)
        .with_size(size);
    Reply::json(200, &collection)
}

pub(super) fn read(
    exchange: &mut Exchange<'_, '_>,
    user: UserId,
    id: SessionId,
) -> Outcome<UserSession> {
    let (environment, context) = exchange.reach(user)?;
    let user = environment.users.get(user)?;
    Reply::json(200, &environment.user_session(context, user.id(), id)?)
}

pub(super) fn delete(exchange: &mut Exchange<'_, '_>, user: UserId, id: SessionId) -> Outcome<()> {
    read(exchange, user, id)?;
    let (environment, context) = exchange.environment()?;
    environment.end_session(id);
    context.change();
    Ok(Reply::no_content())
}
