//! Writing and reading rows.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;

use super::{Content, Key, Row, RowError, Rows, Table, Visitor};

fn written(table: &str, key: &str, content: &impl Serialize) -> Result<Vec<u8>, RowError> {
    serde_json::to_vec(content).map_err(|_| RowError::new(table, key))
}

/// Collects every row, and forgets what has changed.
#[derive(Debug, Default)]
pub(crate) struct Everything(pub(crate) Vec<Row>);

impl Visitor for Everything {
    fn table<K: Key, V: Content>(
        &mut self,
        name: &'static str,
        table: &mut Table<K, V>,
    ) -> Result<(), RowError> {
        table.take_changed();
        for (key, row) in table.iter() {
            let key = key.to_string();
            let content = Some(written(name, &key, row)?);
            self.0.push(Row {
                table: name,
                key,
                content,
            });
        }
        Ok(())
    }

    fn value<V: Content>(&mut self, name: &'static str, value: &mut V) -> Result<(), RowError> {
        let content = Some(written(name, "", value)?);
        let key = String::new();
        self.0.push(Row {
            table: name,
            key,
            content,
        });
        Ok(())
    }
}

/// Collects the rows that have changed, and forgets that they have.
#[derive(Debug)]
pub(crate) struct Changes<'w> {
    pub(crate) rows: Vec<Row>,
    /// Whether a table has changed, or something else must be written at once.
    pub(crate) matters: bool,
    /// The values as they were last written.
    written: &'w mut BTreeMap<&'static str, Vec<u8>>,
}

impl<'w> Changes<'w> {
    pub(crate) fn since(written: &'w mut BTreeMap<&'static str, Vec<u8>>, matters: bool) -> Self {
        let rows = Vec::new();
        Self {
            rows,
            matters,
            written,
        }
    }
}

impl Visitor for Changes<'_> {
    fn table<K: Key, V: Content>(
        &mut self,
        name: &'static str,
        table: &mut Table<K, V>,
    ) -> Result<(), RowError> {
        self.matters |= table.has_changed();
        for key in table.take_changed() {
            let text = key.to_string();
            let row = table.get(&key);
            let content = row.map(|row| written(name, &text, row)).transpose()?;
            self.rows.push(Row {
                table: name,
                key: text,
                content,
            });
        }
        Ok(())
    }

    /// Comes after the tables. Counters and randomness change with every request: alone they are not worth a write.
    fn value<V: Content>(&mut self, name: &'static str, value: &mut V) -> Result<(), RowError> {
        if !self.matters {
            return Ok(());
        }
        let content = written(name, "", value)?;
        if self.written.get(name) != Some(&content) {
            self.written.insert(name, content.clone());
            let (key, content) = (String::new(), Some(content));
            self.rows.push(Row {
                table: name,
                key,
                content,
            });
        }
        Ok(())
    }
}

/// Forgets what has changed.
#[derive(Debug)]
pub(crate) struct Forgetting;

impl Visitor for Forgetting {
    fn table<K: Key, V: Content>(
        &mut self,
        _: &'static str,
        table: &mut Table<K, V>,
    ) -> Result<(), RowError> {
        table.take_changed();
        Ok(())
    }

    fn value<V: Content>(&mut self, _: &'static str, _: &mut V) -> Result<(), RowError> {
        Ok(())
    }
}

/// Puts rows where they were written from.
#[derive(Debug)]
pub(crate) struct Reading(Rows);

impl Reading {
    pub(crate) fn new(rows: Rows) -> Self {
        Self(rows)
    }

    /// Refuses rows that nothing has taken.
    pub(crate) fn finish(self) -> Result<(), RowError> {
        match self.0.keys().next() {
            None => Ok(()),
            Some(table) => Err(RowError::unknown(table)),
        }
    }
}

impl Visitor for Reading {
    fn table<K: Key, V: Content>(
        &mut self,
        name: &'static str,
        table: &mut Table<K, V>,
    ) -> Result<(), RowError> {
        *table = Table::default();
        for (key, content) in self.0.remove(name).unwrap_or_default() {
            let failed = || RowError::new(name, &key);
            let row = serde_json::from_value(content).map_err(|_| failed())?;
            table.insert(key.parse().map_err(|_| failed())?, row);
        }
        table.take_changed();
        Ok(())
    }

    fn value<V: Content>(&mut self, name: &'static str, value: &mut V) -> Result<(), RowError> {
        let mut rows = self.0.remove(name).unwrap_or_default();
        let content: Value = rows.remove("").ok_or_else(|| RowError::missing(name))?;
        *value = serde_json::from_value(content).map_err(|_| RowError::new(name, ""))?;
        Ok(())
    }
}
