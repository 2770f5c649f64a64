//! The control API: what tests and the page do with a sandbox over HTTP, below `/_sandbox`.

mod actions;
mod guard;

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, LOCATION};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::Response;
use axum::routing::any;
use jiff::SignedDuration;
use serde::Serialize;
use serde_json::{Map, Value, json};
use url::form_urlencoded;

use crate::media::{FORM, essence};
use crate::shared::Shared;

/// The largest body that the control API takes.
const LARGEST: usize = 1024 * 1024;

pub(crate) fn router(shared: &Arc<Shared>) -> Router {
    let snapshots = Arc::new(actions::Snapshots::default());
    let shared = Arc::clone(shared);
    let respond = move |request: Request| {
        let (shared, snapshots) = (Arc::clone(&shared), Arc::clone(&snapshots));
        async move {
            match Asked::read(request).await {
                Ok(asked) => respond(&shared, &snapshots, asked).await,
                Err(problem) => problem.response(),
            }
        }
    };
    Router::new()
        .route("/_sandbox", any(respond.clone()))
        .route("/_sandbox/", any(respond.clone()))
        .route("/_sandbox/{*rest}", any(respond))
}

async fn respond(shared: &Arc<Shared>, snapshots: &actions::Snapshots, asked: Asked) -> Response {
    let outcome = match guard::check(&asked.headers, shared.options().loopback) {
        Ok(()) => actions::act(shared, snapshots, &asked).await,
        Err(problem) => Err(problem),
    };
    match outcome {
        // A form of the page leads back to the page.
        Ok(_) if asked.is_form => redirect("/_sandbox"),
        Ok(answer) => answer.response(),
        Err(problem) => problem.response(),
    }
}

/// What is asked of the control API.
struct Asked {
    method: String,
    /// What follows `/_sandbox` in the path.
    segments: Vec<String>,
    query: Vec<(String, String)>,
    headers: HeaderMap,
    body: Value,
    is_form: bool,
}

impl Asked {
    async fn read(request: Request) -> Result<Self, Problem> {
        let (parts, body) = request.into_parts();
        let bytes = to_bytes(body, LARGEST).await;
        let bytes = bytes.map_err(|_| Problem::new(413, "the body is too large"))?;
        let content_type = parts
            .headers
            .get(CONTENT_TYPE)
            .and_then(|value| value.to_str().ok());
        let is_form = content_type.map(essence).as_deref() == Some(FORM);
        let body = if is_form {
            let members = form_urlencoded::parse(&bytes).into_owned();
            let filled = members.filter(|(_, value)| !value.is_empty());
            Value::Object(
                filled
                    .map(|(name, value)| (name, Value::from(value)))
                    .collect(),
            )
        } else if bytes.is_empty() {
            Value::Object(Map::new())
        } else {
            serde_json::from_slice(&bytes)
                .map_err(|error| Problem::new(400, format!("the body is no JSON: {error}")))?
        };
        let segments = parts.uri.path().split('/').skip(2);
        let query = parts.uri.query().unwrap_or_default();
        Ok(Self {
            method: parts.method.to_string(),
            segments: segments
                .filter(|segment| !segment.is_empty())
                .map(str::to_owned)
                .collect(),
            query: form_urlencoded::parse(query.as_bytes())
                .into_owned()
                .collect(),
            headers: parts.headers,
            body,
            is_form,
        })
    }

    fn query(&self, name: &str) -> Option<&str> {
        let found = self.query.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str())
    }

    /// A number in the query.
    fn number(&self, name: &str) -> Result<Option<u64>, Problem> {
        let parse = |text: &str| {
            let number = text.parse();
            number.map_err(|_| Problem::new(400, format!("`{name}` needs a number")))
        };
        self.query(name)
            .filter(|text| !text.is_empty())
            .map(parse)
            .transpose()
    }

    /// How long to wait for news: 30 seconds at most.
    fn wait(&self) -> Result<Duration, Problem> {
        let wait = self.query("wait").map(duration).transpose()?;
        Ok(wait.unwrap_or_default().min(Duration::from_secs(30)))
    }
}

/// A length of time: seconds, or text such as `5m` or `1h 30m`.
fn duration(text: &str) -> Result<Duration, Problem> {
    let seconds = text.parse::<u64>().ok().map(Duration::from_secs);
    let spoken = || {
        text.parse::<SignedDuration>()
            .ok()
            .and_then(|time| time.try_into().ok())
    };
    seconds.or_else(spoken).ok_or_else(|| {
        Problem::new(
            400,
            format!("`{text}` is no length of time; write `90`, `90s` or `1m 30s`"),
        )
    })
}

/// What the control API answers.
struct Told {
    status: u16,
    content_type: &'static str,
    body: Vec<u8>,
}

impl Told {
    fn json(status: u16, value: &impl Serialize) -> Self {
        Self {
            status,
            content_type: "application/json",
            body: serde_json::to_vec(value).unwrap_or_default(),
        }
    }

    fn text(content_type: &'static str, body: impl Into<Vec<u8>>) -> Self {
        Self {
            status: 200,
            content_type,
            body: body.into(),
        }
    }

    fn nothing() -> Self {
        Self {
            status: 204,
            content_type: "",
            body: Vec::new(),
        }
    }

    fn response(self) -> Response {
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

fn redirect(location: &'static str) -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::SEE_OTHER;
    let location = HeaderValue::from_static(location);
    response.headers_mut().insert(LOCATION, location);
    response
}

/// Why the control API does not do what it is asked.
struct Problem {
    status: u16,
    text: String,
}

impl Problem {
    fn new(status: u16, text: impl Into<String>) -> Self {
        let text = text.into();
        Self { status, text }
    }

    fn response(self) -> Response {
        Told::json(self.status, &json!({ "error": self.text })).response()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_of_time_are_seconds_or_words() {
        let seconds = |text| duration(text).ok().map(|time| time.as_secs());
        assert_eq!(
            [seconds("90"), seconds("5m"), seconds("1m 30s")],
            [Some(90), Some(300), Some(90)]
        );
        assert_eq!(
            [seconds("-1s"), seconds("soon"), seconds("")],
            [None, None, None]
        );
    }
}
