use std::fmt;

use serde::de::DeserializeOwned;

/// The body of a response that the document does not describe, as it came; it may be empty.
///
/// `Debug` shows its length alone, since nobody knows what it holds.
///
/// ```
/// use pingone_models::Flow;
/// use pingone_models::request::Open;
///
/// let body = Open::new(br#"{"status":"COMPLETED"}"#.to_vec());
/// assert_eq!(format!("{body:?}"), "Open(22 bytes)");
/// assert!(body.json::<serde_json::Value>().is_some());
/// assert!(Open::default().json::<Flow>().is_none());
/// ```
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Open(Vec<u8>);

impl Open {
    /// Wraps a body.
    #[must_use]
    pub fn new(body: Vec<u8>) -> Self {
        Self(body)
    }

    /// The bytes.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// The body as this type; `None` if it is not JSON of that form.
    #[must_use]
    pub fn json<T: DeserializeOwned>(&self) -> Option<T> {
        serde_json::from_slice(&self.0).ok()
    }
}

impl fmt::Debug for Open {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Open({} bytes)", self.0.len())
    }
}
