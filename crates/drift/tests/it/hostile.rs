//! Pages that no one means well: an error or unknown lines, soon, and never a panic.

use std::time::{Duration, Instant};

use pingone_drift::{Form, LineKind, MAX_PAGE_BYTES, Page, ReadError, Topic, contradictions};
use proptest::prelude::*;

use crate::invented::{FORMS, MARKDOWN, SPACED};

/// Does all that can be done with a page, and checks the account of its lines.
fn exercise(bytes: &[u8]) -> Result<Page, ReadError> {
    let page = Page::read(bytes)?;
    let facts = page.facts();
    for fact in &facts {
        assert!((1..=page.line_count()).contains(&fact.line), "{fact:?}");
    }
    for contradiction in contradictions(&page) {
        assert!(
            (1..=page.line_count()).contains(&contradiction.line),
            "{contradiction:?}"
        );
    }
    let kinds: Vec<_> = (1..=page.line_count())
        .map(|line| page.line_kind(line))
        .collect();
    assert!(
        kinds.iter().all(Option::is_some),
        "every line is in a bucket"
    );
    let unknown = kinds
        .iter()
        .filter(|kind| **kind == Some(LineKind::Unknown))
        .count();
    assert_eq!(page.unknown_lines().count(), unknown);
    Ok(page)
}

/// The most time that any one page may take, unoptimised and on a busy machine.
const SOON: Duration = Duration::from_secs(20);

#[track_caller]
fn soon(name: &str, text: &str) -> Page {
    let start = Instant::now();
    let page = exercise(text.as_bytes()).expect("the page can be read");
    let took = start.elapsed();
    assert!(took < SOON, "{name} took {took:?}");
    println!("{name}: {took:?}");
    page
}

/// As much of a text as a page may have.
fn full(text: &str) -> String {
    text.repeat(MAX_PAGE_BYTES / text.len())
}

#[test]
fn an_empty_page_is_an_error() {
    for text in ["", "\n\n", " \t\r\n\u{a0}\n\u{feff}"] {
        let error = exercise(text.as_bytes()).expect_err("nothing is there");
        assert!(matches!(error, ReadError::Empty), "{error}");
    }
}

#[test]
fn binary_data_are_an_error_that_says_where() {
    let error = exercise(b"Title\n\xff\xfe").expect_err("no text");
    assert_eq!(
        error.to_string(),
        "the page is not text: byte 6 is not part of any"
    );
    let error = exercise(b"PK\x03\x04\x00\x00").expect_err("no text");
    assert_eq!(
        error.to_string(),
        "the page is not text: byte 4 is not part of any"
    );
}

#[test]
fn fifty_mebibytes_are_an_error_and_are_not_taken_into_memory() {
    let file = std::env::temp_dir().join(format!("pingone-drift-{}.txt", std::process::id()));
    std::fs::write(&file, vec![b'a'; 50 * 1024 * 1024]).expect("the file can be written");
    let error = Page::open(&file).expect_err("too much");
    std::fs::remove_file(&file).expect("the file can be removed");
    let ReadError::TooLarge { size } = error else {
        panic!("{error}")
    };
    assert_eq!(size, MAX_PAGE_BYTES + 1);
}

#[test]
fn a_missing_file_is_an_error_with_its_cause() {
    let error = Page::open("no/such/page.md".as_ref()).expect_err("no file");
    assert_eq!(error.to_string(), "the page cannot be read from its file");
    assert!(std::error::Error::source(&error).is_some());
}

#[test]
fn a_page_as_large_as_may_be_is_read_soon() {
    let endpoint = "T\n\nPOST {{apiPath}}/a\n\n";
    let cases = [
        ("plain lines", full("word word\n")),
        ("one long line", full("word. Word ")),
        ("endpoints", full("POST {{apiPath}}/a\n\n")),
        ("open objects", format!("{endpoint}Body\n\n{}", full("{\n"))),
        (
            "whole objects",
            format!("{endpoint}Body\n\n{}", full("{}\n")),
        ),
        (
            "header rows",
            format!(
                "{endpoint}Request Model\n\n{}",
                full("Property Type Required?\n")
            ),
        ),
        (
            "piped rows",
            format!(
                "{endpoint}Request Model\n\n{}",
                full("| Property | Type | Required |\n|\n")
            ),
        ),
        ("list markers", full("-\n")),
        (
            "openings",
            format!("{endpoint}Example Request\n\n{}", full("package main\n")),
        ),
        (
            "samples",
            format!(
                "{endpoint}Example Request\n\n{}",
                full("curl 'x'\nvar a = new RestClient(\"y\")\n")
            ),
        ),
        (
            "open bodies",
            format!(
                "{endpoint}Example Request\n\ncurl 'x'\n{}",
                full("--data '{ \n")
            ),
        ),
        (
            "statuses",
            format!("{endpoint}Example Response\n\n{}", full("200 OK\n")),
        ),
        ("headings", full("Example Response\nBody\n")),
        ("quotations", format!("# T\n{}", full("> "))),
        ("nested lists", format!("# T\n{}", full("- "))),
        ("brackets", format!("# T\n{}", full("[a]("))),
        ("emphasis", format!("# T\n{}", full("*a **b "))),
        (
            "table bars",
            format!("# T\n\n|a|b|\n|-|-|\n{}", full("|x|y|\n")),
        ),
        ("fences", format!("# T\n{}", full("```\n"))),
    ];
    for (name, mut text) in cases {
        text.truncate(MAX_PAGE_BYTES);
        soon(name, &text);
    }
}

