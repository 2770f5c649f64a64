//! Code samples, reduced to the requests they send.
//!
//! All languages are read the same way: a [`Dialect`] says how a language writes an address, a
//! method, headers and a body. The rest of a sample is of no interest.

use std::ops::Range;
use std::sync::LazyLock;

use regex::{Captures, Regex};
use serde_json::Value;

use super::dialect::{DIALECTS, Dialect};
use super::{Address, Body, Header, Named, json, pattern};

/// A language in which a page shows its request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[expect(missing_docs, reason = "the names are the documentation")]
pub enum Language {
    Curl,
    CSharp,
    Go,
    Http,
    Java,
    JQuery,
    NodeJs,
    Python,
    Php,
    Ruby,
    Swift,
}

impl Language {
    /// The name in the list of languages of a page.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.dialect().name
    }

    /// The name at the fence of a sample in Markdown.
    #[must_use]
    pub fn fence(self) -> &'static str {
        self.dialect().fences[0]
    }

    /// The language with this name in a list of languages.
    pub(super) fn named(name: &str) -> Option<Self> {
        let dialect = DIALECTS.iter().find(|dialect| dialect.name == name)?;
        Some(dialect.language)
    }

    /// Whether a line is nothing but the name of a language, as a tab or a heading has it.
    pub(super) fn titled(line: &str) -> bool {
        let name = line.trim_matches(|c: char| !c.is_alphanumeric() && c != '#');
        DIALECTS
            .iter()
            .any(|dialect| dialect.name.eq_ignore_ascii_case(name))
    }

    /// The language of a fenced sample. Where one fence serves two, the first line that opens
    /// a sample in either decides.
    pub(super) fn fenced(fence: &str, text: &str) -> Option<Self> {
        let candidates = || {
            DIALECTS
                .iter()
                .filter(|dialect| dialect.fences.contains(&fence))
        };
        let opened = text
            .lines()
            .take(3)
            .find_map(|line| candidates().find(|dialect| dialect.opens.is_match(line)));
        Some(opened.or_else(|| candidates().next())?.language)
    }

    fn dialect(self) -> &'static Dialect {
        &DIALECTS[self as usize]
    }
}

/// A sample, reduced to what it sends.
#[derive(Debug, Clone, PartialEq)]
pub struct Sample {
    /// The language.
    pub language: Language,
    /// The lines of the sample, from 1, without fences.
    pub lines: Range<usize>,
    /// The method, where the sample says one.
    pub method: Option<Named<String>>,
    /// The address, where one is found.
    pub address: Option<Named<Address>>,
    /// The headers in their order.
    pub headers: Vec<Header>,
    /// The body, if one is sent.
    pub body: Option<SampleBody>,
}

/// The body that a sample sends.
#[derive(Debug, Clone, PartialEq)]
pub enum SampleBody {
    /// A body of JSON.
    Json(Body),
    /// A body that is not JSON, or a literal that could not be undone.
    Other(Named<String>),
}

impl SampleBody {
    /// The number of the first line of the body.
    #[must_use]
    pub fn line(&self) -> usize {
        match self {
            Self::Json(body) => body.line,
            Self::Other(text) => text.line,
        }
    }

    /// The value of a body of JSON.
    #[must_use]
    pub fn json(&self) -> Option<&Value> {
        match self {
            Self::Json(body) => Some(&body.value),
            Self::Other(_) => None,
        }
    }
}

/// Finds where samples begin in code that runs on without headings.
///
/// A sample begins at a line of its language's kind, but not before the sample above it has
/// said its address: `var options = {` opens a sample in one language and is the third line of
/// one in another.
#[derive(Debug, Default)]
pub(super) struct Openings {
    current: Option<Language>,
    has_address: bool,
}

impl Openings {
    /// The language of the sample that a line begins.
    pub(super) fn read(&mut self, line: &str) -> Option<Language> {
        let opens = DIALECTS
            .iter()
            .find(|dialect| dialect.opens.is_match(line))
            .map(|dialect| dialect.language)
            .filter(|language| match self.current {
                // What a line of another language could be, opens nothing inside of a sample.
                Some(current) => {
                    let weak = matches!(language, Language::JQuery | Language::Swift);
                    current != *language && (self.has_address || !weak)
                }
                None => true,
            });
        if opens.is_some() {
            self.current = opens;
            self.has_address = false;
        }
        if let Some(current) = self.current {
            self.has_address |= current.dialect().address.is_match(line);
        }
        opens
    }
}

