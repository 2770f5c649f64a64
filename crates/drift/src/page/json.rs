//! The JSON of pages: standard JSON, but for `{{variables}}` where a value stands.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use regex::Regex;
use serde_json::Value;

use super::pattern;

/// Deeper than this, no path is told apart: `serde_json` stops at the same depth.
const MAX_DEPTH: usize = 128;

/// Parses JSON in which an unquoted `{{variable}}` may stand for a value.
pub(crate) fn parse(text: &str) -> Option<Value> {
    serde_json::from_str(text)
        .or_else(|_| serde_json::from_str(&quote_variables(text)))
        .ok()
}

/// Parses JSON that something else may follow: in plain text, samples run on without an end.
pub(crate) fn parse_first(text: &str) -> Option<Value> {
    parse(text).or_else(|| {
        let lines: Vec<&str> = text.trim_start().lines().collect();
        let length = extent(lines.iter().copied()).ok()?;
        (length < lines.len()).then(|| parse(&lines[..length].join("\n")))?
    })
}

/// Puts quotes around each `{{variable}}` outside of a string.
fn quote_variables(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len());
    let mut rest = text;
    let mut in_string = false;
    while let Some(c) = rest.chars().next() {
        if in_string && c == '\\' {
            let escape = rest.chars().take(2).map(char::len_utf8).sum();
            quoted.push_str(&rest[..escape]);
            rest = &rest[escape..];
            continue;
        }
        if !in_string
            && rest.starts_with("{{")
            && let Some(end) = rest.find("}}").filter(|end| !rest[..*end].contains('\n'))
        {
            quoted.push('"');
            quoted.push_str(&rest[..end + 2]);
            quoted.push('"');
            rest = &rest[end + 2..];
            continue;
        }
        in_string ^= c == '"';
        quoted.push(c);
        rest = &rest[c.len_utf8()..];
    }
    quoted
}

/// The number of lines from the first on that one JSON value takes; the number of all lines
/// as an error when it does not end.
pub(crate) fn extent<'a>(lines: impl Iterator<Item = &'a str>) -> Result<usize, usize> {
    let mut depth = 0_usize;
    let mut length = 0;
    for line in lines {
        length += 1;
        let mut in_string = false;
        let mut escaped = false;
        for c in line.chars() {
            match c {
                _ if escaped => escaped = false,
                '\\' if in_string => escaped = true,
                '"' => in_string = !in_string,
                '{' | '[' if !in_string => depth += 1,
                '}' | ']' if !in_string => depth = depth.saturating_sub(1),
                _ => {}
            }
        }
        if depth == 0 {
            return Ok(length);
        }
    }
    Err(length)
}

/// A value at the end of a path, as a reader of an example understands it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Leaf {
    /// Member names joined with dots, `[]` after an array.
    pub(crate) path: String,
    /// The kind of value: `string`, `string uuid`, `boolean`, a status name in back quotes.
    pub(crate) shape: String,
}

/// The leaves of a value; an empty object or array is a leaf.
pub(crate) fn leaves(value: &Value) -> BTreeSet<Leaf> {
    fn walk(path: &str, value: &Value, leaves: &mut BTreeSet<Leaf>) {
        match value {
            Value::Object(members) if !members.is_empty() => {
                for (name, value) in members {
                    walk(&dotted(path, name), value, leaves);
                }
            }
            Value::Array(items) if !items.is_empty() => {
                for item in items {
                    walk(&format!("{path}[]"), item, leaves);
                }
            }
            value => {
                leaves.insert(Leaf {
                    path: path.to_owned(),
                    shape: shape(value),
                });
            }
        }
    }
    let mut all = BTreeSet::new();
    walk("", value, &mut all);
    all
}

/// A member of what a dotted path names.
pub(crate) fn dotted(path: &str, name: &str) -> String {
    if path.is_empty() {
        name.to_owned()
    } else {
        format!("{path}.{name}")
    }
}

