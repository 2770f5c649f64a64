//! A page that no one published, in each form: for where the real ones are not at hand.

use pingone_drift::{Form, Kind, LineKind, Page, contradictions};

use crate::render::{Style, render};
use crate::{read, said};

pub(crate) const SPACED: &str = include_str!("pages/spaced.txt");
pub(crate) const TIGHT: &str = include_str!("pages/tight.txt");
pub(crate) const MARKDOWN: &str = include_str!("pages/page.md");

/// The form of each text of the page.
pub(crate) const FORMS: [(Form, &str); 3] = [
    (Form::SpacedText, SPACED),
    (Form::TightText, TIGHT),
    (Form::Markdown, MARKDOWN),
];

/// What the spaced text says, but for its sentences.
const FACTS: &str = "
title = Extend a Loan
method = PUT
host = apiPath
base-path =
path = /shelves/{shelfID}/loans/{loanID}
media-type = application/vnd.example.loan.extend+json
header Authorization = Bearer
header X-Branch = north
property-type days = Integer
property-type note = String
property-type reader.id = String
property-type renew = Boolean
property-required days = Optional
property-required note = Optional
property-required reader.id = Required
property-required renew = Required if overdue
body days = integer
body note = string
body reader.id = string variable
body renew = boolean
response-status = 200
response _links.self.href = string uri
response _links.shelf.href = string uri
response dueAt = string date-time
response id = string uuid
response loan.status = `LOAN_EXTENDED`
response readers[].name = string
prose-media-type = application/vnd.example.loan.extend+json
prose-operation = PUT {{apiPath}}/shelves/{shelfID}/loans/{loanID}
property = loan.status
required-attribute = days
required-attribute = renew
status = LOAN_EXTENDED
lifetime = 10 minutes
attempts = 3 attempts
code-shape = 6 alphanumeric case-sensitive
";

fn listed(page: &Page) -> String {
    let mut text = String::from("\n");
    for fact in page.facts() {
        if !matches!(fact.kind, Kind::Statement | Kind::Precondition) {
            let line = format!("{} {} = {}", fact.kind, fact.name, fact.value);
            text.push_str(line.replace("  ", " ").trim_end());
            text.push('\n');
        }
    }
    text
}

#[test]
fn spaced_text_is_understood_to_the_last_line() {
    let page = read(SPACED);
    assert_eq!(page.form, Form::SpacedText);
    assert_eq!(listed(&page), FACTS);
    assert_eq!(page.samples.len(), 11);
    assert_eq!(contradictions(&page), []);
}

#[test]
fn tight_text_says_no_more_than_is_left_of_it() {
    let page = read(TIGHT);
    assert_eq!(page.form, Form::TightText);
    let (all, left) = (said(&read(SPACED)), said(&page));
    assert!(left.is_subset(&all), "{:#?}", left.difference(&all));
    let lost: Vec<Kind> = all.difference(&left).map(|(kind, ..)| *kind).collect();
    assert_eq!(lost.len(), 8, "two facts for each of four names: {lost:?}");
    assert_eq!(contradictions(&page), []);
}

#[test]
fn markdown_says_what_spaced_text_says_and_where_it_is() {
    let page = read(MARKDOWN);
    assert_eq!(page.form, Form::Markdown);
    let (text, markdown) = (said(&read(SPACED)), said(&page));
    let more: Vec<String> = markdown
        .difference(&text)
        .filter(|(kind, ..)| !matches!(kind, Kind::Statement | Kind::Precondition))
        .map(|(kind, _, value)| format!("{kind} {value}"))
        .collect();
    let expected = [
        "canonical-url https://books.example.com/docs/extend-loan.html",
        "page-id example:library:loans/extend-loan",
        "base-path /v1",
        "status LOAN_OVERDUE",
    ];
    assert_eq!(more, expected);
    assert_eq!(contradictions(&page), []);
}

#[test]
fn facts_carry_the_line_that_says_them() {
    for (form, text) in FORMS {
        let page = read(text);
        for fact in page.facts() {
            let line = page.line(fact.line);
            let shown = match fact.kind {
                Kind::Path => "/loans/{{loanID}}",
                Kind::Header => fact.name.as_str(),
                Kind::Lifetime => "ten minutes",
                Kind::Response if fact.name == "loan.status" => "LOAN_EXTENDED",
                Kind::Body if fact.name == "reader.id" => "{{readerID}}",
                Kind::ResponseStatus => "200 OK",
                Kind::Status => fact.value.as_str(),
                _ => continue,
            };
            assert!(line.contains(shown), "{form:?}: {fact:?} on `{line}`");
            assert_eq!(
                page.line_kind(fact.line),
                Some(LineKind::Fact),
                "{form:?}: {fact:?}"
            );
        }
    }
}

#[test]
fn a_rendition_says_what_the_page_says() {
    for (from, text) in FORMS {
        let page = read(text);
        for form in Form::ALL {
            let twin = read(&render(&page, Style::plain(form)));
            let comparable = |page: &Page| {
                let mut said = said(page);
                said.retain(|(kind, ..)| !matches!(kind, Kind::CanonicalUrl | Kind::PageId));
                said
            };
            assert_eq!(comparable(&twin), comparable(&page), "{from:?} as {form:?}");
        }
    }
}
