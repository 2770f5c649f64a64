//! What cross-crate tests share: a server that answers as it is told, and a time that moves as it is told.

pub mod stub;
pub mod time;
