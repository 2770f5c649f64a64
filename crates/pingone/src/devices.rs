//! MFA devices of a user: creating, activating, blocking and ordering them.
//!
//! [`device_authentications`](crate::device_authentications) authenticate a user with one of them.

use pingone_models::requests::{
    ActivateDevice, BlockDevice, CreateDevice, DeleteDevice, ListDevices, ReadDevice,
    RemoveDeviceOrder, ReorderDevices, SendDeviceActivationCode, SetDeviceNickname, UnblockDevice,
    UnlockDevice,
};
use pingone_models::{
    DeviceActivation, DeviceId, DeviceNickname, DeviceNicknameUpdate, DeviceOrder, DeviceReference,
    MfaDevice, MfaDeviceCollection, MfaDeviceCreation, MfaDeviceType, Secret, UserId,
};

use crate::call::{Acknowledged, Request};
use crate::client::Client;
use crate::generated::docs;

/// The MFA devices of one user. Made by [`UserHandle::devices`](crate::users::UserHandle::devices).
///
/// ```
/// # async fn run(client: pingone::Client, user: pingone::models::UserId) -> pingone::Result<()> {
/// use pingone::models::{MfaDeviceStatus, MfaDeviceType};
///
/// let devices = client.user(user).devices();
/// let mail = devices.create_email("linda@example.com").await?;
/// if mail.status == Some(MfaDeviceStatus::ActivationRequired) {
///     // The code was mailed to the address.
///     devices.device(mail.id).activate("123456").await?;
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Devices {
    client: Client,
    user: UserId,
}

impl Devices {
    pub(crate) fn new(client: Client, user: UserId) -> Self {
        Self { client, user }
    }

    /// One device of the user. Nothing is sent yet.
    #[must_use]
    pub fn device(&self, id: impl Into<DeviceId>) -> DeviceHandle {
        DeviceHandle {
            client: self.client.clone(),
            user: self.user,
            id: id.into(),
        }
    }

    /// Lists the devices of the user.
    ///
    /// For a filter, or to see the order, send [`ListDevices`] with [`Client::request`].
    #[doc = docs::list_devices!()]
    #[inline]
    pub fn list(&self) -> Request<MfaDeviceCollection> {
        self.client.request(ListDevices::new(self.user))
    }

    /// Creates a device of any type, with everything that PingOne lets a caller choose.
    #[doc = docs::create_device!()]
    /// # Example
    /// ```
    /// # async fn run(client: pingone::Client, user: pingone::models::UserId) -> pingone::Result<()> {
    /// use pingone::models::{MfaDeviceCreation, MfaDeviceStatus, MfaDeviceType};
    ///
    /// let totp = MfaDeviceCreation::new(MfaDeviceType::Totp).with_status(MfaDeviceStatus::ActivationRequired);
    /// let device = client.user(user).devices().create(totp).await?;
    /// println!("show a QR code of {} characters", device.key_uri.map_or(0, |uri| uri.expose().len()));
    /// # Ok(())
    /// # }
    /// ```
    #[inline]
    pub fn create(&self, device: MfaDeviceCreation) -> Request<MfaDevice> {
        self.client.request(CreateDevice::new(self.user, device))
    }

    /// Creates a device that gets its passcodes by e-mail.
    #[doc = docs::create_device!()]
    #[inline]
    pub fn create_email(&self, address: impl Into<String>) -> Request<MfaDevice> {
        self.create(MfaDeviceCreation::new(MfaDeviceType::Email).with_email(address))
    }

    /// Creates a device that gets its passcodes by text message.
    #[doc = docs::create_device!()]
    #[inline]
    pub fn create_sms(&self, number: impl Into<String>) -> Request<MfaDevice> {
        self.create(MfaDeviceCreation::new(MfaDeviceType::Sms).with_phone(number))
    }

