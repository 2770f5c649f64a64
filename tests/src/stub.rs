//! A server on a loopback socket that reads whole requests and answers with the bytes it is told.

use std::future::Future;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;

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
    let mut bytes = text.into_bytes();
    bytes.extend_from_slice(body);
    bytes
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

    /// The value of a header, if it came exactly once.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut values = self.head.lines().skip(1).filter_map(|line| {
            let (found, value) = line.split_once(':')?;
            found.eq_ignore_ascii_case(name).then_some(value.trim())
        });
        let value = values.next();
        if values.next().is_some() { None } else { value }
    }
}

type Script = dyn Fn(usize, &Received) -> Reply + Send + Sync;

/// A running stub. Dropping it stops it.
#[derive(Debug)]
pub struct Stub {
    address: String,
    received: Arc<Mutex<Vec<Received>>>,
    count: watch::Receiver<usize>,
    task: JoinHandle<()>,
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
        let address = format!("http://{}", listener.local_addr()?);
        let received = Arc::new(Mutex::new(Vec::new()));
        let (sender, count) = watch::channel(0);
        let shared = Arc::new(Shared {
            script: Box::new(script),
            received: Arc::clone(&received),
            count: sender,
        });
        let task = tokio::spawn(async move {
            let mut connections = tokio::task::JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                connections.spawn(serve(stream, Arc::clone(&shared)));
            }
        });
        Ok(Self {
            address,
            received,
            count,
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
        &self.address
    }

    /// The requests that came so far.
    #[must_use]
    pub fn received(&self) -> Vec<Received> {
        self.received
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Waits until this many requests have been read to their end.
    pub fn wait_for(&self, requests: usize) -> impl Future<Output = ()> + Send + use<> {
        let mut count = self.count.clone();
        async move {
            // The stub is gone if this fails; whatever waits for it fails by itself.
            let _ = count.wait_for(|count| *count >= requests).await;
        }
    }
}

impl Drop for Stub {
    fn drop(&mut self) {
        self.task.abort();
    }
}

struct Shared {
    script: Box<Script>,
    received: Arc<Mutex<Vec<Received>>>,
    count: watch::Sender<usize>,
}

async fn serve(mut stream: TcpStream, shared: Arc<Shared>) {
    let mut buffer = Vec::new();
    while let Ok(Some(request)) = read(&mut stream, &mut buffer).await {
        let position = {
            let mut received = shared
                .received
                .lock()
                .unwrap_or_else(PoisonError::into_inner);
            received.push(request.clone());
            received.len() - 1
        };
        let reply = (shared.script)(position, &request);
        shared.count.send_modify(|count| *count += 1);
        let end = match reply {
            Reply::Bytes(bytes) => stream.write_all(&bytes).await.is_err(),
            Reply::Close(bytes) => {
                let _ = stream.write_all(&bytes).await;
                let _ = stream.shutdown().await;
                true
            }
            Reply::Reset(bytes) => {
                let _ = stream.write_all(&bytes).await;
                let _ = stream.set_zero_linger();
                true
            }
            Reply::Hang(bytes) => {
                let _ = stream.write_all(&bytes).await;
                // Ends when the other side hangs up.
                let _ = stream.read(&mut [0]).await;
                true
            }
        };
        if end {
            return;
        }
    }
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
