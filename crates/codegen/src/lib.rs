//! Lowers an OpenAPI document with several request media types and generates Rust from it.
