use pingone_models::requests::{ListPasswordPolicies, ReadPasswordPolicy};
use pingone_models::{PasswordPolicy, PasswordPolicyCollection, PasswordPolicyId};

use crate::call::Request;
use crate::client::Client;
use crate::generated::docs;

/// The password policies of an environment. Made by [`Client::password_policies`].
///
/// ```
/// # async fn run(client: pingone::Client) -> pingone::Result<()> {
/// let page = client.password_policies().list().await?;
/// let policies = page.embedded.and_then(|embedded| embedded.password_policies);
/// for policy in policies.unwrap_or_default() {
///     println!("{:?} asks for {:?} characters", policy.name, policy.length.and_then(|length| length.min));
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct PasswordPolicies {
    client: Client,
}

impl PasswordPolicies {
    pub(super) fn new(client: Client) -> Self {
        Self { client }
    }

    /// Reads the first page of password policies.
    #[doc = docs::list_password_policies!()]
    #[inline]
    pub fn list(&self) -> Request<PasswordPolicyCollection> {
        self.client.request(ListPasswordPolicies::new())
    }

    /// Reads one password policy.
    #[doc = docs::read_password_policy!()]
    #[inline]
    pub fn read(&self, id: impl Into<PasswordPolicyId>) -> Request<PasswordPolicy> {
        self.client.request(ReadPasswordPolicy::new(id))
    }
}
