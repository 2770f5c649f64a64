//! Seed files: what a sandbox begins with, written down.

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;

use jiff::Timestamp;
use pingone_models::{EnvironmentId, FlowId, Secret};
use serde::Deserialize;
use serde_json::{Map, Value};

use super::{NewFlow, NewUser, SeedError};
use crate::fault::Fault;
use crate::limits::RateLimit;
use crate::shared::Core;

/// What a sandbox begins with, as a file in YAML or JSON describes it.
///
/// Every part is optional. What has no id gets a random one from the seed. The client may also have a `key`, the public
/// key in PEM form that verifies its `private_key_jwt`.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use pingone_sandbox::{Config, SeedFile};
///
/// let file = SeedFile::parse(
///     "
/// environment: abfba8f6-49eb-49f5-a5d9-80ad5c98f9f6
/// client: { id: worker, secret: not-a-real-secret }
/// seed: 7
/// frozenAt: 2026-01-01T00:00:00Z
/// users:
///   - id: 8376797d-641c-4e7f-8bb9-8fd3b4bd1bf1
///     username: lindajones
///     email: linda@example.com
///     password: 2FederateM0re!
///     passwordStatus: MUST_CHANGE_PASSWORD
///     verified: false
///     attributes: { nickname: Linda, name: { given: Linda, family: Jones } }
///     devices:
///       - { type: SMS, contact: '+14135550144', nickname: phone }
///     groups:
///       - { id: 2f0e6f7c-4a43-4c9e-9c3f-0a7c6a2e3a51, name: Admins }
/// flows:
///   - { id: 6eb8a4cd-3b4a-4b9f-8d2c-1d3c2b1a0f9e, kind: SIGN_ON, mfa: true, application: Example }
/// limits:
///   listUsers: { requests: 10, milliseconds: 1000 }
/// faults:
///   - { effect: { kind: status, status: 503 }, match: { operation: readUser }, count: 1 }
/// ",
/// )?;
/// let sandbox = Config::new().with_seed_file(file).start().await?;
/// assert_eq!(sandbox.client_id(), "worker");
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SeedFile {
    pub(crate) environment: Option<EnvironmentId>,
    pub(crate) client: Option<ClientEntry>,
    pub(crate) seed: Option<u64>,
    pub(crate) frozen_at: Option<Timestamp>,
    #[serde(default)]
    users: Vec<NewUser>,
    #[serde(default)]
    flows: Vec<FlowEntry>,
    #[serde(default)]
    limits: BTreeMap<String, RateLimit>,
    #[serde(default)]
    faults: Vec<Fault>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ClientEntry {
    pub(crate) id: String,
    pub(crate) secret: Secret,
    pub(crate) key: Option<String>,
}

/// A flow, as a file or the control API describes one.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct FlowEntry {
    #[serde(default)]
    kind: FlowKind,
    id: Option<FlowId>,
    #[serde(default)]
    mfa: bool,
    #[serde(default)]
    profile: bool,
    #[serde(default)]
    agreement: bool,
    device_code: Option<Secret>,
    application: Option<String>,
    #[serde(default)]
    attributes: Map<String, Value>,
}

#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
enum FlowKind {
    #[default]
    SignOn,
    UsernameOnly,
    External,
}

impl SeedFile {
    /// Reads a file.
    ///
    /// # Errors
    /// When the file cannot be read, or does not have the form of a seed file.
    pub fn read(path: impl AsRef<Path>) -> Result<Self, SeedFileError> {
        let path = path.as_ref();
        let name = path.display().to_string();
        let text = std::fs::read_to_string(path).map_err(|source| SeedFileError {
            text: format!("{name} cannot be read"),
            source: Some(source),
        })?;
        Self::named(&name, &text)
    }

    /// Reads text, in YAML or JSON.
    ///
    /// # Errors
    /// When the text does not have the form of a seed file.
    pub fn parse(text: &str) -> Result<Self, SeedFileError> {
        Self::named("the seed file", text)
    }

    fn named(name: &str, text: &str) -> Result<Self, SeedFileError> {
        serde_saphyr::from_str(text).map_err(|error| {
            // The first line says what and where; the lines of the file that follow may hold a password.
            let error = error.to_string();
            let reason = error.lines().next().unwrap_or_default();
            SeedFileError {
                text: format!("{name} has not the form of a seed file: {reason}"),
                source: None,
            }
        })
    }

    /// Puts everything into a core whose environment this is.
    pub(crate) fn apply(
        &self,
        core: &mut Core,
        environment: EnvironmentId,
        now: Timestamp,
    ) -> Result<(), SeedError> {
        for user in &self.users {
            let user = user.clone();
            core.seed(environment, now, |environment, random, now| {
                user.seed(environment, random, now)
            })?;
        }
        for flow in &self.flows {
            let flow = NewFlow::from(flow.clone());
            core.seed(environment, now, |environment, random, now| {
                flow.seed(environment, random, now)
            });
        }
        for (operation, limit) in &self.limits {
            let set = core.limits.set(operation, *limit);
            set.map_err(|error| SeedError::new(error.to_string()))?;
        }
        for fault in &self.faults {
            let added = core.faults.add(fault.clone());
            added.map_err(|error| SeedError::new(error.to_string()))?;
        }
        Ok(())
    }
}

impl From<FlowEntry> for NewFlow {
    fn from(entry: FlowEntry) -> Self {
        let mut flow = match entry.kind {
            FlowKind::SignOn => NewFlow::sign_on(),
            FlowKind::UsernameOnly => NewFlow::username_only(),
            FlowKind::External => NewFlow::external(entry.attributes),
        };
        if let Some(id) = entry.id {
            flow = flow.id(id);
        }
        if entry.mfa {
            flow = flow.with_mfa();
        }
        if entry.profile {
            flow = flow.with_profile();
        }
        if entry.agreement {
            flow = flow.with_agreement();
        }
        if let Some(code) = entry.device_code {
            flow = flow.with_device_code(code);
        }
        if let Some(application) = entry.application {
            flow = flow.application(application);
        }
        flow
    }
}

/// A seed file cannot be used.
#[derive(Debug)]
pub struct SeedFileError {
    text: String,
    source: Option<std::io::Error>,
}

impl fmt::Display for SeedFileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl std::error::Error for SeedFileError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        let source = self.source.as_ref()?;
        Some(source)
    }
}
