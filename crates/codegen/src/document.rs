//! A YAML or JSON document as a tree of values with their positions.

use std::borrow::Cow;
use std::collections::HashMap;
use std::ops::Range;
use std::path::Path;

use saphyr::Scalar;
use saphyr_parser::{Event, Marker, Parser, ScalarStyle, Span, Tag};
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use crate::error::{Error, Kind, Position, Result};

/// Deeper nesting is refused, so that no document can exhaust the stack of a later walk.
const MAX_DEPTH: usize = 128;

/// A loaded document.
///
/// Values are addressed by JSON pointers such as `/paths/~1users/get`.
#[derive(Clone, Debug)]
pub struct Document {
    name: String,
    text: String,
    root: Value,
    places: HashMap<String, Place>,
}

/// The part of the text that a value takes, in bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Extent {
    /// The key, where the value is a member of a mapping.
    pub key: Option<Range<usize>>,
    /// The value, without what surrounds it.
    pub value: Range<usize>,
    /// Whether the value is written between brackets.
    pub flow: bool,
}

#[derive(Clone, Debug)]
struct Place {
    position: Position,
    extent: Extent,
}

impl Document {
    /// Reads a document from a file; errors name it by its path as given.
    ///
    /// # Errors
    /// When the file cannot be read, or as for [`Document::parse`].
    pub fn read(path: &Path) -> Result<Self> {
        let name = path.display().to_string();
        let bytes = std::fs::read(path).map_err(|error| {
            Error::new(
                &name,
                Kind::Wrong,
                None,
                format!("cannot read the document: {error}"),
            )
        })?;
        let text = String::from_utf8(bytes).map_err(|error| {
            let line = 1 + error.as_bytes()[..error.utf8_error().valid_up_to()]
                .iter()
                .filter(|&&byte| byte == b'\n')
                .count();
            let position = Position { line, column: 1 };
            Error::new(
                &name,
                Kind::Wrong,
                Some(position),
                "the document is not UTF-8 text",
            )
        })?;
        Self::parse(&name, text)
    }

    /// Parses YAML (and so JSON) text; errors refer to it as `name`.
    ///
    /// # Errors
    /// When the text is not one YAML document of plain values, or holds a duplicate key.
    pub fn parse(name: &str, text: impl Into<String>) -> Result<Self> {
        let text = text.into();
        let (root, places) = Builder::new(name, &text).build()?;
        Ok(Self {
            name: name.to_owned(),
            text,
            root,
            places,
        })
    }

    /// The name of the document in errors.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The text that was parsed.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The SHA-256 of the text, in hexadecimal.
    #[must_use]
    pub fn sha256(&self) -> String {
        Sha256::digest(self.text.as_bytes())
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect()
    }

    /// The whole document.
    #[must_use]
    pub fn root(&self) -> &Value {
        &self.root
    }

    /// The value at a JSON pointer.
    #[must_use]
    pub fn get(&self, pointer: &str) -> Option<&Value> {
        let mut value = &self.root;
        if pointer.is_empty() {
            return Some(value);
        }
        for token in pointer.strip_prefix('/')?.split('/') {
            let token = if token.contains('~') {
                Cow::Owned(token.replace("~1", "/").replace("~0", "~"))
            } else {
                Cow::Borrowed(token)
            };
            value = match value {
                Value::Object(members) => members.get(token.as_ref())?,
                Value::Array(items) => items.get(token.parse::<usize>().ok()?)?,
                _ => return None,
            };
        }
        Some(value)
    }

    /// The position of the value at a pointer: its key in a mapping, else the value.
    ///
    /// A pointer to nothing has the place of its nearest parent.
    #[must_use]
    pub fn position(&self, pointer: &str) -> Option<Position> {
        let mut pointer = pointer;
        loop {
            if let Some(place) = self.places.get(pointer) {
                return Some(place.position);
            }
            pointer = &pointer[..pointer.rfind('/')?];
        }
    }

