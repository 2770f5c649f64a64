//! A server that is broken, or means harm.

use std::time::Duration;

use futures::future::join;
use pingone::ErrorKind;
use pingone::models::UserId;
use pingone::models::operation::{Answer, Effect, Security};
use pingone_tests::stub::{Reply, Stub, response};
use serde_json::{Map, Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use crate::support::{
    ANYTHING, Case, ID, builder, cases, client, every_call, everything, resolved, settle,
};

const TRANSACTION: &str = "X-Ping-External-Transaction-Id: trace-1";

/// What a server sends, and what a caller can know of it.
struct Malformed {
    kind: &'static str,
    reply: Reply,
    /// The status, if the head of the answer can be read.
    status: Option<u16>,
    /// Whether only a time limit ends the call.
    hangs: bool,
}

/// An answer with a head that can be read.
fn answer(kind: &'static str, status: u16, body: impl AsRef<[u8]>) -> Malformed {
    Malformed {
        kind,
        reply: Reply::Close(response(status, &[TRANSACTION], body.as_ref())),
        status: Some(status),
        hangs: false,
    }
}

/// An answer of these bytes after a status line and the transaction id.
fn after_head(kind: &'static str, status: u16, rest: &str) -> Malformed {
    let bytes = format!("HTTP/1.1 {status} Status\r\n{TRANSACTION}\r\n{rest}").into_bytes();
    Malformed {
        kind,
        reply: Reply::Close(bytes),
        status: Some(status),
        hangs: false,
    }
}

/// No answer that can be read.
fn garbage(kind: &'static str, bytes: impl Into<Vec<u8>>) -> Malformed {
    Malformed {
        kind,
        reply: Reply::Close(bytes.into()),
        status: None,
        hangs: false,
    }
}

/// An answer that does not end.
fn hanging(kind: &'static str, status: Option<u16>, reply: Reply) -> Malformed {
    Malformed {
        kind,
        reply,
        status,
        hangs: true,
    }
}

fn malformed() -> Vec<Malformed> {
    let head = format!("HTTP/1.1 200 OK\r\n{TRANSACTION}\r\nContent-Length: 500\r\n\r\n{{");
    let early = "HTTP/1.1 103 Early Hints\r\nLink: <a>\r\n\r\n";
    let good = String::from_utf8(response(200, &[TRANSACTION], ANYTHING.as_bytes())).unwrap();
    let deep = format!("{}{}", "[".repeat(50_000), "]".repeat(50_000));
    vec![
        answer("empty", 200, ""),
        answer("truncated JSON", 200, &ANYTHING[..40]),
        answer("an array", 200, "[]"),
        answer("a text", 200, "\"x\""),
        answer("null", 200, "null"),
        answer(
            "null for what is required",
            200,
            r#"{"id":null,"status":null}"#,
        ),
        answer("numbers for texts", 200, r#"{"id":1,"status":2}"#),
        answer("objects for texts", 200, r#"{"id":{},"status":{}}"#),
        answer("deep nesting", 200, &deep),
        answer(
            "deep nesting in an unknown member",
            200,
            format!("{},\"x\":{deep}}}", &ANYTHING[..ANYTHING.len() - 1]),
        ),
        answer(
            "a number without bounds",
            200,
            format!(
                "{},\"x\":1{}}}",
                &ANYTHING[..ANYTHING.len() - 1],
                "0".repeat(400)
            ),
        ),
        answer("invalid UTF-8", 200, b"{\"id\":\"\xff\xfe\"}"),
        answer("a byte order mark", 200, format!("\u{feff}{ANYTHING}")),
        answer(
            "duplicate keys",
            200,
            format!("{},{}", &ANYTHING[..ANYTHING.len() - 1], &ANYTHING[1..]),
        ),
        answer("two values", 200, format!("{ANYTHING}{ANYTHING}")),
        answer("HTML", 200, "<html></html>"),
        answer("a page of a gateway", 502, "<html></html>"),
        answer(
            "an error as a success",
            200,
            r#"{"code":"INVALID_DATA","message":"no"}"#,
        ),
        answer(
            "an error of other kinds",
            400,
            r#"{"id":{},"code":7,"message":[],"details":"x"}"#,
        ),
        answer("an error with deep nesting", 400, &deep),
        answer("an empty error", 400, ""),
        answer("status 299", 299, ANYTHING),
        answer("status 499", 499, "{}"),
        answer("status 599", 599, "{}"),
        answer("status 999", 999, "{}"),
        answer("status 304", 304, ""),
        after_head("204 with a body", 204, "Content-Length: 9\r\n\r\nsurprise!"),
        after_head(
            "another media type",
            200,
            &format!("Content-Type: image/png\r\n\r\n{ANYTHING}"),
        ),
        after_head(
            "compression that nobody asked for",
            200,
            "Content-Encoding: gzip\r\nContent-Length: 3\r\n\r\n\u{1f}xy",
        ),
        after_head(
            "a length that is too long",
            200,
            "Content-Length: 500\r\n\r\n{",
        ),
        after_head(
            "a length that is too short",
            200,
            &format!("Content-Length: 5\r\n\r\n{ANYTHING}"),
        ),
        after_head(
            "a chunk without a length",
            200,
            "Transfer-Encoding: chunked\r\n\r\nnonsense\r\n",
        ),
        after_head(
            "a chunk that ends early",
            200,
            "Transfer-Encoding: chunked\r\n\r\nff\r\n{",
        ),
        after_head(
            "a chunk of all memory",
            200,
            "Transfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n{",
        ),
        after_head(
            "chunks in an error",
            500,
            "Transfer-Encoding: chunked\r\n\r\nzz\r\n",
        ),
        garbage(
            "two lengths",
            format!(
                "HTTP/1.1 200 OK\r\n{TRANSACTION}\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n{{}}"
            ),
        ),
        garbage(
            "a negative length",
            "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
        ),
        garbage("no HTTP", "220 mail.example ESMTP\r\n\r\n"),
        garbage("a status of two digits", "HTTP/1.1 20 OK\r\n\r\n"),
        garbage("a version that is none", "HTTP/9.9 200 OK\r\n\r\n"),
        garbage(
            "a header with NUL",
            b"HTTP/1.1 200 OK\r\na: \0\r\n\r\n".to_vec(),
        ),
        garbage(
            "1,000 headers",
            format!("HTTP/1.1 200 OK\r\n{}\r\n", "a: b\r\n".repeat(1_000)),
        ),
        garbage(
            "a header of a megabyte",
            format!("HTTP/1.1 200 OK\r\na: {}\r\n\r\n", "b".repeat(1 << 20)),
        ),
        Malformed {
            status: Some(200),
            ..garbage("20 informational answers first", early.repeat(20) + &good)
        },
        hanging(
            "informational answers without end",
            None,
            Reply::Endless(Vec::new(), early.as_bytes().to_vec()),
        ),
        hanging("silence", None, Reply::Hang(Vec::new())),
        hanging(
            "silence in the head",
            None,
            Reply::Hang(b"HTTP/1.1 200 OK\r\nCon".to_vec()),
        ),
        hanging(
            "silence in the body",
            Some(200),
            Reply::Hang(head.clone().into_bytes()),
        ),
        Malformed {
            status: Some(200),
            reply: Reply::Endless(
                head.replace("500", "1099511627776").into_bytes(),
                vec![b' '; 16 << 10],
            ),
            ..garbage("a body without end", "")
        },
    ]
}

#[tokio::test]
async fn no_answer_stops_a_caller_from_learning_what_came() {
    let kinds = malformed();
    let (mut calls, mut errors) = (0, 0);
    for Malformed {
        kind,
        reply,
        status,
        hangs,
    } in malformed()
    {
        let stub = Stub::always(reply).await.unwrap();
        let (client, time) = client(&stub);
        for case in cases() {
            let (call, operation) = (case.call(&client), case.operation);
            let before = stub.counts().requests;
            let clock = async {
                if hangs {
                    stub.wait_for(before + 1).await;
                    settle().await;
                    time.advance(Duration::from_secs(10_000));
                }
            };
            // A guard, so that a call that hangs fails the test.
            let guarded = tokio::time::timeout(Duration::from_secs(20), join(call.send(), clock));
            let Ok((result, ())) = guarded.await else {
                panic!("{kind}: {} hangs", operation.id);
            };
            calls += 1;
            let Err(error) = result else {
                // A documented redirect is a success.
                let fine = status.is_some_and(|status| {
                    status < 300 || operation.statuses.contains(&status.to_string().as_str())
                });
                assert!(fine, "{kind}: {} succeeded", operation.id);
                continue;
            };
            errors += 1;
            assert_eq!(
                error.status(),
                status,
                "{kind}: {}: {error:?}",
                operation.id
            );
            if status.is_some() {
                assert_eq!(error.transaction_id(), Some("trace-1"), "{kind}: {error:?}");
            }
            assert!(error.may_have_been_sent(), "{kind}: {error:?}");
            assert!(error.body().len() <= 64 << 10, "{kind}");
        }
    }
    println!(
        "D1: {} kinds of answers x {} operations: {calls} calls, {errors} errors, 0 panics, 0 hangs",
        kinds.len(),
        cases().len()
    );
    assert_eq!(calls, kinds.len() * cases().len());
}

/// How much time passes until a call ends whose answer comes one byte a second.
async fn seconds_until_the_end(answer: &'static str, case: &Case) -> u64 {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let time = pingone_tests::time::TestTime::default();
    let client = builder(&url, &url, &time)
        .timeout(Duration::from_secs(1_000))
        .build()
        .unwrap();
    let clock = time.clone();
    let server = async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let _ = stream.read(&mut [0; 4096]).await.unwrap();
        let mut bytes = answer.bytes();
        loop {
            if let Some(byte) = bytes.next() {
                let _ = stream.write_all(&[byte]).await;
            }
            settle().await;
            clock.advance(Duration::from_secs(1));
        }
    };
    let error = tokio::select! {
        error = case.call(&client).error() => error,
        () = server => unreachable!("the server does not end"),
    };
    assert_eq!(error.kind(), ErrorKind::Timeout);
    time.elapsed().as_secs()
}

#[tokio::test]
async fn a_slow_server_is_given_as_much_time_as_the_call_has() {
    let long = "x".repeat(2_000);
    let head: &'static str = format!("HTTP/1.1 200 OK\r\na: {long}").leak();
    let body: &'static str =
        format!("HTTP/1.1 200 OK\r\nContent-Length: 9000\r\n\r\n{long}").leak();
    let mut count = 0;
    for answer in [head, body, "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{"] {
        // One of each effect; where the answer is open, its status is enough.
        for effect in [Effect::Read, Effect::SendsMessage, Effect::SpendsAttempt] {
            let mut cases = cases().iter();
            let case = cases.find(|case| {
                case.operation.effect == effect && case.operation.answer == Answer::Json
            });
            let seconds = seconds_until_the_end(answer, case.unwrap()).await;
            assert!((900..=1_100).contains(&seconds), "{seconds} s");
            count += 1;
        }
    }
    println!("D3: {count} slow answers end within 10 % of the deadline");
}

/// A value of a schema with everything in it that the document knows, and an unknown value wherever there can be one.
#[derive(Default)]
struct Unknown {
    enums: usize,
    objects: usize,
}

impl Unknown {
    fn value(&mut self, schema: &Value, depth: usize) -> Option<Value> {
        let schema = resolved(schema);
        if schema.get("enum").is_some() {
            self.enums += 1;
            return Some("BRAND_NEW".into());
        }
        let value = match schema["type"].as_str() {
            Some("string") => match schema["format"].as_str() {
                Some("uuid") => ID.into(),
                Some("date-time") => "2026-11-21T10:00:00.123Z".into(),
                _ => "text".into(),
            },
            Some("integer") => 3.into(),
            Some("number") => 1.5.into(),
            Some("boolean") => true.into(),
            Some("array") => vec![self.value(&schema["items"], depth.checked_sub(1)?)?].into(),
            _ => Value::Object(self.object(schema, depth.checked_sub(1)?)),
        };
        Some(value)
    }

    fn object(&mut self, schema: &Value, depth: usize) -> Map<String, Value> {
        let mut members = Map::new();
        let properties = schema["properties"].as_object();
        for (name, property) in properties.into_iter().flatten() {
            if let Some(value) = self.value(property, depth) {
                members.insert(name.clone(), value);
            }
        }
        self.objects += 1;
        let unknown = match schema.get("additionalProperties") {
            Some(values) if values.is_object() => self.value(values, depth),
            _ => Some(json!({ "deep": [1, "two", null] })),
        };
        members.extend(unknown.map(|value| ("brand.new".to_owned(), value)));
        members
    }
}

#[tokio::test]
async fn what_the_document_does_not_know_survives_in_every_answer() {
    let mut unknown = Unknown::default();
    let mut answers = 0;
    for case in cases() {
        let Some(schema) = case.answer_schema() else {
            continue;
        };
        let body = unknown.value(&schema, 12).unwrap();
        let stub = Stub::always(Reply::json(200, &body.to_string()))
            .await
            .unwrap();
        let (client, _) = client(&stub);
        let given = case.call(&client).send().await.unwrap();
        assert_eq!(
            given.json.to_string(),
            body.to_string(),
            "{}",
            case.operation.id
        );
        answers += 1;
    }
    println!(
        "D4: {answers} answers with {} unknown values and {} unknown members came back byte for byte",
        unknown.enums, unknown.objects
    );
    assert!(answers > 20 && unknown.enums > 20);
}

#[tokio::test]
async fn no_redirect_is_followed() {
    let elsewhere = Stub::always(Reply::json(200, ANYTHING)).await.unwrap();
    let mut count = 0;
    for status in [300, 301, 302, 303, 307, 308] {
        for base in [elsewhere.url(), ""] {
            let location = format!("Location: {base}/elsewhere");
            let stub = Stub::always(Reply::with_headers(status, &[&location], ""))
                .await
                .unwrap();
            let (client, _) = client(&stub);
            for (sent, call) in every_call(&client).enumerate() {
                let operation = call.operation;
                match call.send().await {
                    Err(error) => assert_eq!(error.status(), Some(status)),
                    // A documented redirect is a success.
                    Ok(_) => assert!(operation.statuses.contains(&status.to_string().as_str())),
                }
                assert_eq!(stub.counts().requests, sent + 1, "{}", operation.id);
                count += 1;
            }
        }
    }
    assert_eq!(elsewhere.counts().connections, 0);
    println!("D5: {count} redirects, 0 followed, 0 connections to the other host");
}

#[tokio::test]
async fn no_text_of_a_caller_begins_a_header() {
    const INJECTIONS: [&str; 6] = [
        "x\r\nInjected: 1",
        "x\nInjected: 1",
        "x\rInjected: 1",
        "x\0Injected: 1",
        "x\r\n\r\nGET /injected HTTP/1.1\r\n",
        "x\u{a}\u{2028}Injected: 1",
    ];
    let stub = Stub::always(Reply::json(200, ANYTHING)).await.unwrap();
    let (good, time) = client(&stub);
    let id: UserId = ID.parse().unwrap();
    let new = || builder(stub.url(), stub.url(), &time);
    let mut refused = 0;
    for text in INJECTIONS {
        let user = good.user(id);
        let flow = good.flow(ID.parse::<pingone::models::FlowId>().unwrap());
        let query = pingone::users::UserQuery::new();
        let results = [
            user.read().with_transaction_id(text).await.err(),
            user.read().with_session_id(text).await.err(),
            user.read().with_token(text).await.err(),
            flow.with_session(text).read().await.err(),
            new().token(text).build().err(),
            new().user_agent(text).build().err(),
            new()
                .platform_url(format!("{}/{text}", stub.url()))
                .build()
                .err(),
            new().environment_id(text).build().err(),
        ];
        for (position, error) in results.iter().enumerate() {
            refused += usize::from(error.is_some());
            // A URL has its own escaping, so that it may be accepted.
            assert!(error.is_some() || position == 6, "{position} {text:?}");
        }
        // What goes into the query or the body is escaped there.
        good.users()
            .list(query.with_filter(text).with_cursor(text))
            .await
            .unwrap();
        user.verify(text).await.unwrap();
        good.flow(ID.parse::<pingone::models::FlowId>().unwrap())
            .with_session("s")
            .look_up_user(text)
            .await
            .unwrap();
    }
    for request in stub.received() {
        let head = request.head.to_lowercase();
        let lines = head.lines().filter(|line| line.starts_with("injected"));
        assert_eq!(lines.count(), 0, "{head}");
        assert!(!request.line().contains("/injected"), "{head}");
    }
    println!("D7: {refused} texts refused, 0 headers injected");
}

#[tokio::test]
async fn every_secret_goes_to_its_own_server_only() {
    let time = pingone_tests::time::TestTime::default();
    for case in cases() {
        let platform = Stub::always(case.success()).await.unwrap();
        let auth = Stub::always(case.success()).await.unwrap();
        let client = builder(platform.url(), auth.url(), &time).build().unwrap();
        case.call(&client).send().await.unwrap();
        let (own, other) = match case.operation.server {
            "platform" => (&platform, &auth),
            _ => (&auth, &platform),
        };
        let id = case.operation.id;
        let requests = own.take();
        assert_eq!((requests.len(), other.take().len()), (1, 0), "{id}");
        let credentials = ["authorization", "cookie", "proxy-authorization"];
        let sent: Vec<_> = credentials
            .into_iter()
            .filter(|name| requests[0].header(name).is_some())
            .collect();
        let asked = case.operation.security.first().map(|kind| match kind {
            Security::Bearer | Security::Basic => "authorization",
            Security::Cookie(_) => "cookie",
            Security::Header(name) | Security::Query(name) => name,
        });
        assert_eq!(sent, Vec::from_iter(asked), "{id}");
    }
}

#[tokio::test]
async fn an_error_never_shows_what_a_server_wrote() {
    // The malformed answers have no canary of their own: `secrets` plants them. Here: nothing of a long body is shown.
    let body = "<p>".repeat(10_000);
    let stub = Stub::always(Reply::with_headers(500, &[], &body))
        .await
        .unwrap();
    let (client, _) = client(&stub);
    for call in every_call(&client) {
        let text = everything(&call.error().await);
        assert!(!text.contains("<p>") && text.len() < 2_000, "{text}");
    }
}
