//! The edits that follow from a changed page without a decision.

use std::collections::BTreeMap;

use super::change::Edit;
use super::editor::{Editor, Refusal};
use crate::compare::specification::Specification;
use crate::compare::{Topic, Wire};
use crate::decisions::{DecisionError, Decisions, Scope};
use crate::finding::Finding;
use crate::ledger::Ledger;
use crate::page::Page;
use crate::pages::{Step, inspect};

/// A document after the edits that pages ask for.
#[derive(Debug)]
#[non_exhaustive]
pub struct Reconciled {
    /// The text of the document.
    pub text: String,
    /// What was edited, in the order of the findings.
    pub edited: Vec<Edited>,
    /// What a person has to look at, the worst first.
    pub findings: Vec<Finding>,
    /// The decisions that do not count.
    pub errors: Vec<DecisionError>,
}

/// A finding that an edit has settled.
#[derive(Debug)]
#[non_exhaustive]
pub struct Edited {
    /// The finding.
    pub finding: Finding,
    /// The first line that was edited, in the text at that moment.
    pub line: usize,
    /// What was written there; empty where lines were only removed.
    pub text: String,
}

/// Makes the edits that pages ask for and that need no decision.
///
/// A page that is not clear changes nothing, nor does an accepted finding. What a client sends is changed only for the
/// variant of the page: where others send the same schema, the variant gets a copy, marked with a `TODO:` for a person.
#[must_use]
pub fn reconcile(
    pages: &[(String, Page)],
    ledger: &Ledger,
    specification: &Specification,
    decisions: &Decisions,
    today: &str,
) -> Reconciled {
    let (mut findings, steps) = inspect(pages, ledger, specification);
    let errors = decisions.apply(Scope::Pages, &mut findings, today);
    let mut editor = Editor::new(specification.document.clone());
    let mut edited = Vec::new();
    // Names change last, so that everything can be found by its old one.
    let mut steps: Vec<&Step> = steps.iter().collect();
    steps.sort_by_key(|step| matches!(step.topic, Topic::Method | Topic::Path | Topic::MediaType));
    // A finding is settled by all of its edits, or it is left.
    let mut lines: BTreeMap<&str, Vec<Option<(usize, String)>>> = BTreeMap::new();
    for step in steps {
        let unclear = |finding: &Finding| {
            finding.rule.ends_with("-found")
                && finding.overall() != Wire::None
                && finding.accepted.is_none()
                && finding.subjects.contains(&step.file)
        };
        let Some(index) = findings
            .iter()
            .position(|finding| finding.fingerprint == step.fingerprint)
        else {
            continue;
        };
        if findings[index].accepted.is_some() {
            continue;
        }
        let cause = findings.iter().find(|finding| unclear(finding));
        let outcome = match cause {
            Some(cause) => Err(format!("the page is not clear: {}", cause.text)),
            None => attempt(&editor, specification, pages, step),
        };
        let done = lines.entry(&step.fingerprint).or_default();
        match outcome {
            Ok(Some((next, written))) => {
                editor = next;
                done.push(Some(written));
            }
            Ok(None) => done.push(None),
            Err(reason) => {
                done.push(None);
                let finding = &mut findings[index];
                finding.fix = format!("{} (not edited: {reason})", finding.fix);
            }
        }
    }
    for (fingerprint, lines) in lines {
        let lines: Option<Vec<(usize, String)>> = lines.into_iter().collect();
        let index = findings
            .iter()
            .position(|finding| finding.fingerprint == fingerprint);
        if let (Some(lines), Some(index)) = (lines, index) {
            let (line, text) = lines.into_iter().min().unwrap_or_default();
            edited.push(Edited {
                finding: findings.remove(index),
                line,
                text,
            });
        }
    }
    Reconciled {
        text: editor.document.text().to_owned(),
        edited,
        findings,
        errors,
    }
}

/// One edit on a copy, which is given up where the generator would refuse it.
fn attempt(
    editor: &Editor,
    specification: &Specification,
    pages: &[(String, Page)],
    step: &Step,
) -> Result<Option<(Editor, (usize, String))>, Refusal> {
    let page = pages.iter().find(|(file, _)| *file == step.file);
    let operation = specification.operation(&step.operation);
    let (Some((_, page)), Some(operation)) = (page, operation) else {
        return Err("the document has no variant for it".to_owned());
    };
    let mut copy = editor.clone();
    copy.written.clear();
    let mut edit = Edit {
        editor: &mut copy,
        specification,
        page,
        operation,
        step,
    };
    if !edit.make()? {
        return Ok(None);
    }
    pingone_codegen::lower(&copy.document).map_err(|error| error.to_string())?;
    let first = copy.written.iter().min_by_key(|written| written.line);
    let first = first.map(|written| (written.line, written.text.clone()));
    let (line, mut text) = first.unwrap_or_default();
    // Of an edit inside of a line, the line tells more.
    let whole = copy.document.text().lines().nth(line.saturating_sub(1));
    if let Some(whole) = whole.filter(|whole| !text.is_empty() && whole.contains(&text)) {
        text = whole.trim().to_owned();
    }
    Ok(Some((copy, (line, text))))
}
