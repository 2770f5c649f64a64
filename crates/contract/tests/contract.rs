//! The command against sandboxes: one that keeps the document, and one with planted deviations.
#![expect(clippy::unwrap_used, reason = "tests may stop")]

use std::collections::BTreeMap;
use std::process::{Command, Output, Stdio};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderName, HeaderValue, Response, StatusCode};
use futures::stream;
use pingone_models::UserId;
use pingone_sandbox::{DeviceKind, NewDevice, NewUser, Sandbox};
use serde_json::{Value, json};

const PERSON: &str = "hildegard-of-bingen";

struct Service {
    sandbox: Sandbox,
    user: UserId,
}

async fn service() -> Service {
    let sandbox = Sandbox::start().await.unwrap();
    let user = sandbox
        .seed_user(
            NewUser::new(PERSON)
                .email(format!("{PERSON}@example.com"))
                .password("canary-password-1")
                .device(NewDevice::new(
                    DeviceKind::Email,
                    format!("{PERSON}@example.com"),
                )),
        )
        .unwrap();
    Service { sandbox, user }
}

impl Service {
    /// Runs the command with the addresses of a server in front of the sandbox, or of the sandbox itself.
    async fn contract(&self, front: Option<String>, arguments: &[&str], answers: &str) -> Run {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("report.json");
        let mut command = Command::new(env!("CARGO_BIN_EXE_pingone-contract"));
        for (name, value) in self.sandbox.variables() {
            let own = self.sandbox.platform_url().trim_end_matches("/v1");
            let value = match &front {
                Some(front) if name.ends_with("_URL") => value.replace(own, front),
                _ => value,
            };
            command.env(name, value);
        }
        command.arg("--json").arg(&file).args(arguments);
        let answers = answers.to_owned();
        let output = tokio::task::spawn_blocking(move || {
            let mut child = command
                .stdin(Stdio::piped())
                .stdout(Stdio::piped())
                .stderr(Stdio::piped())
                .spawn()
                .unwrap();
            let mut input = child.stdin.take().unwrap();
            // It is closed early if nothing is asked.
            let _ = std::io::Write::write_all(&mut input, answers.as_bytes());
            drop(input);
            child.wait_with_output().unwrap()
        })
        .await
        .unwrap();
        let report = std::fs::read(&file).ok();
        let report = report.map_or(Value::Null, |text| serde_json::from_slice(&text).unwrap());
        Run { output, report }
    }
}

struct Run {
    output: Output,
    report: Value,
}

impl Run {
    fn text(&self) -> String {
        let part = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
        part(&self.output.stdout) + &part(&self.output.stderr)
    }

