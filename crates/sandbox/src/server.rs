//! The thread and the socket of a running sandbox.

use std::convert::Infallible;
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::response::Response;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::{Service, service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::runtime::{Builder, Runtime};
use tokio::sync::{mpsc, oneshot};
use tokio_rustls::TlsAcceptor;

use crate::clock::{pause, within};
use crate::control;
use crate::http;
use crate::http::connection::{ConnectionControl, ControlledStream};
use crate::shared::Shared;

/// How long a graceful stop waits for requests under way.
const GRACE: Duration = Duration::from_secs(5);

/// The thread of a sandbox. Dropping it closes the socket and every connection, and waits until that is done.
#[derive(Debug)]
pub(crate) struct Server {
    shared: Arc<Shared>,
    shutdown: mpsc::UnboundedSender<Shutdown>,
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
    pub(crate) fn start(
        listener: TcpListener,
        tls: Option<TlsAcceptor>,
        shared: &Arc<Shared>,
    ) -> std::io::Result<Self> {
        listener.set_nonblocking(true)?;
        let runtime = Builder::new_current_thread().enable_all().build()?;
        let _ = shared.runtime.set(runtime.handle().clone());
        let listener = {
            let _inside = runtime.enter();
            tokio::net::TcpListener::from_std(listener)?
        };
        let (shutdown, told) = mpsc::unbounded_channel();
        let (finished, stopped) = oneshot::channel();
        let mut router = http::router(shared);
        if shared.options().control {
            router = router.merge(control::router(shared));
        }
        let server = Acceptor {
            tls,
            router,
            head: shared.options().header_timeout,
            graceful: GracefulShutdown::new(),
        };
        let saved = Arc::clone(shared);
        let thread = std::thread::Builder::new()
            .name("pingone-sandbox".to_owned())
            .spawn(move || {
                server.serve(&runtime, &listener, told);
                drop(listener);
                drop(runtime);
                saved.close_state_file();
                let _ = finished.send(());
            })?;
        Ok(Self {
            shared: Arc::clone(shared),
            shutdown,
            stopped: Some(stopped),
            thread: Some(thread),
        })
    }

    /// Lets the requests under way finish, but not for ever, and stops; at once if the future is dropped.
    pub(crate) async fn stop(mut self) {
        self.shared.close();
        let _ = self.shutdown.send(Shutdown::Graceful);
        if let Some(stopped) = self.stopped.take() {
            let _ = stopped.await;
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.shutdown.send(Shutdown::Abrupt);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// Turns connections into requests to the router.
struct Acceptor {
    tls: Option<TlsAcceptor>,
    router: Router,
    /// How long a TLS handshake or the head of a request may take.
    head: Duration,
    graceful: GracefulShutdown,
}

impl Acceptor {
    fn serve(
        self,
        runtime: &Runtime,
        listener: &tokio::net::TcpListener,
        mut told: mpsc::UnboundedReceiver<Shutdown>,
    ) {
        runtime.block_on(async move {
            loop {
                tokio::select! {
                    how = told.recv() => {
                        if how == Some(Shutdown::Graceful) {
                            tokio::select! {
                                _ = within(GRACE, self.graceful.shutdown()) => {}
                                _ = told.recv() => {}
                            }
                        }
                        return;
                    }
                    accepted = listener.accept() => match accepted {
                        Ok((stream, _)) => self.accept(stream),
                        // Out of descriptors: some connection has to end first.
                        Err(_) => pause(Duration::from_millis(10)).await,
                    },
                }
            }
        });
    }

    fn accept(&self, stream: tokio::net::TcpStream) {
        // A failure to set it costs milliseconds, nothing else.
        let _ = stream.set_nodelay(true);
        let control = ConnectionControl::default();
        let stream = ControlledStream::new(stream, control.clone());
        let service = TowerToHyperService::new(self.router.clone());
        let (head, watcher) = (self.head, self.graceful.watcher());
        match self.tls.clone() {
            None => {
                tokio::spawn(serve_connection(stream, control, service, head, watcher));
            }
            Some(tls) => {
                tokio::spawn(async move {
                    // A client that does not finish its handshake, or refuses the certificate, is its own problem.
                    if let Some(Ok(stream)) = within(head, tls.accept(stream)).await {
                        serve_connection(stream, control, service, head, watcher).await;
                    }
                });
            }
        }
    }
}

async fn serve_connection<S>(
    stream: S,
    control: ConnectionControl,
    router: TowerToHyperService<Router>,
    head: Duration,
    watcher: Watcher,
) where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let service = service_fn(move |request: hyper::Request<Incoming>| {
        let mut request: Request = request.map(Body::new);
        request.extensions_mut().insert(control.clone());
        let response = router.call(request);
        async move { Ok::<Response, Infallible>(response.await.unwrap_or_else(|error| match error {})) }
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(head)
        .serve_connection(TokioIo::new(stream), service);
    // How a connection ends is its client's business, or a fault's.
    let _ = watcher.watch(connection).await;
}

/// Binds the address that the sandbox will be reached at.
pub(crate) fn bind(address: SocketAddr) -> std::io::Result<(TcpListener, SocketAddr)> {
    let listener = TcpListener::bind(address)?;
    let address = listener.local_addr()?;
    Ok((listener, address))
}
