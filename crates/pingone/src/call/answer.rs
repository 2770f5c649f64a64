//! From what came over the wire to a value or an [`Error`].

use std::any::TypeId;
use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http::HeaderMap;
use http::header::CONTENT_TYPE;
use memchr::memmem;
use pingone_client::transport::{Answer, RequestError};
use pingone_models::operation::Operation;
use pingone_models::request::{Endpoint, Open};
use pingone_models::{ErrorDetail, Timestamp};
use serde::de::{Deserialize, DeserializeOwned, Deserializer, MapAccess, Visitor};
use serde_json::{Map, Value};

use super::undecodable::Undecodable;
use crate::error::Inner;
use crate::retry::Outcome;
use crate::{Error, ErrorKind};

/// How much of a body is read when it is not a success, and kept in an error in any case.
pub(crate) const ERROR_BODY_LIMIT: usize = 64 << 10;

pub(crate) const TRANSACTION_ID: &str = "x-ping-external-transaction-id";

/// The result of an operation whose response body PingOne does not document.
///
/// Such an operation succeeds with any 2xx status and any body, also one that cannot be read, unless the body is an
/// error.
///
/// ```
/// # async fn run(client: pingone::Client, user: pingone::models::UserId) -> pingone::Result<()> {
/// let done = client.user(user).password().send_recovery_code().await?;
/// println!("status {}, transaction {:?}", done.status, done.transaction_id);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub struct Acknowledged {
    /// The status, 200 to 299.
    pub status: u16,
    /// Identifies the transaction in PingOne's audit trail.
    pub transaction_id: Option<String>,
    /// The body, if there was one and it was JSON.
    pub body: Option<Value>,
    headers: HeaderMap,
}

impl Acknowledged {
    /// The body as this type, if it fits.
    ///
    /// ```
    /// # async fn run(client: pingone::Client, flow: pingone::models::FlowId) -> pingone::Result<()> {
    /// use pingone::models::{Flow, FlowUserConfirmation};
    ///
    /// let flow = client.flow(flow).with_session("cookie");
    /// let confirmed = flow.confirm_account(FlowUserConfirmation::new("linda@example.com")).await?;
    /// let next: Option<Flow> = confirmed.read();
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn read<T: DeserializeOwned>(&self) -> Option<T> {
        T::deserialize(self.body.as_ref()?).ok()
    }

    /// A header of the response, such as `Correlation-Id`, if it is text. With several of this name, the first.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    pub(super) fn new(answer: &Answer) -> Self {
        Self {
            status: answer.status.as_u16(),
            transaction_id: header(&answer.headers, TRANSACTION_ID),
            body: serde_json::from_slice(&answer.body).ok(),
            headers: answer.headers.clone(),
        }
    }
}

impl fmt::Debug for Acknowledged {
    /// Leaves the body out: what it holds is not published.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Acknowledged")
            .field("status", &self.status)
            .field("transaction_id", &self.transaction_id)
            .field("has_body", &self.body.is_some())
            .finish()
    }
}

/// An attempt that did not give a value: what is known about it, and the error that it is if no other follows.
pub(crate) struct Failure {
    pub(crate) outcome: Outcome,
    pub(crate) error: Error,
}

/// Whether a response has no documented body, so that any body is as good as another.
pub(super) fn is_open<E: Endpoint>() -> bool {
    let answer = TypeId::of::<E::Answer>();
    answer == TypeId::of::<Open>() || answer == TypeId::of::<()>()
}

/// Whether a status means that the operation was done: 2xx, or a redirect that the document has.
pub(super) fn is_success(operation: &Operation, status: http::StatusCode) -> bool {
    status.is_success()
        || (status.is_redirection() && operation.statuses.contains(&status.as_str()))
}

/// Reads the body of a successful response.
pub(super) fn read<E: Endpoint>(answer: &Answer) -> Result<E::Answer, Failure> {
    if let Some(refused) = refused_with_success(answer) {
        return Err(refused);
    }
    E::read_answer(&answer.body).map_err(|error| {
        let mut failure = answered(answer, ErrorKind::Decode);
        failure.error.inner_mut().source = Some(Arc::new(Undecodable::new(&answer.body, &error)));
        failure
    })
}

/// Reads a response whose body is open, unless it is an error under a status of success.
pub(super) fn envelope_or<T>(answer: &Answer, read: fn(&Answer) -> T) -> Result<T, Failure> {
    match refused_with_success(answer) {
        Some(refused) => Err(refused),
        None => Ok(read(answer)),
    }
}

/// The refusal that a body is although the status says success.
///
/// A resource may have members of any name, so that both names of the envelope must be there, and none that resources
/// have.
fn refused_with_success(answer: &Answer) -> Option<Failure> {
    // Most answers end here: they begin with their links, or lack one of the names.
    let has = |name: &str| memmem::find(&answer.body, name.as_bytes()).is_some();
    if begins_with_links(&answer.body) || !has("\"code\"") || !has("\"message\"") {
        return None;
    }
    let members = members(&answer.body, &answer.headers);
    let is_text = |name: &str| members.get(name).is_some_and(Value::is_string);
    let is_resource = [
        "_links",
        "_embedded",
        "environment",
        "status",
        "username",
        "access_token",
    ]
    .iter()
    .any(|name| members.contains_key(*name));
    let is_error = is_text("code") && is_text("message") && !is_resource;
    is_error.then(|| refused(answer))
}

