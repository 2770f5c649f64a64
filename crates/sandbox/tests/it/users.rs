//! Users: reading, listing, verifying and locking.

use pingone_models::operations::VERIFY_USER;
use pingone_models::{GroupId, UserId};
use pingone_sandbox::{Kind, NewUser, Sandbox};
use serde_json::{Value, json};

use crate::support::{MILLISECOND, Reply, Request, action, linda, minutes, sandbox};

fn path(sandbox: &Sandbox, user: UserId) -> String {
    format!("/v1/environments/{}/users/{user}", sandbox.environment_id())
}

async fn read(sandbox: &Sandbox, user: UserId) -> Reply {
    let request = Request::new(sandbox, "GET", path(sandbox, user));
    request.authorized().send().await
}

async fn act(sandbox: &Sandbox, user: UserId, name: &str, body: Option<Value>) -> Reply {
    let request = Request::new(sandbox, "POST", path(sandbox, user)).authorized();
    let request = request.media_type(action(name));
    match body {
        Some(body) => request.json(&body).send().await,
        None => request.send().await,
    }
}

async fn list(sandbox: &Sandbox, query: &str) -> Reply {
    let environment = sandbox.environment_id();
    let path = format!("/v1/environments/{environment}/users{query}");
    Request::new(sandbox, "GET", path).authorized().send().await
}

fn usernames(reply: &Reply) -> Vec<&str> {
    let users = reply.body["_embedded"]["users"].as_array().unwrap();
    users
        .iter()
        .map(|user| user["username"].as_str().unwrap())
        .collect()
}

