//! Reads JSON objects into structs; [`object!`](crate::object!) says how for each.
//!
//! What is the same for every struct is compiled once. A derived `Deserialize` compiles it for each, and buffers every
//! member that the struct does not name.

#![allow(
    missing_docs,
    clippy::missing_errors_doc,
    reason = "for generated code alone"
)]

use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;

use serde::de::{
    Deserialize, DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, Visitor,
};
use serde_json::Value;

use crate::Members;

/// A struct that is read from an object.
pub trait Object: Sized {
    /// What errors call it.
    const NAME: &'static str;
    /// The names of its members on the wire.
    const MEMBERS: &'static [&'static str];

    /// The place of a name among them.
    fn find(name: &str) -> Option<usize>;

    /// Reads its members.
    fn read<'de, A: MapAccess<'de>>(from: Reader<A>) -> Result<Self, A::Error>;
}

/// Reads an object.
pub fn read<'de, T: Object, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    deserializer.deserialize_map(ObjectVisitor(PhantomData))
}

struct ObjectVisitor<T>(PhantomData<T>);

impl<'de, T: Object> Visitor<'de> for ObjectVisitor<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "struct {}", T::NAME)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<T, A::Error> {
        T::read(Reader {
            map,
            names: T::MEMBERS,
            find: T::find,
            other: String::new(),
        })
    }
}

/// The members of an object, one after another.
#[derive(Debug)]
pub struct Reader<A> {
    map: A,
    names: &'static [&'static str],
    find: fn(&str) -> Option<usize>,
    /// The name of a member that the struct does not have.
    other: String,
}

impl<'de, A: MapAccess<'de>> Reader<A> {
    /// Which member comes next, by its place among the names; none of them if it is another, and nothing at the end.
    pub fn member(&mut self) -> Result<Option<Option<usize>>, A::Error> {
        let (find, other) = (self.find, &mut self.other);
        self.map.next_key_seed(Name { find, other })
    }

    /// Reads the value of a member that the struct has.
    pub fn value<T: Deserialize<'de>>(
        &mut self,
        index: usize,
        value: &mut Option<T>,
    ) -> Result<(), A::Error> {
        if value.is_some() {
            return Err(A::Error::duplicate_field(self.names[index]));
        }
        *value = Some(self.map.next_value()?);
        Ok(())
    }

    /// Reads the value of another member.
    pub fn other<R: Rest<'de>>(&mut self, rest: &mut R) -> Result<(), A::Error> {
        let value = self.map.next_value()?;
        rest.keep(std::mem::take(&mut self.other), value);
        Ok(())
    }

    /// The value of a member that must be there.
    pub fn required<T>(&self, index: usize, value: Option<T>) -> Result<T, A::Error> {
        value.ok_or_else(|| A::Error::missing_field(self.names[index]))
    }

    /// The value of a member that may be absent.
    pub fn optional<T: Default>(&self, _: usize, value: Option<T>) -> Result<T, A::Error> {
        Ok(value.unwrap_or_default())
    }
}

/// Finds a name, and keeps one that the struct does not have.
struct Name<'a> {
    find: fn(&str) -> Option<usize>,
    other: &'a mut String,
}

impl<'de> DeserializeSeed<'de> for Name<'_> {
    type Value = Option<usize>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_identifier(self)
    }
}

impl Visitor<'_> for Name<'_> {
    type Value = Option<usize>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the name of a member")
    }

    fn visit_str<E: Error>(self, name: &str) -> Result<Self::Value, E> {
        let found = (self.find)(name);
        if found.is_none() {
            name.clone_into(self.other);
        }
        Ok(found)
    }
}

/// What becomes of the members that a struct does not have.
pub trait Rest<'de>: Default {
    type Value: Deserialize<'de>;

    fn keep(&mut self, name: String, value: Self::Value);
}

/// They are dropped.
impl Rest<'_> for () {
    type Value = IgnoredAny;

    fn keep(&mut self, _: String, _: IgnoredAny) {}
}

impl Rest<'_> for Members {
    type Value = Value;

    fn keep(&mut self, name: String, value: Value) {
        self.insert(name, value);
    }
}

