//! Schemas and examples from the tables and payloads of pages.

use serde_json::{Value, json};

use super::node::{Map, Node};
use crate::compare::page::column_type;
use crate::page::{Body, Page, Property, dotted, value_shape};

/// What a page says of a value: enough to write a schema.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Shape {
    kind: String,
    format: String,
    null: bool,
    /// What a person has to decide about it.
    todo: Option<&'static str>,
    members: Vec<(String, bool, Shape)>,
    items: Option<Box<Shape>>,
}

const SECRET: &str = "a guess from the name, so that no log shows it: say whether it is a secret";
const UNCLEAR: &str = "the page says neither yes nor no: say whether it is required";
const NULL: &str = "the page shows nothing but null: say the type";
const NOT_SAID: &str = "the page has no readable table: say which properties are required";

/// The body of the request of a page: from the table, and from the example what the table leaves open.
pub(super) fn request(page: &Page) -> Shape {
    let body = page.request_body();
    let example = body.as_ref().map(|body| &body.value);
    let rows: Vec<&Property> = page
        .properties
        .iter()
        .flatten()
        .filter(|row| !row.name.is_empty())
        .collect();
    if rows.is_empty() {
        let mut shape = example.map_or_else(Shape::default, Shape::of);
        shape.conceal();
        shape.todo = Some(NOT_SAID);
        return shape;
    }
    let mut shape = Shape::object();
    for row in rows {
        let at: Vec<&str> = row.name.split('.').collect();
        let value = body.as_ref().and_then(|body| body.at(&row.name));
        shape.row(&at, row, value);
    }
    shape
}

impl Shape {
    fn object() -> Self {
        Self {
            kind: "object".to_owned(),
            ..Self::default()
        }
    }

    /// What an example shows.
    pub(super) fn of(value: &Value) -> Self {
        let shown = value_shape(value);
        let (kind, format) = shown.split_once(' ').unwrap_or((&shown, ""));
        // Names of addresses and mails are no formats of this document; all other texts are text.
        let format = Some(format).filter(|format| matches!(*format, "uuid" | "date-time"));
        let kind = Some(kind).filter(|kind| !kind.starts_with('`'));
        let mut shape = Self {
            kind: kind.unwrap_or("string").to_owned(),
            format: format.unwrap_or_default().to_owned(),
            ..Self::default()
        };
        match value {
            Value::Null => {
                (shape.kind, shape.null) = (String::new(), true);
                shape.todo = Some(NULL);
            }
            Value::Array(items) => shape.items = items.first().map(|item| Box::new(Self::of(item))),
            Value::Object(members) => {
                let members = members.iter();
                shape.members = members
                    .map(|(name, value)| (name.clone(), false, Self::of(value)))
                    .collect();
            }
            _ => {}
        }
        shape
    }

    /// What a row of a table says, with what an example shows of it.
    pub(super) fn stated(word: &str, name: &str, example: Option<&Value>) -> Self {
        let (kind, format) = column_type(word);
        let shown = example
            .map(Self::of)
            .filter(|shown| shown.kind == kind)
            .unwrap_or_default();
        let mut shape = Self {
            kind: kind.to_owned(),
            format: format.to_owned(),
            members: shown.members,
            items: shown.items,
            ..Self::default()
        };
        shape.conceal_if(name);
        shape
    }

    fn row(&mut self, at: &[&str], row: &Property, example: Option<&Value>) {
        let [name, rest @ ..] = at else { return };
        let list = name.ends_with("[]");
        let name = name.trim_end_matches("[]");
        let required = row.is_required();
        let index = match self.members.iter().position(|(known, ..)| known == name) {
            Some(index) => index,
            None => {
                self.members.push((name.to_owned(), false, Self::object()));
                self.members.len() - 1
            }
        };
        let (_, own, member) = &mut self.members[index];
        *own |= required;
        if rest.is_empty() {
            let kept = std::mem::take(&mut member.members);
            *member = Self::stated(&row.type_name, name, example);
            if !kept.is_empty() {
                member.members = kept;
            }
            if !required && !row.is_optional() {
                member.todo = Some(UNCLEAR);
            }
        } else if list {
            member.kind = "array".to_owned();
            member
                .items
                .get_or_insert_with(|| Box::new(Self::object()))
                .row(rest, row, example);
        } else {
            member.kind = "object".to_owned();
            member.row(rest, row, example);
        }
    }

