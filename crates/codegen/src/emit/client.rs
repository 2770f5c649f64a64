//! The clients: progenitor makes one for each server from a document in which each variant has a path of its own.

use std::collections::HashMap;

use quote::quote;
use serde_json::{Map, Value, json};
use syn::visit_mut::VisitMut;
use syn::{Expr, ImplItem, Item, Stmt};

use super::types::{replace_docs, steered};
use super::{Paths, file, generate, openapi, settings, unprintable};
use crate::document::Document;
use crate::error::Result;
use crate::model::{Api, Body, Location, Operation, ResponseBody, SchemaKind, Server};
use crate::names::type_name;

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
        let mut settings = settings().map_err(|error| document.error("", error.to_string()))?;
        settings
            .with_hooks(progenitor::HooksMode::Expected)
            .with_inner_type(quote!(::pingone_client::Call));
        let mut schemas = Map::new();
        for (name, schema) in &api.schemas {
            let rust = match schema.kind {
                SchemaKind::Secret => super::SECRET.to_owned(),
                SchemaKind::Id | SchemaKind::Enum(_) | SchemaKind::Type => {
                    format!("{}::{}", paths.types, type_name(name))
                }
            };
            settings.with_replacement(name, &rust, std::iter::empty());
            // The replacement stands for the schema, whatever it holds.
            schemas.insert(name.clone(), json!({ "type": "object" }));
        }
        let mut lowered = Map::new();
        for (_, operation) in client.operations.values() {
            let (path, value) = lower(operation);
            let method = operation.method.to_lowercase();
            lowered.insert(format!("{path}#{}", operation.id), json!({ method: value }));
        }
        let (_, tokens) = generate(
            document,
            &settings,
            openapi(api, lowered.into(), schemas.into()),
        )?;
        client.syntax = syn::parse2(tokens).map_err(|error| unprintable(document, &error))?;
        client.repair();
        Ok(client)
    }

    /// The name of the server, and so of the module.
    pub(super) fn name(&self) -> &str {
        &self.server.name
    }

    /// The functions that perform an operation, in the order of the document.
    pub(super) fn functions(&self) -> impl Iterator<Item = (&'a Operation, &syn::Signature)> {
        let items = self.syntax.items.iter().flat_map(|item| match item {
            Item::Impl(item) => item.items.as_slice(),
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
    fn repair(&mut self) {
        self.syntax
            .items
            .retain(|item| !matches!(item, Item::Mod(_)));
        for item in &mut self.syntax.items {
            match item {
                Item::Impl(item) if item.trait_.is_none() => {
                    // `new` would build a client that follows redirects and knows no limits.
                    item.items.retain(|item| !matches!(item, ImplItem::Fn(function) if function.sig.ident == "new"));
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
                            leave_api_version_out(&mut function.block);
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

/// Takes out the header `api-version` that progenitor sends with every request; one that the document asks for stays.
fn leave_api_version_out(block: &mut syn::Block) {
    let holds = |statement: &Stmt, code: &str| quote!(#statement).to_string().contains(code);
    block
        .stmts
        .retain(|statement| !holds(statement, "Self :: api_version ()"));
    if block
        .stmts
        .iter()
        .any(|statement| holds(statement, "header_map . append"))
    {
        return;
    }
    block
        .stmts
        .retain(|statement| !holds(statement, "let mut header_map"));
    WithoutHeaders.visit_block_mut(block);
}

fn is_header_map(expression: &Expr) -> bool {
    matches!(expression, Expr::Path(path) if path.path.is_ident("header_map"))
}

/// Takes `.headers(header_map)` out of a chain of calls.
struct WithoutHeaders;

impl VisitMut for WithoutHeaders {
    fn visit_expr_mut(&mut self, expression: &mut Expr) {
        if let Expr::MethodCall(call) = expression
            && call.method == "headers"
            && call.args.len() == 1
            && is_header_map(&call.args[0])
        {
            *expression = (*call.receiver).clone();
        }
        syn::visit_mut::visit_expr_mut(self, expression);
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
