//! A request for each example of the document, as data.

use proc_macro2::{Literal, TokenStream};
use quote::{format_ident, quote};
use serde_json::{Map, Value};

use super::file;
use crate::document::Document;
use crate::error::Result;
use crate::model::{Api, Body, Location, Operation, Parameter};
use crate::names::constant_name;
use crate::schemas::reference;

/// Generates the table of samples.
///
/// # Errors
/// When the result cannot be printed, which is a fault of the generator.
pub(crate) fn samples(document: &Document, api: &Api, operations: &str) -> Result<String> {
    let operations: syn::Path =
        syn::parse_str(operations).map_err(|error| super::unprintable(document, &error))?;
    let rows: Vec<TokenStream> = api
        .operations
        .iter()
        .flat_map(|operation| of_operation(api, &operations, operation))
        .collect();
    let count = Literal::usize_unsuffixed(rows.len());
    let tokens = quote! {
        use ::pingone_models::request::Sample;

        /// A request for each example of the document, in its order.
        #[must_use]
        pub fn samples() -> &'static [Sample] {
            static SAMPLES: [Sample; #count] = [#(#rows),*];
            &SAMPLES
        }
    };
    file(document, [tokens], &TokenStream::new())
}

/// One sample for each example of the body, with the required parameters alone; one more with all parameters where
/// some are optional.
fn of_operation(api: &Api, operations: &syn::Path, operation: &Operation) -> Vec<TokenStream> {
    let mut cases: Vec<(&str, Option<&Value>, bool)> = Vec::new();
    match &operation.body {
        Body::None | Body::Empty { .. } => cases.push(("request", None, false)),
        Body::Content {
            examples, required, ..
        } => {
            cases.extend(
                examples
                    .iter()
                    .map(|(name, body)| (name.as_str(), Some(body), false)),
            );
            if !required {
                cases.push(("without body", None, false));
            }
        }
    }
    if let Some((_, body, _)) = cases.first().copied()
        && operation
            .parameters
            .iter()
            .any(|parameter| !parameter.required)
    {
        cases.push(("all parameters", body, true));
    }
    let row = format_ident!("{}", constant_name(&operation.id));
    let cases = cases.into_iter().map(|(name, body, all)| {
        let values = |location: Location| {
            let own = operation
                .parameters
                .iter()
                .filter(|parameter| parameter.location == location && (all || parameter.required));
            own.flat_map(|parameter| {
                let name = &parameter.name;
                texts(api, parameter)
                    .into_iter()
                    .map(move |text| quote!((#name, #text)))
            })
            .collect::<Vec<_>>()
        };
        let (path, query, headers) = (
            values(Location::Path),
            values(Location::Query),
            values(Location::Header),
        );
        let body = match body.map(Value::to_string) {
            Some(text) => quote!(Some(#text)),
            None => quote!(None),
        };
        quote! {
            Sample::__new(
                &#operations::#row,
                #name,
                &[#(#path),*],
                &[#(#query),*],
                &[#(#headers),*],
                #body,
            )
        }
    });
    cases.collect()
}

/// The example of a parameter, or a value that its schema allows, as text; several for a list.
fn texts(api: &Api, parameter: &Parameter) -> Vec<String> {
    let value = parameter
        .example
        .clone()
        .unwrap_or_else(|| value(api, &parameter.schema));
    let text = |value: &Value| match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    match &value {
        Value::Array(items) => items.iter().map(text).collect(),
        other => vec![text(other)],
    }
}

fn value(api: &Api, schema: &Value) -> Value {
    let empty = Map::new();
    let schema = schema.as_object().unwrap_or(&empty);
    if let Some(named) = reference(schema).and_then(|name| api.schemas.get(&name)) {
        return value(api, &named.value);
    }
    if let Some(example) = schema.get("example").or_else(|| schema.get("default")) {
        return example.clone();
    }
    if let Some(first) = schema.get("enum").and_then(|values| values.get(0)) {
        return first.clone();
    }
    let word = |key: &str| schema.get(key).and_then(Value::as_str).unwrap_or_default();
    match (word("type"), word("format")) {
        ("string", "uuid") => "0fa3daf8-499d-4d7a-8829-00d16ee84d5d".into(),
        ("string", "date-time") => "2026-11-21T08:15:30.000Z".into(),
        ("string", "uri") => "https://example.com/callback".into(),
        ("integer" | "number", _) => schema.get("minimum").cloned().unwrap_or(1.into()),
        ("boolean", _) => true.into(),
        ("array", _) => {
            let item = value(api, schema.get("items").unwrap_or(&Value::Null));
            vec![item].into()
        }
        _ => "example".into(),
    }
}
