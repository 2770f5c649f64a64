//! Waiting for a person to act on another device.

use std::fmt;
use std::future::IntoFuture;
use std::sync::Arc;
use std::time::Duration;

use backon::{BackoffBuilder, ExponentialBuilder};
use pingone_models::operations::READ_DEVICE_AUTHENTICATION;
use pingone_models::{DeviceAuthentication, DeviceAuthenticationStatus};

use super::DeviceAuthenticationHandle;
use crate::call::Request;
use crate::error::Inner;
use crate::runtime::BoxFuture;
use crate::{Error, ErrorKind, Result};

/// Reads a device authentication again and again, until it has come to its end.
/// Made by [`DeviceAuthenticationHandle::poll`].
///
/// | setting | default |
/// |---|---|
/// | end | status `COMPLETED`, `FAILED` or `PUSH_CONFIRMATION_TIMED_OUT` |
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
pub struct Poll {
    handle: DeviceAuthenticationHandle,
    timeout: Duration,
    backoff: ExponentialBuilder,
    ended: Arc<dyn Fn(&DeviceAuthentication) -> bool + Send + Sync>,
    each: Option<Arc<EachRead>>,
}

type EachRead =
    dyn Fn(Request<DeviceAuthentication>) -> Request<DeviceAuthentication> + Send + Sync;

impl Poll {
    pub(super) fn new(handle: DeviceAuthenticationHandle) -> Self {
        Self {
            handle,
            timeout: Duration::from_secs(120),
            backoff: ExponentialBuilder::new()
                .with_min_delay(Duration::from_secs(1))
                .with_max_delay(Duration::from_secs(5))
                .with_factor(1.5)
                .with_jitter()
                .without_max_times(),
            ended: Arc::new(|state| is_terminal(&state.status)),
            each: None,
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

    /// Ends as soon as this says so, in place of the statuses above.
    pub fn until(
        mut self,
        ended: impl Fn(&DeviceAuthentication) -> bool + Send + Sync + 'static,
    ) -> Self {
        self.ended = Arc::new(ended);
        self
    }

    /// Changes the request for every read, such as its token.
    pub fn with_each(
        mut self,
        change: impl Fn(Request<DeviceAuthentication>) -> Request<DeviceAuthentication>
        + Send
        + Sync
        + 'static,
    ) -> Self {
        self.each = Some(Arc::new(change));
        self
    }

    async fn run(self) -> Result<DeviceAuthentication> {
        let runtime = Arc::clone(&self.handle.client.shared.runtime);
        let started = runtime.now();
        let mut waits = self.backoff.with_jitter_seed(runtime.random()).build();
        let left = || self.timeout.saturating_sub(runtime.now() - started);
        let mut last = None;
        loop {
            let read = self.handle.read();
            let read = match &self.each {
                Some(change) => change(read),
                None => read,
            };
            let state = match (read.within(left()).await, &last) {
                (Ok(state), _) => state,
                (Err(error), Some(status)) if error.is_timeout() && left().is_zero() => {
                    return Err(self.timed_out(status));
                }
                (Err(error), _) => return Err(error),
            };
            if (self.ended)(&state) {
                return Ok(state);
            }
            match waits.next() {
                Some(wait) if wait < left() => runtime.sleep(wait).await,
                _ => return Err(self.timed_out(&state.status)),
            }
            last = Some(state.status);
        }
    }

    fn timed_out(&self, status: &DeviceAuthenticationStatus) -> Error {
        let seconds = self.timeout.as_secs_f32();
        let note = match crate::error::name(status.as_str()) {
            Some(status) => format!("it waited {seconds} s, and the status is still {status}"),
            None => format!("it waited {seconds} s"),
        };
        Error::new(Inner {
            kind: ErrorKind::Timeout,
            operation: Some(&READ_DEVICE_AUTHENTICATION),
            note: note.into(),
            may_have_been_sent: true,
            ..Inner::default()
        })
    }
}

/// Whether a device authentication can come to no other status. A status that the document does not know may.
fn is_terminal(status: &DeviceAuthenticationStatus) -> bool {
    matches!(
        status,
        DeviceAuthenticationStatus::Completed
            | DeviceAuthenticationStatus::Failed
            | DeviceAuthenticationStatus::PushConfirmationTimedOut
    )
}

impl IntoFuture for Poll {
    type Output = Result<DeviceAuthentication>;
    type IntoFuture = BoxFuture<'static, Result<DeviceAuthentication>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.run())
    }
}

impl fmt::Debug for Poll {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Poll")
            .field("id", &self.handle.id)
            .field("timeout", &self.timeout)
            .field("backoff", &self.backoff)
            .finish_non_exhaustive()
    }
}
