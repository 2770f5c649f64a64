//! How OpenAPI writes the value of a parameter or a form.

use std::fmt;

use serde::Serialize;
use serde_json::Value;

/// A style of OpenAPI.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// `a,b`; with `explode`, the members of an object are `k=v,k=v`, else `k,v,k,v`.
    Simple {
        /// Whether names and values of an object are joined by `=`.
        explode: bool,
    },
    /// `name=a&name=b`, or `name=a,b` without `explode`.
    Form {
        /// Whether each item is a pair of its own.
        explode: bool,
    },
    /// `name=a%20b`.
    SpaceDelimited,
    /// `name=a|b`.
    PipeDelimited,
    /// `name[key]=value`.
    DeepObject,
}

/// A pair of a query, not escaped yet: items are escaped each, and joined by the separator.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Pair {
    /// The name.
    pub name: String,
    /// The items of the value.
    pub items: Vec<String>,
    /// The separator between the items, as it is sent.
    pub separator: &'static str,
}

/// A value that has too much in it for a parameter or a form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Nested;

impl fmt::Display for Nested {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(
            "the value holds objects or arrays in others, which a parameter or a form cannot carry",
        )
    }
}

impl std::error::Error for Nested {}

/// Writes a value as pairs of a query or a form.
///
/// `null` and absent members are left out.
///
/// ```
/// use pingone_models::parameter::{Style, pairs};
///
/// let written = pairs("ids", &["a", "b"], Style::Form { explode: false })?;
/// assert_eq!(written[0].items, ["a", "b"]);
/// assert_eq!(written[0].separator, ",");
/// # Ok::<(), pingone_models::parameter::Nested>(())
/// ```
///
/// # Errors
/// When the value is deeper than a list or an object of plain values.
pub fn pairs(name: &str, value: &impl Serialize, style: Style) -> Result<Vec<Pair>, Nested> {
    let pair = |name: &str, items: Vec<String>, separator| Pair {
        name: name.to_owned(),
        items,
        separator,
    };
    let separator = match style {
        Style::SpaceDelimited => "%20",
        Style::PipeDelimited => "|",
        Style::Simple { .. } | Style::Form { .. } | Style::DeepObject => ",",
    };
    let explode = matches!(style, Style::Form { explode: true });
    Ok(match flatten(value)? {
        Flat::Nothing => Vec::new(),
        Flat::Plain(text) => vec![pair(name, vec![text], separator)],
        Flat::List(items) if explode => {
            let pairs = items
                .into_iter()
                .map(|item| pair(name, vec![item], separator));
            pairs.collect()
        }
        Flat::List(items) => vec![pair(name, items, separator)],
        Flat::Object(members) if style == Style::DeepObject => members
            .into_iter()
            .flat_map(|(key, items)| items.into_iter().map(move |item| (key.clone(), item)))
            .map(|(key, item)| pair(&format!("{name}[{key}]"), vec![item], separator))
            .collect(),
        Flat::Object(members) if explode => members
            .into_iter()
            .flat_map(|(key, items)| items.into_iter().map(move |item| (key.clone(), item)))
            .map(|(key, item)| pair(&key, vec![item], separator))
            .collect(),
        Flat::Object(members) => {
            let items = members.into_iter().flat_map(|(key, items)| {
                items.into_iter().flat_map(move |item| [key.clone(), item])
            });
            vec![pair(name, items.collect(), separator)]
        }
    })
}

/// Writes a value as items that are joined by commas, in a path or a header.
///
/// # Errors
/// When the value is deeper than a list or an object of plain values.
pub fn items(value: &impl Serialize, explode: bool) -> Result<Vec<Item>, Nested> {
    Ok(match flatten(value)? {
        Flat::Nothing => Vec::new(),
        Flat::Plain(text) => vec![Item::Plain(text)],
        Flat::List(items) => items.into_iter().map(Item::Plain).collect(),
        Flat::Object(members) => members
            .into_iter()
            .flat_map(|(key, items)| items.into_iter().map(move |item| (key.clone(), item)))
            .flat_map(|(key, item)| {
                if explode {
                    vec![Item::Member(key, item)]
                } else {
                    vec![Item::Plain(key), Item::Plain(item)]
                }
            })
            .collect(),
    })
}

/// One of the items of a value, not escaped yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Item {
    /// A text.
    Plain(String),
    /// `key=value`.
    Member(String, String),
}

enum Flat {
    Nothing,
    Plain(String),
    List(Vec<String>),
    /// A member that is a list has several items.
    Object(Vec<(String, Vec<String>)>),
}

fn flatten(value: &impl Serialize) -> Result<Flat, Nested> {
    let value = serde_json::to_value(value).map_err(|_| Nested)?;
    let plain = |value: Value| match value {
        Value::String(text) => Ok(Some(text)),
        Value::Null => Ok(None),
        Value::Bool(_) | Value::Number(_) => Ok(Some(value.to_string())),
        Value::Array(_) | Value::Object(_) => Err(Nested),
    };
    let list = |items: Vec<Value>| -> Result<Vec<String>, Nested> {
        let items = items.into_iter().map(plain).filter_map(Result::transpose);
        items.collect()
    };
    match value {
        Value::Array(items) => list(items).map(Flat::List),
        Value::Object(members) => {
            let members = members.into_iter().map(|(key, value)| match value {
                Value::Array(items) => Ok((key, list(items)?)),
                value => Ok((key, plain(value)?.into_iter().collect())),
            });
            members.collect::<Result<_, _>>().map(Flat::Object)
        }
        value => Ok(plain(value)?.map_or(Flat::Nothing, Flat::Plain)),
    }
}
