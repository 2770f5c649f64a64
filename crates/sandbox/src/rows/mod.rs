//! What a sandbox keeps, as rows: the form of its state file and of an export.
//!
//! Each part of the state lists what it keeps once, for a [`Visitor`]: writing everything, writing what has changed and
//! reading are three visitors of the same list, so that none of them can miss what another one has.

mod table;
mod visitors;

use std::collections::BTreeMap;
use std::fmt::{self, Display};
use std::str::FromStr;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

pub(crate) use self::table::Table;
pub(crate) use self::visitors::{Changes, Everything, Forgetting, Reading};

/// Names a row within its table.
pub(crate) trait Key: Clone + Ord + Display + FromStr {}

impl<K: Clone + Ord + Display + FromStr> Key for K {}

/// What a row holds.
pub(crate) trait Content: Clone + Serialize + DeserializeOwned {}

impl<V: Clone + Serialize + DeserializeOwned> Content for V {}

/// Does the same to everything that is kept.
pub(crate) trait Visitor {
    /// A part with a row for each of its entries.
    fn table<K: Key, V: Content>(
        &mut self,
        name: &'static str,
        table: &mut Table<K, V>,
    ) -> Result<(), RowError>;

    /// A small part that is one row.
    fn value<V: Content>(&mut self, name: &'static str, value: &mut V) -> Result<(), RowError>;
}

/// What is kept as rows.
pub(crate) trait Kept {
    /// Shows everything that is kept to a visitor: the tables first, then the values.
    fn visit(&mut self, visitor: &mut impl Visitor) -> Result<(), RowError>;
}

/// The rows of a state by their tables; what is no table has one row, whose key is empty.
pub(crate) type Rows = BTreeMap<String, BTreeMap<String, Value>>;

/// A row to write, or to remove where it holds nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Row {
    pub(crate) table: &'static str,
    pub(crate) key: String,
    pub(crate) content: Option<Vec<u8>>,
}

/// A row cannot be written or read. The text names it and shows nothing of what it holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RowError(String);

impl RowError {
    pub(crate) fn new(table: &str, key: &str) -> Self {
        let row = match key {
            "" => format!("`{table}`"),
            key => format!("`{key}` of `{table}`"),
        };
        Self(format!(
            "{row} does not have the form that this version writes"
        ))
    }

    /// The rows are those of another environment.
    pub(crate) fn environment(found: impl Display, expected: impl Display) -> Self {
        Self(format!(
            "it is the state of environment {found}, and this sandbox has environment {expected}"
        ))
    }

    fn missing(table: &str) -> Self {
        Self(format!("`{table}` is missing"))
    }

    fn unknown(table: &str) -> Self {
        Self(format!("this version does not know `{table}`"))
    }
}

impl Display for RowError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for RowError {}
