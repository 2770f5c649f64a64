//! Markdown, cut into blocks by `pulldown-cmark`, and its front matter by `saphyr-parser`.

use std::ops::Range;

use pulldown_cmark::{CodeBlockKind, Event, MetadataBlockKind, Options, Parser, Tag, TagEnd};
use saphyr_parser::Event as Yaml;

use super::block::{Block, Content, Row};
use super::source::Source;

pub(super) fn blocks(source: &Source) -> Vec<Block> {
    let text = source.text(1..source.len() + 1);
    let mut reader = Reader {
        starts: std::iter::once(0)
            .chain(text.match_indices('\n').map(|(offset, _)| offset + 1))
            .collect(),
        text: &text,
        source,
        blocks: Vec::new(),
        lines: vec![String::new()],
        item: None,
        table: None,
    };
    let options = Options::ENABLE_TABLES
        | Options::ENABLE_YAML_STYLE_METADATA_BLOCKS
        | Options::ENABLE_HEADING_ATTRIBUTES;
    for (event, range) in Parser::new_ext(&text, options).into_offset_iter() {
        reader.event(event, range);
    }
    reader.blocks
}

struct Reader<'a> {
    text: &'a str,
    /// The offset at which each line starts.
    starts: Vec<usize>,
    source: &'a Source,
    blocks: Vec<Block>,
    /// The inline text read since the last block, by lines.
    lines: Vec<String>,
    /// Where the innermost item of a list that has no text yet began.
    item: Option<usize>,
    table: Option<Table>,
}

#[derive(Default)]
struct Table {
    header: Vec<String>,
    row: Vec<String>,
    rows: Vec<Row>,
}

