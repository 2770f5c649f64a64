//! The clients: progenitor makes one for each server from a document in which each variant has a path of its own.

use std::collections::HashMap;

use quote::quote;
use serde_json::{Map, Value, json};
use syn::{ImplItem, Item};

use super::types::rust_type;
use super::{Paths, file, generate, openapi, replace_docs, settings, unprintable, wire};
use crate::document::Document;
use crate::error::Result;
use crate::lower::FORM;
use crate::model::{
    Api, Body, Format, Location, Operation, ResponseBody, SchemaKind, Server, Type,
};

/// The generated client of one server.
pub(crate) struct Client<'a> {
    server: &'a Server,
    syntax: syn::File,
    /// The operations of the server, by the name of their function.
    operations: HashMap<String, (usize, &'a Operation)>,
}

impl<'a> Client<'a> {
    /// Generates the client of one server.
    ///
    /// # Errors
    /// When an operation cannot be expressed in Rust.
    pub(crate) fn new(
        document: &Document,
        api: &'a Api,
        server: &'a Server,
        paths: &Paths,
    ) -> Result<Self> {
        let own = api
            .operations
            .iter()
            .enumerate()
            .filter(|(_, operation)| operation.server == server.name);
        let mut client = Self {
            server,
            syntax: syn::parse_quote!(),
            operations: own
                .map(|(index, operation)| (operation.rust_name(), (index, operation)))
                .collect(),
        };
        let mut settings = settings();
        settings
            .with_hooks(progenitor::HooksMode::Expected)
            .with_inner_type(quote!(::pingone_client::Call));
        let models: syn::Path =
            syn::parse_str(&paths.types).map_err(|error| unprintable(document, &error))?;
        let mut schemas = Replaced {
            document,
            api,
            models: &models,
            types: Vec::new(),
        };
        let mut lowered = Map::new();
        for (_, operation) in client.operations.values() {
            let (path, value) = lower(operation, &mut schemas)?;
            let method = operation.method.to_lowercase();
            lowered.insert(
                format!("{path}#{}", operation.rust_name()),
                json!({ method: value }),
            );
        }
        let schemas = schemas.types.iter().enumerate().map(|(index, rust)| {
            let name = format!("T{index}");
            settings.with_replacement(&name, rust, std::iter::empty());
            // The replacement stands for the schema, whatever it holds.
            (name, json!({ "type": "object" }))
        });
        let schemas: Map<String, Value> = schemas.collect();
        let (_, tokens) = generate(
            document,
            &settings,
            openapi(api, lowered.into(), schemas.into()),
        )?;
        client.syntax = syn::parse2(tokens).map_err(|error| unprintable(document, &error))?;
        client.repair(api);
        Ok(client)
    }

    /// The name of the server, and so of the module.
    pub(super) fn name(&self) -> &str {
        &self.server.name
    }

    /// The functions that perform an operation, in the order of the document.
    pub(super) fn functions(&self) -> impl Iterator<Item = (&'a Operation, &syn::Signature)> {
        let items = self.syntax.items.iter().flat_map(|item| match item {
            Item::Impl(item) if item.trait_.is_none() => item.items.as_slice(),
            _ => &[],
        });
        items.filter_map(|item| match item {
            ImplItem::Fn(function) => {
                let (_, operation) = self.operations.get(&function.sig.ident.to_string())?;
                Some((*operation, &function.sig))
            }
            _ => None,
        })
    }

    /// Takes out what nobody should use, documents the rest, and restores the order of the document.
    fn repair(&mut self, api: &Api) {
        self.syntax
            .items
            .retain(|item| !matches!(item, Item::Mod(_)));
        for item in &mut self.syntax.items {
            match item {
                Item::Impl(item) if item.trait_.is_none() => {
                    // `new` would build a client that follows redirects and knows no limits. An operation can have its name.
                    item.items.retain(|item| {
                        !matches!(item, ImplItem::Fn(function)
                        if function.sig.ident == "new" && function.sig.receiver().is_none())
                    });
                    let find = |item: &ImplItem| match item {
                        ImplItem::Fn(function) => self
                            .operations
                            .get(&function.sig.ident.to_string())
                            .copied(),
                        _ => None,
                    };
                    item.items
                        .sort_by_cached_key(|item| find(item).map(|(index, _)| index));
                    for item in &mut item.items {
                        let operation = find(item);
                        if let (ImplItem::Fn(function), Some((_, operation))) = (item, operation) {
                            replace_docs(&mut function.attrs, &documentation(operation));
                            wire::repair(function, operation, |ty| is_text(api, ty));
                        }
                    }
                }
                Item::Struct(item) => {
                    let text = format!("The operations of the server `{}`.", self.server.name);
                    replace_docs(&mut item.attrs, &text);
                }
                _ => {}
            }
        }
    }

