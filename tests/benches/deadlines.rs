//! Whether calls end in time, whatever a server does: every operation of the document against servers that stall.
//!
//! `cargo bench -p pingone-tests --bench deadlines` prints for each fault how late the latest call was, as a part of its
//! deadline, and fails if a call took more than 1.1 times its deadline. The servers are a process of their own. Run it on
//! a machine that does nothing else.

#![expect(
    clippy::unwrap_used,
    reason = "a measurement that cannot go on should stop"
)]

mod figures;

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use futures::future::join_all;
use pingone::models::operations::OPERATIONS;
use pingone::models::registry::visit;
use pingone::models::request::{Endpoint, Visitor};
use pingone::models::samples;
use pingone::token::ClientCredentials;
use pingone::{BoxFuture, Client, Error};
use pingone_tests::ENVIRONMENT;
use pingone_tests::flood::Flood;
use pingone_tests::stub::{Reply, Stub};

use crate::figures::report;

const DEADLINE: Duration = Duration::from_millis(500);
const LATEST: f64 = 1.1;

fn main() {
    let mut arguments = std::env::args().skip(1).filter(|own| own != "--bench");
    if arguments.next().as_deref() == Some("serve") {
        return serve();
    }
    measure();
}

/// What a server does with a request.
enum Fault {
    Reply(Reply),
    /// As a service may flood its clients.
    FloodOverTls,
}

fn faults() -> Vec<(&'static str, Fault)> {
    let replies = replies().into_iter();
    let faults = replies.map(|(name, reply)| (name, Fault::Reply(reply)));
    faults
        .chain([("100 without end, TLS", Fault::FloodOverTls)])
        .collect()
}

fn replies() -> Vec<(&'static str, Reply)> {
    let head = b"HTTP/1.1 200 OK\r\nContent-Length: 1099511627776\r\n\r\n{";
    let informational = |line: &str| Reply::Endless(Vec::new(), format!("{line}\r\n\r\n").into());
    vec![
        ("silence", Reply::Hang(Vec::new())),
        (
            "silence in the head",
            Reply::Hang(b"HTTP/1.1 200 OK\r\nCon".to_vec()),
        ),
        ("silence in the body", Reply::Hang(head.to_vec())),
        (
            "silence in an error",
            Reply::Hang(b"HTTP/1.1 500 No\r\nContent-Length: 9\r\n\r\n{".to_vec()),
        ),
        ("100 without end", informational("HTTP/1.1 100 Continue")),
        (
            "103 without end",
            informational("HTTP/1.1 103 Early Hints\r\nLink: <a>"),
        ),
        (
            "a head without end",
            Reply::Endless(b"HTTP/1.1 200 OK\r\n".to_vec(), b"a: b\r\n".repeat(100)),
        ),
        (
            "429 without end",
            Reply::with_headers(429, &["Retry-After: 0"], "{}"),
        ),
        ("503 without end", Reply::json(503, "")),
        ("resets without end", Reply::Reset(Vec::new())),
    ]
}

/// Starts a server for each fault and prints their addresses.
fn serve() {
    runtime().block_on(async {
        let (mut stubs, mut floods) = (Vec::new(), Vec::new());
        for (_, fault) in faults() {
            match fault {
                Fault::Reply(reply) => {
                    let stub = Stub::always(reply).await.unwrap();
                    println!("{}", stub.url());
                    stubs.push(stub);
                }
                Fault::FloodOverTls => {
                    let flood = Flood::start(true).unwrap();
                    println!("{}", flood.url());
                    floods.push(flood);
                }
            }
        }
        std::future::pending::<()>().await;
    });
}

fn runtime() -> tokio::runtime::Runtime {
    let mut builder = tokio::runtime::Builder::new_current_thread();
    builder.enable_all().build().unwrap()
}

struct Servers(Child);

impl Drop for Servers {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Makes a call of whatever operation.
struct Caller<'a>(&'a Client);

impl Caller<'_> {
    fn call<E: Endpoint>(self, endpoint: E) -> BoxFuture<'static, Result<(), Error>> {
        let request = self.0.request(endpoint);
        let request = request.with_session_cookie("a-session");
        let request = request.with_application("an-id", "a-secret");
        Box::pin(async move { request.await.map(drop) })
    }
}

impl Visitor for Caller<'_> {
    type Output = BoxFuture<'static, Result<(), Error>>;

    fn described<E: Endpoint>(self, request: E) -> Self::Output {
        self.call(request)
    }

    fn open<E: Endpoint>(self, request: E) -> Self::Output {
        self.call(request)
    }
}

/// How long a call of this operation takes, as a part of its deadline.
async fn late(client: &Client, id: &str) -> f64 {
    let mut own = samples().iter().filter(|own| own.operation.id == id);
    let raw = own.next().unwrap().raw();
    let call = visit(id, &raw, Caller(client)).unwrap().unwrap();
    let began = Instant::now();
    let _ = call.await;
    began.elapsed().as_secs_f64() / DEADLINE.as_secs_f64()
}

fn measure() {
    let mut servers = Command::new(std::env::current_exe().unwrap());
    let mut servers = servers.arg("serve").stdout(Stdio::piped()).spawn().unwrap();
    let out = BufReader::new(servers.stdout.take().unwrap());
    let urls: Vec<String> = out
        .lines()
        .take(faults().len())
        .map(Result::unwrap)
        .collect();
    let _servers = Servers(servers);
    let runtime = runtime();
    let mut calls = 0;
    let mut too_late = BTreeMap::new();
    for ((name, fault), url) in faults().into_iter().zip(urls) {
        for tokens in ["a token", "credentials"] {
            let http = reqwest::Client::builder()
                .no_proxy()
                .tls_danger_accept_invalid_certs(true);
            // Without TLS one read is large: where a server floods, the deadline needs a thread that is not reading.
            let is_endless = matches!(fault, Fault::Reply(Reply::Endless(..)));
            let builder = Client::builder()
                .platform_url(&url)
                .auth_url(&url)
                .environment_id(ENVIRONMENT)
                .http_client_builder(http)
                .connection_thread(is_endless)
                .timeout(DEADLINE);
            let credentials = ClientCredentials::client_secret_basic("an-id", "a-secret");
            let builder = match tokens {
                "a token" => builder.token("t"),
                _ => builder.client_credentials(credentials),
            };
            let client = builder.build().unwrap();
            let ids = OPERATIONS.iter().map(|operation| operation.id);
            // One call at a time where the server keeps this process busy, all at once where it does not. Over TLS the
            // thread of the calls reads, and what many floods delay adds up.
            let is_busy = match fault {
                Fault::FloodOverTls => true,
                Fault::Reply(_) => is_endless && tokens == "a token",
            };
            let at_once = if is_busy { 1 } else { OPERATIONS.len() };
            let ids: Vec<_> = ids.collect();
            let mut parts = Vec::new();
            for ids in ids.chunks(at_once) {
                let ended = join_all(ids.iter().map(|id| late(&client, id)));
                for (id, part) in ids.iter().zip(runtime.block_on(ended)) {
                    calls += 1;
                    parts.push(part);
                    if part > LATEST {
                        too_late.insert(format!("{id}, {name}, {tokens}"), part);
                    }
                }
            }
            report(
                &format!("call with {tokens}"),
                name,
                "times its deadline",
                parts,
            );
        }
    }
    println!(
        "{calls} calls, {} later than {LATEST} times their deadline",
        too_late.len()
    );
    for (call, part) in &too_late {
        println!("  {call}: {part:.3}");
    }
    assert!(too_late.is_empty(), "calls ended too late");
}
