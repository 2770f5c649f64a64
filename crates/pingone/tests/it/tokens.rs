//! Access tokens: fetched once, refreshed early, replaced once, and never in the wrong place.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures::future::{join_all, maybe_done};
use pingone::models::UserId;
use pingone::retry::{NeverRetry, RetryPolicy, SafeRetry};
use pingone::token::{ClientCredentials, SigningAlgorithm};
use pingone::{Client, ClientBuilder, Error, ErrorKind, Reason};
use pingone_tests::stub::{Received, Reply, Stub, response};
use pingone_tests::time::TestTime;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::sync::Notify;

use crate::support::{ENVIRONMENT, ID, USER, settle};

const CLIENT: &str = "0f1c5b1a-3c1e-4a52-9d10-1f0a7f1f6c55";
const REFUSED: &str = r#"{"code":"ACCESS_FAILED","details":[{"code":"INVALID_TOKEN"}]}"#;

fn credentials() -> ClientCredentials {
    ClientCredentials::client_secret_basic(CLIENT, "secret-of-the-test")
}

/// A client that gets its tokens from the stub, one attempt a call.
pub(crate) fn builder(stub: &Stub) -> ClientBuilder {
    Client::builder()
        .platform_url(stub.url())
        .auth_url(stub.url())
        .environment_id(ENVIRONMENT)
        .client_credentials(credentials())
        .retry_policy(NeverRetry)
        // Real time, which passes while a busy machine makes a thousand connections.
        .connect_timeout(Duration::from_secs(1_000))
        .attempt_timeout(Duration::from_secs(1_000))
        .timeout(Duration::from_secs(10_000))
}

fn user(client: &Client) -> pingone::users::UserHandle {
    client.user(ID.parse::<UserId>().unwrap())
}

fn is_token_request(request: &Received) -> bool {
    request.line().contains("/as/token")
}

fn token_requests(stub: &Stub) -> usize {
    stub.received()
        .iter()
        .filter(|request| is_token_request(request))
        .count()
}

fn calls(stub: &Stub) -> Vec<Received> {
    let mut received = stub.received();
    received.retain(|request| !is_token_request(request));
    received
}

/// Gives the tokens `t-1`, `t-2` and so on as the function says, and answers calls by the token they carry.
async fn service(
    token: impl Fn(usize) -> Reply + Send + Sync + 'static,
    call: impl Fn(&str) -> Reply + Send + Sync + 'static,
) -> Stub {
    let tokens = AtomicUsize::new(0);
    let script = move |_: usize, request: &Received| {
        if is_token_request(request) {
            token(tokens.fetch_add(1, Ordering::SeqCst) + 1)
        } else {
            call(request.header("authorization").unwrap_or_default())
        }
    };
    Stub::start(script).await.unwrap()
}

fn token(number: usize, expires_in: &Value) -> Reply {
    let body = json!({"access_token": format!("t-{number}"), "expires_in": expires_in});
    Reply::json(200, &body.to_string())
}

fn hour(number: usize) -> Reply {
    token(number, &json!(3600))
}

fn fine(_: &str) -> Reply {
    // Closed, so that a thousand calls do not keep a thousand connections.
    Reply::Close(response(200, &[], USER.as_bytes()))
}

async fn read(client: &Client) -> Result<(), Error> {
    user(client).read().await.map(drop)
}

async fn read_all(client: &Client, count: usize) -> Vec<Result<(), Error>> {
    join_all((0..count).map(|_| read(client))).await
}

/// A thousand calls have a thousand connections, each with two ends.
fn many_connections() {
    rlimit::increase_nofile_limit(4_096).unwrap();
}

#[tokio::test]
async fn a_thousand_cold_calls_make_one_token_request() {
    many_connections();
    let stub = service(hour, fine).await;
    let client = builder(&stub).runtime(TestTime::still()).build().unwrap();
    for result in read_all(&client, 1_000).await {
        result.unwrap();
    }
    let requests = token_requests(&stub);
    println!("B1: 1000 cold calls, {requests} token requests");
    assert_eq!(requests, 1);
    assert_eq!(calls(&stub).len(), 1_000);
}

#[tokio::test]
async fn a_thousand_calls_at_expiry_make_one_token_request() {
    many_connections();
    let stub = service(hour, fine).await;
    let time = TestTime::still();
    let client = builder(&stub).runtime(time.clone()).build().unwrap();
    read(&client).await.unwrap();
    time.advance(Duration::from_secs(3_600));
    for result in read_all(&client, 1_000).await {
        result.unwrap();
    }
    let requests = token_requests(&stub) - 1;
    let expired = calls(&stub)[1..]
        .iter()
        .filter(|call| call.header("authorization") != Some("Bearer t-2"))
        .count();
    println!("B2: 1000 calls at expiry, {requests} token requests, {expired} expired tokens sent");
    assert_eq!((requests, expired), (1, 0));
}

