//! Beginning and ending sign-ons, and what OpenID Connect publishes.

use std::borrow::Cow;

use pingone_models::{
    FlowId, OpenidConfiguration, SessionId, TokenIntrospection, User as Profile, UserInfo,
};
use serde_json::Value;
use url::Url;

use super::{Answer, Call, cookie, session_cookie, signing, token};
use crate::refusal::Refusal;
use crate::rules;
use crate::state::State;
use crate::state::context::RequestContext;
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

pub(super) fn authorize(
    state: &mut State,
    context: &mut RequestContext<'_>,
    call: &Call<'_>,
) -> Result<Answer, Refusal> {
    begin(state, context, call, |name| call.query(name).next())
}

pub(super) fn start_flow(
    state: &mut State,
    context: &mut RequestContext<'_>,
    call: &Call<'_>,
) -> Result<Answer, Refusal> {
    begin(state, context, call, |name| {
        call.body.get(name).and_then(Value::as_str).map(Cow::from)
    })
}

fn begin<'v>(
    state: &mut State,
    context: &mut RequestContext<'_>,
    call: &Call<'_>,
    parameter: impl Fn(&'static str) -> Option<Cow<'v, str>>,
) -> Result<Answer, Refusal> {
    context.rule(&rules::AUTHORIZE_ERRORS);
    let environment = call.environment(state)?;
    let client = parameter("client_id").ok_or_else(|| Refusal::required("client_id"))?;
    if !environment.clients.contains_key(client.as_ref()) {
        return Err(Refusal::value("client_id", "There is no such application."));
    }
    match parameter("response_type").as_deref() {
        None => return Err(Refusal::required("response_type")),
        Some("code") => {}
        Some(_) => {
            let message = "The sandbox supports the response type `code` alone.";
            return Err(Refusal::value("response_type", message));
        }
    }
    let in_flow = match parameter("response_mode").as_deref() {
        Some("pi.flow") => true,
        None | Some("query") => false,
        Some(_) => {
            let message = "The sandbox supports the response modes `query` and `pi.flow`.";
            return Err(Refusal::value("response_mode", message));
        }
    };
    let redirect_uri = parameter("redirect_uri").map(Cow::into_owned);
    match redirect_uri.as_deref().map(Url::parse) {
        None if !in_flow => return Err(Refusal::required("redirect_uri")),
        Some(Err(_)) => return Err(Refusal::value("redirect_uri", "The value is no address.")),
        _ => {}
    }
    let is_plain = match parameter("code_challenge_method").as_deref() {
        Some("S256") => false,
        None | Some("plain") => true,
        Some(_) => {
            return Err(Refusal::value(
                "code_challenge_method",
                "The method is not known.",
            ));
        }
    };
    context.rule(&rules::AUTHORIZE_POLICY);
    let policies = parameter("acr_values").unwrap_or_default();
    let stages = match policies.split(' ').next() {
        Some("Multi_Factor") => vec![Stage::Mfa],
        _ => Vec::new(),
    };
    let request = AuthorizationRequest {
        client: client.into_owned(),
        redirect_uri,
        scope: parameter("scope").unwrap_or_default().into_owned(),
        state: parameter("state").map(Cow::into_owned),
        nonce: parameter("nonce").map(Cow::into_owned),
        challenge: parameter("code_challenge").map(|value| Challenge {
            value: value.into_owned(),
            is_plain,
        }),
        in_flow,
    };
    context.change();
    let id = FlowId::new(context.random.uuid());
    let session = SessionId::new(context.random.uuid());
    let plan = Plan {
        begin: Begin::Credentials,
        stages,
        application: None,
    };
    let mut flow = Flow::new(id, session, plan, context.now);
    flow.request = Some(request);
    environment.flows.insert(id, flow);
    if !in_flow {
        context.rule(&rules::AUTHORIZE_PAGE);
        let page = context.links.sign_on_page(environment.id, id);
        return Ok(Answer::redirect(page));
    }
    let acted = environment.act_on_flow(context, id, None, |_, _, _| Ok(()))?;
    Answer::json(200, &acted.view)
}

