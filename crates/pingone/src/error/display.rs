//! An error as text. It holds no secret, and not what the service wrote in its own words.

use std::error::Error as StdError;
use std::fmt;
use std::io;
use std::time::Duration;

use pingone_models::operation::{Effect, Location};

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
    NoDescriptors,
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
        let mut phase = None;
        while let Some(error) = next {
            if let Some(error) = error.downcast_ref::<io::Error>() {
                match error.kind() {
                    _ if has_no_descriptors(error) => return Self::NoDescriptors,
                    io::ErrorKind::ConnectionRefused => return Self::Refused,
                    io::ErrorKind::TimedOut => return Self::TimedOut,
                    _ => {}
                }
            }
            let text = error.to_string();
            if text.contains("dns error") {
                phase.get_or_insert(Self::Unresolved);
            } else if text.contains("timed out") {
                phase.get_or_insert(Self::TimedOut);
            }
            connected |= text.contains("tcp connect error") || text.contains("tunnel");
            next = error.source();
        }
        phase.unwrap_or(if connected { Self::Failed } else { Self::NoTls })
    }
}

/// Whether the process, or the whole machine, has no file descriptor left. The standard library has no name for it.
fn has_no_descriptors(error: &io::Error) -> bool {
    const ENFILE: i32 = 23;
    const EMFILE: i32 = 24;
    cfg!(unix) && matches!(error.raw_os_error(), Some(ENFILE | EMFILE))
}

/// A length of time, rounded up to a unit that is easy to read.
pub(crate) fn length(time: Duration) -> String {
    match whole_seconds(time) {
        seconds @ 0..120 => format!("{seconds} s"),
        seconds @ 120..7_200 => format!("{} min", seconds.div_ceil(60)),
        seconds @ 7_200..172_800 => format!("{} h", seconds.div_ceil(3_600)),
        seconds => format!("{} days", seconds.div_ceil(86_400)),
    }
}

/// The seconds of a length of time, rounded up, so that whoever waits for so long is not too early.
pub(super) fn whole_seconds(time: Duration) -> u64 {
    let begun = u64::from(time.subsec_nanos() > 0);
    time.as_secs().saturating_add(begun)
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
            ErrorKind::Token => write!(f, "no access token for {}", self.here())?,
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
        if inner.kind == ErrorKind::Service {
            self.facts(f)?;
            // Where the client itself knows the cause, it knows better than the code what to do.
            if self.has_note() {
                return write!(f, "; {}", inner.note);
            }
        } else {
            if self.has_note() {
                write!(f, ": {}", inner.note)?;
            }
            if let Some(request) = self.of_token() {
                f.write_str(": ")?;
                return request.describe(f);
            }
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
            Connection::NoDescriptors => {
                write!(
                    f,
                    "no connection to {address}: this process has no file descriptor left"
                )
            }
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
                Connection::NoDescriptors => {
                    "find out what keeps files or connections open, or raise the limit (`ulimit -n`)"
                }
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
                "the access token was rejected: get a new one in case it has expired, and check that the application has a role in {here}"
            ),
            Reason::InvalidSession => {
                "the session of the flow was rejected: send the cookie `ST` that the authorization request set, with `FlowHandle::with_session`".into()
            }
            Reason::PermissionDenied => format!(
                "check the roles of the application or user that the token is for, and that {here} exists: PingOne answers the same if it does not"
            ),
            Reason::ClientRefused => {
                "compare the client id, its secret, its environment and its token endpoint authentication method with the application in the console".into()
            }
            Reason::LicenseExceeded => "check the license of the environment".into(),
            Reason::FlowExpired => {
                format!("the flow has expired or does not exist in {here}: start a new one")
            }
            Reason::NotFound if self.names_only_environment() => {
                format!("{here} does not exist: compare the region and the environment id with the console")
            }
            Reason::NotFound => format!("check the ids in the call, which went to {here}"),
            Reason::AttemptsExceeded => {
                "no further attempt is accepted for this code: send a new one".into()
            }
            Reason::CoolDown => match self.retry_after() {
                Some(wait) => format!(
                    "wait {}: no passcode is accepted before, and a new one does not change that",
                    length(wait)
                ),
                None => "wait until the cool-down ends: no passcode is accepted before, and a new one does not change that".into(),
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
                Some(wait) => format!(
                    "the password is locked for another {}: wait, or unlock or recover it",
                    length(wait)
                ),
                None => "the password is locked: unlock or recover it".into(),
            },
            Reason::AccountNotUsable => {
                "the user is disabled or locked: an administrator can enable or unlock the account".into()
            }
            Reason::NoUsableDevices => "register a device for the user that the policy accepts".into(),
            Reason::NotUnique => "another resource already has this value: choose another one".into(),
            Reason::RateLimited => match self.retry_after() {
                Some(wait) => format!("call less often, and not again within {}", length(wait)),
                None => "call less often".into(),
            },
            _ if self.status() >= Some(500) && self.may_have_acted() => MAY_HAVE_ACTED.into(),
            Reason::ServiceFailed => {
                "PingOne or a gateway before it has failed: call again later".into()
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

    /// Whether the environment is all that the path of the operation names.
    fn names_only_environment(&self) -> bool {
        self.0.operation.is_some_and(|operation| {
            let mut parameters = operation.parameters.iter();
            parameters.all(|own| own.location != Location::Path || own.client_supplied)
        })
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
