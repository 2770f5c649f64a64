//! The demo as somebody sees it who runs it for the first time.

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
