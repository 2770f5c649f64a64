//! A call: the request with what is set for it alone, its attempts, and what the answer comes to.

mod answer;
mod attempts;
mod request;
mod undecodable;

pub use answer::Acknowledged;
pub(crate) use answer::{ERROR_BODY_LIMIT, Failure, refused, unreadable};
pub use request::{Request, Response};
