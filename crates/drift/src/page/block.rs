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
    /// A section that is not known.
    Other,
}

impl Section {
    /// The section with this heading.
    pub(super) fn named(heading: &str) -> Option<Self> {
        let heading = heading.trim();
        Some(
            match heading.strip_prefix("Collapse: ").unwrap_or(heading) {
                "Prerequisites" => Self::Prerequisites,
                "Request Model" => Self::RequestModel,
                "Headers" => Self::Headers,
                "Body" => Self::Body,
                "Example Request" => Self::ExampleRequest,
                "Example Response" => Self::ExampleResponse,
                "Query Parameters" | "Query parameters" => Self::QueryParameters,
                _ => return None,
            },
        )
    }

    /// The known section that a heading in other words most likely means.
    pub(super) fn reworded(heading: &str) -> Option<Self> {
        let heading = heading.trim().trim_end_matches(':').to_lowercase();
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
            () if has(&["request"]) && has(&["header"]) => Self::Headers,
            () if has(&["request"]) && has(&["body"]) => Self::Body,
            () if has(&["request"]) && has(&["model", "attribute", "property", "propertie"]) => {
                Self::RequestModel
            }
            () if has(&["prerequisite"]) => Self::Prerequisites,
            () => return None,
        })
    }
}

/// The columns of a request model in the words of a header row; more columns may follow.
pub(super) fn is_request_model(header: &[String]) -> bool {
    matches!(
        header,
        [name, type_name, required, ..]
            if name == "Property"
                && type_name == "Type"
                && matches!(required.as_str(), "Required?" | "Required")
    )
}
