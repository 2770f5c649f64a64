//! The addresses in `_links`.

use std::collections::BTreeMap;
use std::fmt::{self, Display};

use pingone_models::{
    DeviceAuthenticationId, EnvironmentId, FlowId, Link, PopulationId, UserId, operations,
};
use serde::ser::{Serialize, SerializeStruct, Serializer};

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

    /// The issuer of an environment's tokens.
    pub(crate) fn issuer(&self, environment: EnvironmentId) -> String {
        format!("{}/{environment}/as", self.origin)
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

/// The links of a resource, by relation: most lead to its own address or below, so that only this is a text.
#[derive(Clone, Debug)]
pub(crate) struct Relations {
    own: String,
    links: Vec<(&'static str, Target)>,
}

#[derive(Clone, Debug)]
enum Target {
    Own,
    Below(&'static str),
    Elsewhere(String),
}

impl Relations {
    /// The links of the resource at this address, so far only that to itself.
    pub(crate) fn of(own: String) -> Self {
        let links = vec![("self", Target::Own)];
        Self { own, links }
    }

    /// Adds an action at the resource's own address.
    pub(crate) fn action(&mut self, relation: &'static str) {
        self.links.push((relation, Target::Own));
    }

    /// Adds a link to something below the resource.
    pub(crate) fn below(&mut self, relation: &'static str, path: &'static str) {
        self.links.push((relation, Target::Below(path)));
    }

    pub(crate) fn elsewhere(&mut self, relation: &'static str, address: String) {
        self.links.push((relation, Target::Elsewhere(address)));
    }

    /// The links in the form of the models.
    pub(crate) fn to_map(&self) -> BTreeMap<String, Link> {
        let link = |href: Href<'_>| Link::new().with_href(href.to_string());
        self.iter()
            .map(|(relation, href)| (relation.to_owned(), link(href)))
            .collect()
    }

    fn iter(&self) -> impl Iterator<Item = (&'static str, Href<'_>)> {
        self.links.iter().map(|(relation, target)| {
            let own = &self.own;
            (*relation, Href { own, target })
        })
    }
}

impl Serialize for Relations {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.iter())
    }
}

/// An address, put together where it is written.
struct Href<'a> {
    own: &'a str,
    target: &'a Target,
}

impl fmt::Display for Href<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.target {
            Target::Own => f.write_str(self.own),
            Target::Below(path) => write!(f, "{}/{path}", self.own),
            Target::Elsewhere(address) => f.write_str(address),
        }
    }
}

impl Serialize for Href<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        struct Address<'a>(&'a Href<'a>);

        impl Serialize for Address<'_> {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self.0)
            }
        }

        let mut link = serializer.serialize_struct("Link", 1)?;
        link.serialize_field("href", &Address(self))?;
        link.end()
    }
}
