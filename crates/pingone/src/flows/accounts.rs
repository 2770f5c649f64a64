//! Who the user is: registration, verification and profile.

use pingone_models::requests::{
    ConfirmFlowUser, RegisterFlowUser, SendFlowVerificationCode, UpdateFlowUser, VerifyFlowUser,
};
use pingone_models::{
    Flow, FlowUserConfirmation, FlowUserRegistration, Secret, UserUpdate, UserVerification,
};

use super::FlowHandle;
use crate::call::{Acknowledged, Request};

impl FlowHandle {
    /// Confirms or corrects the account data that an external identity provider returned.
    ///
    /// The flow asks for it with the status `ACCOUNT_CONFIRMATION_REQUIRED`. The body has the form of a partial update: what is
    /// absent is left alone, what is null is cleared. Attributes that the provider did not return are ignored.
    /// What the service answers is not published; [`Acknowledged::read`] reads it where it is a flow.
    ///
    /// # Example
    /// ```
    /// # async fn run(client: pingone::Client, flow: pingone::models::FlowId) -> pingone::Result<()> {
    /// # let flow = client.flow(flow).with_session("cookie");
    /// use pingone::models::{FlowUserConfirmation, Patch};
    ///
    /// let account = FlowUserConfirmation::new("linda@example.com").with_nickname(Patch::Null);
    /// flow.confirm_account(account).await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`is_expired_flow`](crate::Error::is_expired_flow) after 15 minutes without activity.
    ///
    /// # Side effects
    /// Changes the account. The flow goes on to `ACCOUNT_LINKING_REQUIRED` if the mapped attributes match users, and
    /// completes otherwise.
    ///
    /// # Retries
    /// Only where the service cannot have acted on the first request; see [`SafeRetry`](crate::retry::SafeRetry).
    ///
    /// [Confirm account information](https://developer.pingidentity.com/pingone-api/auth/flows/registration-and-verification/confirm-account-information.html)
    pub fn confirm_account(&self, account: FlowUserConfirmation) -> Request<Acknowledged> {
        self.client
            .request(ConfirmFlowUser::new(self.id, account))
            .acknowledged()
            .with_session(self.shared_session())
    }

    /// Registers a new user, and mails the verification code to the user's address.
    ///
    /// With the flow status `ACCOUNT_LINKING_REQUIRED` it registers the external identity; the password is ignored then.
    ///
    /// # Example
    /// ```
    /// # async fn run(client: pingone::Client, flow: pingone::models::FlowId) -> pingone::Result<()> {
    /// # let flow = client.flow(flow).with_session("cookie");
    /// use pingone::models::FlowUserRegistration;
    ///
    /// let user = FlowUserRegistration::new("linda@example.com", "linda").with_password("a-password");
    /// let next = flow.register_user(user).await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// A username that is taken has a detail with the code `UNIQUENESS_VIOLATION`, a password that the policy refuses has
    /// one about `password`.
    ///
    /// # Side effects
    /// Creates a user and sends an e-mail.
    ///
    /// # Retries
    /// Only where the service cannot have acted on the first request; see [`SafeRetry`](crate::retry::SafeRetry).
    ///
    /// [Register user](https://developer.pingidentity.com/pingone-api/auth/flows/registration-and-verification/register-user.html)
    pub fn register_user(&self, user: FlowUserRegistration) -> Request<Flow> {
        self.client
            .request(RegisterFlowUser::new(self.id, user))
            .with_session(self.shared_session())
    }

    /// Verifies the user with the code from the mail.
    ///
    /// The flow asks for it with the status `VERIFICATION_CODE_REQUIRED`. The code has eight letters and digits and no timeout.
    ///
    /// # Example
    /// ```
    /// # async fn run(client: pingone::Client, flow: pingone::models::FlowId) -> pingone::Result<()> {
    /// # let flow = client.flow(flow).with_session("cookie");
    /// let next = flow.verify_user("A1B2C3D4").await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`is_wrong_code`](crate::Error::is_wrong_code) if the code is not the one that was mailed last.
    ///
    /// # Side effects
    /// Verifies the user. A wrong code may count towards a limit of attempts.
    ///
    /// # Retries
    /// Only where the service cannot have acted on the first request; see [`SafeRetry`](crate::retry::SafeRetry).
    ///
    /// [Verify user](https://developer.pingidentity.com/pingone-api/auth/flows/registration-and-verification/verify-user.html)
    pub fn verify_user(&self, code: impl Into<Secret>) -> Request<Flow> {
        let body = UserVerification::new(code);
        self.client
            .request(VerifyFlowUser::new(self.id, body))
            .with_session(self.shared_session())
    }

    /// Mails the user of the flow another verification code.
    ///
    /// # Example
    /// ```
    /// # async fn run(client: pingone::Client, flow: pingone::models::FlowId) -> pingone::Result<()> {
    /// # let flow = client.flow(flow).with_session("cookie");
    /// let next = flow.send_verification_code().await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`is_expired_flow`](crate::Error::is_expired_flow) after 15 minutes without activity.
    ///
    /// # Side effects
    /// Sends an e-mail. Calling it twice sends two.
    ///
    /// # Retries
    /// Only where the service cannot have acted on the first request; see [`SafeRetry`](crate::retry::SafeRetry).
    ///
    /// [Send/resend verification code](https://developer.pingidentity.com/pingone-api/auth/flows/registration-and-verification/send-resend-verification-code.html)
    pub fn send_verification_code(&self) -> Request<Flow> {
        self.client
            .request(SendFlowVerificationCode::new(self.id))
            .with_session(self.shared_session())
    }

    /// Adds data to the user's profile.
    ///
    /// The flow asks for it with the status `PROFILE_DATA_REQUIRED`. What is absent is left alone, what is null is cleared.
    ///
    /// # Example
    /// ```
    /// # async fn run(client: pingone::Client, flow: pingone::models::FlowId) -> pingone::Result<()> {
    /// # let flow = client.flow(flow).with_session("cookie");
    /// use pingone::models::UserUpdate;
    ///
    /// let next = flow.update_user(UserUpdate::new().with_nickname("Lin")).await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// A value that the user schema refuses has a detail about its attribute.
    ///
    /// # Side effects
    /// Changes the user.
    ///
    /// # Retries
    /// Only where the service cannot have acted on the first request; see [`SafeRetry`](crate::retry::SafeRetry).
    ///
    /// [User profile update](https://developer.pingidentity.com/pingone-api/auth/flows/registration-and-verification/user-profile-update.html)
    pub fn update_user(&self, user: UserUpdate) -> Request<Flow> {
        self.client
            .request(UpdateFlowUser::new(self.id, user))
            .with_session(self.shared_session())
    }
}
