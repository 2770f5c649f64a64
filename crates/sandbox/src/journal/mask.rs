//! Hides what nobody should read in a log.

use axum::http::header::{AUTHORIZATION, COOKIE, LOCATION, PROXY_AUTHORIZATION, SET_COOKIE};
use serde_json::Value;
use url::form_urlencoded;

use crate::media::{FORM, essence};
use crate::schemas;

const MASK: &str = "***";

/// The value of a header with its secret masked.
pub(super) fn header(name: &str, value: &str) -> String {
    if name == AUTHORIZATION || name == PROXY_AUTHORIZATION {
        let scheme = value.split_once(' ').map(|(scheme, _)| scheme);
        return scheme.map_or_else(|| MASK.to_owned(), |scheme| format!("{scheme} {MASK}"));
    }
    if name == COOKIE {
        let pairs = value.split(';').map(|pair| masked_pair(pair.trim()));
        return pairs.collect::<Vec<_>>().join("; ");
    }
    if name == SET_COOKIE {
        let (pair, attributes) = value.split_once(';').unwrap_or((value, ""));
        return format!("{};{attributes}", masked_pair(pair));
    }
    if name == LOCATION {
        return target(value);
    }
    value.to_owned()
}

/// An address with the secrets in its query masked.
pub(super) fn target(address: &str) -> String {
    let Some((path, query)) = address.split_once('?') else {
        return address.to_owned();
    };
    let masked = query.split('&').map(|pair| match pair.split_once('=') {
        Some((name, _)) if schemas::is_secret(name) => format!("{name}={MASK}"),
        _ => pair.to_owned(),
    });
    format!("{path}?{}", masked.collect::<Vec<_>>().join("&"))
}

fn masked_pair(pair: &str) -> String {
    let name = pair.split_once('=').map(|(name, _)| name);
    name.map_or_else(|| MASK.to_owned(), |name| format!("{name}={MASK}"))
}

/// A body with its secrets masked; one that cannot be read is left out, as nobody knows what it holds.
pub(super) fn body(bytes: &[u8], content_type: Option<&str>) -> String {
    if bytes.is_empty() {
        return String::new();
    }
    if content_type.map(essence).as_deref() == Some(FORM) {
        let mut masked = form_urlencoded::Serializer::new(String::new());
        for (name, value) in form_urlencoded::parse(bytes) {
            let secret = schemas::is_secret(&name);
            masked.append_pair(&name, if secret { MASK } else { &value });
        }
        return masked.finish();
    }
    match serde_json::from_slice::<Value>(bytes) {
        Ok(mut value) => {
            // An error is an object of its own, or a member of this name.
            let is_error = value.get("code").is_some() && value.get("message").is_some();
            mask(if is_error { "error" } else { "" }, &mut value);
            value.to_string()
        }
        Err(_) => format!("({} bytes that are no JSON)", bytes.len()),
    }
}

/// Masks the secrets of a value that is a member of this name.
fn mask(place: &str, value: &mut Value) {
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                // A link has the name of what it leads to.
                let is_text = member.is_string() || member.is_number();
                let is_secret = schemas::is_secret_in(place, name);
                if is_text && is_secret {
                    *member = Value::from(MASK);
                } else {
                    mask(name, member);
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| mask(place, item)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_in_headers_are_masked() {
        assert_eq!(header("authorization", "Bearer abc"), "Bearer ***");
        assert_eq!(header("authorization", "abc"), "***");
        assert_eq!(header("cookie", "ST=abc; a=b"), "ST=***; a=***");
        assert_eq!(header("set-cookie", "ST=abc; Path=/"), "ST=***; Path=/");
        assert_eq!(header("content-type", "text/plain"), "text/plain");
        assert_eq!(
            header("location", "https://app.example.com/?code=abc&state=d"),
            "https://app.example.com/?code=***&state=d"
        );
    }

    #[test]
    fn secrets_in_bodies_are_masked_wherever_they_are() {
        let text =
            br#"{"newPassword": "a", "recoveryCode": "b", "x": [{"otp": "c"}], "username": "d"}"#;
        let masked = body(text, None);
        assert_eq!(
            masked,
            r#"{"newPassword":"***","recoveryCode":"***","username":"d","x":[{"otp":"***"}]}"#
        );
        let flow = br#"{"authorizeResponse": {"code": "a"}, "error": {"code": "b"}}"#;
        assert_eq!(
            body(flow, None),
            r#"{"authorizeResponse":{"code":"***"},"error":{"code":"b"}}"#
        );
        let error = br#"{"code": "a", "message": "b", "details": [{"code": "c"}]}"#;
        assert_eq!(
            body(error, None),
            r#"{"code":"a","details":[{"code":"c"}],"message":"b"}"#
        );
        let key = br#"{"id": "a", "code": "b"}"#;
        assert_eq!(body(key, None), r#"{"code":"***","id":"a"}"#);
        assert_eq!(body(b"code=a&state=b", Some(FORM)), "code=***&state=b");
        assert_eq!(body(b"password=x", None), "(10 bytes that are no JSON)");
        assert_eq!(
            body(b"client_id=a&client_secret=b", Some(FORM)),
            "client_id=a&client_secret=***"
        );
    }
}
