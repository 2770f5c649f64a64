//! The table of operations: what the wire needs and what the document says of each variant.

use proc_macro2::{Literal, TokenStream};
use quote::{format_ident, quote};

use super::{doc, file};
use crate::document::Document;
use crate::error::Result;
use crate::model::{Api, Body, Effect, Location, Operation, ResponseBody, Security, Selector};
use crate::names::constant_name;

/// Generates the servers and the operations of a document as static data.
///
/// # Errors
/// When the result cannot be printed, which is a fault of the generator.
pub(crate) fn operations(document: &Document, api: &Api) -> Result<String> {
    let statics: Vec<_> = api
        .operations
        .iter()
        .map(|operation| format_ident!("{}", constant_name(&operation.id)))
        .collect();
    let rows = api
        .operations
        .iter()
        .zip(&statics)
        .map(|(operation, ident)| {
            let doc = doc(&operation.summary);
            let row = row(operation);
            quote! { #doc pub static #ident: Operation = #row; }
        });
    let arms = api
        .operations
        .iter()
        .zip(&statics)
        .map(|(operation, ident)| {
            let name = operation.rust_name();
            quote! { #name => &#ident, }
        });
    let servers = api.servers.iter().map(|server| {
        let (name, url) = (&server.name, &server.url);
        let variables = server
            .variables
            .iter()
            .map(|(name, default)| quote!((#name, #default)));
        quote! { Server { name: #name, url: #url, variables: &[#(#variables),*] } }
    });
    let count = Literal::usize_unsuffixed(statics.len());
    let server_count = Literal::usize_unsuffixed(api.servers.len());
    let tokens = quote! {
        #[allow(unused_imports, reason = "not every document needs each")]
        use ::pingone_models::operation::{Answer, Body, Effect, Location, Operation, Parameter, Security, Selector, Server};

        /// The servers, in the order of the document.
        pub static SERVERS: [Server; #server_count] = [#(#servers),*];

        /// The operations, in the order of the document.
        pub static OPERATIONS: [&Operation; #count] = [#(&#statics),*];

        /// The operation with this function name.
        #[must_use]
        pub fn operation(function: &str) -> Option<&'static Operation> {
            Option::Some(match function {
                #(#arms)*
                _ => return Option::None,
            })
        }
    };
    file(
        document,
        std::iter::once(tokens).chain(rows),
        &TokenStream::new(),
    )
}

fn row(operation: &Operation) -> TokenStream {
    let Operation {
        id,
        summary,
        method,
        path,
        server,
        anonymous,
        deprecated,
        ..
    } = operation;
    let function = operation.rust_name();
    let tag = operation.tag.as_deref().unwrap_or_default();
    let body = match &operation.body {
        Body::None => quote!(Body::None),
        Body::Empty { media_type } => quote!(Body::Empty { media_type: #media_type }),
        Body::Content { media_type, .. } => quote!(Body::Content { media_type: #media_type }),
    };
    let selector = match &operation.selector {
        Some(Selector { property, value }) => {
            quote!(Option::Some(Selector { property: #property, value: #value }))
        }
        None => quote!(Option::None),
    };
    let (answer, accept) = match operation.success() {
        ResponseBody::Json { media_type, .. } => (quote!(Answer::Json), media_type),
        ResponseBody::Open => (quote!(Answer::Open), "*/*".to_owned()),
        ResponseBody::None => (quote!(Answer::Empty), "*/*".to_owned()),
    };
    let parameters = operation.parameters.iter().map(|parameter| {
        let (name, required) = (&parameter.name, parameter.required);
        let client_supplied = parameter.client_supplied;
        let location = match parameter.location {
            Location::Path => quote!(Location::Path),
            Location::Query => quote!(Location::Query),
            Location::Header => quote!(Location::Header),
        };
        quote!(Parameter { name: #name, location: #location, required: #required, client_supplied: #client_supplied })
    });
    let security = operation.security.iter().map(|security| match security {
        Security::Bearer => quote!(Security::Bearer),
        Security::Basic => quote!(Security::Basic),
        Security::Cookie(name) => quote!(Security::Cookie(#name)),
        Security::Header(name) => quote!(Security::Header(#name)),
        Security::Query(name) => quote!(Security::Query(#name)),
    });
    let effect = match operation.effect {
        Effect::Read => quote!(Effect::Read),
        Effect::ChangesState => quote!(Effect::ChangesState),
        Effect::SpendsAttempt => quote!(Effect::SpendsAttempt),
        Effect::SendsMessage => quote!(Effect::SendsMessage),
    };
    let statuses = operation.responses.iter().map(|response| &response.status);
    let page = operation
        .docs
        .as_ref()
        .map(|docs| docs.page.as_str())
        .unwrap_or_default();
    quote! {
        Operation {
            id: #id,
            function: #function,
            tag: #tag,
            summary: #summary,
            method: #method,
            path: #path,
            server: #server,
            body: #body,
            selector: #selector,
            accept: #accept,
            answer: #answer,
            parameters: &[#(#parameters),*],
            security: &[#(#security),*],
            anonymous: #anonymous,
            deprecated: #deprecated,
            effect: #effect,
            statuses: &[#(#statuses),*],
            page: #page,
        }
    }
}
