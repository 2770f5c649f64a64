//! What a verify call takes from the allocator, and what ten thousand of them hold at once: with reqwest by hand,
//! `pingone-client`, and `pingone`.
//!
//! `cargo bench -p pingone-tests --bench memory` runs each caller in a process of its own. `cargo xtask bench` writes the
//! figures into `docs/bench`.

#![expect(
    clippy::unwrap_used,
    reason = "a measurement that cannot go on should stop"
)]

mod callers;
mod figures;

use std::process::Command;
use std::time::Duration;

use futures::future::{Either, join_all, select};

use crate::callers::{CALLERS, Caller, Server, Serves, arguments, runtime};
use crate::figures::report;

/// It counts while a profiler runs, and costs little else.
#[global_allocator]
static ALLOCATOR: dhat::Alloc = dhat::Alloc;

const CALLS: u32 = 200;
const CROWD: usize = 10_000;

fn main() {
    let arguments = arguments();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["allocations", url, caller] => allocations(url, caller),
        ["crowd", url, caller] => crowd(url, caller),
        _ => measure(),
    }
}

fn measure() {
    let server = Server::start(Serves::User);
    let mut base = None;
    for caller in CALLERS {
        let [blocks, bytes] = ask("allocations", &server, caller);
        let figure = "call, allocations";
        report(figure, caller, "allocations", vec![blocks]);
        report(figure, caller, "bytes", vec![bytes]);
        let base = *base.get_or_insert(blocks);
        report(figure, caller, "times reqwest by hand", vec![blocks / base]);
    }
    if !std::path::Path::new("/proc/self/statm").exists() {
        println!("the memory of many calls is not measured: only Linux tells it");
        return;
    }
    let mut base = None;
    for caller in CALLERS {
        // The connections of one caller do not wait in the server of the next one.
        let server = Server::start(Serves::Nothing);
        let [kilobytes] = ask("crowd", &server, caller);
        let figure = "10,000 calls at once, memory";
        report(figure, caller, "kB for each call", vec![kilobytes]);
        let base = *base.get_or_insert(kilobytes);
        report(
            figure,
            caller,
            "times reqwest by hand",
            vec![kilobytes / base],
        );
    }
}

/// What a caller measures in a process of its own.
fn ask<const N: usize>(what: &str, server: &Server, caller: &str) -> [f64; N] {
    let output = Command::new(std::env::current_exe().unwrap())
        .args([what, &server.url, caller])
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let values = text.split_whitespace().map(|value| value.parse().unwrap());
    let error = String::from_utf8_lossy(&output.stderr);
    let values: Vec<f64> = values.collect();
    values.try_into().unwrap_or_else(|_| panic!("{error}"))
}

/// Prints the allocations of a call, and their bytes.
fn allocations(url: &str, caller: &str) {
    let caller = Caller::new(caller, url);
    runtime().block_on(async {
        // Connects, and gets a token.
        for _ in 0..10 {
            caller.call().await;
        }
        let _profiler = dhat::Profiler::builder().testing().build();
        let before = dhat::HeapStats::get();
        for _ in 0..CALLS {
            caller.call().await;
        }
        let after = dhat::HeapStats::get();
        #[expect(clippy::cast_precision_loss, reason = "some thousands")]
        let each = |before: u64, after: u64| (after - before) as f64 / f64::from(CALLS);
        println!(
            "{} {}",
            each(before.total_blocks, after.total_blocks),
            each(before.total_bytes, after.total_bytes)
        );
    });
}

/// Prints the kilobytes that a call holds while ten thousand of them wait for their answers.
fn crowd(url: &str, caller: &str) {
    let caller = Caller::new(caller, url);
    runtime().block_on(async {
        let before = resident();
        let calls = join_all((0..CROWD).map(|_| caller.call()));
        let all = Box::pin(arrived(url));
        match select(Box::pin(calls), all).await {
            Either::Left(_) => unreachable!("nothing is answered"),
            Either::Right(_) => {
                #[expect(clippy::cast_precision_loss, reason = "some thousands")]
                let each = (resident() - before) as f64 / CROWD as f64;
                println!("{each}");
            }
        }
    });
    // What still waits is of no interest any more.
    std::process::exit(0);
}

/// Waits until the server has every call.
async fn arrived(url: &str) {
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    loop {
        tokio::time::sleep(Duration::from_millis(100)).await;
        let answer = http.get(format!("{url}/count")).send().await.unwrap();
        let count: usize = answer.text().await.unwrap().parse().unwrap();
        if count >= CROWD {
            return;
        }
    }
}

/// The kilobytes of memory that this process has.
fn resident() -> u64 {
    let text = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = text.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.unwrap()
        .trim()
        .trim_end_matches(" kB")
        .parse()
        .unwrap()
}
