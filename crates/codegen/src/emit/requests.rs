//! The requests: one struct for each variant, which writes itself and reads itself.

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};

use super::types::{debug, rust_type};
use super::values::{Text, item, shape, style, text};
use super::{Paths, doc, documentation, file, unprintable};
use crate::document::Document;
use crate::error::Result;
use crate::model::{Api, Body, Format, Location, Operation, Parameter, ResponseBody};
use crate::names::{constant_name, request_name};
use crate::schemas::is_sensitive;

/// Generates the request of every operation.
///
/// # Errors
/// When a parameter, body or response has no type in Rust.
pub(crate) fn requests(document: &Document, api: &Api, paths: &Paths) -> Result<String> {
    let path = |text: &str| -> Result<syn::Path> {
        syn::parse_str(text).map_err(|error| unprintable(document, &error))
    };
    let (types, operations) = (path(&paths.types)?, path(&paths.operations)?);
    let mut items = vec![quote! {
        #[allow(unused_imports, reason = "not every document needs each")]
        use ::pingone_models::request::{Endpoint, Open, Parts, Place, ReadError, Write, WriteError, support};
    }];
    for operation in &api.operations {
        let request = Request::new(document, api, &types, operation)?;
        items.push(request.print(&operations));
    }
    file(document, items, &TokenStream::new())
}

struct Request<'a> {
    operation: &'a Operation,
    /// The parameters that the sender decides: those of the path in its order, then the others in the document's.
    parameters: Vec<Field<'a>>,
    body: Option<BodyField>,
    answer: TokenStream,
    read_answer: TokenStream,
}

struct Field<'a> {
    parameter: &'a Parameter,
    ident: Ident,
    ty: TokenStream,
    text: Text,
    shape: TokenStream,
    list: bool,
}

struct BodyField {
    ty: TokenStream,
    required: bool,
    format: Format,
}

