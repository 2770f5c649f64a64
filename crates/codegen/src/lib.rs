#![doc = include_str!("../README.md")]

mod document;
mod emit;
mod error;
mod generate;
mod lower;
pub mod model;
pub mod names;
mod output;
mod schemas;

pub use document::{Document, Extent, join};
pub use emit::Paths;
pub use error::{Error, Position, Result};
pub use generate::{Layout, generate};
pub use lower::lower;
pub use output::{Output, Stale};
