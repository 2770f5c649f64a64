//! Comparing what is said about operations: by the document, by its older version, and by pages.
//!
//! [`entry`] is the common form of what is said, [`page`] and [`document`] bring a page and a variant
//! into it, [`diff`] walks over two of them, and [`rules`] says what a difference means.

mod diff;
pub(crate) mod document;
mod entry;
pub(crate) mod page;
mod rules;
pub(crate) mod specification;
mod topic;

pub(crate) use diff::{Change, diff, is_closed_list, is_inside, shape, variables};
pub(crate) use entry::{Entry, Item, Place};
pub use rules::{MirrorWaiver, RULES, Rule, Source, WAIVERS, Wire, rule};
pub use topic::{Action, Direction, Topic};
