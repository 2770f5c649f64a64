//! What the server and the handles share.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::Deref;
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use pingone_models::operation::Operation;
use pingone_models::{EnvironmentId, Secret};
use serde::{Deserialize, Serialize};
use tokio::runtime::Handle;
use tokio::sync::watch;

use crate::clock::{Clock, ClockSetting, within};
use crate::fault::FaultPlan;
use crate::journal::Records;
use crate::limits::Limits;
use crate::links::Links;
use crate::outbox::Messages;
use crate::random::Random;
use crate::rows::{Everything, Forgetting, Kept, Reading, Row, RowError, Rows, Visitor};
use crate::state::State;
use crate::state::context::RequestContext;
use crate::state::environment::Environment;
use crate::state::tokens::Holder;
use crate::state_file::{SaveError, Saving, StateFile};

/// What the server and the handles share.
#[derive(Debug)]
pub(crate) struct Shared {
    core: Mutex<Core>,
    clock: Clock,
    links: Links,
    environment: EnvironmentId,
    options: Options,
    state_file: Option<StateFile>,
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

/// A core with what else is kept.
struct Whole<'c> {
    core: &'c mut Core,
    environment: EnvironmentId,
    clock: ClockSetting,
}

impl Kept for Whole<'_> {
    /// The journal is not kept: it tells what this process was asked.
    fn visit(&mut self, visitor: &mut impl Visitor) -> Result<(), RowError> {
        let core = &mut *self.core;
        let mut environment = core.state.environments.get_mut(&self.environment);
        if let Some(environment) = &mut environment {
            environment.visit(visitor)?;
        }
        core.state.tokens.visit(visitor)?;
        core.outbox.visit_messages(visitor)?;
        if let Some(environment) = environment {
            environment.users.visit_attributes(visitor)?;
        }
        core.outbox.visit_counters(visitor)?;
        visitor.value("counters", &mut core.counts)?;
        visitor.value("limits", &mut core.limits)?;
        visitor.value("faults", &mut core.faults)?;
        visitor.value("random", &mut core.random)?;
        visitor.value("clock", &mut self.clock)?;
        visitor.value("environment", &mut self.environment)
    }
}

/// The environment of a state.
pub(crate) fn environment_of(rows: &Rows) -> Option<EnvironmentId> {
    let environment = rows.get("environment")?.get("")?;
    environment.as_str()?.parse().ok()
}

impl Core {
    /// Takes the place of what is kept, and gives the clock. After an error the core is of no use.
    pub(crate) fn read(
        &mut self,
        rows: Rows,
        environment: EnvironmentId,
        clock: &Clock,
    ) -> Result<ClockSetting, RowError> {
        let mut whole = Whole {
            core: self,
            environment,
            clock: clock.setting_now(),
        };
        let mut reading = Reading::new(rows);
        whole.visit(&mut reading)?;
        reading.finish()?;
        let (clock, found) = (whole.clock, whole.environment);
        if found != environment {
            return Err(RowError::environment(found, environment));
        }
        for environment in self.state.environments.values_mut() {
            environment.users.rebuild()?;
        }
        Ok(clock)
    }

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

/// What requests change, to be looked at: whoever changes something also saves it.
pub(crate) struct Looking<'c>(MutexGuard<'c, Core>);

impl Deref for Looking<'_> {
    type Target = Core;

    fn deref(&self) -> &Core {
        &self.0
    }
}

/// How often operations were asked for, and how often they had an effect.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Counts {
    requests: BTreeMap<Cow<'static, str>, u64>,
    effects: BTreeMap<Cow<'static, str>, u64>,
}

impl Counts {
    pub(crate) fn count(&mut self, operation: &'static Operation, changed: bool) {
        *self.requests.entry(operation.id.into()).or_default() += 1;
        if changed {
            *self.effects.entry(operation.id.into()).or_default() += 1;
        }
    }

    /// The operations that were asked for.
    pub(crate) fn operations(&self) -> impl Iterator<Item = &str> {
        self.requests.keys().map(AsRef::as_ref)
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
        state_file: Option<StateFile>,
    ) -> Self {
        Self {
            core: Mutex::new(core),
            clock,
            links,
            environment,
            options,
            state_file,
            initial: OnceLock::new(),
            changes: watch::Sender::new(0),
            closing: watch::Sender::new(false),
            runtime: OnceLock::new(),
        }
    }

