//! Passwords: states, lock, recovery.

use pingone_models::operations::{CHECK_PASSWORD, SEND_RECOVERY_CODE};
use pingone_models::{IdentityProviderType, PasswordStatus, UserId};
use pingone_sandbox::{Kind, NewUser, Sandbox};
use serde_json::{Value, json};

use crate::support::{MILLISECOND, PASSWORD, Reply, Request, action, linda, minutes, sandbox};

const NEW: &str = "an0ther-passw0rd";

struct Case {
    sandbox: Sandbox,
    user: UserId,
}

async fn case(user: NewUser) -> Case {
    let sandbox = sandbox().await;
    let user = sandbox.seed_user(user).unwrap();
    Case { sandbox, user }
}

impl Case {
    fn request(&self, method: &str) -> Request<'_> {
        let environment = self.sandbox.environment_id();
        let path = format!(
            "/v1/environments/{environment}/users/{}/password",
            self.user
        );
        Request::new(&self.sandbox, method, path)
    }

    async fn act(&self, method: &str, name: &str, body: Value) -> Reply {
        let request = self.request(method).authorized();
        request.media_type(action(name)).json(&body).send().await
    }

    async fn check(&self, password: &str) -> Reply {
        let body = json!({ "password": password });
        self.act("POST", "password.check", body).await
    }

    async fn send_code(&self) -> Reply {
        let request = self.request("POST").authorized();
        request
            .media_type(action("password.sendRecoveryCode"))
            .send()
            .await
    }

    async fn code(&self) -> String {
        self.send_code().await.ok();
        let message = self
            .sandbox
            .outbox()
            .wait_for(self.user, Kind::RecoveryCode);
        message.await.unwrap().code.expose().to_owned()
    }

    async fn recover(&self, code: &str, new: &str) -> Reply {
        let body = json!({ "recoveryCode": code, "newPassword": new });
        self.act("POST", "password.recover", body).await
    }

    fn status(&self) -> String {
        let state = self.sandbox.password(self.user).unwrap();
        state.status.unwrap().to_string()
    }
}

