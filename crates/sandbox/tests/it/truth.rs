//! What public sources show of the service, one test for each.

use pingone_models::{GroupId, UserId};
use pingone_sandbox::{DeviceKind, NewDevice, NewFlow, NewUser, Sandbox};
use serde_json::{Value, json};

use crate::support::{PASSWORD, Reply, Request, action, linda, minutes, sandbox};

fn user_path(sandbox: &Sandbox, user: UserId) -> String {
    format!("/v1/environments/{}/users/{user}", sandbox.environment_id())
}

async fn password(sandbox: &Sandbox, user: UserId, name: &str, body: &Value) -> Reply {
    let path = user_path(sandbox, user) + "/password";
    let method = if name.starts_with("password.set") {
        "PUT"
    } else {
        "POST"
    };
    let request = Request::new(sandbox, method, path).authorized();
    request.media_type(action(name)).json(body).send().await
}

#[tokio::test]
async fn of_two_media_types_the_vendors_own_counts() {
    let sandbox = sandbox().await;
    let user = sandbox.seed_user(linda()).unwrap();
    let own = action("account.lock");
    for types in [["application/json", &own], [&own, "application/json"]] {
        let request = Request::new(&sandbox, "POST", user_path(&sandbox, user)).authorized();
        let request = request
            .media_type(types[0])
            .header("content-type", types[1]);
        // As the Go SDK sends it.
        request.text("null\n").send().await.ok();
    }
    let entry = sandbox.journal().entries().pop().unwrap();
    assert_eq!(entry.operation, Some("lockAccount"));
    assert!(
        entry.rules.contains(&"media-type.repeated"),
        "{:?}",
        entry.rules
    );
}

#[tokio::test]
async fn booleans_may_be_texts() {
    let sandbox = sandbox().await;
    let user = sandbox.seed_user(linda()).unwrap();
    for (given, status) in [("false", "OK"), ("true", "MUST_CHANGE_PASSWORD")] {
        let body = json!({ "value": format!("an0ther-{given}"), "forceChange": given });
        let reply = password(&sandbox, user, "password.set", &body).await.ok();
        assert_eq!(reply.text("/status"), status);
    }
    let body = json!({ "value": "an0ther-passw0rd", "forceChange": "maybe" });
    let reply = password(&sandbox, user, "password.set", &body).await;
    assert_eq!(reply.error(), "400 INVALID_DATA INVALID_VALUE forceChange");
}

#[tokio::test]
async fn empty_values_are_called_so_and_count_as_no_attempt() {
    let sandbox = sandbox().await;
    let user = sandbox.seed_user(linda()).unwrap();
    for _ in 0..6 {
        let reply = password(&sandbox, user, "password.check", &json!({ "password": "" })).await;
        assert_eq!(reply.error(), "400 INVALID_DATA EMPTY_VALUE password");
    }
    let body = json!({ "password": PASSWORD });
    password(&sandbox, user, "password.check", &body).await.ok();
    let body = json!({ "recoveryCode": "", "newPassword": "an0ther-passw0rd" });
    let reply = password(&sandbox, user, "password.recover", &body).await;
    assert_eq!(reply.error(), "400 INVALID_DATA EMPTY_VALUE recoveryCode");
}

#[tokio::test]
async fn platform_answers_are_hal_with_a_correlation_id() {
    let sandbox = sandbox().await;
    let user = sandbox.seed_user(linda()).unwrap();
    let read = Request::new(&sandbox, "GET", user_path(&sandbox, user)).authorized();
    let reply = read.send().await.ok();
    assert_eq!(
        reply.header("content-type"),
        Some("application/hal+json;charset=UTF-8")
    );
    assert!(reply.header("correlation-id").is_some());
    let stranger = UserId::new(uuid::Uuid::from_u128(1));
    let read = Request::new(&sandbox, "GET", user_path(&sandbox, stranger)).authorized();
    let reply = read.send().await;
    assert_eq!(reply.header("correlation-id"), Some(reply.text("/id")));
    assert_eq!(
        reply.text("/message"),
        "The request could not be completed. The requested resource was not found."
    );
    assert!(
        reply
            .header("x-sandbox-reason")
            .unwrap()
            .contains(&stranger.to_string())
    );
}

#[tokio::test]
async fn the_session_cookie_is_as_recorded() {
    let sandbox = sandbox().await;
    sandbox.seed_user(linda()).unwrap();
    let flow = sandbox.start_flow(NewFlow::sign_on());
    let environment = sandbox.environment_id();
    let request = Request::new(&sandbox, "POST", format!("/{environment}/flows/{flow}"));
    let body = json!({ "username": "lindajones", "password": PASSWORD });
    let request = request
        .media_type(action("usernamePassword.check"))
        .json(&body);
    let reply = request.send().await.ok();
    let cookie = reply.header("set-cookie").unwrap();
    let (_, attributes) = cookie.split_once("; ").unwrap();
    assert_eq!(
        attributes,
        format!("Path=/{environment}; Max-Age=2592000; Secure; HttpOnly; SameSite=None")
    );
}

#[tokio::test]
async fn a_locked_user_authenticates_with_no_device() {
    let sandbox = sandbox().await;
    let device = NewDevice::new(DeviceKind::Sms, "+14135550144");
    let user = sandbox
        .seed_user(linda().device(device).locked(None))
        .unwrap();
    let path = format!("/{}/deviceAuthentications", sandbox.environment_id());
    let request = Request::new(&sandbox, "POST", path).authorized();
    let body = json!({ "user": { "id": user } });
    let reply = request
        .media_type("application/json")
        .json(&body)
        .send()
        .await;
    assert_eq!(reply.error(), "400 REQUEST_FAILED ACCOUNT_NOT_USABLE");
    assert!(
        reply.assumed().contains("mfa.usable"),
        "{}",
        reply.assumed()
    );
}

