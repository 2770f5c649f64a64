//! Beginning and ending sign-ons, and what OpenID Connect publishes.

use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;
use pingone_models::request::Open;
use pingone_models::requests::Authorize;
use pingone_models::{
    AuthorizeResponse, CodeChallengeMethod, Flow as View, FlowAuthorization, FlowId, FlowStatus,
    OpenidConfiguration, ResponseMode, Secret, SessionId, SignOffRequest, User as Profile,
    UserInfo,
};
use serde_json::Value;
use url::{Url, form_urlencoded};

use super::answer::{Outcome, Reply};
use super::exchange::{Exchange, cookie};
use super::flows::{SESSION_COOKIE, session_cookie};
use super::tokens;
use crate::refusal::Refusal;
use crate::rules;
use crate::state::flows::{Begin, Flow, Plan, Stage};
use crate::state::grants::{AuthorizationRequest, Challenge, Grant, Mode, ResponseType};
use crate::state::tokens::Holder;

const SCOPES: [&str; 6] = [
    "openid",
    "profile",
    "email",
    "address",
    "phone",
    "offline_access",
];

pub(super) fn authorize(exchange: &mut Exchange<'_, '_>, request: Authorize) -> Outcome<Open> {
    let wanted = Wanted {
        client: request.client_id.to_string(),
        response_type: request.response_type,
        response_mode: request.response_mode,
        redirect_uri: request.redirect_uri,
        scope: request.scope,
        state: request.state,
        nonce: request.nonce,
        challenge: request.code_challenge,
        method: request.code_challenge_method,
        policies: request.acr_values,
    };
    let (id, mode) = begin(exchange, wanted)?;
    if mode == Mode::Flow {
        return view(exchange, id).map(Reply::open);
    }
    let (environment, context) = exchange.environment()?;
    context.rule(&rules::AUTHORIZE_PAGE);
    Ok(Reply::redirect(
        context.links.sign_on_page(environment.id, id),
    ))
}

pub(super) fn start_flow(
    exchange: &mut Exchange<'_, '_>,
    form: FlowAuthorization,
) -> Outcome<View> {
    let wanted = Wanted {
        client: form.client_id.to_string(),
        response_type: form.response_type,
        response_mode: Some(ResponseMode::PiFlow),
        redirect_uri: form.redirect_uri,
        scope: form.scope,
        state: form.state,
        nonce: form.nonce,
        challenge: form.code_challenge,
        method: form.code_challenge_method,
        policies: form.acr_values,
    };
    let (id, _) = begin(exchange, wanted)?;
    view(exchange, id)
}

/// An authorization request that has not been checked.
struct Wanted {
    client: String,
    response_type: String,
    response_mode: Option<ResponseMode>,
    redirect_uri: Option<String>,
    scope: Option<String>,
    state: Option<String>,
    nonce: Option<String>,
    challenge: Option<String>,
    method: Option<CodeChallengeMethod>,
    policies: Option<String>,
}

/// How the result is delivered. Tokens are never part of a query, as OAuth 2.0 Multiple Response Types says.
fn mode(asked: Option<ResponseMode>, wanted: ResponseType) -> Result<Mode, Refusal> {
    let is_code = wanted == ResponseType::CODE;
    let message = match asked {
        Some(ResponseMode::PiFlow) => return Ok(Mode::Flow),
        None | Some(ResponseMode::Query) if is_code => return Ok(Mode::Query),
        None | Some(ResponseMode::Fragment) => return Ok(Mode::Fragment),
        Some(ResponseMode::Query) => "Tokens are not sent in a query: use `fragment`.",
        Some(_) => "The sandbox supports the response modes `query`, `fragment` and `pi.flow`.",
    };
    Err(Refusal::value("response_mode", message))
}

/// Begins a flow.
fn begin(exchange: &mut Exchange<'_, '_>, wanted: Wanted) -> Result<(FlowId, Mode), Refusal> {
    let (environment, context) = exchange.environment()?;
    context.rule(&rules::AUTHORIZE_ERRORS);
    if !environment.clients.contains_key(&wanted.client) {
        return Err(Refusal::value("client_id", "There is no such application."));
    }
    let response_type = ResponseType::parse(&wanted.response_type).ok_or_else(|| {
        let message = "The value is not made of `code`, `token` and `id_token`.";
        Refusal::value("response_type", message)
    })?;
    let mode = mode(wanted.response_mode, response_type)?;
    match wanted.redirect_uri.as_deref().map(Url::parse) {
        None if mode != Mode::Flow => return Err(Refusal::required("redirect_uri")),
        Some(Err(_)) => return Err(Refusal::value("redirect_uri", "The value is no address.")),
        _ => {}
    }
    let is_plain = match wanted.method {
        Some(CodeChallengeMethod::S256) => false,
        None | Some(CodeChallengeMethod::Plain) => true,
        Some(_) => {
            let message = "The method is not known.";
            return Err(Refusal::value("code_challenge_method", message));
        }
    };
    let challenge = wanted.challenge.map(|value| Challenge { value, is_plain });
    let request = AuthorizationRequest {
        client: wanted.client,
        redirect_uri: wanted.redirect_uri,
        scope: wanted.scope.unwrap_or_default(),
        state: wanted.state,
        nonce: wanted.nonce,
        challenge,
        wanted: response_type,
        mode,
    };
    context.rule(&rules::AUTHORIZE_POLICY);
    let policies = wanted.policies.unwrap_or_default();
    let stages = match policies.split(' ').next() {
        Some("Multi_Factor") => vec![Stage::Mfa],
        _ => Vec::new(),
    };
    context.change();
    let id = FlowId::new(context.random.uuid());
    let session = SessionId::new(context.random.uuid());
    let plan = Plan {
        begin: Begin::Credentials,
        stages,
        user_code: None,
        application: None,
    };
    let mut flow = Flow::new(id, session, plan, context.now);
    flow.request = Some(request);
    environment.sweep(context.now);
    environment.flows.insert(id, flow);
    Ok((id, mode))
}

