//! Parameters outside the body, and their names in Rust.

use std::collections::BTreeSet;

use serde_json::Value;

use super::media_type::is_token;
use super::types::Types;
use super::{Lowering, Shared, keep, template_names, text};
use crate::document::join;
use crate::error::{Error, Result};
use crate::model::{Body, Format, Location, Parameter, SchemaKind, Style, Type};
use crate::names::{field_name, numbered};

/// Marks a path parameter that a client sets once for all calls.
const CLIENT_SUPPLIED: &str = "x-client-supplied";

/// What OpenAPI says otherwise than by a parameter of this name.
const IGNORED_HEADERS: [&str; 3] = ["accept", "authorization", "content-type"];

impl Lowering<'_> {
    pub(super) fn parameters(
        &mut self,
        id: &str,
        item: &str,
        shared: &Shared,
        body: &Body,
        errors: &mut Vec<Error>,
    ) -> Vec<Parameter> {
        let document = self.document;
        let mut found: Vec<Parameter> = Vec::new();
        for owner in [item, &shared.pointer] {
            let list = join(owner, "parameters");
            let mut own: Vec<Parameter> = Vec::new();
            let count = document
                .get(&list)
                .and_then(Value::as_array)
                .map_or(0, Vec::len);
            for index in 0..count {
                let resolved = document.resolve(&join(&list, &index.to_string()));
                let parameter =
                    resolved.and_then(|(pointer, value)| self.parameter(id, pointer, value));
                let Some(Some(parameter)) = keep(errors, parameter) else {
                    continue;
                };
                let is_same = |other: &Parameter| {
                    other.location == parameter.location
                        && match other.location {
                            Location::Header => other.name.eq_ignore_ascii_case(&parameter.name),
                            Location::Path | Location::Query => other.name == parameter.name,
                        }
                };
                if own.iter().any(is_same) {
                    let message = format!("the parameter `{}` is listed twice", parameter.name);
                    errors.push(document.error(&parameter.pointer, message));
                    continue;
                }
                found.retain(|other| !is_same(other));
                own.push(parameter);
            }
            found.append(&mut own);
        }
        for name in template_names(&shared.path) {
            if !found
                .iter()
                .any(|parameter| parameter.location == Location::Path && parameter.name == name)
            {
                let message = format!(
                    "the path names `{{{name}}}`, but no path parameter of that name exists"
                );
                errors.push(document.error(&shared.pointer, message));
            }
        }
        for parameter in &found {
            if parameter.location == Location::Path
                && !template_names(&shared.path).contains(&parameter.name.as_str())
            {
                let message = format!(
                    "the path does not name `{{{}}}`, so that this parameter would never be sent",
                    parameter.name
                );
                errors.push(document.error(&parameter.pointer, message));
            }
        }
        let mut taken = BTreeSet::new();
        if matches!(body, Body::Content { .. }) {
            taken.insert("body".to_owned());
        }
        for parameter in &mut found {
            parameter.argument = numbered(&field_name(&parameter.name), "_", |name| {
                !taken.contains(name)
            });
            taken.insert(parameter.argument.clone());
        }
        found
    }

    /// One parameter; none where OpenAPI says that it is to be ignored.
    fn parameter(&mut self, id: &str, pointer: String, value: &Value) -> Result<Option<Parameter>> {
        let document = self.document;
        let name = text(value.get("name")).unwrap_or_default();
        let unsupported =
            |at: &str, message: String| Err(document.unsupported("parameter", at, message));
        let location = match value.get("in").and_then(Value::as_str) {
            Some("path") => Location::Path,
            Some("query") => Location::Query,
            Some("header") => Location::Header,
            other => {
                let message = format!(
                    "a parameter in `{}` is unsupported",
                    other.unwrap_or_default()
                );
                return unsupported(&pointer, message);
            }
        };
        if location == Location::Header {
            if IGNORED_HEADERS
                .iter()
                .any(|ignored| name.eq_ignore_ascii_case(ignored))
            {
                return Ok(None);
            }
            if !is_token(&name) {
                let message = format!("`{name}` cannot be the name of a header");
                return Err(document.error(&pointer, message));
            }
        }
        let schema = join(&pointer, "schema");
        if document.get(&schema).is_none() {
            let message = format!("the parameter `{name}` has no `schema`");
            return if value.get("content").is_some() {
                unsupported(
                    &pointer,
                    format!("{message}: `content` is unsupported here"),
                )
            } else {
                Err(document.error(&pointer, message))
            };
        }
        if value.get("allowReserved") == Some(&Value::Bool(true)) {
            let message = format!(
                "`allowReserved` of the parameter `{name}` is unsupported: values are always escaped"
            );
            return unsupported(&join(&pointer, "allowReserved"), message);
        }
        let required = value.get("required") == Some(&Value::Bool(true));
        if location == Location::Path && !required {
            return Err(document.error(
                &pointer,
                format!("the path parameter `{name}` must say `required: true`"),
            ));
        }
        let supplied = join(&pointer, CLIENT_SUPPLIED);
        let client_supplied = document.get(&supplied) == Some(&Value::Bool(true));
        if client_supplied && location != Location::Path {
            let message = format!("`{CLIENT_SUPPLIED}` is for path parameters only");
            return Err(document.error(&supplied, message));
        }
        let style = value.get("style").and_then(Value::as_str);
        let explode = value.get("explode").and_then(Value::as_bool);
        let style = match (location, style) {
            (Location::Path | Location::Header, None | Some("simple")) => Style::Simple {
                explode: explode == Some(true),
            },
            (Location::Query, None | Some("form")) => Style::Form {
                explode: explode != Some(false),
            },
            // Exploded, lists of these styles are written as a form is; `form` alone explodes by default.
            (Location::Query, Some("spaceDelimited" | "pipeDelimited"))
                if explode == Some(true) =>
            {
                Style::Form { explode: true }
            }
            (Location::Query, Some("spaceDelimited")) => Style::SpaceDelimited,
            (Location::Query, Some("pipeDelimited")) => Style::PipeDelimited,
            (Location::Query, Some("deepObject")) => Style::DeepObject,
            (_, Some(style)) => {
                let message = format!("the style `{style}` is unsupported here");
                return unsupported(&join(&pointer, "style"), message);
            }
        };
        Ok(Some(Parameter {
            location,
            required,
            client_supplied,
            style,
            ty: Type::Any,
            description: text(value.get("description")),
            schema: self.schemas.name_member(&schema, &format!("{id}-{name}")),
            example: value.get("example").cloned(),
            argument: String::new(),
            name,
            pointer,
        }))
    }
}

