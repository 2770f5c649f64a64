//! No call does its work twice, whatever goes wrong.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use pingone::models::UserId;
use pingone::models::operation::{Answer, Effect, Operation, Security};
use pingone::models::operations::{READ_USER, VERIFY_USER};
use pingone::retry::{NeverRetry, Outcome, RetryContext, RetryDecision, RetryPolicy, SafeRetry};
use pingone::token::{ClientCredentials, Token, TokenProvider};
use pingone::{BoxError, BoxFuture, Client, ClientBuilder, Error, ErrorKind};
use pingone_tests::stub::{Reply, Stub, response};
use pingone_tests::time::TestTime;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpListener;

use crate::support::{
    AnyCall, ID, builder, cases, client, every_call, everything, nobody, settle, unsafe_cases,
    with_names,
};

const INFORMATIONAL: &str = "HTTP/1.1 103 Early Hints\r\nLink: <a>\r\n\r\n";

/// Failures after which nobody knows whether the service has acted.
fn ambiguous() -> Vec<(&'static str, Reply)> {
    let head = b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n".to_vec();
    let truncated = [head.clone(), b"{\"id\":".to_vec()].concat();
    vec![
        ("reset before headers", Reply::Reset(Vec::new())),
        ("closed before headers", Reply::Close(Vec::new())),
        (
            "reset within headers",
            Reply::Reset(b"HTTP/1.1 200 OK\r\nConte".to_vec()),
        ),
        (
            "closed within headers",
            Reply::Close(b"HTTP/1.1 200 OK\r\nConte".to_vec()),
        ),
        ("no HTTP", Reply::Close(b"SSH-2.0-OpenSSH\r\n\r\n".to_vec())),
        ("500", Reply::json(500, "{}")),
        (
            "502",
            Reply::with_headers(502, &["Content-Type: text/html"], "<p>"),
        ),
        ("503", Reply::json(503, "")),
        (
            "503 with Retry-After",
            Reply::with_headers(503, &["Retry-After: 1"], ""),
        ),
        ("504", Reply::json(504, "")),
        ("408", Reply::json(408, "")),
        (
            "truncated 500",
            Reply::Close(b"HTTP/1.1 500 No\r\nContent-Length: 500\r\n\r\n{".to_vec()),
        ),
        (
            "a page of HTML that breaks off",
            Reply::Close(
                b"HTTP/1.1 502 No\r\nContent-Type: text/html\r\nContent-Length: 500\r\n\r\n<p>"
                    .to_vec(),
            ),
        ),
        (
            "a reset within informational answers",
            Reply::Reset(INFORMATIONAL.repeat(3).into_bytes()),
        ),
        ("closed after headers", Reply::Close(head.clone())),
        ("reset after headers", Reply::Reset(head)),
        ("truncated body", Reply::Close(truncated)),
    ]
}

/// A call of every operation, of several clients, so that no retry budget is used up.
fn calls_with_budget(stub: &Stub) -> Vec<(AnyCall, &'static Operation)> {
    let few = cases().chunks(25).flat_map(|cases| {
        let (client, _) = client(stub);
        let calls = cases
            .iter()
            .map(move |case| (case.call(&client), case.operation));
        calls.collect::<Vec<_>>()
    });
    few.collect()
}

#[tokio::test]
async fn no_ambiguous_fault_repeats_an_effect() {
    let mut count = 0;
    let mut repeated = 0;
    for (fault, reply) in ambiguous() {
        let stub = Stub::always(reply).await.unwrap();
        for (call, operation) in calls_with_budget(&stub) {
            let before = stub.received().len();
            let result = call.send().await;
            let sent = stub.received().len() - before;
            count += 1;
            if operation.effect == Effect::Read {
                assert_eq!(sent, 4, "{fault}: {}", operation.id);
            } else {
                repeated += usize::from(sent > 1);
                assert_eq!(sent, 1, "{fault}: {}", operation.id);
            }
            // A response that is not published succeeds by its status alone.
            if let Err(error) = result {
                assert!(error.may_have_been_sent(), "{fault}: {error:?}");
                assert_eq!(error.attempts() as usize, sent);
            } else {
                assert_ne!(operation.answer, Answer::Json, "{fault}: {}", operation.id);
            }
        }
    }
    println!("A2: {count} pairs of fault and operation, {repeated} repeated effects");
    assert_eq!(repeated, 0);
}

