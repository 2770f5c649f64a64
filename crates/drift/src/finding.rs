//! What a comparison has found.

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::Serialize;

use crate::compare::{Area, Rule, Source, Wire};
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
    type Cause = (&'static str, bool, String);
    let mut owners: BTreeMap<Cause, BTreeSet<String>> = BTreeMap::new();
    let cause = |draft: &Draft| -> Cause { (draft.rule.id, draft.settled, draft.cause.clone()) };
    for draft in &drafts {
        owners
            .entry(cause(draft))
            .or_default()
            .insert(draft.owner.clone());
    }
    // What several pages say is another finding than what one of them says.
    let fingerprint = |draft: &Draft| {
        let all = owners.get(&cause(draft)).map_or(0, BTreeSet::len);
        let owner = if all > 1 { "*" } else { &draft.owner };
        digest(&format!("{}:{owner}:{}", draft.rule.id, draft.cause))
    };
    let fingerprints: Vec<String> = drafts.iter().map(fingerprint).collect();
    let mut causes: BTreeMap<Cause, Finding> = BTreeMap::new();
    for (draft, fingerprint) in drafts.into_iter().zip(&fingerprints) {
        let rule = draft.rule;
        let finding = causes
            .entry((rule.id, draft.settled, draft.cause.clone()))
            .or_insert_with(|| Finding {
                rule: rule.id.to_owned(),
                fingerprint: fingerprint.clone(),
                wire: if draft.settled { Wire::None } else { rule.wire },
                source: if draft.settled {
                    Source::None
                } else {
                    rule.source
                },
                docs: rule.topic.area() != Area::Rust,
                text: draft.text(),
                fix: if draft.settled {
                    "nothing: the document says so already; `cargo xtask docs lock` records it"
                        .to_owned()
                } else {
                    rule.fix.to_owned()
                },
                policy: rule.policy().map(str::to_owned),
                subjects: Vec::new(),
                places: Vec::new(),
                old: draft.old.clone(),
                new: draft.new.clone(),
                document: draft.document.clone(),
                rust: Vec::new(),
                snapshots: Vec::new(),
                accepted: None,
            });
        let side = draft.new.as_ref().or(draft.old.as_ref());
        add(&mut finding.places, side.map(Side::place));
        add(&mut finding.subjects, [draft.subject]);
        add(&mut finding.rust, draft.rust);
        add(&mut finding.snapshots, draft.snapshots);
    }
    let mut findings: Vec<Finding> = causes.into_values().collect();
    for finding in &mut findings {
        finding.rust.sort();
        finding.snapshots.sort();
    }
    let line = |finding: &Finding| {
        let side = finding.new.as_ref().or(finding.old.as_ref());
        side.and_then(|side| side.line)
    };
    findings.sort_by_key(|finding| (std::cmp::Reverse(finding.overall()), line(finding)));
    (findings, fingerprints)
}

fn add(list: &mut Vec<String>, items: impl IntoIterator<Item = String>) {
    for item in items {
        if !item.is_empty() && !list.contains(&item) {
            list.push(item);
        }
    }
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
