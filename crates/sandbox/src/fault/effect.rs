//! What can go wrong.

use std::f64::consts::TAU;
use std::time::Duration;

use axum::body::Bytes;
use axum::http::header::{CONTENT_TYPE, LOCATION};
use axum::http::{HeaderMap, HeaderValue};
use pingone_models::operation::Operation;
use serde::{Deserialize, Serialize};

use super::FaultError;
use crate::random::Random;
use crate::refusal::{Refusal, detail};

/// The longest delay, so that a typing error holds nobody up for ever.
const LONGEST: Duration = Duration::from_secs(60);
const LARGEST: usize = 256 * 1024 * 1024;

/// What goes wrong.
///
/// An effect either replaces the request, which then changes nothing, or alters the answer to a request that was done.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(
    tag = "kind",
    rename_all = "kebab-case",
    rename_all_fields = "camelCase",
    deny_unknown_fields
)]
#[non_exhaustive]
pub enum Effect {
    /// An error in PingOne's form, in place of the request.
    Status {
        /// From 400 to 599.
        status: u16,
        /// The `code` of the error; what PingOne says with this status, unless given.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        code: Option<String>,
        /// The `code` of its only detail; no details if absent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        detail: Option<String>,
        /// The `target` of the detail.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        target: Option<String>,
        /// Seconds in `Retry-After`; a 429 has 1 unless given.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        retry_after: Option<u32>,
    },
    /// An answer that comes late, by the machine's clock. The request is done at once.
    Latency(Latency),
    /// The connection is closed before anything was done.
    DropBeforeCommit,
    /// The connection is closed after the request was done: its answer is lost.
    DropAfterCommit,
    /// The connection is reset before anything was done.
    ConnectionReset,
    /// The connection is closed half-way through the body of the answer.
    TruncatedBody,
    /// The body of the answer stops half-way, and claims to be whole.
    MalformedJson,
    /// The answer claims to be `text/plain`.
    WrongContentType,
    /// The body of the answer comes in 16 pieces, with a pause after each.
    Dribble {
        /// The pause, by the machine's clock.
        milliseconds: u64,
    },
    /// The body of the answer is followed by blanks.
    OversizedBody {
        /// How many.
        bytes: usize,
    },
    /// A redirection in place of the request.
    Redirect {
        /// Where to.
        location: String,
    },
    /// A page of a proxy in place of the request.
    HtmlError {
        /// From 400 to 599.
        status: u16,
    },
}

/// How late an answer comes.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "distribution", rename_all = "lowercase", deny_unknown_fields)]
#[non_exhaustive]
pub enum Latency {
    /// Always as late.
    Fixed {
        /// The delay.
        milliseconds: u64,
    },
    /// Anything between two delays, all as likely.
    Uniform {
        /// The shortest delay in milliseconds.
        from: u64,
        /// The longest delay in milliseconds.
        to: u64,
    },
    /// As networks are: mostly near the median, sometimes much later.
    Lognormal {
        /// The delay in milliseconds that half of the answers stay below.
        median: f64,
        /// The standard deviation of the delay's logarithm; 0.5 is common.
        sigma: f64,
    },
}

/// An answer before it is sent.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

/// How an answer is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Delivery {
    /// As it should be, after this delay.
    Whole(Duration),
    /// Not at all: the connection is closed.
    Cut,
    /// Not at all: the connection is reset.
    Reset,
    /// Half of the body, then the connection is closed.
    Half,
    /// In pieces, with this pause after each.
    Dribble(Duration),
}

impl Effect {
    /// An error with this status, and what PingOne says with it.
    #[must_use]
    pub fn status(status: u16) -> Self {
        Self::Status {
            status,
            code: None,
            detail: None,
            target: None,
            retry_after: None,
        }
    }

