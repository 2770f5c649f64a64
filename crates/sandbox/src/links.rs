//! The addresses in `_links`.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt::{self, Display, Write};

use pingone_models::{
    DeviceAuthenticationId, EnvironmentId, FlowId, GroupId, Link, PopulationId, UserId, operations,
};
use serde::{Serialize, Serializer};

/// Two ids and the names around them.
const LONGEST_PATH: usize = 128;

/// Where the sandbox is reached.
#[derive(Clone, Debug)]
pub(crate) struct Links {
    auth: String,
    platform: String,
}

impl Links {
    /// Both servers at one origin, distinguished by path.
    pub(crate) fn new(origin: &str) -> Self {
        let auth = origin.trim_end_matches('/').to_owned();
        let platform = format!("{auth}{}", base_path("platform"));
        Self { auth, platform }
    }

    /// Replaces the address of the platform server, which includes `/v1`.
    pub(crate) fn set_platform(&mut self, address: &str) {
        address.trim_end_matches('/').clone_into(&mut self.platform);
    }

    /// Replaces the address of the authentication server.
    pub(crate) fn set_auth(&mut self, address: &str) {
        address.trim_end_matches('/').clone_into(&mut self.auth);
    }

    /// The address of the platform server.
    pub(crate) fn platform(&self) -> &str {
        &self.platform
    }

    /// The address of the authentication server.
    pub(crate) fn auth(&self) -> &str {
        &self.auth
    }

    pub(crate) fn environment(&self, environment: EnvironmentId) -> String {
        address(&self.platform, format_args!("/environments/{environment}"))
    }

    pub(crate) fn population(&self, environment: EnvironmentId, id: PopulationId) -> String {
        let path = format_args!("/environments/{environment}/populations/{id}");
        address(&self.platform, path)
    }

    pub(crate) fn group(&self, environment: EnvironmentId, id: GroupId) -> String {
        let path = format_args!("/environments/{environment}/groups/{id}");
        address(&self.platform, path)
    }

    pub(crate) fn users(&self, environment: EnvironmentId) -> String {
        let path = format_args!("/environments/{environment}/users");
        address(&self.platform, path)
    }

    pub(crate) fn user(&self, environment: EnvironmentId, id: UserId) -> String {
        let path = format_args!("/environments/{environment}/users/{id}");
        address(&self.platform, path)
    }

    pub(crate) fn password_policy(&self, environment: EnvironmentId, id: impl Display) -> String {
        let path = format_args!("/environments/{environment}/passwordPolicies/{id}");
        address(&self.platform, path)
    }

    pub(crate) fn device_authentication(
        &self,
        environment: EnvironmentId,
        id: DeviceAuthenticationId,
    ) -> String {
        let path = format_args!("/{environment}/deviceAuthentications/{id}");
        address(&self.auth, path)
    }

    pub(crate) fn flow(&self, environment: EnvironmentId, id: FlowId) -> String {
        let path = format_args!("/{environment}/flows/{id}");
        address(&self.auth, path)
    }

    /// The issuer of an environment's tokens.
    pub(crate) fn issuer(&self, environment: EnvironmentId) -> String {
        address(&self.auth, format_args!("/{environment}/as"))
    }

    /// Where a sign-on page would be.
    pub(crate) fn sign_on_page(&self, environment: EnvironmentId, id: FlowId) -> String {
        let path = format_args!("/{environment}/signon/?flowId={id}");
        address(&self.auth, path)
    }

    /// Where a page for users who have signed off would be.
    pub(crate) fn signed_off_page(&self, environment: EnvironmentId) -> String {
        address(&self.auth, format_args!("/{environment}/signoff/"))
    }

    pub(crate) fn resume(&self, environment: EnvironmentId, id: FlowId) -> String {
        let path = format_args!("/{environment}/as/resume?flowId={id}");
        address(&self.auth, path)
    }
}

/// An address with this path, written into room that was made for all of it at once.
fn address(server: &str, path: fmt::Arguments<'_>) -> String {
    let mut address = String::with_capacity(server.len() + LONGEST_PATH);
    address.push_str(server);
    // Writing to a String cannot fail.
    let _ = address.write_fmt(path);
    address
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
        let mut links = Vec::with_capacity(16);
        links.push(("self", Target::Own));
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
        self.links
            .iter()
            .map(|(relation, target)| {
                let link = Link::new().with_href(self.address(target).into_owned());
                ((*relation).to_owned(), link)
            })
            .collect()
    }

    fn address<'a>(&'a self, target: &'a Target) -> Cow<'a, str> {
        match target {
            Target::Own => Cow::Borrowed(&self.own),
            Target::Below(path) => Cow::Owned([&self.own, "/", path].concat()),
            Target::Elsewhere(address) => Cow::Borrowed(address),
        }
    }
}

impl Serialize for Relations {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Href<'a> {
            href: Cow<'a, str>,
        }

        serializer.collect_map(self.links.iter().map(|(relation, target)| {
            let href = self.address(target);
            (*relation, Href { href })
        }))
    }
}
