//! Sign-on flows.

use pingone_models::operations::CHECK_FLOW_OTP;
use pingone_models::{DeviceId, FlowId, PasswordStatus, UserId};
use pingone_sandbox::{DeviceKind, Kind, NewDevice, NewFlow, NewUser, Sandbox};
use serde_json::{Value, json};

use crate::support::{MILLISECOND, PASSWORD, Reply, Request, action, linda, minutes, sandbox};

const NEW: &str = "an0ther-passw0rd";

/// A flow in a browser, which keeps the cookie.
struct Browser<'a> {
    sandbox: &'a Sandbox,
    flow: FlowId,
    cookie: Option<String>,
}

impl<'a> Browser<'a> {
    fn open(sandbox: &'a Sandbox, flow: NewFlow) -> Self {
        Self {
            sandbox,
            flow: sandbox.start_flow(flow),
            cookie: None,
        }
    }

    fn request(&self, method: &str) -> Request<'_> {
        let path = format!("/{}/flows/{}", self.sandbox.environment_id(), self.flow);
        let request = Request::new(self.sandbox, method, path);
        match &self.cookie {
            Some(cookie) => request.header("Cookie", format!("other=1; {cookie}")),
            None => request,
        }
    }

    async fn read(&self) -> Reply {
        self.request("GET").send().await
    }

    async fn act(&mut self, name: &str, body: Value) -> Reply {
        let request = self.request("POST").media_type(action(name));
        let reply = request.json(&body).send().await;
        if let Some(cookie) = reply.header("set-cookie") {
            self.cookie = cookie.split(';').next().map(str::to_owned);
        }
        reply
    }

    async fn sign_on(&mut self) -> Reply {
        let body = json!({ "username": "lindajones", "password": PASSWORD });
        self.act("usernamePassword.check", body).await
    }
}

async fn code(sandbox: &Sandbox, user: UserId, kind: Kind) -> String {
    let message = sandbox.outbox().wait_for(user, kind).await.unwrap();
    message.code.expose().to_owned()
}

#[tokio::test]
async fn a_flow_begins_with_what_it_asks_for() {
    let sandbox = sandbox().await;
    let browser = Browser::open(&sandbox, NewFlow::sign_on().application("Example"));
    let reply = browser.read().await.ok();
    assert_eq!(reply.text("/status"), "USERNAME_PASSWORD_REQUIRED");
    assert_eq!(
        reply.links(),
        [
            "password.forgot",
            "self",
            "session.reset",
            "user.register",
            "usernamePassword.check"
        ]
    );
    assert_eq!(reply.text("/_embedded/application/name"), "Example");
    assert_eq!(reply.text("/expiresAt"), "2026-01-01T00:15:00.000Z");
    assert_eq!(reply.header("set-cookie"), None);
}

#[tokio::test]
async fn the_right_password_completes_a_plain_flow_and_the_session_is_kept() {
    let sandbox = sandbox().await;
    let user = sandbox.seed_user(linda()).unwrap();
    let mut browser = Browser::open(&sandbox, NewFlow::sign_on());
    let wrong = json!({ "username": "lindajones", "password": "wrong" });
    let reply = browser.act("usernamePassword.check", wrong).await;
    assert_eq!(reply.error(), "400 INVALID_DATA INVALID_CREDENTIALS");

    let reply = browser.sign_on().await.ok();
    assert_eq!(reply.text("/status"), "COMPLETED");
    assert_eq!(reply.body["authenticators"], json!(["pwd"]));
    assert_eq!(reply.text("/_embedded/user/id"), user.to_string());
    assert!(sandbox.user(user).unwrap().last_sign_on.is_some());
    browser.read().await.ok();
    browser.cookie = None;
    assert_eq!(
        browser.read().await.error(),
        "401 ACCESS_FAILED INVALID_TOKEN"
    );
}

#[tokio::test]
async fn a_flow_expires_after_fifteen_minutes_without_a_request() {
    let sandbox = sandbox().await;
    let browser = Browser::open(&sandbox, NewFlow::sign_on());
    sandbox.clock().advance(minutes(15) - MILLISECOND);
    browser.read().await.ok();
    sandbox.clock().advance(minutes(15) - MILLISECOND);
    browser.read().await.ok();
    sandbox.clock().advance(minutes(15));
    assert_eq!(browser.read().await.error(), "404 NOT_FOUND");
}

