//! From a document to the [model](crate::model): every media type of a request becomes an operation of its own.

mod finish;
mod media_type;
mod parameters;
mod responses;
mod selection;
mod servers;
mod types;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt;

use serde_json::{Map, Value};

use self::media_type::is_same;
pub(crate) use self::media_type::{FORM, essence};
use self::selection::Selection;
use self::types::Types;
use crate::check::check;
use crate::document::{Document, join};
use crate::error::{Error, Kind, Result};
use crate::model::{
    Api, Body, Docs, Effect, Format, Operation, ResponseBody, Schema, Security, Selector, Server,
    Type,
};
use crate::names::{can_name_variant, constant_name, request_name};
use crate::schemas::Schemas;

pub(crate) const METHODS: [&str; 8] = [
    "get", "put", "post", "delete", "patch", "head", "options", "trace",
];

/// Lowers a document.
///
/// # Errors
/// When the document is not OpenAPI 3.0, uses something that cannot be generated truthfully, or leaves out
/// what the lowering needs; the error names every such place and says what to write there.
pub fn lower(document: &Document) -> Result<Api> {
    lower_as(document, false).map(|(api, _)| api)
}

/// Lowers what is supported of a document, and lists the variants that are left out.
///
/// # Errors
/// As for [`lower`], but for constructs that are unsupported: they refuse the variants that use them alone.
pub fn lower_supported(document: &Document) -> Result<(Api, Vec<Skipped>)> {
    lower_as(document, true)
}

/// A variant that is left out, since it uses something that is not supported.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Skipped {
    /// What the variant is: its method, path and media type.
    pub variant: String,
    /// What is not supported, and where.
    pub reason: Error,
}

impl fmt::Display for Skipped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let file = self.reason.file();
        if let Some(place) = self.reason.position() {
            write!(f, "{file}:{}:{}: ", place.line, place.column)?;
        }
        write!(f, "skipped {}: {}", self.variant, self.reason.message())
    }
}

fn lower_as(document: &Document, skip: bool) -> Result<(Api, Vec<Skipped>)> {
    check_version(document)?;
    let mut errors = check(document);
    errors.retain(|error| !(skip && error.is_unsupported()));
    let mut lowering = Lowering {
        document,
        schemas: Schemas::new(document),
        servers: Vec::new(),
        drafts: Vec::new(),
        names: HashMap::new(),
    };
    lowering.paths()?;
    let Lowering {
        schemas,
        servers,
        mut drafts,
        ..
    } = lowering;

    let mut types = Types::new(document, schemas);
    types.decide();
    for draft in &mut drafts {
        draft.find_types(&mut types);
    }
    types.decide();
    let (schemas, mut kinds, unsaid) = types.finish();

    let mut operations = Vec::new();
    let mut skipped = Vec::new();
    for mut draft in drafts {
        if let Some(operation) = &draft.operation {
            let types = finish::sent(operation)
                .into_iter()
                .chain(finish::answered(operation));
            for name in finish::reached(&kinds, types) {
                draft
                    .errors
                    .extend(schemas.broken.get(name).into_iter().flatten().cloned());
            }
        }
        match (Error::all(draft.errors), draft.operation) {
            (None, Some(operation)) => operations.push(operation),
            (None, None) => {}
            (Some(reason), _) if skip && reason.is_unsupported() => skipped.push(Skipped {
                variant: draft.variant,
                reason: reason.unsupported_first(),
            }),
            (Some(error), _) => errors.push(error),
        }
    }
    for broken in schemas.broken.values().flatten() {
        if !(skip && broken.is_unsupported()) {
            errors.push(broken.clone());
        }
    }
    if let Some(error) = Error::all(errors) {
        return Err(error);
    }
    let kept = kept(&schemas, &kinds, &operations);
    kinds.retain(|name, _| kept.contains(name));
    let in_response = finish::finish(&mut kinds, &unsaid, &operations);
    let mut named = schemas.named;
    let schemas = kinds.into_iter().filter_map(|(name, kind)| {
        let named = named.remove(&name)?;
        let schema = Schema {
            kind,
            in_response: in_response.contains(&name),
            value: named.value,
            type_name: named.type_name,
            pointer: named.pointer,
        };
        Some((name, schema))
    });
    let used: BTreeSet<&str> = operations
        .iter()
        .map(|operation| operation.server.as_str())
        .collect();
    let api = Api {
        title: text(document.root().pointer("/info/title")).unwrap_or_default(),
        version: text(document.root().pointer("/info/version")).unwrap_or_default(),
        servers: servers
            .into_iter()
            .filter(|server| used.contains(server.name.as_str()))
            .collect(),
        schemas: schemas.collect(),
        operations,
    };
    Ok((api, skipped))
}

