#![doc = include_str!("../README.md")]

// Generated code refers to this crate by its external name, also inside the crate.
extern crate self as pingone_client;

#[cfg(feature = "operations")]
mod call;
#[cfg(feature = "operations")]
#[doc(hidden)]
pub mod decode;
#[cfg(feature = "dispatch")]
pub mod dispatch;
#[cfg(feature = "operations")]
pub mod parameters;
pub mod transport;

#[cfg(feature = "operations")]
mod generated {
    #[rustfmt::skip]
    pub(crate) mod auth;
    #[cfg(feature = "dispatch")]
    #[rustfmt::skip]
    pub(crate) mod dispatch;
    #[rustfmt::skip]
    pub(crate) mod platform;
}

#[cfg(feature = "operations")]
pub use call::Call;
#[cfg(feature = "operations")]
pub use progenitor_client::{ByteStream, ClientInfo, Error, ResponseValue};
pub use transport::{Answer, DEFAULT_BODY_LIMIT};

/// Operations of the server `platform`: users and their passwords.
#[cfg(feature = "operations")]
pub mod platform {
    pub use crate::generated::platform::Client;
}

/// Operations of the server `auth`: flows, device authentications and tokens.
#[cfg(feature = "operations")]
pub mod auth {
    pub use crate::generated::auth::Client;
}
