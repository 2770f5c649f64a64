//! Finding users, however many pages they are on.

use std::collections::HashSet;
use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use futures::stream::{self, BoxStream};
use futures::{Stream, StreamExt, TryStreamExt};
use pingone_models::operations::LIST_USERS;
use pingone_models::{PopulationId, User, UserCollection};
use url::Url;

use super::{UserQuery, Users};
use crate::call::Request;
use crate::{Error, ErrorKind, Result};

/// A search for users. Made by [`Users::find`].
///
/// Conditions add up: a user must meet all of them. Without any, every user of the environment is found.
///
/// ```
/// # async fn run(client: pingone::Client) -> pingone::Result<()> {
/// use pingone::users::Matches;
///
/// match client.users().find().email_eq("linda@example.com").matches().await? {
///     Matches::None => println!("nobody has this address"),
///     Matches::One(user) => println!("{}", user.id),
///     // PingOne does not say that an address belongs to one user only.
///     Matches::Many(users) => println!("{} users or more share this address", users.len()),
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
#[must_use = "a search is made when its result is asked for"]
pub struct UserSearch {
    users: Users,
    conditions: Vec<String>,
    invalid: Option<String>,
    timeout: Option<Duration>,
    limit: Option<u16>,
    each: Option<Arc<EachPage>>,
}

type EachPage = dyn Fn(Request<UserCollection>) -> Request<UserCollection> + Send + Sync;

/// What a search found, as far as most callers need to know.
///
/// ```
/// # async fn run(client: pingone::Client) -> pingone::Result<()> {
/// use pingone::users::Matches;
///
/// let found = client.users().find().username_eq("linda").matches().await?;
/// if let Matches::One(user) = found {
///     println!("{}", user.id);
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, PartialEq)]
pub enum Matches {
    /// No user.
    None,
    /// One user.
    One(Box<User>),
    /// More than one: the first two. [`UserSearch::stream`] gives all of them.
    Many(Vec<User>),
}

impl UserSearch {
    pub(super) fn new(users: Users) -> Self {
        Self {
            users,
            conditions: Vec::new(),
            invalid: None,
            timeout: None,
            limit: None,
            each: None,
        }
    }

    /// Finds the user of this name. Names are unique in an environment.
    pub fn username_eq(self, username: impl AsRef<str>) -> Self {
        self.attribute_eq("username", username)
    }

    /// Finds the users with this address. PingOne does not say that there is one at most.
    pub fn email_eq(self, email: impl AsRef<str>) -> Self {
        self.attribute_eq("email", email)
    }

    /// Finds the users of a population.
    pub fn population_eq(self, id: impl Into<PopulationId>) -> Self {
        self.attribute_eq("population.id", id.into().to_string())
    }

    /// Matches users whose attribute, such as `name.family`, has this value.
    ///
    /// The value can be any text; it is quoted as SCIM has it.
    pub fn attribute_eq(self, attribute: impl AsRef<str>, value: impl AsRef<str>) -> Self {
        self.condition(attribute.as_ref(), "eq", value.as_ref())
    }

    /// Matches users whose attribute starts with the given prefix.
    ///
    /// The value can be any text; it is quoted as SCIM has it.
    pub fn attribute_starts_with(self, attribute: impl AsRef<str>, value: impl AsRef<str>) -> Self {
        self.condition(attribute.as_ref(), "sw", value.as_ref())
    }

    fn condition(mut self, attribute: &str, operator: &str, value: &str) -> Self {
        let fine = |byte: u8| byte.is_ascii_alphanumeric() || b"._-$:".contains(&byte);
        if !attribute.starts_with(|first: char| first.is_ascii_alphabetic())
            || !attribute.bytes().all(fine)
        {
            self.invalid = Some(
                "the name of an attribute to search for is empty or holds a character that no attribute has: give a name such as `name.family`".to_owned(),
            );
        }
        self.conditions
            .push(format!("{attribute} {operator} {}", quote(value)));
        self
    }

    /// Sets how long the whole search may take, with all its pages.
    ///
    /// Without this, [`one`](Self::one) and [`matches`](Self::matches) take as long as one call of the client may, and
    /// each page of a [`stream`](Self::stream) has the time of a call of its own.
    pub fn with_timeout(mut self, timeout: Duration) -> Self {
        self.timeout = Some(timeout);
        self
    }

    /// Sets how many users a page may have; the service may send fewer.
    pub fn with_limit(mut self, limit: u16) -> Self {
        self.limit = Some(limit);
        self
    }

