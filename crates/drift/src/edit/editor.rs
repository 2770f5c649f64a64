//! A document that is changed in place: every line that an edit does not name stays as it is.

use std::ops::Range;

use pingone_codegen::{Document, Extent, join};
use serde_json::Value;

use super::node::{self, Member, Node, member};

/// Why an edit cannot be made.
pub(super) type Refusal = String;

/// A document that is changed in place.
#[derive(Debug, Clone)]
pub(super) struct Editor {
    pub(super) document: Document,
    /// What was written, the last edit last.
    pub(super) written: Vec<Written>,
}

/// Lines that an edit has written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Written {
    /// Where they belong.
    pub(super) pointer: String,
    /// The line behind which they stand.
    pub(super) line: usize,
    pub(super) text: String,
}

impl Editor {
    pub(super) fn new(document: Document) -> Self {
        Self {
            document,
            written: Vec::new(),
        }
    }

    pub(super) fn has(&self, pointer: &str) -> bool {
        self.document.get(pointer).is_some()
    }

    /// The names of the members of a mapping.
    pub(super) fn keys(&self, mapping: &str) -> Vec<String> {
        let members = self.document.get(mapping).and_then(Value::as_object);
        let members = members.into_iter().flatten();
        members.map(|(key, _)| key.clone()).collect()
    }

    /// The items of a list.
    pub(super) fn items(&self, list: &str) -> &[Value] {
        let items = self.document.get(list).and_then(Value::as_array);
        items.map_or(&[], Vec::as_slice)
    }

    /// Adds a member to a mapping below another one, which gets it where it has none.
    pub(super) fn put(&mut self, owner: &str, key: &str, inner: Member) -> Result<(), Refusal> {
        let mapping = join(owner, key);
        if self.has(&mapping) {
            return self.insert(&mapping, &inner);
        }
        self.insert(owner, &member(key, Node::Map(vec![inner])))
    }

    /// Adds an item to a list below a mapping, which gets it where it has none.
    pub(super) fn append(&mut self, owner: &str, key: &str, item: Node) -> Result<(), Refusal> {
        let list = join(owner, key);
        if self.has(&list) {
            return self.push(&list, &item);
        }
        self.insert(owner, &member(key, Node::List(vec![item])))
    }

    fn extent(&self, pointer: &str) -> Result<Extent, Refusal> {
        let extent = self.document.extent(pointer);
        extent.ok_or_else(|| format!("nothing stands at `{pointer}`"))
    }

    fn splice(&mut self, pointer: &str, at: Range<usize>, text: &str) -> Result<(), Refusal> {
        let old = self.document.text();
        let line = old[..at.start].matches('\n').count() + 1;
        let new = format!("{}{text}{}", &old[..at.start], &old[at.end..]);
        self.document =
            Document::parse(self.document.name(), new).map_err(|error| error.to_string())?;
        self.written.push(Written {
            pointer: pointer.to_owned(),
            line,
            text: text.trim_start_matches('\n').to_owned(),
        });
        Ok(())
    }

    /// Adds a member behind the last one of a mapping.
    pub(super) fn insert(&mut self, mapping: &str, member: &Member) -> Result<(), Refusal> {
        let extent = self.extent(mapping)?;
        let members = self.document.get(mapping).and_then(Value::as_object);
        let Some(members) = members else {
            return Err(format!("`{mapping}` is no mapping"));
        };
        if members.contains_key(&member.key) {
            return Err(format!("`{mapping}` has a member `{}` already", member.key));
        }
        let first = members.is_empty();
        if !extent.flow {
            return self.below(mapping, &extent, &member.lines());
        }
        self.within(mapping, &extent, &member.flow(), first)
    }

    /// Adds an item behind the last one of a list.
    pub(super) fn push(&mut self, list: &str, item: &Node) -> Result<(), Refusal> {
        let extent = self.extent(list)?;
        let items = self.document.get(list).and_then(Value::as_array);
        let Some(items) = items else {
            return Err(format!("`{list}` is no list"));
        };
        let first = items.is_empty();
        if !extent.flow {
            return self.below(list, &extent, &item.item());
        }
        self.within(list, &extent, &item.flow(), first)
    }

    fn within(
        &mut self,
        pointer: &str,
        extent: &Extent,
        text: &str,
        first: bool,
    ) -> Result<(), Refusal> {
        let inside = &self.document.text()[extent.value.start..extent.value.end - 1];
        let end = extent.value.start + inside.trim_end().len();
        let comma = if first { "" } else { ", " };
        self.splice(pointer, end..end, &format!("{comma}{text}"))
    }

