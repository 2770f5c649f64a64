//! What a comparison has found.

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::Serialize;

use crate::compare::{Rule, Source, Wire};
use crate::page::digest;

/// One side of a difference: a value and the place that says it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Side {
    /// The file.
    pub file: String,
    /// The line, from 1; absent where the value is on record without one.
    pub line: Option<usize>,
    /// The JSON pointer in the document.
    pub pointer: Option<String>,
    /// What is said.
    pub value: String,
}

impl Side {
    /// A place outside of the document.
    pub(crate) fn at(file: &str, line: Option<usize>, value: impl Into<String>) -> Self {
        Self {
            file: file.to_owned(),
            line,
            pointer: None,
            value: value.into(),
        }
    }

    /// `FILE:LINE`, or the file where no line is known.
    pub(crate) fn place(&self) -> String {
        match self.line {
            Some(line) => format!("{}:{line}", self.file),
            None => self.file.clone(),
        }
    }
}

/// Why a finding is not counted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Acceptance {
    /// The reason that a person gave.
    pub reason: String,
    /// The day on which it was given, as `YYYY-MM-DD`.
    pub date: String,
}

/// One cause, with everything that follows from it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Finding {
    /// The rule.
    pub rule: String,
    /// Twelve hexadecimal digits that stay the same while the cause does.
    pub fingerprint: String,
    /// What it means on the wire.
    pub wire: Wire,
    /// What it means for Rust programs.
    pub source: Source,
    /// Whether the documentation says something else, and not only the crates.
    pub docs: bool,
    /// What was found, in one sentence without its full stop.
    pub text: String,
    /// What to do.
    pub fix: String,
    /// What the vendor says about such changes.
    pub policy: Option<String>,
    /// The variants and pages that it concerns.
    pub subjects: Vec<String>,
    /// Every place that says it, as `FILE:LINE`.
    pub places: Vec<String>,
    /// What was said before, or by the document.
    pub old: Option<Side>,
    /// What is said now, or by the page.
    pub new: Option<Side>,
    /// The place of the document that has to be edited, when neither side is one.
    pub document: Option<Side>,
    /// The Rust items that it touches.
    pub rust: Vec<String>,
    /// The snapshot files that it touches.
    pub snapshots: Vec<String>,
    /// The decision of a person that it is all right.
    pub accepted: Option<Acceptance>,
}

impl Finding {
    /// The worst of the verdicts, in the words of the wire.
    #[must_use]
    pub fn overall(&self) -> Wire {
        self.wire.max(self.source.as_wire())
    }

    /// What was said, what the document says, and what is said now.
    pub(crate) fn sides(&self) -> impl Iterator<Item = &Side> {
        let sides = [&self.old, &self.document, &self.new];
        sides.into_iter().flatten()
    }
}

/// A finding before it is joined with others of the same cause.
pub(crate) struct Draft {
    pub(crate) rule: &'static Rule,
    /// The page that it was found on, by a name that outlives its file; empty for the document.
    pub(crate) owner: String,
    /// What makes it the same cause as another one, on whatever page.
    pub(crate) cause: String,
    pub(crate) name: String,
    pub(crate) subject: String,
    pub(crate) old: Option<Side>,
    pub(crate) new: Option<Side>,
    pub(crate) document: Option<Side>,
    pub(crate) rust: Vec<String>,
    pub(crate) snapshots: Vec<String>,
    /// More than the rule says.
    pub(crate) detail: Option<String>,
    /// The other side says so already: nothing is left to do.
    pub(crate) settled: bool,
}

impl Draft {
    pub(crate) fn new(rule: &'static Rule, owner: &str, subject: &str, cause: String) -> Self {
        Self {
            rule,
            owner: owner.to_owned(),
            cause,
            name: String::new(),
            subject: subject.to_owned(),
            old: None,
            new: None,
            document: None,
            rust: Vec::new(),
            snapshots: Vec::new(),
            detail: None,
            settled: false,
        }
    }

    /// What was found, in one sentence without its full stop.
    pub(crate) fn text(&self) -> String {
        let detail = self.detail.clone();
        detail.unwrap_or_else(|| sentence(self.rule, self))
    }
}

