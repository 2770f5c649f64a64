//! The faults that are planned, and which request meets which.

use std::collections::BTreeMap;
use std::fmt;

use pingone_models::UserId;
use serde::{Deserialize, Serialize};

use super::{Effect, Fault, FaultError, header};
use crate::media::essence;
use crate::random::Random;

/// How many texts of the request header are counted; then counting starts again.
const HEADERS: usize = 10_000;

/// Names a planned fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct FaultId(pub(crate) u64);

impl fmt::Display for FaultId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A fault, and how often it has been met.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct PlannedFault {
    /// Its name.
    pub id: FaultId,
    /// The fault.
    #[serde(flatten)]
    pub fault: Fault,
    /// How many requests have met it.
    pub met: u64,
}

/// What a request is, as far as faults look at it.
pub(crate) struct Subject<'a> {
    pub(crate) operation: Option<&'static str>,
    pub(crate) method: &'a str,
    pub(crate) path: &'a str,
    pub(crate) media_type: Option<&'a str>,
    pub(crate) user: Option<UserId>,
}

/// The planned faults, and how often the texts of the request header have been met.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct FaultPlan {
    #[serde(with = "written")]
    planned: Vec<PlannedFault>,
    added: u64,
    by_header: BTreeMap<String, u64>,
    /// Chances and delays have a source of their own, so that a fault changes no id and no code.
    pub(crate) random: Random,
}

/// Planned faults with each fault as a member of its own: a fault refuses members that it does not know.
mod written {
    use serde::{Deserialize, Deserializer, Serializer};

    use super::{Fault, FaultId, PlannedFault};

    pub(super) fn serialize<S: Serializer>(
        planned: &[PlannedFault],
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        let rows = planned.iter();
        serializer.collect_seq(rows.map(|planned| (planned.id, &planned.fault, planned.met)))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Vec<PlannedFault>, D::Error> {
        let rows = Vec::<(FaultId, Fault, u64)>::deserialize(deserializer)?;
        let planned = rows.into_iter();
        Ok(planned
            .map(|(id, fault, met)| PlannedFault { id, fault, met })
            .collect())
    }
}

impl FaultPlan {
    pub(crate) fn new(random: Random) -> Self {
        Self {
            planned: Vec::new(),
            added: 0,
            by_header: BTreeMap::new(),
            random,
        }
    }

    pub(crate) fn add(&mut self, fault: Fault) -> Result<FaultId, FaultError> {
        fault.check()?;
        self.added += 1;
        let id = FaultId(self.added);
        self.planned.push(PlannedFault { id, fault, met: 0 });
        Ok(id)
    }

    pub(crate) fn remove(&mut self, id: FaultId) -> bool {
        let before = self.planned.len();
        self.planned.retain(|planned| planned.id != id);
        self.planned.len() < before
    }

    pub(crate) fn clear(&mut self) {
        self.planned.clear();
    }

    pub(crate) fn planned(&self) -> &[PlannedFault] {
        &self.planned
    }

    pub(crate) fn has_rules(&self) -> bool {
        !self.planned.is_empty()
    }

    /// The fault that a request with this header meets.
    pub(crate) fn meet_header(&mut self, text: &str) -> Result<Option<Effect>, FaultError> {
        let fault = header::parse(text)?;
        if self.by_header.len() >= HEADERS {
            self.by_header.clear();
        }
        let met = self.by_header.entry(text.to_owned()).or_default();
        if fault.count.is_some_and(|count| *met >= count) || !happens(&fault, &mut self.random) {
            return Ok(None);
        }
        *met += 1;
        Ok(Some(fault.effect))
    }

    /// The planned fault that this request meets.
    pub(crate) fn meet(&mut self, subject: &Subject<'_>) -> Option<Effect> {
        for planned in &mut self.planned {
            let left = planned.fault.count.is_none_or(|count| planned.met < count);
            if left && subject.is_meant(&planned.fault) && happens(&planned.fault, &mut self.random)
            {
                planned.met += 1;
                return Some(planned.fault.effect.clone());
            }
        }
        None
    }
}

fn happens(fault: &Fault, random: &mut Random) -> bool {
    fault
        .probability
        .is_none_or(|probability| random.fraction() < probability)
}

impl Subject<'_> {
    fn is_meant(&self, fault: &Fault) -> bool {
        let target = &fault.target;
        let operation = target.operation.as_deref();
        let wanted_type = target.media_type.as_deref().map(essence);
        operation.is_none_or(|wanted| self.operation == Some(wanted))
            && target
                .method
                .as_deref()
                .is_none_or(|wanted| wanted.eq_ignore_ascii_case(self.method))
            && target
                .path
                .as_deref()
                .is_none_or(|wanted| path_matches(wanted, self.path))
            && (wanted_type.is_none() || wanted_type == self.media_type.map(essence))
            && target.user.is_none_or(|wanted| self.user == Some(wanted))
    }
}

fn path_matches(pattern: &str, path: &str) -> bool {
    let mut segments = path.split('/');
    for wanted in pattern.split('/') {
        match (wanted, segments.next()) {
            ("**", _) => return true,
            (_, None) => return false,
            ("*", Some(_)) => {}
            (wanted, Some(found)) if wanted == found => {}
            _ => return false,
        }
    }
    segments.next().is_none()
}

#[cfg(test)]
mod tests {
    use super::path_matches;

    #[test]
    fn paths_match_segment_by_segment() {
        assert!(path_matches(
            "/v1/environments/*/users/*",
            "/v1/environments/a/users/b"
        ));
        assert!(!path_matches(
            "/v1/environments/*/users/*",
            "/v1/environments/a/users/b/password"
        ));
        assert!(!path_matches(
            "/v1/environments/*/users/*",
            "/v1/environments/a/users"
        ));
        assert!(path_matches("/v1/**", "/v1/environments/a/users"));
        assert!(path_matches("/**", "/"));
    }
}
