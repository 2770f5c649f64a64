//! No secret shows itself: not in logs, not in what prints itself, not in errors and panics.

use std::collections::HashSet;
use std::fmt::{Debug, Write as _};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, Once, PoisonError};

use pingone::models::{FlowId, UserId};
use pingone::token::Token;
use pingone_client::Call;
use pingone_client::transport::Authorization;
use pingone_tests::stub::{Reply, Stub, response};
use pingone_tests::time::TestTime;
use serde_json::{Map, Value, json};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::layer::{Context, SubscriberExt};

use crate::support::{
    CANARY, FLOW, ID, builder, cases, client, every_call, everything, nobody, resolved, secret,
};

/// Whether a text gives a secret away. The id of a flow is one in logs and errors.
fn leaks(text: &str) -> bool {
    let text = text.to_lowercase();
    text.contains(CANARY) || text.contains(FLOW)
}

/// Reads everything that any crate of this process writes to its log, at the finest level.
struct Watch;

static RECORDS: AtomicUsize = AtomicUsize::new(0);
static LEAKS: Mutex<Vec<String>> = Mutex::new(Vec::new());

fn watch(source: &str, record: impl FnOnce(&mut Text)) {
    let mut text = Text(source.to_owned());
    record(&mut text);
    RECORDS.fetch_add(1, Ordering::Relaxed);
    if leaks(&text.0) {
        LEAKS
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(text.0);
    }
}

struct Text(String);

impl Visit for Text {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        let _ = write!(self.0, " {field}={value:?}");
    }
}

impl<S: Subscriber> Layer<S> for Watch {
    fn on_new_span(&self, attributes: &Attributes<'_>, _: &Id, _: Context<'_, S>) {
        watch(attributes.metadata().target(), |text| {
            attributes.record(text)
        });
    }

    fn on_record(&self, _: &Id, values: &Record<'_>, _: Context<'_, S>) {
        watch("", |text| values.record(text));
    }

    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        watch(event.metadata().target(), |text| event.record(text));
    }
}

/// Watches the log of the whole process from now on, also that of the other tests.
fn watch_logs() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        tracing_log::LogTracer::init().unwrap();
        tracing::subscriber::set_global_default(tracing_subscriber::registry().with(Watch))
            .unwrap();
    });
}

/// The value of a schema with the canary in every secret, in every address and in members that the document does not
/// know, and with the id of a flow wherever there is one.
fn planted(schema: &Value, depth: usize) -> Option<Value> {
    let schema = resolved(schema);
    if let Some(secret) = secret(schema) {
        return Some(secret.into());
    }
    let value = match (schema["type"].as_str(), schema["format"].as_str()) {
        (Some("string"), Some("uri")) => format!("https://auth.pingone.eu/canary/{FLOW}").into(),
        (Some("string"), Some("uuid")) => ID.into(),
        (Some("string"), Some("date-time")) => "2026-11-21T10:00:00.123Z".into(),
        (Some("string"), _) => "text".into(),
        (Some("integer" | "number"), _) => 3.into(),
        (Some("boolean"), _) => true.into(),
        (Some("array"), _) => vec![planted(&schema["items"], depth.checked_sub(1)?)?].into(),
        // The one value of which the document says nothing is the challenge for a FIDO2 device, and no secret.
        (None, _) if schema.get("properties").is_none() => "text".into(),
        _ => {
            let depth = depth.checked_sub(1)?;
            let members = schema["properties"].as_object().into_iter().flatten();
            let members =
                members.filter_map(|(name, schema)| Some((name.clone(), planted(schema, depth)?)));
            let mut object: Map<_, _> = members.collect();
            match &schema["additionalProperties"] {
                values @ Value::Object(_) => object.insert("self".into(), planted(values, depth)?),
                _ => object.insert("unknown".into(), json!({ "deep": "canary-unknown" })),
            };
            Value::Object(object)
        }
    };
    Some(value)
}

/// Counts texts that were looked at, and stops at the first that gives a secret away.
#[derive(Default)]
struct Scan {
    texts: usize,
    panics: HashSet<pingone::ErrorKind>,
}

impl Scan {
    fn text(&mut self, what: &str, text: &str) {
        self.texts += 1;
        assert!(!leaks(text), "{what}: {text}");
    }

    fn debug(&mut self, what: &str, value: &dyn Debug) {
        self.text(what, &format!("{value:?} {value:#?}"));
    }

    fn error(&mut self, what: &str, error: pingone::Error) {
        self.text(what, &everything(&error));
        // A panic shows what `Debug` does; one of each kind shows that, and what else a panic says.
        if self.panics.insert(error.kind()) {
            let insist = |result: pingone::Result<()>| result.unwrap();
            let panic = catch_unwind(AssertUnwindSafe(|| insist(Err(error))));
            let panic = panic.unwrap_err();
            self.text(what, panic.downcast_ref::<String>().unwrap());
        }
    }
}

/// Every call against a server that answers like this.
async fn every_answer(scan: &mut Scan, what: &str, reply: Reply) {
    let stub = Stub::always(reply).await.unwrap();
    let (client, _) = client(&stub);
    for call in every_call(&client) {
        let what = format!("{what}: {}", call.operation.id);
        scan.text(&what, &call.debug);
        match call.send().await {
            Ok(given) => scan.text(&what, &given.debug),
            Err(error) => scan.error(&what, error),
        }
    }
}

