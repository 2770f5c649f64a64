//! The two forms of plain text, cut into blocks.
//!
//! Plain text has no marks for code and tables, so where one ends is told by what it is: JSON
//! ends where its brackets close, a sample where the next language begins, a table where its
//! cells no longer fit.

use super::block::{Block, Columns, Content, Row, Section};
use super::json;
use super::requirement;
use super::sample;
use super::source::Source;

pub(super) fn blocks(source: &Source) -> Vec<Block> {
    let mut reader = Reader {
        source,
        at: 1,
        section: Section::Intro,
        seen: false,
        blocks: Vec::new(),
    };
    while reader.at <= source.len() {
        reader.block();
    }
    reader.blocks
}

struct Reader<'a> {
    source: &'a Source,
    /// The line to read next.
    at: usize,
    section: Section,
    /// Whether the endpoint was read: before it, no line is a heading.
    seen: bool,
    blocks: Vec<Block>,
}

impl Reader<'_> {
    fn block(&mut self) {
        let line = self.source.line(self.at).trim();
        self.seen |= line.contains("{{");
        if line.is_empty() || line == "|" {
            self.push(1, Content::Layout);
        } else if let Some(section) = Section::named(line).or_else(|| {
            Section::reworded(line).filter(|_| self.section != Section::Intro || self.seen)
        }) {
            self.seen = true;
            self.section = section;
            self.push(1, Content::Heading(line.to_owned()));
        } else if let Some(marker) = list_marker(line) {
            self.item(line, marker);
        } else if self.section == Section::ExampleRequest {
            self.samples();
        } else if line.starts_with(['{', '['])
            && matches!(self.section, Section::Body | Section::ExampleResponse)
        {
            self.json();
        } else if self.section == Section::QueryParameters {
            self.grid(line);
        } else if self.section != Section::RequestModel || !self.request_model(line) {
            self.push(1, Content::Paragraph(vec![line.to_owned()]));
        }
    }

    fn push(&mut self, length: usize, content: Content) {
        let lines = self.at..self.at + length;
        self.at = lines.end;
        self.blocks.push(Block::new(lines, content));
    }

    /// The lines from the next one to the next heading.
    ///
    /// Taken one by one as they are needed, so that a page full of openings costs no more than
    /// its length.
    fn until_heading(&self) -> impl Iterator<Item = &str> {
        let first = self.source.line(self.at);
        let rest = (self.at + 1..=self.source.len())
            .map(|line| self.source.line(line))
            .take_while(|line| Section::named(line).is_none() && Section::reworded(line).is_none());
        std::iter::once(first).chain(rest)
    }

    /// An item beside its marker, or, in tight text, on the lines below it.
    fn item(&mut self, line: &str, marker: &str) {
        let beside = line[marker.len()..].trim();
        if !beside.is_empty() {
            return self.push(1, Content::Item(beside.to_owned()));
        }
        // What follows the name of a language is its code.
        let most = if self.section == Section::ExampleRequest {
            1
        } else {
            usize::MAX
        };
        let text: Vec<&str> = (self.at + 1..=self.source.len())
            .map(|line| self.source.line(line).trim())
            .take_while(|below| continues_item(below))
            .take(most)
            .collect();
        let length = 1 + text.len();
        let text = text.join(" ");
        self.push(length, Content::Item(text));
    }

    /// The samples, which run on without headings: each begins with a line of its own kind.
    fn samples(&mut self) {
        let end = self.at + self.until_heading().count();
        let mut openings = sample::Openings::default();
        let mut start = self.at;
        let mut language = None;
        for number in self.at..end {
            if let Some(next) = openings.read(self.source.line(number).trim()) {
                self.sample(start..number, language);
                start = number;
                language = Some(next);
            }
        }
        self.sample(start..end, language);
    }

    fn sample(&mut self, lines: std::ops::Range<usize>, language: Option<sample::Language>) {
        if lines.is_empty() {
            return;
        }
        let text = self.source.text(lines.clone());
        let content = match language {
            Some(language) => Content::Code {
                first: lines.start,
                language: language.fence().to_owned(),
                text,
                closed: true,
            },
            None => Content::Paragraph(text.lines().map(str::to_owned).collect()),
        };
        self.push(lines.len(), content);
    }

    fn json(&mut self) {
        let extent = json::extent(self.until_heading());
        let (length, closed) = match extent {
            Ok(length) => (length, true),
            Err(length) => (length, false),
        };
        let content = Content::Code {
            first: self.at,
            language: "json".to_owned(),
            text: self.source.text(self.at..self.at + length),
            closed,
        };
        self.push(length, content);
    }

    /// The next lines that are not blank, up to the next heading.
    fn filled(&self, from: usize) -> impl Iterator<Item = (usize, &str)> {
        (from..=self.source.len())
            .map(|line| (line, self.source.line(line).trim()))
            .filter(|(_, text)| !text.is_empty())
            .take_while(|(_, text)| Section::named(text).is_none())
    }

    /// Reads a request model, if its header row begins here: on one line, or each word on a line of its own.
    fn request_model(&mut self, line: &str) -> bool {
        let (mut header, mut after) = (cells(line), self.at + 1);
        if !Columns::are_first(&header) {
            let words: Vec<(usize, &str)> = self.filled(self.at).take(3).collect();
            after = words.last().map_or(self.at, |(line, _)| line + 1);
            header = words.iter().map(|(_, word)| (*word).to_owned()).collect();
        }
        if !Columns::are_first(&header) {
            return false;
        }
        // Cells are on lines of their own, or what tight text left of a piped table.
        let (rows, end) = if line.contains('|') {
            self.piped_rows()
        } else {
            self.stacked_rows(after, header.len().max(3))
        };
        self.push(end - self.at, Content::Table { header, rows });
        true
    }

    /// A table whose cells are on lines of their own below the words of its header row.
    fn grid(&mut self, line: &str) {
        let mark = if line.contains('|') { "|" } else { "  " };
        let words = line
            .split(mark)
            .map(str::trim)
            .filter(|cell| !cell.is_empty());
        let mut header: Vec<String> = words.map(str::to_owned).collect();
        if let [words] = &header[..] {
            header = cells(words);
        }
        if header.len() < 2 || line.ends_with('.') {
            return self.push(1, Content::Paragraph(vec![line.to_owned()]));
        }
        let (rows, end) = if line.contains('|') {
            self.piped_rows()
        } else {
            let filled: Vec<(usize, &str)> = self.filled(self.at + 1).collect();
            let rows = filled.chunks_exact(header.len());
            let rows = rows.take_while(|row| is_property_name(row[0].1));
            let rows: Vec<Row> = rows.map(Row::of_lines).collect();
            let end = rows.last().map_or(self.at + 1, |row| row.lines.end);
            (rows, end)
        };
        self.push(end - self.at, Content::Table { header, rows });
    }

    fn stacked_rows(&self, from: usize, columns: usize) -> (Vec<Row>, usize) {
        let mut rows = Vec::new();
        let mut end = from;
        loop {
            let filled: Vec<(usize, &str)> = self.filled(end).take(columns + 1).collect();
            let is_row = |at: usize| {
                matches!((filled.get(at), filled.get(at + 1)), (Some((_, name)), Some((_, kind)))
                    if is_property_name(name) && is_type_name(kind))
            };
            if !is_row(0) {
                return (rows, end);
            }
            // A cell that begins the next row, or ends a sentence, is not this row's third.
            let is_third = |text: &str| {
                let plain = matches!(requirement(text).as_str(), "required" | "optional");
                plain || !is_row(2) && !text.ends_with('.')
            };
            let length = match filled.get(2) {
                _ if columns > 3 && filled.len() >= columns => columns,
                Some((_, text)) if is_third(text) => 3,
                _ => 2,
            };
            let row = Row::of_lines(&filled[..length]);
            end = row.lines.end;
            rows.push(row);
        }
    }

    fn piped_rows(&self) -> (Vec<Row>, usize) {
        let mut rows = Vec::new();
        let mut end = self.at + 1;
        let mut row = Vec::new();
        let mut first = end;
        for number in self.at + 1..=self.source.len() {
            let line = self.source.line(number).trim();
            if !line.contains('|') {
                break;
            }
            if is_rule(line) {
                end = number + 1;
                continue;
            }
            if row.is_empty() {
                first = number;
            }
            // A row that is whole on its line begins with a bar; a lone cell ends with one.
            let whole = line.starts_with('|') && line.len() > 1;
            let inner = if whole { &line[1..] } else { line };
            row.extend(inner.split('|').map(|cell| cell.trim().to_owned()));
            row.pop();
            if row.len() >= 3 {
                end = number + 1;
                rows.push(Row {
                    lines: first..end,
                    cells: std::mem::take(&mut row),
                });
            }
        }
        (rows, end)
    }
}

