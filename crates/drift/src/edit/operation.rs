//! An operation that the document does not have: what stands around its variant.

use std::collections::BTreeSet;

use pingone_codegen::join;
use pingone_codegen::model::{Operation, Security};
use serde_json::Value;

use super::editor::{Editor, Refusal};
use super::node::{Map, Node, reference};
use super::scaffold::{Draft, Words, member};
use super::schema::todo_note;
use crate::compare::specification;
use crate::compare::{Topic, page};

impl Draft<'_> {
    /// An operation that is not there.
    pub(super) fn operation(
        &self,
        editor: &mut Editor,
        name: &str,
        path: &str,
    ) -> Result<(), Refusal> {
        let server = self.server().map_err(|error| error.to_string())?;
        let media_type = self
            .page
            .media_type()
            .map(|named| named.value)
            .filter(|_| self.method != "GET");
        let body = match media_type {
            Some(_) => self.body(editor, name, "x-no-body")?,
            None => Vec::new(),
        };
        let mut map = match &media_type {
            None => self.words(
                name,
                &Words {
                    name: "operationId",
                    summary: "summary",
                    description: "description",
                },
            ),
            Some(_) => Map::default().with("operationId", format!("{name}Group")),
        };
        if let Some((tag, note)) = self.tag(path) {
            map = map.noted("tags", Node::List(vec![tag.into()]), note);
        }
        if let Some(servers) = self.servers(server) {
            map = map.with("servers", servers);
        }
        let (security, note) = self.security();
        map = map.noted("security", security, note);
        let parameters = self.parameters(path);
        if !parameters.is_empty() {
            map = map.with("parameters", Node::List(parameters));
        }
        if let Some(media_type) = media_type {
            let words = Words {
                name: "x-operation-id",
                summary: "x-summary",
                description: "x-description",
            };
            let entry = body
                .into_iter()
                .fold(self.words(name, &words), |map, member| {
                    map.noted(&member.key, member.value, member.note)
                });
            let content = Map::default().with(&media_type, entry);
            map = map.with("requestBody", Map::default().with("content", content));
        }
        let (status, answer) = self.answer(name, editor);
        let responses = self.failures(server).into_iter().fold(
            Map::default().with(&status, answer),
            |map, (status, response)| map.with(&status, reference(&response)),
        );
        map = map.with("responses", responses);
        let method = self.method.to_lowercase();
        let item = join("/paths", path);
        if editor.document.get(&item).is_some() {
            return editor.insert(&item, &member(&method, map));
        }
        editor.insert("/paths", &member(path, Map::default().with(&method, map)))
    }

    /// The tag of the operation with the most similar path.
    pub(super) fn tag(&self, path: &str) -> Option<(String, Option<String>)> {
        let common = |operation: &&Operation| {
            operation
                .path
                .split('/')
                .zip(path.split('/'))
                .take_while(|(a, b)| a == b)
                .count()
        };
        let nearest = self
            .operations()
            .filter(|operation| operation.tag.is_some())
            .max_by_key(common)?;
        let note = (nearest.path != path).then(|| todo_note("the tag of the most similar path"));
        Some((nearest.tag.clone()?, note))
    }

    /// A copy of the `servers` of another operation of the server, unless it is the server of the document.
    pub(super) fn servers(&self, server: &str) -> Option<Node> {
        let document = &self.specification.document;
        if document
            .get("/servers/0/x-name")
            .and_then(Value::as_str)
            .is_none_or(|name| name == server)
        {
            return None;
        }
        let mut pointers = self
            .operations()
            .filter(|operation| operation.server == server)
            .flat_map(|operation| {
                [
                    join(&specification::group(operation), "servers"),
                    join(&join("/paths", &operation.path), "servers"),
                ]
            });
        let extent = pointers.find_map(|pointer| document.extent(&pointer))?;
        let text = document.text();
        let start = text[..extent.value.start]
            .rfind('\n')
            .map_or(0, |end| end + 1);
        let indent = extent.value.start - start;
        let lines = text[start..extent.value.end].lines();
        Some(Node::Lines(
            lines
                .map(|line| line.get(indent..).unwrap_or_default().to_owned())
                .collect(),
        ))
    }

    pub(super) fn security(&self) -> (Node, Option<String>) {
        let schemes = self
            .specification
            .document
            .get("/components/securitySchemes")
            .and_then(Value::as_object);
        let header = self
            .page
            .request_headers()
            .into_iter()
            .find(|header| header.name.eq_ignore_ascii_case("authorization"));
        let Some(header) = header else {
            return (
                Node::List(Vec::new()),
                Some(todo_note(
                    "the page shows no authorization; with none, no credential goes out",
                )),
            );
        };
        let wanted = if header.value.starts_with("Basic") {
            Security::Basic
        } else {
            Security::Bearer
        };
        let word = if wanted == Security::Basic {
            "basic"
        } else {
            "bearer"
        };
        let scheme = schemes.into_iter().flatten().find(|(_, scheme)| {
            scheme
                .get("scheme")
                .and_then(Value::as_str)
                .is_some_and(|scheme| scheme.eq_ignore_ascii_case(word))
        });
        match scheme {
            Some((name, _)) => {
                let way = Map::default().with(name, Node::List(Vec::new()));
                (Node::List(vec![way.into()]), None)
            }
            None => (
                Node::List(Vec::new()),
                Some(todo_note(
                    "`components` has no security scheme for this page",
                )),
            ),
        }
    }

    pub(super) fn parameters(&self, path: &str) -> Vec<Node> {
        let document = &self.specification.document;
        let shared = document
            .get("/components/parameters")
            .and_then(Value::as_object);
        let known = |name: &str| {
            let own = shared.into_iter().flatten().find(|(_, parameter)| {
                parameter.get("in").and_then(Value::as_str) == Some("path")
                    && parameter.get("name").and_then(Value::as_str) == Some(name)
            });
            own.map(|(key, _)| reference(&join("/components/parameters", key)))
        };
        let string = || Map::default().with("type", "string");
        let in_path = crate::compare::variables(path).into_iter().map(|name| {
            known(name).unwrap_or_else(|| {
                let parameter = Map::default()
                    .with("name", name)
                    .with("in", "path")
                    .with("required", true);
                parameter
                    .noted(
                        "schema",
                        string(),
                        Some(todo_note("the page does not say the type")),
                    )
                    .into()
            })
        });
        let entries = page::entries(&self.page.facts());
        let others: Vec<Node> = entries
            .iter()
            .filter_map(|entry| {
                let place = match entry.topic {
                    Topic::Header => "header",
                    Topic::QueryParameter => "query",
                    _ => return None,
                };
                let mut parameter = Map::default()
                    .with("name", entry.name.clone())
                    .with("in", place);
                if entry.value == "required" {
                    parameter = parameter.with("required", true);
                }
                Some(
                    parameter
                        .noted(
                            "schema",
                            string(),
                            Some(todo_note("the page does not say the type")),
                        )
                        .into(),
                )
            })
            .collect();
        in_path.chain(others).collect()
    }

    /// The answers that every operation of a server can give.
    pub(super) fn failures(&self, server: &str) -> Vec<(String, String)> {
        let document = &self.specification.document;
        let of = |operation: &Operation| -> BTreeSet<(String, String)> {
            let responses = document
                .get(&join(&specification::group(operation), "responses"))
                .and_then(Value::as_object);
            let shared = responses
                .into_iter()
                .flatten()
                .filter_map(|(status, response)| {
                    let target = response.get("$ref")?.as_str()?.strip_prefix('#')?;
                    (!status.starts_with('2')).then(|| (status.clone(), target.to_owned()))
                });
            shared.collect()
        };
        let all = self
            .operations()
            .filter(|operation| operation.server == server)
            .map(of);
        let common = all.reduce(|common, own| common.intersection(&own).cloned().collect());
        common.unwrap_or_default().into_iter().collect()
    }
}
