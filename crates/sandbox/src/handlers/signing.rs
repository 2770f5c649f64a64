//! The key that signs the tokens of users.

use std::sync::LazyLock;

use jsonwebtoken::jwk::{Jwk, PublicKeyUse};
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use pingone_models::{JsonWebKeySet, Secret};
use serde_json::{Value, json};

use crate::refusal::Refusal;

/// Known to everyone, as it signs nothing but the tokens of sandboxes. It is kept here because the service signs with RSA,
/// whose keys take seconds to make in an unoptimized build, and tests start sandboxes by the hundred.
const KEY: &[u8] = include_bytes!("../signing_key.pem");
const KEY_ID: &str = "sandbox";
const ALGORITHM: Algorithm = Algorithm::RS256;

static SIGNING_KEY: LazyLock<Option<EncodingKey>> =
    LazyLock::new(|| EncodingKey::from_rsa_pem(KEY).ok());

/// A JWT with these claims.
pub(super) fn sign(claims: &Value) -> Result<Secret, Refusal> {
    let mut header = Header::new(ALGORITHM);
    header.kid = Some(KEY_ID.to_owned());
    let key = SIGNING_KEY.as_ref().ok_or_else(unusable)?;
    let token = encode(&header, claims, key).map_err(|_| unusable())?;
    Ok(Secret::new(token))
}

/// The public half, as a JSON Web Key Set.
pub(super) fn key_set() -> Result<JsonWebKeySet, Refusal> {
    let key = SIGNING_KEY.as_ref().ok_or_else(unusable)?;
    let mut jwk = Jwk::from_encoding_key(key, ALGORITHM).map_err(|_| unusable())?;
    jwk.common.key_id = Some(KEY_ID.to_owned());
    jwk.common.public_key_use = Some(PublicKeyUse::Signature);
    serde_json::from_value(json!({ "keys": [jwk] })).map_err(|_| unusable())
}

fn unusable() -> Refusal {
    Refusal::new(
        500,
        "UNEXPECTED_ERROR",
        "The sandbox cannot use its signing key.",
    )
}
