//! What a verify call costs the process that makes it: with reqwest by hand, `pingone-client`, and `pingone`.
//!
//! `cargo bench -p pingone-tests --bench call` prints processor time per call, one call at a time and 64 at once, and
//! where valgrind is installed the instructions per call. The callers take turns, so that all meet the same load of the
//! machine, and are compared round by round. It fails if `pingone` takes more than 1.05 times the instructions of reqwest by
//! hand, or 1.10 times its processor time with 64 calls at once. `cargo xtask bench` writes the figures into `docs/bench`.

#![expect(
    clippy::unwrap_used,
    reason = "a measurement that cannot go on should stop"
)]

mod callers;
mod figures;

use std::hint::black_box;
use std::process::Command;
use std::time::Duration;
#[cfg(not(unix))]
use std::{sync::LazyLock, time::Instant};

use futures::future::join_all;
use pingone::models::User;

use crate::callers::{CALLERS, Caller, PlainUser, Server, Serves, arguments, runtime, user};
use crate::figures::report;

const ROUNDS: usize = 31;
const CALLS: usize = 256;
const READS: usize = 2_000;
const AT_ONCE: usize = 64;
/// Calls under callgrind, besides those that warm up.
const COUNTED: u64 = 500;

/// What `pingone` may take at most, where reqwest by hand takes one.
const MOST_INSTRUCTIONS: f64 = 1.05;
const MOST_TIME_AT_ONCE: f64 = 1.10;

/// What reads the answer of a call: into the struct of a caller by hand, and into the one of `pingone`.
const READERS: [(&str, fn(&[u8])); 2] = [
    ("reqwest by hand", |body| {
        black_box(serde_json::from_slice::<PlainUser>(body).unwrap());
    }),
    ("pingone", |body| {
        black_box(serde_json::from_slice::<User>(body).unwrap());
    }),
];

fn main() {
    let arguments = arguments();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["call", url, caller, calls] => repeat(url, caller, calls.parse().unwrap()),
        _ => {
            let missed = measure();
            assert!(missed.is_empty(), "{}", missed.join("\n"));
        }
    }
}

/// Prints the figures; gives those that are too high.
fn measure() -> Vec<String> {
    let server = Server::start(Serves::User);
    let runtime = runtime();
    let callers = CALLERS.map(|name| Caller::new(name, &server.url));
    println!("a verify call, answered with {} bytes", user().len());
    let mut missed = Vec::new();
    let crowds = [
        (1, "call, one at a time", f64::INFINITY),
        (AT_ONCE, "call, 64 at once", MOST_TIME_AT_ONCE),
    ];
    for (at_once, figure, most) in crowds {
        let mut costs = CALLERS.map(|_| Vec::new());
        // The first round warms up.
        for round in 0..=ROUNDS {
            for (caller, costs) in callers.iter().zip(&mut costs) {
                let before = spent();
                runtime.block_on(async {
                    for _ in 0..CALLS / at_once {
                        join_all((0..at_once).map(|_| caller.call())).await;
                    }
                });
                #[expect(clippy::cast_precision_loss, reason = "some hundreds")]
                let cost = (spent() - before).as_secs_f64() * 1e6 / CALLS as f64;
                if round > 0 {
                    costs.push(cost);
                }
            }
        }
        let base = costs[0].clone();
        for (name, costs) in CALLERS.iter().zip(costs) {
            let ratios = costs.iter().zip(&base).map(|(cost, base)| cost / base);
            let ratios = ratios.collect();
            report(figure, name, "µs of processor time", costs);
            let times = report(figure, name, "times reqwest by hand", ratios);
            missed.extend(too_much(figure, name, times, most));
        }
    }
    missed.extend(count(&server.url));
    read();
    missed
}

/// Measures the reading of the answer alone, as a call of each kind reads it.
fn read() {
    let body = user().into_bytes();
    let mut costs = READERS.map(|_| Vec::new());
    for _ in 0..ROUNDS {
        for ((_, reader), costs) in READERS.iter().zip(&mut costs) {
            let before = spent();
            for _ in 0..READS {
                reader(&body);
            }
            #[expect(clippy::cast_precision_loss, reason = "some thousands")]
            let cost = (spent() - before).as_secs_f64() * 1e6 / READS as f64;
            costs.push(cost);
        }
    }
    for ((name, _), costs) in READERS.iter().zip(costs) {
        report("reading the user", name, "µs of processor time", costs);
    }
}

/// What to say of a figure that is too high; only those of `pingone` are judged.
fn too_much(figure: &str, name: &str, times: f64, most: f64) -> Option<String> {
    (name.starts_with("pingone,") && times > most)
        .then(|| format!("{figure}: {name} takes {times:.3} times reqwest by hand, above {most}"))
}

/// Counts instructions, where valgrind is installed; gives the figures that are too high.
fn count(url: &str) -> Vec<String> {
    let mut base = None;
    let mut missed = Vec::new();
    for name in CALLERS {
        let few = instructions(url, name, 50);
        let Some((few, many)) = few.zip(instructions(url, name, 50 + COUNTED)) else {
            println!("instructions are not counted: valgrind is not installed");
            return missed;
        };
        #[expect(clippy::cast_precision_loss, reason = "some thousands")]
        let each = (many - few) as f64 / COUNTED as f64;
        let base = *base.get_or_insert(each);
        let figure = "call, instructions";
        report(figure, name, "thousand instructions", vec![each / 1e3]);
        let times = report(figure, name, "times reqwest by hand", vec![each / base]);
        missed.extend(too_much(figure, name, times, MOST_INSTRUCTIONS));
    }
    missed
}

fn instructions(url: &str, caller: &str, calls: u64) -> Option<u64> {
    let output = Command::new("valgrind")
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
        .arg(std::env::current_exe().unwrap())
        .args(["call", url, caller, &calls.to_string()])
        .output()
        .ok()?;
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    let count = text.lines().find_map(|line| line.split_once("Collected :"));
    count?.1.trim().parse().ok()
}

fn repeat(url: &str, caller: &str, calls: u64) {
    let caller = Caller::new(caller, url);
    runtime().block_on(async {
        for _ in 0..calls {
            caller.call().await;
        }
    });
}

/// The time that a processor has spent on this thread.
#[cfg(unix)]
fn spent() -> Duration {
    use rustix::time::{ClockId, clock_gettime};

    clock_gettime(ClockId::ThreadCPUTime).try_into().unwrap()
}

/// The time that has passed, where the system does not say what a processor has spent.
#[cfg(not(unix))]
fn spent() -> Duration {
    static START: LazyLock<Instant> = LazyLock::new(Instant::now);
    START.elapsed()
}
