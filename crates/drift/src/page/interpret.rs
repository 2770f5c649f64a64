//! Blocks to facts: what a block means follows from the section it stands in.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use super::address::Endpoint;
use super::block::{Block, Columns, Content, Row, Section};
use super::form::Form;
use super::sample::{self, Language};
use super::source::{Source, Tally};
use super::{Body, Header, Named, Page, Property, Response, Unread, json, pattern, prose};

/// The line above the title of every page of plain text.
const BANNER: &str = "PingOne Platform APIs";

const NOT_JSON: &str = "this is not JSON";
const ENDLESS: &str = "this code never ends";

/// Why a payload was not read.
pub(super) const PAYLOAD_REASONS: [&str; 2] = [NOT_JSON, ENDLESS];

/// More samples than this are not read: a page has eleven.
const MAX_SAMPLES: usize = 64;

pub(super) fn page(form: Form, source: Source, blocks: &[Block]) -> Page {
    let mut reader = Reader {
        ledger: Tally::new(&source),
        section: Section::Intro,
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
        query: None,
        unread: Vec::new(),
        other: None,
        method: None,
        sections: Vec::new(),
    };
    let is_text = form != Form::Markdown;
    for (index, block) in blocks.iter().enumerate() {
        if let Content::Paragraph(lines) = &block.content
            && let [line] = &lines[..]
            && is_text
            && reader.is_heading(line, &blocks[index + 1..])
        {
            reader.heading(block.lines.clone(), line);
            continue;
        }
        // The title is the last line before the endpoint; what precedes it is the site's.
        if let Content::Paragraph(lines) = &block.content
            && reader.title.is_none()
            && reader.endpoint.is_none()
            && is_text
            && is_banner(lines, &blocks[index + 1..])
        {
            if lines.join(" ") == BANNER {
                reader.ledger.boilerplate(block.lines.clone());
            }
            continue;
        }
        if let Content::Paragraph(lines) = &block.content
            && reader.endpoint.is_none()
            && !is_text
            && is_breadcrumb(&lines.join(" "))
        {
            reader.ledger.boilerplate(block.lines.clone());
            continue;
        }
        reader.block(block);
    }
    reader.close_section(source.len() + 1, &source);
    let digests = std::mem::take(&mut reader.unread);
    Page {
        form,
        title: reader.title,
        canonical_url: reader.canonical_url,
        page_id: reader.page_id,
        endpoint: reader.endpoint,
        headers: reader.headers,
        properties: reader.properties,
        raw_media_type: reader.raw_media_type,
        body: reader.body,
        responses: reader.responses,
        samples: reader.samples,
        statements: reader.statements,
        query_parameters: reader.query,
        unread: digests,
        account: reader.ledger.close(&source),
        sections: reader.sections,
        source,
    }
}

/// Whether a line before the title belongs to the site: another short line follows before the endpoint.
fn is_banner(lines: &[String], rest: &[Block]) -> bool {
    let text = lines.join(" ");
    if text == BANNER {
        return true;
    }
    let mut following = rest.iter().filter_map(|block| match &block.content {
        Content::Paragraph(lines) => Some(lines.join(" ")),
        _ => None,
    });
    let next = following.next().unwrap_or_default();
    let then = following.next().unwrap_or_default();
    let plain = |text: &str| {
        !text.is_empty()
            && text.split(' ').count() <= 8
            && !text.ends_with('.')
            && !is_request(text)
    };
    plain(&text) && plain(&next) && is_request(&then)
}

/// Whether a line begins like an endpoint.
fn is_request(text: &str) -> bool {
    let first = text.split(' ').next().unwrap_or_default();
    METHODS.contains(&first)
}

/// Whether a line leads from the front page of a site to this one.
fn is_breadcrumb(text: &str) -> bool {
    [" > ", " » ", " › ", " / "]
        .iter()
        .any(|mark| text.contains(mark))
        && !text.ends_with('.')
}

const METHODS: [&str; 7] = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"];

struct Reader {
    ledger: Tally,
    section: Section,
    title: Option<Named<String>>,
    canonical_url: Option<Named<String>>,
    page_id: Option<Named<String>>,
    endpoint: Option<Named<Endpoint>>,
    headers: Option<Vec<Header>>,
    properties: Option<Vec<Property>>,
    raw_media_type: Option<Named<String>>,
    body: Option<Body>,
    responses: Vec<Response>,
    samples: Vec<super::Sample>,
    statements: Vec<super::Statement>,
    query: Option<Vec<Property>>,
    unread: Vec<Unread>,
    /// The line and the heading of the section that is not known.
    other: Option<(usize, String)>,
    /// A method that waits for its address.
    method: Option<(Range<usize>, String)>,
    /// Where each section begins.
    sections: Vec<(usize, Section)>,
}

