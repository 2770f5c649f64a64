//! A running sandbox: its thread, its socket and what the two share with the handles in the caller's hands.

use std::collections::BTreeMap;
use std::net::{SocketAddr, TcpListener};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use pingone_models::operation::Operation;
use pingone_models::{EnvironmentId, Secret};
use tokio::runtime::{Builder, Handle, Runtime};
use tokio::sync::{oneshot, watch};

use crate::clock::{Clock, ClockSetting, within};
use crate::control;
use crate::fault::Book;
use crate::http;
use crate::journal::Records;
use crate::limits::Limits;
use crate::links::Links;
use crate::outbox::Messages;
use crate::random::Random;
use crate::state::State;
use crate::state::environment::Environment;
use crate::state::tokens::Holder;
use crate::state::turn::Turn;
use crate::wire::{Fate, Wires};

/// How long a graceful stop waits for requests under way.
const GRACE: Duration = Duration::from_secs(5);

/// What the server and the handles share.
#[derive(Debug)]
pub(crate) struct Shared {
    core: Mutex<Core>,
    clock: Clock,
    links: Links,
    environment: EnvironmentId,
    options: Options,
    initial: OnceLock<Snapshot>,
    changes: watch::Sender<u64>,
    runtime: OnceLock<Handle>,
}

/// What stays as it is.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Options {
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
    pub(crate) faults: Book,
    pub(crate) limits: Limits,
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

    pub(crate) fn options(&self) -> Options {
        self.options
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

    /// Makes the present state the one that a reset goes back to.
    pub(crate) fn keep_as_initial(&self) {
        let _ = self.initial.set(self.snapshot());
    }

    pub(crate) fn reset(&self) {
        if let Some(initial) = self.initial.get() {
            self.restore(initial);
        }
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
        let mut core = self.core();
        let Core { state, random, .. } = &mut *core;
        let environments = state.environments.entry(self.environment);
        let environment = environments.or_insert_with(|| Environment::new(self.environment));
        let seeded = seed(environment, random, now);
        drop(core);
        self.announce();
        seeded
    }

    /// Looks into the environment, or does there what no request can.
    pub(crate) fn look<T>(
        &self,
        look: impl FnOnce(&mut Environment, &mut Turn<'_>) -> Option<T>,
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
        let mut turn = Turn::new(now, random, &self.links, outbox, "");
        look(environment, &mut turn)
    }

    /// Wakes whoever waits for something to happen.
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

/// The thread of a sandbox. Dropping it closes the socket and every connection, and waits until that is done.
#[derive(Debug)]
pub(crate) struct Server {
    shutdown: Option<oneshot::Sender<Shutdown>>,
    stopped: Option<oneshot::Receiver<()>>,
    thread: Option<JoinHandle<()>>,
}

/// How to stop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shutdown {
    /// After the requests under way.
    Graceful,
    /// At once.
    Abrupt,
}

impl Server {
    /// Serves on this socket from a thread of its own, so that nothing in the caller's runtime can hold it up.
    pub(crate) fn start(listener: TcpListener, shared: &Arc<Shared>) -> std::io::Result<Self> {
        listener.set_nonblocking(true)?;
        let runtime = Builder::new_current_thread().enable_all().build()?;
        let _ = shared.runtime.set(runtime.handle().clone());
        let listener = {
            let _inside = runtime.enter();
            tokio::net::TcpListener::from_std(listener)?
        };
        let (shutdown, told) = oneshot::channel();
        let (finished, stopped) = oneshot::channel();
        let mut router = http::router(shared);
        if shared.options().control {
            router = router.merge(control::router(shared));
        }
        let thread = std::thread::Builder::new()
            .name("pingone-sandbox".to_owned())
            .spawn(move || {
                serve(&runtime, listener, router, told);
                drop(runtime);
                let _ = finished.send(());
            })?;
        Ok(Self {
            shutdown: Some(shutdown),
            stopped: Some(stopped),
            thread: Some(thread),
        })
    }

    /// Lets the requests under way finish, but not for ever, and stops.
    pub(crate) async fn stop(mut self) {
        if let Some(shutdown) = self.shutdown.take() {
            let _ = shutdown.send(Shutdown::Graceful);
        }
        if let Some(stopped) = self.stopped.take() {
            let _ = stopped.await;
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(shutdown) = self.shutdown.take() {
            let _ = shutdown.send(Shutdown::Abrupt);
        }
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn serve(
    runtime: &Runtime,
    listener: tokio::net::TcpListener,
    router: axum::Router,
    told: oneshot::Receiver<Shutdown>,
) {
    runtime.block_on(async move {
        let (finish, finishing) = oneshot::channel::<()>();
        let service = router.into_make_service_with_connect_info::<Fate>();
        let serving = axum::serve(Wires(listener), service).with_graceful_shutdown(async {
            let _ = finishing.await;
        });
        let mut serving = std::pin::pin!(serving.into_future());
        tokio::select! {
            _ = &mut serving => {}
            how = told => {
                if how == Ok(Shutdown::Graceful) {
                    let _ = finish.send(());
                    let _ = within(GRACE, serving).await;
                }
            }
        }
    });
}

/// Binds the address that the sandbox will be reached at.
pub(crate) fn bind(address: SocketAddr) -> std::io::Result<(TcpListener, SocketAddr)> {
    let listener = TcpListener::bind(address)?;
    let address = listener.local_addr()?;
    Ok((listener, address))
}