    /// The part of the text that the value at a pointer takes, so that it can be edited in place.
    ///
    /// ```
    /// let document = pingone_codegen::Document::parse("api.yaml", "info:\n  title: Shop # ours\n")?;
    /// let extent = document.extent("/info/title").expect("it is there");
    /// assert_eq!(&document.text()[extent.value], "Shop");
    /// # Ok::<(), pingone_codegen::Error>(())
    /// ```
    #[must_use]
    pub fn extent(&self, pointer: &str) -> Option<Extent> {
        let mut extent = self.places.get(pointer)?.extent.clone();
        // A block scalar ends where the next token starts.
        let text = self.text.get(extent.value.clone())?;
        extent.value.end = extent.value.start + text.trim_end().len();
        Some(extent)
    }

    /// An error about the value at a pointer.
    #[must_use]
    pub fn error(&self, pointer: &str, message: impl Into<String>) -> Error {
        self.fault(Kind::Wrong, pointer, message)
    }

    /// An error of a kind about the value at a pointer.
    pub(crate) fn fault(&self, kind: Kind, pointer: &str, message: impl Into<String>) -> Error {
        Error::new(&self.name, kind, self.position(pointer), message)
    }

    /// An error about a construct that the generator does not support.
    pub(crate) fn unsupported(
        &self,
        what: &'static str,
        pointer: &str,
        message: impl Into<String>,
    ) -> Error {
        self.fault(Kind::Unsupported(what), pointer, message)
    }

    /// Follows `$ref` at a pointer until it names a value, which it returns with its own pointer.
    ///
    /// # Errors
    /// When a reference is not local, names nothing, or leads back to itself.
    pub fn resolve<'a>(&'a self, pointer: &str) -> Result<(String, &'a Value)> {
        let mut at = pointer.to_owned();
        let mut seen: Vec<String> = Vec::new();
        loop {
            let Some(value) = self.get(&at) else {
                return Err(self.error(&at, format!("there is no value at `{at}`")));
            };
            let Some(reference) = value.get("$ref") else {
                return Ok((at, value));
            };
            let here = format!("{at}/$ref");
            let Some(target) = reference.as_str().and_then(|text| text.strip_prefix('#')) else {
                let message = format!(
                    "`$ref: {reference}` is unsupported: only references within this document are; \
                     move the target under `components`"
                );
                return Err(self.unsupported("reference", &here, message));
            };
            let target = unescaped(target);
            if self.get(&target).is_none() {
                let message = format!("`$ref` names nothing: `#{target}` does not exist");
                return Err(self.fault(Kind::Reference, &here, message));
            }
            if seen.contains(&target) {
                let message = format!("`$ref` leads back to itself: `#{target}`");
                return Err(self.fault(Kind::Reference, &here, message));
            }
            seen.push(target.clone());
            at = target;
        }
    }
}

/// A JSON pointer as it is written in the fragment of an address: `%7E1` is `~1`.
pub(crate) fn unescaped(fragment: &str) -> String {
    let mut bytes = Vec::with_capacity(fragment.len());
    let mut rest = fragment.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        let escaped = (byte == b'%')
            .then(|| fragment.get(fragment.len() - after.len()..)?.get(..2))
            .flatten()
            .and_then(|digits| u8::from_str_radix(digits, 16).ok());
        bytes.push(escaped.unwrap_or(byte));
        rest = if escaped.is_some() {
            &after[2..]
        } else {
            after
        };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Appends one token to a JSON pointer.
#[must_use]
pub fn join(pointer: &str, token: &str) -> String {
    let mut joined = String::with_capacity(pointer.len() + 1 + token.len());
    joined.push_str(pointer);
    joined.push('/');
    if token.contains(['~', '/']) {
        joined.push_str(&token.replace('~', "~0").replace('/', "~1"));
    } else {
        joined.push_str(token);
    }
    joined
}

enum Frame {
    Sequence(Vec<Value>),
    Mapping(Map<String, Value>, Option<String>),
}

/// Turns parser events into values, without recursion.
struct Builder<'a> {
    name: &'a str,
    text: &'a str,
    offsets: Offsets<'a>,
    frames: Vec<(String, Frame)>,
    places: HashMap<String, Place>,
    root: Option<Value>,
    /// Whether the parser reads fillers, which are taken out of its texts.
    filled: bool,
}