/// Joins drafts of one cause, the worst first.
pub(crate) fn findings(drafts: Vec<Draft>) -> Vec<Finding> {
    joined(drafts).0
}

/// The findings of drafts, the worst first, and for each draft the fingerprint of its finding.
pub(crate) fn joined(drafts: Vec<Draft>) -> (Vec<Finding>, Vec<String>) {
    let mut causes: BTreeMap<(&str, bool, &str), Vec<usize>> = BTreeMap::new();
    for (at, draft) in drafts.iter().enumerate() {
        let cause = (draft.rule.id, draft.settled, draft.cause.as_str());
        causes.entry(cause).or_default().push(at);
    }
    let mut fingerprints = vec![String::new(); drafts.len()];
    let mut findings = Vec::new();
    for indices in causes.into_values() {
        let same: Vec<&Draft> = indices.iter().map(|at| &drafts[*at]).collect();
        // What several pages say is another finding than what one of them says.
        let owners: BTreeSet<&str> = same.iter().map(|draft| draft.owner.as_str()).collect();
        let owner = owners.first().filter(|_| owners.len() == 1).unwrap_or(&"*");
        let fingerprint = digest(&format!("{}:{owner}:{}", same[0].rule.id, same[0].cause));
        findings.push(finding(&same, &fingerprint));
        for at in indices {
            fingerprints[at].clone_from(&fingerprint);
        }
    }
    let line = |finding: &Finding| {
        let side = finding.new.as_ref().or(finding.old.as_ref());
        side.and_then(|side| side.line)
    };
    findings.sort_by_key(|finding| (std::cmp::Reverse(finding.overall()), line(finding)));
    (findings, fingerprints)
}

/// The finding of drafts of one cause.
fn finding(same: &[&Draft], fingerprint: &str) -> Finding {
    let first = same[0];
    let rule = first.rule;
    let (wire, source, fix) = if first.settled {
        let nothing = "nothing: the document says so already; `cargo xtask docs lock` records it";
        (Wire::None, Source::None, nothing)
    } else {
        (rule.wire, rule.source, rule.fix)
    };
    let place = |draft: &Draft| draft.new.as_ref().or(draft.old.as_ref()).map(Side::place);
    let (mut rust, mut snapshots) = (
        distinct(same.iter().flat_map(|draft| draft.rust.clone())),
        distinct(same.iter().flat_map(|draft| draft.snapshots.clone())),
    );
    rust.sort();
    snapshots.sort();
    Finding {
        rule: rule.id.to_owned(),
        fingerprint: fingerprint.to_owned(),
        wire,
        source,
        docs: !rule.topic.is_rust(),
        text: first.text(),
        fix: fix.to_owned(),
        policy: rule.policy().map(str::to_owned),
        subjects: distinct(same.iter().map(|draft| draft.subject.clone())),
        places: distinct(same.iter().filter_map(|draft| place(draft))),
        old: first.old.clone(),
        new: first.new.clone(),
        document: first.document.clone(),
        rust,
        snapshots,
        accepted: None,
    }
}

/// Each item once, in its order, without empty ones.
fn distinct(items: impl Iterator<Item = String>) -> Vec<String> {
    let mut seen = Vec::new();
    for item in items {
        if !item.is_empty() && !seen.contains(&item) {
            seen.push(item);
        }
    }
    seen
}

fn sentence(rule: &Rule, draft: &Draft) -> String {
    let value = |side: &Option<Side>| {
        let value = side.as_ref().map(|side| shorten(&side.value));
        value.filter(|value| !value.is_empty())
    };
    let mut text = rule.text.to_owned();
    if !draft.name.is_empty() {
        text.push_str(&format!(": `{}`", draft.name));
    }
    match (value(&draft.old), value(&draft.new)) {
        (Some(old), Some(new)) => text.push_str(&format!(": `{old}` → `{new}`")),
        (Some(value), None) | (None, Some(value)) if value != draft.name => {
            text.push_str(&format!(": `{value}`"));
        }
        _ => {}
    }
    text
}

fn shorten(text: &str) -> String {
    let line = text.lines().next().unwrap_or_default();
    if line.chars().count() <= 120 {
        return line.to_owned();
    }
    let start: String = line.chars().take(119).collect();
    format!("{start}…")
}
