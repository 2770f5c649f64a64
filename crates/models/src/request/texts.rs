//! Reads values from texts: the parameters of a request and the members of a form have no types on the wire.

use std::fmt;

use serde::de::value::{MapDeserializer, SeqDeserializer};
use serde::de::{self, Deserializer, IntoDeserializer, Visitor};
use serde::forward_to_deserialize_any;

/// A value as its texts.
pub(super) enum Texts {
    /// The items of a list, or the one text of a plain value.
    Items(Vec<String>),
    /// The members of an object; one that is a list has several texts.
    Members(Vec<(String, Vec<String>)>),
}

/// Why texts are not a value; the texts themselves are left out, since they may be secrets.
#[derive(Debug)]
pub(super) struct NotReadable(String);

impl fmt::Display for NotReadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for NotReadable {}

impl de::Error for NotReadable {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self(message.to_string())
    }
}

macro_rules! parse {
    ($($method:ident, $visit:ident, $what:literal;)*) => {
        $(
            fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, NotReadable> {
                match self.only()?.parse() {
                    Ok(value) => visitor.$visit(value),
                    Err(_) => Err(NotReadable(format!("invalid value, expected {}", $what))),
                }
            }
        )*
    };
}

impl Texts {
    fn only(self) -> Result<String, NotReadable> {
        match self {
            Self::Items(mut items) if items.len() == 1 => Ok(items.remove(0)),
            Self::Items(_) => Err(NotReadable("invalid value, expected one text".to_owned())),
            Self::Members(_) => Err(NotReadable("invalid value, expected a text".to_owned())),
        }
    }
}

impl<'de> Deserializer<'de> for Texts {
    type Error = NotReadable;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, NotReadable> {
        match self {
            Self::Items(items) if items.len() == 1 => {
                visitor.visit_string(items.into_iter().next().unwrap_or_default())
            }
            Self::Items(items) => {
                let items = items.into_iter().map(|item| Self::Items(vec![item]));
                visitor.visit_seq(SeqDeserializer::new(items))
            }
            Self::Members(members) => {
                let members = members
                    .into_iter()
                    .map(|(name, items)| (name, Self::Items(items)));
                visitor.visit_map(MapDeserializer::new(members))
            }
        }
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, NotReadable> {
        match self {
            Self::Items(items) => {
                let items = items.into_iter().map(|item| Self::Items(vec![item]));
                visitor.visit_seq(SeqDeserializer::new(items))
            }
            Self::Members(_) => self.deserialize_any(visitor),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, NotReadable> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, NotReadable> {
        visitor.visit_newtype_struct(self)
    }

    parse! {
        deserialize_bool, visit_bool, "a boolean";
        deserialize_i8, visit_i8, "i8";
        deserialize_i16, visit_i16, "i16";
        deserialize_i32, visit_i32, "i32";
        deserialize_i64, visit_i64, "i64";
        deserialize_u8, visit_u8, "u8";
        deserialize_u16, visit_u16, "u16";
        deserialize_u32, visit_u32, "u32";
        deserialize_u64, visit_u64, "u64";
        deserialize_f32, visit_f32, "a number";
        deserialize_f64, visit_f64, "a number";
    }

    forward_to_deserialize_any! {
        i128 u128 char str string bytes byte_buf unit unit_struct tuple tuple_struct map struct enum identifier
        ignored_any
    }
}

impl<'de> IntoDeserializer<'de, NotReadable> for Texts {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}
