//! What a call shows of itself: its span, its events, and the hook.
//!
//! A program of its own, because what listens to spans listens to the whole program.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fmt::{Debug, Write as _};
use std::sync::{Arc, Mutex, Once};
use std::time::Duration;

use pingone::models::UserId;
use pingone::{Client, ClientBuilder};
use pingone_tests::stub::{Reply, Stub};
use pingone_tests::time::TestTime;
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Subscriber};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt};
use tracing_subscriber::registry::LookupSpan;

type Fields = BTreeMap<String, String>;

/// The spans by their id, and the events.
type Seen = (BTreeMap<u64, Fields>, Vec<Fields>);

thread_local! {
    /// What this thread has seen; every test has a thread of its own.
    static SEEN: RefCell<Seen> = RefCell::default();
}

/// Keeps the spans and events of the crate `pingone`.
struct Capture;

fn listen() {
    static LISTENING: Once = Once::new();
    LISTENING.call_once(|| {
        let subscriber = tracing_subscriber::registry().with(Capture);
        tracing::subscriber::set_global_default(subscriber).unwrap();
    });
    SEEN.take();
}

const ID: &str = "8376797d-641c-4e7b-8bc1-2fdf71916cab";
const USER: &str = r#"{"id":"8376797d-641c-4e7b-8bc1-2fdf71916cab"}"#;

fn builder(stub: &Stub) -> ClientBuilder {
    Client::builder()
        .platform_url(stub.url())
        .auth_url(stub.url())
        .environment_id("abfba8f6-49eb-49f5-a5d9-80ad5c98f9f6")
        .token("CANARY")
        .attempt_timeout(Duration::from_secs(1_000))
        .timeout(Duration::from_secs(10_000))
        .runtime(TestTime::default())
}

struct Visitor<'a>(&'a mut Fields);

impl Visit for Visitor<'_> {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.0.insert(field.name().to_owned(), format!("{value:?}"));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.0.insert(field.name().to_owned(), value.to_owned());
    }
}

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for Capture {
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, _: Context<'_, S>) {
        if attributes.metadata().target() == "pingone" {
            let mut fields = Fields::new();
            attributes.record(&mut Visitor(&mut fields));
            SEEN.with_borrow_mut(|seen| seen.0.insert(id.into_u64(), fields));
        }
    }

    fn on_record(&self, id: &Id, record: &Record<'_>, _: Context<'_, S>) {
        SEEN.with_borrow_mut(|seen| {
            if let Some(fields) = seen.0.get_mut(&id.into_u64()) {
                record.record(&mut Visitor(fields));
            }
        });
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        if event.metadata().target() == "pingone" {
            let mut fields = Fields::new();
            event.record(&mut Visitor(&mut fields));
            let span = context.event_span(event).expect("an event lies in a span");
            fields.insert("span".to_owned(), span.name().to_owned());
            SEEN.with_borrow_mut(|seen| seen.1.push(fields));
        }
    }
}

/// What was seen, as text.
fn seen() -> String {
    let (spans, events) = SEEN.take();
    let mut text = String::new();
    let spans = spans.into_values().map(|span| ("span", span));
    for (title, fields) in spans.chain(events.into_iter().map(|event| ("event", event))) {
        writeln!(text, "{title}").unwrap();
        for (name, value) in fields {
            writeln!(text, "  {name}: {value}").unwrap();
        }
    }
    text
}

