//! From the model to Rust.

mod client;
mod dispatch;
mod docs;
mod handlers;
mod operations;
mod registry;
mod requests;
mod samples;
mod text;
mod types;
mod validation;
mod values;
mod wire;

use std::panic::{AssertUnwindSafe, catch_unwind};

use proc_macro2::TokenStream;
use quote::quote;
use serde_json::{Value, json};
use syn::visit_mut::VisitMut;

pub(crate) use client::Client;
use client::documentation;
pub(crate) use dispatch::dispatch;
pub(crate) use docs::docs;
pub(crate) use handlers::handlers;
pub(crate) use operations::operations;
pub(crate) use registry::registry;
pub(crate) use requests::requests;
pub(crate) use samples::samples;
pub(crate) use types::types;
pub(crate) use validation::validation;

use crate::document::Document;
use crate::error::{Error, Result};
use crate::model::Api;

/// Where generated code finds what it uses, as Rust paths.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Paths {
    /// The generated types, seen from the clients.
    pub types: String,
    /// The generated operations table, seen from the clients.
    pub operations: String,
    /// The generated requests, seen from the handlers.
    pub requests: String,
    /// The module of the hand-written types that the handlers use.
    ///
    /// Without one, no handlers are generated.
    pub handlers: Option<String>,
    /// The policy that decides about retries, for links in the documentation.
    pub retries: Option<String>,
}

impl Default for Paths {
    /// Everything in one module: `models.rs`, `operations.rs` and the clients are siblings.
    fn default() -> Self {
        Self {
            types: "super::models".to_owned(),
            operations: "super::operations".to_owned(),
            requests: "super::requests".to_owned(),
            handlers: None,
            retries: None,
        }
    }
}

/// The settings of progenitor.
fn settings() -> progenitor::GenerationSettings {
    let mut settings = progenitor::GenerationSettings::new();
    settings
        .with_interface(progenitor::InterfaceStyle::Positional)
        .with_tag(progenitor::TagStyle::Merged);
    settings
}

/// Runs progenitor, whose refusals and panics both become errors of the document.
fn generate(
    document: &Document,
    settings: &progenitor::GenerationSettings,
    lowered: Value,
) -> Result<TokenStream> {
    let fail = |message: String| document.error("", message);
    let lowered: openapiv3::OpenAPI = serde_json::from_value(lowered)
        .map_err(|error| fail(format!("the lowered document is no OpenAPI 3.0: {error}")))?;
    let mut generator = progenitor::Generator::new(settings);
    // What the lowering lets through and progenitor still cannot do ends in a panic there.
    let outcome = catch_unwind(AssertUnwindSafe(|| generator.generate_tokens(&lowered)));
    match outcome {
        Ok(Ok(tokens)) => Ok(tokens),
        Ok(Err(error)) => Err(fail(format!(
            "progenitor refuses the lowered document: {error}"
        ))),
        Err(panic) => {
            let text = panic
                .downcast_ref::<String>()
                .map(String::as_str)
                .or_else(|| panic.downcast_ref::<&str>().copied());
            let text = text.unwrap_or("it gave no reason");
            Err(fail(format!(
                "progenitor stopped on the lowered document: {text}"
            )))
        }
    }
}

/// A whole document around some paths and schemas.
fn openapi(api: &Api, paths: Value, schemas: Value) -> Value {
    json!({
        "openapi": "3.0.3",
        "info": { "title": api.title, "version": api.version },
        "paths": paths,
        "components": { "schemas": schemas },
    })
}

/// Items as a formatted file, one after the other: the tree of all would be large.
fn file(
    document: &Document,
    items: impl IntoIterator<Item = TokenStream>,
    attributes: &TokenStream,
) -> Result<String> {
    let parse = |tokens| -> Result<syn::File> {
        syn::parse2(tokens).map_err(|error| unprintable(document, &error))
    };
    let mut text = prettyplease::unparse(&parse(attributes.clone())?);
    if !text.is_empty() && !text.ends_with('\n') {
        text.push('\n');
    }
    for tokens in items {
        text.push_str(&prettyplease::unparse(&shortened(parse(tokens)?)));
    }
    Ok(space_out(&text))
}

/// The text of some items.
fn unparse(items: Vec<syn::Item>) -> String {
    let file = syn::File {
        shebang: None,
        frontmatter: None,
        attrs: Vec::new(),
        items,
    };
    space_out(&prettyplease::unparse(&shortened(file)))
}

fn shortened(mut file: syn::File) -> syn::File {
    ShortenPaths.visit_file_mut(&mut file);
    file
}

/// Uses the short names of what is in the prelude.
struct ShortenPaths;

