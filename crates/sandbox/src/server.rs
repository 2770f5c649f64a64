//! A running sandbox: its thread, its socket and what the two share with the handles in the caller's hands.

use std::collections::BTreeMap;
use std::net::{SocketAddr, TcpListener};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use axum::serve::ListenerExt;
use pingone_models::operation::Operation;
use tokio::runtime::{Builder, Handle, Runtime};
use tokio::sync::{oneshot, watch};

use crate::clock::Clock;
use crate::http;
use crate::links::Links;
use crate::outbox::Messages;
use crate::random::Random;
use crate::state::State;

/// How long a graceful stop waits for requests under way.
const GRACE: Duration = Duration::from_secs(5);

/// What the server and the handles share.
#[derive(Debug)]
pub(crate) struct Shared {
    core: Mutex<Core>,
    clock: Clock,
    links: Links,
    largest_body: usize,
    changes: watch::Sender<()>,
    runtime: OnceLock<Handle>,
}

/// What requests change.
#[derive(Clone, Debug)]
pub(crate) struct Core {
    pub(crate) state: State,
    pub(crate) random: Random,
    pub(crate) outbox: Messages,
    pub(crate) counts: Counts,
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
    pub(crate) fn new(core: Core, clock: Clock, links: Links, largest_body: usize) -> Self {
        Self {
            core: Mutex::new(core),
            clock,
            links,
            largest_body,
            changes: watch::Sender::new(()),
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

    pub(crate) fn largest_body(&self) -> usize {
        self.largest_body
    }

    /// Wakes whoever waits for something to happen.
    pub(crate) fn announce(&self) {
        self.changes.send_replace(());
    }

    pub(crate) fn changes(&self) -> watch::Receiver<()> {
        self.changes.subscribe()
    }

    /// The runtime of the server's thread, which runs as long as the sandbox.
    pub(crate) fn runtime(&self) -> Option<&Handle> {
        self.runtime.get()
    }
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
        let router = http::router(shared);
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
        let listener = listener.tap_io(|stream| {
            // A failure to set it costs milliseconds, nothing else.
            let _ = stream.set_nodelay(true);
        });
        let serving = axum::serve(listener, router).with_graceful_shutdown(async {
            let _ = finishing.await;
        });
        let mut serving = std::pin::pin!(serving.into_future());
        tokio::select! {
            _ = &mut serving => {}
            how = told => {
                if how == Ok(Shutdown::Graceful) {
                    let _ = finish.send(());
                    let _ = tokio::time::timeout(GRACE, serving).await;
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
