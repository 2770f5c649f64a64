//! A `pingone sandbox` that runs.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

/// A sandbox of its own, and what it prints before it waits.
pub(crate) fn start(arguments: &[&str]) -> (Child, String) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_pingone"))
        .arg("sandbox")
        .args(arguments)
        .stdout(Stdio::piped())
        .spawn()
        .expect("starts");
    let lines = BufReader::new(child.stdout.take().expect("piped")).lines();
    let mut text = String::new();
    for line in lines {
        let line = line.expect("text");
        text += &line;
        text.push('\n');
        if line.starts_with("Stop it") {
            break;
        }
    }
    (child, text)
}