/// How deep a value is, as far as parameters and forms are concerned.
#[derive(Clone, Copy, PartialEq, PartialOrd)]
enum Depth {
    Scalar,
    Flat,
    Nested,
}

impl Types<'_> {
    /// Refuses a parameter that no style of OpenAPI can write.
    pub(super) fn check_parameter(&self, parameter: &Parameter) -> Result<()> {
        let depth = self.depth(&parameter.ty, 0);
        let name = &parameter.name;
        let what = match (depth, parameter.style) {
            _ if *parameter.ty.present() == Type::Secret => "a secret",
            (Depth::Nested, _) => "an object or array that holds others",
            (Depth::Scalar, Style::DeepObject) => "a plain value with the style `deepObject`",
            _ => return Ok(()),
        };
        let message = format!("the parameter `{name}` is {what}, which is unsupported");
        Err(self.unsupported("parameter", &parameter.pointer, message))
    }

    /// Refuses a body that cannot be written in its format.
    pub(super) fn check_body(&self, ty: &Type, format: Format, pointer: &str) -> Result<()> {
        if *ty.present() == Type::Secret {
            let message = "a body that is nothing but a secret is unsupported".to_owned();
            return Err(self.unsupported("request body", pointer, message));
        }
        if format != Format::Form {
            return Ok(());
        }
        let Some(members) = self.members(ty, 0) else {
            let message = "a form that is no object is unsupported".to_owned();
            return Err(self.unsupported("form", pointer, message));
        };
        for (name, ty) in members {
            if self.depth(ty, 0) == Depth::Nested || self.members(ty, 0).is_some() {
                let message = format!(
                    "the member `{name}` of a form is an object, or an array of more than plain values, which is unsupported"
                );
                return Err(self.unsupported("form", pointer, message));
            }
        }
        Ok(())
    }

    /// The members of an object; `None` where the type is something else.
    fn members<'t>(&'t self, ty: &'t Type, level: usize) -> Option<Vec<(&'t str, &'t Type)>> {
        match ty.present() {
            Type::Members => Some(Vec::new()),
            Type::Map(inner) => Some(vec![("*", inner)]),
            Type::Named(name) if level < 16 => match self.kind_of(name)? {
                SchemaKind::Struct(object) => Some(
                    object
                        .fields
                        .iter()
                        .map(|field| (field.wire.as_str(), &field.ty))
                        .collect(),
                ),
                SchemaKind::Alias(inner) | SchemaKind::Newtype(inner) => {
                    self.members(inner, level + 1)
                }
                SchemaKind::OneOf(one_of) => {
                    let all = one_of.alternatives.iter();
                    let all: Option<Vec<_>> =
                        all.map(|one| self.members(&one.ty, level + 1)).collect();
                    Some(all?.concat())
                }
                SchemaKind::Id | SchemaKind::Enum(_) | SchemaKind::Secret => None,
            },
            _ => None,
        }
    }

    fn depth(&self, ty: &Type, level: usize) -> Depth {
        if level > 16 {
            return Depth::Nested;
        }
        let deeper = |inner: &Type| match self.depth(inner, level + 1) {
            Depth::Scalar => Depth::Flat,
            Depth::Flat | Depth::Nested => Depth::Nested,
        };
        match ty.present() {
            Type::List(inner) | Type::Map(inner) => deeper(inner),
            Type::Members => Depth::Flat,
            Type::Named(name) => match self.kind_of(name) {
                Some(SchemaKind::Struct(object)) => {
                    object.fields.iter().map(|field| deeper(&field.ty)).fold(
                        Depth::Flat,
                        |deepest, depth| if depth > deepest { depth } else { deepest },
                    )
                }
                Some(SchemaKind::Alias(inner) | SchemaKind::Newtype(inner)) => {
                    self.depth(inner, level + 1)
                }
                Some(SchemaKind::OneOf(one_of)) => one_of
                    .alternatives
                    .iter()
                    .map(|one| self.depth(&one.ty, level + 1))
                    .fold(
                        Depth::Scalar,
                        |deepest, depth| if depth > deepest { depth } else { deepest },
                    ),
                _ => Depth::Scalar,
            },
            _ => Depth::Scalar,
        }
    }
}
