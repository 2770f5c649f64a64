//! Forgotten and expired passwords.

use pingone_models::requests::{
    ForgotFlowPassword, RecoverFlowPassword, ResetFlowPassword, SendFlowRecoveryCode,
};
use pingone_models::{Flow, FlowForgottenPassword, FlowPasswordReset, PasswordRecovery, Secret};

use super::FlowHandle;
use crate::call::Request;

impl FlowHandle {
    /// Begins to recover a forgotten password, and mails the user a recovery code.
    ///
    /// The flow goes on to `RECOVERY_CODE_REQUIRED`.
    ///
    /// # Example
    /// ```
    /// # async fn run(client: pingone::Client, flow: pingone::models::FlowId) -> pingone::Result<()> {
    /// # let flow = client.flow(flow).with_session("cookie");
    /// let next = flow.forgot_password("linda").await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// A detail about `username` if there is no such user.
    ///
    /// # Side effects
    /// Sends a message. Calling it twice sends two.
    ///
    /// # Retries
    /// Only where the service cannot have acted on the first request; see [`SafeRetry`](crate::retry::SafeRetry).
    ///
    /// [Flows](https://developer.pingidentity.com/pingone-api/auth/flows/flows-1.html)
    pub fn forgot_password(&self, username: impl Into<String>) -> Request<Flow> {
        let body = FlowForgottenPassword::new(username);
        self.client
            .request(ForgotFlowPassword::new(self.id, body))
            .with_session(self.shared_session())
    }

    /// Sets a new password with the recovery code from the message.
    ///
    /// The code has eight letters and digits and is valid for five minutes.
    ///
    /// # Example
    /// ```
    /// # async fn run(client: pingone::Client, flow: pingone::models::FlowId) -> pingone::Result<()> {
    /// # let flow = client.flow(flow).with_session("cookie");
    /// let next = flow.recover_password("7K2M9QXA", "a-new-password").await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`is_wrong_code`](crate::Error::is_wrong_code) if the code is wrong or old,
    /// [`is_attempts_exceeded`](crate::Error::is_attempts_exceeded) after five wrong ones.
    ///
    /// # Side effects
    /// Changes the password. A wrong code spends one of five attempts.
    ///
    /// # Retries
    /// Only where the service cannot have acted on the first request; see [`SafeRetry`](crate::retry::SafeRetry).
    ///
    /// [Recover password](https://developer.pingidentity.com/pingone-api/auth/flows/forgot-password/recover-password.html)
    pub fn recover_password(
        &self,
        code: impl Into<Secret>,
        new_password: impl Into<Secret>,
    ) -> Request<Flow> {
        let body = PasswordRecovery::new(new_password, code);
        self.client
            .request(RecoverFlowPassword::new(self.id, body))
            .with_session(self.shared_session())
    }

    /// Mails the user of the flow another recovery code.
    ///
    /// # Example
    /// ```
    /// # async fn run(client: pingone::Client, flow: pingone::models::FlowId) -> pingone::Result<()> {
    /// # let flow = client.flow(flow).with_session("cookie");
    /// let next = flow.send_recovery_code().await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`is_expired_flow`](crate::Error::is_expired_flow) after 15 minutes without activity.
    ///
    /// # Side effects
    /// Sends a message. Calling it twice sends two.
    ///
    /// # Retries
    /// Only where the service cannot have acted on the first request; see [`SafeRetry`](crate::retry::SafeRetry).
    ///
    /// [Flows](https://developer.pingidentity.com/pingone-api/auth/flows/flows-1.html)
    pub fn send_recovery_code(&self) -> Request<Flow> {
        self.client
            .request(SendFlowRecoveryCode::new(self.id))
            .with_session(self.shared_session())
    }

    /// Replaces a password that has expired or must be changed.
    ///
    /// The flow asks for it with the status `PASSWORD_EXPIRED` or `MUST_CHANGE_PASSWORD`.
    ///
    /// # Example
    /// ```
    /// # async fn run(client: pingone::Client, flow: pingone::models::FlowId) -> pingone::Result<()> {
    /// # let flow = client.flow(flow).with_session("cookie");
    /// let next = flow.reset_password("the-old-one", "a-new-one").await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`is_wrong_code`](crate::Error::is_wrong_code) if the current password is wrong. A password that the policy refuses
    /// has a detail about `newPassword`.
    ///
    /// # Side effects
    /// Changes the password. A wrong current password may count towards the lock.
    ///
    /// # Retries
    /// Only where the service cannot have acted on the first request; see [`SafeRetry`](crate::retry::SafeRetry).
    ///
    /// [Reset password](https://developer.pingidentity.com/pingone-api/auth/flows/flows-1/reset-password.html)
    pub fn reset_password(
        &self,
        current_password: impl Into<Secret>,
        new_password: impl Into<Secret>,
    ) -> Request<Flow> {
        let body = FlowPasswordReset::new(current_password, new_password);
        self.client
            .request(ResetFlowPassword::new(self.id, body))
            .with_session(self.shared_session())
    }
}
