//! What a page shows of requests and answers, by a schema that the document knows or by a new one.

use std::collections::BTreeSet;

use jsonschema::{ValidationError, draft4};
use pingone_codegen::model::{Operation, ResponseBody, SchemaKind};
use pingone_codegen::{join, names};
use serde_json::{Value, json};

use super::editor::{Editor, Refusal, under};
use super::node::{Map, Member, Node, member, reference};
use super::scaffold::Draft;
use super::schema::{self, Shape, example, is_placeholder, todo_note};
use crate::compare::document::{self, schema_entries};
use crate::compare::specification::Specification;
use crate::compare::{Direction, Entry, Topic, is_inside, page};
use crate::page::{Body, Page, Response};
use crate::pages::{Judge, matches};

impl<'a> Draft<'a> {
    /// Lets the operation give the answer of the page; returns the statuses of the new variant where they are not all.
    pub(super) fn answers(
        &self,
        editor: &mut Editor,
        name: &str,
        group: &str,
    ) -> Result<Option<Node>, Refusal> {
        let at = join(group, "responses");
        let before = editor.keys(&at);
        let (status, response) = self.answer(name, editor);
        let examples = under(&at, &[&status, "content", "application/json", "examples"]);
        let body = self.success().and_then(|response| response.body.as_ref());
        if !before.contains(&status) {
            // The other variants go on without the new answer.
            editor.insert(&at, &member(&status, response))?;
            let content = under(group, &["requestBody", "content"]);
            for other in editor.keys(&content) {
                let own = join(&content, &other);
                if !editor.has(&join(&own, "x-responses")) {
                    editor.insert(&own, &member("x-responses", list(&before)))?;
                }
            }
        } else if let Some(body) = body
            && editor.has(&examples)
            && !editor.has(&join(&examples, name))
        {
            editor.insert(&examples, &member(name, shown(body, &|_| String::new())))?;
        }
        let after = editor.keys(&at);
        let is_success = |status: &&String| status.starts_with('2');
        let several = after.iter().filter(is_success).count() > 1;
        let own = after
            .iter()
            .filter(|other| !is_success(other) || **other == status);
        let own: Vec<String> = own.cloned().collect();
        Ok(several.then(|| list(&own)))
    }

    fn success(&self) -> Option<&'a Response> {
        let mut responses = self.page.responses.iter();
        responses.find(|response| (200..300).contains(&response.status))
    }

    /// The answer that the page shows; any answer where it shows none.
    pub(super) fn answer(&self, name: &str, editor: &Editor) -> (String, Node) {
        let Some(response) = self.success() else {
            let open = Map::default().with("schema", Map::default());
            let description = "Done. What the body holds, if there is one, is not published.";
            let response = Map::default()
                .with("description", description)
                .with("content", Map::default().with("*/*", open));
            return ("2XX".to_owned(), response.into());
        };
        let mut answer = Map::default().with("description", "Done.");
        if let Some(body) = &response.body {
            let known = self.response_schema();
            let note = known.is_none().then(|| {
                todo_note("the example follows none of the schemas of answers, or more than one: say which type it is")
            });
            let schema =
                known.unwrap_or_else(|| Shape::of(&body.value).node(links(editor).as_ref()));
            let shown = shown(body, &|_| String::new());
            let content = Map::default()
                .noted("schema", schema, note)
                .with("examples", Map::default().with(name, shown));
            answer = answer.with("content", Map::default().with("application/json", content));
        }
        (response.status.to_string(), answer.into())
    }

    /// The known schema that the example response follows.
    fn response_schema(&self) -> Option<Node> {
        let said = page::entries(&self.page.facts());
        let of = |operation: &'a Operation| match operation.success() {
            ResponseBody::Json { schema, .. } => document::reference(&schema).map(str::to_owned),
            _ => None,
        };
        let used: BTreeSet<String> = self.operations().filter_map(of).collect();
        let example = self.success().and_then(|response| response.body.as_ref());
        let example = example.map(|body| &body.value);
        let fits = |name: &String| {
            follows(
                self.specification,
                Direction::Response,
                name,
                &said,
                example,
            )
        };
        let known = only(used.into_iter().filter(fits))?;
        Some(reference(&under("/components/schemas", &[&known])))
    }
}

/// What an iterator gives, if that is one thing.
fn only<T>(mut items: impl Iterator<Item = T>) -> Option<T> {
    let first = items.next()?;
    items.next().is_none().then_some(first)
}

fn list(statuses: &[String]) -> Node {
    Node::List(
        statuses
            .iter()
            .map(|status| status.as_str().into())
            .collect(),
    )
}

/// An example as the document writes it.
fn shown(body: &Body, format: &dyn Fn(&str) -> String) -> Map {
    Map::default()
        .with("summary", SUMMARY)
        .with("value", example(body, format))
}

const SUMMARY: &str = "The payload of the page.";

/// The members of a media type that say what is sent. A schema that is none of the known ones becomes a named one.
pub(super) fn request_body(
    page: &Page,
    specification: &Specification,
    editor: &mut Editor,
    name: &str,
) -> Result<Vec<Member>, Refusal> {
    let body = page.request_body();
    let mut rows = page.properties.iter().flatten();
    if body.is_none() && !rows.any(|row| !row.name.is_empty()) {
        return Ok(vec![member("x-no-body", true)]);
    }
    let said = page::entries(&page.facts());
    let known = known_request(specification, &said, body.as_ref().map(|body| &body.value));
    let target = match &known {
        Some(known) => known.clone(),
        None => {
            let schema = schema::request(page).node(None);
            let named = names::type_name(&format!("{name}Request"));
            editor.insert("/components/schemas", &member(&named, schema))?;
            named
        }
    };
    let schema = reference(&under("/components/schemas", &[&target]));
    let mut members = vec![member("schema", schema)];
    if let Some(body) = &body {
        let documented = match &known {
            Some(known) => schema_entries(specification, Direction::Request, known),
            None => said,
        };
        let format = |path: &str| {
            let formats = [Topic::RequestFormat, Topic::RequestType].into_iter();
            let mut said = formats.filter_map(|topic| {
                let mut own = documented.iter();
                let own = own.find(|entry| entry.topic == topic && entry.name == path)?;
                (!own.value.is_empty()).then(|| own.value.clone())
            });
            said.next().unwrap_or_default()
        };
        let summary =
            "The payload of the page, with something invented in the place of each placeholder.";
        let shown = Map::default()
            .with("summary", summary)
            .with("value", example(body, &format));
        members.push(member("examples", Map::default().with(name, shown)));
    }
    Ok(members)
}