    /// The name in the header and in JSON.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Status { .. } => "status",
            Self::Latency(_) => "latency",
            Self::DropBeforeCommit => "drop-before-commit",
            Self::DropAfterCommit => "drop-after-commit",
            Self::ConnectionReset => "connection-reset",
            Self::TruncatedBody => "truncated-body",
            Self::MalformedJson => "malformed-json",
            Self::WrongContentType => "wrong-content-type",
            Self::Dribble { .. } => "dribble",
            Self::OversizedBody { .. } => "oversized-body",
            Self::Redirect { .. } => "redirect",
            Self::HtmlError { .. } => "html-error",
        }
    }

    pub(super) fn check(&self) -> Result<(), FaultError> {
        let refuse = |text: &str| Err(FaultError::new(text));
        let too_long = |milliseconds: u64| Duration::from_millis(milliseconds) > LONGEST;
        match self {
            Self::Status { status, .. } | Self::HtmlError { status }
                if !(400..=599).contains(status) =>
            {
                refuse("`status` must lie between 400 and 599")
            }
            Self::Latency(
                Latency::Fixed { milliseconds }
                | Latency::Uniform {
                    to: milliseconds, ..
                },
            ) if too_long(*milliseconds) => refuse("a delay has 60000 milliseconds at most"),
            Self::Dribble { milliseconds } if too_long(milliseconds.saturating_mul(16)) => {
                refuse("sixteen pauses have 60000 milliseconds at most")
            }
            Self::Latency(Latency::Uniform { from, to }) if from > to => {
                refuse("`from` must not be above `to`")
            }
            Self::Latency(Latency::Lognormal { median, sigma })
                if !(*median > 0.0 && median.is_finite() && (0.0..=5.0).contains(sigma)) =>
            {
                refuse("`median` must be above 0, and `sigma` lie between 0 and 5")
            }
            Self::OversizedBody { bytes } if *bytes > LARGEST => {
                refuse("an answer is given 268435456 bytes more at most")
            }
            Self::Redirect { location } if HeaderValue::from_str(location).is_err() => {
                refuse("`location` cannot stand in a header")
            }
            _ => Ok(()),
        }
    }

    /// Whether the request is done although it meets this fault.
    pub(crate) fn commits(&self) -> bool {
        !matches!(
            self,
            Self::Status { .. }
                | Self::DropBeforeCommit
                | Self::ConnectionReset
                | Self::Redirect { .. }
                | Self::HtmlError { .. }
        )
    }

    /// The failure in PingOne's form, or in the form of the token endpoint.
    pub(crate) fn refusal(&self, operation: Option<&Operation>) -> Option<Refusal> {
        let Self::Status {
            status,
            code,
            detail: reason,
            target,
            retry_after,
        } = self
        else {
            return None;
        };
        let by_default = match status {
            401 | 403 => "ACCESS_FAILED",
            404 => "NOT_FOUND",
            429 => "REQUEST_LIMITED",
            400..=499 => "INVALID_REQUEST",
            _ => "UNEXPECTED_ERROR",
        };
        let code = code.as_deref().unwrap_or(by_default);
        let message = "This failure was asked for.";
        let mut refusal = if operation.is_some_and(|operation| operation.id == "requestToken") {
            Refusal::oauth(*status, &code.to_lowercase(), message)
        } else {
            Refusal::new(*status, code, message)
        };
        if let Some(code) = reason {
            let mut detail = detail(code, message);
            detail.target.clone_from(target);
            refusal = refusal.with(detail);
        }
        Some(match (retry_after, status) {
            (Some(seconds), _) => refusal.header("retry-after", seconds.to_string()),
            (None, 429) => refusal.header("retry-after", "1"),
            (None, _) => refusal,
        })
    }

    /// Alters an answer, and says how it is sent.
    pub(crate) fn alter(&self, reply: &mut Reply, random: &mut Random) -> Delivery {
        let text_plain = HeaderValue::from_static("text/plain; charset=utf-8");
        match self {
            Self::Status { .. } => {}
            Self::Latency(latency) => return Delivery::Whole(latency.sample(random)),
            Self::DropBeforeCommit | Self::DropAfterCommit => return Delivery::Cut,
            Self::ConnectionReset => return Delivery::Reset,
            Self::TruncatedBody => return Delivery::Half,
            Self::MalformedJson => reply.body.truncate(reply.body.len() / 2),
            Self::WrongContentType => {
                reply.headers.insert(CONTENT_TYPE, text_plain);
            }
            Self::Dribble { milliseconds } => {
                return Delivery::Dribble(Duration::from_millis(*milliseconds));
            }
            Self::OversizedBody { bytes } => {
                let mut body = Vec::with_capacity(reply.body.len().saturating_add(*bytes));
                body.extend_from_slice(&reply.body);
                body.resize(reply.body.len().saturating_add(*bytes), b' ');
                reply.body = Bytes::from(body);
            }
            Self::Redirect { location } => {
                reply.status = 302;
                reply.body = Bytes::new();
                reply.headers.remove(CONTENT_TYPE);
                if let Ok(location) = HeaderValue::from_str(location) {
                    reply.headers.insert(LOCATION, location);
                }
            }
            Self::HtmlError { status } => {
                reply.status = *status;
                reply.headers.remove("retry-after");
                let html = HeaderValue::from_static("text/html; charset=utf-8");
                reply.headers.insert(CONTENT_TYPE, html);
                let page = format!(
                    "<html><head><title>{status}</title></head><body><h1>{status}</h1><hr>proxy</body></html>\n"
                );
                reply.body = Bytes::from(page);
            }
        }
        Delivery::Whole(Duration::ZERO)
    }
}

impl Latency {
    fn sample(self, random: &mut Random) -> Duration {
        let milliseconds = match self {
            Self::Fixed { milliseconds } => milliseconds as f64,
            Self::Uniform { from, to } => from as f64 + random.fraction() * (to - from) as f64,
            Self::Lognormal { median, sigma } => {
                // Box and Muller: two uniform values make a normal one.
                let radius = (-2.0 * (1.0 - random.fraction()).ln()).sqrt();
                let normal = radius * (TAU * random.fraction()).cos();
                median * (sigma * normal).exp()
            }
        };
        Duration::try_from_secs_f64(milliseconds / 1000.0)
            .map_or(LONGEST, |delay| delay.min(LONGEST))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn samples(latency: Latency) -> Vec<f64> {
        let mut random = Random::seeded(1);
        let mut samples: Vec<f64> = (0..1001)
            .map(|_| latency.sample(&mut random).as_secs_f64() * 1000.0)
            .collect();
        samples.sort_by(f64::total_cmp);
        samples
    }

    #[test]
    fn delays_follow_their_distribution() {
        assert_eq!(samples(Latency::Fixed { milliseconds: 7 })[500], 7.0);
        let uniform = samples(Latency::Uniform { from: 10, to: 20 });
        assert!(uniform[0] >= 10.0 && uniform[1000] <= 20.0);
        assert!((14.0..16.0).contains(&uniform[500]), "{}", uniform[500]);
        let lognormal = samples(Latency::Lognormal {
            median: 100.0,
            sigma: 0.5,
        });
        assert!(
            (92.0..108.0).contains(&lognormal[500]),
            "{}",
            lognormal[500]
        );
        // A share of 0.1587 lies more than one standard deviation above the median, at 100 * e^0.5.
        assert!(
            (150.0..180.0).contains(&lognormal[841]),
            "{}",
            lognormal[841]
        );
    }
}
