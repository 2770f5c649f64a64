//! What a caller learns when a call fails.

use std::error::Error as _;
use std::time::Duration;

use pingone::models::operation::Operation;
use pingone::models::operations::{
    CHECK_FLOW_USERNAME_PASSWORD, CHECK_OTP, CHECK_PASSWORD, LIST_USERS, READ_FLOW, READ_USER,
    RECOVER_PASSWORD, REGISTER_FLOW_USER, VERIFY_USER,
};
use pingone::models::{FlowId, UserId};
use pingone::retry::{NeverRetry, RetryContext, RetryDecision};
use pingone::{Client, Error, ErrorKind, Reason, Region};
use pingone_tests::stub::{Reply, Stub};
use pingone_tests::time::TestTime;
use serde_json::json;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpListener;

use crate::support::{ENVIRONMENT, ID, builder, cases, client, nobody, with_names};

async fn verify_error(reply: Reply) -> Error {
    let stub = Stub::always(reply).await.unwrap();
    let (client, _) = client(&stub);
    client
        .user(ID.parse::<UserId>().unwrap())
        .verify("CANARY-CODE")
        .await
        .unwrap_err()
}

const REFUSAL: &str = r#"{"id":"6c796712-0f16-4062-815a-e0a92f4a2143","code":"INVALID_DATA",
    "message":"CANARY-MESSAGE","details":[{"code":"INVALID_VALUE","target":"verificationCode",
    "message":"CANARY-DETAIL","innererror":{"allowedPattern":"x"}},7,{"code":9}]}"#;

#[tokio::test]
async fn everything_that_the_service_says_reaches_the_caller() {
    let headers = ["X-Ping-External-Transaction-Id: t-1", "Retry-After: 7"];
    let error = verify_error(Reply::with_headers(400, &headers, REFUSAL)).await;
    assert_eq!(error.kind(), ErrorKind::Service);
    assert_eq!(error.operation(), Some("verifyUser"));
    assert_eq!(error.status(), Some(400));
    assert_eq!(error.code(), Some("INVALID_DATA"));
    assert_eq!(error.message(), Some("CANARY-MESSAGE"));
    assert_eq!(error.id(), Some("6c796712-0f16-4062-815a-e0a92f4a2143"));
    assert_eq!(error.transaction_id(), Some("t-1"));
    assert_eq!(error.retry_after(), Some(Duration::from_secs(7)));
    assert_eq!(error.body(), REFUSAL.as_bytes());
    assert_eq!(error.attempts(), 1);
    assert!(error.may_have_been_sent());
    // A detail that is none is left out, and costs no other.
    assert_eq!(error.details().len(), 1);
    let inner = error.details()[0].inner_error.as_ref().unwrap();
    assert_eq!(inner["allowedPattern"], "x");
    assert!(error.is_wrong_code());
}

#[tokio::test]
async fn the_text_of_an_error_has_names_and_none_of_the_service_s_words() {
    let error = verify_error(Reply::json(400, REFUSAL)).await;
    assert_eq!(
        error.to_string(),
        "verifyUser: the service refused: status 400 INVALID_DATA (INVALID_VALUE at verificationCode), \
         log id 6c796712-0f16-4062-815a-e0a92f4a2143; \
         the code is wrong or has expired: ask for it again, or send a new one"
    );
    let everything = format!("{error} {error:?} {error:#?}");
    assert!(!everything.contains("CANARY"), "{everything}");
}

#[tokio::test]
async fn a_gateway_s_page_keeps_its_status() {
    let page = "<html>CANARY-PAGE</html>";
    let error = verify_error(Reply::with_headers(502, &["Content-Type: text/html"], page)).await;
    assert_eq!(
        (error.kind(), error.status(), error.code()),
        (ErrorKind::Service, Some(502), None)
    );
    assert_eq!(error.body(), page.as_bytes());
    assert_eq!(
        error.to_string(),
        "verifyUser: the service refused: status 502; the service may have acted: check the current state before retrying"
    );
    assert!(!format!("{error:?}").contains("CANARY"));
}

