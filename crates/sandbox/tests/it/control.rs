//! The control API: the outbox, clock, faults, users and journal over HTTP.

use std::time::{Duration, Instant};

use pingone_sandbox::{Config, Fault, NewDevice, NewUser, Sandbox};
use serde_json::{Value, json};

use crate::support::{Reply, Request, action, linda, sandbox};

fn control<'a>(sandbox: &'a Sandbox, method: &str, path: &str) -> Request<'a> {
    Request::new(sandbox, method, format!("/_sandbox{path}"))
}

async fn get(sandbox: &Sandbox, path: &str) -> Reply {
    control(sandbox, "GET", path).send().await
}

async fn post(sandbox: &Sandbox, path: &str, body: &Value) -> Reply {
    control(sandbox, "POST", path).json(body).send().await
}

async fn send_code(sandbox: &Sandbox, user: pingone_models::UserId) {
    let path = format!("/v1/environments/{}/users/{user}", sandbox.environment_id());
    let request = Request::new(sandbox, "POST", path).authorized();
    request
        .media_type(action("user.sendVerificationCode"))
        .send()
        .await
        .ok();
}

#[tokio::test]
async fn the_outbox_is_read_and_waited_for() {
    let sandbox = sandbox().await;
    let user = sandbox.seed_user(linda()).unwrap();
    assert_eq!(
        get(&sandbox, "/outbox").await.ok().body,
        json!({ "messages": [] })
    );
    let waiting = control(
        &sandbox,
        "GET",
        &format!("/outbox?user={user}&kind=VERIFICATION_CODE&wait=20s"),
    );
    let begun = Instant::now();
    let (reply, ()) = tokio::join!(waiting.send(), async {
        tokio::task::yield_now().await;
        send_code(&sandbox, user).await;
    });
    assert!(begun.elapsed() < Duration::from_secs(10));
    let message = &sandbox.outbox().messages()[0];
    assert_eq!(reply.text("/messages/0/code"), message.code.expose());
    assert_eq!(reply.text("/messages/0/to"), "linda@example.com");
    assert_eq!(reply.text("/messages/0/at"), "2026-01-01T00:00:00Z");
    for nothing in ["since=1", "kind=PUSH", "to=nobody@example.com"] {
        let reply = get(&sandbox, &format!("/outbox?{nothing}")).await.ok();
        assert_eq!(reply.body, json!({ "messages": [] }), "{nothing}");
    }
    let reply = get(&sandbox, "/outbox?kind=TELEGRAM").await;
    assert_eq!(reply.status, 400);
    assert!(reply.text("/error").contains("VERIFICATION_CODE"));
}

#[tokio::test]
async fn the_clock_is_moved() {
    let sandbox = sandbox().await;
    let check = async |body: Value, now: &str, rate: f64| {
        let reply = post(&sandbox, "/clock", &body).await.ok();
        assert_eq!(
            (reply.text("/now"), &reply.body["rate"]),
            (now, &json!(rate))
        );
    };
    check(json!({ "advance": "5m" }), "2026-01-01T00:05:00Z", 0.0).await;
    check(json!({ "advance": 60 }), "2026-01-01T00:06:00Z", 0.0).await;
    check(
        json!({ "set": "2027-01-01T00:00:00Z" }),
        "2027-01-01T00:00:00Z",
        0.0,
    )
    .await;
    post(&sandbox, "/clock", &json!({ "scale": 2.5 }))
        .await
        .ok();
    assert_eq!(sandbox.clock().rate(), 2.5);
    post(&sandbox, "/clock", &json!({ "resume": true }))
        .await
        .ok();
    assert_eq!(sandbox.clock().rate(), 1.0);
    post(&sandbox, "/clock", &json!({ "freeze": true }))
        .await
        .ok();
    assert_eq!(sandbox.clock().rate(), 0.0);
    for wrong in [
        json!({}),
        json!({ "advance": "soon" }),
        json!({ "jump": 1 }),
        json!({ "scale": -1 }),
    ] {
        assert_eq!(
            post(&sandbox, "/clock", &wrong).await.status,
            400,
            "{wrong}"
        );
    }
}

