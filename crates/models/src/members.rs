use std::fmt;
use std::ops::Index;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// Members of a JSON object that the document does not describe.
///
/// Whether a value among them is a secret cannot be known, so `Debug` shows their names alone.
///
/// ```
/// use pingone_models::User;
///
/// let user: User = serde_json::from_str(
///     r#"{ "id": "8376797d-641c-4e7b-8bc1-2fdf71916cab", "nextPassword": "2FederateM0re!" }"#,
/// )?;
/// assert_eq!(user.extra["nextPassword"], "2FederateM0re!");
/// assert_eq!(format!("{:?}", user.extra), r#"{"nextPassword": ..}"#);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Default, PartialEq, Deserialize, Serialize)]
#[serde(transparent)]
pub struct Members(Map<String, Value>);

impl Members {
    /// No members.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The value of a member.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.0.get(name)
    }

    /// Sets the value of a member, and gives the one that it had.
    pub fn insert(&mut self, name: impl Into<String>, value: impl Into<Value>) -> Option<Value> {
        self.0.insert(name.into(), value.into())
    }

    /// All of them.
    #[must_use]
    pub fn as_map(&self) -> &Map<String, Value> {
        &self.0
    }

    /// All of them, to change.
    pub fn as_map_mut(&mut self) -> &mut Map<String, Value> {
        &mut self.0
    }
}

impl Index<&str> for Members {
    type Output = Value;

    /// The value of a member, or `null` if it is absent.
    fn index(&self, name: &str) -> &Value {
        self.get(name).unwrap_or(&Value::Null)
    }
}

impl From<Map<String, Value>> for Members {
    fn from(members: Map<String, Value>) -> Self {
        Self(members)
    }
}

impl From<Members> for Map<String, Value> {
    fn from(members: Members) -> Self {
        members.0
    }
}

impl fmt::Debug for Members {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let values = self.0.keys().map(|name| (name, format_args!("..")));
        f.debug_map().entries(values).finish()
    }
}

#[cfg(feature = "schemars")]
impl schemars::JsonSchema for Members {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Members".into()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        Map::<String, Value>::json_schema(generator)
    }
}
