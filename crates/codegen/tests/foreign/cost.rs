//! What it costs to compile a client of 1,000 variants, beside progenitor's own output for the same operations.

use std::path::Path;
use std::process::ExitStatus;
use std::time::Duration;

use pingone_codegen::{Document, Layout, generate};

use crate::consumer::Consumer;
use crate::scale;

const VARIANTS: u32 = 1_000;
/// How much of what progenitor's output needs the client may need.
const RATIO: f64 = 1.2;

/// What `cargo check` of a crate needs.
struct Cost {
    seconds: f64,
    megabytes: f64,
}

pub(crate) fn compare() {
    if !Path::new("/proc/self/stat").exists() {
        println!("skipped: only Linux tells what another process needs");
        return;
    }
    let plain = Consumer::new("scale-plain");
    plain.write_file(
        "plain",
        &scale::progenitor(&scale::lowered(VARIANTS).to_string()),
    );
    let own = Consumer::new("scale-own");
    let document = Document::parse("scale.yaml", scale::document(VARIANTS)).expect("readable");
    let outputs = generate(&document, &Layout::folder(&own.module("own"))).expect("generated");
    own.write("own", &outputs, "");
    // What other people's crates cost is the same for both.
    let costs = [
        ("progenitor's own output", &plain),
        ("this generator's", &own),
    ]
    .map(|(what, consumer)| {
        build(consumer);
        let costs = [0; 2].map(|_| {
            consumer.touch();
            build(consumer)
        });
        let least = |of: fn(&Cost) -> f64| costs.iter().map(of).fold(f64::MAX, f64::min);
        let cost = Cost {
            seconds: least(|cost| cost.seconds),
            megabytes: least(|cost| cost.megabytes),
        };
        println!(
            "{what}: {:.1} s of CPU, {:.0} MB",
            cost.seconds, cost.megabytes
        );
        cost
    });
    let [plain, own] = costs;
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
