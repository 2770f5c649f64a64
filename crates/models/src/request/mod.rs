//! A request as a value: what every operation of [`requests`](crate::requests) can do.

mod error;
mod open;
mod raw;
#[cfg(feature = "samples")]
mod sample;
#[doc(hidden)]
pub mod support;
mod texts;

use std::borrow::Cow;
use std::fmt;

use serde_json::Value;

pub use error::{Place, ReadError, WriteError};
pub use open::Open;
pub use raw::RawRequest;
#[cfg(feature = "samples")]
pub use sample::Sample;

use crate::operation::Operation;
use crate::parameter::Pair;

/// A request of one operation: everything that its sender decides.
///
/// What a client sets for every call, such as the environment or the credentials, is not part of it.
/// Reading what was written gives the same request again.
///
/// ```
/// use pingone_models::request::{Endpoint, RawRequest};
/// use pingone_models::requests::VerifyUser;
/// use pingone_models::{UserId, UserVerification};
///
/// let user: UserId = "8376797d-641c-4e7b-8bc1-2fdf71916cab".parse()?;
/// let request = VerifyUser::new(user, UserVerification::new("A1B2C3D4"));
/// assert_eq!(VerifyUser::OPERATION.id, "verifyUser");
///
/// let mut raw = RawRequest::default();
/// request.write(&mut raw)?;
/// assert_eq!(raw.body.as_deref(), Some(br#"{"verificationCode":"A1B2C3D4"}"#.as_slice()));
/// assert_eq!(VerifyUser::read(&raw)?, request);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub trait Endpoint: Clone + fmt::Debug + Send + Sync + 'static {
    /// The row of the operations table.
    const OPERATION: &'static Operation;

    /// The body of a successful response: a documented type, [`Open`] where the document leaves it open, or `()`
    /// where there is none.
    type Answer: fmt::Debug + Send + 'static;

    /// Writes the parameters, in the order of the path template, then the body.
    ///
    /// # Errors
    /// When the writer cannot carry a value.
    fn write(&self, to: &mut dyn Write) -> Result<(), WriteError>;

    /// Reads the request from its parts.
    ///
    /// # Errors
    /// When something required is missing or a value does not have its documented type.
    fn read(from: &dyn Parts) -> Result<Self, ReadError>;

    /// Reads the body of a successful response.
    ///
    /// # Errors
    /// When the document describes the body and this one is different. The error may quote the body.
    fn read_answer(body: &[u8]) -> Result<Self::Answer, serde_json::Error>;
}

/// An [`Endpoint`] of whatever operation, for callers that choose the operation at run time.
pub trait DynEndpoint: fmt::Debug + Send + Sync {
    /// The row of the operations table.
    fn operation(&self) -> &'static Operation;

    /// Writes the request, as [`Endpoint::write`] does.
    ///
    /// # Errors
    /// When the writer cannot carry a value.
    fn write(&self, to: &mut dyn Write) -> Result<(), WriteError>;

    /// Checks that the body of a successful response is what [`Endpoint::read_answer`] reads.
    ///
    /// # Errors
    /// When the document describes the body and this one is different. The error may quote the body.
    fn check_answer(&self, body: &[u8]) -> Result<(), serde_json::Error>;
}

/// Reads a request of an operation that is chosen at run time.
pub type ReadRequest = fn(&dyn Parts) -> Result<Box<dyn DynEndpoint>, ReadError>;

/// What to do with a request of an operation that is chosen at run time, where its type is needed: for the function
/// `visit` of the module `registry`, behind the feature of that name.
///
/// ```
/// use pingone_models::request::{Endpoint, Visitor};
/// use pingone_models::requests::ListUsers;
///
/// struct Path;
///
/// impl Visitor for Path {
///     type Output = &'static str;
///
///     fn described<E: Endpoint>(self, _: E) -> &'static str {
///         E::OPERATION.path
///     }
///
///     fn open<E: Endpoint>(self, _: E) -> &'static str {
///         E::OPERATION.path
///     }
/// }
/// assert_eq!(Path.described(ListUsers::new()), "/environments/{environmentId}/users");
/// ```
pub trait Visitor {
    /// What comes of it.
    type Output;

    /// Takes a request whose answer the document describes.
    fn described<E>(self, request: E) -> Self::Output
    where
        E: Endpoint<Answer: serde::Serialize>;

    /// Takes a request whose answer is empty or open.
    fn open<E: Endpoint>(self, request: E) -> Self::Output;
}

impl<E: Endpoint> DynEndpoint for E {
    fn operation(&self) -> &'static Operation {
        E::OPERATION
    }

    fn write(&self, to: &mut dyn Write) -> Result<(), WriteError> {
        Endpoint::write(self, to)
    }

    fn check_answer(&self, body: &[u8]) -> Result<(), serde_json::Error> {
        E::read_answer(body).map(drop)
    }
}

/// Where a request is written to, such as the request of an HTTP client.
///
/// Values arrive unescaped. Escaping them for their place is the writer's task, and so is refusing what a place cannot
/// carry, such as `..` in a path.
pub trait Write {
    /// Takes a path parameter. They come in the order of the path template.
    ///
    /// # Errors
    /// When a path cannot carry the value.
    fn path(&mut self, name: &'static str, value: &dyn fmt::Display) -> Result<(), WriteError>;

    /// Takes a value of a query parameter; one with several values comes several times.
    ///
    /// # Errors
    /// When a query cannot carry the value.
    fn query(&mut self, name: &'static str, value: &dyn fmt::Display) -> Result<(), WriteError>;

    /// Takes a pair of the query whose items a separator joins. The name and each item are to be escaped, the separator
    /// is not.
    ///
    /// # Errors
    /// When the writer does not support such parameters, or a query cannot carry the value.
    fn pair(&mut self, _: &Pair) -> Result<(), WriteError> {
        Err(WriteError::new(
            Place::Query("(list)"),
            "cannot be written in the style that the document asks for",
        ))
    }

    /// Takes a header parameter.
    ///
    /// # Errors
    /// When a header cannot carry the value.
    fn header(&mut self, name: &'static str, value: &dyn fmt::Display) -> Result<(), WriteError>;

    /// Takes the body, in the media type of the operation.
    fn body(&mut self, bytes: Vec<u8>);
}

/// The parts of a request, unescaped, by their names on the wire.
pub trait Parts {
    /// A path parameter.
    fn path(&self, name: &str) -> Option<Cow<'_, str>>;

    /// The values of a query parameter, in their order.
    fn query(&self, name: &str) -> Vec<Cow<'_, str>>;

    /// All pairs of the query, in their order; nothing where the reader cannot list them.
    fn pairs(&self) -> Vec<(Cow<'_, str>, Cow<'_, str>)> {
        Vec::new()
    }

    /// A header, whatever the case of its name.
    fn header(&self, name: &str) -> Option<Cow<'_, str>>;

    /// The body.
    fn body(&self) -> Payload<'_>;
}

/// The body of a request, in the form its holder has.
#[derive(Clone, Copy)]
pub enum Payload<'a> {
    /// No body.
    Empty,
    /// The bytes of the body, in the media type of the operation.
    Bytes(&'a [u8]),
    /// The body as a JSON value; the fields of a form are the members of an object.
    Json(&'a Value),
}

impl fmt::Debug for Payload<'_> {
    /// Leaves the content out, which may hold a secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Empty => "Empty",
            Self::Bytes(_) => "Bytes(..)",
            Self::Json(_) => "Json(..)",
        })
    }
}
