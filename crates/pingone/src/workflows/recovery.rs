//! A forgotten password.

use pingone_models::{PasswordState, PasswordStatus, Secret, User};

use crate::Result;
use crate::call::{Acknowledged, Request};
use crate::client::Client;
use crate::generated::docs;
use crate::users::UserHandle;

/// The recovery of a forgotten password.
///
/// ```
/// # async fn ask(_: &str) -> String { String::new() }
/// # async fn run(client: pingone::Client) -> pingone::Result<()> {
/// use pingone::workflows::{Obstacle, Recovery};
///
/// // Reads only.
/// let recovery = Recovery::of_username(&client, "linda").await?;
/// if let Some(obstacle) = recovery.obstacle() {
///     println!("no code can be sent: {obstacle:?}");
///     return Ok(());
/// }
/// // Sends an e-mail.
/// recovery.send_code().await?;
/// loop {
///     let (code, password) = (ask("code").await, ask("new password").await);
///     // Sets the password, or spends one of five attempts.
///     match recovery.set_password(code, password).await {
///         Ok(_) => break println!("done"),
///         Err(error) if error.is_attempts_exceeded() => {
///             println!("too many wrong codes: here is another one");
///             recovery.send_code().await?;
///         }
///         Err(error) if error.is_wrong_code() => println!("that is not the code, or it is older than five minutes"),
///         Err(error) => return Err(error),
///     }
/// }
/// # Ok(())
/// # }
/// ```
///
/// Whether the username exists, and in which state its password is, is nobody's business but its owner's: tell the
/// person the same whatever this finds.
#[derive(Clone, Debug)]
pub struct Recovery {
    user: UserHandle,
    found: User,
    password: PasswordState,
}

/// Why no recovery code can be sent.
///
/// ```
/// use pingone::workflows::Obstacle;
///
/// fn advice(obstacle: Obstacle) -> &'static str {
///     match obstacle {
///         Obstacle::Disabled => "this account is closed",
///         Obstacle::LockedOut => "please ask an administrator",
///         _ => "there is no password to recover",
///     }
/// }
/// assert_eq!(advice(Obstacle::Disabled), "this account is closed");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Obstacle {
    /// The user is disabled.
    Disabled,
    /// The user has no password.
    NoPassword,
    /// The password is locked. It can be unlocked, or reset by an administrator.
    LockedOut,
}

impl Recovery {
    /// Finds the user of this name and reads the state of the password.
    ///
    /// # Example
    /// ```
    /// # async fn run(client: pingone::Client) -> pingone::Result<()> {
    /// use pingone::workflows::Recovery;
    ///
    /// let recovery = Recovery::of_username(&client, "linda").await?;
    /// println!("{:?}", recovery.obstacle());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// With the kind [`NoMatch`](crate::ErrorKind::NoMatch) if there is no such user; otherwise as
    /// [`UserSearch::one`](crate::users::UserSearch::one) and
    /// [`PasswordHandle::read`](crate::passwords::PasswordHandle::read).
    pub async fn of_username(client: &Client, username: impl AsRef<str>) -> Result<Self> {
        let search = client.users().find().username_eq(username);
        // A user is large; the future holds it while it reads the password.
        let found = Box::new(search.one().await?);
        let user = client.user(found.id);
        let password = user.password().read().await?;
        Ok(Self {
            user,
            found: *found,
            password,
        })
    }

    /// The user as it was found.
    #[must_use]
    pub fn user(&self) -> &User {
        &self.found
    }

    /// The state of the password as it was found.
    #[must_use]
    pub fn password(&self) -> &PasswordState {
        &self.password
    }

    /// What stood in the way of a recovery code when the user was found, by what PingOne publishes.
    #[must_use]
    pub fn obstacle(&self) -> Option<Obstacle> {
        if self.found.enabled == Some(false) {
            return Some(Obstacle::Disabled);
        }
        match self.password.status {
            Some(PasswordStatus::NoPassword) => Some(Obstacle::NoPassword),
            Some(PasswordStatus::PasswordLockedOut) => Some(Obstacle::LockedOut),
            _ => None,
        }
    }

    /// Mails the user a recovery code, or another one:
    /// [`PasswordHandle::send_recovery_code`](crate::passwords::PasswordHandle::send_recovery_code).
    #[doc = docs::send_recovery_code!()]
    /// # Example
    /// ```
    /// # async fn run(recovery: pingone::workflows::Recovery) -> pingone::Result<()> {
    /// recovery.send_code().await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`is_locked_out`](crate::Error::is_locked_out) or [`is_no_password`](crate::Error::is_no_password), as
    /// [`obstacle`](Self::obstacle) says.
    #[inline]
    pub fn send_code(&self) -> Request<Acknowledged> {
        self.user.password().send_recovery_code()
    }

    /// Sets a new password with the code from the mail:
    /// [`PasswordHandle::recover`](crate::passwords::PasswordHandle::recover).
    #[doc = docs::recover_password!()]
    /// # Example
    /// ```
    /// # async fn run(recovery: pingone::workflows::Recovery) -> pingone::Result<()> {
    /// recovery.set_password("A1B2C3D4", "a-New-password-1").await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`is_wrong_code`](crate::Error::is_wrong_code) if the code is wrong or old,
    /// [`is_attempts_exceeded`](crate::Error::is_attempts_exceeded) after five wrong ones. A password that the policy
    /// refuses has a detail about `newPassword`.
    #[inline]
    pub fn set_password(
        &self,
        code: impl Into<Secret>,
        new_password: impl Into<Secret>,
    ) -> Request<Acknowledged> {
        self.user.password().recover(code, new_password)
    }
}