#[tokio::test]
async fn filters_know_the_documented_attributes() {
    let sandbox = sandbox().await;
    let group = GroupId::new(uuid::Uuid::from_u128(7));
    let max = NewUser::new("max").disabled().group(group, "Admins");
    let max = max.attribute("address", json!({ "locality": "Denver" }));
    sandbox.seed_user(max.attribute("shirtSize", "M")).unwrap();
    sandbox.seed_user(linda()).unwrap();
    let find = async |filter: String| {
        let filter: String = url::form_urlencoded::byte_serialize(filter.as_bytes()).collect();
        let path = format!(
            "/v1/environments/{}/users?filter={filter}",
            sandbox.environment_id()
        );
        Request::new(&sandbox, "GET", path)
            .authorized()
            .send()
            .await
    };
    for filter in [
        "enabled eq false".to_owned(),
        format!("memberOfGroups[id eq \"{group}\"]"),
        "address.locality sw \"den\"".to_owned(),
        "shirtSize eq \"M\"".to_owned(),
        "username eq \"MAX\"".to_owned(),
    ] {
        let reply = find(filter.clone()).await.ok();
        assert_eq!(reply.body["count"], 1, "{filter}");
        assert_eq!(reply.text("/_embedded/users/0/username"), "max", "{filter}");
    }
    let reply = find("shoeSize eq \"43\"".to_owned()).await;
    assert_eq!(reply.error(), "400 INVALID_DATA INVALID_FILTER filter");
    let supported = reply.body["details"][0]["innerError"]["supportedAttributes"].as_array();
    // Each attribute that is said to be supported is.
    for attribute in supported.unwrap() {
        let attribute = attribute.as_str().unwrap();
        let filter = match attribute {
            "enabled" => "enabled eq true".to_owned(),
            "memberOfGroups.id" => "memberOfGroups[id eq \"x\"]".to_owned(),
            other => format!("{other} eq \"x\""),
        };
        find(filter).await.ok();
    }
    assert!(supported.unwrap().contains(&json!("shirtSize")));
}

/// Look-ups go through an index, which must follow every change.
#[tokio::test]
async fn filters_follow_changes() {
    let sandbox = sandbox().await;
    let user = sandbox.seed_user(linda()).unwrap();
    sandbox
        .seed_user(NewUser::new("max").email("m@example.com"))
        .unwrap();
    let count = async |filter: &str| {
        let filter: String = url::form_urlencoded::byte_serialize(filter.as_bytes()).collect();
        let environment = sandbox.environment_id();
        let path = format!("/v1/environments/{environment}/users?filter={filter}");
        let found = Request::new(&sandbox, "GET", path)
            .authorized()
            .send()
            .await;
        found.ok().body["count"].as_u64().unwrap()
    };
    let old = "email eq \"linda@example.com\"";
    let new = "email eq \"L@example.com\"";
    let both = "(email sw \"l\" or email sw \"m\") and enabled eq true";
    assert_eq!(
        [count(old).await, count(new).await, count(both).await],
        [1, 0, 2]
    );
    let change = |method| {
        Request::new(&sandbox, method, user_path(&sandbox, user))
            .authorized()
            .media_type("application/json")
    };
    let changed = change("PATCH").json(&json!({ "email": "l@example.com" }));
    changed.send().await.ok();
    assert_eq!(
        [count(old).await, count(new).await, count(both).await],
        [0, 1, 2]
    );
    let snapshot = sandbox.snapshot();
    change("DELETE").send().await.ok();
    assert_eq!(
        [count(old).await, count(new).await, count(both).await],
        [0, 0, 1]
    );
    sandbox.restore(&snapshot);
    assert_eq!(
        [count(old).await, count(new).await, count(both).await],
        [0, 1, 2]
    );
    assert_eq!(count("email ew \".com\"").await, 2);
}

#[tokio::test]
async fn the_date_of_an_answer_is_that_of_the_sandboxs_clock() {
    let sandbox = sandbox().await;
    let read = async || {
        let path = format!("/{}/as/jwks", sandbox.environment_id());
        Request::new(&sandbox, "GET", path).send().await.ok()
    };
    let date = "Thu, 01 Jan 2026 00:00:00 GMT";
    assert_eq!(read().await.header("date"), Some(date));
    sandbox.clock().advance(minutes(5));
    let date = "Thu, 01 Jan 2026 00:05:00 GMT";
    assert_eq!(read().await.header("date"), Some(date));
}

#[tokio::test]
async fn the_values_of_a_query_are_those_of_the_document() {
    let sandbox = sandbox().await;
    let user = sandbox.seed_user(linda()).unwrap();
    let check = async |path: String, expected: &str| {
        let environment = sandbox.environment_id();
        let path = format!("/v1/environments/{environment}/{path}");
        let reply = Request::new(&sandbox, "GET", &path).authorized();
        assert_eq!(reply.send().await.error().trim(), expected, "{path}");
    };
    let wrong = |code, name| format!("400 INVALID_DATA {code} {name}");
    check("populations?limit=1".to_owned(), "200").await;
    let below = wrong("OUT_OF_RANGE", "limit");
    check("populations?limit=0".to_owned(), &below).await;
    let not = wrong("INVALID_VALUE", "limit");
    check("populations?limit=2147483648".to_owned(), &not).await;
    check("users?limit=many".to_owned(), &not).await;
    let devices = format!("users/{user}/devices?expand=");
    let known = format!("{devices}typeDisplayNames,order");
    check(known, "200").await;
    let unknown = wrong("INVALID_VALUE", "expand");
    check(format!("{devices}AAA"), &unknown).await;
}
