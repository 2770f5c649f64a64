//! Users: who they are, whether their accounts are verified, and their locks.

mod find;

use std::fmt;

pub use find::{Matches, UserSearch, UserStream};

use pingone_models::requests::{
    ListUsers, LockAccount, ReadUser, SendVerificationCode, UnlockAccount, VerifyUser,
};
use pingone_models::{
    AccountLock, Secret, User, UserCollection, UserId, UserInclude, UserVerification,
};

use crate::call::Request;
use crate::client::Client;
use crate::passwords::PasswordHandle;

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

    /// Sets a SCIM filter as it stands. Values in it must be quoted, with `"` and `\` escaped.
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

    /// Reads one page of users.
    ///
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
    ///
    /// # Side effects
    /// None.
    ///
    /// # Retries
    /// As for every read: again after anything that passes.
    ///
    /// [Read all users](https://developer.pingidentity.com/pingone-api/platform/users/users-1/read-all-users.html)
    pub fn list(&self, query: UserQuery) -> Request<UserCollection> {
        self.client.request(ListUsers::from(query))
    }

    /// Starts a search for users by name, address or other attributes. Nothing is sent yet.
    pub fn find(&self) -> UserSearch {
        UserSearch::new(self.clone())
    }

    /// Reads the page at an address that came in a link.
    fn at(&self, address: url::Url) -> Request<UserCollection> {
        let request = self.list(UserQuery::new());
        request.at(address)
    }
}

/// One user. Made by [`Client::user`].
///
/// ```
/// # async fn run(client: pingone::Client, user: pingone::models::UserId) -> pingone::Result<()> {
/// let user = client.user(user);
/// user.send_verification_code().await?;
/// user.verify("A1B2C3D4").await?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct UserHandle {
    client: Client,
    id: UserId,
}

impl UserHandle {
    fn new(client: Client, id: UserId) -> Self {
        Self { client, id }
    }

    /// The user's id.
    #[must_use]
    pub fn id(&self) -> UserId {
        self.id
    }

    /// The user's password. Nothing is sent yet.
    #[must_use]
    pub fn password(&self) -> PasswordHandle {
        PasswordHandle::new(self.client.clone(), self.id)
    }

    /// Reads the user.
    ///
    /// # Example
    /// ```
    /// # async fn run(client: pingone::Client, user: pingone::models::UserId) -> pingone::Result<()> {
    /// let user = client.user(user).read().await?;
    /// println!("{:?}", user.username);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`is_not_found`](crate::Error::is_not_found) if the environment has no such user.
    ///
    /// # Side effects
    /// None.
    ///
    /// # Retries
    /// As for every read: again after anything that passes.
    ///
    /// [Read one user](https://developer.pingidentity.com/pingone-api/platform/users/users-1/read-one-user.html)
    pub fn read(&self) -> Request<User> {
        self.read_with(None)
    }

    /// Reads the user with a property that is returned on request only, such as the names of the user's groups.
    ///
    /// # Example
    /// ```
    /// # async fn run(client: pingone::Client, user: pingone::models::UserId) -> pingone::Result<()> {
    /// use pingone::models::UserInclude;
    ///
    /// let user = client.user(user).read_including(UserInclude::MemberOfGroupNames).await?;
    /// println!("{:?}", user.member_of_group_names);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`is_not_found`](crate::Error::is_not_found) if the environment has no such user.
    ///
    /// # Side effects
    /// None.
    ///
    /// # Retries
    /// As for every read: again after anything that passes.
    ///
    /// [Read all group names for user](https://developer.pingidentity.com/pingone-api/platform/users/group-membership/read-all-group-names-for-user.html)
    pub fn read_including(&self, property: UserInclude) -> Request<User> {
        self.read_with(Some(property))
    }

    fn read_with(&self, include: Option<UserInclude>) -> Request<User> {
        let mut request = ReadUser::new(self.id);
        request.include = include;
        self.client.request(request)
    }

