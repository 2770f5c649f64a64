//! Reports in each form, and the decisions that findings are accepted with.

use pingone_codegen::Document;
use pingone_drift::{
    Decision, DecisionError, Decisions, Format, NoDecision, Report, Scope, Source, Specification,
    Wire, compare_documents, compare_listings, report_schema,
};

use crate::catalogue::LIBRARY;

/// A report of a changed library: a breaking, a behaviour and a compatible finding.
fn report() -> Report {
    let newer = LIBRARY
        .replace("days: {type: integer}", "days: {type: string}")
        .replace("ten minutes", "five minutes")
        .replace("LOAN_OVERDUE]", "LOAN_OVERDUE, 'LOAN_<LOST>']");
    let specification = |name: &str, text: &str| {
        Specification::new(Document::parse(name, text).expect("it is YAML"))
            .expect("it is accepted")
    };
    let snapshots = [
        "extendLoan__extendLoan.snap".to_owned(),
        "extendLoan__200.snap".to_owned(),
    ];
    let (old, new) = (
        specification("old.yaml", LIBRARY),
        specification("new.yaml", &newer),
    );
    let mut report = Report {
        title: "new.yaml against old.yaml".to_owned(),
        findings: compare_documents(&old, &new, &snapshots),
        ..Report::default()
    };
    report
        .texts
        .insert("old.yaml".to_owned(), LIBRARY.to_owned());
    report.texts.insert("new.yaml".to_owned(), newer);
    report
}

fn rendered(format: Format) -> String {
    report().render(format).expect("the report can be written")
}

#[test]
fn text_shows_both_lines_and_what_to_do() {
    insta::assert_snapshot!(rendered(Format::Text));
}

#[test]
fn markdown_groups_by_verdict() {
    insta::assert_snapshot!(rendered(Format::Markdown));
}

#[test]
fn github_gets_one_annotation_for_each_finding() {
    insta::assert_snapshot!(rendered(Format::GithubActions));
}

#[test]
fn junit_has_one_case_for_each_finding() {
    let text = rendered(Format::Junit);
    assert_eq!(
        text.matches("<testcase").count(),
        report().findings.len(),
        "{text}"
    );
    assert_eq!(
        text.matches("<failure").count(),
        report().findings.len(),
        "{text}"
    );
}

#[test]
fn no_form_has_the_name_of_a_rule_but_json() {
    let mut report = report();
    for full in [false, true] {
        report.full = full;
        for (name, format) in Format::ALL {
            let text = report.render(format).expect("the report can be written");
            let rules = report.findings.iter().map(|finding| &finding.rule);
            let named: Vec<&String> = rules.filter(|rule| text.contains(*rule)).collect();
            assert!(
                named.is_empty() || format == Format::Json,
                "{name}: {named:?}"
            );
        }
    }
}

#[test]
fn html_holds_everything_and_reaches_for_nothing() {
    let text = rendered(Format::Html);
    assert_eq!(text.matches("<article").count(), report().findings.len());
    assert!(
        text.contains("LOAN_&lt;LOST&gt;") && !text.contains("LOAN_<LOST>"),
        "markup is escaped"
    );
    for outside in ["src=", "href=\"http", "url(", "@import", "fetch("] {
        assert!(
            !text.contains(outside),
            "the page reaches outside with {outside}"
        );
    }
}

#[test]
fn json_follows_its_published_schema() {
    let schema = report_schema();
    let text = format!(
        "{}\n",
        serde_json::to_string_pretty(&schema).expect("it is JSON")
    );
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/report.schema.json");
    let published = std::fs::read_to_string(path).unwrap_or_default();
    if std::env::var_os("UPDATE_SCHEMA").is_some() {
        std::fs::write(path, &text).expect("the schema can be written");
    } else {
        assert_eq!(
            published, text,
            "run this test with UPDATE_SCHEMA=1 to publish the schema"
        );
    }
    let validator = jsonschema::validator_for(&schema).expect("it is a schema");
    let instance = serde_json::from_str(&rendered(Format::Json)).expect("it is JSON");
    let errors: Vec<String> = validator
        .iter_errors(&instance)
        .map(|error| error.to_string())
        .collect();
    assert!(errors.is_empty(), "{errors:?}");
}

#[test]
fn text_takes_forty_lines_unless_all_of_it_is_asked_for() {
    let specification = |text: &str| {
        Specification::new(Document::parse("api.yaml", text).expect("it is YAML"))
            .expect("it is accepted")
    };
    let (old, new) = (crate::spec("pingone.yaml"), LIBRARY);
    let mut report = Report {
        title: "another document".to_owned(),
        findings: compare_documents(&specification(&old), &specification(new), &[]),
        notes: (0..50)
            .map(|page| format!("{page}.txt: the page\nis empty"))
            .collect(),
        ..Report::default()
    };
    let lines = |report: &Report| {
        let text = report
            .render(Format::Text)
            .expect("the report can be written");
        text.lines().count()
    };
    assert!(report.findings.len() > 40, "{}", report.findings.len());
    assert!(lines(&report) <= 40, "{}", lines(&report));
    report.full = true;
    assert!(lines(&report) > 100, "{}", lines(&report));
}

#[test]
fn every_form_has_a_name_and_other_names_are_refused() {
    for (name, format) in Format::ALL {
        assert_eq!(name.parse(), Ok(format));
        assert_eq!(format.to_string(), name);
    }
    let error = "yaml".parse::<Format>().expect_err("it is no form");
    assert!(
        error
            .to_string()
            .starts_with("`yaml` is no form of a report")
    );
}