/// Whether a sample uses another HTTP library, or another call of one, than those that are read.
pub(super) fn is_foreign(text: &str) -> bool {
    static LIBRARY: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r#"(?i)http\.client|urllib|httpx|aiohttp|axios|node-fetch|\bfetch\(|\bgot\b|require\(['"](?:node:)?https?['"]\)|HttpClient|WebClient|guzzle|new Request\(|unirest|requests\.(?:get|post|put|patch|delete)\(|curl_init|faraday|httparty|rest-client|alamofire|resty|invoke-\w+"#,
        )
    });
    LIBRARY.is_match(text)
}

/// Reduces the text of a sample that begins at a line.
///
/// Also returns the lines that say something, in the order they were found.
pub(super) fn reduce(language: Language, text: &str, first: usize) -> (Sample, Vec<Range<usize>>) {
    let dialect = language.dialect();
    let mut reducer = Reducer {
        text,
        newlines: text.match_indices('\n').map(|(offset, _)| offset).collect(),
        first,
        said: Vec::new(),
    };
    let mut headers = reducer.headers(dialect);
    let method = reducer.find(&dialect.method, "method").map(|found| Named {
        value: found.value.to_ascii_uppercase(),
        ..found
    });
    let address = match reducer.find(&dialect.address, "path") {
        // A request in its raw form names its host in a header.
        Some(path) => {
            let host = headers
                .iter()
                .position(|header| header.name.eq_ignore_ascii_case("host"))
                .map(|index| headers.remove(index).value);
            let scheme = match &host {
                Some(host) if !host.contains("{{") && !host.contains("://") => "https://",
                _ => "",
            };
            let url = format!("{scheme}{}{}", host.unwrap_or_default(), path.value);
            Some(Named {
                line: path.line,
                value: url,
            })
        }
        None => reducer.find(&dialect.address, "url"),
    };
    let body = reducer.body(dialect);
    // A shell needs no method where the data imply it.
    let method = method.or_else(|| {
        let line = address.as_ref()?.line;
        let value = if body.is_some() { "POST" } else { "GET" }.to_owned();
        (language == Language::Curl).then_some(Named { line, value })
    });
    let sample = Sample {
        language,
        lines: first..first + reducer.newlines.len() + 1,
        method,
        address: address.map(|url| Named {
            line: url.line,
            value: Address::parse(&url.value),
        }),
        headers,
        body,
    };
    (sample, reducer.said)
}

struct Reducer<'a> {
    text: &'a str,
    newlines: Vec<usize>,
    first: usize,
    said: Vec<Range<usize>>,
}

