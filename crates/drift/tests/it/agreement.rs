//! The pages, the ledger and the document agree.

use pingone_codegen::Document;
use pingone_drift::{
    Decisions, Finding, Form, Ledger, LedgerError, Page, Scope, Source, Specification, Wire,
    check_pages, compare_documents,
};

use crate::documentation;
use crate::render::{Style, render};
use crate::spec;

fn specification() -> Specification {
    let document = Document::parse("spec/pingone.yaml", spec("pingone.yaml")).expect("it is YAML");
    Specification::new(document).expect("it is accepted")
}

fn ledger() -> Ledger {
    Ledger::parse(&spec("docs.lock")).expect("the ledger can be read")
}

fn pages() -> Vec<(String, Page)> {
    let pages = documentation::pages().into_iter();
    let read = |text: String| Page::read(text.as_bytes()).expect("the page can be read");
    pages
        .map(|(expected, text)| (expected.file.to_owned(), read(text)))
        .collect()
}

#[test]
fn the_pages_agree_with_the_document_but_for_what_is_accepted_with_a_reason() {
    let pages = pages();
    if pages.is_empty() {
        return;
    }
    let mut findings = check_pages(&pages, &ledger(), &specification());
    let decisions = Decisions::parse(&spec("drift-accepted.toml")).expect("it can be read");
    let errors = decisions.apply(Scope::Pages, &mut findings, "2026-01-01");
    assert!(errors.is_empty(), "{errors:?}");
    let open: Vec<&Finding> = findings
        .iter()
        .filter(|finding| finding.accepted.is_none())
        .collect();
    assert!(open.is_empty(), "{open:#?}");
}

#[test]
fn the_document_leaves_no_decision_open() {
    let text = spec("pingone.yaml");
    let open: Vec<&str> = text
        .lines()
        .filter(|line| line.contains("# TODO"))
        .collect();
    assert!(
        open.is_empty(),
        "decide, and take the comment away: {open:#?}"
    );
}

#[test]
fn a_contradiction_keeps_its_fingerprint_when_lines_move() {
    let text = crate::invented::SPACED.replacen(
        "raw ( application/vnd.example",
        "raw ( application/vnd.other",
        1,
    );
    let moved = text.replacen("\n\n", "\n\n\n\n", 1);
    let fingerprints = |text: &str| -> Vec<String> {
        let page = Page::read(text.as_bytes()).expect("the page can be read");
        let found = check_pages(
            &[("page".to_owned(), page)],
            &Ledger::default(),
            &specification(),
        );
        let own = found
            .into_iter()
            .filter(|finding| finding.rule == "page-media-type-found");
        own.map(|finding| finding.fingerprint).collect()
    };
    assert_eq!(fingerprints(&text).len(), 1);
    assert_eq!(fingerprints(&moved), fingerprints(&text));
}

#[test]
fn the_ledger_is_what_the_pages_say() {
    let pages = pages();
    if !pages.is_empty() {
        assert_eq!(
            Ledger::of(&pages, &specification()).to_text(),
            spec("docs.lock")
        );
    }
}

#[test]
fn the_newer_generation_of_the_pages_is_one_finding_about_documentation() {
    let older = pages();
    if older.is_empty() {
        return;
    }
    let style = |page: &Page| Style {
        // Tight text has lost what Markdown would say, so that it stays what it is.
        form: if page.form == Form::TightText {
            page.form
        } else {
            Form::Markdown
        },
        lossy: false,
        newer: true,
    };
    let address = |page: &Page, url: &str| {
        let text = render(page, style(page)).replace("https://docs.example.com/page.html", url);
        let text = text.replace("page_id: pingone-api:example:page\n", "");
        Page::read(text.as_bytes()).expect("the page can be read")
    };
    let (ledger, specification) = (ledger(), specification());
    let newer: Vec<(String, Page)> = older
        .iter()
        .map(|(file, page)| {
            let record = ledger.pages.iter().find(|record| record.file == *file);
            (
                file.clone(),
                address(page, &record.expect("the page is on record").url),
            )
        })
        .collect();
    let known = check_pages(&older, &ledger, &specification);
    let mut found = check_pages(&newer, &ledger, &specification);
    // What a page says of itself stays what it was, on another line.
    found.retain(|finding| {
        !known.iter().any(|known| known.rule == finding.rule)
            && !finding.rule.starts_with("page-address")
    });
    let rules: Vec<&str> = found.iter().map(|finding| finding.rule.as_str()).collect();
    assert_eq!(rules, ["base-path-changed"], "{found:#?}");
    assert_eq!((found[0].wire, found[0].source), (Wire::None, Source::None));
    assert_eq!(
        found[0].subjects.len(),
        3,
        "the pages of the platform: {:?}",
        found[0].subjects
    );
}

#[test]
fn a_document_does_not_differ_from_itself() {
    assert_eq!(
        compare_documents(&specification(), &specification(), &[]),
        []
    );
}

#[test]
fn a_ledger_that_was_edited_by_hand_is_refused() {
    let text = spec("docs.lock");
    let edited = text.replacen("\"POST\"", "\"PUT\"", 1);
    assert!(matches!(
        Ledger::parse(&edited),
        Err(LedgerError::Digest { .. })
    ));
    let strange = text.replacen("[\"method\"", "[\"methods\"", 1);
    assert!(matches!(
        Ledger::parse(&strange),
        Err(LedgerError::Kind { .. })
    ));
    assert!(matches!(Ledger::parse("[["), Err(LedgerError::Toml(_))));
}
