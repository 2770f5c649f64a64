//! Writes what a page says in any of the three forms.

use std::fmt::Write;
use std::sync::LazyLock;

use pingone_drift::{Form, Page, Property};
use regex::Regex;
use serde_json::Value;

/// How a page is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Style {
    pub(crate) form: Form,
    /// Tight text as it really is: without headers, and without what is in code style in tables.
    pub(crate) lossy: bool,
    /// The newer generation, with `/v1` in the path.
    pub(crate) newer: bool,
}

impl Style {
    pub(crate) fn plain(form: Form) -> Self {
        Self {
            form,
            lossy: false,
            newer: false,
        }
    }
}

const LANGUAGES: [&str; 11] = [
    "cURL", "C#", "Go", "HTTP", "Java", "jQuery", "NodeJS", "Python", "PHP", "Ruby", "Swift",
];

pub(crate) fn render(page: &Page, style: Style) -> String {
    let text = match style.form {
        Form::SpacedText => spaced(page),
        Form::TightText => tight(page, style.lossy),
        Form::Markdown => markdown(page),
    };
    if style.newer { newer(&text) } else { text }
}

/// Puts `/v1` into the path of each address of the platform.
fn newer(text: &str) -> String {
    static RAW: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"(?m)^([A-Z]+) (/\S* HTTP/1\.1\n+Host: \{\{apiPath\}\}$)").expect("a pattern")
    });
    RAW.replace_all(&text.replace("{{apiPath}}/", "{{apiPath}}/v1/"), "$1 /v1$2")
        .into_owned()
}

/// The sentences, one paragraph for each line of the page they come from.
fn paragraphs(page: &Page) -> Vec<String> {
    let mut paragraphs: Vec<(usize, String)> = Vec::new();
    for statement in &page.statements {
        let mut text = statement.text.clone();
        if !statement.complete {
            text.push_str(" |");
        }
        match paragraphs.last_mut() {
            Some((line, paragraph)) if *line == statement.line => {
                paragraph.push(' ');
                paragraph.push_str(&text);
            }
            _ => paragraphs.push((statement.line, text)),
        }
    }
    paragraphs.into_iter().map(|(_, text)| text).collect()
}

/// The request model, unless the form it came in has lost the names.
fn named(page: &Page) -> Option<&[Property]> {
    let properties = page.properties.as_deref()?;
    let whole = properties.iter().all(|property| !property.name.is_empty());
    whole.then_some(properties)
}

fn endpoint(page: &Page) -> String {
    let line = page
        .endpoint
        .as_ref()
        .expect("the page has an endpoint")
        .line;
    page.line(line).to_owned()
}

fn title(page: &Page) -> &str {
    &page.title.as_ref().expect("the page has a title").value
}

fn pretty(value: &Value) -> String {
    serde_json::to_string_pretty(value).expect("a value is JSON")
}

fn reason(status: u16) -> &'static str {
    match status {
        200 => "200 OK",
        201 => "201 Created",
        _ => "204 No Content",
    }
}

fn code(page: &Page, lines: std::ops::Range<usize>) -> String {
    let lines: Vec<&str> = lines.map(|line| page.line(line)).collect();
    lines.join("\n").trim_end().to_owned()
}

fn spaced(page: &Page) -> String {
    let mut out = format!(
        "PingOne Platform APIs\n\n{}\n\n\u{a0} \n\n{}\n\n",
        title(page),
        endpoint(page)
    );
    for paragraph in paragraphs(page) {
        let _ = write!(out, "{paragraph}\n\n");
    }
    out.push_str("Prerequisites\n\n");
    if let Some(properties) = named(page) {
        out.push_str("Request Model\nProperty Type Required?\n\n");
        for row in properties {
            let _ = write!(
                out,
                "{}\n\n{}\n\n{}\n\n",
                row.name, row.type_name, row.requirement
            );
        }
        out.push_str("Refer to the loans data model for full property descriptions.\n\n");
    }
    if let Some(headers) = &page.headers {
        out.push_str("Headers\n\n");
        for header in headers {
            let _ = write!(
                out,
                "{}\u{a0}\u{a0}\u{a0} {}\n\n",
                header.name, header.value
            );
        }
    }
    if let Some(raw) = &page.raw_media_type {
        let _ = write!(out, "Body\n\nraw ( {} )\n\n", raw.value);
        let body = page.body.as_ref().expect("a body below its media type");
        let _ = write!(out, "{}\n\n", pretty(&body.value));
    }
    out.push_str("Example Request\n\n");
    for language in LANGUAGES {
        let _ = write!(out, "  • {language}\n\n");
    }
    for sample in &page.samples {
        let _ = writeln!(out, "{}", code(page, sample.lines.clone()));
    }
    for response in &page.responses {
        let _ = write!(out, "\nExample Response\n\n{}\n\n", reason(response.status));
        if let Some(body) = &response.body {
            let _ = writeln!(out, "{}", pretty(&body.value));
        }
    }
    out
}