impl Reader {
    /// Whether a line of plain text is a heading that no section is known for.
    fn is_heading(&self, line: &str, rest: &[Block]) -> bool {
        static HEADING: LazyLock<Regex> =
            LazyLock::new(|| pattern(r"^[A-Z][A-Za-z]+(?: [A-Za-z]+){0,3}$"));
        let before_sentence = || {
            let next = rest.iter().find_map(|block| match &block.content {
                Content::Paragraph(lines) => Some(lines.join(" ")),
                _ => None,
            });
            next.is_some_and(|next| next.contains(' ') && next.ends_with('.'))
        };
        // Among samples, between cells and in a section that is not known, any word can be a line of its own.
        self.endpoint.is_some()
            && (self.section != Section::Other || Section::reworded(line).is_some())
            && !matches!(
                self.section,
                Section::ExampleRequest | Section::QueryParameters
            )
            && Section::named(line).is_none()
            && HEADING.is_match(line)
            // Below a request model, a word alone is a cell that was lost.
            && (Section::reworded(line).is_some()
                || self.section != Section::RequestModel
                || !line.starts_with("Required")
                    && !line.starts_with("Optional")
                    && (line.contains(' ') || before_sentence()))
    }

    /// Ends the section that is not known: all of it is one thing that was not read.
    fn close_section(&mut self, end: usize, source: &Source) {
        self.end_section(end);
        for unread in &mut self.unread {
            if unread.digest.is_empty() {
                unread.digest = prose::digest(source.text(unread.lines.clone()).trim());
            }
        }
    }

    fn end_section(&mut self, end: usize) {
        if let Some((line, heading)) = self.other.take() {
            self.ledger.boilerplate(line..end);
            self.unread.push(Unread {
                name: format!("section `{heading}`"),
                lines: line..end,
                digest: String::new(),
            });
        }
    }

    fn block(&mut self, block: &Block) {
        let lines = block.lines.clone();
        match &block.content {
            Content::Layout => self.ledger.boilerplate(lines),
            Content::FrontMatter { key, value } => self.front_matter(lines, key, value.as_deref()),
            Content::Heading(text) => self.heading(lines, text),
            Content::Paragraph(paragraph) => self.paragraph(lines, paragraph),
            Content::Item(text) => self.item(lines, text),
            Content::Table { header, rows } => self.table(lines, header, rows),
            Content::Code {
                first,
                language,
                text,
                closed,
            } => {
                if *closed {
                    self.code(lines, *first, language, text);
                } else {
                    self.ledger.unknown(lines, ENDLESS);
                }
            }
        }
    }

    fn front_matter(&mut self, lines: Range<usize>, key: &str, value: Option<&str>) {
        let slot = match key {
            "title" => &mut self.title,
            "page_id" => &mut self.page_id,
            "canonical_url" => &mut self.canonical_url,
            "description" | "component" | "version" | "section_ids" | "llms_txt"
            | "docs_for_agents" | "revdate" => return self.ledger.boilerplate(lines),
            _ => {
                return self
                    .ledger
                    .unknown(lines, "this key of the front matter is not known");
            }
        };
        let Some(value) = value else {
            return self
                .ledger
                .unknown(lines, "this key of the front matter has no plain value");
        };
        *slot = Some(Named {
            line: lines.start,
            value: value.to_owned(),
        });
        self.ledger.fact(lines);
    }

