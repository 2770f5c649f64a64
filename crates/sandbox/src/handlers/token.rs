//! The token endpoint, in the words of OAuth 2.0.

use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use pingone_models::{AccessToken, GrantType, Secret};
use serde_json::{Value, json};
use url::form_urlencoded;

use super::assertion::Expected;
use super::{Answer, Call, signing};
use crate::refusal::Refusal;
use crate::rules;
use crate::state::State;
use crate::state::context::{RequestContext, later};
use crate::state::grants::Grant;
use crate::state::tokens::{Holder, LIFETIME};

/// The kind of client assertion that RFC 7523 defines.
const JWT: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

pub(super) fn request(
    state: &mut State,
    context: &mut RequestContext<'_>,
    call: &Call<'_>,
) -> Result<Answer, Refusal> {
    context.rule(&rules::TOKEN_ERRORS);
    let grant = required(call, "grant_type")?;
    if GrantType::from(grant) != GrantType::ClientCredentials {
        return Err(Refusal::oauth(
            400,
            "unsupported_grant_type",
            "only authorization_code, refresh_token and client_credentials are supported",
        ));
    }
    authenticate(state, context, call)?;
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

/// The application that makes a request.
pub(super) struct Authenticated {
    pub(super) id: String,
    /// Whether nothing but its ID was given.
    pub(super) is_public: bool,
}

/// A parameter of the form that must be there.
pub(super) fn required<'c>(call: &'c Call<'_>, name: &str) -> Result<&'c str, Refusal> {
    let value = call.body.get(name).and_then(Value::as_str);
    value.ok_or_else(|| Refusal::oauth(400, "invalid_request", &format!("{name} is missing")))
}

/// The token in `Authorization: Bearer`.
pub(super) fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers
        .get(AUTHORIZATION)?
        .to_str()
        .ok()?
        .trim()
        .split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

/// The application, by its credentials.
pub(super) fn authenticate(
    state: &State,
    context: &mut RequestContext<'_>,
    call: &Call<'_>,
) -> Result<Authenticated, Refusal> {
    let parameter = |name: &str| call.body.get(name).and_then(Value::as_str);
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
            Ok(Authenticated {
                id,
                is_public: false,
            })
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
            Ok(Authenticated {
                id: signer,
                is_public: false,
            })
        }
    }
}

/// The application, by its credentials or, with PKCE, by its ID alone.
fn identify(
    state: &State,
    context: &mut RequestContext<'_>,
    call: &Call<'_>,
) -> Result<Authenticated, Refusal> {
    let parameter = |name: &str| call.body.get(name).and_then(Value::as_str);
    let proves = call.headers.contains_key(AUTHORIZATION)
        || parameter("client_secret").is_some()
        || parameter("client_assertion").is_some();
    if proves {
        return authenticate(state, context, call);
    }
    let environment = state.environments.get(&call.environment);
    let known = |id: &&str| environment.is_some_and(|own| own.clients.contains_key(*id));
    let id = parameter("client_id")
        .filter(known)
        .ok_or_else(|| refused(false))?;
    Ok(Authenticated {
        id: id.to_owned(),
        is_public: true,
    })
}

pub(super) fn exchange_code(
    state: &mut State,
    context: &mut RequestContext<'_>,
    call: &Call<'_>,
) -> Result<Answer, Refusal> {
    context.rule(&rules::TOKEN_ERRORS);
    context.rule(&rules::TOKEN_CODE);
    let client = identify(state, context, call)?;
    let code = required(call, "code")?;
    let parameter = |name: &str| call.body.get(name).and_then(Value::as_str);
    let verifier = parameter("code_verifier");
    if client.is_public && verifier.is_none() {
        return Err(refused(false));
    }
    let environment = call.environment(state)?;
    context.change();
    let redirect = parameter("redirect_uri");
    let grant = environment
        .grants
        .take_code(context.now, code, &client.id, redirect, verifier)
        .map_err(|reason| Refusal::oauth(400, "invalid_grant", reason))?;
    user_tokens(state, context, call, grant)
}

