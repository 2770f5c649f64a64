//! Edits of the document that follow from pages: new variants, and mechanical changes of known ones.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use pingone_codegen::{Document, Layout, generate};
use pingone_drift::{
    Choices, Decision, Decisions, Finding, Form, Ledger, Page, Scaffold, ScaffoldError, Scope,
    Specification, check_pages, compare_documents, reconcile, scaffold,
};

use crate::catalogue::{
    Base, LIBRARY, Reconciled, bases, document, reconcile as record, specification,
};
use crate::mutation::{Case, Pages, mutations};
use crate::noop::pages;

fn page(text: &str) -> Page {
    Page::read(text.as_bytes()).expect("the page can be read")
}

fn accepted(text: &str) -> Specification {
    specification(text).unwrap_or_else(|error| panic!("{error}"))
}

/// A document without the block that begins with a line, which has to be one.
#[track_caller]
fn without(text: &str, first: &str) -> String {
    let indent = |line: &str| line.len() - line.trim_start().len();
    let lines: Vec<&str> = text.lines().collect();
    let start = lines.iter().position(|line| line.trim() == first);
    let start = start.unwrap_or_else(|| panic!("no line is `{first}`"));
    let inside = |line: &&&str| line.trim().is_empty() || indent(line) > indent(lines[start]);
    let end = start + 1 + lines[start + 1..].iter().take_while(inside).count();
    let kept = lines[..start].iter().chain(&lines[end..]);
    kept.map(|line| format!("{line}\n")).collect()
}

/// The document with the parts pasted in, as a person would do it.
fn pasted(text: &str, new: &Scaffold) -> String {
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    for part in &new.parts {
        let own = part.text.lines().map(str::to_owned);
        lines.splice(part.line..part.line, own);
    }
    lines.iter().map(|line| format!("{line}\n")).collect()
}

/// What is found of a page that was just recorded, but for what real pages say wrong.
fn found(page: Page, specification: &Specification) -> Vec<Finding> {
    let pages = [("page".to_owned(), page)];
    let ledger = Ledger::of(&pages, specification);
    assert_eq!(ledger.pages.len(), 1, "the document knows the page");
    // The prose of the invented page requires what its table calls optional.
    let known = [
        "page-links-found",
        "page-addresses-found",
        "prose-operation-changed",
        "prose-requirement-changed",
    ];
    let mut found = check_pages(&pages, &ledger, specification);
    found.retain(|finding| !known.contains(&finding.rule.as_str()));
    found
}

#[track_caller]
fn check(text: &str, missing: &str, from: &str) -> Scaffold {
    let text = without(text, missing);
    let specification = accepted(&text);
    let new = scaffold(
        &page(from),
        "https://docs.example.com/page.html",
        &specification,
        &Choices::default(),
    )
    .unwrap_or_else(|error| panic!("{missing}: {error}"));
    assert_eq!(
        pasted(&text, &new),
        new.text,
        "{missing}: no other line changes"
    );
    let found = found(page(from), &accepted(&new.text));
    assert!(found.is_empty(), "{missing}: {found:#?}");
    new
}

/// The generator takes the document, and not only reads it.
#[track_caller]
fn generated(text: &str) {
    let document = Document::parse("new.yaml", text).expect("it is YAML");
    let outputs = generate(&document, &Layout::folder(Path::new("never-written")));
    assert!(outputs.is_ok_and(|outputs| !outputs.is_empty()), "{text}");
}

#[test]
fn a_variant_that_was_taken_out_comes_back_from_its_page() {
    let missing = [
        (
            "000",
            "application/vnd.pingidentity.user.sendVerificationCode+json:",
        ),
        ("001", "application/vnd.pingidentity.user.verify+json:"),
        (
            "002",
            "application/vnd.pingidentity.password.sendRecoveryCode+json:",
        ),
        ("003", "application/vnd.pingidentity.user.confirm+json:"),
        ("004", "/{environmentId}/deviceAuthentications:"),
    ];
    let document = document();
    let mut runs = 0;
    for (name, form, text) in pages() {
        let Some((_, first)) = missing.iter().find(|(number, _)| name.starts_with(number)) else {
            continue;
        };
        let own = page(&text);
        // Text in its tightest form has lost names; what is left of them is another test's.
        let whole = own
            .properties
            .iter()
            .flatten()
            .all(|row| !row.name.is_empty());
        if form == Form::TightText && !whole {
            continue;
        }
        let new = check(&document, first, &text);
        if form == Form::Markdown {
            generated(&new.text);
        }
        runs += 1;
    }
    println!("{runs} pages came back");
    assert!(runs == 0 || runs >= 15, "{runs} runs");
}

