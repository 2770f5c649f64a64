//! `SUPPORTED.md` and `DEVIATIONS.md` say what the sandbox does.
//!
//! To write them anew: `SANDBOX_DOCUMENTS=write cargo test -p pingone-sandbox --test it documents`.

use std::fmt::Write;
use std::path::Path;

use pingone_models::operation::{Body, Effect, Security};
use pingone_models::operations;
use pingone_sandbox::rules::{Basis, RULES};

#[track_caller]
fn check(name: &str, expected: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(name);
    if std::env::var("SANDBOX_DOCUMENTS").as_deref() == Ok("write") {
        std::fs::write(&path, expected).unwrap();
    }
    let found = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        found == expected,
        "{name} is stale; run `SANDBOX_DOCUMENTS=write cargo test -p pingone-sandbox --test it documents`"
    );
}

fn effect(effect: Effect) -> &'static str {
    match effect {
        Effect::Read => "reads",
        Effect::ChangesState => "changes state",
        Effect::SendsMessage => "sends a message to the outbox",
        Effect::SpendsAttempt => "spends an attempt",
    }
}

#[test]
fn the_list_of_operations_is_fresh() {
    let mut text = "# Operations\n\nEvery operation of the document runs against state: what one request changes, the next one sees.\n\
        Each answers its documented examples with a documented status and a body that the document's schema accepts; a test replays them.\n\
        Where the documentation is silent, [DEVIATIONS.md](DEVIATIONS.md) says what was assumed.\n\n"
        .to_owned();
    writeln!(
        text,
        "| operation | request | media type | body | token | effect | statuses |"
    )
    .unwrap();
    writeln!(text, "|---|---|---|---|---|---|---|").unwrap();
    for operation in operations::OPERATIONS {
        let (media_type, body) = match operation.body {
            Body::None => ("", "none"),
            Body::Empty { media_type } => (media_type, "empty"),
            Body::Content { media_type } => (media_type, "validated"),
        };
        let token = if operation.security.contains(&Security::Bearer) {
            "bearer"
        } else {
            ""
        };
        let name = match operation.page {
            "" => operation.id.to_owned(),
            page => format!("[{}]({page})", operation.id),
        };
        let (method, path, statuses) = (
            operation.method,
            operation.path,
            operation.statuses.join(" "),
        );
        let effect = effect(operation.effect);
        writeln!(text, "| {name} | {method} `{path}` | {media_type} | {body} | {token} | {effect} | {statuses} |").unwrap();
    }
    writeln!(
        text,
        "\n{} operations, all supported.",
        operations::OPERATIONS.len()
    )
    .unwrap();
    check("SUPPORTED.md", &text);
}

#[test]
fn the_list_of_rules_is_fresh() {
    let mut text = "# Rules\n\nWhat the sandbox does beyond the schemas of the document, and what each rule rests on.\n\
        An answer that an assumed rule decided names it in the header `X-Sandbox-Assumed`.\n"
        .to_owned();
    for (title, why) in [
        ("Documented", "page"),
        ("Observed", "source"),
        ("Assumed", "why"),
    ] {
        writeln!(
            text,
            "\n## {title}\n| rule | what the sandbox does | {why} |\n|---|---|---|"
        )
        .unwrap();
        for rule in RULES {
            let (section, basis) = match rule.basis {
                Basis::Documented(page) => ("Documented", format!("<{page}>")),
                Basis::Observed(source) => ("Observed", source.to_owned()),
                Basis::Assumed(why) => ("Assumed", why.to_owned()),
            };
            if section == title {
                writeln!(text, "| `{}` | {} | {basis} |", rule.id, rule.text).unwrap();
            }
        }
    }
    let assumed = RULES.iter().filter(|rule| rule.is_assumed()).count();
    writeln!(text, "\n{} rules, {assumed} of them assumed.", RULES.len()).unwrap();
    check("DEVIATIONS.md", &text);
}