#[tokio::test]
async fn the_state_of_a_password_has_the_documented_members() {
    let case = case(linda()).await;
    let reply = case.request("GET").authorized().send().await.ok();
    let mut body = reply.body;
    body.as_object_mut()
        .unwrap()
        .retain(|name, _| !matches!(name.as_str(), "_links" | "user"));
    insta::assert_compact_json_snapshot!(body, @r#"
    {
      "environment": {
        "id": "abfba8f6-49eb-49f5-a5d9-80ad5c98f9f6"
      },
      "lastChangedAt": "2026-01-01T00:00:00.000Z",
      "passwordPolicy": {
        "id": "9b2d1c1f-5b2c-4f7e-8a60-4f5f2a1f6d3e"
      },
      "status": "OK"
    }
    "#);
}

#[tokio::test]
async fn a_password_is_checked() {
    let case = case(linda()).await;
    case.check(PASSWORD).await.ok();
    let reply = case.check("wrong").await;
    assert_eq!(reply.error(), "400 INVALID_DATA INVALID_VALUE password");
    assert_eq!(case.sandbox.effects(&CHECK_PASSWORD), 1);
}

#[tokio::test]
async fn five_wrong_passwords_lock_for_fifteen_minutes() {
    let case = case(linda()).await;
    for remaining in [4, 3, 2, 1, 0] {
        let reply = case.check("wrong").await;
        assert_eq!(reply.error(), "400 INVALID_DATA INVALID_VALUE password");
        let inner = &reply.body["details"][0]["innerError"];
        assert_eq!(inner, &json!({ "failuresRemaining": remaining }));
    }
    assert_eq!(
        case.check(PASSWORD).await.error(),
        "400 REQUEST_FAILED ACCOUNT_NOT_USABLE"
    );
    assert_eq!(case.status(), "PASSWORD_LOCKED_OUT");
    let user = case.sandbox.user(case.user).unwrap().account.unwrap();
    assert_eq!(
        (user.can_authenticate, user.seconds_until_unlock),
        (Some(false), Some(900))
    );

    case.sandbox.clock().advance(minutes(15) - MILLISECOND);
    assert_eq!(case.status(), "PASSWORD_LOCKED_OUT");
    case.sandbox.clock().advance(MILLISECOND);
    case.check(PASSWORD).await.ok();
}

#[tokio::test]
async fn an_administrator_unlocks_a_password() {
    let case = case(linda().password_status(PasswordStatus::PasswordLockedOut)).await;
    let request = case.request("POST").authorized();
    let reply = request
        .media_type(action("password.unlock"))
        .send()
        .await
        .ok();
    assert_eq!(reply.text("/status"), "OK");
}

#[tokio::test]
async fn a_recovery_code_lives_for_five_minutes() {
    let case = case(linda()).await;
    let code = case.code().await;
    case.sandbox.clock().advance(minutes(5));
    let reply = case.recover(&code, NEW).await;
    assert_eq!(reply.error(), "400 INVALID_DATA INVALID_VALUE recoveryCode");

    let code = case.code().await;
    case.sandbox.clock().advance(minutes(5) - MILLISECOND);
    case.recover(&code.to_lowercase(), NEW).await.ok();
    case.check(NEW).await.ok();
    let again = case.recover(&code, "y3t-another-one").await;
    assert_eq!(again.error(), "400 INVALID_DATA INVALID_VALUE recoveryCode");
}

#[tokio::test]
async fn five_wrong_recovery_codes_use_the_code_up_until_a_new_one_is_sent() {
    let case = case(linda()).await;
    let code = case.code().await;
    for _ in 0..5 {
        let reply = case.recover("WRONG", NEW).await;
        assert_eq!(
            reply.text("/details/0/message"),
            "The recovery code is not valid."
        );
    }
    let reply = case.recover(&code, NEW).await;
    assert_eq!(
        reply.text("/details/0/message"),
        "Maximum password recovery failures exceeded"
    );
    let fresh = case.code().await;
    assert_ne!(fresh, code);
    case.recover(&code, NEW).await;
    case.recover(&fresh, NEW).await.ok();
}

#[tokio::test]
async fn a_password_that_the_policy_refuses_does_not_use_the_code_up() {
    let case = case(linda()).await;
    let code = case.code().await;
    let reply = case.recover(&code, "short").await;
    assert_eq!(reply.error(), "400 INVALID_DATA INVALID_VALUE newPassword");
    let lacking = &reply.body["details"][0]["innerError"]["unsatisfiedRequirements"];
    assert_eq!(lacking, &json!(["length"]));
    assert_eq!(
        reply.text("/details/0/innerError/length"),
        "A password has 8 to 255 characters."
    );
    let reply = case.recover(&code, PASSWORD).await;
    let lacking = &reply.body["details"][0]["innerError"]["unsatisfiedRequirements"];
    assert_eq!(lacking, &json!(["history"]));
    case.recover(&code, NEW).await.ok();
}

#[tokio::test]
async fn no_recovery_code_goes_to_a_user_who_could_not_use_it() {
    for (user, error) in [
        (linda().disabled(), "400 REQUEST_FAILED ACCOUNT_NOT_USABLE"),
        (
            linda().password_status(PasswordStatus::PasswordLockedOut),
            "400 REQUEST_FAILED ACCOUNT_NOT_USABLE",
        ),
        (
            NewUser::new("max").email("max@example.com"),
            "400 REQUEST_FAILED NO_PASSWORD",
        ),
        (
            linda().identity_provider(IdentityProviderType::Google),
            "400 REQUEST_FAILED NO_PASSWORD",
        ),
        (
            NewUser::new("max").password(PASSWORD),
            "400 REQUEST_FAILED INVALID_VALUE",
        ),
    ] {
        let case = case(user).await;
        assert_eq!(case.send_code().await.error(), error);
        assert_eq!(case.sandbox.effects(&SEND_RECOVERY_CODE), 0);
        assert!(case.sandbox.outbox().messages().is_empty());
    }
}

#[tokio::test]
async fn a_code_sent_before_the_password_locked_unlocks_it() {
    let case = case(linda()).await;
    let code = case.code().await;
    for _ in 0..5 {
        case.check("wrong").await;
    }
    assert_eq!(case.status(), "PASSWORD_LOCKED_OUT");
    case.recover(&code, NEW).await.ok();
    assert_eq!(case.status(), "OK");
}

#[tokio::test]
async fn a_locked_account_cannot_recover() {
    let case = case(linda().locked(None)).await;
    let code = case.code().await;
    let reply = case.recover(&code, NEW).await;
    assert_eq!(reply.error(), "400 REQUEST_FAILED ACCOUNT_NOT_USABLE");
}

#[tokio::test]
async fn a_user_must_name_the_current_password_and_an_administrator_need_not() {
    let case = case(linda()).await;
    let token = format!("Bearer {}", case.sandbox.user_token(case.user).expose());
    let request = case.request("PUT").header("Authorization", token);
    let request = request.media_type(action("password.reset"));
    let reply = request.json(&json!({ "newPassword": NEW })).send().await;
    assert_eq!(
        reply.error(),
        "400 INVALID_DATA REQUIRED_VALUE currentPassword"
    );

    let body = json!({ "currentPassword": "wrong", "newPassword": NEW });
    let reply = case.act("PUT", "password.reset", body).await;
    assert_eq!(
        reply.error(),
        "400 INVALID_DATA INVALID_VALUE currentPassword"
    );
    let body = json!({ "newPassword": NEW });
    case.act("PUT", "password.reset", body).await.ok();
    case.check(NEW).await.ok();
}

#[tokio::test]
async fn a_set_password_may_have_to_be_changed() {
    let case = case(NewUser::new("max")).await;
    assert_eq!(case.status(), "NO_PASSWORD");
    let body = json!({ "value": NEW, "forceChange": true });
    let reply = case.act("PUT", "password.set", body).await.ok();
    assert_eq!(reply.text("/status"), "MUST_CHANGE_PASSWORD");
    case.check(NEW).await.ok();
    let body = json!({ "value": "short", "bypassPolicy": true });
    case.act("PUT", "password.set", body).await.ok();
    case.check("short").await.ok();
}

#[tokio::test]
async fn an_encoded_password_matches_no_clear_text() {
    let case = case(linda()).await;
    let body = json!({ "value": "{SSHA512}not-a-real-hash" });
    case.act("PUT", "password.set", body).await.ok();
    let reply = case.check("{SSHA512}not-a-real-hash").await;
    assert_eq!(reply.error(), "400 INVALID_DATA INVALID_VALUE password");
    assert!(reply.assumed().contains("password.encoded"));
}

#[tokio::test]
async fn a_value_that_is_left_out_removes_the_password() {
    let case = case(linda()).await;
    let reply = case.act("PUT", "password.setValue", json!({})).await.ok();
    assert_eq!(reply.text("/status"), "NO_PASSWORD");
    assert_eq!(reply.body.get("lastChangedAt"), None);
    assert_eq!(
        case.check(PASSWORD).await.error(),
        "400 REQUEST_FAILED NO_PASSWORD"
    );

    let gateway = json!({ "id": "3f6a0f7e-7b0c-4a55-8b9c-0c7d4d5f9a11", "type": "LDAP" });
    let body = json!({ "value": NEW, "external": { "gateway": gateway } });
    case.act("PUT", "password.set", body).await.ok();
    let reply = case.act("PUT", "password.setValue", json!({})).await.ok();
    assert_eq!(reply.text("/status"), "EXTERNAL");
}
