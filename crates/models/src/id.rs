use std::fmt;

/// A text that was to be an identifier, and is no UUID.
///
/// ```
/// use pingone_models::UserId;
///
/// let error = "lindajones".parse::<UserId>().unwrap_err();
/// assert_eq!(error.type_name(), "UserId");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidId {
    type_name: &'static str,
    reason: uuid::Error,
}

impl InvalidId {
    #[doc(hidden)]
    #[must_use]
    pub fn new(type_name: &'static str, reason: uuid::Error) -> Self {
        Self { type_name, reason }
    }

    /// The type of the identifier, such as `UserId`.
    #[must_use]
    pub fn type_name(&self) -> &'static str {
        self.type_name
    }
}

impl fmt::Display for InvalidId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { type_name, reason } = self;
        write!(f, "`{type_name}` must be a UUID: {reason}")
    }
}

impl std::error::Error for InvalidId {}

/// Declares an identifier type around a UUID.
///
/// A value of such a type is always one safe path segment.
///
/// ```
/// pingone_models::uuid_id! {
///     /// The id of a parcel.
///     pub struct ParcelId;
/// }
///
/// let id: ParcelId = "0fa3daf8-499d-4d7a-8829-00d16ee84d5d".parse()?;
/// assert_eq!(id.to_string(), "0fa3daf8-499d-4d7a-8829-00d16ee84d5d");
///
/// let error = "../users".parse::<ParcelId>().unwrap_err();
/// assert!(error.to_string().starts_with("`ParcelId` must be a UUID: "));
/// # Ok::<(), pingone_models::InvalidId>(())
/// ```
///
/// If knowing the identifier grants access, `Debug` can omit it:
///
/// ```
/// pingone_models::uuid_id! {
///     /// The id of a locker, which opens it.
///     pub struct LockerId(sensitive);
/// }
///
/// let id: LockerId = "0fa3daf8-499d-4d7a-8829-00d16ee84d5d".parse()?;
/// assert_eq!(format!("{id:?}"), "LockerId(***)");
/// # Ok::<(), pingone_models::InvalidId>(())
/// ```
#[macro_export]
macro_rules! uuid_id {
    ($(#[$meta:meta])* pub struct $name:ident;) => {
        $crate::uuid_id! {
            @type
            $(#[$meta])*
            #[derive(Debug)]
            pub struct $name;
        }
    };
    ($(#[$meta:meta])* pub struct $name:ident(sensitive);) => {
        $crate::uuid_id! {
            @type
            $(#[$meta])*
            pub struct $name;
        }

        impl ::std::fmt::Debug for $name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.write_str(concat!(stringify!($name), "(***)"))
            }
        }
    };
    (@type $(#[$meta:meta])* pub struct $name:ident;) => {
        $(#[$meta])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name($crate::macro_support::uuid::Uuid);

        impl $name {
            /// Wraps a UUID.
            #[must_use]
            pub const fn new(id: $crate::macro_support::uuid::Uuid) -> Self {
                Self(id)
            }

            /// The UUID.
            #[must_use]
            pub const fn get(self) -> $crate::macro_support::uuid::Uuid {
                self.0
            }
        }

        impl From<$crate::macro_support::uuid::Uuid> for $name {
            fn from(id: $crate::macro_support::uuid::Uuid) -> Self {
                Self(id)
            }
        }

        impl From<$name> for $crate::macro_support::uuid::Uuid {
            fn from(id: $name) -> Self {
                id.0
            }
        }

        impl ::std::str::FromStr for $name {
            type Err = $crate::InvalidId;

            fn from_str(text: &str) -> ::std::result::Result<Self, Self::Err> {
                match text.parse() {
                    Ok(id) => Ok(Self(id)),
                    Err(reason) => Err($crate::InvalidId::new(stringify!($name), reason)),
                }
            }
        }

        impl ::std::convert::TryFrom<&str> for $name {
            type Error = $crate::InvalidId;

            fn try_from(text: &str) -> ::std::result::Result<Self, Self::Error> {
                text.parse()
            }
        }

        impl ::std::convert::TryFrom<String> for $name {
            type Error = $crate::InvalidId;

            fn try_from(text: String) -> ::std::result::Result<Self, Self::Error> {
                text.parse()
            }
        }

        impl ::std::fmt::Display for $name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                ::std::fmt::Display::fmt(&self.0, f)
            }
        }

        impl $crate::macro_support::serde::Serialize for $name {
            fn serialize<S: $crate::macro_support::serde::Serializer>(
                &self,
                serializer: S,
            ) -> ::std::result::Result<S::Ok, S::Error> {
                serializer.collect_str(&self.0)
            }
        }

        impl<'de> $crate::macro_support::serde::Deserialize<'de> for $name {
            fn deserialize<D: $crate::macro_support::serde::Deserializer<'de>>(
                deserializer: D,
            ) -> ::std::result::Result<Self, D::Error> {
                $crate::macro_support::serde::Deserialize::deserialize(deserializer).map(Self)
            }
        }

        $crate::__inline_json_schema!($name, { "type": "string", "format": "uuid" });
    };
}

/// Implements `JsonSchema` when this crate has its feature `schemars`, whatever the features of the caller are.
#[cfg(feature = "schemars")]
#[doc(hidden)]
#[macro_export]
macro_rules! __inline_json_schema {
    ($name:ident, $schema:tt) => {
        impl $crate::macro_support::schemars::JsonSchema for $name {
            fn schema_name() -> ::std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(
                _: &mut $crate::macro_support::schemars::SchemaGenerator,
            ) -> $crate::macro_support::schemars::Schema {
                $crate::macro_support::schemars::json_schema!($schema)
            }
        }
    };
}

#[cfg(not(feature = "schemars"))]
#[doc(hidden)]
#[macro_export]
macro_rules! __inline_json_schema {
    ($name:ident, $schema:tt) => {};
}