    /// Changes the request for every page, such as its token or its time.
    ///
    /// ```
    /// # async fn run(client: pingone::Client, token: pingone::models::Secret) -> pingone::Result<()> {
    /// let search = client.users().find().username_eq("linda");
    /// let linda = search.with_each(move |page| page.with_token(&token)).one().await?;
    /// # Ok(())
    /// # }
    /// ```
    #[inline]
    pub fn with_each(
        mut self,
        change: impl Fn(Request<UserCollection>) -> Request<UserCollection> + Send + Sync + 'static,
    ) -> Self {
        self.each = Some(Arc::new(change));
        self
    }

    /// Whether no user, one user or more are found. Reads pages until it knows.
    ///
    /// # Example
    /// ```
    /// # async fn run(client: pingone::Client) -> pingone::Result<()> {
    /// let search = client.users().find().email_eq("linda@example.com");
    /// println!("{:?}", search.matches().await?);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// As [`Users::list`] has them.
    ///
    /// # Side effects
    /// None.
    ///
    /// # Retries
    /// As for every read: again after anything that passes.
    ///
    /// [Read all users](https://developer.pingidentity.com/pingone-api/platform/users/users-1/read-all-users.html)
    pub async fn matches(mut self) -> Result<Matches> {
        self.timeout.get_or_insert(self.users.client.shared.timeout);
        let mut found: Vec<User> = self.stream().take(2).try_collect().await?;
        Ok(match (found.len(), found.pop()) {
            (1, Some(user)) => Matches::One(Box::new(user)),
            (_, Some(second)) => {
                found.push(second);
                Matches::Many(found)
            }
            (_, None) => Matches::None,
        })
    }

    /// The one user that is found.
    ///
    /// ```
    /// # async fn run(client: pingone::Client) -> pingone::Result<()> {
    /// let linda = client.users().find().username_eq("linda").one().await?;
    /// client.user(linda.id).password().send_recovery_code().await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// With the kind [`NoMatch`](ErrorKind::NoMatch) if there is none and
    /// [`ManyMatches`](ErrorKind::ManyMatches) if there are more; otherwise as [`Users::list`] has them.
    ///
    /// # Side effects
    /// None.
    ///
    /// # Retries
    /// As for every read: again after anything that passes.
    ///
    /// [Read all users](https://developer.pingidentity.com/pingone-api/platform/users/users-1/read-all-users.html)
    pub async fn one(self) -> Result<User> {
        let place = self.users.client.shared.place(&LIST_USERS);
        match self.matches().await? {
            Matches::One(user) => Ok(*user),
            Matches::None => Err(Error::found(ErrorKind::NoMatch, place)),
            Matches::Many(_) => Err(Error::found(ErrorKind::ManyMatches, place)),
        }
    }

    /// All users that are found, in the order of the service. A page is read when its first user is asked for.
    ///
    /// ```
    /// # async fn run(client: pingone::Client) -> pingone::Result<()> {
    /// let mut users = client.users().find().attribute_starts_with("name.family", "Jon").stream();
    /// while let Some(user) = users.next().await {
    ///     println!("{:?}", user?.username);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// As [`Users::list`] has them. After an error the stream ends. A link to the next page that leads to another
    /// origin is not followed, nor one that leads to a page that came before.
    ///
    /// # Side effects
    /// None.
    ///
    /// # Retries
    /// As for every read: again after anything that passes. Every page has its own attempts and its own time.
    ///
    /// [Paging](https://developer.pingidentity.com/pingone-api/platform/reference/paging-ordering-collections.html)
    #[inline]
    pub fn stream(self) -> UserStream {
        let start = (self, Next::First, Pages::default());
        let pages = stream::try_unfold(start, |(search, next, mut seen)| async move {
            let (request, address) = match next {
                Next::First => {
                    let first = search.users.list(search.query());
                    (first.refused(search.invalid.clone()), search.address()?)
                }
                Next::At(address) => (search.users.at(address.clone()), address),
                Next::None => return Ok(None),
            };
            let runtime = &search.users.client.shared.runtime;
            let began = *seen.began.get_or_insert_with(|| runtime.now());
            let request = match search.timeout {
                Some(timeout) => {
                    let taken = runtime.now().saturating_duration_since(began);
                    request.within(timeout.saturating_sub(taken))
                }
                None => request,
            };
            let page = match &search.each {
                Some(change) => change(request).await?,
                None => request.await?,
            };
            let next = search.next(&page, &address, &mut seen)?;
            let users = page.embedded.and_then(|embedded| embedded.users);
            let users = users.unwrap_or_default();
            seen.empty_in_a_row = if users.is_empty() {
                seen.empty_in_a_row + 1
            } else {
                0
            };
            if seen.empty_in_a_row > MOST_EMPTY_PAGES {
                return Err(Error::invalid_request(
                    "the service sent 100 pages without users in a row, and a link to yet another one",
                )
                .of(&LIST_USERS));
            }
            let users = stream::iter(users).map(Ok);
            Ok(Some((users, (search, next, seen))))
        });
        UserStream(pages.try_flatten().boxed())
    }