#[tokio::test]
async fn faults_and_limits_are_planned() {
    let sandbox = sandbox().await;
    let fault = json!({
        "effect": { "kind": "latency", "distribution": "uniform", "from": 1, "to": 2 },
        "match": { "operation": "readUser", "mediaType": "application/json" },
        "count": 3,
        "probability": 0.5,
    });
    assert_eq!(
        post(&sandbox, "/faults", &fault).await.ok().body,
        json!({ "id": 1 })
    );
    let list = get(&sandbox, "/faults").await.ok().body;
    let mut expected = fault;
    expected["id"] = json!(1);
    expected["met"] = json!(0);
    assert_eq!(list, json!([expected]));
    assert_eq!(
        control(&sandbox, "DELETE", "/faults/1").send().await.status,
        204
    );
    assert_eq!(
        control(&sandbox, "DELETE", "/faults/1").send().await.status,
        404
    );
    let reply = post(
        &sandbox,
        "/faults",
        &json!({ "effect": { "kind": "explode" } }),
    )
    .await;
    assert!(
        reply.status == 400 && reply.text("/error").contains("drop-after-commit"),
        "{reply:?}"
    );
    let limits = json!({ "listUsers": { "requests": 2, "milliseconds": 1000 } });
    assert_eq!(
        control(&sandbox, "PUT", "/limits")
            .json(&limits)
            .send()
            .await
            .status,
        204
    );
    assert_eq!(get(&sandbox, "/limits").await.body, limits);
    let wrong = json!({ "dance": { "requests": 2, "milliseconds": 1000 } });
    assert_eq!(
        control(&sandbox, "PUT", "/limits")
            .json(&wrong)
            .send()
            .await
            .status,
        400
    );
    assert_eq!(get(&sandbox, "/limits").await.body, limits);
}

#[tokio::test]
async fn users_flows_and_tokens_are_made() {
    let sandbox = sandbox().await;
    let id = "8376797d-641c-4e7f-8bb9-8fd3b4bd1bf1";
    let user = json!({ "username": "lindajones", "id": id, "email": "l@example.com", "password": "2FederateM0re!" });
    assert_eq!(
        post(&sandbox, "/users", &user).await.ok().body,
        json!({ "id": id })
    );
    let again = post(&sandbox, "/users", &user).await;
    assert_eq!(
        (again.status, again.text("/error")),
        (400, "the sandbox cannot be seeded: id: The id is taken.")
    );
    assert_eq!(
        post(&sandbox, "/users", &json!({ "name": "x" }))
            .await
            .status,
        400
    );
    let users = get(&sandbox, "/users").await.ok();
    assert_eq!(
        (users.text("/0/user/username"), users.text("/0/password")),
        ("lindajones", "OK")
    );
    let flow = post(&sandbox, "/flows", &json!({ "mfa": true })).await.ok();
    let path = format!("/{}/flows/{}", sandbox.environment_id(), flow.text("/id"));
    let flow = Request::new(&sandbox, "GET", path).send().await.ok();
    assert_eq!(flow.text("/status"), "USERNAME_PASSWORD_REQUIRED");
    let token = post(&sandbox, "/tokens", &json!({ "user": id })).await.ok();
    let path = format!("/v1/environments/{}/users/{id}", sandbox.environment_id());
    let read = Request::new(&sandbox, "GET", path);
    let bearer = format!("Bearer {}", token.text("/accessToken"));
    assert_eq!(
        read.header("Authorization", bearer).send().await.status,
        200
    );
}

