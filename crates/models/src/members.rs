use std::fmt;
use std::ops::Index;
use std::sync::LazyLock;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
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
#[derive(Clone, Default)]
pub struct Members(
    /// In a box, because nearly every struct has such members and few have any.
    Option<Box<Map<String, Value>>>,
);

static NONE: LazyLock<Map<String, Value>> = LazyLock::new(Map::new);

impl Members {
    /// No members.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The value of a member.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.0.as_ref()?.get(name)
    }

    /// Sets the value of a member, and gives the one that it had.
    pub fn insert(&mut self, name: impl Into<String>, value: impl Into<Value>) -> Option<Value> {
        self.as_map_mut().insert(name.into(), value.into())
    }

    /// All of them.
    #[must_use]
    pub fn as_map(&self) -> &Map<String, Value> {
        self.0.as_deref().unwrap_or(&NONE)
    }

    /// All of them, to change.
    pub fn as_map_mut(&mut self) -> &mut Map<String, Value> {
        self.0.get_or_insert_default()
    }
}

impl PartialEq for Members {
    fn eq(&self, other: &Self) -> bool {
        self.as_map() == other.as_map()
    }
}

impl<'de> Deserialize<'de> for Members {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Map::deserialize(deserializer).map(Self::from)
    }
}

impl Serialize for Members {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.as_map().serialize(serializer)
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
        Self((!members.is_empty()).then(|| Box::new(members)))
    }
}

impl From<Members> for Map<String, Value> {
    fn from(members: Members) -> Self {
        members.0.map_or_else(Map::new, |members| *members)
    }
}

impl fmt::Debug for Members {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let values = self.as_map().keys().map(|name| (name, format_args!("..")));
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

#[cfg(test)]
mod tests {
    use super::Members;

    #[test]
    fn members_that_were_removed_are_as_none() {
        let mut members = Members::new();
        members.insert("a", 1);
        assert_ne!(members, Members::new());
        members.as_map_mut().remove("a");
        assert_eq!(members, Members::new());
        assert_eq!(serde_json::to_string(&members).expect("an object"), "{}");
    }
}
