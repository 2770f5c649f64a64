//! Device authentications: proving that a person has a device, an address or a phone number.

mod handle;

pub use handle::DeviceAuthenticationHandle;

use pingone_models::requests::InitiateDeviceAuthentication;
use pingone_models::{
    DeviceAuthentication, DeviceAuthenticationId, DeviceAuthenticationRequest, DeviceId,
    OneTimeDevice, OneTimeDeviceType, SelectedDevice, UserId, UserReference,
};

use crate::call::Request;
use crate::client::Client;
use crate::generated::docs;

/// The device authentications of an environment. Made by [`Client::device_authentications`].
///
/// Every method starts one and gives a handle to finish it with. Unofficial sources say that the token of a user can
/// start a device authentication, and that the token of a worker application is needed to finish it:
/// [`Request::with_token`] sets the token of one call.
///
/// ```
/// # async fn run(client: pingone::Client, user: pingone::models::UserId) -> pingone::Result<()> {
/// let started = client.device_authentications().one_time_sms(user, "+14135550150").await?;
/// println!("{:?}", started.status());
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct DeviceAuthentications {
    client: Client,
}

impl Client {
    /// The device authentications of the environment.
    #[must_use]
    pub fn device_authentications(&self) -> DeviceAuthentications {
        DeviceAuthentications::new(self.clone())
    }

    /// A device authentication that was started before. Nothing is sent yet.
    #[must_use]
    pub fn device_authentication(
        &self,
        id: impl Into<DeviceAuthenticationId>,
    ) -> DeviceAuthenticationHandle {
        DeviceAuthenticationHandle::new(self.clone(), id.into())
    }
}

impl DeviceAuthentications {
    fn new(client: Client) -> Self {
        Self { client }
    }

    /// Mails a one-time passcode to an address, which need not be registered.
    #[doc = docs::initiate_device_authentication!()]
    /// # Example
    /// ```
    /// # async fn run(client: pingone::Client, user: pingone::models::UserId) -> pingone::Result<()> {
    /// let started = client.device_authentications().one_time_email(user, "linda@example.com").await?;
    /// let checked = started.check_otp("123456").await?;
    /// println!("{}", checked.status);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// A wrong address has a detail about it.
    #[inline]
    pub fn one_time_email(
        &self,
        user: impl Into<UserId>,
        address: impl Into<String>,
    ) -> Request<DeviceAuthenticationHandle> {
        self.one_time(user, OneTimeDeviceType::Email, |it| it.with_email(address))
    }

    /// Sends a one-time passcode by text message to a phone number, which need not be registered.
    #[doc = docs::initiate_device_authentication!()]
    /// # Example
    /// ```
    /// # async fn run(client: pingone::Client, user: pingone::models::UserId) -> pingone::Result<()> {
    /// let started = client.device_authentications().one_time_sms(user, "+14135550150").await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// A wrong number has a detail about it.
    #[inline]
    pub fn one_time_sms(
        &self,
        user: impl Into<UserId>,
        number: impl Into<String>,
    ) -> Request<DeviceAuthenticationHandle> {
        self.one_time(user, OneTimeDeviceType::Sms, |it| it.with_phone(number))
    }

    /// Says a one-time passcode in a call to a phone number, which need not be registered.
    #[doc = docs::initiate_device_authentication!()]
    /// # Example
    /// ```
    /// # async fn run(client: pingone::Client, user: pingone::models::UserId) -> pingone::Result<()> {
    /// let started = client.device_authentications().one_time_voice(user, "+14135550150").await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// A wrong number has a detail about it.
    #[inline]
    pub fn one_time_voice(
        &self,
        user: impl Into<UserId>,
        number: impl Into<String>,
    ) -> Request<DeviceAuthenticationHandle> {
        self.one_time(user, OneTimeDeviceType::Voice, |it| it.with_phone(number))
    }

    fn one_time(
        &self,
        user: impl Into<UserId>,
        kind: OneTimeDeviceType,
        contact: impl FnOnce(OneTimeDevice) -> OneTimeDevice,
    ) -> Request<DeviceAuthenticationHandle> {
        let device = contact(OneTimeDevice::new().with_type(kind));
        self.start(user, SelectedDevice::new().with_one_time(device))
    }

    fn start(
        &self,
        user: impl Into<UserId>,
        device: SelectedDevice,
    ) -> Request<DeviceAuthenticationHandle> {
        let request = DeviceAuthenticationRequest::new(UserReference::new(user));
        self.initiate(request.with_selected_device(device))
    }

    /// Starts an authentication with a registered device of the user.
    #[doc = docs::initiate_device_authentication!()]
    /// # Example
    /// ```
    /// # async fn run(client: pingone::Client, user: pingone::models::UserId, device: pingone::models::DeviceId) -> pingone::Result<()> {
    /// let started = client.device_authentications().registered_device(user, device).await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// A device that the user does not have has a detail about it.
    #[inline]
    pub fn registered_device(
        &self,
        user: impl Into<UserId>,
        device: impl Into<DeviceId>,
    ) -> Request<DeviceAuthenticationHandle> {
        self.start(user, SelectedDevice::new().with_id(device))
    }

    /// Starts a device authentication with everything that PingOne lets a caller choose: policy, message template,
    /// application, or no device at all, so that the policy decides.
    #[doc = docs::initiate_device_authentication!()]
    /// # Example
    /// ```
    /// # async fn run(client: pingone::Client, user: pingone::models::UserId) -> pingone::Result<()> {
    /// use pingone::models::{DeviceAuthenticationRequest, Notification, NotificationTemplate, UserReference};
    ///
    /// let request = DeviceAuthenticationRequest::new(UserReference::new(user)).with_notification(
    ///     Notification::new().with_template(NotificationTemplate::new().with_name("strong_authentication").with_locale("en")),
    /// );
    /// let started = client.device_authentications().initiate(request).await?;
    /// println!("{:?}", started.status());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// What is wrong with the request is in [`details`](crate::Error::details).
    #[inline]
    pub fn initiate(
        &self,
        request: DeviceAuthenticationRequest,
    ) -> Request<DeviceAuthenticationHandle> {
        let client = self.client.clone();
        self.client
            .request(InitiateDeviceAuthentication::new(request))
            .map(move |started: DeviceAuthentication| {
                DeviceAuthenticationHandle::started_as(client.clone(), started)
            })
    }
}
