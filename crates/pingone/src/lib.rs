//! PingOne platform API client for Rust.
