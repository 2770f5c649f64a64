//! What was found, for a person and for a program.

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::fmt::Write as _;
use std::io::{self, Write};

use pingone_models::operation::Effect;
use pingone_sandbox::rules::RULES;
use serde::Serialize;

use crate::check;
use crate::plan::{Plan, Planned};
use crate::service::Answer;

/// What was found.
#[derive(Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Report {
    requests: Vec<Asked>,
    unanswered: Vec<Skipped>,
    skipped: Vec<Skipped>,
    /// Operations that this run is not for.
    left_out: Vec<&'static str>,
    rules: BTreeMap<String, RuleSeen>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Asked {
    request: String,
    operation: &'static str,
    status: u16,
    differs_from_document: Vec<String>,
    differs_from_sandbox: Vec<String>,
}

#[derive(Serialize)]
struct Skipped {
    request: String,
    reason: String,
}

/// What was seen of a rule that no page backs.
#[derive(Default, Serialize)]
struct RuleSeen {
    text: &'static str,
    confirmed: BTreeSet<String>,
    refuted: BTreeSet<String>,
}

/// What has led to an error.
pub(crate) fn causes(error: &dyn Error) -> impl Iterator<Item = &dyn Error> {
    std::iter::successors(error.source(), |&cause| cause.source())
}

impl Report {
    /// Notes that the connection failed, which says nothing of the service, but that a request may have taken effect.
    pub(crate) fn unanswered(&mut self, probe: &Planned, error: &dyn Error) {
        let mut reason = error.to_string();
        for cause in causes(error) {
            let _ = write!(reason, ": {cause}");
        }
        if probe.operation().effect != Effect::Read {
            reason += "; the request may have taken effect";
        }
        let request = probe.to_string();
        self.unanswered.push(Skipped { request, reason });
    }

    pub(crate) fn skip(&mut self, probe: &Planned, reason: String) {
        let request = probe.to_string();
        self.skipped.push(Skipped { request, reason });
    }

    pub(crate) fn compare(&mut self, probe: &Planned, there: &Answer, here: Option<&Answer>) {
        // A limit or an outage says nothing of the rules.
        let here = here.filter(|_| !matches!(there.status, 429 | 500..));
        let differs = here.map(|here| check::against_sandbox(there, here));
        for rule in here.into_iter().flat_map(Answer::assumed) {
            let seen = self.rules.entry(rule.to_owned()).or_default();
            let known = RULES.iter().find(|known| known.id == rule);
            seen.text = known.map_or("", |known| known.text);
            // Headers are no part of what a rule says.
            let refuted = here.is_some_and(|here| !check::agree(there, here));
            let list = if refuted {
                &mut seen.refuted
            } else {
                &mut seen.confirmed
            };
            list.insert(probe.to_string());
        }
        self.requests.push(Asked {
            request: probe.to_string(),
            operation: probe.operation().id,
            status: there.status,
            differs_from_document: check::against_document(probe.operation(), there),
            differs_from_sandbox: differs.unwrap_or_default(),
        });
    }

    pub(crate) fn finish(&mut self, plan: &Plan) {
        self.left_out = plan.left_out.iter().map(|operation| operation.id).collect();
    }

    pub(crate) fn differs(&self) -> bool {
        let mut requests = self.requests.iter();
        let differs = requests.any(|own| {
            !own.differs_from_document.is_empty() || !own.differs_from_sandbox.is_empty()
        });
        differs || !self.unanswered.is_empty()
    }

    pub(crate) fn print(&self, out: &mut dyn Write) -> io::Result<()> {
        writeln!(
            out,
            "{} requests, {} skipped; {} operations are not part of this run.",
            self.requests.len(),
            self.skipped.len(),
            self.left_out.len()
        )?;
        let of_document = |own: &Asked| own.differs_from_document.clone();
        let of_sandbox = |own: &Asked| own.differs_from_sandbox.clone();
        self.section(out, "Differs from the document", of_document)?;
        self.section(out, "Differs from the sandbox", of_sandbox)?;
        for (title, refuted) in [
            ("Refuted rules of the sandbox", true),
            ("Confirmed rules of the sandbox", false),
        ] {
            let rules = self
                .rules
                .iter()
                .filter(|(_, seen)| seen.refuted.is_empty() != refuted);
            let rules: Vec<_> = rules.collect();
            writeln!(out, "\n{title}: {}", rules.len())?;
            for (id, seen) in rules {
                writeln!(out, "  {id}: {}", seen.text)?;
                for request in &seen.refuted {
                    writeln!(out, "    {request}")?;
                }
            }
        }
        for (title, list) in [
            ("Without an answer", &self.unanswered),
            ("Skipped", &self.skipped),
        ] {
            if !list.is_empty() {
                writeln!(out, "\n{title}: {}", list.len())?;
            }
            for Skipped { request, reason } in list {
                writeln!(out, "  {request}: {reason}")?;
            }
        }
        Ok(())
    }

    fn section(
        &self,
        out: &mut dyn Write,
        title: &str,
        differences: impl Fn(&Asked) -> Vec<String>,
    ) -> io::Result<()> {
        // What many requests have in common is one line.
        let mut causes: BTreeMap<String, Vec<&str>> = BTreeMap::new();
        for asked in &self.requests {
            for difference in differences(asked) {
                causes.entry(difference).or_default().push(&asked.request);
            }
        }
        writeln!(out, "\n{title}: {}", causes.len())?;
        let mut causes: Vec<_> = causes.into_iter().collect();
        causes.sort_by_key(|(_, requests)| std::cmp::Reverse(requests.len()));
        for (difference, requests) in causes {
            writeln!(out, "  {difference}")?;
            let (shown, more) = requests.split_at(requests.len().min(3));
            let more = match more.len() {
                0 => String::new(),
                more => format!(" and {more} more"),
            };
            writeln!(out, "    {}{more}", shown.join("; "))?;
        }
        Ok(())
    }
}