pub(super) fn resume(
    state: &mut State,
    context: &mut RequestContext<'_>,
    call: &Call<'_>,
) -> Result<Answer, Refusal> {
    let environment = call.environment(state)?;
    let given = call.query("flowId").next();
    let given = given.ok_or_else(|| Refusal::required("flowId"))?;
    let id: FlowId = given.parse().map_err(|_| {
        context.rule(&rules::ID_MALFORMED);
        Refusal::not_found("flowId is no UUID.")
    })?;
    let mut code = None;
    let mut request = None;
    let acted = environment.act_on_flow(
        context,
        id,
        cookie(call.headers, "ST"),
        |environment, flow, context| {
            context.rule(&rules::RESUME_CODE);
            let (Some(asked), Some(user), true) = (
                &flow.request,
                flow.user,
                flow.status == pingone_models::FlowStatus::Completed,
            ) else {
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
        },
    )?;
    let (Some(code), Some(request)) = (code, request) else {
        return Err(Refusal::not_found("The flow has no result."));
    };
    if request.in_flow {
        let mut view = acted.view;
        let mut response = pingone_models::AuthorizeResponse::new().with_code(code);
        response.state = request.state;
        view.authorize_response = Some(response);
        return Answer::json(200, &view);
    }
    let mut address = request
        .redirect_uri
        .and_then(|address| Url::parse(&address).ok())
        .ok_or_else(|| Refusal::required("redirect_uri"))?;
    address.query_pairs_mut().append_pair("code", &code);
    if let Some(state) = &request.state {
        address.query_pairs_mut().append_pair("state", state);
    }
    Ok(Answer::redirect(address.into()))
}

pub(super) fn introspect(
    state: &mut State,
    context: &mut RequestContext<'_>,
    call: &Call<'_>,
) -> Result<Answer, Refusal> {
    let client = token::authenticate(state, context, call)?;
    let text = token::required(call, "token")?;
    context.rule(&rules::INTROSPECTION);
    let issuer = context.links.issuer(call.environment);
    let active = state
        .environments
        .get(&call.environment)
        .and_then(|environment| environment.grants.active(text, context.now))
        .filter(|active| active.grant.client == client.id);
    let answer = match active {
        None => {
            let is_active = state.tokens.holder(text, context.now) == Ok(Holder::Worker);
            TokenIntrospection::new(is_active)
        }
        Some(active) => {
            let mut answer = TokenIntrospection::new(true)
                .with_token_type("Bearer")
                .with_scope(active.grant.scope.clone())
                .with_client_id(active.grant.client.clone())
                .with_iss(issuer)
                .with_sub(active.grant.user.to_string());
            if let Some((from, to)) = active.times {
                answer = answer.with_iat(from.as_second()).with_exp(to.as_second());
            }
            answer
        }
    };
    Answer::json(200, &answer)
}

pub(super) fn revoke(
    state: &mut State,
    context: &mut RequestContext<'_>,
    call: &Call<'_>,
) -> Result<Answer, Refusal> {
    let client = token::authenticate(state, context, call)?;
    let text = token::required(call, "token")?;
    context.rule(&rules::REVOCATION);
    let environment = state.environments.get_mut(&call.environment);
    if environment.is_some_and(|environment| environment.grants.revoke(text, &client.id)) {
        context.change();
    }
    Ok(Answer::empty(200))
}

pub(super) fn user_info(
    state: &mut State,
    context: &mut RequestContext<'_>,
    call: &Call<'_>,
) -> Result<Answer, Refusal> {
    let Holder::User(id) = call.holder else {
        context.rule(&rules::USERINFO_OF_A_USER);
        return Err(Refusal::forbidden("The token is not that of a user."));
    };
    let environment = call.environment(state)?;
    let scope = token::bearer(call.headers)
        .and_then(|token| environment.grants.active(token, context.now))
        .map_or_else(
            || "openid profile email".to_owned(),
            |active| active.grant.scope.clone(),
        );
    let user = environment.users.get(id)?;
    Answer::json(200, &claims(&user.profile, &scope))
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

pub(super) fn sign_off(
    state: &mut State,
    context: &mut RequestContext<'_>,
    call: &Call<'_>,
) -> Result<Answer, Refusal> {
    context.rule(&rules::SIGN_OFF);
    let environment = call.environment(state)?;
    let session = cookie(call.headers, "ST").and_then(|cookie| environment.sessions.get(cookie));
    if let Some(session) = session.copied() {
        environment.end_session(session);
        context.change();
    }
    let home = environment.id;
    let cookie = session_cookie(home, "", 0);
    let mut address = match call.query("post_logout_redirect_uri").next() {
        None => context.links.signed_off_page(home),
        Some(address) => match Url::parse(&address) {
            Ok(address) => address.into(),
            Err(_) => {
                let message = "The value is no address.";
                return Err(Refusal::value("post_logout_redirect_uri", message));
            }
        },
    };
    if let (Some(state), Ok(mut with_state)) = (call.query("state").next(), Url::parse(&address)) {
        with_state.query_pairs_mut().append_pair("state", &state);
        address = with_state.into();
    }
    let mut answer = Answer::redirect(address);
    answer.headers.push(("set-cookie", cookie));
    Ok(answer)
}

pub(super) fn keys(
    state: &mut State,
    _: &mut RequestContext<'_>,
    call: &Call<'_>,
) -> Result<Answer, Refusal> {
    call.environment(state)?;
    Answer::json(200, &signing::key_set()?)
}

pub(super) fn discovery(
    state: &mut State,
    context: &mut RequestContext<'_>,
    call: &Call<'_>,
) -> Result<Answer, Refusal> {
    call.environment(state)?;
    let issuer = context.links.issuer(call.environment);
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
    Answer::json(200, &configuration)
}
