//! What generated requests read and write with.

#![allow(
    missing_docs,
    clippy::missing_errors_doc,
    reason = "for generated code alone"
)]

use std::borrow::Cow;
use std::error::Error;
use std::str::FromStr;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::texts::Texts;
use super::{DynEndpoint, Endpoint, Parts, Payload, Place, ReadError, Write, WriteError};
use crate::parameter::{Item, Style, items, pairs};

type BoxError = Box<dyn Error + Send + Sync>;

/// Parses a value from its text.
pub fn parse<T: FromStr<Err: Into<BoxError>>>(text: &str) -> Result<T, BoxError> {
    text.parse().map_err(Into::into)
}

/// Wraps a text.
pub fn wrap<T: for<'a> From<&'a str>>(text: &str) -> Result<T, BoxError> {
    Ok(T::from(text))
}

type Parse<T> = fn(&str) -> Result<T, BoxError>;

pub fn path<T>(from: &dyn Parts, name: &'static str, parse: Parse<T>) -> Result<T, ReadError> {
    let place = Place::Path(name);
    required(place, one(place, from.path(name), parse)?)
}

pub fn query<T>(
    from: &dyn Parts,
    name: &'static str,
    parse: Parse<T>,
) -> Result<Option<T>, ReadError> {
    let place = Place::Query(name);
    let mut values = from.query(name);
    if values.len() > 1 {
        return Err(ReadError::repeated(place));
    }
    one(place, values.pop(), parse)
}

pub fn list<T>(from: &dyn Parts, name: &'static str, parse: Parse<T>) -> Result<Vec<T>, ReadError> {
    let values = from.query(name).into_iter();
    let values = values
        .map(|text| parse(&text).map_err(|reason| ReadError::wrong(Place::Query(name), reason)));
    values.collect()
}

pub fn header<T>(
    from: &dyn Parts,
    name: &'static str,
    parse: Parse<T>,
) -> Result<Option<T>, ReadError> {
    one(Place::Header(name), from.header(name), parse)
}

fn one<T>(
    place: Place,
    text: Option<Cow<'_, str>>,
    parse: Parse<T>,
) -> Result<Option<T>, ReadError> {
    let parsed = text.map(|text| parse(&text)).transpose();
    parsed.map_err(|reason| ReadError::wrong(place, reason))
}

pub fn required<T>(place: Place, value: Option<T>) -> Result<T, ReadError> {
    value.ok_or_else(|| ReadError::missing(place))
}

pub fn some<T>(place: Place, values: Vec<T>) -> Result<Vec<T>, ReadError> {
    if values.is_empty() {
        return Err(ReadError::missing(place));
    }
    Ok(values)
}

/// Refuses a required list without values, which nothing on the wire can show.
pub fn not_empty<T>(place: Place, values: &[T]) -> Result<(), WriteError> {
    if values.is_empty() {
        return Err(WriteError::new(place, "needs at least one value"));
    }
    Ok(())
}

pub fn json<T: DeserializeOwned>(from: &dyn Parts) -> Result<Option<T>, ReadError> {
    let value = match from.body() {
        Payload::Empty | Payload::Bytes([]) => return Ok(None),
        Payload::Bytes(bytes) => serde_json::from_slice(bytes),
        Payload::Json(value) => T::deserialize(value),
    };
    value
        .map(Some)
        .map_err(|error| ReadError::unreadable(&error))
}

pub fn form<T: DeserializeOwned>(from: &dyn Parts) -> Result<Option<T>, ReadError> {
    match from.body() {
        Payload::Bytes(bytes) if !bytes.is_empty() => {
            let pairs: Vec<(String, String)> = serde_urlencoded::from_bytes(bytes)
                .map_err(|error| ReadError::unreadable(&error))?;
            let read = T::deserialize(Texts::Members(grouped(pairs)));
            read.map(Some)
                .map_err(|error| ReadError::unreadable(&error))
        }
        _ => json(from),
    }
}

/// The members of an object from their pairs; one that occurs again is a list.
fn grouped(pairs: Vec<(String, String)>) -> Vec<(String, Vec<String>)> {
    let mut members: Vec<(String, Vec<String>)> = Vec::new();
    for (name, text) in pairs {
        match members.iter_mut().find(|(known, _)| *known == name) {
            Some((_, texts)) => texts.push(text),
            None => members.push((name, vec![text])),
        }
    }
    members
}

/// The members of a parameter that is an object.
#[derive(Clone, Copy, Debug)]
pub enum Shape {
    /// It is no object.
    List,
    /// It has these members.
    Object(&'static [&'static str]),
    /// It has any members.
    Open,
}

/// Writes a list or an object.
pub fn write_composed<T: Serialize>(
    to: &mut dyn Write,
    place: Place,
    value: &T,
    style: Style,
) -> Result<(), WriteError> {
    let nested = |_| WriteError::new(place, "holds objects or arrays in others");
    let name = match place {
        Place::Query(name) => {
            for pair in pairs(name, value, style).map_err(nested)? {
                to.pair(&pair)?;
            }
            return Ok(());
        }
        Place::Path(name) | Place::Header(name) => name,
        Place::Body => "body",
    };
    let items = items(value, style == Style::Simple { explode: true }).map_err(nested)?;
    let mut texts = Vec::new();
    for item in items {
        match item {
            Item::Plain(text) if !text.contains(',') => texts.push(text),
            Item::Member(key, text)
                if ![&key, &text].iter().any(|text| text.contains([',', '='])) =>
            {
                texts.push(format!("{key}={text}"));
            }
            _ => {
                return Err(WriteError::new(
                    place,
                    "has an item with a comma, which separates items",
                ));
            }
        }
    }
    let text = texts.join(",");
    match place {
        Place::Header(_) => to.header(name, &text),
        _ => to.path(name, &text),
    }
}

