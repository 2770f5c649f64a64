//! Writes the extensions that a document of another API lacks into its text.

use std::collections::BTreeSet;

use heck::{ToLowerCamelCase, ToSnakeCase, ToUpperCamelCase};
use serde_json::{Map, Value};

use crate::document::{Document, join};
use crate::error::Result;
use crate::lower::{METHODS, essence};
use crate::names::{can_name_variant, is_identifier, numbered, request_name};

/// A document with the extensions that it lacked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Adopted {
    /// The text, in which everything else is as it was.
    pub text: String,
    /// How many extensions were added.
    pub added: usize,
}

/// Adds what the lowering needs and the document lacks: names, summaries and effects.
///
/// Comments, order and quotes stay. Summaries that nobody wrote begin with `TODO`; an effect that nobody declared is
/// `changes-state`, which is never assumed to be harmless. `get_is_read` declares that every GET and HEAD is `read`.
///
/// ```
/// use pingone_codegen::{Document, adopt, lower};
///
/// let document = Document::parse("doors.yaml", r#"
/// openapi: 3.0.3
/// info: { title: Doors, version: '1' }
/// paths:
///   /doors: # all of them
///     get:
///       operationId: listDoors
///       responses: { '204': { description: None. } }
/// "#)?;
/// assert!(lower(&document).is_err());
///
/// let adopted = adopt(&document, true)?;
/// assert!(adopted.text.contains("/doors: # all of them"));
/// let api = lower(&Document::parse("doors.yaml", adopted.text)?)?;
/// assert_eq!(api.operations[0].id, "listDoors");
/// # Ok::<(), pingone_codegen::Error>(())
/// ```
///
/// # Errors
/// When a reference to a request body leads nowhere, or the layout of the document cannot hold the extensions.
pub fn adopt(document: &Document, get_is_read: bool) -> Result<Adopted> {
    let mut adoption = Adoption {
        document,
        get_is_read,
        insertions: Vec::new(),
        taken: BTreeSet::new(),
        claimed: BTreeSet::new(),
    };
    adoption.take_names();
    adoption.servers();
    adoption.paths()?;
    let adopted = adoption.write();
    // What cannot be read any more is not handed out, however odd the layout of the document is.
    Document::parse(document.name(), adopted.text.as_str()).map_err(|error| {
        let message = format!(
            "the extensions cannot be written into the layout of this document ({}): \
             write each key on a line of its own, indented with spaces",
            error.message()
        );
        document.error("", message)
    })?;
    Ok(adopted)
}

