//! Whether a failed attempt is made again, and when.
//!
//! PingOne has no idempotency keys: sending `user.sendVerificationCode` twice mails two codes, and sending
//! `password.recover` twice burns two of five attempts. A policy is therefore asked with three facts in hand: what a
//! second request would do ([`Effect`]), what is known about the first one ([`Outcome`]), and what the service said.
//!
//! Policies are pure functions. They neither sleep nor count; time, randomness and the budget come from the client.

use std::fmt;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::time::{Duration, SystemTime};

use backon::{BackoffBuilder, ExponentialBuilder};
use http::HeaderMap;
use http::header::{DATE, RETRY_AFTER};
pub use pingone_models::operation::Effect;
use pingone_models::operation::Operation;

/// What is known about an attempt that failed.
///
/// ```
/// use pingone::retry::{Outcome, RetryContext, RetryDecision};
///
/// // Again only if the service has seen nothing of the call.
/// let policy = |context: &RetryContext<'_>| match context.outcome {
///     Outcome::NotSent if context.attempt < 3 => RetryDecision::RetryAfter(context.remaining / 10),
///     _ => RetryDecision::Stop,
/// };
/// # let _: &dyn pingone::retry::RetryPolicy = &policy;
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Outcome {
    /// The request did not leave: the connection could not be made.
    NotSent,
    /// The service rejected the access token before acting, and the token provider can give another one.
    ///
    /// It happens at most once in a call.
    TokenRejected,
    /// The request may have left, and no answer came: the service may or may not have acted.
    MaybeSent,
    /// The service answered with this status.
    Answered {
        /// The status.
        status: u16,
        /// Whether the answer came to its end.
        complete: bool,
    },
}

/// What a policy knows when it decides.
///
/// ```
/// use pingone::retry::{Effect, RetryContext, RetryDecision};
///
/// // What only reads, once more and at once.
/// let policy = |context: &RetryContext<'_>| match context.effect {
///     Effect::Read if context.attempt == 1 => RetryDecision::RetryAfter(Default::default()),
///     _ => RetryDecision::Stop,
/// };
/// # let _: &dyn pingone::retry::RetryPolicy = &policy;
/// ```
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct RetryContext<'a> {
    /// The operation's name in the document, such as `verifyUser`.
    pub operation: &'static str,
    /// What sending the operation a second time would do.
    pub effect: Effect,
    /// How many attempts were made, this one included.
    pub attempt: u32,
    /// What is known about the last attempt.
    pub outcome: Outcome,
    /// The code that the service answered with, such as `REQUEST_LIMITED`.
    pub code: Option<&'a str>,
    /// How long the service asked to wait.
    pub retry_after: Option<Duration>,
    /// How long the call has taken.
    pub elapsed: Duration,
    /// How long it may still take.
    pub remaining: Duration,
    /// A random number, for jitter.
    pub random: u64,
}

impl RetryContext<'_> {
    /// A context for tests of policies: a first attempt of this operation, with a minute left.
    ///
    /// ```
    /// use pingone::models::operations::VERIFY_USER;
    /// use pingone::retry::{Outcome, RetryContext, RetryDecision, RetryPolicy, SafeRetry};
    ///
    /// let lost = RetryContext::new(&VERIFY_USER, Outcome::MaybeSent);
    /// assert_eq!(SafeRetry::default().decide(&lost), RetryDecision::Stop);
    /// ```
    #[must_use]
    pub fn new(operation: &'static Operation, outcome: Outcome) -> Self {
        Self {
            operation: operation.id,
            effect: operation.effect,
            attempt: 1,
            outcome,
            code: None,
            retry_after: None,
            elapsed: Duration::ZERO,
            remaining: Duration::from_secs(60),
            random: 0,
        }
    }
}

/// What a policy decides.
///
/// ```
/// use pingone::models::operations::READ_USER;
/// use pingone::retry::{NeverRetry, Outcome, RetryContext, RetryDecision, RetryPolicy};
///
/// let context = RetryContext::new(&READ_USER, Outcome::NotSent);
/// assert_eq!(NeverRetry.decide(&context), RetryDecision::Stop);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RetryDecision {
    /// Return the error.
    Stop,
    /// Make another attempt after this time.
    ///
    /// If that is later than the call's deadline, or the retry budget is empty, the error is returned at once.
    RetryAfter(Duration),
}

