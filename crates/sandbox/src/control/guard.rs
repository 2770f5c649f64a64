//! Keeps pages of other sites away from the control API.

use axum::http::HeaderMap;
use axum::http::header::{HOST, HeaderName, ORIGIN};

use super::Problem;

/// Refuses what a browser sends for another site, and names that were pointed at this machine from outside.
pub(super) fn check(headers: &HeaderMap, loopback: bool) -> Result<(), Problem> {
    let text = |name: &HeaderName| headers.get(name).map(|value| value.to_str().unwrap_or("?"));
    let host = text(&HOST).unwrap_or_default();
    if loopback && !is_local(host) {
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

/// Whether a host is an address or `localhost`, which nobody else can point elsewhere.
fn is_local(host: &str) -> bool {
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    };
    let name = name.trim_start_matches('[').trim_end_matches(']');
    name.eq_ignore_ascii_case("localhost") || name.parse::<std::net::IpAddr>().is_ok()
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
        check(&headers, loopback).is_ok()
    }

    #[test]
    fn only_this_machine_and_the_own_page_pass() {
        assert!(passes("127.0.0.1:80", None, true));
        assert!(passes("localhost:80", Some("http://localhost:80"), true));
        assert!(passes("[::1]:80", None, true));
        assert!(!passes("evil.example", None, true));
        assert!(!passes("127.0.0.1:80", Some("http://evil.example"), true));
        assert!(!passes("127.0.0.1:80", Some("null"), true));
        assert!(passes("sandbox:80", None, false));
        assert!(!passes("sandbox:80", Some("http://evil.example"), false));
    }
}
