//! Verifies the JWTs by which clients prove who they are, by RFC 7523.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use jsonwebtoken::crypto::aws_lc;
use jsonwebtoken::dangerous::insecure_decode;
use jsonwebtoken::{Algorithm, AlgorithmFamily, DecodingKey};
use serde::Deserialize;

use crate::state::clients::Client;

/// How far ahead an assertion may end, in seconds.
const LONGEST: i64 = 60 * 60;

/// What an assertion must say to be accepted.
pub(crate) struct Expected<'a> {
    /// The token endpoint and the issuer.
    pub(crate) audiences: [&'a str; 2],
    pub(crate) now: Timestamp,
}

#[derive(Deserialize)]
struct Claims {
    iss: Option<String>,
    sub: Option<String>,
    aud: Option<Audience>,
    exp: Option<f64>,
    nbf: Option<f64>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Several(Vec<String>),
}

impl Audience {
    fn contains(&self, wanted: &str) -> bool {
        match self {
            Self::One(audience) => audience == wanted,
            Self::Several(audiences) => audiences.iter().any(|audience| audience == wanted),
        }
    }
}

impl Expected<'_> {
    /// The id of the client that signed this assertion, or what is wrong with it.
    ///
    /// The library's own function reads the time of the machine, and picks the cryptography by the features of the
    /// whole build.
    pub(crate) fn verify<'c>(
        &self,
        assertion: &str,
        client: impl FnOnce(&str) -> Option<&'c Client>,
    ) -> Result<String, &'static str> {
        let unread = insecure_decode::<Claims>(assertion).map_err(|_| "it is no signed JWT")?;
        let (header, claims) = (unread.header, unread.claims);
        let id = claims.sub.ok_or("it has no `sub`")?;
        let client = client(&id).ok_or("its `sub` is no client of this environment")?;
        if !is_signed(assertion, header.alg, client) {
            return Err("its signature is not that of the client");
        }
        if claims.iss.as_ref() != Some(&id) {
            return Err("its `iss` is not the client");
        }
        let audience = claims.aud.ok_or("it has no `aud`")?;
        if !self.audiences.iter().any(|own| audience.contains(own)) {
            return Err("its `aud` is neither the token endpoint nor the issuer");
        }
        let now = self.now.as_millisecond() as f64 / 1000.0;
        let end = claims.exp.ok_or("it has no `exp`")?;
        if end <= now {
            return Err("it has expired");
        }
        if end > now + LONGEST as f64 {
            return Err("it ends more than an hour from now");
        }
        if claims.nbf.is_some_and(|begin| begin > now) {
            return Err("it is not valid yet");
        }
        Ok(id)
    }
}

fn is_signed(assertion: &str, algorithm: Algorithm, client: &Client) -> bool {
    let with_secret;
    let key = match algorithm.family() {
        AlgorithmFamily::Hmac => {
            with_secret = DecodingKey::from_secret(client.secret.expose().as_bytes());
            &with_secret
        }
        _ => match &client.key {
            Some(key) => &key.0,
            None => return false,
        },
    };
    let supported = !matches!(
        algorithm,
        Algorithm::PS256 | Algorithm::PS384 | Algorithm::PS512 | Algorithm::EdDSA
    );
    let verifier = (aws_lc::DEFAULT_PROVIDER.verifier_factory)(&algorithm, key);
    let parts = assertion.rsplit_once('.');
    supported
        && verifier.ok().zip(parts).is_some_and(|(verifier, parts)| {
            let (message, signature) = parts;
            URL_SAFE_NO_PAD
                .decode(signature)
                .is_ok_and(|signature| verifier.verify(message.as_bytes(), &signature).is_ok())
        })
}
