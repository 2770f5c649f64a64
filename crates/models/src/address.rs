use std::fmt;

use serde::{Deserialize, Serialize};

/// An address as the service gives it.
///
/// It may hold what opens something: the id of a flow, the cursor of a page. `Debug` therefore shows no more than the
/// server, and there is no `Display`.
///
/// ```
/// use pingone_models::Address;
///
/// let resume = Address::from("https://auth.pingone.eu/abfba8f6/as/resume?flowId=70d3e3dc");
/// assert_eq!(format!("{resume:?}"), "Address(https://auth.pingone.eu/..)");
/// assert!(resume.as_str().ends_with("70d3e3dc"));
/// ```
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Deserialize, Serialize)]
#[serde(transparent)]
pub struct Address(String);

impl Address {
    /// The whole text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The scheme and the server, if the address has the usual form.
    fn server(&self) -> Option<&str> {
        let scheme = self.0.find("://")?;
        let end = self.0[scheme + 3..].find('/')? + scheme + 3;
        // The part before an `@` may be a password.
        Some(&self.0[..end]).filter(|server| !server.contains(['@', '?', '#']))
    }
}

impl From<String> for Address {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl From<&str> for Address {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

impl AsRef<str> for Address {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Address({}/..)", self.server().unwrap_or_default())
    }
}

#[cfg(feature = "schemars")]
impl schemars::JsonSchema for Address {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Address".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "string", "format": "uri" })
    }
}
