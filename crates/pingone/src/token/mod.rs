//! Where access tokens come from.
//!
//! | token | how |
//! |---|---|
//! | of a worker application | [`ClientBuilder::client_credentials`](crate::ClientBuilder::client_credentials) |
//! | that something else keeps fresh | [`ClientBuilder::token_provider`](crate::ClientBuilder::token_provider) |
//! | that never changes | [`ClientBuilder::token`](crate::ClientBuilder::token) |
//! | of a user, for one call | [`Request::with_token`](crate::Request::with_token) |

#[cfg(feature = "jwt")]
mod assertion;
mod cache;
mod credentials;
mod form;

#[cfg(feature = "jwt")]
#[cfg_attr(docsrs, doc(cfg(feature = "jwt")))]
pub use assertion::SigningAlgorithm;
pub(crate) use cache::{Fetched, TokenCache};
pub(crate) use credentials::Authentication;
pub use credentials::ClientCredentials;
pub(crate) use form::ApplicationForm;

use std::fmt;
use std::time::{Duration, SystemTime};

use pingone_models::Secret;

use crate::error::BoxError;
use crate::runtime::BoxFuture;

/// An access token, and when it ends.
///
/// ```
/// use std::time::{Duration, SystemTime};
/// use pingone::token::Token;
///
/// let token = Token::new("an-access-token").with_expiry(SystemTime::now() + Duration::from_secs(3600));
/// assert!(format!("{token:?}").contains("Secret(***)"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Token {
    /// The token. It does not print itself.
    pub secret: Secret,
    /// When it ends, if that is known.
    pub expires_at: Option<SystemTime>,
}

impl Token {
    /// A token whose end is not known.
    #[must_use]
    pub fn new(secret: impl Into<Secret>) -> Self {
        Self {
            secret: secret.into(),
            expires_at: None,
        }
    }

    /// Sets when the token ends.
    #[must_use]
    pub fn with_expiry(mut self, expires_at: SystemTime) -> Self {
        self.expires_at = Some(expires_at);
        self
    }
}

/// Gives a client its access tokens.
///
/// It is asked before every attempt, so it should keep a token for as long as it is good. It must be safe to ask from
/// many tasks at once, and to stop asking at any moment.
///
/// ```
/// use std::time::Duration;
/// use pingone::token::{Token, TokenProvider};
/// use pingone::{BoxError, BoxFuture};
///
/// /// Reads the token that a neighbouring process keeps fresh.
/// #[derive(Debug)]
/// struct FromFile(std::path::PathBuf);
///
/// impl TokenProvider for FromFile {
///     fn token(&self, _: Duration) -> BoxFuture<'_, Result<Token, BoxError>> {
///         Box::pin(async move { Ok(Token::new(std::fs::read_to_string(&self.0)?.trim())) })
///     }
/// }
/// ```
pub trait TokenProvider: fmt::Debug + Send + Sync + 'static {
    /// A token that is good now, for a call that can still wait this long.
    ///
    /// The call stops waiting after that time. A provider that holds a good token and would rather refresh it should
    /// give the token in good time.
    ///
    /// # Errors
    /// Any error; the caller gets it as the source of an [`Error`](crate::Error) of the kind
    /// [`Token`](crate::ErrorKind::Token). An `Error` of this crate is passed on as it is.
    fn token(&self, limit: Duration) -> BoxFuture<'_, Result<Token, BoxError>>;

    /// Tells that the service did not accept this token although it should be good.
    ///
    /// Return true if asking again can give another one; then the client makes the call once more, if its retry policy
    /// and budget allow another attempt ([`Outcome::TokenRejected`](crate::retry::Outcome::TokenRejected)). Forget the token
    /// only if it is still the current one: many calls may report the same one.
    fn reject(&self, token: &Token) -> bool {
        let _ = token;
        false
    }
}

/// Checks an access token before it is sent.
pub(crate) fn check(token: &Secret) -> Result<(), &'static str> {
    if token.expose().trim().is_empty() {
        return Err("the access token is empty: is the variable that should hold it set?");
    }
    if !token.expose().bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(
            "the access token holds a space, line break or other character that no token has: trim what it was read from",
        );
    }
    Ok(())
}

/// One token that never changes.
#[derive(Clone, Debug)]
pub(crate) struct StaticToken(pub(crate) Token);

impl TokenProvider for StaticToken {
    fn token(&self, _: Duration) -> BoxFuture<'_, Result<Token, BoxError>> {
        Box::pin(std::future::ready(Ok(self.0.clone())))
    }
}