#[tokio::test]
async fn a_second_factor_is_asked_for() {
    let sandbox = sandbox().await;
    let sms = NewDevice::new(DeviceKind::Sms, "+14135550144");
    let user = sandbox.seed_user(linda().device(sms)).unwrap();
    let mut browser = Browser::open(&sandbox, NewFlow::sign_on().with_mfa());
    let reply = browser.sign_on().await.ok();
    assert_eq!(reply.text("/status"), "OTP_REQUIRED");
    assert_eq!(reply.text("/_embedded/devices/0/phone"), "*******44");
    let reply = browser.act("otp.check", json!({ "otp": "wrong" })).await;
    assert_eq!(reply.error(), "400 INVALID_DATA INVALID_OTP otp");
    let otp = code(&sandbox, user, Kind::Passcode).await;
    let reply = browser.act("otp.check", json!({ "otp": otp })).await.ok();
    assert_eq!(reply.text("/status"), "COMPLETED");
    assert_eq!(reply.body["authenticators"], json!(["pwd", "sms"]));
}

#[tokio::test]
async fn a_device_is_selected_and_a_push_confirmed() {
    let sandbox = sandbox().await;
    let id = DeviceId::new(uuid::Uuid::from_u128(1));
    let mobile = NewDevice::new(DeviceKind::Mobile, "").id(id);
    let mail = NewDevice::new(DeviceKind::Email, "linda@example.com");
    sandbox
        .seed_user(linda().device(mobile).device(mail))
        .unwrap();
    let mut browser = Browser::open(&sandbox, NewFlow::username_only().with_mfa());
    let reply = browser
        .act("user.lookup", json!({ "username": "lindajones" }))
        .await
        .ok();
    assert_eq!(reply.text("/status"), "DEVICE_SELECTION_REQUIRED");
    let reply = browser
        .act("device.select", json!({ "device": { "id": id } }))
        .await
        .ok();
    assert_eq!(reply.text("/status"), "PUSH_CONFIRMATION_REQUIRED");
    assert!(sandbox.confirm_flow_push(browser.flow));
    assert_eq!(browser.read().await.text("/status"), "COMPLETED");
}

#[tokio::test]
async fn a_forgotten_password_is_recovered() {
    let sandbox = sandbox().await;
    let user = sandbox.seed_user(linda()).unwrap();
    let mut browser = Browser::open(&sandbox, NewFlow::sign_on());
    let reply = browser
        .act("password.forgot", json!({ "username": "lindajones" }))
        .await
        .ok();
    assert_eq!(reply.text("/status"), "RECOVERY_CODE_REQUIRED");
    let old = code(&sandbox, user, Kind::RecoveryCode).await;
    browser
        .act("password.sendRecoveryCode", json!({}))
        .await
        .ok();
    let new = code(&sandbox, user, Kind::RecoveryCode).await;
    let mut recover = async |code: &str| {
        let body = json!({ "recoveryCode": code, "newPassword": NEW });
        browser.act("password.recover", body).await
    };
    assert_eq!(
        recover(&old).await.error(),
        "400 INVALID_DATA INVALID_VALUE recoveryCode"
    );
    assert_eq!(recover(&new).await.ok().text("/status"), "COMPLETED");
}

#[tokio::test]
async fn nobody_learns_who_has_an_account_from_a_forgotten_password() {
    let sandbox = sandbox().await;
    sandbox.seed_user(linda()).unwrap();
    let mut members = Vec::new();
    for username in ["lindajones", "nobody"] {
        let mut browser = Browser::open(&sandbox, NewFlow::sign_on());
        let reply = browser
            .act("password.forgot", json!({ "username": username }))
            .await
            .ok();
        let names: Vec<_> = reply.body.as_object().unwrap().keys().cloned().collect();
        members.push((names, browser.cookie.is_some()));
    }
    assert_eq!(members[0], members[1]);
    assert_eq!(sandbox.outbox().messages().len(), 1);
}

