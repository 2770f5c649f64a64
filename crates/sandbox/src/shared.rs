//! What the server and the handles share.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use pingone_models::operation::Operation;
use pingone_models::{EnvironmentId, Secret};
use tokio::runtime::Handle;
use tokio::sync::watch;

use crate::clock::{Clock, ClockSetting, within};
use crate::fault::FaultPlan;
use crate::journal::Records;
use crate::limits::Limits;
use crate::links::Links;
use crate::outbox::Messages;
use crate::random::Random;
use crate::state::State;
use crate::state::context::RequestContext;
use crate::state::environment::Environment;
use crate::state::tokens::Holder;

/// What the server and the handles share.
#[derive(Debug)]
pub(crate) struct Shared {
    core: Mutex<Core>,
    clock: Clock,
    links: Links,
    environment: EnvironmentId,
    options: Options,
    initial: OnceLock<Initial>,
    changes: watch::Sender<u64>,
    closing: watch::Sender<bool>,
    pub(crate) runtime: OnceLock<Handle>,
}

/// What a reset goes back to.
struct Initial {
    make: Box<dyn Fn(Timestamp) -> Core + Send + Sync>,
    clock: ClockSetting,
}

impl std::fmt::Debug for Initial {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Initial").finish_non_exhaustive()
    }
}

/// What stays as it is.
#[derive(Clone, Debug)]
pub(crate) struct Options {
    /// The address that this machine reaches the sandbox at.
    pub(crate) origin: String,
    /// The origins that browsers may call the API from, beside those of this machine.
    pub(crate) origins: Vec<String>,
    /// Whether `X-Forwarded-*` headers are believed.
    pub(crate) forwarded: bool,
    /// How long the head of a request may take.
    pub(crate) header_timeout: Duration,
    pub(crate) largest_body: usize,
    /// Whether the control API and the page are served.
    pub(crate) control: bool,
    /// Whether only this machine can reach the sandbox.
    pub(crate) loopback: bool,
}

/// What requests change.
#[derive(Clone, Debug)]
pub(crate) struct Core {
    pub(crate) state: State,
    pub(crate) random: Random,
    pub(crate) outbox: Messages,
    pub(crate) counts: Counts,
    pub(crate) journal: Records,
    pub(crate) faults: FaultPlan,
    pub(crate) limits: Limits,
}

impl Core {
    /// Puts something into an environment.
    pub(crate) fn seed<T>(
        &mut self,
        environment: EnvironmentId,
        now: Timestamp,
        seed: impl FnOnce(&mut Environment, &mut Random, Timestamp) -> T,
    ) -> T {
        let environments = self.state.environments.entry(environment);
        let environment = environments.or_insert_with(|| Environment::new(environment));
        seed(environment, &mut self.random, now)
    }
}

/// How often operations were asked for, and how often they had an effect.
#[derive(Clone, Debug, Default)]
pub(crate) struct Counts {
    requests: BTreeMap<&'static str, u64>,
    effects: BTreeMap<&'static str, u64>,
}

impl Counts {
    pub(crate) fn count(&mut self, operation: &'static Operation, changed: bool) {
        *self.requests.entry(operation.id).or_default() += 1;
        if changed {
            *self.effects.entry(operation.id).or_default() += 1;
        }
    }

    /// The operations that were asked for.
    pub(crate) fn operations(&self) -> impl Iterator<Item = &'static str> {
        self.requests.keys().copied()
    }

    pub(crate) fn requests(&self, operation: &str) -> u64 {
        self.requests.get(operation).copied().unwrap_or_default()
    }

    pub(crate) fn effects(&self, operation: &str) -> u64 {
        self.effects.get(operation).copied().unwrap_or_default()
    }
}

impl Shared {
    pub(crate) fn new(
        core: Core,
        clock: Clock,
        links: Links,
        environment: EnvironmentId,
        options: Options,
    ) -> Self {
        Self {
            core: Mutex::new(core),
            clock,
            links,
            environment,
            options,
            initial: OnceLock::new(),
            changes: watch::Sender::new(0),
            closing: watch::Sender::new(false),
            runtime: OnceLock::new(),
        }
    }

    /// What requests change, for as long as the guard lives.
    pub(crate) fn core(&self) -> MutexGuard<'_, Core> {
        self.core.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn clock(&self) -> &Clock {
        &self.clock
    }