impl VisitMut for ShortenPaths {
    fn visit_path_mut(&mut self, path: &mut syn::Path) {
        let known = path.leading_colon.is_some()
            && PRELUDE.iter().any(|(module, name)| {
                let names = ["std", module, name];
                path.segments.len() >= names.len()
                    && path
                        .segments
                        .iter()
                        .zip(names)
                        .all(|(segment, name)| segment.ident == name)
            });
        if known {
            path.leading_colon = None;
            path.segments = path.segments.iter().skip(2).cloned().collect();
        }
        syn::visit_mut::visit_path_mut(self, path);
    }
}

/// What generated code uses by its short name, with its module in `std`; no generated type takes the name.
const PRELUDE: [(&str, &str); 6] = [
    ("convert", "Into"),
    ("default", "Default"),
    ("option", "Option"),
    ("result", "Result"),
    ("string", "String"),
    ("vec", "Vec"),
];

/// A blank line between items and between functions, where `prettyplease` leaves none.
fn space_out(text: &str) -> String {
    let mut spaced = String::with_capacity(text.len());
    let mut lines = text.lines().peekable();
    while let Some(line) = lines.next() {
        spaced.push_str(line);
        spaced.push('\n');
        let indent = line.len() - line.trim_start().len();
        let ends = matches!(line.trim_start(), "}" | "};" | "];") && indent <= 4;
        if ends
            && lines
                .peek()
                .is_some_and(|next| !next.trim_start().starts_with('}'))
        {
            spaced.push('\n');
        }
    }
    spaced
}

fn unprintable(document: &Document, error: &syn::Error) -> Error {
    document.error("", format!("the generated code is no Rust: {error}"))
}

/// Doc attributes, one for each line; `prettyplease` prints them as `///`.
fn doc(text: &str) -> TokenStream {
    let lines = doc_texts(text);
    quote! { #(#[doc = #lines])* }
}

/// The text of each doc attribute.
fn doc_texts(text: &str) -> impl Iterator<Item = String> {
    let lines: Vec<String> = clean_text(text).lines().map(str::to_owned).collect();
    lines.into_iter().map(|line| {
        if line.is_empty() {
            String::new()
        } else {
            format!(" {line}")
        }
    })
}

/// A description as a doc comment can hold it.
///
/// Rust refuses characters that turn the direction of the text, and would run code blocks as tests.
fn clean_text(text: &str) -> String {
    let mut cleaned = String::with_capacity(text.len());
    let mut fence: Option<&str> = None;
    for line in text.trim().lines() {
        let mut line = line.trim_end().replace('\t', "    ");
        if fence.is_none() {
            line = without_indented_code(&line);
        }
        for character in line.chars() {
            match character {
                '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => {
                    cleaned.push_str(&format!("U+{:04X}", u32::from(character)));
                }
                character if character.is_control() => cleaned.push(' '),
                character => cleaned.push(character),
            }
        }
        let bare = line.trim_start();
        let own = ["```", "~~~"]
            .into_iter()
            .find(|mark| bare.starts_with(mark));
        match (fence, own) {
            (None, Some(mark)) => {
                let language = bare.trim_start_matches(['`', '~']);
                if !SHOWN_LANGUAGES.contains(&language) {
                    let end = cleaned.len() - language.len();
                    cleaned.truncate(end);
                    cleaned.push_str("text");
                }
                fence = Some(mark);
            }
            (Some(open), Some(mark)) if open == mark => fence = None,
            _ => {}
        }
        cleaned.push('\n');
    }
    if let Some(mark) = fence {
        cleaned.push_str(mark);
        cleaned.push('\n');
    }
    cleaned
}

/// The languages of code blocks that rustdoc takes for what they are, and does not run.
const SHOWN_LANGUAGES: [&str; 8] = ["bash", "html", "http", "json", "sh", "text", "xml", "yaml"];

/// A line without the spaces that make code of what follows them, at its beginning or behind the mark of a list.
fn without_indented_code(line: &str) -> String {
    let bare = line.trim_start();
    let line = if line.len() - bare.len() > 3 {
        bare
    } else {
        line
    };
    let mut kept = String::with_capacity(line.len());
    let mut spaces = 0;
    for character in line.chars() {
        spaces = if character == ' ' { spaces + 1 } else { 0 };
        if spaces < 4 {
            kept.push(character);
        }
    }
    kept
}

/// Lines of documentation in text that is not parsed, each with an indentation.
fn doc_lines(text: &str, indent: &str) -> String {
    let lines = clean_text(text);
    let lines = lines
        .lines()
        .map(|line| format!("{indent}/// {line}").trim_end().to_owned() + "\n");
    lines.collect()
}

/// Gives an item other documentation.
fn replace_docs(attributes: &mut Vec<syn::Attribute>, text: &str) {
    attributes.retain(|attribute| !attribute.path().is_ident("doc"));
    let docs = doc_texts(text).map(|line| -> syn::Attribute { syn::parse_quote!(#[doc = #line]) });
    attributes.splice(0..0, docs);
}
