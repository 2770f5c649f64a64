//! What a page and its record can be compared in: forms lose facts, and what is lost is not removed.

use std::collections::BTreeSet;

use crate::ledger::Record;
use crate::page::{Fact, Kind, Page};

/// The facts of both, without those that one of the two forms may have lost.
pub(super) fn comparable(record: &Record, page: &Page) -> (Vec<Fact>, Vec<Fact>) {
    let (mut old, mut new) = (record.facts(), page.facts());
    let key = |fact: &Fact| match fact.kind {
        Kind::Statement | Kind::Precondition => (fact.kind, String::new()),
        kind => (kind, fact.name.clone()),
    };
    let values = |facts: &[Fact], of: &Fact| -> BTreeSet<(String, String)> {
        let own = facts.iter().filter(|fact| key(fact) == key(of));
        own.map(|fact| (fact.name.clone(), fact.value.clone()))
            .collect()
    };
    // What a form may lose and has not replaced by anything is unknown, not removed.
    let (before, after) = (old.clone(), new.clone());
    let lost = |fact: &Fact, here: &[Fact], there: &[Fact]| {
        values(there, fact).is_subset(&values(here, fact))
    };
    old.retain(|fact| {
        after.iter().any(|other| same(fact, other))
            || !(page.may_omit(fact.kind) && lost(fact, &before, &after))
    });
    new.retain(|fact| {
        record.form == page.form
            || before.iter().any(|other| same(fact, other))
            || !(record.form.may_omit(fact.kind) && lost(fact, &after, &before))
    });
    (old, new)
}

fn same(a: &Fact, b: &Fact) -> bool {
    (a.kind, &a.name, &a.value) == (b.kind, &b.name, &b.value)
}