struct Adoption<'a> {
    document: &'a Document,
    get_is_read: bool,
    /// The mappings with the keys that they lack.
    insertions: Vec<(String, Vec<(&'static str, String)>)>,
    /// The names in use, as functions and as types.
    taken: BTreeSet<String>,
    /// Those of them that a variant has got already.
    claimed: BTreeSet<String>,
}

/// The Rust names of a variant, in which two variants must not agree.
fn rust_names(id: &str) -> [String; 2] {
    [id.to_snake_case(), request_name(id)]
}

impl Adoption<'_> {
    /// The operations, each with its path and its pointer.
    fn operations(&self) -> Vec<(String, String, String)> {
        let paths = self.document.get("/paths").and_then(Value::as_object);
        let mut found = Vec::new();
        for (path, item) in paths.into_iter().flatten() {
            for method in item.as_object().into_iter().flat_map(Map::keys) {
                let pointer = join(&join("/paths", path), method);
                if METHODS.contains(&method.as_str())
                    && self.document.get(&pointer).is_some_and(Value::is_object)
                {
                    found.push((path.clone(), method.clone(), pointer));
                }
            }
        }
        found.sort_by_key(|(_, _, pointer)| self.document.position(pointer));
        found
    }

    /// The names that the document gives already.
    fn take_names(&mut self) {
        let mut open = vec![self.document.root()];
        while let Some(value) = open.pop() {
            match value {
                Value::Object(members) => {
                    if let Some(id) = members.get("x-operation-id").and_then(Value::as_str) {
                        self.taken.extend(rust_names(id));
                    }
                    open.extend(members.values());
                }
                Value::Array(items) => open.extend(items),
                _ => {}
            }
        }
        for (_, _, pointer) in self.operations() {
            if self.is_described_by_itself(&pointer)
                && let Some(id) = self.text(&pointer, "operationId")
            {
                self.taken.extend(rust_names(&id));
            }
        }
    }

    fn text(&self, pointer: &str, key: &str) -> Option<String> {
        let text = self.document.get(&join(pointer, key))?.as_str()?.trim();
        (!text.is_empty()).then(|| text.to_owned())
    }

    /// Names the servers where there are several.
    fn servers(&mut self) {
        let document = self.document;
        let mut owners = vec![String::new()];
        for (path, _, pointer) in self.operations() {
            owners.push(join("/paths", &path));
            owners.push(pointer);
        }
        owners.dedup();
        let mut first = Vec::new();
        for owner in owners {
            let server = join(&join(&owner, "servers"), "0");
            if document.get(&server).is_some_and(Value::is_object) && !first.contains(&server) {
                first.push(server);
            }
        }
        let urls: BTreeSet<Option<String>> = first
            .iter()
            .map(|server| self.text(server, "url"))
            .collect();
        if urls.len() < 2 {
            return;
        }
        let mut names: Vec<(Option<String>, String)> = Vec::new();
        for server in first {
            if self.text(&server, "x-name").is_some() {
                continue;
            }
            let url = self.text(&server, "url");
            let known = names.iter().find(|(known, _)| *known == url);
            let name = match known {
                Some((_, name)) => name.clone(),
                None => {
                    let host = url.as_deref().unwrap_or_default();
                    let host = host.split_once("://").map_or(host, |(_, rest)| rest);
                    let label = host.split(['.', '/', ':']).next().unwrap_or_default();
                    let wanted = label.to_snake_case();
                    let wanted = if is_identifier(&wanted) {
                        wanted
                    } else {
                        "server".to_owned()
                    };
                    let name = numbered(&wanted, "_", |name| {
                        names.iter().all(|(_, other)| other != name)
                    });
                    names.push((url, name.clone()));
                    name
                }
            };
            if let Some(key) = self.free_key(&server, &["x-name"]) {
                self.insertions.push((server, vec![(key, name)]));
            }
        }
    }

    /// Whether an operation describes its only variant: it has no body, or one of which the media type says nothing.
    fn is_described_by_itself(&self, operation: &str) -> bool {
        let body = join(operation, "requestBody");
        let Ok((body, _)) = self.document.resolve(&body) else {
            return self.document.get(&body).is_none();
        };
        let content = join(&body, "content");
        let media_types = self.document.get(&content).and_then(Value::as_object);
        let mut media_types = media_types.into_iter().flat_map(Map::keys);
        let (Some(media_type), None) = (media_types.next(), media_types.next()) else {
            return false;
        };
        let at = join(&content, media_type);
        let extensions = ["x-operation-id", "x-summary", "x-effect", "x-variants"];
        extensions
            .iter()
            .all(|key| self.document.get(&join(&at, key)).is_none())
    }

    fn paths(&mut self) -> Result<()> {
        let document = self.document;
        let mut seen = BTreeSet::new();
        for (path, method, pointer) in self.operations() {
            let id = self.text(&pointer, "operationId");
            let id = id.unwrap_or_else(|| {
                format!(
                    "{method}{}",
                    path.replace(['{', '}'], "").to_upper_camel_case()
                )
            });
            let summary = self.text(&pointer, "summary").or_else(|| {
                let description = self.text(&pointer, "description")?;
                description.lines().next().map(str::to_owned)
            });
            let body = join(&pointer, "requestBody");
            if self.is_described_by_itself(&pointer) {
                self.variant(
                    &pointer,
                    &method,
                    &id,
                    summary.as_deref(),
                    "operationId",
                    "summary",
                );
                continue;
            }
            let (body, _) = document.resolve(&body)?;
            // Operations that share a body of several media types would share their names: these are to be written out.
            let content = join(&body, "content");
            let media_types = document.get(&content).and_then(Value::as_object);
            let media_types: Vec<&String> = media_types.into_iter().flat_map(Map::keys).collect();
            for media_type in &media_types {
                let at = join(&content, media_type);
                if !seen.insert(at.clone()) || document.get(&join(&at, "x-variants")).is_some() {
                    continue;
                }
                let id = if media_types.len() == 1 {
                    id.clone()
                } else {
                    let essence = essence(media_type);
                    let subtype = essence.rsplit('/').next().unwrap_or_default();
                    let subtype = subtype.trim_end_matches("+json").trim_end_matches("+yaml");
                    format!("{id}-{}", subtype.replace('*', "any"))
                };
                self.variant(
                    &at,
                    &method,
                    &id,
                    summary.as_deref(),
                    "x-operation-id",
                    "x-summary",
                );
            }
        }
        Ok(())
    }

    /// The first of some keys that a mapping does not have: one that has no usable value cannot be written a second time.
    fn free_key(&self, pointer: &str, keys: &[&'static str]) -> Option<&'static str> {
        let is_free = |key: &&&str| self.document.get(&join(pointer, key)).is_none();
        keys.iter().find(is_free).copied()
    }

    /// Adds what a variant lacks.
    fn variant(
        &mut self,
        pointer: &str,
        method: &str,
        id: &str,
        summary: Option<&str>,
        id_key: &'static str,
        summary_key: &'static str,
    ) {
        if !self.document.get(pointer).is_some_and(Value::is_object) {
            return;
        }
        let mut lacking = Vec::new();
        let own = self
            .text(pointer, "x-operation-id")
            .or_else(|| self.text(pointer, id_key));
        let has_own = own.is_some_and(|id| {
            let names = rust_names(&id);
            let is_free = names.iter().all(|name| !self.claimed.contains(name));
            self.claimed.extend(names);
            is_free && can_name_variant(&id)
        });
        if !has_own {
            let wanted = id.to_lower_camel_case();
            let wanted = if can_name_variant(&wanted) {
                wanted
            } else {
                format!("call{}", id.to_upper_camel_case())
            };
            let id = numbered(&wanted, "V", |id| {
                rust_names(id).iter().all(|name| !self.taken.contains(name))
            });
            self.taken.extend(rust_names(&id));
            let key = self.free_key(pointer, &[id_key, "x-operation-id"]);
            lacking.extend(key.map(|key| (key, id)));
        }
        if self
            .text(pointer, "x-summary")
            .or_else(|| self.text(pointer, summary_key))
            .is_none()
        {
            let summary = summary.map_or_else(
                || "TODO: say in one line what this does.".to_owned(),
                str::to_owned,
            );
            let key = self.free_key(pointer, &[summary_key, "x-summary"]);
            lacking.extend(key.map(|key| (key, summary)));
        }
        if self.text(pointer, "x-effect").is_none() {
            let reads = self.get_is_read && ["get", "head"].contains(&method);
            let effect = if reads { "read" } else { "changes-state" };
            let key = self.free_key(pointer, &["x-effect"]);
            lacking.extend(key.map(|key| (key, effect.to_owned())));
        }
        if !lacking.is_empty() {
            self.insertions.push((pointer.to_owned(), lacking));
        }
    }

    /// The text with the insertions, each before the first key of its mapping.
    fn write(mut self) -> Adopted {
        let text = self.document.text();
        let first_key = |pointer: &str| {
            let members = self.document.get(pointer)?.as_object()?;
            let keys = members
                .keys()
                .filter_map(|key| Some(self.document.extent(&join(pointer, key))?.key?.start));
            keys.min()
        };
        let mut placed: Vec<(usize, String, usize)> = Vec::new();
        for (pointer, lacking) in std::mem::take(&mut self.insertions) {
            let flow = self
                .document
                .extent(&pointer)
                .is_some_and(|extent| extent.flow);
            let count = lacking.len();
            let Some(start) = first_key(&pointer) else {
                // An empty mapping in brackets.
                if let Some(extent) = self.document.extent(&pointer) {
                    let members: Vec<String> = lacking
                        .iter()
                        .map(|(key, value)| format!("\"{key}\": {}", Value::from(value.as_str())))
                        .collect();
                    placed.push((extent.value.start + 1, members.join(", "), count));
                }
                continue;
            };
            let line = text[..start].rfind(['\n', '\r']).map_or(0, |end| end + 1);
            let before = &text[line..start];
            // In a block, and in brackets over several lines, each key has its own line.
            let own_line = before.trim().is_empty();
            let mut inserted = String::new();
            // JSON has no comments.
            let todo = flow
                && self.free_key(&pointer, &["x-todo"]).is_some()
                && lacking
                    .iter()
                    .any(|(key, value)| *key == "x-effect" && value == "changes-state");
            let todo = todo.then(|| ("x-todo", "TODO: decide about x-effect".to_owned()));
            for (key, value) in lacking.into_iter().chain(todo) {
                let value = Value::from(value.as_str());
                match (flow, own_line) {
                    (true, true) => inserted.push_str(&format!("\"{key}\": {value},\n{before}")),
                    (true, false) => inserted.push_str(&format!("\"{key}\": {value}, ")),
                    (false, _) => {
                        let column = text[line..start].chars().count();
                        let todo = if key == "x-effect" && value == "changes-state" {
                            " # TODO: decide"
                        } else {
                            ""
                        };
                        inserted.push_str(&format!("{key}: {value}{todo}\n{}", " ".repeat(column)));
                    }
                }
            }
            placed.push((start, inserted, count));
        }
        placed.sort_by_key(|(start, ..)| *start);
        let mut written = String::with_capacity(text.len());
        let mut reached = 0;
        let mut added = 0;
        for (start, inserted, count) in placed {
            written.push_str(&text[reached..start]);
            written.push_str(&inserted);
            reached = start;
            added += count;
        }
        written.push_str(&text[reached..]);
        Adopted {
            text: written,
            added,
        }
    }
}
