//! A map that knows which of its rows have changed.

use std::borrow::Borrow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Rows by their keys.
///
/// Clones share the rows that have not changed since.
#[derive(Clone, Debug)]
pub(crate) struct Table<K, V> {
    rows: BTreeMap<K, Arc<V>>,
    /// The keys of the rows that were changed, added or removed since this was last asked.
    changed: BTreeSet<K>,
}

impl<K, V> Default for Table<K, V> {
    fn default() -> Self {
        Self {
            rows: BTreeMap::new(),
            changed: BTreeSet::new(),
        }
    }
}

impl<K: Clone + Ord, V: Clone> Table<K, V> {
    pub(crate) fn get<Q: Ord + ?Sized>(&self, key: &Q) -> Option<&V>
    where
        K: Borrow<Q>,
    {
        self.rows.get(key).map(Arc::as_ref)
    }

    /// The row, to be changed.
    pub(crate) fn get_mut(&mut self, key: &K) -> Option<&mut V> {
        let row = self.rows.get_mut(key)?;
        self.changed.insert(key.clone());
        Some(Arc::make_mut(row))
    }

    pub(crate) fn contains_key(&self, key: &K) -> bool {
        self.rows.contains_key(key)
    }

    pub(crate) fn insert(&mut self, key: K, row: V) {
        self.changed.insert(key.clone());
        self.rows.insert(key, Arc::new(row));
    }

    pub(crate) fn remove<Q: Ord + ?Sized>(&mut self, key: &Q) -> Option<V>
    where
        K: Borrow<Q>,
    {
        let (key, row) = self.rows.remove_entry(key)?;
        self.changed.insert(key);
        Some(Arc::unwrap_or_clone(row))
    }

    /// Removes the rows that are not wanted any more.
    pub(crate) fn retain(&mut self, mut wanted: impl FnMut(&K, &V) -> bool) {
        let changed = &mut self.changed;
        self.rows.retain(|key, row| {
            let keep = wanted(key, row);
            if !keep {
                changed.insert(key.clone());
            }
            keep
        });
    }

    pub(crate) fn len(&self) -> usize {
        self.rows.len()
    }

    /// The rows in the order of their keys.
    pub(crate) fn iter(&self) -> impl DoubleEndedIterator<Item = (&K, &V)> {
        self.rows.iter().map(|(key, row)| (key, row.as_ref()))
    }

    pub(crate) fn values(&self) -> impl DoubleEndedIterator<Item = &V> {
        self.rows.values().map(Arc::as_ref)
    }

    /// Whether a row has changed since the last call of [`take_changed`](Self::take_changed).
    pub(super) fn has_changed(&self) -> bool {
        !self.changed.is_empty()
    }

    /// The keys of the rows that have changed since the last call.
    pub(super) fn take_changed(&mut self) -> BTreeSet<K> {
        std::mem::take(&mut self.changed)
    }
}

#[cfg(test)]
mod tests {
    use super::Table;

    #[test]
    fn every_change_is_noted_and_reading_is_none() {
        let mut table: Table<u32, String> = Table::default();
        table.insert(1, "one".to_owned());
        table.insert(2, "two".to_owned());
        table.insert(3, "three".to_owned());
        assert_eq!(Vec::from_iter(table.take_changed()), [1, 2, 3]);
        assert_eq!(table.get(&1).map(String::as_str), Some("one"));
        assert!(!table.has_changed());
        if let Some(row) = table.get_mut(&2) {
            row.push('!');
        }
        table.remove(&3);
        table.retain(|key, _| *key != 1);
        assert_eq!(Vec::from_iter(table.take_changed()), [1, 2, 3]);
        assert_eq!(Vec::from_iter(table.iter()), [(&2, &"two!".to_owned())]);
    }

    #[test]
    fn a_clone_keeps_what_it_had() {
        let mut table: Table<u32, String> = Table::default();
        table.insert(1, "one".to_owned());
        let before = table.clone();
        table.insert(1, "uno".to_owned());
        assert_eq!(before.get(&1).map(String::as_str), Some("one"));
    }
}
