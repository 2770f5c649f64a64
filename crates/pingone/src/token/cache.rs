//! One token for all calls of a client, fetched once however many ask for it.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use futures::FutureExt;
use futures::future::{Shared, WeakShared};
use pingone_models::Secret;

use super::{Token, TokenProvider};
use crate::error::BoxError;
use crate::runtime::{BoxFuture, Runtime, within};
use crate::{Error, ErrorKind, Result};

/// The most that a token is refreshed before it ends: a quarter of its life, and no more than this.
const LONGEST_LEAD: Duration = Duration::from_secs(300);

/// How long a call waits for an early refresh while it holds a good token, and no longer than a quarter of its own time.
const EARLY_WAIT: Duration = Duration::from_secs(5);

/// How long a failure is remembered the first time; it doubles with each failure that follows.
const FIRST_PAUSE: Duration = Duration::from_secs(1);

/// The longest that a failure is remembered, unless the service asks for more.
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

/// The longest that a failure is remembered because the service asks for it.
const LONGEST_ASKED_PAUSE: Duration = Duration::from_secs(600);

/// How long after an early refresh has begun the next may begin, if the first came to nothing.
const EARLY_PAUSE: Duration = Duration::from_secs(10);

/// How old a token must be for a refresh or a refusal to be worth another token request.
const YOUNG: Duration = Duration::from_secs(1);

/// A token as it was fetched, and how long it lives.
pub(crate) struct Fetched {
    pub(crate) secret: Secret,
    pub(crate) lifetime: Duration,
}

type Fetch = dyn Fn() -> BoxFuture<'static, Result<Fetched>> + Send + Sync;

type Flight = BoxFuture<'static, Result<Token, Arc<Error>>>;

/// Keeps a token until shortly before it ends.
pub(crate) struct TokenCache(Arc<Inner>);

struct Inner {
    runtime: Arc<dyn Runtime>,
    fetch: Box<Fetch>,
    /// After this time, a fetch that has not ended is taken for one that nothing drives any more.
    stalled_after: Duration,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    held: Option<Held>,
    /// The fetch that is under way. Weak, so that it ends when nobody waits for it any more.
    flight: Option<UnderWay>,
    failed: Option<Failed>,
    /// How many fetches have begun: tells a fetch whether another has taken its place.
    fetches: u64,
}

struct UnderWay {
    flight: WeakShared<Flight>,
    began: Instant,
}

/// The last fetch, if it failed.
struct Failed {
    error: Arc<Error>,
    at: Instant,
    until: Instant,
    /// How many fetches have failed in a row.
    in_a_row: u32,
}

struct Held {
    token: Token,
    began: Instant,
    refresh_at: Instant,
    ends_at: Instant,
}

impl Held {
    /// Whether the token has expired by either clock: a monotonic clock may stop while the machine is suspended.
    fn has_expired(&self, now: Instant, wall_clock: SystemTime) -> bool {
        now >= self.ends_at || self.token.expires_at.is_some_and(|end| wall_clock >= end)
    }
}

impl TokenCache {
    pub(crate) fn new(
        runtime: Arc<dyn Runtime>,
        stalled_after: Duration,
        fetch: impl Fn() -> BoxFuture<'static, Result<Fetched>> + Send + Sync + 'static,
    ) -> Self {
        Self(Arc::new(Inner {
            runtime,
            fetch: Box::new(fetch),
            stalled_after,
            state: Mutex::default(),
        }))
    }

    async fn current(&self, limit: Duration) -> Result<Token> {
        let runtime = &*self.0.runtime;
        loop {
            match self.0.look() {
                Found::Good(token) => return Ok(token),
                Found::Failed(error) => return Err(error),
                Found::None(flight, patience) => {
                    if let Some(ended) = within(runtime, patience, flight).await {
                        return ended.map_err(|error| failed(&error, None));
                    }
                }
                Found::Early(flight, token, left) => {
                    let wait = EARLY_WAIT.min(left).min(limit / 4);
                    if let Some(Ok(new)) = within(runtime, wait, flight).await {
                        return Ok(new);
                    }
                    if wait < left {
                        return Ok(token);
                    }
                }
            }
        }
    }
}

/// What a caller finds.
enum Found {
    /// A token to use.
    Good(Token),
    /// A token that will end after this time, and its refresh, which this caller takes on.
    Early(Shared<Flight>, Token, Duration),
    /// No token, and the fetch that everybody waits for, until it is taken for stalled.
    None(Shared<Flight>, Duration),
    /// No token, and a failure that is too recent for another fetch.
    Failed(Error),
}

