//! What a client needs besides the network: time, sleep and randomness.

use std::fmt;
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::task::Poll;
use std::time::{Duration, Instant, SystemTime};

/// A boxed future, as traits of this crate return it.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Time, sleep and randomness of a client.
///
/// [`TokioRuntime`] is what every client has unless its builder says otherwise.
/// Tests give a client a runtime whose time they move themselves, so that retries and expiry take no real time.
///
/// ```
/// use std::time::{Duration, Instant, SystemTime};
/// use pingone::{BoxFuture, Runtime, TokioRuntime};
///
/// /// A runtime without chance: for tests that want the same waits every time.
/// #[derive(Debug)]
/// struct Steady;
///
/// impl Runtime for Steady {
///     fn now(&self) -> Instant {
///         TokioRuntime.now()
///     }
///     fn wall_clock(&self) -> SystemTime {
///         TokioRuntime.wall_clock()
///     }
///     fn sleep(&self, time: Duration) -> BoxFuture<'static, ()> {
///         TokioRuntime.sleep(time)
///     }
///     fn random(&self) -> u64 {
///         4
///     }
/// }
/// let builder = pingone::Client::builder().runtime(Steady);
/// ```
pub trait Runtime: fmt::Debug + Send + Sync + 'static {
    /// The moment now, for measuring how long something takes.
    fn now(&self) -> Instant;

    /// The moment now by the calendar, for dates that a service sends.
    fn wall_clock(&self) -> SystemTime;

    /// Ends after this time.
    fn sleep(&self, time: Duration) -> BoxFuture<'static, ()>;

    /// Any number, different each time.
    fn random(&self) -> u64;
}

/// The runtime of every client that was not given another: the system's clocks, and the timer of `tokio`.
///
/// ```
/// use pingone::{Runtime, TokioRuntime};
///
/// assert!(TokioRuntime.wall_clock() > std::time::SystemTime::UNIX_EPOCH);
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct TokioRuntime;

impl Runtime for TokioRuntime {
    fn now(&self) -> Instant {
        Instant::now()
    }

    fn wall_clock(&self) -> SystemTime {
        SystemTime::now()
    }

    fn sleep(&self, time: Duration) -> BoxFuture<'static, ()> {
        Box::pin(tokio::time::sleep(time))
    }

    fn random(&self) -> u64 {
        fastrand::u64(..)
    }
}

/// The output of a future, if it ends within this time. What is ready at once needs no timer.
///
/// The future stays where its owner has pinned it, since an `async fn` would hold it twice.
pub(crate) fn within<'a, F: Future + Unpin + 'a>(
    runtime: &'a dyn Runtime,
    limit: Duration,
    mut future: F,
) -> impl Future<Output = Option<F::Output>> + use<'a, F> {
    let mut sleep = None;
    poll_fn(move |context| {
        if let Poll::Ready(output) = Pin::new(&mut future).poll(context) {
            return Poll::Ready(Some(output));
        }
        let sleep = sleep.get_or_insert_with(|| runtime.sleep(limit));
        sleep.as_mut().poll(context).map(|()| None)
    })
}
