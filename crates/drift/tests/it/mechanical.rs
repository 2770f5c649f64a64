//! Changes of pages, edited into the document where that takes no decision.

use std::collections::{BTreeMap, BTreeSet};

use pingone_drift::{
    Choices, Decision, Decisions, Direction, Finding, Form, RULES, Scope, Specification,
    compare_documents, reconcile, scaffold,
};

use crate::catalogue::{
    Base, LIBRARY, Reconciled, bases, document, reconcile as record, specification,
};
use crate::mutation::{Case, Pages, mutations};
use crate::scaffold::{accepted, page, without};

/// The decisions that leave nothing open.
fn accepting(findings: &[Finding]) -> Decisions {
    let accept = |finding: &Finding| Decision {
        scope: Scope::Pages,
        fingerprint: finding.fingerprint.clone(),
        finding: finding.text.clone(),
        reason: "known".to_owned(),
        date: "2031-01-01".to_owned(),
        expires: None,
    };
    Decisions {
        accepted: findings.iter().map(accept).collect(),
    }
}

/// A document that was reconciled with one text of a page, reconciled with another one.
fn reconciled(
    before: &Reconciled,
    after: &str,
    specification: &Specification,
) -> pingone_drift::Reconciled {
    let newer = [("page".to_owned(), page(after))];
    let (ledger, known) = before;
    reconcile(
        &newer,
        ledger,
        specification,
        &accepting(known),
        "2031-01-01",
    )
}

/// The rule of the document for a rule of a page.
fn of_document(rule: &str) -> &str {
    match rule {
        "shown-property-added" => "response-property-added",
        "shown-value-added" | "status-name-changed" => "response-value-added",
        other => other,
    }
}

/// What is wrong with a document after edits; `known` was found before them.
fn wrong(
    old: &Specification,
    known: &[Finding],
    outcome: &pingone_drift::Reconciled,
    after: &str,
) -> Vec<String> {
    if outcome.edited.is_empty() {
        let changed = outcome.text != old.document().text();
        return changed
            .then(|| "the text changed without an edit".to_owned())
            .into_iter()
            .collect();
    }
    let new = match specification(&outcome.text) {
        Ok(new) => new,
        Err(error) => return vec![error.to_string()],
    };
    let rules = |findings: &[Finding]| -> BTreeSet<String> {
        findings
            .iter()
            .map(|finding| finding.rule.clone())
            .collect()
    };
    // The larger document says nothing more, and takes longer.
    let compared = old.document().text().len() < 10_000;
    let drift = compared.then(|| rules(&compare_documents(old, &new, &[])));
    let drift = drift.unwrap_or_default();
    let moved = drift
        .iter()
        .any(|rule| rule.starts_with("operation-") || rule.starts_with("variant-"));
    let (_, again) = record(after, &new);
    let again: BTreeSet<String> = rules(&again).difference(&rules(known)).cloned().collect();
    let mut wrong = Vec::new();
    for edited in &outcome.edited {
        let rule = edited.finding.rule.as_str();
        if again.contains(rule) {
            wrong.push(format!("{rule} is found again"));
        }
        if compared && !drift.contains(of_document(rule)) && !moved {
            wrong.push(format!(
                "{rule} is not what the document says now: {drift:?}"
            ));
        }
    }
    wrong
}

