//! What it costs to check a client of 1,000 variants, beside progenitor's own output for the same operations.
//!
//! `cargo bench --profile dev -p pingone-codegen --bench check` prints the CPU time and the memory of the compiler: the
//! least of several runs, in which both take turns. It ends with an error if the client needs more than 1.2 times as
//! much of either. A number as argument is another number of variants.

use std::process::ExitCode;
use std::time::{Duration, SystemTime};

use pingone_codegen::{Document, Layout, generate};

#[path = "../tests/foreign/consumer.rs"]
#[allow(dead_code, reason = "the tests need more of it")]
mod consumer;
#[path = "scale/documents.rs"]
#[allow(dead_code, reason = "the other bench needs more of it")]
mod documents;
#[path = "../../../tests/benches/figures/mod.rs"]
mod figures;

use consumer::Consumer;
use figures::children;

const VARIANTS: u32 = 1_000;
/// How much of what progenitor's output needs this generator's may need.
const RATIO: f64 = 1.2;
/// How often each has its turn.
const ROUNDS: usize = 2;

const SUBJECTS: [&str; 2] = ["this generator", "progenitor alone"];

/// What `cargo check` of one crate needs.
#[derive(Clone, Copy)]
struct Cost {
    seconds: f64,
    megabytes: f64,
}

fn main() -> ExitCode {
    if children().is_none() {
        println!("skipped: only Linux says what another process needs");
        return ExitCode::SUCCESS;
    }
    let count = std::env::args().find_map(|argument| argument.parse().ok());
    let variants: u32 = count.unwrap_or(VARIANTS);
    let own = Consumer::new("scale-own");
    let document = Document::parse("scale.yaml", documents::document(variants)).expect("readable");
    let outputs = generate(&document, &Layout::folder(&own.module("own"))).expect("generated");
    own.write("own", &outputs, "");
    let plain = Consumer::new("scale-plain");
    let lowered = documents::lowered(variants).to_string();
    plain.write_file("plain", &documents::progenitor(&lowered));

    let consumers = [own, plain];
    // What other people's crates cost is not measured.
    for consumer in &consumers {
        check(consumer);
    }
    let mut costs = [Cost {
        seconds: f64::MAX,
        megabytes: f64::MAX,
    }; 2];
    for _ in 0..ROUNDS {
        for (consumer, least) in consumers.iter().zip(&mut costs) {
            touch(consumer);
            let cost = check(consumer);
            least.seconds = least.seconds.min(cost.seconds);
            least.megabytes = least.megabytes.min(cost.megabytes);
        }
    }
    for (subject, cost) in SUBJECTS.iter().zip(costs) {
        println!(
            "{subject}: {:.1} s of CPU, {:.0} MB",
            cost.seconds, cost.megabytes
        );
        report(variants, subject, cost);
    }
    let [own, plain] = costs;
    let (time, memory) = (own.seconds / plain.seconds, own.megabytes / plain.megabytes);
    println!("{time:.2} times the CPU, {memory:.2} times the memory");
    if time <= RATIO && memory <= RATIO {
        return ExitCode::SUCCESS;
    }
    eprintln!("error: more than {RATIO} times what progenitor's own output needs");
    ExitCode::FAILURE
}

/// Makes cargo compile the crate again.
fn touch(consumer: &Consumer) {
    let file = std::fs::File::options()
        .append(true)
        .open(consumer.module("lib.rs"));
    file.and_then(|file| file.set_modified(SystemTime::now()))
        .expect("touched");
}

fn check(consumer: &Consumer) -> Cost {
    let spent = || children().expect("it was there before");
    let before = spent();
    let mut command = consumer.command(&["check", "--quiet"]);
    let mut cargo = command
        .env("CARGO_INCREMENTAL", "0")
        .spawn()
        .expect("cargo runs");
    let mut megabytes = 0.0_f64;
    let status = loop {
        if let Some(status) = cargo.try_wait().expect("a process") {
            break status;
        }
        megabytes = compilers().fold(megabytes, f64::max);
        std::thread::sleep(Duration::from_millis(10));
    };
    assert!(status.success(), "it does not compile");
    Cost {
        seconds: spent() - before,
        megabytes,
    }
}

/// The most megabytes that each compiler of these crates has needed so far.
fn compilers() -> impl Iterator<Item = f64> {
    let processes = std::fs::read_dir("/proc").expect("readable");
    processes.filter_map(|process| {
        let folder = process.ok()?.path();
        let command = std::fs::read_to_string(folder.join("cmdline")).ok()?;
        if !command.contains("generated_scale_") {
            return None;
        }
        let status = std::fs::read_to_string(folder.join("status")).ok()?;
        let mut lines = status.lines();
        let peak = lines.find_map(|line| line.strip_prefix("VmHWM:"))?;
        let kilobytes: f64 = peak.trim().trim_end_matches(" kB").parse().ok()?;
        Some(kilobytes / 1024.0)
    })
}

fn report(variants: u32, subject: &str, cost: Cost) {
    for (what, unit, value) in [("CPU", "s", cost.seconds), ("memory", "MB", cost.megabytes)] {
        let figure = format!("cargo check of {variants} operations, {what}");
        figures::record(&figure, subject, unit, [value; 3]);
    }
}
