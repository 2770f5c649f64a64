//! Documentation of each variant as macros, for hand-written methods that perform it.

use quote::{format_ident, quote};

use super::{Paths, file};
use crate::document::Document;
use crate::error::Result;
use crate::model::{Api, Effect, Operation};

/// Generates a macro for each variant; `#[doc = docs::verify_user!()]` adds what follows from the document.
///
/// # Errors
/// When the result cannot be printed, which is a fault of the generator.
pub(crate) fn docs(document: &Document, api: &Api, paths: &Paths) -> Result<String> {
    let macros = api.operations.iter().map(|operation| {
        let name = format_ident!("{}", operation.rust_name());
        // A macro of the operation's own name could be meant where an attribute of Rust is.
        let macro_name = format_ident!("docs_of_{name}");
        let sections = sections(operation, paths);
        let summary = operation.summary.trim_end_matches('.').to_owned() + ".";
        quote! {
            macro_rules! #macro_name {
                () => { #sections };
                (summary) => { #summary };
            }
            #[allow(unused_imports, reason = "for methods that are written by hand")]
            pub(crate) use #macro_name as #name;
        }
    });
    let tokens = quote! { #(#macros)* };
    let attributes = quote! {
        #![allow(unused_macros, unused_macro_rules, reason = "for methods that are written by hand")]
    };
    file(document, tokens, &attributes)
}

fn sections(operation: &Operation, paths: &Paths) -> String {
    let mut text = String::new();
    if operation.deprecated {
        text.push_str("# Deprecated\nThe API has announced the end of this operation.\n\n");
    }
    let effect = match operation.effect {
        Effect::Read => "None.",
        Effect::ChangesState => {
            "Changes the state of the service. A second call may change it again."
        }
        Effect::SpendsAttempt => {
            "Uses up one of a limited number of attempts. A second call uses up another."
        }
        Effect::SendsMessage => "Sends a message to a person. A second call sends another.",
    };
    text.push_str(&format!("# Side effects\n{effect}\n\n# Retries\n"));
    match operation.effect {
        Effect::Read => text.push_str("After every temporary failure."),
        Effect::ChangesState | Effect::SpendsAttempt | Effect::SendsMessage => {
            text.push_str("Only if the service cannot have acted on the first request");
            match &paths.retries {
                Some(policy) => {
                    let name = policy.rsplit("::").next().unwrap_or(policy);
                    text.push_str(&format!("; see [`{name}`]({policy})."));
                }
                None => text.push('.'),
            }
        }
    }
    if let Some(docs) = operation.docs.as_ref().filter(|docs| !docs.page.is_empty()) {
        let page = &docs.page;
        text.push_str(&match docs.basis.as_str() {
            "inferred" => {
                format!("\n\nNo page documents this operation; the closest is [this one]({page}).")
            }
            _ => format!("\n\n[API documentation]({page})"),
        });
    }
    text
}