/// Decides whether a failed attempt is made again.
///
/// A function or closure of the right form is a policy too.
///
/// ```
/// use pingone::retry::{RetryContext, RetryDecision, RetryPolicy, SafeRetry};
///
/// // What is safe, but never after the third attempt, and never for lists.
/// let policy = SafeRetry::default().limit_attempts(3);
/// let policy = move |context: &RetryContext<'_>| match context.operation {
///     "listUsers" => RetryDecision::Stop,
///     _ => policy.decide(context),
/// };
/// # let _: &dyn RetryPolicy = &policy;
/// ```
pub trait RetryPolicy: Send + Sync + 'static {
    /// Decides. The same context gives the same decision.
    fn decide(&self, context: &RetryContext<'_>) -> RetryDecision;

    /// This policy, and no more than this many attempts, the first included.
    fn limit_attempts(self, attempts: u32) -> LimitAttempts<Self>
    where
        Self: Sized,
    {
        LimitAttempts {
            policy: self,
            attempts,
        }
    }

    /// This policy, and no new attempt once a call has taken this long.
    fn limit_elapsed(self, elapsed: Duration) -> LimitElapsed<Self>
    where
        Self: Sized,
    {
        LimitElapsed {
            policy: self,
            elapsed,
        }
    }
}

impl<F> RetryPolicy for F
where
    F: Fn(&RetryContext<'_>) -> RetryDecision + Send + Sync + 'static,
{
    fn decide(&self, context: &RetryContext<'_>) -> RetryDecision {
        self(context)
    }
}

/// A policy with a limit of attempts. Made by [`RetryPolicy::limit_attempts`].
///
/// ```
/// use pingone::retry::{RetryPolicy, SafeRetry};
///
/// let policy = SafeRetry::default().limit_attempts(2);
/// let builder = pingone::Client::builder().retry_policy(policy);
/// ```
#[derive(Clone, Copy, Debug)]
pub struct LimitAttempts<P> {
    policy: P,
    attempts: u32,
}

impl<P: RetryPolicy> RetryPolicy for LimitAttempts<P> {
    fn decide(&self, context: &RetryContext<'_>) -> RetryDecision {
        if context.attempt >= self.attempts {
            return RetryDecision::Stop;
        }
        self.policy.decide(context)
    }
}

/// A policy with a limit of time. Made by [`RetryPolicy::limit_elapsed`].
///
/// ```
/// use std::time::Duration;
/// use pingone::retry::{RetryPolicy, SafeRetry};
///
/// let policy = SafeRetry::default().limit_elapsed(Duration::from_secs(3));
/// let builder = pingone::Client::builder().retry_policy(policy);
/// ```
#[derive(Clone, Copy, Debug)]
pub struct LimitElapsed<P> {
    policy: P,
    elapsed: Duration,
}

impl<P: RetryPolicy> RetryPolicy for LimitElapsed<P> {
    fn decide(&self, context: &RetryContext<'_>) -> RetryDecision {
        if context.elapsed >= self.elapsed {
            return RetryDecision::Stop;
        }
        self.policy.decide(context)
    }
}

/// Makes one attempt, whatever happens.
///
/// ```
/// let builder = pingone::Client::builder().retry_policy(pingone::retry::NeverRetry);
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct NeverRetry;

impl RetryPolicy for NeverRetry {
    fn decide(&self, _: &RetryContext<'_>) -> RetryDecision {
        RetryDecision::Stop
    }
}

/// Makes another attempt only if the service cannot have acted on the last one, or acting twice does nothing.
///
/// | what happened | reads | everything else |
/// |---|---|---|
/// | the request did not leave | again | again |
/// | the token was rejected, and there is another one | again | again |
/// | status 429: refused before acting | again | again |
/// | status 408, 500, 502, 503, 504 | again | error |
/// | no answer, or an answer that broke off | again | error |
/// | any other status | error | error |
///
/// A wait that the service asks for is the shortest that is made, never shorter than the policy's own, and up to a
/// tenth longer by chance. If it is longer than the longest wait that this policy accepts, the error is returned at
/// once and [`Error::retry_after`](crate::Error::retry_after) has the time.
///
/// ```
/// use std::time::Duration;
/// use pingone::retry::SafeRetry;
///
/// let patient = SafeRetry::default().with_max_attempts(8).with_max_wait(Duration::from_secs(120));
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct SafeRetry {
    backoff: ExponentialBuilder,
    max_attempts: u32,
    max_wait: Duration,
}

impl Default for SafeRetry {
    /// Four attempts, first after 0.2 to 0.4 seconds, then twice as long each time; no wait above 30 seconds.
    fn default() -> Self {
        Self {
            backoff: ExponentialBuilder::new()
                .with_min_delay(Duration::from_millis(200))
                .with_factor(2.0)
                .with_max_delay(Duration::from_secs(10))
                .with_jitter()
                .without_max_times(),
            max_attempts: 4,
            max_wait: Duration::from_secs(30),
        }
    }
}

impl SafeRetry {
    /// Sets how many attempts are made at most, the first included.
    pub fn with_max_attempts(mut self, attempts: u32) -> Self {
        self.max_attempts = attempts;
        self
    }

    /// Sets the first and the longest wait between attempts; each is doubled from the last, and up to doubled by chance.
    pub fn with_backoff(mut self, first: Duration, longest: Duration) -> Self {
        self.backoff = self.backoff.with_min_delay(first).with_max_delay(longest);
        self
    }

    /// Sets the longest wait that a service may ask for.
    pub fn with_max_wait(mut self, wait: Duration) -> Self {
        self.max_wait = wait;
        self
    }

    /// Whether a second attempt does no harm.
    fn is_safe(context: &RetryContext<'_>) -> bool {
        let read = context.effect == Effect::Read;
        match context.outcome {
            Outcome::NotSent | Outcome::TokenRejected => true,
            Outcome::MaybeSent => read,
            Outcome::Answered { status: 429, .. } => true,
            Outcome::Answered {
                status: 408 | 500 | 502 | 503 | 504,
                ..
            } => read,
            // A success that broke off on its way has been acted on.
            Outcome::Answered {
                status: 200..=299,
                complete: false,
            } => read,
            Outcome::Answered { .. } => false,
        }
    }
}

impl RetryPolicy for SafeRetry {
    fn decide(&self, context: &RetryContext<'_>) -> RetryDecision {
        if context.attempt >= self.max_attempts || !Self::is_safe(context) {
            return RetryDecision::Stop;
        }
        let position = usize::try_from(context.attempt.saturating_sub(1)).unwrap_or(usize::MAX);
        let backoff = self
            .backoff
            .with_jitter_seed(context.random)
            .build()
            .nth(position.min(64))
            .unwrap_or(self.max_wait);
        if context.outcome == Outcome::TokenRejected {
            return RetryDecision::RetryAfter(Duration::ZERO);
        }
        let backoff = backoff.min(self.max_wait);
        match context.retry_after {
            Some(asked) if asked > self.max_wait => RetryDecision::Stop,
            Some(asked) => {
                // Clients that were refused together do not come back together.
                let part = u32::try_from(context.random % 1024).unwrap_or_default();
                let later = (asked / 1024 / 10).saturating_mul(part);
                RetryDecision::RetryAfter(backoff.max(asked.saturating_add(later)))
            }
            None => RetryDecision::RetryAfter(backoff),
        }
    }
}

/// How long the service asks to wait: the longest of the readable `Retry-After` headers.
///
/// A date counts from the [`service_time`] of the response. A date in the past asks for no wait; what cannot be read
/// asks for nothing.
pub(crate) fn retry_after(headers: &HeaderMap, now: SystemTime) -> Option<Duration> {
    headers
        .get_all(RETRY_AFTER)
        .iter()
        .filter_map(|value| {
            let text = value.to_str().ok()?.trim();
            if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
                return Some(Duration::from_secs(text.parse().unwrap_or(u64::MAX)));
            }
            let date = httpdate::parse_http_date(text).ok()?;
            Some(date.duration_since(now).unwrap_or_default())
        })
        .max()
}

