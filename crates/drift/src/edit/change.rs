//! One edit: which one a difference asks for, and what all of them need.

use pingone_codegen::join;
use pingone_codegen::model::Operation;

use super::editor::{Editor, Refusal, under};
use super::node::{self, Node, member};
use super::scaffold;
use crate::compare::page::constant_kind;
use crate::compare::specification::{Specification, group, is_beside};
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

impl<'a> Edit<'a> {
    /// Makes the edit, and returns whether something was edited; an error says what a person has to decide.
    pub(super) fn make(&mut self) -> Result<bool, Refusal> {
        use Action::*;
        use Topic::*;
        let step = self.step;
        let own = |keys: &[&str]| under(&self.operation.pointer, keys);
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
                let address = self.page_says()?.1.as_str().into();
                self.editor.replace(&own(&["x-docs", "page"]), &address)?;
            }
            (MediaType, _) => {
                let at = &self.operation.pointer;
                self.editor.rename(at, &self.page_says()?.1)?;
            }
            (Method, _) => {
                let method = self.page_says()?.1.to_lowercase();
                self.move_to(&method, &self.operation.path)?;
            }
            (Path, _) | (PathVariable, Swapped) => self.path()?,
            (RequestBody, Added) => self.body_appears()?,
            (RequestBody, Removed) => self.body_vanishes()?,
            (RequestProperty, Added | AddedRequired) => self.request_added(&step.name)?,
            (RequestProperty, Removed) => self.request_removed(&step.name)?,
            (RequestProperty, Renamed | Respelled) => self.request_renamed()?,
            (RequestProperty, Moved) => {
                self.request_removed(&step.name)?;
                self.request_added(&self.page_says()?.0)?;
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
            (Header | QueryParameter, BecameRequired) => self.parameter_required(true)?,
            (Header | QueryParameter, BecameOptional) => self.parameter_required(false)?,
            (Authorization, Added | Changed) => self.credentials()?,
            (Lifetime | Attempts | CodeShape | Limit | Topic::Default, Changed) => {
                self.constant()?
            }
            _ => return Err("a person has to decide".to_owned()),
        }
        Ok(true)
    }

    /// Name and value that the page has now.
    pub(super) fn page_says(&self) -> Result<&'a (String, String), Refusal> {
        let new = self.step.new.as_ref();
        new.ok_or_else(|| "the page says nothing in its place".to_owned())
    }

    /// The operation, if it has no other variant that an edit of it would touch.
    pub(super) fn alone(&self, what: &str) -> Result<String, Refusal> {
        match self.beside() {
            None => Ok(group(self.operation)),
            Some(other) => Err(format!("{what} would be one of `{other}` too")),
        }
    }

    /// Another variant of the same operation.
    pub(super) fn beside(&self) -> Option<&'a str> {
        let own = self.operation;
        let mut operations = self.specification.api.operations.iter();
        let beside = operations.find(|other| other.id != own.id && is_beside(other, own));
        beside.map(|other| other.id.as_str())
    }

    /// The lines of a block as they are, without their indentation.
    pub(super) fn copy(&self, pointer: &str) -> Result<Node, Refusal> {
        let extent = self.editor.document.extent(pointer);
        extent
            .filter(|extent| !extent.flow)
            .and_then(|_| node::lines_of(&self.editor.document, pointer))
            .ok_or_else(|| "the operation is written on one line".to_owned())
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
        let names: Vec<&str> = path.split('.').filter(|name| !name.is_empty()).collect();
        for (index, name) in names.iter().enumerate() {
            let next = under(&at, &["properties", name.trim_end_matches("[]")]);
            if !self.editor.has(&next) {
                return Ok((at, names[index..].to_vec()));
            }
            at = resolve(&next)?;
            for _ in 0..name.matches("[]").count() {
                at = resolve(&join(&at, "items"))?;
            }
        }
        Ok((at, Vec::new()))
    }

    /// Another variant that sends or gets a schema.
    pub(super) fn user(&self, schema: &str) -> Option<&'a str> {
        let prefix = under("/components/schemas", &[schema]);
        let is_inside = |pointer: &str| {
            let rest = pointer.strip_prefix(prefix.as_str());
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        let mut operations = self.specification.api.operations.iter();
        let user = operations.find(|other| {
            let mut said = self.specification.entries(&other.id).iter();
            other.id != self.operation.id && said.any(|entry| is_inside(&entry.place.pointer))
        });
        user.map(|other| other.id.as_str())
    }

    /// A constant in the description, which is added where the document says nothing of its kind.
    pub(super) fn constant(&mut self) -> Result<(), Refusal> {
        let kind = constant_kind(self.step.topic).ok_or("it is no constant")?;
        let new = &self.page_says()?.1;
        let keys = ["x-description", "description"];
        let places = keys.map(|key| join(&self.operation.pointer, key));
        let place = places.iter().find(|at| self.editor.has(at));
        if let (Some(at), Some(old)) = (place, &self.step.old) {
            let source = self.editor.source(at)?;
            if let Some((range, text)) = replace_constant(source, kind, old, new) {
                return self.editor.overwrite(at, range, &text);
            }
        }
        let mut documented = self.specification.entries(&self.operation.id).iter();
        let facts = self.page.facts();
        let several = facts.iter().filter(|fact| fact.kind == kind).count() > 1;
        if several || documented.any(|entry| entry.topic == self.step.topic) {
            return Err("the description says it of something else".to_owned());
        }
        let sentence = scaffold::constant(kind, new).ok_or("it is no constant")?;
        let Some(at) = place else {
            let key = keys[usize::from(self.operation.media_type().is_none())];
            let description = member(key, sentence);
            return self.editor.insert(&self.operation.pointer, &description);
        };
        let source = self.editor.source(at)?;
        let end = source.trim_end_matches(['\'', '"']).trim_end().len();
        self.editor.overwrite(at, end..end, &format!(" {sentence}"))
    }
}
