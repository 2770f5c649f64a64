//! The edits that follow from a changed page without a decision.

use pingone_codegen::model::Operation;
use pingone_codegen::{Document, join, names};
use serde_json::Value;

use super::editor::{Editor, Refusal};
use super::node::{Map, Member, Node};
use super::scaffold::{links, member, request_body};
use super::schema::{Shape, is_placeholder, todo_note};
use crate::compare::document::{self, Specification};
use crate::compare::{Action, Topic, variables};
use crate::decisions::{DecisionError, Decisions, Scope};
use crate::finding::Finding;
use crate::ledger::Ledger;
use crate::page::{Page, replace_constant};
use crate::pages::{Step, inspect};

/// A document after the edits that pages ask for.
#[derive(Debug)]
#[non_exhaustive]
pub struct Reconciled {
    /// The text of the document.
    pub text: String,
    /// What was edited, in the order of the findings.
    pub edited: Vec<Edited>,
    /// What a person has to look at, the worst first.
    pub findings: Vec<Finding>,
    /// The decisions that do not count.
    pub errors: Vec<DecisionError>,
}

/// A finding that an edit has settled.
#[derive(Debug)]
#[non_exhaustive]
pub struct Edited {
    /// The finding.
    pub finding: Finding,
    /// The first line that was edited, in the text at that moment.
    pub line: usize,
}

/// Makes the edits that pages ask for and that need no decision.
///
/// A page that is not clear changes nothing, nor does an accepted finding. What a client sends is changed only for the
/// variant of the page: where others send the same schema, the variant gets a copy, marked with a `TODO:` for a person.
#[must_use]
pub fn reconcile(
    pages: &[(String, Page)],
    ledger: &Ledger,
    specification: &Specification,
    decisions: &Decisions,
    today: &str,
) -> Reconciled {
    let (mut findings, steps) = inspect(pages, ledger, specification);
    let errors = decisions.apply(Scope::Pages, &mut findings, today);
    let mut editor = Editor::new(specification.document.clone());
    let mut edited = Vec::new();
    // Names change last, so that everything can be found by its old one.
    let mut steps: Vec<&Step> = steps.iter().collect();
    steps.sort_by_key(|step| matches!(step.topic, Topic::Method | Topic::Path | Topic::MediaType));
    for step in steps {
        let unclear = |finding: &Finding| {
            finding.rule.ends_with("-found")
                && finding.accepted.is_none()
                && finding.subjects.contains(&step.file)
        };
        let Some(index) = findings
            .iter()
            .position(|finding| finding.fingerprint == step.fingerprint)
        else {
            continue;
        };
        if findings[index].accepted.is_some() {
            continue;
        }
        let outcome = if findings.iter().any(unclear) {
            Err("the page is not clear".to_owned())
        } else {
            attempt(&editor, specification, pages, step)
        };
        match outcome {
            Ok(Some((next, line))) => {
                editor = next;
                edited.push(Edited {
                    finding: findings.remove(index),
                    line,
                });
            }
            Ok(None) => {}
            Err(reason) => {
                let finding = &mut findings[index];
                finding.fix = format!("{} (not edited: {reason})", finding.fix);
            }
        }
    }
    Reconciled {
        text: editor.document.text().to_owned(),
        edited,
        findings,
        errors,
    }
}

/// One edit on a copy, which is given up where the generator would refuse it.
fn attempt(
    editor: &Editor,
    specification: &Specification,
    pages: &[(String, Page)],
    step: &Step,
) -> Result<Option<(Editor, usize)>, Refusal> {
    let page = pages.iter().find(|(file, _)| *file == step.file);
    let operation = specification.operation(&step.operation);
    let (Some((_, page)), Some(operation)) = (page, operation) else {
        return Err("the document has no variant for it".to_owned());
    };
    let mut copy = editor.clone();
    copy.written.clear();
    let mut surgery = Surgery {
        editor: &mut copy,
        specification,
        page,
        operation,
        step,
    };
    if !surgery.operate()? {
        return Ok(None);
    }
    pingone_codegen::lower(&copy.document).map_err(|error| error.to_string())?;
    let lines = copy.written.iter().map(|written| written.line);
    let line = lines.min().unwrap_or_default();
    Ok(Some((copy, line)))
}

