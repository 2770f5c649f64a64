//! The sentences of a page, and the constants in them.
//!
//! A sentence is kept as a digest of its wording with the constants taken out, so that a
//! changed constant is one change, and no text of the documentation has to be stored.

use std::fmt::Write;
use std::ops::Range;
use std::sync::LazyLock;

use regex::{Captures, Regex};
use sha2::{Digest, Sha256};

use super::facts::{Fact, Kind};
use super::{Address, pattern};

/// A sentence of a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// The number of the line, from 1.
    pub line: usize,
    /// The sentence with straight quotes and single blanks.
    pub text: String,
    /// Twelve hexadecimal digits that stand for the wording without its constants.
    pub digest: String,
    /// Whether the sentence is whole; tight text loses what is in code style at its end.
    pub complete: bool,
    /// The constants in the sentence.
    pub constants: Vec<Fact>,
}

impl Statement {
    /// Whether the sentence says when the operation is possible.
    #[must_use]
    pub fn is_precondition(&self) -> bool {
        static CONDITION: LazyLock<Regex> = LazyLock::new(|| {
            pattern(
                r"(?i)\b(cannot|must not|can only|only (?:if|when|while)|unless|not possible|not allowed)\b",
            )
        });
        CONDITION.is_match(&self.text)
    }
}

const NUMBER: &str = "(?:\\d+|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|\
    fifteen|twenty|thirty|sixty)(?: \\(\\d+\\))?";

/// A unit of time, written out or as an abbreviation.
const UNIT: &str = "(seconds?|secs?|minutes?|mins?|hours?|hrs?|days?)";

/// The constants that sentences can hold. Groups are joined with blanks to the value; `N` and `UNIT`
/// stand for a number and a unit of time. A rule sees only what the rules above it have left.
#[rustfmt::skip]
const RULES: [(Kind, &str); 19] = [
    (Kind::ProseMediaType, r"\b((?:application|text|multipart)/[A-Za-z0-9][A-Za-z0-9+_-]*(?:\.[A-Za-z0-9][A-Za-z0-9+_-]*)*)"),
    (Kind::ProseOperation, r"(?:\b((?:GET|POST|PUT|PATCH|DELETE) ))?((?:\{\{\w+\}\}|https?://[\w.-]+)?(?:/(?:\{\{\w+\}\}|[\w-]+))+)(?:\?[\w{}=&.-]*[\w}])?"),
    (Kind::Property, r"\b([a-z]\w*(?:\.[a-z]\w*)+)\b"),
    (Kind::ProseStatusCode, r"\b([1-5]\d\d) (?:OK|Created|Accepted|No Content)\b"),
    (Kind::Lifetime, r"(?i)\b(?:valid for|expires? (?:after|in)|timeout[\w ]{0,40}? is|lifetime (?:is|of)|(?:usable|available) for) (N) (UNIT)\b"),
    (Kind::Lifetime, r"(?i)\b(no) timeout\b"),
    (Kind::Lifetime, r"(?i)\b(N) (UNIT) of inactivity\b"),
    (Kind::Attempts, r"(?i)\b(N)(?: failed| invalid| unsuccessful| wrong)? (attempt)s?\b"),
    (Kind::CodeShape, r"(?i)\b(N)[- ]characters? (alphanumeric|numeric|alphabetic)(?: (?:string|code|OTP))?(?: \((case-\w+)\))?"),
    (Kind::CodeShape, r"(?i)\b(N) (alphanumeric|numeric|alphabetic) characters?(?: \((case-\w+)\))?"),
    (Kind::CodeShape, r"(?i)\b(N)[- ]digits?(?: (numeric))?\b"),
    (Kind::Limit, r"(?i)\b(at most|no more than|up to|maximum length of|minimum length of|at least) (N) (characters?|digits?)\b"),
    (Kind::Configurable, r"(?i)\b((?:not )?configurable)\b"),
    (Kind::RequiredAttribute, r"(?i)\brequires (?:the )?(\w+)(?: and (?:the )?(\w+))? (?:attribute|property|attributes|properties)\b"),
    (Kind::Default, r"(?i)\bdefaults? (?:value )?(?:is|to|of) (\w+)"),
    (Kind::Deprecation, r"(?i)\b(deprecated|sunset|end of life|will be removed)\b"),
    (Kind::SdkVersion, r"(?i)\bversion (\d+(?:\.\d+)+)"),
    (Kind::Date, r"\b((?:\d{4}-\d\d-\d\d)|(?:January|February|March|April|May|June|July|August|September|October|November|December) \d{1,2}, \d{4})\b"),
    (Kind::Status, r"\b([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+)\b"),
];

