//! Snapshots, resets and seed files.

use pingone_models::operations::{LOCK_ACCOUNT, SEND_RECOVERY_CODE};
use std::time::{Duration, Instant};

use pingone_sandbox::{Config, Fault, Kind, NewUser, RateLimit, Sandbox, SeedFile};

use crate::support::{Request, action, linda, minutes, sandbox};

/// Everything that a test can see of a sandbox.
async fn everything(sandbox: &Sandbox) -> String {
    let users = Request::new(sandbox, "GET", "/_sandbox/users")
        .send()
        .await
        .body;
    let limits = Request::new(sandbox, "GET", "/_sandbox/limits")
        .send()
        .await
        .body;
    format!(
        "{users} {limits} {:?} {:?} {:?} {} {}",
        sandbox.outbox().messages(),
        sandbox.faults().list(),
        sandbox.journal().entries(),
        sandbox.clock().now(),
        sandbox.effects(&SEND_RECOVERY_CODE),
    )
}

/// Changes everything that can be changed.
async fn disturb(sandbox: &Sandbox) -> String {
    let user = sandbox.seed_user(linda()).unwrap();
    let path = format!(
        "/v1/environments/{}/users/{user}/password",
        sandbox.environment_id()
    );
    let request = Request::new(sandbox, "POST", path).authorized();
    request
        .media_type(action("password.sendRecoveryCode"))
        .send()
        .await
        .ok();
    let code = sandbox
        .outbox()
        .wait_for(user, Kind::RecoveryCode)
        .await
        .unwrap();
    sandbox
        .faults()
        .add(Fault::status(500).on_operation(&LOCK_ACCOUNT))
        .unwrap();
    sandbox
        .limit(&LOCK_ACCOUNT, RateLimit::new(1, Duration::from_secs(1)))
        .unwrap();
    sandbox.clock().advance(minutes(1));
    code.code.expose().to_owned()
}

#[tokio::test]
async fn a_reset_restores_everything() {
    let sandbox = sandbox().await;
    let before = everything(&sandbox).await;
    let code = disturb(&sandbox).await;
    assert_ne!(everything(&sandbox).await, before);
    sandbox.reset();
    assert_eq!(everything(&sandbox).await, before);
    // Randomness and the messages that were waited for go back as well.
    assert_eq!(disturb(&sandbox).await, code);
}

#[tokio::test]
async fn a_snapshot_restores_everything() {
    let sandbox = sandbox().await;
    disturb(&sandbox).await;
    let before = everything(&sandbox).await;
    let snapshot = sandbox.snapshot();
    let user = sandbox
        .seed_user(NewUser::new("other").email("o@example.com"))
        .unwrap();
    let path = format!("/v1/environments/{}/users/{user}", sandbox.environment_id());
    Request::new(&sandbox, "GET", path)
        .authorized()
        .send()
        .await
        .ok();
    sandbox.clock().resume();
    sandbox.restore(&snapshot);
    assert_eq!(everything(&sandbox).await, before);
}

#[tokio::test]
async fn snapshot_restore_and_reset_take_less_than_five_milliseconds() {
    let sandbox = sandbox().await;
    for number in 0..1000 {
        sandbox
            .seed_user(NewUser::new(format!("user-{number}")))
            .unwrap();
        let _ = sandbox.access_token();
    }
    let fastest = |act: &dyn Fn()| {
        let runs = (0..10).map(|_| {
            let begun = Instant::now();
            act();
            begun.elapsed()
        });
        runs.min().unwrap()
    };
    let snapshot = sandbox.snapshot();
    let limit = Duration::from_millis(5);
    assert!(fastest(&|| drop(sandbox.snapshot())) < limit);
    assert!(fastest(&|| sandbox.restore(&snapshot)) < limit);
    assert!(fastest(&|| sandbox.reset()) < limit);
}

const FILE: &str = r#"
environment: 11111111-1111-4111-8111-111111111111
client: { id: worker, secret: s3cret }
frozenAt: 2026-01-01T00:00:00Z
users:
  - id: 8376797d-641c-4e7f-8bb9-8fd3b4bd1bf1
    username: lindajones
    email: linda@example.com
    password: 2FederateM0re!
    passwordStatus: MUST_CHANGE_PASSWORD
    verified: false
    lockedUntil: 2026-01-01T01:00:00Z
    attributes: { nickname: Linda }
    devices: [ { type: SMS, contact: "+14135550144" } ]
flows: [ { id: 6eb8a4cd-3b4a-4b9f-8d2c-1d3c2b1a0f9e, mfa: true } ]
limits: { listUsers: { requests: 1, milliseconds: 1000 } }
faults: [ { effect: { kind: drop-after-commit }, match: { operation: verifyUser } } ]
"#;

#[tokio::test]
async fn a_seed_file_says_what_a_sandbox_begins_with() {
    let file = SeedFile::parse(FILE).unwrap();
    let sandbox = Config::new().with_seed_file(file).start().await.unwrap();
    let check = async || {
        let users = Request::new(&sandbox, "GET", "/_sandbox/users")
            .send()
            .await;
        assert_eq!(
            users.text("/0/user/id"),
            "8376797d-641c-4e7f-8bb9-8fd3b4bd1bf1"
        );
        assert_eq!(users.text("/0/user/nickname"), "Linda");
        assert_eq!(users.text("/0/user/account/status"), "LOCKED");
        assert_eq!(
            users.text("/0/user/lifecycle/status"),
            "VERIFICATION_REQUIRED"
        );
        assert_eq!(users.text("/0/password"), "MUST_CHANGE_PASSWORD");
        assert_eq!(sandbox.faults().list().len(), 1);
    };
    check().await;
    sandbox.reset();
    check().await;
    assert_eq!(sandbox.env_text().lines().count(), 5);
    assert!(
        sandbox
            .env_text()
            .contains("export PINGONE_CLIENT_SECRET='s3cret'\n")
    );
    let flow = format!(
        "/{}/flows/6eb8a4cd-3b4a-4b9f-8d2c-1d3c2b1a0f9e",
        sandbox.environment_id()
    );
    Request::new(&sandbox, "GET", flow).send().await.ok();
}

#[test]
fn a_seed_file_may_be_json() {
    let text = r#"{ "users": [ { "username": "lindajones" } ], "seed": 7 }"#;
    assert!(SeedFile::parse(text).is_ok());
}

#[test]
fn a_wrong_seed_file_is_explained_without_its_secrets() {
    let wrong = SeedFile::parse("users:\n  - username: a\n    pasword: hunter2\n").unwrap_err();
    let text = wrong.to_string();
    assert!(
        text.contains("pasword") && text.contains("line 3"),
        "{text}"
    );
    assert!(!format!("{wrong:?}").contains("hunter2"), "{wrong:?}");
    let missing = SeedFile::read("/nowhere/seed.yaml").unwrap_err();
    assert_eq!(missing.to_string(), "/nowhere/seed.yaml cannot be read");
}

#[tokio::test]
async fn a_seed_file_that_cannot_be_followed_stops_the_start() {
    let text = "users: [ { username: a }, { username: A } ]";
    let config = Config::new().with_seed_file(SeedFile::parse(text).unwrap());
    let error = config.start().await.unwrap_err();
    let source = std::error::Error::source(&error).unwrap();
    assert_eq!(
        error.to_string(),
        "the sandbox cannot start with this configuration"
    );
    assert_eq!(
        source.to_string(),
        "the sandbox cannot be seeded: username: The username is taken."
    );
}
