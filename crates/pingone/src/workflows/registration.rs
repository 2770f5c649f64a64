//! A new user.

use pingone_models::{FlowUserRegistration, Secret};

use crate::Result;
use crate::sign_on::{SignOn, SignOnBuilder, Step};

/// The registration of a new user within a sign-on, which ends with the user signed on.
///
/// ```
/// # async fn ask(_: &str) -> String { String::new() }
/// # async fn run(application: pingone::applications::Application) -> pingone::Result<()> {
/// use pingone::models::FlowUserRegistration;
/// use pingone::sign_on::Step;
/// use pingone::workflows::Registration;
///
/// let mut registration = Registration::begin(application.sign_on()).await?;
/// let linda = FlowUserRegistration::new("linda@example.com", "linda").with_password("2FederateM0re!");
/// // Creates the user and sends an e-mail.
/// if registration.register(linda).await? == Step::VerificationCode {
///     // Verifies the account, or uses up an attempt.
///     registration.verify(ask("the code").await).await?;
/// }
/// let tokens = registration.into_sign_on().tokens().await?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Registration {
    sign_on: SignOn,
}

impl Registration {
    /// Begins the sign-on.
    ///
    /// # Example
    /// ```
    /// # async fn run(application: pingone::applications::Application) -> pingone::Result<()> {
    /// use pingone::workflows::Registration;
    ///
    /// let registration = Registration::begin(application.sign_on().with_scope("openid email")).await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// As [`SignOnBuilder::begin`] has them.
    pub async fn begin(sign_on: SignOnBuilder) -> Result<Self> {
        Ok(Self {
            sign_on: sign_on.begin().await?,
        })
    }

    /// Goes on with a sign-on that was begun before, such as one that was stored.
    #[must_use]
    pub fn of(sign_on: SignOn) -> Self {
        Self { sign_on }
    }

    /// Creates the user and mails a verification code:
    /// [`FlowHandle::register_user`](crate::flows::FlowHandle::register_user).
    ///
    /// # Errors
    /// A username that is taken has the reason [`NotUnique`](crate::Reason::NotUnique), a password that the policy
    /// refuses has a detail about `password`.
    pub async fn register(&mut self, user: FlowUserRegistration) -> Result<Step<'_>> {
        self.sign_on.act(|flow| flow.register_user(user)).await
    }

    /// Mails another verification code:
    /// [`FlowHandle::send_verification_code`](crate::flows::FlowHandle::send_verification_code).
    ///
    /// # Errors
    /// [`is_expired_flow`](crate::Error::is_expired_flow) after 15 minutes without activity.
    pub async fn send_code(&mut self) -> Result<Step<'_>> {
        self.sign_on.act(|flow| flow.send_verification_code()).await
    }

    /// Verifies the account with the code from the mail:
    /// [`FlowHandle::verify_user`](crate::flows::FlowHandle::verify_user).
    ///
    /// # Errors
    /// [`is_wrong_code`](crate::Error::is_wrong_code) if the code is not the one that was mailed last.
    pub async fn verify(&mut self, code: impl Into<Secret>) -> Result<Step<'_>> {
        self.sign_on.act(|flow| flow.verify_user(code)).await
    }

    /// The sign-on as it is now.
    #[must_use]
    pub fn sign_on(&self) -> &SignOn {
        &self.sign_on
    }

    /// The sign-on, to go on with whatever else it waits for and to get the tokens.
    #[must_use]
    pub fn into_sign_on(self) -> SignOn {
        self.sign_on
    }
}