/// When the service says that it answered. Dates that it sends count from then, so that a wrong clock here does no
/// harm.
pub(crate) fn service_time(headers: &HeaderMap) -> Option<SystemTime> {
    httpdate::parse_http_date(headers.get(DATE)?.to_str().ok()?).ok()
}

/// How many retries a client may make in all, so that it does not add to an outage.
///
/// It starts full, with room for 100 retries. A retry takes five parts, a call that succeeds gives one back: in an
/// outage a client makes at most 100 retries, and otherwise one for every five successes.
pub(crate) struct RetryBudget {
    parts: Mutex<u32>,
}

impl RetryBudget {
    const FULL: u32 = 500;
    const RETRY: u32 = 5;

    pub(crate) fn new() -> Self {
        Self {
            parts: Mutex::new(Self::FULL),
        }
    }

    pub(crate) fn take(&self) -> bool {
        let mut parts = self.parts.lock().unwrap_or_else(PoisonError::into_inner);
        let left = parts.checked_sub(Self::RETRY);
        *parts = left.unwrap_or(*parts);
        left.is_some()
    }

    pub(crate) fn give(&self) {
        let mut parts = self.parts.lock().unwrap_or_else(PoisonError::into_inner);
        *parts = (*parts + 1).min(Self::FULL);
    }
}

impl fmt::Debug for RetryBudget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parts = *self.parts.lock().unwrap_or_else(PoisonError::into_inner);
        f.debug_struct("RetryBudget")
            .field("retries", &(parts / Self::RETRY))
            .finish()
    }
}
