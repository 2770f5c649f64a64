//! What the sandbox "sent": nothing leaves the machine, every code can be read here.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use pingone_models::{Secret, UserId};
use serde::{Deserialize, Serialize};

use crate::clock::within;
use crate::server::Shared;

/// What a message is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[non_exhaustive]
pub enum Kind {
    /// A code that verifies an account.
    VerificationCode,
    /// A code that recovers a password.
    RecoveryCode,
    /// A one-time passcode of a device authentication or of a flow.
    Passcode,
    /// A push notification. It has no code: see [`Sandbox::confirm_push`](crate::Sandbox::confirm_push).
    Push,
}

/// How a message was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[non_exhaustive]
pub enum Channel {
    /// By e-mail.
    Email,
    /// As a text message.
    Sms,
    /// As a phone call.
    Voice,
    /// With WhatsApp.
    Whatsapp,
    /// To the user's app.
    App,
}

/// A message to a user.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Message {
    /// Counts the messages of a sandbox, from 1.
    pub number: u64,
    /// What it is for.
    pub kind: Kind,
    /// How it was sent.
    pub channel: Channel,
    /// The user it was meant for.
    pub user: UserId,
    /// The address or number, unmasked; the id of the device for [`Channel::App`].
    pub to: String,
    /// The code; empty for [`Kind::Push`].
    pub code: Secret,
    /// When it was sent.
    pub at: Timestamp,
    /// When the code stops working, if it ever does.
    pub expires_at: Option<Timestamp>,
    /// The template that the request named.
    pub template: Option<String>,
    /// The `X-Ping-External-Transaction-Id` of the request that sent it.
    pub transaction: String,
}

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
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Outbox(pub(crate) Arc<Shared>);

impl Outbox {
    /// Every message so far, the oldest first.
    #[must_use]
    pub fn messages(&self) -> Vec<Message> {
        self.0.core().outbox.messages.clone()
    }

    /// The last message of this kind to this user.
    #[must_use]
    pub fn latest(&self, user: UserId, kind: Kind) -> Option<Message> {
        let core = self.0.core();
        let mut newest_first = core.outbox.messages.iter().rev();
        newest_first
            .find(|message| message.user == user && message.kind == kind)
            .cloned()
    }

    /// The next message of this kind to this user that no earlier call has returned; waits up to five seconds for it.
    ///
    /// A message lies here before the request that sent it is answered. So after each such request one call returns
    /// its code, and never an older one: a code that an earlier call returned is not returned again.
    /// If several wait, the last one is returned and the older ones are skipped, as their codes work no longer.
    ///
    /// # Errors
    /// When no such message came in time.
    pub async fn wait_for(&self, user: UserId, kind: Kind) -> Result<Message, NoMessage> {
        self.wait_up_to(Duration::from_secs(5), user, kind).await
    }

    /// As [`wait_for`](Self::wait_for), with a limit of its own; it is measured by the machine's clock.
    ///
    /// # Errors
    /// When no such message came in time.
    pub async fn wait_up_to(
        &self,
        limit: Duration,
        user: UserId,
        kind: Kind,
    ) -> Result<Message, NoMessage> {
        let shared = Arc::clone(&self.0);
        // The wait runs on the sandbox's own runtime, so that callers need none with timers.
        let wait = async move {
            let mut changes = shared.changes();
            let arrival = async {
                loop {
                    if let Some(message) = shared.core().outbox.take(user, kind) {
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
        arrived.ok_or_else(|| NoMessage {
            user,
            kind,
            limit,
            others: self
                .messages()
                .iter()
                .filter(|message| message.user == user)
                .map(|message| message.kind)
                .collect(),
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
    user: UserId,
    kind: Kind,
    limit: Duration,
    others: Vec<Kind>,
}

impl fmt::Display for NoMessage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            user,
            kind,
            limit,
            others,
        } = self;
        write!(
            f,
            "no new {kind:?} for user {user} within {limit:?}; messages to this user so far: {others:?}"
        )
    }
}

impl std::error::Error for NoMessage {}

/// The most messages that are kept; the oldest go first.
const KEPT: usize = 10_000;

/// The messages, and which of them a call of `wait_for` has returned.
#[derive(Clone, Debug, Default)]
pub(crate) struct Messages {
    messages: Vec<Message>,
    sent: u64,
    /// The highest number returned for each user and kind.
    taken: std::collections::BTreeMap<(UserId, Kind), u64>,
}

impl Messages {
    pub(crate) fn add(&mut self, mut message: Message) {
        self.sent += 1;
        message.number = self.sent;
        if self.messages.len() >= KEPT {
            self.messages.drain(..KEPT / 10);
        }
        self.messages.push(message);
    }

    pub(crate) fn all(&self) -> &[Message] {
        &self.messages
    }

    fn take(&mut self, user: UserId, kind: Kind) -> Option<Message> {
        let taken = self.taken.entry((user, kind)).or_default();
        let newest = self
            .messages
            .iter()
            .rev()
            .find(|message| message.user == user && message.kind == kind)
            .filter(|message| message.number > *taken)?;
        *taken = newest.number;
        Some(newest.clone())
    }
}