#[tokio::test]
async fn a_failure_reaches_all_who_wait_and_is_remembered_for_a_second() {
    let refusal = r#"{"error":"invalid_client","error_description":"CANARY"}"#;
    let reply = move |number| match number {
        1 => Reply::json(401, refusal),
        number => hour(number),
    };
    let stub = service(reply, fine).await;
    let time = TestTime::still();
    let client = builder(&stub).runtime(time.clone()).build().unwrap();
    let results = read_all(&client, 1_000).await;
    let failed = results.iter().filter(|result| result.is_err()).count();
    let first = token_requests(&stub);
    for error in results.into_iter().map(Result::unwrap_err) {
        assert_eq!(error.kind(), ErrorKind::Token);
        assert_eq!(error.code(), Some("invalid_client"));
        assert_eq!(error.operation(), Some("readUser"));
        assert!(!error.may_have_been_sent());
        assert!(
            error
                .to_string()
                .contains("token endpoint authentication method")
        );
        let chain = format!("{error:?} {}", std::error::Error::source(&error).unwrap());
        assert!(chain.contains("requestToken"), "{chain}");
        assert!(!chain.contains("CANARY"), "{chain}");
    }
    time.advance(Duration::from_secs(1));
    read(&client).await.unwrap();
    let then = token_requests(&stub) - first;
    println!("B3: {failed} waiters failed with {first} token request, the next call made {then}");
    assert_eq!((failed, first, then), (1_000, 1, 1));
}

#[tokio::test]
async fn a_winner_that_is_cancelled_hangs_nobody() {
    let mut worst = 0;
    for polls in 1..=20 {
        let stub = service(hour, fine).await;
        let client = builder(&stub).runtime(TestTime::still()).build().unwrap();
        let mut winner = Box::pin(maybe_done(read(&client)));
        let mut others: Vec<_> = (0..10)
            .map(|_| Box::pin(maybe_done(read(&client))))
            .collect();
        for _ in 0..polls {
            let _ = futures::poll!(winner.as_mut());
            for other in &mut others {
                let _ = futures::poll!(other.as_mut());
            }
            tokio::task::yield_now().await;
        }
        drop(winner);
        for mut other in others {
            other.as_mut().await;
            other.as_mut().take_output().unwrap().unwrap();
        }
        worst = worst.max(token_requests(&stub));
    }
    // Nobody else waits: the request ends with the winner, and the next caller makes its own.
    let reply = |number| match number {
        1 => Reply::Hang(Vec::new()),
        number => hour(number),
    };
    let stub = service(reply, fine).await;
    let client = builder(&stub).runtime(TestTime::still()).build().unwrap();
    let asked = stub.wait_for(1);
    let winner = Box::pin(read(&client));
    futures::future::select(winner, Box::pin(asked)).await;
    read(&client).await.unwrap();
    worst = worst.max(token_requests(&stub));
    println!("B4: 21 winners cancelled, 0 hangs, at most {worst} token requests");
    assert!(worst <= 2);
}

/// A client that may make another attempt.
fn replacing(stub: &Stub, time: &TestTime) -> Client {
    let builder = builder(stub).retry_policy(SafeRetry::default());
    builder.runtime(time.clone()).build().unwrap()
}

#[tokio::test]
async fn a_refused_token_is_replaced_once_and_the_call_made_again_once() {
    // The first token stops being good before its time.
    let accept_second = |header: &str| match header {
        "Bearer t-1" => Reply::json(401, REFUSED),
        _ => Reply::json(200, USER),
    };
    let stub = service(hour, accept_second).await;
    let time = TestTime::still();
    let client = replacing(&stub, &time);
    assert!(read(&client).await.unwrap_err().is_invalid_token());
    assert_eq!(
        (token_requests(&stub), calls(&stub).len()),
        (1, 1),
        "a new token that is refused"
    );
    time.advance(Duration::from_secs(60));
    // Also a call that sends a message: what was refused was not done.
    user(&client).send_verification_code().await.unwrap();
    let (refreshes, sends) = (token_requests(&stub) - 1, calls(&stub).len() - 1);
    println!("B5: a refused token makes {refreshes} refresh and {sends} sends");
    assert_eq!((refreshes, sends), (1, 2));

    // No token is good: one replay, then the error.
    let stub = service(hour, |_| Reply::json(401, REFUSED)).await;
    let time = TestTime::still();
    let client = replacing(&stub, &time);
    read(&client).await.unwrap_err();
    time.advance(Duration::from_secs(60));
    let error = user(&client).verify("1").await.unwrap_err();
    assert!(error.is_invalid_token());
    assert_eq!(error.attempts(), 2);
    assert_eq!((token_requests(&stub), calls(&stub).len()), (2, 3));
    // Many at once still make one token request.
    time.advance(Duration::from_secs(60));
    for result in read_all(&client, 100).await {
        assert!(result.unwrap_err().is_invalid_token());
    }
    assert_eq!(
        (token_requests(&stub), calls(&stub).len()),
        (3, 202),
        "the budget allows 100 retries, and one was made before"
    );
}

#[tokio::test]
async fn only_a_refused_token_is_replaced() {
    let denied = r#"{"code":"ACCESS_FAILED","details":[{"code":"INSUFFICIENT_PERMISSIONS"}]}"#;
    for (status, body) in [(401, denied), (403, denied), (400, REFUSED)] {
        let stub = service(hour, move |_| Reply::json(status, body)).await;
        let time = TestTime::still();
        let client = replacing(&stub, &time);
        read(&client).await.unwrap_err();
        time.advance(Duration::from_secs(60));
        read(&client).await.unwrap_err();
        assert_eq!(
            (token_requests(&stub), calls(&stub).len()),
            (1, 2),
            "{status}"
        );
    }
    // The token of one call is the caller's own affair.
    let stub = service(hour, |_| Reply::json(401, REFUSED)).await;
    let client = builder(&stub).runtime(TestTime::still()).build().unwrap();
    user(&client).read().with_token("mine").await.unwrap_err();
    assert_eq!((token_requests(&stub), calls(&stub).len()), (0, 1));
}

