//! Documentation of each variant as macros, for hand-written methods that perform it.

use super::text::literal;
use super::{Paths, clean_text};
use crate::model::{Api, Effect, Operation};

const ALLOWED: &str =
    "#![allow(unused_macros, reason = \"for methods that are written by hand\")]\n";

/// Generates a macro for each variant; `#[doc = docs::verify_user!()]` adds what follows from the document below the
/// first sentence of a method.
#[must_use]
pub(crate) fn docs(api: &Api, paths: &Paths) -> String {
    let macros = api.operations.iter().map(|operation| {
        let name = operation.rust_name();
        let text = literal(&text(operation, paths));
        // A macro of the operation's own name could be meant where an attribute of Rust is.
        format!(
            "
macro_rules! docs_of_{name} {{
    () => {{
        {text}
    }};
}}
#[allow(unused_imports, reason = \"for methods that are written by hand\")]
pub(crate) use docs_of_{name} as {name};
"
        )
    });
    ALLOWED.to_owned() + &macros.collect::<String>()
}

fn text(operation: &Operation, paths: &Paths) -> String {
    let mut paragraphs = Vec::new();
    if let Some(description) = &operation.description {
        paragraphs.push(clean_text(description).trim().to_owned());
    }
    if let Some(docs) = operation.docs.as_ref().filter(|docs| !docs.page.is_empty()) {
        let page = &docs.page;
        paragraphs.push(match docs.basis.as_str() {
            "inferred" => {
                format!("No page documents this operation; the closest is [this one]({page}).")
            }
            _ => format!("[API documentation]({page})"),
        });
    }
    if operation.deprecated {
        paragraphs
            .push("# Deprecated\nThe API has announced the end of this operation.".to_owned());
    }
    paragraphs.push(format!(
        "# Side effects\n{}",
        side_effects(operation.effect)
    ));
    paragraphs.push(format!("# Retries\n{}", retries(operation.effect, paths)));
    // The blank line ends the paragraph above the macro.
    format!("\n{}\n", paragraphs.join("\n\n"))
}

fn side_effects(effect: Effect) -> &'static str {
    match effect {
        Effect::Read => "None.",
        Effect::ChangesState => {
            "Changes the state of the service. A second call may change it again."
        }
        Effect::SpendsAttempt => {
            "Uses up one of a limited number of attempts. A second call uses up another."
        }
        Effect::SendsMessage => "Sends a message to a person. A second call sends another.",
    }
}

fn retries(effect: Effect, paths: &Paths) -> String {
    let policy = paths.retries.as_ref().map(|policy| {
        let name = policy.rsplit("::").next().unwrap_or(policy);
        format!("; see [`{name}`]({policy})")
    });
    match effect {
        Effect::Read => "After every temporary failure.".to_owned(),
        Effect::ChangesState | Effect::SpendsAttempt | Effect::SendsMessage => format!(
            "Only if the service cannot have acted on the first request{}.",
            policy.unwrap_or_default()
        ),
    }
}
