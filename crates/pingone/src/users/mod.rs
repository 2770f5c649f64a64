//! Users: creating, finding and changing them, verifying their accounts, their locks and their sessions.

mod agreement_consents;
mod find;
mod groups;
mod handle;
mod linked_accounts;
mod pairing_keys;
mod sessions;

use std::fmt;

pub use agreement_consents::AgreementConsents;
pub use find::{Matches, UserSearch, UserStream};
pub use groups::UserGroups;
pub use handle::UserHandle;
pub use linked_accounts::LinkedAccounts;
pub use pairing_keys::PairingKeys;
pub use sessions::UserSessions;

use pingone_models::requests::{CreateUser, ImportUser, ListUsers};
use pingone_models::{User, UserCollection, UserCreation, UserId, UserImport};

use crate::call::Request;
use crate::client::Client;
use crate::generated::docs;

/// The users of an environment. Made by [`Client::users`].
///
/// ```
/// # async fn run(client: pingone::Client) -> pingone::Result<()> {
/// let linda = client.users().find().username_eq("linda").one().await?;
/// println!("{}", linda.id);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Users {
    client: Client,
}

/// Which users to list, and how many on a page.
///
/// ```
/// use pingone::users::UserQuery;
///
/// let query = UserQuery::new().with_filter(r#"population.id eq "d97a8a43-1a8a-4c0d-9a4f-2f2f1e2d3c4b""#).with_limit(50);
/// ```
///
/// ```
/// # async fn run(client: pingone::Client) -> pingone::Result<()> {
/// use pingone::users::UserQuery;
///
/// let query = UserQuery::new().with_filter(r#"population.id pr"#).with_limit(50);
/// let page = client.users().list(query).await?;
/// println!("{:?}", page.count);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Default, PartialEq, Eq)]
#[must_use]
pub struct UserQuery {
    pub(crate) filter: Option<String>,
    pub(crate) limit: Option<i32>,
    pub(crate) cursor: Option<String>,
}

impl fmt::Debug for UserQuery {
    /// Leaves the filter out: it holds names and addresses.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UserQuery")
            .field("has_filter", &self.filter.is_some())
            .field("limit", &self.limit)
            .field("has_cursor", &self.cursor.is_some())
            .finish()
    }
}

impl UserQuery {
    /// All users, on pages as long as the service makes them.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets a SCIM filter verbatim. Values in it must be quoted, with `"` and `\` escaped.
    pub fn with_filter(mut self, filter: impl Into<String>) -> Self {
        self.filter = Some(filter.into());
        self
    }

    /// Sets how many users a page may have; the service may send fewer.
    pub fn with_limit(mut self, limit: u16) -> Self {
        self.limit = Some(limit.into());
        self
    }

    /// Goes on where another page ended.
    pub fn with_cursor(mut self, cursor: impl Into<String>) -> Self {
        self.cursor = Some(cursor.into());
        self
    }
}

impl Client {
    /// The users of the environment.
    #[must_use]
    pub fn users(&self) -> Users {
        Users::new(self.clone())
    }

    /// One user of the environment. Nothing is sent yet.
    #[must_use]
    pub fn user(&self, id: impl Into<UserId>) -> UserHandle {
        UserHandle::new(self.clone(), id.into())
    }
}

impl From<UserQuery> for ListUsers {
    fn from(query: UserQuery) -> Self {
        let mut request = Self::new();
        request.filter = query.filter;
        request.limit = query.limit;
        request.cursor = query.cursor;
        request
    }
}

impl Users {
    fn new(client: Client) -> Self {
        Self { client }
    }

    /// Reads one page of users; [`find`](Self::find) reads all pages.
    #[doc = docs::list_users!()]
    /// # Example
    /// ```
    /// # async fn run(client: pingone::Client) -> pingone::Result<()> {
    /// use pingone::users::UserQuery;
    ///
    /// let page = client.users().list(UserQuery::new().with_limit(20)).await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// A filter that the service does not understand has a detail with the code `INVALID_FILTER`.
    #[inline]
    pub fn list(&self, query: UserQuery) -> Request<UserCollection> {
        self.client.request(ListUsers::from(query))
    }

    /// Creates a user without a password.
    #[doc = docs::create_user!()]
    /// # Example
    /// ```
    /// # async fn run(client: pingone::Client) -> pingone::Result<()> {
    /// use pingone::models::{PasswordSet, UserCreation, UserName};
    ///
    /// let name = UserName::new().with_given("Linda").with_family("Jones");
    /// let linda = UserCreation::new("linda").with_email("linda@example.com").with_name(name);
    /// let linda = client.users().create(linda).await?;
    /// client.user(linda.id).password().set(PasswordSet::new("2FederateM0re!")).await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// A username that is taken has a detail with the code `UNIQUENESS_VIOLATION`.
    #[inline]
    pub fn create(&self, user: UserCreation) -> Request<User> {
        self.client.request(CreateUser::new(user))
    }

    /// Creates a user together with a password, which may come from another system.
    #[doc = docs::import_user!()]
    /// # Example
    /// ```
    /// # async fn run(client: pingone::Client) -> pingone::Result<()> {
    /// use pingone::models::{UserImport, UserImportPassword};
    ///
    /// let linda = UserImport::new("linda")
    ///     .with_email("linda@example.com")
    ///     .with_password(UserImportPassword::new().with_value("2FederateM0re!"));
    /// let linda = client.users().import(linda).await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// A username that is taken has a detail with the code `UNIQUENESS_VIOLATION`.
    #[inline]
    pub fn import(&self, user: UserImport) -> Request<User> {
        self.client.request(ImportUser::new(user))
    }

    /// Starts a search for users by name, address or other attributes. Nothing is sent yet.
    pub fn find(&self) -> UserSearch {
        UserSearch::new(self.clone())
    }

    /// Reads the page at an address that came in a link.
    #[inline]
    fn at(&self, address: url::Url) -> Request<UserCollection> {
        let request = self.list(UserQuery::new());
        request.at(address)
    }
}