/// Whether the first member of an object is its links, which no error has.
fn begins_with_links(body: &[u8]) -> bool {
    let members = body.trim_ascii_start().strip_prefix(b"{");
    members.is_some_and(|own| own.trim_ascii_start().starts_with(b"\"_links\""))
}

/// The failure of an attempt that took too long, with what had arrived by then.
pub(super) fn timed_out(answer: Option<&Answer>, note: String) -> Failure {
    let Some(answer) = answer else {
        let error = Error::new(Inner {
            kind: ErrorKind::Timeout,
            note: note.into(),
            ..Inner::default()
        });
        return Failure {
            outcome: Outcome::MaybeSent,
            error,
        };
    };
    let mut failure = answered(answer, ErrorKind::Timeout);
    failure.error.inner_mut().note = note.into();
    failure
}

/// The failure of an answer that lacks what it must have: where it cannot be read, or this note.
pub(crate) fn unreadable<E: Endpoint>(answer: &Answer, note: &'static str) -> Failure {
    read::<E>(answer).err().unwrap_or_else(|| {
        let mut failure = answered(answer, ErrorKind::Decode);
        failure.error.inner_mut().note = note.into();
        failure
    })
}

/// The failure of an answer whose body says that it is one.
pub(crate) fn refused(answer: &Answer) -> Failure {
    answered(answer, ErrorKind::Service)
}

/// The failure of an answer without success.
pub(super) fn unsuccessful(answer: &Answer, broken: Option<reqwest::Error>) -> Failure {
    let mut failure = refused(answer);
    failure.error.inner_mut().source = broken.map(|broken| Arc::new(broken) as _);
    failure
}

/// The failure of a successful answer that did not arrive as a whole.
pub(super) fn incomplete(answer: &Answer, broken: Option<reqwest::Error>) -> Failure {
    let kind = if answer.too_large {
        ErrorKind::TooLarge
    } else {
        ErrorKind::Interrupted
    };
    let mut failure = answered(answer, kind);
    failure.error.inner_mut().source = broken.map(|broken| Arc::new(broken) as _);
    failure
}

/// The failure of a request that got no answer.
pub(super) fn unanswered(error: reqwest::Error) -> Failure {
    // A request that cannot be built never meets the network.
    if error.is_builder() {
        let mut failure = not_made(Error::invalid_request(
            "an argument cannot be put on the wire",
        ));
        failure.error.inner_mut().source = Some(Arc::new(error));
        return failure;
    }
    let (kind, outcome) = if error.is_connect() {
        (ErrorKind::Connect, Outcome::NotSent)
    } else if error.is_timeout() {
        (ErrorKind::Timeout, Outcome::MaybeSent)
    } else {
        (ErrorKind::Interrupted, Outcome::MaybeSent)
    };
    let error = Error::new(Inner {
        kind,
        source: Some(Arc::new(error)),
        ..Inner::default()
    });
    Failure { outcome, error }
}

/// The error of a request value that cannot be sent.
pub(super) fn unsendable(error: RequestError) -> Error {
    match error {
        RequestError::Write(reason) => Error::invalid_request(reason.to_string()),
        other => Error::invalid_request(other.to_string()),
    }
}

pub(super) fn not_made(error: Error) -> Failure {
    Failure {
        outcome: Outcome::NotSent,
        error,
    }
}

/// An error from an answer, whatever its body looks like.
fn answered(answer: &Answer, kind: ErrorKind) -> Failure {
    let status = answer.status.as_u16();
    let mut inner = Inner {
        kind,
        status: Some(status),
        transaction_id: header(&answer.headers, TRANSACTION_ID),
        headers: answer.headers.clone(),
        body: excerpt(&answer.body),
        ..Inner::default()
    };
    if answer.status.is_redirection() {
        inner.note =
            "it redirects, and redirects are never followed because the request carries secrets"
                .into();
    }
    if !answer.status.is_success() || kind == ErrorKind::Service {
        read_body(&mut inner, members(&answer.body, &answer.headers));
    }
    let outcome = Outcome::Answered {
        status,
        complete: answer.complete,
    };
    Failure {
        outcome,
        error: Error::new(inner),
    }
}

/// The part of a body that an error keeps. A copy, so that it does not hold on to the rest.
fn excerpt(body: &Bytes) -> Bytes {
    match body.get(..ERROR_BODY_LIMIT) {
        Some(start) => Bytes::copy_from_slice(start),
        None => body.clone(),
    }
}

/// Takes what can be read from the body of an error; a gateway may send anything.
fn read_body(inner: &mut Inner, mut members: Map<String, Value>) {
    let mut take = |name: &str| members.remove(name).filter(Value::is_string).and_then(text);
    // OAuth 2.0 has its own names for the same things.
    inner.code = take("code").or_else(|| take("error"));
    inner.message = take("message").or_else(|| take("error_description"));
    inner.id = take("id");
    inner.details = match members.remove("details") {
        Some(Value::Array(details)) => details.into_iter().filter_map(detail).collect(),
        Some(single @ Value::Object(_)) => detail(single).into_iter().collect(),
        _ => Vec::new(),
    };
}

