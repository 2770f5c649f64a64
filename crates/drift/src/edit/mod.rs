//! Edits of the document: what pages say, written where it belongs.
//!
//! [`editor`] changes single places of the text and leaves every other line as it is, [`node`] writes values as the
//! document does, [`schema`] makes them from tables and payloads.
//!
//! [`scaffold()`] adds what the document does not know: [`payload`] finds or makes what is sent and answered,
//! [`operation`] what stands around it. [`reconcile()`] changes what the document knows: [`change`] chooses one of the
//! edits in [`relocate`] and [`request`]. What a variant is answered is never edited.

mod change;
mod editor;
mod node;
mod operation;
mod payload;
mod reconcile;
mod relocate;
mod request;
mod scaffold;
mod schema;

pub use reconcile::{Edited, Reconciled, reconcile};
pub use scaffold::{Choices, Part, Scaffold, ScaffoldError, scaffold};
