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

use super::{DynEndpoint, Endpoint, Parts, Payload, Place, ReadError, WriteError};

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
        Payload::Bytes(bytes) if !bytes.is_empty() => serde_urlencoded::from_bytes(bytes)
            .map(Some)
            .map_err(|error| ReadError::unreadable(&error)),
        _ => json(from),
    }
}

pub fn to_json<T: Serialize>(body: &T) -> Result<Vec<u8>, WriteError> {
    serde_json::to_vec(body)
        .map_err(|_| WriteError::new(Place::Body, "holds a value that JSON cannot express"))
}

pub fn to_form<T: Serialize>(body: &T) -> Result<Vec<u8>, WriteError> {
    serde_urlencoded::to_string(body)
        .map(String::into_bytes)
        .map_err(|_| WriteError::new(Place::Body, "holds a value that a form cannot express"))
}

pub fn read_boxed<E: Endpoint>(from: &dyn Parts) -> Result<Box<dyn DynEndpoint>, ReadError> {
    Ok(Box::new(E::read(from)?))
}

pub fn json_answer<T: DeserializeOwned>(body: &[u8]) -> serde_json::Result<T> {
    serde_json::from_slice(body)
}