#[test]
fn json_a_million_deep_is_an_error_and_as_deep_as_may_be_is_unknown() {
    let text = |deep: &str| format!("T\n\nPOST {{{{apiPath}}}}/a\n\nBody\n\n{deep}\n");
    let error = exercise(text(&"[".repeat(1_000_000)).as_bytes()).expect_err("too much");
    assert!(matches!(error, ReadError::TooLarge { .. }), "{error}");
    let open = "[".repeat(250_000);
    let closed = "[".repeat(125_000) + &"]".repeat(125_000);
    let member = "{\"a\":".repeat(50_000);
    for deep in [open, closed, member] {
        let spaced = soon("deep text", &text(&deep));
        assert_eq!(spaced.line_kind(7), Some(LineKind::Unknown));
        let markdown = soon(
            "deep fence",
            &format!("# T\n\n### Body\n\n```json\n{deep}\n```\n"),
        );
        assert_eq!(markdown.line_kind(6), Some(LineKind::Unknown));
    }
}

#[test]
fn front_matter_with_aliases_is_not_expanded() {
    let mut text = String::from("---\na: &a [x, x, x, x, x, x, x, x]\n");
    for (name, last) in ('b'..='z').zip('a'..) {
        let aliases = vec![format!("*{last}"); 8].join(", ");
        text.push_str(&format!("{name}: &{name} [{aliases}]\n"));
    }
    let page = soon("aliases", &format!("{text}---\n\n# T\n"));
    assert_eq!(page.line_kind(2), Some(LineKind::Unknown));
    assert_eq!(page.title.map(|title| title.value).as_deref(), Some("T"));
}

#[test]
fn front_matter_that_is_not_yaml_is_unknown_from_where_it_breaks() {
    let page = exercise(b"---\ntitle: T\npage_id: [\n---\n\n# T\n").expect("text");
    assert_eq!(page.line_kind(2), Some(LineKind::Fact));
    assert_eq!(page.line_kind(3), Some(LineKind::Unknown));
}

#[test]
fn a_fence_that_never_closes_hides_nothing() {
    let open = MARKDOWN.replacen("task.resume()\n```", "task.resume()", 1);
    let page = exercise(open.as_bytes()).expect("text");
    let line = (1..=page.line_count())
        .find(|line| page.line(*line) == "### Example Response")
        .expect("the section is there");
    assert_eq!(page.line_kind(line), Some(LineKind::Unknown));
    assert!(page.responses.is_empty());
}

#[test]
fn mixed_line_ends_are_line_ends() {
    let facts = crate::read(SPACED).facts();
    let mixed: String = SPACED
        .lines()
        .zip(["\n", "\r\n"].into_iter().cycle())
        .flat_map(|(line, end)| [line, end])
        .collect();
    assert_eq!(crate::read(&mixed).facts(), facts);
    assert_eq!(crate::read(&SPACED.replace('\n', "\r")).facts(), facts);
}

#[test]
fn text_that_is_no_page_has_no_endpoint() {
    let page =
        exercise(b"# Notes\n\nThis is a list of things.\n\n## More\n\nThings.\n").expect("text");
    assert_eq!(contradictions(&page)[0].about, Topic::NoEndpoint);
    assert!(page.unknown_lines().count() > 0);
}

#[test]
fn a_line_in_a_place_where_nothing_is_known_is_unknown() {
    for (form, text) in FORMS {
        for section in ["Headers", "Body", "Example Response"] {
            let heading = if form == Form::Markdown {
                format!("### {section}\n")
            } else {
                format!("\n{section}\n")
            };
            if !text.contains(&heading) {
                continue;
            }
            let stray = text.replacen(
                &heading,
                &format!("{heading}\nSomething else entirely.\n\n"),
                1,
            );
            let page = exercise(stray.as_bytes()).expect("text");
            let unknown: Vec<_> = page
                .unknown_lines()
                .map(|line| line.text.to_owned())
                .collect();
            assert_eq!(unknown, ["Something else entirely."], "{form:?} {section}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_can_be_read(text in "\\PC{0,400}") {
        let _ = exercise(text.as_bytes());
    }

    #[test]
    fn any_bytes_can_be_read(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        let _ = exercise(&bytes);
    }

    #[test]
    fn a_page_with_lines_lost_doubled_or_cut_can_be_read(
        form in 0..3_usize,
        edits in proptest::collection::vec((0..400_usize, 0..4_u8, 0..80_usize), 1..12),
    ) {
        let mut lines: Vec<String> = FORMS[form].1.lines().map(str::to_owned).collect();
        for (at, edit, column) in edits {
            let last = lines.len() - 1;
            let at = at.min(last);
            match edit {
                0 => _ = lines.remove(at),
                1 => lines.insert(at, lines[at].clone()),
                2 => lines.swap(at, column.min(last)),
                _ => {
                    let cut = lines[at].char_indices().nth(column).map_or(lines[at].len(), |(cut, _)| cut);
                    lines[at].truncate(cut);
                }
            }
        }
        let _ = exercise(lines.join("\n").as_bytes());
    }
}
