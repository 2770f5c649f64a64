//! Credentials, as they go on the wire.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::header::{AUTHORIZATION, COOKIE};
use http::{HeaderMap, HeaderName, HeaderValue};
use pingone_models::Secret;
use pingone_models::operation::Security;

/// Who is calling, ready to be sent. Cloning it copies no secret.
///
/// ```
/// use pingone_client::transport::Authorization;
///
/// let token = Authorization::bearer(&"eyJhbGciOi".into())?;
/// assert_eq!(format!("{token:?}"), "Bearer(***)");
/// assert!(Authorization::bearer(&"".into()).is_err());
/// # Ok::<(), pingone_client::transport::InvalidCredentials>(())
/// ```
#[derive(Clone)]
pub struct Authorization {
    kind: Kind,
    value: HeaderValue,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Bearer,
    Basic,
    Cookies,
    Key,
}

/// Credentials that no header can carry. The text does not show them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the {what} {reason}")]
pub struct InvalidCredentials {
    what: &'static str,
    reason: &'static str,
}

impl Authorization {
    /// An access token.
    ///
    /// # Errors
    /// When the token is empty or has characters that no bearer token has (RFC 6750), such as blanks.
    pub fn bearer(token: &Secret) -> Result<Self, InvalidCredentials> {
        let text = token.expose();
        let known = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~+/=".contains(&byte);
        if text.is_empty() || !text.bytes().all(known) {
            return Err(InvalidCredentials {
                what: "access token",
                reason: if text.is_empty() {
                    "is empty"
                } else {
                    "has a character that no bearer token has, such as a blank or a line break"
                },
            });
        }
        Self::new(Kind::Bearer, "access token", &format!("Bearer {text}"))
    }

    /// The id and the secret of a client, for HTTP Basic.
    ///
    /// # Errors
    /// When the id has a colon, which would end it too early.
    pub fn basic(id: &str, secret: &Secret) -> Result<Self, InvalidCredentials> {
        if id.contains(':') {
            return Err(InvalidCredentials {
                what: "client id",
                reason: "has a colon, which HTTP Basic cannot carry",
            });
        }
        let pair = STANDARD.encode(format!("{id}:{}", secret.expose()));
        Self::new(Kind::Basic, "client id", &format!("Basic {pair}"))
    }

    /// The value of the header `Cookie`, such as `ST=…`.
    ///
    /// # Errors
    /// When it is empty or has a character that no header can carry.
    pub fn cookies(value: &Secret) -> Result<Self, InvalidCredentials> {
        Self::new(Kind::Cookies, "cookie", value.expose())
    }

    /// A key; the document says whether it is sent in a header, a cookie or the query.
    ///
    /// # Errors
    /// When it is empty or has a character that no header can carry.
    pub fn key(value: &Secret) -> Result<Self, InvalidCredentials> {
        Self::new(Kind::Key, "key", value.expose())
    }

    fn new(kind: Kind, what: &'static str, text: &str) -> Result<Self, InvalidCredentials> {
        if text.is_empty() {
            return Err(InvalidCredentials {
                what,
                reason: "is empty",
            });
        }
        let mut value = HeaderValue::from_str(text).map_err(|_| InvalidCredentials {
            what,
            reason: "has a character that no header can carry",
        })?;
        value.set_sensitive(true);
        Ok(Self { kind, value })
    }

    pub(super) fn fits(&self, security: Security) -> bool {
        matches!(
            (self.kind, security),
            (Kind::Bearer, Security::Bearer)
                | (Kind::Basic, Security::Basic)
                | (Kind::Cookies, Security::Cookie(_))
                | (
                    Kind::Key,
                    Security::Cookie(_) | Security::Header(_) | Security::Query(_)
                )
        )
    }

    /// The value as text, for the query.
    pub(crate) fn text(&self) -> &str {
        // Made from a text, in which a header allows visible ASCII alone or opaque bytes.
        str::from_utf8(self.value.as_bytes()).unwrap_or_default()
    }

    pub(crate) fn apply(&self, security: Security, headers: &mut HeaderMap) {
        let name = match security {
            Security::Cookie(name) if self.kind == Kind::Key => {
                // The generator refuses a name that no header can carry.
                if let Ok(mut pair) = HeaderValue::from_str(&format!("{name}={}", self.text())) {
                    pair.set_sensitive(true);
                    headers.insert(COOKIE, pair);
                }
                return;
            }
            Security::Bearer | Security::Basic => AUTHORIZATION,
            Security::Cookie(_) => COOKIE,
            Security::Header(name) => match HeaderName::from_bytes(name.as_bytes()) {
                Ok(name) => name,
                // The generator refuses such names.
                Err(_) => return,
            },
            Security::Query(_) => return,
        };
        headers.insert(name, self.value.clone());
    }
}

impl fmt::Debug for Authorization {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}(***)", self.kind)
    }
}
