//! From a request on the wire to a handler, and from its answer back to the wire.

use std::sync::Arc;

use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::rejection::RawPathParamsRejection;
use axum::extract::{RawPathParams, Request};
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE, COOKIE, HeaderName};
use axum::http::{HeaderMap, HeaderValue, StatusCode, request};
use axum::response::Response;
use axum::routing::any;
use pingone_models::operation::{self, Operation, Security};
use serde_json::{Map, Value};
use url::form_urlencoded;

use crate::fault::{self, Fault};
use crate::handlers::{Answer, Call};
use crate::refusal::{Refusal, RefusalBody};
use crate::resource::{FORM, RESOURCES, Resource, Route};
use crate::server::Shared;
use crate::state::State;
use crate::state::tokens::Holder;
use crate::state::turn::Turn;
use crate::{rules, schemas};

const TRANSACTION: &str = "x-ping-external-transaction-id";
const SESSION: &str = "x-ping-external-session-id";
const ASSUMED: &str = "x-sandbox-assumed";

/// One route for each address of the document.
pub(crate) fn router(shared: &Arc<Shared>) -> Router {
    let mut router = Router::new();
    for resource in RESOURCES.iter() {
        let shared = Arc::clone(shared);
        let respond = move |path: Result<RawPathParams, RawPathParamsRejection>, request| {
            let shared = Arc::clone(&shared);
            async move {
                let path = path.ok().map(|path| {
                    let owned = |(name, value): (&str, &str)| (name.to_owned(), value.to_owned());
                    path.iter().map(owned).collect()
                });
                respond(&shared, path.map(|path| (resource, path)), request).await
            }
        };
        router = router.route(&resource.path, any(respond));
    }
    let shared = Arc::clone(shared);
    router.fallback(move |request: Request| {
        let shared = Arc::clone(&shared);
        async move { respond(&shared, None, request).await }
    })
}

