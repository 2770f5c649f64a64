//! Which pages of other origins a browser lets read the API.

use std::time::Duration;

use axum::http::request::Parts;
use axum::http::{HeaderName, HeaderValue, Method};
use pingone_models::operations;
use tower_http::cors::{AllowHeaders, AllowMethods, AllowOrigin, CorsLayer, ExposeHeaders};
use url::Url;

/// The headers of answers that scripts may read.
const EXPOSED: [HeaderName; 7] = [
    HeaderName::from_static("correlation-id"),
    HeaderName::from_static("location"),
    HeaderName::from_static("retry-after"),
    HeaderName::from_static("www-authenticate"),
    HeaderName::from_static("x-ping-external-session-id"),
    HeaderName::from_static("x-ping-external-transaction-id"),
    HeaderName::from_static("x-sandbox-assumed"),
];

/// Answers preflights, and marks every answer, failures too, for the origins that are allowed.
pub(super) fn layer(origins: &[String]) -> CorsLayer {
    let origins = origins.to_vec();
    let is_allowed = move |origin: &HeaderValue, _: &Parts| {
        origin.to_str().is_ok_and(|origin| {
            is_loopback(origin)
                || origins
                    .iter()
                    .any(|allowed| allowed == "*" || allowed.eq_ignore_ascii_case(origin))
        })
    };
    let mut methods: Vec<Method> = operations::OPERATIONS
        .iter()
        .filter_map(|operation| operation.method.parse().ok())
        .collect();
    methods.sort_by(|a, b| a.as_str().cmp(b.as_str()));
    methods.dedup();
    CorsLayer::new()
        .allow_origin(AllowOrigin::predicate(is_allowed))
        .allow_credentials(true)
        .allow_methods(AllowMethods::list(methods))
        .allow_headers(AllowHeaders::mirror_request())
        .expose_headers(ExposeHeaders::list(EXPOSED))
        .max_age(Duration::from_secs(60 * 60))
}

/// Whether an origin is a page that this machine serves to itself.
fn is_loopback(origin: &str) -> bool {
    let Ok(url) = Url::parse(origin) else {
        return false;
    };
    ["http", "https"].contains(&url.scheme())
        && url
            .host()
            .is_some_and(|host| crate::net::is_loopback(&host))
}

#[cfg(test)]
mod tests {
    use super::is_loopback;

    #[test]
    fn pages_of_this_machine_are_allowed() {
        for origin in [
            "http://localhost:3000",
            "https://app.localhost",
            "http://127.0.0.1:8080",
            "http://[::1]:8080",
        ] {
            assert!(is_loopback(origin), "{origin}");
        }
        for origin in [
            "null",
            "http://localhost.evil.example",
            "https://evil.example",
            "file://localhost",
            "http://10.0.0.1",
        ] {
            assert!(!is_loopback(origin), "{origin}");
        }
    }
}
