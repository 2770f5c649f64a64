//! Access tokens and who holds them.

use std::time::Duration;

use jiff::Timestamp;
use pingone_models::{Secret, UserId};
use serde::{Deserialize, Serialize};

use super::context::later;
use crate::random::Random;
use crate::rows::{RowError, Table, Visitor};

/// How long an access token is valid.
pub(crate) const LIFETIME: Duration = Duration::from_secs(60 * 60);

/// How many tokens are kept at most; the oldest go first.
const KEPT: usize = 10_000;

/// The access tokens that were issued.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tokens {
    by_text: Table<String, Token>,
}

#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Token {
    holder: Holder,
    expires_at: Timestamp,
}

/// Whose rights a request has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Holder {
    /// A worker application, which may do everything.
    Worker,
    /// A user.
    User(UserId),
    /// Nobody: the operation wants no token.
    Nobody,
}

impl Tokens {
    pub(crate) fn visit(&mut self, visitor: &mut impl Visitor) -> Result<(), RowError> {
        visitor.table("tokens", &mut self.by_text)
    }

    pub(crate) fn issue(&mut self, random: &mut Random, now: Timestamp, holder: Holder) -> Secret {
        let text = format!("sandbox-{}", random.token());
        self.keep(&text, now, holder);
        Secret::new(text)
    }

    /// Knows a token that was made elsewhere.
    pub(crate) fn keep(&mut self, text: &str, now: Timestamp, holder: Holder) {
        if self.by_text.len() >= KEPT {
            self.forget_oldest(now);
        }
        let expires_at = later(now, LIFETIME);
        let token = Token { holder, expires_at };
        self.by_text.insert(text.to_owned(), token);
    }

    /// Who holds this token, unless it has expired.
    pub(crate) fn holder(&self, text: &str, now: Timestamp) -> Result<Holder, &'static str> {
        match self.by_text.get(text) {
            None => Err("The access token is not known."),
            Some(token) if now >= token.expires_at => Err("The access token has expired."),
            Some(token) => Ok(token.holder),
        }
    }

    fn forget_oldest(&mut self, now: Timestamp) {
        self.by_text.retain(|_, token| now < token.expires_at);
        let mut expiries: Vec<_> = self
            .by_text
            .values()
            .map(|token| token.expires_at)
            .collect();
        expiries.sort_unstable();
        if expiries.len() >= KEPT {
            let cut = expiries[KEPT / 10];
            self.by_text.retain(|_, token| token.expires_at > cut);
        }
    }
}
