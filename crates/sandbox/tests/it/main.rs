//! The sandbox over real sockets.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]
#![expect(
    clippy::disallowed_methods,
    reason = "some tests measure how long something takes"
)]

mod addresses;
mod any_order;
mod connection;
mod consents;
mod control;
mod device_authentications;
mod documents;
mod examples;
mod faults;
mod flows;
mod journal;
mod many;
mod model;
mod passwords;
mod probes;
mod sign_on;
mod snapshots;
mod state;
mod support;
mod tokens;
mod truth;
mod user_resources;
mod users;
