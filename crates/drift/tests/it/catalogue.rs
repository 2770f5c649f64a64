//! The catalogue of mutations: each is caught, by the rules and with the verdicts that its file names.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, OnceLock};
use std::time::Instant;

use pingone_codegen::Document;
use pingone_drift::{
    Finding, Form, Ledger, Page, RULES, Source, Specification, WAIVERS, Wire, check_pages,
    compare_documents, refused,
};

use crate::mutation::{Case, Mutation, Pages, mutations};
use crate::noop::pages;

pub(crate) const LIBRARY: &str = include_str!("library.yaml");

/// A document with parameters, response headers and errors of several forms.
pub(crate) const ARCHIVE: &str = include_str!("archive.yaml");

pub(crate) fn document() -> String {
    crate::spec("pingone.yaml")
}

pub(crate) fn specification(text: &str) -> Result<Specification, pingone_codegen::Error> {
    Document::parse("api.yaml", text).and_then(Specification::new)
}

/// A text that mutations are tried on.
pub(crate) struct Base {
    pub(crate) name: String,
    /// The form of a page; the document has none.
    pub(crate) form: Option<Form>,
    pub(crate) text: String,
    /// The ledger of the page as it is, and what is found of it.
    reconciled: OnceLock<Reconciled>,
}

/// What is on record of a page, and what is found of it all the same.
pub(crate) type Reconciled = (Ledger, Vec<Finding>);

/// Records a page that the document knows.
pub(crate) fn reconcile(text: &str, specification: &Specification) -> Reconciled {
    let page = Page::read(text.as_bytes()).expect("the page can be read");
    let pages = [("page".to_owned(), page)];
    let ledger = Ledger::of(&pages, specification);
    let ledger = Ledger::parse(&ledger.to_text()).expect("a ledger can be read again");
    let known = check_pages(&pages, &ledger, specification);
    (ledger, known)
}

impl Base {
    fn new(name: String, form: Option<Form>, text: String) -> Self {
        Self {
            name,
            form,
            text,
            reconciled: OnceLock::new(),
        }
    }

    pub(crate) fn reconciled(&self, specification: &Specification) -> &Reconciled {
        self.reconciled
            .get_or_init(|| reconcile(&self.text, specification))
    }
}

pub(crate) struct Specifications {
    pingone: Specification,
    library: Specification,
    archive: Specification,
}

impl Specifications {
    fn of(&self, base: &Base) -> &Specification {
        if base.name == "archive.yaml" {
            &self.archive
        } else if base.name == "invented" {
            &self.library
        } else {
            &self.pingone
        }
    }
}

/// What is found of a mutation beyond what was found before it, or nothing when it does not fit.
fn found(case: &Case, base: &Base, specifications: &Specifications) -> Option<Vec<Finding>> {
    let (before, after) = case.apply(base.form, &base.text)?;
    if base.form.is_none() {
        let old;
        let old = if before == base.text {
            specifications.of(base)
        } else {
            old = specification(&before).unwrap_or_else(|error| panic!("{error}"));
            &old
        };
        return Some(match specification(&after) {
            Ok(new) => compare_documents(old, &new, &[]),
            Err(error) => vec![refused(&error)],
        });
    }
    let specification = specifications.of(base);
    let page = |text: &str, name: &str| {
        let page = Page::read(text.as_bytes()).expect("the page can be read");
        (name.to_owned(), page)
    };
    let own;
    let (ledger, known) = if before == base.text {
        base.reconciled(specification)
    } else {
        own = reconcile(&before, specification);
        &own
    };
    let new = match case.pages {
        Pages::Changed => vec![page(&after, "page")],
        Pages::Added => vec![page(&before, "page"), page(&after, "added")],
        Pages::Removed => Vec::new(),
    };
    let mut found = check_pages(&new, ledger, specification);
    // A page that contradicts itself goes on doing so, in the words of the mutation.
    let copies = if case.pages == Pages::Added { 2 } else { 1 };
    for finding in known {
        for _ in 0..copies {
            let same = |other: &Finding| other.fingerprint == finding.fingerprint;
            let alike =
                |other: &Finding| other.rule == finding.rule && other.rule.ends_with("-found");
            let index = found
                .iter()
                .position(same)
                .or_else(|| found.iter().position(alike));
            if let Some(index) = index {
                found.remove(index);
            }
        }
    }
    Some(found)
}