#[tokio::test]
async fn a_success_that_cannot_be_read_names_the_place_and_not_the_content() {
    let body = r#"{"id":"8376797d-641c-4e7b-8bc1-2fdf71916cab","lifecycle":{"status":["CANARY"]}}"#;
    let error = verify_error(Reply::json(200, body)).await;
    assert_eq!(
        (error.kind(), error.status()),
        (ErrorKind::Decode, Some(200))
    );
    let source = error.source().unwrap().to_string();
    assert_eq!(
        source,
        "a value is missing or of another kind than the document says at `lifecycle.status`, line 1 column 67"
    );
    assert!(!format!("{error:?}").contains("CANARY"));
    for (body, reason) in [
        ("", "too early"),
        ("{", "too early"),
        ("nonsense", "no JSON"),
        ("{} {}", "kind"),
    ] {
        let error = verify_error(Reply::json(200, body)).await;
        assert_eq!(error.kind(), ErrorKind::Decode, "{body}");
        assert!(
            error.source().unwrap().to_string().contains(reason),
            "{body}: {error:?}"
        );
    }
}

#[tokio::test]
async fn a_body_without_end_is_not_read_to_its_end() {
    let long = vec![b' '; 3 << 20];
    let error = verify_error(Reply::Close(pingone_tests::stub::response(200, &[], &long))).await;
    assert_eq!(
        (error.kind(), error.status()),
        (ErrorKind::TooLarge, Some(200))
    );
    assert_eq!(error.body().len(), 64 << 10);
    let error = verify_error(Reply::Close(pingone_tests::stub::response(500, &[], &long))).await;
    assert_eq!(
        (error.kind(), error.status()),
        (ErrorKind::Service, Some(500))
    );
    assert_eq!(error.body().len(), 64 << 10);
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let other = Stub::always(Reply::json(200, "{}")).await.unwrap();
    for status in [301, 302, 303, 307, 308] {
        let location = format!("Location: {}/elsewhere", other.url());
        let error = verify_error(Reply::with_headers(status, &[&location], "")).await;
        assert_eq!(
            (error.kind(), error.status()),
            (ErrorKind::Service, Some(status))
        );
        assert!(error.to_string().contains("redirect"), "{error}");
    }
    assert_eq!(other.received().len(), 0);
}

#[tokio::test]
async fn what_cannot_be_sent_is_not_sent_and_says_why() {
    let stub = Stub::always(Reply::json(200, "{}")).await.unwrap();
    let (client, time) = client(&stub);
    let user = client.user(ID.parse::<UserId>().unwrap());
    let flow = client.flow(ID.parse::<FlowId>().unwrap());
    let no_token = {
        let builder = Client::builder()
            .platform_url(stub.url())
            .auth_url(stub.url());
        builder
            .environment_id(ENVIRONMENT)
            .runtime(time)
            .build()
            .unwrap()
    };
    let cases = [
        (
            user.read().with_transaction_id("a b").await.unwrap_err(),
            "transaction id",
        ),
        (
            user.read()
                .with_transaction_id("a\r\nb: c")
                .await
                .unwrap_err(),
            "transaction id",
        ),
        (
            user.read().with_session_id("").await.unwrap_err(),
            "session id",
        ),
        (
            user.read()
                .with_transaction_id("x".repeat(101))
                .await
                .unwrap_err(),
            "100",
        ),
        (
            user.read().with_token("").await.unwrap_err(),
            "the access token is empty",
        ),
        (
            user.read()
                .with_header("Authorization", "x")
                .await
                .unwrap_err(),
            "set by the client",
        ),
        (
            user.read().with_header("a", "b\r\nc: d").await.unwrap_err(),
            "no header can carry",
        ),
        (
            flow.clone()
                .with_session("ST=abc")
                .read()
                .await
                .unwrap_err(),
            "without name",
        ),
        (
            client
                .users()
                .find()
                .attribute_eq("a b", "c")
                .one()
                .await
                .unwrap_err(),
            "attribute",
        ),
        (
            user.read().with_token("a\r\nb: c").await.unwrap_err(),
            "holds a space",
        ),
        (
            flow.clone()
                .with_session("a; b=c")
                .read()
                .await
                .unwrap_err(),
            "session cookie",
        ),
        (
            flow.clone().with_session("").read().await.unwrap_err(),
            "session cookie",
        ),
        (
            no_token
                .user(ID.parse::<UserId>().unwrap())
                .read()
                .await
                .unwrap_err(),
            "client_credentials",
        ),
    ];
    for (error, reason) in cases {
        assert!(error.to_string().contains(reason), "{reason}: {error}");
        assert!(!error.may_have_been_sent());
        assert!(error.operation().is_some());
    }
    assert_eq!(stub.received().len(), 0);
}

