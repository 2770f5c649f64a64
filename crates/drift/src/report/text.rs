//! Text for a terminal: short, or with excerpts of both sides.

use std::fmt::Write;

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};

use super::Report;
use crate::compare::{Source, Wire};
use crate::finding::{Finding, Side};

/// The lines of a report that was not asked for in full.
const MAX_LINES: usize = 40;

/// The notes among them.
const MAX_NOTES: usize = 8;

/// Counts first, then the findings, the worst first.
pub(super) fn render(report: &Report) -> String {
    let mut out = format!("{}: {}\n", report.title, report.summary());
    let notes = if report.full {
        report.notes.len()
    } else {
        MAX_NOTES.min(report.notes.len())
    };
    for note in &report.notes[..notes] {
        let _ = writeln!(out, "note: {}", note.replace('\n', " "));
    }
    if notes < report.notes.len() {
        let more = report.notes.len() - notes;
        let _ = writeln!(out, "note: and {more} more, which `--full` shows");
    }
    if report.full {
        for finding in report.open() {
            let _ = writeln!(out, "\n{}", one(report, finding));
        }
        return out;
    }
    let mut left = report.open().count();
    let mut lines = out.lines().count();
    let mut last = None;
    for finding in report.open() {
        let mut text = String::new();
        let title = group(finding);
        if last != Some(title) {
            let _ = writeln!(text, "\n{title}");
        }
        text.push_str(&short(finding));
        let more = text.lines().count();
        // The last line says how to see the rest.
        if lines + more > MAX_LINES - 1 {
            break;
        }
        last = Some(title);
        lines += more;
        left -= 1;
        out.push_str(&text);
    }
    if left > 0 {
        let _ = writeln!(
            out,
            "and {left} more: `--full` shows all of them, with excerpts"
        );
    }
    out
}

/// The heading that a finding stands under.
fn group(finding: &Finding) -> &'static str {
    match (finding.overall(), finding.source) {
        (Wire::Breaking, _) => "BREAKING",
        (Wire::Behaviour, _) => "BEHAVIOUR",
        (Wire::Review, _) => "TO DECIDE",
        (Wire::Compatible, _) => "COMPATIBLE",
        (Wire::None, Source::None) => "DOCUMENTATION ONLY",
        (Wire::None, _) => "RUST ONLY",
    }
}

/// What was found, where, and what to do.
fn short(finding: &Finding) -> String {
    let mut text = format!("  {}\n", finding.text);
    let mut places: Vec<String> = finding.places.clone();
    let document = finding.document.iter().chain(&finding.old).map(Side::place);
    places.extend(
        document
            .filter(|place| !places.contains(place))
            .collect::<Vec<_>>(),
    );
    let _ = writeln!(
        text,
        "    {}, wire {}, Rust {} [{}]",
        some(&places),
        finding.wire,
        finding.source,
        finding.fingerprint
    );
    let _ = writeln!(text, "    {}", finding.fix);
    text
}

fn one(report: &Report, finding: &Finding) -> String {
    let level = match finding.overall() {
        Wire::Breaking => Level::ERROR,
        Wire::Behaviour | Wire::Review => Level::WARNING,
        Wire::None | Wire::Compatible => Level::NOTE,
    };
    let mut group = Group::with_title(level.primary_title(&finding.text));
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
                    side.place(),
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
