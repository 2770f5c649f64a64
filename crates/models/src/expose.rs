//! How generated types write their secrets, which refuse to be serialized by themselves.

use serde::{Serialize, Serializer};

use crate::{Patch, Secret};

/// Writes a required secret.
///
/// # Errors
/// When the serializer fails.
pub fn required<S: Serializer>(secret: &Secret, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(secret.expose())
}

/// Writes an optional secret.
///
/// # Errors
/// When the serializer fails.
pub fn optional<S: Serializer>(secret: &Option<Secret>, serializer: S) -> Result<S::Ok, S::Error> {
    secret.as_ref().map(Secret::expose).serialize(serializer)
}

/// Writes a secret that can be left alone, cleared or set.
///
/// # Errors
/// When the serializer fails.
pub fn patch<S: Serializer>(secret: &Patch<Secret>, serializer: S) -> Result<S::Ok, S::Error> {
    secret.value().map(Secret::expose).serialize(serializer)
}
