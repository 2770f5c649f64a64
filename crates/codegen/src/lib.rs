#![doc = include_str!("../README.md")]

mod adopt;
mod check;
mod document;
mod emit;
mod error;
mod generate;
mod lower;
pub mod model;
pub mod names;
mod output;
mod schemas;

pub use adopt::{Adopted, adopt};
pub use document::{Document, Extent, join};
pub use emit::Paths;
pub use error::{Error, Fault, Kind, Position, Result};
pub use generate::{Layout, generate, generate_supported};
pub use lower::{Skipped, lower, lower_supported};
pub use output::{Output, Stale};
