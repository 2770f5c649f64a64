//! From a changed page to a clean check, with the binary: every command of the walk, and every exit code.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;
use tempfile::TempDir;

const LIBRARY: &str = include_str!("../../crates/drift/tests/it/library.yaml");
const PAGE: &str = include_str!("../../crates/drift/tests/it/pages/spaced.txt");

/// A folder with a document and pages.
struct Workplace(TempDir);

/// How a command ended, and what it printed.
struct Ended {
    code: i32,
    out: String,
    err: String,
}

impl Workplace {
    fn new(document: &str, page: &str) -> Self {
        let place = Self(TempDir::new().expect("there is room"));
        std::fs::create_dir(place.path("pages")).expect("there is room");
        place.write("api.yaml", document);
        place.write("pages/loan.txt", page);
        place
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn write(&self, name: &str, text: &str) {
        std::fs::write(self.path(name), text).expect("there is room");
    }

    fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).expect("it is there")
    }

    /// Runs a command whose words are separated by blanks; `@` stands for the folder.
    #[track_caller]
    fn run(&self, command: &str, code: i32) -> Ended {
        self.answer(command, "", code)
    }

    /// As [`run`](Self::run), with what is typed.
    #[track_caller]
    fn answer(&self, command: &str, typed: &str, code: i32) -> Ended {
        let folder = format!("{}/", self.0.path().display());
        let words = command.split(' ').map(|word| word.replace('@', &folder));
        let mut child = Command::new(env!("CARGO_BIN_EXE_xtask"))
            .args(words)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program starts");
        if let Some(mut input) = child.stdin.take() {
            // A program that asks nothing may have ended already.
            let _ = input.write_all(typed.as_bytes());
        }
        let output = child.wait_with_output().expect("the program runs");
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("it is text");
        let ended = Ended {
            code: output.status.code().unwrap_or(-1),
            out: text(output.stdout),
            err: text(output.stderr),
        };
        assert_eq!(ended.code, code, "{command}\n{}\n{}", ended.out, ended.err);
        ended
    }

    /// Rules and fingerprints of what `docs check` finds and nobody has accepted.
    #[track_caller]
    fn found(&self, code: i32) -> Vec<(String, String)> {
        let ended = self.run(
            "docs check --pages @pages --spec @api.yaml --format json",
            code,
        );
        let report: Value = serde_json::from_str(&ended.out).expect("it is JSON");
        let findings = report["findings"].as_array().expect("a list").iter();
        let open = findings.filter(|finding| finding["accepted"].is_null());
        let word =
            |finding: &Value, key: &str| finding[key].as_str().unwrap_or_default().to_owned();
        open.map(|finding| (word(finding, "rule"), word(finding, "fingerprint")))
            .collect()
    }
}

/// The library without the variant of the page.
fn without_the_variant() -> String {
    let start = LIBRARY
        .find("          application/vnd.example.loan.extend+json")
        .expect("it is there");
    let end = LIBRARY
        .find("          application/vnd.example.loan.end+json")
        .expect("it is there");
    format!("{}{}", &LIBRARY[..start], &LIBRARY[end..])
}

/// The page without words in the place of yes and no.
fn page() -> String {
    PAGE.replace("Required if overdue", "Optional")
}