#[tokio::test]
async fn odd_lifetimes_make_no_more_than_a_request_a_second() {
    let forms = [
        ("0", json!(0)),
        ("1", json!(1)),
        ("negative", json!(-3600)),
        ("null", json!(null)),
        ("text", json!("3600")),
        ("no number", json!("soon")),
        ("10^12", json!(1_000_000_000_000_u64)),
        ("fraction", json!(0.25)),
    ];
    for (form, expires_in) in forms {
        let stub = service(move |number| token(number, &expires_in), fine).await;
        let time = TestTime::still();
        let client = builder(&stub).runtime(time.clone()).build().unwrap();
        for _ in 0..400 {
            read(&client).await.unwrap();
            time.advance(Duration::from_millis(50));
        }
        let requests = token_requests(&stub);
        println!("B6: expires_in {form}: {requests} token requests in 20 s with 400 calls");
        assert!(requests <= 20, "{form}");
    }
}

#[tokio::test]
async fn clients_that_started_together_do_not_refresh_together() {
    let stub = service(hour, fine).await;
    let time = TestTime::still();
    let clients: Vec<Client> = (0..100)
        .map(|_| builder(&stub).runtime(time.clone()).build().unwrap())
        .collect();
    join_all(clients.iter().map(read)).await;
    assert_eq!(token_requests(&stub), 100);
    time.advance(Duration::from_secs(3_299));
    let mut refreshed: BTreeMap<u64, usize> = BTreeMap::new();
    for _ in 0..17 {
        let before = token_requests(&stub);
        join_all(clients.iter().map(read)).await;
        let moment = time.elapsed().as_secs();
        refreshed.insert(moment, token_requests(&stub) - before);
        time.advance(Duration::from_secs(10));
    }
    refreshed.retain(|_, count| *count > 0);
    let (first, last) = (
        refreshed.keys().next().unwrap(),
        refreshed.keys().last().unwrap(),
    );
    println!(
        "B7: 100 clients refreshed at {} moments from {first} s to {last} s of 3600 s",
        refreshed.len()
    );
    assert_eq!(refreshed.values().sum::<usize>(), 100);
    assert!(refreshed.len() > 1);
}

#[tokio::test]
async fn tokens_stay_with_their_client() {
    // Each environment has its own token; the stub keeps what came with what.
    let seen = Arc::new(Mutex::new(Vec::new()));
    let keep = Arc::clone(&seen);
    let environment = |line: &str| {
        let uuid = |part: &&str| part.len() == 36 && *part != ID;
        line.split(['/', ' '])
            .find(uuid)
            .unwrap_or_default()
            .to_owned()
    };
    let script = move |_: usize, request: &Received| {
        let own = environment(request.line());
        if is_token_request(request) {
            let body = json!({"access_token": format!("token-of-{own}"), "expires_in": 3600});
            return Reply::json(200, &body.to_string());
        }
        let token = request
            .header("authorization")
            .unwrap_or_default()
            .to_owned();
        keep.lock().unwrap().push((own, token));
        Reply::json(200, USER)
    };
    let stubs = [
        Stub::start(script.clone()).await.unwrap(),
        Stub::start(script).await.unwrap(),
    ];
    let mut clients = Vec::new();
    for stub in &stubs {
        for number in 0..10 {
            let own = format!("abfba8f6-49eb-49f5-a5d9-80ad5c98f9{number:02}");
            let built = builder(stub)
                .environment_id(own.as_str())
                .runtime(TestTime::still());
            clients.push(built.build().unwrap());
        }
    }
    for _ in 0..3 {
        join_all(clients.iter().map(read)).await;
    }
    let seen = seen.lock().unwrap();
    let crossed = seen
        .iter()
        .filter(|(own, token)| *token != format!("Bearer token-of-{own}"))
        .count();
    let requests: Vec<usize> = stubs.iter().map(token_requests).collect();
    println!(
        "B8: {} calls of {} clients, {crossed} tokens crossed",
        seen.len(),
        clients.len()
    );
    assert_eq!((seen.len(), crossed), (60, 0));
    assert_eq!(requests, [10, 10]);
}

