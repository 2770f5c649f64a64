//! The crate `pingone` against real sockets.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

mod addresses;
mod assertions;
mod calls;
mod cancel;
mod connections;
mod errors;
mod faults;
mod find;
mod hostile;
mod mistakes;
mod secrets;
mod sign_on;
mod sizes;
mod states;
mod support;
mod tokens;
mod types;
mod web;
mod workflows;
