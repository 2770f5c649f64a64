//! Puts on a request what the generator of the typed clients cannot write itself. Called by generated code.

use pingone_models::parameter::{Item, Style, items, pairs};
use reqwest::Url;
use serde::Serialize;

use crate::transport::{append_pair, escape_segment};

/// Appends a parameter to the query of an address.
///
/// # Errors
/// When the value is deeper than a list or an object of plain values; the text names the parameter.
pub fn query(
    address: &mut Url,
    name: &str,
    value: &impl Serialize,
    style: Style,
) -> Result<(), String> {
    let written = pairs(name, value, style).map_err(|error| format!("`{name}`: {error}"))?;
    let mut query = address.query().unwrap_or_default().to_owned();
    for pair in &written {
        separate(&mut query);
        append_pair(&mut query, pair);
    }
    address.set_query(
        Some(&query)
            .filter(|query| !query.is_empty())
            .map(String::as_str),
    );
    Ok(())
}

/// The text of a path parameter, escaped.
///
/// # Errors
/// When the value is deeper than a list or an object of plain values; the text names the parameter.
pub fn path(name: &str, value: &impl Serialize, explode: bool) -> Result<String, String> {
    let items = items(value, explode).map_err(|error| format!("`{name}`: {error}"))?;
    // A comma inside an item is not a separator.
    let escaped = |text: &str| escape_segment(text).replace(',', "%2C");
    let items = items.iter().map(|item| match item {
        Item::Plain(text) => escaped(text),
        Item::Member(key, text) => format!("{}={}", escaped(key), escaped(text)),
    });
    let text = items.collect::<Vec<_>>().join(",");
    if text.is_empty() {
        return Err(format!("`{name}`: an empty value cannot be part of a path"));
    }
    Ok(text)
}

/// The text of a header parameter.
///
/// # Errors
/// When the value is deeper than a list or an object of plain values; the text names the parameter.
pub fn header(name: &str, value: &impl Serialize, explode: bool) -> Result<String, String> {
    let items = items(value, explode).map_err(|error| format!("`{name}`: {error}"))?;
    let items = items.into_iter().map(|item| match item {
        Item::Plain(text) => text,
        Item::Member(key, text) => format!("{key}={text}"),
    });
    Ok(items.collect::<Vec<_>>().join(","))
}

/// The text of a form; a list repeats its member.
///
/// # Errors
/// When a member is deeper than a list of plain values.
pub fn form(value: &impl Serialize) -> Result<String, String> {
    let style = Style::Form { explode: true };
    let written = pairs("", value, style).map_err(|error| format!("the form: {error}"))?;
    let mut form = String::new();
    for pair in &written {
        separate(&mut form);
        append_pair(&mut form, pair);
    }
    Ok(form)
}

fn separate(query: &mut String) {
    if !query.is_empty() {
        query.push('&');
    }
}