    /// The address of the first page, which a link to the next one may be relative to.
    fn address(&self) -> Result<Url> {
        let shared = &self.users.client.shared;
        let environment = shared.environment.to_string();
        let path = LIST_USERS.path.replace("{environmentId}", &environment);
        Url::parse(&format!("{}{path}", shared.endpoints.platform)).map_err(|_| {
            Error::invalid_request("the address of the users cannot be made").of(&LIST_USERS)
        })
    }

    fn query(&self) -> UserQuery {
        let mut query = UserQuery::new();
        if !self.conditions.is_empty() {
            query = query.with_filter(self.conditions.join(" and "));
        }
        match self.limit {
            Some(limit) => query.with_limit(limit),
            None => query,
        }
    }

    /// The page that a page says comes next, unless one before it has said so.
    fn next(&self, page: &UserCollection, address: &Url, seen: &mut Pages) -> Result<Next> {
        let link = page.links.as_ref().and_then(|links| links.get("next"));
        let Some(href) = link.and_then(|link| link.href.as_ref()) else {
            return Ok(Next::None);
        };
        let address = address.join(href.as_str()).map_err(|_| {
            Error::invalid_request("the link to the next page is no address").of(&LIST_USERS)
        })?;
        if !seen.addresses.insert(address.clone()) {
            return Err(
                Error::invalid_request("the links to the next page lead in a circle")
                    .of(&LIST_USERS),
            );
        }
        Ok(Next::At(address))
    }
}

/// The most pages without users in a row that are read.
const MOST_EMPTY_PAGES: usize = 99;

/// What is known of the pages that were read.
#[derive(Default)]
struct Pages {
    began: Option<Instant>,
    addresses: HashSet<Url>,
    empty_in_a_row: usize,
}

enum Next {
    First,
    At(Url),
    None,
}

impl fmt::Debug for UserSearch {
    /// Leaves the conditions out: they hold names and addresses.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UserSearch")
            .field("conditions", &self.conditions.len())
            .field("limit", &self.limit)
            .finish_non_exhaustive()
    }
}

/// The users that a search found, page after page. Made by [`UserSearch::stream`].
///
/// It is a [`Stream`], and has its `next` without an import.
///
/// ```
/// # async fn run(client: pingone::Client) -> pingone::Result<()> {
/// let mut users = client.users().find().stream();
/// while let Some(user) = users.next().await {
///     println!("{}", user?.id);
/// }
/// # Ok(())
/// # }
/// ```
#[must_use = "a stream does nothing until it is asked"]
pub struct UserStream(BoxStream<'static, Result<User>>);

impl UserStream {
    /// The next user, or nothing at the end.
    ///
    /// # Errors
    /// As [`UserSearch::stream`] has them.
    pub async fn next(&mut self) -> Option<Result<User>> {
        self.0.next().await
    }
}

impl Stream for UserStream {
    type Item = Result<User>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.0.poll_next_unpin(context)
    }
}

impl fmt::Debug for UserStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UserStream").finish_non_exhaustive()
    }
}

/// A text as a SCIM filter has it: RFC 7644 takes the strings of JSON.
fn quote(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

#[cfg(test)]
mod tests {
    use super::quote;

    #[test]
    fn a_value_cannot_leave_its_quotes() {
        assert_eq!(quote("linda"), r#""linda""#);
        assert_eq!(
            quote(r#"a" or username sw ""#),
            r#""a\" or username sw \"""#
        );
        assert_eq!(quote(r"back\slash"), r#""back\\slash""#);
        assert_eq!(quote("line\nbreak"), r#""line\nbreak""#);
        assert_eq!(quote("Zoë 'Z'"), r#""Zoë 'Z'""#);
    }
}
