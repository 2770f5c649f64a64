//! Where a body is not what the document says.

use std::fmt;

use serde_json::error::Category;

use crate::error::name;

/// Where a body does not fit, and how. The text of the body is never part of it.
#[derive(Debug)]
pub(super) struct Undecodable {
    path: String,
    reason: &'static str,
    line: usize,
    column: usize,
}

impl Undecodable {
    /// From the error of the decoder, whose own text may quote the body.
    pub(super) fn new(body: &[u8], error: &serde_json::Error) -> Self {
        let (line, column) = (error.line(), error.column());
        let is_missing = error.to_string().starts_with("missing field");
        let trailing = error.to_string().starts_with("trailing characters");
        let reason = match error.classify() {
            Category::Data => "a value is missing or of another kind than the document says",
            Category::Eof => "the JSON ends too early",
            Category::Syntax if trailing => "more than one value",
            Category::Syntax | Category::Io => "no JSON",
        };
        Self {
            path: path(body, offset(body, line, column), is_missing),
            reason,
            line,
            column,
        }
    }
}

impl fmt::Display for Undecodable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            path,
            reason,
            line,
            column,
        } = self;
        write!(f, "{reason} at `{path}`, line {line} column {column}")
    }
}

impl std::error::Error for Undecodable {}

/// The byte that the decoder's position means.
fn offset(body: &[u8], line: usize, column: usize) -> usize {
    let lines = body.split_inclusive(|byte| *byte == b'\n');
    let before: usize = lines.take(line.saturating_sub(1)).map(<[u8]>::len).sum();
    (before + column).min(body.len())
}

/// What encloses a place in JSON, with the member or item that comes there.
enum Level {
    Object(Option<String>),
    Array(usize),
}

/// The path to a byte of a JSON text: a walk over its tokens, since the decoder remembers a position alone.
fn path(body: &[u8], end: usize, at_object: bool) -> String {
    let mut levels: Vec<Level> = Vec::new();
    let mut expects_key = false;
    let mut position = 0;
    while position < end {
        match body[position] {
            b'{' => {
                levels.push(Level::Object(None));
                expects_key = true;
            }
            b'[' => levels.push(Level::Array(0)),
            b'}' | b']' => {
                levels.pop();
                expects_key = false;
            }
            b',' => match levels.last_mut() {
                Some(Level::Object(_)) => expects_key = true,
                Some(Level::Array(index)) => *index += 1,
                None => {}
            },
            b'"' => {
                let start = position + 1;
                position = start;
                while position < body.len() && body[position] != b'"' {
                    position += 1 + usize::from(body[position] == b'\\');
                }
                if let (true, Some(Level::Object(key))) = (expects_key, levels.last_mut()) {
                    let text = body.get(start..position).unwrap_or_default();
                    *key = Some(String::from_utf8_lossy(text).into_owned());
                    expects_key = false;
                }
            }
            _ => {}
        }
        position += 1;
    }
    if at_object && let Some(Level::Object(key)) = levels.last_mut() {
        *key = None;
    }
    let mut text = String::new();
    for level in &levels {
        match level {
            Level::Array(index) => text.push_str(&format!("[{index}]")),
            Level::Object(Some(key)) => {
                text.push_str(if text.is_empty() { "" } else { "." });
                // A key of a map is the service's own text, and shown only if it has the form of a name.
                text.push_str(name(key).unwrap_or("?"));
            }
            Level::Object(None) => {}
        }
    }
    if text.is_empty() {
        text.push('.');
    }
    text
}

#[cfg(test)]
mod tests {
    use pingone_models::User;
    use serde_json::Value;

    use super::Undecodable;

    #[track_caller]
    fn check<T: serde::de::DeserializeOwned + std::fmt::Debug>(body: &str, text: &str) {
        let error = serde_json::from_str::<T>(body).expect_err("the body is wrong");
        assert_eq!(Undecodable::new(body.as_bytes(), &error).to_string(), text);
    }

    #[test]
    fn the_place_of_a_wrong_value_is_named() {
        const KIND: &str = "a value is missing or of another kind than the document says";
        check::<Vec<u8>>("[1, 2, -3]", &format!("{KIND} at `[2]`, line 1 column 9"));
        check::<std::collections::BTreeMap<String, Vec<bool>>>(
            "{\n \"first\": [true],\n \"second\": [true, 7]}",
            &format!("{KIND} at `second[1]`, line 3 column 19"),
        );
        check::<User>(
            "{\"username\": \"x\"}",
            &format!("{KIND} at `.`, line 1 column 17"),
        );
        check::<Value>(
            "{\"a\": 1} {}",
            "more than one value at `.`, line 1 column 10",
        );
        check::<Value>(
            "{\"a\": {\"b\": ",
            "the JSON ends too early at `a.b`, line 1 column 12",
        );
        check::<Value>("<html>", "no JSON at `.`, line 1 column 1");
    }
}
