//! Hides what nobody should read in a log.

use axum::http::header::{AUTHORIZATION, COOKIE, PROXY_AUTHORIZATION, SET_COOKIE};
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
    value.to_owned()
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
            mask(&mut value);
            value.to_string()
        }
        Err(_) => format!("({} bytes that are no JSON)", bytes.len()),
    }
}

fn mask(value: &mut Value) {
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                // A link has the name of what it leads to.
                let is_text = member.is_string() || member.is_number();
                if is_text && schemas::is_secret(name) {
                    *member = Value::from(MASK);
                } else {
                    mask(member);
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(mask),
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
        assert_eq!(body(b"password=x", None), "(10 bytes that are no JSON)");
        assert_eq!(
            body(b"client_id=a&client_secret=b", Some(FORM)),
            "client_id=a&client_secret=***"
        );
    }
}
