//! Proof of who signs on: names, passwords and devices.

use pingone_models::requests::{
    CheckFlowAssertion, CheckFlowOtp, CheckFlowUsernamePassword, LookUpFlowUser, ResetFlowSession,
    SelectFlowDevice,
};
use pingone_models::{
    AssertionCheck, DeviceId, DeviceReference, Flow, FlowDeviceSelection, FlowUserLookup,
    FlowUsernamePasswordCheck, OtpCheck, Secret,
};

use super::FlowHandle;
use crate::call::Request;
use crate::generated::docs;

impl FlowHandle {
    /// Signs the user on with username and password.
    #[doc = docs::check_flow_username_password!()]
    /// # Example
    /// ```
    /// # async fn run(flow: pingone::flows::FlowHandle) -> pingone::Result<()> {
    /// match flow.check_username_password("linda", "the-password").await {
    ///     Ok(next) => println!("{}", next.status),
    ///     Err(error) if error.is_wrong_code() => println!("wrong username or password"),
    ///     Err(error) if error.is_locked_out() => println!("locked for {:?}", error.retry_after()),
    ///     Err(error) => return Err(error),
    /// }
    /// # Ok(())
    /// # }
    /// ```
    #[inline]
    pub fn check_username_password(
        &self,
        username: impl Into<String>,
        password: impl Into<Secret>,
    ) -> Request<Flow> {
        let body = FlowUsernamePasswordCheck::new(password, username);
        self.request(CheckFlowUsernamePassword::new(self.id, body))
    }

    /// Names the user who signs on, without a password.
    #[doc = docs::look_up_flow_user!()]
    /// # Errors
    /// A detail about `username` if there is no such user.
    #[inline]
    pub fn look_up_user(&self, username: impl Into<String>) -> Request<Flow> {
        let body = FlowUserLookup::new(username);
        self.request(LookUpFlowUser::new(self.id, body))
    }

    /// Selects the device to authenticate with, and sends the passcode or notification to it.
    #[doc = docs::select_flow_device!()]
    #[inline]
    pub fn select_device(&self, device: impl Into<DeviceId>) -> Request<Flow> {
        let body = FlowDeviceSelection::new(DeviceReference::new(device));
        self.request(SelectFlowDevice::new(self.id, body))
    }

    /// Checks the one-time passcode from the user's device.
    #[doc = docs::check_flow_otp!()]
    /// # Errors
    /// [`is_wrong_code`](crate::Error::is_wrong_code) if it is wrong,
    /// [`is_attempts_exceeded`](crate::Error::is_attempts_exceeded) after as many wrong ones as the policy allows.
    #[inline]
    pub fn check_otp(&self, otp: impl Into<Secret>) -> Request<Flow> {
        let body = OtpCheck::new(otp);
        self.request(CheckFlowOtp::new(self.id, body))
    }

    /// Checks the assertion that the user's browser made with a FIDO2 device.
    #[doc = docs::check_flow_assertion!()]
    /// # Example
    /// ```
    /// # async fn run(flow: pingone::flows::FlowHandle) -> pingone::Result<()> {
    /// use pingone::models::AssertionCheck;
    ///
    /// // What `navigator.credentials.get` returned, as JSON.
    /// flow.check_assertion(AssertionCheck::new("{}", "https://app.example.com")).await?;
    /// # Ok(())
    /// # }
    /// ```
    #[inline]
    pub fn check_assertion(&self, assertion: AssertionCheck) -> Request<Flow> {
        self.request(CheckFlowAssertion::new(self.id, assertion))
    }

    /// Starts the flow over.
    #[doc = docs::reset_flow_session!()]
    #[inline]
    pub fn reset_session(&self) -> Request<Flow> {
        self.request(ResetFlowSession::new(self.id))
    }
}
