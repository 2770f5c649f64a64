//! The token endpoint, in the words of OAuth 2.0.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use pingone_models::{AccessToken, GrantType, Secret};
use serde_json::Value;
use url::form_urlencoded;

use crate::handlers::{Answer, Call};
use crate::refusal::Refusal;
use crate::rules;
use crate::state::State;
use crate::state::tokens::{Holder, LIFETIME};
use crate::state::turn::Turn;

pub(crate) fn request(
    state: &mut State,
    turn: &mut Turn<'_>,
    call: &Call,
) -> Result<Answer, Refusal> {
    turn.rule(&rules::TOKEN_ERRORS);
    let parameter = |name: &str| call.body.get(name).and_then(Value::as_str);
    let grant = parameter("grant_type")
        .ok_or_else(|| Refusal::oauth(400, "invalid_request", "grant_type is missing"))?;
    if GrantType::from(grant) != GrantType::ClientCredentials {
        return Err(Refusal::oauth(
            400,
            "unsupported_grant_type",
            "only client_credentials is supported",
        ));
    }
    if parameter("client_assertion").is_some() {
        turn.rule(&rules::TOKEN_ASSERTION);
        return Err(refused(false));
    }
    let in_body = parameter("client_id").zip(parameter("client_secret"));
    let (client, secret, by_header) = match (&call.authorization, in_body) {
        (Some(_), Some(_)) => {
            return Err(Refusal::oauth(
                400,
                "invalid_request",
                "credentials belong into the header or into the body, not both",
            ));
        }
        (Some(header), None) => {
            let (client, secret) = basic(header).ok_or_else(|| refused(true))?;
            (client, Secret::new(secret), true)
        }
        (None, Some((client, secret))) => (client.to_owned(), Secret::from(secret), false),
        (None, None) => return Err(refused(false)),
    };
    let environment = state.environments.get(&call.environment);
    let known = environment.and_then(|environment| environment.clients.get(&client));
    if known != Some(&secret) {
        return Err(refused(by_header));
    }
    turn.rule(&rules::TOKEN_LIFETIME);
    turn.rule(&rules::TOKEN_OPAQUE);
    let token = state.tokens.issue(turn.random, turn.now, Holder::Worker);
    let lifetime = i64::try_from(LIFETIME.as_secs()).unwrap_or(i64::MAX);
    let token = AccessToken::new(token)
        .with_token_type("Bearer")
        .with_expires_in(lifetime);
    let mut answer = Answer::json(200, &token)?;
    answer
        .headers
        .push(("cache-control", "no-store".to_owned()));
    Ok(answer)
}

fn refused(by_header: bool) -> Refusal {
    let refusal = Refusal::oauth(
        401,
        "invalid_client",
        "the client is not known or its credentials are wrong",
    );
    if by_header {
        refusal.header("www-authenticate", "Basic realm=\"sandbox\"")
    } else {
        refusal
    }
}

/// Client id and secret of a `Basic` header, each form-encoded as RFC 6749 asks for.
fn basic(header: &str) -> Option<(String, String)> {
    let (scheme, credentials) = header.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let decoded = String::from_utf8(STANDARD.decode(credentials.trim()).ok()?).ok()?;
    let (client, secret) = decoded.split_once(':')?;
    Some((form_decoded(client), form_decoded(secret)))
}

fn form_decoded(text: &str) -> String {
    // Parsed as a form with one nameless value, in which `&` and `=` have no meaning of their own.
    let escaped = text.replace('&', "%26");
    form_urlencoded::parse(format!("={escaped}").as_bytes())
        .next()
        .map(|(_, value)| value.into_owned())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(credentials: &str, expected: Option<(&str, &str)>) {
        let header = format!("Basic {}", STANDARD.encode(credentials));
        let expected = expected.map(|(id, secret)| (id.to_owned(), secret.to_owned()));
        assert_eq!(basic(&header), expected);
    }

    #[test]
    fn basic_credentials_are_form_decoded() {
        check("id:secret", Some(("id", "secret")));
        check("id:a%2Bb%3D%26~", Some(("id", "a+b=&~")));
        check("id:a&b=c:d", Some(("id", "a&b=c:d")));
        check("id", None);
        assert_eq!(basic("Bearer abc"), None);
    }
}
