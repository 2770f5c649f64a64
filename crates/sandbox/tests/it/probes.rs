//! Eighteen requests that an emulator of PingOne must answer correctly.

use pingone_models::operations::SEND_RECOVERY_CODE;
use pingone_sandbox::{Kind, Sandbox};
use serde_json::{Value, json};

use crate::support::{Reply, Request, action, linda, sandbox};

struct Probe {
    sandbox: Sandbox,
    path: String,
    user: pingone_models::UserId,
}

async fn probe() -> Probe {
    let sandbox = sandbox().await;
    let user = sandbox.seed_user(linda()).unwrap();
    let environment = sandbox.environment_id();
    let path = format!("/v1/environments/{environment}/users/{user}/password");
    Probe {
        sandbox,
        path,
        user,
    }
}

impl Probe {
    fn request(&self, method: &str) -> Request<'_> {
        Request::new(&self.sandbox, method, &self.path).authorized()
    }

    async fn post(&self, media_type: impl Into<String>, body: impl Into<String>) -> Reply {
        let request = self.request("POST").media_type(media_type);
        request.text(body).send().await
    }
}

#[tokio::test]
async fn probe_01_a_recovery_code_is_sent() {
    let probe = probe().await;
    let reply = probe.post(action("password.sendRecoveryCode"), "").await;
    assert_eq!(reply.status, 200);
}

#[tokio::test]
async fn probe_02_the_right_code_recovers_the_password() {
    let probe = probe().await;
    probe.post(action("password.sendRecoveryCode"), "").await;
    let message = probe
        .sandbox
        .outbox()
        .wait_for(probe.user, Kind::RecoveryCode);
    let code = message.await.unwrap().code;
    let body = json!({ "recoveryCode": code.expose(), "newPassword": "an0ther-passw0rd" });
    let reply = probe
        .post(action("password.recover"), body.to_string())
        .await;
    assert_eq!((reply.status, reply.text("/status")), (200, "OK"));
}

#[tokio::test]
async fn probe_03_a_missing_member_is_named() {
    let body = json!({ "newPassword": "an0ther-passw0rd" }).to_string();
    let reply = probe().await.post(action("password.recover"), body).await;
    assert_eq!(
        reply.error(),
        "400 INVALID_DATA REQUIRED_VALUE recoveryCode"
    );
}

#[tokio::test]
async fn probe_04_a_reset_body_does_not_recover() {
    let body = json!({ "currentPassword": "a", "newPassword": "an0ther-passw0rd" });
    let reply = probe()
        .await
        .post(action("password.recover"), body.to_string())
        .await;
    assert_eq!(
        reply.error(),
        "400 INVALID_DATA REQUIRED_VALUE recoveryCode"
    );
}

#[tokio::test]
async fn probe_05_a_recover_body_does_not_reset() {
    let probe = probe().await;
    let body = json!({ "recoveryCode": "A1B2C3D4", "newPassword": "an0ther-passw0rd" });
    let request = probe.request("PUT").media_type(action("password.reset"));
    let reply = request.json(&body).send().await;
    assert_eq!(reply.error(), "400 INVALID_DATA INVALID_VALUE recoveryCode");
    assert_eq!(reply.assumed(), "body.of-another-action");
}

#[tokio::test]
async fn probe_06_an_unknown_vendor_type_is_not_supported() {
    let reply = probe().await.post(action("password.dance"), "{}").await;
    assert_eq!(reply.error(), "415 INVALID_REQUEST");
    assert!(reply.text("/message").contains("password.recover+json"));
}

#[tokio::test]
async fn probe_07_plain_json_is_not_supported() {
    let reply = probe().await.post("application/json", "{}").await;
    assert_eq!(reply.error(), "415 INVALID_REQUEST");
}

#[tokio::test]
async fn probe_08_no_media_type_is_not_supported() {
    let reply = probe().await.request("POST").send().await;
    assert_eq!(reply.error(), "415 INVALID_REQUEST");
    assert_eq!(reply.assumed(), "media-type.missing");
}

#[tokio::test]
async fn probe_09_an_empty_body_is_refused() {
    let reply = probe().await.post(action("password.recover"), "").await;
    assert_eq!(reply.error(), "400 INVALID_REQUEST");
}

