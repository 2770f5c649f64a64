//! The addresses that a client sends to, checked once when it is built.

use std::collections::BTreeSet;

use pingone_client::transport::Transport;
use pingone_models::EnvironmentId;
use pingone_models::operations::{OPERATIONS, SERVERS};
use url::{Host, Url};

use super::Region;
use crate::{Error, Result};

/// The checked base addresses of a client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Endpoints {
    pub(crate) platform: String,
    pub(crate) auth: String,
    /// Whether `auth` is a custom domain, which stands for one environment and has no id in its paths.
    pub(crate) custom_domain: bool,
}

impl Endpoints {
    pub(crate) fn new(
        region: &Region,
        platform: Option<&str>,
        auth: Option<&str>,
        custom_domain: Option<&str>,
    ) -> Result<Self> {
        let platform = match platform {
            Some(address) => check("the platform URL", address)?,
            None => check("the platform URL", &of_region("platform", region)?)?,
        };
        let auth = match (auth, custom_domain) {
            (Some(_), Some(_)) => {
                return Err(Error::config(
                    "both an auth URL and a custom domain are given: give the one that requests are sent to",
                ));
            }
            (Some(address), None) => check("the auth URL", address)?,
            (None, Some(domain)) if domain.contains("://") => check("the custom domain", domain)?,
            (None, Some(domain)) => check("the custom domain", &format!("https://{domain}"))?,
            (None, None) => check("the auth URL", &of_region("auth", region)?)?,
        };
        Ok(Self {
            platform,
            auth,
            custom_domain: custom_domain.is_some(),
        })
    }

    /// These endpoints with another authentication server, which is no custom domain.
    pub(crate) fn with_auth(&self, address: &str) -> Result<Self> {
        Ok(Self {
            auth: check("the auth URL of the client credentials", address)?,
            custom_domain: false,
            ..self.clone()
        })
    }

    /// These endpoints with the authentication server of a region in place of a custom domain.
    pub(crate) fn without_custom_domain(&self, region: &Region) -> Result<Self> {
        if self.custom_domain {
            self.with_auth(&of_region("auth", region)?)
        } else {
            Ok(self.clone())
        }
    }

    /// The base address of a server of the document.
    pub(crate) fn of(&self, server: &str) -> &str {
        if server == "platform" {
            &self.platform
        } else {
            &self.auth
        }
    }

    /// Sends to these addresses, in this environment.
    pub(crate) fn transport(&self, http: reqwest::Client, environment: EnvironmentId) -> Transport {
        let mut transport = Transport::new(http);
        for name in supplied() {
            transport = transport.with_parameter(name, environment.to_string());
        }
        for server in &SERVERS {
            transport = transport.with_server(server.name, self.of(server.name));
        }
        if self.custom_domain {
            transport = transport.without_leading_parameter("auth");
        }
        transport
    }

    /// Whether any request is encrypted.
    pub(crate) fn has_https(&self) -> bool {
        [&self.platform, &self.auth]
            .iter()
            .any(|address| address.starts_with("https:"))
    }

    /// Whether every request is encrypted.
    pub(crate) fn all_https(&self) -> bool {
        [&self.platform, &self.auth]
            .iter()
            .all(|address| address.starts_with("https:"))
    }
}

/// The path parameters that a client sets for every call. The document has one: the environment.
fn supplied() -> BTreeSet<&'static str> {
    let parameters = OPERATIONS.iter().flat_map(|operation| operation.parameters);
    parameters
        .filter(|parameter| parameter.client_supplied)
        .map(|parameter| parameter.name)
        .collect()
}

/// The address of a server of the document in a region.
fn of_region(server: &str, region: &Region) -> Result<String> {
    SERVERS
        .iter()
        .find(|candidate| candidate.name == server)
        .map(|found| found.url.replace("{tld}", region.top_level_domain()))
        .ok_or_else(|| Error::config(format!("the document has no server `{server}`")))
}

/// Checks an address that secrets will be sent to, and drops a slash at its end.
fn check(what: &str, address: &str) -> Result<String> {
    // The address itself may hold a password, so that no error shows it.
    let url = Url::parse(address).map_err(|error| {
        Error::config(format!(
            "{what} cannot be read: {error}; give a whole address such as `https://auth.pingone.eu`"
        ))
    })?;
    match url.scheme() {
        "https" => {}
        "http" if is_loopback(&url) => {}
        "http" => {
            return Err(Error::config(format!(
                "{what} begins with `http:`, which would send passwords and tokens in the clear: use `https:` (plain HTTP is accepted on loopback addresses only)"
            )));
        }
        scheme => {
            return Err(Error::config(format!(
                "{what} has the scheme `{scheme}`: use `https`"
            )));
        }
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(Error::config(format!(
            "{what} holds a user name or password: leave them out, credentials are given to `ClientBuilder::client_credentials`"
        )));
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err(Error::config(format!(
            "{what} has a query or fragment: leave them out"
        )));
    }
    Ok(url.as_str().trim_end_matches('/').to_owned())
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check_pair(platform: &str, auth: Option<&str>, custom: Option<&str>) -> Result<Endpoints> {
        Endpoints::new(&Region::EUROPE, Some(platform), auth, custom)
    }

    #[test]
    fn a_region_gives_both_addresses() {
        let endpoints = Endpoints::new(&Region::AUSTRALIA, None, None, None).expect("known region");
        assert_eq!(endpoints.platform, "https://api.pingone.com.au/v1");
        assert_eq!(endpoints.auth, "https://auth.pingone.com.au");
        assert!(endpoints.all_https());
    }

    #[test]
    fn what_a_client_supplies_is_the_environment() {
        assert_eq!(supplied(), BTreeSet::from(["environmentId"]));
    }

    #[test]
    fn a_custom_domain_replaces_the_auth_address() {
        let endpoints = check_pair("https://api.pingone.eu/v1", None, Some("login.example.com"))
            .expect("a domain");
        assert_eq!(endpoints.auth, "https://login.example.com");
        assert!(endpoints.custom_domain);
        assert!(
            check_pair(
                "https://api.pingone.eu/v1",
                Some("https://a.example"),
                Some("b.example")
            )
            .is_err()
        );
    }
}