#[test]
fn a_client_that_cannot_work_is_not_built() {
    let time = TestTime::default();
    let good = || {
        builder(
            "https://api.pingone.eu/v1",
            "https://auth.pingone.eu",
            &time,
        )
    };
    let cases = [
        (Client::builder().token("t").build(), "environment_id"),
        (
            good().environment_id("not-a-uuid").build(),
            "must be a UUID",
        ),
        (good().token("").build(), "empty"),
        (good().token("a b").build(), "line break"),
        (
            good().platform_url("http://api.pingone.eu").build(),
            "https:",
        ),
        (
            good().custom_auth_domain("login.example.com").build(),
            "both",
        ),
    ];
    for (result, reason) in cases {
        let error = result.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Config);
        assert!(error.to_string().contains(reason), "{reason}: {error}");
    }
    for text in ["EU", "eu", "pingone.eu", "PingOne.eu"] {
        assert_eq!(text.parse::<Region>().unwrap(), Region::EUROPE);
    }
    for text in [
        "co",
        "europe",
        "e.u",
        "https://pingone.eu",
        "pingone.",
        "api.pingone.eu",
        "",
    ] {
        assert!(text.parse::<Region>().is_err(), "{text}");
    }
    assert_eq!(Region::other("jp").unwrap().top_level_domain(), "jp");
    for text in ["pingone.jp", "", "j/p", "JP", "jp."] {
        assert!(Region::other(text).is_err(), "{text}");
    }
}

#[test]
fn errors_and_calls_are_small_and_move_between_threads() {
    fn check<T: Send + Sync + 'static>() {}
    check::<Error>();
    check::<Client>();
    check::<pingone::ClientBuilder>();
    check::<pingone::Request<pingone::Acknowledged>>();
    assert_eq!(size_of::<Error>(), size_of::<usize>());
}

/// The error of a call of this operation, if the service answers like this.
async fn refused(operation: &'static Operation, status: u16, body: &str) -> Error {
    let stub = Stub::always(Reply::json(status, body)).await.unwrap();
    let builder = builder(stub.url(), stub.url(), &TestTime::default());
    let client = builder.retry_policy(NeverRetry).build().unwrap();
    let mut cases = cases().iter();
    let case = cases.find(|case| case.operation.id == operation.id);
    case.unwrap().call(&client).error().await
}

/// The body of an error with details of these codes and targets.
fn details(details: &[(&str, &str)]) -> String {
    let details = details
        .iter()
        .map(|(code, target)| json!({ "code": code, "target": target }));
    json!({ "code": "REQUEST_FAILED", "details": details.collect::<Vec<_>>() }).to_string()
}

