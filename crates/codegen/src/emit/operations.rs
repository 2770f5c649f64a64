//! The table of operations: what the wire needs and what the document says of each variant.

use proc_macro2::{Literal, TokenStream};
use quote::{format_ident, quote};

use super::{doc_lines, file};
use crate::document::Document;
use crate::error::Result;
use crate::model::{Api, Body, Operation, ResponseBody, Selector};
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
    let rows = api.operations.iter().map(row);
    let rows: String = rows.collect();
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
    Ok(file(document, [tokens], &TokenStream::new())? + &rows)
}

/// A row of the table, as text: there are as many as operations, and their syntax is always the same.
fn row(operation: &Operation) -> String {
    let list = |items: Vec<String>| items.join(", ");
    let body = match &operation.body {
        Body::None => "Body::None".to_owned(),
        Body::Empty { media_type } => format!("Body::Empty {{ media_type: {media_type:?} }}"),
        Body::Content { media_type, .. } => {
            format!("Body::Content {{ media_type: {media_type:?} }}")
        }
    };
    let selector = match &operation.selector {
        Some(Selector { property, value }) => {
            format!("Option::Some(Selector {{ property: {property:?}, value: {value:?} }})")
        }
        None => "Option::None".to_owned(),
    };
    let (answer, accept) = match operation.success() {
        ResponseBody::Json { media_type, .. } => ("Json", accept(media_type)),
        ResponseBody::Open => ("Open", "*/*".to_owned()),
        ResponseBody::None => ("Empty", "*/*".to_owned()),
    };
    let parameters = operation.parameters.iter().map(|parameter| {
        let (name, required) = (&parameter.name, parameter.required);
        let (location, client_supplied) = (parameter.location, parameter.client_supplied);
        format!(
            "\n        Parameter {{ name: {name:?}, location: Location::{location:?}, required: {required}, client_supplied: {client_supplied} }},"
        )
    });
    let mut parameters: String = parameters.collect();
    if !parameters.is_empty() {
        parameters.push_str("\n    ");
    }
    let security = operation.security.iter();
    let security = list(security.map(|way| format!("Security::{way:?}")).collect());
    let statuses = operation.responses.iter();
    let statuses = list(
        statuses
            .map(|response| format!("{:?}", response.status))
            .collect(),
    );
    let page = operation.docs.as_ref().map_or("", |docs| &docs.page);
    let fields = [
        ("id", format!("{:?}", operation.id)),
        ("function", format!("{:?}", operation.rust_name())),
        (
            "tag",
            format!("{:?}", operation.tag.as_deref().unwrap_or_default()),
        ),
        ("summary", format!("{:?}", operation.summary)),
        ("method", format!("{:?}", operation.method)),
        ("path", format!("{:?}", operation.path)),
        ("server", format!("{:?}", operation.server)),
        ("body", body),
        ("selector", selector),
        ("accept", format!("{accept:?}")),
        ("answer", format!("Answer::{answer}")),
        ("parameters", format!("&[{parameters}]")),
        ("security", format!("&[{security}]")),
        ("anonymous", operation.anonymous.to_string()),
        ("deprecated", operation.deprecated.to_string()),
        ("effect", format!("Effect::{:?}", operation.effect)),
        ("statuses", format!("&[{statuses}]")),
        ("page", format!("{page:?}")),
    ];
    let doc = doc_lines(&operation.summary, "");
    let name = constant_name(&operation.id);
    let mut row = format!("\n{doc}pub static {name}: Operation = Operation {{\n");
    for (field, value) in fields {
        row.push_str(&format!("    {field}: {value},\n"));
    }
    row.push_str("};\n");
    row
}

/// What to ask for, where an answer is documented with this media type.
///
/// Services that label their JSON as something more special, such as `application/hal+json`, may answer a request for
/// `application/json` alone with status 406. A media type that is more special already is asked for alone.
fn accept(media_type: String) -> String {
    match media_type.as_str() {
        "application/json" => format!("{media_type}, */*;q=0.8"),
        _ => media_type,
    }
}
