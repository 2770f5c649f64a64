//! The messages that the sandbox "sent": none leaves the machine.

use std::collections::BTreeMap;
use std::fmt;

use jiff::Timestamp;
use pingone_models::{Secret, UserId, expose};
use serde::{Deserialize, Serialize};

use crate::rows::{RowError, Table, Visitor};

/// What a message is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[non_exhaustive]
pub enum Kind {
    /// A code that verifies an account.
    VerificationCode,
    /// A code that recovers a password.
    RecoveryCode,
    /// A code that verifies an e-mail address and nothing else.
    EmailVerificationCode,
    /// A code that activates a device.
    ActivationCode,
    /// A one-time passcode of a device authentication or of a flow.
    Passcode,
    /// A push notification. It has no code: see [`Sandbox::confirm_push`](crate::Sandbox::confirm_push).
    Push,
}

/// How a message was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
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

/// Whom a message is for: a user, or an e-mail address or phone number as the user has it.
///
/// ```
/// use pingone_sandbox::Recipient;
///
/// assert_eq!(Recipient::from("linda@example.com").to_string(), "linda@example.com");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Recipient {
    /// Every message to this user, whatever the address.
    User(UserId),
    /// Every message to this address or number, in upper or lower case, whoever the user is.
    Address(String),
}

impl Recipient {
    pub(crate) fn gets(&self, message: &Message) -> bool {
        match self {
            Self::User(user) => message.user == *user,
            Self::Address(address) => message.to.eq_ignore_ascii_case(address),
        }
    }
}

impl From<UserId> for Recipient {
    fn from(user: UserId) -> Self {
        Self::User(user)
    }
}

impl From<&str> for Recipient {
    fn from(address: &str) -> Self {
        Self::Address(address.to_owned())
    }
}

impl From<String> for Recipient {
    fn from(address: String) -> Self {
        Self::Address(address)
    }
}

impl fmt::Display for Recipient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::User(user) => write!(f, "user {user}"),
            Self::Address(address) => f.write_str(address),
        }
    }
}

/// How the state file and the control API write a message, which does not write its code by itself.
#[derive(Serialize, Deserialize)]
#[serde(remote = "Message", rename_all = "camelCase")]
struct WithCode {
    number: u64,
    kind: Kind,
    channel: Channel,
    user: UserId,
    to: String,
    #[serde(serialize_with = "expose::required")]
    code: Secret,
    at: Timestamp,
    expires_at: Option<Timestamp>,
    template: Option<String>,
    transaction: String,
}

/// A message that was sent, written with its code.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Sent(#[serde(with = "WithCode")] pub(crate) Message);

/// The most messages that are kept; the oldest go first.
const KEPT: usize = 10_000;

/// The messages, and which of them a call of `wait_for` has returned.
#[derive(Clone, Debug, Default)]
pub(crate) struct Messages {
    messages: Table<u64, Sent>,
    counters: Counters,
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Counters {
    sent: u64,
    /// The highest number returned for each user and kind.
    taken: BTreeMap<UserId, BTreeMap<Kind, u64>>,
}

impl Messages {
    pub(crate) fn visit_messages(&mut self, visitor: &mut impl Visitor) -> Result<(), RowError> {
        visitor.table("messages", &mut self.messages)
    }

    pub(crate) fn visit_counters(&mut self, visitor: &mut impl Visitor) -> Result<(), RowError> {
        visitor.value("outbox", &mut self.counters)
    }

    pub(crate) fn add(&mut self, mut message: Message) {
        self.counters.sent += 1;
        message.number = self.counters.sent;
        if self.messages.len() >= KEPT {
            let first = self.counters.sent.saturating_sub((KEPT - KEPT / 10) as u64);
            self.messages.retain(|number, _| *number >= first);
        }
        self.messages.insert(message.number, Sent(message));
    }

    /// The messages, the oldest first.
    pub(crate) fn all(&self) -> impl DoubleEndedIterator<Item = &Message> {
        self.written().map(|sent| &sent.0)
    }

    /// The messages in the form that writes their codes.
    pub(crate) fn written(&self) -> impl DoubleEndedIterator<Item = &Sent> {
        self.messages.values()
    }

    pub(crate) fn latest(&self, to: &Recipient, kind: Kind) -> Option<&Message> {
        let mut newest_first = self.all().rev();
        newest_first.find(|message| message.kind == kind && to.gets(message))
    }

    pub(crate) fn take(&mut self, to: &Recipient, kind: Kind) -> Option<Message> {
        let newest = self.latest(to, kind)?.clone();
        let taken = self.counters.taken.entry(newest.user).or_default();
        let taken = taken.entry(kind).or_default();
        if newest.number <= *taken {
            return None;
        }
        *taken = newest.number;
        Some(newest)
    }
}
