//! Listings of public APIs: what a crate promises to Rust programs, one item on a line.

use std::collections::BTreeSet;
use std::fmt;

use crate::compare::Source;

/// The public API of one crate, one item on a line.
///
/// Items that exist without optional features stand first. A line `[feature NAME]` begins the items that a
/// feature adds. Blank lines and lines that begin with `# ` say nothing about the API.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Listing {
    items: Vec<Item>,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Item {
    feature: Option<String>,
    text: String,
}

/// Whether an item came or went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ApiAction {
    /// The item is new.
    Added,
    /// The item is gone. A changed signature is an item that is gone and one that is new.
    Removed,
}

/// One difference between two listings.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ApiChange {
    /// Whether the item came or went.
    pub action: ApiAction,
    /// The item as Rust writes it, with full paths.
    pub item: String,
    /// The feature that it needs.
    pub feature: Option<String>,
    /// What it means for programs that use the crate.
    pub source: Source,
    /// Why it means that.
    pub reason: &'static str,
}

impl fmt::Display for ApiChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let action = match self.action {
            ApiAction::Added => "added",
            ApiAction::Removed => "removed",
        };
        write!(f, "{}: {action} `{}`", self.source.word(), self.item)?;
        if let Some(feature) = &self.feature {
            write!(f, " (feature `{feature}`)")?;
        }
        write!(f, ": {}", self.reason)
    }
}

impl Listing {
    /// Reads a listing.
    ///
    /// ```
    /// use pingone_drift::{Listing, Source, compare_apis};
    ///
    /// let old = Listing::parse("pub fn shop::buy()\n");
    /// let new = Listing::parse("pub fn shop::buy()\npub fn shop::sell()\n");
    /// let changes = compare_apis(&old, &new);
    /// assert_eq!(changes.len(), 1);
    /// assert_eq!(changes[0].source, Source::Minor);
    /// ```
    #[must_use]
    pub fn parse(text: &str) -> Self {
        let mut feature = None;
        let mut items = Vec::new();
        for line in text.lines().map(str::trim_end) {
            let name = line
                .strip_prefix("[feature ")
                .and_then(|rest| rest.strip_suffix(']'));
            if let Some(name) = name {
                feature = Some(name.to_owned());
            } else if !line.is_empty() && !line.starts_with("# ") {
                items.push(Item {
                    feature: feature.clone(),
                    text: line.to_owned(),
                });
            }
        }
        Self { items }
    }

    /// The items that exist without optional features and name one of these crates.
    #[must_use]
    pub fn naming(&self, crates: &[&str]) -> Vec<&str> {
        let names = |text: &str| {
            let mut paths = text.split(|c: char| !(c.is_alphanumeric() || c == '_' || c == ':'));
            let import = text.starts_with("pub use ");
            paths.any(|path| match path.split_once("::") {
                Some((first, _)) => crates.contains(&first),
                None => import && crates.contains(&path),
            })
        };
        let items = self.items.iter().filter(|item| item.feature.is_none());
        items
            .map(|item| item.text.as_str())
            .filter(|text| names(text))
            .collect()
    }

    /// Whether programs have an item with this feature.
    fn has(&self, item: &Item) -> bool {
        let same = |other: &&Item| {
            other.text == item.text && (other.feature.is_none() || other.feature == item.feature)
        };
        self.items.iter().any(|other| same(&other))
    }

    /// The item of this keyword and path.
    fn declaration(&self, keyword: &str, path: &str) -> Option<&str> {
        let mut texts = self.items.iter().map(|item| item.text.as_str());
        texts.find(|text| {
            declared(text).is_some_and(|(word, declared)| word == keyword && declared == path)
        })
    }
}

/// The keyword of an item and its path without generics: fields and variants have no keyword, and an
/// `impl` declares nothing.
fn declared(text: &str) -> Option<(&str, String)> {
    const KEYWORDS: [&str; 9] = [
        "const", "enum", "fn", "mod", "static", "struct", "trait", "type", "union",
    ];
    let mut rest = text.split_once("pub ")?.1;
    let mut keyword = "";
    while let Some((word, after)) = rest.split_once(' ') {
        if word.contains(':') {
            break;
        }
        if KEYWORDS.contains(&word) {
            keyword = word;
        }
        rest = after;
    }
    let (mut path, mut depth) = (String::new(), 0_usize);
    for character in rest.chars() {
        match character {
            '<' => depth += 1,
            '>' => depth = depth.saturating_sub(1),
            _ if depth > 0 => {}
            ':' | '_' => path.push(character),
            _ if character.is_alphanumeric() => path.push(character),
            _ => break,
        }
    }
    path.truncate(path.trim_end_matches(':').len());
    Some((keyword, path))
}

