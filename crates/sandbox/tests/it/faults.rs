//! Faults: each effect as a client sees it, and whom it strikes.

use pingone_models::operations::{READ_USER, SEND_VERIFICATION_CODE};
use std::time::{Duration, Instant};

use pingone_models::{LifecycleStatus, UserId};
use pingone_sandbox::{Effect, Fault, Kind, Latency, NewUser, RateLimit, Sandbox};
use serde_json::{Value, json};

use crate::support::{Reply, Request, action, linda, sandbox};

struct Case {
    sandbox: Sandbox,
    user: UserId,
    path: String,
}

async fn case() -> Case {
    let sandbox = sandbox().await;
    let user = sandbox.seed_user(linda()).unwrap();
    let path = format!("/v1/environments/{}/users/{user}", sandbox.environment_id());
    Case {
        sandbox,
        user,
        path,
    }
}

impl Case {
    fn read(&self) -> Request<'_> {
        Request::new(&self.sandbox, "GET", &self.path).authorized()
    }

    fn send_code(&self) -> Request<'_> {
        let request = Request::new(&self.sandbox, "POST", &self.path).authorized();
        request.media_type(action("user.sendVerificationCode"))
    }

    fn sent(&self) -> u64 {
        self.sandbox.effects(&SEND_VERIFICATION_CODE)
    }

    /// What a client gets that asks for a code while this is the fault.
    async fn meet(&self, effect: Effect) -> std::io::Result<String> {
        self.sandbox.faults().clear();
        self.sandbox.faults().add(Fault::new(effect)).unwrap();
        let bytes = self.send_code().bytes().await?;
        Ok(String::from_utf8(bytes).unwrap())
    }
}

fn body_of(answer: &str) -> &str {
    answer.split_once("\r\n\r\n").unwrap().1
}

#[tokio::test]
async fn a_status_takes_the_place_of_the_request() {
    let case = case().await;
    let answer = case.meet(Effect::status(503)).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 503 "), "{answer}");
    let body: Value = serde_json::from_str(body_of(&answer)).unwrap();
    assert_eq!(body["code"], "UNEXPECTED_ERROR");
    assert!(body["id"].is_string());
    assert_eq!(case.sent(), 0);
}

#[tokio::test]
async fn a_dropped_request_has_no_effect_and_a_dropped_answer_has_one() {
    let case = case().await;
    assert_eq!(case.meet(Effect::DropBeforeCommit).await.unwrap(), "");
    assert_eq!(case.sent(), 0);
    assert_eq!(case.meet(Effect::DropAfterCommit).await.unwrap(), "");
    assert_eq!(case.sent(), 1);
    let code = case
        .sandbox
        .outbox()
        .wait_for(case.user, Kind::VerificationCode);
    assert_eq!(code.await.unwrap().to, "linda@example.com");
}

#[tokio::test]
async fn a_reset_connection_is_an_error_of_the_socket() {
    let case = case().await;
    let error = case.meet(Effect::ConnectionReset).await.unwrap_err();
    assert_eq!(error.kind(), std::io::ErrorKind::ConnectionReset);
    assert_eq!(case.sent(), 0);
}

#[tokio::test]
async fn a_truncated_body_is_shorter_than_it_says() {
    let case = case().await;
    let answer = case.meet(Effect::TruncatedBody).await.unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    let length = head
        .lines()
        .find_map(|line| line.strip_prefix("content-length: "));
    let length: usize = length.unwrap().parse().unwrap();
    assert_eq!(body.len(), length / 2);
    assert_eq!(case.sent(), 1);
}

#[tokio::test]
async fn malformed_json_claims_to_be_whole() {
    let case = case().await;
    let answer = case.meet(Effect::MalformedJson).await.unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    assert!(head.contains(&format!("content-length: {}", body.len())));
    assert!(serde_json::from_str::<Value>(body).is_err());
}

#[tokio::test]
async fn a_wrong_content_type_leaves_the_body() {
    let case = case().await;
    let answer = case.meet(Effect::WrongContentType).await.unwrap();
    assert!(
        answer.contains("content-type: text/plain; charset=utf-8\r\n"),
        "{answer}"
    );
    assert!(serde_json::from_str::<Value>(body_of(&answer)).is_ok());
}

#[tokio::test]
async fn a_dribbled_body_arrives_whole_and_late() {
    let case = case().await;
    let begun = Instant::now();
    let answer = case
        .meet(Effect::Dribble { milliseconds: 2 })
        .await
        .unwrap();
    assert!(serde_json::from_str::<Value>(body_of(&answer)).is_ok());
    assert!(begun.elapsed() >= Duration::from_millis(2 * 10));
}

#[tokio::test]
async fn an_oversized_body_is_still_json() {
    let case = case().await;
    let answer = case
        .meet(Effect::OversizedBody { bytes: 3_000_000 })
        .await
        .unwrap();
    assert!(body_of(&answer).len() > 3_000_000);
    assert!(serde_json::from_str::<Value>(body_of(&answer)).is_ok());
}

#[tokio::test]
async fn a_redirection_leads_elsewhere() {
    let case = case().await;
    let location = "http://127.0.0.1:9/elsewhere".to_owned();
    let answer = case.meet(Effect::Redirect { location }).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 302 "), "{answer}");
    assert!(
        answer.contains("location: http://127.0.0.1:9/elsewhere\r\n"),
        "{answer}"
    );
    assert_eq!(case.sent(), 0);
}

#[tokio::test]
async fn a_proxy_answers_with_html() {
    let case = case().await;
    let answer = case.meet(Effect::HtmlError { status: 502 }).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 502 "), "{answer}");
    assert!(answer.contains("content-type: text/html"), "{answer}");
    assert!(body_of(&answer).starts_with("<html>"));
    assert_eq!(case.sent(), 0);
}

