//! The sandbox's clock: the only place that reads the time of the machine, or waits by it.
#![expect(
    clippy::disallowed_methods,
    reason = "everything else asks this module, so that a test can move the time"
)]

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

/// What a sandbox takes for the time, in milliseconds.
///
/// Every lifetime, lock and rate limit follows this clock, so that a test can move it instead of waiting.
/// Clones share one clock.
///
/// ```
/// use std::time::Duration;
/// use pingone_sandbox::Clock;
///
/// let clock = Clock::frozen("2026-01-01T00:00:00Z".parse()?);
/// clock.advance(Duration::from_secs(300));
/// assert_eq!(clock.now().to_string(), "2026-01-01T00:05:00Z");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct Clock(Arc<Mutex<Setting>>);

/// What a snapshot keeps of a clock.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(from = "Written", into = "Written")]
pub(crate) struct ClockSetting(Setting);

#[derive(Clone, Copy, Debug)]
struct Setting {
    /// The sandbox's time at `since`.
    base: Timestamp,
    since: Instant,
    /// The machine's time at `since`, which another process can compare with.
    machine: Timestamp,
    /// Seconds of the sandbox per second of the machine; 0 while frozen.
    rate: f64,
}

/// The setting of a clock for another process: a clock that ran has run in between.
#[derive(Serialize, Deserialize)]
struct Written {
    base: Timestamp,
    /// The machine's time then, if the clock runs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    machine: Option<Timestamp>,
    rate: f64,
}

impl From<ClockSetting> for Written {
    fn from(ClockSetting(setting): ClockSetting) -> Self {
        Self {
            base: setting.base,
            machine: (setting.rate != 0.0).then_some(setting.machine),
            rate: setting.rate,
        }
    }
}

impl From<Written> for ClockSetting {
    fn from(written: Written) -> Self {
        let machine = Timestamp::now();
        let elapsed = written.machine.map(|then| machine.duration_since(then));
        let elapsed = elapsed.unwrap_or_default().as_secs_f64().max(0.0);
        Self(Setting {
            base: moved(written.base, elapsed * written.rate),
            since: Instant::now(),
            machine,
            rate: written.rate,
        })
    }
}

impl Clock {
    /// The time of the machine.
    #[must_use]
    pub fn system() -> Self {
        Self::running_from(Timestamp::now())
    }

    /// A clock frozen at `moment` until it is moved.
    #[must_use]
    pub fn frozen(moment: Timestamp) -> Self {
        let clock = Self::running_from(moment);
        clock.freeze_at(moment);
        clock
    }

    /// A clock that runs like the machine's, but from `moment` on.
    #[must_use]
    pub fn running_from(moment: Timestamp) -> Self {
        Self(Arc::new(Mutex::new(Setting {
            base: moment,
            since: Instant::now(),
            machine: Timestamp::now(),
            rate: 1.0,
        })))
    }

    /// The time of the sandbox.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        whole_milliseconds(self.setting().at(Instant::now()))
    }

    /// Moves the clock forward.
    pub fn advance(&self, by: Duration) {
        self.rebase(|setting| {
            let by = SignedDuration::try_from(by).unwrap_or(SignedDuration::MAX);
            setting.base = setting.base.saturating_add(by).unwrap_or(Timestamp::MAX);
        });
    }

    /// Sets the clock to `moment`, forwards or backwards; it stays running or frozen.
    pub fn set(&self, moment: Timestamp) {
        self.rebase(|setting| setting.base = moment);
    }

    /// Stops the clock.
    pub fn freeze(&self) {
        self.scale(0.0);
    }

    /// Puts the clock to `moment` and stops it there.
    pub fn freeze_at(&self, moment: Timestamp) {
        self.rebase(|setting| {
            setting.base = moment;
            setting.rate = 0.0;
        });
    }

    /// Lets the clock run again, at the speed of the machine's.
    pub fn resume(&self) {
        self.scale(1.0);
    }

    /// Lets the clock run `rate` times as fast as the machine's; 0 stops it, and so does anything that is no rate.
    pub fn scale(&self, rate: f64) {
        let rate = if rate.is_finite() { rate.max(0.0) } else { 0.0 };
        self.rebase(|setting| setting.rate = rate);
    }

    /// How fast the clock runs; 0 while it is frozen.
    #[must_use]
    pub fn rate(&self) -> f64 {
        self.setting().rate
    }

    /// The clock's offset from the machine's clock, and its speed.
    pub(crate) fn setting_now(&self) -> ClockSetting {
        ClockSetting(*self.setting())
    }

    pub(crate) fn restore(&self, setting: ClockSetting) {
        *self.setting() = setting.0;
    }

    fn rebase(&self, change: impl FnOnce(&mut Setting)) {
        let mut setting = self.setting();
        let now = Instant::now();
        setting.base = setting.at(now);
        setting.since = now;
        setting.machine = Timestamp::now();
        change(&mut setting);
    }

    fn setting(&self) -> MutexGuard<'_, Setting> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Setting {
    fn at(&self, instant: Instant) -> Timestamp {
        let elapsed = instant.saturating_duration_since(self.since);
        moved(self.base, elapsed.as_secs_f64() * self.rate)
    }
}

