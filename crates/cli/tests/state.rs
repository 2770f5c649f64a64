//! `pingone sandbox --state`: what was answered outlives the process, however it ends.
#![cfg(unix)]

mod served;

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use serde_json::{Value, json};

/// How many clients send requests at the same time.
const CLIENTS: usize = 8;
/// How many changes are answered before the sandbox is killed.
const ANSWERED: usize = 200;
/// How often it is killed.
const ROUNDS: usize = 3;

const JSON: &str = "application/json";
const IMPORT: &str = "application/vnd.pingidentity.user.import+json";

/// A running `pingone sandbox`.
struct Served {
    child: Child,
    address: String,
    users: String,
    token: String,
}

impl Served {
    fn start(arguments: &[&str]) -> Self {
        let (child, text) = served::start(arguments);
        let curl = text.lines().find_map(|line| {
            let line = line
                .trim()
                .strip_prefix("curl -H 'Authorization: Bearer ")?;
            line.split_once("' http://")
        });
        let (token, url) = curl.unwrap_or_else(|| panic!("no curl line in {text:?}"));
        let (address, users) = url.split_once('/').expect("a path");
        Self {
            child,
            address: address.to_owned(),
            users: format!("/{users}"),
            token: token.to_owned(),
        }
    }

    fn request(&self, method: &str, path: &str, body: &Value) -> Option<(u16, Value)> {
        request(&self.address, &self.token, method, path, JSON, body)
    }

    /// Every user by name.
    fn all_users(&self) -> BTreeMap<String, Value> {
        let mut users = BTreeMap::new();
        let mut next = Some(format!("{}?limit=200", self.users));
        while let Some(path) = next {
            let (status, page) = self.request("GET", &path, &Value::Null).expect("answered");
            assert_eq!(status, 200, "{page}");
            for user in page["_embedded"]["users"].as_array().into_iter().flatten() {
                let name = user["username"].as_str().expect("a name").to_owned();
                users.insert(name, user.clone());
            }
            let address = page["_links"]["next"]["href"].as_str();
            next = address.map(|url| url.split_once(&self.address).expect("own").1.to_owned());
        }
        users
    }

    fn end(mut self, signal: &str) {
        let mut kill = Command::new("kill");
        let kill = kill.args([signal, &self.child.id().to_string()]).status();
        assert!(kill.expect("kill runs").success());
        self.child.wait().expect("ends");
    }
}

/// A test that fails leaves nothing running.
impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Sends a request; nothing if it was not answered to its end.
fn request(
    address: &str,
    token: &str,
    method: &str,
    path: &str,
    media_type: &str,
    body: &Value,
) -> Option<(u16, Value)> {
    let body = match body {
        Value::Null => String::new(),
        body => body.to_string(),
    };
    let mut socket = TcpStream::connect(address).ok()?;
    let head = format!(
        "{method} {path} HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {token}\r\n\
         Content-Type: {media_type}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
        body.len()
    );
    socket.write_all(format!("{head}{body}").as_bytes()).ok()?;
    let mut answer = String::new();
    socket.read_to_string(&mut answer).ok()?;
    let (head, body) = answer.split_once("\r\n\r\n")?;
    let status = head.split(' ').nth(1)?.parse().ok()?;
    let body = match body {
        "" => Value::Null,
        body => serde_json::from_str(body).ok()?,
    };
    Some((status, body))
}

/// What a client did before its sandbox was gone: the users that were created, with the nickname that was answered last
/// and the one that was asked for last.
#[derive(Default)]
struct Work {
    users: BTreeMap<String, (String, String)>,
    /// The user whose creation was not answered.
    unanswered: Option<String>,
}

/// Creates users and renames each until the sandbox is gone.
fn work(served: &(String, String, String), client: String, answered: &AtomicUsize) -> Work {
    let (address, token, users) = served;
    let mut work = Work::default();
    for number in 0.. {
        let name = format!("{client}-{number}");
        let user = json!({
            "username": name,
            "nickname": "new",
            "email": "linda@example.com",
            // The message with the code must be there with the user, or not at all.
            "lifecycle": { "status": "VERIFICATION_REQUIRED" },
        });
        let Some((status, created)) = request(address, token, "POST", users, IMPORT, &user) else {
            work.unanswered = Some(name);
            return work;
        };
        assert_eq!(status, 201, "{created}");
        answered.fetch_add(1, Ordering::Relaxed);
        let id = created["id"].as_str().expect("an id");
        let path = format!("{users}/{id}");
        let states = work
            .users
            .entry(name)
            .or_insert(("new".to_owned(), "new".to_owned()));
        for change in 0..3 {
            states.1 = format!("change {change}");
            let body = json!({ "nickname": states.1 });
            let Some((status, changed)) = request(address, token, "PATCH", &path, JSON, &body)
            else {
                return work;
            };
            assert_eq!(status, 200, "{changed}");
            answered.fetch_add(1, Ordering::Relaxed);
            states.0.clone_from(&states.1);
        }
    }
    work
}