#[tokio::test]
async fn a_new_user_registers_and_verifies_the_address() {
    let sandbox = sandbox().await;
    sandbox.seed_user(linda()).unwrap();
    let mut browser = Browser::open(&sandbox, NewFlow::sign_on());
    let body = |username: &str| json!({ "username": username, "email": "max@example.com", "password": PASSWORD, "nickname": "Max" });
    let reply = browser.act("user.register", body("lindajones")).await;
    assert_eq!(
        reply.error(),
        "400 INVALID_DATA UNIQUENESS_VIOLATION username"
    );

    let reply = browser.act("user.register", body("max")).await.ok();
    assert_eq!(reply.text("/status"), "VERIFICATION_CODE_REQUIRED");
    let user: UserId = reply.text("/_embedded/user/id").parse().unwrap();
    assert_eq!(sandbox.user(user).unwrap().nickname.as_deref(), Some("Max"));
    let first = code(&sandbox, user, Kind::VerificationCode).await;
    browser
        .act("user.sendVerificationCode", json!({}))
        .await
        .ok();
    let second = code(&sandbox, user, Kind::VerificationCode).await;
    assert_ne!(first, second);
    let reply = browser
        .act("user.verify", json!({ "verificationCode": second }))
        .await
        .ok();
    assert_eq!(reply.text("/status"), "COMPLETED");
    assert_eq!(sandbox.user(user).unwrap().email_verified, Some(true));
}

#[tokio::test]
async fn a_password_that_must_be_changed_is_changed_first() {
    for (status, expected) in [
        (PasswordStatus::MustChangePassword, "MUST_CHANGE_PASSWORD"),
        (PasswordStatus::PasswordExpired, "PASSWORD_EXPIRED"),
    ] {
        let sandbox = sandbox().await;
        sandbox.seed_user(linda().password_status(status)).unwrap();
        let mut browser = Browser::open(&sandbox, NewFlow::sign_on());
        assert_eq!(browser.sign_on().await.ok().text("/status"), expected);
        let body = json!({ "currentPassword": PASSWORD, "newPassword": NEW });
        let reply = browser.act("password.reset", body).await.ok();
        assert_eq!(reply.text("/status"), "COMPLETED");
    }
}

#[tokio::test]
async fn profile_data_is_added() {
    let sandbox = sandbox().await;
    let user = sandbox
        .seed_user(linda().attribute("nickname", "L"))
        .unwrap();
    let mut browser = Browser::open(&sandbox, NewFlow::sign_on().with_profile());
    assert_eq!(
        browser.sign_on().await.ok().text("/status"),
        "PROFILE_DATA_REQUIRED"
    );
    let body = json!({ "address": { "postalCode": "78613" }, "nickname": null, "shoeSize": 43 });
    assert_eq!(
        browser.act("user.update", body).await.ok().text("/status"),
        "COMPLETED"
    );
    let user = sandbox.user(user).unwrap();
    assert_eq!(user.address.unwrap().postal_code.as_deref(), Some("78613"));
    assert_eq!((user.nickname, user.extra.get("shoeSize")), (None, None));
}

fn from_provider() -> NewFlow {
    let attributes =
        json!({ "username": "linda", "email": "linda@example.com", "name": { "given": "L" } });
    NewFlow::external(attributes.as_object().unwrap().clone())
}

#[tokio::test]
async fn confirmed_data_makes_an_account_of_what_the_provider_returned() {
    let sandbox = sandbox().await;
    let mut browser = Browser::open(&sandbox, from_provider());
    assert_eq!(
        browser.read().await.text("/status"),
        "ACCOUNT_CONFIRMATION_REQUIRED"
    );
    let body = json!({ "username": "lindajones", "nickname": "L", "name": { "given": "Linda" } });
    let reply = browser.act("user.confirm", body).await.ok();
    assert_eq!(reply.text("/status"), "COMPLETED");
    let user: UserId = reply.text("/_embedded/user/id").parse().unwrap();
    let user = sandbox.user(user).unwrap();
    assert_eq!(user.username.as_deref(), Some("lindajones"));
    assert_eq!(
        (user.nickname, user.name.unwrap().given.as_deref()),
        (None, Some("Linda"))
    );
}

#[tokio::test]
async fn confirmed_data_that_matches_a_user_asks_to_link_the_accounts() {
    let sandbox = sandbox().await;
    sandbox.seed_user(linda()).unwrap();
    let mut browser = Browser::open(&sandbox, from_provider());
    let reply = browser
        .act("user.confirm", json!({ "username": "someone" }))
        .await
        .ok();
    assert_eq!(reply.text("/status"), "ACCOUNT_LINKING_REQUIRED");
    assert_eq!(browser.sign_on().await.ok().text("/status"), "COMPLETED");
}

