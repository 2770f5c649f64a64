//! Issuing, introspecting and revoking tokens, in the words of OAuth 2.0.

use pingone_models::request::Open;
use pingone_models::{
    AccessToken, AuthorizationCodeGrant, RefreshTokenGrant, TokenIntrospection,
    TokenIntrospectionRequest, TokenRequest, TokenRevocation,
};
use serde_json::{Value, json};

use super::answer::{Outcome, Reply};
use super::client_authentication::{authenticate, identify, refused};
use super::exchange::Exchange;
use super::signing;
use crate::refusal::Refusal;
use crate::rules;
use crate::state::context::later;
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
    let lifetime = i64::try_from(LIFETIME.as_secs()).unwrap_or(i64::MAX);
    let token = AccessToken::new(token)
        .with_token_type("Bearer")
        .with_expires_in(lifetime);
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
    context.rule(&rules::TOKEN_LIFETIME);
    context.rule(&rules::TOKEN_SCOPES);
    let issuer = context.links.issuer(environment.id);
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
    exchange.state.tokens.keep(access.expose(), from, holder);
    not_stored(&answer)
}
