//! Generated low-level client of the PingOne platform API.
