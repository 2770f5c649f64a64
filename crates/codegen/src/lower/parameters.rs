//! Parameters outside the body, and their names in Rust.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{Lowering, Shared, template_names, text};
use crate::document::join;
use crate::error::Result;
use crate::model::{Body, Location, Parameter};

/// Marks a path parameter that a client sets once for all calls.
const CLIENT_SUPPLIED: &str = "x-client-supplied";

impl Lowering<'_> {
    pub(super) fn parameters(
        &mut self,
        id: &str,
        item: &str,
        shared: &Shared,
        body: &Body,
    ) -> Result<Vec<Parameter>> {
        let document = self.document;
        let mut found: Vec<Parameter> = Vec::new();
        for owner in [item, &shared.pointer] {
            let list = join(owner, "parameters");
            let count = document
                .get(&list)
                .and_then(Value::as_array)
                .map_or(0, Vec::len);
            for index in 0..count {
                let (pointer, value) = document.resolve(&join(&list, &index.to_string()))?;
                let parameter = self.parameter(id, pointer, value)?;
                found.retain(|other| {
                    (&other.name, other.location) != (&parameter.name, parameter.location)
                });
                found.push(parameter);
            }
        }
        for name in template_names(&shared.path) {
            if !found
                .iter()
                .any(|parameter| parameter.location == Location::Path && parameter.name == name)
            {
                let message = format!(
                    "the path names `{{{name}}}`, but no path parameter of that name exists"
                );
                return Err(document.error(&shared.pointer, message));
            }
        }
        let mut taken = BTreeSet::from(["self".to_owned()]);
        if matches!(body, Body::Content { .. }) {
            taken.insert("body".to_owned());
        }
        for parameter in &mut found {
            parameter.argument = self.argument(parameter, &mut taken)?;
        }
        Ok(found)
    }

    fn argument(&self, parameter: &Parameter, taken: &mut BTreeSet<String>) -> Result<String> {
        let argument = heck::ToSnakeCase::to_snake_case(parameter.name.as_str());
        if taken.insert(argument.clone()) {
            return Ok(argument);
        }
        if parameter.location != Location::Path {
            let message = format!(
                "the parameter `{}` becomes the Rust argument `{argument}`, which another one has: rename one",
                parameter.name
            );
            return Err(self.document.error(&parameter.pointer, message));
        }
        // A path parameter is sent by its place, so that its argument may have another name.
        let numbered = (2..).map(|number| format!("{argument}_{number}"));
        let mut free = numbered.filter(|name| taken.insert(name.clone()));
        Ok(free.next().unwrap_or(argument))
    }

    fn parameter(&mut self, id: &str, pointer: String, value: &Value) -> Result<Parameter> {
        let document = self.document;
        let name = text(value.get("name")).unwrap_or_default();
        let location = match value.get("in").and_then(Value::as_str) {
            Some("path") => Location::Path,
            Some("query") => Location::Query,
            Some("header") => Location::Header,
            other => {
                let message = format!(
                    "a parameter in `{}` is unsupported",
                    other.unwrap_or_default()
                );
                return Err(document.error(&pointer, message));
            }
        };
        let style = value.get("style").and_then(Value::as_str);
        let default = if location == Location::Query {
            "form"
        } else {
            "simple"
        };
        if style.is_some_and(|style| style != default) {
            return Err(document.error(
                &join(&pointer, "style"),
                format!("only the style `{default}` is supported here"),
            ));
        }
        let schema = join(&pointer, "schema");
        if document.get(&schema).is_none() {
            return Err(document.error(&pointer, format!("the parameter `{name}` has no `schema`")));
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
        Ok(Parameter {
            location,
            required,
            client_supplied,
            description: text(value.get("description")),
            schema: self.schemas.name_inline(&schema, &format!("{id}-{name}"))?,
            example: value.get("example").cloned(),
            argument: String::new(),
            name,
            pointer,
        })
    }
}
