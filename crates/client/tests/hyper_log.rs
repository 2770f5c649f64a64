//! hyper's own log, at its finest level, while requests and answers with secrets in them go over a socket.
//!
//! hyper logs only in a build that asks for it: `cargo xtask check --long` has the command.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

use std::fmt::{Debug, Write as _};
use std::io::{Read, Write as _};
use std::net::TcpListener;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

// Named for its feature `tracing`.
use hyper as _;
use pingone_client::transport::{Authorization, Incoming, Limits, Transport};
use pingone_models::registry::visit;
use pingone_models::request::{DynEndpoint, Endpoint, RawRequest, Visitor};
use pingone_models::samples;
use serde_json::Value;
use tracing::field::{Field, Visit};
use tracing::span::Attributes;
use tracing::{Event, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::layer::{Context, SubscriberExt};
use url::form_urlencoded;

/// What every secret has in it.
const CANARY: &str = "canary";

/// What a server sends, each with the canary where a log could show it.
const ANSWERS: [&str; 6] = [
    "HTTP/1.1 200 OK\r\nSet-Cookie: ST=canary\r\nContent-Length: 19\r\n\r\n{\"secret\":\"canary\"}",
    "HTTP/1.1 103 Early Hints\r\nLink: canary\r\n\r\nHTTP/1.1 400 canary\r\nTransfer-Encoding: chunked\r\n\r\n6\r\ncanary\r\n0\r\n\r\n",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\ncanary",
    "HTTP/1.1 200 OK\r\ncanary\0canary\r\n\r\n",
    "HTTP/1.1 302 Found\r\nLocation: /canary\r\nContent-Length: 0\r\n\r\n",
    "canary",
];

static RECORDS: AtomicUsize = AtomicUsize::new(0);
static LEAKS: Mutex<Vec<String>> = Mutex::new(Vec::new());

/// Reads every record, and counts those of hyper.
struct Watch;

struct Text(String);

impl Visit for Text {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        let _ = write!(self.0, " {field}={value:?}");
    }
}

fn watch(target: &str, record: impl FnOnce(&mut Text)) {
    let mut text = Text(target.to_owned());
    record(&mut text);
    if target.starts_with("hyper::") {
        RECORDS.fetch_add(1, Ordering::Relaxed);
    }
    if text.0.contains(CANARY) {
        LEAKS.lock().unwrap().push(text.0);
    }
}

impl<S: Subscriber> Layer<S> for Watch {
    fn on_new_span(&self, span: &Attributes<'_>, _: &tracing::Id, _: Context<'_, S>) {
        watch(span.metadata().target(), |text| span.record(text));
    }

    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        watch(event.metadata().target(), |text| event.record(text));
    }
}

/// Reads each request to its end, and answers with these bytes.
fn serve(answer: &'static str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut request = Vec::new();
            let mut part = [0; 4096];
            while !is_whole(&request) {
                match stream.read(&mut part) {
                    Ok(0) | Err(_) => break,
                    Ok(read) => request.extend_from_slice(&part[..read]),
                }
            }
            let _ = stream.write_all(answer.as_bytes());
        }
    });
    url
}

fn is_whole(request: &[u8]) -> bool {
    let text = String::from_utf8_lossy(request).to_lowercase();
    let Some((head, body)) = text.split_once("\r\n\r\n") else {
        return false;
    };
    let length = head
        .lines()
        .find_map(|line| line.strip_prefix("content-length: "));
    body.len() >= length.map_or(0, |length| length.parse().unwrap())
}

/// Whether a request value can be read.
struct Reads;

impl Visitor for Reads {
    type Output = ();

    fn described<E: Endpoint>(self, _: E) {}

    fn open<E: Endpoint>(self, _: E) {}
}

/// Makes the HTTP request.
struct Writes<'a>(&'a Transport);

