//! Correlation ids in headers.

use axum::http::HeaderValue;

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

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(given: &str, expected: &str) {
        let given = HeaderValue::from_bytes(given.as_bytes()).unwrap();
        assert_eq!(cleaned(&given), expected);
    }

    #[test]
    fn correlation_ids_keep_what_pingone_allows() {
        check("order-7/a@b=c#d+e.f_g", "order-7/a@b=c#d+e.f_g");
        check("a b;c", "a_b_c");
        check("é\u{301}", "é\u{301}");
        check(&"x".repeat(101), &"x".repeat(100));
    }
}