#[tokio::test]
async fn each_refusal_has_one_reason() {
    let exceeded = json!({
        "code": "INVALID_DATA", "message": "Maximum password recovery failures exceeded.",
        "details": [{ "code": "INVALID_VALUE", "target": "recoveryCode" }],
    });
    let cool_down = json!({
        "details": [{ "code": "QUOTA_EXCEEDED", "innerError": { "coolDownExpiresAt": 1 } }],
    });
    let with = |code, target| details(&[(code, target)]);
    let none = || "{}".to_owned();
    let cases: Vec<(&'static Operation, u16, String, Reason)> = vec![
        (
            &CHECK_OTP,
            400,
            with("INVALID_OTP", "otp"),
            Reason::WrongCode,
        ),
        (
            &CHECK_OTP,
            400,
            with("QUOTA_EXCEEDED", "otp"),
            Reason::AttemptsExceeded,
        ),
        (&CHECK_OTP, 400, cool_down.to_string(), Reason::CoolDown),
        (
            &VERIFY_USER,
            400,
            with("INVALID_VALUE", "verificationCode"),
            Reason::WrongCode,
        ),
        (
            &RECOVER_PASSWORD,
            400,
            with("INVALID_VALUE", "recoveryCode"),
            Reason::WrongCode,
        ),
        (
            &RECOVER_PASSWORD,
            400,
            exceeded.to_string(),
            Reason::AttemptsExceeded,
        ),
        (
            &RECOVER_PASSWORD,
            400,
            with("INVALID_VALUE", "newPassword"),
            Reason::PasswordRefused,
        ),
        (
            &CHECK_PASSWORD,
            400,
            with("INVALID_VALUE", "password"),
            Reason::WrongPassword,
        ),
        (
            &REGISTER_FLOW_USER,
            400,
            with("INVALID_VALUE", "password"),
            Reason::PasswordRefused,
        ),
        (
            &CHECK_FLOW_USERNAME_PASSWORD,
            400,
            with("INVALID_CREDENTIALS", ""),
            Reason::WrongPassword,
        ),
        (
            &CHECK_FLOW_USERNAME_PASSWORD,
            400,
            with("PASSWORD_LOCKED_OUT", ""),
            Reason::PasswordLocked,
        ),
        (
            &CHECK_PASSWORD,
            400,
            with("NO_PASSWORD", ""),
            Reason::NoPassword,
        ),
        (
            &CHECK_PASSWORD,
            400,
            with("ACCOUNT_NOT_USABLE", ""),
            Reason::AccountNotUsable,
        ),
        (
            &READ_USER,
            400,
            with("EMPTY_VALUE", "username"),
            Reason::InvalidData,
        ),
        (
            &READ_USER,
            400,
            details(&[("EMPTY_VALUE", "a"), ("UNIQUENESS_VIOLATION", "b")]),
            Reason::NotUnique,
        ),
        (&READ_USER, 401, none(), Reason::InvalidToken),
        (&READ_FLOW, 401, none(), Reason::InvalidSession),
        (&READ_USER, 403, none(), Reason::PermissionDenied),
        (&READ_USER, 404, none(), Reason::NotFound),
        (&READ_FLOW, 404, none(), Reason::FlowExpired),
        (
            &READ_USER,
            429,
            r#"{"code":"REQUEST_LIMITED"}"#.into(),
            Reason::RateLimited,
        ),
        (&READ_USER, 503, none(), Reason::ServiceFailed),
        (&READ_USER, 418, none(), Reason::Refused),
        (&READ_USER, 200, none(), Reason::Unreadable),
    ];
    for (operation, status, body, reason) in cases {
        let error = refused(operation, status, &body).await;
        assert_eq!(error.reason(), reason, "{error}");
        let is_wrong = matches!(reason, Reason::WrongCode | Reason::WrongPassword);
        assert_eq!(error.is_wrong_code(), is_wrong, "{error}");
        let is_exceeded = matches!(reason, Reason::AttemptsExceeded | Reason::CoolDown);
        assert_eq!(error.is_attempts_exceeded(), is_exceeded, "{error}");
    }
    for (flow, reason) in [
        (
            json!({"id": ID, "status": "FAILED", "error": {"code": "PASSWORD_LOCKED_OUT"}}),
            Some(Reason::PasswordLocked),
        ),
        (json!({"id": ID, "status": "FAILED"}), Some(Reason::Refused)),
        (json!({"id": ID, "status": "OTP_REQUIRED"}), None),
    ] {
        let stub = Stub::always(Reply::json(200, &flow.to_string()))
            .await
            .unwrap();
        let (client, _) = client(&stub);
        let flow = client
            .flow(ID.parse::<FlowId>().unwrap())
            .read()
            .await
            .unwrap();
        assert_eq!(Reason::of_flow(&flow), reason);
    }
}

