//! Edits of where a variant is and of what is around its body: method, path, parameters and statuses.

use pingone_codegen::join;
use serde_json::Value;

use super::change::Edit;
use super::editor::{Refusal, under};
use super::node::{Map, Node, member};
use super::operation::security;
use super::schema::todo_note;
use crate::compare::specification::{self, group};
use crate::compare::{Action, Topic, variables};

impl Edit<'_> {
    pub(super) fn path(&mut self) -> Result<(), Refusal> {
        let known = self.operation.path.as_str();
        let full = specification::address(self.specification, self.operation).2;
        let prefix = full.strip_suffix(known).unwrap_or_default();
        let old = self.step.old.as_deref().unwrap_or_default();
        let new = self.page_says()?.1.trim_end_matches('/');
        let new = new.strip_prefix(prefix).unwrap_or(new);
        // A variable keeps the name that the document gives it.
        let names: Vec<(&str, &str)> = variables(old).into_iter().zip(variables(known)).collect();
        let segments = new.split('/').map(|segment| {
            let known = names
                .iter()
                .find(|(old, _)| segment == format!("{{{old}}}"));
            known.map_or_else(|| segment.to_owned(), |(_, known)| format!("{{{known}}}"))
        });
        let path = segments.collect::<Vec<_>>().join("/");
        self.move_to(&self.operation.method.to_lowercase(), &path)
    }

    /// Moves the variant, and nothing beside it, to another operation.
    pub(super) fn move_to(&mut self, method: &str, path: &str) -> Result<(), Refusal> {
        let (item, group) = (join("/paths", &self.operation.path), group(self.operation));
        let target = join("/paths", path);
        let moved = join(&target, method);
        if self.editor.has(&moved) {
            return Err(format!(
                "`{} {path}` is there already",
                method.to_uppercase()
            ));
        }
        let alone = self.beside().is_none();
        if alone && path == self.operation.path {
            return self.editor.rename(&group, method);
        }
        if ["parameters", "servers"]
            .iter()
            .any(|key| self.editor.has(&join(&item, key)))
        {
            return Err("what the methods of the path share would be lost".to_owned());
        }
        let copy = member(method, self.copy(&group)?);
        self.editor.put("/paths", path, copy)?;
        if alone {
            let last = self.editor.keys(&item).len() == 1;
            self.editor.remove(if last { &item } else { &group })?;
        } else {
            let media_type = self.operation.media_type().unwrap_or_default();
            let content = under(&moved, &["requestBody", "content"]);
            for other in self.editor.keys(&content) {
                if other != media_type {
                    self.editor.remove(&join(&content, &other))?;
                }
            }
            let old = under(&group, &["requestBody", "content", media_type]);
            self.editor.remove(&old)?;
            let name = format!("{}Group", self.operation.id);
            self.editor
                .replace(&join(&moved, "operationId"), &name.into())?;
        }
        self.parameters_of(&moved, path)
    }

    /// Gives an operation the parameters that its path names, and no others.
    fn parameters_of(&mut self, group: &str, path: &str) -> Result<(), Refusal> {
        let list = join(group, "parameters");
        let mut wanted = variables(path);
        for index in (0..self.editor.items(&list).len()).rev() {
            let at = join(&list, &index.to_string());
            let found = self.editor.document.resolve(&at);
            let (_, parameter) = found.map_err(|error| error.to_string())?;
            let word = |key: &str| parameter.get(key).and_then(Value::as_str);
            if word("in") != Some("path") {
                continue;
            }
            match wanted.iter().position(|name| Some(*name) == word("name")) {
                Some(known) => _ = wanted.remove(known),
                None => self.editor.remove(&at)?,
            }
        }
        for name in wanted {
            let parameter = parameter(name, "path", true);
            self.editor.append(group, "parameters", parameter)?;
        }
        Ok(())
    }

    pub(super) fn parameter(&mut self) -> Result<(), Refusal> {
        let group = self.alone("the parameter")?;
        let is_header = self.step.topic == Topic::Header;
        let place = if is_header { "header" } else { "query" };
        let required = is_header && self.step.action == Action::AddedRequired;
        let parameter = parameter(&self.step.name, place, required);
        self.editor.append(&group, "parameters", parameter)
    }

    /// Whether a parameter that the operation has for itself must be sent.
    pub(super) fn parameter_required(&mut self, required: bool) -> Result<(), Refusal> {
        let group = self.alone("the parameter")?;
        let list = join(&group, "parameters");
        let is_header = self.step.topic == Topic::Header;
        let place = if is_header { "header" } else { "query" };
        let is_meant = |item: &Value| {
            let word = |key: &str| item.get(key).and_then(Value::as_str).unwrap_or_default();
            word("in") == place && word("name").eq_ignore_ascii_case(&self.step.name)
        };
        let index = self.editor.items(&list).iter().position(is_meant);
        let index = index.ok_or("other operations have the same parameter")?;
        let at = join(&list, &index.to_string());
        let flag = join(&at, "required");
        match (self.editor.has(&flag), required) {
            (true, true) => self.editor.replace(&flag, &true.into()),
            (true, false) => self.editor.remove(&flag),
            (false, true) => self.editor.insert(&at, &member("required", true)),
            (false, false) => Ok(()),
        }
    }

    /// The credentials that the page shows, where the document takes one kind and knows a scheme for the other.
    pub(super) fn credentials(&mut self) -> Result<(), Refusal> {
        let group = self.alone("the authorization")?;
        if self.operation.security.len() > 1 || self.operation.anonymous {
            return Err("the operation takes other credentials too".to_owned());
        }
        let security = security(&self.specification.document, &self.page_says()?.1);
        let security = security.ok_or("`components` has no security scheme for it")?;
        let at = join(&group, "security");
        if self.editor.has(&at) {
            return self.editor.replace(&at, &security);
        }
        self.editor.insert(&group, &member("security", security))
    }

    pub(super) fn status(&mut self) -> Result<(), Refusal> {
        let group = self.alone("the status")?;
        let old = self.step.old.as_deref().unwrap_or_default();
        let at = under(&group, &["responses", old]);
        self.editor.rename(&at, &self.page_says()?.1)
    }

    /// A status of failure has the form that it has elsewhere.
    pub(super) fn failure(&mut self) -> Result<(), Refusal> {
        let at = self.alone("the status")?;
        let status = self.step.name.as_str();
        let document = &self.specification.document;
        let mut elsewhere = self
            .specification
            .api
            .operations
            .iter()
            .filter_map(|other| {
                let response = document.get(&under(&group(other), &["responses", status]))?;
                response.get("$ref").is_some().then_some(response)
            });
        let known = elsewhere
            .next()
            .ok_or("no other operation has this status")?;
        self.editor
            .insert(&join(&at, "responses"), &member(status, known))
    }
}

/// A parameter whose type no page says.
pub(super) fn parameter(name: &str, place: &str, required: bool) -> Node {
    let mut parameter = Map::default().with("name", name).with("in", place);
    if required {
        parameter = parameter.with("required", true);
    }
    let note = todo_note("the page does not say the type");
    let schema = Map::default().with("type", "string");
    parameter.noted("schema", schema, Some(note)).into()
}
