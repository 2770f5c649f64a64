//! Values of one of several types; [`one_of!`](crate::one_of!) declares their enums.

use std::borrow::Cow;
use std::fmt;

use serde::ser::Error as _;
use serde::{Serialize, Serializer};
use serde_json::Value;

/// A value that matches none of the documented alternatives, unchanged.
///
/// Only reading makes one. `Debug` leaves the value out, which may hold a secret.
#[derive(Clone, PartialEq)]
pub struct UnknownVariant(Value);

impl UnknownVariant {
    #[doc(hidden)]
    #[must_use]
    pub fn __new(value: Value) -> Self {
        Self(value)
    }

    /// The value as it came.
    #[must_use]
    pub fn as_value(&self) -> &Value {
        &self.0
    }
}

impl fmt::Debug for UnknownVariant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("..")
    }
}

/// How one alternative can be told from the others.
#[doc(hidden)]
#[derive(Clone, Copy, Debug)]
pub struct Alternative {
    pub tags: &'static [&'static str],
    pub members: &'static [&'static str],
    /// Documented texts, by the member that has them; those of the value itself are under the empty name.
    pub values: &'static [(&'static str, &'static [&'static str])],
}

impl Alternative {
    fn has(&self, tag: &str) -> bool {
        self.tags.contains(&tag)
    }

    /// Whether all texts are documented, and how many members are: the more of both, the better the value fits.
    fn fit(&self, value: &Value) -> (bool, usize) {
        let documented = self.values.iter().all(|(name, texts)| {
            let value = if name.is_empty() {
                Some(value)
            } else {
                value.get(name)
            };
            value
                .and_then(Value::as_str)
                .is_none_or(|text| texts.contains(&text))
        });
        let members = self.members.iter().filter(|name| value.get(name).is_some());
        (documented, members.count())
    }
}

/// The value of a discriminator as a mapping writes it, where keys are texts.
fn tag(value: &Value) -> Option<Cow<'_, str>> {
    match value {
        Value::String(text) => Some(Cow::Borrowed(text)),
        Value::Number(_) | Value::Bool(_) => Some(Cow::Owned(value.to_string())),
        _ => None,
    }
}

/// The alternatives to try, the likeliest first; none if the discriminator has an undocumented value.
#[doc(hidden)]
pub fn candidates<E: serde::de::Error>(
    value: &Value,
    discriminator: Option<&'static str>,
    alternatives: &[Alternative],
) -> Result<Vec<usize>, E> {
    if let Some(property) = discriminator {
        let Some(tag) = value.get(property).and_then(tag) else {
            return Err(E::missing_field(property));
        };
        let chosen = alternatives.iter().position(|one| one.has(&tag));
        return Ok(chosen.into_iter().collect());
    }
    let mut order: Vec<usize> = (0..alternatives.len()).collect();
    // The sort is stable: what fits equally well keeps the order of the document.
    order.sort_by_key(|&index| std::cmp::Reverse(alternatives[index].fit(value)));
    Ok(order)
}

/// Reads the first alternative that matches; `None` if none does.
#[doc(hidden)]
pub fn read<T, E: serde::de::Error>(
    value: &Value,
    discriminator: Option<&'static str>,
    alternatives: &[Alternative],
    readers: &[fn(Value) -> Result<T, serde_json::Error>],
) -> Result<Option<T>, E> {
    for index in candidates::<E>(value, discriminator, alternatives)? {
        match readers[index](value.clone()) {
            Ok(read) => return Ok(Some(read)),
            // The discriminator has chosen: no other alternative is meant.
            Err(error) if discriminator.is_some() => return Err(E::custom(error)),
            Err(_) => {}
        }
    }
    Ok(None)
}

/// Writes an alternative, with the discriminator that chooses it.
#[doc(hidden)]
pub fn write<T: Serialize, S: Serializer>(
    inner: &T,
    discriminator: Option<&'static str>,
    alternative: &Alternative,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    let Some(property) = discriminator else {
        return inner.serialize(serializer);
    };
    let mut value = serde_json::to_value(inner).map_err(S::Error::custom)?;
    let (Some(object), Some(first)) = (value.as_object_mut(), alternative.tags.first()) else {
        return Err(S::Error::custom(format_args!(
            "the alternative is no object, so that it cannot hold `{property}`"
        )));
    };
    let chosen = object
        .entry(property)
        .or_insert_with(|| Value::from(*first));
    if !tag(chosen).is_some_and(|chosen| alternative.has(&chosen)) {
        return Err(S::Error::custom(format_args!(
            "the member `{property}` does not name the alternative that holds it"
        )));
    }
    value.serialize(serializer)
}