    pub(crate) fn links(&self) -> &Links {
        &self.links
    }

    pub(crate) fn environment(&self) -> EnvironmentId {
        self.environment
    }

    /// The address that this machine reaches the sandbox at.
    pub(crate) fn origin(&self) -> &str {
        &self.options.origin
    }

    pub(crate) fn options(&self) -> &Options {
        &self.options
    }

    /// Everything as it is now.
    pub(crate) fn snapshot(&self) -> Snapshot {
        let core = self.core();
        Snapshot {
            core: core.clone(),
            clock: self.clock.setting_now(),
        }
    }

    /// Makes everything as it was.
    pub(crate) fn restore(&self, snapshot: &Snapshot) {
        let mut core = self.core();
        core.clone_from(&snapshot.core);
        self.clock.restore(snapshot.clock);
        drop(core);
        self.announce();
    }

    /// Sets how a reset makes the state that the sandbox started with, and the clock as it is now.
    pub(crate) fn keep_as_initial(&self, make: impl Fn(Timestamp) -> Core + Send + Sync + 'static) {
        let _ = self.initial.set(Initial {
            make: Box::new(make),
            clock: self.clock.setting_now(),
        });
    }

    /// Starts again: what was seeded is made anew, so that its lifetimes begin now.
    pub(crate) fn reset(&self, keep_tokens: bool) {
        let Some(initial) = self.initial.get() else {
            return;
        };
        let mut core = self.core();
        self.clock.restore(initial.clock);
        let mut fresh = (initial.make)(self.clock.now());
        if keep_tokens {
            fresh.state.tokens = std::mem::take(&mut core.state.tokens);
        }
        *core = fresh;
        drop(core);
        self.announce();
    }

    /// A new access token.
    pub(crate) fn issue(&self, holder: Holder) -> Secret {
        let now = self.clock.now();
        let mut core = self.core();
        let Core { state, random, .. } = &mut *core;
        state.tokens.issue(random, now, holder)
    }

    /// Puts something into the environment.
    pub(crate) fn seed<T>(
        &self,
        seed: impl FnOnce(&mut Environment, &mut Random, jiff::Timestamp) -> T,
    ) -> T {
        let now = self.clock.now();
        let seeded = self.core().seed(self.environment, now, seed);
        self.announce();
        seeded
    }

    /// Looks into the environment, or does there what no request can.
    pub(crate) fn look<T>(
        &self,
        look: impl FnOnce(&mut Environment, &mut RequestContext<'_>) -> Option<T>,
    ) -> Option<T> {
        let now = self.clock.now();
        let mut core = self.core();
        let Core {
            state,
            random,
            outbox,
            ..
        } = &mut *core;
        let environment = state.environments.get_mut(&self.environment)?;
        let mut context = RequestContext::new(now, random, &self.links, outbox, "");
        look(environment, &mut context)
    }

    /// Wakes everyone who waits for a change.
    pub(crate) fn announce(&self) {
        // Who begins to wait later sees what has changed by then.
        let awaited = self.changes.receiver_count() > 0;
        self.changes.send_if_modified(|count| {
            *count += 1;
            awaited
        });
    }

    pub(crate) fn changes(&self) -> watch::Receiver<u64> {
        self.changes.subscribe()
    }

    /// Ends everything that waits, as the sandbox is about to stop.
    pub(crate) fn close(&self) {
        self.closing.send_replace(true);
    }

    /// What a future gives, unless the time is up or the sandbox stops first.
    pub(crate) async fn wait_for<T>(
        &self,
        limit: Duration,
        future: impl Future<Output = T>,
    ) -> Option<T> {
        let mut closing = self.closing.subscribe();
        tokio::select! {
            outcome = within(limit, future) => outcome,
            _ = closing.wait_for(|closing| *closing) => None,
        }
    }

    /// The runtime of the server's thread, which runs as long as the sandbox.
    pub(crate) fn runtime(&self) -> Option<&Handle> {
        self.runtime.get()
    }
}

/// Everything in a sandbox at one moment: see [`Sandbox::snapshot`](crate::Sandbox::snapshot).
#[derive(Clone, Debug)]
pub struct Snapshot {
    core: Core,
    clock: ClockSetting,
}
