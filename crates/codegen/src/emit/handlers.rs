//! The handlers of a server: a trait with one function for each variant, and the table that calls them.

use proc_macro2::{Literal, TokenStream};
use quote::{format_ident, quote};

use super::{Paths, doc, file, unprintable};
use crate::document::Document;
use crate::error::Result;
use crate::model::Api;
use crate::names::request_name;

/// Generates the trait and the table.
///
/// The module at the path `support` has what they stand on:
/// - `Exchange`, with any number of lifetimes, which implements the trait and has `read<E: Endpoint>(&mut self) -> Result<E, Refusal>`,
/// - `Reply<T>`, a response of the documented type `T`, which converts into `Answer`,
/// - `Refusal`, why a request was not done.
///
/// # Errors
/// When the result cannot be printed, which is a fault of the generator.
pub(crate) fn handlers(
    document: &Document,
    api: &Api,
    paths: &Paths,
    support: &str,
) -> Result<String> {
    let path = |text: &str| -> Result<syn::Path> {
        syn::parse_str(text).map_err(|error| unprintable(document, &error))
    };
    let (support, requests) = (path(support)?, path(&paths.requests)?);
    let count = Literal::usize_unsuffixed(api.operations.len());
    let functions = api.operations.iter().map(|operation| {
        let doc = doc(&operation.summary);
        let function = format_ident!("{}", operation.rust_name());
        let request = format_ident!("{}", request_name(&operation.id));
        quote! {
            #doc
            fn #function(&mut self, request: requests::#request) -> Outcome<requests::#request>;
        }
    });
    let rows = api.operations.iter().map(|operation| {
        let id = &operation.id;
        let function = format_ident!("{}", operation.rust_name());
        quote! {
            (#id, |exchange| {
                let request = exchange.read()?;
                exchange.#function(request).map(Into::into)
            })
        }
    });
    let tokens = quote! {
        use ::pingone_models::request::Endpoint;
        use #requests;
        use #support::{Answer, Exchange, Refusal, Reply};

        /// What the handler of a request gives.
        pub(crate) type Outcome<E> = Result<Reply<<E as Endpoint>::Answer>, Refusal>;

        /// One function for each operation, from its request to a response of the documented type.
        pub(crate) trait Handlers {
            #(#functions)*
        }

        /// Reads the request of an operation and calls its function.
        pub(crate) type Handler = fn(&mut Exchange) -> Result<Answer, Refusal>;

        /// The handlers by the id of their operation, in the order of the document.
        pub(crate) static HANDLERS: [(&str, Handler); #count] = [#(#rows),*];
    };
    file(document, [tokens], &TokenStream::new())
}