/// The type, the trait or the function that an item belongs to.
pub(crate) fn owner(text: &str, listings: [&Listing; 2]) -> String {
    let named = |text: &str| declared(&format!("pub {text}")).map(|(_, path)| path);
    let Some((_, path)) = declared(text) else {
        let implementer = text
            .rsplit_once(" for ")
            .map_or(text, |(_, implementer)| implementer);
        let implementer = implementer.trim_start_matches(['&', '\'', '(']);
        return named(implementer).unwrap_or_else(|| text.to_owned());
    };
    let Some((parent, _)) = path.rsplit_once("::") else {
        return path;
    };
    let known = ["struct", "enum", "trait", "union", ""]
        .into_iter()
        .any(|keyword| {
            listings
                .iter()
                .any(|listing| listing.declaration(keyword, parent).is_some())
        });
    if known { parent.to_owned() } else { path }
}

/// What two listings of one crate differ in, and what that means for programs: what is gone first, each in
/// the order of its listing.
///
/// A new item is minor, but for what a listing shows to be more: a new variant of an enum that is not
/// `#[non_exhaustive]` is major; a new field of a struct and a new item of a trait have to be looked at,
/// because a listing does not tell private fields and provided methods.
#[must_use]
pub fn compare_apis(old: &Listing, new: &Listing) -> Vec<ApiChange> {
    let change = |action, item: &Item, (source, reason)| ApiChange {
        action,
        item: item.text.clone(),
        feature: item.feature.clone(),
        source,
        reason,
    };
    let (mut seen, mut changes) = (BTreeSet::new(), Vec::new());
    for item in &old.items {
        if !new.has(item) && seen.insert(item) {
            let verdict = (Source::Major, "programs that name it no longer compile");
            changes.push(change(ApiAction::Removed, item, verdict));
        }
    }
    for item in &new.items {
        if !old.has(item) && seen.insert(item) {
            changes.push(change(ApiAction::Added, item, added(old, &item.text)));
        }
    }
    changes
}

fn added(old: &Listing, text: &str) -> (Source, &'static str) {
    let harmless = (Source::Minor, "programs go on as before");
    let Some((keyword, path)) = declared(text) else {
        return harmless;
    };
    let Some((parent, _)) = path.rsplit_once("::") else {
        return harmless;
    };
    let closed = |keyword| {
        let declaration = old.declaration(keyword, parent);
        declaration.is_some_and(|text| !text.contains("#[non_exhaustive]"))
    };
    if keyword.is_empty() && closed("enum") {
        let reason = "a `match` without a wildcard no longer compiles";
        return (Source::Major, reason);
    }
    if keyword.is_empty() && (closed("struct") || closed("")) {
        let reason = "a literal that lists every field no longer compiles";
        return (Source::Review, reason);
    }
    if old.declaration("trait", parent).is_some() {
        let reason = "an implementation no longer compiles if the item has no default";
        return (Source::Review, reason);
    }
    harmless
}

#[cfg(test)]
mod tests {
    use super::*;

    const OLD: &str = "# The public API of `shop`.\n\n\
        pub mod shop\n\
        pub enum shop::Colour\n\
        pub shop::Colour::Red\n\
        #[non_exhaustive] pub enum shop::Size\n\
        pub shop::Size::Small\n\
        pub struct shop::Box<T>\n\
        pub shop::Box::lid: T\n\
        impl<T> core::marker::Send for shop::Box<T>\n\
        pub trait shop::Sell\n\
        pub fn shop::Sell::price(&self) -> u32\n\
        [feature post]\n\
        pub fn shop::send(shop::Box<u8>)\n";

    #[track_caller]
    fn check(old: &str, new: &str, expected: &[&str]) {
        let changes = compare_apis(&Listing::parse(old), &Listing::parse(new));
        let lines: Vec<String> = changes.iter().map(ToString::to_string).collect();
        assert_eq!(lines, expected);
    }

    #[track_caller]
    fn check_added(line: &str, expected: &str) {
        let new = OLD.replace("[feature", &format!("{line}\n[feature"));
        let changes = compare_apis(&Listing::parse(OLD), &Listing::parse(&new));
        let sources: Vec<Source> = changes.iter().map(|change| change.source).collect();
        let lines: Vec<String> = changes.iter().map(ToString::to_string).collect();
        assert_eq!(lines.len(), 1, "{sources:?}");
        assert!(lines[0].starts_with(expected), "{}", lines[0]);
    }

