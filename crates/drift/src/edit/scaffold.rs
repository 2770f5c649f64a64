//! The part of the document for a page that the document does not know.

use std::collections::BTreeSet;

use pingone_codegen::model::{Effect, Operation, ResponseBody, SchemaKind, Security};
use pingone_codegen::{join, names};
use serde_json::Value;

use super::editor::{Editor, Refusal};
use super::node::{Map, Member, Node, reference};
use super::schema::{self, Shape, example, todo_note};
use crate::compare::document::{self, Specification, schema_entries};
use crate::compare::{Direction, Entry, Topic, page, shape};
use crate::page::{Address, Kind, Page, Response};
use crate::pages::Judge;

/// What a person says of a new variant, because no page does.
#[derive(Debug, Clone, Default)]
pub struct Choices {
    /// The name of the variant.
    pub name: Option<String>,
    /// What sending it twice would do.
    pub effect: Option<Effect>,
    /// The address of the page.
    pub url: Option<String>,
}

/// Why there is nothing to add for a page.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ScaffoldError {
    /// The page was not understood, or contradicts itself.
    #[error("the page is not clear: {0}")]
    Unclear(String),
    /// The document knows the variant.
    #[error(
        "the document knows this page: `{variant}` on line {line}; `cargo xtask docs check --apply` edits it"
    )]
    Known {
        /// The variant.
        variant: String,
        /// Its line.
        line: usize,
    },
    /// No server of the document is the host of the page.
    #[error("the document has no server for the host `{0}`: add it under `servers`")]
    UnknownHost(String),
    /// The same path is that of another server.
    #[error(
        "`{path}` is a path of the server `{server}` (line {line}), and the page names another one"
    )]
    OtherServer {
        /// The path.
        path: String,
        /// The server in the document.
        server: String,
        /// The line of the path.
        line: usize,
    },
    /// A request could be meant for this path or for another.
    #[error("a request could fit `{path}` and `{other}` (line {line}): decide which one is served")]
    AmbiguousPath {
        /// The path of the page.
        path: String,
        /// The path in the document.
        other: String,
        /// Its line.
        line: usize,
    },
    /// The operation is there, but does not choose by media type.
    #[error("`{operation}` (line {line}) does not choose by the media type: make it do so by hand")]
    NoChoice {
        /// The operation.
        operation: String,
        /// Its line.
        line: usize,
    },
    /// Another variant has the name.
    #[error("another variant is named `{0}`: choose a name with `--name`")]
    NameTaken(String),
    /// The document would not be one that the generator accepts.
    #[error("{0}")]
    Refused(String),
}

/// New parts of the document.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Scaffold {
    /// The name of the variant.
    pub variant: String,
    /// The parts in an order in which they can be pasted: the last lines of the document first.
    pub parts: Vec<Part>,
    /// The document with the parts in it.
    pub text: String,
}

/// New lines of the document.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Part {
    /// The mapping or list that they belong to.
    pub pointer: String,
    /// The line behind which they stand.
    pub line: usize,
    /// The lines.
    pub text: String,
}

/// Writes what a page says of a variant that the document does not know.
///
/// What no page says is not guessed: the safest choice stands in its place, below a comment that begins
/// `TODO:` and names the decision.
///
/// ```
/// use pingone_codegen::Document;
/// use pingone_drift::{Choices, Page, Specification, scaffold};
///
/// let text = "openapi: 3.0.3\ninfo: {title: Shelf, version: 1.0.0}\nservers:\n  - x-name: platform\n    url: https://books.example.com\n\
///     paths:\n  /books:\n    get: {operationId: list, summary: List, x-effect: read, responses: {'200': {description: Books.}}}\n";
/// let document = Specification::new(Document::parse("api.yaml", text)?)?;
/// let page = Page::read(b"Count the Books\n\nGET {{apiPath}}/books/count\n\nCounts.\n")?;
/// let new = scaffold(&page, "", &document, &Choices::default())?;
/// assert_eq!(new.variant, "countTheBooks");
/// assert!(new.parts[0].text.contains("/books/count:"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// `url` is the address of the page where it does not say it.
///
/// # Errors
/// [`ScaffoldError`] when the page is not clear, when the document knows it, or when it cannot be told where it belongs.
pub fn scaffold(
    page: &Page,
    url: &str,
    specification: &Specification,
    choices: &Choices,
) -> Result<Scaffold, ScaffoldError> {
    if let Some(line) = page.unknown_lines().next() {
        let text = format!("line {}: {}", line.line, line.reason);
        return Err(ScaffoldError::Unclear(text));
    }
    if let Some(operation) = crate::pages::variant_of(page, specification) {
        return Err(ScaffoldError::Known {
            variant: operation.id.clone(),
            line: specification.line(&operation.pointer),
        });
    }
    let endpoint = page.endpoint.as_ref();
    let endpoint = endpoint
        .ok_or_else(|| ScaffoldError::Unclear("it says no method and address".to_owned()))?;
    let draft = Draft {
        page,
        specification,
        choices,
        method: &endpoint.value.method,
        address: &endpoint.value.address,
        url,
    };
    let variant = draft.name()?;
    let mut editor = Editor::new(specification.document.clone());
    match draft.group()? {
        Some(group) => draft.variant(&mut editor, &variant, group),
        None => draft.operation(&mut editor, &variant, &draft.path()?),
    }
    .map_err(ScaffoldError::Refused)?;
    pingone_codegen::lower(&editor.document)
        .map_err(|error| ScaffoldError::Refused(error.to_string()))?;
    let parts = editor.written.into_iter().map(|written| Part {
        pointer: written.pointer,
        line: written.line,
        text: written.text,
    });
    Ok(Scaffold {
        variant,
        parts: parts.collect(),
        text: editor.document.text().to_owned(),
    })
}

