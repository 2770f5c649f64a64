//! The addresses that pages write, such as `{{apiPath}}/environments/{{envID}}`.

use std::fmt;
use std::sync::LazyLock;

use regex::Regex;

use super::pattern;

/// The variable that holds the address of the authentication server, which has no version. Older pages count `/v1`
/// to the variable of any other server, newer ones write it into the path; the effective address is the same.
const UNVERSIONED: &str = "authPath";

/// The hosts that pages have variables for: `https://api.pingone.com/v1` is what `{{apiPath}}` stands for.
const VARIABLES: [(&str, &str); 2] = [("api.pingone.", "apiPath"), ("auth.pingone.", UNVERSIONED)];

/// The address of a request as a page writes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    /// The variable that holds scheme and host, such as `apiPath`, or the host itself.
    pub host: Option<String>,
    /// `/v1` where the page writes it behind the platform's variable, else empty.
    pub base: String,
    /// The rest, with variables in single braces as OpenAPI writes them: `/{envID}/flows`.
    pub path: String,
}

impl Address {
    /// Takes an address apart. Anything is an address: what has no host is all path.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        static HOST: LazyLock<Regex> =
            LazyLock::new(|| pattern(r"^(?:\{\{(?P<variable>\w+)\}\}|https?://(?P<name>[^/?#]+))"));
        let found = HOST.captures(text);
        let rest = found.as_ref().map_or(text, |found| &text[found[0].len()..]);
        let part = |name| Some(found.as_ref()?.name(name)?.as_str());
        let (variable, name) = (part("variable"), part("name"));
        let of_name = |name: &str| {
            let known = VARIABLES.iter().find(|(host, _)| name.starts_with(host));
            known.map_or_else(|| name.to_owned(), |(_, variable)| (*variable).to_owned())
        };
        let host = variable.map(str::to_owned).or_else(|| name.map(of_name));
        let versioned = host.as_ref().is_some_and(|host| host != UNVERSIONED);
        let path = rest.replace("{{", "{").replace("}}", "}");
        match path.strip_prefix("/v1") {
            Some(path) if versioned && path.starts_with('/') => Self {
                host,
                // Written in full, the version is a part of what a variable would stand for.
                base: variable.map_or("", |_| "/v1").to_owned(),
                path: path.to_owned(),
            },
            _ => Self {
                host,
                base: String::new(),
                path,
            },
        }
    }

    /// The host as a page writes it: a variable, or the name of a host.
    pub(crate) fn host_text(&self) -> String {
        match &self.host {
            Some(name) if name.contains('.') => format!("https://{name}"),
            Some(variable) => format!("{{{{{variable}}}}}"),
            None => String::new(),
        }
    }

    /// Whether two addresses are one when sent. A host that is not said agrees with any.
    #[must_use]
    pub fn same_as(&self, other: &Self) -> bool {
        self.path == other.path
            && (self.host == other.host || self.host.is_none() || other.host.is_none())
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.host_text())?;
        f.write_str(&self.path)
    }
}

/// A method and an address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint {
    /// The method in capitals.
    pub method: String,
    /// The address.
    pub address: Address,
}

impl Endpoint {
    /// Reads a line that is nothing but a method and an address.
    pub(crate) fn parse(line: &str) -> Option<Self> {
        static LINE: LazyLock<Regex> = LazyLock::new(|| {
            pattern(r"^(GET|POST|PUT|PATCH|DELETE|HEAD|OPTIONS) ((?:\{\{\w+\}\}|https?://)\S*)$")
        });
        let found = LINE.captures(line.trim())?;
        Some(Self {
            method: found[1].to_owned(),
            address: Address::parse(&found[2]),
        })
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.method, self.address)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn v1_behind_the_platform_variable_is_no_part_of_the_path() {
        let old = Address::parse("{{apiPath}}/environments/{{envID}}");
        let new = Address::parse("{{apiPath}}/v1/environments/{{envID}}");
        assert_eq!((old.base.as_str(), new.base.as_str()), ("", "/v1"));
        assert_eq!(old.path, "/environments/{envID}");
        assert!(old.same_as(&new));
    }

    #[test]
    fn a_host_in_full_is_the_variable_that_pages_have_for_it() {
        let full = Address::parse("https://api.pingone.eu/v1/environments/{{envID}}");
        assert_eq!(full, Address::parse("{{apiPath}}/environments/{{envID}}"));
        let other = Address::parse("https://books.example.com/v1/shelves");
        assert_eq!(other.to_string(), "https://books.example.com/shelves");
    }

    #[test]
    fn v1_elsewhere_is_part_of_the_path() {
        assert_eq!(
            Address::parse("{{authPath}}/v1/{{envID}}").path,
            "/v1/{envID}"
        );
        assert_eq!(Address::parse("{{apiPath}}/v10/x").path, "/v10/x");
    }

    #[test]
    fn another_host_is_another_address_unless_it_is_not_said() {
        let auth = Address::parse("{{authPath}}/{{envID}}");
        assert!(!auth.same_as(&Address::parse("{{apiPath}}/{{envID}}")));
        assert!(auth.same_as(&Address::parse("/{{envID}}")));
    }
}
