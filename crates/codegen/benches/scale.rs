//! What generating costs for 10, 100 and 1,000 operations, in block style and as JSON, beside progenitor alone.
//!
//! `cargo bench -p pingone-codegen --bench scale` prints the CPU time for each operation. Each figure is the least of several runs, in
//! which all subjects take turns. It ends with an error if this generator needs more than 3 times what progenitor alone
//! needs, or more for each operation as the document grows.
//!
//! `cargo bench -p pingone-codegen --bench scale -- SUBJECT COUNT` does one run of one subject (0, 1 or 2), for a profiler.

use std::hint::black_box;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use pingone_codegen::{Document, Layout, generate};

#[path = "scale/documents.rs"]
mod documents;
#[path = "../../../tests/benches/figures/mod.rs"]
mod figures;

const SUBJECTS: [&str; 3] = ["block style", "JSON", "progenitor alone"];

/// How much of progenitor's time this generator may take.
const RATIO: f64 = 3.0;
/// How much more an operation may take in a document of 1,000 than in one of 10 or 100, and in the one style than in the other.
const GROWTH: f64 = 1.2;

/// How often each subject has its turn.
const ROUNDS: u32 = 5;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let [subject, count, ..] = arguments.as_slice() {
        let number = |text: &str| text.parse().expect("a number");
        Documents::new(number(count)).generate(number(subject) as usize);
        return ExitCode::SUCCESS;
    }
    println!(
        "CPU for each operation\n{:>10}  {:>12}  {:>12}  {:>16}  {:>6}",
        "operations", SUBJECTS[0], SUBJECTS[1], SUBJECTS[2], "ratio"
    );
    let mut wrong = Vec::new();
    let mut first: Option<[f64; 3]> = None;
    for count in [10, 100, 1_000] {
        let each = measure(count);
        let [block, json, alone] = each;
        let ratio = block.max(json) / alone;
        println!("{count:>10}  {block:>9.1} µs  {json:>9.1} µs  {alone:>13.1} µs  {ratio:>6.2}");
        if ratio > RATIO {
            wrong.push(format!(
                "{count} operations take {ratio:.2} times as long as with progenitor alone"
            ));
        }
        let styles = block.max(json) / block.min(json);
        if styles > GROWTH {
            wrong.push(format!(
                "the styles of {count} operations differ {styles:.2} times"
            ));
        }
        let first = first.get_or_insert(each);
        for (subject, (now, before)) in SUBJECTS.iter().zip(each.iter().zip(first.iter())).take(2) {
            if now / before > GROWTH {
                wrong.push(format!(
                    "{subject}: each of {count} operations takes {:.2} times as long as of 10",
                    now / before
                ));
            }
        }
        report(count, each);
    }
    for message in &wrong {
        eprintln!("error: {message}");
    }
    if wrong.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

/// The same operations for each subject.
struct Documents {
    block: String,
    json: String,
    lowered: String,
}

impl Documents {
    fn new(count: u32) -> Self {
        let block = documents::document(count);
        Self {
            json: documents::as_json(&block),
            lowered: documents::lowered(count).to_string(),
            block,
        }
    }

    fn generate(&self, subject: usize) {
        let ours = |text: &str| {
            let document = Document::parse("scale.yaml", text).expect("readable");
            black_box(generate(&document, &Layout::folder("scale".as_ref())).expect("generated"));
        };
        match subject {
            0 => ours(&self.block),
            1 => ours(&self.json),
            _ => drop(black_box(documents::progenitor(&self.lowered))),
        }
    }
}

/// The microseconds of CPU for each operation, of each subject.
fn measure(count: u32) -> [f64; 3] {
    let documents = Documents::new(count);
    // The clock of a thread ticks too slowly for one small document.
    let times = 1_000 / count;
    let mut least = [Duration::MAX; 3];
    for _ in 0..ROUNDS {
        for (subject, least) in least.iter_mut().enumerate() {
            let start = Clock::now();
            for _ in 0..times {
                documents.generate(subject);
            }
            *least = (*least).min(start.elapsed());
        }
    }
    least.map(|time| time.as_secs_f64() * 1e6 / f64::from(count * times))
}

/// The CPU time of this thread where Linux tells it, else the time that passes.
enum Clock {
    Cpu(Duration),
    Wall(Instant),
}

impl Clock {
    fn now() -> Self {
        cpu().map_or_else(|| Self::Wall(Instant::now()), Self::Cpu)
    }

    fn elapsed(&self) -> Duration {
        match self {
            Self::Cpu(start) => cpu().unwrap_or(*start).saturating_sub(*start),
            Self::Wall(start) => start.elapsed(),
        }
    }
}

fn cpu() -> Option<Duration> {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    let nanoseconds = text.split(' ').next()?.parse().ok()?;
    Some(Duration::from_nanos(nanoseconds))
}

fn report(count: u32, each: [f64; 3]) {
    let figure = format!("codegen, for each of {count} operations");
    for (subject, microseconds) in SUBJECTS.iter().zip(each) {
        figures::record(&figure, subject, "µs", [microseconds; 3]);
    }
}
