//! A server on a loopback socket that keeps every request byte for byte and answers with the bytes it is told.

use std::future::Future;
use std::io;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::{JoinHandle, JoinSet};

/// What a stub does with a request that it has read to its end.
#[derive(Clone, Debug)]
pub enum Reply {
    /// Writes these bytes and keeps the connection.
    Bytes(Vec<u8>),
    /// Writes these bytes and closes the connection.
    Close(Vec<u8>),
    /// Writes these bytes and then resets the connection.
    Reset(Vec<u8>),
    /// Writes these bytes and then nothing, without closing the connection.
    Hang(Vec<u8>),
    /// Writes the first bytes once and the second ones until the other side hangs up.
    Endless(Vec<u8>, Vec<u8>),
}

impl Reply {
    /// A whole answer with a JSON body.
    #[must_use]
    pub fn json(status: u16, body: &str) -> Self {
        Self::with_headers(status, &["Content-Type: application/json"], body)
    }

    /// A whole answer with these header lines and body.
    #[must_use]
    pub fn with_headers(status: u16, headers: &[&str], body: &str) -> Self {
        Self::Bytes(response(status, headers, body.as_bytes()))
    }
}

/// The bytes of a whole answer.
#[must_use]
pub fn response(status: u16, headers: &[&str], body: &[u8]) -> Vec<u8> {
    let mut text = format!("HTTP/1.1 {status} Status\r\n");
    for header in headers {
        text.push_str(header);
        text.push_str("\r\n");
    }
    text.push_str(&format!("Content-Length: {}\r\n\r\n", body.len()));
    [text.as_bytes(), body].concat()
}

/// A request as it came over the wire.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Received {
    /// The request line and the headers, without the empty line.
    pub head: String,
    /// The body.
    pub body: Vec<u8>,
}

impl Received {
    /// The request line.
    #[must_use]
    pub fn line(&self) -> &str {
        self.head.lines().next().unwrap_or_default()
    }

    /// The lines of the headers, in the order in which they came.
    pub fn headers(&self) -> impl Iterator<Item = &str> {
        self.head.lines().skip(1)
    }

    /// The value of a header, if it came exactly once.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut values = self.headers().filter_map(|line| {
            let (found, value) = line.split_once(':')?;
            found.eq_ignore_ascii_case(name).then_some(value.trim())
        });
        let value = values.next();
        if values.next().is_some() { None } else { value }
    }

    /// The body as text.
    ///
    /// # Panics
    /// When it is none.
    #[must_use]
    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.body).expect("a body of text")
    }
}

/// A running stub. Dropping it stops it.
#[derive(Debug)]
pub struct Stub {
    url: String,
    received: Arc<Mutex<Vec<Received>>>,
    counts: watch::Receiver<Counts>,
    task: JoinHandle<()>,
}

/// What a stub has seen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Connections that were accepted.
    pub connections: usize,
    /// Connections that have ended.
    pub closed: usize,
    /// Requests that were read to their end.
    pub requests: usize,
}

