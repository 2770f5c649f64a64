//! The session cookies of a sign-on.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use cookie::Cookie;
use http::HeaderMap;
use http::header::SET_COOKIE;
use pingone_models::operation::Security;
use pingone_models::operations::READ_FLOW;
use pingone_models::{EnvironmentId, Secret};
use url::Url;

use crate::{Error, Result};

/// The cookies of a session, by their names, as a browser keeps them; shared by the clones of a handle.
#[derive(Default)]
pub(crate) struct Session(Mutex<BTreeMap<String, Secret>>);

/// The most cookies that are kept; a service that sets more is not one that people sign on to.
const MOST_COOKIES: usize = 20;

impl Session {
    /// A session with this value of the cookie that the document names.
    pub(crate) fn new(cookie: Secret) -> Self {
        Self::from_cookies([(cookie_name().to_owned(), cookie)].into())
    }

    pub(crate) fn from_cookies(cookies: BTreeMap<String, Secret>) -> Self {
        Self(Mutex::new(cookies))
    }

    /// All cookies, with their values.
    pub(crate) fn cookies(&self) -> BTreeMap<String, Secret> {
        self.lock().clone()
    }

    /// The value of the cookie that the document names.
    pub(crate) fn value(&self) -> Option<Secret> {
        self.lock().get(cookie_name()).cloned()
    }

    /// The header `Cookie`, once there is a cookie: a flow that does not know its user yet may have none.
    pub(crate) fn header(&self) -> Result<Option<Secret>> {
        let mut header = String::new();
        for (name, value) in &*self.lock() {
            if !is_fine(name, value.expose()) {
                return Err(Error::invalid_request(
                    "the session cookie is empty or holds a character that no cookie has: give its value alone, without name and attributes",
                ));
            }
            if !header.is_empty() {
                header.push_str("; ");
            }
            header.push_str(name);
            header.push('=');
            header.push_str(value.expose());
        }
        Ok((!header.is_empty()).then(|| header.into()))
    }

    /// Takes over what an answer sets. A cookie that the answer deletes is forgotten.
    pub(crate) fn keep(&self, headers: &HeaderMap, from: &Origin<'_>, now: SystemTime) {
        let mut cookies = self.lock();
        for header in headers.get_all(SET_COOKIE) {
            let Some(cookie) = header
                .to_str()
                .ok()
                .and_then(|text| Cookie::parse(text).ok())
            else {
                continue;
            };
            let (name, value) = (cookie.name(), cookie.value());
            if !from.may_set(&cookie) {
                continue;
            }
            if value.is_empty() || has_ended(&cookie, now) {
                cookies.remove(name);
            } else if is_fine(name, value)
                && (cookies.contains_key(name) || cookies.len() < MOST_COOKIES)
            {
                cookies.insert(name.to_owned(), value.into());
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, Secret>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether a cookie can be sent: anything else would begin another cookie, or end the header. Services also set blanks
/// and commas.
fn is_fine(name: &str, value: &str) -> bool {
    let token = |byte: u8| byte.is_ascii_graphic() && !b"()<>@,;:\\\"/[]?={}".contains(&byte);
    let text = |byte: u8| (byte.is_ascii_graphic() || byte == b' ') && byte != b';';
    let named = value
        .split_once('=')
        .is_some_and(|(start, _)| start.trim() == name);
    !name.is_empty()
        && name.bytes().all(token)
        && !value.is_empty()
        && value.trim() == value
        && !named
        && value.bytes().all(text)
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
    /// Whether a cookie is for the sign-ons of this server, by RFC 6265.
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
        // The paths of flows, and of what begins and ends them. One cookie for either is sent to both.
        let base = address.path().trim_end_matches('/');
        let base = match self.custom_domain {
            true => base.to_owned(),
            false => format!("{base}/{}", self.environment),
        };
        let covers = |path: &str, folder: &str| {
            let rest = format!("{base}/{folder}");
            let rest = rest.strip_prefix(path).map(str::to_owned);
            rest.is_some_and(|rest| path.ends_with('/') || rest.is_empty() || rest.starts_with('/'))
        };
        let for_path = cookie
            .path()
            .filter(|path| path.starts_with('/'))
            .is_none_or(|path| covers(path, "flows") || covers(path, "as"));
        for_host && for_path
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
