//! What a verify call costs the process that makes it: with reqwest by hand, `pingone-client`, and `pingone`.
//!
//! `cargo bench -p pingone-tests --bench call` prints processor time per call, one call at a time and 64 at once, and
//! where valgrind is installed the instructions per call. The callers take turns, so that all meet the same load of the
//! machine, and are compared round by round. `cargo xtask bench` writes the figures into `docs/bench`.

#![expect(
    clippy::unwrap_used,
    reason = "a measurement that cannot go on should stop"
)]

mod callers;
mod figures;

use std::process::Command;
use std::sync::LazyLock;
use std::time::Instant;

use futures::future::join_all;

use crate::callers::{CALLERS, Caller, Server, Serves, arguments, runtime, user};
use crate::figures::report;

const ROUNDS: usize = 15;
const CALLS: usize = 256;
const AT_ONCE: usize = 64;
/// Calls under callgrind, besides those that warm up.
const COUNTED: u64 = 500;

fn main() {
    let arguments = arguments();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["call", url, caller, calls] => repeat(url, caller, calls.parse().unwrap()),
        _ => measure(),
    }
}

fn measure() {
    let server = Server::start(Serves::User);
    let runtime = runtime();
    let callers = CALLERS.map(|name| Caller::new(name, &server.url));
    println!("a verify call, answered with {} bytes", user().len());
    for (at_once, figure) in [(1, "call, one at a time"), (AT_ONCE, "call, 64 at once")] {
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
                #[expect(clippy::cast_precision_loss, reason = "some microseconds")]
                let cost = (spent() - before) as f64 / CALLS as f64 / 1e3;
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
            report(figure, name, "times reqwest by hand", ratios);
        }
    }
    count(&server.url);
}

/// Counts instructions, where valgrind is installed.
fn count(url: &str) {
    let mut base = None;
    for name in CALLERS {
        let few = instructions(url, name, 50);
        let Some((few, many)) = few.zip(instructions(url, name, 50 + COUNTED)) else {
            println!("instructions are not counted: valgrind is not installed");
            return;
        };
        #[expect(clippy::cast_precision_loss, reason = "some thousands")]
        let each = (many - few) as f64 / COUNTED as f64;
        let base = *base.get_or_insert(each);
        let figure = "call, instructions";
        report(figure, name, "thousand instructions", vec![each / 1e3]);
        report(figure, name, "times reqwest by hand", vec![each / base]);
    }
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

/// Nanoseconds of a processor that this thread has used; where the system does not say, nanoseconds that have passed.
fn spent() -> u128 {
    static START: LazyLock<Instant> = LazyLock::new(Instant::now);
    let times = std::fs::read_to_string("/proc/thread-self/schedstat").ok();
    let spent = times.and_then(|text| text.split(' ').next()?.parse().ok());
    spent.unwrap_or_else(|| START.elapsed().as_nanos())
}
