//! The listings of public APIs against older ones, as findings: what came and went, by the type that has it.

use std::collections::{BTreeMap, BTreeSet};

use crate::api::{ApiAction, ApiChange, Listing, compare_apis, owner};
use crate::compare::{Action, Source, Topic, rule};
use crate::finding::{Draft, Finding, Side, findings};

/// A listing by the name of its file.
pub type NamedListing = (String, String);

/// Everything that the listings of public APIs say differently, one finding for each type and verdict.
///
/// Listings are told apart by the last part of their names. One that is new has no older programs to break.
///
/// ```
/// use pingone_drift::{Source, compare_listings};
///
/// let old = [("HEAD:api/shop.txt".to_owned(), "pub struct shop::Box\npub fn shop::Box::open(&self)\n".to_owned())];
/// let new = [("api/shop.txt".to_owned(), "pub struct shop::Box\n".to_owned())];
/// let found = compare_listings(&old, &new);
/// assert_eq!((found[0].rule.as_str(), found[0].source), ("rust-item-removed", Source::Major));
/// assert_eq!(found[0].rust, ["pub fn shop::Box::open(&self)"]);
/// ```
#[must_use]
pub fn compare_listings(old: &[NamedListing], new: &[NamedListing]) -> Vec<Finding> {
    let base = |name: &str| {
        name.rsplit(['/', ':'])
            .next()
            .unwrap_or_default()
            .to_owned()
    };
    let names: BTreeSet<String> = old.iter().chain(new).map(|(name, _)| base(name)).collect();
    let mut drafts = Vec::new();
    for name in names {
        let of =
            |side: &'_ [NamedListing]| side.iter().find(|(other, _)| base(other) == name).cloned();
        let (Some(old), new) = (of(old), of(new)) else {
            continue;
        };
        let new = new.unwrap_or_default();
        let (old_items, new_items) = (Listing::parse(&old.1), Listing::parse(&new.1));
        let mut groups: BTreeMap<(&str, String), Vec<ApiChange>> = BTreeMap::new();
        for change in compare_apis(&old_items, &new_items) {
            let owner = owner(&change.item, [&old_items, &new_items]);
            groups
                .entry((action(&change).name(), owner))
                .or_default()
                .push(change);
        }
        for ((_, owner), changes) in groups {
            drafts.push(draft(&name, owner, &changes, &old, &new));
        }
    }
    findings(drafts)
}

fn action(change: &ApiChange) -> Action {
    match (change.action, change.source) {
        (ApiAction::Removed, _) => Action::Removed,
        (ApiAction::Added, Source::Major) => Action::AddedRequired,
        (ApiAction::Added, Source::Review) => Action::BecameUnclear,
        (ApiAction::Added, _) => Action::Added,
    }
}

fn draft(
    listing: &str,
    owner: String,
    changes: &[ApiChange],
    old: &NamedListing,
    new: &NamedListing,
) -> Draft {
    let rule = rule(Topic::RustItem, action(&changes[0]));
    let shown = |change: &ApiChange| match &change.feature {
        Some(feature) => format!("{} (feature `{feature}`)", change.item),
        None => change.item.clone(),
    };
    let items: Vec<String> = changes.iter().map(shown).collect();
    let (file, text) = if changes[0].action == ApiAction::Removed {
        old
    } else {
        new
    };
    let line = text
        .lines()
        .position(|line| line.trim_end() == changes[0].item);
    let side = Side::at(file, line.map(|index| index + 1), changes[0].item.as_str());
    let removed = changes[0].action == ApiAction::Removed;
    let count = if items.len() == 1 {
        "1 item".to_owned()
    } else {
        format!("{} items", items.len())
    };
    let cause = format!("{listing}:{}", items.join("\n"));
    Draft {
        detail: Some(format!(
            "{}: {count} of `{owner}`: {}",
            rule.text, changes[0].reason
        )),
        name: owner,
        old: removed.then(|| side.clone()),
        new: (!removed).then_some(side),
        rust: items,
        ..Draft::new(rule, "", listing.trim_end_matches(".txt"), cause)
    }
}
