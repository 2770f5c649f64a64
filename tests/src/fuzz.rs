//! The code that reads what others write, each part as a function that takes any bytes and must not panic.
//!
//! The targets in `fuzz/` call these functions, and so does a test, with the seeds in `fuzz/seeds` and mutations of them.

use std::error::Error as _;
use std::fmt::Write as _;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use pingone::models::{FlowId, UserId};
use pingone::retry::NeverRetry;
use pingone::testing::{NewFlow, NewUser, Sandbox};
use pingone_codegen::{Document, adopt, lower, lower_supported};
use pingone_drift::{Page, contradictions};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::runtime::{Builder, Runtime};

use crate::ENVIRONMENT;
use crate::stub::{Reply, Stub};

/// A function that takes any bytes.
pub type Target = fn(&[u8]);

/// Every target, by the name of its file in `fuzz/fuzz_targets` and of its folder in `fuzz/seeds`.
pub const TARGETS: [(&str, Target); 9] = [
    ("answer", answer),
    ("control", control),
    ("cookie", cookie),
    ("document", document),
    ("filter", filter),
    ("media_type", media_type),
    ("page", page),
    ("request", request),
    ("retry_after", retry_after),
];

/// A token that no error may show.
const TOKEN: &str = "canary-of-the-access-token";

/// Longer than an answer usually takes, shorter than a request that asks the sandbox to wait.
const PATIENCE: Duration = Duration::from_millis(500);

/// Longer than any answer takes, however busy the machine is.
const LONG: Duration = Duration::from_secs(30);

/// Reads a documentation page, and accounts for every line of it.
pub fn page(bytes: &[u8]) {
    let Ok(page) = Page::read(bytes) else { return };
    let lines = 1..=page.line_count();
    for fact in page.facts() {
        assert!(lines.contains(&fact.line));
    }
    for contradiction in contradictions(&page) {
        assert!(lines.contains(&contradiction.line));
    }
    assert!(lines.into_iter().all(|line| page.line_kind(line).is_some()));
}

/// Reads, adopts and lowers an OpenAPI document, as a whole and without what is unsupported; an error says where it is.
pub fn document(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return;
    };
    let document = match Document::parse("fuzz.yaml", text) {
        Ok(document) => document,
        Err(error) => return assert!(error.to_string().contains("fuzz.yaml"), "{error}"),
    };
    lowered(&document);
    if let Ok(adopted) = adopt(&document, false) {
        let document =
            Document::parse("fuzz.yaml", adopted.text).expect("what was readable still is");
        lowered(&document);
    }
}

fn lowered(document: &Document) {
    for lowered in [
        lower(document),
        lower_supported(document).map(|(api, _)| api),
    ] {
        match lowered {
            Ok(api) => assert!(api.operations.iter().all(|own| !own.id.is_empty())),
            Err(error) => assert!(error.to_string().contains("fuzz.yaml"), "{error}"),
        }
    }
}

/// A whole HTTP response for the client, whose errors must not show the access token.
pub fn answer(bytes: &[u8]) {
    CALLER.with(|caller| caller.calls(bytes));
}

/// A `Retry-After` header for the client.
pub fn retry_after(bytes: &[u8]) {
    let head = b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\nRetry-After: ";
    answer(&[head, &*header_value(bytes), b"\r\n\r\n"].concat());
}

/// A whole HTTP request for the sandbox.
pub fn request(bytes: &[u8]) {
    SERVER.with(|server| {
        server.ask(bytes, true, PATIENCE);
        let page = b"GET / HTTP/1.1\r\nHost: sandbox\r\nConnection: close\r\n\r\n";
        let alive = server.ask(page, false, LONG);
        assert!(alive.is_some_and(|answer| answer.starts_with(b"HTTP/1.1 ")));
    });
}

/// The media type of a request to the sandbox.
pub fn media_type(bytes: &[u8]) {
    SERVER.with(|server| {
        let path = format!("/v1/environments/{ENVIRONMENT}/users/{}", server.user);
        let content_type = [b"Content-Type: ", &*header_value(bytes)].concat();
        server.answers(
            "POST",
            &path,
            &[&content_type],
            b"{\"verificationCode\":\"x\"}",
        );
    });
}

/// A SCIM filter for the sandbox's list of users.
pub fn filter(bytes: &[u8]) {
    let mut path = format!("/v1/environments/{ENVIRONMENT}/users?filter=");
    for byte in bytes {
        let _ = write!(path, "%{byte:02X}");
    }
    SERVER.with(|server| server.answers("GET", &path, &[], b""));
}

/// A `Cookie` header for the sandbox.
pub fn cookie(bytes: &[u8]) {
    SERVER.with(|server| {
        let path = format!("/{ENVIRONMENT}/flows/{}", server.flow);
        let cookie = [b"Cookie: ", &*header_value(bytes)].concat();
        server.answers("GET", &path, &[&cookie], b"");
    });
}

/// A request to the sandbox's control API: method and path on the first line, then the body.
pub fn control(bytes: &[u8]) {
    let line = bytes
        .split(|byte| *byte == b'\n')
        .next()
        .unwrap_or_default();
    let body = bytes.get(line.len() + 1..).unwrap_or_default();
    let Ok(line) = std::str::from_utf8(line) else {
        return;
    };
    let Some((method, path)) = line.split_once(' ') else {
        return;
    };
    let token = |text: &str| text.bytes().all(|byte| byte.is_ascii_graphic());
    if method.is_empty() || !method.bytes().all(|byte| byte.is_ascii_uppercase()) || !token(path) {
        return;
    }
    let path = format!("/_sandbox/{path}");
    SERVER.with(|server| {
        server.answers(method, &path, &[b"Content-Type: application/json"], body);
    });
}

