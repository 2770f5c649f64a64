//! The documented answers of a variant.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::media_type::{essence, is_json};
use super::{Lowering, Shared, text};
use crate::document::join;
use crate::error::Result;
use crate::model::{Response, ResponseBody, Type};

impl Lowering<'_> {
    pub(super) fn responses(
        &mut self,
        id: &str,
        shared: &Shared,
        variant: &str,
    ) -> Result<Vec<Response>> {
        let document = self.document;
        let all = join(&shared.pointer, "responses");
        let Some(documented) = document.get(&all).and_then(Value::as_object) else {
            return Err(document.error(&shared.pointer, "this operation has no `responses`"));
        };
        let chosen = self.chosen_responses(&all, documented, variant)?;
        let mut responses = Vec::new();
        for status in chosen {
            let (pointer, value) = document.resolve(&join(&all, &status))?;
            let content = join(&pointer, "content");
            let media_types = value.get("content").and_then(Value::as_object);
            let media_type = media_types.and_then(|content| {
                let json = |name: &&String| is_json(&essence(name));
                let exact = content
                    .keys()
                    .find(|name| essence(name) == "application/json");
                exact
                    .or_else(|| content.keys().find(json))
                    .or_else(|| content.keys().next())
            });
            let (body, examples) = match media_type {
                None => (ResponseBody::None, BTreeMap::new()),
                // HTTP sends no body with these, whatever the document says.
                Some(_)
                    if shared.method == "HEAD"
                        || status.starts_with('1')
                        || ["204", "304"].contains(&status.as_str()) =>
                {
                    (ResponseBody::None, BTreeMap::new())
                }
                Some(media_type) => {
                    let at = join(&content, media_type);
                    let schema = join(&at, "schema");
                    self.check_answer_type(&at, media_type)?;
                    let body = if is_json(&essence(media_type)) && document.get(&schema).is_some() {
                        ResponseBody::Json {
                            media_type: media_type.clone(),
                            ty: Type::Any,
                            schema: self.schemas.name_inline(&schema, &format!("{id}Response")),
                        }
                    } else {
                        ResponseBody::Open
                    };
                    (body, self.examples(&at)?)
                }
            };
            let headers = value.get("headers").and_then(Value::as_object);
            responses.push(Response {
                description: text(value.get("description")).unwrap_or_default(),
                headers: headers
                    .map(|headers| headers.keys().cloned().collect())
                    .unwrap_or_default(),
                status,
                body,
                examples,
                pointer,
            });
        }
        Ok(responses)
    }

    /// Refuses a media type that `Accept` could not carry.
    fn check_answer_type(&self, pointer: &str, media_type: &str) -> Result<()> {
        if media_type.contains('*') {
            return Ok(());
        }
        self.check_media_type(pointer, media_type)
    }

    /// The statuses of a variant: those that `x-responses` names, else all.
    fn chosen_responses(
        &self,
        all: &str,
        documented: &Map<String, Value>,
        variant: &str,
    ) -> Result<Vec<String>> {
        let known = |status: &String| {
            let bytes = status.as_bytes();
            status == "default"
                || (bytes.len() == 3
                    && (b'1'..=b'5').contains(&bytes[0])
                    && (&bytes[1..] == b"XX" || bytes[1..].iter().all(u8::is_ascii_digit)))
        };
        for status in documented.keys().filter(|status| !status.starts_with("x-")) {
            if !known(status) {
                return Err(self
                    .document
                    .error(&join(all, status), format!("`{status}` is no status")));
            }
        }
        let narrowed = join(variant, "x-responses");
        let Some(chosen) = self.document.get(&narrowed) else {
            return Ok(documented
                .keys()
                .filter(|status| !status.starts_with("x-"))
                .cloned()
                .collect());
        };
        let mut statuses = Vec::new();
        for (index, status) in chosen.as_array().into_iter().flatten().enumerate() {
            let status = match status {
                Value::String(text) => text.clone(),
                other => other.to_string(),
            };
            if !documented.contains_key(&status) {
                let message = format!("`{status}` is not among the `responses` of this operation");
                return Err(self
                    .document
                    .error(&join(&narrowed, &index.to_string()), message));
            }
            statuses.push(status);
        }
        Ok(statuses)
    }
}
