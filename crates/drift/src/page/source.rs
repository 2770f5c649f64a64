//! The text of a page by lines, and what became of each line.

use std::ops::Range;
use std::sync::LazyLock;

use regex::{Captures, Regex};

use super::{ReadError, pattern};

/// The largest page that is read, in bytes: the real ones are below 32 KiB.
pub const MAX_PAGE_BYTES: usize = 256 * 1024;

/// The lines of a page without the differences that mean nothing: line ends, trailing blanks,
/// non-breaking and zero-width spaces, soft hyphens and marks of the writing direction.
///
/// Lines are numbered from 1, as editors do.
#[derive(Debug)]
pub(crate) struct Source {
    lines: Vec<String>,
}

impl Source {
    pub(crate) fn new(bytes: &[u8]) -> Result<Self, ReadError> {
        if bytes.len() > MAX_PAGE_BYTES {
            return Err(ReadError::TooLarge { size: bytes.len() });
        }
        let text = std::str::from_utf8(bytes).map_err(|error| ReadError::NotText {
            offset: error.valid_up_to(),
        })?;
        if let Some(offset) = text.find('\0') {
            return Err(ReadError::NotText { offset });
        }
        let text = text.replace("\r\n", "\n").replace('\r', "\n");
        let text = double_braces(&decode_entities(&text));
        let lines: Vec<String> = text.lines().map(normalise).collect();
        if lines.iter().all(String::is_empty) {
            return Err(ReadError::Empty);
        }
        Ok(Self { lines })
    }

    /// The last line number.
    pub(crate) fn len(&self) -> usize {
        self.lines.len()
    }

    /// The line with this number; empty past the end.
    pub(crate) fn line(&self, number: usize) -> &str {
        self.lines
            .get(number.wrapping_sub(1))
            .map_or("", String::as_str)
    }

    /// The lines of a range of numbers, joined.
    pub(crate) fn text(&self, range: Range<usize>) -> String {
        let mut text = String::new();
        for number in range {
            text.push_str(self.line(number));
            text.push('\n');
        }
        text.pop();
        text
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (usize, &str)> {
        self.lines
            .iter()
            .enumerate()
            .map(|(index, line)| (index + 1, line.as_str()))
    }
}

/// Replaces the HTML entities that exports of pages leave in their text.
fn decode_entities(text: &str) -> String {
    static ENTITY: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"&(?:#(?P<decimal>\d{1,7})|#[xX](?P<hex>[0-9a-fA-F]{1,6})|(?P<name>[a-zA-Z]{2,8}));",
        )
    });
    const NAMES: [(&str, char); 16] = [
        ("amp", '&'),
        ("lt", '<'),
        ("gt", '>'),
        ("quot", '"'),
        ("apos", '\''),
        ("nbsp", ' '),
        ("lsquo", '‘'),
        ("rsquo", '’'),
        ("ldquo", '“'),
        ("rdquo", '”'),
        ("ndash", '–'),
        ("mdash", '—'),
        ("hellip", '…'),
        ("bull", '•'),
        ("middot", '·'),
        ("shy", '\u{ad}'),
    ];
    if !text.contains('&') {
        return text.to_owned();
    }
    ENTITY
        .replace_all(text, |found: &Captures<'_>| {
            let number = |group: &str, radix| {
                let digits = found.name(group)?.as_str();
                u32::from_str_radix(digits, radix)
                    .ok()
                    .and_then(char::from_u32)
            };
            let named = || {
                let name = found.name("name")?.as_str();
                NAMES
                    .iter()
                    .find(|(known, _)| *known == name)
                    .map(|(_, c)| *c)
            };
            let decoded = number("decimal", 10)
                .or_else(|| number("hex", 16))
                .or_else(named)
                .filter(|c| *c == '\t' || !c.is_control());
            decoded.map_or_else(|| found[0].to_owned(), String::from)
        })
        .into_owned()
}

