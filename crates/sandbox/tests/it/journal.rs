//! The journal: what it keeps, explains, hides and exports.

use pingone_sandbox::{Clock, Config, Entry, Kind, Sandbox, Verdict};
use serde_json::json;

use crate::support::{PASSWORD, Request, action, linda, sandbox};

/// A run through much of what a sandbox can do, always in the same way.
async fn script(sandbox: &Sandbox) {
    let user = sandbox.seed_user(linda()).unwrap();
    let environment = sandbox.environment_id();
    let path = format!("/v1/environments/{environment}/users/{user}/password");
    let post = |name: &str| {
        Request::new(sandbox, "POST", &path)
            .authorized()
            .media_type(action(name))
    };
    post("password.sendRecoveryCode").send().await;
    let code = sandbox
        .outbox()
        .wait_for(user, Kind::RecoveryCode)
        .await
        .unwrap()
        .code;
    let body = json!({ "recoveryCode": code.expose(), "newPassword": "an0ther-passw0rd" });
    post("password.recover")
        .json(&json!({ "recoveryCode": "WRONG", "newPassword": "x" }))
        .send()
        .await;
    post("password.recover").json(&body).send().await;
    post("password.dance").send().await;
    Request::new(
        sandbox,
        "GET",
        format!("/v1/environments/{environment}/users"),
    )
    .authorized()
    .send()
    .await;
    let form = "grant_type=client_credentials&client_id=8d1b6a52-0f5e-4f0c-9a3e-5b1f3b0c7d26&client_secret=sandbox-client-secret";
    Request::new(sandbox, "POST", format!("/{environment}/as/token"))
        .media_type("application/x-www-form-urlencoded")
        .text(form)
        .send()
        .await;
    post("password.check")
        .header("X-Sandbox-Fault", "status=503; probability=0.9")
        .json(&json!({ "password": PASSWORD }))
        .send()
        .await;
}

#[tokio::test]
async fn one_seed_gives_byte_identical_journals() {
    async fn run(seed: u64, port: u16) -> (u16, String) {
        let clock = Clock::frozen("2026-01-01T00:00:00Z".parse().unwrap());
        let config = Config::new()
            .with_seed(seed)
            .with_clock(clock)
            .with_port(port);
        let sandbox = config.start().await.unwrap();
        script(&sandbox).await;
        let journal = sandbox.journal().revealed().to_json();
        let port = sandbox.address().port();
        sandbox.stop().await;
        (port, journal)
    }
    let (port, first) = run(7, 0).await;
    let (_, again) = run(7, port).await;
    assert_eq!(first.lines().count(), 7);
    assert_eq!(first, again);
    let (_, other) = run(8, port).await;
    assert_ne!(first, other);
}

fn last(sandbox: &Sandbox) -> Entry {
    sandbox.journal().entries().pop().unwrap()
}