    /// Hides what its name makes a secret.
    fn conceal_if(&mut self, name: &str) {
        const NAMES: [&str; 7] = [
            "password", "code", "otp", "secret", "token", "pin", "passcode",
        ];
        let words = words(name);
        if self.kind == "string"
            && self.format.is_empty()
            && words.iter().any(|word| NAMES.contains(&word.as_str()))
        {
            self.format = "password".to_owned();
            self.todo = Some(SECRET);
        }
    }

    fn conceal(&mut self) {
        for (name, _, member) in &mut self.members {
            member.conceal_if(name);
            member.conceal();
        }
    }

    /// The schema.
    pub(super) fn node(&self, links: Option<&Node>) -> Node {
        let mut map = Map::default();
        if !self.kind.is_empty() {
            map = map.with("type", self.kind.clone());
        }
        if !self.format.is_empty() {
            let todo = self.todo.filter(|todo| *todo == SECRET);
            map = map.noted("format", self.format.clone(), todo.map(todo_note));
        }
        if self.null {
            map = map.with("nullable", true);
        }
        if let Some(items) = &self.items {
            map = map.with("items", items.node(links));
        } else if self.kind == "array" {
            map = map.with("items", Map::default());
        }
        let required = self.members.iter().filter(|(_, required, _)| *required);
        let required: Vec<Node> = required.map(|(name, ..)| name.clone().into()).collect();
        if !required.is_empty() {
            map = map.with("required", Node::List(required));
        }
        if !self.members.is_empty() {
            let properties = self
                .members
                .iter()
                .fold(Map::default(), |map, (name, _, member)| {
                    let note = member.todo.filter(|todo| *todo != SECRET).map(todo_note);
                    match links.filter(|_| name == "_links") {
                        Some(links) => map.with(name, links.clone()),
                        None => map.noted(name, member.node(links), note),
                    }
                });
            let note = self.todo.filter(|todo| *todo == NOT_SAID).map(todo_note);
            map = map.noted("properties", properties, note);
        }
        map.into()
    }
}

pub(super) fn todo_note(text: &str) -> String {
    format!("TODO: {text}.")
}

/// The words of a name in camel case.
fn words(name: &str) -> Vec<String> {
    let constant = pingone_codegen::names::constant_name(name);
    constant
        .to_lowercase()
        .split('_')
        .map(str::to_owned)
        .collect()
}

/// A payload of a page, in the order of its text, with something in the place of each placeholder.
///
/// `format` says what a property is.
pub(super) fn example(body: &Body, format: &dyn Fn(&str) -> String) -> Node {
    node(body, &body.value, "", format)
}

fn node(body: &Body, value: &Value, path: &str, format: &dyn Fn(&str) -> String) -> Node {
    match value {
        Value::Array(items) => {
            let items = items.iter();
            Node::List(
                items
                    .map(|item| node(body, item, &format!("{path}[]"), format))
                    .collect(),
            )
        }
        Value::Object(members) => {
            let path_of = |name: &str| dotted(path, name);
            let mut members: Vec<(&String, &Value)> = members.iter().collect();
            members.sort_by_key(|(name, _)| body.line_of(&path_of(name)));
            let members = members.into_iter();
            members
                .fold(Map::default(), |map, (name, value)| {
                    map.with(name, node(body, value, &path_of(name), format))
                })
                .into()
        }
        Value::String(text) if is_placeholder(text) => Node::Scalar(stand_in(path, &format(path))),
        scalar => Node::Scalar(scalar.clone()),
    }
}

pub(super) fn is_placeholder(text: &str) -> bool {
    text.starts_with("{{") && text.ends_with("}}")
}

/// A value that is plainly invented.
fn stand_in(path: &str, format: &str) -> Value {
    let name = path.rsplit('.').next().unwrap_or_default();
    match format {
        "uuid" => json!("00000000-0000-4000-8000-000000000000"),
        "date-time" => json!("2030-01-01T00:00:00Z"),
        "integer" | "number" => json!(1),
        "boolean" => json!(true),
        _ => json!(format!("example-{}", words(name).join("-"))),
    }
}
