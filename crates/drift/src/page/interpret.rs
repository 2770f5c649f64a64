//! Blocks to facts: what a block means follows from the section it stands in.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use super::address::Endpoint;
use super::block::{Block, Columns, Content, Row, Section};
use super::form::Form;
use super::sample::{self, Language};
use super::source::Source;
use super::{
    Body, Header, ListedStatus, Named, Page, Property, Response, Unread, json, pattern, prose,
};

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
        page: Page::new(form, source),
        section: Section::Intro,
        other: None,
        method: None,
    };
    let is_text = form != Form::Markdown;
    for (index, block) in blocks.iter().enumerate() {
        let rest = &blocks[index + 1..];
        let Content::Paragraph(lines) = &block.content else {
            reader.block(block);
            continue;
        };
        let text = lines.join(" ");
        let is_above = reader.page.endpoint.is_none();
        if is_text && lines.len() == 1 && reader.is_heading(&text, rest) {
            reader.heading(block.lines.clone(), &text);
        } else if is_text && is_above && reader.page.title.is_none() && is_banner(&text, rest) {
            // The title is the last line before the endpoint; what precedes it is the site's.
            if text == BANNER {
                reader.boilerplate(block.lines.clone());
            }
        } else if !is_text && is_above && is_breadcrumb(&text) {
            reader.boilerplate(block.lines.clone());
        } else {
            reader.block(block);
        }
    }
    let mut page = reader.end();
    page.account.close(&page.source);
    page
}

/// Whether a line before the title belongs to the site: another short line follows before the endpoint.
fn is_banner(text: &str, rest: &[Block]) -> bool {
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
    plain(text) && plain(&next) && is_request(&then)
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
    page: Page,
    section: Section,
    /// The section that is not known.
    other: Option<Other>,
    /// A method that waits for its address.
    method: Option<(Range<usize>, String)>,
}

/// A section that is not known.
struct Other {
    line: usize,
    heading: String,
    /// Its paragraphs, items and rows; none where it has something else.
    parts: Option<Vec<Named<String>>>,
}

impl Other {
    /// The rows, if the section is a table or a list of the statuses that responses have, and the sentences above them.
    fn statuses(&self) -> Option<(Vec<ListedStatus>, &[Named<String>])> {
        static ROW: LazyLock<Regex> =
            LazyLock::new(|| pattern(r"^([1-5]\d\d|[1-5][xX]{2})(?:[\s:–—-]+(.*))?$"));
        static TOPIC: LazyLock<Regex> = LazyLock::new(|| {
            pattern(r"(?i)\b(?:status|statuses|codes?|responses?|answers?|errors?)\b")
        });
        let parts = self.parts.as_ref()?;
        let first = parts.iter().position(|part| ROW.is_match(&part.value))?;
        let (above, parts) = parts.split_at(first);
        let mut rows: Vec<ListedStatus> = Vec::new();
        for Named { line, value } in parts {
            if let Some(found) = ROW.captures(value) {
                rows.push(ListedStatus {
                    line: *line,
                    status: found[1].to_uppercase(),
                    meaning: found.get(2).map_or("", |rest| rest.as_str()).to_owned(),
                });
            } else if let Some(row) = rows.last_mut() {
                // Plain text has each cell on a line of its own.
                row.meaning = format!("{} {value}", row.meaning).trim().to_owned();
            }
        }
        let fails = rows.iter().any(|row| row.status.starts_with(['4', '5']));
        let is_about_statuses = TOPIC.is_match(&self.heading) || fails && rows.len() > 1;
        is_about_statuses.then_some((rows, above))
    }
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
        self.page.endpoint.is_some()
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

    fn fact(&mut self, lines: Range<usize>) {
        self.page.account.fact(lines);
    }

    fn boilerplate(&mut self, lines: Range<usize>) {
        self.page.account.boilerplate(lines);
    }

    fn unknown(&mut self, lines: Range<usize>, reason: &'static str) {
        self.page.account.unknown(lines, reason);
    }

