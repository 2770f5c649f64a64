//! The commands as somebody sees them who runs them for the first time.

use assert_cmd::Command;
use insta::assert_snapshot;

fn pingone(arguments: &[&str]) -> (String, String, Option<i32>) {
    let output = Command::cargo_bin("pingone")
        .expect("built")
        .args(arguments)
        .output()
        .expect("runs");
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).expect("text");
    (
        text(&output.stdout),
        text(&output.stderr),
        output.status.code(),
    )
}

#[test]
fn the_demo_tells_its_story_and_succeeds() {
    let (told, complained, code) = pingone(&["demo"]);
    assert_eq!((complained.as_str(), code), ("", Some(0)));
    let (first, rest) = told.split_once('\n').expect("lines");
    assert!(
        first.starts_with("A PingOne stand-in listens on http://127.0.0.1:"),
        "{first}"
    );
    assert_snapshot!(rest);
}

/// As in `pingone demo | head -1`.
#[test]
fn the_demo_ends_quietly_when_nobody_reads_on() {
    use std::process::{Command, Stdio};

    let mut child = Command::new(env!("CARGO_BIN_EXE_pingone"))
        .arg("demo")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("starts");
    drop(child.stdout.take());
    let output = child.wait_with_output().expect("ends");
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    assert!(output.status.success(), "{}", output.status);
}

#[test]
fn without_a_command_the_help_is_shown() {
    let (_, complained, code) = pingone(&[]);
    assert_eq!(code, Some(2));
    assert!(
        complained.contains("Usage: pingone <COMMAND>"),
        "{complained}"
    );
}

#[test]
fn a_command_that_does_not_exist_is_a_usage_error() {
    let (_, complained, code) = pingone(&["dance"]);
    assert_eq!(code, Some(2));
    assert!(
        complained.contains("unrecognized subcommand 'dance'"),
        "{complained}"
    );
}

#[cfg(unix)]
#[test]
fn the_sandbox_serves_until_it_is_asked_to_stop() {
    use std::io::{BufRead, BufReader, Read, Write};
    use std::net::TcpStream;
    use std::process::{Command, Stdio};

    let mut child = Command::new(env!("CARGO_BIN_EXE_pingone"))
        .args(["sandbox", "--without-control"])
        .stdout(Stdio::piped())
        .spawn()
        .expect("starts");
    let mut lines = BufReader::new(child.stdout.take().expect("piped")).lines();
    let first = lines.next().expect("a line").expect("text");
    let address = first
        .strip_prefix("A PingOne stand-in listens on http://")
        .expect("an address");
    let mut socket = TcpStream::connect(address.trim_end_matches('.')).expect("listens");
    socket
        .write_all(b"GET /v1/environments/x/users HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        .expect("sent");
    let mut answer = String::new();
    socket.read_to_string(&mut answer).expect("answered");
    assert!(answer.starts_with("HTTP/1.1 401 "), "{answer}");

    let stopped = Command::new("kill")
        .arg(child.id().to_string())
        .status()
        .expect("kill runs");
    assert!(stopped.success());
    assert!(
        child.wait().expect("ends").success(),
        "SIGTERM ends it gracefully"
    );
}
