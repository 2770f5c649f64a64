//! The sandbox over real sockets.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod device_authentications;
mod flows;
mod many;
mod passwords;
mod probes;
mod support;
mod tokens;
mod users;
