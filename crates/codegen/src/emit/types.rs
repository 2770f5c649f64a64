//! The models: a struct for each object, an open enum for each list of values, an enum for each choice of types.

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};

use super::{ADDRESS, SECRET, TIMESTAMP, doc, doc_lines, file, unprintable};
use crate::document::Document;
use crate::error::Result;
use crate::model::{Alternative, Api, Field, OneOf, Rest, Schema, SchemaKind, Struct, Type};
use crate::names::variant_names;

/// Generates every named schema of a document.
///
/// # Errors
/// When the result cannot be printed, which is a fault of the generator.
pub(crate) fn types(document: &Document, api: &Api) -> Result<String> {
    let emitter = Emitter {
        document,
        api,
        models: TokenStream::new(),
    };
    let mut text = String::new();
    let mut items = Vec::new();
    for (name, schema) in &api.schemas {
        match &schema.kind {
            SchemaKind::Id => text.push_str(&id(schema)),
            SchemaKind::Enum(values) => text.push_str(&open_enum(schema, values)),
            SchemaKind::OneOf(choice) => text.push_str(&emitter.one_of(schema, choice)?),
            SchemaKind::Secret => {}
            SchemaKind::Struct(object) => items.push(emitter.object(name, schema, object)?),
            SchemaKind::Alias(ty) => items.push(emitter.alias(name, schema, ty)?),
            SchemaKind::Newtype(ty) => items.push(emitter.newtype(name, schema, ty)?),
        }
    }
    text.push_str(&file(document, items, &TokenStream::new())?);
    Ok(text)
}

/// The Rust type of a value; `models` is the path of the generated types.
///
/// # Errors
/// When the type cannot be printed, which is a fault of the generator.
pub(super) fn rust_type(
    document: &Document,
    api: &Api,
    models: &syn::Path,
    ty: &Type,
) -> Result<TokenStream> {
    let emitter = Emitter {
        document,
        api,
        models: quote!(#models::),
    };
    emitter.ty(ty)
}

struct Emitter<'a> {
    document: &'a Document,
    api: &'a Api,
    /// What leads to the generated types.
    models: TokenStream,
}

/// What is in the body of a macro call is indented.
const INDENT: &str = "    ";

// The bodies of macro calls are laid out here, since `prettyplease` formats syntax and a macro has none.

fn id(schema: &Schema) -> String {
    let docs = doc_lines(schema.description().unwrap_or("An identifier."), INDENT);
    let name = &schema.type_name;
    let sensitive = if schema.is_sensitive() {
        "(sensitive)"
    } else {
        ""
    };
    format!("::pingone_models::uuid_id! {{\n{docs}    pub struct {name}{sensitive};\n}}\n\n")
}

fn open_enum(schema: &Schema, values: &[String]) -> String {
    let docs = doc_lines(
        schema
            .description()
            .unwrap_or("One of the documented values, or another."),
        INDENT,
    );
    let mut variants = String::new();
    for (variant, value) in variant_names(values).iter().zip(values) {
        variants.push_str(&format!("        {variant} = {value:?},\n"));
    }
    let name = &schema.type_name;
    format!(
        "::pingone_models::open_enum! {{\n{docs}    pub enum {name} {{\n{variants}    }}\n}}\n\n"
    )
}

