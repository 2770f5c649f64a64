//! The messages that callers read.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use crate::clock::within;
use crate::outbox::{Kind, Message, Recipient};
use crate::shared::Shared;

/// The messages of a sandbox.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use pingone_sandbox::{Kind, NewUser, Sandbox};
///
/// let sandbox = Sandbox::start().await?;
/// let user = sandbox.seed_user(NewUser::new("lindajones").email("linda@example.com"))?;
/// assert!(sandbox.outbox().latest(user, Kind::RecoveryCode).is_none());
/// assert!(sandbox.outbox().latest("linda@example.com", Kind::RecoveryCode).is_none());
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Outbox(pub(crate) Arc<Shared>);

impl Outbox {
    /// Every message so far, the oldest first.
    #[must_use]
    pub fn messages(&self) -> Vec<Message> {
        self.0.core().outbox.all().cloned().collect()
    }

    /// The last message of this kind to this user or address.
    #[must_use]
    pub fn latest(&self, to: impl Into<Recipient>, kind: Kind) -> Option<Message> {
        self.0.core().outbox.latest(&to.into(), kind).cloned()
    }

    /// The next message of this kind to this user or address that no earlier call has returned; waits up to five seconds
    /// for it.
    ///
    /// A message is here before the request that sent it is answered. So after each such request one call returns
    /// its code, and never an older one: a code that an earlier call returned is not returned again.
    /// If several wait, the last one is returned and the older ones are skipped, as their codes work no longer.
    ///
    /// # Errors
    /// When no such message came in time.
    pub async fn wait_for(
        &self,
        to: impl Into<Recipient>,
        kind: Kind,
    ) -> Result<Message, NoMessage> {
        self.wait_up_to(Duration::from_secs(5), to, kind).await
    }

    /// As [`wait_for`](Self::wait_for), with a limit of its own; it is measured by the machine's clock.
    ///
    /// # Errors
    /// When no such message came in time.
    pub async fn wait_up_to(
        &self,
        limit: Duration,
        to: impl Into<Recipient>,
        kind: Kind,
    ) -> Result<Message, NoMessage> {
        let to = to.into();
        let wanted = to.clone();
        let shared = Arc::clone(&self.0);
        // The wait runs on the sandbox's own runtime, so that callers need none with timers.
        let wait = async move {
            let mut changes = shared.changes();
            let arrival = async {
                loop {
                    if let Some(message) = shared.note(|core| core.outbox.take(&wanted, kind)) {
                        return Some(message);
                    }
                    if changes.changed().await.is_err() {
                        return None;
                    }
                }
            };
            within(limit, arrival).await.flatten()
        };
        let arrived = match self.0.runtime() {
            Some(runtime) => runtime.spawn(wait).await.ok().flatten(),
            None => None,
        };
        arrived.ok_or_else(|| {
            let messages = self.messages();
            let others = messages.iter().filter(|message| to.gets(message));
            NoMessage {
                others: others.map(|message| message.kind).collect(),
                to,
                kind,
                limit,
            }
        })
    }
}

impl fmt::Debug for Outbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.messages()).finish()
    }
}

/// No message came in time.
#[derive(Clone, Debug)]
pub struct NoMessage {
    to: Recipient,
    kind: Kind,
    limit: Duration,
    others: Vec<Kind>,
}

impl fmt::Display for NoMessage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            to,
            kind,
            limit,
            others,
        } = self;
        write!(
            f,
            "no new {kind:?} for {to} within {limit:?}; messages to it so far: {others:?}"
        )
    }
}

impl std::error::Error for NoMessage {}
