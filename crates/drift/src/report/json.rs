//! JSON with a published schema.

use serde_json::{Value, json};

use super::{RenderError, Report};

pub(super) fn render(report: &Report) -> Result<String, RenderError> {
    let mut value = serde_json::to_value(report)?;
    if let Some(members) = value.as_object_mut() {
        members.insert("summary".to_owned(), json!(report.summary()));
        members.insert("bump".to_owned(), json!(report.bump()));
    }
    Ok(format!("{}\n", serde_json::to_string_pretty(&value)?))
}

/// The JSON Schema of a report in JSON.
#[must_use]
pub fn report_schema() -> Value {
    let mut schema = Value::from(schemars::schema_for!(Report));
    let derived = [
        ("summary", "How many findings of which kind, in one line."),
        (
            "bump",
            "The part of the version that the open findings ask to be raised: `major`, `minor`, `patch` or `none`.",
        ),
    ];
    for (name, description) in derived {
        if let Some(properties) = schema
            .pointer_mut("/properties")
            .and_then(Value::as_object_mut)
        {
            properties.insert(
                name.to_owned(),
                json!({ "type": "string", "description": description }),
            );
        }
        if let Some(required) = schema
            .pointer_mut("/required")
            .and_then(Value::as_array_mut)
        {
            required.push(json!(name));
        }
    }
    schema
}