    /// The differences of each request.
    fn differences(&self) -> BTreeMap<String, Vec<String>> {
        let mut all: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for request in self.report["requests"].as_array().unwrap() {
            let operation = request["operation"].as_str().unwrap().to_owned();
            for side in ["differsFromDocument", "differsFromSandbox"] {
                let found = request[side].as_array().unwrap().iter();
                let found = found.map(|own| own.as_str().unwrap().to_owned());
                all.entry(operation.clone()).or_default().extend(found);
            }
        }
        all.retain(|_, found| !found.is_empty());
        all
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_that_keeps_the_document_has_no_difference() {
    let service = service().await;
    let run = service.contract(None, &[], "").await;
    assert_eq!(run.differences(), BTreeMap::new(), "{}", run.text());
    assert_eq!(run.output.status.code(), Some(0), "{}", run.text());
    let asked = run.report["requests"].as_array().unwrap().len();
    assert!(
        asked > 20,
        "only {asked} requests were asked\n{}",
        run.text()
    );
    assert!(!run.report["rules"].as_object().unwrap().is_empty());
    // Reading has changed nothing.
    let effects = service.sandbox.journal().entries();
    assert!(
        effects
            .iter()
            .all(|entry| entry.method == "GET" || entry.target.contains("/as/"))
    );
}

/// A change of an answer, and what the report has to say of it.
struct Planted {
    operation: &'static str,
    path: fn(&str) -> bool,
    change: fn(&mut Response<Vec<u8>>),
    said: &'static str,
}

fn with_json(answer: &mut Response<Vec<u8>>, change: impl FnOnce(&mut Value)) {
    let mut json = serde_json::from_slice(answer.body()).unwrap();
    change(&mut json);
    *answer.body_mut() = serde_json::to_vec(&json).unwrap();
}

const PLANTED: &[Planted] = &[
    Planted {
        operation: "readPopulation",
        path: |path| path.contains("/populations/"),
        change: |answer| {
            with_json(answer, |json| {
                json["planted"] = json!({ "secret": "canary" })
            })
        },
        said: "the member `/planted` is not in the document",
    },
    Planted {
        operation: "readUserEnabled",
        path: |path| path.ends_with("/enabled"),
        change: |answer| *answer.status_mut() = StatusCode::ACCEPTED,
        said: "the status 202 is not in the document",
    },
    Planted {
        operation: "readUserEnabled",
        path: |_| false,
        change: |_| {},
        said: "status 202, sandbox 200",
    },
    Planted {
        operation: "readUserMfaEnabled",
        path: |path| path.ends_with("/mfaEnabled"),
        change: |answer| with_json(answer, |json| json["mfaEnabled"] = "canary".into()),
        said: "`/mfaEnabled` breaks `type`",
    },
    Planted {
        operation: "readJwks",
        path: |path| path.ends_with("/as/jwks"),
        change: |answer| with_json(answer, |json| *json = json!({})),
        said: "breaks `required`",
    },
    Planted {
        operation: "readDevice",
        path: |path| path.ends_with("/devices/00000000-0000-4000-8000-000000000000"),
        change: |answer| with_json(answer, |json| json["code"] = "ACCESS_FAILED".into()),
        said: "codes ACCESS_FAILED, sandbox NOT_FOUND",
    },
    Planted {
        operation: "readPassword",
        path: |path| path.ends_with("/password"),
        change: |answer| drop(answer.headers_mut().remove("correlation-id")),
        said: "no header `correlation-id`",
    },
    Planted {
        operation: "readPasswordPolicy",
        path: |path| path.contains("/passwordPolicies/"),
        change: |answer| {
            let name = HeaderName::from_static("x-planted");
            answer
                .headers_mut()
                .insert(name, HeaderValue::from_static("canary"));
        },
        said: "a header `x-planted`",
    },
    Planted {
        operation: "readOpenidConfiguration",
        path: |path| path.ends_with("/openid-configuration"),
        change: |answer| {
            let value = HeaderValue::from_static("text/plain");
            answer.headers_mut().insert("content-type", value);
        },
        said: "media type text/plain",
    },
    Planted {
        operation: "readUserPopulation",
        path: |path| path.ends_with("/population"),
        change: |answer| *answer.body_mut() = b"<html>canary</html>".to_vec(),
        said: "the body is not JSON",
    },
    Planted {
        operation: "lockAccount",
        path: |path| path.ends_with("#application/vnd.pingidentity.account.lock+json"),
        change: |answer| *answer.status_mut() = StatusCode::CONFLICT,
        said: "status 409",
    },
];

/// The path whose answer breaks off.
const BROKEN: &str = "/mfaSettings";

/// A server in front of the sandbox that changes answers, and breaks one off.
async fn front(sandbox: &Sandbox) -> String {
    #[derive(Clone)]
    struct Front {
        http: reqwest::Client,
        behind: String,
    }
    async fn pass(State(front): State<Front>, request: Request) -> Response<Body> {
        let (parts, body) = request.into_parts();
        let target = parts.uri.path_and_query().unwrap().as_str();
        let media_type = parts.headers.get("content-type").cloned();
        let media_type = media_type.map_or(String::new(), |own| own.to_str().unwrap().to_owned());
        let key = format!("{}#{media_type}", parts.uri.path());
        let answer = front
            .http
            .request(parts.method, format!("{}{target}", front.behind))
            .headers(parts.headers)
            .body(to_bytes(body, usize::MAX).await.unwrap())
            .send()
            .await
            .unwrap();
        let mut own = Response::new(Vec::new());
        *own.status_mut() = answer.status();
        *own.headers_mut() = answer.headers().clone();
        *own.body_mut() = answer.bytes().await.unwrap().to_vec();
        for planted in PLANTED {
            if (planted.path)(key.trim_end_matches('#')) {
                (planted.change)(&mut own);
            }
        }
        own.headers_mut().remove("content-length");
        if key.contains(BROKEN) {
            let cut = std::io::Error::other("cut off");
            return own.map(|_| Body::from_stream(stream::iter([Err::<Vec<u8>, _>(cut)])));
        }
        own.map(Body::from)
    }
    let behind = sandbox.platform_url().trim_end_matches("/v1").to_owned();
    let http = reqwest::Client::new();
    let router = Router::new()
        .fallback(pass)
        .with_state(Front { http, behind });
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, router).await });
    format!("http://{address}")
}

