//! The commands as somebody sees them who runs them for the first time.

#[cfg(unix)]
mod served;

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
        first.starts_with("A PingOne emulator listens on http://127.0.0.1:"),
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
        .args(["sandbox", "--without-control", "--empty"])
        .stdout(Stdio::piped())
        .spawn()
        .expect("starts");
    let mut lines = BufReader::new(child.stdout.take().expect("piped")).lines();
    let first = lines.next().expect("a line").expect("text");
    let address = first
        .strip_prefix("A PingOne emulator listens on http://")
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

#[cfg(unix)]
fn terminate(child: &std::process::Child) {
    let mut kill = std::process::Command::new("kill");
    let stopped = kill.arg(child.id().to_string()).status();
    assert!(stopped.expect("kill runs").success());
}

#[cfg(unix)]
#[test]
fn the_first_minute_needs_nothing_but_what_is_printed() {
    use std::io::{Read, Write};
    use std::net::TcpStream;

    let (mut child, text) = served::start(&[]);
    for name in ["lindajones", "newcomer", "lockedout"] {
        assert!(text.contains(name), "{text}");
    }
    let command = text
        .lines()
        .find(|line| line.trim_start().starts_with("curl "));
    let (header, url) = command
        .and_then(|line| {
            line.trim()
                .strip_prefix("curl -H '")?
                .split_once("' http://")
        })
        .expect("a curl line");
    let (address, path) = url.split_once('/').expect("a path");
    let mut socket = TcpStream::connect(address).expect("listens");
    let request =
        format!("GET /{path} HTTP/1.1\r\nHost: {address}\r\n{header}\r\nConnection: close\r\n\r\n");
    socket.write_all(request.as_bytes()).expect("sent");
    let mut answer = String::new();
    socket.read_to_string(&mut answer).expect("answered");
    assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
    assert!(answer.contains("\"count\":3"), "{answer}");
    terminate(&child);
    assert!(child.wait().expect("ends").success());

    let (mut child, text) = served::start(&["--empty"]);
    assert!(!text.contains("lindajones"), "{text}");
    terminate(&child);
    assert!(child.wait().expect("ends").success());
}

#[cfg(unix)]
#[test]
fn links_that_only_this_machine_can_follow_are_announced() {
    let (child, text) = served::start(&["--host", "0.0.0.0", "--empty"]);
    terminate(&child);
    assert!(
        text.contains("Links in answers begin with http://127.0.0.1:"),
        "{text}"
    );
    let (child, text) = served::start(&[
        "--host",
        "0.0.0.0",
        "--empty",
        "--public-url",
        "http://a.test",
    ]);
    terminate(&child);
    assert!(!text.contains("Links in answers"), "{text}");
}

#[cfg(unix)]
#[test]
fn tls_says_what_to_trust() {
    let folder = tempfile::tempdir().expect("a folder");
    let ca = folder.path().join("ca.pem");
    let name = ca.display().to_string();
    let (child, text) = served::start(&["--tls", "--tls-ca", &name, "--empty"]);
    terminate(&child);
    assert!(text.contains("listens on https://127.0.0.1:"), "{text}");
    assert!(text.contains("export SSL_CERT_FILE="), "{text}");
    let written = std::fs::read_to_string(ca).expect("written");
    assert!(
        written.starts_with("-----BEGIN CERTIFICATE-----"),
        "{written}"
    );
}

/// A request whose body never ends would hold up a graceful stop for five seconds.
#[cfg(unix)]
#[test]
fn a_second_sigterm_ends_it_at_once() {
    use std::io::Write;
    use std::net::TcpStream;
    use std::time::{Duration, Instant};

    let (mut child, text) = served::start(&["--empty"]);
    let address = text.split("http://").nth(1).expect("an address");
    let address = address
        .lines()
        .next()
        .expect("a line")
        .trim_end_matches('.');
    let mut socket = TcpStream::connect(address).expect("listens");
    socket
        .write_all(b"POST /x HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\n")
        .expect("sent");
    std::thread::sleep(Duration::from_millis(200));
    let begun = Instant::now();
    terminate(&child);
    std::thread::sleep(Duration::from_millis(300));
    assert!(
        child.try_wait().expect("asked").is_none(),
        "it waits for the request"
    );
    terminate(&child);
    assert!(child.wait().expect("ends").success());
    assert!(
        begun.elapsed() < Duration::from_secs(3),
        "{:?}",
        begun.elapsed()
    );
}
