#![doc = include_str!("../README.md")]

mod clock;
mod fault;
mod handlers;
mod http;
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

pub use clock::Clock;
pub use outbox::{Channel, Kind, Message, NoMessage, Outbox};
pub use sandbox::{Config, Sandbox, StartError};
pub use seed::{DeviceKind, NewDevice, NewFlow, NewUser, SeedError};