#[tokio::test]
async fn advice_fits_the_operation_and_the_reason() {
    let says = async |operation, status, body: &str, words: &str, others: &[&str]| {
        let text = refused(operation, status, body).await.to_string();
        assert!(text.contains(words), "{text}");
        for other in others {
            assert!(!text.contains(other), "{text}");
        }
    };
    says(&READ_FLOW, 401, "{}", "cookie `ST`", &["token"]).await;
    says(&READ_USER, 401, "{}", "access token", &["session"]).await;
    let cool_down = r#"{"details":[{"code":"QUOTA_EXCEEDED","innerError":{"coolDownExpiresAt":1893456060000}}]}"#;
    says(
        &CHECK_OTP,
        400,
        cool_down,
        "wait 60 s",
        &["send", "ask for it"],
    )
    .await;
    let exceeded = details(&[("QUOTA_EXCEEDED", "otp")]);
    says(&CHECK_OTP, 400, &exceeded, "send a new one", &["wait"]).await;
    let wrong = details(&[("INVALID_CREDENTIALS", "")]);
    says(
        &CHECK_FLOW_USERNAME_PASSWORD,
        400,
        &wrong,
        "ask for it again",
        &["send", "code is"],
    )
    .await;
    says(
        &LIST_USERS,
        404,
        "{}",
        "compare the region",
        &["check the ids"],
    )
    .await;
    says(
        &READ_USER,
        404,
        "{}",
        "check the ids",
        &["compare the region"],
    )
    .await;
}

#[tokio::test]
async fn connections_that_fail_read_differently() {
    let time = TestTime::default();
    let nameless = with_names("http://127.0.0.1:1", &time, || {
        Box::pin(async { Err(std::io::Error::other("no such host")) })
    });
    let refusing = nobody().await;
    // One speaks, and not TLS; the other says nothing.
    let (speaking, silent) = (listener().await, listener().await);
    let address = |own: &TcpListener| format!("https://{}", own.local_addr().unwrap());
    let (plain, mute) = (address(&speaking), address(&silent));
    let server = tokio::spawn(async move {
        while let Ok((mut stream, _)) = speaking.accept().await {
            let _ = stream.write_all(b"220 not TLS\r\n").await;
        }
    });
    let cases = [
        (nameless, "cannot be resolved; "),
        (
            builder(&refusing, &refusing, &time),
            "refused the connection; ",
        ),
        (builder(&plain, &plain, &time), "readUser: TLS with "),
        (
            builder(&mute, &mute, &time).connect_timeout(Duration::from_millis(50)),
            " timed out; ",
        ),
    ];
    for (builder, words) in cases {
        let client = builder.retry_policy(NeverRetry).build().unwrap();
        let user = client.user(ID.parse::<UserId>().unwrap());
        let error = user.read().await.unwrap_err();
        assert!(error.to_string().contains(words), "{error}");
        assert!(error.is_connect() && error.is_transient(), "{error:?}");
        assert!(!error.may_have_been_sent());
    }
    server.abort();
}

async fn listener() -> TcpListener {
    TcpListener::bind("127.0.0.1:0").await.unwrap()
}

#[tokio::test]
async fn a_policy_is_told_the_code_of_the_service() {
    let body = r#"{"code":"REQUEST_LIMITED","message":"no"}"#;
    let stub = Stub::always(Reply::json(429, body)).await.unwrap();
    let (client, _) = client(&stub);
    let policy = |context: &RetryContext<'_>| match context.code {
        Some("REQUEST_LIMITED") if context.attempt == 1 => {
            RetryDecision::RetryAfter(Duration::from_secs(1))
        }
        _ => RetryDecision::Stop,
    };
    let user = client.user(ID.parse::<UserId>().unwrap());
    let error = user.read().with_retry_policy(policy).await.unwrap_err();
    assert_eq!(error.attempts(), 2);
}

#[tokio::test]
async fn the_headers_of_an_answer_are_kept() {
    let headers = ["Correlation-Id: c-1", "X-Ping-External-Transaction-Id: t-1"];
    let stub = Stub::always(Reply::with_headers(200, &headers, crate::support::USER));
    let stub = stub.await.unwrap();
    let (client, _) = client(&stub);
    let user = client.user(ID.parse::<UserId>().unwrap());
    let read = user.read().send_with_meta().await.unwrap();
    assert_eq!(read.headers["correlation-id"], "c-1");
    assert_eq!(read.transaction_id(), Some("t-1"));
    let done = user.password().send_recovery_code().await.unwrap();
    assert_eq!(done.header("correlation-id"), Some("c-1"));
}

