//! The sessions of a user.

use pingone_models::requests::{DeleteUserSession, ListUserSessions, ReadUserSession};
use pingone_models::{SessionId, UserId, UserSession, UserSessionCollection};

use crate::call::Request;
use crate::client::Client;
use crate::generated::docs;

/// The sessions of one user. Made by [`UserHandle::sessions`](super::UserHandle::sessions).
///
/// ```
/// # async fn run(client: pingone::Client, user: pingone::models::UserId) -> pingone::Result<()> {
/// let sessions = client.user(user).sessions();
/// let list = sessions.list().await?;
/// for session in list.embedded.and_then(|embedded| embedded.sessions).unwrap_or_default() {
///     println!("signed on since {:?}", session.created_at);
///     sessions.delete(session.id).await?;
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct UserSessions {
    client: Client,
    user: UserId,
}

impl UserSessions {
    pub(super) fn new(client: Client, user: UserId) -> Self {
        Self { client, user }
    }

    /// Lists the sessions of the user.
    #[doc = docs::list_user_sessions!()]
    #[inline]
    pub fn list(&self) -> Request<UserSessionCollection> {
        self.client.request(ListUserSessions::new(self.user))
    }

    /// Reads one session of the user.
    #[doc = docs::read_user_session!()]
    #[inline]
    pub fn read(&self, session: impl Into<SessionId>) -> Request<UserSession> {
        self.client
            .request(ReadUserSession::new(self.user, session))
    }

    /// Ends one session of the user.
    #[doc = docs::delete_user_session!()]
    #[inline]
    pub fn delete(&self, session: impl Into<SessionId>) -> Request<()> {
        self.client
            .request(DeleteUserSession::new(self.user, session))
    }
}
