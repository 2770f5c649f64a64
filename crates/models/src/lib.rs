//! Request and response types of the PingOne platform API.