#[test]
fn an_invented_variant_comes_back_in_every_form() {
    let mut texts = Vec::new();
    for (name, form, text) in pages() {
        if name == "invented" {
            // A requirement in words is one that no document agrees with.
            let text = text.replace("Required if overdue", "Optional");
            let new = check(LIBRARY, "application/vnd.example.loan.extend+json:", &text);
            generated(&new.text);
            texts.push((form, new));
        }
    }
    let (_, spaced) = &texts[0];
    insta::assert_snapshot!(
        spaced
            .parts
            .iter()
            .map(|part| format!(
                "# {} behind line {}\n{}\n",
                part.pointer, part.line, part.text
            ))
            .collect::<String>()
    );
    assert_eq!(texts.len(), 3);
}

#[test]
fn an_unknown_path_becomes_an_operation() {
    let text = page(
        "Read a Reader\n\nGET {{apiPath}}/shelves/{{shelfID}}/readers/{{readerID}}?with=loans\n\nReads.\n\nHeaders\n\n\
        Authorization      Bearer {{accessToken}}\n\nExample Response\n\n200 OK\n\n{\n    \"_links\": {\n        \"self\": {\n            \"href\": \"https://books.example.com/x\"\n        }\n    },\n    \"id\": \"8376797d-641c-4e7b-8bc1-2fdf71916cab\",\n    \"names\": [\"Ann\"],\n    \"left\": null\n}\n",
    );
    let new = scaffold(&text, "", &accepted(LIBRARY), &Choices::default()).expect("it is new");
    assert_eq!(pasted(LIBRARY, &new), new.text);
    insta::assert_snapshot!(new.parts[0].text);
    let found = found(text, &accepted(&new.text));
    assert!(found.is_empty(), "{found:#?}");
}

#[track_caller]
fn refused(from: &str, expected: &str) {
    let outcome = scaffold(&page(from), "", &accepted(LIBRARY), &Choices::default());
    let error: ScaffoldError = outcome.expect_err("there is nothing to add");
    assert_eq!(error.to_string(), expected);
}

#[test]
fn a_page_that_is_not_clear_adds_nothing() {
    refused(
        "Read\n\nGET {{apiPath}}/x\n\nText.\n\nHeaders\n\nwhat is this\n",
        "the page is not clear: line 9: nothing of this kind is known in this place",
    );
    refused(
        "Read\n\nNothing more.\n",
        "the page is not clear: it says no method and address",
    );
    refused(
        crate::invented::SPACED,
        "the document knows this page: `extendLoan` on line 20; `cargo xtask docs check --apply` edits it",
    );
    refused(
        "Read\n\nGET {{otherPath}}/x\n\nText.\n",
        "the document has no server for the host `otherPath`: add it under `servers`",
    );
    refused(
        "Extend Loan\n\nPOST {{apiPath}}/x\n\nText.\n\nHeaders\n\nContent-Type      application/x+json\n",
        "another variant is named `extendLoan`: choose a name with `--name`",
    );
    refused(
        "Put\n\nPUT {{apiPath}}/shelves/{{shelfID}}/loans/{{loanID}}\n\nText.\n",
        "`extendLoan` (line 12) does not choose by the media type: make it do so by hand",
    );
    refused(
        "Get\n\nGET {{apiPath}}/shelves/all/{{what}}/{{loanID}}\n\nText.\n",
        "a request could fit `/shelves/all/{what}/{loanId}` and `/shelves/{shelfId}/loans/{loanId}` (line 12): decide which one is served",
    );
}

/// The decisions that leave nothing open.
fn accepting(findings: &[Finding]) -> Decisions {
    let accept = |finding: &Finding| Decision {
        scope: Scope::Pages,
        fingerprint: finding.fingerprint.clone(),
        rule: finding.rule.clone(),
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
    let unclear = |finding: &Finding| finding.fix.ends_with("(not edited: the page is not clear)");
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
    match scaffold(&page(text), "", specification, &choices) {
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
    // A page that contradicts itself has nothing that could be edited from it.
    let clear = shares.len() - contradictory.len();
    let settled = (done + nothing) * 100 / clear;
    println!("{settled} % of the {clear} kinds that leave a page clear need no hand");
    // The invented page alone fits fewer of them.
    let real = bases.len() > Form::ALL.len();
    assert!(settled >= if real { 60 } else { 50 }, "{shares:#?}");
}