impl<'a> Request<'a> {
    fn new(
        document: &Document,
        api: &Api,
        types: &syn::Path,
        operation: &'a Operation,
    ) -> Result<Self> {
        let mut parameters = Vec::new();
        for parameter in &operation.parameters {
            if parameter.client_supplied {
                continue;
            }
            let item = item(api, parameter);
            let ty = item.unwrap_or(parameter.ty.present());
            let text = text(api, ty);
            let shape = shape(api, ty);
            let ty = rust_type(document, api, types, ty)?;
            parameters.push(Field {
                parameter,
                ident: format_ident!("{}", parameter.argument),
                ty,
                text,
                shape,
                list: item.is_some(),
            });
        }
        // The template has each path parameter once, or reading it could not tell them apart.
        let place = |field: &Field<'_>| match field.parameter.location {
            Location::Path => operation
                .path
                .find(&format!("{{{}}}", field.parameter.name))
                .unwrap_or(usize::MAX - 1),
            Location::Query | Location::Header => usize::MAX,
        };
        parameters.sort_by_key(place);
        let body = match &operation.body {
            Body::None | Body::Empty { .. } => None,
            Body::Content {
                ty,
                format,
                required,
                ..
            } => Some(BodyField {
                ty: rust_type(document, api, types, ty)?,
                required: *required,
                format: *format,
            }),
        };
        let (answer, read_answer) = match operation.success() {
            ResponseBody::Json { ty, .. } => (
                rust_type(document, api, types, &ty)?,
                quote!(support::json_answer(body)),
            ),
            ResponseBody::Open => (quote!(Open), quote!(Ok(Open::new(body.to_vec())))),
            ResponseBody::None => (
                quote!(()),
                quote! {
                    let _ = body;
                    Ok(())
                },
            ),
        };
        Ok(Self {
            operation,
            parameters,
            body,
            answer,
            read_answer,
        })
    }

    fn print(&self, operations: &syn::Path) -> TokenStream {
        let ident = format_ident!("{}", request_name(&self.operation.id));
        let row = format_ident!("{}", constant_name(&self.operation.id));
        let (answer, read_answer) = (&self.answer, &self.read_answer);
        let doc = doc(&documentation(self.operation));
        let fields = self.parameters.iter().map(Field::declaration);
        let fields = fields.chain(self.body.iter().map(BodyField::declaration));
        let constructor = self.constructor();
        let needs_nothing = self.required().next().is_none();
        let default = needs_nothing.then(|| quote!(#[derive(Default)]));
        let parameters = self.parameters.iter();
        let printed = parameters.map(|own| (&own.ident, is_sensitive(&own.parameter.schema)));
        let body = format_ident!("body");
        let printed = printed.chain(self.body.iter().map(|_| (&body, false)));
        let (derived, debug) = debug(&ident, printed.collect());
        // The generated client writes the query in the order of the names.
        let mut written: Vec<&Field<'_>> = self.parameters.iter().collect();
        written.sort_by_key(|field| match field.parameter.location {
            Location::Path => (Location::Path, ""),
            other => (other, field.parameter.name.as_str()),
        });
        let writes = written.into_iter().map(Field::write);
        let writes: TokenStream = writes
            .chain(self.body.iter().map(BodyField::write))
            .collect();
        let reads = self.parameters.iter().map(Field::read);
        let reads: TokenStream = reads.chain(self.body.iter().map(BodyField::read)).collect();
        let to = if writes.is_empty() {
            quote!(_)
        } else {
            quote!(to)
        };
        let from = if reads.is_empty() {
            quote!(_)
        } else {
            quote!(from)
        };
        quote! {
            #doc
            #[derive(Clone, #derived PartialEq)]
            #default
            #[non_exhaustive]
            pub struct #ident { #(#fields)* }

            #debug

            #constructor

            impl Endpoint for #ident {
                const OPERATION: &'static ::pingone_models::operation::Operation = &#operations::#row;

                type Answer = #answer;

                fn write(&self, #to: &mut dyn Write) -> Result<(), WriteError> {
                    #writes
                    Ok(())
                }

                fn read(#from: &dyn Parts) -> Result<Self, ReadError> {
                    Ok(Self { #reads })
                }

                fn read_answer(body: &[u8]) -> ::serde_json::Result<Self::Answer> {
                    #read_answer
                }
            }
        }
    }

    /// The required fields with the type of their argument, and whether it is a list.
    fn required(&self) -> impl Iterator<Item = (Ident, &TokenStream, bool)> {
        let parameters = self
            .parameters
            .iter()
            .filter(|field| field.parameter.required)
            .map(|field| (field.ident.clone(), &field.ty, field.list));
        let body = self.body.iter().filter(|body| body.required);
        parameters.chain(body.map(|body| (format_ident!("body"), &body.ty, false)))
    }

    fn constructor(&self) -> TokenStream {
        let ident = format_ident!("{}", request_name(&self.operation.id));
        let arguments = self.required().map(|(name, ty, list)| {
            if list {
                quote!(#name: impl IntoIterator<Item = impl Into<#ty>>)
            } else {
                quote!(#name: impl Into<#ty>)
            }
        });
        let values = self.required().map(|(name, _, list)| {
            if list {
                quote!(#name: #name.into_iter().map(Into::into).collect(),)
            } else {
                quote!(#name: #name.into(),)
            }
        });
        let optional: Vec<_> = self
            .parameters
            .iter()
            .filter(|field| !field.parameter.required)
            .map(|field| (&field.ident, &field.ty, field.list))
            .collect();
        let body = format_ident!("body");
        let optional_body = self.body.iter().filter(|body| !body.required);
        let optional = || {
            optional
                .iter()
                .copied()
                .chain(optional_body.clone().map(|field| (&body, &field.ty, false)))
        };
        let absent = optional().map(|(name, ..)| quote!(#name: Default::default(),));
        let setters = optional().map(|(name, ty, list)| {
            let text = name.to_string();
            let setter = format_ident!("with_{}", text.trim_end_matches('_'));
            let doc = doc(&format!("Sets `{}`.", text.trim_end_matches('_')));
            if list {
                quote! {
                    #doc
                    #[must_use]
                    pub fn #setter(mut self, values: impl IntoIterator<Item = impl Into<#ty>>) -> Self {
                        self.#name = values.into_iter().map(Into::into).collect();
                        self
                    }
                }
            } else {
                quote! {
                    #doc
                    #[must_use]
                    pub fn #setter(mut self, value: impl Into<#ty>) -> Self {
                        self.#name = Some(value.into());
                        self
                    }
                }
            }
        });
        let text = match optional().next() {
            None => "Creates the request.",
            Some(_) => "Creates the request from what is required; everything else is absent.",
        };
        let doc = doc(text);
        quote! {
            impl #ident {
                #doc
                #[must_use]
                pub fn new(#(#arguments),*) -> Self {
                    Self { #(#values)* #(#absent)* }
                }

                #(#setters)*
            }
        }
    }
}

impl Field<'_> {
    fn declaration(&self) -> TokenStream {
        let Self { ident, ty, .. } = self;
        let fallback = format!("The parameter `{}`.", self.parameter.name);
        let doc = doc(self.parameter.description.as_deref().unwrap_or(&fallback));
        if self.list {
            quote!(#doc pub #ident: Vec<#ty>,)
        } else if self.parameter.required {
            quote!(#doc pub #ident: #ty,)
        } else {
            quote!(#doc pub #ident: Option<#ty>,)
        }
    }

    fn place(&self) -> TokenStream {
        let name = &self.parameter.name;
        match self.parameter.location {
            Location::Path => quote!(Place::Path(#name)),
            Location::Query => quote!(Place::Query(#name)),
            Location::Header => quote!(Place::Header(#name)),
        }
    }

    fn write(&self) -> TokenStream {
        let (ident, name) = (&self.ident, &self.parameter.name);
        if self.text == Text::Composed {
            let (place, style) = (self.place(), style(self.parameter.style));
            return if self.parameter.required {
                quote!(support::write_composed(to, #place, &self.#ident, #style)?;)
            } else {
                quote! {
                    if let Some(value) = &self.#ident {
                        support::write_composed(to, #place, value, #style)?;
                    }
                }
            };
        }
        let method = match self.parameter.location {
            Location::Path => quote!(path),
            Location::Query => quote!(query),
            Location::Header => quote!(header),
        };
        let shown = |value: TokenStream| match self.text {
            Text::Displayed | Text::Composed => value,
            Text::Exposed(expose) => {
                let expose = format_ident!("{expose}");
                quote!(&value.#expose())
            }
        };
        if self.list {
            let check = self.parameter.required.then(|| {
                let place = self.place();
                quote!(support::not_empty(#place, &self.#ident)?;)
            });
            let value = shown(quote!(value));
            return quote! {
                #check
                for value in &self.#ident {
                    to.#method(#name, #value)?;
                }
            };
        }
        if !self.parameter.required {
            let value = shown(quote!(value));
            return quote! {
                if let Some(value) = &self.#ident {
                    to.#method(#name, #value)?;
                }
            };
        }
        match self.text {
            Text::Displayed | Text::Composed => quote!(to.#method(#name, &self.#ident)?;),
            Text::Exposed(expose) => {
                let expose = format_ident!("{expose}");
                quote!(to.#method(#name, &self.#ident.#expose())?;)
            }
        }
    }

    fn read(&self) -> TokenStream {
        let (ident, name) = (&self.ident, &self.parameter.name);
        let place = self.place();
        if self.text == Text::Composed {
            let (style, shape) = (style(self.parameter.style), &self.shape);
            let read = quote!(support::read_composed(from, #place, #style, #shape)?);
            return if self.parameter.required {
                quote!(#ident: support::required(#place, #read)?,)
            } else {
                quote!(#ident: #read,)
            };
        }
        let parse = match self.text {
            Text::Displayed | Text::Composed => quote!(support::parse),
            Text::Exposed(_) => quote!(support::wrap),
        };
        let value = match (self.parameter.location, self.list) {
            (Location::Path, _) => quote!(support::path(from, #name, #parse)?),
            (Location::Query, true) if self.parameter.required => {
                quote!(support::some(#place, support::list(from, #name, #parse)?)?)
            }
            (Location::Query, true) => quote!(support::list(from, #name, #parse)?),
            (Location::Query, false) if self.parameter.required => {
                quote!(support::required(#place, support::query(from, #name, #parse)?)?)
            }
            (Location::Query, false) => quote!(support::query(from, #name, #parse)?),
            (Location::Header, _) if self.parameter.required => {
                quote!(support::required(#place, support::header(from, #name, #parse)?)?)
            }
            (Location::Header, _) => quote!(support::header(from, #name, #parse)?),
        };
        quote!(#ident: #value,)
    }
}

impl BodyField {
    fn declaration(&self) -> TokenStream {
        let ty = &self.ty;
        if self.required {
            quote! {
                /// The body.
                pub body: #ty,
            }
        } else {
            quote! {
                /// The body.
                pub body: Option<#ty>,
            }
        }
    }

    fn write(&self) -> TokenStream {
        let convert = match self.format {
            Format::Form => quote!(support::to_form),
            Format::Json => quote!(support::to_json),
            Format::Bytes => quote!(support::to_bytes),
        };
        if self.required {
            quote!(to.body(#convert(&self.body)?);)
        } else {
            quote! {
                if let Some(body) = &self.body {
                    to.body(#convert(body)?);
                }
            }
        }
    }

    fn read(&self) -> TokenStream {
        let read = match self.format {
            Format::Form => quote!(support::form(from)?),
            Format::Json => quote!(support::json(from)?),
            Format::Bytes => quote!(support::bytes(from)?),
        };
        if self.required {
            quote!(body: support::required(Place::Body, #read)?,)
        } else {
            quote!(body: #read,)
        }
    }
}
