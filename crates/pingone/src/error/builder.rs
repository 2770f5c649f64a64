//! Errors made by hand, for tests of code that handles them.

use std::fmt;
use std::time::Duration;

use pingone_models::ErrorDetail;
use pingone_models::operation::Operation;

use super::{BoxError, Error, ErrorKind, Inner};

impl Error {
    /// Starts an error of this kind, for tests of code that handles errors.
    ///
    /// ```
    /// use pingone::{Error, ErrorKind};
    ///
    /// let error = Error::builder(ErrorKind::Service)
    ///     .status(400)
    ///     .code("INVALID_DATA")
    ///     .detail("INVALID_OTP", "otp")
    ///     .build();
    /// assert!(error.is_wrong_code());
    /// ```
    pub fn builder(kind: ErrorKind) -> ErrorBuilder {
        let sent = matches!(
            kind,
            ErrorKind::Timeout
                | ErrorKind::Interrupted
                | ErrorKind::Service
                | ErrorKind::Decode
                | ErrorKind::TooLarge
                | ErrorKind::NoMatch
                | ErrorKind::ManyMatches
        );
        ErrorBuilder(Inner {
            kind,
            may_have_been_sent: sent,
            attempts: 1,
            ..Inner::default()
        })
    }
}

/// Makes an [`Error`] for tests. Made by [`Error::builder`].
///
/// ```
/// use pingone::{Error, ErrorKind};
///
/// let lost = Error::builder(ErrorKind::Timeout).may_have_been_sent(true).build();
/// assert!(lost.is_timeout() && lost.may_have_been_sent());
/// ```
#[must_use]
pub struct ErrorBuilder(Inner);

impl fmt::Debug for ErrorBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ErrorBuilder")
            .field("kind", &self.0.kind)
            .finish_non_exhaustive()
    }
}

impl ErrorBuilder {
    /// Sets the operation that failed.
    pub fn operation(mut self, operation: &'static Operation) -> Self {
        self.0.operation = Some(operation);
        self
    }

    /// Sets the status of the answer.
    pub fn status(mut self, status: u16) -> Self {
        self.0.status = Some(status);
        self
    }

    /// Sets the code.
    pub fn code(mut self, code: impl Into<String>) -> Self {
        self.0.code = Some(code.into());
        self
    }

    /// Sets the message.
    pub fn message(mut self, message: impl Into<String>) -> Self {
        self.0.message = Some(message.into());
        self
    }

    /// Adds a reason with this code, about this property.
    pub fn detail(mut self, code: impl Into<String>, target: impl Into<String>) -> Self {
        self.0
            .details
            .push(ErrorDetail::new().with_code(code).with_target(target));
        self
    }

    /// Sets the id of the log entry.
    pub fn id(mut self, id: impl Into<String>) -> Self {
        self.0.id = Some(id.into());
        self
    }

    /// Sets the transaction id.
    pub fn transaction_id(mut self, id: impl Into<String>) -> Self {
        self.0.transaction_id = Some(id.into());
        self
    }

    /// Sets how long the service asks to wait.
    pub fn retry_after(mut self, wait: Duration) -> Self {
        self.0.retry_after = Some(wait);
        self
    }

    /// Sets the body of the answer.
    pub fn body(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.0.body = body.into().into();
        self
    }

    /// Sets whether the request may have left; without this, the kind says it.
    pub fn may_have_been_sent(mut self, sent: bool) -> Self {
        self.0.may_have_been_sent = sent;
        self
    }

    /// Sets what the error comes from.
    pub fn source(mut self, source: impl Into<BoxError>) -> Self {
        self.0.source = Some(source.into().into());
        self
    }

    /// The error.
    #[must_use]
    pub fn build(self) -> Error {
        Error::new(self.0)
    }
}