/// Declares an enum whose value is one of several types.
///
/// A value that matches none of them is kept in `Unknown` and written back unchanged.
///
/// ```
/// # use serde::{Deserialize, Serialize};
/// #[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
/// struct Train {
///     platform: u8,
/// }
///
/// pingone_models::one_of! {
///     /// How to get there.
///     pub enum Journey by "kind" {
///         Train(Train) { tags: ["train"], members: ["platform"], values: [] },
///     }
/// }
///
/// let journey: Journey = serde_json::from_str(r#"{ "kind": "train", "platform": 3 }"#)?;
/// assert_eq!(journey, Journey::Train(Train { platform: 3 }));
/// assert_eq!(serde_json::to_string(&journey)?, r#"{"kind":"train","platform":3}"#);
///
/// let journey: Journey = serde_json::from_str(r#"{ "kind": "boat" }"#)?;
/// assert_eq!(serde_json::to_string(&journey)?, r#"{"kind":"boat"}"#);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[macro_export]
macro_rules! one_of {
    ($(#[$meta:meta])* pub enum $name:ident $(by $property:literal)? {
        $($variant:ident($ty:ty) { tags: $tags:tt, members: $members:tt, values: $values:tt },)*
    }) => {
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq)]
        #[non_exhaustive]
        pub enum $name {
            $(
                #[doc = concat!("The alternative `", stringify!($variant), "`.")]
                $variant($ty),
            )*
            /// A value that is none of the documented alternatives, kept as it came.
            Unknown($crate::UnknownVariant),
        }

        const _: () = {
            use $crate::macro_support::serde;
            use $crate::macro_support::serde_json;
            use $crate::one_of::Alternative;

            // There is one property or none.
            #[allow(unused_mut, unused_assignments, reason = "there may be no discriminator")]
            const PROPERTY: ::std::option::Option<&'static str> = {
                let mut property = ::std::option::Option::None;
                $(property = ::std::option::Option::Some($property);)?
                property
            };

            const ALTERNATIVES: &[Alternative] = &[
                $(Alternative { tags: &$tags, members: &$members, values: &$values },)*
            ];

            impl serde::Serialize for $name {
                fn serialize<S: serde::Serializer>(
                    &self,
                    serializer: S,
                ) -> ::std::result::Result<S::Ok, S::Error> {
                    match self {
                        $(Self::$variant(inner) => $crate::one_of::write(
                            inner,
                            PROPERTY,
                            &Alternative { tags: &$tags, members: &$members, values: &$values },
                            serializer,
                        ),)*
                        Self::Unknown(value) => serde::Serialize::serialize(value.as_value(), serializer),
                    }
                }
            }

            impl<'de> serde::Deserialize<'de> for $name {
                fn deserialize<D: serde::Deserializer<'de>>(
                    deserializer: D,
                ) -> ::std::result::Result<Self, D::Error> {
                    let value = <serde_json::Value as serde::Deserialize>::deserialize(deserializer)?;
                    let readers: &[fn(serde_json::Value) -> ::std::result::Result<Self, serde_json::Error>] =
                        &[$(|value| serde_json::from_value(value).map(Self::$variant)),*];
                    let read = $crate::one_of::read(&value, PROPERTY, ALTERNATIVES, readers)?;
                    ::std::result::Result::Ok(
                        read.unwrap_or_else(|| Self::Unknown($crate::UnknownVariant::__new(value))),
                    )
                }
            }
        };
    };
}

#[cfg(feature = "schemars")]
#[doc(hidden)]
#[macro_export]
macro_rules! __one_of_json_schema {
    ($name:ident, [$($ty:ty),*]) => {
        impl $crate::macro_support::schemars::JsonSchema for $name {
            fn schema_name() -> ::std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(
                generator: &mut $crate::macro_support::schemars::SchemaGenerator,
            ) -> $crate::macro_support::schemars::Schema {
                $crate::macro_support::schemars::json_schema!({
                    "anyOf": [$(generator.subschema_for::<$ty>()),*]
                })
            }
        }
    };
}

#[cfg(not(feature = "schemars"))]
#[doc(hidden)]
#[macro_export]
macro_rules! __one_of_json_schema {
    ($name:ident, [$($ty:ty),*]) => {};
}