#[test]
fn a_new_page_and_then_a_changed_one_end_in_a_clean_check() {
    let before = without_the_variant();
    let place = Workplace::new(&before, &page());
    place.write("before.yaml", &before);
    let rules = |found: &[(String, String)]| {
        found
            .iter()
            .map(|(rule, _)| rule.clone())
            .collect::<Vec<_>>()
    };
    assert_eq!(rules(&place.found(1)), ["variant-added"]);

    let scaffold = "docs scaffold @pages/loan.txt --spec @api.yaml --url https://books.example.com/docs/extend-loan.html";
    let printed = place.run(scaffold, 0);
    assert!(
        printed.out.contains("x-operation-id: extendALoan"),
        "{}",
        printed.out
    );
    assert!(
        printed
            .err
            .contains("to decide: no page says what sending it twice would do"),
        "{}",
        printed.err
    );
    assert_eq!(place.read("api.yaml"), before, "printing writes nothing");
    let decided = format!("{scaffold} --name extendLoan --effect spends-attempt --apply");
    let applied = place.run(&decided, 0);
    assert_eq!(applied.err, "", "nothing is left to decide");
    place.run(&decided, 2);

    place.run("codegen --spec @api.yaml --out @generated", 0);
    assert!(
        place
            .path("generated")
            .read_dir()
            .expect("it is a folder")
            .count()
            > 3
    );
    let drift = place.run("drift --old @before.yaml --new @api.yaml", 0);
    assert!(
        drift.out.contains("a new variant of a known operation"),
        "{}",
        drift.out
    );
    place.run("docs lock --pages @pages --spec @api.yaml", 0);

    // The prose of the page requires what its table does not: somebody looks at it.
    let left = place.found(1);
    assert_eq!(
        rules(&left),
        ["prose-requirement-changed", "prose-requirement-changed"]
    );
    for (_, fingerprint) in &left {
        place.run(&format!("docs check --pages @pages --spec @api.yaml --fail-on breaking --accept {fingerprint} --reason known"), 0);
    }
    assert_eq!(place.found(0), []);

    let ledger = place.read("docs.lock");
    place.write(
        "pages/loan.txt",
        &page().replace("ten minutes", "five minutes"),
    );
    assert_eq!(rules(&place.found(1)), ["lifetime-changed"]);
    let proposed = place.run("docs check --pages @pages --spec @api.yaml", 1);
    let edit = "; `--apply` writes `x-description: The lifetime is 5 minutes.";
    assert!(proposed.out.contains(edit), "{}", proposed.out);
    let document = place.read("api.yaml");
    let applied = place.run("docs check --pages @pages --spec @api.yaml --apply", 0);
    assert!(applied.err.starts_with("edited "), "{}", applied.err);
    assert_eq!(
        place.read("api.yaml"),
        document.replace("is 10 minutes", "is 5 minutes")
    );
    place.run("drift --old @before.yaml --new @api.yaml --fail-on any", 1);
    place.run("docs lock --pages @pages --spec @api.yaml", 0);
    assert_ne!(place.read("docs.lock"), ledger);
    assert_eq!(place.found(0), []);
}

#[test]
fn one_command_asks_for_the_decisions_that_no_page_takes() {
    let before = without_the_variant();
    let place = Workplace::new(&before, &page());
    let scaffold = "docs scaffold @pages/loan.txt --spec @api.yaml --apply --ask";
    let typed = "endLoan\nextendLoan\nnone\nspends-attempt\nnowhere\nhttps://books.example.com/docs/extend-loan.html\n";
    let ended = place.answer(scaffold, typed, 0);
    for said in [
        "name of the variant [extendALoan]: ",
        "error: another variant is named `endLoan`",
        "what sending it twice would do: `read`, ",
        "error: `none` is no effect",
        "error: `nowhere` is no address",
    ] {
        assert!(ended.err.contains(said), "{said}: {}", ended.err);
    }
    assert!(!ended.err.contains("to decide"), "{}", ended.err);
    let document = place.read("api.yaml");
    for written in [
        "x-operation-id: extendLoan",
        "x-effect: spends-attempt",
        "page: https://books.example.com/docs/extend-loan.html",
    ] {
        assert!(document.contains(written), "{written}: {document}");
    }

    // What is not answered stays open, and the input must not end before the questions do.
    let place = Workplace::new(&before, &page());
    let ended = place.answer(scaffold, "extendLoan\n", 2);
    assert!(
        ended.err.contains("the input ended before"),
        "{}",
        ended.err
    );
    assert_eq!(place.read("api.yaml"), before);
    let ended = place.answer(scaffold, "\n\n\n", 0);
    assert_eq!(ended.err.matches("to decide: ").count(), 3, "{}", ended.err);
}

#[test]
fn a_page_that_is_not_understood_ends_with_three_and_edits_nothing() {
    let page = page().replace(
        "Prerequisites\n",
        "Prerequisites\n\nHeaders\n\nwhat is this\n",
    );
    let place = Workplace::new(LIBRARY, &page);
    for command in [
        "docs check --pages @pages --spec @api.yaml",
        "docs check --pages @pages --spec @api.yaml --apply",
        "docs scaffold @pages/loan.txt --spec @api.yaml --apply",
    ] {
        place.run(command, 3);
        assert_eq!(place.read("api.yaml"), LIBRARY, "{command}");
    }
    let place = Workplace::new(LIBRARY, "");
    let ended = place.run("docs check --pages @pages --spec @api.yaml", 3);
    assert!(ended.out.contains("the page is empty"), "{}", ended.out);
    place.run("docs lock --pages @pages --spec @api.yaml", 3);
    assert!(!place.path("docs.lock").exists(), "nothing is recorded");
}

