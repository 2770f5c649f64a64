//! From a document to the [model](crate::model): every media type of a request becomes an operation of its own.

mod parameters;
mod responses;
mod selection;
mod servers;

use std::collections::{BTreeMap, HashMap};

use serde_json::{Map, Value};

use self::selection::Selection;
use crate::document::{Document, join};
use crate::error::Result;
use crate::model::{Api, Body, Docs, Effect, Operation, Security, Selector, Server};
use crate::schemas::Schemas;

const METHODS: [&str; 6] = ["get", "put", "post", "delete", "patch", "head"];

/// Lowers a document.
///
/// # Errors
/// When the document is not OpenAPI 3.0, uses something that cannot be generated truthfully, or leaves out
/// what the lowering needs; the error names the line and says what to write there.
pub fn lower(document: &Document) -> Result<Api> {
    check_version(document)?;
    let mut lowering = Lowering {
        document,
        schemas: Schemas::new(document)?,
        servers: Vec::new(),
        operations: Vec::new(),
        names: HashMap::new(),
    };
    lowering.paths()?;
    let schemas = lowering.schemas.finish(&lowering.operations)?;
    Ok(Api {
        title: text(document.root().pointer("/info/title")).unwrap_or_default(),
        version: text(document.root().pointer("/info/version")).unwrap_or_default(),
        servers: lowering.servers,
        operations: lowering.operations,
        schemas,
    })
}

fn check_version(document: &Document) -> Result<()> {
    match document.get("/openapi").and_then(Value::as_str) {
        Some(version) if version.starts_with("3.0.") => Ok(()),
        Some(version) => {
            let message =
                format!("OpenAPI {version} is unsupported: write the document in OpenAPI 3.0");
            Err(document.error("/openapi", message))
        }
        None => Err(document.error(
            "",
            "this is no OpenAPI document: it has no `openapi: 3.0.x`",
        )),
    }
}

struct Lowering<'a> {
    document: &'a Document,
    schemas: Schemas<'a>,
    servers: Vec<Server>,
    operations: Vec<Operation>,
    /// Where each name of a variant and of its function was used first.
    names: HashMap<String, String>,
}

/// What the variants of one operation share.
struct Shared {
    pointer: String,
    method: String,
    path: String,
    tag: Option<String>,
    server: String,
    security: Vec<Security>,
    anonymous: bool,
    /// Whether the document says that a request may have no body.
    body_optional: bool,
}

/// What chooses a variant among those of its operation.
#[derive(Default)]
struct Choice<'a> {
    media_type: Option<&'a str>,
    selected: Option<Selection>,
}

