//! What the control API answers.

use axum::body::Body;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, LOCATION};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde_json::json;

/// An answer with a body, or with 204 and none.
pub(super) struct Reply {
    status: u16,
    content_type: &'static str,
    body: Vec<u8>,
}

impl Reply {
    pub(super) fn json(status: u16, value: &impl Serialize) -> Self {
        Self {
            status,
            content_type: "application/json",
            body: serde_json::to_vec(value).unwrap_or_default(),
        }
    }

    pub(super) fn text(content_type: &'static str, body: impl Into<Vec<u8>>) -> Self {
        Self {
            status: 200,
            content_type,
            body: body.into(),
        }
    }

    pub(super) fn nothing() -> Self {
        Self {
            status: 204,
            content_type: "",
            body: Vec::new(),
        }
    }
}

impl IntoResponse for Reply {
    fn into_response(self) -> Response {
        let mut response = Response::new(Body::from(self.body));
        *response.status_mut() = StatusCode::from_u16(self.status).unwrap_or(StatusCode::OK);
        let headers = response.headers_mut();
        if !self.content_type.is_empty() {
            headers.insert(CONTENT_TYPE, HeaderValue::from_static(self.content_type));
        }
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        let policy =
            "default-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'";
        headers.insert("content-security-policy", HeaderValue::from_static(policy));
        headers.insert(
            "x-content-type-options",
            HeaderValue::from_static("nosniff"),
        );
        response
    }
}

pub(super) fn redirect(location: &'static str) -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::SEE_OTHER;
    let location = HeaderValue::from_static(location);
    response.headers_mut().insert(LOCATION, location);
    response
}

/// Why the control API does not do what it is asked.
#[derive(Debug)]
pub(super) struct Problem {
    status: u16,
    text: String,
}

impl Problem {
    pub(super) fn new(status: u16, text: impl Into<String>) -> Self {
        let text = text.into();
        Self { status, text }
    }

    /// A request that the control API does not understand, or cannot do.
    pub(super) fn bad(text: impl ToString) -> Self {
        Self::new(400, text.to_string())
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        Reply::json(self.status, &json!({ "error": self.text })).into_response()
    }
}