/// A flow that has just begun.
fn view(exchange: &mut Exchange<'_, '_>, id: FlowId) -> Outcome<View> {
    let (environment, context) = exchange.environment()?;
    let acted = environment.act_on_flow(context, id, None, |_, _, _| Ok(()))?;
    Reply::json(200, &acted.view)
}

pub(super) fn resume(exchange: &mut Exchange<'_, '_>, id: FlowId) -> Outcome<Open> {
    let given = cookie(exchange.headers, SESSION_COOKIE);
    let (environment, context) = exchange.environment()?;
    let mut signed_on = None;
    let acted = environment.act_on_flow(context, id, given, |environment, flow, context| {
        context.rule(&rules::RESUME_CODE);
        let (Some(asked), Some(user), FlowStatus::Completed) =
            (&flow.request, flow.user, &flow.status)
        else {
            let message = "The flow has not completed, or no authorization request began it.";
            return Err(Refusal::failed("INVALID_VALUE", message));
        };
        let grant = Grant {
            client: asked.client.clone(),
            user,
            session: flow.session,
            scope: asked.scope.clone(),
            nonce: asked.nonce.clone(),
            signed_on_at: context.now,
            methods: flow.authenticators.clone(),
        };
        context.change();
        let code = asked.wanted.code.then(|| {
            let grants = &mut environment.grants;
            grants.issue_code(context, grant.clone(), asked)
        });
        signed_on = Some((asked.clone(), grant, code));
        Ok(())
    })?;
    let Some((request, grant, code)) = signed_on else {
        return Err(Refusal::not_found("The flow has no result."));
    };
    let response = respond(exchange, &request, grant, code)?;
    if request.mode == Mode::Flow {
        let mut view = acted.view;
        view.authorize_response = Some(response);
        return Reply::<View>::json(200, &view).map(Reply::open);
    }
    let mut address = request
        .redirect_uri
        .and_then(|address| Url::parse(&address).ok())
        .ok_or_else(|| Refusal::required("redirect_uri"))?;
    let parameters = parameters(&response);
    if request.mode == Mode::Fragment {
        let mut fragment = form_urlencoded::Serializer::new(String::new());
        address.set_fragment(Some(&fragment.extend_pairs(parameters).finish()));
    } else {
        address.query_pairs_mut().extend_pairs(parameters);
    }
    Ok(Reply::redirect(address))
}

/// What the application gets: what its response type names.
fn respond(
    exchange: &mut Exchange<'_, '_>,
    request: &AuthorizationRequest,
    grant: Grant,
    code: Option<String>,
) -> Result<AuthorizeResponse, Refusal> {
    let mut response = AuthorizeResponse::new();
    response.code = code.map(Secret::new);
    response.state.clone_from(&request.state);
    let (environment, context) = exchange.environment()?;
    if request.wanted != ResponseType::CODE {
        context.rule(&rules::RESUME_TOKENS);
        tokens::may_sign_on(environment, &grant, context.now)
            .map_err(|reason| Refusal::failed("INVALID_VALUE", reason))?;
    }
    if request.wanted.id_token {
        response.id_token = Some(tokens::id_token(exchange, &grant)?);
    }
    if request.wanted.token {
        response.token_type = Some("Bearer".to_owned());
        response.expires_in = Some(tokens::lifetime());
        response.scope = Some(grant.scope.clone());
        response.access_token = Some(tokens::access_token(exchange, grant)?);
    }
    Ok(response)
}

/// The members of a response as parameters of an address.
fn parameters(response: &AuthorizeResponse) -> Vec<(String, String)> {
    let Ok(Value::Object(members)) = serde_json::to_value(response) else {
        return Vec::new();
    };
    let text = |value: Value| match value {
        Value::String(text) => text,
        other => other.to_string(),
    };
    members
        .into_iter()
        .map(|(name, value)| (name, text(value)))
        .collect()
}

