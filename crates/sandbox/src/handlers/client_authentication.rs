//! Which application makes a request, by its credentials.

use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use pingone_models::{
    AuthorizationCodeGrant, RefreshTokenGrant, Secret, TokenIntrospectionRequest, TokenRequest,
    TokenRevocation,
};
use url::form_urlencoded;

use super::assertion::Expected;
use super::exchange::Exchange;
use crate::refusal::Refusal;
use crate::rules;

/// The kind of client assertion that RFC 7523 defines.
const JWT: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// The application that makes a request.
pub(super) struct Client {
    pub(super) id: String,
    /// Whether nothing but its ID was given.
    pub(super) is_public: bool,
}

/// What a form says of the application that sends it.
#[derive(Clone, Copy)]
pub(super) struct Claimed<'b> {
    id: Option<&'b str>,
    secret: Option<&'b Secret>,
    assertion: Option<&'b Secret>,
    assertion_type: Option<&'b str>,
}

macro_rules! claimed_by {
    ($($form:ty),*) => {$(
        impl<'b> From<&'b $form> for Claimed<'b> {
            fn from(form: &'b $form) -> Self {
                Self {
                    id: form.client_id.as_deref(),
                    secret: form.client_secret.as_ref(),
                    assertion: form.client_assertion.as_ref(),
                    assertion_type: form.client_assertion_type.as_deref(),
                }
            }
        }
    )*};
}

claimed_by!(
    TokenRequest,
    AuthorizationCodeGrant,
    RefreshTokenGrant,
    TokenIntrospectionRequest,
    TokenRevocation
);

/// The application, by its credentials.
pub(super) fn authenticate<'b>(
    exchange: &mut Exchange<'_, '_>,
    form: impl Into<Claimed<'b>>,
) -> Result<Client, Refusal> {
    let claimed = form.into();
    let environment = exchange.state.environments.get(&exchange.environment);
    let client = |id: &str| environment.and_then(|environment| environment.clients.get(id));
    let id = match credentials(exchange.headers, claimed)? {
        Credentials::Secret {
            id,
            secret,
            by_header,
        } => {
            if client(&id).is_none_or(|client| client.secret != secret) {
                return Err(refused(by_header));
            }
            id
        }
        Credentials::Assertion(assertion) => {
            let context = &mut *exchange.context;
            context.rule(&rules::TOKEN_ASSERTION);
            context.rule(&rules::TOKEN_METHODS);
            let issuer = context.links.issuer(exchange.environment);
            let endpoint = format!("{issuer}/token");
            let expected = Expected {
                audiences: [&endpoint, &issuer],
                now: context.now,
            };
            let signer = expected
                .verify(assertion.expose(), client)
                .map_err(|reason| {
                    let text = format!("the client assertion is not accepted: {reason}");
                    Refusal::oauth(401, "invalid_client", &text)
                })?;
            if claimed.id.is_some_and(|id| id != signer) {
                let text = "client_id is not the client of the assertion";
                return Err(Refusal::oauth(401, "invalid_client", text));
            }
            signer
        }
    };
    Ok(Client {
        id,
        is_public: false,
    })
}

/// The application, by its credentials or, with PKCE, by its ID alone.
pub(super) fn identify<'b>(
    exchange: &mut Exchange<'_, '_>,
    form: impl Into<Claimed<'b>>,
) -> Result<Client, Refusal> {
    let claimed = form.into();
    let proves = exchange.headers.contains_key(AUTHORIZATION)
        || claimed.secret.is_some()
        || claimed.assertion.is_some();
    if proves {
        return authenticate(exchange, claimed);
    }
    let environment = exchange.state.environments.get(&exchange.environment);
    let known = |id: &&str| environment.is_some_and(|own| own.clients.contains_key(*id));
    let id = claimed.id.filter(known).ok_or_else(|| refused(false))?;
    Ok(Client {
        id: id.to_owned(),
        is_public: true,
    })
}

/// What a client proves itself with.
enum Credentials<'c> {
    Secret {
        id: String,
        secret: Secret,
        by_header: bool,
    },
    Assertion(&'c Secret),
}

fn credentials<'b>(headers: &HeaderMap, form: Claimed<'b>) -> Result<Credentials<'b>, Refusal> {
    let invalid = |description| Err(Refusal::oauth(400, "invalid_request", description));
    match (
        headers.get(AUTHORIZATION),
        form.id.zip(form.secret),
        form.assertion,
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
            secret: secret.clone(),
            by_header: false,
        }),
        (None, None, Some(assertion)) => match form.assertion_type {
            Some(JWT) => Ok(Credentials::Assertion(assertion)),
            _ => invalid("client_assertion_type is not that of a JWT"),
        },
        (None, None, None) => Err(refused(false)),
        _ => {
            invalid("send credentials in the header, the body or an assertion, not in two of them")
        }
    }
}

pub(super) fn refused(by_header: bool) -> Refusal {
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