/// The names of the schemas that are generated: those of the document and of the operations, but for the broken ones.
fn kept(
    schemas: &Schemas<'_>,
    kinds: &BTreeMap<String, crate::model::SchemaKind>,
    operations: &[Operation],
) -> BTreeSet<String> {
    let is_whole = |name: &str| {
        let own = Type::Named(name.to_owned());
        let reached = finish::reached(kinds, [&own]);
        let reached: Vec<String> = reached.into_iter().map(str::to_owned).collect();
        reached
            .iter()
            .all(|name| !schemas.broken.contains_key(name))
    };
    let components = schemas.named.iter().filter(|(_, named)| {
        let rest = named
            .pointer
            .strip_prefix(crate::schemas::COMPONENTS)
            .unwrap_or_default();
        rest.rfind('/') == Some(0)
    });
    let mut roots: Vec<Type> = components
        .filter(|(name, _)| schemas.broken.is_empty() || is_whole(name))
        .map(|(name, _)| Type::Named(name.clone()))
        .collect();
    for operation in operations {
        roots.extend(finish::sent(operation).into_iter().cloned());
        roots.extend(finish::answered(operation).into_iter().cloned());
    }
    let reached = finish::reached(kinds, &roots);
    reached.into_iter().map(str::to_owned).collect()
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
    drafts: Vec<Draft>,
    /// Where each name of a variant and of its function was used first.
    names: HashMap<String, String>,
}

/// A variant, as far as it could be read, with what is wrong with it.
struct Draft {
    variant: String,
    operation: Option<Operation>,
    errors: Vec<Error>,
}

impl Draft {
    /// Finds the types of what the variant sends and is answered.
    fn find_types(&mut self, types: &mut Types<'_>) {
        let Some(operation) = &mut self.operation else {
            return;
        };
        let id = &operation.id;
        let mut outcomes = Vec::new();
        for parameter in &mut operation.parameters {
            let hint = format!("{id}-{}", parameter.name);
            outcomes.push(
                types
                    .of(&parameter.schema, &hint, &parameter.pointer)
                    .and_then(|ty| {
                        parameter.ty = ty;
                        types.check_parameter(parameter)
                    }),
            );
        }
        if let Body::Content {
            ty, schema, format, ..
        } = &mut operation.body
        {
            outcomes.push(match format {
                Format::Bytes => Ok(()),
                Format::Json | Format::Form => types
                    .of(schema, &format!("{id}Body"), &operation.pointer)
                    .and_then(|found| {
                        *ty = found;
                        types.check_body(ty, *format, &operation.pointer)
                    }),
            });
        }
        for response in &mut operation.responses {
            if let ResponseBody::Json { ty, schema, .. } = &mut response.body {
                let found = types.of(schema, &format!("{id}Response"), &response.pointer);
                outcomes.push(found.map(|found| *ty = found));
            }
        }
        self.errors
            .extend(outcomes.into_iter().filter_map(Result::err));
    }
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
    /// Whether there is one variant alone, which the operation itself can describe.
    sole: bool,
    /// What is wrong with all variants.
    errors: Vec<Error>,
}

/// What chooses a variant among those of its operation.
#[derive(Default)]
struct Choice<'a> {
    media_type: Option<&'a str>,
    selected: Option<Selection>,
}