#[tokio::test]
async fn an_entry_says_what_became_of_the_request_and_why() {
    let sandbox = sandbox().await;
    script(&sandbox).await;
    let verdicts: Vec<_> = sandbox
        .journal()
        .entries()
        .iter()
        .map(|entry| {
            format!(
                "{} {:?} {} {:?}",
                entry.operation.unwrap_or("-"),
                entry.verdict,
                entry.status,
                entry.fault
            )
        })
        .collect();
    insta::assert_compact_json_snapshot!(verdicts, @r#"
    [
      "sendRecoveryCode Done 200 None",
      "recoverPassword Refused 400 None",
      "recoverPassword Done 200 None",
      "- Unmatched 415 None",
      "listUsers Done 200 None",
      "requestToken Done 200 None",
      "checkPassword Faulted 503 Some(\"status\")"
    ]
    "#);
    let entries = sandbox.journal().entries();
    assert!(entries[0].changed && !entries[4].changed);
    assert!(
        entries[1].rules.contains(&"recovery.refused"),
        "{:?}",
        entries[1].rules
    );
}

#[tokio::test]
async fn a_request_that_nothing_matches_is_explained() {
    let sandbox = sandbox().await;
    let environment = sandbox.environment_id();
    let path = format!("/v1/environments/{environment}/users/{environment}");
    let check = async |method: &str, path: &str, media_type: Option<&str>, expected: &str| {
        let request = Request::new(&sandbox, method, path).authorized();
        let request = match media_type {
            Some(media_type) => request.media_type(media_type),
            None => request,
        };
        request.send().await;
        let entry = last(&sandbox);
        assert_eq!(entry.verdict, Verdict::Unmatched);
        assert_eq!(entry.near_miss.as_deref(), Some(expected));
    };
    let types = "application/vnd.pingidentity.user.sendVerificationCode+json, application/vnd.pingidentity.user.verify+json, application/vnd.pingidentity.account.lock+json, application/vnd.pingidentity.account.unlock+json";
    check(
        "POST",
        &path,
        Some("text/x"),
        &format!("path and method match, the media type `text/x` is not among {types}"),
    )
    .await;
    check(
        "POST",
        &path,
        None,
        &format!(
            "path and method match, the request has no Content-Type; it must be one of {types}"
        ),
    )
    .await;
    check("DELETE", &format!("{path}/password"), None, "the path matches /v1/environments/{environmentId}/users/{userId}/password, the method DELETE is not among GET, POST, PUT").await;
    check(
        "GET",
        &format!("{path}/pasword"),
        None,
        "no path matches; the closest is /v1/environments/{environmentId}/users/{userId}/password",
    )
    .await;
}

#[tokio::test]
async fn no_secret_is_in_the_journal_unless_asked_for() {
    let sandbox = sandbox().await;
    let token = sandbox.access_token();
    script(&sandbox).await;
    let code = sandbox.outbox().messages()[0].code.clone();
    let secrets = [
        "an0ther-passw0rd",
        PASSWORD,
        "sandbox-client-secret",
        "Bearer sandbox-",
        code.expose(),
        token.expose(),
    ];
    let journal = sandbox.journal();
    for text in [
        journal.to_json(),
        journal.to_curl(),
        journal.to_http(),
        format!("{journal:?}"),
    ] {
        assert!(text.contains("***"));
        for secret in secrets {
            assert!(!text.contains(secret), "{secret} in {text}");
        }
    }
    let revealed = journal.revealed().to_curl();
    assert!(revealed.contains("an0ther-passw0rd") && revealed.contains("Bearer sandbox-"));
}

#[tokio::test]
async fn the_journal_is_exported_for_other_tools() {
    let sandbox = sandbox().await;
    let user = sandbox.seed_user(linda()).unwrap();
    let environment = sandbox.environment_id();
    let path = format!("/v1/environments/{environment}/users/{user}");
    let body = json!({ "verificationCode": "A" });
    let request = Request::new(&sandbox, "POST", path).media_type(action("user.verify"));
    request.header("X-Note", "it's").json(&body).send().await;
    let stable = |text: String| {
        text.replace(sandbox.auth_url(), "ORIGIN")
            .replace(&user.to_string(), "USER")
    };
    insta::assert_snapshot!(stable(sandbox.journal().to_curl()), @r#"
    # 1 verifyUser -> 401
    curl --request POST 'ORIGIN/v1/environments/abfba8f6-49eb-49f5-a5d9-80ad5c98f9f6/users/USER' \
      --header 'content-type: application/vnd.pingidentity.user.verify+json' \
      --header 'x-note: it'\''s' \
      --data-raw '{"verificationCode":"***"}'
    "#);
    insta::assert_snapshot!(stable(sandbox.journal().to_http()), @r#"
    ### 1 verifyUser -> 401
    POST ORIGIN/v1/environments/abfba8f6-49eb-49f5-a5d9-80ad5c98f9f6/users/USER
    content-type: application/vnd.pingidentity.user.verify+json
    x-note: it's

    {"verificationCode":"***"}
    "#);
}

#[tokio::test]
async fn the_journal_keeps_the_newest_requests_only() {
    let sandbox = Config::new().with_journal(3).start().await.unwrap();
    for number in 0..5 {
        Request::new(&sandbox, "GET", format!("/{number}"))
            .send()
            .await;
    }
    let entries = sandbox.journal().entries();
    let numbers: Vec<_> = entries
        .iter()
        .map(|entry| (entry.number, entry.target.as_str()))
        .collect();
    assert_eq!(numbers, [(3, "/2"), (4, "/3"), (5, "/4")]);
    sandbox.journal().clear();
    assert!(sandbox.journal().entries().is_empty());
}