/// A text, or a number as text.
fn text(value: Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

fn detail(value: Value) -> Option<ErrorDetail> {
    let Value::Object(mut members) = value else {
        return None;
    };
    // One table of the documentation spells the name in lower case.
    if let Some(inner) = members.remove("innererror") {
        members.entry("innerError").or_insert(inner);
    }
    if !members.get("innerError").is_none_or(Value::is_object) {
        members.remove("innerError");
    }
    for name in ["code", "target", "message"] {
        let value = members.remove(name);
        // A number names a property, such as one of an array, and never a code.
        let value = value.filter(|value| name == "target" || value.is_string());
        if let Some(text) = value.and_then(text) {
            members.insert(name.to_owned(), text.into());
        }
    }
    if !["code", "target", "message"]
        .iter()
        .any(|name| members.contains_key(*name))
    {
        return None;
    }
    serde_json::from_value(Value::Object(members)).ok()
}

/// The members of a JSON object, up to where it can be read no further: a body may be longer than what is kept of it.
fn members(body: &[u8], headers: &HeaderMap) -> Map<String, Value> {
    struct Readable(Map<String, Value>);

    impl<'de> Deserialize<'de> for Readable {
        fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            struct Members<'a>(&'a mut Map<String, Value>);

            impl<'de> Visitor<'de> for Members<'_> {
                type Value = ();

                fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                    f.write_str("an object")
                }

                fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
                    while let Some((name, value)) = map.next_entry::<String, Value>()? {
                        self.0.insert(name, value);
                    }
                    Ok(())
                }
            }

            let mut members = Map::new();
            // What was read before the end or the mistake is kept.
            let _ = deserializer.deserialize_map(Members(&mut members));
            Ok(Self(members))
        }
    }

    let text = decoded(body, headers);
    let mut reader = serde_json::Deserializer::from_str(&text);
    Readable::deserialize(&mut reader).map_or_else(|_| Map::new(), |readable| readable.0)
}

/// A body as text: UTF-8, UTF-16 and ISO 8859-1 by its byte order mark or `Content-Type`. What is none of these is
/// read as UTF-8, with replacement characters.
fn decoded<'a>(body: &'a [u8], headers: &HeaderMap) -> Cow<'a, str> {
    let charset = headers
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .map(str::to_ascii_lowercase)
        .and_then(|value| Some(value.split_once("charset=")?.1.trim_matches('"').to_owned()))
        .unwrap_or_default();
    let wide = |bytes: &[u8], read: fn([u8; 2]) -> u16| {
        let (pairs, _) = bytes.as_chunks::<2>();
        let units = pairs.iter().map(|pair| read(*pair));
        let decoded = char::decode_utf16(units);
        Cow::Owned(
            decoded
                .map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER))
                .collect(),
        )
    };
    match body {
        [0xEF, 0xBB, 0xBF, rest @ ..] => String::from_utf8_lossy(rest),
        [0xFF, 0xFE, rest @ ..] => wide(rest, u16::from_le_bytes),
        [0xFE, 0xFF, rest @ ..] => wide(rest, u16::from_be_bytes),
        _ if charset.starts_with("utf-16le") => wide(body, u16::from_le_bytes),
        _ if charset.starts_with("utf-16") => wide(body, u16::from_be_bytes),
        _ if charset.starts_with("iso-8859-1") || charset.starts_with("windows-1252") => {
            Cow::Owned(body.iter().copied().map(char::from).collect())
        }
        _ => String::from_utf8_lossy(body),
    }
}

/// Until when a cool-down or lock lasts, as the details of an error say.
pub(super) fn wait_in_details(error: &Error, now: SystemTime) -> Option<Duration> {
    let since_epoch = |moment: Duration| {
        let now = now.duration_since(SystemTime::UNIX_EPOCH).ok()?;
        Some(moment.saturating_sub(now))
    };
    if let Some(seconds) = error.inner_error("secondsUntilUnlock") {
        return seconds.as_u64().map(Duration::from_secs);
    }
    if let Some(end) = error.inner_error("coolDownExpiresAt") {
        // Milliseconds since 1970, as far as is known; as seconds such a number would be tens of thousands of years.
        let end = end.as_f64().filter(|end| (0.0..1e15).contains(end))?;
        let seconds = if end < 1e11 { end } else { end / 1000.0 };
        return since_epoch(Duration::from_secs_f64(seconds));
    }
    let end = error
        .inner_error("retryAfter")
        .or_else(|| error.inner_error("quotaResetTime"))?;
    let end: Timestamp = end.as_str()?.parse().ok()?;
    let seconds = u64::try_from(end.get()?.as_second()).ok()?;
    since_epoch(Duration::from_secs(seconds))
}

pub(crate) fn header(headers: &HeaderMap, name: &str) -> Option<String> {
    Some(headers.get(name)?.to_str().ok()?.to_owned())
}
