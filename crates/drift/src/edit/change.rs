//! One edit: which one a difference asks for, and what all of them need.

use pingone_codegen::join;
use pingone_codegen::model::Operation;

use super::editor::{Editor, Refusal};
use super::node::Node;
use super::scaffold::member;
use crate::compare::specification::{self, Specification};
use crate::compare::{Action, Topic};
use crate::page::{Page, replace_constant};
use crate::pages::Step;

/// What an edit works on.
pub(super) struct Edit<'a> {
    pub(super) editor: &'a mut Editor,
    pub(super) specification: &'a Specification,
    pub(super) page: &'a Page,
    pub(super) operation: &'a Operation,
    pub(super) step: &'a Step,
}

impl Edit<'_> {
    /// Makes the edit, and returns whether something was edited; an error says what a person has to decide.
    pub(super) fn make(&mut self) -> Result<bool, Refusal> {
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
                | Date
                | Layout
                | Unread
                | ErrorExample,
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
            // One example shows one answer, and others get the same schema.
            (
                ShownProperty | ShownValue | ResponseType | ResponseFormat | ResponseNull
                | StatusName,
                _,
            ) => return Err("the type of an answer is a person's decision".to_owned()),
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
            _ => return Err("a person has to decide".to_owned()),
        }
        Ok(true)
    }

    pub(super) fn new_value(&self) -> Result<&str, Refusal> {
        let new = self.step.new.as_ref();
        new.map(|(_, value)| value.as_str())
            .ok_or_else(|| "the page says nothing in its place".to_owned())
    }

    pub(super) fn new_name(&self) -> Result<&str, Refusal> {
        let new = self.step.new.as_ref();
        new.map(|(name, _)| name.as_str())
            .ok_or_else(|| "the page says nothing in its place".to_owned())
    }

    /// The operation, if it has no other variant that an edit of it would touch.
    pub(super) fn alone(&self, what: &str) -> Result<String, Refusal> {
        let group = specification::group(self.operation);
        match self.beside().first() {
            None => Ok(group),
            Some(other) => Err(format!("{what} would be one of `{other}` too")),
        }
    }

    pub(super) fn beside(&self) -> Vec<&str> {
        let operations = self.specification.api.operations.iter();
        let beside = operations.filter(|other| {
            other.id != self.operation.id
                && (&other.method, &other.path) == (&self.operation.method, &self.operation.path)
        });
        beside.map(|other| other.id.as_str()).collect()
    }

    /// The lines of a block as they stand, without their indentation.
    pub(super) fn copy(&self, pointer: &str) -> Result<Node, Refusal> {
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

    /// The schema of an object, or of what is inside of it, and the part of the path that it does not have.
    pub(super) fn walk<'p>(
        &self,
        root: &str,
        path: &'p str,
    ) -> Result<(String, Vec<&'p str>), Refusal> {
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

    pub(super) fn walk_root(&self, root: &str) -> Result<(String, Vec<&'static str>), Refusal> {
        let found = self.editor.document.resolve(root);
        found
            .map(|(at, _)| (at, Vec::new()))
            .map_err(|error| error.to_string())
    }

    /// Another variant that sends a schema, or, unless only requests count, gets it.
    pub(super) fn users(&self, schema: &str, requests_only: bool) -> Option<String> {
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

    /// A number in the description.
    pub(super) fn constant(&mut self) -> Result<(), Refusal> {
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