    /// Sets the order of the user's active devices. The first is the default.
    #[doc = docs::reorder_devices!()]
    /// # Example
    /// ```
    /// # async fn run(client: pingone::Client, user: pingone::models::UserId, phone: pingone::models::DeviceId, mail: pingone::models::DeviceId) -> pingone::Result<()> {
    /// client.user(user).devices().reorder([phone, mail]).await?;
    /// # Ok(())
    /// # }
    /// ```
    #[inline]
    pub fn reorder(
        &self,
        order: impl IntoIterator<Item = impl Into<DeviceId>>,
    ) -> Request<Acknowledged> {
        let order: Vec<_> = order.into_iter().map(DeviceReference::new).collect();
        self.client
            .request(ReorderDevices::new(self.user, DeviceOrder::new(order)))
            .acknowledged()
    }

    /// Drops the order of the user's devices.
    #[doc = docs::remove_device_order!()]
    #[inline]
    pub fn remove_order(&self) -> Request<Acknowledged> {
        self.client
            .request(RemoveDeviceOrder::new(self.user))
            .acknowledged()
    }
}

/// One MFA device of a user. Made by [`Devices::device`].
///
/// ```
/// # async fn run(client: pingone::Client, user: pingone::models::UserId, lost: pingone::models::DeviceId) -> pingone::Result<()> {
/// client.user(user).devices().device(lost).block().await?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct DeviceHandle {
    client: Client,
    user: UserId,
    id: DeviceId,
}

impl DeviceHandle {
    /// The device's id.
    #[must_use]
    pub fn id(&self) -> DeviceId {
        self.id
    }

    /// Reads the device.
    #[doc = docs::read_device!()]
    #[inline]
    pub fn read(&self) -> Request<MfaDevice> {
        self.client.request(ReadDevice::new(self.user, self.id))
    }

    /// Activates the device with the code that the person typed.
    #[doc = docs::activate_device!()]
    #[inline]
    pub fn activate(&self, otp: impl Into<Secret>) -> Request<MfaDevice> {
        self.activate_with(DeviceActivation::new().with_otp(otp))
    }

    /// Activates the device with a code or with the attestation of a browser.
    #[doc = docs::activate_device!()]
    /// # Example
    /// ```
    /// # async fn run(device: pingone::devices::DeviceHandle) -> pingone::Result<()> {
    /// use pingone::models::DeviceActivation;
    ///
    /// // What `navigator.credentials.create` returned, as JSON.
    /// let attestation = DeviceActivation::new().with_attestation("{}").with_origin("https://app.example.com");
    /// device.activate_with(attestation).await?;
    /// # Ok(())
    /// # }
    /// ```
    #[inline]
    pub fn activate_with(&self, activation: DeviceActivation) -> Request<MfaDevice> {
        self.client
            .request(ActivateDevice::new(self.user, self.id, activation))
    }

    /// Sends another activation code.
    #[doc = docs::send_device_activation_code!()]
    #[inline]
    pub fn send_activation_code(&self) -> Request<Acknowledged> {
        self.client
            .request(SendDeviceActivationCode::new(self.user, self.id))
            .acknowledged()
    }

    /// Blocks the device.
    #[doc = docs::block_device!()]
    #[inline]
    pub fn block(&self) -> Request<MfaDevice> {
        self.client.request(BlockDevice::new(self.user, self.id))
    }

    /// Unblocks the device.
    #[doc = docs::unblock_device!()]
    #[inline]
    pub fn unblock(&self) -> Request<MfaDevice> {
        self.client.request(UnblockDevice::new(self.user, self.id))
    }

    /// Ends the lock that failed attempts have put on the device.
    #[doc = docs::unlock_device!()]
    #[inline]
    pub fn unlock(&self) -> Request<MfaDevice> {
        self.client.request(UnlockDevice::new(self.user, self.id))
    }

    /// Sets the nickname of the device.
    #[doc = docs::set_device_nickname!()]
    #[inline]
    pub fn set_nickname(&self, nickname: impl Into<String>) -> Request<DeviceNickname> {
        let body = DeviceNicknameUpdate::new(nickname);
        self.client
            .request(SetDeviceNickname::new(self.user, self.id, body))
    }

    /// Deletes the device.
    #[doc = docs::delete_device!()]
    #[inline]
    pub fn delete(&self) -> Request<()> {
        self.client.request(DeleteDevice::new(self.user, self.id))
    }
}
