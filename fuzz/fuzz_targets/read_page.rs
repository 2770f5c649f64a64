//! The reader of documentation pages takes any bytes, and accounts for every line. `CONTRIBUTING.md` has the command.

#![no_main]

use libfuzzer_sys::fuzz_target;
use pingone_drift::{Page, contradictions};

fuzz_target!(|bytes: &[u8]| {
    let Ok(page) = Page::read(bytes) else { return };
    for fact in page.facts() {
        assert!((1..=page.line_count()).contains(&fact.line));
    }
    for contradiction in contradictions(&page) {
        assert!((1..=page.line_count()).contains(&contradiction.line));
    }
    assert!((1..=page.line_count()).all(|line| page.line_kind(line).is_some()));
});
