//! Codes that were sent: how long they live and how often they may be got wrong.

use jiff::Timestamp;
use pingone_models::{Secret, expose};
use serde::{Deserialize, Serialize};

/// A code that waits to be sent back.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Code {
    #[serde(serialize_with = "expose::required")]
    text: Secret,
    expires_at: Option<Timestamp>,
    failures: u32,
    limit: Option<u32>,
}

/// Why a code was not accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Rejection {
    /// Too many failures came before.
    UsedUp,
    /// Its time is over.
    Expired,
    /// It is another one.
    Wrong,
}

impl Code {
    /// A code without limits.
    pub(crate) fn new(text: impl Into<Secret>) -> Self {
        Self {
            text: text.into(),
            expires_at: None,
            failures: 0,
            limit: None,
        }
    }

    pub(crate) fn until(mut self, expires_at: Timestamp) -> Self {
        self.expires_at = Some(expires_at);
        self
    }

    pub(crate) fn attempts(mut self, limit: u32) -> Self {
        self.limit = Some(limit);
        self
    }

    pub(crate) fn text(&self) -> &Secret {
        &self.text
    }

    pub(crate) fn expires_at(&self) -> Option<Timestamp> {
        self.expires_at
    }

    /// Compares without regard to case, and counts a wrong one.
    pub(crate) fn check(&mut self, given: &Secret, now: Timestamp) -> Result<(), Rejection> {
        if self.limit.is_some_and(|limit| self.failures >= limit) {
            return Err(Rejection::UsedUp);
        }
        if self.expires_at.is_some_and(|end| now >= end) {
            return Err(Rejection::Expired);
        }
        if Secret::new(given.expose().to_ascii_uppercase()) == self.text {
            return Ok(());
        }
        self.failures += 1;
        Err(Rejection::Wrong)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::state::context::later;

    fn check(code: &mut Code, given: &str, after: Duration) -> Result<(), Rejection> {
        code.check(&Secret::from(given), later(Timestamp::UNIX_EPOCH, after))
    }

    #[test]
    fn a_code_dies_at_the_end_of_its_time_and_not_before() {
        let lifetime = Duration::from_secs(300);
        let mut code = Code::new("AB12").until(later(Timestamp::UNIX_EPOCH, lifetime));
        let last = lifetime - Duration::from_millis(1);
        assert_eq!(check(&mut code, "ab12", last), Ok(()));
        assert_eq!(check(&mut code, "AB12", lifetime), Err(Rejection::Expired));
    }

    #[test]
    fn failures_use_a_code_up_even_for_the_right_answer() {
        let mut code = Code::new("AB12").attempts(2);
        assert_eq!(check(&mut code, "X", Duration::ZERO), Err(Rejection::Wrong));
        assert_eq!(check(&mut code, "", Duration::ZERO), Err(Rejection::Wrong));
        assert_eq!(
            check(&mut code, "AB12", Duration::ZERO),
            Err(Rejection::UsedUp)
        );
    }
}