    /// The file of this client.
    ///
    /// # Errors
    /// When the result cannot be printed, which is a fault of the generator.
    pub(crate) fn print(&self, document: &Document, paths: &Paths) -> Result<String> {
        let operations: syn::Path =
            syn::parse_str(&paths.operations).map_err(|error| unprintable(document, &error))?;
        let items = &self.syntax.items;
        let name = &self.server.name;
        let tokens = quote! {
            #(#items)*

            impl ClientHooks<::pingone_client::Call> for Client {
                async fn pre<E>(
                    &self,
                    request: &mut ::reqwest::Request,
                    info: &OperationInfo,
                ) -> ::std::result::Result<(), Error<E>> {
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
            #![allow(clippy::all, clippy::pedantic, clippy::allow_attributes_without_reason, unreachable_pub, reason = "generated code")]
        };
        file(document, tokens, &attributes)
    }
}

pub(super) fn documentation(operation: &Operation) -> String {
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
    text
}

/// Whether a named type can be written by `to_string`.
fn is_text(api: &Api, ty: &Type) -> bool {
    let Type::Named(name) = ty else { return false };
    match api.schemas.get(name).map(|schema| &schema.kind) {
        Some(SchemaKind::Id | SchemaKind::Enum(_)) => true,
        Some(SchemaKind::Newtype(inner) | SchemaKind::Alias(inner)) => {
            wire::is_plain(inner) || is_text(api, inner)
        }
        _ => false,
    }
}

/// The types that stand for schemas in what progenitor generates.
struct Replaced<'a> {
    document: &'a Document,
    api: &'a Api,
    models: &'a syn::Path,
    types: Vec<String>,
}

impl Replaced<'_> {
    /// A schema of which progenitor makes the type of a value.
    fn schema(&mut self, ty: &Type) -> Result<Value> {
        let format = match ty {
            Type::Text => return Ok(json!({ "type": "string" })),
            Type::Boolean => return Ok(json!({ "type": "boolean" })),
            Type::Number => return Ok(json!({ "type": "number", "format": "double" })),
            Type::Integer(name) => match *name {
                "i8" => "int8",
                "i16" => "int16",
                "i32" => "int32",
                "u8" => "uint8",
                "u16" => "uint16",
                "u32" => "uint32",
                "u64" => "uint64",
                _ => "int64",
            },
            ty => {
                let rust = rust_type(self.document, self.api, self.models, ty)?;
                let rust = rust.to_string().replace(' ', "");
                let known = self.types.iter().position(|known| *known == rust);
                let index = known.unwrap_or_else(|| {
                    self.types.push(rust);
                    self.types.len() - 1
                });
                return Ok(json!({ "$ref": format!("#/components/schemas/T{index}") }));
            }
        };
        Ok(json!({ "type": "integer", "format": format }))
    }
}

/// One operation as progenitor understands it, with its path.
fn lower(operation: &Operation, schemas: &mut Replaced<'_>) -> Result<(String, Value)> {
    let mut path = operation.path.clone();
    let mut parameters = Vec::new();
    for parameter in &operation.parameters {
        // Names and places are told apart by the argument; the repair puts the names of the wire back.
        let name = wire::argument(parameter);
        let location = match parameter.location {
            Location::Path => "path",
            Location::Query => "query",
            Location::Header => "header",
        };
        if parameter.location == Location::Path {
            path = path.replacen(
                &format!("{{{}}}", parameter.name),
                &format!("{{{name}}}"),
                1,
            );
        }
        parameters.push(json!({
            "name": name,
            "in": location,
            "required": parameter.required,
            "schema": schemas.schema(parameter.ty.present())?,
        }));
    }
    let mut value = json!({
        "operationId": operation.rust_name(),
        "parameters": parameters,
        "responses": {
            "2XX": response(&operation.success(), schemas)?,
            "4XX": response(&operation.failure(), schemas)?,
            "5XX": response(&operation.failure(), schemas)?,
        },
    });
    if let Body::Content { format, ty, .. } = &operation.body {
        // progenitor knows few types of body; the hooks send the type that the document names.
        let known = match format {
            Format::Form => FORM,
            Format::Json | Format::Bytes => "application/json",
        };
        value["requestBody"] = json!({
            "required": true,
            "content": { known: { "schema": schemas.schema(ty)? } },
        });
    }
    Ok((path, value))
}

fn response(body: &ResponseBody, schemas: &mut Replaced<'_>) -> Result<Value> {
    let content = match body {
        ResponseBody::None => json!({}),
        ResponseBody::Open => json!({ "*/*": {} }),
        ResponseBody::Json { ty, .. } => {
            json!({ "application/json": { "schema": schemas.schema(ty)? } })
        }
    };
    Ok(json!({ "description": "", "content": content }))
}