#[tokio::test]
async fn a_call_has_a_span_and_a_retry_is_an_event_on_it() {
    let stub = Stub::start(|position, _| match position {
        0 => Reply::with_headers(
            429,
            &["Retry-After: 3"],
            r#"{"code":"REQUEST_LIMITED","message":"CANARY"}"#,
        ),
        _ => Reply::json(200, USER),
    })
    .await
    .unwrap();
    listen();
    let client = builder(&stub).build().unwrap();
    let user = client.user(ID.parse::<UserId>().unwrap());
    user.verify("CANARY")
        .with_transaction_id("order-7")
        .await
        .unwrap();
    let port = stub.url().rsplit(':').next().unwrap();
    let text = seen().replace(port, "PORT");
    insta::assert_snapshot!(text, @r"
    span
      http.request.method: POST
      http.request.resend_count: 1
      http.response.status_code: 200
      otel.kind: client
      otel.name: POST /environments/{environmentId}/users/{userId}
      pingone.effect: spends-attempt
      pingone.operation: verifyUser
      pingone.transaction_id: order-7
      server.address: 127.0.0.1
      server.port: PORT
      url.template: /environments/{environmentId}/users/{userId}
    event
      error.type: 429
      http.response.status_code: 429
      message: the attempt failed and another follows
      pingone.attempt: 1
      pingone.wait_ms: 3126
      span: pingone.call
    ");
}

#[tokio::test]
async fn a_failed_call_says_so_on_its_span() {
    listen();
    for (reply, error) in [
        (
            Reply::json(400, r#"{"code":"CANARY","message":"CANARY"}"#),
            "400",
        ),
        (Reply::json(200, "CANARY"), "decode"),
        (Reply::Reset(Vec::new()), "interrupted"),
    ] {
        let stub = Stub::always(reply).await.unwrap();
        let client = builder(&stub).build().unwrap();
        let user = client.user(ID.parse::<UserId>().unwrap());
        user.verify("CANARY").await.unwrap_err();
        let seen = SEEN.take();
        let span = seen.0.into_values().next().unwrap();
        assert_eq!(span["otel.status_code"], "ERROR");
        assert_eq!(span["error.type"], error);
        assert!(!span.contains_key("http.request.resend_count"));
        assert!(!format!("{span:?} {:?}", seen.1).contains("CANARY"));
    }
}

#[tokio::test]
async fn a_hook_is_told_of_every_attempt() {
    let stub = Stub::start(|position, _| match position {
        0 => Reply::json(503, ""),
        1 => Reply::json(500, "{}"),
        _ => Reply::json(200, USER),
    })
    .await
    .unwrap();
    let seen = Arc::new(Mutex::new(String::new()));
    let log = Arc::clone(&seen);
    let client = builder(&stub)
        .on_attempt(move |report| {
            let again = report.again_after.map(|wait| wait > Duration::ZERO);
            writeln!(
                log.lock().unwrap(),
                "{} {} {:?} {:?} {again:?}",
                report.operation.id,
                report.attempt,
                report.status,
                report.error.map(ToString::to_string),
            )
            .unwrap();
        })
        .build()
        .unwrap();
    client
        .user(ID.parse::<UserId>().unwrap())
        .read()
        .await
        .unwrap();
    assert_eq!(
        *seen.lock().unwrap(),
        "readUser 1 Some(503) Some(\"readUser: the service refused: status 503; PingOne or a gateway before it has failed: call again later\") Some(true)\n\
         readUser 2 Some(500) Some(\"readUser: the service refused: status 500; PingOne or a gateway before it has failed: call again later\") Some(true)\n\
         readUser 3 Some(200) None None\n"
    );
}

#[tokio::test]
async fn a_transaction_id_can_come_from_around_the_call() {
    let stub = Stub::always(Reply::json(200, USER)).await.unwrap();
    let ids = Arc::new(Mutex::new(vec![
        None,
        Some("bad id"),
        Some("trace-2"),
        Some("trace-1"),
    ]));
    let source = move || ids.lock().unwrap().pop().flatten().map(str::to_owned);
    let client = builder(&stub).transaction_ids(source).build().unwrap();
    let user = client.user(ID.parse::<UserId>().unwrap());
    user.read().await.unwrap();
    user.read().with_transaction_id("own").await.unwrap();
    user.read().await.unwrap();
    assert!(
        user.read()
            .await
            .unwrap_err()
            .to_string()
            .contains("transaction id")
    );
    user.read().await.unwrap();
    let received = stub.received();
    let sent: Vec<Option<&str>> = received
        .iter()
        .map(|request| request.header("x-ping-external-transaction-id"))
        .collect();
    assert_eq!(sent, [Some("trace-1"), Some("own"), Some("trace-2"), None]);
}