    /// What requests change, to be looked at.
    pub(crate) fn core(&self) -> Looking<'_> {
        Looking(self.lock())
    }

    /// What requests change, for a caller that saves what it does with it.
    pub(crate) fn lock(&self) -> MutexGuard<'_, Core> {
        self.core.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Changes something, and returns when that is in the state file.
    pub(crate) fn change<T>(&self, change: impl FnOnce(&mut Core) -> T) -> T {
        let mut core = self.lock();
        let outcome = change(&mut core);
        let saving = self.save(&mut core, true);
        drop(core);
        self.settle(saving);
        self.announce();
        outcome
    }

    /// Changes something that is saved with the next change.
    pub(crate) fn note<T>(&self, change: impl FnOnce(&mut Core) -> T) -> T {
        change(&mut self.lock())
    }

    /// Begins to save what has changed; alone, counters and randomness are saved if they `matter`.
    pub(crate) fn save(&self, core: &mut Core, matters: bool) -> Option<Saving> {
        let mut whole = self.whole(core);
        match &self.state_file {
            Some(file) => Some(file.save(&mut whole, matters)),
            None => {
                // Nothing can go wrong, and nobody will ask what has changed.
                let _ = whole.visit(&mut Forgetting);
                None
            }
        }
    }

    /// Puts another core in the place of this one, and returns when it is in the state file.
    fn replace(&self, core: &mut MutexGuard<'_, Core>, new: Core) -> Option<Saving> {
        **core = new;
        let mut whole = self.whole(core);
        let file = self.state_file.as_ref();
        file.map(|file| file.save_everything(&mut whole))
    }

    fn whole<'c>(&self, core: &'c mut Core) -> Whole<'c> {
        Whole {
            core,
            environment: self.environment,
            clock: self.clock.setting_now(),
        }
    }

    /// Waits until something is saved. If it cannot be, every request is answered with the reason.
    fn settle(&self, saving: Option<Saving>) {
        if let Some(saving) = saving {
            let _ = saving.wait();
        }
    }

    /// Why the state file cannot be written, if so.
    pub(crate) fn save_error(&self) -> Option<SaveError> {
        self.save(&mut self.lock(), false)?.wait().err()
    }

    /// Writes everything to the state file, which has it all from then on.
    pub(crate) fn save_first(&self) -> Result<(), SaveError> {
        let Some(file) = &self.state_file else {
            return Ok(());
        };
        let saving = file.save_everything(&mut self.whole(&mut self.lock()));
        saving.wait()
    }

    /// Saves what was only noted, and closes the state file.
    pub(crate) fn close_state_file(&self) {
        if let Some(file) = &self.state_file {
            let saving = self.save(&mut self.lock(), true);
            self.settle(saving);
            file.close();
        }
    }

    /// Everything that is kept.
    pub(crate) fn everything(&self) -> Result<Vec<Row>, RowError> {
        // A copy, as what has changed must not be forgotten.
        let mut core = self.lock().clone();
        let mut everything = Everything::default();
        self.whole(&mut core).visit(&mut everything)?;
        Ok(everything.0)
    }

    /// Takes the place of everything that is kept.
    pub(crate) fn read(&self, rows: Rows) -> Result<(), RowError> {
        let mut core = self.lock();
        let mut new = core.clone();
        let clock = new.read(rows, self.environment, &self.clock)?;
        self.clock.restore(clock);
        let saving = self.replace(&mut core, new);
        drop(core);
        self.settle(saving);
        self.announce();
        Ok(())
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
        let mut core = self.lock();
        self.clock.restore(snapshot.clock);
        let saving = self.replace(&mut core, snapshot.core.clone());
        drop(core);
        self.settle(saving);
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
        let mut core = self.lock();
        self.clock.restore(initial.clock);
        let mut fresh = (initial.make)(self.clock.now());
        if keep_tokens {
            fresh.state.tokens = std::mem::take(&mut core.state.tokens);
        }
        let saving = self.replace(&mut core, fresh);
        drop(core);
        self.settle(saving);
        self.announce();
    }

    /// A new access token.
    pub(crate) fn issue(&self, holder: Holder) -> Secret {
        let now = self.clock.now();
        self.change(|Core { state, random, .. }| state.tokens.issue(random, now, holder))
    }

    /// Puts something into the environment.
    pub(crate) fn seed<T>(
        &self,
        seed: impl FnOnce(&mut Environment, &mut Random, jiff::Timestamp) -> T,
    ) -> T {
        let now = self.clock.now();
        self.change(|core| core.seed(self.environment, now, seed))
    }

    /// Looks into the environment.
    pub(crate) fn look<T>(
        &self,
        look: impl FnOnce(&Environment, &RequestContext<'_>) -> Option<T>,
    ) -> Option<T> {
        self.enter(&mut self.lock(), |environment, context| {
            look(environment, context)
        })
    }

    /// Does in the environment what no request can.
    pub(crate) fn act<T>(
        &self,
        act: impl FnOnce(&mut Environment, &mut RequestContext<'_>) -> Option<T>,
    ) -> Option<T> {
        self.change(|core| self.enter(core, act))
    }

    fn enter<T>(
        &self,
        core: &mut Core,
        enter: impl FnOnce(&mut Environment, &mut RequestContext<'_>) -> Option<T>,
    ) -> Option<T> {
        let now = self.clock.now();
        let Core {
            state,
            random,
            outbox,
            ..
        } = core;
        let environment = state.environments.get_mut(&self.environment)?;
        let mut context = RequestContext::new(now, random, &self.links, outbox, "");
        enter(environment, &mut context)
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
