//! For tests of your own code: a stand-in for PingOne in the same process, and a client for it.
//!
//! The sandbox keeps state as PingOne does. What it would send lies in its outbox, its clock can be moved, and it fails
//! on demand; all of that is in the crate `pingone-sandbox`, whose names are here too.
//!
//! ```
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! use std::time::Duration;
//! use pingone::testing::{self, Fault, Kind, NewUser, Sandbox, operations};
//!
//! let sandbox = Sandbox::start().await?;
//! let client = testing::client(&sandbox)?;
//! let user = sandbox.seed_user(NewUser::new("linda").email("linda@example.com").password("2FederateM0re!"))?;
//! let password = client.user(user).password();
//!
//! // Read what was sent, by user or by address.
//! password.send_recovery_code().await?;
//! let code = sandbox.outbox().wait_for("linda@example.com", Kind::RecoveryCode).await?.code;
//! assert_eq!(sandbox.effects(&operations::SEND_RECOVERY_CODE), 1);
//!
//! // Move the clock: a recovery code is good for five minutes.
//! sandbox.clock().advance(Duration::from_secs(301));
//! let error = password.recover(&code, "a-New-password-1").await.unwrap_err();
//! assert_eq!(error.status(), Some(400));
//!
//! // Let it fail: the next recovery is answered with an error, and never made again behind your back.
//! sandbox.faults().add(Fault::status(503).on_operation(&operations::RECOVER_PASSWORD).times(1))?;
//! let error = password.recover(&code, "a-New-password-1").await.unwrap_err();
//! assert!(error.may_have_been_sent());
//! # Ok(())
//! # }
//! ```

use std::fmt;
use std::time::{Duration, Instant, SystemTime};

pub use pingone_sandbox::*;

use crate::runtime::{BoxFuture, Runtime, TokioRuntime};
use crate::token::ClientCredentials;
use crate::{Client, ClientBuilder, Result};

/// A client for this sandbox, with the credentials of its worker application.
///
/// Its time is the sandbox's, so that a token ends when the sandbox's clock says so. Waits between attempts are real.
///
/// # Errors
/// When the client cannot be built, such as without any means for TLS on the machine.
pub fn client(sandbox: &Sandbox) -> Result<Client> {
    client_builder(sandbox).build()
}

/// The builder of [`client`], to set more.
pub fn client_builder(sandbox: &Sandbox) -> ClientBuilder {
    let credentials =
        ClientCredentials::client_secret_basic(sandbox.client_id(), sandbox.client_secret());
    Client::builder()
        .platform_url(sandbox.platform_url())
        .auth_url(sandbox.auth_url())
        .environment_id(sandbox.environment_id())
        .client_credentials(credentials)
        .runtime(SandboxTime::new(sandbox.clock().clone()))
}

/// The time of a sandbox, for clients of it.
struct SandboxTime {
    clock: Clock,
    began: (Instant, SystemTime),
}

impl SandboxTime {
    fn new(clock: Clock) -> Self {
        let began = (Instant::now(), wall_clock(&clock));
        Self { clock, began }
    }
}

fn wall_clock(clock: &Clock) -> SystemTime {
    // Fails only where the platform cannot represent the year.
    SystemTime::try_from(clock.now()).unwrap_or(SystemTime::UNIX_EPOCH)
}

impl Runtime for SandboxTime {
    fn now(&self) -> Instant {
        let (instant, moment) = self.began;
        // A clock that was set back does not make time run backwards.
        let passed = wall_clock(&self.clock).duration_since(moment);
        instant + passed.unwrap_or_default()
    }

    fn wall_clock(&self) -> SystemTime {
        wall_clock(&self.clock)
    }

    fn sleep(&self, time: Duration) -> BoxFuture<'static, ()> {
        TokioRuntime.sleep(time)
    }

    fn random(&self) -> u64 {
        TokioRuntime.random()
    }
}

impl fmt::Debug for SandboxTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SandboxTime").finish_non_exhaustive()
    }
}
