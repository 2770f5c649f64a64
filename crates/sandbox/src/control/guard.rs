//! Keeps pages of other sites away from the control API.

use axum::http::HeaderMap;
use axum::http::header::{HOST, HeaderName, ORIGIN};
use url::Url;

use super::reply::Problem;
use crate::links::Links;
use crate::net;

/// Refuses what a browser sends for another site, and names that were pointed at this machine from outside.
pub(super) fn check(headers: &HeaderMap, loopback: bool, links: &Links) -> Result<(), Problem> {
    let text = |name: &HeaderName| headers.get(name).map(|value| value.to_str().unwrap_or("?"));
    let host = text(&HOST).unwrap_or_default();
    if loopback && !is_own(host, links) {
        let text = format!("the host `{host}` is not this machine; use its loopback address");
        return Err(Problem::new(403, text));
    }
    let foreign = text(&ORIGIN).is_some_and(|origin| {
        let authority = origin.split_once("://").map(|(_, authority)| authority);
        authority != Some(host)
    });
    if foreign {
        return Err(Problem::new(
            403,
            "a page of another site may not control the sandbox",
        ));
    }
    Ok(())
}

/// Whether a host is an address or a name that nobody else can point here: a loopback name or the public address.
fn is_own(host: &str, links: &Links) -> bool {
    let Ok(asked) = Url::parse(&format!("http://{host}")) else {
        return false;
    };
    let public = [links.auth(), links.platform()].map(|address| {
        let url = Url::parse(address).ok();
        url.and_then(|url| url.host().map(|host| host.to_owned()))
    });
    asked.host().is_some_and(|host| {
        net::is_loopback(&host)
            || !matches!(host, url::Host::Domain(_))
            || public.contains(&Some(host.to_owned()))
    })
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[track_caller]
    fn passes(host: &'static str, origin: Option<&'static str>, loopback: bool) -> bool {
        let mut headers = HeaderMap::new();
        headers.insert(HOST, HeaderValue::from_static(host));
        if let Some(origin) = origin {
            headers.insert(ORIGIN, HeaderValue::from_static(origin));
        }
        check(&headers, loopback, &Links::new("https://pingone.test")).is_ok()
    }

    #[test]
    fn only_this_machine_and_the_own_page_pass() {
        assert!(passes("127.0.0.1:80", None, true));
        assert!(passes("localhost:80", Some("http://localhost:80"), true));
        assert!(passes("sandbox.localhost:80", None, true));
        assert!(passes("[::1]:80", None, true));
        assert!(passes("pingone.test", Some("https://pingone.test"), true));
        assert!(!passes("evil.example", None, true));
        assert!(!passes("localhost.evil.example", None, true));
        assert!(!passes("127.0.0.1:80", Some("http://evil.example"), true));
        assert!(!passes("127.0.0.1:80", Some("null"), true));
        assert!(passes("sandbox:80", None, false));
        assert!(!passes("sandbox:80", Some("http://evil.example"), false));
    }
}