    fn below(&mut self, pointer: &str, extent: &Extent, lines: &[String]) -> Result<(), Refusal> {
        let text = self.document.text();
        let indent = self.indent(extent.value.start);
        let end = end_of_line(text, extent.value.end);
        let lines: String = lines
            .iter()
            .map(|line| format!("\n{indent}{line}"))
            .collect();
        self.splice(pointer, end..end, &lines)
    }

    /// The blanks that put a line below this place.
    fn indent(&self, at: usize) -> String {
        let text = self.document.text();
        let start = text[..at].rfind('\n').map_or(0, |end| end + 1);
        " ".repeat(text[start..at].chars().count())
    }

    fn is_inside_flow(&self, pointer: &str) -> bool {
        pointer.match_indices('/').any(|(end, _)| {
            let extent = self.document.extent(&pointer[..end]);
            extent.is_some_and(|extent| extent.flow)
        })
    }

    /// Takes a member or an item away, with the lines that it has for itself.
    pub(super) fn remove(&mut self, pointer: &str) -> Result<(), Refusal> {
        let extent = self.extent(pointer)?;
        let (parent, _) = pointer.rsplit_once('/').unwrap_or_default();
        let siblings = match self.document.get(parent) {
            Some(Value::Object(members)) => members.len(),
            Some(Value::Array(items)) => items.len(),
            _ => 0,
        };
        let text = self.document.text();
        let start = extent.key.map_or(extent.value.start, |key| key.start);
        let end = extent.value.end;
        if self.extent(parent)?.flow {
            let behind = text[end..].len() - text[end..].trim_start().len();
            let before = text[..start].trim_end().len();
            let range = if text[end + behind..].starts_with(',') {
                let rest = &text[end + behind + 1..];
                start..text.len() - rest.trim_start().len()
            } else if text[..before].ends_with(',') {
                before - 1..end
            } else {
                start..end
            };
            return self.splice(pointer, range, "");
        }
        if siblings <= 1 {
            let empty = match self.document.get(parent) {
                Some(Value::Array(_)) => Node::List(Vec::new()),
                _ => Node::Map(Vec::new()),
            };
            return self.replace(parent, &empty);
        }
        let first = text[..start].rfind('\n').map_or(0, |end| end + 1);
        let before = text[first..start].trim();
        if !matches!(before, "" | "-")
            || before == "-" && self.document.get(parent).is_some_and(Value::is_object)
        {
            return Err(format!("`{pointer}` shares its line with something else"));
        }
        let last = (end_of_line(text, end) + 1).min(text.len());
        self.splice(pointer, first..last, "")
    }

    /// Gives a member another name.
    pub(super) fn rename(&mut self, pointer: &str, name: &str) -> Result<(), Refusal> {
        let (parent, _) = pointer.rsplit_once('/').unwrap_or_default();
        if self.has(&join(parent, name)) {
            return Err(format!("`{parent}` has a member `{name}` already"));
        }
        let key = self.extent(pointer)?.key;
        let key = key.ok_or_else(|| format!("`{pointer}` has no name"))?;
        let flow = self.is_inside_flow(pointer);
        self.splice(pointer, key, &node::key(name, flow))
    }

    /// Puts another value in the place of one.
    pub(super) fn replace(&mut self, pointer: &str, value: &Node) -> Result<(), Refusal> {
        let extent = self.extent(pointer)?;
        let text = self.document.text();
        if let (Node::Scalar(value), Some(Value::String(_) | Value::Number(_) | Value::Bool(_))) =
            (value, self.document.get(pointer))
        {
            let flow = self.is_inside_flow(pointer);
            return self.splice(pointer, extent.value, &node::scalar(value, flow));
        }
        if self.is_inside_flow(pointer) {
            return self.splice(pointer, extent.value, &value.flow());
        }
        let Some(key) = extent.key else {
            return Err(format!("`{pointer}` has no name"));
        };
        let colon = key.end + text[key.end..].find(':').unwrap_or_default() + 1;
        let gap = &text[colon..extent.value.start.max(colon)];
        if gap.contains('#') {
            return Err(format!("`{pointer}` has a comment before its value"));
        }
        let indent = self.indent(key.start);
        let (rest, below) = value.behind();
        let below: String = below
            .iter()
            .map(|line| format!("\n{indent}{line}"))
            .collect();
        self.splice(
            pointer,
            colon..extent.value.end.max(colon),
            &format!("{rest}{below}"),
        )
    }

    /// Puts another text in the place of a part of a value.
    pub(super) fn overwrite(
        &mut self,
        pointer: &str,
        within: Range<usize>,
        text: &str,
    ) -> Result<(), Refusal> {
        let start = self.extent(pointer)?.value.start;
        self.splice(pointer, start + within.start..start + within.end, text)
    }

    /// The text of a value as it is written.
    pub(super) fn source(&self, pointer: &str) -> Result<&str, Refusal> {
        let extent = self.extent(pointer)?;
        Ok(&self.document.text()[extent.value])
    }
}