    fn heading(&mut self, lines: Range<usize>, text: &str) {
        if let Some(status) = status_line(text)
            && self.section == Section::ExampleResponse
        {
            return self.status_found(lines, status);
        }
        if self.section == Section::ExampleRequest && Language::titled(text) {
            return self.ledger.boilerplate(lines);
        }
        let known = Section::named(text);
        let reworded = Section::reworded(text).filter(|_| self.endpoint.is_some());
        if let Some(section) = known.or(reworded) {
            self.end_section(lines.start);
            if known.is_none() {
                self.unread.push(Unread {
                    name: format!("heading `{text}`"),
                    lines: lines.clone(),
                    digest: prose::digest(text),
                });
            }
            self.section = section;
            self.sections.push((lines.start, section));
            self.ledger.boilerplate(lines);
            match section {
                Section::Headers => _ = self.headers.get_or_insert_default(),
                Section::RequestModel => _ = self.properties.get_or_insert_default(),
                Section::QueryParameters => _ = self.query.get_or_insert_default(),
                _ => {}
            }
        } else if text.is_empty() {
            self.ledger.boilerplate(lines);
        } else if self.section == Section::Intro && self.endpoint.is_none() {
            self.title(lines, text);
        } else {
            self.end_section(lines.start);
            self.section = Section::Other;
            self.sections.push((lines.start, Section::Other));
            self.other = Some((lines.start, text.to_owned()));
        }
    }

    /// The title, which Markdown says twice.
    fn title(&mut self, lines: Range<usize>, text: &str) {
        match &self.title {
            Some(title) if title.value != text => {
                self.ledger
                    .unknown(lines, "the page has another title above");
            }
            _ => {
                let line = lines.start;
                self.title.get_or_insert(Named {
                    line,
                    value: text.to_owned(),
                });
                self.ledger.fact(lines);
            }
        }
    }

    fn paragraph(&mut self, lines: Range<usize>, paragraph: &[String]) {
        let text = paragraph.join(" ");
        // Markdown collapses a section below a line of its own.
        let collapsed = text.starts_with("Collapse: ") && Section::reworded(&text).is_some();
        if collapsed || Section::named(&text).is_some() {
            return self.heading(lines, &text);
        }
        match self.section {
            Section::Intro if self.endpoint.is_none() && text == BANNER => {
                self.ledger.boilerplate(lines);
            }
            Section::Intro if self.endpoint.is_none() && METHODS.contains(&text.as_str()) => {
                self.method = Some((lines, text));
            }
            Section::Intro if self.endpoint.is_none() => match self.parse_endpoint(&text) {
                Some(endpoint) => self.endpoint(lines, endpoint),
                None if self.title.is_none() => self.title(lines, &text),
                None => self.prose(lines, &text),
            },
            Section::Intro | Section::Prerequisites | Section::RequestModel => {
                self.prose(lines, &text);
            }
            Section::Headers => {
                for (line, text) in lines.zip(paragraph) {
                    self.header(line, text);
                }
            }
            Section::Body => self.raw(lines, &text),
            Section::ExampleResponse => self.status(lines, &text),
            Section::ExampleRequest if Language::titled(&text) => self.ledger.boilerplate(lines),
            Section::ExampleRequest | Section::QueryParameters | Section::Other => {}
        }
    }

    /// Method and address on one line, or the address below its method.
    fn parse_endpoint(&mut self, text: &str) -> Option<Endpoint> {
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        let below = self.method.take();
        let joined = below
            .as_ref()
            .and_then(|(_, method)| Endpoint::parse(&format!("{method} {text}")));
        if let (Some(_), Some((lines, _))) = (&joined, &below) {
            self.ledger.fact(lines.clone());
        }
        joined.or_else(|| Endpoint::parse(&text))
    }

    fn endpoint(&mut self, lines: Range<usize>, endpoint: Endpoint) {
        self.endpoint = Some(Named {
            line: lines.start,
            value: endpoint,
        });
        self.ledger.fact(lines);
    }

    fn prose(&mut self, lines: Range<usize>, text: &str) {
        let statements = prose::statements(lines.start, text);
        if statements.iter().all(prose::is_pointer) {
            self.ledger.boilerplate(lines);
        } else {
            self.ledger.fact(lines);
        }
        self.statements.extend(
            statements
                .into_iter()
                .filter(|statement| !prose::is_pointer(statement)),
        );
    }

    fn header(&mut self, line: usize, text: &str) {
        static HEADER: LazyLock<Regex> = LazyLock::new(|| {
            pattern(
                r"^((?:[A-Za-z][A-Za-z0-9]*(?:-[A-Za-z0-9]+)+|Authorization|Cookie|Accept)(?::|\s)|[A-Za-z]+\s\s)\s*(\S.*)$",
            )
        });
        if let Some(found) = HEADER.captures(text.trim()) {
            let name = found[1].trim().trim_end_matches(':');
            self.header_found(line, name, found[2].trim());
        }
    }

    fn header_found(&mut self, line: usize, name: &str, value: &str) {
        self.headers.get_or_insert_default().push(Header {
            line,
            name: name.to_owned(),
            value: value.to_owned(),
        });
        self.ledger.fact(line..line + 1);
    }

