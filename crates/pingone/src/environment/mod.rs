//! The environment and what is set up in it: populations and password policies. All of it is read only.

mod password_policies;
mod populations;

pub use password_policies::PasswordPolicies;
pub use populations::Populations;

use pingone_models::Environment;
use pingone_models::requests::ReadEnvironment;

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

    /// The password policies of the environment.
    #[must_use]
    pub fn password_policies(&self) -> PasswordPolicies {
        PasswordPolicies::new(self.clone())
    }
}

impl EnvironmentHandle {
    /// Reads the environment.
    #[doc = docs::read_environment!()]
    pub fn read(&self) -> Request<Environment> {
        self.client.request(ReadEnvironment::new())
    }
}
