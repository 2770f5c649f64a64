//! What one request may use and leave behind, beside the state.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use pingone_models::UserId;

use crate::links::Links;
use crate::outbox::{Message, Messages};
use crate::random::Random;
use crate::rules::Rule;

/// The moment, randomness and outbox of one request, and a record of what decided it.
pub(crate) struct RequestContext<'a> {
    pub(crate) now: Timestamp,
    pub(crate) random: &'a mut Random,
    pub(crate) links: &'a Links,
    outbox: &'a mut Messages,
    transaction: &'a str,
    rules: Vec<&'static Rule>,
    changed: bool,
}

impl<'a> RequestContext<'a> {
    pub(crate) fn new(
        now: Timestamp,
        random: &'a mut Random,
        links: &'a Links,
        outbox: &'a mut Messages,
        transaction: &'a str,
    ) -> Self {
        Self {
            now,
            random,
            links,
            outbox,
            transaction,
            rules: Vec::new(),
            changed: false,
        }
    }

    /// Notes that this rule took part in the answer.
    pub(crate) fn rule(&mut self, rule: &'static Rule) {
        if !self.rules.contains(&rule) {
            self.rules.push(rule);
        }
    }

    /// Notes that something is different from before: sent, spent, or changed.
    pub(crate) fn change(&mut self) {
        self.changed = true;
    }

    /// Puts a message into the outbox.
    pub(crate) fn send(&mut self, user: UserId, message: OutgoingMessage) {
        self.change();
        self.outbox.add(Message {
            number: 0,
            kind: message.kind,
            channel: message.channel,
            user,
            to: message.to,
            code: message.code,
            at: self.now,
            expires_at: message.expires_at,
            template: message.template,
            transaction: self.transaction.to_owned(),
        });
    }

    pub(crate) fn rules(&self) -> &[&'static Rule] {
        &self.rules
    }

    pub(crate) fn has_changed(&self) -> bool {
        self.changed
    }
}

/// A message to be sent.
pub(crate) struct OutgoingMessage {
    pub(crate) kind: crate::Kind,
    pub(crate) channel: crate::Channel,
    pub(crate) to: String,
    pub(crate) code: pingone_models::Secret,
    pub(crate) expires_at: Option<Timestamp>,
    pub(crate) template: Option<String>,
}

/// The moment this much later.
pub(crate) fn later(now: Timestamp, by: Duration) -> Timestamp {
    SignedDuration::try_from(by)
        .ok()
        .and_then(|by| now.saturating_add(by).ok())
        .unwrap_or(Timestamp::MAX)
}

/// Whole seconds until then, a begun one counted.
pub(crate) fn seconds_until(now: Timestamp, then: Timestamp) -> i64 {
    let milliseconds = then.as_millisecond().saturating_sub(now.as_millisecond());
    milliseconds.max(0).saturating_add(999) / 1000
}