#[tokio::test]
async fn a_late_answer_was_done_at_once() {
    let case = case().await;
    let begun = Instant::now();
    let late = Latency::Fixed { milliseconds: 30 };
    let answer = case.meet(Effect::Latency(late)).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
    assert!(begun.elapsed() >= Duration::from_millis(30));
}

#[tokio::test]
async fn a_request_asks_for_its_fault_in_a_header() {
    let case = case().await;
    let attempt = || async {
        let request = case
            .send_code()
            .header("X-Sandbox-Fault", "status=503; count=2; retry-after=3");
        request.send().await
    };
    let first = attempt().await;
    assert_eq!(
        (first.status, first.header("retry-after")),
        (503, Some("3"))
    );
    assert_eq!(attempt().await.status, 503);
    assert_eq!(attempt().await.status, 200);
    let wrong = case
        .send_code()
        .header("X-Sandbox-Fault", "status=200")
        .send()
        .await;
    assert_eq!(wrong.error(), "400 INVALID_REQUEST");
    assert!(wrong.text("/message").contains("between 400 and 599"));
}

#[tokio::test]
async fn a_fault_strikes_only_what_it_matches() {
    let case = case().await;
    let other = case
        .sandbox
        .seed_user(NewUser::new("other").email("o@example.com"))
        .unwrap();
    let faults = case.sandbox.faults();
    let check = async |fault: Fault, read: u16, send: u16| {
        faults.clear();
        faults.add(fault.clone()).unwrap();
        let found = (
            case.read().send().await.status,
            case.send_code().send().await.status,
        );
        assert_eq!(found, (read, send), "{fault:?}");
    };
    check(Fault::status(500), 500, 500).await;
    check(Fault::status(500).on_operation(&READ_USER), 500, 200).await;
    check(Fault::status(500).on_method("post"), 200, 500).await;
    check(
        Fault::status(500).on_path("/v1/environments/*/users/*"),
        500,
        500,
    )
    .await;
    check(
        Fault::status(500).on_path("/v1/environments/*/users"),
        200,
        200,
    )
    .await;
    check(Fault::status(500).on_user(case.user), 500, 500).await;
    check(Fault::status(500).on_user(other), 200, 200).await;
    let media_type = action("user.sendVerificationCode").to_uppercase();
    check(Fault::status(500).on_media_type(media_type), 200, 500).await;
    check(Fault::status(500).times(1), 500, 200).await;
    check(Fault::status(500).with_probability(0.0), 200, 200).await;
}

#[tokio::test]
async fn chances_follow_the_seed() {
    async fn run() -> Vec<u16> {
        let case = case().await;
        case.sandbox
            .faults()
            .add(Fault::status(500).with_probability(0.5))
            .unwrap();
        let mut statuses = Vec::new();
        for _ in 0..20 {
            statuses.push(case.read().send().await.status);
        }
        statuses
    }
    let first = run().await;
    assert!(first.contains(&200) && first.contains(&500));
    assert_eq!(first, run().await);
}

#[tokio::test]
async fn a_fault_changes_no_code_that_is_sent() {
    async fn code(with_fault: bool) -> String {
        let case = case().await;
        if with_fault {
            case.sandbox
                .faults()
                .add(Fault::new(Effect::DropAfterCommit).with_probability(0.5))
                .unwrap();
        }
        case.send_code().bytes().await.unwrap();
        case.sandbox.outbox().messages()[0].code.expose().to_owned()
    }
    assert_eq!(code(false).await, code(true).await);
}

#[tokio::test]
async fn planned_faults_are_listed_and_removed() {
    let case = case().await;
    let faults = case.sandbox.faults();
    let id = faults.add(Fault::status(500).times(1)).unwrap();
    case.read().send().await;
    let list = faults.list();
    assert_eq!((list.len(), list[0].id, list[0].met), (1, id, 1));
    assert!(faults.remove(id));
    assert!(!faults.remove(id));
    assert!(faults.list().is_empty());
    let error = faults.add(Fault::status(200)).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the fault cannot be planned: `status` must lie between 400 and 599"
    );
}

#[tokio::test]
async fn a_rate_limit_holds_for_one_operation_and_follows_the_clock() {
    let case = case().await;
    let limit = RateLimit::new(2, Duration::from_secs(4));
    case.sandbox.limit(&READ_USER, limit).unwrap();
    let statuses = async |count| {
        let mut replies: Vec<Reply> = Vec::new();
        for _ in 0..count {
            replies.push(case.read().send().await);
        }
        replies
    };
    let replies = statuses(3).await;
    let found: Vec<_> = replies.iter().map(|reply| reply.status).collect();
    assert_eq!(found, [200, 200, 429]);
    assert_eq!(replies[2].error(), "429 REQUEST_LIMITED LIMIT_EXCEEDED");
    assert_eq!(replies[2].header("retry-after"), Some("2"));
    let inner = &replies[2].body["details"][0]["innerError"];
    assert_eq!(
        inner,
        &json!({ "quotaLimit": 2, "retryAfter": "2026-01-01T00:00:02Z" })
    );
    assert_eq!(case.send_code().send().await.status, 200);
    case.sandbox.clock().advance(Duration::from_secs(2));
    assert_eq!(case.read().send().await.status, 200);
    assert_eq!(case.read().send().await.status, 429);
    case.sandbox.clear_limits();
    assert_eq!(case.read().send().await.status, 200);
    assert_ne!(
        case.sandbox
            .user(case.user)
            .unwrap()
            .lifecycle
            .unwrap()
            .status,
        Some(LifecycleStatus::AccountOk)
    );
}
