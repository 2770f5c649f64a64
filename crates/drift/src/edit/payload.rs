//! What a page shows of requests and answers, by a schema that the document knows or by a new one.

use std::collections::BTreeSet;

use jsonschema::{ValidationError, draft4};
use pingone_codegen::model::{ResponseBody, SchemaKind};
use pingone_codegen::{join, names};
use serde_json::{Value, json};

use super::editor::{Editor, Refusal};
use super::node::{Map, Member, Node, reference};
use super::scaffold::{Draft, list, member};
use super::schema::{self, Shape, example, is_placeholder, todo_note};
use crate::compare::document::schema_entries;
use crate::compare::specification::Specification;
use crate::compare::{Direction, Entry, Topic, page};
use crate::page::{Page, Response};
use crate::pages::Judge;

impl<'a> Draft<'a> {
    /// Lets the operation give the answer of the page; returns the statuses of the new variant where they are not all.
    pub(super) fn answers(
        &self,
        editor: &mut Editor,
        name: &str,
        group: &str,
    ) -> Result<Option<Node>, Refusal> {
        let at = join(group, "responses");
        let statuses = |editor: &Editor| -> Vec<String> {
            let responses = editor.document.get(&at).and_then(Value::as_object);
            responses
                .into_iter()
                .flat_map(|responses| responses.keys().cloned())
                .collect()
        };
        let before = statuses(editor);
        let (status, response) = self.answer(name, editor);
        if !before.contains(&status) {
            // The other variants go on without the new answer.
            let content = join(&join(group, "requestBody"), "content");
            let others = editor.document.get(&content).and_then(Value::as_object);
            let others: Vec<String> = others
                .into_iter()
                .flat_map(|others| others.keys().cloned())
                .collect();
            editor.insert(&at, &member(&status, response))?;
            for other in others {
                let own = join(&content, &other);
                if editor.document.get(&join(&own, "x-responses")).is_none() {
                    editor.insert(&own, &member("x-responses", list(&before)))?;
                }
            }
        } else if let Some(body) = self.success().and_then(|response| response.body.as_ref()) {
            let examples = join(
                &join(&join(&join(&at, &status), "content"), "application/json"),
                "examples",
            );
            if editor.document.get(&examples).is_some()
                && editor.document.get(&join(&examples, name)).is_none()
            {
                let value = example(body, &|_| String::new());
                let shown = Map::default()
                    .with("summary", "The payload of the page.")
                    .with("value", value);
                editor.insert(&examples, &member(name, shown))?;
            }
        }
        let after = statuses(editor);
        let successes = after
            .iter()
            .filter(|status| status.starts_with('2'))
            .count();
        let own: Vec<String> = after
            .into_iter()
            .filter(|other| !other.starts_with('2') || *other == status)
            .collect();
        Ok((successes > 1).then(|| list(&own)))
    }

    pub(super) fn success(&self) -> Option<&'a Response> {
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
            let shown = Map::default()
                .with("summary", "The payload of the page.")
                .with("value", example(body, &|_| String::new()));
            let content = Map::default()
                .noted("schema", schema, note)
                .with("examples", Map::default().with(name, shown));
            answer = answer.with("content", Map::default().with("application/json", content));
        }
        (response.status.to_string(), answer.into())
    }

    /// The known schema that the example response follows.
    pub(super) fn response_schema(&self) -> Option<Node> {
        let said = page::entries(&self.page.facts());
        let used: BTreeSet<String> = self
            .operations()
            .filter_map(|operation| match operation.success() {
                ResponseBody::Json { schema, .. } => schema
                    .get("$ref")?
                    .as_str()?
                    .rsplit('/')
                    .next()
                    .map(str::to_owned),
                _ => None,
            })
            .collect();
        let example = self.success().and_then(|response| response.body.as_ref());
        let fits = |name: &&String| {
            follows(self.specification, Direction::Response, name, &said)
                && example.is_none_or(|body| is_valid(self.specification, name, &body.value))
        };
        let mut fitting = used.iter().filter(fits);
        let first = fitting.next()?;
        fitting
            .next()
            .is_none()
            .then(|| reference(&format!("/components/schemas/{first}")))
    }
}