/// Whether a line below a lone marker still belongs to its item.
fn continues_item(line: &str) -> bool {
    !line.is_empty() && line != "|" && list_marker(line).is_none() && Section::named(line).is_none()
}

/// The marker that a line of a list begins with.
fn list_marker(line: &str) -> Option<&'static str> {
    ["•", "-", "*", "–", "◦"].into_iter().find(|marker| {
        line.strip_prefix(marker)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with(' '))
    })
}

/// The cells of a header row, between bars or blanks.
fn cells(line: &str) -> Vec<String> {
    line.split(|c: char| c == '|' || c.is_whitespace())
        .filter(|cell| !cell.is_empty())
        .map(str::to_owned)
        .collect()
}

fn is_rule(line: &str) -> bool {
    line.contains("--") && line.chars().all(|c| matches!(c, '|' | '-' | ':' | ' '))
}

fn is_property_name(text: &str) -> bool {
    !text.is_empty()
        && text
            .chars()
            .all(|c| c.is_alphanumeric() || matches!(c, '.' | '_' | '-' | '[' | ']' | '$'))
}

/// A capitalised word or the name of a known type, perhaps with more about it in brackets.
fn is_type_name(text: &str) -> bool {
    const KNOWN: [&str; 17] = [
        "string",
        "uuid",
        "integer",
        "int",
        "long",
        "number",
        "double",
        "float",
        "boolean",
        "bool",
        "array",
        "list",
        "object",
        "map",
        "date",
        "datetime",
        "timestamp",
    ];
    let word = text
        .split(['(', '[', '<'])
        .next()
        .unwrap_or_default()
        .trim();
    KNOWN.contains(&word)
        || word.starts_with(char::is_uppercase) && word.chars().all(char::is_alphanumeric)
}
