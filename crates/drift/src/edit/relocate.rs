//! Edits of where a variant is and of what is around its body: method, path, parameters and statuses.

use pingone_codegen::{Document, join};
use serde_json::Value;

use super::change::Edit;
use super::editor::Refusal;
use super::node::{Map, Node};
use super::scaffold::member;
use super::schema::todo_note;
use crate::compare::specification;
use crate::compare::{Action, Topic, variables};

impl Edit<'_> {
    pub(super) fn path(&mut self) -> Result<(), Refusal> {
        let known = &self.operation.path;
        let prefix = specification::address(self.specification, self.operation).2;
        let prefix = prefix
            .strip_suffix(known.as_str())
            .unwrap_or_default()
            .to_owned();
        let (old, new) = (
            self.step.old.clone().unwrap_or_default(),
            self.new_value()?.trim_end_matches('/').to_owned(),
        );
        let new = new.strip_prefix(&prefix).unwrap_or(&new);
        // A variable keeps the name that the document gives it.
        let names: Vec<(&str, &str)> = variables(&old).into_iter().zip(variables(known)).collect();
        let segments = new.split('/').map(|segment| {
            let name = segment
                .strip_prefix('{')
                .and_then(|name| name.strip_suffix('}'));
            match name.and_then(|name| names.iter().find(|(old, _)| *old == name)) {
                Some((_, known)) => format!("{{{known}}}"),
                None => segment.to_owned(),
            }
        });
        let path = segments.collect::<Vec<_>>().join("/");
        let method = self.operation.method.to_lowercase();
        self.move_to(&method, &path)
    }

    /// Moves the variant, and nothing beside it, to another operation.
    pub(super) fn move_to(&mut self, method: &str, path: &str) -> Result<(), Refusal> {
        let (item, group) = (
            join("/paths", &self.operation.path),
            specification::group(self.operation),
        );
        let target = join("/paths", path);
        let moved = join(&target, method);
        if self.editor.document.get(&moved).is_some() {
            return Err(format!(
                "`{} {path}` is there already",
                method.to_uppercase()
            ));
        }
        let beside = self.beside().len();
        if beside == 0 && path == self.operation.path {
            return self.editor.rename(&group, method);
        }
        let inherited = self.editor.document.get(&item).and_then(Value::as_object);
        if inherited
            .is_some_and(|item| item.contains_key("parameters") || item.contains_key("servers"))
        {
            return Err("what the methods of the path share would be lost".to_owned());
        }
        let copy = self.copy(&group)?;
        if self.editor.document.get(&target).is_some() {
            self.editor.insert(&target, &member(method, copy))?;
        } else {
            self.editor
                .insert("/paths", &member(path, Map::default().with(method, copy)))?;
        }
        if beside == 0 {
            let methods = self
                .editor
                .document
                .get(&item)
                .and_then(Value::as_object)
                .map_or(0, |item| item.len());
            self.editor
                .remove(if methods == 1 { &item } else { &group })?;
        } else {
            let media_type = self.operation.media_type().unwrap_or_default();
            let content = |group: &str| join(&join(group, "requestBody"), "content");
            let here = self
                .editor
                .document
                .get(&content(&moved))
                .and_then(Value::as_object);
            let others: Vec<String> = here
                .into_iter()
                .flat_map(|here| here.keys().cloned())
                .collect();
            for other in others.iter().filter(|other| *other != media_type) {
                self.editor.remove(&join(&content(&moved), other))?;
            }
            self.editor.remove(&join(&content(&group), media_type))?;
            let name = format!("{}Group", self.operation.id);
            self.editor
                .replace(&join(&moved, "operationId"), &name.into())?;
        }
        self.parameters_of(&moved, path)
    }

    /// Gives an operation the parameters that its path names, and no others.
    pub(super) fn parameters_of(&mut self, group: &str, path: &str) -> Result<(), Refusal> {
        let list = join(group, "parameters");
        let count = |document: &Document| {
            document
                .get(&list)
                .and_then(Value::as_array)
                .map_or(0, Vec::len)
        };
        let mut known = Vec::new();
        for index in (0..count(&self.editor.document)).rev() {
            let at = join(&list, &index.to_string());
            let (_, parameter) = self
                .editor
                .document
                .resolve(&at)
                .map_err(|error| error.to_string())?;
            let word = |key: &str| {
                parameter
                    .get(key)
                    .and_then(Value::as_str)
                    .unwrap_or_default()
                    .to_owned()
            };
            if word("in") != "path" {
                continue;
            }
            if variables(path).contains(&word("name").as_str()) {
                known.push(word("name"));
            } else {
                self.editor.remove(&at)?;
            }
        }
        for name in variables(path) {
            if !known.iter().any(|known| known == name) {
                self.add_parameter(group, name, "path", true)?;
            }
        }
        Ok(())
    }

    pub(super) fn add_parameter(
        &mut self,
        group: &str,
        name: &str,
        place: &str,
        required: bool,
    ) -> Result<(), Refusal> {
        let mut parameter = Map::default().with("name", name).with("in", place);
        if required {
            parameter = parameter.with("required", true);
        }
        let note = todo_note("the page does not say the type");
        let parameter: Node = parameter
            .noted("schema", Map::default().with("type", "string"), Some(note))
            .into();
        let list = join(group, "parameters");
        if self.editor.document.get(&list).is_some() {
            return self.editor.push(&list, &parameter);
        }
        self.editor
            .insert(group, &member("parameters", Node::List(vec![parameter])))
    }

    pub(super) fn parameter(&mut self) -> Result<(), Refusal> {
        let group = self.alone("the parameter")?;
        let (place, required) = match self.step.topic {
            Topic::Header => ("header", self.step.action == Action::AddedRequired),
            _ => ("query", false),
        };
        self.add_parameter(&group, &self.step.name.clone(), place, required)
    }

    pub(super) fn status(&mut self) -> Result<(), Refusal> {
        let group = self.alone("the status")?;
        let old = self.step.old.clone().unwrap_or_default();
        let new = self.new_value()?.to_owned();
        self.editor
            .rename(&join(&join(&group, "responses"), &old), &new)
    }

    /// A status of failure has the form that it has elsewhere.
    pub(super) fn failure(&mut self) -> Result<(), Refusal> {
        let group = self.alone("the status")?;
        let status = self.step.name.clone();
        let operations = self.specification.api.operations.iter();
        let elsewhere = operations.filter_map(|other| {
            let at = join(&join(&specification::group(other), "responses"), &status);
            self.editor
                .document
                .get(&at)
                .filter(|response| response.get("$ref").is_some())
                .cloned()
        });
        let known = elsewhere
            .into_iter()
            .next()
            .ok_or("no other operation has this status")?;
        self.editor
            .insert(&join(&group, "responses"), &member(&status, &known))
    }
}
