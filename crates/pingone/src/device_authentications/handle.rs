//! What can be done with a device authentication that was started.

use pingone_models::requests::{
    CancelPushAuthentication, CheckAssertion, CheckOtp, ReadDeviceAuthentication, SelectDevice,
};
use pingone_models::{
    AssertionCheck, DeviceAuthentication, DeviceAuthenticationId, DeviceAuthenticationStatus,
    DeviceId, DeviceReference, DeviceSelection, OtpCheck, PushCancellation, PushCancellationReason,
    Secret,
};

use crate::call::{Acknowledged, Request};
use crate::client::Client;
use crate::generated::docs;
use crate::poll::Poll;

/// One device authentication. Made by [`DeviceAuthentications`](super::DeviceAuthentications) when it starts one, or from an id by
/// [`Client::device_authentication`].
///
/// ```
/// # async fn run(client: pingone::Client, id: pingone::models::DeviceAuthenticationId) -> pingone::Result<()> {
/// // In another request of the browser than the one that started it.
/// let state = client.device_authentication(id).check_otp("123456").await?;
/// println!("{}", state.status);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct DeviceAuthenticationHandle {
    pub(super) client: Client,
    pub(super) id: DeviceAuthenticationId,
    started: Option<Box<DeviceAuthentication>>,
}

impl DeviceAuthenticationHandle {
    pub(crate) fn new(client: Client, id: DeviceAuthenticationId) -> Self {
        Self {
            client,
            id,
            started: None,
        }
    }

    pub(super) fn started_as(client: Client, started: DeviceAuthentication) -> Self {
        Self {
            client,
            id: started.id,
            started: Some(Box::new(started)),
        }
    }

    /// The id, to go on elsewhere.
    #[must_use]
    pub fn id(&self) -> DeviceAuthenticationId {
        self.id
    }

    /// What the service answered when this was started. Nothing, if the handle was made from an id.
    #[must_use]
    pub fn started(&self) -> Option<&DeviceAuthentication> {
        self.started.as_deref()
    }

    /// What it waited for when it was started. Nothing, if the handle was made from an id: [`read`](Self::read) it then.
    #[must_use]
    pub fn status(&self) -> Option<&DeviceAuthenticationStatus> {
        self.started().map(|started| &started.status)
    }

    /// Reads the device authentication: what it waits for now.
    #[doc = docs::read_device_authentication!()]
    /// # Example
    /// ```
    /// # async fn run(client: pingone::Client, id: pingone::models::DeviceAuthenticationId) -> pingone::Result<()> {
    /// let state = client.device_authentication(id).read().await?;
    /// println!("{}", state.status);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`is_not_found`](crate::Error::is_not_found) if it does not exist any more.
    #[inline]
    pub fn read(&self) -> Request<DeviceAuthentication> {
        self.client.request(ReadDeviceAuthentication::new(self.id))
    }

