//! The examples, run as the programs that they are.

use std::path::PathBuf;
use std::process::Command;

use insta::assert_snapshot;

/// Where cargo puts the examples that it builds along with this test.
fn built(example: &str) -> PathBuf {
    let test = std::env::current_exe().expect("this test is a file");
    let profile = test.ancestors().nth(2).expect("it stands in `deps`");
    let name = format!("{example}{}", std::env::consts::EXE_SUFFIX);
    profile.join("examples").join(name)
}

/// What an example prints. It must succeed without a complaint.
fn printed(example: &str) -> String {
    let path = built(example);
    assert!(
        path.is_file(),
        "{example} is not built: run all tests of the package, `cargo test -p pingone --all-features`"
    );
    let output = Command::new(path).output().expect("it runs");
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{complaint}");
    assert_eq!(complaint, "");
    without_ids(&String::from_utf8(output.stdout).expect("text"))
}

/// A text with `ID` in place of every UUID.
fn without_ids(text: &str) -> String {
    let is_uuid = |word: &str| {
        let hex = word
            .bytes()
            .all(|byte| byte.is_ascii_hexdigit() || byte == b'-');
        word.len() == 36 && hex
    };
    let separator = |character: char| !(character.is_ascii_alphanumeric() || character == '-');
    let mut found = String::new();
    for part in text.split_inclusive(separator) {
        let word = part.trim_end_matches(separator);
        if is_uuid(word) {
            found.push_str("ID");
            found.push_str(&part[word.len()..]);
        } else {
            found.push_str(part);
        }
    }
    found
}

#[test]
fn axum_handler() {
    assert_snapshot!(printed("axum_handler"), @r"
    linda: 202 Accepted
    nobody: 202 Accepted
    new password: 400 Bad Request
    new password: 204 No Content
    ");
}

#[test]
fn axum_sign_on() {
    assert_snapshot!(printed("axum_sign_on"), @r"
    password: 403 Forbidden
    password: 200 OK passcode
    passcode: 403 Forbidden
    passcode: 200 OK welcome
    me: 200 OK linda
    sign off: 200 OK bye
    me: 401 Unauthorized
    ");
}

#[test]
fn one_time_email() {
    assert_snapshot!(printed("one_time_email"), @r"
    ID: Some(OtpRequired)
    it is Linda's
    ");
}

#[test]
fn own_http_client() {
    assert_snapshot!(printed("own_http_client"), @r#"Some("linda")"#);
}

#[test]
fn own_retry_policy() {
    assert_snapshot!(printed("own_retry_policy"), @r#"
    requestToken attempt 1: Some(200)
    readUser attempt 1: Some(503)
    readUser attempt 2: Some(503)
    readUser attempt 3: Some(200)
    readUser attempt 1: Some(503)
    Err("readUser: the service refused: status 503 UNEXPECTED_ERROR, log id ID; PingOne or a gateway before it has failed: call again later")
    verifyUser attempt 1: Some(503)
    verifyUser: the service refused: status 503 UNEXPECTED_ERROR, log id ID; the service may have acted: check the current state before retrying; may have been sent: true
    "#);
}

#[test]
fn recover() {
    assert_snapshot!(printed("recover"), @r"
    that is not the code: recoverPassword: the service refused: status 400 INVALID_DATA (INVALID_VALUE at recoveryCode), log id ID; the code is wrong or has expired: ask for it again, or send a new one
    the password is set: status 200
    ");
}

#[test]
fn verify() {
    assert_snapshot!(printed("verify"), @r"
    needs to be verified: true
    that is not the code: verifyUser: the service refused: status 400 INVALID_DATA (INVALID_VALUE at verificationCode), log id ID; the code is wrong or has expired: ask for it again, or send a new one
    verified: Some(AccountOk)
    ");
}
