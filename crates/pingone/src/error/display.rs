//! An error as text. It holds no secret, and not what the service wrote in its own words.

use std::error::Error as StdError;
use std::fmt;
use std::io;

use pingone_models::operation::Effect;

use super::{Error, ErrorKind, Place, Reason};

/// How many details a text shows; a service can send thousands.
const SHOWN_DETAILS: usize = 4;

const MAY_HAVE_ACTED: &str = "the service may have acted: check the current state before retrying";

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

/// Why a connection could not be made.
///
/// The HTTP client has no types for this that can be named, so that its texts tell the phase.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Connection {
    Unresolved,
    Refused,
    TimedOut,
    NoTls,
    Failed,
}

impl Connection {
    fn of(source: Option<&(dyn StdError + Send + Sync + 'static)>) -> Self {
        let mut next = source.map(|source| source as &(dyn StdError + 'static));
        let mut connected = false;
        while let Some(error) = next {
            if let Some(error) = error.downcast_ref::<io::Error>() {
                match error.kind() {
                    io::ErrorKind::ConnectionRefused => return Self::Refused,
                    io::ErrorKind::TimedOut => return Self::TimedOut,
                    _ => {}
                }
            }
            let text = error.to_string();
            if text.contains("dns error") {
                return Self::Unresolved;
            }
            if text.contains("timed out") {
                return Self::TimedOut;
            }
            connected |= text.contains("tcp connect error") || text.contains("tunnel");
            next = error.source();
        }
        if connected { Self::Failed } else { Self::NoTls }
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.0
            .source
            .as_deref()
            .map(|source| source as &(dyn StdError + 'static))
    }
}

impl Error {
    fn describe(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let inner = &*self.0;
        match inner.kind {
            ErrorKind::Config => f.write_str("the client cannot be built")?,
            ErrorKind::InvalidRequest => f.write_str("the request cannot be made")?,
            ErrorKind::Token => write!(f, "there is no access token for {}", self.here())?,
            ErrorKind::Connect => self.describe_connection(f)?,
            ErrorKind::Timeout => f.write_str("timed out")?,
            ErrorKind::Interrupted => {
                f.write_str("the connection was lost before the response was complete")?;
            }
            ErrorKind::Service => f.write_str("the service refused")?,
            ErrorKind::Decode => f.write_str("the service's answer cannot be read")?,
            ErrorKind::TooLarge => f.write_str("the service's answer is too long")?,
            ErrorKind::NoMatch => write!(f, "no user matches in {}", self.here())?,
            ErrorKind::ManyMatches => write!(f, "more than one user matches in {}", self.here())?,
        }
        if !inner.note.is_empty() {
            write!(f, ": {}", inner.note)?;
        }
        // The source of a token error is an error of its own, with facts of its own.
        if inner.kind != ErrorKind::Token {
            self.facts(f)?;
        }
        match self.advice() {
            Some(advice) => write!(f, "; {advice}"),
            None => Ok(()),
        }
    }

    /// Why there is no connection, as far as the sources tell.
    fn describe_connection(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let address = self.address();
        match Connection::of(self.0.source.as_deref()) {
            Connection::Unresolved => write!(f, "the host name of {address} cannot be resolved"),
            Connection::Refused => write!(f, "{address} refused the connection"),
            Connection::TimedOut => write!(f, "the connection to {address} timed out"),
            Connection::NoTls if address.starts_with("https:") => {
                write!(f, "TLS with {address} failed")
            }
            Connection::NoTls | Connection::Failed => write!(f, "no connection to {address}"),
        }
    }

    /// What the service said, as far as it is made of names.
    fn facts(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let inner = &*self.0;
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
        Ok(())
    }

    /// What to do about it.
    fn advice(&self) -> Option<String> {
        let advice = match self.kind() {
            ErrorKind::Service => return self.advice_about_refusal(),
            ErrorKind::Connect => match Connection::of(self.0.source.as_deref()) {
                Connection::Unresolved => {
                    "check the region or the address, and DNS on this machine"
                }
                Connection::NoTls if self.address().starts_with("https:") => {
                    "check that the address speaks TLS with a certificate that this machine trusts, and that the clock of this machine is right"
                }
                _ => "check the region, and whether the address can be reached from here",
            },
            ErrorKind::Timeout if !self.may_have_been_sent() => {
                "nothing was sent: call again, or allow the call more time"
            }
            ErrorKind::Timeout | ErrorKind::Interrupted if self.may_have_acted() => MAY_HAVE_ACTED,
            ErrorKind::Timeout => "call again, or allow the call more time",
            ErrorKind::Interrupted => "call again",
            ErrorKind::Decode | ErrorKind::TooLarge if self.may_have_acted() => {
                "the service has acted: check the current state instead of calling again"
            }
            ErrorKind::Decode => {
                "check whether a proxy or gateway has answered in place of PingOne: `Error::body` has the answer"
            }
            ErrorKind::TooLarge => "ask for less, or raise `ClientBuilder::body_limit`",
            ErrorKind::NoMatch => {
                "check the environment and the search value, which must match as a whole"
            }
            ErrorKind::ManyMatches => {
                "search for what only one user has, such as the username, or choose with `UserSearch::stream`"
            }
            _ => return None,
        };
        Some(advice.to_owned())
    }

    fn advice_about_refusal(&self) -> Option<String> {
        let here = self.here();
        let advice = match self.reason() {
            Reason::InvalidToken => format!(
                "the access token was rejected: check that the worker application has a role in {here}"
            ),
            Reason::InvalidSession => {
                "the session of the flow was rejected: send the cookie `ST` that the authorization request set, with `FlowHandle::with_session`".into()
            }
            Reason::PermissionDenied => format!(
                "check the roles of the application or user that the token is for, and that there is {here}: PingOne answers alike if it does not exist"
            ),
            Reason::LicenseExceeded => "check the license of the environment".into(),
            Reason::FlowExpired => {
                format!("the flow has expired or does not exist in {here}: start a new one")
            }
            Reason::NotFound => format!("check the ids in the call, which went to {here}"),
            Reason::AttemptsExceeded => {
                "no further attempt is accepted for this code: send a new one".into()
            }
            Reason::CoolDown => match self.retry_after() {
                Some(wait) => format!(
                    "no passcode is accepted for another {} s, and a new one does not change that",
                    wait.as_secs()
                ),
                None => "no passcode is accepted until the cool-down ends, and a new one does not change that".into(),
            },
            Reason::WrongCode => {
                "the code is wrong or has expired: ask for it again, or send a new one".into()
            }
            Reason::WrongPassword => match self.failures_remaining() {
                Some(left) => format!(
                    "the username or password is wrong: ask for it again; {left} more failures are accepted"
                ),
                None => "the username or password is wrong: ask for it again".into(),
            },
            Reason::PasswordRefused => {
                "the password policy refuses the new password: `Error::unsatisfied_requirements` and `Error::details` say why".into()
            }
            Reason::NoPassword => "the user has no password: set one first".into(),
            Reason::PasswordLocked => match self.retry_after() {
                Some(wait) => format!("the password is locked for another {} s", wait.as_secs()),
                None => "the password is locked: unlock or recover it".into(),
            },
            Reason::AccountNotUsable => {
                "the user is disabled or locked: an administrator can change that".into()
            }
            Reason::NoUsableDevices => "register a device for the user that the policy accepts".into(),
            Reason::NotUnique => "another resource already has this value: choose another one".into(),
            Reason::RateLimited => {
                "call less often, and not again before `Error::retry_after`".into()
            }
            _ if self.status() >= Some(500) && self.may_have_acted() => MAY_HAVE_ACTED.into(),
            Reason::ServiceFailed => {
                "PingOne or something before it has failed: call again later".into()
            }
            _ if self.status() == Some(400) && self.is_about_flow() => {
                "see `Error::details`, and read the flow: its links say which actions it allows now".into()
            }
            _ if !self.details().is_empty() => "`Error::details` has the reasons".into(),
            _ => return None,
        };
        Some(advice)
    }

    /// Whether a call that is no read may have been acted on.
    fn may_have_acted(&self) -> bool {
        let reads = self
            .0
            .operation
            .is_some_and(|operation| operation.effect == Effect::Read);
        self.may_have_been_sent() && !reads
    }

    /// The environment that the call was about, as far as it is known.
    fn here(&self) -> String {
        match &self.0.place {
            Some(Place {
                environment,
                address,
            }) => format!("environment {environment} at {address}"),
            None => "this environment".to_owned(),
        }
    }

    fn address(&self) -> &str {
        self.0
            .place
            .as_ref()
            .map_or("the service", |place| &place.address)
    }
}