impl Writes<'_> {
    fn request(&self, endpoint: &dyn DynEndpoint) -> reqwest::Request {
        let secret = CANARY.into();
        let credentials = [
            Authorization::bearer(&secret),
            Authorization::basic("id", &secret),
            Authorization::cookies(&secret),
            Authorization::key(&secret),
        ];
        self.0
            .request(endpoint, &credentials.map(Result::unwrap))
            .unwrap()
    }
}

impl Visitor for Writes<'_> {
    type Output = reqwest::Request;

    fn described<E: Endpoint>(self, endpoint: E) -> reqwest::Request {
        self.request(&endpoint)
    }

    fn open<E: Endpoint>(self, endpoint: E) -> reqwest::Request {
        self.request(&endpoint)
    }
}

/// The request with the canary in place of every text that may be any text.
fn planted(id: &str, mut raw: RawRequest) -> RawRequest {
    let fits = |raw: &RawRequest| visit(id, raw, Reads).unwrap().is_ok();
    for index in 0..raw.query.len() {
        let mut changed = raw.clone();
        changed.query[index].1 = CANARY.to_owned();
        if fits(&changed) {
            raw = changed;
        }
    }
    for index in 0.. {
        let mut changed = raw.clone();
        let Some(body) = raw
            .body
            .as_deref()
            .and_then(|body| with_canary(body, index))
        else {
            return raw;
        };
        changed.body = Some(body);
        if fits(&changed) {
            raw = changed;
        }
    }
    raw
}

/// A body, JSON or a form, with the canary in place of one of its texts.
fn with_canary(body: &[u8], mut index: usize) -> Option<Vec<u8>> {
    if let Ok(mut value) = serde_json::from_slice(body) {
        return put(&mut value, &mut index).then(|| value.to_string().into_bytes());
    }
    let mut pairs: Vec<_> = form_urlencoded::parse(body).into_owned().collect();
    pairs.get_mut(index)?.1 = CANARY.to_owned();
    let mut form = form_urlencoded::Serializer::new(String::new());
    Some(form.extend_pairs(pairs).finish().into_bytes())
}

fn put(value: &mut Value, index: &mut usize) -> bool {
    match value {
        Value::String(text) if *index == 0 => {
            *text = CANARY.to_owned();
            true
        }
        Value::String(_) => {
            *index -= 1;
            false
        }
        Value::Object(members) => members.values_mut().any(|value| put(value, index)),
        Value::Array(items) => items.iter_mut().any(|value| put(value, index)),
        _ => false,
    }
}

#[test]
#[ignore = "hyper logs only in a build of its own; `cargo xtask check --long` runs it"]
fn hyper_logs_no_secret() {
    let subscriber = tracing_subscriber::registry().with(Watch);
    tracing::subscriber::set_global_default(subscriber).unwrap();
    let mut builder = tokio::runtime::Builder::new_current_thread();
    let runtime = builder.enable_all().build().unwrap();
    let http = reqwest::Client::builder().no_proxy();
    let http = http
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .unwrap();
    let mut sent = 0;
    for answer in ANSWERS {
        let url = serve(answer);
        let transport = Transport::new(http.clone())
            .with_server("platform", &url)
            .with_server("auth", &url)
            .with_parameter("environmentId", "abfba8f6-49eb-49f5-a5d9-80ad5c98f9f6");
        for sample in samples() {
            let id = sample.operation.id;
            let request = visit(id, &planted(id, sample.raw()), Writes(&transport));
            let request = request.unwrap().unwrap();
            let mut incoming = Incoming::new();
            let _ = runtime.block_on(transport.send(request, Limits::default(), &mut incoming));
            sent += 1;
        }
    }
    let records = RECORDS.load(Ordering::Relaxed);
    println!("{sent} requests, {records} log records of hyper, 0 with a secret");
    assert_eq!(*LEAKS.lock().unwrap(), Vec::<String>::new());
    assert!(
        records > sent,
        "hyper has not logged: build it with its feature `tracing`"
    );
}
