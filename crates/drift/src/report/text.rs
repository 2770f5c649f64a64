//! Text with excerpts, for a terminal.

use std::fmt::Write;

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};

use super::{Report, place};
use crate::compare::Wire;
use crate::finding::{Finding, Side};

pub(super) fn render(report: &Report) -> String {
    let mut out = String::new();
    for finding in report.open() {
        let _ = writeln!(out, "{}\n", one(report, finding));
    }
    for note in &report.notes {
        let _ = writeln!(out, "note: {note}");
    }
    let _ = writeln!(out, "{}: {}", report.title, report.summary());
    out
}

fn one(report: &Report, finding: &Finding) -> String {
    let level = match finding.overall() {
        Wire::Breaking => Level::ERROR,
        Wire::Behaviour | Wire::Review => Level::WARNING,
        Wire::None | Wire::Compatible => Level::NOTE,
    };
    let mut group = Group::with_title(level.primary_title(&finding.text).id(&finding.rule));
    let sides = [
        (&finding.old, "before"),
        (&finding.document, "in the document"),
        (&finding.new, "now"),
    ];
    for (side, label) in sides {
        let Some(side) = side else { continue };
        match span(report, side) {
            Some((text, start, end)) => {
                let kind = if label == "now" {
                    AnnotationKind::Primary
                } else {
                    AnnotationKind::Context
                };
                group = group.element(
                    Snippet::source(text)
                        .path(side.file.as_str())
                        .annotation(kind.span(start..end).label(label)),
                );
            }
            None => {
                group = group.element(Level::INFO.message(format!(
                    "{label}: {} `{}`",
                    place(side),
                    side.value
                )))
            }
        }
    }
    let verdicts = format!(
        "wire {}, source {}, docs {} [{}]",
        finding.wire,
        finding.source,
        if finding.docs { "yes" } else { "no" },
        finding.fingerprint
    );
    group = group.element(Level::NOTE.message(verdicts));
    for (name, list) in [
        ("concerns", &finding.subjects),
        ("rust", &finding.rust),
        ("snapshots", &finding.snapshots),
    ] {
        if !list.is_empty() {
            group = group.element(Level::NOTE.message(format!("{name}: {}", some(list))));
        }
    }
    if let Some(policy) = &finding.policy {
        group = group.element(Level::NOTE.message(policy.clone()));
    }
    group = group.element(Level::HELP.message(finding.fix.clone()));
    Renderer::plain().render(&[group])
}

/// The first few of a list, and how many there are more.
pub(super) fn some(list: &[String]) -> String {
    let shown = list.iter().take(4).cloned().collect::<Vec<_>>().join(", ");
    match list.len().saturating_sub(4) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}

/// The text of a side's file, and the bytes of its line without the blanks around it.
fn span<'a>(report: &'a Report, side: &Side) -> Option<(&'a str, usize, usize)> {
    let text = report.texts.get(&side.file)?;
    let mut start = 0;
    for (index, line) in text.split_inclusive('\n').enumerate() {
        if index + 1 == side.line? {
            let trimmed = line.trim();
            let start = start + (line.len() - line.trim_start().len());
            return (!trimmed.is_empty()).then_some((text, start, start + trimmed.len()));
        }
        start += line.len();
    }
    None
}