#[tokio::test]
async fn a_connection_that_dies_while_idle_repeats_no_effect() {
    let mut count = 0;
    for case in unsafe_cases() {
        // The first answer keeps the connection; the second request on it is read, and then the connection dies.
        let stub = Stub::start(|position, _| match position {
            0 => case.success(),
            _ => Reply::Reset(Vec::new()),
        });
        let stub = stub.await.unwrap();
        let (client, _) = client(&stub);
        case.call(&client).send().await.unwrap();
        let before = stub.counts();
        let error = case.call(&client).error().await;
        let after = stub.counts();
        assert_eq!(
            after.connections, before.connections,
            "it was the same connection"
        );
        assert_eq!(after.requests - before.requests, 1, "{error:?}");
        assert!(error.may_have_been_sent());
        count += 1;
    }
    println!("A2: {count} operations on a pooled connection that dies, 0 repeated effects");
}

#[tokio::test]
async fn a_timeout_after_the_request_was_read_repeats_no_effect() {
    let mut count = 0;
    for reply in [
        Reply::Hang(Vec::new()),
        Reply::Hang(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{".to_vec()),
        Reply::Endless(Vec::new(), INFORMATIONAL.into()),
    ] {
        let stub = Stub::always(reply).await.unwrap();
        let (client, time) = client(&stub);
        for case in unsafe_cases() {
            let before = stub.counts().requests;
            let read = stub.wait_for(before + 1);
            let (result, ()) = tokio::join!(case.call(&client).send(), async {
                read.await;
                settle().await;
                time.advance(Duration::from_secs(1_000));
            });
            assert_eq!(stub.counts().requests - before, 1);
            if let Err(error) = result {
                assert_eq!(error.kind(), ErrorKind::Timeout);
                assert!(error.may_have_been_sent());
            }
            count += 1;
        }
    }
    println!("A2: {count} pairs of timeout and operation, 0 repeated effects");
}

/// The answers of a token endpoint that gives no token.
fn token_faults() -> Vec<(&'static str, Reply)> {
    vec![
        ("401", Reply::json(401, r#"{"error":"invalid_client"}"#)),
        ("429", Reply::with_headers(429, &["Retry-After: 60"], "")),
        ("503", Reply::json(503, "")),
        (
            "a page",
            Reply::with_headers(502, &["Content-Type: text/html"], "<p>canary</p>"),
        ),
        (
            "a page of success",
            Reply::with_headers(200, &[], "<p>canary</p>"),
        ),
        ("no token", Reply::json(200, r#"{"token_type":"Bearer"}"#)),
        ("an empty token", Reply::json(200, r#"{"access_token":""}"#)),
        (
            "a token with a blank",
            Reply::json(200, r#"{"access_token":"canary canary"}"#),
        ),
        (
            "a token of another type",
            Reply::json(200, r#"{"access_token":"canary","token_type":"DPoP"}"#),
        ),
        (
            "a refusal with the status of success",
            Reply::json(
                200,
                r#"{"error":"invalid_client","error_description":"canary"}"#,
            ),
        ),
        (
            "a token that no header can carry",
            Reply::json(200, r#"{"access_token":"canary\r\ncanary"}"#),
        ),
        (
            "a token that is none",
            Reply::json(200, r#"{"access_token":["canary"]}"#),
        ),
        (
            "truncated",
            Reply::Close(
                b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{\"access_token\":\"canary"
                    .to_vec(),
            ),
        ),
        ("reset", Reply::Reset(Vec::new())),
        ("no HTTP", Reply::Close(b"SSH-2.0-OpenSSH\r\n\r\n".to_vec())),
    ]
}

fn with_credentials(stub: &Stub, time: &TestTime) -> Client {
    let credentials = ClientCredentials::client_secret_basic("an-id", "canary-secret");
    let builder = builder(stub.url(), stub.url(), time);
    builder.client_credentials(credentials).build().unwrap()
}

#[tokio::test]
async fn no_fault_of_the_token_endpoint_sends_a_call_or_shows_a_secret() {
    let mut count = 0;
    for (fault, reply) in token_faults() {
        // One server for all: the path tells a token request apart.
        let stub = Stub::start(
            move |_, request| match request.line().contains("/as/token") {
                true => reply.clone(),
                false => Reply::json(500, "{}"),
            },
        );
        let stub = stub.await.unwrap();
        let client = with_credentials(&stub, &TestTime::default());
        for case in cases() {
            if !case.takes(|kind| *kind == Security::Bearer) {
                continue;
            }
            let error = case.call(&client).error().await;
            let id = case.operation.id;
            assert_eq!(error.kind(), ErrorKind::Token, "{fault}: {id}: {error:?}");
            assert!(!error.may_have_been_sent(), "{fault}: {id}");
            assert_eq!(error.attempts(), 0, "{fault}: {id}");
            let text = everything(&error);
            assert!(!text.contains("canary"), "{fault}: {id}: {text}");
            let own = stub.take();
            assert!(
                own.iter()
                    .all(|request| request.line().contains("/as/token")),
                "{fault}: {id}"
            );
            // A token request only reads, so that what passes is tried again; a failure is remembered for a while.
            assert!(own.len() <= 4, "{fault}: {id}: {}", own.len());
            count += 1;
        }
    }
    println!("B3: {count} pairs of token fault and operation: not sent, 0 secrets");
    assert!(count > 0);
}

#[tokio::test]
async fn a_refused_token_is_replaced_once_whatever_the_refusal_looks_like() {
    let challenge = "WWW-Authenticate: Bearer error=\"invalid_token\"";
    let refusals = [
        Reply::with_headers(401, &["Content-Type: text/html"], "<p>canary</p>"),
        Reply::with_headers(401, &[], ""),
        Reply::with_headers(401, &[challenge], r#"{"code":"ACCESS_FAILED"}"#),
        Reply::Close(b"HTTP/1.1 401 No\r\nContent-Length: 500\r\n\r\n{\"code\":".to_vec()),
    ];
    let mut count = 0;
    for refusal in refusals {
        let token = r#"{"access_token":"t","expires_in":3600}"#;
        let stub = Stub::start(
            move |_, request| match request.line().contains("/as/token") {
                true => Reply::json(200, token),
                false => refusal.clone(),
            },
        );
        let stub = stub.await.unwrap();
        let time = TestTime::default();
        let client = with_credentials(&stub, &time);
        for case in cases() {
            if !case.takes(|kind| *kind == Security::Bearer) {
                continue;
            }
            // A token that is refused when it is new is not replaced: something else is wrong then.
            let _ = case.call(&client).send().await;
            let _ = stub.take();
            time.advance(Duration::from_secs(60));
            let error = case.call(&client).error().await;
            let id = case.operation.id;
            assert_eq!(
                (error.status(), error.attempts()),
                (Some(401), 2),
                "{id}: {error:?}"
            );
            let (tokens, calls): (Vec<_>, Vec<_>) = stub
                .take()
                .into_iter()
                .partition(|request| request.line().contains("/as/token"));
            assert_eq!((tokens.len(), calls.len()), (1, 2), "{id}");
            count += 1;
        }
    }
    println!("B5: {count} pairs of refused token and operation, one replay each");
}

#[tokio::test]
async fn what_was_not_sent_is_tried_again_whatever_it_does() {
    let time = TestTime::default();
    let two = SafeRetry::default().with_max_attempts(2);
    let refused = nobody().await;
    let nameless = || -> BoxFuture<'static, std::io::Result<SocketAddr>> {
        Box::pin(async { Err(std::io::Error::other("no such host")) })
    };
    // Speaks, and not TLS.
    let plain = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let secure = format!("https://{}", plain.local_addr().unwrap());
    let server = tokio::spawn(async move {
        while let Ok((mut stream, _)) = plain.accept().await {
            let _ = stream.write_all(b"220 not TLS\r\n").await;
        }
    });
    let faults: [(&str, &dyn Fn() -> ClientBuilder); 3] = [
        ("refused", &|| builder(&refused, &refused, &time)),
        ("no such host", &|| with_names(&refused, &time, nameless)),
        ("no TLS", &|| builder(&secure, &secure, &time)),
    ];
    let mut tried = 0;
    for (fault, builder) in faults {
        // Several clients, so that no retry budget is used up.
        for few in cases().chunks(25) {
            let client = builder().retry_policy(two.clone()).build().unwrap();
            for case in few {
                let operation = case.operation.id;
                let error = case.call(&client).error().await;
                assert_eq!(error.kind(), ErrorKind::Connect, "{fault}: {operation}");
                assert_eq!(error.attempts(), 2, "{fault}: {operation}");
                assert!(!error.may_have_been_sent(), "{fault}: {operation}");
                tried += 1;
            }
        }
    }
    server.abort();
    println!("A3: {tried} pairs of failed connection and operation: not sent, and tried again");
}

#[tokio::test]
async fn a_time_limit_that_ends_while_connecting_says_that_nothing_was_sent() {
    let time = TestTime::default();
    // Accepts, and says nothing: TLS does not come about.
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let secure = format!("https://{}", silent.local_addr().unwrap());
    let (accepted, mut connections) = tokio::sync::mpsc::unbounded_channel();
    let server = tokio::spawn(async move {
        while let Ok((stream, _)) = silent.accept().await {
            accepted.send(stream).unwrap();
        }
    });
    let client = builder(&secure, &secure, &time)
        .retry_policy(NeverRetry)
        .build()
        .unwrap();
    let mut cases = 0;
    for call in every_call(&client) {
        let operation = call.operation.id;
        let (error, _connection) = tokio::join!(call.error(), async {
            let connection = connections.recv().await;
            time.advance(Duration::from_secs(1_000));
            connection
        });
        assert_eq!(error.kind(), ErrorKind::Timeout, "{operation}");
        assert!(!error.may_have_been_sent(), "{operation}: {error}");
        assert!(
            error.to_string().contains("nothing was sent"),
            "{operation}: {error}"
        );
        cases += 1;
    }
    server.abort();
    println!("A3: {cases} operations whose time ended while connecting: not sent");
}

/// Has no token.
#[derive(Debug)]
struct NoToken;

impl TokenProvider for NoToken {
    fn token(&self, _: Duration) -> BoxFuture<'_, Result<Token, BoxError>> {
        Box::pin(async { Err("the canary in the cage".into()) })
    }
}

#[tokio::test]
async fn without_a_token_nothing_is_sent_that_needs_one() {
    let time = TestTime::default();
    let mut count = 0;
    for case in cases() {
        let stub = Stub::always(case.success()).await.unwrap();
        let builder = builder(stub.url(), stub.url(), &time);
        let client = builder.token_provider(NoToken).build().unwrap();
        let (operation, result) = (case.operation, case.call(&client).send().await);
        if operation.security.contains(&Security::Bearer) {
            let error = result.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Token, "{}", operation.id);
            assert!(!error.may_have_been_sent());
            assert_eq!(stub.counts().requests, 0);
            count += 1;
        } else {
            result.unwrap();
        }
    }
    println!("A3: {count} operations without a token: not sent");
    assert!(count > 0);
}

#[tokio::test]
async fn an_attempt_that_may_have_been_sent_is_not_forgotten_for_one_that_was_not() {
    let stub = Stub::always(Reply::Reset(Vec::new())).await.unwrap();
    let time = TestTime::default();
    let address: SocketAddr = stub.url()["http://".len()..].parse().unwrap();
    let first = AtomicBool::new(true);
    let names = move || -> BoxFuture<'static, std::io::Result<SocketAddr>> {
        let found = first.swap(false, Ordering::Relaxed).then_some(address);
        Box::pin(async move { found.ok_or_else(|| std::io::Error::other("no such host")) })
    };
    let client = with_names(stub.url(), &time, names).build().unwrap();
    let error = client
        .user(ID.parse::<UserId>().unwrap())
        .read()
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Connect);
    assert!(error.attempts() > 1);
    assert!(error.may_have_been_sent());
}

#[tokio::test]
async fn a_refusal_before_acting_is_tried_again_whatever_it_does() {
    for case in cases() {
        let stub = Stub::start(|position, _| match position {
            0 => Reply::with_headers(429, &["Retry-After: 3"], "{}"),
            _ => case.success(),
        });
        let stub = stub.await.unwrap();
        let (client, time) = client(&stub);
        case.call(&client).send().await.unwrap();
        let pauses = time.pauses();
        // What is asked for, and up to a tenth more by chance.
        let asked = Duration::from_secs(3)..=Duration::from_millis(3_300);
        assert!(
            pauses.len() == 1 && asked.contains(&pauses[0]),
            "{}: {pauses:?}",
            case.operation.id
        );
    }
    println!("A4: {} operations wait out a 429", cases().len());
}

#[tokio::test]
async fn a_failure_after_acting_is_returned_with_the_time_to_wait() {
    let stub = Stub::always(Reply::with_headers(503, &["Retry-After: 3"], "{}"))
        .await
        .unwrap();
    let (client, time) = client(&stub);
    let mut count = 0;
    for case in unsafe_cases() {
        let error = case.call(&client).error().await;
        assert_eq!(error.status(), Some(503));
        assert_eq!(error.attempts(), 1);
        assert_eq!(error.retry_after(), Some(Duration::from_secs(3)));
        count += 1;
    }
    assert!(time.pauses().is_empty());
    println!("A4: {count} operations return a 503 with its Retry-After");
}

/// Whether the caller is told that the request may have left, for every way in which a call can end.
#[tokio::test]
async fn whether_it_may_have_been_sent_is_a_table() {
    let time = TestTime::default();
    let verify = async |builder: pingone::ClientBuilder| {
        let client = builder.build().unwrap();
        let user = client.user(ID.parse::<UserId>().unwrap());
        user.verify("canary").await.unwrap_err()
    };
    let mut rows = 0;
    let mut check = |fault: &str, error: &Error, sent: bool| {
        assert_eq!(error.may_have_been_sent(), sent, "{fault}: {error:?}");
        rows += 1;
    };
    for (fault, reply) in ambiguous() {
        let stub = Stub::always(reply).await.unwrap();
        let error = verify(builder(stub.url(), stub.url(), &time)).await;
        check(fault, &error, true);
    }
    for status in [301, 400, 401, 403, 404, 409, 429, 501] {
        let stub = Stub::always(Reply::json(status, "{}")).await.unwrap();
        let error = verify(builder(stub.url(), stub.url(), &time)).await;
        check(&status.to_string(), &error, true);
    }
    let stub = Stub::always(Reply::json(200, "{}")).await.unwrap();
    let error = verify(builder(stub.url(), stub.url(), &time)).await;
    check("an answer that cannot be read", &error, true);
    let error = verify(builder(stub.url(), stub.url(), &time).token_provider(NoToken)).await;
    check("no token", &error, false);
    let refused = nobody().await;
    let error = verify(builder(&refused, &refused, &time)).await;
    check("refused", &error, false);
    let client = builder(stub.url(), stub.url(), &time).build().unwrap();
    let user = client.user(ID.parse::<UserId>().unwrap());
    let error = user.read().with_transaction_id("a b").await.unwrap_err();
    check("a wrong argument", &error, false);
    println!("A5: {rows} ways to fail, each with the right answer");
}

async fn waits_for(headers: &'static [&'static str]) -> (Vec<Duration>, Error) {
    let stub = Stub::always(Reply::Bytes(response(429, headers, b"{}")))
        .await
        .unwrap();
    let (client, time) = client(&stub);
    let request = client.user(ID.parse::<UserId>().unwrap()).verify("1");
    let policy = SafeRetry::default().with_max_attempts(2);
    let error = request.with_retry_policy(policy).await.unwrap_err();
    (time.pauses(), error)
}

#[tokio::test]
async fn a_wait_that_is_asked_for_is_kept_to_and_bounded() {
    let seconds = async |headers, seconds: u128| {
        let waits = waits_for(headers).await.0;
        assert_eq!(waits.len(), 1);
        let range = seconds * 1_000..=seconds * 1_100;
        assert!(
            range.contains(&waits[0].as_millis()),
            "{headers:?}: {waits:?}"
        );
    };
    seconds(&["Retry-After: 2"], 2).await;
    seconds(&["Retry-After: Tue, 01 Jan 2030 00:00:09 GMT"], 9).await;
    seconds(&["Retry-After: 2", "Retry-After: 5"], 5).await;
    // The clock of the service counts, where it is known.
    seconds(
        &[
            "Date: Wed, 01 Jan 2025 00:00:00 GMT",
            "Retry-After: Wed, 01 Jan 2025 00:00:07 GMT",
        ],
        7,
    )
    .await;
    // Nothing that can be waited for: the policy's own wait, also where the service asks for none.
    for headers in [
        &["Retry-After: 0"],
        &["Retry-After: Mon, 01 Jan 2024 00:00:00 GMT"],
        &["Retry-After: -1"],
        &["Retry-After: soon"],
        &["Retry-After: 1.5"],
    ] {
        let waits = waits_for(headers).await.0;
        assert_eq!(waits.len(), 1);
        assert!(
            (200..=400).contains(&waits[0].as_millis()),
            "{headers:?}: {waits:?}"
        );
    }
    // Longer than the policy waits: no second attempt, and the caller learns the time.
    let (waits, error) = waits_for(&["Retry-After: 1000000000"]).await;
    assert!(waits.is_empty());
    assert_eq!(
        error.retry_after(),
        Some(Duration::from_secs(1_000_000_000))
    );
    assert!(
        waits_for(&["Retry-After: 99999999999999999999999"])
            .await
            .0
            .is_empty()
    );
    println!("A6: 11 forms of Retry-After");
}

#[tokio::test]
async fn no_wait_begins_that_would_end_after_the_deadline() {
    let stub = Stub::always(Reply::with_headers(429, &["Retry-After: 200"], "{}"))
        .await
        .unwrap();
    let (client, time) = client(&stub);
    let patient = SafeRetry::default().with_max_wait(Duration::from_secs(1_000));
    let error = client
        .user(ID.parse::<UserId>().unwrap())
        .verify("1")
        .with_retry_policy(patient)
        .with_timeout(Duration::from_secs(200))
        .await
        .unwrap_err();
    assert_eq!(time.elapsed(), Duration::ZERO);
    assert_eq!(stub.received().len(), 1);
    assert!(error.is_rate_limited());
    assert_eq!(error.retry_after(), Some(Duration::from_secs(200)));
}

#[tokio::test]
async fn the_budget_bounds_retries_in_an_outage() {
    let stub = Stub::always(Reply::json(500, "{}")).await.unwrap();
    let (client, _) = client(&stub);
    let user = client.user(ID.parse::<UserId>().unwrap());
    for _ in 0..1_000 {
        assert!(user.read().await.is_err());
    }
    let extra = stub.received().len() - 1_000;
    println!("A8: {extra} extra requests over 1000 failing calls");
    assert!(extra <= 200);
    assert!(extra > 0);
}

#[tokio::test]
async fn a_policy_can_be_replaced_for_one_call() {
    let stub = Stub::always(Reply::json(500, "{}")).await.unwrap();
    let (client, _) = client(&stub);
    let user = client.user(ID.parse::<UserId>().unwrap());
    user.read()
        .with_retry_policy(pingone::retry::NeverRetry)
        .await
        .unwrap_err();
    assert_eq!(stub.received().len(), 1);
    let again = |_: &RetryContext| RetryDecision::RetryAfter(Duration::from_secs(1));
    user.verify("1")
        .with_retry_policy(again.limit_attempts(3))
        .await
        .unwrap_err();
    assert_eq!(stub.received().len(), 4);
}

#[test]
fn the_default_policy_is_a_table() {
    let answered = |status| Outcome::Answered {
        status,
        complete: true,
    };
    let decide =
        |operation, outcome| SafeRetry::default().decide(&RetryContext::new(operation, outcome));
    for (outcome, read, verify) in [
        (Outcome::NotSent, true, true),
        (Outcome::MaybeSent, true, false),
        (
            Outcome::Answered {
                status: 200,
                complete: false,
            },
            true,
            false,
        ),
        (answered(200), false, false),
        (answered(302), false, false),
        (answered(400), false, false),
        (answered(401), false, false),
        (answered(403), false, false),
        (answered(404), false, false),
        (answered(408), true, false),
        (answered(409), false, false),
        (answered(429), true, true),
        (answered(500), true, false),
        (answered(501), false, false),
        (answered(502), true, false),
        (answered(503), true, false),
        (answered(504), true, false),
        (answered(599), false, false),
    ] {
        assert_eq!(
            decide(&READ_USER, outcome) != RetryDecision::Stop,
            read,
            "read {outcome:?}"
        );
        assert_eq!(
            decide(&VERIFY_USER, outcome) != RetryDecision::Stop,
            verify,
            "verify {outcome:?}"
        );
    }
}
