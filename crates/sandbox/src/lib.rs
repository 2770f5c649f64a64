//! A stateful stand-in for the PingOne platform API.
