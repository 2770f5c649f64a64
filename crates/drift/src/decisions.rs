//! Findings that a person has looked at: `spec/drift-accepted.toml`.

use serde::{Deserialize, Serialize};

use crate::finding::{Acceptance, Finding};

const HEADER: &str = "# Findings that a person has looked at and accepted, by fingerprint.\n\
    # Written by `cargo xtask docs check --accept FINGERPRINT --reason TEXT`.\n\
    # One that fits no finding, or that has expired, fails the check.\n\n";

/// The accepted findings.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Decisions {
    /// The decisions, in the order in which they were made.
    #[serde(default)]
    pub accepted: Vec<Decision>,
}

/// One accepted finding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Decision {
    /// Which comparison has the finding.
    pub scope: Scope,
    /// The fingerprint of the finding.
    pub fingerprint: String,
    /// What was found, for people.
    pub finding: String,
    /// Why it is all right.
    pub reason: String,
    /// The day of the decision, as `YYYY-MM-DD`.
    pub date: String,
    /// The last day on which it counts, as `YYYY-MM-DD`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires: Option<String>,
}

/// Which comparison a decision belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Scope {
    /// Pages against the ledger and the document.
    Pages,
    /// The document against its older version.
    Document,
}

/// A decision that does not count.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the acceptance {fingerprint} (\"{finding}\") {reason}")]
#[non_exhaustive]
pub struct DecisionError {
    /// The fingerprint.
    pub fingerprint: String,
    /// What was found.
    pub finding: String,
    /// Why it does not count.
    pub reason: NoDecision,
}

/// Why a decision does not count.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NoDecision {
    /// It fits no finding.
    #[error("fits no finding any more: remove it")]
    Unused,
    /// Its last day has passed.
    #[error("expired on {0}: look at the finding again")]
    Expired(String),
    /// It has no reason.
    #[error("has no reason: say why it is all right")]
    NoReason,
}

impl Decisions {
    /// Reads decisions.
    ///
    /// # Errors
    /// When the text is not the TOML that it has to be.
    pub fn parse(text: &str) -> Result<Self, toml::de::Error> {
        toml::from_str(text)
    }

    /// The text of the file.
    ///
    /// # Errors
    /// When a value cannot be written as TOML.
    pub fn to_text(&self) -> Result<String, toml::ser::Error> {
        Ok(format!("{HEADER}{}", toml::to_string(self)?))
    }

    /// Marks the findings that are accepted, and returns the decisions of this comparison that do not count.
    ///
    /// `today` is a day as `YYYY-MM-DD`.
    pub fn apply(&self, scope: Scope, findings: &mut [Finding], today: &str) -> Vec<DecisionError> {
        let mut errors = Vec::new();
        let own = self.accepted.iter();
        for decision in own.filter(|decision| decision.scope == scope) {
            let expires = decision.expires.clone().filter(|day| day.as_str() < today);
            let mut same = findings.iter_mut();
            let finding = same.find(|finding| finding.fingerprint == decision.fingerprint);
            let reason = match (finding, expires) {
                (None, _) => NoDecision::Unused,
                (_, Some(expires)) => NoDecision::Expired(expires),
                (Some(_), _) if decision.reason.trim().is_empty() => NoDecision::NoReason,
                (Some(finding), None) => {
                    finding.accepted = Some(Acceptance {
                        reason: decision.reason.clone(),
                        date: decision.date.clone(),
                    });
                    continue;
                }
            };
            errors.push(DecisionError {
                fingerprint: decision.fingerprint.clone(),
                finding: decision.finding.clone(),
                reason,
            });
        }
        errors
    }
}