#[tokio::test]
async fn probe_10_parameters_of_the_media_type_choose_nothing() {
    let media_type = format!("{}; charset=utf-8", action("password.recover"));
    let reply = probe().await.post(media_type, "{}").await;
    assert_eq!(
        reply.error(),
        "400 INVALID_DATA REQUIRED_VALUE recoveryCode"
    );
}

#[tokio::test]
async fn probe_11_the_case_of_the_media_type_chooses_nothing() {
    let media_type = action("password.recover").to_uppercase();
    let reply = probe().await.post(media_type, "{}").await;
    assert_eq!(
        reply.error(),
        "400 INVALID_DATA REQUIRED_VALUE recoveryCode"
    );
}

#[tokio::test]
async fn probe_12_a_stranger_is_not_let_in() {
    let probe = probe().await;
    let request = Request::new(&probe.sandbox, "POST", &probe.path);
    let reply = request.media_type(action("password.sendRecoveryCode"));
    let reply = reply.send().await;
    assert_eq!(reply.error(), "401 ACCESS_FAILED INVALID_TOKEN");
}

#[tokio::test]
async fn probe_13_a_rate_limit_can_be_forced() {
    let probe = probe().await;
    let request = probe
        .request("POST")
        .media_type(action("password.sendRecoveryCode"))
        .header("X-Sandbox-Fault", "status=429; retry-after=3");
    let reply = request.send().await;
    assert_eq!(reply.error(), "429 REQUEST_LIMITED");
    assert_eq!(reply.header("retry-after"), Some("3"));
    assert_eq!(probe.sandbox.effects(&SEND_RECOVERY_CODE), 0);
}

#[tokio::test]
async fn probe_14_an_answer_can_be_chosen() {
    let probe = probe().await;
    let chosen = "status=400; code=REQUEST_FAILED; detail=ACCOUNT_NOT_USABLE; target=user";
    let request = probe.request("POST").header("X-Sandbox-Fault", chosen);
    let reply = request
        .media_type(action("password.sendRecoveryCode"))
        .send()
        .await;
    assert_eq!(reply.error(), "400 REQUEST_FAILED ACCOUNT_NOT_USABLE user");
}

#[tokio::test]
async fn probe_15_ids_and_times_are_plausible_and_repeatable() {
    async fn run() -> Value {
        let probe = probe().await;
        let reply = probe.request("GET").send().await;
        let unknown = probe.request("POST").send().await;
        json!([
            reply.body["user"],
            reply.body["lastChangedAt"],
            unknown.body["id"]
        ])
    }
    let first = run().await;
    assert_eq!(first, run().await);
    assert_eq!(first[1], "2026-01-01T00:00:00.000Z");
    assert!(uuid::Uuid::parse_str(first[2].as_str().unwrap()).is_ok());
}

#[tokio::test]
async fn probe_16_an_id_that_is_no_uuid_is_not_found() {
    let sandbox = sandbox().await;
    let environment = sandbox.environment_id();
    for path in [
        format!("/v1/environments/{environment}/users/7/password"),
        "/v1/environments/7/users/7/password".to_owned(),
    ] {
        let reply = Request::new(&sandbox, "GET", path)
            .authorized()
            .send()
            .await;
        assert_eq!(reply.error(), "404 NOT_FOUND");
        assert_eq!(reply.assumed(), "id.malformed");
    }
}

#[tokio::test]
async fn probe_17_a_body_that_is_no_json_is_refused() {
    let reply = probe()
        .await
        .post(action("password.recover"), "{'a'}")
        .await;
    assert_eq!(reply.error(), "400 INVALID_REQUEST");
}

#[tokio::test]
async fn probe_18_a_body_of_an_action_without_one_is_ignored() {
    let probe = probe().await;
    for body in ["{}", "{\"recoveryCode\": 7}", "no JSON"] {
        let reply = probe.post(action("password.sendRecoveryCode"), body).await;
        assert_eq!(reply.status, 200, "{body}");
        assert!(reply.assumed().contains("body.ignored"), "{body}");
    }
}
