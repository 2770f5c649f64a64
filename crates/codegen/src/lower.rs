//! From a document to the [model](crate::model): every media type of a request becomes an operation of its own.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde_json::{Map, Value};

use crate::document::{Document, join};
use crate::error::Result;
use crate::model::{
    Api, Body, Docs, Effect, Location, Operation, Parameter, Response, ResponseBody, Security,
    Server,
};
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
        for key in ["callbacks"] {
            if document.get(&join(&pointer, key)).is_some() {
                return Err(document.error(&join(&pointer, key), format!("`{key}` is unsupported")));
            }
        }
        let (security, anonymous) = self.security(&pointer)?;
        let shared = Shared {
            method: method.to_uppercase(),
            path: path.to_owned(),
            tag: text(document.get(&format!("{pointer}/tags/0"))),
            server: self.server(item, &pointer)?,
            security,
            anonymous,
            pointer,
        };
        let at = join(&shared.pointer, "requestBody");
        if document.get(&at).is_none() {
            return self.variant(item, &shared, &shared.pointer, None);
        }
        let (at, body) = document.resolve(&at)?;
        let at = join(&at, "content");
        let content = body.get("content").and_then(Value::as_object);
        let Some(content) = content.filter(|content| !content.is_empty()) else {
            return Err(document.error(&at, "this request body has no media type under `content`"));
        };
        let mut media_types: Vec<&String> = content.keys().collect();
        media_types.sort_by_key(|media_type| document.position(&join(&at, media_type)));
        for media_type in media_types {
            self.variant(item, &shared, &join(&at, media_type), Some(media_type))?;
        }
        Ok(())
    }

    /// One variant; `pointer` leads to the media type, or to the operation when there is none.
    fn variant(
        &mut self,
        item: &str,
        shared: &Shared,
        pointer: &str,
        media_type: Option<&str>,
    ) -> Result<()> {
        let document = self.document;
        let what = match media_type {
            Some(media_type) => format!("media type `{media_type}`"),
            None => format!("`{} {}`", shared.method, shared.path),
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

        let body = match media_type {
            None => Body::None,
            Some(media_type) => self.body(&id, pointer, media_type)?,
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

    fn body(&mut self, id: &str, pointer: &str, media_type: &str) -> Result<Body> {
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
        let essence = essence(&media_type);
        if !is_json(&essence) && essence != "application/x-www-form-urlencoded" {
            let message = format!(
                "a request body of type `{media_type}` is unsupported: only JSON and forms are"
            );
            return Err(document.error(pointer, message));
        }
        if !has_schema {
            let message = format!(
                "media type `{media_type}` has no `schema`: add one, or `x-no-body: true` if nothing is sent"
            );
            return Err(document.error(pointer, message));
        }
        Ok(Body::Content {
            schema: self.schemas.name_inline(&schema, &format!("{id}Body"))?,
            examples: self.examples(pointer)?,
            media_type,
        })
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

    fn parameters(
        &mut self,
        id: &str,
        item: &str,
        shared: &Shared,
        body: &Body,
    ) -> Result<Vec<Parameter>> {
        let document = self.document;
        let mut found: Vec<Parameter> = Vec::new();
        for owner in [item, &shared.pointer] {
            let list = join(owner, "parameters");
            let count = document
                .get(&list)
                .and_then(Value::as_array)
                .map_or(0, Vec::len);
            for index in 0..count {
                let (pointer, value) = document.resolve(&join(&list, &index.to_string()))?;
                let parameter = self.parameter(id, pointer, value)?;
                found.retain(|other| {
                    (&other.name, other.location) != (&parameter.name, parameter.location)
                });
                found.push(parameter);
            }
        }
        for name in template_names(&shared.path) {
            if !found
                .iter()
                .any(|parameter| parameter.location == Location::Path && parameter.name == name)
            {
                let message = format!(
                    "the path names `{{{name}}}`, but no path parameter of that name exists"
                );
                return Err(document.error(&shared.pointer, message));
            }
        }
        let mut taken = BTreeSet::from(["self".to_owned()]);
        if matches!(body, Body::Content { .. }) {
            taken.insert("body".to_owned());
        }
        for parameter in &mut found {
            parameter.argument = self.argument(parameter, &mut taken)?;
        }
        Ok(found)
    }

    fn argument(&self, parameter: &Parameter, taken: &mut BTreeSet<String>) -> Result<String> {
        let argument = heck::ToSnakeCase::to_snake_case(parameter.name.as_str());
        if taken.insert(argument.clone()) {
            return Ok(argument);
        }
        if parameter.location != Location::Path {
            let message = format!(
                "the parameter `{}` becomes the Rust argument `{argument}`, which another one has: rename one",
                parameter.name
            );
            return Err(self.document.error(&parameter.pointer, message));
        }
        // A path parameter is sent by its place, so that its argument may have another name.
        let numbered = (2..).map(|number| format!("{argument}_{number}"));
        let mut free = numbered.filter(|name| taken.insert(name.clone()));
        Ok(free.next().unwrap_or(argument))
    }

    fn parameter(&mut self, id: &str, pointer: String, value: &Value) -> Result<Parameter> {
        let document = self.document;
        let name = text(value.get("name")).unwrap_or_default();
        let location = match value.get("in").and_then(Value::as_str) {
            Some("path") => Location::Path,
            Some("query") => Location::Query,
            Some("header") => Location::Header,
            other => {
                let message = format!(
                    "a parameter in `{}` is unsupported",
                    other.unwrap_or_default()
                );
                return Err(document.error(&pointer, message));
            }
        };
        let style = value.get("style").and_then(Value::as_str);
        let default = if location == Location::Query {
            "form"
        } else {
            "simple"
        };
        if style.is_some_and(|style| style != default) {
            return Err(document.error(
                &join(&pointer, "style"),
                format!("only the style `{default}` is supported here"),
            ));
        }
        let schema = join(&pointer, "schema");
        if document.get(&schema).is_none() {
            return Err(document.error(&pointer, format!("the parameter `{name}` has no `schema`")));
        }
        let required = value.get("required") == Some(&Value::Bool(true));
        if location == Location::Path && !required {
            return Err(document.error(
                &pointer,
                format!("the path parameter `{name}` must say `required: true`"),
            ));
        }
        Ok(Parameter {
            location,
            required,
            description: text(value.get("description")),
            schema: self.schemas.name_inline(&schema, &format!("{id}-{name}"))?,
            example: value.get("example").cloned(),
            argument: String::new(),
            name,
            pointer,
        })
    }

    fn responses(&mut self, id: &str, shared: &Shared, variant: &str) -> Result<Vec<Response>> {
        let document = self.document;
        let all = join(&shared.pointer, "responses");
        let Some(documented) = document.get(&all).and_then(Value::as_object) else {
            return Err(document.error(&shared.pointer, "this operation has no `responses`"));
        };
        let chosen = self.chosen_responses(&all, documented, variant)?;
        let mut responses = Vec::new();
        for status in chosen {
            let (pointer, value) = document.resolve(&join(&all, &status))?;
            let content = join(&pointer, "content");
            let media_types = value.get("content").and_then(Value::as_object);
            let media_type = media_types.and_then(|content| {
                let json = |name: &&String| is_json(&essence(name));
                let exact = content
                    .keys()
                    .find(|name| essence(name) == "application/json");
                exact
                    .or_else(|| content.keys().find(json))
                    .or_else(|| content.keys().next())
            });
            let (body, examples) = match media_type {
                None => (ResponseBody::None, BTreeMap::new()),
                Some(media_type) => {
                    let at = join(&content, media_type);
                    let schema = join(&at, "schema");
                    let body = if is_json(&essence(media_type)) && document.get(&schema).is_some() {
                        ResponseBody::Json {
                            media_type: media_type.clone(),
                            schema: self
                                .schemas
                                .name_inline(&schema, &format!("{id}Response"))?,
                        }
                    } else {
                        ResponseBody::Open
                    };
                    (body, self.examples(&at)?)
                }
            };
            let headers = value.get("headers").and_then(Value::as_object);
            responses.push(Response {
                description: text(value.get("description")).unwrap_or_default(),
                headers: headers
                    .map(|headers| headers.keys().cloned().collect())
                    .unwrap_or_default(),
                status,
                body,
                examples,
                pointer,
            });
        }
        Ok(responses)
    }

    /// The statuses of a variant: those that `x-responses` names, else all.
    fn chosen_responses(
        &self,
        all: &str,
        documented: &Map<String, Value>,
        variant: &str,
    ) -> Result<Vec<String>> {
        let known = |status: &String| {
            let bytes = status.as_bytes();
            status == "default"
                || (bytes.len() == 3
                    && (b'1'..=b'5').contains(&bytes[0])
                    && (&bytes[1..] == b"XX" || bytes[1..].iter().all(u8::is_ascii_digit)))
        };
        for status in documented.keys().filter(|status| !status.starts_with("x-")) {
            if !known(status) {
                return Err(self
                    .document
                    .error(&join(all, status), format!("`{status}` is no status")));
            }
        }
        let narrowed = join(variant, "x-responses");
        let Some(chosen) = self.document.get(&narrowed) else {
            return Ok(documented
                .keys()
                .filter(|status| !status.starts_with("x-"))
                .cloned()
                .collect());
        };
        let mut statuses = Vec::new();
        for (index, status) in chosen.as_array().into_iter().flatten().enumerate() {
            let status = match status {
                Value::String(text) => text.clone(),
                other => other.to_string(),
            };
            if !documented.contains_key(&status) {
                let message = format!("`{status}` is not among the `responses` of this operation");
                return Err(self
                    .document
                    .error(&join(&narrowed, &index.to_string()), message));
            }
            statuses.push(status);
        }
        Ok(statuses)
    }

    fn server(&mut self, item: &str, operation: &str) -> Result<String> {
        let document = self.document;
        let owner = [operation, item, ""]
            .into_iter()
            .map(|owner| join(owner, "servers"))
            .find(|servers| {
                document
                    .get(servers)
                    .and_then(Value::as_array)
                    .is_some_and(|list| !list.is_empty())
            });
        let Some(pointer) = owner.map(|servers| join(&servers, "0")) else {
            return Err(document.error(
                operation,
                "this operation has no server: add `servers` to the document",
            ));
        };
        let url = text(document.get(&join(&pointer, "url"))).unwrap_or_default();
        let name = match text(document.get(&join(&pointer, "x-name"))) {
            Some(name) => name,
            None if self
                .servers
                .iter()
                .all(|server| server.name == "api" && server.url == url) =>
            {
                "api".to_owned()
            }
            None => {
                let message =
                    "a document with several servers names each: add `x-name` to this one";
                return Err(document.error(&pointer, message));
            }
        };
        if syn::parse_str::<syn::Ident>(&name).is_err() {
            let message = format!("`{name}` cannot be the name of a Rust module: choose another");
            return Err(document.error(&join(&pointer, "x-name"), message));
        }
        let known = self.servers.iter().find(|server| server.name == name);
        if let Some(known) = known {
            if known.url != url {
                let message = format!(
                    "the server `{name}` has another address elsewhere: `{}`",
                    known.url
                );
                return Err(document.error(&join(&pointer, "url"), message));
            }
            return Ok(name);
        }
        let variables = document
            .get(&join(&pointer, "variables"))
            .and_then(Value::as_object);
        let variables = variables
            .into_iter()
            .flatten()
            .filter_map(|(name, variable)| Some((name.clone(), text(variable.get("default"))?)));
        self.servers.push(Server {
            name: name.clone(),
            url,
            variables: variables.collect(),
            description: text(document.get(&join(&pointer, "description"))),
        });
        Ok(name)
    }

    fn security(&self, operation: &str) -> Result<(Vec<Security>, bool)> {
        let document = self.document;
        let own = join(operation, "security");
        let pointer = if document.get(&own).is_some() {
            own
        } else {
            "/security".to_owned()
        };
        let mut ways = Vec::new();
        let mut anonymous = false;
        for (index, requirement) in document
            .get(&pointer)
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .enumerate()
        {
            let at = join(&pointer, &index.to_string());
            let names: Vec<&String> = requirement
                .as_object()
                .into_iter()
                .flat_map(Map::keys)
                .collect();
            match names.as_slice() {
                [] => anonymous = true,
                [name] => ways.push(self.security_scheme(&at, name)?),
                _ => {
                    return Err(
                        document.error(&at, "several security schemes at once are unsupported")
                    );
                }
            }
        }
        Ok((ways, anonymous))
    }

    fn security_scheme(&self, at: &str, name: &str) -> Result<Security> {
        let pointer = join("/components/securitySchemes", name);
        if self.document.get(&pointer).is_none() {
            let message = format!("the security scheme `{name}` does not exist under `components`");
            return Err(self.document.error(at, message));
        }
        let (pointer, scheme) = self.document.resolve(&pointer)?;
        let field = |key: &str| scheme.get(key).and_then(Value::as_str).unwrap_or_default();
        let lower = field("scheme").to_lowercase();
        match (field("type"), field("in"), lower.as_str()) {
            ("http", _, "bearer") | ("oauth2" | "openIdConnect", ..) => Ok(Security::Bearer),
            ("http", _, "basic") => Ok(Security::Basic),
            ("apiKey", "cookie", _) => Ok(Security::Cookie(field("name").to_owned())),
            ("apiKey", "header", _) => Ok(Security::Header(field("name").to_owned())),
            ("apiKey", "query", _) => Ok(Security::Query(field("name").to_owned())),
            _ => Err(self.document.error(
                &pointer,
                format!("the security scheme `{name}` is of an unsupported kind"),
            )),
        }
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