pub(super) fn user_info(exchange: &mut Exchange<'_, '_>) -> Outcome<UserInfo> {
    let Holder::User(id) = exchange.holder else {
        exchange.context.rule(&rules::USERINFO_OF_A_USER);
        return Err(Refusal::forbidden("The token is not that of a user."));
    };
    let headers = exchange.headers;
    let (environment, context) = exchange.environment()?;
    let scope = bearer(headers)
        .and_then(|token| environment.grants.active(token, context.now))
        .map_or_else(
            || "openid profile email".to_owned(),
            |active| active.grant.scope.clone(),
        );
    let user = environment.users.get(id)?;
    Reply::json(200, &claims(&user.profile, &scope))
}

/// The token in `Authorization: Bearer`.
fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers
        .get(AUTHORIZATION)?
        .to_str()
        .ok()?
        .trim()
        .split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

/// The claims that the scopes allow.
pub(super) fn claims(profile: &Profile, scope: &str) -> UserInfo {
    let mut claims = UserInfo::new(profile.id.to_string());
    for scope in scope.split(' ') {
        match scope {
            "email" => {
                claims.email.clone_from(&profile.email);
                claims.email_verified = profile.email_verified;
            }
            "profile" => {
                claims.preferred_username.clone_from(&profile.username);
                if let Some(name) = &profile.name {
                    claims.given_name.clone_from(&name.given);
                    claims.family_name.clone_from(&name.family);
                    claims.name.clone_from(&name.formatted);
                }
            }
            _ => {}
        }
    }
    claims
}

pub(super) fn sign_off(exchange: &mut Exchange<'_, '_>, request: SignOffRequest) -> Outcome<Open> {
    let given = cookie(exchange.headers, SESSION_COOKIE);
    let (environment, context) = exchange.environment()?;
    context.rule(&rules::SIGN_OFF);
    let mut address = match &request.post_logout_redirect_uri {
        None => context.links.signed_off_page(environment.id),
        Some(address) => match Url::parse(address) {
            Ok(address) => address.into(),
            Err(_) => {
                let message = "The value is no address.";
                return Err(Refusal::value("post_logout_redirect_uri", message));
            }
        },
    };
    if let (Some(state), Ok(mut with_state)) = (&request.state, Url::parse(&address)) {
        with_state.query_pairs_mut().append_pair("state", state);
        address = with_state.into();
    }
    let session = given.and_then(|cookie| environment.sessions.get(cookie));
    if let Some(session) = session.copied() {
        if let Some(hint) = &request.id_token_hint {
            context.rule(&rules::SIGN_OFF_HINT);
            let grants = &environment.grants;
            let holder = grants.holder_of(hint.expose());
            if holder.is_none() || holder != grants.user_of(session) {
                let message = "The token is not one of the user of the session.";
                return Err(Refusal::value("id_token_hint", message));
            }
        }
        environment.end_session(session);
        context.change();
    }
    let cookie = session_cookie(environment.id, "", 0);
    Ok(Reply::redirect(address).header("set-cookie", cookie))
}

pub(super) fn discovery(exchange: &mut Exchange<'_, '_>) -> Outcome<OpenidConfiguration> {
    let (environment, context) = exchange.environment()?;
    let issuer = context.links.issuer(environment.id);
    let list = |values: &[&str]| {
        values
            .iter()
            .map(|value| (*value).to_owned())
            .collect::<Vec<_>>()
    };
    let configuration = OpenidConfiguration::new(issuer.clone())
        .with_authorization_endpoint(format!("{issuer}/authorize"))
        .with_token_endpoint(format!("{issuer}/token"))
        .with_userinfo_endpoint(format!("{issuer}/userinfo"))
        .with_jwks_uri(format!("{issuer}/jwks"))
        .with_end_session_endpoint(format!("{issuer}/signoff"))
        .with_introspection_endpoint(format!("{issuer}/introspect"))
        .with_revocation_endpoint(format!("{issuer}/revoke"))
        .with_scopes_supported(list(&SCOPES))
        .with_response_types_supported(list(&[
            "code",
            "token",
            "id_token",
            "token id_token",
            "code token",
            "code id_token",
            "code token id_token",
        ]))
        .with_response_modes_supported(list(&["query", "fragment", "pi.flow"]))
        .with_grant_types_supported(list(&[
            "authorization_code",
            "refresh_token",
            "client_credentials",
        ]))
        .with_subject_types_supported(list(&["public"]))
        .with_id_token_signing_alg_values_supported(list(&["RS256"]))
        .with_token_endpoint_auth_methods_supported(list(&[
            "client_secret_basic",
            "client_secret_post",
            "client_secret_jwt",
            "private_key_jwt",
            "none",
        ]))
        .with_code_challenge_methods_supported(list(&["S256", "plain"]));
    Reply::json(200, &configuration)
}
