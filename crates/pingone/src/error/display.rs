//! An error as text. It holds no secret, and not what the service wrote in its own words.

use std::error::Error as StdError;
use std::fmt;

use pingone_models::operation::Effect;

use super::{Error, ErrorKind, Place};

/// How many details a text shows; a service can send thousands.
const SHOWN_DETAILS: usize = 4;

const MAY_HAVE_ACTED: &str =
    "the service may have acted: read what has become of it before calling again";

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

impl Error {
    fn describe(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let inner = &*self.0;
        match inner.kind {
            ErrorKind::Config => f.write_str("the client cannot be built")?,
            ErrorKind::InvalidRequest => f.write_str("the request cannot be made")?,
            ErrorKind::Token => write!(f, "there is no access token for {}", self.here())?,
            ErrorKind::Connect => write!(f, "no connection to {}", self.address())?,
            ErrorKind::Timeout => f.write_str("the time was up")?,
            ErrorKind::Interrupted => f.write_str("the connection broke off")?,
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
            ErrorKind::Connect => {
                "check the region, and whether the address can be reached from here"
            }
            ErrorKind::Timeout | ErrorKind::Interrupted if self.may_have_acted() => MAY_HAVE_ACTED,
            ErrorKind::Decode | ErrorKind::TooLarge if self.may_have_acted() => {
                "the service has done it: read what has become of it in place of calling again"
            }
            ErrorKind::NoMatch => {
                "check the environment and what was searched for, which is compared as a whole"
            }
            ErrorKind::ManyMatches => {
                "search for what one user alone has, such as the username, or choose with `UserSearch::stream`"
            }
            _ => return None,
        };
        Some(advice.to_owned())
    }

    fn advice_about_refusal(&self) -> Option<String> {
        let here = self.here();
        let advice = match () {
            () if self.is_invalid_token() => {
                format!("get a new token, with the credentials of an application that may act on {here}")
            }
            () if self.is_permission_denied() => {
                format!("check the roles of the application or user that the token is for, and whether there is {here}: one that is not there is answered alike")
            }
            () if self.is_expired_flow() => {
                format!("the flow has expired or never was in {here}: start a new one")
            }
            () if self.is_not_found() => format!("check the ids in the call, which went to {here}"),
            () if self.is_attempts_exceeded() => "no further attempt helps: send a new code".into(),
            () if self.is_wrong_code() => {
                "what was entered is wrong or has expired: have it entered again, or send a new code".into()
            }
            () if self.is_no_password() => "the user has no password: set one first".into(),
            () if self.is_locked_out() => {
                "the user is disabled or locked: an administrator can undo that".into()
            }
            () if self.is_rate_limited() => {
                "call less often, and not again before `Error::retry_after`".into()
            }
            () if self.status() >= Some(500) && self.may_have_acted() => MAY_HAVE_ACTED.into(),
            () if self.status() == Some(400) && self.is_about_flow() => {
                "see `Error::details`, and read the flow: its links say which actions it allows now".into()
            }
            () if !self.details().is_empty() => "`Error::details` has the reasons".into(),
            () => return None,
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
