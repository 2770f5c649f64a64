//! The Rust type of a value that no struct of its own stands for.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use serde_json::Value;

use crate::model::{Api, SchemaKind};
use crate::names::type_name;
use crate::schemas::reference;

/// How the text of a single value is had; the other way is parsing, or wrapping what shows its text on request alone.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Text {
    /// By its `Display`.
    Displayed,
    /// By a method of this name.
    Exposed(&'static str),
}

const SECRET: Text = Text::Exposed("expose");
const ADDRESS: Text = Text::Exposed("as_str");

/// The type of a value that is one text on the wire.
pub(super) fn scalar(api: &Api, types: &syn::Path, schema: &Value) -> Option<(TokenStream, Text)> {
    let Some(name) = schema.as_object().and_then(reference) else {
        return inline(schema);
    };
    let named = api.schemas.get(name)?;
    let ident = format_ident!("{}", type_name(name));
    match named.kind {
        SchemaKind::Secret => Some((quote!(::pingone_models::Secret), SECRET)),
        SchemaKind::Id | SchemaKind::Enum(_) => Some((quote!(#types::#ident), Text::Displayed)),
        // A name for a plain value becomes a type around it, which shows itself as the value does.
        SchemaKind::Type => match inline(&named.value)? {
            (_, Text::Displayed) => Some((quote!(#types::#ident), Text::Displayed)),
            _ => None,
        },
    }
}

fn inline(schema: &Value) -> Option<(TokenStream, Text)> {
    let word = |key: &str| schema.get(key).and_then(Value::as_str);
    let displayed = |ty| Some((ty, Text::Displayed));
    match (word("type")?, word("format")) {
        ("string", Some("password")) => Some((quote!(::pingone_models::Secret), SECRET)),
        ("string", Some("uri")) => Some((quote!(::pingone_models::Address), ADDRESS)),
        ("string", Some("date-time")) => displayed(quote!(::pingone_models::Timestamp)),
        ("string", Some("uuid")) => displayed(quote!(::uuid::Uuid)),
        ("string", _) => displayed(quote!(String)),
        ("integer", Some("int32")) => displayed(quote!(i32)),
        ("integer", _) => displayed(quote!(i64)),
        ("number", Some("float")) => displayed(quote!(f32)),
        ("number", _) => displayed(quote!(f64)),
        ("boolean", _) => displayed(quote!(bool)),
        _ => None,
    }
}

/// The type of a whole body.
pub(super) fn whole(api: &Api, types: &syn::Path, schema: &Value) -> Option<TokenStream> {
    if let Some(name) = schema.as_object().and_then(reference) {
        let ident = format_ident!("{}", type_name(name));
        return match api.schemas.get(name)?.kind {
            // A secret is never a body by itself: it refuses to be written.
            SchemaKind::Secret => None,
            _ => Some(quote!(#types::#ident)),
        };
    }
    let schema = schema.as_object()?;
    if ["allOf", "anyOf", "oneOf", "properties"]
        .iter()
        .any(|key| schema.contains_key(*key))
    {
        return None;
    }
    match schema.get("type").and_then(Value::as_str) {
        None => Some(quote!(::serde_json::Value)),
        Some("array") => {
            let item = match schema.get("items") {
                Some(items) => whole(api, types, items)?,
                None => quote!(::serde_json::Value),
            };
            Some(quote!(Vec<#item>))
        }
        Some("object") => match schema.get("additionalProperties") {
            Some(values @ Value::Object(_)) => {
                let value = whole(api, types, values)?;
                Some(quote!(::std::collections::BTreeMap<String, #value>))
            }
            _ => Some(quote!(::pingone_models::Members)),
        },
        Some(_) => match inline(&Value::Object(schema.clone()))? {
            (_, SECRET) => None,
            (ty, _) => Some(ty),
        },
    }
}
