//! Documentation pages, read into facts.
//!
//! A page comes in one of three [`Form`]s. [`text`] and [`markdown`] turn the lines of a form
//! into the same blocks, [`interpret`] turns blocks into a [`Page`], [`prose`] and [`sample`]
//! read the two things that are in no block of their own, and [`facts`] lists what is said.

mod address;
mod block;
mod dialect;
mod facts;
mod form;
mod interpret;
mod json;
mod markdown;
mod prose;
mod sample;
mod source;
mod text;

use std::path::Path;

use regex::Regex;
use serde_json::Value;

pub use address::{Address, Endpoint};
use block::Section;
pub(crate) use facts::is_content_type;
pub use facts::{Fact, Kind};
pub use form::Form;
pub(crate) use json::{dotted, leaves, shape as value_shape};
pub use prose::Statement;
pub(crate) use prose::{digest, replace_constant, wording};
pub use sample::{Language, Sample, SampleBody};
use source::{Account, Source};
pub use source::{LineKind, MAX_PAGE_BYTES, UnknownLine};

/// Why a page cannot be read at all.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReadError {
    /// The file cannot be opened or read.
    #[error("the page cannot be read from its file")]
    File(#[from] std::io::Error),
    /// The page has no text.
    #[error("the page is empty")]
    Empty,
    /// The page is larger than [`MAX_PAGE_BYTES`].
    #[error("the page has {size} bytes or more, and at most {MAX_PAGE_BYTES} are read")]
    TooLarge {
        /// The size in bytes as far as it was read.
        size: usize,
    },
    /// The page is not UTF-8 text.
    #[error("the page is not text: byte {offset} is not part of any")]
    NotText {
        /// The offset of the first byte that is not text.
        offset: usize,
    },
}

/// Something that a page says, and the line that says it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named<T> {
    /// The number of the line, from 1.
    pub line: usize,
    /// What is said.
    pub value: T,
}

/// A row of the headers of a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    /// The number of the line, from 1.
    pub line: usize,
    /// The name as written.
    pub name: String,
    /// The value as written, variables included.
    pub value: String,
}

/// A row of the request model of a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Property {
    /// The number of the line that names the property, from 1.
    pub line: usize,
    /// The dotted name; empty where the form lost it.
    pub name: String,
    /// The type as the page calls it, such as `String`.
    pub type_name: String,
    /// The word of the column "Required?", such as `Optional`.
    pub requirement: String,
}

impl Property {
    /// Whether the page says that the property is required.
    pub(crate) fn is_required(&self) -> bool {
        requirement(&self.requirement) == "required"
    }

    /// Whether the page says that the property may be left out.
    pub(crate) fn is_optional(&self) -> bool {
        requirement(&self.requirement) == "optional"
    }
}

/// What a cell of the column "Required?" says: `required`, `optional`, or its own words in small letters.
pub(crate) fn requirement(cell: &str) -> String {
    let cell = cell.to_lowercase();
    match cell.as_str() {
        "yes" | "true" | "mandatory" | "✓" | "✔" | "✅" => "required".to_owned(),
        "no" | "false" | "not required" | "-" | "–" | "—" | "✗" | "✘" | "❌" => {
            "optional".to_owned()
        }
        _ => cell,
    }
}

/// A part of a page that the reader knows the extent of, but not the meaning.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unread {
    /// What it is, such as ``section `Notes` ``.
    pub name: String,
    /// The lines, from 1.
    pub lines: std::ops::Range<usize>,
    /// Twelve hexadecimal digits that stand for its text.
    pub digest: String,
}

/// A JSON text of a page.
#[derive(Debug, Clone, PartialEq)]
pub struct Body {
    /// The number of the first line, from 1.
    pub line: usize,
    /// The value; a variable is the string that names it.
    pub value: Value,
    /// The line of each path, in the order of the text.
    keys: Vec<(String, usize)>,
}

