//! One HTML page without anything outside of it.

use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::Report;
use crate::compare::Wire;
use crate::finding::{Finding, Side};

const STYLE: &str = include_str!("report.css");
const SCRIPT: &str = include_str!("report.js");

pub(super) fn render(report: &Report) -> String {
    let wires = [
        Wire::Breaking,
        Wire::Behaviour,
        Wire::Review,
        Wire::Compatible,
        Wire::None,
    ];
    let count = |wire: Wire| {
        report
            .findings
            .iter()
            .filter(|finding| finding.overall() == wire)
            .count()
    };
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (report.title) }
                style { (PreEscaped(STYLE)) }
            }
            body {
                header {
                    h1 { (report.title) }
                    p.summary { (report.summary()) }
                    @for note in &report.notes { p.note { (note) } }
                    form.filters role="search" {
                        @for wire in wires {
                            label.chip.(wire.word()) {
                                input type="checkbox" name="verdict" value=(wire.word()) checked;
                                (word(wire)) " " b { (count(wire)) }
                            }
                        }
                        label.chip {
                            input type="checkbox" name="accepted";
                            "accepted"
                        }
                        input type="search" name="text" placeholder="operation, page, item, fingerprint" aria-label="Filter";
                        output name="shown" {}
                    }
                }
                main {
                    @for finding in &report.findings { (one(report, finding)) }
                    @if report.findings.is_empty() { p.empty { "Nothing to report." } }
                    p.unfitting hidden { "No finding fits the filters." }
                }
                script { (PreEscaped(SCRIPT)) }
            }
        }
    };
    page.into_string()
}

fn word(wire: Wire) -> &'static str {
    match wire {
        Wire::None => "documentation only",
        other => other.word(),
    }
}

fn one(report: &Report, finding: &Finding) -> Markup {
    let overall = finding.overall().word();
    let accepted = finding.accepted.is_some();
    html! {
        article.finding.(overall) id=(finding.fingerprint) data-verdict=(overall) data-accepted[accepted] {
            h2 { (words(&finding.text)) }
            p.verdicts {
                span.badge.(finding.wire.word()) { "wire " (finding.wire) }
                span.badge.(finding.source.as_wire().word()) { "source " (finding.source) }
                span.badge { "docs " (if finding.docs { "yes" } else { "no" }) }
                a href={ "#" (finding.fingerprint) } { (finding.fingerprint) }
            }
            div.sides {
                (view(report, finding.old.as_ref(), "Before", "old"))
                @if finding.new.is_some() || finding.document.is_none() {
                    (view(report, finding.new.as_ref(), "Now", "new"))
                }
                @if let Some(side) = &finding.document { (view(report, Some(side), "In the document", "document")) }
            }
            p.fix { (words(&finding.fix)) }
            @if let Some(policy) = &finding.policy { p.policy { (words(policy)) } }
            @if let Some(accepted) = &finding.accepted {
                p.acceptance { "Accepted on " (accepted.date) ": " (accepted.reason) }
            }
            div.lists {
                @for (name, list) in [("Concerns", &finding.subjects), ("Rust", &finding.rust), ("Snapshots", &finding.snapshots)] {
                    @if !list.is_empty() {
                        details open[list.len() <= 4] {
                            summary { (name) " (" (list.len()) ")" }
                            ul { @for item in list { li { code { (item) } } } }
                        }
                    }
                }
            }
        }
    }
}

/// What is between back quotes is code.
fn words(text: &str) -> Markup {
    html! {
        @for (index, part) in text.split('`').enumerate() {
            @if index % 2 == 1 { code { (part) } } @else { (part) }
        }
    }
}

fn view(report: &Report, side: Option<&Side>, title: &str, class: &str) -> Markup {
    html! {
        section.side.(class) {
            h3 { (title) @if let Some(side) = side { " " span.place { (side.place()) } } }
            @match side.map(|side| (side, report.excerpt(side, 3))) {
                None => p.nothing { "nothing" },
                Some((side, None)) => pre { span.line.hit { (side.value) } },
                Some((side, Some((first, lines)))) => {
                    pre {
                        @for (index, line) in lines.iter().enumerate() {
                            span.line.hit[Some(first + index) == side.line] {
                                span.number { (first + index) }
                                (line.trim_end())
                            }
                        }
                    }
                }
            }
        }
    }
}