#[tokio::test(flavor = "multi_thread")]
async fn every_planted_deviation_is_found_and_no_value_is_told() {
    let service = service().await;
    let front = front(&service.sandbox).await;
    let user = service.user.to_string();
    let run = service
        .contract(Some(front), &["--effects", &user], &"y\n".repeat(200))
        .await;
    let text = run.text();
    assert_eq!(run.output.status.code(), Some(1), "{text}");
    let differences = run.differences();
    for planted in PLANTED {
        let found = differences.get(planted.operation);
        let found = found.is_some_and(|found| found.iter().any(|own| own.contains(planted.said)));
        assert!(
            found,
            "`{}` of {} is missing in\n{text}",
            planted.said, planted.operation
        );
    }
    let unanswered = run.report["unanswered"].as_array().unwrap();
    assert_eq!(unanswered.len(), 1, "{text}");
    let request = unanswered[0]["request"].as_str().unwrap();
    assert!(request.starts_with("readMfaSettings"), "{text}");
    let report = text + &run.report.to_string();
    for value in [
        "canary",
        PERSON,
        &user,
        service.sandbox.client_secret().expose(),
    ] {
        assert!(!report.contains(value), "{value} is in\n{report}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_effect_that_is_not_confirmed_is_not_sent() {
    let service = service().await;
    let user = service.user.to_string();
    let run = service.contract(None, &["--effects", &user], "n\n").await;
    let entries = service.sandbox.journal().entries();
    let effects = entries
        .iter()
        .filter(|entry| entry.method != "GET" && !entry.target.contains("/as/"));
    assert_eq!(effects.count(), 0, "{}", run.text());
    let skipped = run.report["skipped"].as_array().unwrap().iter();
    let refused = skipped
        .filter(|own| own["reason"] == "not confirmed")
        .count();
    assert!(refused > 20, "{}", run.text());
}

#[test]
fn a_dry_run_needs_no_account_and_lists_every_request() {
    let output = assert_cmd::Command::new(env!("CARGO_BIN_EXE_pingone-contract"))
        .env_clear()
        .arg("--dry-run")
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{text}");
    assert!(
        text.contains("GET /environments/{environmentId}/users/{userId}"),
        "{text}"
    );
    assert!(text.contains("Nothing was sent"), "{text}");
    assert!(!text.contains("changes"), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_secret_ends_the_run_with_what_to_check() {
    let service = service().await;
    let mut command = Command::new(env!("CARGO_BIN_EXE_pingone-contract"));
    command.envs(service.sandbox.variables());
    command.env("PINGONE_CLIENT_SECRET", "canary");
    let output = tokio::task::spawn_blocking(move || command.output().unwrap())
        .await
        .unwrap();
    let text = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{text}");
    assert!(text.contains("Check the client id, its secret"), "{text}");
    assert!(!text.contains("canary"), "{text}");
}
