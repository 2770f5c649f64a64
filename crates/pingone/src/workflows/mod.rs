//! What people do with PingOne, step by step.
//!
//! | workflow | type |
//! |---|---|
//! | register, and verify the address | [`Registration`] |
//! | verify an account that exists | [`Verification`] |
//! | sign on | [`SignOn`](crate::sign_on::SignOn) |
//! | prove once more who one is, by a one-time passcode | [`StepUp`] |
//! | recover a forgotten password | [`Recovery`] |
//!
//! Every step is one method, and says what it does. Nothing is sent to a person, and no attempt is used up, but by the
//! method whose name says so.

mod recovery;
mod registration;
mod step_up;
mod verification;

pub use recovery::{Obstacle, Recovery};
pub use registration::Registration;
pub use step_up::StepUp;
pub use verification::Verification;