/// The sentences of a paragraph.
pub(super) fn statements(line: usize, paragraph: &str) -> Vec<Statement> {
    let text: String = paragraph
        .chars()
        .map(|c| match c {
            '‘' | '’' => '\'',
            '“' | '”' => '"',
            '\u{2011}' => '-',
            c => c,
        })
        .collect();
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let (text, complete) = match text.strip_suffix('|') {
        Some(text) => (text.trim_end(), false),
        None => (text.as_str(), true),
    };
    let sentences = sentences(text);
    let last = sentences.len();
    sentences
        .into_iter()
        .enumerate()
        .map(|(index, sentence)| statement(line, sentence, complete || index + 1 < last))
        .collect()
}

/// Cuts a paragraph where a full stop is followed by a blank and a capital.
fn sentences(text: &str) -> Vec<&str> {
    static END: LazyLock<Regex> = LazyLock::new(|| pattern(r#"[.!?] ["'(]?[A-Z]"#));
    let mut sentences = Vec::new();
    let mut start = 0;
    for end in END.find_iter(text) {
        let end = end.start() + 1;
        sentences.push(text[start..end].trim());
        start = end;
    }
    sentences.push(text[start..].trim());
    sentences.retain(|sentence| !sentence.is_empty());
    sentences
}

static PATTERNS: LazyLock<Vec<(Kind, Regex)>> = LazyLock::new(|| {
    RULES
        .iter()
        .map(|(kind, text)| {
            (
                *kind,
                pattern(
                    &text
                        .replace("(N)", &format!("({NUMBER})"))
                        .replace("(UNIT)", UNIT),
                ),
            )
        })
        .collect()
});

fn statement(line: usize, text: &str, complete: bool) -> Statement {
    let mut constants = Vec::new();
    // Each constant is struck out by its kind; what is left is the wording.
    let mut wording = text.to_owned();
    for (kind, regex) in PATTERNS.iter() {
        let mut spans: Vec<Range<usize>> = Vec::new();
        for found in regex.captures_iter(&wording) {
            let values = values(*kind, &found);
            if let Some(whole) = found.get(0)
                && !values.is_empty()
            {
                spans.push(whole.range());
                constants.extend(values.into_iter().map(|value| Fact {
                    kind: *kind,
                    name: String::new(),
                    value,
                    line,
                }));
            }
        }
        for span in spans.into_iter().rev() {
            wording.replace_range(span, &format!("<{kind}>"));
        }
    }
    Statement {
        line,
        text: text.to_owned(),
        digest: digest(&wording),
        complete,
        constants,
    }
}

/// The values of one match: one for each group where the groups are a list, else all together.
fn values(kind: Kind, found: &Captures<'_>) -> Vec<String> {
    let groups = || {
        found
            .iter()
            .skip(1)
            .flatten()
            .map(|group| group.as_str().trim())
            .filter(|group| !group.is_empty())
    };
    match kind {
        Kind::RequiredAttribute => groups().map(str::to_owned).collect(),
        Kind::Property => groups()
            .filter(|path| !matches!(*path, "e.g" | "i.e"))
            .map(str::to_owned)
            .collect(),
        Kind::ProseOperation => {
            let method = found.get(1).map_or("", |method| method.as_str());
            let address = found.get(2).map_or("", |address| address.as_str());
            // Anything with a slash in it looks like a path; only one with a variable is one.
            if !address.contains("{{") {
                return Vec::new();
            }
            vec![format!("{method}{}", Address::parse(address))]
        }
        Kind::Status | Kind::ProseMediaType | Kind::Default | Kind::Date => {
            groups().map(str::to_owned).collect()
        }
        Kind::Lifetime | Kind::Attempts => match groups().collect::<Vec<_>>()[..] {
            [count, unit] => vec![duration(&number(count), &unit.to_lowercase())],
            _ => vec!["none".to_owned()],
        },
        // One notice is one, whatever words it takes.
        Kind::Deprecation => vec!["deprecated".to_owned()],
        _ => {
            let value = groups().map(number).collect::<Vec<_>>().join(" ");
            vec![value.to_lowercase()]
        }
    }
}

/// A number of units in the largest unit that needs no fraction: 300 seconds are 5 minutes.
fn duration(count: &str, unit: &str) -> String {
    const LONGER: [(&str, u64, &str); 3] = [
        ("second", 60, "minute"),
        ("minute", 60, "hour"),
        ("hour", 24, "day"),
    ];
    let unit = unit.trim_end_matches('s');
    let unit = match unit {
        "sec" => "second",
        "min" => "minute",
        "hr" => "hour",
        unit => unit,
    };
    let (mut count, mut unit) = (count.to_owned(), unit);
    for (short, factor, long) in LONGER {
        match count.parse::<u64>() {
            Ok(number) if unit == short && number > 0 && number % factor == 0 => {
                (count, unit) = ((number / factor).to_string(), long);
            }
            _ => {}
        }
    }
    format!("{count} {unit}s")
}

const WORDS: [&str; 13] = [
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten",
    "eleven", "twelve",
];

/// A number word as digits, without the digits that pages repeat in brackets.
fn number(text: &str) -> String {
    let (word, repeated) = match text.split_once(" (") {
        Some((word, repeated)) => (word, repeated.strip_suffix(')')),
        None => (text, None),
    };
    let lower = word.to_lowercase();
    let digits = match lower.as_str() {
        "fifteen" => Some(15),
        "twenty" => Some(20),
        "thirty" => Some(30),
        "sixty" => Some(60),
        word => WORDS.iter().position(|known| *known == word),
    };
    let value = digits.map_or_else(|| word.to_owned(), |digits| digits.to_string());
    match repeated {
        Some(repeated) if repeated != value => format!("{value} ({repeated})"),
        _ => value,
    }
}

/// The place of a constant in a text, and what to write there, if only its number is another one.
pub(crate) fn replace_constant(
    text: &str,
    kind: Kind,
    old: &str,
    new: &str,
) -> Option<(Range<usize>, String)> {
    // What is counted is a number; a default may be a word.
    let digits = |value: &str| {
        let mut words = value.split(' ');
        let number = words.find(|word| word.bytes().all(|byte| byte.is_ascii_digit()));
        number
            .or(Some(value).filter(|_| kind == Kind::Default))
            .map(str::to_owned)
    };
    let rules = PATTERNS.iter().filter(|(of, _)| *of == kind);
    for found in rules.flat_map(|(_, regex)| regex.captures_iter(text)) {
        // A description may say less than a page, but not something else.
        if !matches!(&values(kind, &found)[..], [said] if old.starts_with(said.as_str())) {
            continue;
        }
        let mut groups = found.iter().skip(1).flatten();
        let count = groups.find(|group| Some(number(group.as_str())) == digits(old))?;
        let (count, written) = (count.range(), digits(new)?);
        // A word stays a word where there is one.
        let spelled = WORDS.iter().find(|word| number(word) == written);
        let is_word = !text[count.clone()].starts_with(|first: char| first.is_ascii_digit());
        let written = spelled
            .filter(|_| is_word)
            .map_or(written.clone(), |word| (*word).to_owned());
        let changed = format!("{}{written}{}", &text[..count.start], &text[count.end..]);
        let said = statements(0, &changed)
            .into_iter()
            .flat_map(|statement| statement.constants);
        if said
            .into_iter()
            .any(|fact| fact.kind == kind && new.starts_with(&fact.value))
        {
            return Some((count, written));
        }
    }
    None
}

/// The constants of a text, and a digest of its wording without them.
pub(crate) fn wording(text: &str) -> (Vec<Fact>, String) {
    let statements = statements(0, text);
    let wording: Vec<&str> = statements
        .iter()
        .map(|statement| statement.digest.as_str())
        .collect();
    let digest = digest(&wording.join(" "));
    let constants = statements
        .into_iter()
        .flat_map(|statement| statement.constants);
    (constants.collect(), digest)
}

/// Twelve hexadecimal digits of the SHA-256 of a text.
pub(crate) fn digest(text: &str) -> String {
    Sha256::digest(text.as_bytes())
        .iter()
        .take(6)
        .fold(String::new(), |mut digits, byte| {
            let _ = write!(digits, "{byte:02x}");
            digits
        })
}

/// Whether a sentence only sends the reader elsewhere.
pub(super) fn is_pointer(statement: &Statement) -> bool {
    static POINTER: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"(?i)^(?:refer (?:also )?to|see|learn more|for (?:more|complete|full|further|property)[\w ]*, (?:refer to|see))\b",
        )
    });
    statement.constants.is_empty() && POINTER.is_match(&statement.text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &[(Kind, &str)]) {
        let found: Vec<(Kind, String)> = statements(1, text)
            .into_iter()
            .flat_map(|statement| statement.constants)
            .map(|constant| (constant.kind, constant.value))
            .collect();
        let expected: Vec<_> = expected
            .iter()
            .map(|(kind, value)| (*kind, (*value).to_owned()))
            .collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn lifetimes_are_one_however_they_are_worded() {
        check(
            "The code is valid for five minutes.",
            &[(Kind::Lifetime, "5 minutes")],
        );
        check(
            "The loan expires after 24 hours.",
            &[(Kind::Lifetime, "1 days")],
        );
        check(
            "The timeout for a loan is 5 minutes.",
            &[(Kind::Lifetime, "5 minutes")],
        );
        check(
            "The code is valid for 300 seconds.",
            &[(Kind::Lifetime, "5 minutes")],
        );
        check(
            "The code is valid for 5 mins.",
            &[(Kind::Lifetime, "5 minutes")],
        );
        check("The card has no timeout.", &[(Kind::Lifetime, "none")]);
    }

    #[test]
    fn attempts_and_shapes_are_counted_in_digits() {
        check(
            "after five (5) failed attempts",
            &[(Kind::Attempts, "5 attempts")],
        );
        check(
            "after five (6) failed attempts",
            &[(Kind::Attempts, "5 (6) attempts")],
        );
        check(
            "an eight-character alphanumeric string (case-insensitive)",
            &[(Kind::CodeShape, "8 alphanumeric case-insensitive")],
        );
        check("a six-digit code", &[(Kind::CodeShape, "6")]);
        check(
            "is 8 alphanumeric characters",
            &[(Kind::CodeShape, "8 alphanumeric")],
        );
    }

    #[test]
    fn a_media_type_ends_before_the_full_stop() {
        check(
            "Uses application/vnd.example.loan.extend+json. Then it ends.",
            &[(
                Kind::ProseMediaType,
                "application/vnd.example.loan.extend+json",
            )],
        );
    }

    #[test]
    fn operations_are_paths_with_variables() {
        check(
            "POST {{apiPath}}/v1/shelves/{{shelfID}} and/or input/output",
            &[(Kind::ProseOperation, "POST {{apiPath}}/shelves/{shelfID}")],
        );
        check(
            "call the {{apiPath}}/{{shelfID}}/loans endpoint",
            &[(Kind::ProseOperation, "{{apiPath}}/{shelfID}/loans")],
        );
    }

    #[test]
    fn a_changed_constant_leaves_the_wording_as_it_was() {
        let digest = |text| statements(1, text).remove(0).digest;
        assert_eq!(
            digest("valid for five minutes."),
            digest("valid for ten minutes.")
        );
        assert_ne!(
            digest("valid for five minutes."),
            digest("usable within five minutes.")
        );
        assert_eq!(digest("the user’s loan"), digest("the user's  loan"));
    }

    #[test]
    fn a_sentence_cut_short_is_not_complete() {
        let found = statements(1, "It is done. The status is |");
        assert_eq!(found.len(), 2);
        assert!(found[0].complete && !found[1].complete);
    }
}
