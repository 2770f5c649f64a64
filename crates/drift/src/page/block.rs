//! What both kinds of text are cut into before anyone asks what it means.

use std::ops::Range;

/// A piece of a page and the lines it takes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Block {
    pub(super) lines: Range<usize>,
    pub(super) content: Content,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Content {
    /// Layout that says nothing.
    Layout,
    /// A key of the front matter; only scalar values have one.
    FrontMatter { key: String, value: Option<String> },
    /// A heading; the text may be empty.
    Heading(String),
    /// A paragraph: one entry for each of its lines.
    Paragraph(Vec<String>),
    /// An item of a list.
    Item(String),
    /// A table.
    Table { header: Vec<String>, rows: Vec<Row> },
    /// Code: the number of its first line, the name of its language, its text.
    Code {
        first: usize,
        language: String,
        text: String,
        closed: bool,
    },
}

/// A row of a table, and the lines its cells take.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Row {
    pub(super) lines: Range<usize>,
    pub(super) cells: Vec<String>,
}

impl Row {
    /// A row whose cells are lines, by their numbers.
    pub(super) fn of_lines(cells: &[(usize, &str)]) -> Self {
        let number = |cell: Option<&(usize, &str)>| cell.map_or(0, |(line, _)| *line);
        Self {
            lines: number(cells.first())..number(cells.last()) + 1,
            cells: cells.iter().map(|(_, text)| (*text).to_owned()).collect(),
        }
    }
}

impl Block {
    pub(super) fn new(lines: Range<usize>, content: Content) -> Self {
        Self { lines, content }
    }
}

/// The sections that pages have, by their headings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Section {
    Intro,
    Prerequisites,
    RequestModel,
    Headers,
    Body,
    ExampleRequest,
    ExampleResponse,
    QueryParameters,
    /// The statuses that responses can have.
    Statuses,
    /// A section that is not known.
    Other,
}

const HEADINGS: [(&str, Section); 12] = [
    ("Prerequisites", Section::Prerequisites),
    ("Request Model", Section::RequestModel),
    ("Headers", Section::Headers),
    ("Body", Section::Body),
    ("Example Request", Section::ExampleRequest),
    ("Example Response", Section::ExampleResponse),
    ("Query Parameters", Section::QueryParameters),
    ("Query parameters", Section::QueryParameters),
    ("Response Codes", Section::Statuses),
    ("Response codes", Section::Statuses),
    ("Status Codes", Section::Statuses),
    ("Status codes", Section::Statuses),
];

impl Section {
    /// The section with this heading.
    pub(super) fn named(heading: &str) -> Option<Self> {
        let heading = heading.trim();
        let heading = heading.strip_prefix("Collapse: ").unwrap_or(heading);
        let known = HEADINGS.iter().find(|(known, _)| *known == heading);
        known.map(|(_, section)| *section)
    }

    /// The usual heading.
    pub(super) fn heading(self) -> Option<&'static str> {
        let known = HEADINGS.iter().find(|(_, section)| *section == self);
        known.map(|(heading, _)| *heading)
    }

    /// The known section that a heading in other words most likely means.
    pub(super) fn reworded(heading: &str) -> Option<Self> {
        let heading = heading.trim().trim_end_matches(':');
        let heading = heading.strip_prefix("Collapse: ").unwrap_or(heading);
        if !heading.starts_with(char::is_uppercase) {
            return None;
        }
        let heading = heading.to_lowercase();
        let words: Vec<&str> = heading.split(' ').collect();
        if words.len() > 3 {
            return None;
        }
        let has = |stems: &[&str]| {
            words.iter().any(|word| {
                stems
                    .iter()
                    .any(|stem| word.strip_suffix('s').unwrap_or(word) == *stem)
            })
        };
        let example = has(&["example", "sample", "code"]);
        Some(match () {
            () if example && has(&["request", "sample"]) && !has(&["response"]) => {
                Self::ExampleRequest
            }
            () if example && has(&["response"]) && !has(&["code"]) => Self::ExampleResponse,
            () if has(&["query"]) && has(&["parameter"]) => Self::QueryParameters,
            () if heading == "response" => Self::ExampleResponse,
            () if has(&["request"]) && has(&["header"]) => Self::Headers,
            () if has(&["request", "body"])
                && has(&["model", "attribute", "property", "propertie", "field"]) =>
            {
                Self::RequestModel
            }
            () if has(&["request"]) && has(&["body"]) => Self::Body,
            () if has(&["prerequisite"]) => Self::Prerequisites,
            () => return None,
        })
    }
}

/// Where a request model has what it says of a property; it may have more columns.
pub(super) struct Columns {
    pub(super) name: usize,
    pub(super) kind: usize,
    pub(super) required: usize,
}

impl Columns {
    /// The columns by the words of a header row.
    pub(super) fn of(header: &[String]) -> Option<Self> {
        let column = |words: &[&str]| {
            header.iter().position(|cell| {
                let cell = cell.trim_end_matches('?').to_lowercase();
                words.contains(&cell.as_str())
            })
        };
        Some(Self {
            name: column(&["property", "name", "attribute", "field", "parameter"])?,
            kind: column(&["type", "data type"])?,
            required: column(&["required", "mandatory"])?,
        })
    }

    /// Whether a row of plain text is the header row: there, the columns are always in this order.
    pub(super) fn are_first(header: &[String]) -> bool {
        Self::of(header).is_some_and(|it| (it.name, it.kind, it.required) == (0, 1, 2))
    }

    pub(super) fn has(&self, index: usize) -> bool {
        [self.name, self.kind, self.required].contains(&index)
    }
}
