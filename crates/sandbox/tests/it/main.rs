//! The sandbox over real sockets.

mod device_authentications;
mod flows;
mod many;
mod passwords;
mod probes;
mod support;
mod tokens;
mod users;
