//! Waiting for a person to act on another device.

use std::fmt;
use std::future::IntoFuture;
use std::sync::Arc;
use std::time::Duration;

use backon::{BackoffBuilder, ExponentialBuilder};

use pingone_models::operation::Operation;

use crate::call::Request;
use crate::client::Client;
use crate::error::Inner;
use crate::runtime::BoxFuture;
use crate::{Error, ErrorKind, Result};

/// Reads a state again and again, until a person has acted on another device.
///
/// [`DeviceAuthenticationHandle::poll`](crate::device_authentications::DeviceAuthenticationHandle::poll) and
/// [`FlowHandle::poll`](crate::flows::FlowHandle::poll) make it, and say which states end it.
///
/// | setting | default |
/// |---|---|
/// | first wait | 1 second |
/// | longest wait | 5 seconds |
/// | time in all | 2 minutes |
///
/// Waits grow by half each time, with some chance in them.
///
/// ```
/// # async fn run(started: pingone::device_authentications::DeviceAuthenticationHandle) -> pingone::Result<()> {
/// use std::time::Duration;
///
/// let state = started.poll().with_timeout(Duration::from_secs(30)).await?;
/// println!("{}", state.status);
/// # Ok(())
/// # }
/// ```
#[must_use = "nothing is read until this is awaited"]
pub struct Poll<S> {
    client: Client,
    read: Arc<dyn Fn() -> Request<S> + Send + Sync>,
    status: fn(&S) -> &str,
    ended: Arc<dyn Fn(&S) -> bool + Send + Sync>,
    each: Option<Arc<EachRead<S>>>,
    timeout: Duration,
    backoff: ExponentialBuilder,
}

type EachRead<S> = dyn Fn(Request<S>) -> Request<S> + Send + Sync;

impl<S: 'static> Poll<S> {
    #[inline]
    pub(crate) fn new(
        client: Client,
        read: impl Fn() -> Request<S> + Send + Sync + 'static,
        status: fn(&S) -> &str,
        ended: fn(&S) -> bool,
    ) -> Self {
        Self {
            client,
            read: Arc::new(read),
            status,
            ended: Arc::new(ended),
            each: None,
            timeout: Duration::from_secs(120),
            backoff: ExponentialBuilder::new()
                .with_min_delay(Duration::from_secs(1))
                .with_max_delay(Duration::from_secs(5))
                .with_factor(1.5)
                .with_jitter()
                .without_max_times(),
        }
    }

    /// Sets how long to wait for the end, with all reads.
    pub fn with_timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// Sets the first and the longest wait between reads; chance adds up to as much again.
    pub fn with_backoff(mut self, first: Duration, longest: Duration) -> Self {
        self.backoff = self.backoff.with_min_delay(first).with_max_delay(longest);
        self
    }

    /// Ends as soon as this says so, in place of the states that end it by default.
    pub fn until(mut self, ended: impl Fn(&S) -> bool + Send + Sync + 'static) -> Self {
        self.ended = Arc::new(ended);
        self
    }

    /// Changes the request for every read, such as its token.
    #[inline]
    pub fn with_each(
        mut self,
        change: impl Fn(Request<S>) -> Request<S> + Send + Sync + 'static,
    ) -> Self {
        self.each = Some(Arc::new(change));
        self
    }
}

impl<S: Send + 'static> Poll<S> {
    async fn run(self) -> Result<S> {
        let runtime = Arc::clone(&self.client.shared.runtime);
        let started = runtime.now();
        let mut waits = self.backoff.with_jitter_seed(runtime.random()).build();
        let left = || self.timeout.saturating_sub(runtime.now() - started);
        let mut last = None;
        loop {
            let read = (self.read)();
            let operation = read.operation();
            let read = match &self.each {
                Some(change) => change(read),
                None => read,
            };
            let timed_out = |state: &S| self.timed_out(operation, (self.status)(state));
            let state = match (read.within(left()).await, &last) {
                (Ok(state), _) => state,
                (Err(error), Some(state)) if error.is_timeout() && left().is_zero() => {
                    return Err(timed_out(state));
                }
                (Err(error), _) => return Err(error),
            };
            if (self.ended)(&state) {
                return Ok(state);
            }
            match waits.next() {
                Some(wait) if wait < left() => runtime.sleep(wait).await,
                _ => return Err(timed_out(&state)),
            }
            last = Some(state);
        }
    }
}

impl<S> Poll<S> {
    fn timed_out(&self, operation: &'static Operation, status: &str) -> Error {
        let seconds = self.timeout.as_secs_f32();
        let note = match crate::error::name(status) {
            Some(status) => format!("it waited {seconds} s, and the status is still {status}"),
            None => format!("it waited {seconds} s"),
        };
        Error::new(Inner {
            kind: ErrorKind::Timeout,
            operation: Some(operation),
            note: note.into(),
            may_have_been_sent: true,
            ..Inner::default()
        })
    }
}

impl<S: Send + 'static> IntoFuture for Poll<S> {
    type Output = Result<S>;
    type IntoFuture = BoxFuture<'static, Result<S>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.run())
    }
}

impl<S> fmt::Debug for Poll<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Poll")
            .field("timeout", &self.timeout)
            .field("backoff", &self.backoff)
            .finish_non_exhaustive()
    }
}
