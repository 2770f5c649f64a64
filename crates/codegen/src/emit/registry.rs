//! Every generated type by the name of its schema and every request by its id, for tools and tests that walk the document.

use proc_macro2::{Literal, TokenStream};
use quote::{format_ident, quote};

use super::file;
use crate::document::Document;
use crate::error::Result;
use crate::model::{Api, ResponseBody, SchemaKind};
use crate::names::request_name;

/// Generates functions that find a type by the name of its schema.
///
/// # Errors
/// When the result cannot be printed, which is a fault of the generator.
pub(crate) fn registry(document: &Document, api: &Api) -> Result<String> {
    let own = api
        .schemas
        .iter()
        .filter(|(_, schema)| schema.kind != SchemaKind::Secret);
    let (names, types): (Vec<_>, Vec<_>) = own
        .map(|(name, schema)| (name, format_ident!("{}", schema.type_name)))
        .unzip();
    let count = Literal::usize_unsuffixed(names.len());
    let (ids, requests): (Vec<_>, Vec<_>) = api
        .operations
        .iter()
        .map(|operation| {
            (
                &operation.id,
                format_ident!("{}", request_name(&operation.id)),
            )
        })
        .unzip();
    let visits = api.operations.iter().map(|operation| {
        let request = format_ident!("{}", request_name(&operation.id));
        let visit = match operation.success() {
            ResponseBody::Json { .. } => quote!(described),
            ResponseBody::Open | ResponseBody::None => quote!(open),
        };
        quote!(super::requests::#request::read(from).map(|request| visitor.#visit(request)))
    });
    let tokens = quote! {
        use ::pingone_models::request::{
            Endpoint, Parts, ReadError, ReadRequest, Visitor, support::read_boxed,
        };

        /// The schemas that have a type of their own, in the order of their names.
        pub static SCHEMAS: [&str; #count] = [#(#names),*];

        /// Reads the request of the operation with this id; `None` when no operation has it.
        #[must_use]
        pub fn request(id: &str) -> Option<ReadRequest> {
            Some(match id {
                #(#ids => read_boxed::<super::requests::#requests>,)*
                _ => return None,
            })
        }

        /// Reads the request of the operation with this id and hands it to a visitor, with its type; `None` when no
        /// operation has the id.
        pub fn visit<V: Visitor>(
            id: &str,
            from: &dyn Parts,
            visitor: V,
        ) -> Option<Result<V::Output, ReadError>> {
            Some(match id {
                #(#ids => #visits,)*
                _ => return None,
            })
        }

        /// Reads a value as the type of a schema and writes it again; `None` when no type has this schema.
        pub fn round_trip(
            schema: &str,
            value: ::serde_json::Value,
        ) -> Option<::serde_json::Result<::serde_json::Value>> {
            // Every type of the models can be asked for these.
            fn through<T>(value: ::serde_json::Value) -> ::serde_json::Result<::serde_json::Value>
            where
                T: ::serde::de::DeserializeOwned + ::serde::Serialize,
                T: Clone + ::std::fmt::Debug + PartialEq + Send + Sync + Unpin + 'static,
            {
                ::serde_json::to_value(::serde_json::from_value::<T>(value)?)
            }
            Some(match schema {
                #(#names => through::<super::models::#types>(value),)*
                _ => return None,
            })
        }

        /// The JSON Schema of the type of a schema; `None` when no type has this schema.
        #[cfg(feature = "schemars")]
        #[must_use]
        pub fn json_schema(
            schema: &str,
            generator: &mut ::schemars::SchemaGenerator,
        ) -> Option<::schemars::Schema> {
            Some(match schema {
                #(#names => <super::models::#types as ::schemars::JsonSchema>::json_schema(generator),)*
                _ => return None,
            })
        }
    };
    file(document, [tokens], &TokenStream::new())
}
