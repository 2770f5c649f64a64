//! Edits of the document: what pages say, written where it belongs.
//!
//! [`editor`] changes single places of the text and leaves every other line as it is, [`node`] writes values as the
//! document does, [`schema`] makes them from tables and payloads.
//!
//! [`scaffold()`] adds what the document does not know: [`payload`] finds or makes what is sent and answered,
//! [`operation`] what stands around it. [`reconcile()`] changes what the document knows: [`surgery`] chooses one of the
//! edits in [`relocate`], [`request`] and [`response`].

mod editor;
mod node;
mod operation;
mod payload;
mod reconcile;
mod relocate;
mod request;
mod response;
mod scaffold;
mod schema;
mod surgery;

pub use reconcile::{Edited, Reconciled, reconcile};
pub use scaffold::{Choices, Part, Scaffold, ScaffoldError, scaffold};
