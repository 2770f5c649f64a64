//! Edits that change nothing: a page after one says what it said before.

use std::collections::BTreeMap;

use pingone_drift::{Form, Kind, Page, Topic, contradictions};

use crate::mutation::{edited, mutations};
use crate::render::{Style, render};
use crate::{documentation, invented, read, said};

/// Every page at hand in every form.
pub(crate) fn pages() -> Vec<(String, Form, String)> {
    let real = documentation::pages()
        .into_iter()
        .map(|(expected, text)| (expected.file, text));
    let invented = [("invented", invented::SPACED.to_owned())];
    let mut pages = Vec::new();
    for (name, text) in real.chain(invented) {
        let page = read(&text);
        for form in Form::ALL {
            let text = if form == page.form {
                text.clone()
            } else {
                render(&page, Style::plain(form))
            };
            pages.push((name.to_owned(), form, text));
        }
    }
    pages
}

fn compared(page: &Page) -> (Vec<(Kind, String, String)>, Vec<Topic>) {
    let facts = said(page)
        .into_iter()
        .filter(|(kind, ..)| !matches!(kind, Kind::CanonicalUrl | Kind::PageId))
        .collect();
    let disagreements = contradictions(page)
        .into_iter()
        .map(|found| found.about)
        .collect();
    (facts, disagreements)
}

#[test]
fn edits_that_change_nothing_change_no_fact() {
    let mut runs: BTreeMap<String, usize> = BTreeMap::new();
    let pages = pages();
    let all = mutations().into_iter();
    for mutation in all.filter(|mutation| mutation.name.starts_with("noop-")) {
        let count = runs.entry(mutation.name.clone()).or_default();
        for (name, form, text) in &pages {
            let page = read(text);
            let mutants: Vec<String> = if mutation.rendition {
                let others = Form::ALL.into_iter().filter(|other| other != form);
                others
                    .map(|other| render(&page, Style::plain(other)))
                    .collect()
            } else {
                edited(&mutation.edits, Some(*form), text)
                    .into_iter()
                    .collect()
            };
            for mutant in mutants {
                *count += 1;
                let mutant = read(&mutant);
                assert_eq!(
                    compared(&mutant),
                    compared(&page),
                    "{} on {name} as {form:?}",
                    mutation.name
                );
            }
        }
    }
    assert_eq!(runs.len(), 14, "the catalogue has fourteen: {runs:?}");
    assert!(
        runs.values().all(|count| *count > 0),
        "each has to fit a page: {runs:?}"
    );
    println!("{} runs: {runs:?}", runs.values().sum::<usize>());
}
