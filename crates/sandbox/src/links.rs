//! The addresses in `_links`.

use std::collections::BTreeMap;
use std::fmt::Display;

use pingone_models::{
    DeviceAuthenticationId, EnvironmentId, FlowId, Link, PopulationId, UserId, operations,
};

/// Where the sandbox is reached.
#[derive(Clone, Debug)]
pub(crate) struct Links {
    origin: String,
    platform: String,
}

impl Links {
    pub(crate) fn new(origin: String) -> Self {
        let platform = format!("{origin}{}", base_path("platform"));
        Self { origin, platform }
    }

    /// The address of the platform server; the authentication server is the origin itself.
    pub(crate) fn platform(&self) -> &str {
        &self.platform
    }

    pub(crate) fn origin(&self) -> &str {
        &self.origin
    }

    pub(crate) fn environment(&self, environment: EnvironmentId) -> String {
        format!("{}/environments/{environment}", self.platform)
    }

    pub(crate) fn population(&self, environment: EnvironmentId, id: PopulationId) -> String {
        format!("{}/populations/{id}", self.environment(environment))
    }

    pub(crate) fn users(&self, environment: EnvironmentId) -> String {
        format!("{}/users", self.environment(environment))
    }

    pub(crate) fn user(&self, environment: EnvironmentId, id: UserId) -> String {
        format!("{}/{id}", self.users(environment))
    }

    pub(crate) fn password_policy(&self, environment: EnvironmentId, id: impl Display) -> String {
        format!("{}/passwordPolicies/{id}", self.environment(environment))
    }

    pub(crate) fn device_authentication(
        &self,
        environment: EnvironmentId,
        id: DeviceAuthenticationId,
    ) -> String {
        format!("{}/{environment}/deviceAuthentications/{id}", self.origin)
    }

    pub(crate) fn flow(&self, environment: EnvironmentId, id: FlowId) -> String {
        format!("{}/{environment}/flows/{id}", self.origin)
    }

    pub(crate) fn resume(&self, environment: EnvironmentId, id: FlowId) -> String {
        format!("{}/{environment}/as/resume?flowId={id}", self.origin)
    }
}

/// The path of a server's address in the document: `/v1` for the platform, nothing for the authentication server.
pub(crate) fn base_path(server: &str) -> &'static str {
    operations::SERVERS
        .iter()
        .find(|candidate| candidate.name == server)
        .and_then(|server| server.url.split_once("://"))
        .and_then(|(_, rest)| rest.find('/').map(|start| &rest[start..]))
        .unwrap_or("")
}

/// Links by relation.
pub(crate) fn map<R: Into<String>>(
    links: impl IntoIterator<Item = (R, String)>,
) -> BTreeMap<String, Link> {
    links
        .into_iter()
        .map(|(relation, href)| (relation.into(), Link::new().with_href(href)))
        .collect()
}
