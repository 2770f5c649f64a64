//! Names and codes of an answer, without any value.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::document::{self, Members};

/// Replaces text that may be personal or secret.
const MASKED: &str = "(masked)";

/// A name of the API, such as a member or an error code; anything else is masked.
pub(crate) fn name(text: &str) -> &str {
    let letters = |letter: char| letter.is_ascii_alphanumeric() || "_-$.:".contains(letter);
    let digits = text.chars().filter(char::is_ascii_digit).count();
    let is_name = !text.is_empty()
        && text.len() <= 64
        && text.chars().all(letters)
        // An id, a code or a token has more digits than a name.
        && digits <= 2;
    if is_name { text } else { MASKED }
}

/// The members of an answer that the document does not know, as paths.
pub(crate) fn unknown_members(schema: &'static Value, value: &Value) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    collect(&[schema], value, "", &mut found);
    found
}

fn collect(schemas: &[&'static Value], value: &Value, path: &str, found: &mut BTreeSet<String>) {
    let described: Vec<_> = schemas.iter().map(|own| document::members(own)).collect();
    match value {
        Value::Object(members) => {
            // A schema without members leaves the object open.
            let says = |own: &Members| !own.named.is_empty() || own.others.is_some();
            if !described.iter().any(|(own, _)| says(own)) {
                return;
            }
            for (key, member) in members {
                let mut below: Vec<&'static Value> = Vec::new();
                for (own, _) in &described {
                    below.extend(own.named.get(key.as_str()).into_iter().flatten());
                }
                if !below.is_empty() {
                    collect(&below, member, &format!("{path}/{}", name(key)), found);
                    continue;
                }
                let others: Vec<_> = described.iter().filter_map(|(own, _)| own.others).collect();
                match others.is_empty() {
                    true => {
                        found.insert(format!("{path}/{}", name(key)));
                    }
                    false => collect(&others, member, &format!("{path}/*"), found),
                }
            }
        }
        Value::Array(values) => {
            let items: Vec<_> = described.into_iter().flat_map(|(_, items)| items).collect();
            for value in values {
                collect(&items, value, &format!("{path}/[]"), found);
            }
        }
        _ => {}
    }
}

/// The codes of an error body: its own, and each detail's with the member it is about.
pub(crate) fn codes(body: &Value) -> BTreeSet<String> {
    let text = |value: &Value, key: &str| {
        let text = value.get(key).and_then(Value::as_str);
        text.map(|text| name(text).to_owned())
    };
    let own = ["code", "error"].iter().filter_map(|key| text(body, key));
    let details = body.get("details").and_then(Value::as_array);
    let details = details.into_iter().flatten().filter_map(|detail| {
        let code = text(detail, "code")?;
        Some(match text(detail, "target") {
            Some(target) => format!("{code} at {target}"),
            None => code,
        })
    });
    own.chain(details).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_be_personal_is_masked() {
        for own in [
            "userId",
            "INVALID_DATA",
            "_links",
            "user.verify",
            "mobilePhone2",
        ] {
            assert_eq!(name(own), own);
        }
        for other in [
            "linda@example.com",
            "8376797d-641c-4e7b-8bc1-2fdf71916cab",
            "A1B2C3D4",
            "Linda Jones",
            "",
        ] {
            assert_eq!(name(other), MASKED, "{other}");
        }
    }
}
