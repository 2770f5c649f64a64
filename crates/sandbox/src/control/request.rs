//! How the control API reads what it is sent.

use std::time::Duration;

use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::header::CONTENT_TYPE;
use axum::http::request::Parts;
use jiff::SignedDuration;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use url::form_urlencoded;

use super::reply::Problem;
use crate::media::{FORM, essence};

/// The largest body that the control API takes: a whole state may be sent.
const LARGEST: usize = 256 * 1024 * 1024;

/// The request with its body as JSON, and whether it was a form.
///
/// `curl -d` says that it sends a form, whatever it sends. No form begins like JSON.
pub(super) async fn normalized(request: Request) -> Result<(Request, bool), Problem> {
    let (parts, body) = request.into_parts();
    let bytes = to_bytes(body, LARGEST).await;
    let bytes = bytes.map_err(|_| Problem::new(413, "the body is too large"))?;
    let content_type = parts
        .headers
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok());
    let content_type = content_type.map(essence);
    let looks_like_json = matches!(bytes.trim_ascii_start().first(), Some(b'{' | b'['));
    let is_form = content_type.as_deref() == Some(FORM) && !looks_like_json;
    if !is_form
        && !bytes.is_empty()
        && !looks_like_json
        && serde_json::from_slice::<Value>(&bytes).is_err()
    {
        let given = content_type.as_deref().unwrap_or("no Content-Type");
        return Err(Problem::bad(format!(
            "the body is no JSON; it came with {given}: send JSON, such as `curl --json '{{}}'`"
        )));
    }
    let body = match is_form {
        true => Bytes::from(of_form(&bytes).to_string()),
        false => bytes,
    };
    Ok((Request::from_parts(parts, Body::from(body)), is_form))
}

/// The fields of a form that are filled in.
fn of_form(bytes: &[u8]) -> Value {
    let fields = form_urlencoded::parse(bytes).filter(|(_, value)| !value.is_empty());
    let members = fields.map(|(name, value)| {
        let value = match &*value {
            "true" => Value::Bool(true),
            "false" => Value::Bool(false),
            text => Value::from(text),
        };
        (name.into_owned(), value)
    });
    Value::Object(members.collect())
}

/// A body in the form of `T`; an absent one is an empty object.
pub(super) struct Json<T>(pub(super) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Json<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &S) -> Result<Self, Problem> {
        let bytes = to_bytes(request.into_body(), LARGEST).await;
        let bytes = bytes.map_err(|_| Problem::new(413, "the body is too large"))?;
        let value = match bytes.is_empty() {
            true => Value::Object(Map::new()),
            false => serde_json::from_slice(&bytes)
                .map_err(|error| Problem::bad(format!("the body is no JSON: {error}")))?,
        };
        serde_json::from_value(value)
            .map(Self)
            .map_err(|error| Problem::bad(format!("the body is not as expected: {error}")))
    }
}

/// The parameters in the query, of which each must be known.
pub(super) struct Query(Vec<(String, String)>);

impl<S: Send + Sync> FromRequestParts<S> for Query {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let query = parts.uri.query().unwrap_or_default();
        let pairs = form_urlencoded::parse(query.as_bytes()).into_owned();
        Ok(Self(pairs.collect()))
    }
}

impl Query {
    /// Refuses parameters that have another name, which would have no effect.
    pub(super) fn only(self, known: &[&str]) -> Result<Self, Problem> {
        let unknown = self
            .0
            .iter()
            .find(|(name, _)| !known.contains(&name.as_str()));
        match unknown {
            None => Ok(self),
            Some((name, _)) => Err(Problem::bad(format!(
                "there is no parameter `{name}` here; there are {}",
                known.join(", ")
            ))),
        }
    }

    pub(super) fn get(&self, name: &str) -> Option<&str> {
        let found = self.0.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str())
    }

    pub(super) fn number(&self, name: &str) -> Result<Option<u64>, Problem> {
        let parse = |text: &str| {
            let number = text.parse();
            number.map_err(|_| Problem::bad(format!("`{name}` needs a number")))
        };
        self.get(name)
            .filter(|text| !text.is_empty())
            .map(parse)
            .transpose()
    }

    /// How long to wait for news: 30 seconds at most.
    pub(super) fn wait(&self) -> Result<Duration, Problem> {
        let wait = self.get("wait").map(duration).transpose()?;
        Ok(wait.unwrap_or_default().min(Duration::from_secs(30)))
    }
}

/// A length of time: seconds, or text such as `5m` or `1h 30m`.
pub(super) fn duration(text: &str) -> Result<Duration, Problem> {
    let seconds = text.parse::<u64>().ok().map(Duration::from_secs);
    let spoken = || {
        text.parse::<SignedDuration>()
            .ok()
            .and_then(|time| time.try_into().ok())
    };
    seconds.or_else(spoken).ok_or_else(|| {
        Problem::bad(format!(
            "`{text}` is no length of time; write `90`, `90s` or `1m 30s`"
        ))
    })
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
