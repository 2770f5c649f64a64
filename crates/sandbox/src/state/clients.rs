//! The applications that may ask for tokens.

use std::fmt;

use jsonwebtoken::DecodingKey;
use pingone_models::Secret;

/// An application, with everything it can prove itself by.
#[derive(Clone, Debug)]
pub(crate) struct Client {
    pub(crate) secret: Secret,
    pub(crate) key: Option<PublicKey>,
}

/// The public key that an application's assertions are verified with.
#[derive(Clone, Debug)]
pub(crate) struct PublicKey(pub(crate) DecodingKey);

impl PublicKey {
    /// Reads an RSA or elliptic curve key in PEM form.
    pub(crate) fn parse(pem: &str) -> Result<Self, NoPublicKey> {
        let pem = pem.trim().as_bytes();
        DecodingKey::from_rsa_pem(pem)
            .or_else(|_| DecodingKey::from_ec_pem(pem))
            .map(Self)
            // The error of the library says nothing of what was wrong with the text.
            .map_err(|_| NoPublicKey)
    }
}

/// A text is no public key.
#[derive(Clone, Copy, Debug)]
pub(crate) struct NoPublicKey;

impl fmt::Display for NoPublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the client's key is no RSA or elliptic curve public key in PEM form, which begins with `-----BEGIN PUBLIC KEY-----`")
    }
}

impl std::error::Error for NoPublicKey {}
