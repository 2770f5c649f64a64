//! One token for all calls of a client, fetched once however many ask for it.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use futures::FutureExt;
use futures::future::{Shared, WeakShared};
use pingone_models::Secret;

use super::{Token, TokenProvider};
use crate::error::{BoxError, Inner as ErrorInner};
use crate::runtime::{BoxFuture, Runtime, within};
use crate::{Error, ErrorKind, Result};

/// The most that a token is refreshed before it ends: a quarter of its life, and no more than this.
const LONGEST_LEAD: Duration = Duration::from_secs(300);

/// How long a call waits for an early refresh; it has a good token at hand.
const EARLY_WAIT: Duration = Duration::from_secs(5);

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
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    held: Option<Held>,
    /// The fetch that is under way. Weak, so that it ends when nobody waits for it any more.
    flight: Option<WeakShared<Flight>>,
}

struct Held {
    token: Token,
    began: Instant,
    refresh_at: Instant,
    ends_at: Instant,
}

impl TokenCache {
    pub(crate) fn new(
        runtime: Arc<dyn Runtime>,
        fetch: impl Fn() -> BoxFuture<'static, Result<Fetched>> + Send + Sync + 'static,
    ) -> Self {
        Self(Arc::new(Inner {
            runtime,
            fetch: Box::new(fetch),
            state: Mutex::default(),
        }))
    }

    async fn current(&self) -> Result<Token, Arc<Error>> {
        loop {
            match self.0.look() {
                Found::Good(token) => return Ok(token),
                Found::None(flight) => return flight.await,
                Found::Early(flight, token, left) => {
                    let wait = EARLY_WAIT.min(left);
                    if let Some(Ok(new)) = within(&*self.0.runtime, wait, flight).await {
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
    /// No token, and the fetch that everybody waits for.
    None(Shared<Flight>),
}

impl Inner {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn look(self: &Arc<Self>) -> Found {
        let now = self.runtime.now();
        let mut state = self.lock();
        let flight = state.flight.as_ref().and_then(WeakShared::upgrade);
        let held = state.held.as_mut().filter(|held| now < held.ends_at);
        match (held, flight) {
            (Some(held), None) if now >= held.refresh_at => {
                // If this caller gives up, or the refresh fails, another begins later.
                held.refresh_at = now + EARLY_PAUSE;
                let (token, left) = (held.token.clone(), held.ends_at - now);
                Found::Early(self.take_off(&mut state, now), token, left)
            }
            (Some(held), _) => Found::Good(held.token.clone()),
            (None, Some(flight)) => Found::None(flight),
            (None, None) => Found::None(self.take_off(&mut state, now)),
        }
    }

    fn take_off(self: &Arc<Self>, state: &mut State, began: Instant) -> Shared<Flight> {
        let inner = Arc::clone(self);
        let flight: Flight = Box::pin(async move {
            let fetched = (inner.fetch)().await;
            let mut state = inner.lock();
            // Whatever it brought: a failure is for those who waited, the next caller tries again.
            state.flight = None;
            let held = inner.hold(fetched.map_err(Arc::new)?, began);
            let token = held.token.clone();
            state.held = Some(held);
            Ok(token)
        });
        let flight = flight.shared();
        state.flight = flight.downgrade();
        flight
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
    fn token(&self) -> BoxFuture<'_, Result<Token, BoxError>> {
        Box::pin(async { self.current().await.map_err(|error| failed(error).into()) })
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

/// The error of a call that could not get its token: everybody who waited gets one from the same failure.
fn failed(error: Arc<Error>) -> Error {
    let note = match (error.code(), error.status()) {
        (Some("invalid_client" | "unauthorized_client"), _) => {
            "the service does not accept the client: compare its id, its secret, its environment and its token endpoint authentication method with the application in the console"
        }
        (_, Some(404)) => {
            "the service knows no such environment: compare the region and the environment of the application with the console"
        }
        _ => "the token request failed",
    };
    // No status: it is the one of another resource than the call is about.
    Error::new(ErrorInner {
        kind: ErrorKind::Token,
        place: error.place(),
        note: note.into(),
        code: error.code().map(str::to_owned),
        message: error.message().map(str::to_owned),
        id: error.id().map(str::to_owned),
        transaction_id: error.transaction_id().map(str::to_owned),
        retry_after: error.retry_after(),
        source: Some(Box::new(error)),
        ..ErrorInner::default()
    })
}
