//! A one-time passcode for a user who is signed on already.

use pingone_models::{DeviceAuthentication, Secret, User, UserId};

use crate::client::Client;
use crate::device_authentications::DeviceAuthenticationHandle;
use crate::{Error, Result};

/// A one-time passcode that a user has to type before something that matters, such as a payment.
///
/// The passcode goes to the address or number in the user's profile. For other ones, and for registered devices, there
/// is [`DeviceAuthentications`](crate::device_authentications::DeviceAuthentications).
///
/// ```
/// # async fn ask(_: &str) -> String { String::new() }
/// # async fn run(client: pingone::Client, user: pingone::models::UserId) -> pingone::Result<()> {
/// use pingone::models::DeviceAuthenticationStatus;
/// use pingone::workflows::StepUp;
///
/// // Reads only.
/// let mut step_up = StepUp::of_user(&client, user).await?;
/// // Sends an e-mail.
/// step_up.send_email().await?;
/// loop {
///     // Uses up an attempt if the passcode is wrong.
///     match step_up.check(ask("the passcode").await).await {
///         Ok(state) if state.status == DeviceAuthenticationStatus::Completed => break println!("go on"),
///         Ok(state) => break println!("not confirmed: {}", state.status),
///         Err(error) if error.is_wrong_code() => println!("that is not the passcode"),
///         Err(error) => return Err(error),
///     }
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct StepUp {
    client: Client,
    found: User,
    sent: Option<DeviceAuthenticationHandle>,
}

impl StepUp {
    /// Reads the user.
    ///
    /// # Errors
    /// As [`UserHandle::read`](crate::users::UserHandle::read) has them.
    pub async fn of_user(client: &Client, user: impl Into<UserId>) -> Result<Self> {
        Ok(Self {
            client: client.clone(),
            found: client.user(user).read().await?,
            sent: None,
        })
    }

    /// The user as it was read.
    #[must_use]
    pub fn user(&self) -> &User {
        &self.found
    }

    /// Mails a passcode, or another one, to the user's address. It replaces the one before.
    ///
    /// # Errors
    /// With the kind [`InvalidRequest`](crate::ErrorKind::InvalidRequest) if the user has no address; otherwise as
    /// [`one_time_email`](crate::device_authentications::DeviceAuthentications::one_time_email) has them.
    pub async fn send_email(&mut self) -> Result<&DeviceAuthenticationHandle> {
        let Some(address) = self.found.email.clone() else {
            return Err(Error::invalid_request("the user has no e-mail address"));
        };
        let devices = self.client.device_authentications();
        let sent = devices.one_time_email(self.found.id, address).await?;
        Ok(self.sent.insert(sent))
    }

    /// Sends a passcode, or another one, to the user's mobile phone. It replaces the one before.
    ///
    /// # Errors
    /// With the kind [`InvalidRequest`](crate::ErrorKind::InvalidRequest) if the user has no mobile phone; otherwise as
    /// [`one_time_sms`](crate::device_authentications::DeviceAuthentications::one_time_sms) has them.
    pub async fn send_sms(&mut self) -> Result<&DeviceAuthenticationHandle> {
        let Some(number) = self.found.mobile_phone.clone() else {
            return Err(Error::invalid_request("the user has no mobile phone"));
        };
        let devices = self.client.device_authentications();
        let sent = devices.one_time_sms(self.found.id, number).await?;
        Ok(self.sent.insert(sent))
    }

    /// The device authentication whose passcode was sent last. Keep its id to go on in another process with
    /// [`Client::device_authentication`].
    #[must_use]
    pub fn sent(&self) -> Option<&DeviceAuthenticationHandle> {
        self.sent.as_ref()
    }

    /// Checks the passcode that the person typed:
    /// [`DeviceAuthenticationHandle::check_otp`].
    ///
    /// # Errors
    /// [`is_wrong_code`](Error::is_wrong_code) if it is wrong, [`is_attempts_exceeded`](Error::is_attempts_exceeded)
    /// after as many wrong ones as the policy allows, and the kind
    /// [`InvalidRequest`](crate::ErrorKind::InvalidRequest) if none was sent.
    pub async fn check(&self, passcode: impl Into<Secret>) -> Result<DeviceAuthentication> {
        match &self.sent {
            Some(sent) => sent.check_otp(passcode).await,
            None => Err(Error::invalid_request(
                "no passcode was sent: call `send_email` or `send_sms` first",
            )),
        }
    }
}
