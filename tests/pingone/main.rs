//! The crate `pingone` against real sockets.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

mod calls;
mod cancel;
mod errors;
mod faults;
mod hostile;
mod mistakes;
mod secrets;
mod find;
mod journeys;
mod states;
mod support;
mod tokens;
