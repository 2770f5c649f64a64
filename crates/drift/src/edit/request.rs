//! Edits of what a variant sends.

use pingone_codegen::{join, names};
use serde_json::Value;

use super::change::Edit;
use super::editor::Refusal;
use super::node::{Map, Member, Node};
use super::payload::request_body;
use super::scaffold::member;
use super::schema::{Shape, is_placeholder, todo_note};

impl Edit<'_> {
    pub(super) fn body_appears(&mut self) -> Result<(), Refusal> {
        let absent = join(&self.operation.pointer, "x-no-body");
        if self.editor.document.get(&absent).is_none() {
            return Err("the variant is not one without a body".to_owned());
        }
        let members = request_body(
            self.page,
            self.specification,
            self.editor,
            &self.operation.id,
            "x-no-body",
        )?;
        for member in &members {
            self.editor.insert(&self.operation.pointer, member)?;
        }
        self.editor.remove(&absent)
    }

    pub(super) fn body_vanishes(&mut self) -> Result<(), Refusal> {
        for key in ["examples", "example", "schema"] {
            let at = join(&self.operation.pointer, key);
            if self.editor.document.get(&at).is_some() {
                self.editor.remove(&at)?;
            }
        }
        self.editor
            .insert(&self.operation.pointer, &member("x-no-body", true))
    }

    pub(super) fn request_schema(&self) -> String {
        join(&self.operation.pointer, "schema")
    }

    /// The object that has a property, if only this variant uses it, and the name of the property.
    pub(super) fn request_owner(&self, path: &str) -> Result<(String, String), Refusal> {
        let (parent, name) = path.rsplit_once('.').unwrap_or(("", path));
        let (owner, missing) = if parent.is_empty() {
            self.walk_root(&self.request_schema())?
        } else {
            self.walk(&self.request_schema(), parent)?
        };
        if !missing.is_empty() {
            return Err(format!("`{parent}` is not in the document"));
        }
        self.private(&owner)?;
        Ok((owner, name.trim_end_matches("[]").to_owned()))
    }

    /// Gives the variant a schema of its own where others send the one it has.
    pub(super) fn own_schema(&mut self) -> Result<(), Refusal> {
        let at = self.request_schema();
        let reference = self
            .editor
            .document
            .get(&join(&at, "$ref"))
            .and_then(Value::as_str);
        let Some(pointer) = reference.and_then(|reference| reference.strip_prefix('#')) else {
            return Ok(());
        };
        let schema = pointer.rsplit('/').next().unwrap_or_default().to_owned();
        if self.users(&schema, false).is_none() {
            return Ok(());
        }
        let name = names::type_name(&format!("{}Request", self.operation.id));
        let copy = Member {
            note: Some(todo_note(&format!(
                "a copy of {schema}, which others go on sending: describe it, and say whether they change too"
            ))),
            ..member(&name, self.copy(pointer)?)
        };
        self.editor.insert("/components/schemas", &copy)?;
        self.editor.replace(
            &join(&at, "$ref"),
            &format!("#/components/schemas/{name}").into(),
        )
    }

    /// Refuses a schema that others use.
    pub(super) fn private(&self, owner: &str) -> Result<(), Refusal> {
        let Some(rest) = owner.strip_prefix("/components/schemas/") else {
            return Ok(());
        };
        let schema = rest.split('/').next().unwrap_or_default();
        match self.users(schema, false) {
            Some(other) => Err(format!("`{other}` uses the schema `{schema}` too")),
            None => Ok(()),
        }
    }

    /// The schema of a property of the request as the page says it.
    pub(super) fn stated(&self, path: &str) -> Node {
        let rows = self.page.properties.iter().flatten();
        let word = rows
            .clone()
            .find(|row| row.name == path)
            .map(|row| row.type_name.clone());
        let body = self.page.request_body();
        let example = body.as_ref().and_then(|body| body.at(path));
        let shape = match (word, example) {
            (Some(word), example) => {
                Shape::stated(&word, path.rsplit('.').next().unwrap_or_default(), example)
            }
            (None, Some(example)) => Shape::of(example),
            (None, None) => Shape::default(),
        };
        shape.node(None)
    }

    pub(super) fn request_added(&mut self, path: &str) -> Result<(), Refusal> {
        let mut path = path;
        let (owner, missing) = self.walk(&self.request_schema(), path)?;
        if missing.is_empty() {
            return Err("the document has it already".to_owned());
        }
        if missing.len() > 1 {
            // The outermost object is new; the page says what is inside of it.
            let inside: usize = missing[1..].iter().map(|name| name.len() + 1).sum();
            path = &path[..path.len() - inside];
        }
        self.private(&owner)?;
        let name = missing[0].trim_end_matches("[]");
        let rows = self.page.properties.iter().flatten();
        let required = rows.clone().any(|row| {
            row.is_required()
                && row
                    .name
                    .strip_prefix(path)
                    .is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        });
        let schema = if missing.len() > 1 {
            let body = self.page.request_body();
            let value = body.as_ref().and_then(|body| body.at(path));
            value
                .map(Shape::of)
                .ok_or("the page does not show the new object")?
                .node(None)
        } else {
            self.stated(path)
        };
        self.add_property(&owner, name, schema)?;
        if required {
            self.add_required(&owner, name)?;
        }
        self.extend_examples(path, required)
    }

    pub(super) fn add_property(
        &mut self,
        owner: &str,
        name: &str,
        schema: Node,
    ) -> Result<(), Refusal> {
        let properties = join(owner, "properties");
        if self.editor.document.get(&properties).is_some() {
            return self.editor.insert(&properties, &member(name, schema));
        }
        self.editor.insert(
            owner,
            &member("properties", Map::default().with(name, schema)),
        )
    }

    pub(super) fn add_required(&mut self, owner: &str, name: &str) -> Result<(), Refusal> {
        let required = join(owner, "required");
        if self.editor.document.get(&required).is_some() {
            return self.editor.push(&required, &name.into());
        }
        self.editor
            .insert(owner, &member("required", Node::List(vec![name.into()])))
    }

    pub(super) fn drop_required(&mut self, owner: &str, name: &str) -> Result<(), Refusal> {
        let required = join(owner, "required");
        let names = self
            .editor
            .document
            .get(&required)
            .and_then(Value::as_array);
        let names = names.cloned().unwrap_or_default();
        match names.iter().position(|other| other == name) {
            None => Ok(()),
            Some(_) if names.len() == 1 => self.editor.remove(&required),
            Some(index) => self.editor.remove(&join(&required, &index.to_string())),
        }
    }

    /// The examples of the request that stand in the document itself.
    pub(super) fn examples(&self) -> Vec<String> {
        let at = join(&self.operation.pointer, "examples");
        let names = self.editor.document.get(&at).and_then(Value::as_object);
        let values = names
            .into_iter()
            .flat_map(|names| names.keys())
            .map(|name| join(&join(&at, name), "value"));
        values
            .filter(|value| self.editor.document.get(value).is_some())
            .collect()
    }

    pub(super) fn extend_examples(&mut self, path: &str, required: bool) -> Result<(), Refusal> {
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
            let owner = parent
                .split('.')
                .filter(|name| !name.is_empty())
                .fold(example, |at, name| join(&at, name));
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
    pub(super) fn in_examples(&self, path: &str) -> Vec<String> {
        let places = self
            .examples()
            .into_iter()
            .map(|at| path.split('.').fold(at, |at, name| join(&at, name)));
        places
            .filter(|at| self.editor.document.get(at).is_some())
            .collect()
    }

    pub(super) fn request_removed(&mut self, path: &str) -> Result<(), Refusal> {
        let (owner, name) = self.request_owner(path)?;
        self.editor
            .remove(&join(&join(&owner, "properties"), &name))?;
        self.drop_required(&owner, &name)?;
        for at in self.in_examples(path) {
            self.editor.remove(&at)?;
        }
        Ok(())
    }

    pub(super) fn request_renamed(&mut self) -> Result<(), Refusal> {
        let path = self.step.name.clone();
        let to = self.new_name()?;
        let to = to
            .rsplit('.')
            .next()
            .unwrap_or(to)
            .trim_end_matches("[]")
            .to_owned();
        let (owner, name) = self.request_owner(&path)?;
        self.editor
            .rename(&join(&join(&owner, "properties"), &name), &to)?;
        let required = join(&owner, "required");
        let names = self
            .editor
            .document
            .get(&required)
            .and_then(Value::as_array);
        let index = names.and_then(|names| names.iter().position(|other| *other == name));
        if let Some(index) = index {
            self.editor
                .replace(&join(&required, &index.to_string()), &to.as_str().into())?;
        }
        for at in self.in_examples(&path) {
            self.editor.rename(&at, &to)?;
        }
        Ok(())
    }

    pub(super) fn request_retyped(&mut self) -> Result<(), Refusal> {
        let path = self.step.name.clone();
        let (owner, name) = self.request_owner(&path)?;
        let at = join(&join(&owner, "properties"), &name);
        self.retype(&at, self.stated(&path))?;
        let body = self.page.request_body();
        let shown = body.as_ref().and_then(|body| body.at(&path));
        for at in self.in_examples(&path) {
            match shown {
                Some(value) if !value.as_str().is_some_and(is_placeholder) => {
                    self.editor.replace(&at, &value.into())?
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// Gives a property another type and keeps what is said about it.
    pub(super) fn retype(&mut self, at: &str, schema: Node) -> Result<(), Refusal> {
        if self
            .editor
            .document
            .get(at)
            .is_some_and(|schema| schema.get("$ref").is_some())
        {
            return Err("its type is one of a named schema".to_owned());
        }
        let description = self
            .editor
            .document
            .get(at)
            .and_then(|schema| schema.get("description"));
        let (Node::Map(mut members), description) = (schema, description.cloned()) else {
            return Err("the page does not say its type".to_owned());
        };
        if let Some(description) = &description {
            members.push(member("description", description));
        }
        self.editor.replace(at, &Node::Map(members))
    }

    pub(super) fn require(&mut self, required: bool) -> Result<(), Refusal> {
        let (owner, name) = self.request_owner(&self.step.name)?;
        if required {
            self.add_required(&owner, &name)
        } else {
            self.drop_required(&owner, &name)
        }
    }

    /// A value that an example of the request shows.
    pub(super) fn request_example(&mut self) -> Result<bool, Refusal> {
        let new = self.new_value()?.to_owned();
        if matches!(new.as_str(), "variable" | "literal") {
            return Ok(false);
        }
        let old = self.step.old.clone().unwrap_or_default();
        let mut changed = false;
        for at in self.in_examples(&self.step.name) {
            if self.editor.document.get(&at).and_then(Value::as_str) == Some(old.as_str()) {
                self.editor.replace(&at, &new.as_str().into())?;
                changed = true;
            }
        }
        Ok(changed)
    }
}