/// What a value is an example of. Two values of one shape say the same about the service.
pub(crate) fn shape(value: &Value) -> String {
    static SHAPES: LazyLock<[(&str, Regex); 5]> = LazyLock::new(|| {
        [
            ("string variable", pattern(r"^\{\{.*\}\}$")),
            (
                "string uuid",
                pattern(r"^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$"),
            ),
            (
                "string date-time",
                pattern(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$"),
            ),
            ("string uri", pattern(r"^https?://")),
            ("string email", pattern(r"^[^\s@]+@[^\s@]+\.[^\s@]+$")),
        ]
    });
    static NAME: LazyLock<Regex> = LazyLock::new(|| pattern(r"^[A-Z][A-Z0-9]*(_[A-Z0-9]+)*$"));
    match value {
        Value::Null => "null".to_owned(),
        Value::Bool(_) => "boolean".to_owned(),
        Value::Number(number) if number.is_f64() => "number".to_owned(),
        Value::Number(_) => "integer".to_owned(),
        Value::Array(_) => "array".to_owned(),
        Value::Object(_) => "object".to_owned(),
        Value::String(text) if NAME.is_match(text) => format!("`{text}`"),
        Value::String(text) => SHAPES
            .iter()
            .find(|(_, regex)| regex.is_match(text))
            .map_or("string", |(name, _)| *name)
            .to_owned(),
    }
}

/// The line, from 0, on which each path of a JSON text is named first.
pub(crate) fn key_lines(text: &str) -> Vec<(String, usize)> {
    let mut keys = Vec::new();
    // One entry for each open object or array: the path of what is inside.
    let mut open: Vec<String> = Vec::new();
    let mut last_string = String::new();
    let mut name = String::new();
    let mut line = 0;
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        match c {
            '\n' => line += 1,
            '"' => last_string = string(&mut chars, &mut line),
            ':' => {
                name = dotted(open.last().map_or("", String::as_str), &last_string);
                keys.push((name.clone(), line));
            }
            '{' => open.push(std::mem::take(&mut name)),
            '[' => {
                let path = std::mem::take(&mut name);
                open.push(format!("{path}[]"));
            }
            ',' => {
                name = open
                    .last()
                    .filter(|path| path.ends_with("[]"))
                    .cloned()
                    .unwrap_or_default()
            }
            '}' | ']' => {
                open.pop();
            }
            _ => {}
        }
        if c == '[' {
            name = open.last().cloned().unwrap_or_default();
        }
        if open.len() > MAX_DEPTH {
            break;
        }
    }
    keys
}

/// The rest of a string whose opening quote was read.
fn string(chars: &mut std::str::Chars<'_>, line: &mut usize) -> String {
    let mut text = String::new();
    while let Some(c) = chars.next() {
        match c {
            '"' => break,
            '\n' => {
                *line += 1;
                break;
            }
            '\\' => text.extend(chars.next()),
            c => text.push(c),
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &[(&str, &str)]) {
        let value = parse(text).expect("the text is JSON");
        let leaves = leaves(&value);
        let found: Vec<_> = leaves
            .iter()
            .map(|leaf| (leaf.path.as_str(), leaf.shape.as_str()))
            .collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn values_become_paths_and_shapes() {
        check(
            r#"{"b": {"id": "8376797d-641c-4e7b-8bc1-2fdf71916cab"}, "a": [{"t": "EMAIL"}, {"t": "SMS"}]}"#,
            &[
                ("a[].t", "`EMAIL`"),
                ("a[].t", "`SMS`"),
                ("b.id", "string uuid"),
            ],
        );
        check(
            r#"{"n": null, "i": 3, "f": 1.5}"#,
            &[("f", "number"), ("i", "integer"), ("n", "null")],
        );
        check(
            r#"{"at": "2022-10-11T16:54:38.125Z"}"#,
            &[("at", "string date-time")],
        );
    }

    #[test]
    fn a_variable_stands_for_a_value_with_and_without_quotes() {
        check(r#"{"a": {{date}}}"#, &[("a", "string variable")]);
        check(r#"{"a": "{{date}}"}"#, &[("a", "string variable")]);
        check(
            r#"{"a": "\"{{x}}", "b": {{y}}}"#,
            &[("a", "string"), ("b", "string variable")],
        );
    }

    #[test]
    fn the_extent_of_a_value_ends_where_its_brackets_close() {
        let text = "{\n\"a\": \"}\",\n\"b\": [{{x}}]\n}\nnot json";
        assert_eq!(extent(text.lines()), Ok(4));
        assert_eq!(extent("{\n[".lines()), Err(2));
    }

    #[test]
    fn each_path_has_the_line_that_names_it() {
        let text = "{\n \"a\": {\n  \"id\": \"x\"\n },\n \"list\": [\n  {\"id\": 1},\n  {\"id\": 2}\n ],\n \"id\": \"y\"\n}";
        let lines = key_lines(text);
        let line = |path: &str| {
            lines
                .iter()
                .find(|(key, _)| key == path)
                .map(|(_, line)| *line)
        };
        assert_eq!(line("a.id"), Some(2));
        assert_eq!(line("list[].id"), Some(5));
        assert_eq!(line("id"), Some(8));
    }

    #[test]
    fn a_million_open_brackets_are_an_error() {
        let text = "[".repeat(1_000_000);
        assert_eq!(parse(&text), None);
        assert!(key_lines(&text).is_empty());
    }
}
