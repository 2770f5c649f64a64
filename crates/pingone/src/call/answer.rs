//! From what came over the wire to a value or an [`Error`].

use std::fmt;
use std::time::SystemTime;

use bytes::Bytes;
use http::HeaderMap;
use pingone_client::{Answer, Call, Error as ClientError, ResponseValue};
use pingone_models::ErrorDetail;
use serde::de::DeserializeOwned;
use serde_json::Value;
use serde_path_to_error::{Path, Segment};

use crate::error::{BoxError, Inner, name};
use crate::retry::{self, Outcome};
use crate::{Error, ErrorKind};

/// How much of a body is read when it is not a success, and kept in an error in any case.
pub(crate) const ERROR_BODY_LIMIT: usize = 64 << 10;

pub(crate) const TRANSACTION_ID: &str = "x-ping-external-transaction-id";

/// The answer to an operation whose response is not published: that it was done.
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

    fn new(answer: &Answer) -> Self {
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

/// The value of an operation whose response is published.
pub(crate) fn typed<T: DeserializeOwned, E>(
    call: &Call,
    result: Result<ResponseValue<T>, ClientError<E>>,
) -> Result<T, Failure> {
    match result {
        Ok(value) => Ok(value.into_inner()),
        Err(error) => Err(failure(call.answer(), error, |body| undecodable::<T>(body))),
    }
}

/// The acknowledgement of an operation whose response is open.
pub(crate) fn open<T, E>(
    call: &Call,
    result: Result<ResponseValue<T>, ClientError<E>>,
) -> Result<Acknowledged, Failure> {
    match (call.answer(), result) {
        // The status says that it was done; an error about the rest of the answer would say that it was not.
        (Some(answer), _) if answer.status.is_success() => Ok(Acknowledged::new(&answer)),
        (answer, Err(error)) => Err(failure(answer, error, |_| None)),
        (_, Ok(_)) => Err(not_made(Error::invalid_request(
            "the client layer kept no answer",
        ))),
    }
}

/// The failure of an attempt whose time was up.
pub(crate) fn timed_out(call: &Call, note: String) -> Failure {
    let Some(answer) = call.answer() else {
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
    let mut failure = answered(&answer, ErrorKind::Timeout);
    failure.error.inner_mut().note = note.into();
    failure
}

/// The failure of an attempt whose answer reads well and does not have what it must.
pub(crate) fn unreadable(call: &Call, note: &'static str) -> Failure {
    let Some(answer) = call.answer() else {
        return not_made(Error::invalid_request("the client layer kept no answer"));
    };
    let mut failure = answered(&answer, ErrorKind::Decode);
    failure.error.inner_mut().note = note.into();
    failure
}

fn failure<E>(
    answer: Option<Answer>,
    error: ClientError<E>,
    undecodable: impl FnOnce(&[u8]) -> Option<BoxError>,
) -> Failure {
    if let Some(answer) = answer {
        let kind = match &error {
            _ if !answer.status.is_success() => ErrorKind::Service,
            _ if answer.too_large => ErrorKind::TooLarge,
            _ if !answer.complete => ErrorKind::Interrupted,
            _ => ErrorKind::Decode,
        };
        let mut failure = answered(&answer, kind);
        failure.error.inner_mut().source = match kind {
            ErrorKind::Decode => undecodable(&answer.body),
            _ => transport_error(error),
        };
        return failure;
    }
    let error = match error {
        ClientError::InvalidRequest(note) | ClientError::Custom(note) => {
            return not_made(Error::invalid_request(note));
        }
        ClientError::CommunicationError(error)
        | ClientError::ResponseBodyError(error)
        | ClientError::InvalidUpgrade(error) => error,
        ClientError::ErrorResponse(_)
        | ClientError::InvalidResponsePayload(..)
        | ClientError::UnexpectedResponse(_) => {
            return not_made(Error::invalid_request("the client layer kept no answer"));
        }
    };
    // A request that cannot be built never meets the network.
    if error.is_builder() {
        let mut failure = not_made(Error::invalid_request(
            "an argument cannot be put on the wire",
        ));
        failure.error.inner_mut().source = Some(error.without_url().into());
        return failure;
    }
    let (kind, outcome) = match () {
        () if error.is_connect() => (ErrorKind::Connect, Outcome::NotSent),
        () if error.is_timeout() => (ErrorKind::Timeout, Outcome::MaybeSent),
        () => (ErrorKind::Interrupted, Outcome::MaybeSent),
    };
    let error = Error::new(Inner {
        kind,
        source: Some(error.without_url().into()),
        ..Inner::default()
    });
    Failure { outcome, error }
}

fn not_made(error: Error) -> Failure {
    Failure {
        outcome: Outcome::NotSent,
        error,
    }
}

fn transport_error<E>(error: ClientError<E>) -> Option<BoxError> {
    match error {
        ClientError::CommunicationError(error)
        | ClientError::ResponseBodyError(error)
        | ClientError::InvalidUpgrade(error) => Some(error.without_url().into()),
        _ => None,
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
pub(crate) fn retry_after(call: &Call, now: SystemTime) -> Option<std::time::Duration> {
    retry::retry_after(&call.answer()?.headers, now)
}

pub(crate) fn header(headers: &HeaderMap, name: &str) -> Option<String> {
    Some(headers.get(name)?.to_str().ok()?.to_owned())
}

/// Where in an answer something is that cannot be read. The text of the answer is never part of it.
#[derive(Debug)]
struct Undecodable {
    path: String,
    reason: &'static str,
    line: usize,
    column: usize,
}

impl fmt::Display for Undecodable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            path,
            reason,
            line,
            column,
        } = self;
        write!(f, "{reason} at `{path}`, line {line} column {column}")
    }
}

impl std::error::Error for Undecodable {}

/// A path as text. A key of a map is the service's own text, and shown only if it is a name by its form.
fn place(path: &Path) -> String {
    let mut text = String::new();
    for segment in path {
        match segment {
            Segment::Seq { index } => text.push_str(&format!("[{index}]")),
            Segment::Map { key } | Segment::Enum { variant: key } => {
                text.push_str(if text.is_empty() { "" } else { "." });
                text.push_str(name(key).unwrap_or("?"));
            }
            Segment::Unknown => text.push_str(if text.is_empty() { "?" } else { ".?" }),
        }
    }
    if text.is_empty() {
        text.push('.');
    }
    text
}

fn undecodable<T: DeserializeOwned>(body: &[u8]) -> Option<BoxError> {
    let mut reader = serde_json::Deserializer::from_slice(body);
    let error = match serde_path_to_error::deserialize::<_, T>(&mut reader) {
        Err(error) => error,
        // What follows the value is the only thing left to be wrong.
        Ok(_) => {
            let error = reader.end().err()?;
            return Some(Box::new(Undecodable {
                path: ".".to_owned(),
                reason: "more than one value",
                line: error.line(),
                column: error.column(),
            }));
        }
    };
    let path = place(error.path());
    let error = error.into_inner();
    let reason = match error.classify() {
        serde_json::error::Category::Data => {
            "a value is missing or of another kind than the document says"
        }
        serde_json::error::Category::Eof => "the JSON ends too early",
        serde_json::error::Category::Syntax | serde_json::error::Category::Io => "no JSON",
    };
    Some(Box::new(Undecodable {
        path,
        reason,
        line: error.line(),
        column: error.column(),
    }))
}
