//! What progenitor alone makes of the cases that are refused here.

use std::panic::{AssertUnwindSafe, catch_unwind};

use pingone_codegen::Document;

use crate::case::{self, Case, Outcome};
use crate::consumer::Consumer;

/// Why a document is refused of which progenitor makes code that compiles, by words of the refusal.
const REASONS: [(&str, &str); 11] = [
    (
        "what follows it is not part of a path",
        "OpenAPI has no query and no fragment in a path; progenitor drops the fragment",
    ),
    (
        "does not begin with `/`",
        "progenitor appends such a path to the name of the host",
    ),
    (
        "twice is unsupported",
        "OpenAPI has each parameter of a path once, and a server could not tell which value is meant",
    ),
    (
        "is listed twice",
        "OpenAPI has each parameter once, and a server could not tell which value is meant",
    ),
    (
        "nothing but another name of itself",
        "no value has such a schema; progenitor takes any",
    ),
    (
        "the `mapping` leads to",
        "progenitor knows no mapping: it guesses the alternative",
    ),
    (
        "which has no `default` under `variables`",
        "progenitor leaves the address to the caller",
    ),
    (
        "an address with a query",
        "progenitor appends paths to the query",
    ),
    ("allowReserved", "progenitor escapes the value all the same"),
    (
        "several security schemes at once",
        "progenitor knows no security scheme: it sends no credentials",
    ),
    (
        "does not exist under `components`",
        "progenitor knows no security scheme: it sends no credentials",
    ),
];

/// The crates that progenitor's code can need beside the usual ones.
const DEPENDENCIES: [(&str, &str); 4] = [
    (
        "::chrono::",
        "chrono = { version = \"0.4\", default-features = false, features = [\"serde\"] }",
    ),
    (
        "::uuid::",
        "uuid = { version = \"1\", features = [\"serde\"] }",
    ),
    ("::regress::", "regress = \"0.12\""),
    ("bytes::", "bytes = \"1\""),
];

/// Generates the refused cases with progenitor alone; where the result compiles, there is a reason to refuse all the same.
pub(crate) fn compare() {
    let consumer = Consumer::new("plain");
    let mut refused = Vec::new();
    let mut dependencies = Vec::new();
    for case in case::all() {
        let Outcome::Refused(text) = case.generate("case".as_ref()) else {
            continue;
        };
        match generate(&case) {
            Some(code) => {
                for (path, dependency) in DEPENDENCIES {
                    if code.contains(path) && !dependencies.contains(&dependency) {
                        dependencies.push(dependency);
                    }
                }
                consumer.write_file(&case.name, &code);
                refused.push((case.name, text));
            }
            None => println!("{}: progenitor refuses it, too", case.name),
        }
    }
    for dependency in dependencies {
        consumer.depend(dependency);
    }
    // Errors of one module can hide those of another.
    loop {
        let ended = consumer.cargo(&["check", "--quiet", "--message-format", "short"]);
        if ended.status.success() {
            break;
        }
        let text = String::from_utf8_lossy(&ended.stderr).into_owned();
        let before = refused.len();
        refused.retain(|(name, _)| {
            let fails = text.contains(&format!("src/{name}.rs:"));
            if fails {
                println!("{name}: progenitor's code does not compile");
                consumer.remove(name);
            }
            !fails
        });
        assert!(refused.len() < before, "{text}");
    }
    let mut wrong = Vec::new();
    for (name, text) in refused {
        match REASONS.iter().find(|(words, _)| text.contains(words)) {
            Some((_, reason)) => println!("{name}: {reason}"),
            None => wrong.push(format!(
                "{name}: progenitor's code compiles, and this is refused without a reason:\n{text}"
            )),
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

fn generate(case: &Case) -> Option<String> {
    let document = Document::parse(&case.file, case.text.as_str()).ok()?;
    let document: openapiv3::OpenAPI = serde_json::from_value(document.root().clone()).ok()?;
    let tokens = catch_unwind(AssertUnwindSafe(|| {
        progenitor::Generator::default().generate_tokens(&document)
    }));
    let tokens = tokens.ok()?.ok()?;
    Some(prettyplease::unparse(&syn::parse2(tokens).ok()?))
}