#[tokio::test]
async fn an_error_under_a_status_of_success_is_an_error_in_every_operation() {
    let body = r#"{"code":"REQUEST_FAILED","message":"no"}"#;
    let stub = Stub::always(Reply::json(200, body)).await.unwrap();
    let (client, _) = client(&stub);
    for case in cases() {
        let error = case.call(&client).error().await;
        let id = case.operation.id;
        assert_eq!(error.kind(), ErrorKind::Service, "{id}");
        assert_eq!(error.code(), Some("REQUEST_FAILED"), "{id}");
        assert_eq!(error.attempts(), 1, "{id}");
    }
    println!(
        "{} operations with an error under status 200",
        cases().len()
    );
}

#[tokio::test]
async fn an_error_is_read_as_far_as_it_can_be() {
    let wide = |text: &str| {
        let units = text.encode_utf16().flat_map(u16::to_le_bytes);
        [0xFF, 0xFE].into_iter().chain(units).collect::<Vec<u8>>()
    };
    let short = r#"{"code":"INVALID_DATA","message":"Zoë","details":{"code":"X","target":3}}"#;
    let long = format!(
        r#"{{"code":"INVALID_DATA","message":"Zoë","x":"{}"}}"#,
        "x".repeat(100_000)
    );
    let latin: Vec<u8> = short.chars().map(|character| character as u8).collect();
    let bodies = [
        (vec![], format!("\u{feff}{short}").into_bytes()),
        (vec![], wide(short)),
        (
            vec!["Content-Type: application/json; charset=ISO-8859-1"],
            latin,
        ),
        (vec![], long.into_bytes()),
    ];
    for (headers, body) in bodies {
        let headers: Vec<&str> = headers.into_iter().chain(["Correlation-Id: c-1"]).collect();
        let bytes = pingone_tests::stub::response(400, &headers, &body);
        let error = verify_error(Reply::Close(bytes)).await;
        assert_eq!(
            (error.code(), error.message()),
            (Some("INVALID_DATA"), Some("Zoë"))
        );
        assert_eq!(error.header("correlation-id"), Some("c-1"));
        if let Some(detail) = error.details().first() {
            assert_eq!(
                (detail.code.as_deref(), detail.target.as_deref()),
                (Some("X"), Some("3"))
            );
        }
    }
}

#[tokio::test]
async fn a_success_with_an_error_in_it_is_an_error() {
    // With an id it would read as a user.
    let body = format!(
        r#"{{"id":"{ID}","code":"REQUEST_FAILED","message":"no","details":[{{"code":"NO_PASSWORD"}}]}}"#
    );
    let error = verify_error(Reply::json(200, &body)).await;
    assert_eq!(
        (error.kind(), error.status()),
        (ErrorKind::Service, Some(200))
    );
    assert!(error.is_no_password() && error.may_have_been_sent());
    assert_eq!(error.attempts(), 1);
}

#[tokio::test]
async fn a_cool_down_and_a_lock_say_how_long() {
    // A minute after the time of the test, in milliseconds.
    let cool = r#"{"code":"REQUEST_FAILED","details":[{"code":"QUOTA_EXCEEDED","innerError":{"coolDownExpiresAt":1893456060000}}]}"#;
    let error = verify_error(Reply::json(400, cool)).await;
    assert_eq!(error.reason(), Reason::CoolDown);
    assert_eq!(error.retry_after(), Some(Duration::from_secs(60)));
    assert!(error.to_string().contains("wait 60 s: "), "{error}");
    assert!(!error.to_string().contains("send a new"), "{error}");
    let locked = r#"{"code":"REQUEST_FAILED","details":[{"code":"PASSWORD_LOCKED_OUT","innerError":{"secondsUntilUnlock":90}}]}"#;
    let error = verify_error(Reply::json(400, locked)).await;
    assert_eq!(
        (error.reason(), error.retry_after()),
        (Reason::PasswordLocked, Some(Duration::from_secs(90)))
    );
    let policy = r#"{"code":"INVALID_DATA","details":[{"code":"INVALID_VALUE","target":"newPassword","innerError":{"unsatisfiedRequirements":["length","history"],"failuresRemaining":3}}]}"#;
    let error = verify_error(Reply::json(400, policy)).await;
    assert_eq!(error.unsatisfied_requirements(), ["length", "history"]);
    assert_eq!(
        (error.reason(), error.failures_remaining()),
        (Reason::PasswordRefused, Some(3))
    );
}