/// A pointer below another one.
pub(super) fn under(pointer: &str, keys: &[&str]) -> String {
    keys.iter()
        .fold(pointer.to_owned(), |at, key| join(&at, key))
}

fn end_of_line(text: &str, at: usize) -> usize {
    text[at..].find('\n').map_or(text.len(), |end| at + end)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const TEXT: &str = "# Ours.\na:\n  b: 1 # one\n  c: {d: [x, 'y']}\n\n  # Two.\n  e:\n    - f\n    - g: h\n      i: |-\n        text\nj: {}\n";

    #[track_caller]
    fn check(
        edit: impl FnOnce(&mut Editor) -> Result<(), Refusal>,
        expected: Result<(&str, &str), &str>,
    ) {
        let mut editor = Editor::new(Document::parse("x", TEXT).expect("it is YAML"));
        match (edit(&mut editor), expected) {
            (Ok(()), Ok((before, after))) => {
                assert!(TEXT.contains(before));
                assert_eq!(editor.document.text(), TEXT.replacen(before, after, 1));
            }
            (Err(refusal), Err(expected)) => assert_eq!(refusal, expected),
            (outcome, _) => panic!("{outcome:?}: {}", editor.document.text()),
        }
    }

    #[test]
    fn a_member_comes_behind_the_last_one() {
        check(
            |it| it.insert("/a", &member("k", &json!({"l": true}))),
            Ok(("        text\n", "        text\n  k:\n    l: true\n")),
        );
        check(
            |it| it.insert("/a/e/1", &member("k", &json!(2))),
            Ok(("        text\n", "        text\n      k: 2\n")),
        );
        check(
            |it| it.insert("/a/c", &member("k", &json!([1]))),
            Ok(("'y']}", "'y'], k: [1]}")),
        );
        check(
            |it| it.insert("/j", &member("k", &json!("l"))),
            Ok(("{}", "{k: l}")),
        );
        check(
            |it| it.insert("/a", &member("b", &json!(2))),
            Err("`/a` has a member `b` already"),
        );
    }

    #[test]
    fn an_item_comes_behind_the_last_one() {
        check(
            |it| it.push("/a/e", &Node::from("z")),
            Ok(("        text\n", "        text\n    - z\n")),
        );
        check(
            |it| it.push("/a/c/d", &Node::from("z")),
            Ok(("'y']", "'y', z]")),
        );
    }

    #[test]
    fn text_outside_of_ascii_moves_nothing() {
        let text = "a: 'ö' # ü\r\nb:\r\n  c: |-\r\n    ä\r\n  d: é\r\n";
        let mut editor = Editor::new(Document::parse("x", text).expect("it is YAML"));
        editor
            .replace("/b/d", &Node::from("z"))
            .expect("it is there");
        editor.rename("/b/c", "k").expect("it is there");
        let expected = text.replace("é", "z").replace("c:", "k:");
        assert_eq!(editor.document.text(), expected);
    }

    #[test]
    fn what_is_removed_takes_its_lines_along() {
        check(|it| it.remove("/a/b"), Ok(("  b: 1 # one\n", "")));
        check(|it| it.remove("/a/e/0"), Ok(("    - f\n", "")));
        check(
            |it| it.remove("/a/e/1"),
            Ok(("    - g: h\n      i: |-\n        text\n", "")),
        );
        check(|it| it.remove("/a/c/d/0"), Ok(("[x, 'y']", "['y']")));
        check(|it| it.remove("/a/c/d/1"), Ok(("[x, 'y']", "[x]")));
        check(|it| it.remove("/a/c/d"), Ok(("{d: [x, 'y']}", "{}")));
        check(
            |it| it.remove("/a/e/1/g"),
            Err("`/a/e/1/g` shares its line with something else"),
        );
    }

    #[test]
    fn names_and_values_are_replaced_where_they_stand() {
        check(|it| it.rename("/a/e", "k"), Ok(("  e:\n", "  k:\n")));
        check(
            |it| it.rename("/a/c/d", "its: d"),
            Ok(("{d:", "{'its: d':")),
        );
        check(
            |it| it.rename("/a/b", "c"),
            Err("`/a` has a member `c` already"),
        );
        check(
            |it| it.replace("/a/b", &Node::from("true")),
            Ok(("b: 1 #", "b: 'true' #")),
        );
        check(
            |it| it.replace("/a/c/d/0", &Node::from("z")),
            Ok(("[x", "[z")),
        );
        check(
            |it| it.replace("/a/c", &(&json!({"k": 1})).into()),
            Ok((" {d: [x, 'y']}", "\n    k: 1")),
        );
        check(|it| it.replace("/j", &Node::from("k")), Ok(("{}", "k")));
    }
}
