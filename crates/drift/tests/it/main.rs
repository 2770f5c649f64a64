//! The reader of pages, tried on real and invented pages in every form.

mod agreement;
mod catalogue;
mod contradictory;
mod documentation;
mod hostile;
mod invented;
mod mechanical;
mod mutation;
mod noop;
mod render;
mod report;
mod scaffold;
mod site;

use std::collections::BTreeSet;
use std::path::Path;

use pingone_drift::{Kind, Page};

/// What a page says, without the lines that say it.
fn said(page: &Page) -> BTreeSet<(Kind, String, String)> {
    page.facts()
        .into_iter()
        .map(|fact| (fact.kind, fact.name, fact.value))
        .collect()
}

/// A file beside the document.
fn spec(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../spec")
        .join(name);
    std::fs::read_to_string(path).expect("the file is there")
}

/// Reads a page that has to be understood to its last line.
#[track_caller]
fn read(text: &str) -> Page {
    let page = Page::read(text.as_bytes()).expect("the page can be read");
    let unknown: Vec<_> = page.unknown_lines().collect();
    assert!(
        unknown.is_empty(),
        "unknown lines in:\n{text}\n{unknown:#?}"
    );
    page
}
