//! Device authentications: starting, passcodes, devices, pushes and assertions.

use pingone_models::operations::INITIATE_DEVICE_AUTHENTICATION;
use pingone_models::{DeviceAuthenticationId, DeviceId, UserId};
use pingone_sandbox::{Channel, DeviceKind, Kind, NewDevice, NewFlow, NewUser, Sandbox};
use serde_json::{Value, json};

use crate::support::{MILLISECOND, Reply, Request, action, linda, minutes, sandbox};

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
    async fn start(&self, selected: Value) -> Reply {
        let path = format!("/{}/deviceAuthentications", self.sandbox.environment_id());
        let mut body = json!({ "user": { "id": self.user } });
        if !selected.is_null() {
            body["selectedDevice"] = selected;
        }
        let request = Request::new(&self.sandbox, "POST", path).authorized();
        request
            .media_type("application/json")
            .json(&body)
            .send()
            .await
    }

    async fn act(&self, id: &str, name: &str, body: Value) -> Reply {
        let path = format!(
            "/{}/deviceAuthentications/{id}",
            self.sandbox.environment_id()
        );
        let request = Request::new(&self.sandbox, "POST", path).authorized();
        request.media_type(action(name)).json(&body).send().await
    }

    async fn read(&self, id: &str) -> Reply {
        let path = format!(
            "/{}/deviceAuthentications/{id}",
            self.sandbox.environment_id()
        );
        Request::new(&self.sandbox, "GET", path)
            .authorized()
            .send()
            .await
    }

    async fn check(&self, id: &str, otp: &str) -> Reply {
        self.act(id, "otp.check", json!({ "otp": otp })).await
    }

    async fn passcode(&self) -> String {
        let message = self.sandbox.outbox().wait_for(self.user, Kind::Passcode);
        message.await.unwrap().code.expose().to_owned()
    }
}

fn email() -> Value {
    json!({ "oneTime": { "type": "EMAIL", "email": "abc@ping.com" } })
}

fn device(number: u128) -> DeviceId {
    DeviceId::new(uuid::Uuid::from_u128(number))
}

fn id(reply: &Reply) -> DeviceAuthenticationId {
    reply.text("/id").parse().unwrap()
}

