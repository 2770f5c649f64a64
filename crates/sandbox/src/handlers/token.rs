//! The token endpoint, in the words of OAuth 2.0.

use axum::http::header::AUTHORIZATION;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use pingone_models::{AccessToken, GrantType, Secret};
use serde_json::Value;
use url::form_urlencoded;

use super::assertion::Expected;
use super::{Answer, Call};
use crate::refusal::Refusal;
use crate::rules;
use crate::state::State;
use crate::state::context::RequestContext;
use crate::state::tokens::{Holder, LIFETIME};

/// The kind of client assertion that RFC 7523 defines.
const JWT: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

pub(super) fn request(
    state: &mut State,
    context: &mut RequestContext<'_>,
    call: &Call<'_>,
) -> Result<Answer, Refusal> {
    context.rule(&rules::TOKEN_ERRORS);
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
    let environment = state.environments.get(&call.environment);
    let client = |id: &str| environment.and_then(|environment| environment.clients.get(id));
    match credentials(call)? {
        Credentials::Secret {
            id,
            secret,
            by_header,
        } => {
            if client(&id).is_none_or(|client| client.secret != secret) {
                return Err(refused(by_header));
            }
        }
        Credentials::Assertion(assertion) => {
            context.rule(&rules::TOKEN_ASSERTION);
            context.rule(&rules::TOKEN_METHODS);
            let issuer = context.links.issuer(call.environment);
            let endpoint = format!("{issuer}/token");
            let expected = Expected {
                audiences: [&endpoint, &issuer],
                now: context.now,
            };
            let signer = expected.verify(assertion, client).map_err(|reason| {
                let text = format!("the client assertion is not accepted: {reason}");
                Refusal::oauth(401, "invalid_client", &text)
            })?;
            if parameter("client_id").is_some_and(|id| id != signer) {
                let text = "client_id is not the client of the assertion";
                return Err(Refusal::oauth(401, "invalid_client", text));
            }
        }
    }
    context.rule(&rules::TOKEN_LIFETIME);
    context.rule(&rules::TOKEN_OPAQUE);
    let token = state
        .tokens
        .issue(context.random, context.now, Holder::Worker);
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

/// What a client proves itself with.
enum Credentials<'c> {
    Secret {
        id: String,
        secret: Secret,
        by_header: bool,
    },
    Assertion(&'c str),
}

fn credentials<'c>(call: &'c Call<'_>) -> Result<Credentials<'c>, Refusal> {
    let parameter = |name: &str| call.body.get(name).and_then(Value::as_str);
    let invalid = |description| Err(Refusal::oauth(400, "invalid_request", description));
    let in_body = parameter("client_id").zip(parameter("client_secret"));
    match (
        call.headers.get(AUTHORIZATION),
        in_body,
        parameter("client_assertion"),
    ) {
        (Some(header), None, None) => {
            let (id, secret) = header
                .to_str()
                .ok()
                .and_then(basic)
                .ok_or_else(|| refused(true))?;
            Ok(Credentials::Secret {
                id,
                secret: Secret::new(secret),
                by_header: true,
            })
        }
        (None, Some((id, secret)), None) => Ok(Credentials::Secret {
            id: id.to_owned(),
            secret: Secret::from(secret),
            by_header: false,
        }),
        (None, None, Some(assertion)) => match parameter("client_assertion_type") {
            Some(JWT) => Ok(Credentials::Assertion(assertion)),
            _ => invalid("client_assertion_type is not that of a JWT"),
        },
        (None, None, None) => Err(refused(false)),
        _ => invalid(
            "credentials belong into the header, the body or an assertion, not into two of them",
        ),
    }
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