impl<'de, T: Deserialize<'de>> Rest<'de> for BTreeMap<String, T> {
    type Value = T;

    fn keep(&mut self, name: String, value: T) {
        self.insert(name, value);
    }
}

/// Implements `Deserialize` for a struct: its members with their places, and the field for all others if it has one.
#[doc(hidden)]
#[macro_export]
macro_rules! object {
    ($name:ident { $($index:literal $field:ident: $wire:literal $kind:ident,)* } $($rest:ident)?) => {
        impl $crate::object::Object for $name {
            const NAME: &'static str = stringify!($name);
            const MEMBERS: &'static [&'static str] = &[$($wire),*];

            fn find(name: &str) -> ::std::option::Option<usize> {
                match name {
                    $($wire => ::std::option::Option::Some($index),)*
                    _ => ::std::option::Option::None,
                }
            }

            fn read<'de, A: $crate::macro_support::serde::de::MapAccess<'de>>(
                mut from: $crate::object::Reader<A>,
            ) -> ::std::result::Result<Self, A::Error> {
                $(let mut $field = ::std::option::Option::None;)*
                let mut rest: $crate::__rest!($($rest)?) = ::std::default::Default::default();
                while let ::std::option::Option::Some(index) = from.member()? {
                    match index {
                        $(::std::option::Option::Some($index) => from.value($index, &mut $field)?,)*
                        _ => from.other(&mut rest)?,
                    }
                }
                ::std::result::Result::Ok(Self {
                    $($field: from.$kind($index, $field)?,)*
                    $($rest: rest,)?
                })
            }
        }

        #[automatically_derived]
        impl<'de> $crate::macro_support::serde::Deserialize<'de> for $name {
            fn deserialize<D: $crate::macro_support::serde::Deserializer<'de>>(
                deserializer: D,
            ) -> ::std::result::Result<Self, D::Error> {
                $crate::object::read(deserializer)
            }
        }
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! __rest {
    () => {
        ()
    };
    ($field:ident) => {
        _
    };
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[derive(Debug, PartialEq)]
    struct Parcel {
        id: String,
        weight: Option<u8>,
        extra: Members,
    }

    crate::object! {
        Parcel {
            0 id: "id" required,
            1 weight: "weight" optional,
        } extra
    }

    #[derive(Debug, PartialEq)]
    struct Depot {
        name: Option<String>,
    }

    crate::object! {
        Depot {
            0 name: "name" optional,
        }
    }

    #[track_caller]
    fn check<T: serde::de::DeserializeOwned>(text: &str, expected: &str) {
        let error = serde_json::from_str::<T>(text).map(drop).unwrap_err();
        assert_eq!(error.to_string(), expected);
    }

    #[test]
    fn members_come_in_any_order_and_unknown_ones_are_kept() {
        let parcel: Parcel =
            serde_json::from_str(r#"{"more":[1],"weight":null,"\u0069d":"a"}"#).expect("a parcel");
        let extra = serde_json::Map::from_iter([("more".to_owned(), json!([1]))]);
        let expected = Parcel {
            id: "a".to_owned(),
            weight: None,
            extra: extra.into(),
        };
        assert_eq!(parcel, expected);
        let value = json!({ "id": "a", "more": [1] });
        assert_eq!(Parcel::deserialize(&value).expect("a parcel"), expected);
    }

    #[test]
    fn a_struct_without_other_members_drops_them() {
        let depot: Depot = serde_json::from_str(r#"{"x":{},"name":"n"}"#).expect("a depot");
        assert_eq!(depot.name.as_deref(), Some("n"));
    }

    #[test]
    fn errors_name_the_member() {
        check::<Parcel>("{}", "missing field `id` at line 1 column 2");
        check::<Parcel>(
            r#"{"id":"a","id":"b"}"#,
            "duplicate field `id` at line 1 column 14",
        );
        check::<Parcel>(
            "7",
            "invalid type: integer `7`, expected struct Parcel at line 1 column 1",
        );
        check::<Parcel>(
            r#"{"id":"a","weight":300}"#,
            "invalid value: integer `300`, expected u8 at line 1 column 22",
        );
    }
}
