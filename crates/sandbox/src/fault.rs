//! Failures on demand.

use pingone_models::operation::Operation;

use crate::refusal::{Refusal, detail};

/// The request header that asks for a failure.
pub(crate) const HEADER: &str = "x-sandbox-fault";

/// An answer that the request header asked for, in place of the real one.
///
/// ```text
/// X-Sandbox-Fault: status=429; retry-after=3
/// X-Sandbox-Fault: status=400; code=INVALID_DATA; detail=INVALID_OTP; target=otp
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Fault {
    status: u16,
    code: Option<String>,
    detail: Option<String>,
    target: Option<String>,
    retry_after: Option<u32>,
}

impl Fault {
    pub(crate) fn parse(header: &str) -> Result<Self, Refusal> {
        let mut fault = Self {
            status: 0,
            code: None,
            detail: None,
            target: None,
            retry_after: None,
        };
        for part in header
            .split(';')
            .map(str::trim)
            .filter(|part| !part.is_empty())
        {
            let (name, value) = part
                .split_once('=')
                .ok_or_else(|| invalid(&format!("`{part}` has no value")))?;
            let value = value.trim();
            match name.trim() {
                "status" => fault.status = number(name, value)?,
                "retry-after" => fault.retry_after = Some(number(name, value)?),
                "code" => fault.code = Some(value.to_owned()),
                "detail" => fault.detail = Some(value.to_owned()),
                "target" => fault.target = Some(value.to_owned()),
                other => return Err(invalid(&format!("`{other}` is not known"))),
            }
        }
        if (400..=599).contains(&fault.status) {
            Ok(fault)
        } else {
            Err(invalid("`status` must lie between 400 and 599"))
        }
    }

    /// The failure in PingOne's form, or in the form of the token endpoint.
    pub(crate) fn refusal(&self, operation: Option<&Operation>) -> Refusal {
        let by_default = match self.status {
            401 | 403 => "ACCESS_FAILED",
            404 => "NOT_FOUND",
            429 => "REQUEST_LIMITED",
            400..=499 => "INVALID_REQUEST",
            _ => "UNEXPECTED_ERROR",
        };
        let code = self.code.as_deref().unwrap_or(by_default);
        let message = "This failure was asked for.";
        let mut refusal = if operation.is_some_and(|operation| operation.id == "requestToken") {
            Refusal::oauth(self.status, &code.to_lowercase(), message)
        } else {
            Refusal::new(self.status, code, message)
        };
        if let Some(code) = &self.detail {
            let mut detail = detail(code, message);
            detail.target.clone_from(&self.target);
            refusal = refusal.with(detail);
        }
        match (self.retry_after, self.status) {
            (Some(seconds), _) => refusal.header("retry-after", seconds.to_string()),
            (None, 429) => refusal.header("retry-after", "1"),
            (None, _) => refusal,
        }
    }
}

fn number<T: std::str::FromStr>(name: &str, value: &str) -> Result<T, Refusal> {
    value
        .parse()
        .map_err(|_| invalid(&format!("`{name}` is no number")))
}

fn invalid(message: &str) -> Refusal {
    Refusal::unreadable(&format!(
        "The header X-Sandbox-Fault cannot be read: {message}."
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_is_read_from_its_header() {
        let fault = Fault::parse("status=429; retry-after=3;").unwrap();
        assert_eq!((fault.status, fault.retry_after), (429, Some(3)));
        for wrong in [
            "",
            "status",
            "status=200",
            "status=x",
            "status=500; colour=red",
        ] {
            assert!(Fault::parse(wrong).is_err(), "{wrong}");
        }
    }
}
