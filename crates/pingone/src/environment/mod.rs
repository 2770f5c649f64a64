//! The environment and what is set up in it: populations, groups and policies. All of it is read only.

mod device_authentication_policies;
mod groups;
mod password_policies;
mod populations;

pub use device_authentication_policies::DeviceAuthenticationPolicies;
pub use groups::Groups;
pub use password_policies::PasswordPolicies;
pub use populations::Populations;

use pingone_models::requests::{ReadEnvironment, ReadMfaSettings};
use pingone_models::{Environment, MfaSettings};

use crate::call::Request;
use crate::client::Client;
use crate::generated::docs;

/// The environment of a client. Made by [`Client::environment`].
///
/// ```
/// # async fn run(client: pingone::Client) -> pingone::Result<()> {
/// let environment = client.environment().read().await?;
/// println!("{:?}: {:?}", environment.name, environment.type_);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct EnvironmentHandle {
    client: Client,
}

impl Client {
    /// The environment that this client works in. Nothing is sent yet.
    #[must_use]
    pub fn environment(&self) -> EnvironmentHandle {
        EnvironmentHandle {
            client: self.clone(),
        }
    }

    /// The populations of the environment.
    #[must_use]
    pub fn populations(&self) -> Populations {
        Populations::new(self.clone())
    }

    /// The groups of the environment.
    #[must_use]
    pub fn groups(&self) -> Groups {
        Groups::new(self.clone())
    }

    /// The device authentication policies of the environment, which the console calls MFA policies.
    #[must_use]
    pub fn device_authentication_policies(&self) -> DeviceAuthenticationPolicies {
        DeviceAuthenticationPolicies::new(self.clone())
    }

    /// The password policies of the environment.
    #[must_use]
    pub fn password_policies(&self) -> PasswordPolicies {
        PasswordPolicies::new(self.clone())
    }
}

impl EnvironmentHandle {
    /// Reads the environment.
    #[doc = docs::read_environment!()]
    #[inline]
    pub fn read(&self) -> Request<Environment> {
        self.client.request(ReadEnvironment::new())
    }

    /// Reads the MFA settings of the environment.
    #[doc = docs::read_mfa_settings!()]
    /// # Example
    /// ```
    /// # async fn run(client: pingone::Client) -> pingone::Result<()> {
    /// let settings = client.environment().mfa_settings().await?;
    /// println!("{:?} devices at most", settings.pairing.and_then(|pairing| pairing.max_allowed_devices));
    /// # Ok(())
    /// # }
    /// ```
    #[inline]
    pub fn mfa_settings(&self) -> Request<MfaSettings> {
        self.client.request(ReadMfaSettings::new())
    }
}
