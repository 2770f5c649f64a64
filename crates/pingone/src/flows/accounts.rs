//! Who the user is: registration, verification, profile and consent.

use pingone_models::requests::{
    ConfirmFlowUser, ConsentFlowDeviceGrant, ConsentFlowUser, RegisterFlowUser,
    SendFlowVerificationCode, UpdateFlowUser, VerifyFlowUser, VerifyFlowUserCode,
};
use pingone_models::{
    Flow, FlowConsent, FlowUserCodeVerification, FlowUserConfirmation, FlowUserRegistration,
    Secret, UserUpdate, UserVerification,
};

use super::FlowHandle;
use crate::call::{Acknowledged, Request};
use crate::generated::docs;

impl FlowHandle {
    /// Confirms or corrects the account data that an external identity provider returned.
    ///
    /// What is absent is left alone, what is null is cleared. [`Acknowledged::read`] reads the answer where it is a
    /// flow.
    #[doc = docs::confirm_flow_user!()]
    /// # Example
    /// ```
    /// # async fn run(flow: pingone::flows::FlowHandle) -> pingone::Result<()> {
    /// use pingone::models::{FlowUserConfirmation, Patch};
    ///
    /// let account = FlowUserConfirmation::new("linda@example.com").with_nickname(Patch::Null);
    /// flow.confirm_account(account).await?;
    /// # Ok(())
    /// # }
    /// ```
    #[inline]
    pub fn confirm_account(&self, account: FlowUserConfirmation) -> Request<Acknowledged> {
        self.request(ConfirmFlowUser::new(self.id, account))
            .acknowledged()
    }

    /// Registers a new user, and mails the verification code to the user's address.
    #[doc = docs::register_flow_user!()]
    /// # Example
    /// ```
    /// # async fn run(flow: pingone::flows::FlowHandle) -> pingone::Result<()> {
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
    #[inline]
    pub fn register_user(&self, user: FlowUserRegistration) -> Request<Flow> {
        self.request(RegisterFlowUser::new(self.id, user))
    }

    /// Verifies the user with the code from the mail.
    #[doc = docs::verify_flow_user!()]
    /// # Errors
    /// [`is_wrong_code`](crate::Error::is_wrong_code) if the code is not the one that was mailed last.
    #[inline]
    pub fn verify_user(&self, code: impl Into<Secret>) -> Request<Flow> {
        let body = UserVerification::new(code);
        self.request(VerifyFlowUser::new(self.id, body))
    }

    /// Mails the user of the flow another verification code.
    #[doc = docs::send_flow_verification_code!()]
    #[inline]
    pub fn send_verification_code(&self) -> Request<Flow> {
        self.request(SendFlowVerificationCode::new(self.id))
    }

    /// Adds data to the user's profile.
    ///
    /// What is absent is left alone, what is null is cleared.
    #[doc = docs::update_flow_user!()]
    /// # Example
    /// ```
    /// # async fn run(flow: pingone::flows::FlowHandle) -> pingone::Result<()> {
    /// use pingone::models::UserUpdate;
    ///
    /// let next = flow.update_user(UserUpdate::new().with_nickname("Lin")).await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// A value that the user schema refuses has a detail about its attribute.
    #[inline]
    pub fn update_user(&self, user: UserUpdate) -> Request<Flow> {
        self.request(UpdateFlowUser::new(self.id, user))
    }
    /// Answers whether the user consents to the agreement of the sign-on policy.
    #[doc = docs::consent_flow_user!()]
    /// # Example
    /// ```
    /// # async fn run(flow: pingone::flows::FlowHandle) -> pingone::Result<()> {
    /// let next = flow.consent(true).await?;
    /// # Ok(())
    /// # }
    /// ```
    #[inline]
    pub fn consent(&self, accept: bool) -> Request<Flow> {
        self.request(ConsentFlowUser::new(self.id, FlowConsent::new(accept)))
    }

    /// Confirms the user code that a device shows.
    #[doc = docs::verify_flow_user_code!()]
    /// # Example
    /// ```
    /// # async fn run(flow: pingone::flows::FlowHandle) -> pingone::Result<()> {
    /// let next = flow.verify_user_code("WDJB-MJHT").await?;
    /// # Ok(())
    /// # }
    /// ```
    #[inline]
    pub fn verify_user_code(&self, code: impl Into<Secret>) -> Request<Flow> {
        let body = FlowUserCodeVerification::new(code);
        self.request(VerifyFlowUserCode::new(self.id, body))
    }

    /// Answers whether the user lets a device sign on.
    #[doc = docs::consent_flow_device_grant!()]
    /// # Example
    /// ```
    /// # async fn run(flow: pingone::flows::FlowHandle) -> pingone::Result<()> {
    /// let next = flow.consent_to_device(true).await?;
    /// # Ok(())
    /// # }
    /// ```
    #[inline]
    pub fn consent_to_device(&self, accept: bool) -> Request<Flow> {
        self.request(ConsentFlowDeviceGrant::new(
            self.id,
            FlowConsent::new(accept),
        ))
    }
}