/// What is wrong with the findings of a mutation.
fn wrong(case: &Case, found: &[Finding]) -> Option<String> {
    let rules: BTreeSet<&str> = found.iter().map(|finding| finding.rule.as_str()).collect();
    let wire = found
        .iter()
        .map(|finding| finding.wire)
        .max()
        .map_or("nothing", Wire::word);
    let source = found
        .iter()
        .map(|finding| finding.source)
        .max()
        .map_or("nothing", Source::word);
    let caught = case.rules.iter().all(|rule| rules.contains(rule.as_str()));
    let few = case.at_most.is_none_or(|most| found.len() <= most);
    if caught && few && wire == case.wire && source == case.source {
        return None;
    }
    let texts: Vec<&str> = found.iter().map(|finding| finding.text.as_str()).collect();
    Some(format!(
        "wanted {:?} {} {} in {:?}, found {rules:?} {wire} {source}: {texts:#?}",
        case.rules, case.wire, case.source, case.at_most
    ))
}

/// The findings, one on a line.
fn listed(found: &[Finding]) -> String {
    let line = |finding: &Finding| {
        format!(
            "{} {}/{}: {}\n",
            finding.rule, finding.wire, finding.source, finding.text
        )
    };
    // Where one cause has many findings, the first ones tell enough.
    let mut text: String = found.iter().take(12).map(line).collect();
    if found.len() > 12 {
        text.push_str(&format!("and {} more\n", found.len() - 12));
    }
    text
}

/// Compares the findings of each mutation with those on record.
fn snapshots(all: &[&Mutation], texts: &BTreeMap<(&str, &str), String>) {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("../../mutations/snapshots");
    settings.set_prepend_module_to_snapshot(false);
    settings.bind(|| {
        for mutation in all {
            let own = texts.iter().filter(|((name, _), _)| *name == mutation.name);
            let text: String = own
                .map(|((_, base), found)| format!("on {base}:\n{found}"))
                .collect();
            if !text.is_empty() {
                insta::with_settings!({ description => &mutation.title }, {
                    insta::assert_snapshot!(mutation.name.as_str(), text);
                });
            }
        }
    });
}

pub(crate) fn bases() -> Vec<Base> {
    // The real pages as they come and as Markdown, the invented one in every form.
    let own = |name: &str, form: Form| {
        let tight = name.starts_with("002");
        name == "invented" || form == Form::Markdown || (form == Form::TightText) == tight
    };
    let mut bases: Vec<Base> = pages()
        .into_iter()
        .filter(|(name, form, _)| {
            own(name, *form) && !(name.starts_with("002") && *form == Form::SpacedText)
        })
        .map(|(name, form, text)| Base::new(name, Some(form), text))
        .collect();
    bases.push(Base::new("pingone.yaml".to_owned(), None, document()));
    bases.push(Base::new(
        "archive.yaml".to_owned(),
        None,
        ARCHIVE.to_owned(),
    ));
    bases
}

fn case<'a>(mutation: &'a Mutation, base: &Base) -> Option<&'a Case> {
    if base.form.is_some() {
        mutation.page.as_ref()
    } else {
        let named = |case: &&Case| case.base.as_deref().unwrap_or("pingone.yaml") == base.name;
        mutation.document.as_ref().filter(named)
    }
}

#[test]
fn every_mutation_is_caught_with_its_verdicts() {
    let started = Instant::now();
    let all: Vec<Mutation> = mutations();
    let all: Vec<&Mutation> = all
        .iter()
        .filter(|mutation| !mutation.name.starts_with("noop-"))
        .collect();
    let specifications = Specifications {
        pingone: specification(&document()).expect("the document is accepted"),
        library: specification(LIBRARY).expect("the document is accepted"),
        archive: specification(ARCHIVE).expect("the document is accepted"),
    };
    let bases = bases();
    let jobs: Vec<(&Mutation, &Base)> = all
        .iter()
        .flat_map(|mutation| bases.iter().map(|base| (*mutation, base)))
        .collect();
    let next = AtomicUsize::new(0);
    let failures = Mutex::new(Vec::new());
    let texts = Mutex::new(BTreeMap::<(&str, &str), String>::new());
    let runs = Mutex::new(BTreeMap::<(&str, bool), usize>::new());
    let threads = std::thread::available_parallelism().map_or(2, std::num::NonZero::get);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                while let Some((mutation, base)) = jobs.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let Some(case) = case(mutation, base) else {
                        continue;
                    };
                    let Some(found) = found(case, base, &specifications) else {
                        continue;
                    };
                    let key = (mutation.name.as_str(), base.form.is_some());
                    *runs.lock().expect("no run panics").entry(key).or_default() += 1;
                    // The texts of other pages are not for this repository.
                    let kept = base
                        .form
                        .is_none_or(|form| base.name == "invented" && form == Form::SpacedText);
                    if kept {
                        let key = (mutation.name.as_str(), base.name.as_str());
                        texts
                            .lock()
                            .expect("no run panics")
                            .insert(key, listed(&found));
                    }
                    if let Some(wrong) = wrong(case, &found) {
                        let failure = format!(
                            "{} on {} as {:?}: {wrong}",
                            mutation.name, base.name, base.form
                        );
                        failures.lock().expect("no run panics").push(failure);
                    }
                }
            });
        }
    });
    let (mut failures, runs) = (
        failures.into_inner().expect("no run panics"),
        runs.into_inner().expect("no run panics"),
    );
    failures.sort();
    assert!(
        failures.is_empty(),
        "{} wrong:\n{}",
        failures.len(),
        failures.join("\n")
    );
    let real = bases.len() > 5;
    // Some mutations need a page that is not invented.
    let idle: Vec<&str> = all
        .iter()
        .filter(|mutation| {
            [(true, &mutation.page), (false, &mutation.document)]
                .iter()
                .any(|(is_page, case)| {
                    let ran = runs.contains_key(&(mutation.name.as_str(), *is_page));
                    case.is_some() && !ran && (!is_page || real)
                })
        })
        .map(|mutation| mutation.name.as_str())
        .collect();
    assert!(idle.is_empty(), "these never fit: {idle:?}");
    snapshots(&all, &texts.into_inner().expect("no run panics"));
    let count: usize = runs.values().sum();
    println!(
        "{count} runs of {} mutations in {:?}",
        all.len(),
        started.elapsed()
    );
    assert!(!real || count >= 250, "{count} runs");
}

