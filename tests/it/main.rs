//! Cross-crate tests: what the crates promise together, walked from the document.

mod document;
mod guards;
mod layers;
mod models;
mod payloads;
mod regeneration;
mod wire;
