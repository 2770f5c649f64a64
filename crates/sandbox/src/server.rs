//! The thread and the socket of a running sandbox.

use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use tokio::runtime::{Builder, Runtime};
use tokio::sync::oneshot;

use crate::clock::within;
use crate::control;
use crate::http;
use crate::http::connection::{ConnectionControl, ControlledListener};
use crate::shared::Shared;

/// How long a graceful stop waits for requests under way.
const GRACE: Duration = Duration::from_secs(5);

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
        let service = router.into_make_service_with_connect_info::<ConnectionControl>();
        let serving =
            axum::serve(ControlledListener(listener), service).with_graceful_shutdown(async {
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