#[tokio::test]
async fn a_user_has_the_members_and_links_of_the_documented_example() {
    let sandbox = sandbox().await;
    let user = sandbox.seed_user(linda().unverified()).unwrap();
    let reply = read(&sandbox, user).await.ok();
    let members: Vec<_> = reply.body.as_object().unwrap().keys().collect();
    insta::assert_compact_json_snapshot!(members, @r#"
    [
      "_links",
      "account",
      "createdAt",
      "email",
      "enabled",
      "environment",
      "id",
      "identityProvider",
      "lifecycle",
      "mfaEnabled",
      "population",
      "updatedAt",
      "username",
      "verifyStatus"
    ]
    "#);
    insta::assert_compact_json_snapshot!(reply.links(), @r#"
    [
      "account.sendVerificationCode",
      "devices",
      "environment",
      "linkedAccounts",
      "memberOfGroups",
      "password",
      "password.check",
      "password.recover",
      "password.reset",
      "password.set",
      "population",
      "roleAssignments",
      "self",
      "user.verify"
    ]
    "#);
    assert_eq!(
        reply.text("/_links/self/href"),
        format!(
            "{}/environments/{}/users/{user}",
            sandbox.platform_url(),
            sandbox.environment_id()
        )
    );
}

#[tokio::test]
async fn groups_are_returned_on_request_only() {
    let sandbox = sandbox().await;
    let group = GroupId::new(uuid::Uuid::from_u128(7));
    let user = sandbox.seed_user(linda().group(group, "Admins")).unwrap();
    assert_eq!(
        read(&sandbox, user).await.body.get("memberOfGroupNames"),
        None
    );
    let with = |include| format!("{}?include={include}", path(&sandbox, user));
    let reply = Request::new(&sandbox, "GET", with("memberOfGroupNames"));
    let reply = reply.authorized().send().await;
    assert_eq!(reply.body["memberOfGroupNames"], json!(["Admins"]));
    let reply = Request::new(&sandbox, "GET", with("shoeSize"));
    let reply = reply.authorized().send().await;
    assert_eq!(reply.error(), "400 INVALID_DATA INVALID_VALUE include");
}

#[tokio::test]
async fn pages_are_linked_in_both_directions_and_hold_every_user_once() {
    let sandbox = sandbox().await;
    for number in 1..=5 {
        sandbox
            .seed_user(NewUser::new(format!("user-{number}")))
            .unwrap();
    }
    let first = list(&sandbox, "?limit=2").await.ok();
    assert_eq!(usernames(&first), ["user-1", "user-2"]);
    assert_eq!(
        (&first.body["count"], &first.body["size"]),
        (&json!(5), &json!(2))
    );
    assert_eq!(first.links(), ["next", "self"]);

    let follow = async |reply: &Reply, relation: &str| {
        let address = reply.text(&format!("/_links/{relation}/href"));
        let path = address.strip_prefix(sandbox.auth_url()).unwrap();
        Request::new(&sandbox, "GET", path)
            .authorized()
            .send()
            .await
            .ok()
    };
    let second = follow(&first, "next").await;
    assert_eq!(usernames(&second), ["user-3", "user-4"]);
    assert_eq!(second.links(), ["next", "prev", "self"]);
    let third = follow(&second, "next").await;
    assert_eq!(usernames(&third), ["user-5"]);
    assert_eq!(third.links(), ["prev", "self"]);
    assert_eq!(
        usernames(&follow(&third, "prev").await),
        ["user-3", "user-4"]
    );
    assert_eq!(
        usernames(&follow(&second, "prev").await),
        ["user-1", "user-2"]
    );
}

#[tokio::test]
async fn a_filter_chooses_users_and_a_wrong_one_says_what_it_could_have_been() {
    let sandbox = sandbox().await;
    sandbox.seed_user(linda()).unwrap();
    sandbox
        .seed_user(NewUser::new("max").email("max@example.com"))
        .unwrap();
    let reply = list(&sandbox, "?filter=username%20eq%20%22LindaJones%22").await;
    assert_eq!(usernames(&reply), ["lindajones"]);
    let reply = list(&sandbox, "?filter=email+ew+%22example.com%22&limit=1").await;
    assert!(reply.text("/_links/next/href").contains("filter=email+ew"));
    let reply = list(&sandbox, "?filter=shoeSize%20eq%20%2243%22").await;
    assert_eq!(reply.error(), "400 INVALID_DATA INVALID_FILTER filter");
    let supported = &reply.body["details"][0]["innerError"]["supportedAttributes"];
    assert!(supported.as_array().unwrap().contains(&json!("username")));
}

#[tokio::test]
async fn a_wrong_limit_or_cursor_is_refused() {
    let sandbox = sandbox().await;
    let error = async |query| list(&sandbox, query).await.error();
    assert_eq!(
        error("?limit=0").await,
        "400 INVALID_DATA OUT_OF_RANGE limit"
    );
    assert_eq!(
        error("?limit=x").await,
        "400 INVALID_DATA INVALID_VALUE limit"
    );
    assert_eq!(
        error("?cursor=x").await,
        "400 INVALID_DATA INVALID_VALUE cursor"
    );
}

#[tokio::test]
async fn the_code_from_the_message_verifies_the_account_and_the_address() {
    let sandbox = sandbox().await;
    let user = sandbox.seed_user(linda()).unwrap();
    let reply = act(&sandbox, user, "user.sendVerificationCode", None)
        .await
        .ok();
    assert_eq!(reply.text("/lifecycle/status"), "VERIFICATION_REQUIRED");

    let message = sandbox
        .outbox()
        .wait_for(user, Kind::VerificationCode)
        .await
        .unwrap();
    assert_eq!(
        (message.to.as_str(), message.expires_at),
        ("linda@example.com", None)
    );
    sandbox.clock().advance(minutes(60 * 24 * 365));
    let code = message.code.expose().to_lowercase();
    let reply = act(
        &sandbox,
        user,
        "user.verify",
        Some(json!({ "verificationCode": code })),
    );
    let reply = reply.await.ok();
    assert_eq!(reply.text("/lifecycle/status"), "ACCOUNT_OK");
    assert_eq!(reply.body["emailVerified"], true);
    assert!(!reply.links().contains(&"user.verify"));
}

#[tokio::test]
async fn only_the_last_verification_code_works_and_five_wrong_ones_use_it_up() {
    let sandbox = sandbox().await;
    let user = sandbox.seed_user(linda()).unwrap();
    let outbox = sandbox.outbox();
    act(&sandbox, user, "user.sendVerificationCode", None)
        .await
        .ok();
    let old = outbox
        .wait_for(user, Kind::VerificationCode)
        .await
        .unwrap()
        .code;
    act(&sandbox, user, "user.sendVerificationCode", None)
        .await
        .ok();
    let new = outbox
        .wait_for(user, Kind::VerificationCode)
        .await
        .unwrap()
        .code;
    let verify = async |code: &str| {
        let body = json!({ "verificationCode": code });
        act(&sandbox, user, "user.verify", Some(body)).await.error()
    };
    for _ in 0..5 {
        assert_eq!(
            verify(old.expose()).await,
            "400 INVALID_DATA INVALID_VALUE verificationCode"
        );
    }
    assert_eq!(
        verify(new.expose()).await,
        "400 INVALID_DATA INVALID_VALUE verificationCode"
    );
    assert_eq!(sandbox.requests(&VERIFY_USER), 6);
}

#[tokio::test]
async fn a_lock_ends_at_its_moment_and_not_before() {
    let sandbox = sandbox().await;
    let user = sandbox.seed_user(linda()).unwrap();
    let body = json!({ "unlockAt": "2026-01-01T01:00:00Z" });
    let reply = act(&sandbox, user, "account.lock", Some(body)).await.ok();
    insta::assert_compact_json_snapshot!(reply.body["account"], @r#"
    {
      "canAuthenticate": false,
      "lockedAt": "2026-01-01T00:00:00.000Z",
      "secondsUntilUnlock": 3600,
      "status": "LOCKED",
      "unlockAt": "2026-01-01T01:00:00.000Z"
    }
    "#);
    sandbox.clock().advance(minutes(60) - MILLISECOND);
    assert_eq!(read(&sandbox, user).await.text("/account/status"), "LOCKED");
    sandbox.clock().advance(MILLISECOND);
    let account = &read(&sandbox, user).await.body["account"];
    assert_eq!(account, &json!({ "canAuthenticate": true, "status": "OK" }));
}

#[tokio::test]
async fn a_lock_without_an_end_locks_and_one_in_the_past_does_not() {
    let sandbox = sandbox().await;
    let user = sandbox.seed_user(linda()).unwrap();
    for body in [None, Some(json!({})), Some(Value::Null)] {
        let reply = act(&sandbox, user, "account.lock", body).await.ok();
        assert_eq!(reply.text("/account/status"), "LOCKED");
        assert_eq!(reply.body["account"]["secondsUntilUnlock"], Value::Null);
        act(&sandbox, user, "account.unlock", None).await.ok();
    }
    let past = json!({ "unlockAt": "2025-12-31T23:59:59Z" });
    let reply = act(&sandbox, user, "account.lock", Some(past)).await.ok();
    assert_eq!(reply.text("/account/status"), "OK");
    // The last days of the last year are beyond what can be calculated with.
    let far = json!({ "unlockAt": "9999-12-31T23:59:59.999Z" });
    let reply = act(&sandbox, user, "account.lock", Some(far)).await.ok();
    assert_eq!(reply.text("/account/unlockAt"), "9999-12-30T22:00:00.000Z");
}

/// A body whose members are all optional; `{}` and `null` are in the test above.
#[tokio::test]
async fn an_optional_body_may_be_empty() {
    let sandbox = sandbox().await;
    let user = sandbox.seed_user(linda()).unwrap();
    for body in ["", " ", "\n", "null", "{}"] {
        let request = Request::new(&sandbox, "POST", path(&sandbox, user)).authorized();
        let request = request.media_type(action("account.lock")).text(body);
        let reply = request.send().await.ok();
        assert_eq!(reply.text("/account/status"), "LOCKED", "{body:?}");
    }
}

#[tokio::test]
async fn an_administrator_unlocks_an_account() {
    let sandbox = sandbox().await;
    let user = sandbox.seed_user(linda().locked(None)).unwrap();
    assert_eq!(read(&sandbox, user).await.text("/account/status"), "LOCKED");
    let reply = act(&sandbox, user, "account.unlock", None).await.ok();
    assert_eq!(reply.text("/account/status"), "OK");
}

#[tokio::test]
async fn a_user_that_is_not_there_is_not_found_and_a_strange_environment_forbidden() {
    let sandbox = sandbox().await;
    let stranger = UserId::new(uuid::Uuid::from_u128(1));
    assert_eq!(read(&sandbox, stranger).await.error(), "404 NOT_FOUND");
    let path = format!("/v1/environments/{stranger}/users");
    let reply = Request::new(&sandbox, "GET", path)
        .authorized()
        .send()
        .await;
    assert_eq!(reply.error(), "403 ACCESS_FAILED INSUFFICIENT_PERMISSIONS");
}

#[tokio::test]
async fn a_method_that_is_not_there_is_answered_with_the_ones_that_are() {
    let sandbox = sandbox().await;
    let user = sandbox.seed_user(linda()).unwrap();
    let reply = Request::new(&sandbox, "DELETE", path(&sandbox, user) + "/password");
    let reply = reply.authorized().send().await;
    assert_eq!(reply.error(), "405 INVALID_REQUEST");
    assert_eq!(reply.header("allow"), Some("GET, POST, PUT"));
}

#[tokio::test]
async fn a_body_that_is_too_large_is_refused() {
    let sandbox = sandbox().await;
    let user = sandbox.seed_user(linda()).unwrap();
    let request = Request::new(&sandbox, "POST", path(&sandbox, user)).authorized();
    let request = request.media_type(action("user.verify"));
    let reply = request.text("x".repeat(1024 * 1024 + 1)).send().await;
    assert_eq!(reply.error(), "413 INVALID_REQUEST");
}

#[tokio::test]
async fn correlation_ids_come_back_and_one_is_made_if_there_is_none() {
    let sandbox = sandbox().await;
    let user = sandbox.seed_user(linda()).unwrap();
    let request = Request::new(&sandbox, "GET", path(&sandbox, user)).authorized();
    let reply = request
        .header("X-Ping-External-Transaction-Id", "order 7")
        .header("X-Ping-External-Session-Id", "session-1")
        .send()
        .await;
    assert_eq!(
        reply.header("x-ping-external-transaction-id"),
        Some("order_7")
    );
    assert_eq!(
        reply.header("x-ping-external-session-id"),
        Some("session-1")
    );
    let reply = read(&sandbox, user).await;
    let made = reply.header("x-ping-external-transaction-id").unwrap();
    assert!(uuid::Uuid::parse_str(made).is_ok());
    assert_eq!(reply.header("x-ping-external-session-id"), None);
}

#[tokio::test]
async fn a_user_token_reaches_its_user_alone() {
    let sandbox = sandbox().await;
    let user = sandbox.seed_user(linda()).unwrap();
    let other = sandbox.seed_user(NewUser::new("max")).unwrap();
    let token = format!("Bearer {}", sandbox.user_token(user).expose());
    let read = async |path: String| {
        let request = Request::new(&sandbox, "GET", path);
        request.header("Authorization", token.clone()).send().await
    };
    read(path(&sandbox, user)).await.ok();
    let reply = read(path(&sandbox, other)).await;
    assert_eq!(reply.error(), "403 ACCESS_FAILED INSUFFICIENT_PERMISSIONS");
}

#[tokio::test]
async fn a_username_can_be_seeded_once() {
    let sandbox = sandbox().await;
    sandbox.seed_user(linda()).unwrap();
    let error = sandbox.seed_user(NewUser::new("LindaJones")).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the sandbox cannot be seeded: username: The username is taken."
    );
}

#[tokio::test]
async fn the_username_of_a_deleted_user_is_free_again() {
    let sandbox = sandbox().await;
    let user = sandbox.seed_user(linda()).unwrap();
    let users = format!("/v1/environments/{}/users", sandbox.environment_id());
    let delete = Request::new(&sandbox, "DELETE", format!("{users}/{user}")).authorized();
    delete.send().await.ok();
    let create = Request::new(&sandbox, "POST", users).authorized();
    let create = create.media_type("application/json");
    let body = json!({ "username": "lindajones", "email": "linda@example.com" });
    let created = create.json(&body).send().await.ok();
    assert_ne!(created.text("/id"), user.to_string());
}
