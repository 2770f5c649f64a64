//! How the values of parameters are written and read.

use super::text::literal;
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

/// What reading a parameter of several texts has to know of its members, as an expression.
pub(super) fn shape(api: &Api, ty: &Type) -> String {
    match ty {
        Type::List(_) => "support::Shape::List".to_owned(),
        Type::Named(name) => match api.schemas.get(name).map(|schema| &schema.kind) {
            Some(SchemaKind::Struct(object)) => {
                let members = object.fields.iter().map(|field| literal(&field.wire));
                let members = members.collect::<Vec<_>>().join(", ");
                format!("support::Shape::Object(&[{members}])")
            }
            Some(SchemaKind::Alias(inner) | SchemaKind::Newtype(inner)) => shape(api, inner),
            _ => "support::Shape::Open".to_owned(),
        },
        _ => "support::Shape::Open".to_owned(),
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
pub(super) fn style(style: Style) -> String {
    // The model names the styles as the library of the generated code does.
    format!("::pingone_models::parameter::Style::{style:?}")
}
