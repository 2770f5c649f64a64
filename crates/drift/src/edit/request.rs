//! Edits of what a variant sends.

use pingone_codegen::{join, names};
use serde_json::Value;

use super::change::Edit;
use super::editor::{Refusal, under};
use super::node::{Map, Member, Node, member};
use super::payload::request_body;
use super::schema::{Shape, is_placeholder, todo_note};

impl Edit<'_> {
    pub(super) fn body_appears(&mut self) -> Result<(), Refusal> {
        let at = &self.operation.pointer;
        let absent = join(at, "x-no-body");
        if !self.editor.has(&absent) {
            return Err("the variant is not one without a body".to_owned());
        }
        let id = &self.operation.id;
        for member in request_body(self.page, self.specification, self.editor, id)? {
            self.editor.insert(at, &member)?;
        }
        self.editor.remove(&absent)
    }

    pub(super) fn body_vanishes(&mut self) -> Result<(), Refusal> {
        for key in ["examples", "example", "schema"] {
            let at = join(&self.operation.pointer, key);
            if self.editor.has(&at) {
                self.editor.remove(&at)?;
            }
        }
        let absent = member("x-no-body", true);
        self.editor.insert(&self.operation.pointer, &absent)
    }

    fn request_schema(&self) -> String {
        join(&self.operation.pointer, "schema")
    }

    /// The object that has a property, if only this variant uses it, and the name of the property.
    fn request_owner(&self, path: &str) -> Result<(String, String), Refusal> {
        let (parent, name) = path.rsplit_once('.').unwrap_or(("", path));
        let (owner, missing) = self.walk(&self.request_schema(), parent)?;
        if !missing.is_empty() {
            return Err(format!("`{parent}` is not in the document"));
        }
        self.private(&owner)?;
        Ok((owner, name.trim_end_matches("[]").to_owned()))
    }

    /// Gives the variant a schema of its own where others send the one it has.
    pub(super) fn own_schema(&mut self) -> Result<(), Refusal> {
        let at = join(&self.request_schema(), "$ref");
        let reference = self.editor.document.get(&at).and_then(Value::as_str);
        let Some(pointer) = reference.and_then(|reference| reference.strip_prefix('#')) else {
            return Ok(());
        };
        let schema = pointer.rsplit('/').next().unwrap_or_default();
        if self.user(schema).is_none() {
            return Ok(());
        }
        let name = names::type_name(&format!("{}Request", self.operation.id));
        let note = format!(
            "a copy of {schema}, which others go on sending: describe it, and say whether they change too"
        );
        let copy = Member {
            note: Some(todo_note(&note)),
            ..member(&name, self.copy(pointer)?)
        };
        self.editor.insert("/components/schemas", &copy)?;
        let own = format!("#/components/schemas/{name}");
        self.editor.replace(&at, &own.into())
    }

    /// Refuses a schema that others use.
    fn private(&self, owner: &str) -> Result<(), Refusal> {
        let Some(rest) = owner.strip_prefix("/components/schemas/") else {
            return Ok(());
        };
        let schema = rest.split('/').next().unwrap_or_default();
        match self.user(schema) {
            Some(other) => Err(format!("`{other}` uses the schema `{schema}` too")),
            None => Ok(()),
        }
    }

    /// The schema of a property of the request as the page says it.
    fn stated(&self, path: &str) -> Node {
        let mut rows = self.page.properties.iter().flatten();
        let row = rows.find(|row| row.name == path);
        let body = self.page.request_body();
        let example = body.as_ref().and_then(|body| body.at(path));
        let name = path.rsplit('.').next().unwrap_or_default();
        let shape = match row {
            Some(row) => Shape::stated(&row.type_name, name, example),
            None => example.map(Shape::of).unwrap_or_default(),
        };
        shape.node(None)
    }

    pub(super) fn request_added(&mut self, path: &str) -> Result<(), Refusal> {
        let (owner, missing) = self.walk(&self.request_schema(), path)?;
        let [name, inside @ ..] = &missing[..] else {
            return Err("the document has it already".to_owned());
        };
        // Where the outermost object is new, the page says what is inside of it.
        let length: usize = inside.iter().map(|name| name.len() + 1).sum();
        let path = &path[..path.len() - length];
        self.private(&owner)?;
        let mut rows = self.page.properties.iter().flatten();
        let required = rows.any(|row| {
            let rest = row.name.strip_prefix(path);
            row.is_required() && rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        });
        let schema = if inside.is_empty() {
            self.stated(path)
        } else {
            let body = self.page.request_body();
            let value = body.as_ref().and_then(|body| body.at(path));
            let shown = value.ok_or("the page does not show the new object")?;
            Shape::of(shown).node(None)
        };
        let name = name.trim_end_matches("[]");
        let property = member(name, schema);
        self.editor.put(&owner, "properties", property)?;
        if required {
            self.editor.append(&owner, "required", name.into())?;
        }
        self.extend_examples(path, required)
    }

    fn drop_required(&mut self, owner: &str, name: &str) -> Result<(), Refusal> {
        let required = join(owner, "required");
        let names = self.editor.items(&required);
        match names.iter().position(|other| other == name) {
            None => Ok(()),
            Some(_) if names.len() == 1 => self.editor.remove(&required),
            Some(index) => self.editor.remove(&join(&required, &index.to_string())),
        }
    }

    /// The examples of the request that are in the document itself.
    fn examples(&self) -> Vec<String> {
        let at = join(&self.operation.pointer, "examples");
        let names = self.editor.keys(&at).into_iter();
        let values = names.map(|name| under(&at, &[&name, "value"]));
        values.filter(|value| self.editor.has(value)).collect()
    }

    fn extend_examples(&mut self, path: &str, required: bool) -> Result<(), Refusal> {
        let body = self.page.request_body();
        let value = body.as_ref().and_then(|body| body.at(path));
        let placeholder = |value: &&Value| value.as_str().is_some_and(is_placeholder);
        let (parent, name) = path.rsplit_once('.').unwrap_or(("", path));
        let value = match value.filter(|value| !placeholder(value)) {
            Some(value) => value.clone(),
            None if required => Value::String(format!("example-{name}")),
            None => return Ok(()),
        };
        for example in self.examples() {
            let owner = inside(example, parent);
            if self
                .editor
                .document
                .get(&owner)
                .is_some_and(Value::is_object)
            {
                self.editor.insert(&owner, &member(name, &value))?;
            }
        }
        Ok(())
    }

    /// Where examples have a property.
    fn in_examples(&self, path: &str) -> Vec<String> {
        let places = self.examples().into_iter().map(|at| inside(at, path));
        places.filter(|at| self.editor.has(at)).collect()
    }

    pub(super) fn request_removed(&mut self, path: &str) -> Result<(), Refusal> {
        let (owner, name) = self.request_owner(path)?;
        self.editor.remove(&under(&owner, &["properties", &name]))?;
        self.drop_required(&owner, &name)?;
        for at in self.in_examples(path) {
            self.editor.remove(&at)?;
        }
        Ok(())
    }

    pub(super) fn request_renamed(&mut self) -> Result<(), Refusal> {
        let path = &self.step.name;
        let to = self.page_says()?.0.rsplit('.').next().unwrap_or_default();
        let to = to.trim_end_matches("[]");
        let (owner, name) = self.request_owner(path)?;
        self.editor
            .rename(&under(&owner, &["properties", &name]), to)?;
        let required = join(&owner, "required");
        let names = self.editor.items(&required);
        if let Some(index) = names.iter().position(|other| *other == name) {
            let at = join(&required, &index.to_string());
            self.editor.replace(&at, &to.into())?;
        }
        for at in self.in_examples(path) {
            self.editor.rename(&at, to)?;
        }
        Ok(())
    }

    pub(super) fn request_retyped(&mut self) -> Result<(), Refusal> {
        let path = &self.step.name;
        let (owner, name) = self.request_owner(path)?;
        self.retype(&under(&owner, &["properties", &name]), self.stated(path))?;
        let body = self.page.request_body();
        let shown = body.as_ref().and_then(|body| body.at(path));
        let shown = shown.filter(|value| !value.as_str().is_some_and(is_placeholder));
        for at in self.in_examples(path) {
            if let Some(value) = shown {
                self.editor.replace(&at, &value.into())?;
            }
        }
        Ok(())
    }

    /// Gives a property another type and keeps what is said about it.
    fn retype(&mut self, at: &str, schema: Node) -> Result<(), Refusal> {
        if self.editor.has(&join(at, "$ref")) {
            return Err("its type is one of a named schema".to_owned());
        }
        let Node::Map(members) = schema else {
            return Err("the page does not say its type".to_owned());
        };
        let mut map = Map(members);
        if let Some(description) = self.editor.document.get(&join(at, "description")) {
            map = map.with("description", description);
        }
        self.editor.replace(at, &map.into())
    }

    pub(super) fn require(&mut self, required: bool) -> Result<(), Refusal> {
        let (owner, name) = self.request_owner(&self.step.name)?;
        if required {
            self.editor.append(&owner, "required", name.into())
        } else {
            self.drop_required(&owner, &name)
        }
    }

    /// A value that an example of the request shows.
    pub(super) fn request_example(&mut self) -> Result<bool, Refusal> {
        let new = self.page_says()?.1.as_str();
        let old = self.step.old.as_deref().unwrap_or_default();
        let mut changed = false;
        for at in self.in_examples(&self.step.name) {
            let shown = self.editor.document.get(&at).and_then(Value::as_str);
            if shown == Some(old) && !matches!(new, "variable" | "literal") {
                self.editor.replace(&at, &new.into())?;
                changed = true;
            }
        }
        Ok(changed)
    }
}

/// The place of a dotted path in a value.
fn inside(at: String, path: &str) -> String {
    let names = path.split('.').filter(|name| !name.is_empty());
    names.fold(at, |at, name| join(&at, name))
}