#[tokio::test]
async fn an_action_out_of_turn_is_refused_and_changes_nothing() {
    let sandbox = sandbox().await;
    sandbox.seed_user(linda()).unwrap();
    let mut browser = Browser::open(&sandbox, NewFlow::sign_on());
    let reply = browser.act("otp.check", json!({ "otp": "555555" })).await;
    assert_eq!(reply.error(), "400 REQUEST_FAILED INVALID_VALUE");
    assert!(reply.assumed().contains("flow.state"));
    assert_eq!(sandbox.effects(&CHECK_FLOW_OTP), 0);
    browser.sign_on().await.ok();
    let reply = browser.act("session.reset", json!({})).await;
    assert_eq!(reply.error(), "400 REQUEST_FAILED INVALID_VALUE");
}

#[tokio::test]
async fn a_reset_flow_starts_over() {
    let sandbox = sandbox().await;
    sandbox.seed_user(linda()).unwrap();
    let mut browser = Browser::open(&sandbox, NewFlow::sign_on());
    browser
        .act("password.forgot", json!({ "username": "lindajones" }))
        .await
        .ok();
    let reply = browser.act("session.reset", json!({})).await.ok();
    assert_eq!(reply.text("/status"), "USERNAME_PASSWORD_REQUIRED");
}

#[tokio::test]
async fn a_user_who_cannot_sign_on_is_told_no_more_than_a_stranger() {
    for user in [
        linda().disabled(),
        linda().locked(None),
        NewUser::new("lindajones"),
    ] {
        let sandbox = sandbox().await;
        sandbox.seed_user(user).unwrap();
        let mut browser = Browser::open(&sandbox, NewFlow::sign_on());
        let reply = browser.sign_on().await;
        assert_eq!(reply.error(), "400 INVALID_DATA INVALID_CREDENTIALS");
        assert_eq!(
            reply.text("/details/0/message"),
            "The username or the password is wrong."
        );
    }
}

#[tokio::test]
async fn a_password_that_is_locked_while_it_is_changed_says_so() {
    let sandbox = sandbox().await;
    let user = linda().password_status(PasswordStatus::MustChangePassword);
    sandbox.seed_user(user).unwrap();
    let mut browser = Browser::open(&sandbox, NewFlow::sign_on());
    browser.sign_on().await.ok();
    let wrong = json!({ "currentPassword": "wrong", "newPassword": NEW });
    for _ in 0..5 {
        let reply = browser.act("password.reset", wrong.clone()).await;
        assert_eq!(
            reply.error(),
            "400 INVALID_DATA INVALID_VALUE currentPassword"
        );
    }
    let right = json!({ "currentPassword": PASSWORD, "newPassword": NEW });
    let reply = browser.act("password.reset", right).await;
    assert_eq!(reply.error(), "400 INVALID_DATA PASSWORD_LOCKED_OUT");
}

/// As `flow.locked` says: without a time where an administrator must end the lock.
#[tokio::test]
async fn a_password_that_an_administrator_must_unlock_has_no_time() {
    let sandbox = sandbox().await;
    let user = linda().password_status(PasswordStatus::PasswordLockedOut);
    sandbox.seed_user(user).unwrap();
    let reply = Browser::open(&sandbox, NewFlow::sign_on()).sign_on().await;
    assert_eq!(reply.error(), "400 INVALID_DATA PASSWORD_LOCKED_OUT");
    assert_eq!(reply.body.pointer("/details/0/innerError"), None);
}

#[tokio::test]
async fn a_locked_password_says_how_long() {
    let sandbox = sandbox().await;
    sandbox.seed_user(linda()).unwrap();
    let mut browser = Browser::open(&sandbox, NewFlow::sign_on());
    let wrong = json!({ "username": "lindajones", "password": "wrong" });
    for _ in 0..5 {
        let reply = browser.act("usernamePassword.check", wrong.clone()).await;
        assert_eq!(reply.error(), "400 INVALID_DATA INVALID_CREDENTIALS");
    }
    let reply = browser.sign_on().await;
    assert_eq!(reply.error(), "400 INVALID_DATA PASSWORD_LOCKED_OUT");
    let inner = reply.body.pointer("/details/0/innerError");
    assert_eq!(inner, Some(&json!({ "secondsUntilUnlock": 900 })));
}
