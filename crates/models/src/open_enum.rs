use std::fmt;
use std::marker::PhantomData;

use serde::de::{Deserializer, Error, Visitor};

/// A value of an open enum that the document does not know.
///
/// Only reading makes one, so that a documented value is never hidden in it.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct UnknownValue(
    /// Behind one word, because every enum has room for such a value and hardly any holds one.
    Box<Box<str>>,
);

impl UnknownValue {
    #[doc(hidden)]
    #[must_use]
    pub fn __new(text: &str) -> Self {
        Self(Box::new(text.into()))
    }

    /// The value as it came.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for UnknownValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Reads a text without a copy of it.
#[doc(hidden)]
pub fn read_text<'de, T: for<'a> From<&'a str>, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<T, D::Error> {
    deserializer.deserialize_str(TextVisitor(PhantomData))
}

struct TextVisitor<T>(PhantomData<T>);

impl<T: for<'a> From<&'a str>> Visitor<'_> for TextVisitor<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<T, E> {
        Ok(T::from(text))
    }
}

/// Declares an enum of texts to which a service may add values at any time.
///
/// A value that is not listed is kept in `Unknown` and written back as it came.
///
/// ```
/// pingone_models::open_enum! {
///     /// Where a parcel is.
///     pub enum State {
///         InDepot = "IN_DEPOT",
///         OnTheRoad = "ON_THE_ROAD",
///     }
/// }
///
/// assert_eq!(State::from("IN_DEPOT"), State::InDepot);
/// let lost = State::from("LOST");
/// assert!(matches!(&lost, State::Unknown(value) if value.as_str() == "LOST"));
/// assert_eq!(lost.to_string(), "LOST");
/// ```
#[macro_export]
macro_rules! open_enum {
    ($(#[$meta:meta])* pub enum $name:ident { $($variant:ident = $wire:literal,)* }) => {
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[non_exhaustive]
        pub enum $name {
            $(
                #[doc = concat!("`", $wire, "`.")]
                $variant,
            )*
            /// A value that the document does not know, kept as it came.
            Unknown($crate::UnknownValue),
        }

        impl $name {
            /// The documented values, in the order of the document.
            pub const DOCUMENTED: &'static [Self] = &[$(Self::$variant),*];

            /// The value on the wire.
            #[must_use]
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$variant => $wire,)*
                    Self::Unknown(value) => value.as_str(),
                }
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                match text {
                    $($wire => Self::$variant,)*
                    _ => Self::Unknown($crate::UnknownValue::__new(text)),
                }
            }
        }

        impl From<String> for $name {
            fn from(text: String) -> Self {
                Self::from(text.as_str())
            }
        }

        impl ::std::str::FromStr for $name {
            type Err = ::std::convert::Infallible;

            fn from_str(text: &str) -> ::std::result::Result<Self, Self::Err> {
                Ok(Self::from(text))
            }
        }

        impl ::std::fmt::Display for $name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl $crate::macro_support::serde::Serialize for $name {
            fn serialize<S: $crate::macro_support::serde::Serializer>(
                &self,
                serializer: S,
            ) -> ::std::result::Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> $crate::macro_support::serde::Deserialize<'de> for $name {
            fn deserialize<D: $crate::macro_support::serde::Deserializer<'de>>(
                deserializer: D,
            ) -> ::std::result::Result<Self, D::Error> {
                $crate::macro_support::read_text(deserializer)
            }
        }

        $crate::__inline_json_schema!($name, { "type": "string", "enum": [$($wire),*] });
    };
}
