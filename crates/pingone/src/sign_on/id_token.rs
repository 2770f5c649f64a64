//! What an ID token says of the sign-on that it was issued for.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use pingone_models::{ApplicationId, Secret};
use serde::Deserialize;

#[derive(Deserialize)]
struct Claims {
    #[serde(default)]
    nonce: Option<Secret>,
    aud: Audience,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Many(Vec<String>),
}

/// Checks that the token was issued for this sign-on to this application.
///
/// The token came from the token endpoint over TLS, which OpenID Connect Core (3.1.3.7) takes in place of a check of the
/// signature.
pub(super) fn check(
    token: &Secret,
    nonce: &Secret,
    application: ApplicationId,
) -> Result<(), &'static str> {
    let claims = token
        .expose()
        .split('.')
        .nth(1)
        .and_then(|claims| URL_SAFE_NO_PAD.decode(claims).ok())
        .and_then(|claims| serde_json::from_slice::<Claims>(&claims).ok())
        .ok_or("its ID token cannot be read")?;
    if claims.nonce.as_ref() != Some(nonce) {
        return Err(
            "the `nonce` of its ID token is not the one that this sign-on has sent: the token belongs to another sign-on",
        );
    }
    let application = application.to_string();
    let is_for_us = match &claims.aud {
        Audience::One(audience) => *audience == application,
        Audience::Many(audiences) => audiences.contains(&application),
    };
    if !is_for_us {
        return Err("its ID token was issued to another application");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    const APPLICATION: &str = "0f1c5b1a-3c1e-4a52-9d10-1f0a7f1f6c55";

    #[track_caller]
    fn checked(claims: &Value) -> Result<(), &'static str> {
        let claims = URL_SAFE_NO_PAD.encode(claims.to_string());
        let token = Secret::from(format!("e30.{claims}.c2ln"));
        check(&token, &"n".into(), APPLICATION.parse().expect("an id"))
    }

    #[test]
    fn a_token_of_this_sign_on_is_accepted() {
        for audience in [json!(APPLICATION), json!(["another", APPLICATION])] {
            assert_eq!(
                checked(&json!({"nonce": "n", "aud": audience, "sub": "x"})),
                Ok(())
            );
        }
    }

    #[test]
    fn any_other_token_is_refused() {
        for claims in [
            json!({"aud": APPLICATION}),
            json!({"nonce": "m", "aud": APPLICATION}),
            json!({"nonce": "n"}),
            json!({"nonce": "n", "aud": "another"}),
            json!({"nonce": "n", "aud": []}),
            json!("text"),
        ] {
            assert!(checked(&claims).is_err(), "{claims}");
        }
        for token in ["", "a", "a.b.c", "..", "e30.e30"] {
            let id = APPLICATION.parse().expect("an id");
            assert!(check(&token.into(), &"n".into(), id).is_err(), "{token}");
        }
    }
}
