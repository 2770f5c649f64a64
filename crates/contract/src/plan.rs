//! What is asked: made from the samples of the document.

use std::cmp::Reverse;
use std::fmt;
use std::io::{self, Write};

use pingone_models::operation::{Effect, Location, Operation};
use pingone_models::request::Sample;
use pingone_models::samples;
use serde_json::Value;

/// An id that nothing has.
pub(crate) const ABSENT: &str = "00000000-0000-4000-8000-000000000000";

/// One request that the service and the sandbox are asked.
pub(crate) struct Planned {
    pub(crate) sample: &'static Sample,
    /// Whether the last id of the path is one that nothing has.
    pub(crate) absent: bool,
}

impl Planned {
    pub(crate) fn operation(&self) -> &'static Operation {
        self.sample.operation
    }

    /// The path parameters that are ids of the environment's own things.
    pub(crate) fn ids(&self) -> Vec<&'static str> {
        ids(self.operation())
    }

    /// What sending it does, in words.
    pub(crate) fn effect(&self) -> &'static str {
        match self.operation().effect {
            Effect::Read => "reads",
            Effect::ChangesState => "changes the test user",
            Effect::SpendsAttempt => "may use up an attempt of the test user",
            Effect::SendsMessage => "may send a message to the test user",
        }
    }
}

impl fmt::Display for Planned {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.operation().id, self.sample.name)?;
        f.write_str(if self.absent { ", unknown id" } else { "" })
    }
}

fn ids(operation: &'static Operation) -> Vec<&'static str> {
    let parameters = operation.parameters.iter();
    let own = parameters.filter(|own| own.location == Location::Path && !own.client_supplied);
    own.map(|own| own.name).collect()
}

/// The requests, reads first, then the mildest effects.
pub(crate) struct Plan {
    probes: Vec<Planned>,
    pub(crate) left_out: Vec<&'static Operation>,
}

impl Plan {
    pub(crate) fn new(effects: bool) -> Self {
        let mut probes: Vec<Planned> = Vec::new();
        let mut left_out: Vec<&'static Operation> = Vec::new();
        for sample in samples() {
            let operation = sample.operation;
            let reads = operation.effect == Effect::Read;
            // Of the effects, only those on the test user: its id is in the path.
            let wanted = reads || effects && ids(operation).contains(&"userId");
            if !wanted {
                if !left_out.contains(&operation) {
                    left_out.push(operation);
                }
                continue;
            }
            let known = probes.iter().any(|own| own.operation() == operation);
            if reads && known {
                continue;
            }
            probes.push(Planned {
                sample,
                absent: false,
            });
            if reads && !ids(operation).is_empty() {
                probes.push(Planned {
                    sample,
                    absent: true,
                });
            }
        }
        // What deletes comes last, and the user last of all: afterwards there is nothing to ask about.
        let deletes = |probe: &Planned| probe.operation().method == "DELETE";
        probes.sort_by_key(|probe| {
            let depth = deletes(probe).then(|| Reverse(probe.ids().len()));
            (deletes(probe), depth, probe.operation().effect)
        });
        Self { probes, left_out }
    }

    pub(crate) fn probes(&self) -> &[Planned] {
        &self.probes
    }

    pub(crate) fn print(&self, out: &mut dyn Write) -> io::Result<()> {
        for probe in &self.probes {
            let operation = probe.operation();
            let (method, path) = (operation.method, operation.path);
            writeln!(out, "{probe}: {method} {path}")?;
            if let Some(media_type) = operation.media_type() {
                writeln!(out, "    Content-Type: {media_type}")?;
            }
            writeln!(out, "    {}", probe.effect())?;
        }
        writeln!(
            out,
            "{} requests. Nothing was sent; {} operations are not part of this run.",
            self.probes.len(),
            self.left_out.len()
        )
    }
}

/// The operation that lists what a path parameter identifies: a GET of the path before the parameter.
pub(crate) fn lister(parameter: &str) -> Option<&'static Sample> {
    let end = format!("/{{{parameter}}}");
    let of = |sample: &&Sample| sample.operation.method == "GET";
    let item = samples()
        .iter()
        .filter(of)
        .find_map(|sample| sample.operation.path.strip_suffix(&end))?;
    samples()
        .iter()
        .filter(of)
        .find(|sample| sample.operation.path == item)
}

/// The id of the first item of a page of a list.
pub(crate) fn first_id(list: &Value) -> Option<&str> {
    let embedded = list.get("_embedded")?.as_object()?;
    let mut lists = embedded.values().filter_map(Value::as_array);
    lists.find_map(|items| items.first()?.get("id")?.as_str())
}