#[tokio::test]
async fn a_one_time_email_looks_like_the_documented_answer() {
    let case = case(linda()).await;
    let reply = case.start(email()).await;
    assert_eq!(reply.status, 201);
    assert_eq!(reply.links(), ["device.select", "otp.check", "self"]);
    let mut body = reply.body;
    body.as_object_mut()
        .unwrap()
        .retain(|name, _| !matches!(name.as_str(), "_links" | "id" | "user"));
    insta::assert_compact_json_snapshot!(body, @r#"
    {
      "_embedded": {
        "devices": [
          {
            "email": "ab****@ping.com",
            "type": "EMAIL"
          }
        ]
      },
      "createdAt": "2026-01-01T00:00:00.000Z",
      "environment": {
        "id": "abfba8f6-49eb-49f5-a5d9-80ad5c98f9f6"
      },
      "policy": {
        "id": "5a0a0950-8a81-4739-b12a-f4d6a11c7a82"
      },
      "selectedDevice": {
        "oneTime": {
          "email": "ab****@ping.com",
          "type": "EMAIL"
        }
      },
      "status": "OTP_REQUIRED",
      "updatedAt": "2026-01-01T00:00:00.000Z"
    }
    "#);
}

#[tokio::test]
async fn the_right_passcode_completes() {
    let case = case(linda()).await;
    let started = case.start(email()).await;
    let otp = case.passcode().await;
    let reply = case.check(started.text("/id"), &otp).await.ok();
    assert_eq!(reply.text("/status"), "COMPLETED");
    assert_eq!(reply.links(), ["self"]);
    let again = case.check(started.text("/id"), &otp).await;
    assert_eq!(again.error(), "400 REQUEST_FAILED INVALID_VALUE");
}

#[tokio::test]
async fn passcodes_go_out_by_text_message_and_phone_call() {
    for (kind, channel) in [("SMS", Channel::Sms), ("VOICE", Channel::Voice)] {
        let case = case(linda()).await;
        let one_time = json!({ "oneTime": { "type": kind, "phone": "+14135550144" } });
        let reply = case.start(one_time).await.ok();
        assert_eq!(reply.text("/selectedDevice/oneTime/phone"), "*******44");
        let message = case
            .sandbox
            .outbox()
            .latest(case.user, Kind::Passcode)
            .unwrap();
        assert_eq!(
            (message.channel, message.to.as_str()),
            (channel, "+14135550144")
        );
    }
}

#[tokio::test]
async fn three_wrong_passcodes_start_a_cool_down_that_ends() {
    let case = case(linda()).await;
    let started = case.start(email()).await;
    let (id, otp) = (started.text("/id"), case.passcode().await);
    for _ in 0..2 {
        let reply = case.check(id, "wrong").await;
        assert_eq!(reply.error(), "400 INVALID_DATA INVALID_OTP otp");
    }
    let reply = case.check(id, "wrong").await;
    assert_eq!(reply.error(), "400 REQUEST_FAILED QUOTA_EXCEEDED");
    let end = &reply.body["details"][0]["innerError"]["coolDownExpiresAt"];
    assert_eq!(end, 1_767_225_720_000_i64);

    case.sandbox.clock().advance(minutes(2) - MILLISECOND);
    let reply = case.check(id, &otp).await;
    assert_eq!(reply.error(), "400 REQUEST_FAILED QUOTA_EXCEEDED");
    let other = case.start(email()).await;
    let fresh = case.passcode().await;
    let reply = case.check(other.text("/id"), &fresh).await;
    assert_eq!(reply.error(), "400 REQUEST_FAILED QUOTA_EXCEEDED");
    case.sandbox.clock().advance(MILLISECOND);
    case.check(id, &otp).await.ok();
}

#[tokio::test]
async fn a_passcode_lives_for_thirty_minutes() {
    let case = case(linda()).await;
    let first = case.start(email()).await;
    let otp = case.passcode().await;
    case.sandbox.clock().advance(minutes(30) - MILLISECOND);
    case.check(first.text("/id"), &otp).await.ok();
    let second = case.start(email()).await;
    let otp = case.passcode().await;
    case.sandbox.clock().advance(minutes(30));
    let reply = case.check(second.text("/id"), &otp).await;
    assert_eq!(reply.error(), "400 INVALID_DATA INVALID_OTP otp");
}

#[tokio::test]
async fn without_a_device_the_users_devices_decide() {
    let none = case(linda()).await;
    let reply = none.start(Value::Null).await.ok();
    assert_eq!(reply.text("/status"), "FAILED");
    assert_eq!(reply.text("/error/code"), "NO_USABLE_DEVICES");

    let sms = NewDevice::new(DeviceKind::Sms, "+14135550144").id(device(1));
    let one = case(linda().device(sms.clone())).await;
    let reply = one.start(Value::Null).await.ok();
    assert_eq!(reply.text("/status"), "OTP_REQUIRED");
    assert_eq!(reply.text("/selectedDevice/id"), device(1).to_string());

    let mail = NewDevice::new(DeviceKind::Email, "linda@example.com").id(device(2));
    let two = case(linda().device(sms).device(mail.nickname("Mail"))).await;
    let reply = two.start(Value::Null).await.ok();
    assert_eq!(reply.text("/status"), "DEVICE_SELECTION_REQUIRED");
    assert!(two.sandbox.outbox().messages().is_empty());
    assert_eq!(reply.text("/_embedded/devices/1/nickname"), "Mail");
    let body = json!({ "device": { "id": device(2) }, "compatibility": "FULL" });
    let reply = two.act(reply.text("/id"), "device.select", body).await.ok();
    assert_eq!(reply.text("/status"), "OTP_REQUIRED");
    let otp = two.passcode().await;
    two.check(reply.text("/id"), &otp).await.ok();
}

#[tokio::test]
async fn a_push_is_confirmed_denied_cancelled_or_times_out() {
    let mobile = NewDevice::new(DeviceKind::Mobile, "").id(device(1));
    let case = case(linda().device(mobile)).await;
    let status = async |id: &str| case.read(id).await.text("/status").to_owned();

    let push = case.start(Value::Null).await.ok();
    assert_eq!(push.text("/status"), "PUSH_CONFIRMATION_REQUIRED");
    assert!(case.sandbox.confirm_push(id(&push)));
    assert_eq!(status(push.text("/id")).await, "COMPLETED");
    assert!(!case.sandbox.confirm_push(id(&push)));

    let push = case.start(Value::Null).await.ok();
    assert!(case.sandbox.deny_push(id(&push)));
    assert_eq!(status(push.text("/id")).await, "FAILED");

    let push = case.start(Value::Null).await.ok();
    let body = json!({ "reason": "CHANGE_DEVICE" });
    case.act(push.text("/id"), "cancel.push.authentication", body)
        .await
        .ok();
    assert_eq!(status(push.text("/id")).await, "DEVICE_SELECTION_REQUIRED");

    let push = case.start(Value::Null).await.ok();
    case.sandbox
        .clock()
        .advance(std::time::Duration::from_secs(40));
    assert_eq!(
        status(push.text("/id")).await,
        "PUSH_CONFIRMATION_TIMED_OUT"
    );
    assert!(!case.sandbox.confirm_push(id(&push)));
}

#[tokio::test]
async fn an_assertion_must_answer_the_challenge() {
    let key = NewDevice::new(DeviceKind::Fido2, "").id(device(1));
    let case = case(linda().device(key)).await;
    let started = case.start(Value::Null).await.ok();
    assert_eq!(started.text("/status"), "ASSERTION_REQUIRED");
    let options = started.text("/publicKeyCredentialRequestOptions");
    let options: Value = serde_json::from_str(options).expect("JSON in a string");
    assert!(options["challenge"].is_array());
    let check = async |body: Value| case.act(started.text("/id"), "assertion.check", body).await;

    assert_eq!(
        check(json!({ "origin": "https://app.example.com" }))
            .await
            .error(),
        "400 INVALID_DATA REQUIRED_VALUE assertion"
    );
    let origin = "https://app.example.com";
    let wrong = json!({ "assertion": "not-a-real-assertion", "origin": origin });
    assert_eq!(
        check(wrong).await.error(),
        "400 INVALID_DATA INVALID_VALUE assertion"
    );
    let assertion = case.sandbox.assertion(id(&started)).unwrap();
    let right = json!({ "assertion": assertion.expose(), "origin": "https://app.pingone.com" });
    assert_eq!(check(right).await.ok().text("/status"), "COMPLETED");
}

#[tokio::test]
async fn what_a_request_names_must_exist_and_be_complete() {
    let case = case(linda()).await;
    for (selected, error) in [
        (
            json!({ "oneTime": { "type": "EMAIL" } }),
            "REQUIRED_VALUE selectedDevice.oneTime.email",
        ),
        (
            json!({ "oneTime": { "type": "SMS", "email": "a@b" } }),
            "REQUIRED_VALUE selectedDevice.oneTime.phone",
        ),
        (
            json!({ "oneTime": { "email": "a@b" } }),
            "REQUIRED_VALUE selectedDevice.oneTime.type",
        ),
        (
            json!({ "oneTime": { "type": "PIGEON" } }),
            "INVALID_VALUE selectedDevice.oneTime.type",
        ),
        (
            json!({ "id": device(9) }),
            "INVALID_VALUE selectedDevice.id",
        ),
        (
            json!({ "id": device(9), "oneTime": { "type": "SMS", "phone": "1" } }),
            "INVALID_VALUE selectedDevice",
        ),
    ] {
        let reply = case.start(selected).await;
        assert_eq!(reply.error(), format!("400 INVALID_DATA {error}"));
    }
    assert_eq!(
        case.read(&device(9).to_string()).await.error(),
        "404 NOT_FOUND"
    );
    assert_eq!(case.sandbox.effects(&INITIATE_DEVICE_AUTHENTICATION), 0);
}

#[tokio::test]
async fn fifty_messages_a_day_are_enough() {
    let case = case(linda()).await;
    for _ in 0..50 {
        case.start(email()).await.ok();
    }
    let reply = case.start(email()).await;
    assert_eq!(reply.error(), "429 REQUEST_LIMITED QUOTA_EXCEEDED");
    assert_eq!(reply.header("retry-after"), Some("86400"));
    let voice = json!({ "oneTime": { "type": "VOICE", "phone": "+14135550144" } });
    case.start(voice).await.ok();
    case.sandbox.clock().advance(minutes(24 * 60));
    case.start(email()).await.ok();
}

/// The export shows what is in memory.
#[tokio::test]
async fn what_has_expired_does_not_stay_in_memory() {
    let case = case(linda().device(NewDevice::new(DeviceKind::Fido2, "").id(device(1)))).await;
    let kept = |table: &str| {
        let export: Value = serde_json::from_str(&case.sandbox.export().unwrap()).unwrap();
        export["tables"][table]
            .as_object()
            .map_or(0, |rows| rows.len())
    };
    for _ in 0..256 {
        case.start(Value::Null).await.ok();
        case.sandbox.start_flow(NewFlow::sign_on());
    }
    assert_eq!([kept("deviceAuthentications"), kept("flows")], [256, 256]);
    case.sandbox.clock().advance(minutes(60));
    case.start(Value::Null).await.ok();
    case.sandbox.start_flow(NewFlow::sign_on());
    assert_eq!([kept("deviceAuthentications"), kept("flows")], [1, 1]);
}
