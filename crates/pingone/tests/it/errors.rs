//! What a caller learns when a call fails.

use std::error::Error as _;
use std::time::Duration;

use pingone::models::{FlowId, UserId};
use pingone::{Client, Error, ErrorKind};
use pingone_tests::stub::{Reply, Stub};
use pingone_tests::time::TestTime;

use crate::support::{ENVIRONMENT, ID, builder, client};

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
         what was entered is wrong or has expired: have it entered again, or send a new code"
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
        "verifyUser: the service refused: status 502; the service may have acted: read what has become of it before calling again"
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
            user.read().with_token("a\r\nb: c").await.unwrap_err(),
            "no bearer token has",
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
    let error = "e.u"
        .parse::<pingone::Region>()
        .map(|region| region.to_string());
    assert_eq!(error.unwrap(), "e.u");
    assert!("https://pingone.eu".parse::<pingone::Region>().is_err());
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

#[test]
fn a_password_that_the_policy_refuses_is_no_wrong_code() {
    use pingone::models::operations::{CHECK_PASSWORD, REGISTER_FLOW_USER};

    let refused = |operation| {
        Error::builder(ErrorKind::Service)
            .operation(operation)
            .status(400)
            .detail("INVALID_VALUE", "password")
            .build()
    };
    assert!(refused(&CHECK_PASSWORD).is_wrong_code());
    assert!(!refused(&REGISTER_FLOW_USER).is_wrong_code());
}