    #[test]
    fn an_item_that_is_gone_is_major() {
        check(
            OLD,
            &OLD.replace("pub shop::Size::Small\n", ""),
            &["major: removed `pub shop::Size::Small`: programs that name it no longer compile"],
        );
        check(
            OLD,
            &OLD.replace("impl<T> core::marker::Send for shop::Box<T>\n", ""),
            &[
                "major: removed `impl<T> core::marker::Send for shop::Box<T>`: programs that name it no longer compile",
            ],
        );
    }

    #[test]
    fn a_changed_signature_is_gone_and_new() {
        check(
            OLD,
            &OLD.replace("shop::send(shop::Box<u8>)", "shop::send(shop::Box<u16>)"),
            &[
                "major: removed `pub fn shop::send(shop::Box<u8>)` (feature `post`): programs that name it no longer compile",
                "minor: added `pub fn shop::send(shop::Box<u16>)` (feature `post`): programs go on as before",
            ],
        );
    }

    #[test]
    fn a_new_item_is_minor_unless_the_listing_shows_more() {
        check_added("pub fn shop::buy()", "minor");
        check_added("pub fn shop::Box<T>::open(self) -> T", "minor");
        check_added("impl core::clone::Clone for shop::Colour", "minor");
        check_added("pub shop::Size::Large", "minor");
        check_added("pub shop::Colour::Green", "major");
        check_added("pub shop::Colour::Mixed(shop::Size, u8)", "major");
        check_added("pub shop::Box::label: alloc::string::String", "review");
        check_added("pub shop::Colour::Red::shade: u8", "review");
        check_added("pub fn shop::Sell::discount(&self) -> u32", "review");
    }

    #[test]
    fn members_of_a_new_type_are_minor() {
        let new = OLD.replace(
            "[feature",
            "pub enum shop::Day\npub shop::Day::One\n[feature",
        );
        let changes = compare_apis(&Listing::parse(OLD), &Listing::parse(&new));
        assert!(changes.iter().all(|change| change.source == Source::Minor));
        assert_eq!(changes.len(), 2);
    }

    #[test]
    fn needing_a_feature_is_major_and_no_longer_needing_it_is_minor() {
        let freed = OLD.replace("[feature post]\n", "");
        let line = "pub fn shop::send(shop::Box<u8>)";
        check(
            OLD,
            &freed,
            &[&format!("minor: added `{line}`: programs go on as before")],
        );
        check(
            &freed,
            OLD,
            &[&format!(
                "major: removed `{line}`: programs that name it no longer compile"
            )],
        );
    }

    #[test]
    fn comments_blank_lines_and_order_say_nothing() {
        let (items, rest) = OLD.split_once("[feature").expect("has a feature");
        let mut lines: Vec<&str> = items.lines().skip(2).collect();
        lines.reverse();
        check(
            OLD,
            &format!("# Other words.\n{}\n\n[feature{rest}", lines.join("\n")),
            &[],
        );
    }

    #[test]
    fn items_belong_to_the_type_that_has_them() {
        let listing = Listing::parse(OLD);
        for (item, expected) in [
            ("pub shop::Box::label: u8", "shop::Box"),
            ("pub fn shop::Box<T>::open(self) -> T", "shop::Box"),
            ("pub shop::Colour::Green", "shop::Colour"),
            ("pub fn shop::buy()", "shop::buy"),
            ("pub enum shop::Colour", "shop::Colour"),
            ("impl<T> core::marker::Send for shop::Box<T>", "shop::Box"),
            (
                "impl core::convert::From<u8> for shop::Size where u8: Copy",
                "shop::Size",
            ),
        ] {
            assert_eq!(
                owner(item, [&listing, &Listing::default()]),
                expected,
                "{item}"
            );
        }
    }

    #[test]
    fn foreign_crates_are_found_by_their_whole_name() {
        let listing = Listing::parse(
            "pub fn shop::a() -> reqwest::Error\n\
             pub fn shop::reqwest::b(my_reqwest::Error)\n\
             impl core::convert::From<reqwest::error::Error> for shop::Error\n\
             pub use reqwest\n\
             [feature reqwest]\n\
             pub fn shop::c(reqwest::Client)\n",
        );
        assert_eq!(
            listing.naming(&["reqwest", "typify"]),
            [
                "pub fn shop::a() -> reqwest::Error",
                "impl core::convert::From<reqwest::error::Error> for shop::Error",
                "pub use reqwest",
            ]
        );
    }
}
