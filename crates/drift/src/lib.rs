//! Compares documentation pages, the OpenAPI document and the Rust API.