impl Inner {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn look(self: &Arc<Self>) -> Found {
        let now = self.runtime.now();
        let mut state = self.lock();
        let flight = state.flight.as_ref().and_then(|under_way| {
            let age = now.saturating_duration_since(under_way.began);
            let patience = self.stalled_after.checked_sub(age)?;
            let flight = under_way.flight.upgrade()?;
            (!patience.is_zero()).then_some((flight, patience))
        });
        let may_fetch = state
            .failed
            .as_ref()
            .is_none_or(|failed| now >= failed.until);
        let wall_clock = self.runtime.wall_clock();
        let held = state.held.as_mut();
        let held = held.filter(|held| !held.has_expired(now, wall_clock));
        match (held, flight) {
            (Some(held), None) if now >= held.refresh_at && may_fetch => {
                // If this caller gives up, or the refresh fails, another begins later.
                held.refresh_at = now + EARLY_PAUSE;
                let (token, left) = (held.token.clone(), held.ends_at - now);
                Found::Early(self.take_off(&mut state, now), token, left)
            }
            (Some(held), _) => Found::Good(held.token.clone()),
            (None, Some((flight, patience))) => Found::None(flight, patience),
            (None, None) => match &state.failed {
                Some(last) if now < last.until => {
                    let times = (now.saturating_duration_since(last.at), last.until - now);
                    Found::Failed(failed(&last.error, Some(times)))
                }
                _ => Found::None(self.take_off(&mut state, now), self.stalled_after),
            },
        }
    }

    fn take_off(self: &Arc<Self>, state: &mut State, began: Instant) -> Shared<Flight> {
        state.fetches += 1;
        let own = state.fetches;
        let inner = Arc::clone(self);
        let flight: Flight = Box::pin(async move {
            let fetched = (inner.fetch)().await;
            let mut state = inner.lock();
            let current = state.fetches == own;
            if current {
                state.flight = None;
            }
            match fetched {
                Ok(fetched) => {
                    let held = inner.hold(fetched, began);
                    let token = held.token.clone();
                    if current || state.held.is_none() {
                        state.held = Some(held);
                        state.failed = None;
                    }
                    Ok(token)
                }
                Err(error) => {
                    let error = Arc::new(error);
                    if current {
                        state.failed = Some(inner.remember(&error, state.failed.as_ref()));
                    }
                    Err(error)
                }
            }
        });
        let flight = flight.shared();
        state.flight = flight.downgrade().map(|flight| UnderWay { flight, began });
        flight
    }

    /// Remembers a failure, so that a service in trouble is not asked with every call.
    fn remember(&self, error: &Arc<Error>, last: Option<&Failed>) -> Failed {
        let at = self.runtime.now();
        let in_a_row = last.map_or(0, |last| last.in_a_row);
        let pause = FIRST_PAUSE * 2_u32.saturating_pow(in_a_row.min(8));
        let asked = error
            .retry_after()
            .unwrap_or_default()
            .min(LONGEST_ASKED_PAUSE);
        Failed {
            error: Arc::clone(error),
            at,
            until: at + pause.min(LONGEST_PAUSE).max(asked),
            in_a_row: in_a_row.saturating_add(1),
        }
    }

    /// A token lives from the moment it was asked for, which is before the service made it.
    fn hold(&self, fetched: Fetched, began: Instant) -> Held {
        let Fetched { secret, lifetime } = fetched;
        let lead = (lifetime / 4).min(LONGEST_LEAD);
        // Clients that started together do not refresh together.
        let part = u32::try_from(self.runtime.random() % 1024).unwrap_or_default();
        let lead = lead / 2 + lead / 2 * part / 1024;
        let ends_at = began + lifetime;
        let left = ends_at.saturating_duration_since(self.runtime.now());
        Held {
            token: Token::new(secret).with_expiry(self.runtime.wall_clock() + left),
            began,
            refresh_at: (ends_at - lead).max(began + YOUNG),
            ends_at,
        }
    }
}

impl TokenProvider for TokenCache {
    fn token(&self, limit: Duration) -> BoxFuture<'_, Result<Token, BoxError>> {
        Box::pin(async move { Ok(self.current(limit).await?) })
    }

    fn reject(&self, token: &Token) -> bool {
        let mut state = self.0.lock();
        match &state.held {
            Some(held) if held.token.secret == token.secret => {
                // A new token that is refused at once says that something else is wrong.
                let age = self.0.runtime.now().saturating_duration_since(held.began);
                let old = age >= YOUNG;
                if old {
                    state.held = None;
                }
                old
            }
            // Another call has reported it already.
            _ => true,
        }
    }
}

impl fmt::Debug for TokenCache {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = self.0.lock();
        f.debug_struct("TokenCache")
            .field("has_token", &state.held.is_some())
            .finish_non_exhaustive()
    }
}

/// The error of a call that could not get its token, from the failure of a token request: of this moment, or remembered
/// from so long ago and for so long.
fn failed(error: &Error, remembered: Option<(Duration, Duration)>) -> Error {
    let mut failed = error.clone();
    let inner = failed.inner_mut();
    inner.kind = ErrorKind::Token;
    inner.note = "".into();
    if let Some((age, left)) = remembered {
        inner.retry_after = Some(left);
        inner.note = format!(
            "the token request failed {} s ago, and the next is made in {} s at the earliest",
            age.as_secs(),
            left.as_secs() + 1
        )
        .into();
    }
    inner.source = Some(Arc::new(error.clone()));
    failed
}