    /// Mails the user a new verification code.
    ///
    /// The user's `lifecycle.status` becomes `VERIFICATION_REQUIRED`.
    ///
    /// # Example
    /// ```
    /// # async fn run(client: pingone::Client, user: pingone::models::UserId) -> pingone::Result<()> {
    /// client.user(user).send_verification_code().await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`is_not_found`](crate::Error::is_not_found) if the environment has no such user. After an error for which
    /// [`may_have_been_sent`](crate::Error::may_have_been_sent) says yes, a mail may be on its way.
    ///
    /// # Side effects
    /// Sends an e-mail. Calling it twice sends two.
    ///
    /// # Retries
    /// Only where the service cannot have acted on the first request; see [`SafeRetry`](crate::retry::SafeRetry).
    ///
    /// [Send/resend user verification code](https://developer.pingidentity.com/pingone-api/platform/users/users-1/send-resend-user-verification-code.html)
    pub fn send_verification_code(&self) -> Request<User> {
        self.client.request(SendVerificationCode::new(self.id))
    }

    /// Verifies the user with the code from the mail.
    ///
    /// The user's `lifecycle.status` becomes `ACCOUNT_OK`.
    ///
    /// # Example
    /// ```
    /// # async fn run(client: pingone::Client, user: pingone::models::UserId) -> pingone::Result<()> {
    /// match client.user(user).verify("A1B2C3D4").await {
    ///     Ok(_) => println!("verified"),
    ///     Err(error) if error.is_wrong_code() => println!("please look at the code again"),
    ///     Err(error) => return Err(error),
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`is_wrong_code`](crate::Error::is_wrong_code) if the code is not the one that was mailed last. PingOne does not
    /// publish how it answers a wrong code; [`code`](crate::Error::code) and [`details`](crate::Error::details) have
    /// what it says.
    ///
    /// # Side effects
    /// Verifies the user. A wrong code may count towards a limit of attempts, which is not published.
    ///
    /// # Retries
    /// Only where the service cannot have acted on the first request; see [`SafeRetry`](crate::retry::SafeRetry).
    ///
    /// [Verify user](https://developer.pingidentity.com/pingone-api/platform/users/users-1/verify-user-1.html)
    pub fn verify(&self, code: impl Into<Secret>) -> Request<User> {
        let body = UserVerification::new(code);
        self.client.request(VerifyUser::new(self.id, body))
    }

    /// Locks the user's account, until the moment given.
    ///
    /// PingOne says that an account is not locked if `unlock_at` is absent or has passed.
    ///
    /// # Example
    /// ```
    /// # async fn run(client: pingone::Client, user: pingone::models::UserId) -> Result<(), Box<dyn std::error::Error>> {
    /// use pingone::models::{AccountLock, Timestamp};
    ///
    /// let until: Timestamp = "2030-01-01T00:00:00Z".parse()?;
    /// client.user(user).lock_account(AccountLock::new().with_unlock_at(until)).await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`is_not_found`](crate::Error::is_not_found) if the environment has no such user.
    ///
    /// # Side effects
    /// The user cannot sign on. Emits the event `USER.LOCKED`.
    ///
    /// # Retries
    /// Only where the service cannot have acted on the first request; see [`SafeRetry`](crate::retry::SafeRetry).
    ///
    /// [User account lock](https://developer.pingidentity.com/pingone-api/platform/users/user-accounts/user-account-lock.html)
    pub fn lock_account(&self, lock: AccountLock) -> Request<User> {
        self.client.request(LockAccount::new(self.id, lock))
    }

    /// Unlocks the user's account.
    ///
    /// # Example
    /// ```
    /// # async fn run(client: pingone::Client, user: pingone::models::UserId) -> pingone::Result<()> {
    /// client.user(user).unlock_account().await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`is_not_found`](crate::Error::is_not_found) if the environment has no such user.
    ///
    /// # Side effects
    /// Emits the event `USER.UNLOCKED` and resets the counter that locks accounts for failed MFA.
    ///
    /// # Retries
    /// Only where the service cannot have acted on the first request; see [`SafeRetry`](crate::retry::SafeRetry).
    ///
    /// [User account unlock](https://developer.pingidentity.com/pingone-api/platform/users/user-accounts/user-account-unlock.html)
    pub fn unlock_account(&self) -> Request<User> {
        self.client.request(UnlockAccount::new(self.id))
    }
}