impl Stub {
    /// Starts a stub that answers the `n`th request, from 0, as the script says.
    ///
    /// # Errors
    /// When no port can be had.
    pub async fn start(
        script: impl Fn(usize, &Received) -> Reply + Send + Sync + 'static,
    ) -> io::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let url = format!("http://{}", listener.local_addr()?);
        let (sender, counts) = watch::channel(Counts::default());
        let received = Arc::default();
        let shared = Arc::new(Shared {
            script: Box::new(script),
            next: AtomicUsize::new(0),
            received: Arc::clone(&received),
            counts: sender,
        });
        let task = tokio::spawn(async move {
            let mut connections = JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                // The set keeps finished tasks until they are joined.
                while connections.try_join_next().is_some() {}
                let shared = Arc::clone(&shared);
                shared.counts.send_modify(|counts| counts.connections += 1);
                connections.spawn(async move {
                    // However a connection ends, it has ended.
                    let _ = serve(stream, &shared).await;
                    shared.counts.send_modify(|counts| counts.closed += 1);
                });
            }
        });
        Ok(Self {
            url,
            received,
            counts,
            task,
        })
    }

    /// Starts a stub that gives every request the same answer.
    ///
    /// # Errors
    /// When no port can be had.
    pub async fn always(reply: Reply) -> io::Result<Self> {
        Self::start(move |_, _| reply.clone()).await
    }

    /// The base address.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The requests that came so far.
    #[must_use]
    pub fn received(&self) -> Vec<Received> {
        lock(&self.received).clone()
    }

    /// Takes the requests that came so far.
    #[must_use]
    pub fn take(&self) -> Vec<Received> {
        std::mem::take(&mut *lock(&self.received))
    }

    /// What the stub has seen so far.
    #[must_use]
    pub fn counts(&self) -> Counts {
        *self.counts.borrow()
    }

    /// Waits until the stub has seen what is waited for.
    pub fn wait_until(
        &self,
        seen: impl Fn(&Counts) -> bool + Send,
    ) -> impl Future<Output = ()> + Send {
        let mut counts = self.counts.clone();
        async move {
            // The stub is gone if this fails; whatever waits for it fails by itself.
            let _ = counts.wait_for(seen).await;
        }
    }

    /// Waits until this many requests have been read to their end.
    pub fn wait_for(&self, requests: usize) -> impl Future<Output = ()> + Send {
        self.wait_until(move |counts| counts.requests >= requests)
    }
}

impl Drop for Stub {
    fn drop(&mut self) {
        self.task.abort();
    }
}

type Script = dyn Fn(usize, &Received) -> Reply + Send + Sync;

struct Shared {
    script: Box<Script>,
    next: AtomicUsize,
    received: Arc<Mutex<Vec<Received>>>,
    counts: watch::Sender<Counts>,
}

fn lock(received: &Mutex<Vec<Received>>) -> MutexGuard<'_, Vec<Received>> {
    received.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn serve(mut stream: TcpStream, shared: &Shared) -> io::Result<()> {
    let mut buffer = Vec::new();
    while let Some(request) = read(&mut stream, &mut buffer).await? {
        let position = shared.next.fetch_add(1, Ordering::Relaxed);
        let reply = (shared.script)(position, &request);
        lock(&shared.received).push(request);
        shared.counts.send_modify(|counts| counts.requests += 1);
        match reply {
            Reply::Bytes(bytes) => stream.write_all(&bytes).await?,
            Reply::Close(bytes) => {
                stream.write_all(&bytes).await?;
                return stream.shutdown().await;
            }
            Reply::Reset(bytes) => {
                stream.write_all(&bytes).await?;
                return stream.set_zero_linger();
            }
            Reply::Hang(bytes) => {
                stream.write_all(&bytes).await?;
                // Ends when the other side hangs up.
                return stream.read(&mut [0]).await.map(drop);
            }
            Reply::Endless(first, again) => {
                stream.write_all(&first).await?;
                loop {
                    stream.write_all(&again).await?;
                }
            }
        }
    }
    Ok(())
}

/// Reads one request to its end, or nothing if the connection ends before one begins.
async fn read(stream: &mut TcpStream, buffer: &mut Vec<u8>) -> io::Result<Option<Received>> {
    let head_end = loop {
        if let Some(position) = buffer.windows(4).position(|window| window == b"\r\n\r\n") {
            break position;
        }
        if stream.read_buf(buffer).await? == 0 {
            return Ok(None);
        }
    };
    let head = String::from_utf8_lossy(&buffer[..head_end]).into_owned();
    buffer.drain(..head_end + 4);
    let length = head
        .lines()
        .filter_map(|line| line.split_once(':'))
        .find(|(name, _)| name.eq_ignore_ascii_case("content-length"))
        .and_then(|(_, value)| value.trim().parse().ok())
        .unwrap_or(0);
    while buffer.len() < length {
        if stream.read_buf(buffer).await? == 0 {
            return Ok(None);
        }
    }
    let body = buffer.drain(..length).collect();
    Ok(Some(Received { head, body }))
}
