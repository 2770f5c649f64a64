//! Blocks to facts: what a block means follows from the section it stands in.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use super::address::Endpoint;
use super::block::{Block, Content, Row, Section, is_request_model};
use super::form::Form;
use super::sample::{self, Language};
use super::source::{Ledger, Source};
use super::{Body, Header, Named, Page, Property, Response, json, pattern, prose};

/// The line above the title of every page of plain text.
const BANNER: &str = "PingOne Platform APIs";

/// More samples than this are not read: a page has eleven.
const MAX_SAMPLES: usize = 64;

pub(super) fn page(form: Form, source: Source, blocks: &[Block]) -> Page {
    let mut reader = Reader {
        ledger: Ledger::new(&source),
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
    };
    for block in blocks {
        reader.block(block);
    }
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
        account: reader.ledger.close(&source),
        source,
    }
}

struct Reader {
    ledger: Ledger,
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
}

impl Reader {
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
                    self.ledger.unknown(lines, "this code never ends");
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
        if let Some(section) = Section::named(text) {
            self.section = section;
            self.ledger.boilerplate(lines);
            match section {
                Section::Headers => _ = self.headers.get_or_insert_default(),
                Section::RequestModel => _ = self.properties.get_or_insert_default(),
                _ => {}
            }
        } else if text.is_empty() {
            self.ledger.boilerplate(lines);
        } else if self.section == Section::Intro && self.endpoint.is_none() {
            self.title(lines, text);
        } else {
            self.section = Section::Other;
            self.ledger
                .unknown(lines, "no section of this name is known");
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
        if Section::named(&text).is_some() {
            return self.heading(lines, &text);
        }
        match self.section {
            Section::Intro if self.endpoint.is_none() && text == BANNER => {
                self.ledger.boilerplate(lines);
            }
            Section::Intro if self.endpoint.is_none() => match Endpoint::parse(&text) {
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
            Section::ExampleRequest | Section::Other => {}
        }
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
                r"^([A-Za-z][A-Za-z0-9]*(?:-[A-Za-z0-9]+)+|Authorization|Cookie|Accept|[A-Za-z]+\s)\s+(\S.*)$",
            )
        });
        let Some(found) = HEADER.captures(text.trim()) else {
            return;
        };
        self.headers.get_or_insert_default().push(Header {
            line,
            name: found[1].trim().to_owned(),
            value: found[2].trim().to_owned(),
        });
        self.ledger.fact(line..line + 1);
    }

    fn raw(&mut self, lines: Range<usize>, text: &str) {
        static RAW: LazyLock<Regex> = LazyLock::new(|| pattern(r"^raw \( *(\S+) *\)$"));
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
        static STATUS: LazyLock<Regex> =
            LazyLock::new(|| pattern(r"^([1-5]\d\d)(?: [A-Za-z][A-Za-z' -]*)?$"));
        if let Some(status) = STATUS
            .captures(text)
            .and_then(|found| found[1].parse().ok())
        {
            self.responses.push(Response {
                line: lines.start,
                status,
                body: None,
            });
            self.ledger.fact(lines);
        }
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
            Section::Intro | Section::RequestModel => self.prose(lines, text),
            _ => {}
        }
    }

    fn table(&mut self, lines: Range<usize>, header: &[String], rows: &[Row]) {
        if self.section == Section::RequestModel && is_request_model(header) {
            self.ledger.boilerplate(lines);
            for row in rows {
                self.property(row);
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

    fn property(&mut self, row: &Row) {
        let [name, type_name, requirement] = row.cells.as_slice() else {
            return self
                .ledger
                .unknown(row.lines.clone(), "the row does not have three cells");
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
                if let Some(endpoint) = Endpoint::parse(text) {
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
            return self.ledger.unknown(lines, "this is not JSON");
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
            for lines in said {
                self.ledger.fact(lines);
            }
            self.samples.push(sample);
        }
    }
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