impl Reader<'_> {
    fn event(&mut self, event: Event<'_>, range: Range<usize>) {
        match event {
            Event::Text(text) | Event::Code(text) | Event::InlineHtml(text) => self.inline(&text),
            Event::SoftBreak | Event::HardBreak => self.lines.push(String::new()),
            Event::Html(text) => self.html(&text, range),
            Event::Rule => self.push(range, Content::Layout),
            Event::End(TagEnd::Heading(_)) => {
                let text = self.take().join(" ");
                self.push(range, Content::Heading(text));
            }
            Event::End(TagEnd::Paragraph) => {
                let lines = self.take();
                let content = match self.item {
                    Some(_) => Content::Item(lines.join(" ")),
                    None => Content::Paragraph(lines),
                };
                self.push(range, content);
            }
            Event::Start(Tag::List(_)) => self.flush_item(range.start),
            Event::Start(Tag::Item) => self.item = Some(range.start),
            Event::End(TagEnd::Item) => {
                self.flush_item(range.end);
                self.item = None;
            }
            Event::End(TagEnd::CodeBlock) => self.take_nothing(),
            Event::Start(Tag::CodeBlock(kind)) => self.code(&kind, range),
            Event::Start(Tag::Table(_)) => self.table = Some(Table::default()),
            Event::End(TagEnd::TableCell) => {
                let cell = self.take().join(" ");
                if let Some(table) = &mut self.table {
                    table.row.push(cell);
                }
            }
            Event::End(TagEnd::TableHead) => {
                if let Some(table) = &mut self.table {
                    table.header = std::mem::take(&mut table.row);
                }
            }
            Event::End(TagEnd::TableRow) => {
                let line = self.line(range.start);
                if let Some(table) = &mut self.table {
                    table.rows.push(Row {
                        lines: line..line + 1,
                        cells: std::mem::take(&mut table.row),
                    });
                }
            }
            Event::End(TagEnd::Table) => {
                let table = self.table.take().unwrap_or_default();
                let content = Content::Table {
                    header: table.header,
                    rows: table.rows,
                };
                self.push(range, content);
            }
            Event::Start(Tag::MetadataBlock(MetadataBlockKind::YamlStyle)) => {
                self.front_matter(range);
            }
            Event::End(TagEnd::MetadataBlock(_)) => self.take_nothing(),
            _ => {}
        }
    }

    /// A collapsed block in HTML: its summary is a heading, its tags are layout.
    fn html(&mut self, text: &str, range: Range<usize>) {
        let tag = text.trim();
        if let Some(summary) = tag
            .split_once("<summary>")
            .and_then(|(_, rest)| rest.split_once("</summary>"))
        {
            self.push(range, Content::Heading(summary.0.trim().to_owned()));
        } else if [
            "<details",
            "</details",
            "<summary",
            "</summary",
            "<br",
            "<a ",
            "</a",
            "<!--",
        ]
        .iter()
        .any(|layout| tag.starts_with(layout))
            && tag.ends_with('>')
            && tag.matches('<').count() == 1
        {
            self.push(range, Content::Layout);
        }
    }

    /// The number of the line at an offset.
    fn line(&self, offset: usize) -> usize {
        self.starts.partition_point(|start| *start <= offset)
    }

    /// The lines of a range of bytes, without blank ones at its end.
    fn lines_of(&self, range: &Range<usize>) -> Range<usize> {
        let text = self.text.get(range.clone()).unwrap_or_default();
        let end = range.start + text.trim_end().len();
        let first = self.line(range.start);
        first..self.line(end.max(range.start + 1) - 1) + 1
    }

    fn push(&mut self, range: Range<usize>, content: Content) {
        let lines = self.lines_of(&range);
        self.blocks.push(Block::new(lines, content));
    }

    fn inline(&mut self, text: &str) {
        if let Some(last) = self.lines.last_mut() {
            last.push_str(text);
        }
    }

    fn take(&mut self) -> Vec<String> {
        let lines = std::mem::replace(&mut self.lines, vec![String::new()]);
        lines
            .into_iter()
            .map(|line| line.trim().to_owned())
            .collect()
    }

    fn take_nothing(&mut self) {
        self.take();
    }

    /// Ends the text of an item that has no paragraph in it.
    fn flush_item(&mut self, end: usize) {
        let text = self.take().join(" ");
        if let Some(start) = self.item
            && !text.is_empty()
        {
            self.push(start..end, Content::Item(text));
        }
    }

    fn code(&mut self, kind: &CodeBlockKind<'_>, range: Range<usize>) {
        let lines = self.lines_of(&range);
        let CodeBlockKind::Fenced(language) = kind else {
            // An indented block: nothing on a page is written that way.
            return;
        };
        let marker = |line: usize| {
            let line = self.source.line(line).trim_start_matches(['>', ' ']);
            line.starts_with("```") || line.starts_with("~~~")
        };
        let ends = lines.len() > 1 && marker(lines.end - 1);
        let inner = lines.start + 1..if ends { lines.end - 1 } else { lines.end };
        // A fence that lost its end goes on to the end of the next one: the beginning of that
        // one is then in it.
        let closed = ends && !inner.clone().any(marker);
        let content = Content::Code {
            first: inner.start,
            language: language
                .split_whitespace()
                .next()
                .unwrap_or_default()
                .to_owned(),
            text: self.source.text(inner),
            closed,
        };
        self.blocks.push(Block::new(lines, content));
    }

    /// The scalar keys at the top of the front matter.
    ///
    /// The parser's events are read one by one: no alias is ever expanded.
    fn front_matter(&mut self, range: Range<usize>) {
        let lines = self.lines_of(&range);
        let first = lines.start + 1;
        let inner = first..lines.end - 1;
        self.blocks
            .push(Block::new(lines.start..first, Content::Layout));
        self.blocks
            .push(Block::new(inner.end..inner.end + 1, Content::Layout));
        let yaml = self.source.text(inner.clone());
        let mut depth = 0_usize;
        let mut key: Option<(String, usize)> = None;
        for event in saphyr_parser::Parser::new_from_str(&yaml) {
            let Ok((event, span)) = event else { return };
            let line = lines.start + span.start.line();
            match event {
                Yaml::Scalar(text, ..) if depth == 1 => match key.take() {
                    None => key = Some((text.into_owned(), line)),
                    Some((key, start)) => {
                        let end = (lines.start + span.end.line() + 1)
                            .min(inner.end)
                            .max(start + 1);
                        let value = Some(text.into_owned());
                        self.blocks
                            .push(Block::new(start..end, Content::FrontMatter { key, value }));
                    }
                },
                Yaml::MappingStart(..) | Yaml::SequenceStart(..) => depth += 1,
                Yaml::MappingEnd | Yaml::SequenceEnd => {
                    depth = depth.saturating_sub(1);
                    if depth == 1
                        && let Some((key, start)) = key.take()
                    {
                        let end = (lines.start + span.start.line()).clamp(start + 1, inner.end);
                        let content = Content::FrontMatter { key, value: None };
                        self.blocks.push(Block::new(start..end, content));
                    }
                }
                _ => {}
            }
        }
    }
}
