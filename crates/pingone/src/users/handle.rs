//! One user.

use pingone_models::requests::{
    DeleteUser, LockAccount, ReadUser, ReadUserEnabled, ReadUserMfaEnabled, ReadUserPopulation,
    ReplaceUser, SendEmailVerificationCode, SendVerificationCode, SetUserEnabled,
    SetUserMfaEnabled, SetUserPopulation, UnlockAccount, UpdateUser, VerifyEmail, VerifyUser,
};
use pingone_models::{
    AccountLock, EmailNotificationType, EmailVerificationSend, PopulationId, PopulationReference,
    Secret, User, UserEnabled, UserEnabledUpdate, UserId, UserInclude, UserMfaEnabled,
    UserMfaEnabledUpdate, UserPopulation, UserReplacement, UserUpdate, UserVerification,
};

use super::{AgreementConsents, LinkedAccounts, PairingKeys, UserGroups, UserSessions};
use crate::call::{Acknowledged, Request};
use crate::client::Client;
use crate::devices::Devices;
use crate::generated::docs;
use crate::passwords::PasswordHandle;

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
    pub(super) fn new(client: Client, id: UserId) -> Self {
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

    /// The user's MFA devices. Nothing is sent yet.
    #[must_use]
    pub fn devices(&self) -> Devices {
        Devices::new(self.client.clone(), self.id)
    }

    /// The user's groups. Nothing is sent yet.
    #[must_use]
    pub fn groups(&self) -> UserGroups {
        UserGroups::new(self.client.clone(), self.id)
    }

    /// The user's accounts at external identity providers. Nothing is sent yet.
    #[must_use]
    pub fn linked_accounts(&self) -> LinkedAccounts {
        LinkedAccounts::new(self.client.clone(), self.id)
    }

    /// The user's consents to agreements. Nothing is sent yet.
    #[must_use]
    pub fn agreement_consents(&self) -> AgreementConsents {
        AgreementConsents::new(self.client.clone(), self.id)
    }

    /// The keys that pair native apps with the user. Nothing is sent yet.
    #[must_use]
    pub fn pairing_keys(&self) -> PairingKeys {
        PairingKeys::new(self.client.clone(), self.id)
    }

    /// The user's sessions. Nothing is sent yet.
    #[must_use]
    pub fn sessions(&self) -> UserSessions {
        UserSessions::new(self.client.clone(), self.id)
    }

    /// Reads the user.
    #[doc = docs::read_user!()]
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
    #[inline]
    pub fn read(&self) -> Request<User> {
        self.client.request(ReadUser::new(self.id))
    }

    /// Reads the user with a property that is returned on request only, such as the names of the user's groups.
    #[doc = docs::read_user!()]
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
    #[inline]
    pub fn read_including(&self, property: UserInclude) -> Request<User> {
        self.client
            .request(ReadUser::new(self.id).with_include(property))
    }

    /// Changes some attributes of the user and leaves the others as they are.
    #[doc = docs::update_user!()]
    /// # Example
    /// ```
    /// # async fn run(client: pingone::Client, user: pingone::models::UserId) -> pingone::Result<()> {
    /// use pingone::models::{Patch, UserUpdate};
    ///
    /// let changes = UserUpdate::new().with_nickname("Lin").with_title(Patch::Null);
    /// client.user(user).update(changes).await?;
    /// # Ok(())
    /// # }
    /// ```
    #[inline]
    pub fn update(&self, changes: UserUpdate) -> Request<User> {
        self.client.request(UpdateUser::new(self.id, changes))
    }

    /// Replaces all attributes of the user.
    #[doc = docs::replace_user!()]
    /// # Example
    /// ```
    /// # async fn run(client: pingone::Client, user: pingone::models::UserId) -> pingone::Result<()> {
    /// use pingone::models::UserReplacement;
    ///
    /// let linda = UserReplacement::new("linda").with_email("linda@example.com");
    /// client.user(user).replace(linda).await?;
    /// # Ok(())
    /// # }
    /// ```
    #[inline]
    pub fn replace(&self, user: UserReplacement) -> Request<User> {
        self.client.request(ReplaceUser::new(self.id, user))
    }

    /// Deletes the user.
    #[doc = docs::delete_user!()]
    /// # Example
    /// ```
    /// # async fn run(client: pingone::Client, user: pingone::models::UserId) -> pingone::Result<()> {
    /// match client.user(user).delete().await {
    ///     Err(error) if error.is_not_found() => println!("deleted before"),
    ///     other => other?,
    /// }
    /// # Ok(())
    /// # }
    /// ```
    #[inline]
    pub fn delete(&self) -> Request<()> {
        self.client.request(DeleteUser::new(self.id))
    }

    /// Mails the user a new verification code.
    #[doc = docs::send_verification_code!()]
    /// # Example
    /// ```
    /// # async fn run(client: pingone::Client, user: pingone::models::UserId) -> pingone::Result<()> {
    /// client.user(user).send_verification_code().await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// After an error for which [`may_have_been_sent`](crate::Error::may_have_been_sent) says yes, a mail may be on its
    /// way.
    #[inline]
    pub fn send_verification_code(&self) -> Request<User> {
        self.client.request(SendVerificationCode::new(self.id))
    }

    /// Verifies the user with the code from the mail.
    #[doc = docs::verify_user!()]
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
    /// [`is_wrong_code`](crate::Error::is_wrong_code) if the code is not the one that was mailed last.
    #[inline]
    pub fn verify(&self, code: impl Into<Secret>) -> Request<User> {
        let body = UserVerification::new(code);
        self.client.request(VerifyUser::new(self.id, body))
    }

    /// Locks the user's account, until the moment given.
    #[doc = docs::lock_account!()]
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
    #[inline]
    pub fn lock_account(&self, lock: AccountLock) -> Request<User> {
        self.client.request(LockAccount::new(self.id, lock))
    }

    /// Unlocks the user's account.
    #[doc = docs::unlock_account!()]
    /// # Example
    /// ```
    /// # async fn run(client: pingone::Client, user: pingone::models::UserId) -> pingone::Result<()> {
    /// client.user(user).unlock_account().await?;
    /// # Ok(())
    /// # }
    /// ```
    #[inline]
    pub fn unlock_account(&self) -> Request<User> {
        self.client.request(UnlockAccount::new(self.id))
    }

    /// Reads whether the user is enabled.
    #[doc = docs::read_user_enabled!()]
    #[inline]
    pub fn enabled(&self) -> Request<UserEnabled> {
        self.client.request(ReadUserEnabled::new(self.id))
    }

    /// Enables or disables the user.
    #[doc = docs::set_user_enabled!()]
    /// # Example
    /// ```
    /// # async fn run(client: pingone::Client, user: pingone::models::UserId) -> pingone::Result<()> {
    /// client.user(user).set_enabled(false).await?;
    /// # Ok(())
    /// # }
    /// ```
    #[inline]
    pub fn set_enabled(&self, enabled: bool) -> Request<UserEnabled> {
        let body = UserEnabledUpdate::new(enabled);
        self.client.request(SetUserEnabled::new(self.id, body))
    }

    /// Reads whether the user uses MFA.
    #[doc = docs::read_user_mfa_enabled!()]
    #[inline]
    pub fn mfa_enabled(&self) -> Request<UserMfaEnabled> {
        self.client.request(ReadUserMfaEnabled::new(self.id))
    }

    /// Turns MFA on or off for the user.
    #[doc = docs::set_user_mfa_enabled!()]
    /// # Example
    /// ```
    /// # async fn run(client: pingone::Client, user: pingone::models::UserId) -> pingone::Result<()> {
    /// client.user(user).set_mfa_enabled(true).await?;
    /// # Ok(())
    /// # }
    /// ```
    #[inline]
    pub fn set_mfa_enabled(&self, enabled: bool) -> Request<UserMfaEnabled> {
        let body = UserMfaEnabledUpdate::new(enabled);
        self.client.request(SetUserMfaEnabled::new(self.id, body))
    }

    /// Mails the user a code that verifies the e-mail address.
    ///
    /// The account is verified by [`send_verification_code`](Self::send_verification_code) and [`verify`](Self::verify).
    #[doc = docs::send_email_verification_code!()]
    /// # Example
    /// ```
    /// # async fn run(client: pingone::Client, user: pingone::models::UserId) -> pingone::Result<()> {
    /// use pingone::models::EmailNotificationType;
    ///
    /// let user = client.user(user);
    /// user.send_email_verification_code(EmailNotificationType::User).await?;
    /// user.verify_email("A1B2C3D4").await?;
    /// # Ok(())
    /// # }
    /// ```
    #[inline]
    pub fn send_email_verification_code(
        &self,
        notification: EmailNotificationType,
    ) -> Request<Acknowledged> {
        let body = EmailVerificationSend::new(notification);
        self.client
            .request(SendEmailVerificationCode::new(self.id, body))
            .acknowledged()
    }

    /// Verifies the user's e-mail address with the code from the mail.
    #[doc = docs::verify_email!()]
    /// # Errors
    /// [`is_wrong_code`](crate::Error::is_wrong_code) if the code is not the one that was mailed last, or has expired.
    #[inline]
    pub fn verify_email(&self, code: impl Into<Secret>) -> Request<Acknowledged> {
        let body = UserVerification::new(code);
        self.client
            .request(VerifyEmail::new(self.id, body))
            .acknowledged()
    }

    /// Reads which population the user belongs to.
    #[doc = docs::read_user_population!()]
    #[inline]
    pub fn population(&self) -> Request<UserPopulation> {
        self.client.request(ReadUserPopulation::new(self.id))
    }

    /// Moves the user to another population.
    #[doc = docs::set_user_population!()]
    /// # Example
    /// ```
    /// # async fn run(client: pingone::Client, user: pingone::models::UserId, staff: pingone::models::PopulationId) -> pingone::Result<()> {
    /// client.user(user).set_population(staff).await?;
    /// # Ok(())
    /// # }
    /// ```
    #[inline]
    pub fn set_population(&self, population: impl Into<PopulationId>) -> Request<UserPopulation> {
        let body = PopulationReference::new(population);
        self.client.request(SetUserPopulation::new(self.id, body))
    }
}
