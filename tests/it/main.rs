//! Cross-crate tests: what the crates promise together, walked from the document.

mod differential;
mod document;
mod documentation;
mod fuzz;
mod guards;
mod guidelines;
mod layers;
mod models;
mod modules;
mod openid;
mod packages;
mod payloads;
mod regeneration;
mod requests;
mod transport;
mod wire;