    fn end(mut self) -> Page {
        self.end_section(self.page.source.len() + 1);
        self.page
    }

    /// Ends the section that is not known: all of it is one thing that was not read, unless its rows are statuses.
    fn end_section(&mut self, end: usize) {
        let Some(other) = self.other.take() else {
            return;
        };
        self.boilerplate(other.line..end);
        if let Some((statuses, above)) = other.statuses() {
            for row in &statuses {
                self.fact(row.line..row.line + 1);
            }
            // A few words are the heads of the columns.
            for part in above
                .iter()
                .filter(|part| part.value.split(' ').count() > 4)
            {
                self.prose(part.line..part.line + 1, &part.value);
            }
            return self.page.statuses.extend(statuses);
        }
        let text = self.page.source.text(other.line..end);
        let name = format!("section `{}`", other.heading);
        self.unread(name, other.line..end, text.trim());
    }

    /// Notes a part whose extent is known, but not its meaning.
    fn unread(&mut self, name: String, lines: Range<usize>, text: &str) {
        let digest = prose::digest(text);
        self.page.unread.push(Unread {
            name,
            lines,
            digest,
        });
    }

    /// Keeps a part of the section that is not known.
    fn part(&mut self, line: usize, value: String) {
        let parts = self.other.as_mut().and_then(|other| other.parts.as_mut());
        if let Some(parts) = parts.filter(|_| !value.is_empty()) {
            parts.push(Named { line, value });
        }
    }

