//! Beginning and ending sign-ons, and what OpenID Connect publishes.

use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;
use pingone_models::request::Open;
use pingone_models::requests::Authorize;
use pingone_models::{
    AuthorizeResponse, CodeChallengeMethod, Flow as View, FlowAuthorization, FlowId, FlowStatus,
    OpenidConfiguration, ResponseMode, SessionId, SignOffRequest, User as Profile, UserInfo,
};
use url::Url;

use super::answer::{Outcome, Reply};
use super::exchange::{Exchange, cookie};
use super::flows::{SESSION_COOKIE, session_cookie};
use crate::refusal::Refusal;
use crate::rules;
use crate::state::flows::{Begin, Flow, Plan, Stage};
use crate::state::grants::{AuthorizationRequest, Challenge, Grant};
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
    let in_flow = match &request.response_mode {
        Some(ResponseMode::PiFlow) => true,
        None | Some(ResponseMode::Query) => false,
        Some(_) => {
            let message = "The sandbox supports the response modes `query` and `pi.flow`.";
            return Err(Refusal::value("response_mode", message));
        }
    };
    let wanted = Wanted {
        response_type: request.response_type,
        method: request.code_challenge_method,
        policies: request.acr_values,
        request: AuthorizationRequest {
            client: request.client_id.to_string(),
            redirect_uri: request.redirect_uri,
            scope: request.scope.unwrap_or_default(),
            state: request.state,
            nonce: request.nonce,
            challenge: challenge(request.code_challenge),
            in_flow,
        },
    };
    let id = begin(exchange, wanted)?;
    if in_flow {
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
        response_type: form.response_type,
        method: form.code_challenge_method,
        policies: form.acr_values,
        request: AuthorizationRequest {
            client: form.client_id.to_string(),
            redirect_uri: form.redirect_uri,
            scope: form.scope.unwrap_or_default(),
            state: form.state,
            nonce: form.nonce,
            challenge: challenge(form.code_challenge),
            in_flow: true,
        },
    };
    let id = begin(exchange, wanted)?;
    view(exchange, id)
}

/// An authorization request that has not been checked.
struct Wanted {
    response_type: String,
    method: Option<CodeChallengeMethod>,
    policies: Option<String>,
    request: AuthorizationRequest,
}

fn challenge(value: Option<String>) -> Option<Challenge> {
    value.map(|value| Challenge {
        value,
        is_plain: true,
    })
}

/// Begins a flow.
fn begin(exchange: &mut Exchange<'_, '_>, wanted: Wanted) -> Result<FlowId, Refusal> {
    let (environment, context) = exchange.environment()?;
    context.rule(&rules::AUTHORIZE_ERRORS);
    let mut request = wanted.request;
    if !environment.clients.contains_key(&request.client) {
        return Err(Refusal::value("client_id", "There is no such application."));
    }
    if wanted.response_type != "code" {
        let message = "The sandbox supports the response type `code` alone.";
        return Err(Refusal::value("response_type", message));
    }
    match request.redirect_uri.as_deref().map(Url::parse) {
        None if !request.in_flow => return Err(Refusal::required("redirect_uri")),
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
    if let Some(challenge) = &mut request.challenge {
        challenge.is_plain = is_plain;
    }
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
    environment.flows.insert(id, flow);
    Ok(id)
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
    let mut code = None;
    let mut request = None;
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
        code = Some(environment.grants.issue_code(context, grant, asked));
        request = Some(asked.clone());
        Ok(())
    })?;
    let (Some(code), Some(request)) = (code, request) else {
        return Err(Refusal::not_found("The flow has no result."));
    };
    if request.in_flow {
        let mut view = acted.view;
        let mut response = AuthorizeResponse::new().with_code(code);
        response.state = request.state;
        view.authorize_response = Some(response);
        return Reply::<View>::json(200, &view).map(Reply::open);
    }
    let mut address = request
        .redirect_uri
        .and_then(|address| Url::parse(&address).ok())
        .ok_or_else(|| Refusal::required("redirect_uri"))?;
    address.query_pairs_mut().append_pair("code", &code);
    if let Some(state) = &request.state {
        address.query_pairs_mut().append_pair("state", state);
    }
    Ok(Reply::redirect(address))
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
        .with_response_types_supported(list(&["code"]))
        .with_response_modes_supported(list(&["query", "pi.flow"]))
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
