//! Names of the document, and the closest one to a misspelt name.

use std::fmt;

use pingone_models::operation::Operation;
use pingone_models::operations;

use crate::links::base_path;

/// A name that the document does not have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Unknown(String);

impl fmt::Display for Unknown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Unknown {}

/// The operation with this id.
pub(crate) fn operation(id: &str) -> Result<&'static Operation, Unknown> {
    let found = operations::OPERATIONS.iter().find(|known| known.id == id);
    found.copied().ok_or_else(|| {
        let ids = operations::OPERATIONS.iter().map(|known| known.id);
        unknown("operation", id, ids)
    })
}

/// Refuses a method that no operation has.
pub(crate) fn method(name: &str) -> Result<(), Unknown> {
    let methods = || operations::OPERATIONS.iter().map(|known| known.method);
    match methods().any(|known| known.eq_ignore_ascii_case(name)) {
        true => Ok(()),
        false => Err(unknown("method", name, methods())),
    }
}

/// Refuses a media type that no operation takes; `application/json` is allowed everywhere.
pub(crate) fn media_type(name: &str) -> Result<(), Unknown> {
    let known = || {
        let documented = operations::OPERATIONS
            .iter()
            .filter_map(|known| known.media_type());
        documented.chain(["application/json"])
    };
    let wanted = crate::media::essence(name);
    match known().any(|known| known.eq_ignore_ascii_case(&wanted)) {
        true => Ok(()),
        false => Err(unknown("media type", name, known())),
    }
}

/// Refuses a path pattern that no operation's path can match.
pub(crate) fn path(pattern: &str) -> Result<(), Unknown> {
    let known = || {
        operations::OPERATIONS
            .iter()
            .map(|known| format!("{}{}", base_path(known.server), known.path))
    };
    match known().any(|known| may_match(pattern, &known)) {
        true => Ok(()),
        false => Err(unknown("path", pattern, known())),
    }
}

/// Whether a pattern with `*` and `**` can match a path with parameters in braces.
fn may_match(pattern: &str, path: &str) -> bool {
    let mut segments = path.split('/');
    for wanted in pattern.split('/') {
        match (wanted, segments.next()) {
            ("**", _) => return true,
            (_, None) => return false,
            ("*", Some(_)) => {}
            (wanted, Some(found))
                if wanted == found || (found.starts_with('{') && !wanted.is_empty()) => {}
            _ => return false,
        }
    }
    segments.next().is_none()
}

fn unknown<T: AsRef<str>>(what: &str, given: &str, known: impl Iterator<Item = T>) -> Unknown {
    let likeness =
        |name: &T| strsim::jaro_winkler(&name.as_ref().to_lowercase(), &given.to_lowercase());
    let closest = known.max_by(|a, b| likeness(a).total_cmp(&likeness(b)));
    let suggestion = closest.map(|name| format!("; did you mean `{}`?", name.as_ref()));
    let suggestion = suggestion.unwrap_or_default();
    Unknown(format!("the document has no {what} `{given}`{suggestion}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check<T>(found: Result<T, Unknown>, expected: &str) {
        assert_eq!(
            found.err().map(|error| error.0).unwrap_or_default(),
            expected
        );
    }

    #[test]
    fn the_closest_name_is_suggested() {
        check(operation("verifyUser"), "");
        check(
            operation("verifyUsr"),
            "the document has no operation `verifyUsr`; did you mean `verifyUser`?",
        );
        check(method("post"), "");
        check(
            method("PSOT"),
            "the document has no method `PSOT`; did you mean `POST`?",
        );
        check(
            media_type("application/vnd.pingidentity.user.verify+json; charset=utf-8"),
            "",
        );
        check(
            media_type("application/vnd.pingidentity.user.verfy+json"),
            "the document has no media type `application/vnd.pingidentity.user.verfy+json`; did you mean `application/vnd.pingidentity.user.verify+json`?",
        );
        check(
            path("/v1/environments/*/users/8376797d-641c-4e7f-8bb9-8fd3b4bd1bf1"),
            "",
        );
        check(path("/v1/**"), "");
        check(
            path("/v1/environments/*/user"),
            "the document has no path `/v1/environments/*/user`; did you mean `/v1/environments/{environmentId}/users`?",
        );
    }
}
