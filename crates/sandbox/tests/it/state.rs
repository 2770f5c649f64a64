//! The whole state as one text and as a file that outlives the sandbox.

use std::path::Path;

use pingone_models::UserId;
use pingone_models::operations::{LIST_GROUPS, LOCK_ACCOUNT, RECOVER_PASSWORD};
use pingone_sandbox::{
    Clock, Config, DeviceKind, Fault, Kind, NewDevice, NewFlow, NewUser, RateLimit, Sandbox,
    SeedFile,
};
use serde_json::{Value, json};

use crate::support::{Reply, Request, action, linda, minutes, sandbox};

async fn post(sandbox: &Sandbox, path: &str, media_type: &str, body: &Value) -> Reply {
    let environment = sandbox.environment_id();
    let is_signing_on = path.starts_with("flows") || path.starts_with("deviceAuth");
    let path = match is_signing_on {
        true => format!("/{environment}/{path}"),
        false => format!("/v1/environments/{environment}/{path}"),
    };
    let request = Request::new(sandbox, "POST", path).authorized();
    request.media_type(media_type).json(body).send().await
}

/// Fills every part of a state; the user and what a device authentication and a flow wait for.
async fn fill(sandbox: &Sandbox) -> (UserId, String, String) {
    let linda = linda().device(NewDevice::new(DeviceKind::Sms, "+14135550144"));
    let user = sandbox.seed_user(linda.attribute("shoeSize", 43)).unwrap();
    sandbox
        .faults()
        .add(Fault::status(503).on_operation(&LOCK_ACCOUNT).times(3))
        .unwrap();
    sandbox
        .limit(&LIST_GROUPS, RateLimit::new(5, minutes(1)))
        .unwrap();
    sandbox.clock().advance(minutes(1));
    let password = format!("users/{user}/password");
    let send = action("password.sendRecoveryCode");
    post(sandbox, &password, &send, &json!({})).await.ok();
    let link = json!({
        "identityProvider": { "id": "0ab1e3b5-8a52-4a67-9a3c-6d4a1a7c2f11" },
        "externalId": "Linda",
    });
    let started = json!({ "user": { "id": user } });
    let started = post(
        sandbox,
        "deviceAuthentications",
        "application/json",
        &started,
    )
    .await;
    let started = started.ok().text("/id").to_owned();
    let accounts = format!("users/{user}/linkedAccounts");
    post(sandbox, &accounts, "application/json", &link).await;
    let flow = sandbox
        .start_flow(NewFlow::sign_on().with_mfa())
        .to_string();
    let check = json!({ "username": "lindajones", "password": crate::support::PASSWORD });
    let path = format!("flows/{flow}");
    post(sandbox, &path, &action("usernamePassword.check"), &check)
        .await
        .ok();
    (user, started, flow)
}

/// Whether everything goes on: codes are taken, and the next random values are the same.
async fn goes_on(sandbox: &Sandbox, user: UserId, started: &str) -> Vec<String> {
    let code = sandbox
        .outbox()
        .latest(user, Kind::RecoveryCode)
        .unwrap()
        .code;
    let recovery = json!({ "recoveryCode": code.expose(), "newPassword": "another-Password-1" });
    let password = format!("users/{user}/password");
    post(sandbox, &password, &action("password.recover"), &recovery)
        .await
        .ok();
    let passcode = sandbox
        .outbox()
        .messages()
        .into_iter()
        .find(|message| message.kind == Kind::Passcode);
    let otp = json!({ "otp": passcode.unwrap().code.expose() });
    let path = format!("deviceAuthentications/{started}");
    let checked = post(sandbox, &path, &action("otp.check"), &otp).await;
    assert_eq!(checked.ok().text("/status"), "COMPLETED");
    let taken = json!({ "username": "LINDAJONES" });
    let taken = post(sandbox, "users", "application/json", &taken).await;
    assert_eq!(
        taken.error(),
        "400 INVALID_DATA UNIQUENESS_VIOLATION username"
    );
    let found = Request::new(
        sandbox,
        "GET",
        format!(
            "/v1/environments/{}/users?filter=shoeSize%20eq%20%2243%22",
            sandbox.environment_id()
        ),
    );
    assert_eq!(found.authorized().send().await.ok().body["count"], 1);
    vec![
        sandbox.access_token().expose().to_owned(),
        sandbox.clock().now().to_string(),
        sandbox.requests(&RECOVER_PASSWORD).to_string(),
        format!("{:?}", sandbox.faults().list()),
    ]
}