#[test]
fn what_was_answered_outlives_a_sandbox_that_is_killed() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("state.redb");
    let file = file.display().to_string();
    let mut done = BTreeMap::new();
    for round in 0..ROUNDS {
        let sandbox = Served::start(&["--state", &file]);
        check(&sandbox, &done);
        let served = Arc::new((
            sandbox.address.clone(),
            sandbox.token.clone(),
            sandbox.users.clone(),
        ));
        let answered = Arc::new(AtomicUsize::new(0));
        let clients: Vec<_> = (0..CLIENTS)
            .map(|client| {
                let (served, answered) = (Arc::clone(&served), Arc::clone(&answered));
                let client = format!("round-{round}-client-{client}");
                std::thread::spawn(move || work(&served, client, &answered))
            })
            .collect();
        while answered.load(Ordering::Relaxed) < ANSWERED
            && clients.iter().any(|client| !client.is_finished())
        {
            std::thread::sleep(Duration::from_millis(1));
        }
        sandbox.end("-KILL");
        for client in clients {
            let work = client.join().expect("works");
            let created = work.users.into_iter();
            done.extend(created.map(|(name, (last, asked))| (name, Some((last, asked)))));
            done.extend(work.unanswered.map(|name| (name, None)));
        }
    }
    let sandbox = Served::start(&["--state", &file]);
    check(&sandbox, &done);
    let count = done.values().filter(|known| known.is_some()).count();
    println!(
        "{ROUNDS} times killed with {CLIENTS} clients at work: all of {count} users are there"
    );
    sandbox.end("-TERM");
}

/// Whether each answered change is there, and each other one is there as a whole or not at all.
fn check(sandbox: &Served, done: &BTreeMap<String, Option<(String, String)>>) {
    let mut users = sandbox.all_users();
    for example in ["lindajones", "newcomer", "lockedout"] {
        assert!(users.remove(example).is_some(), "{example} is gone");
    }
    let (_, outbox) = sandbox
        .request(
            "GET",
            "/_sandbox/outbox?kind=VERIFICATION_CODE",
            &Value::Null,
        )
        .expect("answered");
    let messages = outbox["messages"].as_array().expect("messages");
    for (name, known) in done {
        let user = users.remove(name);
        let Some((answered, asked)) = known else {
            // Nobody knows whether it was created; if so, it is as new.
            if let Some(user) = user {
                assert_eq!(user["nickname"], "new", "{name}");
                assert!(has_message(messages, &user), "{name} has got no code");
            }
            continue;
        };
        let user = user.unwrap_or_else(|| panic!("{name} was created and is gone"));
        let nickname = user["nickname"].as_str().expect("a nickname");
        assert!(
            nickname == answered || nickname == asked,
            "{name} is {nickname}; {answered} was answered last, and {asked} asked for"
        );
        assert!(has_message(messages, &user), "{name} has got no code");
    }
    assert!(users.is_empty(), "nobody asked for {users:?}");
}

fn has_message(messages: &[Value], user: &Value) -> bool {
    messages.iter().any(|message| message["user"] == user["id"])
}

#[test]
fn an_export_is_written_at_the_end_and_imported_at_the_start() {
    let folder = tempfile::tempdir().expect("a folder");
    let place = |name: &str| folder.path().join(name).display().to_string();
    let export = place("export.json");
    let sandbox = Served::start(&["--export", &export]);
    let user = json!({ "username": "exported" });
    let created = sandbox
        .request("POST", &sandbox.users, &user)
        .expect("answered");
    assert_eq!(created.0, 201);
    sandbox.end("-TERM");
    let text = std::fs::read_to_string(&export).expect("written");
    assert!(text.contains("\"pingone-sandbox-state\""), "{text}");

    let state = place("state.redb");
    let mut sandbox = Command::new(env!("CARGO_BIN_EXE_pingone"))
        .args(["sandbox", "--import", &export, "--state", &state])
        .stdout(Stdio::piped())
        .spawn()
        .expect("starts");
    let mut lines = BufReader::new(sandbox.stdout.take().expect("piped")).lines();
    let last = lines.find(|line| line.as_ref().is_ok_and(|line| line.starts_with("Stop it")));
    assert!(last.is_some());
    let mut kill = Command::new("kill");
    assert!(
        kill.arg(sandbox.id().to_string())
            .status()
            .expect("kill runs")
            .success()
    );
    assert!(sandbox.wait().expect("ends").success());

    let sandbox = Served::start(&["--state", &state]);
    let names: Vec<String> = sandbox.all_users().into_keys().collect();
    assert_eq!(names, ["exported", "lindajones", "lockedout", "newcomer"]);
    sandbox.end("-TERM");
    assert!(Path::new(&state).exists());
}

#[test]
fn a_file_that_cannot_be_used_is_refused_in_one_sentence() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("notes.txt");
    std::fs::write(&file, "no state").expect("written");
    let output = Command::new(env!("CARGO_BIN_EXE_pingone"))
        .args(["sandbox", "--state"])
        .arg(&file)
        .output()
        .expect("runs");
    assert_eq!(output.status.code(), Some(1));
    let text = String::from_utf8(output.stderr).expect("text");
    let expected = format!(
        "error: the sandbox cannot start with this configuration\n  because: {} is not the state file of a sandbox, \
         and is left as it is; choose another file\n",
        file.display()
    );
    assert_eq!(text, expected);
}
