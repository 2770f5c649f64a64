#![doc = include_str!("../README.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]

pub mod applications;
mod builder;
mod call;
mod client;
pub mod device_authentications;
pub mod devices;
pub mod environment;
mod error;
pub mod flows;
mod generated {
    #[rustfmt::skip]
    pub(crate) mod docs;
}
mod http;
mod links;
pub mod observe;
pub mod openid;
pub mod passwords;
mod poll;
pub mod retry;
mod runtime;
mod session;
pub mod sign_on;
#[cfg(feature = "testing")]
#[cfg_attr(docsrs, doc(cfg(feature = "testing")))]
pub mod testing;
pub mod token;
pub mod users;
pub mod workflows;

pub use builder::ClientBuilder;
pub use call::{Acknowledged, Request, Response};
pub use client::Client;
pub use error::{BoxError, Error, ErrorBuilder, ErrorKind, Reason, Result};
pub use http::Region;
pub use links::Linked;
pub use poll::Poll;
pub use runtime::{BoxFuture, Runtime, TokioRuntime};

/// The types of requests and responses, and the table of operations.
pub use pingone_models as models;