/// The bytes that may be in the value of a header.
fn header_value(bytes: &[u8]) -> Vec<u8> {
    let allowed = |byte: &u8| *byte == b'\t' || (*byte >= b' ' && *byte != 0x7f);
    bytes.iter().copied().filter(allowed).collect()
}

fn runtime() -> Runtime {
    let runtime = Builder::new_current_thread().enable_all().build();
    runtime.expect("a runtime")
}

thread_local! {
    static CALLER: Caller = Caller::start();
    static SERVER: Server = Server::start();
}

/// A client, and a server that answers it as it is told.
struct Caller {
    runtime: Runtime,
    reply: Arc<Mutex<Vec<u8>>>,
    stub: Stub,
    client: pingone::Client,
}

impl Caller {
    fn start() -> Self {
        let runtime = runtime();
        let reply = Arc::<Mutex<Vec<u8>>>::default();
        let told = Arc::clone(&reply);
        let script = move |_, _: &_| {
            Reply::Close(told.lock().unwrap_or_else(PoisonError::into_inner).clone())
        };
        let stub = runtime.block_on(Stub::start(script)).expect("a port");
        let client = pingone::Client::builder()
            .platform_url(stub.url())
            .auth_url(stub.url())
            .environment_id(ENVIRONMENT)
            .token(TOKEN)
            .retry_policy(NeverRetry)
            .timeout(PATIENCE)
            .build();
        Self {
            client: client.expect("a client"),
            runtime,
            reply,
            stub,
        }
    }

    fn calls(&self, answer: &[u8]) {
        *self.reply.lock().unwrap_or_else(PoisonError::into_inner) = answer.to_vec();
        let user: UserId = ENVIRONMENT.parse().expect("an id");
        let flow: FlowId = ENVIRONMENT.parse().expect("an id");
        self.runtime.block_on(async {
            inspect(self.client.user(user).read().await);
            inspect(self.client.user(user).verify("code").await);
            inspect(self.client.user(user).password().send_recovery_code().await);
            inspect(self.client.flow(flow).read().await);
        });
        let _ = self.stub.take();
    }
}

/// Asks an outcome for everything that it tells.
fn inspect<T: std::fmt::Debug>(outcome: pingone::Result<T>) {
    let error = match outcome {
        Ok(answer) => {
            let _ = format!("{answer:?}");
            return;
        }
        Err(error) => error,
    };
    let mut text = format!("{error} {error:?}");
    let mut source = error.source();
    while let Some(cause) = source {
        let _ = write!(text, "{cause}");
        source = cause.source();
    }
    let _ = write!(
        text,
        "{:?}{:?}{:?}{:?}{:?}{:?}",
        error.kind(),
        error.code(),
        error.message(),
        error.details(),
        error.retry_after(),
        error.transaction_id()
    );
    assert!(!text.contains(TOKEN), "{text}");
}

/// A sandbox with a user and a flow.
struct Server {
    runtime: Runtime,
    sandbox: Sandbox,
    snapshot: pingone::testing::Snapshot,
    user: UserId,
    flow: FlowId,
}

impl Server {
    fn start() -> Self {
        let runtime = runtime();
        let environment = ENVIRONMENT.parse().expect("an id");
        let config = pingone::testing::Config::new().with_environment(environment);
        let sandbox = runtime.block_on(config.start()).expect("a sandbox");
        let user = NewUser::new("linda").email("linda@example.com");
        let user = sandbox.seed_user(user).expect("a user");
        let flow = sandbox.start_flow(NewFlow::external(serde_json::Map::new()));
        Self {
            snapshot: sandbox.snapshot(),
            runtime,
            sandbox,
            user,
            flow,
        }
    }

    /// Sends a request that HTTP allows, and insists on an answer, unless the sandbox was asked to wait.
    fn answers(&self, method: &str, path: &str, headers: &[&[u8]], body: &[u8]) {
        let token = self.sandbox.access_token();
        let mut bytes = format!(
            "{method} {path} HTTP/1.1\r\nHost: sandbox\r\nConnection: close\r\n\
             Authorization: Bearer {}\r\nContent-Length: {}\r\n",
            token.expose(),
            body.len()
        )
        .into_bytes();
        for header in headers {
            bytes.extend_from_slice(header);
            bytes.extend_from_slice(b"\r\n");
        }
        bytes.extend_from_slice(b"\r\n");
        bytes.extend_from_slice(body);
        if let Some(answer) = self.ask(&bytes, false, PATIENCE) {
            let shown = String::from_utf8_lossy(&answer);
            assert!(shown.starts_with("HTTP/1.1 "), "{method} {path}: {shown:?}");
            assert!(
                !shown.starts_with("HTTP/1.1 500"),
                "{method} {path}: {shown}"
            );
        }
    }

    /// Sends bytes and reads to the end, or not at all once that takes too long. Then everything is as before.
    ///
    /// The sandbox gives up a request whose sender has `ended` the connection in that direction, so only a request
    /// that may be incomplete does that.
    fn ask(&self, bytes: &[u8], ended: bool, patience: Duration) -> Option<Vec<u8>> {
        let exchange = async {
            let mut stream = TcpStream::connect(self.sandbox.address())
                .await
                .expect("it listens");
            // The sandbox may close early: that is an answer, too.
            let _ = stream.write_all(bytes).await;
            if ended {
                let _ = stream.shutdown().await;
            }
            let mut answer = Vec::new();
            let _ = stream.read_to_end(&mut answer).await;
            answer
        };
        let answer = self
            .runtime
            .block_on(async { tokio::time::timeout(patience, exchange).await });
        self.sandbox.restore(&self.snapshot);
        self.sandbox.faults().clear();
        self.sandbox.clear_limits();
        self.sandbox.journal().clear();
        answer.ok()
    }
}