impl Body {
    /// The value at a dotted path; an array stands for its first item.
    pub(crate) fn at(&self, path: &str) -> Option<&Value> {
        path.split('.').try_fold(&self.value, |value, name| {
            let value = match value {
                Value::Array(items) => items.first()?,
                value => value,
            };
            value.get(name.trim_end_matches("[]"))
        })
    }

    /// The line that names a path, or the first one of the text.
    #[must_use]
    pub fn line_of(&self, path: &str) -> usize {
        self.keys
            .iter()
            .find(|(key, _)| key == path)
            .map_or(self.line, |(_, line)| *line)
    }
}

/// An example response of a page.
#[derive(Debug, Clone, PartialEq)]
pub struct Response {
    /// The number of the line with the status, from 1.
    pub line: usize,
    /// The status code.
    pub status: u16,
    /// The body, where one is shown.
    pub body: Option<Body>,
}

impl Response {
    /// Whether the status is one of success or of a redirect.
    #[must_use]
    pub fn is_success(&self) -> bool {
        (200..400).contains(&self.status)
    }
}

/// A row of a page's table of response codes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedStatus {
    /// The number of the line with the status, from 1.
    pub line: usize,
    /// The status code, or its class such as `4XX`.
    pub status: String,
    /// What the page says about it.
    pub meaning: String,
}

/// A documentation page: what it says, and what became of each of its lines.
#[derive(Debug)]
pub struct Page {
    /// The form in which the page came.
    pub form: Form,
    /// The title.
    pub title: Option<Named<String>>,
    /// The canonical address; only Markdown says it.
    pub canonical_url: Option<Named<String>>,
    /// The identifier of the page; only Markdown says it.
    pub page_id: Option<Named<String>>,
    /// The method and the address that the page is about.
    pub endpoint: Option<Named<Endpoint>>,
    /// The request headers, where the page has a section of them.
    pub headers: Option<Vec<Header>>,
    /// The request model, where the page has one.
    pub properties: Option<Vec<Property>>,
    /// The media type in `raw ( )` above the body.
    pub raw_media_type: Option<Named<String>>,
    /// The example of the request body.
    pub body: Option<Body>,
    /// The example responses.
    pub responses: Vec<Response>,
    /// The code samples, each reduced to the request it sends.
    pub samples: Vec<Sample>,
    /// The sentences of the page.
    pub statements: Vec<Statement>,
    /// The query parameters, where the page has a section of them.
    pub query_parameters: Option<Vec<Property>>,
    /// The statuses of the page's table of response codes.
    pub statuses: Vec<ListedStatus>,
    /// The parts that were seen but not understood: sections and columns that no reader knows.
    pub unread: Vec<Unread>,
    source: Source,
    account: Account,
    /// Where each section begins.
    sections: Vec<(usize, Section)>,
}

impl Page {
    /// A page of which nothing is read yet.
    fn new(form: Form, source: Source) -> Self {
        Self {
            form,
            title: None,
            canonical_url: None,
            page_id: None,
            endpoint: None,
            headers: None,
            properties: None,
            raw_media_type: None,
            body: None,
            responses: Vec::new(),
            samples: Vec::new(),
            statements: Vec::new(),
            query_parameters: None,
            statuses: Vec::new(),
            unread: Vec::new(),
            account: Account::new(&source),
            source,
            sections: Vec::new(),
        }
    }

    /// Reads a page in any of the three forms.
    ///
    /// Text that is no page at all is read too: it has no facts, and all its lines are unknown.
    ///
    /// # Errors
    /// [`ReadError`] when the bytes are empty, too many, or not text.
    pub fn read(bytes: &[u8]) -> Result<Self, ReadError> {
        let source = Source::new(bytes)?;
        let form = Form::of(&source);
        let blocks = match form {
            Form::Markdown => markdown::blocks(&source),
            Form::SpacedText | Form::TightText => text::blocks(&source),
        };
        Ok(interpret::page(form, source, &blocks))
    }

