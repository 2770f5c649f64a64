//! The models: typify makes the structs, a few passes over them make what typify has no setting for.

use std::collections::HashMap;

use heck::ToSnakeCase;
use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, format_ident, quote};
use serde_json::{Map, Value, json};
use syn::{Field, Fields, Ident, Item, ItemStruct, Type, parse_quote};

use super::{doc, doc_texts, file, generate, openapi, replacement, settings, unprintable};
use crate::document::Document;
use crate::error::Result;
use crate::model::{Api, Schema, SchemaKind};
use crate::names::{type_name, variant_names};
use crate::schemas::{reference, sole_value};

/// Generates every named schema of a document.
///
/// # Errors
/// When a schema cannot be expressed in Rust.
pub(crate) fn types(document: &Document, api: &Api) -> Result<String> {
    let mut text = String::new();
    for (name, schema) in &api.schemas {
        match &schema.kind {
            SchemaKind::Id => text.push_str(&id(name, schema)),
            SchemaKind::Enum(values) => text.push_str(&open_enum(name, schema, values)),
            SchemaKind::Secret | SchemaKind::Type => {}
        }
    }
    let mut items = TokenStream::new();
    let by_rust_name: HashMap<String, (&String, &Schema)> = api
        .schemas
        .iter()
        .map(|(name, schema)| (type_name(name), (name, schema)))
        .collect();
    let raw: syn::File =
        syn::parse2(typify(document, api)?).map_err(|error| unprintable(document, &error))?;
    let fallible = raw.items.iter().any(can_fail_to_convert);
    for item in raw.items {
        match item {
            Item::Mod(_) if !fallible => {}
            // Every type without required members derives it below.
            Item::Impl(item) if is_default(&item) => {}
            Item::Struct(mut item) => {
                let known = by_rust_name.get(&item.ident.to_string());
                let fields = finish_struct(document, api, &mut item, known.copied())?;
                let builder = fields.map(|fields| builder(&item.ident, &fields));
                items.extend(quote! { #item #builder });
            }
            item => items.extend(item.to_token_stream()),
        }
    }
    text.push_str(&file(document, items, &TokenStream::new())?);
    Ok(text)
}

// The bodies of macro calls are laid out here, since `prettyplease` formats syntax and a macro has none.

fn id(name: &str, schema: &Schema) -> String {
    let docs = doc_lines(schema.description().unwrap_or("An identifier."));
    let name = type_name(name);
    let sensitive = if schema.is_sensitive() {
        "(sensitive)"
    } else {
        ""
    };
    format!("::pingone_models::uuid_id! {{\n{docs}    pub struct {name}{sensitive};\n}}\n\n")
}

fn open_enum(name: &str, schema: &Schema, values: &[String]) -> String {
    let docs = doc_lines(
        schema
            .description()
            .unwrap_or("One of the documented values, or another."),
    );
    let mut variants = String::new();
    for (variant, value) in variant_names(values).iter().zip(values) {
        variants.push_str(&format!("        {variant} = {value:?},\n"));
    }
    let name = type_name(name);
    format!(
        "::pingone_models::open_enum! {{\n{docs}    pub enum {name} {{\n{variants}    }}\n}}\n\n"
    )
}

fn doc_lines(text: &str) -> String {
    let lines = text
        .trim()
        .lines()
        .map(|line| format!("    /// {line}").trim_end().to_owned() + "\n");
    lines.collect()
}

fn typify(document: &Document, api: &Api) -> Result<TokenStream> {
    let mut settings = settings().map_err(|error| document.error("", error.to_string()))?;
    let mut schemas = Map::new();
    for (name, schema) in &api.schemas {
        if let Some(rust) = replacement(name, schema, "self") {
            let rust = rust.trim_start_matches("self::");
            settings.with_replacement(name, rust, std::iter::empty());
        }
        schemas.insert(name.clone(), steered(&schema.value, schema.in_response));
    }
    let (generator, _) = generate(document, &settings, openapi(api, json!({}), schemas.into()))?;
    Ok(generator.get_type_space().to_stream())
}

/// The part of a schema that decides about a Rust type.
///
/// Bounds and patterns are left out: a client that refuses what the service sends breaks when the service relaxes
/// a rule. Defaults are left out, so that an absent member stays absent. `nullable` is handled field by field.
pub(super) fn steered(schema: &Value, open: bool) -> Value {
    let Some(schema) = schema.as_object() else {
        return schema.clone();
    };
    if let Some(reference) = schema.get("$ref") {
        return json!({ "$ref": reference });
    }
    let mut kept = Map::new();
    for (key, value) in schema {
        let value = match (key.as_str(), value) {
            ("type" | "required" | "description" | "enum", value) => value.clone(),
            ("format", Value::String(format)) if known_format(format) => value.clone(),
            ("properties", Value::Object(properties)) => {
                let properties = properties.iter();
                properties
                    .map(|(name, value)| (name.clone(), steered(value, open)))
                    .collect()
            }
            ("items", value) => steered(value, open),
            ("allOf" | "anyOf" | "oneOf", Value::Array(members)) => members
                .iter()
                .map(|member| steered(member, false))
                .collect(),
            ("additionalProperties", Value::Bool(true)) => json!({}),
            ("additionalProperties", value @ Value::Object(_)) => steered(value, open),
            _ => continue,
        };
        kept.insert(key.clone(), value);
    }
    let closed = schema.contains_key("additionalProperties");
    if open && !closed && kept.contains_key("properties") {
        kept.insert("additionalProperties".to_owned(), json!({}));
    }
    Value::Object(kept)
}

fn known_format(format: &str) -> bool {
    matches!(
        format,
        "password" | "date-time" | "uri" | "uuid" | "int32" | "int64" | "float" | "double"
    )
}

/// A field as the builder sees it.
struct BuilderField {
    ident: Ident,
    setter: Ident,
    wire: String,
    /// The type of the value that is set.
    value: Type,
    presence: Presence,
    /// The only value that the document allows, where it is also the default.
    constant: Option<String>,
}

#[derive(Clone, Copy, PartialEq)]
enum Presence {
    Required,
    Optional,
    Patch,
    Rest,
}

/// Repairs one struct in place and lists its fields; a tuple struct has none to list.
fn finish_struct(
    document: &Document,
    api: &Api,
    item: &mut ItemStruct,
    known: Option<(&String, &Schema)>,
) -> Result<Option<Vec<BuilderField>>> {
    let description = known.and_then(|(_, schema)| schema.description());
    let fallback = match known {
        Some((name, _)) => format!("The schema `{name}`."),
        None => "A part of another schema.".to_owned(),
    };
    replace_docs(&mut item.attrs, description.unwrap_or(&fallback));
    item.attrs
        .push(parse_quote!(#[cfg_attr(feature = "schemars", derive(::schemars::JsonSchema))]));
    let Fields::Named(fields) = &mut item.fields else {
        return Ok(None);
    };
    item.attrs.push(parse_quote!(#[non_exhaustive]));
    let schema = known.map(|(_, schema)| &schema.value);
    let pointer = known.map_or("", |(_, schema)| schema.pointer.as_str());
    let mut listed = Vec::new();
    for field in &mut fields.named {
        listed.push(finish_field(document, api, pointer, field, schema)?);
    }
    let derived = |attribute: &syn::Attribute| {
        attribute.path().is_ident("derive")
            && attribute.to_token_stream().to_string().contains("Default")
    };
    let needs_nothing = listed
        .iter()
        .all(|field| field.presence != Presence::Required);
    if needs_nothing && !item.attrs.iter().any(derived) {
        item.attrs.push(parse_quote!(#[derive(Default)]));
    }
    Ok(Some(listed))
}

fn is_default(item: &syn::ItemImpl) -> bool {
    let name = item
        .trait_
        .as_ref()
        .and_then(|(path, _)| path.segments.last());
    name.is_some_and(|name| name.ident == "Default")
}

fn finish_field(
    document: &Document,
    api: &Api,
    pointer: &str,
    field: &mut Field,
    schema: Option<&Value>,
) -> Result<BuilderField> {
    let Some(ident) = field.ident.clone() else {
        return Err(document.error(pointer, "a field without a name is unsupported"));
    };
    let serde = SerdeAttributes::take(&mut field.attrs);
    let wire = serde.rename.clone().unwrap_or_else(|| ident.to_string());
    let property = schema.and_then(|schema| schema.get("properties")?.get(&wire));
    let mut listed = BuilderField {
        setter: format_ident!("with_{}", wire.to_snake_case()),
        value: field.ty.clone(),
        presence: Presence::Rest,
        constant: property.and_then(|property| constant(api, property)),
        ident,
        wire,
    };
    if serde.flatten {
        replace_docs(
            &mut field.attrs,
            "Members that the document does not know, kept as they came.",
        );
        field.ty = members(&field.ty);
        field.attrs.push(parse_quote!(#[serde(flatten)]));
        return Ok(listed);
    }
    let fallback = format!("The member `{}`.", listed.wire);
    replace_docs(
        &mut field.attrs,
        property
            .and_then(|property| property.get("description")?.as_str())
            .unwrap_or(&fallback),
    );

    let flag = |schema: Option<&Value>, key: &str| {
        schema.and_then(|schema| schema.get(key)) == Some(&Value::Bool(true))
    };
    let names = schema.and_then(|schema| schema.get("required")?.as_array());
    let required =
        names.is_some_and(|names| names.iter().any(|name| name.as_str() == Some(&listed.wire)));
    let inner = members(&option_argument(&field.ty).unwrap_or_else(|| field.ty.clone()));
    let mut arguments: Vec<TokenStream> = Vec::new();
    if let Some(rename) = &serde.rename {
        arguments.push(quote!(rename = #rename));
    }
    (field.ty, listed.presence) = match (required, flag(schema, "x-patch")) {
        (true, _) if flag(property, "nullable") => {
            // Without this, serde would take an absent member for null.
            arguments.push(quote!(
                deserialize_with = "::pingone_models::required_nullable"
            ));
            (parse_quote!(Option<#inner>), Presence::Required)
        }
        (true, _) => (inner.clone(), Presence::Required),
        (false, true) => {
            arguments.push(quote!(
                default,
                skip_serializing_if = "::pingone_models::Patch::is_absent"
            ));
            (
                parse_quote!(::pingone_models::Patch<#inner>),
                Presence::Patch,
            )
        }
        (false, false) => {
            arguments.push(quote!(default, skip_serializing_if = "Option::is_none"));
            (parse_quote!(Option<#inner>), Presence::Optional)
        }
    };
    listed.value = if listed.presence == Presence::Required {
        field.ty.clone()
    } else {
        inner.clone()
    };
    match secret_in(&field.ty) {
        Holds::NoSecret => {}
        Holds::Exactly(expose) => arguments.push(quote!(serialize_with = #expose)),
        Holds::Deeper => {
            let at = format!("{pointer}/properties/{}", listed.wire);
            return Err(document.error(&at, "a secret inside a list or a map is unsupported"));
        }
    }
    if !arguments.is_empty() {
        field.attrs.push(parse_quote!(#[serde(#(#arguments),*)]));
    }
    Ok(listed)
}

/// The type of an object of which the document says nothing: one that does not print its values.
fn members(ty: &Type) -> Type {
    match type_argument(ty) {
        Some((name, _)) if name == "Map" => parse_quote!(::pingone_models::Members),
        _ => ty.clone(),
    }
}

/// `new` takes what is required, a `with_` method sets each of the rest.
fn builder(ident: &Ident, fields: &[BuilderField]) -> TokenStream {
    let required: Vec<_> = fields
        .iter()
        .filter(|field| field.presence == Presence::Required && field.constant.is_none())
        .collect();
    let names = required.iter().map(|field| &field.ident);
    let types = required.iter().map(|field| &field.value);
    let values = fields.iter().map(
        |BuilderField {
             ident,
             presence,
             constant,
             ..
         }| match presence {
            Presence::Required => match constant {
                Some(value) => quote!(#ident: #value.into()),
                None => quote!(#ident: #ident.into()),
            },
            Presence::Optional | Presence::Patch | Presence::Rest => {
                quote!(#ident: Default::default())
            }
        },
    );
    let setters = fields.iter().map(|BuilderField { ident, setter, wire, value, presence, .. }| {
        let doc = doc(&format!("Sets `{wire}`."));
        match presence {
            Presence::Required | Presence::Rest => TokenStream::new(),
            Presence::Optional => quote! {
                #doc
                #[must_use]
                pub fn #setter(mut self, value: impl Into<#value>) -> Self {
                    self.#ident = Option::Some(value.into());
                    self
                }
            },
            Presence::Patch => quote! {
                #doc
                #[must_use]
                pub fn #setter(mut self, value: impl Into<::pingone_models::Patch<#value>>) -> Self {
                    self.#ident = value.into();
                    self
                }
            },
        }
    });
    // Where members are required, `Default` is not derived.
    let derived = fields
        .iter()
        .all(|field| field.presence != Presence::Required);
    let default = (required.is_empty() && !derived).then(|| {
        quote! {
            impl Default for #ident {
                fn default() -> Self {
                    Self::new()
                }
            }
        }
    });
    quote! {
        #default

        impl #ident {
            /// Creates a value from its required members; everything else is absent.
            #[must_use]
            pub fn new(#(#names: impl Into<#types>),*) -> Self {
                Self { #(#values),* }
            }

            #(#setters)*
        }
    }
}

/// The value of a property that can have no other and whose default it is.
fn constant(api: &Api, property: &Value) -> Option<String> {
    let schema = match property.as_object().and_then(reference) {
        Some(name) => &api.schemas.get(name)?.value,
        None => property,
    };
    let value = sole_value(schema)?;
    (schema.get("default")?.as_str()? == value).then(|| value.to_owned())
}

struct SerdeAttributes {
    rename: Option<String>,
    flatten: bool,
}

impl SerdeAttributes {
    /// Reads and removes the `#[serde(..)]` attributes that typify wrote.
    fn take(attributes: &mut Vec<syn::Attribute>) -> Self {
        let mut found = Self {
            rename: None,
            flatten: false,
        };
        attributes.retain(|attribute| {
            if !attribute.path().is_ident("serde") {
                return true;
            }
            // Every argument is read, so that one that is not known here does not hide the next.
            let _ = attribute.parse_nested_meta(|meta| {
                if meta.path.is_ident("flatten") {
                    found.flatten = true;
                } else if let Ok(value) = meta.value() {
                    let value: syn::LitStr = value.parse()?;
                    if meta.path.is_ident("rename") {
                        found.rename = Some(value.value());
                    }
                }
                Ok(())
            });
            false
        });
        found
    }
}

pub(super) fn replace_docs(attributes: &mut Vec<syn::Attribute>, text: &str) {
    attributes.retain(|attribute| !attribute.path().is_ident("doc"));
    let docs = doc_texts(text).map(|line| syn::Attribute {
        pound_token: Default::default(),
        style: syn::AttrStyle::Outer,
        bracket_token: Default::default(),
        meta: syn::Meta::NameValue(syn::MetaNameValue {
            path: Ident::new("doc", Span::call_site()).into(),
            eq_token: Default::default(),
            value: syn::Expr::Lit(syn::ExprLit {
                attrs: Vec::new(),
                lit: syn::Lit::Str(syn::LitStr::new(&line, Span::call_site())),
            }),
        }),
    });
    attributes.splice(0..0, docs);
}

/// Whether an item speaks of the error type that typify adds for constrained values.
fn can_fail_to_convert(item: &Item) -> bool {
    let Item::Impl(item) = item else { return false };
    item.items.iter().any(|item| match item {
        syn::ImplItem::Type(syn::ImplItemType {
            ty: Type::Path(path),
            ..
        }) => path
            .path
            .segments
            .last()
            .is_some_and(|last| last.ident == "ConversionError"),
        _ => false,
    })
}

/// `T` in `Option<T>`.
pub(super) fn option_argument(ty: &Type) -> Option<Type> {
    type_argument(ty)
        .filter(|(name, _)| *name == "Option")
        .map(|(_, argument)| argument.clone())
}

/// The name of a generic type with its last argument.
fn type_argument(ty: &Type) -> Option<(&Ident, &Type)> {
    let Type::Path(path) = ty else { return None };
    let last = path.path.segments.last()?;
    let syn::PathArguments::AngleBracketed(arguments) = &last.arguments else {
        return None;
    };
    match arguments.args.last()? {
        syn::GenericArgument::Type(argument) => Some((&last.ident, argument)),
        _ => None,
    }
}

/// How a type holds a secret.
enum Holds {
    NoSecret,
    Exactly(&'static str),
    Deeper,
}

/// Finds the function that writes the secrets of a field; the type itself refuses to be serialized.
fn secret_in(ty: &Type) -> Holds {
    let is_secret = |ty: &Type| match ty {
        Type::Path(path) => {
            let names = path.path.segments.iter().map(|segment| &segment.ident);
            names.eq(["pingone_models", "Secret"])
        }
        _ => false,
    };
    if is_secret(ty) {
        return Holds::Exactly("::pingone_models::expose::required");
    }
    match type_argument(ty) {
        Some((name, argument)) if is_secret(argument) && name == "Option" => {
            Holds::Exactly("::pingone_models::expose::optional")
        }
        Some((name, argument)) if is_secret(argument) && name == "Patch" => {
            Holds::Exactly("::pingone_models::expose::patch")
        }
        Some((_, argument)) if !matches!(secret_in(argument), Holds::NoSecret) => Holds::Deeper,
        _ => Holds::NoSecret,
    }
}
