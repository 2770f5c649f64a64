//! What it costs to compile a client of 1,000 variants, beside progenitor's own output for the same operations.

use std::path::Path;
use std::process::ExitStatus;
use std::time::Duration;

use pingone_codegen::{Document, Layout, generate};
use serde_json::json;

use crate::consumer::Consumer;

#[path = "../../benches/scale/documents.rs"]
#[allow(dead_code, reason = "the bench also takes the document as JSON")]
mod documents;

const VARIANTS: u32 = 1_000;
/// How much of what progenitor's output needs the client may need.
const RATIO: f64 = 1.2;
/// How often each is compiled, in turns.
const ROUNDS: u32 = 3;

const SUBJECTS: [&str; 2] = ["this generator", "progenitor alone"];

/// What `cargo check` of a crate needs.
#[derive(Clone, Copy)]
struct Cost {
    seconds: f64,
    megabytes: f64,
}

pub(crate) fn compare() {
    if !Path::new("/proc/self/stat").exists() {
        println!("skipped: only Linux tells what another process needs");
        return;
    }
    let own = Consumer::new("scale-own");
    let document = Document::parse("scale.yaml", documents::document(VARIANTS)).expect("readable");
    let outputs = generate(&document, &Layout::folder(&own.module("own"))).expect("generated");
    own.write("own", &outputs, "");
    let plain = Consumer::new("scale-plain");
    let lowered = documents::lowered(VARIANTS).to_string();
    plain.write_file("plain", &documents::progenitor(&lowered));
    let consumers = [own, plain];
    // What other people's crates cost is the same for both.
    let mut least = [0; 2].map(|_| Cost {
        seconds: f64::MAX,
        megabytes: f64::MAX,
    });
    for consumer in &consumers {
        build(consumer);
    }
    for _ in 0..ROUNDS {
        for (consumer, least) in consumers.iter().zip(&mut least) {
            consumer.touch();
            let cost = build(consumer);
            least.seconds = least.seconds.min(cost.seconds);
            least.megabytes = least.megabytes.min(cost.megabytes);
        }
    }
    for (subject, cost) in SUBJECTS.iter().zip(least) {
        let Cost { seconds, megabytes } = cost;
        println!("{subject}: {seconds:.1} s of CPU, {megabytes:.0} MB");
        if std::env::var_os("BENCH_JSON").is_some() {
            for (unit, figure) in [("s", seconds), ("MB", megabytes)] {
                let line = json!({
                    "figure": "check of a client of 1,000 variants", "subject": subject, "unit": unit,
                    "low": figure, "middle": figure, "high": figure,
                });
                println!("{line}");
            }
        }
    }
    let [own, plain] = least;
    let (time, memory) = (own.seconds / plain.seconds, own.megabytes / plain.megabytes);
    println!("{time:.2} times the CPU, {memory:.2} times the memory");
    assert!(time <= RATIO, "{time:.2} times the CPU");
    assert!(memory <= RATIO, "{memory:.2} times the memory");
}

fn build(consumer: &Consumer) -> Cost {
    let before = children();
    let mut cargo = consumer
        .command(&["check", "--quiet"])
        .spawn()
        .expect("cargo runs");
    let mut most = 0.0_f64;
    let status: ExitStatus = loop {
        if let Some(status) = cargo.try_wait().expect("a process") {
            break status;
        }
        most = compilers().into_iter().fold(most, f64::max);
        std::thread::sleep(Duration::from_millis(20));
    };
    assert!(status.success(), "it does not compile");
    Cost {
        seconds: children() - before,
        megabytes: most,
    }
}

/// The seconds that all children of this process have used which have ended, with theirs.
fn children() -> f64 {
    let text = std::fs::read_to_string("/proc/self/stat").expect("readable");
    let fields = text.rsplit(')').next().unwrap_or_default();
    let ticks = |index: usize| {
        fields
            .split_whitespace()
            .nth(index)
            .and_then(|field| field.parse::<f64>().ok())
    };
    let ticks: f64 = [13, 14].into_iter().filter_map(ticks).sum();
    ticks / 100.0
}

/// The megabytes that the compilers of the crates of this test have needed at most so far.
fn compilers() -> Vec<f64> {
    let processes = std::fs::read_dir("/proc").expect("readable");
    let needed = processes.filter_map(|process| {
        let folder = process.ok()?.path();
        let command = std::fs::read_to_string(folder.join("cmdline")).ok()?;
        if !command.contains("generated_scale_") {
            return None;
        }
        let status = std::fs::read_to_string(folder.join("status")).ok()?;
        let peak = status
            .lines()
            .find_map(|line| line.strip_prefix("VmHWM:"))?;
        let kilobytes: f64 = peak.trim().trim_end_matches(" kB").parse().ok()?;
        Some(kilobytes / 1024.0)
    });
    needed.collect()
}
