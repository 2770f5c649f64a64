//! Filters of one comparison.

use serde_json::json;

use crate::refusal::{Refusal, detail, inner};

/// A name, `eq` or `sw`, and a text in quotes.
pub(super) struct Comparison<'f> {
    pub(super) name: &'f str,
    is_prefix: bool,
    value: &'f str,
}

impl<'f> Comparison<'f> {
    /// Reads a filter on attributes that take `eq`, and on those that take `sw` as well.
    pub(super) fn parse(text: &'f str, equal: &[&str], prefix: &[&str]) -> Result<Self, Refusal> {
        let parse = || {
            let (name, rest) = text.trim().split_once(' ')?;
            let (operator, value) = rest.trim().split_once(' ')?;
            let value = value.trim().strip_prefix('"')?.strip_suffix('"')?;
            let is_prefix = operator.eq_ignore_ascii_case("sw");
            let is_known = match is_prefix {
                true => prefix.contains(&name),
                false => equal.contains(&name) || prefix.contains(&name),
            };
            let is_operator = is_prefix || operator.eq_ignore_ascii_case("eq");
            (is_known && is_operator).then_some(Self {
                name,
                is_prefix,
                value,
            })
        };
        parse().ok_or_else(|| {
            let supported: Vec<_> = prefix.iter().chain(equal).collect();
            let message = "The filter is not one comparison of a supported attribute.";
            let detail = detail("INVALID_FILTER", message)
                .with_target("filter")
                .with_inner_error(inner([("supportedAttributes", json!(supported))]));
            Refusal::invalid(vec![detail])
        })
    }

    /// Whether a value is the one that is wanted, in any case.
    pub(super) fn matches(&self, value: Option<&str>) -> bool {
        let wanted = self.value.to_lowercase();
        value.map(str::to_lowercase).is_some_and(|value| {
            if self.is_prefix {
                value.starts_with(&wanted)
            } else {
                value == wanted
            }
        })
    }
}