/// Keeps the positions of a text in which an escape has become shorter. The characters are from a private-use area.
const FILLER: &str = "\u{e000}\u{e001}";

/// Writes the pairs of escapes by which JSON has characters beyond U+FFFF as YAML can read them, in the same length.
fn join_surrogates(text: &str) -> Cow<'_, str> {
    let begins = text
        .trim_start_matches('\u{feff}')
        .lines()
        .find(|line| !line.is_empty() && !line.starts_with('#'));
    if !begins.is_some_and(|line| line.trim_start().starts_with('{')) || text.contains(FILLER) {
        return Cow::Borrowed(text);
    }
    let unit = |at: usize| {
        let digits = text.get(at..at + 6)?.strip_prefix("\\u")?;
        u16::from_str_radix(digits, 16).ok()
    };
    let mut joined = String::new();
    let mut copied = 0;
    let mut from = 0;
    while let Some(found) = text[from..].find('\\') {
        let at = from + found;
        // The character after a backslash is never the beginning of another escape.
        from = text[at + 1..]
            .chars()
            .next()
            .map_or(text.len(), |next| at + 1 + next.len_utf8());
        let (Some(high), Some(low)) = (unit(at), unit(at + 6)) else {
            continue;
        };
        if let Some(Ok(character)) = char::decode_utf16([high, low]).next()
            && u32::from(character) > 0xffff
        {
            joined.push_str(&text[copied..at]);
            joined.push_str(&format!("\\U{:08X}{FILLER}", u32::from(character)));
            copied = at + 12;
            from = copied;
        }
    }
    if copied == 0 {
        return Cow::Borrowed(text);
    }
    joined.push_str(&text[copied..]);
    Cow::Owned(joined)
}

impl<'a> Builder<'a> {
    fn new(name: &'a str, text: &'a str) -> Self {
        Self {
            name,
            text,
            offsets: Offsets::new(text),
            frames: Vec::new(),
            places: HashMap::new(),
            root: None,
            filled: false,
        }
    }

    fn build(mut self) -> Result<(Value, HashMap<String, Place>)> {
        let text = join_surrogates(self.text);
        self.filled = matches!(text, Cow::Owned(_));
        for event in Parser::new_from_str(&text) {
            let (event, span) = event.map_err(|error| {
                self.error(error.marker(), format!("unreadable YAML: {}", error.info()))
            })?;
            self.event(event, &span)?;
        }
        match self.root {
            Some(root) => Ok((root, self.places)),
            None => Err(Error::new(
                self.name,
                Kind::Wrong,
                None,
                "the document is empty",
            )),
        }
    }

