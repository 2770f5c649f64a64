//! The command line of the PingOne client.
fn main() {}