#[test]
fn a_page_that_contradicts_itself_is_not_written_into_the_document() {
    let page = page().replacen(
        "raw ( application/vnd.example.loan",
        "raw ( application/vnd.other.loan",
        1,
    );
    let before = without_the_variant();
    let place = Workplace::new(&before, &page);
    // Nobody is asked for the name of a variant that is refused.
    for options in ["--apply", "--apply --ask"] {
        let command = format!("docs scaffold @pages/loan.txt --spec @api.yaml {options}");
        let ended = place.answer(&command, "", 3);
        let err = &ended.err;
        assert!(err.contains("application/vnd.other.loan"), "{err}");
        assert!(!err.contains("name of the variant"), "{err}");
        assert_eq!(place.read("api.yaml"), before);
    }
}

#[test]
fn arguments_that_cannot_be_followed_end_with_two() {
    let place = Workplace::new(LIBRARY, &page());
    for command in [
        "docs check",
        "docs check --pages @nowhere --spec @api.yaml",
        "docs check --pages @pages --spec @nowhere.yaml",
        "docs check --pages @pages --spec @api.yaml --format yaml",
        "docs check --pages @pages --spec @api.yaml --accept 000000000000",
        "docs check --pages @pages --spec @api.yaml --accept 000000000000 --reason none",
        "docs check --pages @pages --spec @api.yaml --fail-on bad",
        "docs scaffold @nowhere.txt --spec @api.yaml",
        "docs scaffold @pages/loan.txt --spec @api.yaml --effect none",
        "drift --old no-such-revision",
        "drift --old @nowhere.yaml",
    ] {
        let ended = place.run(command, 2);
        assert!(!ended.err.is_empty(), "{command} says nothing");
    }
}

#[test]
fn acceptances_count_until_they_expire_or_fit_nothing() {
    let place = Workplace::new(LIBRARY, &page());
    place.run("docs lock --pages @pages --spec @api.yaml", 0);
    let all = place.found(1);
    for (index, (_, fingerprint)) in all.iter().enumerate() {
        let accept = format!(
            "docs check --pages @pages --spec @api.yaml --fail-on breaking --accept {fingerprint} --reason known --expires 2999-12-31"
        );
        place.run(&accept, i32::from(index + 1 < all.len()));
    }
    assert_eq!(place.found(0), []);
    let accepted = place.read("drift-accepted.toml");
    place.write("drift-accepted.toml", &accepted.replace("2999", "2001"));
    let ended = place.run(
        "docs check --pages @pages --spec @api.yaml --fail-on breaking",
        1,
    );
    assert!(ended.err.contains("expired on 2001-12-31"), "{}", ended.err);
    let unused = accepted.replacen(&all[0].1, "000000000000", 1);
    place.write("drift-accepted.toml", &unused);
    let ended = place.run(
        "docs check --pages @pages --spec @api.yaml --fail-on breaking",
        1,
    );
    assert!(
        ended.err.contains("fits no finding any more"),
        "{}",
        ended.err
    );
    let day = "docs check --pages @pages --spec @api.yaml --accept X --reason known --expires soon";
    place.run(&day.replace('X', &all[0].1), 2);
}

#[test]
fn every_form_of_a_report_can_be_written_to_a_file() {
    let place = Workplace::new(LIBRARY, &page());
    for (form, begins) in [
        ("text", ""),
        ("json", "{"),
        ("markdown", "#"),
        ("githubactions", "::"),
        ("junit", "<?xml"),
        ("html", "<!DOCTYPE html>"),
    ] {
        let ended = place.run(
            &format!("docs check --pages @pages --spec @api.yaml --format {form} --output @report"),
            1,
        );
        assert_eq!(
            ended.out.lines().count(),
            1,
            "only the summary is printed: {}",
            ended.out
        );
        assert!(
            place.read("report").starts_with(begins),
            "{form}: {}",
            place.read("report")
        );
    }
}

#[test]
fn a_document_is_replaced_as_a_whole_and_keeps_its_permissions() {
    let place = Workplace::new(&without_the_variant(), &page());
    let permissions = |path: &Path| std::fs::metadata(path).expect("it is there").permissions();
    let before = permissions(&place.path("api.yaml"));
    place.run("docs scaffold @pages/loan.txt --spec @api.yaml --apply", 0);
    assert_eq!(permissions(&place.path("api.yaml")), before);
    let left: Vec<String> = std::fs::read_dir(place.0.path())
        .expect("it is a folder")
        .map(|entry| {
            entry
                .expect("it can be read")
                .file_name()
                .to_string_lossy()
                .into_owned()
        })
        .collect();
    assert_eq!(left.len(), 2, "no file is left behind: {left:?}");
}
