//! What callers hold of a running sandbox.

mod export;
mod faults;
mod journal;
mod outbox;

pub use self::faults::Faults;
pub use self::journal::Journal;
pub use self::outbox::{NoMessage, Outbox};
