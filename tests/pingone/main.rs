//! The crate `pingone` against real sockets.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

mod calls;
mod errors;
mod faults;
mod support;
