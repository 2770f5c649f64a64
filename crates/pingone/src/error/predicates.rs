//! What callers branch on: groups of reasons.

use super::{Error, ErrorKind, Reason};

impl Error {
    /// Whether the request or the whole call timed out, or the request for its token did.
    #[must_use]
    pub fn is_timeout(&self) -> bool {
        self.kind() == ErrorKind::Timeout || self.of_token().is_some_and(Self::is_timeout)
    }

    /// Whether no connection could be made, for the call or for its token. Nothing was sent then.
    #[must_use]
    pub fn is_connect(&self) -> bool {
        self.kind() == ErrorKind::Connect || self.of_token().is_some_and(Self::is_connect)
    }

    /// Whether the same call may succeed later without any change.
    ///
    /// Check [`may_have_been_sent`](Self::may_have_been_sent) before repeating a call that is not a read.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        match self.reason() {
            Reason::Connect | Reason::Timeout | Reason::Interrupted => true,
            Reason::RateLimited | Reason::ServiceFailed => true,
            Reason::NoToken => self.of_token().is_some_and(Self::is_transient),
            _ => false,
        }
    }

    /// Whether the code, passcode or password that was entered is wrong.
    ///
    /// PingOne answers an expired code as it answers a wrong one.
    #[must_use]
    pub fn is_wrong_code(&self) -> bool {
        matches!(self.reason(), Reason::WrongCode | Reason::WrongPassword)
    }

    /// Whether no further entry is accepted for this code, or none for a while.
    #[must_use]
    pub fn is_attempts_exceeded(&self) -> bool {
        matches!(self.reason(), Reason::AttemptsExceeded | Reason::CoolDown)
    }

    /// Whether the flow has expired or does not exist.
    #[must_use]
    pub fn is_expired_flow(&self) -> bool {
        self.reason() == Reason::FlowExpired
    }

    /// Whether the resource does not exist in this environment, or a search matched nothing.
    #[must_use]
    pub fn is_not_found(&self) -> bool {
        matches!(self.reason(), Reason::NotFound | Reason::FlowExpired)
    }

    /// Whether the account or its password is locked, or the account is disabled.
    #[must_use]
    pub fn is_locked_out(&self) -> bool {
        matches!(
            self.reason(),
            Reason::AccountNotUsable | Reason::PasswordLocked
        )
    }

    /// Whether the user has no password.
    #[must_use]
    pub fn is_no_password(&self) -> bool {
        self.reason() == Reason::NoPassword
    }

    /// Whether there were too many requests.
    #[must_use]
    pub fn is_rate_limited(&self) -> bool {
        self.reason() == Reason::RateLimited
    }

    /// Whether the token has no permission for this. PingOne answers alike if the environment does not exist.
    #[must_use]
    pub fn is_permission_denied(&self) -> bool {
        self.reason() == Reason::PermissionDenied
    }

    /// Whether the service rejected the access token.
    #[must_use]
    pub fn is_invalid_token(&self) -> bool {
        self.reason() == Reason::InvalidToken
    }

    /// The error of the token request, if this is about a token.
    pub(super) fn of_token(&self) -> Option<&Self> {
        match self.kind() {
            ErrorKind::Token => self.0.source.as_deref()?.downcast_ref(),
            _ => None,
        }
    }

    pub(super) fn is_about_flow(&self) -> bool {
        self.0.operation.is_some_and(|operation| {
            let mut names = operation.parameters.iter().map(|parameter| parameter.name);
            names.any(|name| name == "flowId")
        })
    }

    /// Whether the error, or one of its details, has this code.
    #[must_use]
    pub fn has_code(&self, code: &str) -> bool {
        let mut codes = self.details().iter().map(|detail| detail.code.as_deref());
        self.code() == Some(code) || codes.any(|own| own == Some(code))
    }
}