struct Surgery<'a> {
    editor: &'a mut Editor,
    specification: &'a Specification,
    page: &'a Page,
    operation: &'a Operation,
    step: &'a Step,
}

impl Surgery<'_> {
    /// Whether something was edited; an error says what a person has to decide.
    fn operate(&mut self) -> Result<bool, Refusal> {
        use Action::*;
        use Topic::*;
        let step = self.step;
        let own = |key: &str| join(&self.operation.pointer, key);
        let of_request = matches!(
            step.topic,
            RequestProperty | RequestType | RequestFormat | RequestRequirement
        );
        if of_request && step.action != BecameUnclear {
            self.own_schema()?;
        }
        match (step.topic, step.action) {
            (
                Topic::BasePath
                | Title
                | PageId
                | MediaTypeParameter
                | PathVariable
                | Link
                | SdkVersion
                | Date,
                _,
            ) if step.action != Swapped => return Ok(false),
            (ShownProperty | ShownValue, Removed) | (ResponseExample, _) => return Ok(false),
            (PageAddress, _) => {
                let address = self.new_value()?.into();
                self.editor
                    .replace(&join(&own("x-docs"), "page"), &address)?;
            }
            (MediaType, _) => {
                let name = self.new_value()?.to_owned();
                self.editor.rename(&self.operation.pointer, &name)?;
            }
            (Method, _) => self.move_to(
                &self.new_value()?.to_lowercase(),
                &self.operation.path.clone(),
            )?,
            (Path, _) | (PathVariable, Swapped) => self.path()?,
            (RequestBody, Added) => self.body_appears()?,
            (RequestBody, Removed) => self.body_vanishes()?,
            (RequestProperty, Added | AddedRequired) => self.request_added(&step.name)?,
            (RequestProperty, Removed) => self.request_removed(&step.name)?,
            (RequestProperty, Renamed | Respelled) => self.request_renamed()?,
            (RequestProperty, Moved) => {
                let to = self.new_name()?.to_owned();
                self.request_removed(&step.name)?;
                self.request_added(&to)?;
            }
            (RequestType | RequestFormat, Changed) => self.request_retyped()?,
            (RequestRequirement, BecameRequired) => self.require(true)?,
            (RequestRequirement, BecameOptional) => self.require(false)?,
            (RequestExample, Changed) if !step.name.is_empty() => return self.request_example(),
            (ShownProperty, Added) => self.response_added()?,
            (ShownValue, Added) => return self.response_value(),
            (ResponseType | ResponseFormat, Changed) => self.response_retyped()?,
            (ResponseNull, Added) => {
                let at = self.response_property(&step.name)?;
                self.editor.insert(&at, &member("nullable", true))?;
            }
            (ResponseNull, Removed) => {
                let at = self.response_property(&step.name)?;
                self.editor.remove(&join(&at, "nullable"))?;
            }
            (Status, Changed) => self.status()?,
            (ErrorStatus, Added) => self.failure()?,
            (Topic::Deprecation, Added) => {
                let group = self.alone("the notice")?;
                self.editor.insert(&group, &member("deprecated", true))?;
            }
            (Topic::Deprecation, Removed) => {
                let group = self.alone("the notice")?;
                self.editor.remove(&join(&group, "deprecated"))?;
            }
            (Header | QueryParameter, Added | AddedRequired) => self.parameter()?,
            (Lifetime | Attempts | CodeShape | Limit, Changed) => self.constant()?,
            (StatusName, Changed) => return self.status_name(),
            _ => return Err("a person has to decide".to_owned()),
        }
        Ok(true)
    }

    fn new_value(&self) -> Result<&str, Refusal> {
        let new = self.step.new.as_ref();
        new.map(|(_, value)| value.as_str())
            .ok_or_else(|| "the page says nothing in its place".to_owned())
    }

    fn new_name(&self) -> Result<&str, Refusal> {
        let new = self.step.new.as_ref();
        new.map(|(name, _)| name.as_str())
            .ok_or_else(|| "the page says nothing in its place".to_owned())
    }

    /// The operation, if it has no other variant that an edit of it would touch.
    fn alone(&self, what: &str) -> Result<String, Refusal> {
        let group = document::group(self.operation);
        match self.beside().first() {
            None => Ok(group),
            Some(other) => Err(format!("{what} would be one of `{other}` too")),
        }
    }

    fn beside(&self) -> Vec<&str> {
        let operations = self.specification.api.operations.iter();
        let beside = operations.filter(|other| {
            other.id != self.operation.id
                && (&other.method, &other.path) == (&self.operation.method, &self.operation.path)
        });
        beside.map(|other| other.id.as_str()).collect()
    }

    fn path(&mut self) -> Result<(), Refusal> {
        let known = &self.operation.path;
        let prefix = document::address(self.specification, self.operation).2;
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
    fn move_to(&mut self, method: &str, path: &str) -> Result<(), Refusal> {
        let (item, group) = (
            join("/paths", &self.operation.path),
            document::group(self.operation),
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

    /// The lines of a block as they stand, without their indentation.
    fn copy(&self, pointer: &str) -> Result<Node, Refusal> {
        let extent = self
            .editor
            .document
            .extent(pointer)
            .filter(|extent| !extent.flow);
        let extent = extent.ok_or_else(|| "the operation is written on one line".to_owned())?;
        let text = self.editor.document.text();
        let start = text[..extent.value.start]
            .rfind('\n')
            .map_or(0, |end| end + 1);
        let indent = extent.value.start - start;
        let lines = text[start..extent.value.end].lines();
        Ok(Node::Lines(
            lines
                .map(|line| line.get(indent..).unwrap_or_default().to_owned())
                .collect(),
        ))
    }

    /// Gives an operation the parameters that its path names, and no others.
    fn parameters_of(&mut self, group: &str, path: &str) -> Result<(), Refusal> {
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

    fn add_parameter(
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

    fn parameter(&mut self) -> Result<(), Refusal> {
        let group = self.alone("the parameter")?;
        let (place, required) = match self.step.topic {
            Topic::Header => ("header", self.step.action == Action::AddedRequired),
            _ => ("query", false),
        };
        self.add_parameter(&group, &self.step.name.clone(), place, required)
    }

    fn body_appears(&mut self) -> Result<(), Refusal> {
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

    fn body_vanishes(&mut self) -> Result<(), Refusal> {
        for key in ["examples", "example", "schema"] {
            let at = join(&self.operation.pointer, key);
            if self.editor.document.get(&at).is_some() {
                self.editor.remove(&at)?;
            }
        }
        self.editor
            .insert(&self.operation.pointer, &member("x-no-body", true))
    }

    fn request_schema(&self) -> String {
        join(&self.operation.pointer, "schema")
    }

    /// The schema of an object, or of what is inside of it, and the part of the path that it does not have.
    fn walk<'p>(&self, root: &str, path: &'p str) -> Result<(String, Vec<&'p str>), Refusal> {
        let resolve = |pointer: &str| {
            let found = self.editor.document.resolve(pointer);
            found.map(|(at, _)| at).map_err(|error| error.to_string())
        };
        let mut at = resolve(root)?;
        let names: Vec<&str> = path.split('.').collect();
        for (index, name) in names.iter().enumerate() {
            let next = join(&join(&at, "properties"), name.trim_end_matches("[]"));
            if self.editor.document.get(&next).is_none() {
                return Ok((at, names[index..].to_vec()));
            }
            at = resolve(&next)?;
            for _ in 0..name.matches("[]").count() {
                at = resolve(&join(&at, "items"))?;
            }
        }
        Ok((at, Vec::new()))
    }

    /// The object that has a property, if only this variant uses it, and the name of the property.
    fn request_owner(&self, path: &str) -> Result<(String, String), Refusal> {
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

    fn walk_root(&self, root: &str) -> Result<(String, Vec<&'static str>), Refusal> {
        let found = self.editor.document.resolve(root);
        found
            .map(|(at, _)| (at, Vec::new()))
            .map_err(|error| error.to_string())
    }

    /// Gives the variant a schema of its own where others send the one it has.
    fn own_schema(&mut self) -> Result<(), Refusal> {
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
    fn private(&self, owner: &str) -> Result<(), Refusal> {
        let Some(rest) = owner.strip_prefix("/components/schemas/") else {
            return Ok(());
        };
        let schema = rest.split('/').next().unwrap_or_default();
        match self.users(schema, false) {
            Some(other) => Err(format!("`{other}` uses the schema `{schema}` too")),
            None => Ok(()),
        }
    }

    /// Another variant that sends a schema, or, unless only requests count, gets it.
    fn users(&self, schema: &str, requests_only: bool) -> Option<String> {
        let prefix = join("/components/schemas", schema);
        let inside = |pointer: &str| {
            pointer
                .strip_prefix(prefix.as_str())
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        let operations = self.specification.api.operations.iter();
        let mut others = operations.filter(|other| requests_only || other.id != self.operation.id);
        let user = others.find(|other| {
            self.specification.entries(&other.id).iter().any(|entry| {
                inside(&entry.place.pointer)
                    && (!requests_only
                        || entry.topic.direction() == crate::compare::Direction::Request)
            })
        });
        user.map(|other| other.id.clone())
    }

    /// The schema of a property of the request as the page says it.
    fn stated(&self, path: &str) -> Node {
        let rows = self.page.properties.iter().flatten();
        let word = rows
            .clone()
            .find(|row| row.name == path)
            .map(|row| row.type_name.clone());
        let body = self.page.request_body();
        let mut names = path.split('.').map(|name| name.trim_end_matches("[]"));
        let example = body
            .as_ref()
            .and_then(|body| names.try_fold(&body.value, |value, name| value.get(name)));
        let shape = match (word, example) {
            (Some(word), example) => {
                Shape::stated(&word, path.rsplit('.').next().unwrap_or_default(), example)
            }
            (None, Some(example)) => Shape::of(example),
            (None, None) => Shape::default(),
        };
        shape.node(None)
    }

    fn request_added(&mut self, path: &str) -> Result<(), Refusal> {
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
            row.requirement.eq_ignore_ascii_case("required")
                && row
                    .name
                    .strip_prefix(path)
                    .is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        });
        let schema = if missing.len() > 1 {
            let body = self.page.request_body();
            let mut names = path.split('.');
            let value = body
                .as_ref()
                .and_then(|body| names.try_fold(&body.value, |value, name| value.get(name)));
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

    fn add_property(&mut self, owner: &str, name: &str, schema: Node) -> Result<(), Refusal> {
        let properties = join(owner, "properties");
        if self.editor.document.get(&properties).is_some() {
            return self.editor.insert(&properties, &member(name, schema));
        }
        self.editor.insert(
            owner,
            &member("properties", Map::default().with(name, schema)),
        )
    }

    fn add_required(&mut self, owner: &str, name: &str) -> Result<(), Refusal> {
        let required = join(owner, "required");
        if self.editor.document.get(&required).is_some() {
            return self.editor.push(&required, &name.into());
        }
        self.editor
            .insert(owner, &member("required", Node::List(vec![name.into()])))
    }

    fn drop_required(&mut self, owner: &str, name: &str) -> Result<(), Refusal> {
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
    fn examples(&self) -> Vec<String> {
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

    fn extend_examples(&mut self, path: &str, required: bool) -> Result<(), Refusal> {
        let body = self.page.request_body();
        let mut names = path.split('.');
        let value = body
            .as_ref()
            .and_then(|body| names.try_fold(&body.value, |value, name| value.get(name)));
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
    fn in_examples(&self, path: &str) -> Vec<String> {
        let places = self
            .examples()
            .into_iter()
            .map(|at| path.split('.').fold(at, |at, name| join(&at, name)));
        places
            .filter(|at| self.editor.document.get(at).is_some())
            .collect()
    }

    fn request_removed(&mut self, path: &str) -> Result<(), Refusal> {
        let (owner, name) = self.request_owner(path)?;
        self.editor
            .remove(&join(&join(&owner, "properties"), &name))?;
        self.drop_required(&owner, &name)?;
        for at in self.in_examples(path) {
            self.editor.remove(&at)?;
        }
        Ok(())
    }

    fn request_renamed(&mut self) -> Result<(), Refusal> {
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

    fn request_retyped(&mut self) -> Result<(), Refusal> {
        let path = self.step.name.clone();
        let (owner, name) = self.request_owner(&path)?;
        let at = join(&join(&owner, "properties"), &name);
        self.retype(&at, self.stated(&path))?;
        let body = self.page.request_body();
        let mut names = path.split('.');
        let shown = body.as_ref().and_then(|body| {
            names
                .try_fold(&body.value, |value, name| value.get(name))
                .cloned()
        });
        for at in self.in_examples(&path) {
            match &shown {
                Some(value) if !value.as_str().is_some_and(is_placeholder) => {
                    self.editor.replace(&at, &value.into())?
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// Gives a property another type and keeps what is said about it.
    fn retype(&mut self, at: &str, schema: Node) -> Result<(), Refusal> {
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

    fn require(&mut self, required: bool) -> Result<(), Refusal> {
        let (owner, name) = self.request_owner(&self.step.name)?;
        if required {
            self.add_required(&owner, &name)
        } else {
            self.drop_required(&owner, &name)
        }
    }

    /// A value that an example of the request shows.
    fn request_example(&mut self) -> Result<bool, Refusal> {
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

    /// The schema of the successful answer.
    fn response_schema(&self) -> Result<String, Refusal> {
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
    fn received(&self, owner: &str) -> Result<(), Refusal> {
        let schema = owner
            .strip_prefix("/components/schemas/")
            .and_then(|rest| rest.split('/').next());
        match schema.and_then(|schema| self.users(schema, true).map(|other| (schema, other))) {
            Some((schema, other)) => Err(format!("`{other}` sends the schema `{schema}`")),
            None => Ok(()),
        }
    }

    fn response_property(&self, path: &str) -> Result<String, Refusal> {
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
    fn shown(&self, path: &str) -> Option<&Value> {
        let mut bodies = self
            .page
            .responses
            .iter()
            .filter_map(|response| response.body.as_ref());
        bodies.find_map(|body| {
            path.split('.').try_fold(&body.value, |value, name| {
                let value = value.get(name.trim_end_matches("[]"))?;
                (0..name.matches("[]").count()).try_fold(value, |value, _| value.get(0))
            })
        })
    }

    fn response_added(&mut self) -> Result<(), Refusal> {
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

    fn response_retyped(&mut self) -> Result<(), Refusal> {
        let path = self.step.name.clone();
        let at = self.response_property(&path)?;
        let shown = self.shown(&path).ok_or("the page does not show it")?;
        let schema = Shape::of(shown).node(links(self.editor).as_ref());
        self.retype(&at, schema)
    }

    fn response_value(&mut self) -> Result<bool, Refusal> {
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

    fn add_value(&mut self, list: &str, value: &str) -> Result<bool, Refusal> {
        let values = self.editor.document.get(list).and_then(Value::as_array);
        if values.is_some_and(|values| values.iter().any(|known| known == value)) {
            return Ok(false);
        }
        self.editor.push(list, &value.into())?;
        Ok(true)
    }

    /// A status name of the prose belongs to the one enum that has the old one.
    fn status_name(&mut self) -> Result<bool, Refusal> {
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

    fn status(&mut self) -> Result<(), Refusal> {
        let group = self.alone("the status")?;
        let old = self.step.old.clone().unwrap_or_default();
        let new = self.new_value()?.to_owned();
        self.editor
            .rename(&join(&join(&group, "responses"), &old), &new)
    }

    /// A status of failure has the form that it has elsewhere.
    fn failure(&mut self) -> Result<(), Refusal> {
        let group = self.alone("the status")?;
        let status = self.step.name.clone();
        let operations = self.specification.api.operations.iter();
        let elsewhere = operations.filter_map(|other| {
            let at = join(&join(&document::group(other), "responses"), &status);
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

    /// A number in the description.
    fn constant(&mut self) -> Result<(), Refusal> {
        let kind =
            crate::compare::page::constant_kind(self.step.topic).ok_or("it is no constant")?;
        let old = self
            .step
            .old
            .clone()
            .ok_or("the document has no sentence for it")?;
        let new = self.new_value()?.to_owned();
        for key in ["x-description", "description"] {
            let at = join(&self.operation.pointer, key);
            if self.editor.document.get(&at).is_none() {
                continue;
            }
            if let Some((range, text)) =
                replace_constant(self.editor.source(&at)?, kind, &old, &new)
            {
                return self.editor.overwrite(&at, range, &text);
            }
        }
        Err(format!("the description does not say `{old}`"))
    }
}