impl Reducer<'_> {
    fn line(&self, offset: usize) -> usize {
        self.first + self.newlines.partition_point(|newline| *newline < offset)
    }

    /// Notes that a part of the text says something, and tells its line.
    fn say(&mut self, part: Range<usize>) -> usize {
        let line = self.line(part.start);
        let last = self.line(part.end.max(part.start + 1) - 1);
        self.said.push(line..last + 1);
        line
    }

    fn find(&mut self, regex: &Regex, group: &str) -> Option<Named<String>> {
        let found = regex.captures(self.text)?;
        let part = found.name(group)?;
        let line = self.say(part.range());
        Some(Named {
            line,
            value: part.as_str().to_owned(),
        })
    }

    fn headers(&mut self, dialect: &Dialect) -> Vec<Header> {
        let block = match &dialect.header_block {
            None => 0..self.text.len(),
            Some(regex) => match regex
                .captures(self.text)
                .and_then(|found| found.name("block"))
            {
                Some(block) => block.range(),
                None => return Vec::new(),
            },
        };
        let found: Vec<Captures<'_>> = dialect
            .header
            .captures_iter(&self.text[block.clone()])
            .collect();
        let mut headers: Vec<Header> = Vec::new();
        for captures in found {
            let Some(whole) = captures.get(0) else {
                continue;
            };
            let line = self.say(block.start + whole.start()..block.start + whole.end());
            headers.push(Header {
                line,
                name: captures["name"].to_owned(),
                value: captures["value"].to_owned(),
            });
        }
        headers
    }

    fn body(&mut self, dialect: &Dialect) -> Option<SampleBody> {
        let parts: Vec<Range<usize>> = dialect
            .body
            .captures_iter(self.text)
            .filter_map(|found| found.name("body").map(|part| part.range()))
            .collect();
        let start = parts.first()?.start;
        let end = parts.last()?.end;
        let literal: Vec<&str> = parts.into_iter().map(|part| &self.text[part]).collect();
        let text = dialect.quoting.undo(&literal.join("\n"));
        if text.trim().is_empty() {
            return None;
        }
        let line = self.say(start..end);
        Some(match json::parse_first(&text) {
            Some(value) => SampleBody::Json(Body {
                line,
                value,
                keys: Vec::new(),
            }),
            None => SampleBody::Other(Named { line, value: text }),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(language: Language, text: &str, expected: &str) {
        let (sample, _) = reduce(language, text, 1);
        let headers: Vec<_> = sample
            .headers
            .iter()
            .map(|header| format!("{}={}", header.name, header.value))
            .collect();
        let found = format!(
            "{} {} [{}] {}",
            sample.method.map_or("?".to_owned(), |method| method.value),
            sample
                .address
                .map_or("?".to_owned(), |address| address.value.to_string()),
            headers.join(", "),
            match sample.body {
                None => "-".to_owned(),
                Some(SampleBody::Json(body)) => body.value.to_string(),
                Some(SampleBody::Other(text)) => format!("text {}", text.value),
            },
        );
        assert_eq!(found, expected);
    }

    #[test]
    fn a_shell_command_without_a_method_posts_its_data() {
        check(
            Language::Curl,
            "curl --location '{{apiPath}}/a' \\\n--header 'X-A: b' \\\n--data-raw '{\"it\": \"'\\''s\"}'",
            r#"POST {{apiPath}}/a [X-A=b] {"it":"'s"}"#,
        );
        check(
            Language::Curl,
            "curl '{{apiPath}}/a'",
            "GET {{apiPath}}/a [] -",
        );
    }

    #[test]
    fn members_of_a_body_are_no_headers() {
        check(
            Language::JQuery,
            "var s = {\n\"url\": \"{{apiPath}}/a\",\n\"method\": \"PUT\",\n\"headers\": {\n\"A\": \"{{b}}\"\n},\n\"data\": JSON.stringify({\n\"c\": \"d)\"\n}),\n};",
            r#"PUT {{apiPath}}/a [A={{b}}] {"c":"d)"}"#,
        );
        check(
            Language::Python,
            "import requests\nurl = \"{{apiPath}}/a\"\npayload = json.dumps({\n  \"on\": True,\n  \"no\": None\n})\nheaders = {\n  'A': 'b'\n}\nrequests.request(\"PUT\", url)",
            r#"PUT {{apiPath}}/a [A=b] {"no":null,"on":true}"#,
        );
    }

    #[test]
    fn an_empty_block_of_headers_has_none() {
        check(
            Language::NodeJs,
            "var request = require('request');\nvar options = {\n  'method': 'GET',\n  'url': '{{apiPath}}/a',\n  'headers': {\n  }\n};",
            "GET {{apiPath}}/a [] -",
        );
    }

    #[test]
    fn a_raw_request_finds_its_host_in_a_header() {
        check(
            Language::Http,
            "PUT /a/{{b}} HTTP/1.1\nHost: {{authPath}}\nA: b\n\n{\n\"c\": {{d}}\n}",
            r#"PUT {{authPath}}/a/{b} [A=b] {"c":"{{d}}"}"#,
        );
    }

    #[test]
    fn a_sample_opens_only_once_the_last_one_has_said_its_address() {
        let lines = [
            "var request = require('request');",
            "var options = {",
            "'url': '{{apiPath}}/a',",
            "};",
            "import requests",
        ];
        let mut openings = Openings::default();
        let found: Vec<_> = lines.iter().map(|line| openings.read(line)).collect();
        assert_eq!(
            found,
            [
                Some(Language::NodeJs),
                None,
                None,
                None,
                Some(Language::Python),
            ],
        );
    }
}