#[test]
fn rust_items_that_came_and_went_stand_in_every_form() {
    let old = "pub struct shop::Box\npub shop::Box::lid: u8\npub shop::Box::size: u8\nimpl Copy for shop::Box\npub enum shop::Size\npub shop::Size::Small\n";
    let new = "pub struct shop::Box\npub shop::Box::width: u8\npub enum shop::Size\npub shop::Size::Small\npub shop::Size::Large\n[feature post]\npub fn shop::send()\n";
    let named = |name: &str, text: &str| (name.to_owned(), text.to_owned());
    let (old, new) = (named("HEAD:api/shop.txt", old), named("api/shop.txt", new));
    let mut report = Report {
        title: "shop".to_owned(),
        findings: compare_listings(std::slice::from_ref(&old), std::slice::from_ref(&new)),
        ..Report::default()
    };
    report.texts.extend([old, new]);
    let found: Vec<(&str, Source, &str)> = report
        .findings
        .iter()
        .map(|finding| (finding.rule.as_str(), finding.source, finding.text.as_str()))
        .collect();
    let expected = [
        (
            "rust-item-removed",
            Source::Major,
            "a public item is gone or has changed: 3 items of `shop::Box`: programs that name it no longer compile",
        ),
        (
            "rust-item-added-required",
            Source::Major,
            "a new public item that programs have to know: 1 item of `shop::Size`: a `match` without a wildcard no longer compiles",
        ),
        (
            "rust-item-became-unclear",
            Source::Review,
            "a new public item that programs may have to know: 1 item of `shop::Box`: a literal that lists every field no longer compiles",
        ),
        (
            "rust-item-added",
            Source::Minor,
            "a new public item: 1 item of `shop::send`: programs go on as before",
        ),
    ];
    assert_eq!(found, expected);
    assert!(
        report
            .findings
            .iter()
            .all(|finding| !finding.docs && finding.wire == Wire::None)
    );
    assert_eq!(report.bump(), "major");
    for (name, format) in Format::ALL {
        let text = report.render(format).expect("the report can be written");
        for word in ["3 items of", "shop::Size", "1 item of"] {
            assert!(text.contains(word), "{name}: {text}");
        }
    }
    assert!(
        compare_listings(
            &[],
            &[("api/new.txt".to_owned(), "pub mod new\n".to_owned())]
        )
        .is_empty()
    );
}

fn decision(fingerprint: &str, reason: &str, expires: Option<&str>) -> Decision {
    Decision {
        scope: Scope::Document,
        fingerprint: fingerprint.to_owned(),
        finding: "what was found".to_owned(),
        reason: reason.to_owned(),
        date: "2031-01-01".to_owned(),
        expires: expires.map(str::to_owned),
    }
}

/// What is wrong with one decision about the first finding, and whether the report still fails.
#[track_caller]
fn check(reason: &str, expires: Option<&str>, wrong: Option<&str>, accepted: bool) {
    let mut report = report();
    let decision = decision(&report.findings[0].fingerprint, reason, expires);
    let decisions = Decisions {
        accepted: vec![decision],
    };
    let text = decisions.to_text().expect("it is TOML");
    let decisions = Decisions::parse(&text).expect("it can be read again");
    let errors = decisions.apply(Scope::Document, &mut report.findings, "2031-06-01");
    let words: Vec<String> = errors.iter().map(DecisionError::to_string).collect();
    match wrong {
        Some(wrong) => assert!(words.len() == 1 && words[0].contains(wrong), "{words:?}"),
        None => assert!(words.is_empty(), "{words:?}"),
    }
    assert_eq!(report.findings[0].accepted.is_some(), accepted);
    assert_eq!(report.fails(Wire::Breaking), !accepted);
}

#[test]
fn an_accepted_finding_does_not_count_until_the_decision_expires() {
    check("known", None, None, true);
    check("known", Some("2031-06-01"), None, true);
    check(
        "known",
        Some("2031-05-31"),
        Some("expired on 2031-05-31"),
        false,
    );
    check(" ", None, Some("has no reason"), false);
}

#[test]
fn a_decision_without_its_finding_is_an_error_in_its_own_comparison_only() {
    let mut report = report();
    let decisions = Decisions {
        accepted: vec![decision("000000000000", "known", None)],
    };
    let errors = decisions.apply(Scope::Document, &mut report.findings, "2031-06-01");
    assert!(
        matches!(&errors[..], [error] if error.reason == NoDecision::Unused),
        "{errors:?}"
    );
    assert!(
        decisions
            .apply(Scope::Pages, &mut report.findings, "2031-06-01")
            .is_empty()
    );
}

#[test]
fn a_fingerprint_stays_while_the_cause_does() {
    let newer = report();
    let shifted = LIBRARY.replace("paths:\n", "# A comment moves every line.\npaths:\n");
    let specification = |text: &str| {
        Specification::new(Document::parse("x", text).expect("YAML")).expect("OpenAPI")
    };
    let changed = shifted.replace("days: {type: integer}", "days: {type: string}");
    let found = compare_documents(&specification(&shifted), &specification(&changed), &[]);
    assert!(
        newer
            .findings
            .iter()
            .any(|finding| finding.fingerprint == found[0].fingerprint)
    );
}