#[tokio::test]
async fn a_failed_early_refresh_keeps_the_token_until_it_ends() {
    for refusal in [
        Reply::json(500, ""),
        Reply::json(400, r#"{"error":"invalid_client"}"#),
    ] {
        let reply = move |number| match number {
            1 => hour(1),
            _ => refusal.clone(),
        };
        let stub = service(reply, fine).await;
        let time = TestTime::still();
        let client = builder(&stub).runtime(time.clone()).build().unwrap();
        let mut failed = 0;
        for _ in 0..720 {
            failed += usize::from(read(&client).await.is_err());
            time.advance(Duration::from_secs(5));
        }
        let tries = token_requests(&stub) - 1;
        println!("B9: {failed} of 720 calls failed before expiry, {tries} refreshes failed");
        assert_eq!(failed, 0);
        assert!((5..=31).contains(&tries), "{tries}");
        assert_eq!(read(&client).await.unwrap_err().kind(), ErrorKind::Token);
    }
}

#[tokio::test]
async fn an_early_refresh_that_hangs_holds_up_one_call_for_five_seconds() {
    let reply = |number| match number {
        1 => hour(1),
        _ => Reply::Hang(Vec::new()),
    };
    let stub = service(reply, fine).await;
    let time = TestTime::still();
    let client = builder(&stub).runtime(time.clone()).build().unwrap();
    read(&client).await.unwrap();
    time.advance(Duration::from_secs(3_500));
    let asked = stub.wait_for(3);
    let (slow, ()) = tokio::join!(read(&client), async {
        asked.await;
        // Everybody else goes on with the token at hand.
        read(&client).await.unwrap();
        time.advance(Duration::from_secs(5));
    });
    slow.unwrap();
    assert_eq!(token_requests(&stub), 2);
    let sent: Vec<Received> = calls(&stub);
    assert!(
        sent.iter()
            .all(|call| call.header("authorization") == Some("Bearer t-1"))
    );
}

/// The one token request of a client: its line, its header and its form.
async fn asked_with(
    change: impl FnOnce(ClientBuilder) -> ClientBuilder,
) -> (String, Option<String>, BTreeMap<String, String>) {
    let stub = service(hour, fine).await;
    let built = change(builder(&stub).runtime(TestTime::still()));
    read(&built.build().unwrap()).await.unwrap();
    let mut received = stub.received();
    received.retain(is_token_request);
    assert_eq!(received.len(), 1);
    let request = received.remove(0);
    assert_eq!(
        request.header("content-type"),
        Some("application/x-www-form-urlencoded")
    );
    let form = url::form_urlencoded::parse(&request.body)
        .into_owned()
        .collect();
    let header = request.header("authorization").map(str::to_owned);
    (request.line().to_owned(), header, form)
}

#[tokio::test]
async fn a_secret_is_sent_as_the_method_says() {
    let (line, header, form) = asked_with(|builder| builder).await;
    assert_eq!(line, format!("POST /{ENVIRONMENT}/as/token HTTP/1.1"));
    // `0f1c5b1a-3c1e-4a52-9d10-1f0a7f1f6c55:secret-of-the-test`.
    let encoded = "MGYxYzViMWEtM2MxZS00YTUyLTlkMTAtMWYwYTdmMWY2YzU1OnNlY3JldC1vZi10aGUtdGVzdA==";
    assert_eq!(header, Some(format!("Basic {encoded}")));
    assert_eq!(
        form,
        BTreeMap::from([("grant_type".into(), "client_credentials".into())])
    );
    let post = ClientCredentials::client_secret_post(CLIENT, "a&b=c d");
    let (_, header, form) = asked_with(|builder| builder.client_credentials(post)).await;
    assert_eq!(header, None);
    assert_eq!(form["client_id"], CLIENT);
    assert_eq!(form["client_secret"], "a&b=c d");
}

#[tokio::test]
async fn a_token_request_goes_where_the_application_lives() {
    let other = "6b1f7c3e-6d6e-4c6a-8d53-6a0a2f6a1b6f";
    let (line, ..) =
        asked_with(|builder| builder.client_credentials(credentials().with_environment_id(other)))
            .await;
    assert_eq!(line, format!("POST /{other}/as/token HTTP/1.1"));
    let stub = service(hour, fine).await;
    let custom = Client::builder()
        .platform_url(stub.url())
        .custom_auth_domain(stub.url())
        .environment_id(ENVIRONMENT)
        .client_credentials(credentials())
        .runtime(TestTime::still());
    read(&custom.build().unwrap()).await.unwrap();
    assert_eq!(stub.received()[0].line(), "POST /as/token HTTP/1.1");
    let elsewhere = service(hour, fine).await;
    let own = credentials()
        .with_environment_id(other)
        .with_auth_url(elsewhere.url());
    let client = builder(&stub)
        .client_credentials(own)
        .runtime(TestTime::still())
        .build()
        .unwrap();
    read(&client).await.unwrap();
    assert_eq!(
        elsewhere.received()[0].line(),
        format!("POST /{other}/as/token HTTP/1.1")
    );
}

/// Checks the assertion that these credentials send, with the key that the service has.
async fn check_assertion(
    credentials: ClientCredentials,
    algorithm: jsonwebtoken::Algorithm,
    key: jsonwebtoken::DecodingKey,
) -> jsonwebtoken::Header {
    let stub = service(hour, fine).await;
    let client = builder(&stub)
        .client_credentials(credentials)
        .runtime(TestTime::still())
        .build()
        .unwrap();
    read(&client).await.unwrap();
    let body = &stub.received()[0].body;
    let form: BTreeMap<String, String> = url::form_urlencoded::parse(body).into_owned().collect();
    assert_eq!(
        form["client_assertion_type"],
        "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
    );
    assert!(!form.contains_key("client_secret"));
    let mut validation = jsonwebtoken::Validation::new(algorithm);
    validation.set_audience(&[format!("{}/{ENVIRONMENT}/as/token", stub.url())]);
    validation.set_issuer(&[CLIENT]);
    // The time of the test is not the time of the library.
    validation.validate_exp = false;
    let read = jsonwebtoken::decode::<Value>(&form["client_assertion"], &key, &validation).unwrap();
    assert_eq!(read.claims["sub"], CLIENT);
    assert_eq!(read.claims["iat"], 1_893_456_000);
    assert_eq!(read.claims["exp"], 1_893_456_300);
    assert_eq!(read.claims["jti"].as_str().unwrap().len(), 32);
    read.header
}

#[tokio::test]
async fn an_assertion_is_signed_as_the_application_says() {
    use jsonwebtoken::{Algorithm, DecodingKey};
    let rsa = include_str!("keys/rsa.pem");
    let p256 = include_str!("keys/p256.pem");
    let secret = || DecodingKey::from_secret(b"secret-of-the-test");
    let rsa_key = || DecodingKey::from_rsa_pem(include_bytes!("keys/rsa.pub.pem")).unwrap();
    let p256_key = DecodingKey::from_ec_pem(include_bytes!("keys/p256.pub.pem")).unwrap();
    let with_secret = || ClientCredentials::client_secret_jwt(CLIENT, "secret-of-the-test");
    check_assertion(with_secret(), Algorithm::HS256, secret()).await;
    let longer = with_secret().with_algorithm(SigningAlgorithm::Hs512);
    check_assertion(longer, Algorithm::HS512, secret()).await;
    let with_rsa = || ClientCredentials::private_key_jwt(CLIENT, rsa);
    check_assertion(with_rsa(), Algorithm::RS256, rsa_key()).await;
    let longer = with_rsa()
        .with_algorithm(SigningAlgorithm::Rs384)
        .with_key_id("key-7");
    let header = check_assertion(longer, Algorithm::RS384, rsa_key()).await;
    assert_eq!(header.kid.as_deref(), Some("key-7"));
    let with_p256 = ClientCredentials::private_key_jwt(CLIENT, p256);
    check_assertion(with_p256, Algorithm::ES256, p256_key).await;
}

#[tokio::test]
async fn every_attempt_has_an_assertion_of_its_own() {
    let reply = |number| match number {
        1 => Reply::json(503, ""),
        number => hour(number),
    };
    let stub = service(reply, fine).await;
    let client = builder(&stub)
        .client_credentials(ClientCredentials::client_secret_jwt(CLIENT, "secret"))
        .retry_policy(SafeRetry::default())
        .runtime(TestTime::default())
        .build()
        .unwrap();
    read(&client).await.unwrap();
    let received = stub.received();
    assert!(is_token_request(&received[0]) && is_token_request(&received[1]));
    assert_ne!(received[0].body, received[1].body);
}

#[tokio::test]
async fn credentials_that_cannot_work_are_refused_with_what_to_do() {
    let stub = service(hour, fine).await;
    let rsa = include_str!("keys/rsa.pem");
    let p256 = include_str!("keys/p256.pem");
    let with = ClientCredentials::client_secret_basic;
    let key = ClientCredentials::private_key_jwt;
    let cases = [
        (with(CLIENT, ""), "is the variable"),
        (with(CLIENT, "secret\n"), "trim"),
        (with("", "secret"), "client id"),
        (with(CLIENT, "s").with_environment_id("x"), "must be a UUID"),
        (
            with(CLIENT, "s").with_auth_url("http://example.com"),
            "https",
        ),
        (key(CLIENT, "/etc/keys/rsa.pem"), "path"),
        (
            key(
                CLIENT,
                "-----BEGIN PRIVATE KEY-----\nCANARY\n-----END PRIVATE KEY-----",
            ),
            "PEM",
        ),
        (
            key(CLIENT, include_str!("keys/rsa.pub.pem")),
            "RSA private key",
        ),
        (
            key(CLIENT, rsa).with_algorithm(SigningAlgorithm::Es256),
            "ES256",
        ),
        (
            key(CLIENT, p256).with_algorithm(SigningAlgorithm::Es384),
            "P-384",
        ),
        (
            key(CLIENT, rsa).with_algorithm(SigningAlgorithm::Hs256),
            "HS256",
        ),
    ];
    for (credentials, reason) in cases {
        let text = format!("{credentials:?}");
        let error = builder(&stub)
            .client_credentials(credentials)
            .build()
            .unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Config);
        assert!(error.to_string().contains(reason), "{reason}: {error}");
        let all = format!("{text} {error:?}");
        assert!(
            !all.contains("CANARY") && !all.contains("secret\n"),
            "{all}"
        );
    }
}

