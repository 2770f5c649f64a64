#![doc = include_str!("../README.md")]

// What everything else uses.
mod clock;
mod limits;
mod links;
mod media;
mod net;
mod outbox;
mod random;
mod refusal;
mod rows;
pub mod rules;
mod schemas;
mod suggest;

// What the sandbox remembers, and how requests change it.
mod state;

mod fault;
mod journal;
mod shared;
mod state_export;
mod state_file;

// What callers and files put into it.
mod handles;
mod seed;

// The server: from a request to a handler, and the control API with its page.
mod control;
mod generated {
    #[rustfmt::skip]
    pub(crate) mod handlers;
}
mod handlers;
mod http;
mod page;
mod server;
mod tls;

mod config;
mod sandbox;

pub use clock::Clock;
pub use config::{Config, StartError};
pub use fault::{Effect, Fault, FaultError, FaultId, Latency, PlannedFault};
pub use handles::{Faults, Journal, NoMessage, Outbox};
pub use journal::{Entry, Verdict};
pub use limits::{RateLimit, RateLimitError};
pub use outbox::{Channel, Kind, Message, Recipient};
pub use sandbox::Sandbox;
pub use seed::{DeviceKind, NewDevice, NewFlow, NewUser, SeedError, SeedFile, SeedFileError};
pub use shared::Snapshot;
pub use state_export::StateError;
pub use tls::Tls;

/// The operations, as [`Sandbox::effects`], [`Sandbox::limit`] and [`Fault::on_operation`] take them.
pub use pingone_models::operations;