#[tokio::test]
async fn no_secret_is_printed_by_any_call() {
    watch_logs();
    let mut scan = Scan::default();
    // Successes, with the canary in every secret of every answer.
    let mut planted_in = 0;
    for case in cases() {
        let id = case.operation.id;
        let body = match case.answer_schema() {
            Some(schema) => planted(&schema, 12).unwrap_or_default(),
            None => json!({ "secret": "canary-open" }),
        };
        planted_in += usize::from(body.to_string().contains(CANARY));
        let headers = [
            "Content-Type: application/json",
            "Set-Cookie: ST=canary-set",
        ];
        let stub = Stub::always(Reply::with_headers(200, &headers, &body.to_string()))
            .await
            .unwrap();
        let (client, _) = client(&stub);
        let call = case.call(&client);
        scan.text(id, &call.debug);
        let given = call.send().await.unwrap();
        scan.text(id, &given.debug);
    }
    assert_eq!(planted_in, cases().len());
    // Errors, in the service's form and in others.
    let error = json!({
        "id": "canary id", "code": "canary code", "message": "canary", "canary": "canary",
        "details": [{
            "code": "canary value", "target": "canary target", "message": "canary",
            "innerError": { "allowedPattern": "canary", "canary": "canary" },
        }],
    });
    let error = error.to_string();
    let headers = [
        "X-Ping-External-Transaction-Id: canary trace",
        "Location: /canary",
    ];
    let truncated = response(200, &[], b"{\"id\":\"canary").repeat(2);
    for (what, reply) in [
        ("an error", Reply::json(400, &error)),
        (
            "an OAuth error",
            Reply::json(401, r#"{"error":"canary no","error_description":"canary"}"#),
        ),
        ("headers", Reply::with_headers(302, &headers, &error)),
        ("a page", Reply::json(502, "<p>canary</p>")),
        // Malformed successes: the generator's own error would hold the bytes.
        (
            "a wrong kind",
            Reply::json(200, r#"{"_links":"canary","id":["canary"]}"#),
        ),
        ("a wrong root", Reply::json(200, "\"canary\"")),
        (
            "a name",
            Reply::json(200, r#"{"_links":{"canary\"":7},"id":{"canary":1}}"#),
        ),
        ("no JSON", Reply::json(200, "canary")),
        ("truncated", Reply::json(200, "{\"id\":\"canary")),
        ("broken off", Reply::Close(truncated)),
        ("no HTTP", Reply::Close(b"canary canary\r\n\r\n".to_vec())),
        (
            "a broken header",
            Reply::Close(b"HTTP/1.1 200 OK\r\ncanary\0canary\r\n\r\n".to_vec()),
        ),
        (
            "a broken chunk",
            Reply::Close(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\ncanary".to_vec()),
        ),
        ("a reset", Reply::Reset(Vec::new())),
    ] {
        every_answer(&mut scan, what, reply).await;
    }
    // Transport errors, whose address holds what was searched for.
    let time = TestTime::default();
    let refused = nobody().await;
    let client = builder(&refused, &refused, &time).build().unwrap();
    for call in every_call(&client) {
        scan.error("refused", call.error().await);
    }
    let records = RECORDS.load(Ordering::Relaxed);
    let logged = std::mem::take(&mut *LEAKS.lock().unwrap_or_else(PoisonError::into_inner));
    println!(
        "C1: {planted_in} of {} answers had a secret in them",
        cases().len()
    );
    println!(
        "C1, C2: {} texts and {records} log records, 0 with a secret",
        scan.texts
    );
    assert_eq!(logged, Vec::<String>::new());
    assert!(records > 100, "the log was not read");
}

#[tokio::test]
async fn no_secret_is_printed_by_what_is_made_of_it() {
    let stub = Stub::always(Reply::json(200, "{}")).await.unwrap();
    let time = TestTime::default();
    let mut scan = Scan::default();
    let with_token = builder(stub.url(), stub.url(), &time);
    scan.debug("a builder", &with_token);
    let client = with_token.build().unwrap();
    scan.debug("a client", &client);
    scan.debug("a token", &Token::new("canary"));
    let canary = "canary".into();
    for credentials in [
        Authorization::bearer(&canary),
        Authorization::cookies(&canary),
        Authorization::basic("id", &canary),
        Authorization::key(&canary),
    ] {
        let credentials = credentials.unwrap();
        scan.debug("credentials", &credentials);
        let call = Call::new()
            .with_credentials(credentials)
            .with_header(http::header::COOKIE, "canary".parse().unwrap());
        scan.debug("a call", &call);
    }
    let user = client.user(ID.parse::<UserId>().unwrap());
    scan.debug("a request", &user.read().with_token("canary"));
    scan.debug("a user", &user);
    let flow = client.flow(FLOW.parse::<FlowId>().unwrap());
    scan.debug("a flow", &flow.clone().with_session("canary"));
    scan.debug("the id of a flow", &flow.id());
    for wrong in [
        client_error(|it| it.token("canary canary")),
        client_error(|it| it.platform_url("https://linda:canary@api.pingone.eu")),
        client_error(|it| it.platform_url("https://api.pingone.eu/v1?token=canary")),
        client_error(|it| it.auth_url("canary://api.pingone.eu").token("canary")),
        client_error(|it| it.environment_id("canary")),
    ] {
        // The scheme of an address and the reason for which an id is none may be shown, and none of them is secret.
        scan.texts += 1;
        let text = everything(&wrong).replace("canary`: use", "");
        assert!(!leaks(&text), "{text}");
    }
    println!(
        "C1: {} things that hold a secret print themselves without it",
        scan.texts
    );
}

fn client_error(
    change: impl FnOnce(pingone::ClientBuilder) -> pingone::ClientBuilder,
) -> pingone::Error {
    let good = pingone::Client::builder()
        .environment_id(crate::support::ENVIRONMENT)
        .token("t");
    change(good).build().unwrap_err()
}
