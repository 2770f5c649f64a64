//! The one error of this crate.

mod builder;
mod display;
mod kind;
mod predicates;
mod public;
mod reason;

pub use builder::ErrorBuilder;
#[cfg(feature = "jwt")]
pub(crate) use display::length;
pub(crate) use display::name;
pub use kind::ErrorKind;
pub use reason::Reason;

use std::borrow::Cow;
use std::error::Error as StdError;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::HeaderMap;
use pingone_models::operation::Operation;
use pingone_models::operations::LIST_USERS;
use pingone_models::{EnvironmentId, ErrorDetail};

/// A result with the [`Error`] of this crate.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// A boxed error of any kind.
pub type BoxError = Box<dyn StdError + Send + Sync>;

/// Why a call, or the building of a client, failed.
///
/// What callers branch on is one [`reason`](Self::reason), or a predicate such as
/// [`is_wrong_code`](Self::is_wrong_code); everything that the service said has an accessor. Neither `Display` nor `Debug` shows a secret: they print statuses, codes and names, and leave
/// out what the service wrote in its own words, which [`message`](Self::message) and [`body`](Self::body) have.
///
/// The wording of the texts, and the sources, may change with any release.
///
/// ```
/// # async fn run(client: pingone::Client, user: pingone::models::UserId) -> pingone::Result<()> {
/// match client.user(user).verify("A1B2C3D4").await {
///     Ok(user) => println!("verified: {:?}", user.lifecycle),
///     Err(error) if error.is_wrong_code() => println!("that is not the code"),
///     Err(error) if error.may_have_been_sent() => println!("ask for the user's state before trying again"),
///     Err(error) => return Err(error),
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Error(Box<Inner>);

#[derive(Clone, Default)]
pub(crate) struct Inner {
    pub(crate) kind: ErrorKind,
    pub(crate) operation: Option<&'static Operation>,
    pub(crate) place: Option<Place>,
    pub(crate) status: Option<u16>,
    pub(crate) code: Option<String>,
    pub(crate) message: Option<String>,
    pub(crate) details: Vec<ErrorDetail>,
    pub(crate) id: Option<String>,
    pub(crate) transaction_id: Option<String>,
    pub(crate) retry_after: Option<Duration>,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    pub(crate) attempts: u32,
    pub(crate) may_have_been_sent: bool,
    pub(crate) note: Cow<'static, str>,
    pub(crate) source: Option<Arc<dyn StdError + Send + Sync>>,
}

/// Where a call went to: what most mistakes in the settings of a client are about.
#[derive(Clone)]
pub(crate) struct Place {
    pub(crate) environment: EnvironmentId,
    /// The base address, which is checked to hold no secret.
    pub(crate) address: String,
}

impl Error {
    pub(crate) fn new(inner: Inner) -> Self {
        Self(Box::new(inner))
    }

    pub(crate) fn config(note: impl Into<Cow<'static, str>>) -> Self {
        Self::new(Inner {
            kind: ErrorKind::Config,
            note: note.into(),
            ..Inner::default()
        })
    }

    pub(crate) fn invalid_request(note: impl Into<Cow<'static, str>>) -> Self {
        Self::new(Inner {
            kind: ErrorKind::InvalidRequest,
            note: note.into(),
            ..Inner::default()
        })
    }

    /// The error of a search that did not find exactly one.
    pub(crate) fn found(kind: ErrorKind, place: Place) -> Self {
        Self::new(Inner {
            kind,
            operation: Some(&LIST_USERS),
            place: Some(place),
            may_have_been_sent: true,
            ..Inner::default()
        })
    }

    pub(crate) fn of(mut self, operation: &'static Operation) -> Self {
        self.0.operation = Some(operation);
        self
    }

    pub(crate) fn inner_mut(&mut self) -> &mut Inner {
        &mut self.0
    }

    /// What kind of failure this is.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// The name of the operation in the document, such as `verifyUser`, unless the client could not even be built.
    #[must_use]
    pub fn operation(&self) -> Option<&'static str> {
        self.0.operation.map(|operation| operation.id)
    }

    /// The status that the service answered with, if it answered.
    #[must_use]
    pub fn status(&self) -> Option<u16> {
        self.0.status
    }

    /// PingOne's code for the class of the error, such as `INVALID_DATA`.
    ///
    /// Match on codes rather than on statuses: PingOne says that the status of a code may change. A refused token
    /// request has the code of OAuth 2.0 here, such as `invalid_client`.
    #[must_use]
    pub fn code(&self) -> Option<&str> {
        self.0.code.as_deref()
    }

    /// What the service says about the error, in English.
    ///
    /// It is the service's own text and may repeat what was sent.
    #[must_use]
    pub fn message(&self) -> Option<&str> {
        self.0.message.as_deref()
    }

    /// The reasons, one by one.
    #[must_use]
    pub fn details(&self) -> &[ErrorDetail] {
        &self.0.details
    }

    /// Identifies the entry in PingOne's log. Name it to Ping Identity's support.
    #[must_use]
    pub fn id(&self) -> Option<&str> {
        self.0.id.as_deref()
    }

    /// Identifies the transaction in PingOne's audit trail: what the service returned, or what was sent.
    #[must_use]
    pub fn transaction_id(&self) -> Option<&str> {
        self.0.transaction_id.as_deref()
    }

    /// A header of the response, such as `Correlation-Id`, if it is text. With several of this name, the first.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.0.headers.get(name)?.to_str().ok()
    }

    /// Whether the client itself knows more about the cause than the service said.
    pub(crate) fn has_note(&self) -> bool {
        !self.0.note.is_empty()
    }

    /// When the service says that it answered.
    #[cfg(feature = "jwt")]
    pub(crate) fn service_date(&self) -> Option<std::time::SystemTime> {
        crate::retry::service_time(&self.0.headers)
    }

    /// How long to wait before the next request: what the service asked for in `Retry-After`, or until the end of a
    /// cool-down or lock.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        self.0.retry_after
    }

    /// What the service answered, as far as it was read.
    ///
    /// It may hold anything, also secrets: keep it out of logs.
    #[must_use]
    pub fn body(&self) -> &[u8] {
        &self.0.body
    }

    /// How many attempts were made. None, if the request could not be made at all.
    #[must_use]
    pub fn attempts(&self) -> u32 {
        self.0.attempts
    }

    /// Whether any attempt of this call may have reached the service.
    ///
    /// If not, making the call again is safe, whatever it does. If so, and [`status`](Self::status) is nothing or a
    /// server error, the service may have acted: read the state of the resource before sending the call again.
    /// When this cannot be known, the answer is yes.
    #[must_use]
    pub fn may_have_been_sent(&self) -> bool {
        self.0.may_have_been_sent
    }
}
