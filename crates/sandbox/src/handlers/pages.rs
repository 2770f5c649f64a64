//! Pages of lists.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::str::FromStr;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use pingone_models::Link;
use serde_json::json;
use url::form_urlencoded::Serializer;

use crate::links::Relations;
use crate::refusal::{Refusal, detail, inner};

const DEFAULT_PAGE: usize = 100;
const LARGEST_PAGE: usize = 1000;

/// A part of a list.
pub(super) struct Page<T> {
    pub(super) items: Vec<T>,
    /// How many there are in all pages.
    pub(super) count: i64,
    pub(super) links: BTreeMap<String, Link>,
}

impl<T> Page<T> {
    /// The part of all entries that a request asks for; `query` is what the addresses of other pages repeat.
    pub(super) fn of(
        mut all: Vec<T>,
        address: &str,
        query: &[(&str, Option<&str>)],
        limit: Option<i32>,
        cursor: Option<&str>,
    ) -> Result<Self, Refusal> {
        let limit = limit.map_or(Ok(DEFAULT_PAGE), page_size)?.min(LARGEST_PAGE);
        let begin = cursor.map_or(Ok(0), read_cursor::<usize>)?.min(all.len());
        let count = i64::try_from(all.len()).unwrap_or(i64::MAX);
        let end = begin.saturating_add(limit).min(all.len());
        let address_of = |begin: usize| {
            let mut text = Serializer::new(String::new());
            for (name, value) in query {
                if let Some(value) = value {
                    text.append_pair(name, value);
                }
            }
            text.append_pair("limit", &limit.to_string());
            if begin > 0 {
                text.append_pair("cursor", &write_cursor(begin));
            }
            format!("{address}?{}", text.finish())
        };
        let mut links = Relations::of(address_of(begin));
        if end < all.len() {
            links.elsewhere("next", address_of(end));
        }
        if begin > 0 {
            links.elsewhere("prev", address_of(begin.saturating_sub(limit)));
        }
        Ok(Self {
            items: all.drain(begin..end).collect(),
            count,
            links: links.to_map(),
        })
    }
}

pub(super) fn page_size(limit: i32) -> Result<usize, Refusal> {
    match usize::try_from(limit) {
        Ok(size) if size > 0 => Ok(size),
        _ => Err(Refusal::invalid(vec![
            detail("OUT_OF_RANGE", "The value is too small.")
                .with_target("limit")
                .with_inner_error(inner([("rangeMinimumValue", json!(1))])),
        ])),
    }
}

/// The cursor of a page that begins here.
pub(super) fn write_cursor(begin: impl Display) -> String {
    URL_SAFE_NO_PAD.encode(format!("from:{begin}"))
}

pub(super) fn read_cursor<T: FromStr>(cursor: &str) -> Result<T, Refusal> {
    let decoded = URL_SAFE_NO_PAD.decode(cursor).ok();
    let text = decoded.and_then(|bytes| String::from_utf8(bytes).ok());
    text.as_deref()
        .and_then(|text| text.strip_prefix("from:"))
        .and_then(|place| place.parse().ok())
        .ok_or_else(|| Refusal::value("cursor", "The value is no cursor of this collection."))
}