#[tokio::test]
async fn a_wrong_region_is_named_as_such() {
    let not_found = r#"{"code":"NOT_FOUND","message":"no such environment"}"#;
    let stub = service(move |_| Reply::json(404, not_found), fine).await;
    let client = builder(&stub).runtime(TestTime::still()).build().unwrap();
    let error = read(&client).await.unwrap_err();
    assert!(error.to_string().contains("compare the region"), "{error}");
    // It is not the user who does not exist.
    assert!(!error.is_not_found());
}

#[tokio::test]
async fn an_answer_without_a_token_is_an_error() {
    for body in [
        "",
        "{}",
        "[]",
        r#"{"access_token":7}"#,
        r#"{"access_token":""}"#,
        r#"{"access_token":"a\r\nb: c"}"#,
        r#"{"access_token":"a b"}"#,
        "<html>",
    ] {
        let stub = service(move |_| Reply::json(200, body), fine).await;
        let client = builder(&stub).runtime(TestTime::still()).build().unwrap();
        let error = read(&client).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Token, "{body}");
        assert_eq!(calls(&stub).len(), 0);
    }
}

#[tokio::test]
async fn a_refusal_with_the_status_of_success_is_a_refusal() {
    let refusal = r#"{"error":"invalid_client","error_description":"no"}"#;
    let stub = service(move |_| Reply::json(200, refusal), fine).await;
    let client = builder(&stub).runtime(TestTime::still()).build().unwrap();
    let error = read(&client).await.unwrap_err();
    assert_eq!(error.reason(), Reason::ClientRefused);
    assert_eq!(
        (error.status(), error.code()),
        (Some(200), Some("invalid_client"))
    );
    assert_eq!(calls(&stub).len(), 0);
}

