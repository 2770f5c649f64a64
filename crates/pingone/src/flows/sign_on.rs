//! Proof of who signs on: names, passwords and devices.

use pingone_models::requests::{
    CheckFlowOtp, CheckFlowUsernamePassword, LookUpFlowUser, ResetFlowSession, SelectFlowDevice,
};
use pingone_models::{
    DeviceId, DeviceReference, Flow, FlowDeviceSelection, FlowUserLookup,
    FlowUsernamePasswordCheck, OtpCheck, Secret,
};

use super::FlowHandle;
use crate::call::Request;

impl FlowHandle {
    /// Signs the user on with username and password.
    ///
    /// The flow asks for it with the status `USERNAME_PASSWORD_REQUIRED`, and with `PASSWORD_REQUIRED` when it knows its user.
    ///
    /// # Example
    /// ```
    /// # async fn run(client: pingone::Client, flow: pingone::models::FlowId) -> pingone::Result<()> {
    /// # let flow = client.flow(flow).with_session("cookie");
    /// let next = flow.check_username_password("linda", "the-password").await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`is_wrong_code`](crate::Error::is_wrong_code) may say that the password is wrong; PingOne also answers so with a
    /// detail about `username`, to not tell which of the two it is.
    ///
    /// # Side effects
    /// A wrong password counts towards the lock. If MFA comes next, the service may send a passcode.
    ///
    /// # Retries
    /// Only where the service cannot have acted on the first request; see [`SafeRetry`](crate::retry::SafeRetry).
    ///
    /// [Check username/password](https://developer.pingidentity.com/pingone-api/auth/flows/flows-1/check-username-password.html)
    pub fn check_username_password(
        &self,
        username: impl Into<String>,
        password: impl Into<Secret>,
    ) -> Request<Flow> {
        let body = FlowUsernamePasswordCheck::new(password, username);
        self.client
            .request(CheckFlowUsernamePassword::new(self.id, body))
            .with_session(self.shared_session())
    }

    /// Names the user who signs on, without a password.
    ///
    /// The flow asks for it with the status `SIGN_ON_REQUIRED`.
    ///
    /// # Example
    /// ```
    /// # async fn run(client: pingone::Client, flow: pingone::models::FlowId) -> pingone::Result<()> {
    /// # let flow = client.flow(flow).with_session("cookie");
    /// let next = flow.look_up_user("linda").await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// A detail about `username` if there is no such user.
    ///
    /// # Side effects
    /// With an MFA policy the service sends a passcode. Calling it twice may send two.
    ///
    /// # Retries
    /// Only where the service cannot have acted on the first request; see [`SafeRetry`](crate::retry::SafeRetry).
    ///
    /// [Sign on with a username](https://developer.pingidentity.com/pingone-api/auth/flows/flows-1/sign-on-with-a-username.html)
    pub fn look_up_user(&self, username: impl Into<String>) -> Request<Flow> {
        let body = FlowUserLookup::new(username);
        self.client
            .request(LookUpFlowUser::new(self.id, body))
            .with_session(self.shared_session())
    }

    /// Selects the device to authenticate with, and sends the passcode or notification to it; also sends another one.
    ///
    /// # Example
    /// ```
    /// # async fn run(client: pingone::Client, flow: pingone::models::FlowId, device: pingone::models::DeviceId) -> pingone::Result<()> {
    /// # let flow = client.flow(flow).with_session("cookie");
    /// let next = flow.select_device(device).await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`is_expired_flow`](crate::Error::is_expired_flow) after 15 minutes without activity.
    ///
    /// # Side effects
    /// Sends a message to the device. Calling it twice sends two.
    ///
    /// # Retries
    /// Only where the service cannot have acted on the first request; see [`SafeRetry`](crate::retry::SafeRetry).
    ///
    /// [Select device](https://developer.pingidentity.com/pingone-api/auth/flows/flows-1/select-device.html)
    pub fn select_device(&self, device: impl Into<DeviceId>) -> Request<Flow> {
        let body = FlowDeviceSelection::new(DeviceReference::new(device));
        self.client
            .request(SelectFlowDevice::new(self.id, body))
            .with_session(self.shared_session())
    }

    /// Checks the one-time passcode from the user's device.
    ///
    /// The flow asks for it with the status `OTP_REQUIRED`.
    ///
    /// # Example
    /// ```
    /// # async fn run(client: pingone::Client, flow: pingone::models::FlowId) -> pingone::Result<()> {
    /// # let flow = client.flow(flow).with_session("cookie");
    /// let next = flow.check_otp("123456").await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`is_wrong_code`](crate::Error::is_wrong_code) if it is wrong,
    /// [`is_attempts_exceeded`](crate::Error::is_attempts_exceeded) after as many wrong ones as the policy allows.
    ///
    /// # Side effects
    /// A wrong passcode spends an attempt.
    ///
    /// # Retries
    /// Only where the service cannot have acted on the first request; see [`SafeRetry`](crate::retry::SafeRetry).
    ///
    /// [Check one-time password](https://developer.pingidentity.com/pingone-api/auth/flows/flows-1/check-one-time-password-otp.html)
    pub fn check_otp(&self, otp: impl Into<Secret>) -> Request<Flow> {
        let body = OtpCheck::new(otp);
        self.client
            .request(CheckFlowOtp::new(self.id, body))
            .with_session(self.shared_session())
    }

    /// Starts the flow over.
    ///
    /// # Example
    /// ```
    /// # async fn run(client: pingone::Client, flow: pingone::models::FlowId) -> pingone::Result<()> {
    /// # let flow = client.flow(flow).with_session("cookie");
    /// let next = flow.reset_session().await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`is_expired_flow`](crate::Error::is_expired_flow) after 15 minutes without activity.
    ///
    /// # Side effects
    /// Forgets what the user has done in this flow.
    ///
    /// # Retries
    /// Only where the service cannot have acted on the first request; see [`SafeRetry`](crate::retry::SafeRetry).
    ///
    /// [Reset flow](https://developer.pingidentity.com/pingone-api/auth/flows/flows-1/reset-flow.html)
    pub fn reset_session(&self) -> Request<Flow> {
        self.client
            .request(ResetFlowSession::new(self.id))
            .with_session(self.shared_session())
    }
}
