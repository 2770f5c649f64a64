//! `cargo xtask check`: everything that has to hold, in the order of what fails fastest.

use std::process::Command;
use std::time::Instant;

use crate::root;

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Also run what needs more than Rust, or more than a few minutes.
    #[arg(long)]
    long: bool,
    /// Run the other steps too when one fails.
    #[arg(long)]
    keep_going: bool,
}

/// What the checks without `--long` run: what each one shows, and its command.
pub(crate) fn steps() -> impl Iterator<Item = (&'static str, &'static str)> {
    STEPS.iter().map(|step| (step.shows, step.command))
}

/// A step: what it shows, the program with its arguments, and the environment that it needs.
struct Step {
    shows: &'static str,
    command: &'static str,
    environment: &'static [(&'static str, &'static str)],
}

const fn step(shows: &'static str, command: &'static str) -> Step {
    Step {
        shows,
        command,
        environment: &[],
    }
}

const STEPS: &[Step] = &[
    step("the code is formatted", "cargo fmt --all --check"),
    step("generated files are fresh", "cargo xtask codegen --check"),
    step(
        "AGENTS.md and llms.txt are fresh",
        "cargo xtask index --check",
    ),
    step(
        "no lint complains",
        "cargo clippy --workspace --all-targets --all-features --quiet -- --deny warnings",
    ),
    step(
        "the tests pass",
        "cargo test --workspace --quiet --no-fail-fast",
    ),
    Step {
        shows: "the documentation builds",
        command: "cargo doc --workspace --no-deps --all-features --quiet",
        environment: &[("RUSTDOCFLAGS", "--deny warnings")],
    },
    step("the demo runs", "cargo run --quiet --bin pingone -- demo"),
];

const LONG: &[Step] = &[
    step("three linters accept the document", "bash spec/lint/run.sh"),
    step(
        "licences, duplicates and sources are as allowed",
        "cargo deny --locked check bans licenses sources",
    ),
    step("every dependency is used", "cargo-machete --with-metadata"),
    step("the public APIs are as listed", "cargo xtask api --check"),
    step("every published crate builds alone", "cargo xtask package"),
    step("every pair of features compiles", "cargo xtask features"),
    step(
        "a renamed property reaches the snapshots",
        "cargo test --workspace --test regenerate -- --ignored",
    ),
    step(
        "the code of other documents compiles and sends what they say",
        "cargo test --package pingone-codegen --test foreign -- --ignored --nocapture",
    ),
    step(
        "what is wrong does not compile",
        "cargo test --workspace --test contracts -- --ignored",
    ),
    Step {
        shows: "hyper's own log shows no secret",
        // Other flags for the compiler would build everything again, were it not in a folder of its own.
        command: "cargo test --package pingone-client --no-default-features --features hyper/tracing --target-dir target/hyper-log --test hyper_log -- --ignored --nocapture",
        environment: &[("RUSTFLAGS", "--cfg hyper_unstable_tracing")],
    },
    step(
        "the sandbox keeps the document",
        "bash crates/sandbox/tests/schemathesis/run.sh",
    ),
    step(
        "the page works in a browser",
        "bash crates/sandbox/tests/browser/run.sh",
    ),
    step(
        "clients reach the sandbox over TLS and through a proxy",
        "bash crates/sandbox/tests/clients/run.sh",
    ),
    step(
        "a client of another generator reaches the sandbox",
        "bash crates/sandbox/tests/python/run.sh",
    ),
    step(
        "a report works in a browser",
        "bash crates/drift/tests/browser/run.sh",
    ),
];

pub(crate) fn run(arguments: &Arguments) -> Result<(), String> {
    let long = if arguments.long { LONG } else { &[] };
    let steps: Vec<&Step> = STEPS.iter().chain(long).collect();
    let start = Instant::now();
    let mut failed = Vec::new();
    for (index, step) in steps.iter().enumerate() {
        println!(
            "[{}/{}] {}: {}",
            index + 1,
            steps.len(),
            step.shows,
            step.command
        );
        let began = Instant::now();
        match perform(step) {
            Ok(()) => println!("       took {} s", began.elapsed().as_secs()),
            Err(message) if arguments.keep_going => {
                eprintln!("error: {message}");
                failed.push(message);
            }
            Err(message) => return Err(message),
        }
    }
    if !failed.is_empty() {
        return Err(format!(
            "{} of {} steps failed\n{}",
            failed.len(),
            steps.len(),
            failed.join("\n")
        ));
    }
    println!(
        "all {} steps passed in {} s",
        steps.len(),
        start.elapsed().as_secs()
    );
    Ok(())
}

fn perform(step: &Step) -> Result<(), String> {
    let mut words = step.command.split(' ');
    let program = words.next().unwrap_or_default();
    let status = Command::new(program)
        .args(words)
        .envs(step.environment.iter().copied())
        .current_dir(root())
        .status()
        .map_err(|error| format!("`{program}` cannot be run: {error}"))?;
    if status.success() {
        return Ok(());
    }
    let environment: String = step
        .environment
        .iter()
        .map(|(name, value)| format!("{name}='{value}' "))
        .collect();
    Err(format!(
        "not so: {}; repeat it with `{environment}{}`",
        step.shows, step.command
    ))
}