#[tokio::test]
async fn a_token_of_another_type_is_not_sent() {
    for kind in ["DPoP", "mac", "N_A", ""] {
        let body = json!({"access_token": "t", "token_type": kind}).to_string();
        let stub = service(move |_| Reply::json(200, &body), fine).await;
        let client = builder(&stub).runtime(TestTime::still()).build().unwrap();
        let error = read(&client).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Token, "{kind}");
        assert!(error.to_string().contains("another type"), "{error}");
        assert_eq!(calls(&stub).len(), 0);
    }
    for kind in [
        json!("Bearer"),
        json!("bearer"),
        json!("BEARER"),
        json!(null),
        json!(7),
    ] {
        let body = json!({"access_token": "t", "token_type": kind}).to_string();
        let stub = service(move |_| Reply::json(200, &body), fine).await;
        let client = builder(&stub).runtime(TestTime::still()).build().unwrap();
        read(&client).await.unwrap();
    }
}

#[tokio::test]
async fn a_token_whose_lifetime_is_not_said_lives_five_minutes() {
    let stub = service(|_| Reply::json(200, r#"{"access_token":"t"}"#), fine).await;
    let time = TestTime::still();
    let client = builder(&stub).runtime(time.clone()).build().unwrap();
    read(&client).await.unwrap();
    time.advance(Duration::from_secs(200));
    read(&client).await.unwrap();
    assert_eq!(token_requests(&stub), 1);
    time.advance(Duration::from_secs(100));
    read(&client).await.unwrap();
    assert_eq!(token_requests(&stub), 2);
}

#[tokio::test]
async fn a_machine_that_slept_does_not_send_an_expired_token() {
    let accept = |header: &str| match header {
        "Bearer t-1" => Reply::json(401, REFUSED),
        _ => Reply::json(200, USER),
    };
    let stub = service(hour, accept).await;
    let time = TestTime::still();
    let client = builder(&stub).runtime(time.clone()).build().unwrap();
    read(&client).await.unwrap_err();
    // The clock that measures time stood still, the calendar went on.
    time.change_date(|date| date + Duration::from_secs(3_600));
    read(&client).await.unwrap();
    assert_eq!((token_requests(&stub), calls(&stub).len()), (2, 2));
    // A clock that is set right, by years or back, costs at most a token request.
    time.change_date(|date| date - Duration::from_secs(900_000_000));
    read(&client).await.unwrap();
    assert_eq!(token_requests(&stub), 2);
    time.change_date(|date| date + Duration::from_secs(900_000_000));
    read(&client).await.unwrap();
    assert_eq!(token_requests(&stub), 2);
    // By the other clock it expires all the same.
    time.change_date(|date| date - Duration::from_secs(900_000_000));
    time.advance(Duration::from_secs(3_600));
    read(&client).await.unwrap();
    assert_eq!(token_requests(&stub), 3);
}

#[tokio::test]
async fn a_refusal_that_comes_after_the_refresh_makes_no_other() {
    let stub = service(hour, fine).await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let platform = format!("http://{}", listener.local_addr().unwrap());
    let (served, late) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let (accepted, answered) = (Arc::clone(&served), Arc::clone(&late));
    let refusals = Arc::new(AtomicUsize::new(0));
    let server = tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let (accepted, answered) = (Arc::clone(&accepted), Arc::clone(&answered));
            let refusals = Arc::clone(&refusals);
            tokio::spawn(async move {
                let mut request = [0; 4_096];
                while let Ok(length @ 1..) = stream.read(&mut request).await {
                    let text = String::from_utf8_lossy(&request[..length]);
                    let answer = if text.contains("Bearer t-1") {
                        if refusals.fetch_add(1, Ordering::SeqCst) == 1 {
                            answered.notified().await;
                        }
                        response(401, &[], REFUSED.as_bytes())
                    } else {
                        accepted.notify_one();
                        response(200, &[], USER.as_bytes())
                    };
                    stream.write_all(&answer).await.unwrap();
                }
            });
        }
    });
    let time = TestTime::still();
    let client = builder(&stub).platform_url(platform);
    let client = client.retry_policy(SafeRetry::default());
    let client = client.runtime(time.clone()).build().unwrap();
    read(&client).await.unwrap_err();
    time.advance(Duration::from_secs(60));
    let (one, other, ()) = tokio::join!(read(&client), read(&client), async {
        served.notified().await;
        late.notify_one();
    });
    one.unwrap();
    other.unwrap();
    assert_eq!(token_requests(&stub), 2);
    server.abort();
}

