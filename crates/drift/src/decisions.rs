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

/// Why a decision does not count.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DecisionError {
    /// It fits no finding.
    #[error("the acceptance {fingerprint} (\"{finding}\") fits no finding any more: remove it")]
    Unused {
        /// The fingerprint.
        fingerprint: String,
        /// What was found.
        finding: String,
    },
    /// It has expired.
    #[error(
        "the acceptance {fingerprint} (\"{finding}\") expired on {expires}: look at the finding again"
    )]
    Expired {
        /// The fingerprint.
        fingerprint: String,
        /// What was found.
        finding: String,
        /// The last day on which it counted.
        expires: String,
    },
    /// It has no reason.
    #[error("the acceptance {fingerprint} (\"{finding}\") has no reason: say why it is all right")]
    NoReason {
        /// The fingerprint.
        fingerprint: String,
        /// What was found.
        finding: String,
    },
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
        for decision in self
            .accepted
            .iter()
            .filter(|decision| decision.scope == scope)
        {
            let (fingerprint, found) = (decision.fingerprint.clone(), decision.finding.clone());
            let expires = decision.expires.clone().filter(|day| day.as_str() < today);
            let finding = findings
                .iter_mut()
                .find(|finding| finding.fingerprint == fingerprint);
            match (finding, expires) {
                (None, _) => errors.push(DecisionError::Unused {
                    fingerprint,
                    finding: found,
                }),
                (_, Some(expires)) => {
                    errors.push(DecisionError::Expired {
                        fingerprint,
                        finding: found,
                        expires,
                    });
                }
                (Some(_), _) if decision.reason.trim().is_empty() => {
                    errors.push(DecisionError::NoReason {
                        fingerprint,
                        finding: found,
                    });
                }
                (Some(finding), None) => {
                    finding.accepted = Some(Acceptance {
                        reason: decision.reason.clone(),
                        date: decision.date.clone(),
                    });
                }
            }
        }
        errors
    }
}
