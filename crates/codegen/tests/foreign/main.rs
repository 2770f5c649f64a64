//! Documents that nobody here wrote: each is generated right or refused, and the generated code is compiled and called.
//!
//! The cases are in `tests/cases`; more cases and documents are read from `../shared`, beside the repository, where it
//! is present. What compiles generated code is ignored by default; `cargo xtask check --long` runs it.

mod case;
mod consumer;
mod documents;
mod plain;

use std::time::{Duration, Instant};

use case::{Case, Outcome, Wanted};
use consumer::Consumer;

#[test]
fn every_case_is_right_or_refused() {
    let mut wrong = Vec::new();
    for case in case::all() {
        let start = Instant::now();
        let outcome = case.generate("case".as_ref());
        let took = start.elapsed();
        if let Err(message) = case.judge(&outcome) {
            wrong.push(format!("{}: {message}", case.name));
        }
        if case
            .within
            .is_some_and(|seconds| took > Duration::from_secs(seconds))
        {
            wrong.push(format!("{}: took {took:?}", case.name));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

#[test]
fn the_ends_of_lines_do_not_matter() {
    for mut case in case::all().into_iter().filter(|case| case.within.is_none()) {
        let code = |case: &Case| match case.generate("case".as_ref()) {
            Outcome::Generated(outputs) => {
                let code = outputs
                    .into_iter()
                    .filter(|output| !output.path.ends_with("document.sha256"));
                code.map(|output| output.content).collect()
            }
            Outcome::Refused(text) => text,
        };
        let unix: String = code(&case);
        case.text = case.text.replace('\n', "\r\n");
        assert!(code(&case) == unix, "{} differs", case.name);
    }
}

#[test]
#[ignore = "compiles a crate; `cargo xtask check --long` runs it"]
fn what_is_generated_compiles_and_does_what_the_case_says() {
    let consumer = Consumer::new("cases");
    let mut count = 0;
    for case in case::all() {
        let folder = consumer.module(&case.name);
        if let Outcome::Generated(outputs) = case.generate(&folder) {
            consumer.write(&case.name, &outputs, &case.tests());
            count += 1;
        }
    }
    consumer.test();
    println!("{count} cases compile, and send and read what they want");
}

#[test]
#[ignore = "compiles a crate; `cargo xtask check --long` runs it"]
fn progenitor_alone_is_better_on_no_case() {
    plain::compare();
}

#[test]
#[ignore = "compiles a crate; `cargo xtask check --long` runs it"]
fn public_documents_compile_without_what_is_unsupported() {
    documents::check();
}

/// A refusal of a case that may be right: what the case wants of its words.
fn says(text: &str, words: &[String]) -> Option<String> {
    let lacking = words.iter().find(|word| !text.contains(word.as_str()))?;
    Some(format!("the refusal does not say `{lacking}`:\n{text}"))
}

/// Whether a refusal says where: file, line and column.
fn has_place(text: &str, file: &str) -> bool {
    text.lines().any(|line| {
        let Some((_, rest)) = line.split_once(&format!("{file}:")) else {
            return false;
        };
        let mut parts = rest.split(':');
        let mut number = || {
            parts
                .next()
                .is_some_and(|part| part.parse::<usize>().is_ok())
        };
        number() && number()
    })
}

impl Case {
    /// Whether the outcome is what the case wants.
    fn judge(&self, outcome: &Outcome) -> Result<(), String> {
        match (outcome, &self.wanted) {
            (Outcome::Generated(_), Wanted::Right | Wanted::RightOrRefused(_)) => Ok(()),
            (Outcome::Generated(_), Wanted::Refused(_)) => Err("is not refused".to_owned()),
            (Outcome::Refused(text), Wanted::Right) => Err(format!("is refused:\n{text}")),
            (Outcome::Refused(text), Wanted::Refused(words) | Wanted::RightOrRefused(words)) => {
                if !has_place(text, &self.file) {
                    return Err(format!("the refusal names no line and column:\n{text}"));
                }
                says(text, words).map_or(Ok(()), Err)
            }
        }
    }
}
