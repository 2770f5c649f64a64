//! What the service refused, and why: one reason for each error.

use pingone_models::operation::{Effect, Operation, Security};
use pingone_models::{ErrorDetail, Flow, FlowStatus};
use serde_json::Value;

use super::{Error, ErrorKind};

/// Why a call failed, as far as a caller can act on it. Each error has exactly one reason.
///
/// Predicates such as [`Error::is_wrong_code`] group these reasons.
///
/// ```
/// use pingone::{Error, Reason};
///
/// fn tell(error: &Error) -> &'static str {
///     match error.reason() {
///         Reason::WrongCode => "That is not the code.",
///         Reason::AttemptsExceeded => "Too many wrong codes. We can send you a new one.",
///         Reason::CoolDown | Reason::RateLimited => "Please wait a moment.",
///         Reason::PasswordLocked | Reason::AccountNotUsable => "This account is locked.",
///         _ if error.is_transient() => "Please try again.",
///         _ => "Something went wrong.",
///     }
/// }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Reason {
    /// The verification code, recovery code or passcode is wrong or has expired. PingOne answers both alike.
    WrongCode,
    /// The password, or the pair of username and password, is wrong.
    WrongPassword,
    /// There were too many wrong codes: only a new code helps.
    AttemptsExceeded,
    /// There were too many wrong passcodes: none is accepted for a while. [`Error::retry_after`] says how long.
    CoolDown,
    /// The password is locked. [`Error::retry_after`] says for how long, unless an administrator must unlock it.
    PasswordLocked,
    /// The account is disabled or locked.
    AccountNotUsable,
    /// The user has no password.
    NoPassword,
    /// The password policy refuses the new password. See [`Error::unsatisfied_requirements`].
    PasswordRefused,
    /// The user has no device that the policy accepts.
    NoUsableDevices,
    /// Another resource already has a value that must be unique, such as the username.
    NotUnique,
    /// A value is missing, empty or not accepted. See [`Error::details`].
    InvalidData,
    /// The access token was rejected.
    InvalidToken,
    /// The session cookie of the flow was rejected or is missing.
    InvalidSession,
    /// The service does not accept the client id, its secret or the way they are sent.
    ClientRefused,
    /// The token has no permission for this, or the environment does not exist.
    PermissionDenied,
    /// The license does not allow this or more of it.
    LicenseExceeded,
    /// The flow has expired or does not exist.
    FlowExpired,
    /// The resource does not exist, or a search matched nothing.
    NotFound,
    /// There were too many requests.
    RateLimited,
    /// The service itself failed.
    ServiceFailed,
    /// The service refused for a reason that this version does not know. See [`Error::code`].
    Refused,
    /// The client is configured wrongly.
    Config,
    /// The request cannot be made from these arguments.
    InvalidRequest,
    /// There is no access token to send.
    NoToken,
    /// No connection could be made.
    Connect,
    /// The request or the whole call timed out.
    Timeout,
    /// The connection was lost before the response was complete.
    Interrupted,
    /// The service answered with success, and the response cannot be read.
    Unreadable,
    /// A search for one user matched several.
    ManyMatches,
}

impl Reason {
    /// Why a flow has failed. Nothing, if it has not.
    ///
    /// ```
    /// # fn run(flow: pingone::models::Flow) {
    /// use pingone::Reason;
    ///
    /// if Reason::of_flow(&flow) == Some(Reason::PasswordLocked) {
    ///     println!("the password is locked");
    /// }
    /// # }
    /// ```
    #[must_use]
    pub fn of_flow(flow: &Flow) -> Option<Self> {
        if flow.status != FlowStatus::Failed {
            return None;
        }
        let code = flow.error.as_ref().and_then(|error| error.code.as_deref());
        Some(code.and_then(Self::of_code).unwrap_or(Self::Refused))
    }

    /// The reason that a code alone tells.
    fn of_code(code: &str) -> Option<Self> {
        Some(match code {
            "INVALID_OTP" => Self::WrongCode,
            "INVALID_CREDENTIALS" => Self::WrongPassword,
            "PASSWORD_LOCKED_OUT" => Self::PasswordLocked,
            "ACCOUNT_NOT_USABLE" => Self::AccountNotUsable,
            "NO_PASSWORD" => Self::NoPassword,
            "NO_USABLE_DEVICES" => Self::NoUsableDevices,
            "UNIQUENESS_VIOLATION" => Self::NotUnique,
            "INVALID_TOKEN" => Self::InvalidToken,
            "INSUFFICIENT_PERMISSIONS" => Self::PermissionDenied,
            "LICENSE_EXCEEDED" => Self::LicenseExceeded,
            "REQUEST_LIMITED" => Self::RateLimited,
            "invalid_client" | "unauthorized_client" => Self::ClientRefused,
            "NOT_FOUND" => Self::NotFound,
            "UNEXPECTED_ERROR" => Self::ServiceFailed,
            "CONSTRAINT_VIOLATION"
            | "EMPTY_VALUE"
            | "INVALID_FILTER"
            | "INVALID_PARAMETER"
            | "INVALID_VALUE"
            | "MFA_AUTH_METHODS_CONFLICT"
            | "OUT_OF_RANGE"
            | "REQUIRED_VALUE"
            | "SIZE_LIMIT_EXCEEDED"
            | "INVALID_DATA"
            | "INVALID_REQUEST" => Self::InvalidData,
            _ => return None,
        })
    }
}

