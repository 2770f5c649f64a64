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

/// The pages in their newest form, in which `/v1` is a part of each path.
fn newest(older: &[(String, Page)], ledger: &Ledger) -> Vec<Page> {
    let style = Style {
        form: Form::Markdown,
        lossy: false,
        newer: true,
    };
    let newest = |(file, page): &(String, Page)| {
        let record = ledger.pages.iter().find(|record| record.file == *file);
        let url = &record.expect("the page is on record").url;
        let text = render(page, style).replace("https://docs.example.com/page.html", url);
        Page::read(text.as_bytes()).expect("the page can be read")
    };
    older.iter().map(newest).collect()
}

/// The newest form of recorded pages is one finding about documentation, whatever the files are called.
#[track_caller]
fn check_newest(older: Vec<(String, Page)>, specification: &Specification, moved: usize) {
    let ledger = Ledger::of(&older, specification);
    assert_eq!(
        ledger.pages.len(),
        older.len(),
        "the document knows each page"
    );
    let known = check_pages(&older, &ledger, specification);
    let count = older.len();
    let same = |at: usize| older[at].0.clone();
    let other = |at: usize| format!("page-{at}.md");
    let swapped = |at: usize| older[(at + 1) % count].0.clone();
    let names: [&dyn Fn(usize) -> String; 3] = [&same, &other, &swapped];
    for name in names {
        let pages = newest(&older, &ledger).into_iter().enumerate();
        let newer: Vec<(String, Page)> = pages.map(|(at, page)| (name(at), page)).collect();
        let mut found = check_pages(&newer, &ledger, specification);
        // What a page says of itself stays what it was, on another line.
        found.retain(|finding| {
            let same = |known: &Finding| known.rule == finding.rule;
            !known.iter().any(same)
        });
        let rules: Vec<&str> = found.iter().map(|finding| finding.rule.as_str()).collect();
        assert_eq!(rules, ["base-path-changed"], "{}: {found:#?}", name(0));
        assert_eq!((found[0].wire, found[0].source), (Wire::None, Source::None));
        assert_eq!(found[0].subjects.len(), moved, "{:?}", found[0].subjects);
    }
}

#[test]
fn the_newest_form_of_the_pages_is_one_finding_about_documentation() {
    let older = pages();
    if older.is_empty() {
        return;
    }
    assert_eq!(Ledger::of(&older, &specification()), ledger());
    // Three pages are about the platform, two about the authentication server.
    check_newest(older, &specification(), 3);
}

#[test]
fn the_newest_form_of_invented_pages_is_one_finding_about_documentation() {
    let extend = crate::invented::SPACED;
    let end = extend
        .replace("loan.extend+json", "loan.end+json")
        .replace("Extend a Loan", "End a Loan");
    let read = |text: &str| Page::read(text.as_bytes()).expect("the page can be read");
    let mut end = read(&end);
    (end.body, end.properties, end.raw_media_type) = (None, None, None);
    for sample in &mut end.samples {
        sample.body = None;
    }
    let end = render(&end, Style::plain(Form::SpacedText));
    let older = [("extend.txt", extend), ("end.txt", end.as_str())];
    let older = older.map(|(file, text)| (file.to_owned(), read(text)));
    let library = crate::catalogue::specification(crate::catalogue::LIBRARY);
    check_newest(older.into(), &library.expect("it is accepted"), 2);
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