    fn raw(&mut self, lines: Range<usize>, text: &str) {
        static RAW: LazyLock<Regex> =
            LazyLock::new(|| pattern(r"^raw \( *([^\s()](?:[^()]*[^\s()])?) *\)$"));
        if let Some(found) = RAW.captures(text) {
            let value = found[1].to_owned();
            self.raw_media_type = Some(Named {
                line: lines.start,
                value,
            });
            self.ledger.fact(lines);
        }
    }

    fn status(&mut self, lines: Range<usize>, text: &str) {
        if let Some(status) = status_line(text) {
            self.status_found(lines, status);
        }
    }

    fn status_found(&mut self, lines: Range<usize>, status: u16) {
        self.responses.push(Response {
            line: lines.start,
            status,
            body: None,
        });
        self.ledger.fact(lines);
    }

    fn item(&mut self, lines: Range<usize>, text: &str) {
        match self.section {
            // The names of the languages; a language that is not known is no drift.
            Section::ExampleRequest
                if Language::named(text).is_some() || text.split(' ').count() <= 2 =>
            {
                self.ledger.boilerplate(lines);
            }
            // Guidance that plain text often loses: only the constants in it are facts.
            Section::Prerequisites => {
                let statements =
                    prose::statements(lines.start, text)
                        .into_iter()
                        .map(|statement| super::Statement {
                            complete: false,
                            ..statement
                        });
                let before = self.statements.len();
                self.statements
                    .extend(statements.filter(says_more_than_where));
                if self.statements.len() > before {
                    self.ledger.fact(lines);
                } else {
                    self.ledger.boilerplate(lines);
                }
            }
            // A table of contents.
            Section::Intro
                if Section::named(text).is_some() || Section::reworded(text).is_some() =>
            {
                self.ledger.boilerplate(lines);
            }
            Section::Intro | Section::RequestModel => self.prose(lines, text),
            _ => {}
        }
    }

    fn table(&mut self, lines: Range<usize>, header: &[String], rows: &[Row]) {
        let block_lines = lines.clone();
        if let (Section::RequestModel, Some(columns)) = (self.section, Columns::of(header)) {
            self.ledger.boilerplate(lines.clone());
            for row in rows {
                self.property(row, &columns);
            }
            let heads =
                [columns.name, columns.kind, columns.required].map(|it| header[it].as_str());
            if !matches!(heads, ["Property", "Type", "Required?" | "Required"]) {
                self.unread.push(Unread {
                    name: format!("column heads `{}`", heads.join("`, `")),
                    lines: lines.clone(),
                    digest: prose::digest(&heads.join("\n")),
                });
            }
            let others = header.iter().enumerate();
            for (index, column) in others.filter(|(index, _)| !columns.has(*index)) {
                let cells: Vec<&str> = rows
                    .iter()
                    .filter_map(|row| row.cells.get(index).map(String::as_str))
                    .collect();
                self.unread.push(Unread {
                    name: format!("column `{column}`"),
                    lines: lines.clone(),
                    digest: prose::digest(&cells.join("\n")),
                });
            }
        } else if self.section == Section::Headers && header.len() >= 2 {
            self.ledger.boilerplate(lines);
            for row in rows {
                if let [name, value, ..] = &row.cells[..] {
                    self.header_found(row.lines.start, name, value);
                }
            }
        } else if self.section == Section::QueryParameters {
            self.ledger.boilerplate(lines);
            let column = |names: &[&str]| {
                let known =
                    |cell: &&String| names.contains(&cell.to_lowercase().trim_end_matches('?'));
                header.iter().position(|cell| known(&cell))
            };
            let (kind, required) = (column(&["type"]), column(&["required"]));
            for row in rows {
                let cell = |index: Option<usize>| {
                    index
                        .and_then(|index| row.cells.get(index))
                        .cloned()
                        .unwrap_or_default()
                };
                let requirement = cell(required);
                let parameter = Property {
                    line: row.lines.start,
                    name: row.cells.first().cloned().unwrap_or_default(),
                    type_name: cell(kind),
                    requirement: if requirement.is_empty() {
                        "Optional".to_owned()
                    } else {
                        requirement
                    },
                };
                self.query.get_or_insert_default().push(parameter);
                self.ledger.fact(row.lines.clone());
            }
            let rows: Vec<String> = rows.iter().map(|row| row.cells.join("\t")).collect();
            if header.len() > 1 + usize::from(kind.is_some()) + usize::from(required.is_some()) {
                self.unread.push(Unread {
                    name: "columns of the query parameters".to_owned(),
                    lines: block_lines,
                    digest: prose::digest(&rows.join("\n")),
                });
            }
        } else if header.iter().all(String::is_empty)
            && matches!(
                self.section,
                Section::Intro | Section::Prerequisites | Section::RequestModel
            )
        {
            // A note, which pages write as a table without a header.
            self.ledger.boilerplate(lines);
            for row in rows {
                let text = row.cells.join(" ");
                if !text.trim().is_empty() {
                    self.prose(row.lines.clone(), text.trim());
                }
            }
        }
    }

