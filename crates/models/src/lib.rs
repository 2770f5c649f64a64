#![doc = include_str!("../README.md")]

// Generated code refers to this crate by its external name, also inside the crate.
extern crate self as pingone_models;

mod address;
pub mod expose;
mod id;
mod members;
#[doc(hidden)]
pub mod object;
pub mod one_of;
mod open_enum;
pub mod operation;
pub mod parameter;
mod patch;
pub mod request;
mod secret;
mod timestamp;

mod generated {
    #[rustfmt::skip]
    pub(crate) mod models;
    #[rustfmt::skip]
    pub(crate) mod operations;
    #[cfg(feature = "registry")]
    #[rustfmt::skip]
    pub(crate) mod registry;
    #[rustfmt::skip]
    pub(crate) mod requests;
    #[cfg(feature = "samples")]
    #[rustfmt::skip]
    pub(crate) mod samples;
}

pub use address::Address;
pub use generated::models::*;
#[cfg(feature = "samples")]
pub use generated::samples::samples;
pub use id::InvalidId;
pub use members::Members;
pub use one_of::UnknownVariant;
pub use open_enum::UnknownValue;
pub use patch::{Patch, required_nullable};
pub use secret::Secret;
pub use timestamp::Timestamp;
pub use uuid::Uuid;

/// The table of operations: what the wire needs and what the document says of each.
pub mod operations {
    pub use crate::generated::operations::*;
}

/// The requests, one type for each operation.
pub mod requests {
    pub use crate::generated::requests::*;
}

/// Types by the name of their schema and requests by their id, for tools and tests that walk the document.
#[cfg(feature = "registry")]
pub mod registry {
    pub use crate::generated::registry::*;
}

#[doc(hidden)]
pub mod macro_support {
    pub use crate::open_enum::read_text;
    pub use serde;
    pub use serde_json;
    pub use uuid;

    #[cfg(feature = "schemars")]
    pub use schemars;
}
