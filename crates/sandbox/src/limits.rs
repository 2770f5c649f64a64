//! Rate limits: so many requests for an operation in so much of the sandbox's time.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use jiff::Timestamp;
use pingone_models::operation::Operation;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::refusal::{Refusal, detail, inner};
use crate::state::context::later;
use crate::suggest;

/// At most N requests per period, for one operation.
///
/// The limit refills steadily: at 10 per second, one more request is allowed after 100 milliseconds.
/// It holds for an operation, which is an endpoint, a method and a media type, and follows the sandbox's clock.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use std::time::Duration;
/// use pingone_sandbox::{RateLimit, Sandbox, operations};
///
/// let sandbox = Sandbox::start().await?;
/// sandbox.limit(&operations::LIST_USERS, RateLimit::new(10, Duration::from_secs(1)))?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RateLimit {
    requests: u32,
    #[serde(rename = "milliseconds", with = "milliseconds")]
    per: Duration,
}

mod milliseconds {
    use std::time::Duration;

    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    pub(super) fn serialize<S: Serializer>(time: &Duration, out: S) -> Result<S::Ok, S::Error> {
        u64::try_from(time.as_millis())
            .unwrap_or(u64::MAX)
            .serialize(out)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(input: D) -> Result<Duration, D::Error> {
        u64::deserialize(input).map(Duration::from_millis)
    }
}

impl RateLimit {
    /// Lets this many requests through in this time.
    #[must_use]
    pub fn new(requests: u32, per: Duration) -> Self {
        Self { requests, per }
    }
}

/// A rate limit is not possible.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RateLimitError(String);

impl fmt::Display for RateLimitError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the rate limit is not possible: {}", self.0)
    }
}

impl std::error::Error for RateLimitError {}

/// The limits, and what is left of each.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Limits {
    buckets: BTreeMap<Cow<'static, str>, Bucket>,
}

#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Bucket {
    limit: RateLimit,
    /// When it will be full again, if nobody takes anything out.
    full_at: Timestamp,
}

impl Limits {
    pub(crate) fn set(&mut self, operation: &str, limit: RateLimit) -> Result<(), RateLimitError> {
        let known = suggest::operation(operation);
        let known = known.map_err(|unknown| RateLimitError(unknown.to_string()))?;
        if limit.requests == 0 || limit.per.is_zero() {
            let text = "it must let one request through in one millisecond or more";
            return Err(RateLimitError(text.to_owned()));
        }
        let full_at = Timestamp::MIN;
        self.buckets
            .insert(known.id.into(), Bucket { limit, full_at });
        Ok(())
    }

    pub(crate) fn clear(&mut self) {
        self.buckets.clear();
    }

    pub(crate) fn all(&self) -> BTreeMap<&str, RateLimit> {
        let buckets = self.buckets.iter();
        buckets
            .map(|(id, bucket)| (id.as_ref(), bucket.limit))
            .collect()
    }

    /// Lets a request through, or says when to come back.
    pub(crate) fn take(&mut self, operation: &Operation, now: Timestamp) -> Result<(), Refusal> {
        let Some(bucket) = self.buckets.get_mut(operation.id) else {
            return Ok(());
        };
        let RateLimit { requests, per } = bucket.limit;
        let one = per / requests;
        let start = bucket.full_at.max(now);
        let full_at = later(start, one);
        // The bucket is empty while it takes longer than `per` to fill.
        let room_at = later(now, per);
        if full_at <= room_at {
            bucket.full_at = full_at;
            return Ok(());
        }
        let wait = full_at
            .as_millisecond()
            .saturating_sub(room_at.as_millisecond())
            .max(1);
        let seconds = wait.saturating_add(999) / 1000;
        let retry_at = later(now, Duration::from_millis(wait.unsigned_abs()));
        if operation.id == "requestToken" {
            let refusal = Refusal::oauth(429, "request_limited", "too many requests");
            return Err(refusal.header("retry-after", seconds.to_string()));
        }
        let detail = detail(
            "LIMIT_EXCEEDED",
            "The rate limit of this operation is exceeded.",
        )
        .with_inner_error(inner([
            ("quotaLimit", json!(requests)),
            ("retryAfter", json!(retry_at)),
        ]));
        Err(Refusal::new(429, "REQUEST_LIMITED", "Too many requests.")
            .with(detail)
            .header("retry-after", seconds.to_string()))
    }
}

#[cfg(test)]
mod tests {
    use pingone_models::operations;

    use super::*;

    #[test]
    fn a_bucket_fills_up_steadily() {
        let operation = operations::OPERATIONS[0];
        let mut limits = Limits::default();
        limits
            .set(operation.id, RateLimit::new(2, Duration::from_secs(4)))
            .unwrap();
        let at = |ms| Timestamp::from_millisecond(ms).unwrap();
        let mut passes = |ms| limits.take(operation, at(ms)).is_ok();
        assert_eq!([passes(0), passes(0), passes(0)], [true, true, false]);
        assert_eq!(
            [passes(1999), passes(2000), passes(2000)],
            [false, true, false]
        );
        assert_eq!(
            [passes(9000), passes(9000), passes(9000)],
            [true, true, false]
        );
    }

    #[test]
    fn impossible_limits_are_refused() {
        let second = Duration::from_secs(1);
        let mut limits = Limits::default();
        assert!(limits.set("dance", RateLimit::new(1, second)).is_err());
        assert!(limits.set("listUsers", RateLimit::new(0, second)).is_err());
        assert!(
            limits
                .set("listUsers", RateLimit::new(1, Duration::ZERO))
                .is_err()
        );
    }
}
