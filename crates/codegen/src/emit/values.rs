//! How the values of parameters are written and read.

use proc_macro2::TokenStream;
use quote::quote;

use crate::model::{Api, Parameter, SchemaKind, Style, Type};

/// How the text of a parameter is had.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Text {
    /// By its `Display`; the other way is parsing.
    Displayed,
    /// By a method of this name; the other way is wrapping.
    Exposed(&'static str),
    /// It has several texts.
    Composed,
}

/// How a value of a type is written.
pub(super) fn text(api: &Api, ty: &Type) -> Text {
    match ty {
        Type::Boolean
        | Type::Integer(_)
        | Type::Number
        | Type::Text
        | Type::Timestamp
        | Type::Uuid => Text::Displayed,
        Type::Secret => Text::Exposed("expose"),
        Type::Address => Text::Exposed("as_str"),
        Type::Named(name) => match api.schemas.get(name).map(|schema| &schema.kind) {
            Some(SchemaKind::Id | SchemaKind::Enum(_)) => Text::Displayed,
            // A type around a plain value shows itself as the value does.
            Some(SchemaKind::Newtype(inner)) if text(api, inner) == Text::Displayed => {
                Text::Displayed
            }
            Some(SchemaKind::Alias(inner)) => text(api, inner),
            _ => Text::Composed,
        },
        _ => Text::Composed,
    }
}

/// What reading a parameter of several texts has to know of its members.
pub(super) fn shape(api: &Api, ty: &Type) -> TokenStream {
    match ty {
        Type::List(_) => quote!(support::Shape::List),
        Type::Named(name) => match api.schemas.get(name).map(|schema| &schema.kind) {
            Some(SchemaKind::Struct(object)) => {
                let members = object.fields.iter().map(|field| &field.wire);
                quote!(support::Shape::Object(&[#(#members),*]))
            }
            Some(SchemaKind::Alias(inner) | SchemaKind::Newtype(inner)) => shape(api, inner),
            _ => quote!(support::Shape::Open),
        },
        _ => quote!(support::Shape::Open),
    }
}

/// The item of a list whose items are pairs of their own, each with one text.
pub(super) fn item<'a>(api: &Api, parameter: &'a Parameter) -> Option<&'a Type> {
    match (&parameter.ty, parameter.style) {
        (Type::List(item), Style::Form { explode: true }) if text(api, item) != Text::Composed => {
            Some(item)
        }
        _ => None,
    }
}

/// The style as an expression.
pub(super) fn style(style: Style) -> TokenStream {
    let path = quote!(::pingone_models::parameter::Style);
    match style {
        Style::Simple { explode } => quote!(#path::Simple { explode: #explode }),
        Style::Form { explode } => quote!(#path::Form { explode: #explode }),
        Style::SpaceDelimited => quote!(#path::SpaceDelimited),
        Style::PipeDelimited => quote!(#path::PipeDelimited),
        Style::DeepObject => quote!(#path::DeepObject),
    }
}