#[tokio::test]
async fn an_import_goes_on_where_the_export_was() {
    let one = sandbox().await;
    let (user, started, _) = fill(&one).await;
    let text = one.export().unwrap();

    let other = Sandbox::start().await.unwrap();
    other.import(&text).unwrap();
    assert_eq!(other.export().unwrap(), text);
    assert_eq!(
        goes_on(&other, user, &started).await,
        goes_on(&one, user, &started).await
    );
    // What the export knew is still what a reset of the first does not know.
    one.reset();
    assert!(one.user(user).is_none());

    let third = Config::new().with_state(&text).start().await.unwrap();
    assert_eq!(third.export().unwrap(), text);
    third.seed_user(NewUser::new("later")).unwrap();
    third.reset();
    assert_eq!(third.export().unwrap(), text);
}

/// A change of the form, which other versions read: raise `VERSION` in `state_file.rs`, then accept the snapshot.
#[tokio::test]
async fn the_form_of_an_export_is_stable() {
    let sandbox = sandbox().await;
    let id = "8376797d-641c-4e7f-8bb9-8fd3b4bd1bf1".parse().unwrap();
    sandbox.seed_user(linda().id(id)).unwrap();
    let export: Value = serde_json::from_str(&sandbox.export().unwrap()).unwrap();
    insta::assert_json_snapshot!(export);
}

#[tokio::test]
async fn what_is_no_export_of_this_version_is_refused_and_changes_nothing() {
    let sandbox = sandbox().await;
    fill(&sandbox).await;
    let text = sandbox.export().unwrap();
    let check = |change: &dyn Fn(&mut Value), expected: &str| {
        let mut export: Value = serde_json::from_str(&text).unwrap();
        change(&mut export);
        let error = sandbox.import(&export.to_string()).unwrap_err().to_string();
        assert!(error.contains(expected), "{error}");
        assert!(!error.contains("2FederateM0re!"), "{error}");
        assert_eq!(sandbox.export().unwrap(), text);
    };
    check(&|export| *export = json!([]), "the form of an export");
    check(&|export| export["format"] = json!("x"), "`format` must be");
    check(
        &|export| export["version"] = json!(99),
        "it has version 99, and this sandbox reads version 1",
    );
    check(
        &|export| export["tables"]["dances"] = json!({ "a": 1 }),
        "does not know `dances`",
    );
    check(
        &|export| export["values"]["random"] = Value::Null,
        "`random` does not have the form",
    );
    check(
        &|export| {
            export["values"].as_object_mut().unwrap().remove("clock");
        },
        "`clock` is missing",
    );
    check(
        &|export| export["values"]["environment"] = json!(UserId::new(uuid::Uuid::nil())),
        "it is the state of environment 00000000-0000-0000-0000-000000000000, and this",
    );
    check(
        &|export| {
            let users = export["tables"]["users"].as_object_mut().unwrap();
            for user in users.values_mut() {
                user["password"]["value"] = json!({ "2FederateM0re!": 1 });
            }
        },
        "of `users` does not have the form",
    );
    check(
        &|export| {
            let users = export["tables"]["users"].as_object_mut().unwrap();
            let linda = users.values().next().unwrap().clone();
            users.insert("00000000-0000-0000-0000-000000000000".to_owned(), linda);
        },
        "`users` does not have the form",
    );
    let error = sandbox.import("{ 2FederateM0re!").unwrap_err().to_string();
    assert!(error.contains("line 1, column 3"), "{error}");
}