/// The members of a media type that say what is sent. A schema that is none of the known ones becomes a named one.
pub(super) fn request_body(
    page: &Page,
    specification: &Specification,
    editor: &mut Editor,
    name: &str,
    absent: &str,
) -> Result<Vec<Member>, Refusal> {
    let body = page.request_body();
    let has_rows = page
        .properties
        .iter()
        .flatten()
        .any(|row| !row.name.is_empty());
    if body.is_none() && !has_rows {
        return Ok(vec![member(absent, true)]);
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
    let mut members = vec![member(
        "schema",
        reference(&format!("/components/schemas/{target}")),
    )];
    if let Some(body) = &body {
        let documented = match &known {
            Some(known) => schema_entries(specification, Direction::Request, known),
            None => said,
        };
        let format = |path: &str| {
            let of = |topic| {
                documented
                    .iter()
                    .find(|entry| entry.topic == topic && entry.name == path)
            };
            let format = of(Topic::RequestFormat)
                .map(|entry| entry.value.clone())
                .filter(|format| !format.is_empty());
            format
                .or_else(|| of(Topic::RequestType).map(|entry| entry.value.clone()))
                .unwrap_or_default()
        };
        let shown = Map::default()
            .with("summary", "The payload of the page, with something invented in the place of each placeholder.")
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
        let names: Vec<&str> = entries
            .iter()
            .filter(|entry| entry.topic == Topic::RequestProperty)
            .map(|entry| entry.name.as_str())
            .collect();
        let outer = |name: &str| {
            names.iter().any(|other| {
                other
                    .strip_prefix(name)
                    .is_some_and(|rest| rest.starts_with(['.', '[']))
            })
        };
        names
            .iter()
            .filter(|name| !outer(name))
            .map(|name| (*name).to_owned())
            .collect()
    };
    let wanted = leaves(said);
    let objects = specification
        .api
        .schemas
        .iter()
        .filter(|(_, schema)| !matches!(schema.kind, SchemaKind::Enum(_)));
    let mut fitting = objects.map(|(name, _)| name).filter(|name| {
        leaves(&schema_entries(specification, Direction::Request, name)) == wanted
            && follows(specification, Direction::Request, name, said)
            && example.is_none_or(|example| is_valid(specification, name, example))
    });
    let first = fitting.next()?;
    fitting.next().is_none().then(|| first.clone())
}

/// Whether a schema contradicts nothing that a page says.
fn follows(
    specification: &Specification,
    direction: Direction,
    name: &str,
    said: &[Entry],
) -> bool {
    let documented = schema_entries(specification, direction, name);
    let properties = documented.iter().any(|entry| {
        matches!(
            entry.topic,
            Topic::RequestProperty | Topic::ResponseProperty
        )
    });
    let said: Vec<Entry> = said
        .iter()
        .filter(|entry| {
            use Topic::*;
            match direction {
                Direction::Request => matches!(
                    entry.topic,
                    RequestProperty
                        | RequestType
                        | RequestFormat
                        | RequestRequirement
                        | RequestExample
                ),
                _ => matches!(
                    entry.topic,
                    ShownProperty | ResponseType | ResponseFormat | ResponseNull
                ),
            }
        })
        .cloned()
        .collect();
    let Some(operation) = specification.api.operations.first() else {
        return false;
    };
    let known = direction == Direction::Request
        || said
            .iter()
            .filter(|entry| entry.topic == Topic::ShownProperty)
            .all(|entry| {
                documented.iter().any(|own| {
                    own.topic == Topic::ResponseProperty
                        && crate::pages::matches(&own.name, &entry.name)
                })
            })
            && shows_all_required(&documented, &said);
    let judge = Judge {
        lowered: specification,
        operation,
        documented: &documented,
        page: None,
    };
    properties && known && judge.differences(&said).is_empty()
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
    let inside = |path: &str, outer: &str| {
        path.strip_prefix(outer)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
    };
    let shown = |path: &str| {
        said.iter().any(|entry| {
            matches!(entry.topic, Topic::ShownProperty | Topic::ResponseNull)
                && inside(&entry.name, path)
        })
    };
    documented
        .iter()
        .filter(|own| own.topic == Topic::ResponseRequirement && own.value == "required")
        // What is inside of a map or of something left out is not required.
        .filter(|own| !own.name.contains(".*"))
        .filter(|own| {
            own.name
                .rsplit_once('.')
                .is_none_or(|(outer, _)| shown(outer))
        })
        .all(|own| shown(&own.name))
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
