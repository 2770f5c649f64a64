//! JUnit XML, one test case for each finding.

use quick_junit::{NonSuccessKind, TestCase, TestCaseStatus, TestSuite};

use super::{RenderError, Report};
use crate::finding::Side;

pub(super) fn render(report: &Report) -> Result<String, RenderError> {
    let mut suite = TestSuite::new("drift");
    for finding in &report.findings {
        let status = match &finding.accepted {
            Some(accepted) => {
                let mut status = TestCaseStatus::skipped();
                status.set_message(accepted.reason.clone());
                status
            }
            None => {
                let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
                status.set_type(finding.overall().word());
                status.set_message(finding.text.clone());
                let places: Vec<String> = finding.sides().map(Side::place).collect();
                status.set_description(format!(
                    "wire {}, source {}\n{}\n{}",
                    finding.wire,
                    finding.source,
                    places.join("\n"),
                    finding.fix
                ));
                status
            }
        };
        let name = format!("{} [{}]", finding.text, finding.fingerprint);
        let mut case = TestCase::new(name, status);
        case.set_classname(finding.subjects.first().cloned().unwrap_or_default());
        suite.add_test_case(case);
    }
    if report.findings.is_empty() {
        suite.add_test_case(TestCase::new("no drift", TestCaseStatus::success()));
    }
    let mut junit = quick_junit::Report::new(report.title.clone());
    junit.add_test_suite(suite);
    Ok(junit.to_string()?)
}