#[tokio::test]
async fn the_control_api_exports_and_imports() {
    let one = sandbox().await;
    let user = one.seed_user(linda()).unwrap();
    let exported = Request::new(&one, "GET", "/_sandbox/state")
        .send()
        .await
        .ok();
    let other = Sandbox::start().await.unwrap();
    let import = Request::new(&other, "PUT", "/_sandbox/state").json(&exported.body);
    assert_eq!(import.send().await.status, 204);
    assert!(other.user(user).is_some());
    let import = Request::new(&other, "PUT", "/_sandbox/state").json(&json!({}));
    let refused = import.send().await;
    assert_eq!(refused.status, 400);
    assert!(refused.text("/error").contains("no export of a sandbox"));
    assert!(other.user(user).is_some());
}

async fn with_file(path: &Path) -> Sandbox {
    Config::new().with_state_file(path).start().await.unwrap()
}

#[tokio::test]
async fn a_restart_goes_on_with_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("state.redb");
    let sandbox = with_file(&path).await;
    sandbox
        .clock()
        .freeze_at("2026-01-01T00:00:00Z".parse().unwrap());
    let (user, started, flow) = fill(&sandbox).await;
    let token = sandbox.user_token(user);
    let before = sandbox.export().unwrap();
    drop(sandbox);

    let sandbox = with_file(&path).await;
    assert_eq!(sandbox.export().unwrap(), before);
    let path_of_flow = format!("/{}/flows/{flow}", sandbox.environment_id());
    let read = Request::new(
        &sandbox,
        "GET",
        format!("/v1/environments/{}/users/{user}", sandbox.environment_id()),
    );
    let read = read.header("Authorization", format!("Bearer {}", token.expose()));
    read.send().await.ok();
    // The flow waits for the cookie that it gave out.
    let flow = Request::new(&sandbox, "GET", path_of_flow).send().await;
    assert_eq!(flow.status, 401, "{flow:?}");
    goes_on(&sandbox, user, &started).await;
    sandbox.reset();
    assert!(sandbox.user(user).is_none());
    drop(sandbox);

    let sandbox = with_file(&path).await;
    assert!(sandbox.user(user).is_none());
}

#[tokio::test]
async fn restores_and_imports_are_kept_too() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("state.redb");
    let sandbox = with_file(&path).await;
    let before = sandbox.snapshot();
    let user = sandbox.seed_user(linda()).unwrap();
    let export = sandbox.export().unwrap();
    sandbox.restore(&before);
    drop(sandbox);

    let sandbox = with_file(&path).await;
    assert!(sandbox.user(user).is_none());
    sandbox.import(&export).unwrap();
    drop(sandbox);

    let sandbox = with_file(&path).await;
    assert!(sandbox.user(user).is_some());
}

#[tokio::test]
async fn the_file_brings_its_environment() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("state.redb");
    let seed = "environment: 11111111-1111-4111-8111-111111111111\nusers: [ { username: linda } ]";
    let seeded = Config::new().with_seed_file(SeedFile::parse(seed).unwrap());
    drop(seeded.clone().with_state_file(&path).start().await.unwrap());
    let sandbox = with_file(&path).await;
    let environment = sandbox.environment_id().to_string();
    assert_eq!(environment, "11111111-1111-4111-8111-111111111111");
    drop(sandbox);
    // What is seeded is not seeded again.
    let sandbox = seeded.with_state_file(&path).start().await.unwrap();
    let users = Request::new(&sandbox, "GET", "/_sandbox/users")
        .send()
        .await;
    assert_eq!(users.body.as_array().map(Vec::len), Some(1));
}

/// Why a sandbox does not start with this file.
async fn refusal(path: &Path) -> String {
    let error = Config::new()
        .with_state_file(path)
        .start()
        .await
        .unwrap_err();
    let cause = std::error::Error::source(&error).unwrap();
    cause.to_string()
}

#[tokio::test]
async fn a_file_in_use_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("state.redb");
    let sandbox = with_file(&path).await;
    assert!(
        refusal(&path)
            .await
            .contains("is in use by another sandbox")
    );
    drop(sandbox);
    drop(with_file(&path).await);
}

