//! How the eleven languages of the samples write a request, as a table.

use std::sync::LazyLock;

use regex::{Captures, Regex};

use super::pattern;
use super::sample::Language;

/// How a language writes text that holds a body.
#[derive(Debug, Clone, Copy)]
pub(super) enum Quoting {
    /// As it is.
    Plain,
    /// Between single quotes of a shell.
    Shell,
    /// In a verbatim string of C#, quotes doubled.
    Verbatim,
    /// With the escapes of JSON.
    Escaped,
    /// Between single quotes of PHP, where the pages mean `\n` to be a line end.
    Php,
    /// As a literal of Python or Ruby, which have words of their own for three values.
    Literal,
}

/// A row: name, names of the fence, and the patterns for the opening line, the address, the
/// method, the text that holds the headers (all of it when empty), a header and the body.
struct Row(
    Language,
    &'static str,
    &'static [&'static str],
    &'static str,
    &'static str,
    &'static str,
    &'static str,
    &'static str,
    (Quoting, &'static str),
);

#[rustfmt::skip]
const ROWS: [Row; 11] = [
    Row(Language::Curl, "cURL", &["shell", "bash", "sh"],
        r"^curl ",
        r#"^curl (?:[^'"]|\\\n)*?['"]?(?P<url>(?:\{\{\w+\}\}|https?://)[^'"\s]*)"#,
        r#"(?:--request|-X) ?['"]?(?P<method>[A-Z]+)"#,
        "",
        r#"(?:--header|-H) ['"](?P<name>[^:'"\n]+): *(?P<value>[^'"\n]*)['"]"#,
        (Quoting::Shell, r"(?:--data(?:-raw|-binary|-ascii)?|-d) ?'(?P<body>(?:[^']|'\\'')*)'")),
    Row(Language::CSharp, "C#", &["csharp", "cs"],
        r"\bnew (?:RestClient(?:Options)?|HttpClient)\(",
        r#"\bnew RestClient(?:Options)?\("(?P<url>[^"\n]*)"\)"#,
        r"\bMethod\.(?P<method>[A-Za-z]+)",
        "",
        r#"AddHeader\("(?P<name>[^"\n]+)", "(?P<value>[^"\n]*)"\)"#,
        (Quoting::Verbatim, r#"@"(?P<body>(?:[^"]|"")*)""#)),
    Row(Language::Go, "Go", &["golang", "go"],
        r"^package \w+$",
        r#"^\s*\w+ := "(?P<url>(?:\{\{|https?://)[^"\n]*)""#,
        r#"^\s*\w+ := "(?P<method>[A-Z]+)"$"#,
        "",
        r#"Header\.(?:Add|Set)\("(?P<name>[^"\n]+)", "(?P<value>[^"\n]*)"\)"#,
        (Quoting::Plain, r"NewReader\(`(?P<body>[^`]*)`\)")),
    Row(Language::Http, "HTTP", &["http"],
        r"^[A-Z]+ /\S* HTTP/\d",
        r"^[A-Z]+ (?P<path>/\S*) HTTP/\d",
        r"^(?P<method>[A-Z]+) /\S* HTTP/\d",
        r"\A.*\n(?P<block>(?:[A-Za-z][A-Za-z0-9-]*: .*\n?)*)",
        r"^(?P<name>[A-Za-z][A-Za-z0-9-]*): (?P<value>.*)$",
        (Quoting::Plain, r"\A.*\n(?:[A-Za-z][A-Za-z0-9-]*: .*\n?)*\n*(?P<body>(?s:.*))\z")),
    Row(Language::Java, "Java", &["java"],
        r"^(?:OkHttpClient|HttpClient|HttpRequest|HttpResponse<\w+>) \w+ =|^Unirest\.",
        r#"\.url\("(?P<url>[^"\n]*)"\)"#,
        r#"\.method\("(?P<method>[A-Z]+)""#,
        "",
        r#"\.(?:addH|h)eader\("(?P<name>[^"\n]+)", "(?P<value>[^"\n]*)"\)"#,
        (Quoting::Escaped, r#"RequestBody\.create\(\w+, "(?P<body>(?:[^"\\\n]|\\.)*)"\)"#)),
    Row(Language::JQuery, "jQuery", &["javascript", "js"],
        r"^(?:var|let|const) \w+ = \{$",
        r#"^\s*"url": "(?P<url>[^"\n]*)""#,
        r#"^\s*"method": "(?P<method>[A-Z]+)""#,
        r#""headers": \{(?P<block>(?:\n(?s:.*?))??)\n\s*\}"#,
        r#"^\s*"(?P<name>[^"\n]+)": "(?P<value>[^"\n]*)",?$"#,
        (Quoting::Plain, r"JSON\.stringify\((?P<body>(?s:.*?))\)[,;]?\s*(?:\n|\z)")),
    Row(Language::NodeJs, "NodeJS", &["javascript", "js"],
        r"^(?:var|let|const) \w+ = require\(|^import \w+ from ['\x22]",
        r"^\s*'url': '(?P<url>[^'\n]*)'",
        r"^\s*'method': '(?P<method>[A-Z]+)'",
        r"'headers': \{(?P<block>(?:\n(?s:.*?))??)\n\s*\}",
        r"^\s*'(?P<name>[^'\n]+)': '(?P<value>[^'\n]*)',?$",
        (Quoting::Plain, r"JSON\.stringify\((?P<body>(?s:.*?))\)[,;]?\s*(?:\n|\z)")),
    Row(Language::Python, "Python", &["python", "py"],
        r"^import (?:requests|http\.client|httpx|aiohttp|urllib\.request)$",
        r#"^\w+ = "(?P<url>(?:\{\{|https?://)[^"\n]*)""#,
        r#"\.request\("(?P<method>[A-Z]+)""#,
        r"^\w+ = \{(?P<block>\n\s*'[^'\n]+': '(?s:.*?))\n\s*\}$",
        r"^\s*'(?P<name>[^'\n]+)': '(?P<value>[^'\n]*)',?$",
        (Quoting::Literal, r"json\.dumps\((?P<body>(?s:.*?))\)\s*(?:\n|\z)")),
    Row(Language::Php, "PHP", &["php"],
        r"^<\?php",
        r"setUrl\('(?P<url>[^'\n]*)'\)",
        r"(?:METHOD_|setMethod\(')(?P<method>[A-Z]+)",
        r"setHeader\(array\((?P<block>(?:\n(?s:.*?))??)\n\s*\)\);",
        r"^\s*'(?P<name>[^'\n]+)' => '(?P<value>[^'\n]*)',?$",
        (Quoting::Php, r"setBody\('(?P<body>(?s:[^'\\]|\\.)*)'\)")),
    Row(Language::Ruby, "Ruby", &["ruby", "rb"],
        r#"^require ["'](?:uri|faraday|httparty|rest-client)["']$"#,
        r#"\bURI\("(?P<url>[^"\n]*)"\)"#,
        r"Net::HTTP::(?P<method>\w+)\.new",
        "",
        r#"^\s*\w+\["(?P<name>[^"\n]+)"\] = "(?P<value>[^"\n]*)"$"#,
        (Quoting::Literal, r"JSON\.dump\((?P<body>(?s:.*?))\)\s*(?:\n|\z)")),
    Row(Language::Swift, "Swift", &["swift"],
        r#"^let \w+ = "|^(?:var|let) \w+ = URLRequest\("#,
        r#"URL\(string: "(?P<url>[^"\n]*)"\)"#,
        r#"httpMethod = "(?P<method>[A-Z]+)""#,
        "",
        r#"addValue\("(?P<value>[^"\n]*)", forHTTPHeaderField: "(?P<name>[^"\n]+)"\)"#,
        (Quoting::Escaped, r#"^(?:let|var) \w+ = "(?P<body>(?:[^"\\\n]|\\.)*)"$"#)),
];

/// How a language writes a request.
pub(super) struct Dialect {
    pub(super) language: Language,
    pub(super) name: &'static str,
    pub(super) fences: &'static [&'static str],
    pub(super) opens: Regex,
    pub(super) address: Regex,
    pub(super) method: Regex,
    pub(super) header_block: Option<Regex>,
    pub(super) header: Regex,
    pub(super) quoting: Quoting,
    pub(super) body: Regex,
}

/// The dialects in the order of [`Language`].
pub(super) static DIALECTS: LazyLock<Vec<Dialect>> = LazyLock::new(|| {
    let lines = |text: &str| pattern(&format!("(?m){text}"));
    ROWS.iter()
        .map(|row| Dialect {
            language: row.0,
            name: row.1,
            fences: row.2,
            opens: pattern(row.3),
            address: lines(row.4),
            method: lines(row.5),
            header_block: (!row.6.is_empty()).then(|| lines(row.6)),
            header: lines(row.7),
            quoting: row.8.0,
            body: lines(row.8.1),
        })
        .collect()
});

impl Quoting {
    /// The text that a literal stands for.
    pub(super) fn undo(self, literal: &str) -> String {
        match self {
            Self::Plain => literal.to_owned(),
            Self::Shell => literal.replace(r"'\''", "'"),
            Self::Verbatim => literal.replace("\"\"", "\""),
            Self::Escaped => serde_json::from_str(&format!("\"{literal}\""))
                .unwrap_or_else(|_| literal.to_owned()),
            Self::Php => literal
                .replace(r"\n", "\n")
                .replace(r"\'", "'")
                .replace(r"\\", r"\"),
            Self::Literal => {
                static WORDS: LazyLock<Regex> = LazyLock::new(|| {
                    pattern(r"(?m)(^\s*|[:\[,]\s*)(True|False|None|nil)(,?\s*$|[,\]}])")
                });
                WORDS
                    .replace_all(literal, |found: &Captures<'_>| {
                        let word = match &found[2] {
                            "True" => "true",
                            "False" => "false",
                            _ => "null",
                        };
                        format!("{}{word}{}", &found[1], &found[3])
                    })
                    .into_owned()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rows_are_in_the_order_of_the_languages() {
        for (index, row) in ROWS.iter().enumerate() {
            assert_eq!(row.0 as usize, index, "{}", row.1);
        }
    }
}