    /// Reads a page from a file, without taking more of it into memory than is allowed.
    ///
    /// # Errors
    /// [`ReadError`] as for [`Page::read`], or when the file cannot be read.
    pub fn open(path: &Path) -> Result<Self, ReadError> {
        use std::io::Read;
        let limit = MAX_PAGE_BYTES as u64 + 1;
        let mut bytes = Vec::new();
        std::fs::File::open(path)?
            .take(limit)
            .read_to_end(&mut bytes)?;
        Self::read(&bytes)
    }

    /// The number of lines.
    #[must_use]
    pub fn line_count(&self) -> usize {
        self.source.len()
    }

    /// What a line says, without trailing blanks; empty past the end of the page.
    #[must_use]
    pub fn line(&self, number: usize) -> &str {
        self.source.line(number)
    }

    /// What became of a line.
    #[must_use]
    pub fn line_kind(&self, number: usize) -> Option<LineKind> {
        self.account.kind(number)
    }

    /// Whether the page says a method and an address, and most of its lines were understood.
    ///
    /// What a page seems to say or to leave out counts for nothing when this is false.
    #[must_use]
    pub fn is_understood(&self) -> bool {
        self.endpoint.is_some() && self.unknown_lines().count() <= 2 * self.account.facts()
    }

    /// The lines that were not understood.
    pub fn unknown_lines(&self) -> impl Iterator<Item = UnknownLine<'_>> {
        self.source
            .iter()
            .filter(|(line, _)| self.line_kind(*line) == Some(LineKind::Unknown))
            .map(|(line, text)| UnknownLine {
                line,
                text,
                reason: self.account.reason(line),
            })
    }
}

impl Page {
    /// Whether the page may say a fact that was not read: its form loses such facts, or the part that says them was
    /// not understood.
    pub(crate) fn may_omit(&self, kind: Kind) -> bool {
        let section = match kind {
            Kind::Header | Kind::OptionalHeader => Section::Headers,
            Kind::PropertyType | Kind::PropertyRequired => Section::RequestModel,
            Kind::Body => Section::Body,
            Kind::Response | Kind::ErrorBody => Section::ExampleResponse,
            Kind::QueryParameter => Section::QueryParameters,
            _ => return self.form.may_omit(kind),
        };
        let payload = matches!(section, Section::Body | Section::ExampleResponse);
        let unread = |line: &UnknownLine<'_>| {
            self.section_at(line.line) == Some(section)
                && (!payload || interpret::PAYLOAD_REASONS.contains(&line.reason))
        };
        self.form.may_omit(kind) || self.unknown_lines().any(|line| unread(&line))
    }

    fn section_at(&self, line: usize) -> Option<Section> {
        let before = self.sections.partition_point(|(start, _)| *start <= line);
        Some(self.sections.get(before.checked_sub(1)?)?.1)
    }

    /// The heading of the known section that a line is in.
    pub(crate) fn section(&self, line: usize) -> Option<&'static str> {
        self.section_at(line)?.heading()
    }

    /// Why a line was not understood.
    pub(crate) fn unknown_reason(&self, line: usize) -> &'static str {
        self.account.reason(line)
    }

    /// The unknown lines, in runs that only blank lines interrupt.
    pub(crate) fn unknown_runs(&self) -> Vec<std::ops::Range<usize>> {
        let mut runs: Vec<std::ops::Range<usize>> = Vec::new();
        for unknown in self.unknown_lines() {
            let blank = |lines: std::ops::Range<usize>| {
                lines
                    .into_iter()
                    .all(|line| self.line(line).trim().is_empty())
            };
            match runs.last_mut().filter(|run| blank(run.end..unknown.line)) {
                Some(run) if !unknown.reason.contains("front matter") => run.end = unknown.line + 1,
                _ => runs.push(unknown.line..unknown.line + 1),
            }
        }
        runs
    }
}

/// A regular expression that is part of this crate.
pub(crate) fn pattern(text: &str) -> Regex {
    Regex::new(text).expect("a constant of this crate, compiled by its tests")
}
