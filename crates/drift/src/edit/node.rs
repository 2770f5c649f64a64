//! YAML that is going to be written: what is kept of a value to write it as the document does.
//!
//! Own code, and short, because no emitter writes comments, and because new lines have to look like their
//! neighbours: plain text where it can be, single quotes elsewhere.

use pingone_codegen::Document;
use serde_json::Value;

/// A value to be written.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Node {
    Scalar(Value),
    List(Vec<Node>),
    Map(Vec<Member>),
    /// Lines that are copied as they stand.
    Lines(Vec<String>),
}

/// A member of a mapping, in its place.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Member {
    pub(super) key: String,
    pub(super) value: Node,
    /// The comment above it.
    pub(super) note: Option<String>,
}

/// A mapping that grows member by member.
#[derive(Debug, Default)]
pub(super) struct Map(pub(super) Vec<Member>);

impl Map {
    pub(super) fn with(self, key: &str, value: impl Into<Node>) -> Self {
        self.noted(key, value, None)
    }

    pub(super) fn noted(mut self, key: &str, value: impl Into<Node>, note: Option<String>) -> Self {
        self.0.push(Member {
            note,
            ..member(key, value)
        });
        self
    }

    /// The members of both.
    pub(super) fn and(mut self, members: Vec<Member>) -> Self {
        self.0.extend(members);
        self
    }
}

impl From<Map> for Node {
    fn from(map: Map) -> Self {
        Self::Map(map.0)
    }
}

impl From<&str> for Node {
    fn from(text: &str) -> Self {
        Self::Scalar(text.into())
    }
}

impl From<String> for Node {
    fn from(text: String) -> Self {
        Self::Scalar(text.into())
    }
}

impl From<bool> for Node {
    fn from(value: bool) -> Self {
        Self::Scalar(value.into())
    }
}

impl From<&Value> for Node {
    fn from(value: &Value) -> Self {
        match value {
            Value::Array(items) => Self::List(items.iter().map(Self::from).collect()),
            Value::Object(members) => members
                .iter()
                .fold(Map::default(), |map, (key, value)| map.with(key, value))
                .into(),
            scalar => Self::Scalar(scalar.clone()),
        }
    }
}

pub(super) fn member(key: &str, value: impl Into<Node>) -> Member {
    Member {
        key: key.to_owned(),
        value: value.into(),
        note: None,
    }
}

/// The lines of a block of a document as they are, without their indentation.
pub(super) fn lines_of(document: &Document, pointer: &str) -> Option<Node> {
    let extent = document.extent(pointer)?;
    let text = document.text();
    let before = &text[..extent.value.start];
    let start = before.rfind('\n').map_or(0, |end| end + 1);
    let indent = extent.value.start - start;
    let lines = text[start..extent.value.end].lines();
    let lines = lines.map(|line| line.get(indent..).unwrap_or_default().to_owned());
    Some(Node::Lines(lines.collect()))
}

/// A reference to something under `components`.
pub(super) fn reference(pointer: &str) -> Node {
    Map::default().with("$ref", format!("#{pointer}")).into()
}

impl Node {
    /// The lines of the value, and whether they can stand behind the key.
    fn lines(&self) -> (Vec<String>, bool) {
        match self {
            Self::Scalar(value) => (vec![scalar(value, false)], true),
            Self::List(items) if items.is_empty() => (vec!["[]".to_owned()], true),
            Self::Map(members) if members.is_empty() => (vec!["{}".to_owned()], true),
            Self::List(items) => (items.iter().flat_map(Self::item).collect(), false),
            Self::Map(members) => (members.iter().flat_map(Member::lines).collect(), false),
            Self::Lines(lines) => (lines.clone(), false),
        }
    }

    /// The lines of the value as an item of a list.
    pub(super) fn item(&self) -> Vec<String> {
        let (mut lines, _) = self.lines();
        for (index, line) in lines.iter_mut().enumerate() {
            line.insert_str(0, if index == 0 { "- " } else { "  " });
        }
        lines
    }

    /// What stands behind the colon of a key: the rest of its line, and the lines below.
    pub(super) fn behind(&self) -> (String, Vec<String>) {
        let (lines, inline) = self.lines();
        if inline {
            return (format!(" {}", lines.concat()), Vec::new());
        }
        let indented = lines.into_iter().map(|line| format!("  {line}"));
        (String::new(), indented.collect())
    }

