//! What the tests of generated code use.

use std::fmt::Debug;
use std::time::Duration;

use pingone_client::Call;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// Answers one request, and keeps its text.
pub(crate) struct Server {
    pub(crate) address: String,
    received: JoinHandle<String>,
}

impl Server {
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = format!("http://{}", listener.local_addr().expect("an address"));
        let received = tokio::spawn(receive(listener));
        Self { address, received }
    }

    /// The text of the request; `error` is what went wrong with the call, for a request that never came.
    pub(crate) async fn received(self, error: Option<String>) -> String {
        let received = tokio::time::timeout(Duration::from_secs(1), self.received).await;
        match received {
            Ok(received) => received.expect("received"),
            Err(_) => panic!("nothing was sent: {error:?}"),
        }
    }

    /// Compares lines of what was sent.
    pub(crate) async fn check(self, error: Option<String>, sends: &[&str], not_sends: &[&str]) {
        let received = self.received(error).await;
        for line in sends {
            assert!(
                received.lines().any(|sent| sent == *line),
                "no line {line} in\n{received}"
            );
        }
        for text in not_sends {
            assert!(!received.contains(text), "{text} in\n{received}");
        }
    }
}

async fn receive(listener: TcpListener) -> String {
    let (mut socket, _) = listener.accept().await.expect("a connection");
    let mut received = Vec::new();
    let mut buffer = [0; 4096];
    loop {
        let count = socket.read(&mut buffer).await.expect("readable");
        received.extend_from_slice(&buffer[..count]);
        let text = String::from_utf8_lossy(&received).into_owned();
        let Some((head, body)) = text.split_once("\r\n\r\n") else {
            continue;
        };
        let length = head
            .lines()
            .find_map(|line| line.strip_prefix("content-length: ")?.parse().ok());
        if body.len() < length.unwrap_or(0) {
            continue;
        }
        let done = b"HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n";
        socket.write_all(done).await.expect("writable");
        return text;
    }
}

/// The settings of a call with some headers.
pub(crate) fn call(headers: &[&str]) -> Call {
    headers.iter().fold(Call::new(), |call, header| {
        let (name, value) = header.split_once(": ").expect("a header");
        call.with_header(
            name.parse().expect("a name"),
            value.parse().expect("a value"),
        )
    })
}

/// Reads a value and writes it again.
#[track_caller]
pub(crate) fn decodes<T: DeserializeOwned + Serialize + Debug>(json: &str, shown: &str) {
    let value: Value = serde_json::from_str(json).expect("JSON");
    let read: T = serde_json::from_str(json).expect("readable");
    let text = format!("{read:?}");
    assert!(text.contains(shown), "{text}");
    assert_eq!(
        serde_json::to_value(&read).expect("writable"),
        value,
        "{text}"
    );
}
