//! Documentation of each variant as macros, for hand-written methods that perform it.

use quote::{format_ident, quote};

use super::{Paths, clean_text, file};
use crate::document::Document;
use crate::error::Result;
use crate::model::{Api, Effect, Operation};

/// Generates a macro for each variant; `#[doc = docs::verify_user!()]` adds what follows from the document below the
/// first sentence of a method.
///
/// # Errors
/// When the result cannot be printed, which is a fault of the generator.
pub(crate) fn docs(document: &Document, api: &Api, paths: &Paths) -> Result<String> {
    let macros = api.operations.iter().map(|operation| {
        let name = format_ident!("{}", operation.rust_name());
        // A macro of the operation's own name could be meant where an attribute of Rust is.
        let macro_name = format_ident!("docs_of_{name}");
        let text = text(operation, paths);
        quote! {
            macro_rules! #macro_name {
                () => { #text };
            }
            #[allow(unused_imports, reason = "for methods that are written by hand")]
            pub(crate) use #macro_name as #name;
        }
    });
    let attributes = quote! {
        #![allow(unused_macros, reason = "for methods that are written by hand")]
    };
    file(document, macros, &attributes)
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