pub(super) fn refresh(
    state: &mut State,
    context: &mut RequestContext<'_>,
    call: &Call<'_>,
) -> Result<Answer, Refusal> {
    context.rule(&rules::TOKEN_ERRORS);
    context.rule(&rules::TOKEN_REFRESH);
    let client = identify(state, context, call)?;
    let token = required(call, "refresh_token")?;
    let environment = call.environment(state)?;
    let grant = environment.grants.take_refresh_token(token, &client.id);
    let grant = grant.ok_or_else(|| {
        Refusal::oauth(
            400,
            "invalid_grant",
            "the refresh token is not known or was used",
        )
    })?;
    environment.grants.touch(grant.session, context.now);
    context.change();
    user_tokens(state, context, call, grant)
}

/// The access token of a user, with an ID token and a refresh token where the scopes ask for them.
fn user_tokens(
    state: &mut State,
    context: &mut RequestContext<'_>,
    call: &Call<'_>,
    grant: Grant,
) -> Result<Answer, Refusal> {
    context.rule(&rules::TOKEN_LIFETIME);
    context.rule(&rules::TOKEN_SCOPES);
    let issuer = context.links.issuer(call.environment);
    let environment = call.environment(state)?;
    let user = environment
        .users
        .get(grant.user)
        .map_err(|_| Refusal::oauth(400, "invalid_grant", "the user does not exist any more"))?;
    if !user.can_authenticate(context.now) {
        let text = "the user cannot authenticate";
        return Err(Refusal::oauth(400, "invalid_grant", text));
    }
    let expires_at = later(context.now, LIFETIME);
    let asks_for = |wanted: &str| grant.scope.split(' ').any(|scope| scope == wanted);
    let mut claims = json!({
        "iss": issuer,
        "sub": grant.user,
        "client_id": grant.client,
        "aud": [issuer],
        "scope": grant.scope,
        "sid": grant.session,
        "jti": context.random.uuid(),
        "iat": context.now.as_second(),
        "exp": expires_at.as_second(),
    });
    let access = signing::sign(&claims)?;
    let mut answer = AccessToken::new(access.clone())
        .with_token_type("Bearer")
        .with_expires_in(i64::try_from(LIFETIME.as_secs()).unwrap_or(i64::MAX))
        .with_scope(grant.scope.clone());
    if asks_for("openid") {
        let about = serde_json::to_value(super::authorization::claims(&user.profile, &grant.scope));
        if let (Value::Object(claims), Ok(Value::Object(about))) = (&mut claims, about) {
            claims.remove("scope");
            claims.remove("client_id");
            claims.extend(about);
            claims.insert("aud".to_owned(), json!(grant.client));
            claims.insert(
                "auth_time".to_owned(),
                json!(grant.signed_on_at.as_second()),
            );
            claims.insert("amr".to_owned(), json!(grant.methods));
            if let Some(nonce) = &grant.nonce {
                claims.insert("nonce".to_owned(), json!(nonce));
            }
        }
        let id_token = signing::sign(&claims)?;
        let (from, to) = (context.now, expires_at);
        let grants = &mut environment.grants;
        grants.keep_token(id_token.expose(), grant.clone(), from, to);
        answer = answer.with_id_token(id_token);
    }
    if asks_for("offline_access") {
        let refresh = environment
            .grants
            .issue_refresh_token(context, grant.clone());
        answer = answer.with_refresh_token(refresh);
    }
    let holder = Holder::User(grant.user);
    let (from, to) = (context.now, expires_at);
    environment
        .grants
        .keep_token(access.expose(), grant, from, to);
    state.tokens.keep(access.expose(), context.now, holder);
    let mut answer = Answer::json(200, &answer)?;
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
