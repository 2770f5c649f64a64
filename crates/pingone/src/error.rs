//! The one error of this crate.

use std::borrow::Cow;
use std::error::Error as StdError;
use std::fmt;
use std::time::Duration;

use bytes::Bytes;
use pingone_models::ErrorDetail;
use pingone_models::operation::{Effect, Operation};
use pingone_models::operations::LIST_USERS;

/// A result with the [`Error`] of this crate.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// A boxed error of any kind.
pub type BoxError = Box<dyn StdError + Send + Sync>;

/// Why a call, or the building of a client, failed.
///
/// What callers branch on has a predicate, such as [`is_wrong_code`](Self::is_wrong_code); everything that the service
/// said has an accessor. Neither `Display` nor `Debug` shows a secret: they print statuses, codes and names, and leave
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
pub struct Error(Box<Inner>);

#[derive(Default)]
pub(crate) struct Inner {
    pub(crate) kind: ErrorKind,
    pub(crate) operation: Option<&'static Operation>,
    pub(crate) status: Option<u16>,
    pub(crate) code: Option<String>,
    pub(crate) message: Option<String>,
    pub(crate) details: Vec<ErrorDetail>,
    pub(crate) id: Option<String>,
    pub(crate) transaction_id: Option<String>,
    pub(crate) retry_after: Option<Duration>,
    pub(crate) body: Bytes,
    pub(crate) attempts: u32,
    pub(crate) may_have_been_sent: bool,
    pub(crate) note: Cow<'static, str>,
    pub(crate) source: Option<BoxError>,
}

