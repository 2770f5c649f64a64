//! What callers branch on.

use pingone_models::operation::Effect;

use super::{Error, ErrorKind};

impl Error {
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
        self.is_not_found() && self.is_about_flow()
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

    pub(super) fn is_about_flow(&self) -> bool {
        self.0.operation.is_some_and(|operation| {
            operation
                .parameters
                .iter()
                .any(|parameter| parameter.name == "flowId")
        })
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
}
