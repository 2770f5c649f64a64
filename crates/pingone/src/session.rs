//! The session cookie of a flow.

use std::fmt;
use std::sync::{Mutex, PoisonError};
use std::time::SystemTime;

use cookie::Cookie;
use http::HeaderMap;
use http::header::SET_COOKIE;
use pingone_models::operation::Security;
use pingone_models::operations::READ_FLOW;
use pingone_models::{EnvironmentId, Secret};
use url::Url;

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
        // Anything else would begin another cookie, or end the header. Services also set blanks and commas.
        let fine = |byte: u8| (byte.is_ascii_graphic() || byte == b' ') && byte != b';';
        let value = cookie.expose();
        let named = value
            .split_once('=')
            .is_some_and(|(name, _)| name.trim() == cookie_name());
        if value.is_empty() || value.trim() != value || named || !value.bytes().all(fine) {
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

    /// Takes over what an answer sets. A cookie that the answer deletes ends the session.
    pub(crate) fn keep(&self, headers: &HeaderMap, from: &Origin<'_>, now: SystemTime) {
        for header in headers.get_all(SET_COOKIE) {
            let Some(cookie) = header
                .to_str()
                .ok()
                .and_then(|text| Cookie::parse(text).ok())
            else {
                continue;
            };
            if cookie.name() == cookie_name() && from.may_set(&cookie) {
                let ended = cookie.value().is_empty() || has_ended(&cookie, now);
                let value = (!ended).then(|| cookie.value().into());
                *self.0.lock().unwrap_or_else(PoisonError::into_inner) = value;
            }
        }
    }
}

/// Where an answer came from.
pub(crate) struct Origin<'a> {
    /// The base address of the server.
    pub(crate) address: &'a str,
    pub(crate) environment: EnvironmentId,
    /// Whether paths have no environment id.
    pub(crate) custom_domain: bool,
}

impl Origin<'_> {
    /// Whether a cookie is for the flows of this server, by RFC 6265.
    fn may_set(&self, cookie: &Cookie<'_>) -> bool {
        let Ok(address) = Url::parse(self.address) else {
            return false;
        };
        let host = address.host_str().unwrap_or_default();
        let for_host = cookie.domain().is_none_or(|domain| {
            let domain = domain.to_ascii_lowercase();
            host == domain
                || host
                    .strip_suffix(domain.as_str())
                    .is_some_and(|rest| rest.ends_with('.'))
        });
        let flows = match self.custom_domain {
            true => format!("{}/flows", address.path().trim_end_matches('/')),
            false => format!(
                "{}/{}/flows",
                address.path().trim_end_matches('/'),
                self.environment
            ),
        };
        let for_flows = cookie
            .path()
            .filter(|path| path.starts_with('/'))
            .is_none_or(|path| {
                let rest = flows.strip_prefix(path);
                rest.is_some_and(|rest| {
                    path.ends_with('/') || rest.is_empty() || rest.starts_with('/')
                })
            });
        for_host && for_flows
    }
}

/// Whether a cookie is deleted: its time has passed.
fn has_ended(cookie: &Cookie<'_>, now: SystemTime) -> bool {
    if let Some(age) = cookie.max_age() {
        return age.whole_seconds() <= 0;
    }
    let now = now
        .duration_since(SystemTime::UNIX_EPOCH)
        .map_or(0, |now| now.as_secs());
    cookie
        .expires_datetime()
        .is_some_and(|end| i128::from(end.unix_timestamp()) <= i128::from(now))
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