type Found = (&'static Resource, Vec<(String, String)>);

async fn respond(shared: &Shared, found: Option<Found>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let body = to_bytes(body, shared.largest_body()).await;
    let incoming = Incoming { found, parts, body };
    answer(shared, &incoming)
}

/// A request that was read to its end.
struct Incoming {
    found: Option<Found>,
    parts: request::Parts,
    body: Result<Bytes, axum::Error>,
}

/// Does what a request asks for, all at once.
fn answer(shared: &Shared, incoming: &Incoming) -> Response {
    let headers = &incoming.parts.headers;
    let mut core = shared.core();
    let core = &mut *core;
    let transaction = match headers.get(TRANSACTION) {
        Some(given) => cleaned(given),
        None => core.random.uuid().to_string(),
    };
    let now = shared.clock().now();
    let mut turn = Turn::new(
        now,
        &mut core.random,
        shared.links(),
        &mut core.outbox,
        &transaction,
    );
    let mut operation = None;
    let outcome = decide(&mut core.state, &mut turn, incoming, &mut operation);
    let assumed: Vec<&str> = turn
        .rules()
        .iter()
        .filter(|rule| rule.is_assumed())
        .map(|rule| rule.id)
        .collect();
    let changed = turn.has_changed();
    if let Some(operation) = operation {
        core.counts.count(operation, changed);
    }
    let (status, body, mut extra) = match outcome {
        Ok(answer) => (answer.status, answer.body, answer.headers),
        Err(refusal) => {
            let body = match refusal.body {
                RefusalBody::Envelope(envelope) => {
                    let id = core.random.uuid().to_string();
                    serde_json::to_vec(&envelope.with_id(id))
                }
                RefusalBody::OAuth(error) => serde_json::to_vec(&error),
            };
            (refusal.status, body.unwrap_or_default(), refusal.headers)
        }
    };
    shared.announce();
    extra.push((TRANSACTION, transaction.clone()));
    if let Some(session) = headers.get(SESSION) {
        extra.push((SESSION, cleaned(session)));
    }
    if !assumed.is_empty() {
        extra.push((ASSUMED, assumed.join(", ")));
    }
    response(status, body, extra)
}

fn response(status: u16, body: Vec<u8>, extra: Vec<(&'static str, String)>) -> Response {
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::IM_A_TEAPOT);
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    for (name, value) in extra {
        // Values that cannot stand in a header were cleaned or made here; a header less is better than none of them.
        if let Ok(value) = HeaderValue::from_bytes(value.as_bytes()) {
            headers.append(HeaderName::from_static(name), value);
        }
    }
    response
}

/// Everything between reading a request and writing its answer.
fn decide(
    state: &mut State,
    turn: &mut Turn<'_>,
    incoming: &Incoming,
    chosen: &mut Option<&'static Operation>,
) -> Result<Answer, Refusal> {
    let parts = &incoming.parts;
    let header = |name| parts.headers.get(name).map(HeaderValue::to_str);
    let Some((resource, path)) = &incoming.found else {
        return Err(Refusal::not_found("There is nothing at this address."));
    };
    let content_type = parts.headers.get(CONTENT_TYPE);
    let content_type = content_type.map(|value| String::from_utf8_lossy(value.as_bytes()));
    let route = resource.route(turn, parts.method.as_str(), content_type.as_deref());
    if let Ok(route) = &route {
        *chosen = Some(route.operation);
    }
    if let Some(fault) = header(HeaderName::from_static(fault::HEADER)) {
        let fault = Fault::parse(fault.unwrap_or_default())?;
        return Err(fault.refusal(*chosen));
    }
    let wrong_method = matches!(&route, Err(refusal) if refusal.status == 405);
    if wrong_method {
        return Err(route.err().unwrap_or_else(|| Refusal::not_found("")));
    }
    // Who asks comes before what they ask for, so that strangers learn nothing.
    let holder = holder(state, turn, resource, &parts.headers)?;
    let Route { operation, handler } = route?;
    let environment = path
        .iter()
        .find(|(name, _)| name == "environmentId")
        .and_then(|(_, id)| id.parse().ok());
    let Some(environment) = environment else {
        turn.rule(&rules::ID_MALFORMED);
        return Err(Refusal::not_found("environmentId is no UUID."));
    };
    if !resource.takes_forms() && !state.environments.contains_key(&environment) {
        turn.rule(&rules::ENVIRONMENT_UNKNOWN);
        return Err(Refusal::forbidden("The environment does not exist."));
    }
    let body = read_body(turn, operation, incoming)?;
    let call = Call {
        environment,
        path: path.clone(),
        query: form_urlencoded::parse(parts.uri.query().unwrap_or_default().as_bytes())
            .into_owned()
            .collect(),
        body,
        holder,
        authorization: match header(AUTHORIZATION) {
            Some(Ok(value)) => Some(value.to_owned()),
            Some(Err(_)) => Some(String::new()),
            None => None,
        },
        session: cookie(&parts.headers, "ST"),
    };
    handler(state, turn, &call)
}

/// Whose rights the request has, where its operation wants a bearer token.
fn holder(
    state: &State,
    turn: &Turn<'_>,
    resource: &Resource,
    headers: &HeaderMap,
) -> Result<Holder, Refusal> {
    let wants_token = |route: &Route| route.operation.security.contains(&Security::Bearer);
    if !resource.routes.iter().any(wants_token) {
        return Ok(Holder::Nobody);
    }
    let refuse = |message: &str| {
        let challenge = "Bearer realm=\"sandbox\"";
        Refusal::unauthorized(message).header("www-authenticate", challenge)
    };
    let Some(value) = headers.get(AUTHORIZATION) else {
        return Err(refuse("The request has no Authorization."));
    };
    let token = value.to_str().ok().and_then(|value| {
        let (scheme, token) = value.trim().split_once(' ')?;
        scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
    });
    let token = token.ok_or_else(|| refuse("Authorization has no bearer token."))?;
    state.tokens.holder(token, turn.now).map_err(refuse)
}

fn read_body(
    turn: &mut Turn<'_>,
    operation: &Operation,
    incoming: &Incoming,
) -> Result<Value, Refusal> {
    let is_form = operation.media_type() == Some(FORM);
    let Ok(bytes) = &incoming.body else {
        turn.rule(&rules::BODY_UNREADABLE);
        if is_form {
            return Err(Refusal::oauth(
                400,
                "invalid_request",
                "the body is too large",
            ));
        }
        return Err(Refusal::new(
            413,
            "INVALID_REQUEST",
            "The body is too large.",
        ));
    };
    match operation.body {
        operation::Body::None | operation::Body::Empty { .. } => {
            if !bytes.is_empty() {
                turn.rule(&rules::BODY_IGNORED);
            }
            Ok(Value::Null)
        }
        operation::Body::Content { .. } if is_form => form(bytes),
        operation::Body::Content { .. } => {
            let body = json(turn, bytes)?;
            let details = schemas::check(operation.id, &body);
            if !details.is_empty() {
                return Err(Refusal::invalid(details));
            }
            if let Some(name) = schemas::foreign_member(operation.id, &body) {
                turn.rule(&rules::BODY_OF_ANOTHER_ACTION);
                let message = format!("{name} belongs to another action of this resource.");
                return Err(Refusal::value(&name, &message));
            }
            Ok(body)
        }
    }
}

fn json(turn: &mut Turn<'_>, bytes: &[u8]) -> Result<Value, Refusal> {
    if bytes.is_empty() {
        turn.rule(&rules::BODY_UNREADABLE);
        return Err(Refusal::unreadable("The body is missing."));
    }
    serde_json::from_slice(bytes).map_err(|error| {
        turn.rule(&rules::BODY_UNREADABLE);
        // The position alone: the text around it may hold a password.
        let (line, column) = (error.line(), error.column());
        Refusal::unreadable(&format!(
            "The body is no JSON (line {line}, column {column})."
        ))
    })
}

fn form(bytes: &[u8]) -> Result<Value, Refusal> {
    let mut members = Map::new();
    for (name, value) in form_urlencoded::parse(bytes) {
        let value = Value::String(value.into_owned());
        if members.insert(name.into_owned(), value).is_some() {
            return Err(Refusal::oauth(
                400,
                "invalid_request",
                "a parameter is sent twice",
            ));
        }
    }
    Ok(Value::Object(members))
}

/// The value of a cookie.
fn cookie(headers: &HeaderMap, wanted: &str) -> Option<String> {
    let pairs = headers.get_all(COOKIE).into_iter();
    pairs
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(name, _)| *name == wanted)
        .map(|(_, value)| value.to_owned())
}

/// A correlation id as PingOne keeps it: 100 characters at most, and `_` for what it does not take.
fn cleaned(value: &HeaderValue) -> String {
    let text = String::from_utf8_lossy(value.as_bytes());
    let allowed = |c: char| c.is_alphanumeric() || is_combining(c) || "._-/@=#+".contains(c);
    text.chars()
        .take(100)
        .map(|c| if allowed(c) { c } else { '_' })
        .collect()
}

fn is_combining(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}' | '\u{1ab0}'..='\u{1aff}' | '\u{1dc0}'..='\u{1dff}' | '\u{20d0}'..='\u{20ff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(given: &str, expected: &str) {
        let given = HeaderValue::from_bytes(given.as_bytes()).unwrap();
        assert_eq!(cleaned(&given), expected);
    }

    #[test]
    fn correlation_ids_keep_what_pingone_allows() {
        check("order-7/a@b=c#d+e.f_g", "order-7/a@b=c#d+e.f_g");
        check("a b;c", "a_b_c");
        check("é\u{301}", "é\u{301}");
        check(&"x".repeat(101), &"x".repeat(100));
    }
}
