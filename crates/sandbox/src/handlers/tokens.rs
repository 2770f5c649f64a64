//! Issuing, introspecting and revoking tokens, in the words of OAuth 2.0.

use jiff::Timestamp;
use pingone_models::request::Open;
use pingone_models::{
    AccessToken, AuthorizationCodeGrant, RefreshTokenGrant, Secret, TokenIntrospection,
    TokenIntrospectionRequest, TokenRequest, TokenRevocation,
};
use serde_json::{Map, Value, json};

use super::answer::{Outcome, Reply};
use super::client_authentication::{authenticate, identify, refused};
use super::exchange::Exchange;
use super::signing;
use crate::refusal::Refusal;
use crate::rules;
use crate::state::context::{RequestContext, later};
use crate::state::environment::Environment;
use crate::state::grants::Grant;
use crate::state::tokens::{Holder, LIFETIME};

pub(super) fn request(
    exchange: &mut Exchange<'_, '_>,
    form: &TokenRequest,
) -> Outcome<AccessToken> {
    exchange.context.rule(&rules::TOKEN_ERRORS);
    authenticate(exchange, form)?;
    let context = &mut *exchange.context;
    context.rule(&rules::TOKEN_LIFETIME);
    context.rule(&rules::TOKEN_OPAQUE);
    let token = exchange
        .state
        .tokens
        .issue(context.random, context.now, Holder::Worker);
    let token = AccessToken::new(token)
        .with_token_type("Bearer")
        .with_expires_in(lifetime());
    not_stored(&token)
}

fn not_stored(token: &AccessToken) -> Outcome<AccessToken> {
    let reply = Reply::json(200, token)?;
    Ok(reply.header("cache-control", "no-store"))
}

pub(super) fn exchange_code(
    exchange: &mut Exchange<'_, '_>,
    form: &AuthorizationCodeGrant,
) -> Outcome<AccessToken> {
    exchange.context.rule(&rules::TOKEN_ERRORS);
    exchange.context.rule(&rules::TOKEN_CODE);
    let client = identify(exchange, form)?;
    let verifier = form.code_verifier.as_ref();
    if client.is_public && verifier.is_none() {
        return Err(refused(false));
    }
    let (environment, context) = exchange.environment()?;
    context.change();
    let (code, redirect) = (form.code.expose(), form.redirect_uri.as_deref());
    let verifier = verifier.map(|verifier| verifier.expose());
    let grant = environment
        .grants
        .take_code(context.now, code, &client.id, redirect, verifier)
        .map_err(|reason| Refusal::oauth(400, "invalid_grant", reason))?;
    user_tokens(exchange, grant)
}

pub(super) fn refresh(
    exchange: &mut Exchange<'_, '_>,
    form: &RefreshTokenGrant,
) -> Outcome<AccessToken> {
    exchange.context.rule(&rules::TOKEN_ERRORS);
    exchange.context.rule(&rules::TOKEN_REFRESH);
    let client = identify(exchange, form)?;
    let (environment, context) = exchange.environment()?;
    let token = form.refresh_token.expose();
    let grant = environment.grants.take_refresh_token(token, &client.id);
    let grant = grant.ok_or_else(|| {
        let text = "the refresh token is not known or was used";
        Refusal::oauth(400, "invalid_grant", text)
    })?;
    environment.grants.touch(grant.session, context.now);
    context.change();
    user_tokens(exchange, grant)
}

pub(super) fn introspect(
    exchange: &mut Exchange<'_, '_>,
    form: &TokenIntrospectionRequest,
) -> Outcome<TokenIntrospection> {
    let client = authenticate(exchange, form)?;
    let context = &mut *exchange.context;
    context.rule(&rules::INTROSPECTION);
    let token = form.token.expose();
    let active = exchange
        .state
        .environments
        .get(&exchange.environment)
        .and_then(|environment| environment.grants.active(token, context.now))
        .filter(|active| active.grant.client == client.id);
    let Some(active) = active else {
        let holder = exchange.state.tokens.holder(token, context.now);
        return Reply::json(200, &TokenIntrospection::new(holder == Ok(Holder::Worker)));
    };
    let mut answer = TokenIntrospection::new(true)
        .with_token_type("Bearer")
        .with_scope(active.grant.scope.clone())
        .with_client_id(active.grant.client.clone())
        .with_iss(context.links.issuer(exchange.environment))
        .with_sub(active.grant.user.to_string());
    if let Some((from, to)) = active.times {
        answer = answer.with_iat(from.as_second()).with_exp(to.as_second());
    }
    Reply::json(200, &answer)
}

