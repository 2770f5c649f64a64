//! The session cookie of a flow.

use std::fmt;
use std::sync::{Mutex, PoisonError};

use http::HeaderMap;
use http::header::SET_COOKIE;
use pingone_models::Secret;
use pingone_models::operation::Security;
use pingone_models::operations::READ_FLOW;

use crate::{Error, Result};

/// The session cookie of a flow, shared by the clones of a handle.
#[derive(Default)]
pub(crate) struct Session(Mutex<Option<Secret>>);

impl Session {
    pub(crate) fn new(cookie: Secret) -> Self {
        Self(Mutex::new(Some(cookie)))
    }

    pub(crate) fn value(&self) -> Option<Secret> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// The cookie to send, once there is one: a flow that does not know its user yet may have none.
    pub(crate) fn cookie(&self) -> Result<Option<Secret>> {
        let Some(cookie) = self.value() else {
            return Ok(None);
        };
        // RFC 6265: anything else would begin another cookie, or end the header.
        let fine = |byte: u8| byte.is_ascii_graphic() && !b"\",;\\".contains(&byte);
        if cookie.is_empty() || !cookie.expose().bytes().all(fine) {
            return Err(Error::invalid_request(
                "the session cookie is empty or holds a character that no cookie has: give its value alone, without name and attributes",
            ));
        }
        Ok(Some(cookie))
    }

    /// The header `Cookie`, once there is a cookie.
    pub(crate) fn header(&self) -> Result<Option<Secret>> {
        let cookie = self.cookie()?;
        let pair = |cookie: Secret| format!("{}={}", cookie_name(), cookie.expose()).into();
        Ok(cookie.map(pair))
    }

    /// Takes over what an answer sets.
    pub(crate) fn keep(&self, headers: &HeaderMap) {
        for header in headers.get_all(SET_COOKIE) {
            let set = header.to_str().ok().and_then(|text| {
                let (name, value) = text.split(';').next()?.split_once('=')?;
                (name.trim() == cookie_name()).then(|| value.trim().trim_matches('"'))
            });
            if let Some(value) = set.filter(|value| !value.is_empty()) {
                *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(value.into());
            }
        }
    }
}

/// The name of the cookie in the document.
fn cookie_name() -> &'static str {
    let cookie = |security: &Security| match security {
        Security::Cookie(name) => Some(*name),
        _ => None,
    };
    READ_FLOW
        .security
        .iter()
        .find_map(cookie)
        .unwrap_or_default()
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.value().is_some() {
            "Session(***)"
        } else {
            "Session(none)"
        })
    }
}