#[tokio::test]
async fn a_file_of_something_else_is_refused_and_left_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("notes.txt");
    for text in ["a", "no database\n", &"long ".repeat(10_000)] {
        std::fs::write(&path, text).unwrap();
        let reason = refusal(&path).await;
        assert!(
            reason.contains("is not the state file of a sandbox"),
            "{reason}"
        );
        assert_eq!(std::fs::read_to_string(&path).unwrap(), text);
    }
    let path = folder.path().join("other.redb");
    let other = redb::Database::create(&path).unwrap();
    let write = other.begin_write().unwrap();
    let table = redb::TableDefinition::<&str, u32>::new("other");
    write.open_table(table).unwrap().insert("a", 1).unwrap();
    write.commit().unwrap();
    drop(other);
    let reason = refusal(&path).await;
    assert!(
        reason.contains("is not the state file of a sandbox"),
        "{reason}"
    );

    let reason = refusal(&folder.path().join("none").join("state.redb")).await;
    assert!(reason.contains("cannot be opened"), "{reason}");
}

#[tokio::test]
async fn a_file_of_another_version_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("state.redb");
    drop(with_file(&path).await);
    let file = redb::Database::create(&path).unwrap();
    let write = file.begin_write().unwrap();
    let about = redb::TableDefinition::<&str, u32>::new("pingone-sandbox");
    write
        .open_table(about)
        .unwrap()
        .insert("version", 99)
        .unwrap();
    write.commit().unwrap();
    drop(file);
    let reason = refusal(&path).await;
    assert!(
        reason.contains("has version 99, and this sandbox reads version 1"),
        "{reason}"
    );
}

/// Whatever is damaged, the sandbox starts with all that it had, or says that it cannot.
#[tokio::test]
async fn a_damaged_file_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("state.redb");
    let sandbox = with_file(&path).await;
    sandbox
        .clock()
        .freeze_at("2026-01-01T00:00:00Z".parse().unwrap());
    for number in 0..50 {
        sandbox
            .seed_user(NewUser::new(format!("user-{number}")))
            .unwrap();
    }
    let before = sandbox.export().unwrap();
    drop(sandbox);
    let whole = std::fs::read(&path).unwrap();
    let mut refused = 0;
    let places = (0..16).map(|part| part * whole.len() / 16);
    for place in places.chain([9, 20, 100, 200]) {
        let mut damaged = whole.clone();
        let end = (place + 64).min(damaged.len());
        damaged[place..end].fill(0xa5);
        std::fs::write(&path, &damaged).unwrap();
        match Config::new().with_state_file(&path).start().await {
            Ok(sandbox) => assert_eq!(sandbox.export().unwrap(), before, "at {place}"),
            Err(error) => {
                refused += 1;
                let cause = std::error::Error::source(&error).unwrap().to_string();
                assert!(cause.contains(&path.display().to_string()), "{cause}");
            }
        }
    }
    assert!(
        refused > 2,
        "{refused} of the damages were in a used part of the file"
    );
    std::fs::write(&path, &whole[..whole.len() / 2]).unwrap();
    let reason = refusal(&path).await;
    assert!(
        reason.contains("damaged") || reason.contains("is not the state file"),
        "{reason}"
    );
}

#[tokio::test]
async fn an_import_does_not_replace_what_a_file_has() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("state.redb");
    let sandbox = with_file(&path).await;
    let user = sandbox.seed_user(linda()).unwrap();
    let export = sandbox.export().unwrap();
    drop(sandbox);
    let config = Config::new().with_state(&export);
    let both = config
        .clone()
        .with_state_file(&path)
        .start()
        .await
        .unwrap_err();
    let reason = std::error::Error::source(&both).unwrap().to_string();
    assert!(reason.contains("has a state already"), "{reason}");
    let new = folder.path().join("new.redb");
    let sandbox = config.with_state_file(&new).start().await.unwrap();
    assert!(sandbox.user(user).is_some());
}

#[tokio::test]
async fn a_clock_that_ran_has_run_in_between() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("state.redb");
    let clock = Clock::running_from("2030-01-01T00:00:00Z".parse().unwrap());
    let config = Config::new().with_clock(clock).with_state_file(&path);
    drop(config.start().await.unwrap());
    let sandbox = with_file(&path).await;
    let now = sandbox.clock().now().to_string();
    assert!(now.starts_with("2030-01-01T00:0"), "{now}");
}
