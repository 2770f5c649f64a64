//! Small documents, each with what it wants in the comments at its top.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use pingone_codegen::{Document, Layout, Output, generate_supported};

/// A document, and what is wanted of the code that is generated from it.
///
/// `# want:` is `right`, `refused with WORD; WORD` or both with `or`. `# call:` is an expression that sends what each
/// `# sends:` says, and nothing that contains a `# not-sends:`; `# header:` is sent with it. `# decodes: TYPE JSON` reads
/// and writes the same value, `# decodes-to:` also shows the text after a tab, `# rejects:` cannot be read.
/// `# repeat: N` repeats each line with `%N`, and `# within: S` limits the seconds.
pub(crate) struct Case {
    pub(crate) name: String,
    pub(crate) file: String,
    pub(crate) wanted: Wanted,
    pub(crate) within: Option<u64>,
    pub(crate) text: String,
    marks: Vec<(String, String)>,
}

pub(crate) enum Wanted {
    Right,
    Refused(Vec<String>),
    RightOrRefused(Vec<String>),
}

pub(crate) enum Outcome {
    Generated(Vec<Output>),
    Refused(String),
}

/// The cases of this crate, and those beside the repository.
pub(crate) fn all() -> Vec<Case> {
    let crate_folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut cases = read(&crate_folder.join("tests/cases"));
    assert!(!cases.is_empty());
    match shared("cases/codegen") {
        Some(folder) => cases.extend(read(&folder)),
        None => println!("skipped: there is no ../shared/cases/codegen beside the repository"),
    }
    cases
}

/// A folder of what several repositories share, where it is present.
pub(crate) fn shared(folder: &str) -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../../shared")
        .join(folder);
    folder.is_dir().then_some(folder)
}

fn read(folder: &Path) -> Vec<Case> {
    let entries = std::fs::read_dir(folder).expect("a folder");
    let mut paths: Vec<PathBuf> = entries
        .map(|entry| entry.expect("readable").path())
        .filter(|path| {
            path.extension()
                .is_some_and(|extension| extension == "yaml")
        })
        .collect();
    paths.sort();
    paths.iter().map(|path| Case::read(path)).collect()
}

impl Case {
    fn read(path: &Path) -> Self {
        let text = std::fs::read_to_string(path).expect("readable");
        let comments = text.lines().map_while(|line| line.strip_prefix("# "));
        let marks: Vec<(String, String)> = comments
            .filter_map(|line| line.split_once(": "))
            .map(|(key, value)| (key.to_owned(), value.to_owned()))
            .collect();
        let mark = |key: &str| {
            let found = marks.iter().find(|(name, _)| name == key);
            found.map(|(_, value)| value.as_str())
        };
        let want = mark("want").expect("`# want:`");
        let words = want.split_once("refused with ").map(|(_, words)| {
            let words = words.split("; ").map(str::to_owned);
            words.collect::<Vec<_>>()
        });
        let wanted = match words {
            Some(words) if want.starts_with("right") => Wanted::RightOrRefused(words),
            Some(words) => Wanted::Refused(words),
            None => Wanted::Right,
        };
        let number = |key: &str| mark(key).map(|text| text.parse::<u64>().expect("a number"));
        let file = path
            .file_name()
            .expect("a name")
            .to_string_lossy()
            .into_owned();
        let stem = file.trim_end_matches(".yaml").replace('-', "_");
        let repeated = number("repeat").map(|count| repeat(&text, count));
        Self {
            name: format!("case_{stem}"),
            file,
            wanted,
            within: number("within"),
            text: repeated.unwrap_or(text),
            marks,
        }
    }

    /// What the generator makes of the document without what is unsupported.
    pub(crate) fn generate(&self, folder: &Path) -> Outcome {
        let generated = Document::parse(&self.file, self.text.as_str())
            .and_then(|document| generate_supported(&document, &Layout::folder(folder)));
        match generated {
            Ok((outputs, skipped)) if skipped.is_empty() || self.keeps_some(&outputs) => {
                Outcome::Generated(outputs)
            }
            Ok((_, skipped)) => {
                let skipped: Vec<String> = skipped.iter().map(ToString::to_string).collect();
                Outcome::Refused(skipped.join("\n"))
            }
            Err(error) => Outcome::Refused(error.to_string()),
        }
    }

    /// Whether any operation is left.
    fn keeps_some(&self, outputs: &[Output]) -> bool {
        let table = outputs
            .iter()
            .find(|output| output.path.ends_with("operations.rs"));
        table.is_some_and(|table| table.content.contains("Operation = Operation {"))
    }

    fn marked(&self, key: &str) -> impl Iterator<Item = &str> {
        let own = self.marks.iter().filter(move |(name, _)| name == key);
        own.map(|(_, value)| value.as_str())
    }

    /// Tests of the generated code.
    pub(crate) fn tests(&self) -> String {
        let mut tests = String::new();
        for call in self.marked("call") {
            let list = |key: &str| self.marked(key).map(str::to_owned).collect::<Vec<String>>();
            let (header, sends, not_sends) = (list("header"), list("sends"), list("not-sends"));
            let _ = write!(
                tests,
                "#[tokio::test]\nasync fn sends() {{\n    let server = crate::support::Server::start().await;\n    \
                 let client = api::Client::new_with_client(&server.address, ::reqwest::Client::new(), crate::support::call(&{header:?}));\n    \
                 let outcome = {call}.await;\n    let error = outcome.as_ref().err().map(|error| format!(\"{{error:?}}\"));\n    \
                 server.check(error, &{sends:?}, &{not_sends:?}).await;\n}}\n",
            );
        }
        for (index, decoded) in self.marked("decodes").enumerate() {
            let (ty, json) = decoded.split_once(' ').expect("a type and JSON");
            let _ = write!(
                tests,
                "#[test]\nfn decodes_{index}() {{\n    crate::support::decodes::<models::{ty}>({json:?}, \"\");\n}}\n"
            );
        }
        for (index, decoded) in self.marked("decodes-to").enumerate() {
            let (ty, rest) = decoded.split_once(' ').expect("a type and JSON");
            let (json, shown) = rest.split_once('\t').expect("a tab");
            let _ = write!(
                tests,
                "#[test]\nfn decodes_to_{index}() {{\n    crate::support::decodes::<models::{ty}>({json:?}, {shown:?});\n}}\n"
            );
        }
        for (index, rejected) in self.marked("rejects").enumerate() {
            let (ty, json) = rejected.split_once(' ').expect("a type and JSON");
            let _ = write!(
                tests,
                "#[test]\nfn rejects_{index}() {{\n    assert!(::serde_json::from_str::<models::{ty}>({json:?}).is_err());\n}}\n"
            );
        }
        tests
    }
}

/// Repeats each line that has `%N` with the numbers from 0.
fn repeat(text: &str, count: u64) -> String {
    let mut repeated = String::new();
    for line in text.lines() {
        let times = if line.contains("%N") { count } else { 1 };
        for number in 0..times {
            repeated.push_str(&line.replace("%N", &number.to_string()));
            repeated.push('\n');
        }
    }
    repeated
}