impl Emitter<'_> {
    fn ty(&self, ty: &Type) -> Result<TokenStream> {
        let path = |path: &str| {
            let path: syn::Type =
                syn::parse_str(path).map_err(|error| unprintable(self.document, &error))?;
            Ok(quote!(#path))
        };
        Ok(match ty {
            Type::Any => quote!(::serde_json::Value),
            Type::Members => quote!(::pingone_models::Members),
            Type::Boolean => quote!(bool),
            Type::Integer(name) => path(name)?,
            Type::Number => quote!(f64),
            Type::Text => quote!(String),
            Type::Timestamp => path(TIMESTAMP)?,
            Type::Address => path(ADDRESS)?,
            Type::Uuid => quote!(::pingone_models::Uuid),
            Type::Secret => path(SECRET)?,
            Type::Bytes => quote!(Vec<u8>),
            Type::Named(name) => {
                let models = &self.models;
                let name = self.ident(name);
                quote!(#models #name)
            }
            Type::List(inner) => {
                let inner = self.ty(inner)?;
                quote!(Vec<#inner>)
            }
            Type::Map(inner) => {
                let inner = self.ty(inner)?;
                quote!(::std::collections::BTreeMap<String, #inner>)
            }
            Type::Nullable(inner) => {
                let inner = self.ty(inner)?;
                quote!(Option<#inner>)
            }
        })
    }

    fn ident(&self, name: &str) -> Ident {
        let schema = self.api.schemas.get(name);
        format_ident!("{}", schema.map_or(name, |schema| &schema.type_name))
    }

    fn docs(&self, name: &str, schema: &Schema) -> TokenStream {
        let fallback = format!("The schema `{name}`.");
        doc(schema.description().unwrap_or(&fallback))
    }

    fn alias(&self, name: &str, schema: &Schema, ty: &Type) -> Result<TokenStream> {
        let docs = self.docs(name, schema);
        let (ident, ty) = (self.ident(name), self.ty(ty)?);
        Ok(quote!(#docs pub type #ident = #ty;))
    }

    fn newtype(&self, name: &str, schema: &Schema, ty: &Type) -> Result<TokenStream> {
        let docs = self.docs(name, schema);
        let (ident, inner) = (self.ident(name), self.ty(ty)?);
        let is_plain = matches!(
            ty,
            Type::Boolean
                | Type::Integer(_)
                | Type::Number
                | Type::Text
                | Type::Timestamp
                | Type::Uuid
        );
        let text = is_plain.then(|| {
            quote! {
                impl ::std::fmt::Display for #ident {
                    fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                        ::std::fmt::Display::fmt(&self.0, f)
                    }
                }

                impl ::std::str::FromStr for #ident {
                    type Err = <#inner as ::std::str::FromStr>::Err;

                    fn from_str(text: &str) -> ::std::result::Result<Self, Self::Err> {
                        text.parse().map(Self)
                    }
                }
            }
        });
        let from_text = (*ty == Type::Text).then(|| {
            quote! {
                impl From<&str> for #ident {
                    fn from(text: &str) -> Self {
                        Self(text.to_owned())
                    }
                }
            }
        });
        Ok(quote! {
            #docs
            #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, PartialEq)]
            #[serde(transparent)]
            #[cfg_attr(feature = "schemars", derive(::schemars::JsonSchema))]
            pub struct #ident(pub #inner);

            impl ::std::ops::Deref for #ident {
                type Target = #inner;

                fn deref(&self) -> &Self::Target {
                    &self.0
                }
            }

            impl From<#ident> for #inner {
                fn from(value: #ident) -> Self {
                    value.0
                }
            }

            impl From<#inner> for #ident {
                fn from(value: #inner) -> Self {
                    Self(value)
                }
            }

            #from_text
            #text
        })
    }

    fn one_of(&self, schema: &Schema, choice: &OneOf) -> Result<String> {
        let docs = doc_lines(
            schema.description().unwrap_or("One of several types."),
            INDENT,
        );
        let by = match &choice.discriminator {
            Some(property) => format!(" by {property:?}"),
            None => String::new(),
        };
        let mut variants = String::new();
        let mut types = Vec::new();
        for alternative in &choice.alternatives {
            let Alternative {
                name,
                tags,
                members,
                values,
                ..
            } = alternative;
            let ty = self.ty(&alternative.ty)?;
            let ty = if alternative.boxed {
                quote!(Box<#ty>)
            } else {
                ty
            };
            let ty = ty.to_string().replace(' ', "");
            types.push(ty.clone());
            let values: Vec<String> = values
                .iter()
                .map(|(name, texts)| format!("({name:?}, &{texts:?})"))
                .collect();
            variants.push_str(&format!(
                "        {name}({ty}) {{ tags: {tags:?}, members: {members:?}, values: [{}] }},\n",
                values.join(", ")
            ));
        }
        let name = &schema.type_name;
        let types = types.join(", ");
        Ok(format!(
            "::pingone_models::one_of! {{\n{docs}    pub enum {name}{by} {{\n{variants}    }}\n}}\n\n\
             #[cfg(feature = \"schemars\")]\n::pingone_models::__one_of_json_schema!({name}, [{types}]);\n\n"
        ))
    }

    fn object(&self, name: &str, schema: &Schema, object: &Struct) -> Result<TokenStream> {
        let docs = self.docs(name, schema);
        let ident = self.ident(name);
        let members: Vec<Member> = object
            .fields
            .iter()
            .map(|field| self.member(field, object.patch))
            .collect::<Result<_>>()?;
        let rest = match &object.rest {
            Rest::Dropped => None,
            Rest::Kept => Some(quote!(::pingone_models::Members)),
            Rest::Typed(ty) => {
                let ty = self.ty(ty)?;
                Some(quote!(::std::collections::BTreeMap<String, #ty>))
            }
        };
        let rest = rest.map(|ty| {
            let docs = doc("Members that the document does not know, kept as they came.");
            quote!(#docs #[serde(flatten)] pub extra: #ty,)
        });
        let needs_nothing = members.iter().all(|member| !member.required);
        let default = needs_nothing.then(|| quote!(Default,));
        let fields = members.iter().map(|member| &member.declaration);
        let builder = builder(&ident, &members, rest.is_some());
        let printed = object.fields.iter().zip(&members);
        let printed = printed.map(|(field, member)| (&member.ident, field.sensitive));
        let extra = format_ident!("extra");
        let printed = printed.chain(rest.is_some().then_some((&extra, false)));
        let (derived, debug) = debug(&ident, printed.collect());
        Ok(quote! {
            #docs
            #[derive(::serde::Deserialize, ::serde::Serialize, Clone, #derived #default PartialEq)]
            #[cfg_attr(feature = "schemars", derive(::schemars::JsonSchema))]
            #[non_exhaustive]
            pub struct #ident {
                #(#fields)*
                #rest
            }

            #debug
            #builder
        })
    }

    fn member(&self, field: &Field, patch: bool) -> Result<Member> {
        let ident = format_ident!("{}", field.name);
        let present = self.ty(field.ty.present())?;
        let present = if field.boxed {
            quote!(Box<#present>)
        } else {
            present
        };
        let is_nullable = matches!(field.ty, Type::Nullable(_));
        let mut arguments: Vec<TokenStream> = Vec::new();
        if field.wire != field.name {
            let wire = &field.wire;
            arguments.push(quote!(rename = #wire));
        }
        let (ty, expose) = match (field.required, patch) {
            (true, _) if is_nullable => {
                // Without this, serde would take an absent member for null.
                arguments.push(quote!(
                    deserialize_with = "::pingone_models::required_nullable"
                ));
                (
                    quote!(Option<#present>),
                    "::pingone_models::expose::optional",
                )
            }
            (true, _) => (present.clone(), "::pingone_models::expose::required"),
            (false, true) => {
                arguments.push(quote!(
                    default,
                    skip_serializing_if = "::pingone_models::Patch::is_absent"
                ));
                (
                    quote!(::pingone_models::Patch<#present>),
                    "::pingone_models::expose::patch",
                )
            }
            (false, false) => {
                arguments.push(quote!(default, skip_serializing_if = "Option::is_none"));
                (
                    quote!(Option<#present>),
                    "::pingone_models::expose::optional",
                )
            }
        };
        // A secret refuses to be serialized by itself.
        if *field.ty.present() == Type::Secret {
            arguments.push(quote!(serialize_with = #expose));
        }
        let fallback = format!("The member `{}`.", field.wire);
        let docs = doc(field.description.as_deref().unwrap_or(&fallback));
        let serde = (!arguments.is_empty()).then(|| quote!(#[serde(#(#arguments),*)]));
        Ok(Member {
            declaration: quote!(#docs #serde pub #ident: #ty,),
            setter: format_ident!("with_{}", field.name.trim_matches('_')),
            value: if field.required { ty } else { present },
            wire: field.wire.clone(),
            required: field.required,
            patch,
            constant: field.constant.clone().filter(|_| field.required),
            ident,
        })
    }
}

/// How a struct prints itself: what to derive, or an implementation that leaves the fields out that are sensitive.
pub(super) fn debug(
    ident: &Ident,
    fields: Vec<(&Ident, bool)>,
) -> (Option<TokenStream>, Option<TokenStream>) {
    if fields.iter().all(|(_, sensitive)| !sensitive) {
        return (Some(quote!(Debug,)), None);
    }
    let type_name = ident.to_string();
    let fields = fields.into_iter().map(|(field, sensitive)| {
        let name = field.to_string();
        let name = name.trim_start_matches("r#");
        let value = match sensitive {
            true => quote!(&format_args!("..")),
            false => quote!(&self.#field),
        };
        quote!(.field(#name, #value))
    });
    let implementation = quote! {
        impl ::std::fmt::Debug for #ident {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.debug_struct(#type_name) #(#fields)* .finish()
            }
        }
    };
    (None, Some(implementation))
}

/// A field as the builder sees it.
struct Member {
    declaration: TokenStream,
    ident: Ident,
    setter: Ident,
    wire: String,
    /// The type of the value that is set.
    value: TokenStream,
    required: bool,
    patch: bool,
    /// The only value that the document allows, where it is also the default.
    constant: Option<String>,
}

/// `new` takes what is required, a `with_` method sets each of the rest.
fn builder(ident: &Ident, members: &[Member], has_rest: bool) -> TokenStream {
    let required: Vec<_> = members
        .iter()
        .filter(|member| member.required && member.constant.is_none())
        .collect();
    let names = required.iter().map(|member| &member.ident);
    let types = required.iter().map(|member| &member.value);
    let values = members.iter().map(|member| {
        let ident = &member.ident;
        match &member.constant {
            Some(value) => quote!(#ident: #value.into()),
            None if member.required => quote!(#ident: #ident.into()),
            None => quote!(#ident: Default::default()),
        }
    });
    let rest = has_rest.then(|| quote!(extra: Default::default()));
    let values = values.chain(rest);
    let setters = members
        .iter()
        .filter(|member| !member.required)
        .map(|member| {
            let Member {
                ident,
                setter,
                wire,
                value,
                ..
            } = member;
            let doc = doc(&format!("Sets `{wire}`."));
            let (ty, set) = if member.patch {
                (
                    quote!(::pingone_models::Patch<#value>),
                    quote!(value.into()),
                )
            } else {
                (quote!(#value), quote!(Option::Some(value.into())))
            };
            quote! {
                #doc
                #[must_use]
                pub fn #setter(mut self, value: impl Into<#ty>) -> Self {
                    self.#ident = #set;
                    self
                }
            }
        });
    // Where members are required, `Default` is not derived.
    let derived = members.iter().all(|member| !member.required);
    let default = (required.is_empty() && !derived).then(|| {
        quote! {
            impl Default for #ident {
                fn default() -> Self {
                    Self::new()
                }
            }
        }
    });
    quote! {
        #default

        impl #ident {
            /// Creates a value from its required members; everything else is absent.
            #[must_use]
            pub fn new(#(#names: impl Into<#types>),*) -> Self {
                Self { #(#values),* }
            }

            #(#setters)*
        }
    }
}