fn tight(page: &Page, lossy: bool) -> String {
    let mut out = format!("{}\n{}\n", title(page), endpoint(page));
    for paragraph in paragraphs(page) {
        let _ = writeln!(out, "{paragraph}");
    }
    out.push_str("Prerequisites\n-\nRefer to Shelves for important overview information.\n-\nPut up a shelf to get a\nshelfID. Refer to Shelves.\n");
    if let Some(properties) = named(page) {
        out.push_str("Request Model\n| Property | Type | Required? |\n|---|---|---|\n");
        for row in properties {
            let name = if lossy { "" } else { &row.name };
            let _ = writeln!(out, "{name} |\n{} |\n{} |", row.type_name, row.requirement);
        }
    }
    if let (Some(headers), false) = (&page.headers, lossy) {
        out.push_str("Headers\n");
        for header in headers {
            let _ = writeln!(out, "{} {}", header.name, header.value);
        }
    }
    if let Some(raw) = &page.raw_media_type {
        let _ = writeln!(out, "Body\nraw ( {} )", raw.value);
        let body = page.body.as_ref().expect("a body below its media type");
        out.push_str(&pretty(&body.value));
        out.push('\n');
    }
    out.push_str("Example Request\n");
    for language in LANGUAGES {
        let _ = writeln!(out, "-\n{language}");
    }
    for sample in &page.samples {
        let _ = writeln!(out, "{}", code(page, sample.lines.clone()));
    }
    for response in &page.responses {
        let _ = writeln!(out, "Example Response\n{}", reason(response.status));
        if let Some(body) = &response.body {
            let _ = writeln!(out, "{}", pretty(&body.value));
        }
    }
    let lines = out.lines().map(str::trim).filter(|line| !line.is_empty());
    lines.map(|line| format!("{line}\n")).collect()
}

fn markdown(page: &Page) -> String {
    let mut out = format!(
        "---\ntitle: {0}\ndescription: What the page is about, in short.\ncomponent: pingone-api\n\
         page_id: pingone-api:example:page\ncanonical_url: https://docs.example.com/page.html\n\
         section_ids:\n  prerequisites: Prerequisites\n  headers: Headers\n---\n\n# {0}\n\n##\n\n```none\n{1}\n```\n\n",
        title(page),
        endpoint(page),
    );
    for paragraph in paragraphs(page) {
        let _ = write!(out, "{}\n\n", code_style(&paragraph));
    }
    out.push_str("### Prerequisites\n\n* Refer to [Shelves](../shelves.html) for important overview information.\n\n");
    if let Some(properties) = named(page) {
        out.push_str("> **Collapse: Request Model**\n>\n> | Property | Type | Required? |\n> | --- | --- | --- |\n");
        for row in properties {
            let _ = writeln!(
                out,
                "> | `{}` | {} | {} |",
                row.name, row.type_name, row.requirement
            );
        }
        out.push_str(
            ">\n> Refer to the [loans](#loans) data model for full property descriptions.\n\n",
        );
    }
    if let Some(headers) = &page.headers {
        out.push_str("### Headers\n\n");
        for header in headers {
            let _ = write!(out, "{}      {}\n\n", header.name, header.value);
        }
    }
    if let Some(raw) = &page.raw_media_type {
        let body = page.body.as_ref().expect("a body below its media type");
        let _ = write!(
            out,
            "### Body\n\nraw ( {} )\n\n```json\n{}\n```\n\n",
            raw.value,
            pretty(&body.value)
        );
    }
    out.push_str("##\n\n### Example Request\n\n");
    for language in LANGUAGES {
        let _ = write!(out, "* {language}\n\n");
    }
    for sample in &page.samples {
        let text = code(page, sample.lines.clone());
        let _ = write!(out, "```{}\n{text}\n```\n\n", sample.language.fence());
    }
    for response in &page.responses {
        let _ = write!(
            out,
            "### Example Response\n\n{}\n\n",
            reason(response.status)
        );
        if let Some(body) = &response.body {
            let _ = write!(out, "```json\n{}\n```\n", pretty(&body.value));
        }
    }
    out
}

/// Puts in back quotes what Markdown pages have in them, and keeps a lone bar from being a table.
fn code_style(text: &str) -> String {
    static CODE: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"(?:(?:GET|POST|PUT|PATCH) )?(?:\{\{\w+\}\})?(?:/[\w{}]+)+|application/[\w+-]+(?:\.[\w+-]+)*|[A-Z]+(?:_[A-Z]+)+|[a-z]\w*(?:\.[a-z]\w*)+").expect("a pattern")
    });
    CODE.replace_all(text, "`$0`").replace(" |", " \\|")
}