struct Draft<'a> {
    page: &'a Page,
    specification: &'a Specification,
    choices: &'a Choices,
    method: &'a str,
    address: &'a Address,
    url: &'a str,
}

/// What stands in both kinds of variants, under other names.
struct Words {
    name: &'static str,
    summary: &'static str,
    description: &'static str,
}

impl<'a> Draft<'a> {
    fn operations(&self) -> impl Iterator<Item = &'a Operation> + Clone {
        self.specification.api.operations.iter()
    }

    /// The path as OpenAPI counts it: without the query, and without what the server has of it.
    fn path_text(&self) -> &'a str {
        let path = self.address.path.split('?').next().unwrap_or_default();
        path.trim_end_matches('/')
    }

    fn documented_path(&self, operation: &Operation) -> String {
        document::address(self.specification, operation).2
    }

    /// The operation that the page adds a variant to.
    fn group(&self) -> Result<Option<&'a Operation>, ScaffoldError> {
        let server = self.server()?;
        let wanted = shape(self.path_text());
        let mut same = self
            .operations()
            .filter(|operation| shape(&self.documented_path(operation)) == wanted);
        if let Some(other) = same.clone().find(|operation| operation.server != server) {
            return Err(ScaffoldError::OtherServer {
                path: other.path.clone(),
                server: other.server.clone(),
                line: self.specification.line(&document::group(other)),
            });
        }
        let group = same.find(|operation| operation.method == self.method);
        if let Some(operation) = group
            && (operation.media_type().is_none() || self.page.media_type().is_none())
        {
            return Err(ScaffoldError::NoChoice {
                operation: operation.id.clone(),
                line: self.specification.line(&document::group(operation)),
            });
        }
        Ok(group)
    }

    fn server(&self) -> Result<&'a str, ScaffoldError> {
        let host = self.address.host.as_deref().unwrap_or_default();
        let name = match host.strip_suffix("Path") {
            Some("api") => "platform",
            Some(name) => name,
            None => host,
        };
        let servers = self.specification.api.servers.iter();
        let host_of = |url: &str| {
            url.split("://")
                .last()
                .and_then(|rest| rest.split('/').next())
                .unwrap_or_default()
                .to_owned()
        };
        let mut fitting =
            servers.filter(|server| server.name == name || host_of(&server.url) == host);
        let server = fitting.next().map(|server| server.name.as_str());
        server.ok_or_else(|| ScaffoldError::UnknownHost(host.to_owned()))
    }

    /// The path of a new operation, with the variables named as the document names them.
    fn path(&self) -> Result<String, ScaffoldError> {
        let server = self.server()?;
        let segments: Vec<&str> = self.path_text().split('/').collect();
        let mut path: Vec<String> = Vec::new();
        for (index, segment) in segments.iter().enumerate() {
            let Some(name) = segment
                .strip_prefix('{')
                .and_then(|name| name.strip_suffix('}'))
            else {
                path.push((*segment).to_owned());
                continue;
            };
            let start = shape(&segments[..index].join("/"));
            let known = self
                .operations()
                .filter(|operation| operation.server == server)
                .find_map(|operation| {
                    let own: Vec<&str> = operation.path.split('/').collect();
                    let same = own.len() > index && shape(&own[..index].join("/")) == start;
                    own.get(index)
                        .filter(|own| same && own.starts_with('{'))
                        .map(|own| (*own).to_owned())
                });
            let spelled = match name.strip_suffix("ID") {
                Some(stem) => format!("{{{stem}Id}}"),
                None => format!("{{{name}}}"),
            };
            path.push(known.unwrap_or(spelled));
        }
        let path = path.join("/");
        let overlaps = self
            .operations()
            .find(|operation| operation.server == server && overlap(&operation.path, &path));
        if let Some(other) = overlaps {
            return Err(ScaffoldError::AmbiguousPath {
                line: self.specification.line(&document::group(other)),
                other: other.path.clone(),
                path,
            });
        }
        Ok(path)
    }

    fn name(&self) -> Result<String, ScaffoldError> {
        let title = self
            .page
            .title
            .as_ref()
            .map_or("", |title| title.value.as_str());
        let name = match &self.choices.name {
            Some(name) => name.clone(),
            None => {
                let name = names::type_name(title);
                let first = name.chars().next().map(|first| first.to_ascii_lowercase());
                first.into_iter().chain(name.chars().skip(1)).collect()
            }
        };
        let taken =
            |other: &Operation| names::constant_name(&other.id) == names::constant_name(&name);
        if name.is_empty() || self.operations().any(taken) {
            return Err(ScaffoldError::NameTaken(name));
        }
        Ok(name)
    }

    /// A variant of an operation that is there.
    fn variant(&self, editor: &mut Editor, name: &str, group: &Operation) -> Result<(), Refusal> {
        let at = document::group(group);
        let media_type = self
            .page
            .media_type()
            .map(|named| named.value)
            .unwrap_or_default();
        let body = self.body(editor, name, "x-no-body")?;
        let chosen = self.answers(editor, name, &at)?;
        let words = Words {
            name: "x-operation-id",
            summary: "x-summary",
            description: "x-description",
        };
        let mut map = self.words(name, &words);
        if let Some(chosen) = chosen {
            map = map.with("x-responses", chosen);
        }
        let value = body.into_iter().fold(map, |map, member| {
            map.noted(&member.key, member.value, member.note)
        });
        let content = join(&join(&at, "requestBody"), "content");
        editor.insert(&content, &member(&media_type, value))
    }

    /// Lets the operation give the answer of the page; returns the statuses of the new variant where they are not all.
    fn answers(
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

    fn success(&self) -> Option<&'a Response> {
        let mut responses = self.page.responses.iter();
        responses.find(|response| (200..300).contains(&response.status))
    }

    /// The answer that the page shows; any answer where it shows none.
    fn answer(&self, name: &str, editor: &Editor) -> (String, Node) {
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
            let schema = self
                .response_schema()
                .unwrap_or_else(|| Shape::of(&body.value).node(links(editor).as_ref()));
            let shown = Map::default()
                .with("summary", "The payload of the page.")
                .with("value", example(body, &|_| String::new()));
            let content = Map::default()
                .with("schema", schema)
                .with("examples", Map::default().with(name, shown));
            answer = answer.with("content", Map::default().with("application/json", content));
        }
        (response.status.to_string(), answer.into())
    }

    fn words(&self, name: &str, keys: &Words) -> Map {
        let title = self
            .page
            .title
            .as_ref()
            .map_or("", |title| title.value.as_str());
        let todo = |text: &str| Some(todo_note(text));
        let unnamed = self.choices.name.is_none();
        let name_note =
            unnamed.then(|| todo_note("the name comes from the title; Rust code will use it"));
        let mut map = Map::default()
            .noted(keys.name, name, name_note)
            .with(keys.summary, sentence_case(title));
        if let Some(constants) = self.constants() {
            map = map.with(keys.description, constants);
        }
        let (effect, note) = match self.choices.effect {
            Some(effect) => (effect, None),
            None => (
                Effect::SendsMessage,
                todo("no page says what sending it twice would do; this effect is never repeated"),
            ),
        };
        map = map.noted("x-effect", effect.word(), note);
        let said = self
            .page
            .canonical_url
            .as_ref()
            .map(|url| url.value.clone());
        let url = self
            .choices
            .url
            .clone()
            .or(said)
            .or_else(|| Some(self.url.to_owned()))
            .filter(|url| !url.is_empty());
        let docs = match url {
            Some(url) => Map::default().with("page", url),
            None => Map::default().noted(
                "page",
                "",
                todo("this form of a page does not say its address"),
            ),
        };
        map.with("x-docs", docs.with("basis", "page"))
    }

    /// What the prose says in numbers; its sentences are the vendor's.
    fn constants(&self) -> Option<String> {
        let facts = self.page.facts();
        let sentences = facts.iter().filter_map(|fact| {
            let value = &fact.value;
            Some(match fact.kind {
                Kind::Lifetime if value == "none" => "It has no timeout.".to_owned(),
                Kind::Lifetime => format!("The lifetime is {value}."),
                Kind::Attempts => format!("It allows {value}."),
                Kind::CodeShape => {
                    let mut words = value.splitn(3, ' ');
                    let (count, alphabet) = (words.next()?, words.next());
                    match (alphabet, words.next()) {
                        (None, _) => format!("The code has {count} digits."),
                        (Some("numeric"), None) => format!("The code has {count} digits numeric."),
                        (Some(alphabet), None) => {
                            format!("The code has {count} {alphabet} characters.")
                        }
                        (Some(alphabet), Some(case)) => {
                            format!("The code has {count} {alphabet} characters ({case}).")
                        }
                    }
                }
                Kind::Limit => format!("It has {value}."),
                Kind::Default => format!("The default is {value}."),
                _ => return None,
            })
        });
        let sentences: Vec<String> = sentences.collect();
        (!sentences.is_empty()).then(|| sentences.join(" "))
    }

    /// The members of a media type that say what is sent. A schema that is none of the known ones becomes a named one.
    fn body(&self, editor: &mut Editor, name: &str, absent: &str) -> Result<Vec<Member>, Refusal> {
        request_body(self.page, self.specification, editor, name, absent)
    }

    /// The known schema that the example response follows.
    fn response_schema(&self) -> Option<Node> {
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
        let fits = |name: &&String| follows(self.specification, Direction::Response, name, &said);
        let mut fitting = used.iter().filter(fits);
        let first = fitting.next()?;
        fitting
            .next()
            .is_none()
            .then(|| reference(&format!("/components/schemas/{first}")))
    }

    /// An operation that is not there.
    fn operation(&self, editor: &mut Editor, name: &str, path: &str) -> Result<(), Refusal> {
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
    fn tag(&self, path: &str) -> Option<(String, Option<String>)> {
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
    fn servers(&self, server: &str) -> Option<Node> {
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
                    join(&document::group(operation), "servers"),
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

    fn security(&self) -> (Node, Option<String>) {
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

    fn parameters(&self, path: &str) -> Vec<Node> {
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
    fn failures(&self, server: &str) -> Vec<(String, String)> {
        let document = &self.specification.document;
        let of = |operation: &Operation| -> BTreeSet<(String, String)> {
            let responses = document
                .get(&join(&document::group(operation), "responses"))
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
    let known = known_request(specification, &said);
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
fn known_request(specification: &Specification, said: &[Entry]) -> Option<String> {
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
            });
    let judge = Judge {
        lowered: specification,
        operation,
        documented: &documented,
        form: crate::page::Form::TightText,
    };
    properties && known && judge.differences(&said).is_empty()
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

/// Whether one request could fit two paths, and neither is the more special one.
fn overlap(one: &str, other: &str) -> bool {
    let (one, other): (Vec<&str>, Vec<&str>) =
        (one.split('/').collect(), other.split('/').collect());
    let open = |segment: &str| segment.starts_with('{');
    let mut pairs = one.iter().zip(&other);
    one.len() == other.len()
        && pairs.clone().all(|(a, b)| a == b || open(a) || open(b))
        && pairs.clone().any(|(a, b)| open(a) && !open(b))
        && pairs.any(|(a, b)| !open(a) && open(b))
}

pub(super) fn member(key: &str, value: impl Into<Node>) -> Member {
    Member {
        key: key.to_owned(),
        value: value.into(),
        note: None,
    }
}

fn list(statuses: &[String]) -> Node {
    Node::List(
        statuses
            .iter()
            .map(|status| status.clone().into())
            .collect(),
    )
}

/// A title as the summaries of the document are written.
fn sentence_case(title: &str) -> String {
    let mut words = title.split(' ');
    let first = words.next().unwrap_or_default().to_owned();
    words.fold(first, |text, word| {
        // What has capitals inside is a name.
        let rest = word.chars().skip(1);
        let word = if rest.into_iter().any(char::is_uppercase) {
            word.to_owned()
        } else {
            word.to_lowercase()
        };
        format!("{text} {word}")
    })
}