#[tokio::test]
async fn a_push_notification_is_answered() {
    let sandbox = sandbox().await;
    let device = NewDevice::new(pingone_sandbox::DeviceKind::Mobile, "");
    let user = sandbox.seed_user(linda().device(device)).unwrap();
    let path = format!("/{}/deviceAuthentications", sandbox.environment_id());
    let request = Request::new(&sandbox, "POST", &path)
        .authorized()
        .media_type("application/json");
    let started = request
        .json(&json!({ "user": { "id": user } }))
        .send()
        .await
        .ok();
    assert_eq!(started.text("/status"), "PUSH_CONFIRMATION_REQUIRED");
    let push = format!("/device-authentications/{}/push", started.text("/id"));
    assert_eq!(
        post(&sandbox, &push, &json!({ "confirmed": true }))
            .await
            .status,
        204
    );
    assert_eq!(
        post(&sandbox, &push, &json!({ "confirmed": true }))
            .await
            .status,
        404
    );
    let read = Request::new(&sandbox, "GET", format!("{path}/{}", started.text("/id")));
    assert_eq!(read.authorized().send().await.text("/status"), "COMPLETED");
}

#[tokio::test]
async fn the_journal_is_read_in_every_format() {
    let sandbox = sandbox().await;
    let user = sandbox.seed_user(linda()).unwrap();
    send_code(&sandbox, user).await;
    let entries = get(&sandbox, "/journal").await.ok();
    assert_eq!(entries.text("/0/operation"), "sendVerificationCode");
    let text = async |format: &str| {
        let bytes = control(&sandbox, "GET", &format!("/journal?{format}"))
            .bytes()
            .await
            .unwrap();
        String::from_utf8(bytes).unwrap()
    };
    assert!(text("format=curl").await.contains("curl --request POST"));
    assert!(
        text("format=http")
            .await
            .contains("### 1 sendVerificationCode -> 200")
    );
    assert!(text("format=lines").await.contains("Bearer ***"));
    assert!(
        text("format=lines&secrets=shown")
            .await
            .contains("Bearer sandbox-")
    );
    assert_eq!(get(&sandbox, "/journal?format=pdf").await.status, 400);
    assert_eq!(
        control(&sandbox, "DELETE", "/journal").send().await.status,
        204
    );
    assert_eq!(get(&sandbox, "/journal").await.body, json!([]));
}

#[tokio::test]
async fn snapshots_are_taken_and_restored_and_everything_is_reset() {
    let sandbox = sandbox().await;
    sandbox.seed_user(NewUser::new("first")).unwrap();
    let id = post(&sandbox, "/snapshots", &json!({})).await.ok();
    sandbox.seed_user(NewUser::new("second")).unwrap();
    let count = async || get(&sandbox, "/users").await.body.as_array().unwrap().len();
    assert_eq!(count().await, 2);
    let restore = format!("/snapshots/{}/restore", id.body["id"]);
    assert_eq!(control(&sandbox, "POST", &restore).send().await.status, 204);
    assert_eq!(count().await, 1);
    assert_eq!(
        control(&sandbox, "POST", "/snapshots/9/restore")
            .send()
            .await
            .status,
        404
    );
    assert_eq!(control(&sandbox, "POST", "/reset").send().await.status, 204);
    assert_eq!(count().await, 0);
}

#[tokio::test]
async fn a_caller_waits_for_changes() {
    let sandbox = sandbox().await;
    let seen = get(&sandbox, "/changes").await.body["change"]
        .as_u64()
        .unwrap();
    let (reply, _) = tokio::join!(
        control(&sandbox, "GET", &format!("/changes?after={seen}&wait=20")).send(),
        async { sandbox.faults().add(Fault::status(500)) }
    );
    assert!(reply.body["change"].as_u64().unwrap() > seen);
}

#[tokio::test]
async fn another_site_controls_nothing() {
    let sandbox = sandbox().await;
    let reply = control(&sandbox, "POST", "/reset").header("Origin", "http://evil.example");
    assert_eq!(reply.send().await.status, 403);
    let own = format!("http://{}", sandbox.address());
    let reply = control(&sandbox, "POST", "/reset").header("Origin", own);
    assert_eq!(reply.send().await.status, 204);
}

#[tokio::test]
async fn the_control_api_can_be_switched_off() {
    let sandbox = Config::new().without_control().start().await.unwrap();
    for path in ["", "/", "/clock", "/journal"] {
        assert_eq!(get(&sandbox, path).await.status, 404, "{path}");
    }
}

