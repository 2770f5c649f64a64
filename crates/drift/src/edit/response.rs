//! Edits of what a variant is answered.

use pingone_codegen::join;
use serde_json::Value;

use super::editor::Refusal;
use super::payload::links;
use super::scaffold::member;
use super::schema::Shape;
use super::surgery::Surgery;
use crate::compare::Topic;
use crate::compare::specification;

impl Surgery<'_> {
    /// The schema of the successful answer.
    pub(super) fn response_schema(&self) -> Result<String, Refusal> {
        let responses = self.operation.responses.iter();
        let mut success = responses.filter(|response| response.status.starts_with('2'));
        let pointer = success.next().map(|response| {
            join(
                &join(&join(&response.pointer, "content"), "application/json"),
                "schema",
            )
        });
        let pointer = pointer.filter(|pointer| self.editor.document.get(pointer).is_some());
        pointer.ok_or_else(|| "the document knows no form of the answer".to_owned())
    }

    /// Refuses a schema of an answer that is sent, too.
    pub(super) fn received(&self, owner: &str) -> Result<(), Refusal> {
        let schema = owner
            .strip_prefix("/components/schemas/")
            .and_then(|rest| rest.split('/').next());
        match schema.and_then(|schema| self.users(schema, true).map(|other| (schema, other))) {
            Some((schema, other)) => Err(format!("`{other}` sends the schema `{schema}`")),
            None => Ok(()),
        }
    }

    pub(super) fn response_property(&self, path: &str) -> Result<String, Refusal> {
        let (parent, name) = path.rsplit_once('.').unwrap_or(("", path));
        let root = self.response_schema()?;
        let (owner, missing) = if parent.is_empty() {
            self.walk_root(&root)?
        } else {
            self.walk(&root, parent)?
        };
        let at = join(&join(&owner, "properties"), name.trim_end_matches("[]"));
        if !missing.is_empty() || self.editor.document.get(&at).is_none() {
            return Err(format!("the document has no `{path}`"));
        }
        self.received(&owner)?;
        if self.editor.document.get(&join(&at, "$ref")).is_some() {
            return Err("it is a named schema".to_owned());
        }
        Ok(at)
    }

    /// What the example of the answer shows at a path.
    pub(super) fn shown(&self, path: &str) -> Option<&Value> {
        let mut bodies = self
            .page
            .responses
            .iter()
            .filter_map(|response| response.body.as_ref());
        bodies.find_map(|body| body.at(path))
    }

    pub(super) fn response_added(&mut self) -> Result<(), Refusal> {
        let path = self.step.name.clone();
        let (owner, missing) = self.walk(&self.response_schema()?, &path)?;
        let [name, inside @ ..] = missing.as_slice() else {
            return Err("the document has it already".to_owned());
        };
        self.received(&owner)?;
        let outer = path.len() - inside.iter().map(|name| name.len() + 1).sum::<usize>();
        let outer = path[..outer].trim_end_matches("[]");
        let shown = self.shown(outer).ok_or("the page does not show it alone")?;
        let schema = Shape::of(shown).node(links(self.editor).as_ref());
        self.add_property(&owner, name.trim_end_matches("[]"), schema)
    }

    pub(super) fn response_retyped(&mut self) -> Result<(), Refusal> {
        let path = self.step.name.clone();
        let at = self.response_property(&path)?;
        let shown = self.shown(&path).ok_or("the page does not show it")?;
        let schema = Shape::of(shown).node(links(self.editor).as_ref());
        self.retype(&at, schema)
    }

    pub(super) fn response_value(&mut self) -> Result<bool, Refusal> {
        let documented = self.specification.entries(&self.operation.id);
        let new = self.new_value()?.to_owned();
        let own = |entry: &&crate::compare::Entry| {
            entry.topic == Topic::ResponseValue
                && crate::pages::matches(&entry.name, &self.step.name)
        };
        let Some(value) = documented.iter().find(own) else {
            return Ok(false);
        };
        let (list, _) = value.place.pointer.rsplit_once('/').unwrap_or_default();
        self.add_value(list, &new)
    }

    pub(super) fn add_value(&mut self, list: &str, value: &str) -> Result<bool, Refusal> {
        let values = self.editor.document.get(list).and_then(Value::as_array);
        if values.is_some_and(|values| values.iter().any(|known| known == value)) {
            return Ok(false);
        }
        self.editor.push(list, &value.into())?;
        Ok(true)
    }

    /// A status name of the prose belongs to the one enum that has the old one.
    pub(super) fn status_name(&mut self) -> Result<bool, Refusal> {
        let schemas = self
            .editor
            .document
            .get("/components/schemas")
            .and_then(Value::as_object);
        let enums: Vec<(&String, &Vec<Value>)> = schemas
            .into_iter()
            .flatten()
            .filter_map(|(name, schema)| Some((name, schema.get("enum")?.as_array()?)))
            .collect();
        let having = |value: &str| -> Vec<String> {
            let having = enums
                .iter()
                .filter(|(_, values)| values.iter().any(|known| known == value));
            having
                .map(|(name, _)| join(&join("/components/schemas", name), "enum"))
                .collect()
        };
        let new = self.new_value()?.to_owned();
        if !having(&new).is_empty() {
            return Ok(false);
        }
        match having(self.step.old.as_deref().unwrap_or_default()).as_slice() {
            [list] => self.add_value(list, &new),
            _ => Err("it is not said which enum has it".to_owned()),
        }
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