/// Reads a list or an object; `None` if nothing of it is there.
pub fn read_composed<T: DeserializeOwned>(
    from: &dyn Parts,
    place: Place,
    style: Style,
    shape: Shape,
) -> Result<Option<T>, ReadError> {
    let Some(texts) = composed(from, place, style, shape) else {
        return Ok(None);
    };
    let read = T::deserialize(texts);
    read.map(Some)
        .map_err(|reason| ReadError::wrong(place, reason))
}

fn composed(from: &dyn Parts, place: Place, style: Style, shape: Shape) -> Option<Texts> {
    let owned =
        |texts: Vec<Cow<'_, str>>| texts.into_iter().map(Cow::into_owned).collect::<Vec<_>>();
    let (text, separator) = match place {
        Place::Path(name) => (from.path(name)?.into_owned(), ','),
        Place::Header(name) => (from.header(name)?.into_owned(), ','),
        Place::Body => return None,
        Place::Query(name) => {
            let exploded = match (style, shape) {
                (Style::Form { explode: true }, Shape::List) => {
                    let items = owned(from.query(name));
                    return (!items.is_empty()).then_some(Texts::Items(items));
                }
                (Style::Form { explode: true }, _) => Some((String::new(), "")),
                (Style::DeepObject, _) => Some((format!("{name}["), "]")),
                _ => None,
            };
            if let Some((before, after)) = exploded {
                let members: Vec<(String, Vec<String>)> = match shape {
                    Shape::Object(members) => members
                        .iter()
                        .map(|member| {
                            let texts = owned(from.query(&format!("{before}{member}{after}")));
                            ((*member).to_owned(), texts)
                        })
                        .filter(|(_, texts)| !texts.is_empty())
                        .collect(),
                    Shape::Open | Shape::List => {
                        let pairs = from.pairs().into_iter().filter_map(|(name, text)| {
                            let member = name.strip_prefix(&before)?.strip_suffix(after)?;
                            Some((member.to_owned(), text.into_owned()))
                        });
                        grouped(pairs.collect())
                    }
                };
                return (!members.is_empty()).then_some(Texts::Members(members));
            }
            let separator = match style {
                Style::SpaceDelimited => ' ',
                Style::PipeDelimited => '|',
                Style::Simple { .. } | Style::Form { .. } | Style::DeepObject => ',',
            };
            (from.query(name).into_iter().next()?.into_owned(), separator)
        }
    };
    let items: Vec<String> = text.split(separator).map(str::to_owned).collect();
    if matches!(shape, Shape::List) {
        return Some(Texts::Items(items));
    }
    let pairs = if style == (Style::Simple { explode: true }) {
        let pairs = items.iter().filter_map(|item| item.split_once('='));
        pairs
            .map(|(key, text)| (key.to_owned(), text.to_owned()))
            .collect()
    } else {
        let pairs = items.chunks_exact(2);
        pairs
            .map(|pair| (pair[0].clone(), pair[1].clone()))
            .collect()
    };
    Some(Texts::Members(grouped(pairs)))
}

/// Reads a body of bytes.
pub fn bytes(from: &dyn Parts) -> Result<Option<Vec<u8>>, ReadError> {
    Ok(match from.body() {
        Payload::Empty => None,
        Payload::Bytes(bytes) => Some(bytes.to_vec()),
        Payload::Json(value) => Some(value.to_string().into_bytes()),
    })
}

/// Writes a body of bytes.
pub fn to_bytes(body: &[u8]) -> Result<Vec<u8>, WriteError> {
    Ok(body.to_vec())
}

pub fn to_json<T: Serialize>(body: &T) -> Result<Vec<u8>, WriteError> {
    serde_json::to_vec(body)
        .map_err(|_| WriteError::new(Place::Body, "holds a value that JSON cannot express"))
}

pub fn to_form<T: Serialize>(body: &T) -> Result<Vec<u8>, WriteError> {
    let wrong = || WriteError::new(Place::Body, "holds a value that a form cannot express");
    let written = pairs("", body, Style::Form { explode: true }).map_err(|_| wrong())?;
    let written: Vec<(String, String)> = written
        .into_iter()
        .map(|pair| (pair.name, pair.items.concat()))
        .collect();
    let written = serde_urlencoded::to_string(written).map_err(|_| wrong())?;
    Ok(written.into_bytes())
}

pub fn read_boxed<E: Endpoint>(from: &dyn Parts) -> Result<Box<dyn DynEndpoint>, ReadError> {
    Ok(Box::new(E::read(from)?))
}

pub fn json_answer<T: DeserializeOwned>(body: &[u8]) -> serde_json::Result<T> {
    serde_json::from_slice(body)
}