#[tokio::test]
async fn times_without_end_are_times_like_any_other() {
    let asked = "Retry-After: 99999999999999999999999";
    let stub = service(hour, move |header| match header {
        "Bearer t-1" => Reply::with_headers(429, &[asked], "{}"),
        _ => Reply::json(200, USER),
    })
    .await;
    let patient = SafeRetry::default()
        .with_backoff(Duration::MAX, Duration::MAX)
        .with_max_wait(Duration::MAX);
    let built = builder(&stub)
        .timeout(Duration::MAX)
        .attempt_timeout(Duration::MAX)
        .connect_timeout(Duration::MAX)
        .retry_policy(patient);
    let client = built.build().unwrap();
    // No wait is as long as it asks for, and none ends before the deadline.
    let error = read(&client).await.unwrap_err();
    assert_eq!(error.retry_after(), Some(Duration::from_secs(u64::MAX)));
}

#[tokio::test]
async fn a_hook_that_panics_in_a_token_request_harms_no_later_call() {
    let stub = service(hour, fine).await;
    let first = std::sync::atomic::AtomicBool::new(true);
    let built = builder(&stub).on_attempt(move |_| {
        assert!(!first.swap(false, Ordering::SeqCst), "the hook panics once");
    });
    let client = built.runtime(TestTime::still()).build().unwrap();
    let unlucky = client.clone();
    let panicked = tokio::spawn(async move { read(&unlucky).await }).await;
    assert!(panicked.unwrap_err().is_panic());
    read(&client).await.unwrap();
}