/// Writes variables in double braces where a page has them in single ones: `{apiPath}`.
fn double_braces(text: &str) -> String {
    static ENDPOINT: LazyLock<Regex> =
        LazyLock::new(|| pattern(r"(?m)^[`\s]*(?:GET|POST|PUT|PATCH|DELETE)\s+\{\w+\}/"));
    static VARIABLE: LazyLock<Regex> = LazyLock::new(|| pattern(r"\{([A-Za-z]\w*)\}"));
    if text.contains("{{") || !ENDPOINT.is_match(text) {
        return text.to_owned();
    }
    VARIABLE.replace_all(text, "{{$1}}").into_owned()
}

fn normalise(line: &str) -> String {
    let mut text: String = line
        .chars()
        .filter(|c| {
            !matches!(
                c,
                '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}'
            )
        })
        .map(|c| {
            if matches!(c, '\u{a0}' | '\u{2007}' | '\u{202f}') {
                ' '
            } else {
                c
            }
        })
        .collect();
    text.truncate(text.trim_end().len());
    text
}

/// What the reader made of one line of a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LineKind {
    /// The line says something that is among the page's facts.
    Fact,
    /// The line is blank, or wording and layout that every page has.
    Boilerplate,
    /// The reader cannot tell what the line says.
    Unknown,
}

/// A line that the reader could not understand, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownLine<'page> {
    /// The number of the line, from 1.
    pub line: usize,
    /// What the line says.
    pub text: &'page str,
    /// Why it is not understood.
    pub reason: &'static str,
}

/// The account of a page's lines: every line ends in exactly one bucket.
///
/// What no part of the reader claims is unknown, so that forgetting a case cannot hide a line.
#[derive(Debug)]
pub(crate) struct Account {
    kinds: Vec<Option<LineKind>>,
    reasons: Vec<(usize, &'static str)>,
}

impl Account {
    pub(crate) fn new(source: &Source) -> Self {
        let kinds = source
            .iter()
            .map(|(_, line)| is_blank(line).then_some(LineKind::Boilerplate));
        Self {
            kinds: kinds.collect(),
            reasons: Vec::new(),
        }
    }

    pub(crate) fn fact(&mut self, lines: Range<usize>) {
        self.set(lines, |_| LineKind::Fact);
    }

    pub(crate) fn boilerplate(&mut self, lines: Range<usize>) {
        self.set(lines, |old| old.unwrap_or(LineKind::Boilerplate));
    }

    pub(crate) fn unknown(&mut self, lines: Range<usize>, reason: &'static str) {
        self.reasons
            .extend(lines.clone().map(|line| (line, reason)));
        self.set(lines, |_| LineKind::Unknown);
    }

    /// Closes the account: blank lines are boilerplate whatever they are in.
    pub(crate) fn close(&mut self, source: &Source) {
        for (kind, (_, line)) in self.kinds.iter_mut().zip(source.iter()) {
            let unknown = kind.unwrap_or(LineKind::Unknown) == LineKind::Unknown;
            if unknown {
                *kind = Some(if is_blank(line) {
                    LineKind::Boilerplate
                } else {
                    LineKind::Unknown
                });
            }
        }
        self.reasons.sort_unstable();
        self.reasons.dedup_by_key(|(line, _)| *line);
    }

    fn set(&mut self, lines: Range<usize>, kind: impl Fn(Option<LineKind>) -> LineKind) {
        let end = lines.end.saturating_sub(1).min(self.kinds.len());
        let start = lines.start.saturating_sub(1).min(end);
        for slot in self.kinds.get_mut(start..end).into_iter().flatten() {
            *slot = Some(kind(*slot));
        }
    }

    /// What became of a line.
    pub(crate) fn kind(&self, line: usize) -> Option<LineKind> {
        self.kinds.get(line.checked_sub(1)?).copied().flatten()
    }

    /// How many lines say something.
    pub(crate) fn facts(&self) -> usize {
        let facts = self.kinds.iter();
        facts.filter(|kind| **kind == Some(LineKind::Fact)).count()
    }

    /// Why a line is unknown.
    pub(crate) fn reason(&self, line: usize) -> &'static str {
        self.reasons
            .binary_search_by_key(&line, |(line, _)| *line)
            .map_or("nothing of this kind is known in this place", |index| {
                self.reasons[index].1
            })
    }
}

/// Blank, or only the markers of a list, a table or a quotation.
fn is_blank(line: &str) -> bool {
    line.chars()
        .all(|c| c.is_whitespace() || matches!(c, '>' | '|'))
}
