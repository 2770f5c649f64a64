//! A runtime whose time moves only when a test says so, or when a client waits between attempts.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use pingone::{BoxFuture, Runtime};
use tokio::sync::oneshot;

/// Waits up to this long are the pauses between attempts, and end at once; longer ones are time limits.
///
/// Clients under test have limits above it, so that the two cannot be confused.
const LONGEST_PAUSE: Duration = Duration::from_secs(100);

/// Time under the control of a test. Clones share it.
#[derive(Clone, Debug)]
pub struct TestTime(Arc<Mutex<State>>);

#[derive(Debug)]
struct State {
    began: Instant,
    elapsed: Duration,
    sleepers: Vec<(Duration, oneshot::Sender<()>)>,
    pauses: Vec<Duration>,
    longest_pause: Duration,
    random: u64,
    date: SystemTime,
}

impl Default for TestTime {
    fn default() -> Self {
        Self(Arc::new(Mutex::new(State {
            began: Instant::now(),
            elapsed: Duration::ZERO,
            sleepers: Vec::new(),
            pauses: Vec::new(),
            longest_pause: LONGEST_PAUSE,
            random: 0,
            // 2030-01-01T00:00:00Z, whatever the day of the test is.
            date: SystemTime::UNIX_EPOCH + Duration::from_secs(1_893_456_000),
        })))
    }
}

impl TestTime {
    /// Time that stands still: every wait, however short, lasts until the test moves the time.
    #[must_use]
    pub fn still() -> Self {
        let time = Self::default();
        time.lock().longest_pause = Duration::ZERO;
        time
    }

    /// Moves time forward, and ends every wait that is over by then.
    pub fn advance(&self, time: Duration) {
        let mut state = self.lock();
        state.elapsed += time;
        let now = state.elapsed;
        let (due, waiting) = std::mem::take(&mut state.sleepers)
            .into_iter()
            .partition(|(end, _)| *end <= now);
        state.sleepers = waiting;
        drop(state);
        let _: Vec<(Duration, oneshot::Sender<()>)> = due;
    }

    /// Sets the calendar, as people and time servers do. Time itself goes on as before.
    pub fn change_date(&self, change: impl FnOnce(SystemTime) -> SystemTime) {
        let mut state = self.lock();
        state.date = change(state.date);
    }

    /// How long clients waited between attempts.
    #[must_use]
    pub fn pauses(&self) -> Vec<Duration> {
        self.lock().pauses.clone()
    }

    /// How many time limits somebody still waits for.
    #[must_use]
    pub fn waiting(&self) -> usize {
        let state = self.lock();
        let sleepers = state.sleepers.iter();
        sleepers.filter(|(_, sender)| !sender.is_closed()).count()
    }

    /// How far the time has moved.
    #[must_use]
    pub fn elapsed(&self) -> Duration {
        self.lock().elapsed
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Runtime for TestTime {
    fn now(&self) -> Instant {
        let state = self.lock();
        state.began + state.elapsed
    }

    fn wall_clock(&self) -> SystemTime {
        let state = self.lock();
        state.date + state.elapsed
    }

    fn sleep(&self, time: Duration) -> BoxFuture<'static, ()> {
        let mut state = self.lock();
        if time <= state.longest_pause {
            state.elapsed += time;
            state.pauses.push(time);
            return Box::pin(tokio::task::yield_now());
        }
        let (sender, receiver) = oneshot::channel();
        let end = state.elapsed + time;
        state.sleepers.push((end, sender));
        // Dropping the sender ends the wait.
        Box::pin(async move {
            let _ = receiver.await;
        })
    }

    fn random(&self) -> u64 {
        let mut state = self.lock();
        // A step of SplitMix64: the same numbers in every run, spread over the whole range.
        state.random = state.random.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (state.random ^ (state.random >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }
}
