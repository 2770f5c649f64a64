#![doc = include_str!("../README.md")]

// Generated code names this crate by its outer name, wherever it stands.
extern crate self as pingone_client;

mod call;
#[cfg(feature = "dispatch")]
pub mod dispatch;
pub mod transport;

mod generated {
    #[rustfmt::skip]
    pub(crate) mod auth;
    #[cfg(feature = "dispatch")]
    #[rustfmt::skip]
    pub(crate) mod dispatch;
    #[rustfmt::skip]
    pub(crate) mod platform;
}

pub use call::{Answer, Call, Credentials, DEFAULT_BODY_LIMIT};
pub use progenitor_client::{ByteStream, ClientInfo, Error, ResponseValue};

/// Operations of the server `platform`: users and their passwords.
pub mod platform {
    pub use crate::generated::platform::Client;
}

/// Operations of the server `auth`: flows, device authentications and tokens.
pub mod auth {
    pub use crate::generated::auth::Client;
}
