//! The random values that tie the answers of a sign-on to its beginning.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use pingone_models::{Secret, expose};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::{Error, Result};

/// How many random bytes a value has: RFC 7636 recommends 32 for a verifier.
const LENGTH: usize = 32;

/// The random values of one sign-on.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Secrets {
    #[serde(serialize_with = "expose::required")]
    pub(super) state: Secret,
    #[serde(serialize_with = "expose::required")]
    pub(super) nonce: Secret,
    #[serde(serialize_with = "expose::required")]
    pub(super) verifier: Secret,
}

impl Secrets {
    pub(super) fn new() -> Result<Self> {
        Ok(Self {
            state: random()?,
            nonce: random()?,
            verifier: random()?,
        })
    }

    /// The challenge of the verifier, by the method `S256`.
    pub(super) fn challenge(&self) -> String {
        URL_SAFE_NO_PAD.encode(Sha256::digest(self.verifier.expose().as_bytes()))
    }
}

fn random() -> Result<Secret> {
    let mut bytes = [0; LENGTH];
    getrandom::fill(&mut bytes).map_err(|error| {
        Error::invalid_request(format!(
            "the operating system gives no random bytes: {error}"
        ))
    })?;
    Ok(URL_SAFE_NO_PAD.encode(bytes).into())
}

impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secrets(***)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_challenge_is_that_of_rfc_7636() {
        let secrets = Secrets {
            verifier: "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk".into(),
            ..Secrets::new().expect("random bytes")
        };
        let challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
        assert_eq!(secrets.challenge(), challenge);
    }

    #[test]
    fn no_two_values_are_alike() {
        let (one, other) = (
            Secrets::new().expect("random"),
            Secrets::new().expect("random"),
        );
        let values = [
            &one.state,
            &one.nonce,
            &one.verifier,
            &other.state,
            &other.verifier,
        ];
        for (position, value) in values.iter().enumerate() {
            assert_eq!(
                value.expose().len(),
                43,
                "RFC 7636 asks for 43 to 128 characters"
            );
            assert!(!values[..position].contains(value));
        }
    }
}
