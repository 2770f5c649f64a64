//! What a media type says about a body.

use serde_json::Value;

use super::Lowering;
use crate::document::join;
use crate::error::Result;
use crate::model::Format;

impl Lowering<'_> {
    /// Refuses a media type that no header can carry, or that is a range.
    pub(super) fn check_media_type(&self, pointer: &str, media_type: &str) -> Result<()> {
        let document = self.document;
        let essence = essence(media_type);
        let parts = essence.split_once('/');
        let is_visible = media_type.bytes().all(|byte| matches!(byte, b' '..=b'~'));
        if !is_visible || !parts.is_some_and(|(ty, subtype)| is_token(ty) && is_token(subtype)) {
            let message = format!("`{media_type}` is no media type: no header can carry it");
            return Err(document.error(pointer, message));
        }
        if essence.contains('*') {
            let message = format!(
                "a request body of type `{media_type}` is unsupported: write out the type that is sent"
            );
            return Err(document.unsupported("request body", pointer, message));
        }
        Ok(())
    }

    /// How a body of a media type is written.
    pub(super) fn format(&self, pointer: &str, media_type: &str) -> Result<Format> {
        self.check_media_type(pointer, media_type)?;
        let essence = essence(media_type);
        // JSON is YAML.
        if is_json(&essence) || essence.ends_with("+yaml") || essence.ends_with("/yaml") {
            return Ok(Format::Json);
        }
        if essence == FORM {
            return Ok(Format::Form);
        }
        let is_multipart = essence.starts_with("multipart/");
        if !is_multipart && self.is_bytes(&join(pointer, "schema"))? {
            return Ok(Format::Bytes);
        }
        let message = format!(
            "a request body of type `{media_type}` is unsupported: only JSON, forms and plain texts or bytes are"
        );
        Err(self.document.unsupported("request body", pointer, message))
    }

    /// Whether a schema describes a text or bytes, or nothing.
    pub(super) fn is_bytes(&self, schema: &str) -> Result<bool> {
        if self.document.get(schema).is_none() {
            return Ok(true);
        }
        let (_, schema) = self.document.resolve(schema)?;
        let ty = schema.get("type").and_then(Value::as_str);
        let is_empty = schema.as_object().is_some_and(|schema| schema.is_empty());
        Ok((ty == Some("string") && schema.get("enum").is_none()) || is_empty)
    }
}

/// The media type of a form.
pub(crate) const FORM: &str = "application/x-www-form-urlencoded";

/// A media type in lower case without its parameters.
pub(crate) fn essence(media_type: &str) -> String {
    let essence = media_type.split(';').next().unwrap_or_default();
    essence.trim().to_ascii_lowercase()
}

/// Whether a server could not tell two media types apart.
pub(super) fn is_same(one: &str, other: &str) -> bool {
    let parameters = |media_type: &str| {
        let parameters = media_type.split_once(';');
        parameters.map(|(_, parameters)| parameters.replace(' ', ""))
    };
    essence(one) == essence(other) && parameters(one) == parameters(other)
}

pub(super) fn is_json(essence: &str) -> bool {
    essence == "application/json" || essence == "text/json" || essence.ends_with("+json")
}

/// Whether a text can be the name of a header or one half of a media type.
pub(super) fn is_token(text: &str) -> bool {
    let is_token = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    !text.is_empty() && text.bytes().all(is_token)
}
