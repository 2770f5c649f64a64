//! From the model to Rust.

mod client;
mod dispatch;
mod docs;
mod handlers;
mod operations;
mod registry;
mod requests;
mod samples;
mod types;
mod validation;
mod values;

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
use crate::model::{Api, Schema, SchemaKind};
use crate::names::type_name;

/// Where generated code finds what it stands on, as Rust paths.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Paths {
    /// The generated types, seen from the clients.
    pub types: String,
    /// The generated operations table, seen from the clients.
    pub operations: String,
    /// The generated requests, seen from the handlers.
    pub requests: String,
    /// The module of the hand-written types that the handlers stand on.
    pub handlers: String,
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
            handlers: "super::super::handlers".to_owned(),
            retries: None,
        }
    }
}

/// The Rust type that stands for a named schema without being generated from it by typify.
fn replacement(name: &str, schema: &Schema, types: &str) -> Option<String> {
    match schema.kind {
        SchemaKind::Id | SchemaKind::Enum(_) => Some(format!("{types}::{}", type_name(name))),
        SchemaKind::Secret => Some(SECRET.to_owned()),
        SchemaKind::Type => None,
    }
}

const SECRET: &str = "::pingone_models::Secret";
const TIMESTAMP: &str = "::pingone_models::Timestamp";
const ADDRESS: &str = "::pingone_models::Address";

/// The settings that every generated file shares.
fn settings() -> Result<progenitor::GenerationSettings, serde_json::Error> {
    let mut settings = progenitor::GenerationSettings::new();
    settings
        .with_interface(progenitor::InterfaceStyle::Positional)
        .with_tag(progenitor::TagStyle::Merged)
        .with_map_type("::std::collections::BTreeMap")
        .with_derive("PartialEq");
    for (format, rust) in [
        ("password", SECRET),
        ("date-time", TIMESTAMP),
        ("uri", ADDRESS),
    ] {
        let schema = serde_json::from_value(json!({ "type": "string", "format": format }))?;
        settings.with_conversion(schema, rust, std::iter::empty());
    }
    Ok(settings)
}

/// Runs progenitor, whose refusals and panics both become errors of the document.
fn generate(
    document: &Document,
    settings: &progenitor::GenerationSettings,
    lowered: Value,
) -> Result<(progenitor::Generator, TokenStream)> {
    let fail = |message: String| document.error("", message);
    let lowered: openapiv3::OpenAPI = serde_json::from_value(lowered)
        .map_err(|error| fail(format!("the lowered document is no OpenAPI 3.0: {error}")))?;
    let mut generator = progenitor::Generator::new(settings);
    // What the lowering lets through and progenitor still cannot do ends in a panic there.
    let outcome = catch_unwind(AssertUnwindSafe(|| {
        let tokens = generator.generate_tokens(&lowered);
        (generator, tokens)
    }));
    match outcome {
        Ok((generator, Ok(tokens))) => Ok((generator, tokens)),
        Ok((_, Err(error))) => Err(fail(format!(
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

/// Tokens as a formatted file.
fn file(document: &Document, tokens: TokenStream, attributes: &TokenStream) -> Result<String> {
    let mut file = syn::parse2(quote! { #attributes #tokens })
        .map_err(|error| unprintable(document, &error))?;
    ShortenPaths.visit_file_mut(&mut file);
    Ok(space_out(&prettyplease::unparse(&file)))
}

/// Writes what the prelude brings by its short name.
struct ShortenPaths;

impl VisitMut for ShortenPaths {
    fn visit_path_mut(&mut self, path: &mut syn::Path) {
        let mut names = path
            .segments
            .iter()
            .map(|segment| segment.ident.to_string());
        let start = [names.next(), names.next(), names.next()];
        let known = PRELUDE.iter().any(|(module, name)| {
            start
                .iter()
                .map(Option::as_deref)
                .eq([Some("std"), Some(*module), Some(*name)])
        });
        if path.leading_colon.is_some() && known {
            path.leading_colon = None;
            path.segments = path.segments.iter().skip(2).cloned().collect();
        }
        syn::visit_mut::visit_path_mut(self, path);
    }
}

/// What generated code uses by its short name, with its module in `std`; no generated type may take the name.
pub(crate) const PRELUDE: [(&str, &str); 6] = [
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
    let lines = text.trim().lines().map(str::trim_end);
    lines.map(|line| {
        if line.is_empty() {
            String::new()
        } else {
            format!(" {line}")
        }
    })
}
