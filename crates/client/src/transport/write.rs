//! Where a request value is written: straight into the text of the address.

use std::fmt::{self, Write as _};

use http::{HeaderMap, HeaderName, HeaderValue};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use pingone_models::operation::Operation;
use pingone_models::parameter::Pair;
use pingone_models::request::{Place, Write, WriteError};
use url::form_urlencoded;

use super::Transport;

/// What a segment of a path holds as it is: RFC 3986's unreserved characters, and those that need no escape there.
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~')
    .remove(b'!')
    .remove(b'$')
    .remove(b'&')
    .remove(b'\'')
    .remove(b'(')
    .remove(b')')
    .remove(b'*')
    .remove(b'+')
    .remove(b',')
    .remove(b';')
    .remove(b'=')
    .remove(b':')
    .remove(b'@');

pub(super) struct Writer<'a> {
    transport: &'a Transport,
    operation: &'static Operation,
    address: String,
    /// The part of the path template that is not written yet.
    rest: &'static str,
    headers: HeaderMap,
    body: Option<Vec<u8>>,
}

impl<'a> Writer<'a> {
    pub(super) fn new(transport: &'a Transport, operation: &'static Operation, base: &str) -> Self {
        // Room for two UUIDs, so that most addresses are one allocation.
        let mut address = String::with_capacity(base.len() + operation.path.len() + 80);
        address.push_str(base);
        Self {
            transport,
            operation,
            address,
            rest: operation.path,
            headers: HeaderMap::with_capacity(8),
            body: None,
        }
    }

    /// The address, the headers and the body.
    pub(super) fn finish(mut self) -> Result<(String, HeaderMap, Option<Vec<u8>>), WriteError> {
        self.complete_path()?;
        Ok((self.address, self.headers, self.body))
    }

    /// Writes the template up to its next parameter, whose name it returns.
    fn literal(&mut self) -> Option<&'static str> {
        let Some((literal, rest)) = split_at_byte(self.rest, b'{') else {
            self.address.push_str(self.rest);
            self.rest = "";
            return None;
        };
        self.address.push_str(literal);
        let (name, rest) = split_at_byte(rest, b'}').unwrap_or((rest, ""));
        self.rest = rest;
        Some(name)
    }

    /// Writes a parameter that the transport has for every request.
    fn supplied(&mut self, name: &'static str) -> Result<(), WriteError> {
        let Some(value) = self.transport.parameter(name) else {
            return Err(WriteError::new(Place::Path(name), "is missing"));
        };
        let is_first =
            self.operation.path[1..].starts_with('{') && self.operation.path[2..].starts_with(name);
        let left_out = &self.transport.without_leading_parameter;
        if is_first
            && left_out
                .iter()
                .any(|server| server == self.operation.server)
        {
            self.rest = self.rest.strip_prefix('/').unwrap_or(self.rest);
            return Ok(());
        }
        self.segment(name, &value)
    }

    fn segment(&mut self, name: &'static str, value: &dyn fmt::Display) -> Result<(), WriteError> {
        let start = self.address.len();
        // Writing to a string cannot fail.
        let _ = write!(self.address, "{value}");
        let written = &self.address[start..];
        if matches!(written, "" | "." | "..") {
            return Err(WriteError::new(
                Place::Path(name),
                "is empty or dots alone, which would change the address",
            ));
        }
        let plain = |byte: u8| byte.is_ascii_alphanumeric() | (byte == b'-');
        // Without an early end the compiler looks at many bytes at a time; most segments are plain.
        if !written.bytes().fold(true, |all, byte| all & plain(byte)) {
            let escaped = utf8_percent_encode(written, SEGMENT).to_string();
            self.address.truncate(start);
            self.address.push_str(&escaped);
        }
        Ok(())
    }

    fn complete_path(&mut self) -> Result<(), WriteError> {
        while let Some(name) = self.literal() {
            self.supplied(name)?;
        }
        Ok(())
    }
}

impl Write for Writer<'_> {
    fn path(&mut self, name: &'static str, value: &dyn fmt::Display) -> Result<(), WriteError> {
        while let Some(next) = self.literal() {
            if next == name {
                return self.segment(name, value);
            }
            self.supplied(next)?;
        }
        Err(WriteError::new(
            Place::Path(name),
            "is not part of the path",
        ))
    }

    fn query(&mut self, name: &'static str, value: &dyn fmt::Display) -> Result<(), WriteError> {
        self.complete_path()?;
        append_query(&mut self.address, name, &value.to_string());
        Ok(())
    }

    fn pair(&mut self, pair: &Pair) -> Result<(), WriteError> {
        self.complete_path()?;
        let separator = if self.address.contains('?') { '&' } else { '?' };
        self.address.push(separator);
        append_pair(&mut self.address, pair);
        Ok(())
    }

    fn header(&mut self, name: &'static str, value: &dyn fmt::Display) -> Result<(), WriteError> {
        let fail = |_| {
            WriteError::new(
                Place::Header(name),
                "has a character that no header can carry",
            )
        };
        let key = HeaderName::from_bytes(name.as_bytes()).map_err(|_| {
            WriteError::new(Place::Header(name), "has a name that no header can have")
        })?;
        let value = HeaderValue::try_from(value.to_string()).map_err(fail)?;
        self.headers.append(key, value);
        Ok(())
    }

    fn body(&mut self, bytes: Vec<u8>) {
        self.body = Some(bytes);
    }
}

/// As `split_once`, which takes longer to start than such a text is long.
fn split_at_byte(text: &str, separator: u8) -> Option<(&str, &str)> {
    let at = text.bytes().position(|byte| byte == separator)?;
    Some((&text[..at], &text[at + 1..]))
}

/// Appends a query parameter to an address.
pub(super) fn append_query(address: &mut String, name: &str, value: &str) {
    address.push(if address.contains('?') { '&' } else { '?' });
    address.extend(form_urlencoded::byte_serialize(name.as_bytes()));
    address.push('=');
    address.extend(form_urlencoded::byte_serialize(value.as_bytes()));
}

/// A text as a segment of a path holds it.
#[cfg(feature = "operations")]
pub(crate) fn escape_segment(text: &str) -> String {
    utf8_percent_encode(text, SEGMENT).to_string()
}

/// Appends a pair, of which the items are escaped and the separator is not.
pub(crate) fn append_pair(query: &mut String, pair: &Pair) {
    query.extend(form_urlencoded::byte_serialize(pair.name.as_bytes()));
    query.push('=');
    for (index, item) in pair.items.iter().enumerate() {
        if index > 0 {
            query.push_str(pair.separator);
        }
        query.extend(form_urlencoded::byte_serialize(item.as_bytes()));
    }
}