/// Takes the value of a result, or puts its error to the others.
fn keep<T>(errors: &mut Vec<Error>, result: Result<T>) -> Option<T> {
    result.map_err(|error| errors.push(error)).ok()
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
            if path.starts_with("x-") {
                continue;
            }
            if item.get("$ref").is_some() {
                let message = "a `$ref` in place of a path is unsupported: write the path out";
                self.lost(path, document.unsupported("path", &pointer, message));
                continue;
            }
            for key in item.as_object().into_iter().flat_map(Map::keys) {
                let at = join(&pointer, key);
                match key.as_str() {
                    method if METHODS.contains(&method) => found.push((path, pointer.clone(), key)),
                    "parameters" | "servers" | "summary" | "description" => {}
                    key if key.starts_with("x-") => {}
                    key => {
                        let message = format!("`{key}` is unsupported here");
                        self.lost(path, document.unsupported("method", &at, message));
                    }
                }
            }
        }
        // The tree of values is sorted by name; the generated code keeps the order of the document.
        found.sort_by_key(|(_, pointer, method)| document.position(&join(pointer, method)));
        for (path, pointer, method) in found {
            match self.check_path(path, &pointer) {
                Ok(()) => self.operation(path, &pointer, method),
                Err(error) => self.lost(&format!("{} {path}", method.to_uppercase()), error),
            }
        }
        Ok(())
    }

    /// Refuses a path that no template is, or that could not be sent as it is written.
    fn check_path(&self, path: &str, pointer: &str) -> Result<()> {
        let document = self.document;
        if !path.starts_with('/') {
            let message = format!("the path `{path}` does not begin with `/`");
            return Err(document.error(pointer, message));
        }
        if let Some(character) = path
            .chars()
            .find(|character| ['?', '#'].contains(character))
        {
            let message = format!(
                "a path with `{character}` is unsupported: what follows it is not part of a path; \
                 declare query parameters under `parameters`"
            );
            return Err(document.unsupported("path", pointer, message));
        }
        let names = template_names(path);
        let literal = names.iter().fold(path.to_owned(), |rest, name| {
            rest.replacen(&format!("{{{name}}}"), "", 1)
        });
        if literal.contains(['{', '}'])
            || names
                .iter()
                .any(|name| name.is_empty() || name.contains('{'))
        {
            let message = format!("the path `{path}` has a brace that belongs to no parameter");
            return Err(document.error(pointer, message));
        }
        let mut seen = BTreeSet::new();
        if let Some(name) = names.iter().find(|name| !seen.insert(**name)) {
            let message = format!("a path that names `{{{name}}}` twice is unsupported");
            return Err(document.unsupported("path", pointer, message));
        }
        Ok(())
    }

    /// Notes an error of which no variant can be told.
    fn lost(&mut self, variant: &str, error: Error) {
        self.drafts.push(Draft {
            variant: format!("`{variant}`"),
            operation: None,
            errors: vec![error],
        });
    }

    fn operation(&mut self, path: &str, item: &str, method: &str) {
        let document = self.document;
        let pointer = join(item, method);
        let mut errors = Vec::new();
        let callbacks = join(&pointer, "callbacks");
        if document.get(&callbacks).is_some() {
            errors.push(document.unsupported(
                "callbacks",
                &callbacks,
                "`callbacks` is unsupported",
            ));
        }
        let security = self.security(&pointer);
        let (security, anonymous) = keep(&mut errors, security).unwrap_or_default();
        let server = self.server(item, &pointer);
        let mut shared = Shared {
            method: method.to_uppercase(),
            path: path.to_owned(),
            tag: text(document.get(&format!("{pointer}/tags/0"))),
            server: keep(&mut errors, server).unwrap_or_default(),
            security,
            anonymous,
            body_optional: false,
            sole: true,
            errors,
            pointer,
        };
        let at = join(&shared.pointer, "requestBody");
        if document.get(&at).is_none() {
            return self.variant(item, &shared, &shared.pointer, &Choice::default());
        }
        let (at, body) = match document.resolve(&at) {
            Ok(found) => found,
            Err(error) => return self.lost(path, error),
        };
        // OpenAPI lets a body be absent where nothing is said; what is always sent is never wrong.
        shared.body_optional = body.get("required") == Some(&Value::Bool(false));
        let at = join(&at, "content");
        let content = body.get("content").and_then(Value::as_object);
        let Some(content) = content.filter(|content| !content.is_empty()) else {
            let message = "this request body has no media type under `content`";
            return self.lost(path, document.error(&at, message));
        };
        shared.sole = content.len() == 1;
        let mut media_types: Vec<&String> = content.keys().collect();
        media_types.sort_by_key(|media_type| document.position(&join(&at, media_type)));
        for (index, media_type) in media_types.iter().copied().enumerate() {
            let at = join(&at, media_type);
            let mut earlier = media_types[..index].iter();
            if let Some(first) = earlier.find(|other| is_same(other, media_type)) {
                let message = format!(
                    "`{media_type}` is the same media type as `{first}`: media types ignore case"
                );
                self.lost(path, document.error(&at, message));
                continue;
            }
            let mut choice = Choice {
                media_type: Some(media_type),
                selected: None,
            };
            match self.selections(&at) {
                Ok(selections) if selections.is_empty() => {
                    self.variant(item, &shared, &at, &choice);
                }
                Ok(selections) => {
                    for selection in selections {
                        let pointer = selection.pointer.clone();
                        choice.selected = Some(selection);
                        self.variant(item, &shared, &pointer, &choice);
                    }
                }
                Err(error) => self.lost(path, error),
            }
        }
    }

    /// One variant; `pointer` leads to what describes it: the operation, the media type or an entry of `x-variants`.
    fn variant(&mut self, item: &str, shared: &Shared, pointer: &str, choice: &Choice<'_>) {
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
        // The only variant of an operation can be described by the operation: its `operationId` names it.
        let is_sole = shared.sole && choice.selected.is_none();
        let places = |standard: &'static str, extension: &'static str| {
            let mut places = vec![join(pointer, extension)];
            if is_sole {
                places.push(join(&shared.pointer, extension));
                places.push(join(&shared.pointer, standard));
            }
            places
        };
        let find = |places: &[String]| {
            places.iter().find_map(|place| {
                let text = text(document.get(place))?;
                (!text.trim().is_empty()).then(|| (place.clone(), text))
            })
        };
        let required = |standard: &'static str, extension: &'static str, kind: Kind, why: &str| {
            let key = if media_type.is_some() {
                extension
            } else {
                standard
            };
            find(&places(standard, extension)).ok_or_else(|| {
                document.fault(kind, pointer, format!("{what} has no `{key}`: {why}"))
            })
        };

        let mut errors = shared.errors.clone();
        let id = required(
            "operationId",
            "x-operation-id",
            Kind::MissingName,
            "give this variant a name of its own, in camelCase",
        );
        let id = keep(&mut errors, id);
        if let Some((place, id)) = &id {
            let claimed = self.claim(id, place);
            keep(&mut errors, claimed);
        }
        let id = id.map(|(_, id)| id).unwrap_or_else(|| "unnamed".to_owned());
        let summary = required(
            "summary",
            "x-summary",
            Kind::MissingSummary,
            "say in one line what this variant does",
        );
        let summary = keep(&mut errors, summary)
            .map(|(_, text)| text)
            .unwrap_or_default();
        let effect = required(
            "x-effect",
            "x-effect",
            Kind::MissingEffect,
            &format!("say what sending it twice would do: {}", Effect::words()),
        );
        let effect = effect.and_then(|(place, effect)| {
            effect
                .parse::<Effect>()
                .map_err(|message| document.error(&place, message))
        });
        let effect = keep(&mut errors, effect).unwrap_or(Effect::ChangesState);

        let body = match (media_type, &choice.selected) {
            (None, _) => Ok(Body::None),
            (Some(media_type), None) => self.body(&id, pointer, media_type, !shared.body_optional),
            (Some(media_type), Some(selection)) => self.selected_body(&id, media_type, selection),
        };
        let body = keep(&mut errors, body).unwrap_or(Body::None);
        let parameters = self.parameters(&id, item, shared, &body, &mut errors);
        let responses = self.responses(&id, shared, pointer);
        let responses = keep(&mut errors, responses).unwrap_or_default();
        errors.extend(self.schemas.take_errors());
        let docs = document.get(&join(pointer, "x-docs"));
        let description = find(&places("description", "x-description"));
        let operation = Operation {
            summary,
            description: description.map(|(_, text)| text),
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
        };
        let media_type = media_type.map(|media_type| format!(" with `{media_type}`"));
        self.drafts.push(Draft {
            variant: format!(
                "`{} {}`{}",
                shared.method,
                shared.path,
                media_type.unwrap_or_default()
            ),
            operation: Some(operation),
            errors,
        });
    }

    /// Refuses a second variant of the same name, also where only the Rust names are the same.
    fn claim(&mut self, id: &str, pointer: &str) -> Result<()> {
        let function = heck::ToSnakeCase::to_snake_case(id);
        let ty = request_name(id);
        if !can_name_variant(id) {
            let message = format!("`{id}` cannot be the name of a Rust function: choose another");
            return Err(self.document.fault(Kind::Name, pointer, message));
        }
        // Functions, types and constants do not get in each other's way.
        for name in [
            format!("fn {function}"),
            format!("struct {ty}"),
            format!("static {}", constant_name(id)),
        ] {
            let Some(first) = self.names.insert(name, pointer.to_owned()) else {
                continue;
            };
            let line = self
                .document
                .position(&first)
                .map_or(0, |position| position.line);
            let message = format!("two variants are named `{id}`; the first stands on line {line}");
            return Err(self.document.fault(Kind::Name, pointer, message));
        }
        Ok(())
    }

    fn body(&mut self, id: &str, pointer: &str, media_type: &str, required: bool) -> Result<Body> {
        let document = self.document;
        let schema = join(pointer, "schema");
        let has_schema = document.get(&schema).is_some();
        let media_type = media_type.to_owned();
        if document.get(&join(pointer, "x-no-body")) == Some(&Value::Bool(true)) {
            self.check_media_type(pointer, &media_type)?;
            if has_schema {
                return Err(document.error(
                    &schema,
                    "a media type with `x-no-body: true` has no `schema`",
                ));
            }
            return Ok(Body::Empty { media_type });
        }
        let format = self.format(pointer, &media_type)?;
        if !has_schema && format != Format::Bytes {
            let message = format!(
                "media type `{media_type}` has no `schema`: add one, or `x-no-body: true` if nothing is sent"
            );
            return Err(document.error(pointer, message));
        }
        let encoding = join(pointer, "encoding");
        if document.get(&encoding).is_some() {
            let message = "`encoding` is unsupported: forms are written as OpenAPI does by default";
            return Err(document.unsupported("encoding", &encoding, message));
        }
        let (schema, ty) = match format {
            Format::Bytes => (Value::Null, Type::Bytes),
            Format::Json | Format::Form => (
                self.schemas.name_inline(&schema, &format!("{id}Body")),
                Type::Any,
            ),
        };
        Ok(Body::Content {
            format,
            required,
            ty,
            schema,
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
}

/// The names in `{braces}` of a path template.
pub(crate) fn template_names(path: &str) -> Vec<&str> {
    path.split('{')
        .skip(1)
        .filter_map(|rest| rest.split_once('}').map(|(name, _)| name))
        .collect()
}

fn text(value: Option<&Value>) -> Option<String> {
    match value? {
        Value::String(text) => Some(text.trim_end().to_owned()),
        Value::Null => None,
        other => Some(other.to_string()),
    }
}