/// What kind of failure an [`Error`] is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The client cannot be built as it is configured.
    #[default]
    Config,
    /// The request cannot be made from these arguments. Nothing was sent.
    InvalidRequest,
    /// There is no access token to send. The request itself was not sent.
    Token,
    /// No connection could be made. Nothing was sent.
    Connect,
    /// The time was up.
    Timeout,
    /// The connection failed after the request may have left.
    Interrupted,
    /// The service answered, and not with success.
    Service,
    /// The service answered with success, and the body is not what the document says.
    Decode,
    /// The service answered with success, and the body is longer than the client reads.
    TooLarge,
    /// One was to be found, and there is none. The service itself answered with success.
    NoMatch,
    /// One was to be found, and there are several. The service itself answered with success.
    ManyMatches,
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
    pub(crate) fn found(kind: ErrorKind) -> Self {
        Self::new(Inner {
            kind,
            operation: Some(&LIST_USERS),
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

    /// How long the service asked to wait before the next request.
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

    /// Whether the time was up, of an attempt or of the call.
    #[must_use]
    pub fn is_timeout(&self) -> bool {
        self.0.kind == ErrorKind::Timeout
    }

    /// Whether the code, passcode or password given is not the right one.
    ///
    /// PingOne publishes the code of a wrong passcode (`INVALID_OTP`) but not the one of a wrong verification or
    /// recovery code; a detail `INVALID_VALUE` that names the code as its target counts as well. One that names a
    /// password counts where the call checks it: elsewhere it is the new password that the policy refuses.
    #[must_use]
    pub fn is_wrong_code(&self) -> bool {
        let checks = self
            .0
            .operation
            .is_none_or(|operation| operation.effect == Effect::SpendsAttempt);
        self.has_code("INVALID_OTP")
            || self.details().iter().any(|detail| {
                detail.code.as_deref() == Some("INVALID_VALUE")
                    && match detail.target.as_deref() {
                        Some("otp" | "verificationCode" | "recoveryCode") => true,
                        Some("password" | "currentPassword") => checks,
                        _ => false,
                    }
            })
    }

    /// Whether the attempts for this code are used up, so that only a new code helps.
    #[must_use]
    pub fn is_attempts_exceeded(&self) -> bool {
        const RECOVERY: &str = "Maximum password recovery failures exceeded";
        let said = |message: Option<&str>| message.is_some_and(|text| text.contains(RECOVERY));
        (self.status() != Some(429) && self.has_code("QUOTA_EXCEEDED"))
            || said(self.message())
            || self
                .details()
                .iter()
                .any(|detail| said(detail.message.as_deref()))
    }

    /// Whether this was about a flow that has expired, or never was.
    #[must_use]
    pub fn is_expired_flow(&self) -> bool {
        self.is_not_found()
            && self.0.operation.is_some_and(|operation| {
                operation
                    .parameters
                    .iter()
                    .any(|parameter| parameter.name == "flowId")
            })
    }

    /// Whether the resource does not exist, at least not in this environment, or a search found nothing.
    #[must_use]
    pub fn is_not_found(&self) -> bool {
        self.0.kind == ErrorKind::NoMatch
            || self.is_about_resource()
                && (self.status() == Some(404) || self.has_code("NOT_FOUND"))
    }

    /// Whether the account or its password is locked, or the account is disabled.
    #[must_use]
    pub fn is_locked_out(&self) -> bool {
        self.has_code("ACCOUNT_NOT_USABLE") || self.has_code("PASSWORD_LOCKED_OUT")
    }

    /// Whether the user has no password.
    #[must_use]
    pub fn is_no_password(&self) -> bool {
        self.has_code("NO_PASSWORD")
    }

    /// Whether there were too many requests.
    #[must_use]
    pub fn is_rate_limited(&self) -> bool {
        self.status() == Some(429) || self.has_code("REQUEST_LIMITED")
    }

    /// Whether the token does not permit this, which PingOne also answers when the environment does not exist.
    #[must_use]
    pub fn is_permission_denied(&self) -> bool {
        self.is_about_resource()
            && (self.status() == Some(403) || self.has_code("INSUFFICIENT_PERMISSIONS"))
    }

    /// Whether the service did not accept the token.
    #[must_use]
    pub fn is_invalid_token(&self) -> bool {
        self.status() == Some(401) && self.has_code("INVALID_TOKEN")
    }

    /// Whether codes are about what was called, and not about the token that was to be sent with it.
    fn is_about_resource(&self) -> bool {
        self.0.kind != ErrorKind::Token
    }

    /// Whether the error, or one of its details, has this code.
    #[must_use]
    pub fn has_code(&self, code: &str) -> bool {
        self.code() == Some(code)
            || self
                .details()
                .iter()
                .any(|detail| detail.code.as_deref() == Some(code))
    }

    fn describe(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let inner = &*self.0;
        match inner.kind {
            ErrorKind::Config => f.write_str("the client cannot be built")?,
            ErrorKind::InvalidRequest => f.write_str("the request cannot be made")?,
            ErrorKind::Token => f.write_str("there is no access token")?,
            ErrorKind::Connect => f.write_str("no connection to the service")?,
            ErrorKind::Timeout => f.write_str("the time was up")?,
            ErrorKind::Interrupted => f.write_str("the connection broke off")?,
            ErrorKind::Service => f.write_str("the service refused")?,
            ErrorKind::Decode => f.write_str("the service's answer cannot be read")?,
            ErrorKind::TooLarge => f.write_str("the service's answer is too long")?,
            ErrorKind::NoMatch => f.write_str("no user matches")?,
            ErrorKind::ManyMatches => f.write_str("more than one user matches")?,
        }
        if !inner.note.is_empty() {
            write!(f, ": {}", inner.note)?;
        }
        if let Some(status) = inner.status {
            write!(f, ": status {status}")?;
        }
        if let Some(code) = inner.code.as_deref().and_then(name) {
            write!(f, " {code}")?;
        }
        let mut separator = " (";
        for detail in inner.details.iter().take(SHOWN_DETAILS) {
            let Some(code) = detail.code.as_deref().and_then(name) else {
                continue;
            };
            write!(f, "{separator}{code}")?;
            if let Some(target) = detail.target.as_deref().and_then(name) {
                write!(f, " at {target}")?;
            }
            separator = ", ";
        }
        if separator == ", " {
            f.write_str(")")?;
        }
        if let Some(id) = inner.id.as_deref().and_then(name) {
            write!(f, ", log id {id}")?;
        }
        match self.advice() {
            Some(advice) => write!(f, "; {advice}"),
            None => Ok(()),
        }
    }

    /// What to do about a failure whose usual cause is a mistake of the caller.
    fn advice(&self) -> Option<&'static str> {
        match self.kind() {
            ErrorKind::Service => {}
            ErrorKind::Connect => {
                return Some("check the region, and whether its hosts can be reached from here");
            }
            _ => return None,
        }
        let advice = match () {
            () if self.is_invalid_token() => {
                "get a new token, from this region and with the credentials of this environment's application"
            }
            () if self.is_permission_denied() => {
                "check the roles of the application that the token is for, and whether the environment id belongs to this region: an environment that is not there is answered alike"
            }
            () if self.is_expired_flow() => {
                "the flow has expired or never was in this environment: start a new one"
            }
            () if self.is_not_found() => {
                "check the ids in the call, and whether the environment id belongs to this region"
            }
            () if self.is_attempts_exceeded() => "no further attempt helps: send a new code",
            () if self.is_wrong_code() => {
                "what was entered is wrong or has expired: have it entered again, or send a new code"
            }
            () if self.is_no_password() => "the user has no password: set one first",
            () => return None,
        };
        Some(advice)
    }
}

/// How many details a text shows; a service can send thousands.
const SHOWN_DETAILS: usize = 4;

/// A text that is a name by its form, and can be shown. Anything else might be what a user typed.
pub(crate) fn name(text: &str) -> Option<&str> {
    let fine = |byte: u8| byte.is_ascii_alphanumeric() || b"_.-[]".contains(&byte);
    (1..=64)
        .contains(&text.len())
        .then_some(text)
        .filter(|text| text.bytes().all(fine))
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(operation) = self.operation() {
            write!(f, "{operation}: ")?;
        }
        self.describe(f)
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let inner = &*self.0;
        f.debug_struct("Error")
            .field("kind", &inner.kind)
            .field("text", &format_args!("{self}"))
            .field(
                "transaction_id",
                &inner.transaction_id.as_deref().and_then(name),
            )
            .field("retry_after", &inner.retry_after)
            .field("attempts", &inner.attempts)
            .field("may_have_been_sent", &inner.may_have_been_sent)
            .field("body_bytes", &inner.body.len())
            .field("source", &inner.source)
            .finish()
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.0.source.as_deref().map(|source| source as _)
    }
}

/// Makes an [`Error`] for tests. Made by [`Error::builder`].
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
        self.0.source = Some(source.into());
        self
    }

    /// The error.
    #[must_use]
    pub fn build(self) -> Error {
        Error::new(self.0)
    }
}
