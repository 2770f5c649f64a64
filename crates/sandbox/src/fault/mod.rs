//! Failures on demand: what goes wrong, for which requests, and how often.

mod effect;
mod header;
mod plan;

use std::fmt;

use pingone_models::UserId;
use pingone_models::operation::Operation;
use serde::{Deserialize, Serialize};

use crate::suggest;

pub(crate) use self::effect::{Delivery, Reply};
pub use self::effect::{Effect, Latency};
pub(crate) use self::header::{EXAMPLES, HEADER};
pub use self::plan::{FaultId, PlannedFault};
pub(crate) use self::plan::{FaultPlan, Subject};

/// Something that goes wrong, for the requests that it matches.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use pingone_sandbox::{Effect, Fault, Sandbox, operations};
///
/// let sandbox = Sandbox::start().await?;
/// // The next answer to a verification is lost, although the user has been verified.
/// sandbox.faults().add(Fault::new(Effect::DropAfterCommit).on_operation(&operations::VERIFY_USER).times(1))?;
/// // One read in ten fails with PingOne's own error.
/// sandbox.faults().add(Fault::status(503).on_operation(&operations::READ_USER).with_probability(0.1))?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[must_use]
pub struct Fault {
    effect: Effect,
    #[serde(rename = "match", default)]
    target: Target,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    count: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    probability: Option<f64>,
}

/// Which requests a fault is for: those that match everything that is given.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Target {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    operation: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    method: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    path: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    media_type: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    user: Option<UserId>,
}

impl Fault {
    /// A fault that every request meets.
    pub fn new(effect: Effect) -> Self {
        Self {
            effect,
            target: Target::default(),
            count: None,
            probability: None,
        }
    }

    /// An answer with this status and PingOne's body for it, in place of the real one.
    pub fn status(status: u16) -> Self {
        Self::new(Effect::status(status))
    }

    /// Limits the fault to an operation of the document, such as [`VERIFY_USER`](crate::operations::VERIFY_USER).
    pub fn on_operation(self, operation: &'static Operation) -> Self {
        self.on_operation_id(operation.id.to_owned())
    }

    /// As [`on_operation`](Self::on_operation), by an id that [`check`](Self::check) looks up.
    pub(crate) fn on_operation_id(mut self, id: String) -> Self {
        self.target.operation = Some(id);
        self
    }

    /// Limits the fault to a method.
    pub fn on_method(mut self, method: impl Into<String>) -> Self {
        self.target.method = Some(method.into());
        self
    }

    /// Limits the fault to a path; `*` matches one segment, a trailing `**` all that follow.
    pub fn on_path(mut self, path: impl Into<String>) -> Self {
        self.target.path = Some(path.into());
        self
    }

    /// Limits the fault to a media type, in any case and with any parameters.
    pub fn on_media_type(mut self, media_type: impl Into<String>) -> Self {
        self.target.media_type = Some(media_type.into());
        self
    }

    /// Limits the fault to what is done to or for a user.
    pub fn on_user(mut self, user: UserId) -> Self {
        self.target.user = Some(user);
        self
    }

    /// Ends the fault after it has been met this often.
    pub fn times(mut self, count: u64) -> Self {
        self.count = Some(count);
        self
    }

    /// Lets only this share of the matching requests meet the fault, by the sandbox's seed.
    pub fn with_probability(mut self, probability: f64) -> Self {
        self.probability = Some(probability);
        self
    }

    /// Reads the text that `X-Sandbox-Fault` takes.
    pub(crate) fn from_text(text: &str) -> Result<Self, FaultError> {
        header::parse(text)
    }

    /// The fault in a few words.
    pub(crate) fn summary(&self) -> String {
        let text = serde_json::to_value(self).unwrap_or_default();
        let mut words = Vec::new();
        for part in ["effect", "match"] {
            let members = text.get(part).and_then(serde_json::Value::as_object);
            for (name, value) in members.into_iter().flatten() {
                let value = value
                    .as_str()
                    .map_or_else(|| value.to_string(), str::to_owned);
                match name.as_str() {
                    // The number that follows says it all.
                    "kind" if value == "status" => {}
                    "kind" => words.push(value),
                    name => words.push(format!("{name} {value}")),
                }
            }
        }
        if let Some(probability) = self.probability {
            words.push(format!("probability {probability}"));
        }
        words.join(", ")
    }

    pub(crate) fn count(&self) -> Option<u64> {
        self.count
    }

    /// Whether the fault can happen as it is described.
    pub(crate) fn check(&self) -> Result<(), FaultError> {
        self.effect.check()?;
        if self.count == Some(0) {
            return Err(FaultError::new("`count` must be 1 or more"));
        }
        if self.probability.is_some_and(|p| !(0.0..=1.0).contains(&p)) {
            return Err(FaultError::new("`probability` must lie between 0 and 1"));
        }
        let Target {
            operation,
            method,
            path,
            media_type,
            user: _,
        } = &self.target;
        let unknown = [
            operation
                .as_deref()
                .and_then(|id| suggest::operation(id).err()),
            method
                .as_deref()
                .and_then(|name| suggest::method(name).err()),
            path.as_deref().and_then(|path| suggest::path(path).err()),
            media_type
                .as_deref()
                .and_then(|name| suggest::media_type(name).err()),
        ];
        if let Some(unknown) = unknown.into_iter().flatten().next() {
            return Err(FaultError::new(unknown.to_string()));
        }
        Ok(())
    }
}

/// A fault cannot happen as it is described.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FaultError(String);

impl FaultError {
    pub(crate) fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }
}

impl fmt::Display for FaultError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the fault cannot be planned: {}", self.0)
    }
}

impl std::error::Error for FaultError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: Result<(), &str>) {
        let fault: Fault = serde_json::from_str(text).unwrap();
        let found = fault.check().map_err(|error| error.0);
        assert_eq!(
            found.as_ref().map_err(String::as_str),
            expected.as_ref().map_err(|e| *e)
        );
    }

    #[test]
    fn a_fault_that_cannot_happen_is_refused_with_its_reason() {
        check(r#"{"effect": {"kind": "status", "status": 503}}"#, Ok(()));
        check(
            r#"{"effect": {"kind": "status", "status": 200}}"#,
            Err("`status` must lie between 400 and 599"),
        );
        check(
            r#"{"effect": {"kind": "drop-after-commit"}, "count": 0}"#,
            Err("`count` must be 1 or more"),
        );
        check(
            r#"{"effect": {"kind": "drop-after-commit"}, "probability": 1.5}"#,
            Err("`probability` must lie between 0 and 1"),
        );
        check(
            r#"{"effect": {"kind": "connection-reset"}, "match": {"operation": "verifyUsr"}}"#,
            Err("the document has no operation `verifyUsr`; did you mean `verifyUser`?"),
        );
    }

    #[test]
    fn a_member_that_faults_do_not_have_is_refused() {
        let text = r#"{"effect": {"kind": "drop-after-commit"}, "colour": "red"}"#;
        assert!(serde_json::from_str::<Fault>(text).is_err());
    }
}
