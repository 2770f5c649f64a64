use std::borrow::Cow;
use std::fmt;

use super::{Parts, Payload, Write, WriteError};
use crate::parameter::Pair;

/// A request in its parts: values as text, by their names on the wire.
///
/// ```
/// use pingone_models::request::{Endpoint, RawRequest};
/// use pingone_models::requests::ListUsers;
///
/// let mut raw = RawRequest::default();
/// ListUsers::new().with_limit(50).write(&mut raw)?;
/// assert_eq!(raw.query, [("limit".to_owned(), "50".to_owned())]);
/// # Ok::<(), pingone_models::request::WriteError>(())
/// ```
#[derive(Clone, Default, PartialEq, Eq)]
pub struct RawRequest {
    /// The path parameters.
    pub path: Vec<(String, String)>,
    /// The query parameters; one with several values occurs several times.
    pub query: Vec<(String, String)>,
    /// The header parameters.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Option<Vec<u8>>,
}

impl fmt::Debug for RawRequest {
    /// Shows the names of the parameters and the length of the body, since values may be secrets.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = |list: &[(String, String)]| {
            let names: Vec<String> = list.iter().map(|(name, _)| name.clone()).collect();
            names
        };
        f.debug_struct("RawRequest")
            .field("path", &names(&self.path))
            .field("query", &names(&self.query))
            .field("headers", &names(&self.headers))
            .field("body_bytes", &self.body.as_ref().map(Vec::len))
            .finish()
    }
}

impl Write for RawRequest {
    fn pair(&mut self, pair: &Pair) -> Result<(), WriteError> {
        let separator = pair.separator.replace("%20", " ");
        self.query
            .push((pair.name.clone(), pair.items.join(&separator)));
        Ok(())
    }

    fn path(&mut self, name: &'static str, value: &dyn fmt::Display) -> Result<(), WriteError> {
        self.path.push((name.to_owned(), value.to_string()));
        Ok(())
    }

    fn query(&mut self, name: &'static str, value: &dyn fmt::Display) -> Result<(), WriteError> {
        self.query.push((name.to_owned(), value.to_string()));
        Ok(())
    }

    fn header(&mut self, name: &'static str, value: &dyn fmt::Display) -> Result<(), WriteError> {
        self.headers.push((name.to_owned(), value.to_string()));
        Ok(())
    }

    fn body(&mut self, bytes: Vec<u8>) {
        self.body = Some(bytes);
    }
}

impl Parts for RawRequest {
    fn pairs(&self) -> Vec<(Cow<'_, str>, Cow<'_, str>)> {
        let pairs = self.query.iter();
        pairs
            .map(|(name, value)| (name.as_str().into(), value.as_str().into()))
            .collect()
    }

    fn path(&self, name: &str) -> Option<Cow<'_, str>> {
        let mut found = self.path.iter().filter(|(known, _)| known == name);
        found.next().map(|(_, value)| value.into())
    }

    fn query(&self, name: &str) -> Vec<Cow<'_, str>> {
        let found = self.query.iter().filter(|(known, _)| known == name);
        found.map(|(_, value)| value.into()).collect()
    }

    fn header(&self, name: &str) -> Option<Cow<'_, str>> {
        let mut found = self
            .headers
            .iter()
            .filter(|(known, _)| known.eq_ignore_ascii_case(name));
        found.next().map(|(_, value)| value.into())
    }

    fn body(&self) -> Payload<'_> {
        match &self.body {
            None => Payload::Empty,
            Some(bytes) => Payload::Bytes(bytes),
        }
    }
}
