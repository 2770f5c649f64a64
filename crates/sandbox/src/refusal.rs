//! Answers that say no, in the form of PingOne's errors.

use pingone_models::{ErrorDetail, ErrorResponse, OAuthError};
use serde_json::{Map, Value};

/// Why a request was not done.
#[derive(Clone, Debug)]
pub(crate) struct Refusal {
    pub(crate) status: u16,
    pub(crate) body: RefusalBody,
    pub(crate) headers: Vec<(&'static str, String)>,
}

#[derive(Clone, Debug)]
pub(crate) enum RefusalBody {
    /// PingOne's envelope, but for its id.
    Envelope(Box<ErrorResponse>),
    /// The form of RFC 6749.
    OAuth(OAuthError),
}

/// The message of the documented example.
const INVALID_DATA: &str =
    "The request could not be completed. One or more validation errors were in the request.";

impl Refusal {
    pub(crate) fn new(status: u16, code: &str, message: &str) -> Self {
        let envelope = ErrorResponse::new().with_code(code).with_message(message);
        Self {
            status,
            body: RefusalBody::Envelope(Box::new(envelope)),
            headers: Vec::new(),
        }
    }

    /// 400 for something in the request.
    pub(crate) fn invalid(details: Vec<ErrorDetail>) -> Self {
        let mut refusal = Self::new(400, "INVALID_DATA", INVALID_DATA);
        for detail in details {
            refusal = refusal.with(detail);
        }
        refusal
    }

    /// 400 for the value of one property.
    pub(crate) fn value(target: &str, message: &str) -> Self {
        Self::invalid(vec![detail("INVALID_VALUE", message).with_target(target)])
    }

    /// 400 for a property that is missing.
    pub(crate) fn required(target: &str) -> Self {
        let message = format!("{target} is required.");
        Self::invalid(vec![detail("REQUIRED_VALUE", &message).with_target(target)])
    }

    /// 400 for a request that the state of things does not allow.
    pub(crate) fn failed(code: &str, message: &str) -> Self {
        Self::new(400, "REQUEST_FAILED", "The request could not be completed.")
            .with(detail(code, message))
    }

    /// 400 for a request that cannot be read.
    pub(crate) fn unreadable(message: &str) -> Self {
        Self::new(400, "INVALID_REQUEST", message)
    }

    pub(crate) fn unauthorized(message: &str) -> Self {
        Self::new(
            401,
            "ACCESS_FAILED",
            "The request could not be completed. You do not have access to this resource.",
        )
        .with(detail("INVALID_TOKEN", message))
    }

    pub(crate) fn forbidden(message: &str) -> Self {
        Self::new(
            403,
            "ACCESS_FAILED",
            "The request could not be completed. You do not have access to this resource.",
        )
        .with(detail("INSUFFICIENT_PERMISSIONS", message))
    }

    /// 404 in PingOne's words; `reason` adds detail for debugging.
    pub(crate) fn not_found(reason: &str) -> Self {
        Self::new(
            404,
            "NOT_FOUND",
            "The request could not be completed. The requested resource was not found.",
        )
        .reason(reason)
    }

    /// Why, for the header `X-Sandbox-Reason`, where PingOne's own answer does not say it.
    fn reason(self, reason: &str) -> Self {
        match reason {
            "" => self,
            reason => self.header("x-sandbox-reason", reason),
        }
    }

    pub(crate) fn oauth(status: u16, error: &str, description: &str) -> Self {
        let body = OAuthError::new()
            .with_error(error)
            .with_error_description(description);
        Self {
            status,
            body: RefusalBody::OAuth(body),
            headers: Vec::new(),
        }
    }

    pub(crate) fn with(mut self, detail: ErrorDetail) -> Self {
        if let RefusalBody::Envelope(envelope) = &mut self.body {
            envelope.details.get_or_insert_default().push(detail);
        }
        self
    }

    pub(crate) fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }
}

/// One reason.
pub(crate) fn detail(code: &str, message: &str) -> ErrorDetail {
    ErrorDetail::new().with_code(code).with_message(message)
}

/// The members of `innerError`.
pub(crate) fn inner<const N: usize>(members: [(&str, Value); N]) -> Map<String, Value> {
    members
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value))
        .collect()
}