/// A page without its code samples.
fn without_samples(text: &str) -> String {
    let mut inside = false;
    let kept = text.lines().filter(|line| {
        match line.trim_start_matches('#').trim() {
            "Example Request" => inside = true,
            "Example Response" => inside = false,
            _ => {}
        }
        !inside
    });
    kept.map(|line| format!("{line}\n")).collect()
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Share {
    ByHand,
    NothingToEdit,
    Edited,
}

fn run(
    case: &Case,
    base: &Base,
    specifications: &[Specification; 2],
) -> Option<(Share, Vec<String>, String)> {
    let [pingone, library] = specifications;
    let (before, after) = case.apply(base.form, &base.text)?;
    let mut specification = if base.name == "invented" {
        library
    } else {
        pingone
    };
    let mut known = base.reconciled(specification);
    let (own, first);
    if before != base.text {
        own = accepted(&reconciled(known, &before, specification).text);
        specification = &own;
        first = record(&before, specification);
        known = &first;
    }
    if case.pages == Pages::Added {
        return Some(added(&after, specification));
    }
    let mut after = after;
    let mut outcome = reconciled(known, &after, specification);
    let unclear = |finding: &Finding| finding.fix.contains("(not edited: the page is not clear");
    if outcome.findings.iter().any(unclear)
        && !case.rules.iter().any(|rule| rule.ends_with("-found"))
    {
        // The samples of a page that changes follow it, those of a mutation do not.
        after = without_samples(&after);
        outcome = reconciled(known, &after, specification);
    }
    let about = |rule: &str| case.rules.iter().any(|named| named == rule);
    let edited = outcome
        .edited
        .iter()
        .any(|edited| about(&edited.finding.rule));
    let reasons: Vec<&str> = outcome
        .findings
        .iter()
        .filter(|finding| about(&finding.rule))
        .map(|finding| finding.fix.as_str())
        .collect();
    let by_hand = reasons
        .iter()
        .any(|reason| reason.contains("(not edited: "))
        || reasons
            .iter()
            .any(|_| case.rules.iter().any(|rule| rule.ends_with("-found")));
    let share = match (edited, by_hand) {
        (true, _) => Share::Edited,
        (false, true) => Share::ByHand,
        (false, false) => Share::NothingToEdit,
    };
    let wrong = wrong(specification, &known.1, &outcome, &after);
    Some((share, wrong, reasons.join("; ")))
}

/// A page that is new comes in by a scaffold.
fn added(text: &str, specification: &Specification) -> (Share, Vec<String>, String) {
    let choices = Choices {
        name: Some("somethingNew".to_owned()),
        ..Choices::default()
    };
    match scaffold(&page(text), specification, &choices) {
        Ok(new) => {
            let new = accepted(&new.text);
            let wrong = {
                let rules: Vec<String> = record(text, &new)
                    .1
                    .into_iter()
                    .map(|finding| finding.rule)
                    .collect();
                rules
                    .iter()
                    .any(|rule| rule.ends_with("-added"))
                    .then(|| format!("{rules:?} after a scaffold"))
            };
            (Share::Edited, wrong.into_iter().collect(), String::new())
        }
        Err(error) => (Share::ByHand, Vec::new(), error.to_string()),
    }
}

/// The form in which a page comes.
fn own_form(name: &str) -> Form {
    if name.starts_with("002") {
        Form::TightText
    } else {
        Form::SpacedText
    }
}

#[test]
fn mechanical_mutations_are_edited_into_the_document() {
    let specifications = [accepted(&document()), accepted(LIBRARY)];
    let bases: Vec<Base> = bases()
        .into_iter()
        .filter(|base| base.name == "invented" || base.form == Some(own_form(&base.name)))
        .collect();
    let started = std::time::Instant::now();
    let mut shares: BTreeMap<String, (Share, String)> = BTreeMap::new();
    let (mut runs, mut edited, mut failures) = (0, 0, Vec::new());
    let all = mutations();
    for mutation in &all {
        let Some(case) = &mutation.page else { continue };
        if matches!(case.pages, Pages::Removed) {
            continue;
        }
        let outcomes: Vec<_> = std::thread::scope(|scope| {
            let specifications = &specifications;
            let start = |base| scope.spawn(move || run(case, base, specifications));
            let threads: Vec<_> = bases.iter().map(|base| (base, start(base))).collect();
            let done = threads.into_iter();
            done.map(|(base, thread)| (base, thread.join().expect("no run panics")))
                .collect()
        });
        for (base, outcome) in outcomes {
            let Some((share, wrong, reason)) = outcome else {
                continue;
            };
            runs += 1;
            edited += usize::from(share == Share::Edited);
            let on = format!("{} on {} as {:?}", mutation.name, base.name, base.form);
            failures.extend(wrong.into_iter().map(|wrong| format!("{on}: {wrong}")));
            let best = shares
                .entry(mutation.name.clone())
                .or_insert((share, reason.clone()));
            if share > best.0 {
                *best = (share, reason);
            }
        }
    }
    assert!(
        failures.is_empty(),
        "{} wrong:\n{}",
        failures.len(),
        failures.join("\n")
    );
    let contradictory: BTreeSet<&str> = all
        .iter()
        .filter(|mutation| {
            mutation
                .page
                .iter()
                .any(|case| case.rules.iter().any(|rule| rule.ends_with("-found")))
        })
        .map(|mutation| mutation.name.as_str())
        .collect();
    let edited_all_the_same: Vec<&str> = contradictory
        .iter()
        .copied()
        .filter(|name| {
            shares
                .get(*name)
                .is_some_and(|(share, _)| *share == Share::Edited)
        })
        .collect();
    assert!(edited_all_the_same.is_empty(), "{edited_all_the_same:?}");
    let of = |share: Share| shares.values().filter(|(own, _)| *own == share).count();
    let (done, nothing, by_hand) = (
        of(Share::Edited),
        of(Share::NothingToEdit),
        of(Share::ByHand),
    );
    println!(
        "{runs} runs, {edited} edited; of {} kinds {done} edited, {nothing} with nothing to edit, {by_hand} by hand, in {:?}",
        shares.len(),
        started.elapsed()
    );
    // A page that contradicts itself has nothing that could be edited from it, and answers are a person's by decision.
    let about_answers = |name: &String| {
        let named = all.iter().find(|mutation| mutation.name == *name);
        let rules = named.and_then(|mutation| mutation.page.as_ref());
        let about = |id: &String| RULES.iter().find(|rule| rule.id == id);
        let answer =
            |id| about(id).is_some_and(|rule| rule.topic.direction() == Direction::Response);
        rules.is_some_and(|case| case.rules.iter().all(answer))
    };
    let clear = shares
        .keys()
        .filter(|name| !contradictory.contains(name.as_str()));
    let (answers, rest): (Vec<&String>, Vec<&String>) = clear.partition(|name| about_answers(name));
    let settled = rest
        .iter()
        .filter(|name| shares[**name].0 != Share::ByHand)
        .count()
        * 100
        / rest.len();
    println!(
        "{settled} % of {} kinds need no hand, beside {} contradictions and {} changes of answers",
        rest.len(),
        contradictory.len(),
        answers.len()
    );
    for name in rest.iter().filter(|name| shares[**name].0 == Share::ByHand) {
        println!("by hand: {name}: {}", shares[*name].1);
    }
    // The invented page alone fits fewer of them.
    let real = bases.len() > Form::ALL.len();
    assert!(settled >= if real { 55 } else { 40 }, "{shares:#?}");
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig { cases: 96, failure_persistence: None, ..Default::default() })]

    #[test]
    fn a_page_with_lines_lost_or_doubled_leaves_a_document_that_is_accepted(
        lost in proptest::collection::vec(0_usize..90, 0..6),
        doubled in proptest::collection::vec(0_usize..90, 0..6),
        known: bool,
    ) {
        let lines = crate::invented::SPACED.lines().enumerate().flat_map(|(index, line)| {
            let count = usize::from(!lost.contains(&index)) + usize::from(doubled.contains(&index));
            std::iter::repeat_n(line, count)
        });
        let text: String = lines.map(|line| format!("{line}\n")).collect();
        let page = page(&text);
        if known {
            let library = accepted(LIBRARY);
            let (ledger, _) = record(crate::invented::SPACED, &library);
            let done = reconcile(&[("page".to_owned(), page)], &ledger, &library, &Decisions::default(), "2031-01-01");
            accepted(&done.text);
        } else {
            let document = without(LIBRARY, "application/vnd.example.loan.extend+json:");
            if let Ok(new) = scaffold(&page, &accepted(&document), &Choices::default()) {
                accepted(&new.text);
            }
        }
    }
}
