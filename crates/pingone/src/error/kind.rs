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
