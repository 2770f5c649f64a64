//! JWTs that prove who a client is, by RFC 7523.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::crypto::aws_lc;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use pingone_models::Secret;
use serde_json::json;

use crate::runtime::Runtime;
use crate::{Error, Result};

/// How long an assertion is good for: long enough for clocks that differ, too short to be of use to a thief.
const LIFETIME: Duration = Duration::from_secs(300);

/// How a JWT is signed, by the names of RFC 7518.
///
/// ```
/// use pingone::token::{ClientCredentials, SigningAlgorithm};
///
/// let pem = std::env::var("PINGONE_PRIVATE_KEY").unwrap_or_default();
/// let credentials = ClientCredentials::private_key_jwt("0f1c5b1a-3c1e-4a52-9d10-1f0a7f1f6c55", pem)
///     .with_algorithm(SigningAlgorithm::Es256);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SigningAlgorithm {
    /// HMAC with SHA-256, for `client_secret_jwt`.
    Hs256,
    /// HMAC with SHA-384, for `client_secret_jwt`.
    Hs384,
    /// HMAC with SHA-512, for `client_secret_jwt`.
    Hs512,
    /// RSA with SHA-256, for `private_key_jwt`.
    Rs256,
    /// RSA with SHA-384, for `private_key_jwt`.
    Rs384,
    /// RSA with SHA-512, for `private_key_jwt`.
    Rs512,
    /// The elliptic curve P-256 with SHA-256, for `private_key_jwt`.
    Es256,
    /// The elliptic curve P-384 with SHA-384, for `private_key_jwt`.
    Es384,
}

impl From<SigningAlgorithm> for Algorithm {
    fn from(algorithm: SigningAlgorithm) -> Self {
        match algorithm {
            SigningAlgorithm::Hs256 => Self::HS256,
            SigningAlgorithm::Hs384 => Self::HS384,
            SigningAlgorithm::Hs512 => Self::HS512,
            SigningAlgorithm::Rs256 => Self::RS256,
            SigningAlgorithm::Rs384 => Self::RS384,
            SigningAlgorithm::Rs512 => Self::RS512,
            SigningAlgorithm::Es256 => Self::ES256,
            SigningAlgorithm::Es384 => Self::ES384,
        }
    }
}

pub(super) enum Key {
    Secret(Secret),
    Pem(Secret),
}

/// Signs assertions of one client for one token endpoint.
pub(crate) struct Signer {
    client: String,
    endpoint: String,
    header: Header,
    key: EncodingKey,
}

impl Signer {
    /// Reads the key, and signs once to see whether it fits the algorithm.
    pub(super) fn new(
        client: String,
        endpoint: &str,
        key: Key,
        algorithm: Option<SigningAlgorithm>,
        key_id: Option<String>,
    ) -> Result<Self> {
        let (key, default) = match key {
            Key::Secret(secret) => {
                let key = EncodingKey::from_secret(secret.expose().as_bytes());
                (key, SigningAlgorithm::Hs256)
            }
            Key::Pem(pem) => read_pem(&pem)?,
        };
        let algorithm = Algorithm::from(algorithm.unwrap_or(default));
        if !key.family().algorithms().contains(&algorithm) {
            return Err(Error::config(format!(
                "the key for the token requests cannot sign with {algorithm:?}: use another algorithm or another key"
            )));
        }
        let mut header = Header::new(algorithm);
        header.kid = key_id;
        let signer = Self {
            client,
            endpoint: endpoint.to_owned(),
            header,
            key,
        };
        match signer.sign(SystemTime::UNIX_EPOCH, "") {
            Ok(_) => Ok(signer),
            Err(error) => {
                let mut failed = Error::config(
                    "the private key for the token requests cannot be used: give an RSA private key, or one of the elliptic curve P-256 (P-384 for ES384) in the form PKCS #8",
                );
                failed.inner_mut().source = Some(Arc::new(error));
                Err(failed)
            }
        }
    }

    /// A new assertion. Each can be used once.
    pub(crate) fn assertion(
        &self,
        runtime: &dyn Runtime,
        now: SystemTime,
    ) -> Result<Secret, String> {
        let id = format!("{:016x}{:016x}", runtime.random(), runtime.random());
        self.sign(now, &id)
            .map_err(|_| "the assertion of the client cannot be signed".to_owned())
    }

    /// The library's own function for this picks the cryptography by the features of the whole build, and panics when
    /// another crate has turned on a second one.
    fn sign(&self, now: SystemTime, id: &str) -> jsonwebtoken::errors::Result<Secret> {
        let now = now
            .duration_since(SystemTime::UNIX_EPOCH)
            .unwrap_or_default();
        let claims = json!({
            "iss": self.client,
            "sub": self.client,
            "aud": self.endpoint,
            "iat": now.as_secs(),
            "exp": (now + LIFETIME).as_secs(),
            "jti": id,
        });
        let header = URL_SAFE_NO_PAD.encode(serde_json::to_vec(&self.header)?);
        let claims = URL_SAFE_NO_PAD.encode(serde_json::to_vec(&claims)?);
        let message = format!("{header}.{claims}");
        let signer = (aws_lc::DEFAULT_PROVIDER.signer_factory)(&self.header.alg, &self.key)?;
        let signature = URL_SAFE_NO_PAD.encode(signer.try_sign(message.as_bytes())?);
        Ok(format!("{message}.{signature}").into())
    }
}

fn read_pem(pem: &Secret) -> Result<(EncodingKey, SigningAlgorithm)> {
    let pem = pem.expose().as_bytes();
    if let Ok(key) = EncodingKey::from_rsa_pem(pem) {
        return Ok((key, SigningAlgorithm::Rs256));
    }
    match EncodingKey::from_ec_pem(pem) {
        Ok(key) => Ok((key, SigningAlgorithm::Es256)),
        // The library's error says no more than this, and might show a part of the text.
        Err(_) => Err(Error::config(
            "the private key for the token requests is no RSA or elliptic curve key in PEM form, which begins with `-----BEGIN PRIVATE KEY-----`: was the file read, or its path given?",
        )),
    }
}