#[test]
fn without_a_runtime_the_error_says_so() {
    let stub = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let (client, _) =
        stub.block_on(async { client(&Stub::always(Reply::json(200, "{}")).await.unwrap()) });
    drop(stub);
    let user = client.user(ID.parse::<UserId>().unwrap());
    let mut read = Box::pin(user.read().into_future());
    let error = futures::FutureExt::now_or_never(&mut read)
        .unwrap()
        .unwrap_err();
    assert!(error.to_string().contains("Tokio runtime"), "{error}");
}

#[tokio::test]
async fn moments_that_the_service_names_count_from_its_own_clock() {
    // A year before the time of the client.
    let date = "Date: Mon, 01 Jan 2029 00:00:00 GMT";
    let cool = r#"{"details":[{"code":"QUOTA_EXCEEDED","innerError":{"coolDownExpiresAt":1861920060000}}]}"#;
    let error = verify_error(Reply::with_headers(400, &[date], cool)).await;
    assert_eq!(error.retry_after(), Some(Duration::from_secs(60)));
    let cookie = "Set-Cookie: ST=new; Expires=Mon, 01 Jan 2029 01:00:00 GMT";
    let flow = format!(r#"{{"id":"{ID}","status":"OTP_REQUIRED"}}"#);
    let stub = Stub::always(Reply::with_headers(200, &[date, cookie], &flow));
    let stub = stub.await.unwrap();
    let (client, _) = client(&stub);
    let flow = client.flow(ID.parse::<FlowId>().unwrap());
    let flow = flow.with_session("old");
    flow.read().await.unwrap();
    assert_eq!(flow.session().unwrap().expose(), "new");
}

#[tokio::test]
async fn a_session_ends_and_moves_as_the_cookies_say() {
    let set = |cookie: &str| {
        let header = format!("Set-Cookie: {cookie}");
        Reply::with_headers(
            200,
            &[&header],
            &format!(r#"{{"id":"{ID}","status":"OTP_REQUIRED"}}"#),
        )
    };
    let path = format!("ST=new; Path=/{ENVIRONMENT}; Max-Age=60; Secure; HttpOnly");
    let authorize = format!("ST=new; Path=/{ENVIRONMENT}/as");
    let cases = [
        ("ST=new", Some("new")),
        (path.as_str(), Some("new")),
        (authorize.as_str(), Some("new")),
        ("ST=a b,c; Path=/", Some("a b,c")),
        ("ST=; Path=/", None),
        ("ST=gone; Max-Age=0", None),
        ("ST=gone; Expires=Thu, 01 Jan 1970 00:00:00 GMT", None),
        ("ST=other; Path=/elsewhere", Some("old")),
        ("ST=other; Domain=example.com", Some("old")),
        ("OTHER=x", Some("old")),
    ];
    for (cookie, expected) in cases {
        let stub = Stub::always(set(cookie)).await.unwrap();
        let (client, _) = client(&stub);
        let flow = client
            .flow(ID.parse::<FlowId>().unwrap())
            .with_session("old");
        flow.read().await.unwrap();
        let session = flow.session();
        assert_eq!(
            session.as_ref().map(|session| session.expose()),
            expected,
            "{cookie}"
        );
        flow.read().await.unwrap();
        // As a browser, it keeps whatever else the service sets.
        let beside = if cookie == "OTHER=x" { "OTHER=x; " } else { "" };
        let sent = expected.map(|value| format!("{beside}ST={value}"));
        assert_eq!(
            stub.received()[1].header("cookie"),
            sent.as_deref(),
            "{cookie}"
        );
    }
}
