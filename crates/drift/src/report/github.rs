//! Workflow commands that become annotations on GitHub.

use std::fmt::Write;

use super::Report;
use crate::compare::Wire;

pub(super) fn render(report: &Report) -> String {
    let mut out = String::new();
    for finding in report.open() {
        let level = match finding.overall() {
            Wire::Breaking => "error",
            Wire::Behaviour | Wire::Review => "warning",
            Wire::None | Wire::Compatible => "notice",
        };
        // An annotation can only stand in a file of the repository, which a page is not.
        let sides = [&finding.new, &finding.document, &finding.old];
        let side = sides
            .into_iter()
            .flatten()
            .find(|side| side.pointer.is_some());
        let mut properties = Vec::new();
        if let Some(side) = side {
            properties.push(format!("file={}", property(&side.file)));
            properties.extend(side.line.map(|line| format!("line={line}")));
        }
        properties.push(format!(
            "title={}",
            property(&format!("drift: {}", finding.overall()))
        ));
        let text = format!(
            "{} [wire {}, source {}] {} ({})",
            finding.text, finding.wire, finding.source, finding.fix, finding.fingerprint
        );
        let _ = writeln!(
            out,
            "::{level} {}::{}",
            properties.join(","),
            message(&text)
        );
    }
    let _ = writeln!(out, "::notice title=drift::{}", message(&report.summary()));
    out
}

/// Escapes what would end a message.
fn message(text: &str) -> String {
    text.replace('%', "%25")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
}

/// Escapes what would end a property.
fn property(text: &str) -> String {
    message(text).replace(':', "%3A").replace(',', "%2C")
}
