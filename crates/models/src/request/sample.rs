use serde_json::{Map, Value};

use super::RawRequest;
use crate::operation::{Body, Operation, Parameter};

/// A request made from an example of the document.
///
/// ```
/// use pingone_models::request::Endpoint;
/// use pingone_models::requests::VerifyUser;
/// use pingone_models::samples;
///
/// let mut own = samples().iter().filter(|sample| sample.operation.id == "verifyUser");
/// let sample = own.next().expect("the document shows a request");
/// VerifyUser::read(&sample.raw())?;
/// # Ok::<(), pingone_models::request::ReadError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct Sample {
    /// The operation.
    pub operation: &'static Operation,
    /// The name of the example, or what is special about the sample.
    pub name: &'static str,
    /// The path parameters, also those that a client supplies.
    pub path: &'static [(&'static str, &'static str)],
    /// The query parameters.
    pub query: &'static [(&'static str, &'static str)],
    /// The header parameters.
    pub headers: &'static [(&'static str, &'static str)],
    /// The body as JSON; the members of an object stand for the fields of a form.
    pub body: Option<&'static str>,
}

impl Sample {
    #[doc(hidden)]
    #[must_use]
    pub const fn __new(
        operation: &'static Operation,
        name: &'static str,
        path: &'static [(&'static str, &'static str)],
        query: &'static [(&'static str, &'static str)],
        headers: &'static [(&'static str, &'static str)],
        body: Option<&'static str>,
    ) -> Self {
        Self {
            operation,
            name,
            path,
            query,
            headers,
            body,
        }
    }

    /// The request without what a client supplies.
    #[must_use]
    pub fn raw(&self) -> RawRequest {
        let owned = |list: &[(&str, &str)]| {
            let list = list
                .iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
            list.collect::<Vec<_>>()
        };
        let supplied = |name: &str| {
            let own = |parameter: &Parameter| parameter.client_supplied && parameter.name == name;
            self.operation.parameters.iter().any(own)
        };
        let mut path = owned(self.path);
        path.retain(|(name, _)| !supplied(name));
        RawRequest {
            path,
            query: owned(self.query),
            headers: owned(self.headers),
            body: self.body.map(|body| self.encoded(body)),
        }
    }

    fn encoded(&self, body: &str) -> Vec<u8> {
        let form = match self.operation.body {
            Body::Content { media_type } => {
                media_type.starts_with("application/x-www-form-urlencoded")
            }
            Body::None | Body::Empty { .. } => false,
        };
        let fields = serde_json::from_str(body).ok().filter(|_| form);
        match fields.and_then(|fields: Map<String, Value>| serde_urlencoded::to_string(fields).ok())
        {
            Some(text) => text.into_bytes(),
            None => body.as_bytes().to_vec(),
        }
    }
}