    /// The value between brackets, without comments.
    pub(super) fn flow(&self) -> String {
        match self {
            Self::Scalar(value) => scalar(value, true),
            Self::List(items) => {
                let items: Vec<String> = items.iter().map(Self::flow).collect();
                format!("[{}]", items.join(", "))
            }
            Self::Map(members) => {
                let members: Vec<String> = members.iter().map(Member::flow).collect();
                format!("{{{}}}", members.join(", "))
            }
            Self::Lines(lines) => Document::parse("", lines.join("\n"))
                .map_or_else(|_| "{}".to_owned(), |copied| copied.root().to_string()),
        }
    }
}

impl Member {
    pub(super) fn lines(&self) -> Vec<String> {
        let (rest, below) = self.value.behind();
        let note = self.note.iter().map(|note| format!("# {note}"));
        let own = std::iter::once(format!("{}:{rest}", key(&self.key, false)));
        note.chain(own).chain(below).collect()
    }

    pub(super) fn flow(&self) -> String {
        format!("{}: {}", key(&self.key, true), self.value.flow())
    }
}

pub(super) fn key(text: &str, flow: bool) -> String {
    scalar(&text.into(), flow)
}

pub(super) fn scalar(value: &Value, flow: bool) -> String {
    match value {
        Value::String(text) if is_plain(text, flow) => text.clone(),
        // The escapes of JSON are escapes of YAML.
        Value::String(text) if text.contains(char::is_control) => value.to_string(),
        Value::String(text) => format!("'{}'", text.replace('\'', "''")),
        other => other.to_string(),
    }
}

/// Whether a text needs no quotes; in doubt it gets some.
fn is_plain(text: &str, flow: bool) -> bool {
    const WORDS: [&str; 8] = ["true", "false", "null", "yes", "no", "on", "off", "y"];
    (text.starts_with(|first: char| first.is_ascii_alphabetic() || "/_$".contains(first))
        || is_uuid(text))
        && !WORDS.contains(&text.to_lowercase().as_str())
        && text != "n"
        && text != "N"
        && !text.ends_with([':', ' '])
        && !text.contains(": ")
        && !text.contains(" #")
        && !text.contains(char::is_control)
        && !(flow && text.contains([',', '[', ']', '{', '}', ':']))
}

/// Whether a text that may begin with a digit is still no number and no date.
fn is_uuid(text: &str) -> bool {
    let groups: Vec<usize> = text.split('-').map(str::len).collect();
    groups == [8, 4, 4, 4, 12]
        && text
            .bytes()
            .all(|byte| byte == b'-' || byte.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use pingone_codegen::Document;
    use serde_json::json;

    use super::*;

    #[track_caller]
    fn check(value: &Value) {
        let node = Node::from(value);
        let (rest, below) = node.behind();
        let block = format!("value:{rest}\n{}", below.join("\n"));
        let flow = format!("value: {{inner: {}}}", node.flow());
        let read = |text: &str, pointer: &str| {
            let document =
                Document::parse("written", text).unwrap_or_else(|error| panic!("{error}:\n{text}"));
            document.get(pointer).cloned()
        };
        assert_eq!(read(&block, "/value").as_ref(), Some(value), "{block}");
        assert_eq!(read(&flow, "/value/inner").as_ref(), Some(value), "{flow}");
    }

    #[test]
    fn what_is_written_is_what_is_read() {
        for text in [
            "",
            "x",
            "true",
            "NO",
            "n",
            "null",
            "~",
            "12",
            "1e3",
            "a: b",
            "a:",
            "a #b",
            "#a",
            "- a",
            "it's",
            "a\nb",
            "\t",
            "a\u{7f}b",
            "{a}",
            "/a/{b}",
            "[x]",
            "a, b",
            "*a",
            "&a",
            "!a",
            "%a",
            "@a",
            "`a`",
            "\"a\"",
            "ä",
            " a ",
            "application/vnd.example+json",
            "2030-01-01T00:00:00Z",
            "0x10",
            ".inf",
            "https://a.example/b?c=d#e",
            "_a",
            "$ref",
            "8376797d-641c-4e7b-8bc1-2fdf71916cab",
        ] {
            check(&json!(text));
            check(&json!([text, {text: text, "other": [text]}]));
        }
        check(&json!({"a": {}, "b": [], "c": null, "d": 1.5, "e": [[1, 2], {"f": false}]}));
    }
}