pub(super) fn revoke(exchange: &mut Exchange<'_, '_>, form: &TokenRevocation) -> Outcome<Open> {
    let client = identify(exchange, form)?;
    let context = &mut *exchange.context;
    context.rule(&rules::REVOCATION);
    let environment = exchange.state.environments.get_mut(&exchange.environment);
    let token = form.token.expose();
    if environment.is_some_and(|environment| environment.grants.revoke(token, &client.id)) {
        context.change();
    }
    Ok(Reply::empty())
}

/// The access token of a user, with an ID token and a refresh token where the scopes ask for them.
fn user_tokens(exchange: &mut Exchange<'_, '_>, grant: Grant) -> Outcome<AccessToken> {
    let (environment, context) = exchange.environment()?;
    may_sign_on(environment, &grant, context.now)
        .map_err(|reason| Refusal::oauth(400, "invalid_grant", reason))?;
    context.rule(&rules::TOKEN_SCOPES);
    let id_token = match grant.asks_for("openid") {
        true => Some(id_token(exchange, &grant)?),
        false => None,
    };
    let (environment, context) = exchange.environment()?;
    let refresh_token = grant.asks_for("offline_access").then(|| {
        let grants = &mut environment.grants;
        Secret::new(grants.issue_refresh_token(context, grant.clone()))
    });
    let scope = grant.scope.clone();
    let mut answer = AccessToken::new(access_token(exchange, grant)?)
        .with_token_type("Bearer")
        .with_expires_in(lifetime())
        .with_scope(scope);
    answer.id_token = id_token;
    answer.refresh_token = refresh_token;
    not_stored(&answer)
}

/// Why the user of a grant gets no tokens.
pub(super) fn may_sign_on(
    environment: &Environment,
    grant: &Grant,
    now: Timestamp,
) -> Result<(), &'static str> {
    match environment.users.get(grant.user) {
        Err(_) => Err("the user does not exist any more"),
        Ok(user) if !user.can_authenticate(now) => Err("the user cannot authenticate"),
        Ok(_) => Ok(()),
    }
}

/// How many seconds an access token and an ID token are valid.
pub(super) fn lifetime() -> i64 {
    i64::try_from(LIFETIME.as_secs()).unwrap_or(i64::MAX)
}

/// A new access token of a user.
pub(super) fn access_token(
    exchange: &mut Exchange<'_, '_>,
    grant: Grant,
) -> Result<Secret, Refusal> {
    let (environment, context) = exchange.environment()?;
    context.rule(&rules::TOKEN_LIFETIME);
    let mut claims = claims(environment, context, &grant);
    claims.insert("client_id".to_owned(), json!(grant.client));
    claims.insert("aud".to_owned(), json!([claims["iss"]]));
    claims.insert("scope".to_owned(), json!(grant.scope));
    let token = signing::sign(&Value::Object(claims))?;
    let now = context.now;
    let holder = Holder::User(grant.user);
    keep(environment, &token, grant, now);
    exchange.state.tokens.keep(token.expose(), now, holder);
    Ok(token)
}

/// A new ID token.
pub(super) fn id_token(exchange: &mut Exchange<'_, '_>, grant: &Grant) -> Result<Secret, Refusal> {
    let (environment, context) = exchange.environment()?;
    context.rule(&rules::TOKEN_LIFETIME);
    let mut claims = claims(environment, context, grant);
    let user = environment.users.get(grant.user)?;
    let about = super::authorization::claims(&user.profile, &grant.scope);
    if let Ok(Value::Object(about)) = serde_json::to_value(about) {
        claims.extend(about);
    }
    let signed_on_at = grant.signed_on_at.as_second();
    claims.insert("aud".to_owned(), json!(grant.client));
    claims.insert("auth_time".to_owned(), json!(signed_on_at));
    claims.insert("amr".to_owned(), json!(grant.methods));
    if let Some(nonce) = &grant.nonce {
        claims.insert("nonce".to_owned(), json!(nonce));
    }
    let token = signing::sign(&Value::Object(claims))?;
    let now = context.now;
    keep(environment, &token, grant.clone(), now);
    Ok(token)
}

/// The claims of every token of a user.
fn claims(
    environment: &Environment,
    context: &mut RequestContext<'_>,
    grant: &Grant,
) -> Map<String, Value> {
    let expires_at = later(context.now, LIFETIME);
    let claims = [
        ("iss", json!(context.links.issuer(environment.id))),
        ("sub", json!(grant.user)),
        ("sid", json!(grant.session)),
        ("jti", json!(context.random.uuid())),
        ("iat", json!(context.now.as_second())),
        ("exp", json!(expires_at.as_second())),
    ];
    claims
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value))
        .collect()
}

fn keep(environment: &mut Environment, token: &Secret, grant: Grant, now: Timestamp) {
    let expires_at = later(now, LIFETIME);
    let grants = &mut environment.grants;
    grants.keep_token(token.expose(), grant, now, expires_at);
}
