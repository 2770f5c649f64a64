//! Passwords of users: state, recovery, checks and changes.

use pingone_models::requests::{
    CheckPassword, ReadPassword, RecoverPassword, ResetPassword, SendRecoveryCode, SetPassword,
    SetPasswordValue, UnlockPassword,
};
use pingone_models::{
    PasswordCheck, PasswordRecovery, PasswordReset, PasswordSet, PasswordState, PasswordValue,
    Secret, UserId,
};

use crate::call::{Acknowledged, Request};
use crate::client::Client;
use crate::generated::docs;

/// The password of one user. Made by [`UserHandle::password`](crate::users::UserHandle::password).
///
/// ```
/// # async fn run(client: pingone::Client, user: pingone::models::UserId) -> pingone::Result<()> {
/// let password = client.user(user).password();
/// let state = password.read().await?;
/// println!("{:?} since {:?}", state.status, state.last_changed_at);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct PasswordHandle {
    client: Client,
    user: UserId,
}

impl PasswordHandle {
    pub(crate) fn new(client: Client, user: UserId) -> Self {
        Self { client, user }
    }

    /// Reads the state of the password. The password itself is never returned.
    #[doc = docs::read_password!()]
    /// # Example
    /// ```
    /// # async fn run(client: pingone::Client, user: pingone::models::UserId) -> pingone::Result<()> {
    /// use pingone::models::PasswordStatus;
    ///
    /// let state = client.user(user).password().read().await?;
    /// if state.status == Some(PasswordStatus::PasswordLockedOut) {
    ///     println!("locked for another {:?} seconds", state.seconds_until_unlock);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`is_not_found`](crate::Error::is_not_found) if the environment has no such user.
    #[inline]
    pub fn read(&self) -> Request<PasswordState> {
        self.client.request(ReadPassword::new(self.user))
    }

    /// Mails the user a recovery code: eight letters and digits, valid for five minutes.
    #[doc = docs::send_recovery_code!()]
    /// # Example
    /// ```
    /// # async fn run(client: pingone::Client, user: pingone::models::UserId) -> pingone::Result<()> {
    /// client.user(user).password().send_recovery_code().await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`is_locked_out`](crate::Error::is_locked_out) or [`is_no_password`](crate::Error::is_no_password): no code can
    /// be sent to a disabled user, nor while the password status is `NO_PASSWORD` or `PASSWORD_LOCKED_OUT`.
    #[inline]
    pub fn send_recovery_code(&self) -> Request<Acknowledged> {
        self.client
            .request(SendRecoveryCode::new(self.user))
            .acknowledged()
    }

    /// Sets a new password with the recovery code from the mail.
    #[doc = docs::recover_password!()]
    /// # Example
    /// ```
    /// # async fn run(client: pingone::Client, user: pingone::models::UserId) -> pingone::Result<()> {
    /// client.user(user).password().recover("7K2M9QXA", "a-new-password").await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`is_wrong_code`](crate::Error::is_wrong_code) if the code is wrong or old,
    /// [`is_attempts_exceeded`](crate::Error::is_attempts_exceeded) after five wrong ones: then only a new code helps.
    /// A password that the policy refuses has a detail about `newPassword`.
    #[inline]
    pub fn recover(
        &self,
        code: impl Into<Secret>,
        new_password: impl Into<Secret>,
    ) -> Request<Acknowledged> {
        let body = PasswordRecovery::new(new_password, code);
        self.client
            .request(RecoverPassword::new(self.user, body))
            .acknowledged()
    }

    /// Checks whether this is the user's password.
    #[doc = docs::check_password!()]
    /// # Example
    /// ```
    /// # async fn run(client: pingone::Client, user: pingone::models::UserId) -> pingone::Result<()> {
    /// client.user(user).password().check("the-password").await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`is_wrong_code`](crate::Error::is_wrong_code) if it is not, [`is_no_password`](crate::Error::is_no_password) if
    /// the user has none, [`is_locked_out`](crate::Error::is_locked_out) if it is locked.
    #[inline]
    pub fn check(&self, password: impl Into<Secret>) -> Request<Acknowledged> {
        let body = PasswordCheck::new(password);
        self.client
            .request(CheckPassword::new(self.user, body))
            .acknowledged()
    }

