//! A client that sends exactly what it is told, and a sandbox to send it to.

use std::time::Duration;

use pingone_sandbox::{Clock, Config, NewUser, Sandbox};
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

pub(crate) const PASSWORD: &str = "2FederateM0re!";

/// A sandbox with a frozen clock.
pub(crate) async fn sandbox() -> Sandbox {
    let clock = Clock::frozen("2026-01-01T00:00:00Z".parse().unwrap());
    Config::new().with_clock(clock).start().await.unwrap()
}

pub(crate) fn linda() -> NewUser {
    NewUser::new("lindajones")
        .email("linda@example.com")
        .password(PASSWORD)
}

pub(crate) fn minutes(minutes: u64) -> Duration {
    Duration::from_secs(60 * minutes)
}

pub(crate) const MILLISECOND: Duration = Duration::from_millis(1);

/// The media type of an action.
pub(crate) fn action(name: &str) -> String {
    format!("application/vnd.pingidentity.{name}+json")
}

/// A request, byte for byte.
pub(crate) struct Request<'a> {
    sandbox: &'a Sandbox,
    method: String,
    path: String,
    headers: Vec<(String, String)>,
    body: Option<String>,
}

impl<'a> Request<'a> {
    pub(crate) fn new(sandbox: &'a Sandbox, method: &str, path: impl Into<String>) -> Self {
        Self {
            sandbox,
            method: method.to_owned(),
            path: path.into(),
            headers: Vec::new(),
            body: None,
        }
    }

    /// With a token of the worker application.
    pub(crate) fn authorized(self) -> Self {
        let token = self.sandbox.access_token();
        self.header("Authorization", format!("Bearer {}", token.expose()))
    }

    pub(crate) fn header(mut self, name: &str, value: impl Into<String>) -> Self {
        self.headers.push((name.to_owned(), value.into()));
        self
    }

    pub(crate) fn media_type(self, media_type: impl Into<String>) -> Self {
        self.header("Content-Type", media_type)
    }

    pub(crate) fn json(self, body: &Value) -> Self {
        self.text(body.to_string())
    }

    pub(crate) fn text(mut self, body: impl Into<String>) -> Self {
        self.body = Some(body.into());
        self
    }

    pub(crate) async fn send(self) -> Reply {
        let answer = self.bytes().await.unwrap();
        Reply::parse(&String::from_utf8(answer).unwrap())
    }

    /// Every byte that came back, until the connection was closed.
    pub(crate) async fn bytes(self) -> std::io::Result<Vec<u8>> {
        let mut text = format!(
            "{} {} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n",
            self.method,
            self.path,
            self.sandbox.address()
        );
        for (name, value) in &self.headers {
            text += &format!("{name}: {value}\r\n");
        }
        let body = self.body.unwrap_or_default();
        text += &format!("Content-Length: {}\r\n\r\n{body}", body.len());
        let mut stream = TcpStream::connect(self.sandbox.address()).await.unwrap();
        stream.write_all(text.as_bytes()).await.unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).await?;
        Ok(answer)
    }
}

/// An answer.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    headers: Vec<(String, String)>,
    pub(crate) body: Value,
}

impl Reply {
    fn parse(text: &str) -> Self {
        let (head, body) = text.split_once("\r\n\r\n").unwrap();
        let mut lines = head.lines();
        let status = lines.next().unwrap().split(' ').nth(1).unwrap();
        let headers = lines
            .filter_map(|line| line.split_once(": "))
            .map(|(name, value)| (name.to_lowercase(), value.to_owned()))
            .collect();
        Self {
            status: status.parse().unwrap(),
            headers,
            body: serde_json::from_str(body).unwrap_or(Value::Null),
        }
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str())
    }

    /// The rules that were assumed.
    pub(crate) fn assumed(&self) -> &str {
        self.header("x-sandbox-assumed").unwrap_or_default()
    }

    /// Status, code, and code and target of the first detail.
    pub(crate) fn error(&self) -> String {
        let text = |pointer| self.body.pointer(pointer).and_then(Value::as_str);
        let words = [
            text("/code"),
            text("/details/0/code"),
            text("/details/0/target"),
        ];
        let words: Vec<_> = words.into_iter().flatten().collect();
        format!("{} {}", self.status, words.join(" "))
    }

    #[track_caller]
    pub(crate) fn text(&self, pointer: &str) -> &str {
        let value = self.body.pointer(pointer).and_then(Value::as_str);
        value.unwrap_or_else(|| panic!("no {pointer} in {self:?}"))
    }

    #[track_caller]
    pub(crate) fn ok(self) -> Self {
        assert!((200..300).contains(&self.status), "{self:?}");
        self
    }

    /// The relations of the links, in order.
    pub(crate) fn links(&self) -> Vec<&str> {
        let links = self.body["_links"].as_object();
        let mut names: Vec<_> = links
            .into_iter()
            .flat_map(|links| links.keys().map(String::as_str))
            .collect();
        names.sort_unstable();
        names
    }
}
