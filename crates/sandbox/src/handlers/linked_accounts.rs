//! The linked accounts of users.

use std::collections::BTreeMap;

use pingone_models::{
    AccountLink, LinkedAccount, LinkedAccountCollection, LinkedAccountId, UserId,
};

use super::answer::{Outcome, Reply};
use super::exchange::Exchange;
use super::users::links_below;
use crate::rules;

pub(super) fn list(
    exchange: &mut Exchange<'_, '_>,
    id: UserId,
) -> Outcome<LinkedAccountCollection> {
    let (environment, context) = exchange.reach(id)?;
    context.rule(&rules::LIST_NAMES);
    let user = environment.users.get(id)?;
    let accounts = user.linked_accounts.iter();
    let accounts: Vec<_> = accounts
        .map(|account| user.linked_account_view(context, environment, account))
        .collect();
    let size = i64::try_from(accounts.len()).unwrap_or(i64::MAX);
    let collection = LinkedAccountCollection::new()
        .with_links(links_below(context, environment, user, "linkedAccounts"))
        .with_count(size)
        .with_size(size)
        .with_embedded(BTreeMap::from([("linkedAccounts".to_owned(), accounts)]));
    Reply::json(200, &collection)
}

pub(super) fn read(
    exchange: &mut Exchange<'_, '_>,
    user: UserId,
    id: LinkedAccountId,
) -> Outcome<LinkedAccount> {
    answer(exchange, user, id, 200)
}

pub(super) fn link(
    exchange: &mut Exchange<'_, '_>,
    user: UserId,
    link: AccountLink,
) -> Outcome<LinkedAccount> {
    let (environment, context) = exchange.reach(user)?;
    let id = environment.link_account(context, user, link)?;
    answer(exchange, user, id, 201)
}

fn answer(
    exchange: &mut Exchange<'_, '_>,
    user: UserId,
    id: LinkedAccountId,
    status: u16,
) -> Outcome<LinkedAccount> {
    let (environment, context) = exchange.reach(user)?;
    let user = environment.users.get(user)?;
    let account = user.linked_account(id)?;
    Reply::json(
        status,
        &user.linked_account_view(context, environment, account),
    )
}

pub(super) fn unlink(
    exchange: &mut Exchange<'_, '_>,
    user: UserId,
    id: LinkedAccountId,
) -> Outcome<()> {
    exchange.change_user(user, |user, context| user.unlink_account(context, id))?;
    Ok(Reply::no_content())
}