#[test]
fn every_rule_fires_in_a_mutation_and_every_mutation_names_a_rule() {
    let all = mutations();
    let mut named = BTreeSet::new();
    for mutation in all
        .iter()
        .filter(|mutation| !mutation.name.starts_with("noop-"))
    {
        assert!(!mutation.title.is_empty(), "{} has no title", mutation.name);
        let cases: Vec<&Case> = mutation.page.iter().chain(&mutation.document).collect();
        assert!(!cases.is_empty(), "{} does nothing", mutation.name);
        for case in cases {
            assert!(!case.rules.is_empty(), "{} names no rule", mutation.name);
            named.extend(case.rules.iter().map(String::as_str));
        }
    }
    let rules: BTreeSet<&str> = RULES.iter().map(|rule| rule.id).collect();
    let unknown: Vec<_> = named.difference(&rules).collect();
    assert!(unknown.is_empty(), "no such rules: {unknown:?}");
    // These compare the crates, which no mutation of a page or of the document changes.
    let silent: Vec<_> = rules
        .difference(&named)
        .filter(|rule| !rule.starts_with("rust-item-"))
        // The unit test of the comparison changes each field of a variant.
        .filter(|rule| **rule != "variant-selector-changed")
        .collect();
    assert!(silent.is_empty(), "no mutation fires {silent:?}");
}

#[test]
fn every_rule_has_its_mirrors_or_a_waiver_with_a_reason() {
    let mut needed = BTreeSet::new();
    for rule in RULES {
        assert_eq!(rule.id, format!("{}-{}", rule.topic, rule.action.name()));
        for (topic, action) in rule.mirrors() {
            if !RULES
                .iter()
                .any(|other| (other.topic, other.action) == (topic, action))
            {
                needed.insert((topic, action));
            }
        }
    }
    let waived: BTreeSet<_> = WAIVERS
        .iter()
        .map(|(topic, action, _)| (*topic, *action))
        .collect();
    assert_eq!(needed, waived);
    assert!(WAIVERS.iter().all(|(.., reason)| !reason.is_empty()));
}

/// Edits of the archive that change nothing that is sent.
#[test]
fn documents_that_say_the_same_differ_in_nothing() {
    let old = specification(ARCHIVE).expect("the document is accepted");
    let fold = "      type: object\n      required: [width]\n      properties:\n        width: {type: integer}\n        paper: {$ref: '#/components/schemas/Paper'}\n";
    let parts = "      allOf:\n        - type: object\n          required: [width]\n          properties:\n            width: {type: integer}\n        - type: object\n          properties:\n            paper: {$ref: '#/components/schemas/Paper'}\n";
    let edits = [
        (fold, parts),
        ("description: The map.", "description: A map."),
        ("title: Archive", "title: The archive"),
        ("maximum: 20, default: 3", "maximum: 20.0, default: 3.0"),
        ("enum: [roads, rivers]", "enum: [rivers, roads]"),
        ("paths:\n", "# All of them.\npaths:\n"),
    ];
    for (find, replace) in edits {
        assert!(ARCHIVE.contains(find), "{find}");
        let new = specification(&ARCHIVE.replace(find, replace)).expect("the document is accepted");
        let found = compare_documents(&old, &new, &[]);
        assert!(found.is_empty(), "{find}: {found:#?}");
    }
}
