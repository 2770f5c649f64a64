//! What comparing costs: 1,000 operations of which 50 have changed, and 500 pages.
//!
//! `cargo bench -p pingone-drift --bench scale` prints one line for each, and fails when one takes a second of CPU or more.
//! All of it runs on one thread. Where the system does not tell its CPU time (not Linux), the time on the clock counts.

use std::fmt::Write as _;
use std::hint::black_box;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use pingone_codegen::Document;
use pingone_drift::{Ledger, Page, Specification, check_pages, compare_documents};

#[path = "../../../tests/benches/figures/mod.rs"]
mod figures;

const OPERATIONS: usize = 1_000;
const CHANGES: usize = 50;
const PAGES: usize = 500;
/// What each comparison may take.
const LIMIT: Duration = Duration::from_secs(1);

fn main() -> ExitCode {
    let (old, new) = (document(0), document(CHANGES));
    let mut fast = report("1,000 operations with 50 changes", "YAML", || {
        compare(&old, &new)
    });
    let as_json = |text: &str| {
        let document = Document::parse("scale.yaml", text).expect("it is YAML");
        document.root().to_string()
    };
    let (old, new) = (as_json(&old), as_json(&new));
    fast &= report("1,000 operations with 50 changes", "JSON", || {
        compare(&old, &new)
    });
    let specification = specification(&document(0));
    let text = include_str!("../tests/it/pages/page.md");
    let texts: Vec<String> = (0..PAGES).map(|number| page(text, number)).collect();
    let ledger = Ledger::of(&read(&texts), &specification);
    assert_eq!(ledger.pages.len(), PAGES, "the document has every page");
    fast &= report("500 pages", "Markdown", || {
        check_pages(&read(&texts), &ledger, &specification).len()
    });
    if fast {
        return ExitCode::SUCCESS;
    }
    eprintln!(
        "error: a comparison took {LIMIT:?} of CPU or more; profile it before accepting the change"
    );
    ExitCode::FAILURE
}

/// The time that this thread has run on a CPU.
fn cpu_time(start: Instant) -> Duration {
    let spent = std::fs::read_to_string("/proc/thread-self/schedstat").ok();
    let spent = spent.and_then(|text| text.split(' ').next()?.parse().ok());
    spent.map_or_else(|| start.elapsed(), Duration::from_nanos)
}

/// Prints the fastest of three runs, and how many findings there are; returns whether it was fast enough.
fn report(figure: &str, subject: &str, run: impl Fn() -> usize) -> bool {
    let mut fastest = Duration::MAX;
    let mut found = 0;
    let start = Instant::now();
    for _ in 0..3 {
        let before = cpu_time(start);
        found = black_box(run());
        fastest = fastest.min(cpu_time(start) - before);
    }
    println!("{figure:<34}  {subject:<8}  {fastest:>9.1?}  {found} findings");
    let took = fastest.as_secs_f64() * 1e3;
    figures::record(&format!("drift, {figure}"), subject, "ms", [took; 3]);
    fastest < LIMIT
}

fn specification(text: &str) -> Specification {
    let document = Document::parse("scale.yaml", text).expect("it is YAML");
    Specification::new(document).expect("the generator accepts it")
}

fn compare(old: &str, new: &str) -> usize {
    let found = compare_documents(&specification(old), &specification(new), &[]);
    assert!(found.len() >= CHANGES, "every change is found");
    found.len()
}

fn read(texts: &[String]) -> Vec<(String, Page)> {
    let pages = texts.iter().enumerate();
    pages
        .map(|(number, text)| {
            let page = Page::read(text.as_bytes()).expect("the page can be read");
            (format!("{number}.md"), page)
        })
        .collect()
}

/// The page of one of the operations.
fn page(text: &str, number: usize) -> String {
    text.replace("Extend a Loan", &format!("Extend Loan {number}"))
        .replace("/shelves/", &format!("/shelves{number}/"))
        .replace("extend-loan", &format!("extend-loan-{number}"))
}

/// Operations with a body and an answer of their own; in the first ones a number of days has become a text.
fn document(changes: usize) -> String {
    let mut text = String::from(
        "openapi: 3.0.3\ninfo: { title: Scale, version: 1.0.0 }\n\
         servers: [{ x-name: platform, url: 'https://scale.example/v1' }]\npaths:\n",
    );
    let mut schemas = String::from("components:\n  schemas:\n");
    for number in 0..OPERATIONS {
        let kind = if number < changes {
            "string"
        } else {
            "integer"
        };
        let _ = write!(
            text,
            "  /shelves{number}/{{shelfId}}/loans/{{loanId}}:\n    put:\n      operationId: group{number}\n      \
             parameters:\n        - {{ name: shelfId, in: path, required: true, schema: {{ type: string }} }}\n        \
             - {{ name: loanId, in: path, required: true, schema: {{ type: string }} }}\n      \
             requestBody:\n        content:\n          application/vnd.example.loan.extend+json:\n            \
             x-operation-id: extend{number}\n            x-summary: Extend.\n            x-effect: changes-state\n            \
             schema: {{ $ref: '#/components/schemas/Extension{number}' }}\n      \
             responses:\n        '200':\n          description: Done.\n          content:\n            \
             application/json:\n              schema: {{ $ref: '#/components/schemas/Loan{number}' }}\n"
        );
        let _ = write!(
            schemas,
            "    Extension{number}: {{ type: object, required: [days], properties: {{ days: {{ type: {kind} }}, note: {{ type: string }} }} }}\n    \
             Loan{number}: {{ type: object, required: [id], properties: {{ id: {{ type: string }}, at: {{ type: string }} }} }}\n"
        );
    }
    text + &schemas
}