/// The moment so many seconds later.
fn moved(moment: Timestamp, seconds: f64) -> Timestamp {
    let by = SignedDuration::try_from_secs_f64(seconds).unwrap_or(SignedDuration::MAX);
    moment.saturating_add(by).unwrap_or(Timestamp::MAX)
}

impl Default for Clock {
    fn default() -> Self {
        Self::system()
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let setting = self.setting();
        f.debug_struct("Clock")
            .field("now", &setting.at(Instant::now()))
            .field("rate", &setting.rate)
            .finish()
    }
}

/// Waits by the machine's clock, as only an answer that is late on purpose does.
pub(crate) async fn pause(time: Duration) {
    tokio::time::sleep(time).await;
}

/// What a future gives, if it does so in time by the machine's clock.
pub(crate) async fn within<T>(limit: Duration, future: impl Future<Output = T>) -> Option<T> {
    tokio::time::timeout(limit, future).await.ok()
}

/// PingOne writes three digits of a second.
fn whole_milliseconds(moment: Timestamp) -> Timestamp {
    Timestamp::from_millisecond(moment.as_millisecond()).unwrap_or(moment)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frozen_clock_moves_only_when_told() {
        let start: Timestamp = "2026-01-01T00:00:00Z".parse().unwrap();
        let clock = Clock::frozen(start);
        assert_eq!(clock.now(), start);
        clock.advance(Duration::from_millis(299_999));
        assert_eq!(clock.now().to_string(), "2026-01-01T00:04:59.999Z");
        clock.set(start);
        assert_eq!(clock.now(), start);
    }

    #[test]
    fn a_resumed_clock_goes_on_from_where_it_stood() {
        let start: Timestamp = "2026-01-01T00:00:00Z".parse().unwrap();
        let clock = Clock::frozen(start);
        clock.resume();
        assert!(clock.now() >= start);
        assert!(clock.now() < start + SignedDuration::from_hours(1));
        assert_eq!(clock.rate(), 1.0);
    }

    #[test]
    fn a_clock_that_was_written_has_run_in_between_if_it_ran() {
        let frozen = Clock::frozen("2026-01-01T00:00:00Z".parse().unwrap());
        let read = |text: &str| {
            let clock = Clock::system();
            clock.restore(serde_json::from_str(text).unwrap());
            clock
        };
        let text = serde_json::to_string(&frozen.setting_now()).unwrap();
        assert_eq!(read(&text).now(), frozen.now());
        assert_eq!(read(&text).rate(), 0.0);
        let hour_ago = Timestamp::now() - SignedDuration::from_hours(1);
        let text =
            format!(r#"{{"base":"2026-01-01T00:00:00Z","machine":"{hour_ago}","rate":2.0}}"#);
        assert!(
            read(&text)
                .now()
                .to_string()
                .starts_with("2026-01-01T02:00:0")
        );
    }

    #[test]
    fn absurd_moves_end_at_the_edge_of_time() {
        let clock = Clock::system();
        clock.advance(Duration::MAX);
        assert!(clock.now().as_millisecond() > 253_000_000_000_000);
        clock.scale(f64::NAN);
        assert_eq!(clock.rate(), 0.0);
    }
}
