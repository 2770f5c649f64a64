//! The clients: progenitor makes one for each server from a document in which each variant has a path of its own.

use quote::{ToTokens, quote};
use serde_json::{Map, Value, json};
use syn::{ImplItem, Item, parse_quote};

use super::types::steered;
use super::{Paths, doc, file, generate, openapi, rust_name, settings, unprintable};
use crate::document::Document;
use crate::error::Result;
use crate::model::{Api, Body, Location, Operation, ResponseBody, SchemaKind, Server};

/// Generates the client of one server.
///
/// # Errors
/// When an operation cannot be expressed in Rust.
pub fn client(document: &Document, api: &Api, server: &Server, paths: &Paths) -> Result<String> {
    let generated = parse(document, api, server, paths)?;
    let operations: syn::Path =
        syn::parse_str(&paths.operations).map_err(|error| unprintable(document, &error))?;
    let items = generated.items;
    let name = &server.name;
    let tokens = quote! {
        #(#items)*

        impl ClientHooks<::pingone_client::Call> for Client {
            async fn pre<E>(
                &self,
                request: &mut ::reqwest::Request,
                info: &OperationInfo,
            ) -> Result<(), Error<E>> {
                let operation = #operations::operation(info.operation_id);
                self.inner.prepare(#name, operation, request).map_err(Error::InvalidRequest)
            }

            async fn exec(
                &self,
                request: ::reqwest::Request,
                _: &OperationInfo,
            ) -> ::reqwest::Result<::reqwest::Response> {
                self.inner.execute(&self.client, request).await
            }
        }
    };
    let attributes = quote! {
        #![allow(clippy::all, clippy::pedantic, unreachable_pub, reason = "generated code")]
    };
    file(document, tokens, &attributes)
}

/// The client of one server as a syntax tree, without what nobody should use.
pub(super) fn parse(
    document: &Document,
    api: &Api,
    server: &Server,
    paths: &Paths,
) -> Result<syn::File> {
    let mut settings = settings().map_err(|error| document.error("", error.to_string()))?;
    settings
        .with_hooks(progenitor::HooksMode::Expected)
        .with_inner_type(quote!(::pingone_client::Call));
    let mut schemas = Map::new();
    for (name, schema) in &api.schemas {
        let rust = match schema.kind {
            SchemaKind::Secret => super::SECRET.to_owned(),
            SchemaKind::Id | SchemaKind::Enum(_) | SchemaKind::Type => {
                format!("{}::{}", paths.types, rust_name(name))
            }
        };
        settings.with_replacement(name, &rust, std::iter::empty());
        // The replacement stands for the schema, whatever it holds.
        schemas.insert(name.clone(), json!({ "type": "object" }));
    }
    let mut lowered = Map::new();
    let own: Vec<&Operation> = api
        .operations
        .iter()
        .filter(|operation| operation.server == server.name)
        .collect();
    for operation in &own {
        let (path, value) = lower(operation);
        let method = operation.method.to_lowercase();
        lowered.insert(format!("{path}#{}", operation.id), json!({ method: value }));
    }
    let (_, tokens) = generate(
        document,
        &settings,
        openapi(api, lowered.into(), schemas.into()),
    )?;
    let mut file: syn::File = syn::parse2(tokens).map_err(|error| unprintable(document, &error))?;
    file.items.retain(|item| !matches!(item, Item::Mod(_)));
    for item in &mut file.items {
        match item {
            Item::Impl(item) if item.trait_.is_none() => {
                // `new` would build a client that follows redirects and knows no limits.
                item.items.retain(
                    |item| !matches!(item, ImplItem::Fn(function) if function.sig.ident == "new"),
                );
                for item in &mut item.items {
                    if let ImplItem::Fn(function) = item {
                        let operation =
                            own.iter().find(|own| function.sig.ident == own.rust_name());
                        document_function(function, operation.copied());
                    }
                }
                order(&mut item.items, &own);
            }
            Item::Struct(item) => {
                let docs = doc(&format!("The operations of the server `{}`.", server.name));
                let holder: syn::ItemStruct = parse_quote! { #docs struct Holder; };
                item.attrs
                    .retain(|attribute| !attribute.path().is_ident("doc"));
                item.attrs.splice(0..0, holder.attrs);
            }
            _ => {}
        }
    }
    Ok(file)
}

/// Functions in the order of the document rather than of their paths.
fn order(items: &mut [ImplItem], own: &[&Operation]) {
    items.sort_by_key(|item| match item {
        ImplItem::Fn(function) => own
            .iter()
            .position(|own| function.sig.ident == own.rust_name()),
        _ => None,
    });
}

fn document_function(function: &mut syn::ImplItemFn, operation: Option<&Operation>) {
    let Some(operation) = operation else { return };
    let Operation {
        summary,
        method,
        path,
        ..
    } = operation;
    let mut text = summary.clone();
    if let Some(description) = &operation.description {
        text.push_str(&format!("\n\n{description}"));
    }
    text.push_str(&format!("\n\nSends `{method} {path}`"));
    if let Some(media_type) = operation.media_type() {
        text.push_str(&format!(" with `Content-Type: {media_type}`"));
    }
    text.push_str(&format!(".\nEffect: `{}`.", operation.effect.word()));
    if let Some(docs) = &operation.docs {
        text.push_str(&format!("\n\n[Documentation]({})", docs.page));
    }
    let docs = doc(&text);
    let holder: syn::ItemStruct = parse_quote! { #docs struct Holder; };
    function
        .attrs
        .retain(|attribute| !attribute.path().is_ident("doc"));
    function.attrs.splice(0..0, holder.attrs);
}

/// One operation as progenitor understands it, with its path.
fn lower(operation: &Operation) -> (String, Value) {
    let mut path = operation.path.clone();
    let parameters = operation.parameters.iter().map(|parameter| {
        let (name, location) = match parameter.location {
            Location::Path => (&parameter.argument, "path"),
            Location::Query => (&parameter.name, "query"),
            Location::Header => (&parameter.name, "header"),
        };
        path = path.replacen(
            &format!("{{{}}}", parameter.name),
            &format!("{{{name}}}"),
            1,
        );
        json!({
            "name": name,
            "in": location,
            "required": parameter.required,
            "schema": steered(&parameter.schema, false),
        })
    });
    let parameters: Vec<Value> = parameters.collect();
    let mut value = json!({
        "operationId": operation.id,
        "parameters": parameters,
        "responses": {
            "2XX": response(&operation.success()),
            "4XX": response(&operation.failure()),
            "5XX": response(&operation.failure()),
        },
    });
    if let Body::Content {
        media_type, schema, ..
    } = &operation.body
    {
        // progenitor knows two types of body; the hooks send the type that the document names.
        let form = media_type.starts_with("application/x-www-form-urlencoded");
        let known = if form {
            "application/x-www-form-urlencoded"
        } else {
            "application/json"
        };
        value["requestBody"] = json!({
            "required": true,
            "content": { known: { "schema": steered(schema, false) } },
        });
    }
    (path, value)
}

fn response(body: &ResponseBody) -> Value {
    let content = match body {
        ResponseBody::None => json!({}),
        ResponseBody::Open => json!({ "*/*": {} }),
        ResponseBody::Json { schema, .. } => {
            json!({ "application/json": { "schema": steered(schema, false) } })
        }
    };
    json!({ "description": "", "content": content })
}

/// The public functions of a generated client that perform an operation.
pub(super) fn functions<'a>(
    file: &'a syn::File,
    api: &'a Api,
) -> impl Iterator<Item = (&'a Operation, &'a syn::Signature)> {
    let functions = file.items.iter().flat_map(|item| match item {
        Item::Impl(item) => item.items.as_slice(),
        _ => &[],
    });
    functions.filter_map(|item| {
        let ImplItem::Fn(function) = item else {
            return None;
        };
        let name = function.sig.ident.to_token_stream().to_string();
        let operation = api
            .operations
            .iter()
            .find(|operation| operation.rust_name() == name)?;
        Some((operation, &function.sig))
    })
}
