#![doc = include_str!("../README.md")]

mod assertion;
mod clock;
mod config;
mod control;
mod fault;
mod handlers;
mod http;
mod journal;
mod limits;
mod links;
mod outbox;
mod page;
mod random;
mod refusal;
mod resource;
pub mod rules;
mod sandbox;
mod schemas;
mod seed;
mod seed_file;
mod server;
mod state;
mod token;
mod wire;

pub use clock::Clock;
pub use config::{Config, StartError};
pub use fault::{Effect, Fault, FaultError, FaultId, Faults, Latency, PlannedFault};
pub use journal::{Entry, Journal, Verdict};
pub use limits::{RateLimit, RateLimitError};
pub use outbox::{Channel, Kind, Message, NoMessage, Outbox};
pub use sandbox::Sandbox;
pub use seed::{DeviceKind, NewDevice, NewFlow, NewUser, SeedError};
pub use seed_file::{SeedFile, SeedFileError};
pub use server::Snapshot;
