//! Calls by name, one small function for each: for tools and tests that walk the document instead of naming functions.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::{FnArg, Ident, Pat, Signature, Type, parse_quote};

use super::client::Client;
use super::wire;
use super::{doc, file};
use crate::document::Document;
use crate::error::Result;
use crate::model::{Operation, ResponseBody};

/// Generates a table of functions that call an operation, with arguments as text and JSON.
///
/// One function with an arm for each operation would be one future with the states of all, for which the compiler needs
/// memory that grows faster than the document. A future for each would be most of what the compiler has to do.
///
/// # Errors
/// When the result cannot be printed, which is a fault of the generator.
pub(crate) fn dispatch(document: &Document, clients: &[Client<'_>]) -> Result<String> {
    let modules: Vec<_> = clients
        .iter()
        .map(|client| format_ident!("{}", client.name()))
        .collect();
    let (mut names, mut callers) = (TokenStream::new(), String::new());
    for (client, module) in clients.iter().zip(&modules) {
        for function in client.functions() {
            let (id, ident) = (&function.operation.id, &function.signature.ident);
            let name = format_ident!("call_{ident}");
            names.extend(quote! { #id => #name, });
            callers.push_str(&caller(module, function.operation, &function.signature));
        }
    }
    let docs = clients
        .iter()
        .map(|client| doc(&format!("The server `{}`.", client.name())));
    let tokens = quote! {
        use ::pingone_client::dispatch::{Arguments, BoxFuture, Failure};

        /// One client for each server.
        #[derive(Clone, Debug)]
        pub struct Clients {
            #(#docs pub #modules: super::#modules::Client,)*
        }

        /// Calls the operation with this id.
        ///
        /// # Errors
        /// When no operation has the id, an argument is missing or wrong, or the call fails.
        pub async fn call(
            clients: &Clients,
            id: &str,
            arguments: &Arguments,
        ) -> Result<::serde_json::Value, Failure> {
            match find(id) {
                Some(caller) => caller(clients, arguments)?.await,
                None => Err(Failure::unknown_operation(id)),
            }
        }

        type Caller = for<'a> fn(&'a Clients, &'a Arguments) -> Result<BoxFuture<'a>, Failure>;

        fn find(id: &str) -> Option<Caller> {
            Some(match id {
                #names
                _ => return None,
            })
        }
    };
    let attributes = quote! {
        #![allow(clippy::all, clippy::pedantic, reason = "generated code")]
    };
    Ok(file(document, [tokens], &attributes)? + &callers)
}

/// A function that calls an operation, as text: there are as many as operations, and their syntax is always the same.
fn caller(module: &Ident, operation: &Operation, signature: &Signature) -> String {
    let function = &signature.ident;
    let mut reads = String::new();
    let mut passed = String::new();
    for (ident, ty) in inputs(signature) {
        let (owned, pass) = conversion(&ty, &ident);
        // progenitor has its own way with underscores at the ends.
        let name = ident.to_string();
        let is_meant = |known: &str| known.trim_matches('_') == name.trim_matches('_');
        let is_optional = option_argument(&ty).is_some();
        let parameter = operation
            .parameters
            .iter()
            .find(|parameter| is_meant(&wire::argument(parameter)));
        let read = match (parameter, is_optional) {
            (None, true) => "optional_body()".to_owned(),
            (None, false) => "body()".to_owned(),
            (Some(parameter), true) => format!("optional({:?})", parameter.name),
            (Some(parameter), false) => format!("required({:?})", parameter.name),
        };
        let owned = quote!(#owned).to_string().replace(' ', "");
        reads.push_str(&format!("    let {ident}: {owned} = arguments.{read}?;\n"));
        passed.push_str(&format!(", {pass}"));
    }
    let finish = match operation.success() {
        ResponseBody::Json { .. } => "json",
        ResponseBody::Open => "open",
        ResponseBody::None => "empty",
    };
    let failed = match operation.failure() {
        ResponseBody::Json { .. } => "from_json",
        ResponseBody::Open => "from_open",
        ResponseBody::None => "from_empty",
    };
    let arguments = if reads.is_empty() { "_" } else { "arguments" };
    format!(
        "\nfn call_{function}<'a>(clients: &'a Clients, {arguments}: &'a Arguments) -> Result<BoxFuture<'a>, Failure> {{\n\
         {reads}    \
         let answer = super::{module}::Client::{function}(&clients.{module}{passed});\n    \
         Ok(::pingone_client::dispatch::{finish}(answer, Failure::{failed}))\n}}\n"
    )
}

/// The owned type behind an argument, and the expression that passes a variable of it.
fn conversion(ty: &Type, ident: &Ident) -> (Type, String) {
    let text: Type = parse_quote!(str);
    if let Some(inner) = option_argument(ty) {
        return match inner {
            Type::Reference(reference) if *reference.elem == text => {
                (parse_quote!(Option<String>), format!("{ident}.as_deref()"))
            }
            Type::Reference(reference) => {
                let owned = reference.elem;
                (parse_quote!(Option<#owned>), format!("{ident}.as_ref()"))
            }
            owned => (parse_quote!(Option<#owned>), ident.to_string()),
        };
    }
    match ty {
        Type::Reference(reference) if *reference.elem == text => {
            (parse_quote!(String), format!("&{ident}"))
        }
        Type::Reference(reference) => (reference.elem.as_ref().clone(), format!("&{ident}")),
        owned => (owned.clone(), ident.to_string()),
    }
}

fn inputs(signature: &Signature) -> impl Iterator<Item = (Ident, Type)> {
    signature.inputs.iter().filter_map(|input| match input {
        FnArg::Typed(argument) => match argument.pat.as_ref() {
            Pat::Ident(pattern) => Some((pattern.ident.clone(), argument.ty.as_ref().clone())),
            _ => None,
        },
        FnArg::Receiver(_) => None,
    })
}

/// `T` in `Option<T>`.
fn option_argument(ty: &Type) -> Option<Type> {
    let Type::Path(path) = ty else { return None };
    let last = path.path.segments.last()?;
    let syn::PathArguments::AngleBracketed(arguments) = &last.arguments else {
        return None;
    };
    match arguments.args.last()? {
        syn::GenericArgument::Type(argument) if last.ident == "Option" => Some(argument.clone()),
        _ => None,
    }
}
