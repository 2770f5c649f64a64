//! From what came over the wire to a value or an [`Error`].

use std::any::TypeId;
use std::fmt;
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http::HeaderMap;
use pingone_client::transport::{Answer, RequestError};
use pingone_models::ErrorDetail;
use pingone_models::operation::Operation;
use pingone_models::request::{Endpoint, Open};
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::undecodable::Undecodable;
use crate::error::Inner;
use crate::retry::{self, Outcome};
use crate::{Error, ErrorKind};

/// How much of a body is read when it is not a success, and kept in an error in any case.
pub(crate) const ERROR_BODY_LIMIT: usize = 64 << 10;

pub(crate) const TRANSACTION_ID: &str = "x-ping-external-transaction-id";

/// The result of an operation whose response body PingOne does not document.
///
/// Such an operation succeeds with any 2xx status and whatever body comes with it, also a broken one.
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

    pub(super) fn new(answer: &Answer) -> Self {
        Self {
            status: answer.status.as_u16(),
            transaction_id: header(&answer.headers, TRANSACTION_ID),
            body: serde_json::from_slice(&answer.body).ok(),
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
    match E::read_answer(&answer.body) {
        Ok(value) if !is_error_envelope(&answer.body) => Ok(value),
        Ok(_) => Err(error_in_success(answer)),
        Err(_) if is_error_envelope(&answer.body) => Err(error_in_success(answer)),
        Err(error) => {
            let mut failure = answered(answer, ErrorKind::Decode);
            failure.error.inner_mut().source =
                Some(Box::new(Undecodable::new(&answer.body, &error)));
            Err(failure)
        }
    }
}

/// Reads a response whose body is open, unless it is an error under a status of success.
pub(super) fn envelope_or<T>(answer: &Answer, read: fn(&Answer) -> T) -> Result<T, Failure> {
    if is_error_envelope(&answer.body) {
        return Err(error_in_success(answer));
    }
    Ok(read(answer))
}

/// Whether a body is PingOne's error envelope: an object with the texts `id`, `code` and `message`.
fn is_error_envelope(body: &[u8]) -> bool {
    #[derive(serde::Deserialize)]
    struct Envelope {
        #[serde(rename = "id")]
        _id: String,
        #[serde(rename = "code")]
        _code: String,
        #[serde(rename = "message")]
        _message: String,
    }
    // Nearly every body ends this test at its first bytes or for want of the word.
    let has = |word: &[u8]| body.windows(word.len()).any(|part| part == word);
    body.len() <= ERROR_BODY_LIMIT
        && has(b"\"code\"")
        && has(b"\"message\"")
        && serde_json::from_slice::<Envelope>(body).is_ok()
}

/// The failure of an answer that has the status of a success and the body of an error.
fn error_in_success(answer: &Answer) -> Failure {
    let mut failure = answered(answer, ErrorKind::Service);
    read_body(failure.error.inner_mut(), &answer.body);
    failure
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

/// The failure of an answer without success.
pub(super) fn refused(answer: &Answer, broken: Option<reqwest::Error>) -> Failure {
    let mut failure = answered(answer, ErrorKind::Service);
    failure.error.inner_mut().source = broken.map(Into::into);
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
    failure.error.inner_mut().source = broken.map(Into::into);
    failure
}

/// The failure of a request that got no answer.
pub(super) fn unanswered(error: reqwest::Error) -> Failure {
    // A request that cannot be built never meets the network.
    if error.is_builder() {
        let mut failure = not_made(Error::invalid_request(
            "an argument cannot be put on the wire",
        ));
        failure.error.inner_mut().source = Some(error.into());
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
        source: Some(error.into()),
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
        body: excerpt(&answer.body),
        ..Inner::default()
    };
    if answer.status.is_redirection() {
        inner.note = "it redirects elsewhere, and a redirect is never followed with a password or token in hand".into();
    }
    if !answer.status.is_success() {
        read_body(&mut inner, &answer.body);
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
fn read_body(inner: &mut Inner, body: &[u8]) {
    let Ok(Value::Object(mut members)) = serde_json::from_slice(body) else {
        return;
    };
    let mut text = |name: &str| match members.remove(name) {
        Some(Value::String(text)) => Some(text),
        _ => None,
    };
    // OAuth 2.0 has its own names for the same things.
    inner.code = text("code").or_else(|| text("error"));
    inner.message = text("message").or_else(|| text("error_description"));
    inner.id = text("id");
    if let Some(Value::Array(details)) = members.remove("details") {
        inner.details = details.into_iter().filter_map(detail).collect();
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
    serde_json::from_value(Value::Object(members)).ok()
}

/// What the headers say about when to come back.
pub(super) fn retry_after(answer: Option<&Answer>, now: SystemTime) -> Option<Duration> {
    retry::retry_after(&answer?.headers, now)
}

pub(crate) fn header(headers: &HeaderMap, name: &str) -> Option<String> {
    Some(headers.get(name)?.to_str().ok()?.to_owned())
}
