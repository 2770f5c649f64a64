//! What drives the connections of a client.

use std::convert::Infallible;
use std::future::{Future, poll_fn};
use std::io;
use std::pin::Pin;
use std::thread;

use futures::channel::oneshot;
use tokio::runtime::{Builder, Handle};

/// A thread that drives the connections of a client. It ends with the last clone of the client, and the connections
/// with it.
pub(crate) struct ConnectionThread {
    runtime: Handle,
    _ends_when_dropped: oneshot::Sender<Infallible>,
}

impl ConnectionThread {
    pub(crate) fn start() -> io::Result<Self> {
        let runtime = Builder::new_current_thread().enable_all().build()?;
        let handle = runtime.handle().clone();
        let (sender, end) = oneshot::channel();
        thread::Builder::new()
            .name("pingone-connections".to_owned())
            .spawn(move || runtime.block_on(end))?;
        Ok(Self {
            runtime: handle,
            _ends_when_dropped: sender,
        })
    }
}

/// Polls a request so that the connections which it makes are driven by this thread: the HTTP client spawns them on the
/// runtime that it is polled in.
pub(crate) fn driven_by<F: Future>(
    thread: Option<&ConnectionThread>,
    mut request: Pin<&mut F>,
) -> impl Future<Output = F::Output> + Unpin {
    poll_fn(move |context| {
        let _entered = thread.map(|thread| thread.runtime.enter());
        request.as_mut().poll(context)
    })
}
