//! The clients: progenitor makes one for each server from a document in which each variant has a path of its own.

use std::collections::HashMap;

use quote::quote;
use serde_json::{Map, Value, json};
use syn::visit_mut::VisitMut;
use syn::{
    ImplItem, ImplItemFn, Item, ItemImpl, ReturnType, Signature, TypeReference, parse_quote,
};

use super::types::rust_type;
use super::wire::{self, binds};
use super::{
    Paths, doc_lines, file, generate, openapi, replace_docs, settings, unparse, unprintable,
};
use crate::document::Document;
use crate::error::Result;
use crate::lower::FORM;
use crate::model::{
    Api, Body, Format, Location, Operation, ResponseBody, SchemaKind, Server, Type,
};
use crate::names::constant_name;

/// How many operations progenitor gets at once: what it makes of them is in memory as a tree, which is large.
const AT_ONCE: usize = 64;

/// The generated client of one server.
pub(crate) struct Client<'a> {
    server: &'a Server,
    /// Everything but the functions of the operations.
    items: Vec<Item>,
    /// In the order of the document.
    functions: Vec<Function<'a>>,
}

/// A function that performs an operation.
pub(super) struct Function<'a> {
    pub(super) operation: &'a Operation,
    pub(super) signature: Signature,
    text: String,
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
        let own = api.operations.iter();
        let own: Vec<&Operation> = own
            .filter(|operation| operation.server == server.name)
            .collect();
        let mut client = Self {
            server,
            items: Vec::new(),
            functions: Vec::with_capacity(own.len()),
        };
        for operations in own.chunks(AT_ONCE) {
            let syntax = perform(document, api, operations, &paths.types)?;
            client.take(document, api, paths, operations, syntax)?;
        }
        Ok(client)
    }

    /// The name of the server, and so of the module.
    pub(super) fn name(&self) -> &str {
        &self.server.name
    }

    /// The functions that perform an operation, in the order of the document.
    pub(super) fn functions(&self) -> &[Function<'a>] {
        &self.functions
    }

    /// Takes the functions of some operations, documented and repaired, and of the rest what others should use.
    fn take(
        &mut self,
        document: &Document,
        api: &Api,
        paths: &Paths,
        operations: &[&'a Operation],
        syntax: syn::File,
    ) -> Result<()> {
        let mut functions: HashMap<String, ImplItemFn> = HashMap::new();
        let is_first = self.items.is_empty();
        for mut item in syntax.items {
            match &mut item {
                // Nothing but a check that there are hooks.
                Item::Mod(_) | Item::Const(_) => continue,
                Item::Impl(item) if item.trait_.is_none() => {
                    for member in std::mem::take(&mut item.items) {
                        match member {
                            ImplItem::Fn(function) if function.sig.receiver().is_some() => {
                                functions.insert(function.sig.ident.to_string(), function);
                            }
                            // `new` would build a client that follows redirects and knows no limits.
                            ImplItem::Fn(function) if function.sig.ident == "new" => {}
                            other => item.items.push(other),
                        }
                    }
                    if item.items.is_empty() {
                        continue;
                    }
                }
                Item::Struct(item) => {
                    let text = format!("The operations of the server `{}`.", self.server.name);
                    replace_docs(&mut item.attrs, &text);
                }
                _ => {}
            }
            if is_first {
                self.items.push(item);
            }
        }
        for operation in operations.iter().copied() {
            let name = operation.rust_name();
            let mut function = functions.remove(&name).ok_or_else(|| {
                let message = format!("progenitor has made no function `{name}`");
                document.error(&operation.pointer, message)
            })?;
            function
                .attrs
                .retain(|attribute| !attribute.path().is_ident("doc"));
            wire::repair(&mut function, operation, |ty| is_text(api, ty));
            self.share_the_rest(api, paths, &mut function, operation)
                .map_err(|error| unprintable(document, &error))?;
            self.functions.push(Function {
                operation,
                signature: function.sig.clone(),
                text: doc_lines(&documentation(operation), "    ") + &method(function),
            });
        }
        Ok(())
    }

    /// Leaves to a function what is its own, the request, and the rest to one function that all share.
    ///
    /// A future of its own for each operation would be most of what the compiler has to do.
    fn share_the_rest(
        &self,
        api: &Api,
        paths: &Paths,
        function: &mut ImplItemFn,
        operation: &Operation,
    ) -> syn::Result<()> {
        let mut request = std::mem::take(&mut function.block.stmts);
        let built = request
            .iter()
            .position(|statement| binds(statement, "info"));
        request.truncate(built.unwrap_or(request.len()));
        let server = &self.server.name;
        let path = format!("{}::{}", paths.operations, constant_name(&operation.id));
        let row: syn::Path = syn::parse_str(&path)?;
        let success = decoded(api, &paths.types, &operation.success())?;
        let failure = decoded(api, &paths.types, &operation.failure())?;
        function.block = parse_quote!({
            let request = (|| {
                #(#request)*
                Ok(request)
            })();
            self.inner.send::<#success, #failure>(&self.client, #server, &#row, request)
        });
        function.sig.asyncness = None;
        // The request is complete when the function returns: of its arguments, the future holds the client alone.
        for input in function.sig.inputs.iter_mut().skip(1) {
            WithoutLifetimes.visit_fn_arg_mut(input);
        }
        if let ReturnType::Type(_, output) = &function.sig.output {
            function.sig.output = parse_quote!(-> impl Future<Output = #output> + Send + use<'a>);
        }
        Ok(())
    }

    /// The file of this client.
    ///
    /// # Errors
    /// When the result cannot be printed, which is a fault of the generator.
    pub(crate) fn print(&self, document: &Document) -> Result<String> {
        let items = &self.items;
        let attributes = quote! {
            #![allow(clippy::all, clippy::pedantic, clippy::allow_attributes_without_reason, unreachable_pub, reason = "generated code")]
        };
        let mut text = file(document, [quote!(#(#items)*)], &attributes)?;
        text.push_str("\nimpl Client {\n");
        for (index, function) in self.functions.iter().enumerate() {
            if index > 0 {
                text.push('\n');
            }
            text.push_str(&function.text);
        }
        text.push_str("}\n");
        Ok(text)
    }
}

/// Takes the lifetimes out of references.
struct WithoutLifetimes;

impl VisitMut for WithoutLifetimes {
    fn visit_type_reference_mut(&mut self, reference: &mut TypeReference) {
        reference.lifetime = None;
        syn::visit_mut::visit_type_reference_mut(self, reference);
    }
}

/// What the body of an answer is decoded as.
fn decoded(api: &Api, models: &str, body: &ResponseBody) -> syn::Result<syn::Path> {
    let text = match body {
        ResponseBody::Json { ty, .. } => format!("Json<{}>", rust_type(api, models, ty)),
        ResponseBody::Open => "Open".to_owned(),
        ResponseBody::None => "Empty".to_owned(),
    };
    syn::parse_str(&format!("::pingone_client::decode::{text}"))
}

/// What progenitor makes of some operations.
fn perform(
    document: &Document,
    api: &Api,
    operations: &[&Operation],
    models: &str,
) -> Result<syn::File> {
    let mut settings = settings();
    settings
        .with_hooks(progenitor::HooksMode::Expected)
        .with_inner_type(quote!(::pingone_client::Call));
    let mut schemas = Replaced {
        api,
        models,
        types: Vec::new(),
    };
    let mut paths = Map::new();
    for operation in operations {
        let (path, value) = lower(operation, &mut schemas);
        let method = operation.method.to_lowercase();
        paths.insert(
            format!("{path}#{}", operation.rust_name()),
            json!({ method: value }),
        );
    }
    let schemas = schemas.types.iter().enumerate().map(|(index, rust)| {
        let name = format!("T{index}");
        settings.with_replacement(&name, rust, std::iter::empty());
        // The replacement applies to the whole schema.
        (name, json!({ "type": "object" }))
    });
    let schemas: Map<String, Value> = schemas.collect();
    let tokens = generate(
        document,
        &settings,
        openapi(api, paths.into(), schemas.into()),
    )?;
    syn::parse2(tokens).map_err(|error| unprintable(document, &error))
}

/// The text of a function as it is in its `impl`.
fn method(function: ImplItemFn) -> String {
    let mut block: ItemImpl = syn::parse_quote!(impl Client {});
    block.items.push(ImplItem::Fn(function));
    let text = unparse(vec![Item::Impl(block)]);
    let text = text.split_once('\n').map_or("", |(_, rest)| rest);
    text.strip_suffix("}\n").unwrap_or(text).to_owned()
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
    api: &'a Api,
    models: &'a str,
    types: Vec<String>,
}

impl Replaced<'_> {
    /// A schema of which progenitor makes the type of a value.
    fn schema(&mut self, ty: &Type) -> Value {
        let format = match ty {
            Type::Text => return json!({ "type": "string" }),
            Type::Boolean => return json!({ "type": "boolean" }),
            Type::Number => return json!({ "type": "number", "format": "double" }),
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
                let rust = rust_type(self.api, self.models, ty);
                let known = self.types.iter().position(|known| *known == rust);
                let index = known.unwrap_or_else(|| {
                    self.types.push(rust);
                    self.types.len() - 1
                });
                return json!({ "$ref": format!("#/components/schemas/T{index}") });
            }
        };
        json!({ "type": "integer", "format": format })
    }
}

/// One operation as progenitor understands it, with its path.
fn lower(operation: &Operation, schemas: &mut Replaced<'_>) -> (String, Value) {
    let mut path = operation.path.clone();
    let mut parameters = Vec::new();
    for parameter in &operation.parameters {
        // Arguments are distinguished by name and location; the repair restores the wire names.
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
            "schema": schemas.schema(parameter.ty.present()),
        }));
    }
    let mut value = json!({
        "operationId": operation.rust_name(),
        "parameters": parameters,
        "responses": {
            "2XX": response(&operation.success(), schemas),
            "4XX": response(&operation.failure(), schemas),
            "5XX": response(&operation.failure(), schemas),
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
            "content": { known: { "schema": schemas.schema(ty) } },
        });
    }
    (path, value)
}

fn response(body: &ResponseBody, schemas: &mut Replaced<'_>) -> Value {
    let content = match body {
        ResponseBody::None => json!({}),
        ResponseBody::Open => json!({ "*/*": {} }),
        ResponseBody::Json { ty, .. } => {
            json!({ "application/json": { "schema": schemas.schema(ty) } })
        }
    };
    json!({ "description": "", "content": content })
}
