//! What an application may tell the person in front of it about an error.

use super::Reason;

impl Reason {
    /// A code for programs, such as `wrong_code`. It stays the same from release to release.
    ///
    /// ```
    /// assert_eq!(pingone::Reason::WrongCode.code(), "wrong_code");
    /// ```
    #[must_use]
    pub fn code(self) -> &'static str {
        self.public().1
    }

    /// The HTTP status with which a web application can answer: 4xx for what its user can change, 5xx for the rest.
    ///
    /// ```
    /// assert_eq!(pingone::Reason::WrongCode.http_status(), 400);
    /// assert_eq!(pingone::Reason::PermissionDenied.http_status(), 500);
    /// ```
    #[must_use]
    pub fn http_status(self) -> u16 {
        self.public().0
    }

    /// A sentence for the user of an application, in English. It tells nothing about the application itself.
    #[must_use]
    pub fn public_message(self) -> &'static str {
        self.public().2
    }

    fn public(self) -> (u16, &'static str, &'static str) {
        const OURS: &str = "Something went wrong on our side.";
        const LATER: &str = "The service cannot be reached at the moment. Please try again later.";
        match self {
            Self::WrongCode => (400, "wrong_code", "The code is wrong or has expired."),
            Self::WrongPassword => (400, "wrong_password", "The username or password is wrong."),
            Self::AttemptsExceeded => (
                400,
                "attempts_exceeded",
                "There were too many wrong codes. Please ask for a new one.",
            ),
            Self::CoolDown => (
                429,
                "cool_down",
                "There were too many wrong codes. Please wait before you try again.",
            ),
            Self::PasswordLocked => (403, "password_locked", "The password is locked."),
            Self::AccountNotUsable => (403, "account_not_usable", "The account cannot be used."),
            Self::NoPassword => (409, "no_password", "The account has no password."),
            Self::PasswordRefused => (
                400,
                "password_refused",
                "The new password does not meet the rules.",
            ),
            Self::NoUsableDevices => (409, "no_usable_devices", "No device can be used."),
            Self::NotUnique => (409, "not_unique", "This value is already in use."),
            Self::InvalidData => (400, "invalid_data", "A value is missing or not accepted."),
            Self::InvalidSession => (401, "invalid_session", "Please sign on again."),
            Self::FlowExpired => (
                410,
                "flow_expired",
                "This took too long. Please start again.",
            ),
            Self::NotFound => (404, "not_found", "This does not exist."),
            Self::RateLimited => (
                429,
                "rate_limited",
                "There were too many requests. Please wait before you try again.",
            ),
            Self::InvalidToken => (500, "invalid_token", OURS),
            Self::ClientRefused => (500, "client_refused", OURS),
            Self::PermissionDenied => (500, "permission_denied", OURS),
            Self::LicenseExceeded => (500, "license_exceeded", OURS),
            Self::Config => (500, "config", OURS),
            Self::InvalidRequest => (500, "invalid_request", OURS),
            Self::NoToken => (503, "no_token", LATER),
            Self::ManyMatches => (500, "many_matches", OURS),
            Self::Refused => (502, "refused", OURS),
            Self::Unreadable => (502, "unreadable", OURS),
            Self::ServiceFailed => (502, "service_failed", LATER),
            Self::Interrupted => (502, "interrupted", LATER),
            Self::Connect => (503, "connect", LATER),
            Self::Timeout => (504, "timeout", LATER),
        }
    }
}

/// Answers with the status of the [`reason`](crate::Error::reason), `Retry-After` where the error has it, and a JSON object
/// with `code` and `message`: never with words of the service, ids or secrets.
///
/// The answer tells a user apart who does not exist from a wrong password. Where strangers must not learn that, answer
/// both alike by hand.
///
/// ```
/// use axum_core::response::IntoResponse;
/// use pingone::{Error, ErrorKind};
///
/// let error = Error::builder(ErrorKind::Service).status(400).detail("INVALID_OTP", "otp").build();
/// assert_eq!(error.into_response().status(), 400);
/// ```
#[cfg(feature = "axum")]
#[cfg_attr(docsrs, doc(cfg(feature = "axum")))]
impl axum_core::response::IntoResponse for super::Error {
    fn into_response(self) -> axum_core::response::Response {
        use http::header::{CONTENT_TYPE, RETRY_AFTER};
        use http::{HeaderValue, StatusCode};

        use super::display::whole_seconds;

        let reason = self.reason();
        let (status, code, message) = reason.public();
        let body = serde_json::json!({ "code": code, "message": message }).to_string();
        let mut response = axum_core::response::Response::new(body.into());
        *response.status_mut() =
            StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        // An application that is out of order itself asks nobody to wait.
        let wait = self.retry_after().filter(|_| matches!(status, 403 | 429));
        if let Some(wait) = wait {
            headers.insert(RETRY_AFTER, whole_seconds(wait).into());
        }
        response
    }
}