/// The one schema that says of a request what a page says, no more and no less.
fn known_request(
    specification: &Specification,
    said: &[Entry],
    example: Option<&Value>,
) -> Option<String> {
    let leaves = |entries: &[Entry]| -> BTreeSet<String> {
        let properties = entries
            .iter()
            .filter(|entry| entry.topic == Topic::RequestProperty);
        let names: Vec<&str> = properties.map(|entry| entry.name.as_str()).collect();
        let is_leaf = |name: &&&str| !names.iter().any(|other| is_inside(other, name));
        names
            .iter()
            .filter(is_leaf)
            .map(|name| (*name).to_owned())
            .collect()
    };
    let wanted = leaves(said);
    let schemas = specification.api.schemas.iter();
    let objects = schemas.filter(|(_, schema)| !matches!(schema.kind, SchemaKind::Enum(_)));
    let fitting = objects.map(|(name, _)| name).filter(|name| {
        leaves(&schema_entries(specification, Direction::Request, name)) == wanted
            && follows(specification, Direction::Request, name, said, example)
    });
    only(fitting).cloned()
}

/// Whether a schema contradicts nothing that a page says, and the example of the page is valid against it.
fn follows(
    specification: &Specification,
    direction: Direction,
    name: &str,
    said: &[Entry],
    example: Option<&Value>,
) -> bool {
    use Topic::*;
    let documented = schema_entries(specification, direction, name);
    let is_property = |topic| matches!(topic, RequestProperty | ResponseProperty);
    let is_request = direction == Direction::Request;
    let is_about = |entry: &&Entry| match entry.topic {
        RequestProperty | RequestType | RequestFormat | RequestRequirement | RequestExample => {
            is_request
        }
        ShownProperty | ResponseType | ResponseFormat | ResponseNull => !is_request,
        _ => false,
    };
    let said: Vec<Entry> = said.iter().filter(is_about).cloned().collect();
    let Some(operation) = specification.api.operations.first() else {
        return false;
    };
    let mut shown = said.iter().filter(|entry| entry.topic == ShownProperty);
    let known = |entry: &Entry| {
        let mut own = documented
            .iter()
            .filter(|own| own.topic == ResponseProperty);
        own.any(|own| matches(&own.name, &entry.name))
    };
    let judge = Judge {
        lowered: specification,
        operation,
        documented: &documented,
        page: None,
    };
    documented.iter().any(|entry| is_property(entry.topic))
        && (is_request || shown.all(known) && shows_all_required(&documented, &said))
        && judge.differences(&said).is_empty()
        && example.is_none_or(|example| is_valid(specification, name, example))
}

/// Whether an example is valid against a schema of the document. A placeholder stands for any value.
fn is_valid(specification: &Specification, name: &str, example: &Value) -> bool {
    let components = specification.document.root().get("components").cloned();
    let mut schema = json!({ "components": components });
    json_schema(&mut schema);
    schema["$ref"] = json!(format!("#/components/schemas/{name}"));
    let placeholder =
        |error: ValidationError<'_>| error.instance().as_str().is_some_and(is_placeholder);
    // OpenAPI 3.0 has the bounds of this draft.
    draft4::new(&schema).is_ok_and(|schema| schema.iter_errors(example).all(placeholder))
}

/// Writes `nullable` as JSON Schema does.
fn json_schema(value: &mut Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(json_schema),
        Value::Object(members) => {
            if members.get("nullable") == Some(&Value::Bool(true))
                && let Some(kind) = members.get_mut("type").filter(|kind| kind.is_string())
            {
                *kind = json!([kind.clone(), "null"]);
            }
            members.values_mut().for_each(json_schema);
        }
        _ => {}
    }
}

/// Whether an example has everything that a schema says is always there.
fn shows_all_required(documented: &[Entry], said: &[Entry]) -> bool {
    let shown = |path: &str| {
        let mut shown = said
            .iter()
            .filter(|entry| matches!(entry.topic, Topic::ShownProperty | Topic::ResponseNull));
        shown.any(|entry| entry.name == path || is_inside(&entry.name, path))
    };
    let required = documented
        .iter()
        .filter(|own| own.topic == Topic::ResponseRequirement && own.value == "required");
    // What is inside of a map or of something left out is not required.
    let outer_is_shown = |own: &&Entry| match own.name.rsplit_once('.') {
        Some((outer, _)) => !own.name.contains(".*") && shown(outer),
        None => true,
    };
    required.filter(outer_is_shown).all(|own| shown(&own.name))
}

/// How the document writes links.
pub(super) fn links(editor: &Editor) -> Option<Node> {
    let schemas = editor.document.get("/components/schemas")?.as_object()?;
    let links = schemas
        .values()
        .find_map(|schema| schema.pointer("/properties/_links/additionalProperties"))?;
    Some(
        Map::default()
            .with("type", "object")
            .with("additionalProperties", links)
            .into(),
    )
}
