/// What kind of failure an [`Error`](super::Error) is.
///
/// ```
/// use pingone::{Error, ErrorKind};
///
/// fn is_mine(error: &Error) -> bool {
///     matches!(error.kind(), ErrorKind::Config | ErrorKind::InvalidRequest | ErrorKind::Token)
/// }
/// assert!(is_mine(&Error::builder(ErrorKind::Token).build()));
/// ```
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
    /// The request or the whole call timed out.
    Timeout,
    /// The connection was lost before the response was complete. The request may have been sent.
    Interrupted,
    /// The service refused: the status is not a success, or the body of a success is an error.
    Service,
    /// The service answered with success, and the body is not what the document says.
    Decode,
    /// The service answered with success, and the body is longer than the client reads.
    TooLarge,
    /// The search matched no user. The service itself answered with success.
    NoMatch,
    /// The search matched several users. The service itself answered with success.
    ManyMatches,
}