    /// Waits until the person has acted on the device: reads the state until its status is `COMPLETED`, `FAILED` or
    /// `PUSH_CONFIRMATION_TIMED_OUT`.
    #[doc = docs::read_device_authentication!()]
    /// # Example
    /// ```
    /// # async fn run(client: pingone::Client, user: pingone::models::UserId, device: pingone::models::DeviceId) -> pingone::Result<()> {
    /// use pingone::models::DeviceAuthenticationStatus;
    ///
    /// let started = client.device_authentications().registered_device(user, device).await?;
    /// match started.poll().await?.status {
    ///     DeviceAuthenticationStatus::Completed => println!("confirmed"),
    ///     other => println!("not confirmed: {other}"),
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`is_timeout`](crate::Error::is_timeout) if it does not end in time; otherwise as [`read`](Self::read).
    #[inline]
    pub fn poll(&self) -> Poll<DeviceAuthentication> {
        let handle = self.clone();
        Poll::new(
            self.client.clone(),
            move || handle.read(),
            |state| state.status.as_str(),
            |state| is_terminal(&state.status),
        )
    }

    /// Checks the passcode that the person typed. The status to call it in is `OTP_REQUIRED`.
    #[doc = docs::check_otp!()]
    /// # Example
    /// ```
    /// # async fn run(client: pingone::Client, id: pingone::models::DeviceAuthenticationId) -> pingone::Result<()> {
    /// match client.device_authentication(id).check_otp("123456").await {
    ///     Ok(state) => println!("{}", state.status),
    ///     Err(error) if error.is_wrong_code() => println!("please look at the code again"),
    ///     Err(error) if error.is_attempts_exceeded() => println!("please ask for a new code"),
    ///     Err(error) => return Err(error),
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`is_wrong_code`](crate::Error::is_wrong_code) if it is wrong,
    /// [`is_attempts_exceeded`](crate::Error::is_attempts_exceeded) after as many wrong ones as the policy allows.
    #[inline]
    pub fn check_otp(&self, otp: impl Into<Secret>) -> Request<DeviceAuthentication> {
        let body = OtpCheck::new(otp);
        self.client.request(CheckOtp::new(self.id, body))
    }

    /// Selects a registered device, and sends the passcode or notification to it.
    /// The status to call it in is `DEVICE_SELECTION_REQUIRED`.
    #[doc = docs::select_device!()]
    /// # Example
    /// ```
    /// # async fn run(client: pingone::Client, id: pingone::models::DeviceAuthenticationId, device: pingone::models::DeviceId) -> pingone::Result<()> {
    /// let state = client.device_authentication(id).select_device(device).await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// A device that the user does not have has a detail about it.
    #[inline]
    pub fn select_device(&self, device: impl Into<DeviceId>) -> Request<DeviceAuthentication> {
        self.select(DeviceSelection::new(DeviceReference::new(device)))
    }

    /// Selects a registered device as [`select_device`](Self::select_device) does, with how far the person's browser
    /// supports FIDO2.
    #[doc = docs::select_device!()]
    /// # Example
    /// ```
    /// # async fn run(client: pingone::Client, id: pingone::models::DeviceAuthenticationId, device: pingone::models::DeviceId) -> pingone::Result<()> {
    /// use pingone::models::{DeviceReference, DeviceSelection};
    ///
    /// let selection = DeviceSelection::new(DeviceReference::new(device)).with_compatibility("FULL");
    /// let state = client.device_authentication(id).select(selection).await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// A device that the user does not have has a detail about it.
    #[inline]
    pub fn select(&self, selection: DeviceSelection) -> Request<DeviceAuthentication> {
        self.client.request(SelectDevice::new(self.id, selection))
    }

    /// Checks the assertion of a FIDO2 device or of PingID Desktop. The status to call it in is `ASSERTION_REQUIRED`.
    #[doc = docs::check_assertion!()]
    /// # Example
    /// ```
    /// # async fn run(client: pingone::Client, id: pingone::models::DeviceAuthenticationId) -> pingone::Result<()> {
    /// use pingone::models::AssertionCheck;
    ///
    /// let assertion = AssertionCheck::new("{}", "https://app.example.com");
    /// let state = client.device_authentication(id).check_assertion(assertion).await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// An assertion that does not hold; its code is not published.
    #[inline]
    pub fn check_assertion(&self, assertion: AssertionCheck) -> Request<DeviceAuthentication> {
        self.client.request(CheckAssertion::new(self.id, assertion))
    }

    /// Cancels the push notification, to authenticate with another device.
    #[doc = docs::cancel_push_authentication!()]
    /// # Example
    /// ```
    /// # async fn run(client: pingone::Client, id: pingone::models::DeviceAuthenticationId) -> pingone::Result<()> {
    /// client.device_authentication(id).cancel().await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`is_not_found`](crate::Error::is_not_found) if it does not exist any more.
    #[inline]
    pub fn cancel(&self) -> Request<Acknowledged> {
        let body = PushCancellation::new(PushCancellationReason::ChangeDevice);
        self.client
            .request(CancelPushAuthentication::new(self.id, body))
            .acknowledged()
    }
}

/// Whether a device authentication can come to no other status. A status that the document does not know may.
fn is_terminal(status: &DeviceAuthenticationStatus) -> bool {
    matches!(
        status,
        DeviceAuthenticationStatus::Completed
            | DeviceAuthenticationStatus::Failed
            | DeviceAuthenticationStatus::PushConfirmationTimedOut
    )
}