    fn block(&mut self, block: &Block) {
        let lines = block.lines.clone();
        match &block.content {
            Content::Layout => self.boilerplate(lines),
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
                    self.unknown(lines, ENDLESS);
                }
            }
        }
    }

    fn front_matter(&mut self, lines: Range<usize>, key: &str, value: Option<&str>) {
        let slot = match key {
            "title" => &mut self.page.title,
            "page_id" => &mut self.page.page_id,
            "canonical_url" => &mut self.page.canonical_url,
            "description" | "component" | "version" | "section_ids" | "llms_txt"
            | "docs_for_agents" | "revdate" => return self.boilerplate(lines),
            _ => {
                return self.unknown(lines, "this key of the front matter is not known");
            }
        };
        let Some(value) = value else {
            return self.unknown(lines, "this key of the front matter has no plain value");
        };
        *slot = Some(Named {
            line: lines.start,
            value: value.to_owned(),
        });
        self.fact(lines);
    }

    fn heading(&mut self, lines: Range<usize>, text: &str) {
        if let Some(status) = status_line(text)
            && self.section == Section::ExampleResponse
        {
            return self.status_found(lines, status);
        }
        if self.section == Section::ExampleRequest && Language::titled(text) {
            return self.boilerplate(lines);
        }
        let known = Section::named(text).filter(|section| *section != Section::Statuses);
        let reworded = Section::reworded(text).filter(|_| self.page.endpoint.is_some());
        if let Some(section) = known.or(reworded) {
            self.end_section(lines.start);
            if known.is_none() {
                self.unread(format!("heading `{text}`"), lines.clone(), text);
            }
            self.section = section;
            self.page.sections.push((lines.start, section));
            self.boilerplate(lines);
            match section {
                Section::Headers => _ = self.page.headers.get_or_insert_default(),
                Section::RequestModel => _ = self.page.properties.get_or_insert_default(),
                Section::QueryParameters => _ = self.page.query_parameters.get_or_insert_default(),
                _ => {}
            }
        } else if text.is_empty() {
            self.boilerplate(lines);
        } else if self.section == Section::Intro && self.page.endpoint.is_none() {
            self.title(lines, text);
        } else {
            self.end_section(lines.start);
            self.section = Section::Other;
            self.page.sections.push((lines.start, Section::Other));
            self.other = Some(Other {
                line: lines.start,
                heading: text.to_owned(),
                parts: Some(Vec::new()),
            });
        }
    }

    /// The title, which Markdown says twice.
    fn title(&mut self, lines: Range<usize>, text: &str) {
        match &self.page.title {
            Some(title) if title.value != text => {
                self.unknown(lines, "the page has another title above");
            }
            _ => {
                let line = lines.start;
                self.page.title.get_or_insert(Named {
                    line,
                    value: text.to_owned(),
                });
                self.fact(lines);
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
            Section::Intro if self.page.endpoint.is_none() && text == BANNER => {
                self.boilerplate(lines);
            }
            Section::Intro if self.page.endpoint.is_none() && METHODS.contains(&text.as_str()) => {
                self.method = Some((lines, text));
            }
            Section::Intro if self.page.endpoint.is_none() => match self.parse_endpoint(&text) {
                Some(endpoint) => self.endpoint(lines, endpoint),
                None if self.page.title.is_none() => self.title(lines, &text),
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
            Section::ExampleRequest if Language::titled(&text) => self.boilerplate(lines),
            Section::Other => self.part(lines.start, text),
            Section::ExampleRequest | Section::QueryParameters | Section::Statuses => {}
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
            self.fact(lines.clone());
        }
        joined.or_else(|| Endpoint::parse(&text))
    }

    fn endpoint(&mut self, lines: Range<usize>, endpoint: Endpoint) {
        self.page.endpoint = Some(Named {
            line: lines.start,
            value: endpoint,
        });
        self.fact(lines);
    }

    fn prose(&mut self, lines: Range<usize>, text: &str) {
        let statements = prose::statements(lines.start, text);
        if statements.iter().all(prose::is_pointer) {
            self.boilerplate(lines);
        } else {
            self.fact(lines);
        }
        self.page.statements.extend(
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
        self.page.headers.get_or_insert_default().push(Header {
            line,
            name: name.to_owned(),
            value: value.to_owned(),
        });
        self.fact(line..line + 1);
    }

    fn raw(&mut self, lines: Range<usize>, text: &str) {
        static RAW: LazyLock<Regex> =
            LazyLock::new(|| pattern(r"^raw \( *([^\s()](?:[^()]*[^\s()])?) *\)$"));
        if let Some(found) = RAW.captures(text) {
            let value = found[1].to_owned();
            self.page.raw_media_type = Some(Named {
                line: lines.start,
                value,
            });
            self.fact(lines);
        }
    }

    fn status(&mut self, lines: Range<usize>, text: &str) {
        if let Some(status) = status_line(text) {
            self.status_found(lines, status);
        }
    }

    fn status_found(&mut self, lines: Range<usize>, status: u16) {
        self.page.responses.push(Response {
            line: lines.start,
            status,
            body: None,
        });
        self.fact(lines);
    }

    fn item(&mut self, lines: Range<usize>, text: &str) {
        match self.section {
            // The names of the languages; a language that is not known is no drift.
            Section::ExampleRequest
                if Language::named(text).is_some() || text.split(' ').count() <= 2 =>
            {
                self.boilerplate(lines);
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
                let before = self.page.statements.len();
                self.page
                    .statements
                    .extend(statements.filter(says_more_than_where));
                if self.page.statements.len() > before {
                    self.fact(lines);
                } else {
                    self.boilerplate(lines);
                }
            }
            // A table of contents.
            Section::Intro
                if Section::named(text).is_some() || Section::reworded(text).is_some() =>
            {
                self.boilerplate(lines);
            }
            Section::Intro | Section::RequestModel => self.prose(lines, text),
            Section::Other => self.part(lines.start, text.to_owned()),
            _ => {}
        }
    }

    fn table(&mut self, lines: Range<usize>, header: &[String], rows: &[Row]) {
        if self.section == Section::Other {
            for row in rows {
                self.part(row.lines.start, row.cells.join(" ").trim().to_owned());
            }
        } else if let (Section::RequestModel, Some(columns)) = (self.section, Columns::of(header)) {
            self.boilerplate(lines.clone());
            for row in rows {
                self.property(row, &columns);
            }
            let heads =
                [columns.name, columns.kind, columns.required].map(|it| header[it].as_str());
            if !matches!(heads, ["Property", "Type", "Required?" | "Required"]) {
                let name = format!("column heads `{}`", heads.join("`, `"));
                self.unread(name, lines.clone(), &heads.join("\n"));
            }
            let others = header.iter().enumerate();
            for (index, column) in others.filter(|(index, _)| !columns.has(*index)) {
                let cells: Vec<&str> = rows
                    .iter()
                    .filter_map(|row| row.cells.get(index).map(String::as_str))
                    .collect();
                let name = format!("column `{column}`");
                self.unread(name, lines.clone(), &cells.join("\n"));
            }
        } else if self.section == Section::Headers && header.len() >= 2 {
            self.boilerplate(lines);
            for row in rows {
                if let [name, value, ..] = &row.cells[..] {
                    self.header_found(row.lines.start, name, value);
                }
            }
        } else if self.section == Section::QueryParameters {
            self.boilerplate(lines.clone());
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
                self.page
                    .query_parameters
                    .get_or_insert_default()
                    .push(parameter);
                self.fact(row.lines.clone());
            }
            let rows: Vec<String> = rows.iter().map(|row| row.cells.join("\t")).collect();
            if header.len() > 1 + usize::from(kind.is_some()) + usize::from(required.is_some()) {
                let name = "columns of the query parameters".to_owned();
                self.unread(name, lines, &rows.join("\n"));
            }
        } else if header.iter().all(String::is_empty)
            && matches!(
                self.section,
                Section::Intro | Section::Prerequisites | Section::RequestModel
            )
        {
            // A note, which pages write as a table without a header.
            self.boilerplate(lines);
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
            return self.unknown(row.lines.clone(), reason);
        };
        if type_name.is_empty() || requirement.is_empty() {
            return self.unknown(row.lines.clone(), "a cell of the row is empty");
        }
        self.page.properties.get_or_insert_default().push(Property {
            line: row.lines.start,
            name: name.clone(),
            type_name: type_name.clone(),
            requirement: requirement.clone(),
        });
        self.fact(row.lines.clone());
    }

    fn code(&mut self, lines: Range<usize>, first: usize, language: &str, text: &str) {
        match self.section {
            Section::Intro if self.page.endpoint.is_none() => {
                if let Some(endpoint) = self.parse_endpoint(text) {
                    self.endpoint(first..first + 1, endpoint);
                    self.boilerplate(lines);
                }
            }
            Section::Body => self.json(lines, first, text, |reader, body| {
                reader.page.body.get_or_insert(body);
            }),
            Section::ExampleResponse if !self.page.responses.is_empty() => {
                self.json(lines, first, text, |reader, body| {
                    if let Some(response) = reader.page.responses.last_mut() {
                        response.body.get_or_insert(body);
                    }
                });
            }
            Section::ExampleRequest => self.sample(lines, first, language, text),
            Section::Other => {
                if let Some(other) = &mut self.other {
                    other.parts = None;
                }
            }
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
            return self.unknown(lines, NOT_JSON);
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
        self.fact(lines);
    }

    fn sample(&mut self, lines: Range<usize>, first: usize, language: &str, text: &str) {
        if self.page.samples.len() == MAX_SAMPLES {
            return self.unknown(lines, "no page has this many samples");
        }
        self.boilerplate(lines);
        // A sample in a language that is not known says what the others say.
        if let Some(language) = Language::fenced(language, text) {
            let (sample, said) = sample::reduce(language, text, first);
            // A library that is not known is as good as a language that is not.
            if (sample.address.is_none() || sample.method.is_none()) && sample::is_foreign(text) {
                return;
            }
            for lines in said {
                self.fact(lines);
            }
            self.page.samples.push(sample);
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