#[tokio::test]
async fn what_the_control_api_does_not_have_is_named() {
    let sandbox = sandbox().await;
    let reply = control(&sandbox, "PATCH", "/clock").send().await;
    assert_eq!(
        (reply.status, reply.text("/error")),
        (404, "the control API has no PATCH /_sandbox/clock")
    );
    let reply = control(&sandbox, "POST", "/clock").text("{").send().await;
    assert!(reply.status == 400 && reply.text("/error").contains("no JSON"));
}

/// What `curl -d` sends without a header of one's own.
const FORM: &str = "application/x-www-form-urlencoded";

#[tokio::test]
async fn json_is_understood_whatever_it_claims_to_be() {
    let sandbox = sandbox().await;
    let limits = json!({ "listUsers": { "requests": 2, "milliseconds": 1000 } });
    let put = |media_type: Option<&str>, body: String| {
        let request = control(&sandbox, "PUT", "/limits").text(body);
        match media_type {
            Some(media_type) => request.media_type(media_type),
            None => request,
        }
    };
    for media_type in [None, Some(FORM), Some("text/plain")] {
        control(&sandbox, "DELETE", "/limits").send().await.ok();
        put(media_type, limits.to_string()).send().await.ok();
        assert_eq!(
            get(&sandbox, "/limits").await.body,
            limits,
            "{media_type:?}"
        );
    }
    for media_type in [None, Some(FORM)] {
        let reply = put(media_type, "listUsers=2".to_owned()).send().await;
        assert_eq!(reply.status, 400, "{media_type:?}");
        assert_eq!(get(&sandbox, "/limits").await.body, limits);
    }
}

#[tokio::test]
async fn the_clock_stops_at_a_moment() {
    let sandbox = Config::new().start().await.unwrap();
    let body = json!({ "freeze": "2027-03-01T00:00:00Z" });
    let reply = post(&sandbox, "/clock", &body).await.ok();
    assert_eq!(reply.text("/now"), "2027-03-01T00:00:00Z");
    assert_eq!(sandbox.clock().rate(), 0.0);
    for wrong in [
        json!({ "freeze": "later" }),
        json!({ "resume": "2027-03-01T00:00:00Z" }),
    ] {
        assert_eq!(
            post(&sandbox, "/clock", &wrong).await.status,
            400,
            "{wrong}"
        );
    }
}

#[tokio::test]
async fn a_token_for_nobody_is_refused() {
    let sandbox = sandbox().await;
    let body = json!({ "user": "8376797d-641c-4e7f-8bb9-8fd3b4bd1bf1" });
    let reply = post(&sandbox, "/tokens", &body).await;
    assert_eq!(reply.status, 404);
    assert!(reply.text("/error").contains("8376797d"), "{reply:?}");
}

#[tokio::test]
async fn misspelt_names_are_refused_with_the_closest_one() {
    let sandbox = sandbox().await;
    let fault = |name: &str, value: &str| json!({ "effect": { "kind": "drop-after-commit" }, "match": { name: value } });
    for (name, value, suggestion) in [
        ("operation", "verifyUsr", "`verifyUser`"),
        ("method", "PSOT", "`POST`"),
        (
            "path",
            "/v1/environments/*/user",
            "`/v1/environments/{environmentId}/users`",
        ),
        (
            "mediaType",
            "application/vnd.pingidentity.user.verfy+json",
            "`application/vnd.pingidentity.user.verify+json`",
        ),
    ] {
        let reply = post(&sandbox, "/faults", &fault(name, value)).await;
        assert_eq!(reply.status, 400, "{name}");
        let text = reply.text("/error");
        assert!(text.contains(value) && text.contains(suggestion), "{text}");
    }
    let reply = get(&sandbox, "/counters?operation=verifyUsr").await;
    assert!(reply.status == 400 && reply.text("/error").contains("`verifyUser`"));
    assert_eq!(get(&sandbox, "/outbox?usr=x").await.status, 400);
    let known = get(&sandbox, "/counters?operation=verifyUser").await.ok();
    assert_eq!(known.body, json!({ "requests": 0, "effects": 0 }));
}
