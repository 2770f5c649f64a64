//! Markdown for a pull request, grouped by verdict.

use std::fmt::Write;

use super::Report;
use super::text::some;
use crate::compare::Wire;
use crate::finding::Finding;

pub(super) fn render(report: &Report) -> String {
    let mut out = format!(
        "## {}\n\n{}.\n",
        escaped(&report.title),
        capital(&report.summary())
    );
    let groups = [
        (Wire::Breaking, "Breaking"),
        (Wire::Behaviour, "Other behaviour"),
        (Wire::Review, "To be decided"),
        (Wire::Compatible, "Compatible"),
        (Wire::None, "Documentation only"),
    ];
    for (overall, title) in groups {
        let found: Vec<&Finding> = report
            .open()
            .filter(|finding| finding.overall() == overall)
            .collect();
        if found.is_empty() {
            continue;
        }
        let _ = write!(
            out,
            "\n### {title}\n\n| what | wire | source | concerns | where |\n| --- | --- | --- | --- | --- |\n"
        );
        for finding in &found {
            let places = finding.sides().map(|side| format!("`{}`", side.place()));
            let places: Vec<String> = places.collect();
            let _ = writeln!(
                out,
                "| {} | {} | {} | {} | {} |",
                cell(&finding.text),
                finding.wire,
                finding.source,
                cell(&some(&finding.subjects)),
                cell(&places.join(" → "))
            );
        }
        let _ = write!(out, "\n<details><summary>What to do</summary>\n\n");
        for finding in found {
            let _ = writeln!(
                out,
                "- `{}`: {}",
                finding.fingerprint,
                escaped(&finding.fix)
            );
            for (name, list) in [("Rust", &finding.rust), ("snapshots", &finding.snapshots)] {
                if !list.is_empty() {
                    let _ = writeln!(out, "  - {name}: `{}`", list.join("`, `"));
                }
            }
            if let Some(policy) = &finding.policy {
                let _ = writeln!(out, "  - {}", escaped(policy));
            }
        }
        out.push_str("\n</details>\n");
    }
    for note in &report.notes {
        let _ = write!(out, "\n{}.\n", escaped(note));
    }
    out
}

fn escaped(text: &str) -> String {
    text.replace('<', "&lt;").replace('\n', " ")
}

fn cell(text: &str) -> String {
    escaped(text).replace('|', "\\|")
}

fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(chars).collect()
    })
}
