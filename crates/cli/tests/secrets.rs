//! No secret is shown by a command: not in what it prints, not in its complaints, not in its help.

use std::fs;
use std::io::{BufRead, BufReader};
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

/// A seed file with a secret wherever it can have one.
const SEED: &str = "
client: { id: worker, secret: canary-client }
users:
  - { username: linda, email: linda@example.com, password: canary-password }
flows:
  - { id: ca9a9700-0f10-4c0d-8a4f-2f2f1e2d3c4b }
";

const FLOW: &str = "ca9a9700";

/// What the demo's own user types.
const TYPED: [&str; 2] = ["correct-Horse-1", "battery-Staple-2"];

#[track_caller]
fn check(what: &str, text: &str) {
    for secret in ["canary", FLOW].into_iter().chain(TYPED) {
        assert!(!text.contains(secret), "{what} shows `{secret}`: {text}");
    }
}

fn pingone(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_pingone"));
    // What a shell would have left over from real work.
    command
        .args(arguments)
        .env("PINGONE_CLIENT_SECRET", "canary-environment")
        .env("PINGONE_TOKEN", "canary-environment");
    command
}

fn text(output: &Output) -> String {
    let lossy = String::from_utf8_lossy;
    format!("{}{}", lossy(&output.stdout), lossy(&output.stderr))
}

/// The lines that a sandbox prints before it waits, and its complaints.
fn served(arguments: &[&str], lines: usize) -> String {
    let mut command = pingone(arguments);
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("starts");
    let out = BufReader::new(child.stdout.take().expect("piped"));
    let first: Vec<String> = out.lines().take(lines).map_while(Result::ok).collect();
    child.kill().expect("stops");
    first.join("\n") + &text(&child.wait_with_output().expect("ends"))
}

#[test]
fn no_command_shows_a_secret() {
    let folder = TempDir::new().expect("a folder");
    let write = |name: &str, seed: &str| {
        let path = folder.path().join(name);
        fs::write(&path, seed).expect("written");
        path.display().to_string()
    };
    let seed = write("seed.yaml", SEED);
    let unknown = write("unknown.yaml", &SEED.replace("username", "canary"));
    let unreadable = write("unreadable.yaml", "client: { secret: canary, id: [");
    let wrong = write("wrong.yaml", "users: [{ username: [canary-password] }]");

    let mut texts = 0;
    for arguments in [
        &["demo"][..],
        &["--help"],
        &["demo", "--help"],
        &["sandbox", "--help"],
        &["sandbox", "--seed-file", &unreadable],
        &["sandbox", "--seed-file", &wrong],
        &["sandbox", "--seed-file", "nowhere.yaml"],
        &["sandbox", "--host", "192.0.2.1", "--seed-file", &seed],
    ] {
        let output = pingone(arguments).output().expect("runs");
        check(&format!("{arguments:?}"), &text(&output));
        texts += 1;
    }
    // The name of a member is the one thing that a complaint repeats.
    let output = pingone(&["sandbox", "--seed-file", &unknown]).output();
    let complaint = text(&output.expect("runs")).replace("`canary`", "");
    check("an unknown member", &complaint);

    check("a sandbox", &served(&["sandbox", "--seed-file", &seed], 3));
    let printed = served(&["sandbox", "--seed-file", &seed, "--print-env"], 5);
    // The one secret that is asked for.
    let secret = "export PINGONE_CLIENT_SECRET='canary-client'";
    assert!(printed.contains(secret), "{printed}");
    check("an environment", &printed.replace(secret, ""));
    texts += 3;
    println!("C1: {texts} outputs of the command line, 0 with a secret");
}