#[tokio::test]
async fn a_service_in_trouble_is_not_asked_with_every_call() {
    let cases = [
        (Reply::with_headers(429, &["Retry-After: 60"], "{}"), 60),
        (Reply::json(503, ""), 1),
        (Reply::json(401, r#"{"error":"invalid_client"}"#), 1),
    ];
    for (refusal, remembered) in cases {
        let stub = service(move |_| refusal.clone(), fine).await;
        let time = TestTime::still();
        let client = builder(&stub).runtime(time.clone()).build().unwrap();
        for _ in 0..300 {
            read(&client).await.unwrap_err();
        }
        assert_eq!(token_requests(&stub), 1);
        time.advance(Duration::from_millis(remembered * 1_000 - 1));
        let error = read(&client).await.unwrap_err();
        assert_eq!(token_requests(&stub), 1);
        assert!(error.to_string().contains(" s ago, "), "{error}");
        assert!(error.retry_after().unwrap() <= Duration::from_secs(1));
        time.advance(Duration::from_millis(1));
        read(&client).await.unwrap_err();
        assert_eq!(token_requests(&stub), 2);
    }
}

#[tokio::test]
async fn a_call_in_a_hurry_does_not_wait_for_an_early_refresh() {
    let reply = |number| match number {
        1 => hour(1),
        _ => Reply::Hang(Vec::new()),
    };
    let stub = service(reply, fine).await;
    let time = TestTime::still();
    let client = builder(&stub).runtime(time.clone()).build().unwrap();
    read(&client).await.unwrap();
    time.advance(Duration::from_secs(3_500));
    let asked = stub.wait_for(3);
    let hurry = user(&client).read().with_timeout(Duration::from_secs(2));
    let (read, ()) = tokio::join!(hurry, async {
        asked.await;
        time.advance(Duration::from_millis(500));
    });
    read.unwrap();
}

#[tokio::test]
async fn nothing_is_sent_without_time_left() {
    let stub = service(hour, fine).await;
    let client = builder(&stub).runtime(TestTime::still()).build().unwrap();
    let error = user(&client)
        .verify("1")
        .with_timeout(Duration::ZERO)
        .await
        .unwrap_err();
    assert!(
        error.is_timeout() && !error.may_have_been_sent(),
        "{error:?}"
    );
    assert!(error.to_string().contains("nothing was sent"), "{error}");
    assert!(stub.received().is_empty());
    // Also with a token, and on a connection that would take the request at once.
    let stub = service(hour, |_| Reply::json(200, USER)).await;
    let client = builder(&stub).runtime(TestTime::still()).build().unwrap();
    read(&client).await.unwrap();
    settle().await;
    for left in [Duration::ZERO, Duration::from_micros(999)] {
        let request = user(&client).verify("1").with_timeout(left);
        let error = request.await.unwrap_err();
        assert!(error.is_timeout() && !error.may_have_been_sent());
    }
    settle().await;
    assert_eq!(calls(&stub).len(), 1);
    // Also when the time passes while the token is on its way.
    let time = TestTime::still();
    let slow = time.clone();
    let reply = move |number| {
        slow.advance(Duration::from_secs(10));
        hour(number)
    };
    let stub = service(reply, fine).await;
    let client = builder(&stub).runtime(time).build().unwrap();
    let request = user(&client)
        .verify("1")
        .with_timeout(Duration::from_secs(10));
    let error = request.await.unwrap_err();
    assert!(
        error.is_timeout() && !error.may_have_been_sent(),
        "{error:?}"
    );
    assert!(calls(&stub).is_empty());
}

#[tokio::test]
async fn a_refresh_that_nothing_drives_is_taken_over() {
    let reply = |number| match number {
        1 => Reply::Hang(Vec::new()),
        number => hour(number),
    };
    let stub = service(reply, fine).await;
    let time = TestTime::still();
    let built = builder(&stub).attempt_timeout(Duration::from_secs(20));
    let client = built.runtime(time.clone()).build().unwrap();
    let mut stalled = Box::pin(read(&client));
    let asked = stub.wait_for(1);
    futures::future::select(&mut stalled, Box::pin(asked)).await;
    // It is never polled again, and still held.
    time.advance(Duration::from_secs(50));
    read(&client).await.unwrap();
    assert_eq!(token_requests(&stub), 2);
    drop(stalled);
}

#[tokio::test]
async fn a_token_error_has_the_facts_of_the_service() {
    let body = r#"{"error":"invalid_client","details":[{"code":"X","target":"y"}]}"#;
    let headers = ["Correlation-Id: c-1"];
    let refusal = Reply::with_headers(401, &headers, body);
    let stub = service(move |_| refusal.clone(), fine).await;
    let client = builder(&stub).runtime(TestTime::still()).build().unwrap();
    let error = read(&client).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Token);
    assert_eq!(error.reason(), Reason::ClientRefused);
    assert_eq!((error.status(), error.body()), (Some(401), body.as_bytes()));
    assert_eq!(error.details().len(), 1);
    assert_eq!(error.header("correlation-id"), Some("c-1"));
    let source = std::error::Error::source(&error).unwrap();
    let source: &Error = source.downcast_ref().unwrap();
    assert_eq!(source.operation(), Some("requestToken"));
    assert!(!error.is_invalid_token() && !error.is_transient());

    // A token that does not come in time.
    let stub = service(|_| Reply::Hang(Vec::new()), fine).await;
    let time = TestTime::still();
    let client = builder(&stub).runtime(time.clone()).build().unwrap();
    let asked = stub.wait_for(1);
    let (read, ()) = tokio::join!(read(&client), async {
        asked.await;
        time.advance(Duration::from_secs(10_000));
    });
    let error = read.unwrap_err();
    assert!(error.is_timeout() && error.is_transient(), "{error:?}");
    assert!(!error.may_have_been_sent());
}

#[tokio::test]
async fn a_replaced_token_is_an_attempt_that_the_policy_allows() {
    for one in [false, true] {
        let stub = service(hour, |header| match header {
            "Bearer t-1" => Reply::json(401, REFUSED),
            _ => Reply::json(200, USER),
        })
        .await;
        let time = TestTime::still();
        let built = builder(&stub).runtime(time.clone());
        let client = match one {
            true => built.retry_policy(SafeRetry::default().limit_attempts(1)),
            false => built,
        };
        let client = client.build().unwrap();
        read(&client).await.unwrap_err();
        time.advance(Duration::from_secs(60));
        assert_eq!(read(&client).await.unwrap_err().attempts(), 1);
        // The next call has another token all the same.
        read(&client).await.unwrap();
        assert_eq!((token_requests(&stub), calls(&stub).len()), (2, 3));
    }
}

#[tokio::test]
async fn a_refusal_that_cannot_be_read_replaces_the_token_too() {
    let page = "<html>no</html>";
    let denied = r#"{"code":"ACCESS_FAILED","details":[{"code":"OTHER"}]}"#;
    let challenge = r#"WWW-Authenticate: Bearer error="invalid_token""#;
    for refusal in [
        Reply::with_headers(401, &[], ""),
        Reply::with_headers(401, &["Content-Type: text/html"], page),
        Reply::with_headers(401, &[challenge], denied),
    ] {
        let stub = service(hour, move |header| match header {
            "Bearer t-1" => refusal.clone(),
            _ => Reply::json(200, USER),
        })
        .await;
        let time = TestTime::still();
        let client = replacing(&stub, &time);
        assert!(read(&client).await.unwrap_err().is_invalid_token());
        time.advance(Duration::from_secs(60));
        read(&client).await.unwrap();
        assert_eq!(token_requests(&stub), 2);
    }
}

#[tokio::test]
async fn a_clock_that_is_wrong_is_corrected_once_and_said() {
    // The service lives in 2029, and takes an assertion of its own time only.
    const THEIRS: u64 = 1_861_920_000;
    let date = "Date: Mon, 01 Jan 2029 00:00:00 GMT";
    let script = move |always_refused: bool| {
        move |_: usize, request: &Received| {
            if !is_token_request(request) {
                return Reply::json(200, USER);
            }
            let form: BTreeMap<String, String> = url::form_urlencoded::parse(&request.body)
                .into_owned()
                .collect();
            let claims =
                jsonwebtoken::dangerous::insecure_decode::<Value>(&form["client_assertion"]);
            let issued = claims.unwrap().claims["iat"].as_u64().unwrap();
            if always_refused || issued.abs_diff(THEIRS) > 60 {
                Reply::with_headers(400, &[date], r#"{"error":"invalid_client"}"#)
            } else {
                hour(1)
            }
        }
    };
    let credentials = || ClientCredentials::client_secret_jwt(CLIENT, "secret-of-the-test");
    let stub = Stub::start(script(false)).await.unwrap();
    let built = builder(&stub).client_credentials(credentials());
    read(&built.runtime(TestTime::still()).build().unwrap())
        .await
        .unwrap();
    assert_eq!(token_requests(&stub), 2);

    let stub = Stub::start(script(true)).await.unwrap();
    let built = builder(&stub).client_credentials(credentials());
    let error = read(&built.runtime(TestTime::still()).build().unwrap())
        .await
        .unwrap_err();
    let source = std::error::Error::source(&error).unwrap().to_string();
    assert!(
        source.contains("365 days ahead of that of the service"),
        "{source}"
    );
    assert_eq!(token_requests(&stub), 2);
}