impl Lowering<'_> {
    fn paths(&mut self) -> Result<()> {
        let document = self.document;
        let Some(paths) = document.get("/paths").and_then(Value::as_object) else {
            return Err(document.error("", "the document has no `paths`"));
        };
        let mut found = Vec::new();
        for (path, item) in paths {
            let pointer = join("/paths", path);
            if item.get("$ref").is_some() {
                return Err(document.error(
                    &pointer,
                    "a `$ref` in place of a path is unsupported: write the path out",
                ));
            }
            for key in item.as_object().into_iter().flat_map(Map::keys) {
                let at = join(&pointer, key);
                match key.as_str() {
                    method if METHODS.contains(&method) => found.push((path, pointer.clone(), key)),
                    "parameters" | "servers" | "summary" | "description" => {}
                    key if key.starts_with("x-") => {}
                    key => return Err(document.error(&at, format!("`{key}` is unsupported here"))),
                }
            }
        }
        // The tree of values is sorted by name; the generated code keeps the order of the document.
        found.sort_by_key(|(_, pointer, method)| document.position(&join(pointer, method)));
        for (path, pointer, method) in found {
            self.operation(path, &pointer, method)?;
        }
        Ok(())
    }

    fn operation(&mut self, path: &str, item: &str, method: &str) -> Result<()> {
        let document = self.document;
        let pointer = join(item, method);
        let callbacks = join(&pointer, "callbacks");
        if document.get(&callbacks).is_some() {
            return Err(document.error(&callbacks, "`callbacks` is unsupported"));
        }
        let (security, anonymous) = self.security(&pointer)?;
        let mut shared = Shared {
            method: method.to_uppercase(),
            path: path.to_owned(),
            tag: text(document.get(&format!("{pointer}/tags/0"))),
            server: self.server(item, &pointer)?,
            security,
            anonymous,
            body_optional: false,
            pointer,
        };
        let at = join(&shared.pointer, "requestBody");
        if document.get(&at).is_none() {
            return self.variant(item, &shared, &shared.pointer, &Choice::default());
        }
        let (at, body) = document.resolve(&at)?;
        // OpenAPI lets a body be absent where nothing is said; what is always sent is never wrong.
        shared.body_optional = body.get("required") == Some(&Value::Bool(false));
        let at = join(&at, "content");
        let content = body.get("content").and_then(Value::as_object);
        let Some(content) = content.filter(|content| !content.is_empty()) else {
            return Err(document.error(&at, "this request body has no media type under `content`"));
        };
        let mut media_types: Vec<&String> = content.keys().collect();
        media_types.sort_by_key(|media_type| document.position(&join(&at, media_type)));
        for media_type in media_types {
            let at = join(&at, media_type);
            let mut choice = Choice {
                media_type: Some(media_type),
                selected: None,
            };
            let selections = self.selections(&at)?;
            if selections.is_empty() {
                self.variant(item, &shared, &at, &choice)?;
            }
            for selection in selections {
                let pointer = selection.pointer.clone();
                choice.selected = Some(selection);
                self.variant(item, &shared, &pointer, &choice)?;
            }
        }
        Ok(())
    }

    /// One variant; `pointer` leads to what describes it: the operation, the media type or an entry of `x-variants`.
    fn variant(
        &mut self,
        item: &str,
        shared: &Shared,
        pointer: &str,
        choice: &Choice<'_>,
    ) -> Result<()> {
        let document = self.document;
        let media_type = choice.media_type;
        let selector = choice
            .selected
            .as_ref()
            .map(|selection| &selection.selector);
        let what = match (media_type, selector) {
            (Some(_), Some(Selector { property, value })) => {
                format!("the variant with `{property}` `{value}`")
            }
            (Some(media_type), None) => format!("media type `{media_type}`"),
            (None, _) => format!("`{} {}`", shared.method, shared.path),
        };
        let key = |standard: &'static str, extension: &'static str| {
            if media_type.is_some() {
                extension
            } else {
                standard
            }
        };
        let required = |key: &str, why: &str| {
            text(document.get(&join(pointer, key)))
                .filter(|text| !text.trim().is_empty())
                .ok_or_else(|| document.error(pointer, format!("{what} has no `{key}`: {why}")))
        };

        let id = required(
            key("operationId", "x-operation-id"),
            "give this variant a name of its own, in camelCase",
        )?;
        self.claim(&id, &join(pointer, key("operationId", "x-operation-id")))?;
        let summary = required(
            key("summary", "x-summary"),
            "say in one line what this variant does",
        )?;
        let words: Vec<&str> = Effect::ALL.iter().map(|(word, _)| *word).collect();
        let words = words.join("`, `");
        let effect = required(
            "x-effect",
            &format!("say what sending it twice would do: `{words}`"),
        )?;
        let Some((_, effect)) = Effect::ALL.into_iter().find(|(word, _)| *word == effect) else {
            let message = format!("`{effect}` is no effect: use one of `{words}`");
            return Err(document.error(&join(pointer, "x-effect"), message));
        };

        let body = match (media_type, &choice.selected) {
            (None, _) => Body::None,
            (Some(media_type), None) => {
                self.body(&id, pointer, media_type, !shared.body_optional)?
            }
            (Some(media_type), Some(selection)) => {
                self.selected_body(&id, media_type, selection)?
            }
        };
        let parameters = self.parameters(&id, item, shared, &body)?;
        let responses = self.responses(&id, shared, pointer)?;
        let docs = document.get(&join(pointer, "x-docs"));
        self.operations.push(Operation {
            summary,
            description: text(document.get(&join(pointer, key("description", "x-description")))),
            tag: shared.tag.clone(),
            method: shared.method.clone(),
            path: shared.path.clone(),
            server: shared.server.clone(),
            body,
            selector: selector.cloned(),
            parameters,
            security: shared.security.clone(),
            anonymous: shared.anonymous,
            deprecated: document.get(&join(&shared.pointer, "deprecated"))
                == Some(&Value::Bool(true)),
            effect,
            docs: docs.map(|docs| Docs {
                page: text(docs.get("page")).unwrap_or_default(),
                basis: text(docs.get("basis")).unwrap_or_default(),
            }),
            responses,
            pointer: pointer.to_owned(),
            id,
        });
        Ok(())
    }

    /// Refuses a second variant of the same name, also where only the Rust names are the same.
    fn claim(&mut self, id: &str, pointer: &str) -> Result<()> {
        let function = heck::ToSnakeCase::to_snake_case(id);
        if syn::parse_str::<syn::Ident>(&function).is_err() {
            let message = format!("`{id}` cannot be the name of a Rust function: choose another");
            return Err(self.document.error(pointer, message));
        }
        if let Some(first) = self.names.insert(function, pointer.to_owned()) {
            let line = self
                .document
                .position(&first)
                .map_or(0, |position| position.line);
            let message = format!("two variants are named `{id}`; the first stands on line {line}");
            return Err(self.document.error(pointer, message));
        }
        Ok(())
    }

    fn body(&mut self, id: &str, pointer: &str, media_type: &str, required: bool) -> Result<Body> {
        let document = self.document;
        let schema = join(pointer, "schema");
        let has_schema = document.get(&schema).is_some();
        let media_type = media_type.to_owned();
        if document.get(&join(pointer, "x-no-body")) == Some(&Value::Bool(true)) {
            if has_schema {
                return Err(document.error(
                    &schema,
                    "a media type with `x-no-body: true` has no `schema`",
                ));
            }
            return Ok(Body::Empty { media_type });
        }
        self.check_media_type(pointer, &media_type)?;
        if !has_schema {
            let message = format!(
                "media type `{media_type}` has no `schema`: add one, or `x-no-body: true` if nothing is sent"
            );
            return Err(document.error(pointer, message));
        }
        Ok(Body::Content {
            schema: self.schemas.name_inline(&schema, &format!("{id}Body"))?,
            required,
            examples: self.examples(pointer)?,
            media_type,
        })
    }

    fn check_media_type(&self, pointer: &str, media_type: &str) -> Result<()> {
        let essence = essence(media_type);
        if is_json(&essence) || essence == "application/x-www-form-urlencoded" {
            return Ok(());
        }
        let message = format!(
            "a request body of type `{media_type}` is unsupported: only JSON and forms are"
        );
        Err(self.document.error(pointer, message))
    }

    fn examples(&self, pointer: &str) -> Result<BTreeMap<String, Value>> {
        let mut examples = BTreeMap::new();
        if let Some(example) = self.document.get(&join(pointer, "example")) {
            examples.insert("example".to_owned(), example.clone());
        }
        let named = join(pointer, "examples");
        let names = self.document.get(&named).and_then(Value::as_object);
        for name in names.into_iter().flat_map(Map::keys) {
            let (_, example) = self.document.resolve(&join(&named, name))?;
            if let Some(value) = example.get("value") {
                examples.insert(name.clone(), value.clone());
            }
        }
        Ok(examples)
    }
}

/// The names in `{braces}` of a path template.
pub(crate) fn template_names(path: &str) -> Vec<&str> {
    path.split('{')
        .skip(1)
        .filter_map(|rest| rest.split_once('}').map(|(name, _)| name))
        .collect()
}

/// A media type in lower case without its parameters.
fn essence(media_type: &str) -> String {
    let essence = media_type.split(';').next().unwrap_or_default();
    essence.trim().to_ascii_lowercase()
}

fn is_json(essence: &str) -> bool {
    essence == "application/json" || essence.ends_with("+json")
}

fn text(value: Option<&Value>) -> Option<String> {
    match value? {
        Value::String(text) => Some(text.trim_end().to_owned()),
        Value::Null => None,
        other => Some(other.to_string()),
    }
}
