//! A server that answers every request with informational answers without end, with and without TLS.

use std::io::{self, Read, Write};
use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use tokio_rustls::rustls::crypto::aws_lc_rs;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;
use tokio_rustls::rustls::{ServerConfig, ServerConnection, StreamOwned};

/// A running flood, on threads of its own: it does not wait for the runtime of whoever it floods. Dropping it stops it.
///
/// Over TLS it has a certificate that nobody else has signed.
#[derive(Debug)]
pub struct Flood {
    url: String,
    stopped: Arc<AtomicBool>,
}

impl Flood {
    /// Starts a flood of `100 Continue`.
    ///
    /// # Errors
    /// When no port can be had, or no certificate be made.
    pub fn start(tls: bool) -> io::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0))?;
        let scheme = if tls { "https" } else { "http" };
        let url = format!("{scheme}://{}", listener.local_addr()?);
        let config = if tls { Some(certified()?) } else { None };
        let stopped = Arc::new(AtomicBool::new(false));
        let stop = Arc::clone(&stopped);
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let (stop, config) = (Arc::clone(&stop), config.clone());
                thread::spawn(move || match config.map(ServerConnection::new) {
                    Some(Ok(connection)) => flood(StreamOwned::new(connection, stream), &stop),
                    Some(Err(_)) => {}
                    None => flood(stream, &stop),
                });
            }
        });
        Ok(Self { url, stopped })
    }

    /// The base address.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }
}

impl Drop for Flood {
    fn drop(&mut self) {
        self.stopped.store(true, Ordering::Relaxed);
    }
}

fn flood(mut stream: impl Read + Write, stopped: &AtomicBool) {
    let many = "HTTP/1.1 100 Continue\r\n\r\n".repeat(640);
    if matches!(stream.read(&mut [0; 4_096]), Ok(1..)) {
        while !stopped.load(Ordering::Relaxed) && stream.write_all(many.as_bytes()).is_ok() {}
    }
}

fn certified() -> io::Result<Arc<ServerConfig>> {
    let own = rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()]);
    let own = own.map_err(io::Error::other)?;
    let key = PrivateKeyDer::try_from(own.signing_key.serialize_der()).map_err(io::Error::other)?;
    let config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .and_then(|config| {
            let config = config.with_no_client_auth();
            config.with_single_cert(vec![own.cert.der().clone()], key)
        });
    config.map(Arc::new).map_err(io::Error::other)
}
