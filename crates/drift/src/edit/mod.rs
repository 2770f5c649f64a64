//! Edits of the document: what pages say, written where it belongs.
//!
//! [`editor`] changes single places of the text and leaves every other line as it is, [`node`] writes values as the
//! document does, [`schema`] makes them from tables and payloads, [`scaffold()`] adds what the document does not know,
//! and [`reconcile()`] changes what it does.

mod editor;
mod node;
mod reconcile;
mod scaffold;
mod schema;

pub use reconcile::{Edited, Reconciled, reconcile};
pub use scaffold::{Choices, Part, Scaffold, ScaffoldError, scaffold};
