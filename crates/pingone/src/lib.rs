#![doc = include_str!("../README.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod answer;
mod client;
pub mod device_authentications;
mod endpoints;
mod error;
pub mod flows;
pub mod journeys;
mod links;
pub mod observe;
pub mod passwords;
mod region;
mod request;
pub mod retry;
mod run;
mod runtime;
#[cfg(feature = "testing")]
#[cfg_attr(docsrs, doc(cfg(feature = "testing")))]
pub mod testing;
pub mod token;
mod transport;
pub mod users;

pub use answer::Acknowledged;
pub use client::{Client, ClientBuilder};
pub use error::{BoxError, Error, ErrorBuilder, ErrorKind, Result};
pub use links::Linked;
pub use region::Region;
pub use request::Request;
pub use runtime::{BoxFuture, Runtime, TokioRuntime};

/// The types of requests and responses, and the table of operations.
pub use pingone_models as models;
