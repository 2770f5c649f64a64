//! A call: the request with what is set for it alone, its attempts, and what the answer comes to.

mod answer;
mod attempts;
mod request;

pub use answer::Acknowledged;
pub(crate) use answer::{ERROR_BODY_LIMIT, Failure, typed as read_typed, unreadable};
pub use request::Request;
pub(crate) use request::{Sent, open, typed};
