//! Prints a report of two invented documents as one HTML page: every verdict, an accepted finding, and long lines.

use std::error::Error;

use pingone_codegen::Document;
use pingone_drift::{
    Acceptance, Format, Report, Specification, compare_documents, compare_listings,
};

const OLD: &str = include_str!("../tests/it/library.yaml");

fn main() -> Result<(), Box<dyn Error>> {
    let old = OLD.replace(
        "name: {type: string}\n",
        "name: {type: string, maxLength: 20}\n",
    );
    let long = "and-on".repeat(60);
    let new = old
        .replace("days: {type: integer}", "days: {type: string}")
        .replace("note: {type: string}", "note: {type: boolean}")
        .replace("ten minutes", "five minutes")
        .replace("maxLength: 20", "maxLength: 40")
        .replace("LOAN_OVERDUE]", "LOAN_OVERDUE, 'LOAN_<LOST>']")
        .replace("End a loan", &format!("End a loan, {long}"));
    let specification =
        |name: &str, text: &str| Document::parse(name, text).and_then(Specification::new);
    let findings = compare_documents(
        &specification("old.yaml", &old)?,
        &specification("new.yaml", &new)?,
        &["extendLoan__extendLoan.snap".to_owned()],
    );
    let listing = |name: &str, items: &str| (name.to_owned(), items.to_owned());
    let was = listing(
        "HEAD:api/library.txt",
        "pub struct library::Loan\npub library::Loan::days: i64\n",
    );
    let is = listing(
        "api/library.txt",
        "pub struct library::Loan\npub fn library::Loan::end(self)\n",
    );
    let items = compare_listings(std::slice::from_ref(&was), std::slice::from_ref(&is));
    let mut report = Report {
        title: "new.yaml against old.yaml".to_owned(),
        findings: findings.into_iter().chain(items).collect(),
        ..Report::default()
    };
    let accepted = report
        .findings
        .iter_mut()
        .find(|finding| finding.text.contains("note"));
    if let Some(finding) = accepted {
        finding.accepted = Some(Acceptance {
            reason: "Nobody has ever sent a note.".to_owned(),
            date: "2031-01-01".to_owned(),
        });
    }
    let named = |name: &str, text: String| (name.to_owned(), text);
    report
        .texts
        .extend([named("old.yaml", old), named("new.yaml", new), was, is]);
    print!("{}", report.render(Format::Html)?);
    Ok(())
}
