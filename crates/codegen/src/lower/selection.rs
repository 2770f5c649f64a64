//! Variants of one media type: a property of the body chooses among them.

use serde_json::{Map, Value};

use super::Lowering;
use crate::document::join;
use crate::error::Result;
use crate::model::{Body, Selector, Type};
use crate::schemas::sole_value;

/// One entry of `x-variants`.
pub(super) struct Selection {
    pub(super) selector: Selector,
    /// The entry of `x-variants`.
    pub(super) pointer: String,
    media_type: String,
    /// The member of `oneOf` that the discriminator chooses.
    schema: String,
}

impl Lowering<'_> {
    /// The entries of `x-variants` of a media type, in the order of the document; none where there is no such key.
    pub(super) fn selections(&self, media_type: &str) -> Result<Vec<Selection>> {
        let document = self.document;
        let all = join(media_type, "x-variants");
        let Some(variants) = document.get(&all) else {
            return Ok(Vec::new());
        };
        let variants = variants.as_object().filter(|variants| !variants.is_empty());
        let discriminator = join(&join(media_type, "schema"), "discriminator");
        let property = document
            .get(&join(&discriminator, "propertyName"))
            .and_then(Value::as_str);
        let mapping = document
            .get(&join(&discriminator, "mapping"))
            .and_then(Value::as_object);
        let (Some(variants), Some(property), Some(mapping)) = (variants, property, mapping) else {
            let message = "`x-variants` has an entry for each value of the `schema`'s `discriminator`, \
                which needs a `propertyName` and a `mapping`";
            return Err(document.error(&all, message));
        };
        let lacking = mapping.keys().find(|value| !variants.contains_key(*value));
        if let Some(value) = lacking {
            let message = format!("`x-variants` says nothing of `{value}`: add an entry for it");
            return Err(document.error(&all, message));
        }
        let mut values: Vec<&String> = variants.keys().collect();
        values.sort_by_key(|value| document.position(&join(&all, value)));
        let mut selections = Vec::new();
        for value in values {
            let pointer = join(&all, value);
            let Some(target) = mapping.get(value) else {
                let message = format!("the `mapping` of the `discriminator` has no `{value}`");
                return Err(document.error(&pointer, message));
            };
            let schema = self.alternative(media_type, target).ok_or_else(|| {
                let message = format!("`{target}` is not among the `oneOf` of the schema");
                document.error(&discriminator, message)
            })?;
            self.check_fixed(&schema, property, value)?;
            selections.push(Selection {
                selector: Selector {
                    property: property.to_owned(),
                    value: value.clone(),
                },
                pointer,
                media_type: media_type.to_owned(),
                schema,
            });
        }
        Ok(selections)
    }

    /// The member of the schema's `oneOf` that refers to a target of the mapping.
    fn alternative(&self, media_type: &str, target: &Value) -> Option<String> {
        let list = join(&join(media_type, "schema"), "oneOf");
        let members = self.document.get(&list)?.as_array()?;
        let index = members
            .iter()
            .position(|member| member.get("$ref") == Some(target))?;
        Some(join(&list, &index.to_string()))
    }

    /// Refuses a schema that would let the property say something else than the variant's value.
    fn check_fixed(&self, schema: &str, property: &str, value: &str) -> Result<()> {
        let document = self.document;
        let (pointer, found) = document.resolve(schema)?;
        let required = found.get("required").and_then(Value::as_array);
        let required =
            required.is_some_and(|names| names.iter().any(|name| name.as_str() == Some(property)));
        let at = join(&join(&pointer, "properties"), property);
        if required && document.get(&at).is_some() {
            let (_, property) = document.resolve(&at)?;
            if sole_value(property) == Some(value) {
                return Ok(());
            }
        }
        let message = format!(
            "`{property}` chooses this schema by the value `{value}`: make it required, with `enum: [{value}]`"
        );
        Err(document.error(&pointer, message))
    }

    /// The body of a variant, with those examples of the media type that choose it.
    pub(super) fn selected_body(
        &mut self,
        id: &str,
        media_type: &str,
        selection: &Selection,
    ) -> Result<Body> {
        let format = self.format(&selection.media_type, media_type)?;
        let Selector { property, value } = &selection.selector;
        let mut examples = self.examples(&selection.media_type)?;
        examples.retain(|_, example| {
            example
                .as_object()
                .and_then(|example: &Map<_, _>| example.get(property)?.as_str())
                == Some(value)
        });
        Ok(Body::Content {
            format,
            required: true,
            ty: Type::Any,
            schema: self
                .schemas
                .name_inline(&selection.schema, &format!("{id}Body")),
            examples,
            media_type: media_type.to_owned(),
        })
    }
}