    /// Ends the lock that failed attempts have put on the password.
    #[doc = docs::unlock_password!()]
    /// # Example
    /// ```
    /// # async fn run(client: pingone::Client, user: pingone::models::UserId) -> pingone::Result<()> {
    /// client.user(user).password().unlock().await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`is_not_found`](crate::Error::is_not_found) if the environment has no such user.
    #[inline]
    pub fn unlock(&self) -> Request<Acknowledged> {
        self.client
            .request(UnlockPassword::new(self.user))
            .acknowledged()
    }

    /// Changes the password as its user, who knows the current one.
    ///
    /// This is the action `password.reset`. With the token of the user PingOne requires the current password.
    #[doc = docs::reset_password!()]
    /// # Example
    /// ```
    /// # async fn run(client: pingone::Client, user: pingone::models::UserId, token: pingone::models::Secret) -> pingone::Result<()> {
    /// client.user(user).password().reset("the-old-one", "a-new-one").with_token(token).await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`is_wrong_code`](crate::Error::is_wrong_code) if the current password is wrong. A password that the policy
    /// refuses has a detail about `newPassword`.
    #[inline]
    pub fn reset(
        &self,
        current_password: impl Into<Secret>,
        new_password: impl Into<Secret>,
    ) -> Request<Acknowledged> {
        self.reset_with(PasswordReset::new(new_password).with_current_password(current_password))
    }

    /// Replaces the password as an administrator, without the current one.
    #[doc = docs::reset_password!()]
    /// # Example
    /// ```
    /// # async fn run(client: pingone::Client, user: pingone::models::UserId) -> pingone::Result<()> {
    /// client.user(user).password().reset_as_admin("a-new-one").await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// A password that the policy refuses has a detail about `newPassword`.
    #[inline]
    pub fn reset_as_admin(&self, new_password: impl Into<Secret>) -> Request<Acknowledged> {
        self.reset_with(PasswordReset::new(new_password))
    }

    #[inline]
    fn reset_with(&self, body: PasswordReset) -> Request<Acknowledged> {
        self.client
            .request(ResetPassword::new(self.user, body))
            .acknowledged()
    }

    /// Sets the password, also one that comes from elsewhere and is encoded already.
    #[doc = docs::set_password!()]
    /// # Example
    /// ```
    /// # async fn run(client: pingone::Client, user: pingone::models::UserId) -> pingone::Result<()> {
    /// use pingone::models::PasswordSet;
    ///
    /// client.user(user).password().set(PasswordSet::new("temporary-one").with_force_change(true)).await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// A password that the policy refuses has a detail about `value`, unless `bypass_policy` is set.
    #[inline]
    pub fn set(&self, password: PasswordSet) -> Request<Acknowledged> {
        self.client
            .request(SetPassword::new(self.user, password))
            .acknowledged()
    }

    /// Sets the value of the password and leaves the user's gateway as it is, or removes the password.
    #[doc = docs::set_password_value!()]
    /// # Example
    /// ```
    /// # async fn run(client: pingone::Client, user: pingone::models::UserId) -> pingone::Result<()> {
    /// use pingone::models::PasswordValue;
    ///
    /// // No value: the user has no password afterwards.
    /// client.user(user).password().set_value(PasswordValue::new()).await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// A password that the policy refuses has a detail about `value`, unless `bypass_policy` is set.
    #[inline]
    pub fn set_value(&self, password: PasswordValue) -> Request<Acknowledged> {
        self.client
            .request(SetPasswordValue::new(self.user, password))
            .acknowledged()
    }
}
