//! A report of findings, and the forms in which it is written.

mod github;
mod html;
mod json;
mod junit;
mod markdown;
mod text;

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use schemars::JsonSchema;
use serde::Serialize;

use crate::compare::{Source, Wire};
use crate::finding::{Finding, Side};

pub use json::report_schema;

/// Everything that was found, with what is needed to show it.
#[derive(Debug, Clone, Default, Serialize, JsonSchema)]
pub struct Report {
    /// What was compared with what.
    pub title: String,
    /// The findings, the worst first.
    pub findings: Vec<Finding>,
    /// What else a reader should know.
    pub notes: Vec<String>,
    /// Whether text shows every finding, with excerpts; else it takes at most 40 lines.
    #[serde(skip)]
    pub full: bool,
    /// The texts that sides point into, by file.
    #[serde(skip)]
    pub texts: BTreeMap<String, String>,
}

/// The form of a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Format {
    /// Text with excerpts, for a terminal.
    Text,
    /// JSON as [`report_schema`] describes it.
    Json,
    /// Markdown for a pull request, grouped by verdict.
    Markdown,
    /// Workflow commands that become annotations on GitHub.
    GithubActions,
    /// JUnit XML, one test case for each finding.
    Junit,
    /// One HTML page without anything outside of it.
    Html,
}

impl Format {
    /// All forms with their names.
    pub const ALL: [(&'static str, Self); 6] = [
        ("text", Self::Text),
        ("json", Self::Json),
        ("markdown", Self::Markdown),
        ("githubactions", Self::GithubActions),
        ("junit", Self::Junit),
        ("html", Self::Html),
    ];
}

/// A name that is no form of a report.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no form of a report: use text, json, markdown, githubactions, junit or html")]
pub struct UnknownFormat(String);

impl FromStr for Format {
    type Err = UnknownFormat;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        let known = Self::ALL.iter().find(|(known, _)| *known == name);
        known
            .map(|(_, format)| *format)
            .ok_or_else(|| UnknownFormat(name.to_owned()))
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = Self::ALL.iter().find(|(_, format)| format == self);
        f.write_str(name.map_or("", |(name, _)| name))
    }
}

/// Why a report cannot be written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RenderError {
    /// The findings cannot be written as JSON.
    #[error("the report cannot be written as JSON")]
    Json(#[from] serde_json::Error),
    /// The findings cannot be written as XML.
    #[error("the report cannot be written as JUnit XML")]
    Junit(#[from] quick_junit::SerializeError),
}

impl Report {
    /// The findings that nobody has accepted.
    pub fn open(&self) -> impl Iterator<Item = &Finding> {
        self.findings
            .iter()
            .filter(|finding| finding.accepted.is_none())
    }

    /// Whether an open finding is at least this bad, by the worst of its verdicts.
    #[must_use]
    pub fn fails(&self, threshold: Wire) -> bool {
        self.open().any(|finding| finding.overall() >= threshold)
    }

    /// The part of the version that the open findings ask to be raised.
    #[must_use]
    pub fn bump(&self) -> &'static str {
        let decided = self.open().map(|finding| finding.source);
        let decided = decided.filter(|source| *source != Source::Review);
        match decided.max() {
            Some(Source::Major) => "major",
            Some(Source::Minor) => "minor",
            _ if self.open().next().is_some() => "patch",
            _ => "none",
        }
    }

    /// How many open findings may ask for a higher version than [`Report::bump`] says, when a person has decided.
    #[must_use]
    pub fn undecided(&self) -> usize {
        let open = self.open();
        open.filter(|finding| finding.source == Source::Review)
            .count()
    }

    /// One line: how many findings of which kind, and the version that they ask for.
    #[must_use]
    pub fn summary(&self) -> String {
        let count = |wire: Wire| self.open().filter(|finding| finding.wire == wire).count();
        let words = [
            Wire::Breaking,
            Wire::Behaviour,
            Wire::Review,
            Wire::Compatible,
        ];
        let mut parts: Vec<String> = words
            .into_iter()
            .filter(|wire| count(*wire) > 0)
            .map(|wire| format!("{} {wire}", count(wire)))
            .collect();
        if count(Wire::None) > 0 {
            parts.push(format!("{} without effect on the wire", count(Wire::None)));
        }
        let accepted = self.findings.len() - self.open().count();
        if accepted > 0 {
            parts.push(format!("{accepted} accepted"));
        }
        if parts.is_empty() {
            return "nothing to report".to_owned();
        }
        let mut summary = format!("{}; version bump: {}", parts.join(", "), self.bump());
        if self.undecided() > 0 {
            summary.push_str(&format!(" ({} to decide may raise it)", self.undecided()));
        }
        summary
    }

    /// The report in a form.
    ///
    /// # Errors
    /// When the form cannot hold what was found.
    pub fn render(&self, format: Format) -> Result<String, RenderError> {
        Ok(match format {
            Format::Text => text::render(self),
            Format::Json => json::render(self)?,
            Format::Markdown => markdown::render(self),
            Format::GithubActions => github::render(self),
            Format::Junit => junit::render(self)?,
            Format::Html => html::render(self),
        })
    }

    /// The lines around a side, with the number of the first one.
    fn excerpt(&self, side: &Side, around: usize) -> Option<(usize, Vec<&str>)> {
        let line = side.line?;
        let text = self.texts.get(&side.file)?;
        let first = line.saturating_sub(around).max(1);
        let lines: Vec<&str> = text
            .lines()
            .skip(first - 1)
            .take(line + around + 1 - first)
            .collect();
        (!lines.is_empty()).then_some((first, lines))
    }
}
