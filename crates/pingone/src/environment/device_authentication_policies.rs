use pingone_models::requests::{ListDeviceAuthenticationPolicies, ReadDeviceAuthenticationPolicy};
use pingone_models::{
    DeviceAuthenticationPolicy, DeviceAuthenticationPolicyCollection, DeviceAuthenticationPolicyId,
};

use crate::call::Request;
use crate::client::Client;
use crate::generated::docs;

/// The device authentication policies of an environment. Made by [`Client::device_authentication_policies`].
///
/// ```
/// # async fn run(client: pingone::Client) -> pingone::Result<()> {
/// let page = client.device_authentication_policies().list().await?;
/// let policies = page.embedded.and_then(|embedded| embedded.device_authentication_policies);
/// for policy in policies.unwrap_or_default() {
///     println!("{:?} allows text messages: {:?}", policy.name, policy.sms.and_then(|sms| sms.enabled));
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct DeviceAuthenticationPolicies {
    client: Client,
}

impl DeviceAuthenticationPolicies {
    pub(super) fn new(client: Client) -> Self {
        Self { client }
    }

    /// Reads the device authentication policies.
    #[doc = docs::list_device_authentication_policies!()]
    #[inline]
    pub fn list(&self) -> Request<DeviceAuthenticationPolicyCollection> {
        self.client.request(ListDeviceAuthenticationPolicies::new())
    }

    /// Reads one device authentication policy.
    #[doc = docs::read_device_authentication_policy!()]
    #[inline]
    pub fn read(
        &self,
        id: impl Into<DeviceAuthenticationPolicyId>,
    ) -> Request<DeviceAuthenticationPolicy> {
        self.client.request(ReadDeviceAuthenticationPolicy::new(id))
    }
}