    fn event(&mut self, event: Event<'_>, span: &Span) -> Result<()> {
        let mark = &span.start;
        match event {
            Event::Scalar(text, style, _, tag) => {
                let is_plain = style == ScalarStyle::Plain;
                let tags: &[&str] = match is_plain {
                    true => &["bool", "float", "int", "null", "str"],
                    false => &["str"],
                };
                self.check_tag(tag.as_deref(), tags, mark)?;
                let text = if self.filled && text.contains(FILLER) {
                    text.replace(FILLER, "").into()
                } else {
                    text
                };
                let written = text.clone();
                let Some(scalar) = Scalar::parse_from_cow_and_metadata(text, style, tag.as_ref())
                else {
                    return Err(self.error(mark, "this YAML tag does not fit its value"));
                };
                if matches!(self.frames.last(), Some((_, Frame::Mapping(_, None)))) {
                    if is_plain && written == "<<" {
                        let message = "YAML merge keys are unsupported: write the members out";
                        return Err(self.error(mark, message));
                    }
                    return self.key(&scalar, &written, span);
                }
                self.scalar(scalar, &written, span)
            }
            Event::SequenceStart(_, tag) => {
                self.check_tag(tag.as_deref(), &["seq"], mark)?;
                self.open(Frame::Sequence(Vec::new()), span)
            }
            Event::MappingStart(_, tag) => {
                self.check_tag(tag.as_deref(), &["map"], mark)?;
                self.open(Frame::Mapping(Map::new(), None), span)
            }
            Event::SequenceEnd | Event::MappingEnd => {
                let Some((pointer, frame)) = self.frames.pop() else {
                    return Ok(());
                };
                // What is not in brackets ends with its last value: `put` has seen that one.
                let end = self.offset(&span.end);
                if let Some(place) = self.places.get_mut(&pointer)
                    && place.extent.flow
                {
                    place.extent.value.end = end;
                }
                match frame {
                    Frame::Sequence(items) => self.put(Value::Array(items), &pointer, mark),
                    Frame::Mapping(members, _) => self.put(Value::Object(members), &pointer, mark),
                }
            }
            Event::Alias(_) => Err(self.error(
                mark,
                "YAML aliases are unsupported: write the value out or use `$ref`",
            )),
            Event::DocumentStart(_) if self.root.is_some() => Err(self.error(
                mark,
                "a second YAML document starts here: keep one per file",
            )),
            Event::DocumentStart(_)
            | Event::DocumentEnd
            | Event::StreamStart
            | Event::StreamEnd
            | Event::Nothing => Ok(()),
        }
    }

    /// Refuses a tag that would give a value another meaning than the one that is read.
    fn check_tag(&self, tag: Option<&Tag>, known: &[&str], mark: &Marker) -> Result<()> {
        match tag {
            Some(tag) if !(tag.is_yaml_core_schema() && known.contains(&tag.suffix.as_str())) => {
                let message =
                    format!("the YAML tag `{tag}` is unsupported: write the value without it");
                Err(self.error(mark, message))
            }
            _ => Ok(()),
        }
    }

    fn scalar(&mut self, scalar: Scalar<'_>, written: &str, span: &Span) -> Result<()> {
        let mark = &span.start;
        let value = match scalar {
            Scalar::Null => Value::Null,
            Scalar::Boolean(value) => value.into(),
            Scalar::Integer(value) => value.into(),
            Scalar::FloatingPoint(value) => {
                // An integer above `i64::MAX` is a float for the parser, which would lose digits.
                let integer = written.parse::<u64>().ok().map(Into::into);
                let float = || serde_json::Number::from_f64(value.into_inner());
                match integer.or_else(float) {
                    Some(number) => Value::Number(number),
                    None => return Err(self.error(mark, "this number is not finite")),
                }
            }
            Scalar::String(text) => Value::String(text.into_owned()),
        };
        let pointer = self.place(span);
        self.put(value, &pointer, mark)
    }

    fn key(&mut self, scalar: &Scalar<'_>, written: &str, span: &Span) -> Result<()> {
        let mark = &span.start;
        if matches!(scalar, Scalar::Null) {
            return Err(self.error(mark, "this key is not text: put it in quotes"));
        }
        // Status codes, versions and the like are often written without quotes.
        let key = written.to_owned();
        let position = position(mark);
        let range = self.range(span);
        let extent = Extent {
            value: range.end..range.end,
            key: Some(range),
            flow: false,
        };
        let Some((pointer, Frame::Mapping(members, pending))) = self.frames.last_mut() else {
            return Ok(());
        };
        let own = join(pointer, &key);
        if members.contains_key(&key) {
            let message = match self.places.get(&own) {
                Some(first) => format!(
                    "the key `{key}` stands here again; first on line {}",
                    first.position.line
                ),
                None => format!("the key `{key}` stands here again"),
            };
            return Err(Error::new(self.name, Kind::Wrong, Some(position), message));
        }
        self.places.insert(own, Place { position, extent });
        *pending = Some(key);
        Ok(())
    }

