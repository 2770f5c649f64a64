//! An account to verify.

use pingone_models::{LifecycleStatus, Secret, User, UserId};

use crate::Result;
use crate::call::Request;
use crate::client::Client;
use crate::generated::docs;
use crate::users::UserHandle;

/// The verification of an account.
///
/// ```
/// # async fn ask(_: &str) -> String { String::new() }
/// # async fn run(client: pingone::Client, user: pingone::models::UserId) -> pingone::Result<()> {
/// use pingone::workflows::Verification;
///
/// // Reads only.
/// let verification = Verification::of_user(&client, user).await?;
/// if !verification.is_needed() {
///     return Ok(());
/// }
/// loop {
///     match ask("the code, or nothing for another mail").await {
///         // Sends an e-mail.
///         code if code.is_empty() => drop(verification.send_code().await?),
///         // Verifies the account, or spends an attempt.
///         code => match verification.verify(code).await {
///             Ok(user) => break println!("verified: {:?}", user.username),
///             Err(error) if error.is_wrong_code() => println!("that is not the code"),
///             Err(error) => return Err(error),
///         },
///     }
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Verification {
    user: UserHandle,
    found: User,
}

impl Verification {
    /// Reads the user.
    ///
    /// # Example
    /// ```
    /// # async fn run(client: pingone::Client, user: pingone::models::UserId) -> pingone::Result<()> {
    /// use pingone::workflows::Verification;
    ///
    /// let verification = Verification::of_user(&client, user).await?;
    /// println!("{}", verification.is_needed());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// As [`UserHandle::read`](crate::users::UserHandle::read).
    pub async fn of_user(client: &Client, user: impl Into<UserId>) -> Result<Self> {
        let user = client.user(user);
        let found = user.read().await?;
        Ok(Self { user, found })
    }

    /// The user as it was read.
    #[must_use]
    pub fn user(&self) -> &User {
        &self.found
    }

    /// Whether the account waited for its verification when it was read.
    #[must_use]
    pub fn is_needed(&self) -> bool {
        let lifecycle = self.found.lifecycle.as_ref();
        lifecycle.and_then(|lifecycle| lifecycle.status.as_ref())
            == Some(&LifecycleStatus::VerificationRequired)
    }

    /// Mails the user a verification code, or another one:
    /// [`UserHandle::send_verification_code`](crate::users::UserHandle::send_verification_code).
    #[doc = docs::send_verification_code!()]
    /// # Example
    /// ```
    /// # async fn run(verification: pingone::workflows::Verification) -> pingone::Result<()> {
    /// verification.send_code().await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`is_not_found`](crate::Error::is_not_found) if the environment has no such user.
    #[inline]
    pub fn send_code(&self) -> Request<User> {
        self.user.send_verification_code()
    }

    /// Verifies the account with the code from the mail: [`UserHandle::verify`](crate::users::UserHandle::verify).
    #[doc = docs::verify_user!()]
    /// # Example
    /// ```
    /// # async fn run(verification: pingone::workflows::Verification) -> pingone::Result<()> {
    /// let user = verification.verify("A1B2C3D4").await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`is_wrong_code`](crate::Error::is_wrong_code) if the code is not the one that was mailed last.
    #[inline]
    pub fn verify(&self, code: impl Into<Secret>) -> Request<User> {
        self.user.verify(code)
    }
}
