#![doc = include_str!("../README.md")]

mod clock;
mod fault;
mod handlers;
mod http;
mod journal;
mod limits;
mod links;
mod outbox;
mod random;
mod refusal;
mod resource;
pub mod rules;
mod sandbox;
mod schemas;
mod seed;
mod server;
mod state;
mod token;
mod wire;

pub use clock::Clock;
pub use fault::{Effect, Fault, FaultError, FaultId, Faults, Latency, PlannedFault};
pub use journal::{Entry, Journal, Verdict};
pub use limits::{RateLimit, RateLimitError};
pub use outbox::{Channel, Kind, Message, NoMessage, Outbox};
pub use sandbox::{Config, Sandbox, StartError};
pub use seed::{DeviceKind, NewDevice, NewFlow, NewUser, SeedError};
