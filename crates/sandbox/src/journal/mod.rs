//! What was asked, what was answered, and why.

mod mask;
mod transcript;

use std::collections::VecDeque;
use std::sync::Arc;

use axum::http::Method;
use jiff::Timestamp;
use serde::Serialize;

use crate::rules::Rule;

pub(crate) use self::transcript::Transcript;

/// One request and its answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Entry {
    /// Counts the requests of a sandbox, from 1.
    pub number: u64,
    /// When the request came, by the sandbox's clock.
    pub at: Timestamp,
    /// The method.
    pub method: String,
    /// Path and query.
    pub target: String,
    /// The headers of the request in the order of their names.
    pub request_headers: Vec<(String, String)>,
    /// The body of the request.
    pub request_body: String,
    /// The operation of the document, if there is one with this path, method and media type.
    pub operation: Option<&'static str>,
    /// The outcome of the request.
    pub verdict: Verdict,
    /// The rules that took part in the answer, by their names.
    pub rules: Vec<&'static str>,
    /// Whether the request sent, spent or changed something.
    pub changed: bool,
    /// The fault that the request met.
    pub fault: Option<&'static str>,
    /// For a request that no operation matches: what comes closest, and where it differs.
    pub near_miss: Option<String>,
    /// The status of the answer.
    pub status: u16,
    /// The headers of the answer in the order of their names, but for those that belong to the connection.
    pub response_headers: Vec<(String, String)>,
    /// The body of the answer.
    pub response_body: String,
}

/// The outcome of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum Verdict {
    /// It was done.
    Done,
    /// It was understood and refused.
    Refused,
    /// No operation of the document has this path, method and media type.
    Unmatched,
    /// A fault replaced it. A fault that only alters the answer leaves the verdict to the request.
    Faulted,
    /// A rate limit refused it.
    Limited,
}

/// The records of a sandbox, of which only so many are kept.
#[derive(Clone, Debug)]
pub(crate) struct Records {
    kept: VecDeque<Arc<Record>>,
    capacity: usize,
    written: u64,
}

/// A request and its answer as they went over the wire.
#[derive(Debug)]
pub(crate) struct Record {
    pub(crate) number: u64,
    pub(crate) at: Timestamp,
    pub(crate) method: Method,
    pub(crate) operation: Option<&'static str>,
    pub(crate) verdict: Verdict,
    pub(crate) rules: Vec<&'static Rule>,
    pub(crate) changed: bool,
    pub(crate) fault: Option<&'static str>,
    pub(crate) near_miss: Option<String>,
    pub(crate) status: u16,
    pub(crate) transcript: Transcript,
}

impl Records {
    pub(crate) fn new(capacity: usize) -> Self {
        Self {
            kept: VecDeque::new(),
            capacity,
            written: 0,
        }
    }

    /// Adds a record, which is made from its number, and forgets the oldest if there are too many.
    ///
    /// The new one is written where the forgotten one was, unless somebody still reads that.
    pub(crate) fn add(&mut self, record: impl FnOnce(u64, Vec<u8>) -> Record) {
        self.written += 1;
        if self.capacity == 0 {
            return;
        }
        let oldest = match self.kept.len() >= self.capacity {
            true => self.kept.pop_front().and_then(Arc::into_inner),
            false => None,
        };
        let room = oldest.map_or_else(Vec::new, |oldest| oldest.transcript.into_room());
        self.kept.push_back(Arc::new(record(self.written, room)));
    }

    pub(crate) fn all(&self) -> VecDeque<Arc<Record>> {
        self.kept.clone()
    }

    pub(crate) fn clear(&mut self) {
        self.kept.clear();
    }

    pub(crate) fn newest(&self) -> impl Iterator<Item = &Arc<Record>> {
        self.kept.iter().rev()
    }
}

impl Record {
    pub(crate) fn entry(&self, revealed: bool) -> Entry {
        let (request, answer) = (self.transcript.request(), self.transcript.answer());
        Entry {
            number: self.number,
            at: self.at,
            method: self.method.to_string(),
            target: self.transcript.target(revealed),
            request_headers: request.headers(revealed),
            request_body: request.body(revealed),
            operation: self.operation,
            verdict: self.verdict,
            rules: self.rules.iter().map(|rule| rule.id).collect(),
            changed: self.changed,
            fault: self.fault,
            near_miss: self.near_miss.clone(),
            status: self.status,
            response_headers: answer.headers(revealed),
            response_body: answer.body(revealed),
        }
    }
}