impl Error {
    /// Why the call failed: one reason for each error.
    #[must_use]
    pub fn reason(&self) -> Reason {
        match self.kind() {
            ErrorKind::Config => Reason::Config,
            ErrorKind::InvalidRequest => Reason::InvalidRequest,
            ErrorKind::Token => match self.refusal() {
                reason @ (Reason::ClientRefused | Reason::RateLimited | Reason::ServiceFailed) => {
                    reason
                }
                _ => Reason::NoToken,
            },
            ErrorKind::Connect => Reason::Connect,
            ErrorKind::Timeout => Reason::Timeout,
            ErrorKind::Interrupted => Reason::Interrupted,
            ErrorKind::Service => self.refusal(),
            ErrorKind::Decode | ErrorKind::TooLarge => Reason::Unreadable,
            ErrorKind::NoMatch => Reason::NotFound,
            ErrorKind::ManyMatches => Reason::ManyMatches,
        }
    }

    /// The reason of an answer that is not a success. What is more specific comes first.
    fn refusal(&self) -> Reason {
        let status = self.status();
        if self.has_code("QUOTA_EXCEEDED") && status != Some(429) {
            return if self.inner_error("coolDownExpiresAt").is_some() {
                Reason::CoolDown
            } else {
                Reason::AttemptsExceeded
            };
        }
        if self.says_recovery_failures_exceeded() {
            return Reason::AttemptsExceeded;
        }
        if status == Some(401) {
            if self.takes_session() {
                return Reason::InvalidSession;
            }
            if self.rejects_token() {
                return Reason::InvalidToken;
            }
        }
        if status == Some(429) {
            return Reason::RateLimited;
        }
        let by_detail = self
            .details()
            .iter()
            .filter_map(|detail| self.of_detail(detail));
        // A refused value is the least that several details say.
        let by_detail = by_detail.min_by_key(|reason| *reason == Reason::InvalidData);
        let by_code = || self.code().and_then(Reason::of_code);
        let by_status = || {
            Some(match status? {
                403 => Reason::PermissionDenied,
                404 => Reason::NotFound,
                408 | 500..=599 => Reason::ServiceFailed,
                _ => return None,
            })
        };
        let specific = by_code().filter(|reason| *reason != Reason::InvalidData);
        match by_detail.or(specific).or_else(by_status).or_else(by_code) {
            Some(Reason::NotFound) if self.is_about_flow() => Reason::FlowExpired,
            Some(reason) => reason,
            None => Reason::Refused,
        }
    }

    fn of_detail(&self, detail: &ErrorDetail) -> Option<Reason> {
        let code = detail.code.as_deref()?;
        if code != "INVALID_VALUE" {
            return Reason::of_code(code);
        }
        Some(match detail.target.as_deref() {
            Some("otp" | "verificationCode" | "recoveryCode") => Reason::WrongCode,
            Some("currentPassword") => Reason::WrongPassword,
            Some("newPassword") => Reason::PasswordRefused,
            // The password that a call checks is wrong; the one that a call sets is refused.
            Some("password") if self.checks() => Reason::WrongPassword,
            Some("password") => Reason::PasswordRefused,
            // How a flow answers a wrong pair, to not tell which of the two is wrong.
            Some("username") if self.checks() && self.is_about_flow() => Reason::WrongPassword,
            _ => Reason::InvalidData,
        })
    }

    fn says_recovery_failures_exceeded(&self) -> bool {
        const RECOVERY: &str = "Maximum password recovery failures exceeded";
        let details = self
            .details()
            .iter()
            .map(|detail| detail.message.as_deref());
        let mut messages = details.chain([self.message()]).flatten();
        messages.any(|message| message.contains(RECOVERY))
    }

    /// Whether a refusal with status 401 is about the token: it says so, or says nothing that can be read.
    pub(crate) fn rejects_token(&self) -> bool {
        let takes_token = self
            .0
            .operation
            .is_none_or(|own| takes(own, &Security::Bearer));
        let said = self
            .header("www-authenticate")
            .is_some_and(|challenge| challenge.contains("invalid_token"));
        self.status() == Some(401)
            && takes_token
            && (said || self.has_code("INVALID_TOKEN") || self.code().is_none())
    }

    /// Whether the operation is authorized by a session cookie alone.
    fn takes_session(&self) -> bool {
        self.0.operation.is_some_and(|own| {
            let cookie = |security: &Security| matches!(security, Security::Cookie(_));
            own.security.iter().any(cookie) && !takes(own, &Security::Bearer)
        })
    }

    /// Whether the call checks what a person entered.
    fn checks(&self) -> bool {
        self.0
            .operation
            .is_none_or(|own| own.effect == Effect::SpendsAttempt)
    }

    /// The first value of this name in `innerError` of the details.
    pub(crate) fn inner_error(&self, name: &str) -> Option<&Value> {
        let inner = self
            .details()
            .iter()
            .filter_map(|detail| detail.inner_error.as_ref());
        inner.into_iter().find_map(|members| members.get(name))
    }

    /// How many wrong entries the service accepts before it locks the password, if it says so.
    #[must_use]
    pub fn failures_remaining(&self) -> Option<u64> {
        self.inner_error("failuresRemaining")?.as_u64()
    }

    /// The rules of the password policy that the new password does not meet, such as `minCharacters`.
    /// Empty, if the service names none.
    #[must_use]
    pub fn unsatisfied_requirements(&self) -> Vec<&str> {
        let listed = self
            .inner_error("unsatisfiedRequirements")
            .and_then(Value::as_array);
        listed
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .collect()
    }
}

fn takes(operation: &Operation, security: &Security) -> bool {
    operation.security.contains(security)
}
