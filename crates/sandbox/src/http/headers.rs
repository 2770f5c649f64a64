//! What headers say.

use axum::http::{HeaderMap, HeaderValue};
use url::Url;

use crate::links::Links;

/// A correlation id as PingOne keeps it: 100 characters at most, and `_` for what it does not take.
pub(super) fn cleaned(value: &HeaderValue) -> String {
    let text = String::from_utf8_lossy(value.as_bytes());
    let allowed = |c: char| c.is_alphanumeric() || is_combining(c) || "._-/@=#+".contains(c);
    text.chars()
        .take(100)
        .map(|c| if allowed(c) { c } else { '_' })
        .collect()
}

fn is_combining(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}' | '\u{1ab0}'..='\u{1aff}' | '\u{1dc0}'..='\u{1dff}' | '\u{20d0}'..='\u{20ff}')
}

/// The addresses that a proxy was asked at, by `X-Forwarded-Proto`, `-Host`, `-Port` and `-Prefix`.
pub(super) fn forwarded(headers: &HeaderMap) -> Option<Links> {
    let first = |name: &str| {
        let value = headers.get(name)?.to_str().ok()?.split(',').next()?.trim();
        Some(value).filter(|value| !value.is_empty())
    };
    let host = first("x-forwarded-host").or_else(|| first("host"))?;
    let scheme = first("x-forwarded-proto");
    if scheme.is_none() && first("x-forwarded-host").is_none() {
        return None;
    }
    let mut url = Url::parse(&format!("{}://{host}", scheme.unwrap_or("http"))).ok()?;
    if let Some(port) = first("x-forwarded-port").and_then(|port| port.parse().ok())
        && url.port().is_none()
    {
        url.set_port(Some(port)).ok()?;
    }
    let is_plain = url.path() == "/" && url.query().is_none() && url.username().is_empty();
    if !is_plain || !["http", "https"].contains(&url.scheme()) {
        return None;
    }
    let prefix = first("x-forwarded-prefix").unwrap_or_default();
    url.set_path(prefix);
    Some(Links::new(url.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(given: &str, expected: &str) {
        let given = HeaderValue::from_bytes(given.as_bytes()).unwrap();
        assert_eq!(cleaned(&given), expected);
    }

    #[track_caller]
    fn check_forwarded(given: &[(&'static str, &'static str)], expected: Option<&str>) {
        let mut headers = HeaderMap::new();
        for (name, value) in given {
            headers.insert(*name, HeaderValue::from_static(value));
        }
        let links = forwarded(&headers);
        assert_eq!(links.as_ref().map(Links::auth), expected, "{given:?}");
    }

    #[test]
    fn a_proxy_says_where_it_was_asked() {
        let (proto, host) = ("x-forwarded-proto", "x-forwarded-host");
        check_forwarded(&[("host", "localhost:80")], None);
        check_forwarded(
            &[(proto, "https"), (host, "a.example")],
            Some("https://a.example"),
        );
        check_forwarded(&[(proto, "https"), ("host", "a:81")], Some("https://a:81"));
        check_forwarded(&[(host, "a.example, b.example")], Some("http://a.example"));
        let prefixed = [
            (host, "a"),
            (proto, "https"),
            ("x-forwarded-port", "8443"),
            ("x-forwarded-prefix", "/p/"),
        ];
        check_forwarded(&prefixed, Some("https://a:8443/p"));
        check_forwarded(&[(proto, "javascript"), (host, "a")], None);
        check_forwarded(&[(host, "a/b?c")], None);
    }

    #[test]
    fn correlation_ids_keep_what_pingone_allows() {
        check("order-7/a@b=c#d+e.f_g", "order-7/a@b=c#d+e.f_g");
        check("a b;c", "a_b_c");
        check("é\u{301}", "é\u{301}");
        check(&"x".repeat(101), &"x".repeat(100));
    }
}
