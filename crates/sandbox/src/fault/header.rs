//! Faults that a request asks for itself.

use super::{Effect, Fault, FaultError, Latency};
use axum::http::HeaderName;

/// The request header that asks for a fault.
pub(crate) static HEADER: HeaderName = HeaderName::from_static("x-sandbox-fault");

/// What the page offers: at least one text for each kind of effect, and what it means.
pub(crate) const EXAMPLES: &[(&str, &str)] = &[
    ("status=503", "503 Service Unavailable"),
    ("status=500", "500 Internal Server Error"),
    ("status=429; retry-after=3", "429 with Retry-After"),
    ("html-error=502", "502 with a page of a proxy"),
    ("latency=2000", "The answer is 2 seconds late"),
    ("drop-before-commit", "The request is lost"),
    ("drop-after-commit", "The answer is lost"),
    ("connection-reset", "The connection is reset"),
    ("truncated-body", "The body is cut off"),
    ("malformed-json", "The body is not JSON"),
    ("wrong-content-type", "The body claims to be text"),
    ("dribble=200", "The body comes in small pieces"),
    ("oversized-body=16777216", "The body is 16 MiB longer"),
    ("redirect=https://example.com/", "A redirection"),
];

/// A fault for the requests with the same text in the header.
///
/// ```text
/// X-Sandbox-Fault: status=429; retry-after=3; count=2
/// X-Sandbox-Fault: status=400; code=INVALID_DATA; detail=INVALID_OTP; target=otp
/// X-Sandbox-Fault: drop-after-commit; count=1; id=first-test
/// X-Sandbox-Fault: latency=200
/// ```
///
/// `id` has no meaning; it tells two faults apart that would otherwise share a count.
pub(super) fn parse(header: &str) -> Result<Fault, FaultError> {
    let mut effect: Option<Effect> = None;
    let mut fault = Fault::new(Effect::DropBeforeCommit);
    let (mut code, mut detail, mut target, mut retry_after) = (None, None, None, None);
    let parts = header.split(';').map(str::trim);
    for part in parts.filter(|part| !part.is_empty()) {
        let (name, value) = part.split_once('=').unwrap_or((part, ""));
        let (name, value) = (name.trim(), value.trim());
        let found = match name {
            "status" => Effect::status(number(name, value)?),
            "html-error" => Effect::HtmlError {
                status: number(name, value)?,
            },
            "latency" => Effect::Latency(Latency::Fixed {
                milliseconds: number(name, value)?,
            }),
            "dribble" => Effect::Dribble {
                milliseconds: number(name, value)?,
            },
            "oversized-body" => Effect::OversizedBody {
                bytes: number(name, value)?,
            },
            "redirect" => Effect::Redirect {
                location: value.to_owned(),
            },
            "drop-before-commit" => Effect::DropBeforeCommit,
            "drop-after-commit" => Effect::DropAfterCommit,
            "connection-reset" => Effect::ConnectionReset,
            "truncated-body" => Effect::TruncatedBody,
            "malformed-json" => Effect::MalformedJson,
            "wrong-content-type" => Effect::WrongContentType,
            _ => {
                match name {
                    "code" => code = Some(value.to_owned()),
                    "detail" => detail = Some(value.to_owned()),
                    "target" => target = Some(value.to_owned()),
                    "retry-after" => retry_after = Some(number(name, value)?),
                    "count" => fault = fault.times(number(name, value)?),
                    "probability" => fault = fault.with_probability(number(name, value)?),
                    "id" => {}
                    other => return Err(FaultError::new(format!("`{other}` is not known"))),
                }
                continue;
            }
        };
        if effect.replace(found).is_some() {
            return Err(FaultError::new("one effect is possible at a time"));
        }
    }
    fault.effect =
        effect.ok_or_else(|| FaultError::new("it has no effect, such as `status=503`"))?;
    let described = code.is_some() || detail.is_some() || target.is_some() || retry_after.is_some();
    if let Effect::Status { status, .. } = fault.effect {
        fault.effect = Effect::Status {
            status,
            code,
            detail,
            target,
            retry_after,
        };
    } else if described {
        let text = "`code`, `detail`, `target` and `retry-after` go with `status`";
        return Err(FaultError::new(text));
    }
    fault.check()?;
    Ok(fault)
}

fn number<T: std::str::FromStr>(name: &str, value: &str) -> Result<T, FaultError> {
    value
        .parse()
        .map_err(|_| FaultError::new(format!("`{name}` needs a number")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(header: &str, expected: Result<Fault, &str>) {
        assert_eq!(parse(header), expected.map_err(FaultError::new), "{header}");
    }

    #[test]
    fn the_page_offers_every_effect() {
        let offered = EXAMPLES.iter().map(|(text, _)| parse(text).unwrap());
        let offered: Vec<_> = offered.map(|fault| fault.effect.name()).collect();
        // What serde knows, by what it says of a name that it does not.
        let unknown = serde_json::from_str::<Effect>(r#"{"kind": "?"}"#).unwrap_err();
        let unknown = unknown.to_string();
        let known: Vec<_> = unknown.split('`').skip(3).step_by(2).collect();
        assert_eq!(known.len(), 12, "{unknown}");
        for name in known {
            assert!(offered.contains(&name), "{name}");
        }
    }

    #[test]
    fn a_fault_is_read_from_its_header() {
        let limited = Effect::Status {
            status: 429,
            code: None,
            detail: None,
            target: None,
            retry_after: Some(3),
        };
        check("status=429; retry-after=3;", Ok(Fault::new(limited)));
        check("status=503; count=2", Ok(Fault::status(503).times(2)));
        check(
            "drop-after-commit; id=7",
            Ok(Fault::new(Effect::DropAfterCommit)),
        );
        check("", Err("it has no effect, such as `status=503`"));
        check("status", Err("`status` needs a number"));
        check("status=200", Err("`status` must lie between 400 and 599"));
        check("status=500; colour=red", Err("`colour` is not known"));
        check(
            "status=500; truncated-body",
            Err("one effect is possible at a time"),
        );
        check(
            "truncated-body; code=X",
            Err("`code`, `detail`, `target` and `retry-after` go with `status`"),
        );
    }
}