    fn property(&mut self, row: &Row, columns: &Columns) {
        let cell = |index: usize| row.cells.get(index);
        let (Some(name), Some(type_name), Some(requirement)) = (
            cell(columns.name),
            cell(columns.kind),
            cell(columns.required),
        ) else {
            let reason = "the row has too few cells";
            return self.ledger.unknown(row.lines.clone(), reason);
        };
        if type_name.is_empty() || requirement.is_empty() {
            return self
                .ledger
                .unknown(row.lines.clone(), "a cell of the row is empty");
        }
        self.properties.get_or_insert_default().push(Property {
            line: row.lines.start,
            name: name.clone(),
            type_name: type_name.clone(),
            requirement: requirement.clone(),
        });
        self.ledger.fact(row.lines.clone());
    }

    fn code(&mut self, lines: Range<usize>, first: usize, language: &str, text: &str) {
        match self.section {
            Section::Intro if self.endpoint.is_none() => {
                if let Some(endpoint) = self.parse_endpoint(text) {
                    self.endpoint(first..first + 1, endpoint);
                    self.ledger.boilerplate(lines);
                }
            }
            Section::Body => self.json(lines, first, text, |reader, body| {
                reader.body.get_or_insert(body);
            }),
            Section::ExampleResponse if !self.responses.is_empty() => {
                self.json(lines, first, text, |reader, body| {
                    if let Some(response) = reader.responses.last_mut() {
                        response.body.get_or_insert(body);
                    }
                });
            }
            Section::ExampleRequest => self.sample(lines, first, language, text),
            _ => {}
        }
    }

    fn json(
        &mut self,
        lines: Range<usize>,
        first: usize,
        text: &str,
        put: impl FnOnce(&mut Self, Body),
    ) {
        let Some(value) = json::parse(text) else {
            return self.ledger.unknown(lines, NOT_JSON);
        };
        let keys = json::key_lines(text)
            .into_iter()
            .map(|(path, line)| (path, first + line))
            .collect();
        put(
            self,
            Body {
                line: first,
                value,
                keys,
            },
        );
        self.ledger.fact(lines);
    }

    fn sample(&mut self, lines: Range<usize>, first: usize, language: &str, text: &str) {
        if self.samples.len() == MAX_SAMPLES {
            return self.ledger.unknown(lines, "no page has this many samples");
        }
        self.ledger.boilerplate(lines);
        // A sample in a language that is not known says what the others say.
        if let Some(language) = Language::fenced(language, text) {
            let (sample, said) = sample::reduce(language, text, first);
            // A library that is not known is as good as a language that is not.
            if (sample.address.is_none() || sample.method.is_none()) && sample::is_foreign(text) {
                return;
            }
            for lines in said {
                self.ledger.fact(lines);
            }
            self.samples.push(sample);
        }
    }
}

/// The status of a line such as `200 OK`.
fn status_line(text: &str) -> Option<u16> {
    static STATUS: LazyLock<Regex> = LazyLock::new(|| {
        pattern(r"^(?:HTTP/[\d.]+ |Status:? )?([1-5]\d\d)(?: [A-Za-z][A-Za-z' -]*)?$")
    });
    STATUS.captures(text)?[1].parse().ok()
}

/// Whether guidance says something about the service and not only where to look.
fn says_more_than_where(statement: &super::Statement) -> bool {
    use super::Kind;
    statement.constants.iter().any(|constant| {
        matches!(
            constant.kind,
            Kind::Lifetime
                | Kind::Attempts
                | Kind::CodeShape
                | Kind::Limit
                | Kind::Deprecation
                | Kind::SdkVersion
        )
    })
}
