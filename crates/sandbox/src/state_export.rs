//! A whole state as one JSON text.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::rows::{Row, RowError, Rows};
use crate::state_file::VERSION;

const FORMAT: &str = "pingone-sandbox-state";

/// The form of the text. What is no table is a value.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    format: String,
    version: u32,
    values: BTreeMap<String, Value>,
    tables: Rows,
}

/// What is needed to read the rest.
#[derive(Deserialize)]
struct Head {
    format: Option<String>,
    version: Option<u32>,
}

pub(crate) fn write(rows: Vec<Row>) -> Result<String, StateError> {
    let mut document = Document {
        format: FORMAT.to_owned(),
        version: VERSION,
        values: BTreeMap::new(),
        tables: Rows::new(),
    };
    for Row {
        table,
        key,
        content,
    } in rows
    {
        let failed = |_| StateError::from(RowError::new(table, &key));
        let content = serde_json::from_slice(&content.unwrap_or_default()).map_err(failed)?;
        if key.is_empty() {
            document.values.insert(table.to_owned(), content);
        } else {
            let table = document.tables.entry(table.to_owned()).or_default();
            table.insert(key, content);
        }
    }
    serde_json::to_string_pretty(&document).map_err(|_| StateError::new("it is too large"))
}

pub(crate) fn parse(text: &str) -> Result<Rows, StateError> {
    // The position alone: the text around it may hold a password.
    let place = |error: serde_json::Error| {
        StateError(format!(
            "it does not have the form of an export (line {}, column {})",
            error.line(),
            error.column()
        ))
    };
    let head: Head = serde_json::from_str(text).map_err(place)?;
    if head.format.as_deref() != Some(FORMAT) {
        return Err(StateError(format!(
            "it is no export of a sandbox: `format` must be `{FORMAT}`"
        )));
    }
    if head.version != Some(VERSION) {
        let found = head.version.unwrap_or_default();
        return Err(StateError(format!(
            "it has version {found}, and this sandbox reads version {VERSION}; use the sandbox that wrote it"
        )));
    }
    let document: Document = serde_json::from_str(text).map_err(place)?;
    let mut rows = document.tables;
    for (name, value) in document.values {
        rows.insert(name, BTreeMap::from([(String::new(), value)]));
    }
    Ok(rows)
}

/// A state cannot be exported or imported.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StateError(String);

impl StateError {
    fn new(reason: &str) -> Self {
        Self(reason.to_owned())
    }
}

impl From<RowError> for StateError {
    fn from(error: RowError) -> Self {
        Self(error.to_string())
    }
}

impl fmt::Display for StateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the state cannot be used: {}", self.0)
    }
}

impl std::error::Error for StateError {}
