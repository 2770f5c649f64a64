//! Where requests go, and the HTTP client that sends them.

mod connections;
mod endpoints;
mod region;
mod transport;

pub(crate) use connections::{ConnectionThread, driven_by};
pub(crate) use endpoints::Endpoints;
pub use region::Region;
pub(crate) use transport::Transport;
