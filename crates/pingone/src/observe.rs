//! What can be seen of a call from outside: spans, events, and a hook for every attempt.
//!
//! # Spans
//! Every call has a span of the crate `tracing`, with the target `pingone` and the level `INFO`. Its fields have the
//! names of OpenTelemetry's conventions for HTTP clients where there is one:
//!
//! | field | value |
//! |---|---|
//! | `otel.name` | method and path template, such as `POST /environments/{environmentId}/users/{userId}` |
//! | `otel.kind` | `client` |
//! | `otel.status_code` | `ERROR` if the call failed |
//! | `http.request.method` | the method |
//! | `url.template` | the path template |
//! | `server.address`, `server.port` | where requests go |
//! | `http.response.status_code` | the last status, if there was an answer |
//! | `http.request.resend_count` | how many attempts were made after the first, if there were any |
//! | `error.type` | the status, or the kind of the error, if the call failed |
//! | `pingone.operation` | the operation, such as `verifyUser` |
//! | `pingone.effect` | what sending it twice would do, such as `spends-attempt` |
//! | `pingone.transaction_id` | the id of the transaction, if the caller gave one |
//!
//! A failed attempt that another follows is an event on the span, with `pingone.attempt`, `error.type`,
//! `http.response.status_code` and the wait in `pingone.wait_ms`.
//!
//! The convention's `url.full` is left out: addresses hold the ids of people and what a caller searched for. No field
//! has a body, a token, a code, or words of the service.
//!
//! # Attempts
//! [`ClientBuilder::on_attempt`](crate::ClientBuilder::on_attempt) sets a function that is called after every attempt,
//! for counters and the like.

use std::fmt;
use std::time::Duration;

use pingone_models::operation::Operation;
use tracing::Span;
use tracing::field::Empty;
use url::Url;

use crate::{Error, ErrorKind};

/// What is known after an attempt. Given to the function that
/// [`ClientBuilder::on_attempt`](crate::ClientBuilder::on_attempt) sets.
///
/// ```
/// use pingone::observe::AttemptReport;
///
/// fn log(report: &AttemptReport<'_>) {
///     println!("{} took {:?}: {:?}", report.operation.id, report.elapsed, report.status);
/// }
/// let builder = pingone::Client::builder().on_attempt(log);
/// ```
#[derive(Debug)]
#[non_exhaustive]
pub struct AttemptReport<'a> {
    /// The operation.
    pub operation: &'static Operation,
    /// Which attempt of the call this was, from 1.
    pub attempt: u32,
    /// How long it took.
    pub elapsed: Duration,
    /// The status, if there was an answer.
    pub status: Option<u16>,
    /// Why it failed, if it did.
    pub error: Option<&'a Error>,
    /// After which time another attempt follows, if one does.
    pub again_after: Option<Duration>,
}

/// The function that is told of every attempt.
pub(crate) type OnAttempt = dyn Fn(&AttemptReport<'_>) + Send + Sync;

/// The span of a call.
pub(crate) fn call_span(
    address: &str,
    operation: &'static Operation,
    transaction_id: Option<&str>,
) -> Span {
    let span = tracing::info_span!(
        target: "pingone",
        "pingone.call",
        otel.name = format_args!("{} {}", operation.method, operation.path),
        otel.kind = "client",
        otel.status_code = Empty,
        http.request.method = operation.method,
        url.template = operation.path,
        server.address = Empty,
        server.port = Empty,
        http.response.status_code = Empty,
        http.request.resend_count = Empty,
        error.type = Empty,
        pingone.operation = operation.id,
        pingone.effect = operation.effect.as_str(),
        pingone.transaction_id = transaction_id,
    );
    if !span.is_disabled()
        && let Ok(server) = Url::parse(address)
    {
        span.record("server.address", server.host_str());
        span.record("server.port", server.port_or_known_default());
    }
    span
}

/// Writes on the span how the call ended.
pub(crate) fn record_end(span: &Span, status: Option<u16>, attempts: u32, error: Option<&Error>) {
    span.record("http.response.status_code", status);
    if attempts > 1 {
        span.record("http.request.resend_count", attempts - 1);
    }
    if let Some(error) = error {
        span.record("otel.status_code", "ERROR");
        span.record("error.type", tracing::field::display(ErrorType(error)));
    }
}

/// Says that another attempt follows.
pub(crate) fn retry_event(report: &AttemptReport<'_>) {
    if let (Some(error), Some(wait)) = (report.error, report.again_after) {
        tracing::event!(
            target: "pingone",
            tracing::Level::INFO,
            pingone.attempt = report.attempt,
            pingone.wait_ms = u64::try_from(wait.as_millis()).unwrap_or(u64::MAX),
            http.response.status_code = report.status,
            error.type = %ErrorType(error),
            "the attempt failed and another follows",
        );
    }
}

/// An error as the conventions name it: by its status if there is one, else by its kind.
struct ErrorType<'a>(&'a Error);

impl fmt::Display for ErrorType<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = match (self.0.kind(), self.0.status()) {
            (ErrorKind::Service, Some(status)) => return status.fmt(f),
            (ErrorKind::Config, _) => "config",
            (ErrorKind::InvalidRequest, _) => "invalid_request",
            (ErrorKind::Token, _) => "token",
            (ErrorKind::Connect, _) => "connect",
            (ErrorKind::Timeout, _) => "timeout",
            (ErrorKind::Interrupted, _) => "interrupted",
            (ErrorKind::Service, None) => "service",
            (ErrorKind::Decode, _) => "decode",
            (ErrorKind::TooLarge, _) => "too_large",
            (ErrorKind::NoMatch, _) => "no_match",
            (ErrorKind::ManyMatches, _) => "many_matches",
        };
        f.write_str(kind)
    }
}