    fn open(&mut self, frame: Frame, span: &Span) -> Result<()> {
        let mark = &span.start;
        if self.frames.len() >= MAX_DEPTH {
            return Err(self.error(mark, format!("nested deeper than {MAX_DEPTH} levels")));
        }
        if let Some((_, Frame::Mapping(_, None))) = self.frames.last() {
            return Err(self.error(mark, "this key is not text: only text can be a key"));
        }
        let pointer = self.place(span);
        let start = self.offset(mark);
        if let Some(Place { extent, .. }) = self.places.get_mut(&pointer) {
            extent.value = start..start;
            extent.flow = self.text[start..].starts_with(['{', '[']);
        }
        self.frames.push((pointer, frame));
        Ok(())
    }

    /// The pointer of the value that starts here; items of a sequence get their place, keys have theirs.
    fn place(&mut self, span: &Span) -> String {
        let pointer = match self.frames.last() {
            Some((pointer, Frame::Sequence(items))) => join(pointer, &items.len().to_string()),
            Some((pointer, Frame::Mapping(_, Some(key)))) => join(pointer, key),
            Some((pointer, Frame::Mapping(_, None))) => pointer.clone(),
            None => String::new(),
        };
        let value = self.range(span);
        let place = self.places.entry(pointer.clone()).or_insert_with(|| Place {
            position: position(&span.start),
            extent: Extent {
                key: None,
                value: value.clone(),
                flow: false,
            },
        });
        // An omitted value has the position of the next token.
        if !value.is_empty() {
            place.extent.value = value;
        }
        pointer
    }

    fn put(&mut self, value: Value, pointer: &str, mark: &Marker) -> Result<()> {
        let end = self.places.get(pointer).map(|place| place.extent.value.end);
        if let Some((outer, _)) = self.frames.last()
            && let (Some(outer), Some(end)) = (self.places.get_mut(outer), end)
        {
            outer.extent.value.end = end;
        }
        match self.frames.last_mut() {
            Some((_, Frame::Sequence(items))) => items.push(value),
            Some((_, Frame::Mapping(members, pending))) => match pending.take() {
                Some(key) => {
                    members.insert(key, value);
                }
                None => {
                    return Err(self.error(mark, "this key is not text: only text can be a key"));
                }
            },
            None => self.root = Some(value),
        }
        Ok(())
    }

    fn range(&self, span: &Span) -> Range<usize> {
        self.offset(&span.start)..self.offset(&span.end)
    }

    fn offset(&self, mark: &Marker) -> usize {
        self.offsets.byte(mark.index())
    }

    fn error(&self, mark: &Marker, message: impl Into<String>) -> Error {
        Error::new(self.name, Kind::Wrong, Some(position(mark)), message)
    }
}

/// Finds the byte of a character: the parser counts characters, and its marks go back and forth.
struct Offsets<'a> {
    text: &'a str,
    /// The byte of every `STEP`th character; empty where each character is one byte.
    steps: Vec<usize>,
}

impl<'a> Offsets<'a> {
    const STEP: usize = 64;

    fn new(text: &'a str) -> Self {
        let steps = if text.is_ascii() {
            Vec::new()
        } else {
            let characters = text.char_indices().step_by(Self::STEP);
            characters.map(|(byte, _)| byte).collect()
        };
        Self { text, steps }
    }

    fn byte(&self, character: usize) -> usize {
        if self.steps.is_empty() {
            return character.min(self.text.len());
        }
        let Some(start) = self.steps.get(character / Self::STEP) else {
            return self.text.len();
        };
        let mut rest = self.text[*start..].char_indices();
        rest.nth(character % Self::STEP)
            .map_or(self.text.len(), |(byte, _)| start + byte)
    }
}

fn position(mark: &Marker) -> Position {
    Position {
        line: mark.line(),
        column: mark.col() + 1,
    }
}
