//! Forgotten and expired passwords.

use pingone_models::requests::{
    ForgotFlowPassword, RecoverFlowPassword, ResetFlowPassword, SendFlowRecoveryCode,
};
use pingone_models::{Flow, FlowForgottenPassword, FlowPasswordReset, PasswordRecovery, Secret};

use super::FlowHandle;
use crate::call::Request;
use crate::generated::docs;

impl FlowHandle {
    /// Begins to recover a forgotten password, and mails the user a recovery code.
    #[doc = docs::forgot_flow_password!()]
    /// # Example
    /// ```
    /// # async fn run(flow: pingone::flows::FlowHandle) -> pingone::Result<()> {
    /// flow.forgot_password("linda").await?;
    /// // The code comes from the mail.
    /// flow.recover_password("7K2M9QXA", "a-new-password").await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// A detail about `username` if there is no such user.
    #[inline]
    pub fn forgot_password(&self, username: impl Into<String>) -> Request<Flow> {
        let body = FlowForgottenPassword::new(username);
        self.request(ForgotFlowPassword::new(self.id, body))
    }

    /// Sets a new password with the recovery code from the message.
    #[doc = docs::recover_flow_password!()]
    /// # Errors
    /// [`is_wrong_code`](crate::Error::is_wrong_code) if the code is wrong or old,
    /// [`is_attempts_exceeded`](crate::Error::is_attempts_exceeded) after five wrong ones.
    #[inline]
    pub fn recover_password(
        &self,
        code: impl Into<Secret>,
        new_password: impl Into<Secret>,
    ) -> Request<Flow> {
        let body = PasswordRecovery::new(new_password, code);
        self.request(RecoverFlowPassword::new(self.id, body))
    }

    /// Mails the user of the flow another recovery code.
    #[doc = docs::send_flow_recovery_code!()]
    #[inline]
    pub fn send_recovery_code(&self) -> Request<Flow> {
        self.request(SendFlowRecoveryCode::new(self.id))
    }

    /// Replaces a password that has expired or must be changed.
    #[doc = docs::reset_flow_password!()]
    /// # Errors
    /// [`is_wrong_code`](crate::Error::is_wrong_code) if the current password is wrong. A password that the policy
    /// refuses has a detail about `newPassword`.
    #[inline]
    pub fn reset_password(
        &self,
        current_password: impl Into<Secret>,
        new_password: impl Into<Secret>,
    ) -> Request<Flow> {
        let body = FlowPasswordReset::new(current_password, new_password);
        self.request(ResetFlowPassword::new(self.id, body))
    }
}
