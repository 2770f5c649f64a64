//! From a request on the wire to a handler, and from its answer back to the wire.

pub(crate) mod connection;
mod cors;
mod delivery;
mod headers;
mod near_miss;
mod resource;

use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::{Bytes, to_bytes};
use axum::extract::rejection::RawPathParamsRejection;
use axum::extract::{RawPathParams, Request};
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE, DATE};
use axum::http::uri::PathAndQuery;
use axum::http::{HeaderMap, HeaderValue, request};
use axum::response::Response;
use axum::routing::any;
use jiff::Timestamp;
use jiff::fmt::rfc2822::DateTimePrinter;
use pingone_models::operation::{self, Operation, Security};
use pingone_models::request::Payload;
use pingone_models::{ErrorDetail, UserId};
use serde_json::{Map, Value};
use url::form_urlencoded;

use self::connection::ConnectionControl;
use self::headers::cleaned;
use self::near_miss::near_miss;
use self::resource::{RESOURCES, Resource, Route};
use crate::fault::{self, Delivery, Effect, FaultPlan, Reply, Subject};
use crate::handlers::{Answer, Exchange};
use crate::journal::{Record, Transcript, Verdict};
use crate::limits::Limits;
use crate::media::FORM;
use crate::refusal::{Refusal, RefusalBody};
use crate::shared::Shared;
use crate::state::State;
use crate::state::context::RequestContext;
use crate::state::tokens::Holder;
use crate::state_file::{SaveError, Saving};
use crate::{rules, schemas};

const TRANSACTION: &str = "x-ping-external-transaction-id";
const SESSION: &str = "x-ping-external-session-id";
const ASSUMED: &str = "x-sandbox-assumed";
const CORRELATION: &str = "correlation-id";
/// How PingOne's own media types begin.
const VENDOR: &str = "application/vnd.pingidentity.";
const HAL: &str = "application/hal+json;charset=UTF-8";

/// One route for each address of the document.
pub(crate) fn router(shared: &Arc<Shared>) -> Router {
    let mut router = Router::new();
    for resource in RESOURCES.iter() {
        let shared = Arc::clone(shared);
        let respond = move |path: Result<RawPathParams, RawPathParamsRejection>, request| {
            let shared = Arc::clone(&shared);
            async move { respond(&shared, path.ok().map(|path| (resource, path)), request).await }
        };
        let with_slash = format!("{}/", resource.path);
        router = router
            .route(&resource.path, any(respond.clone()))
            .route(&with_slash, any(respond));
    }
    let shared = Arc::clone(shared);
    let cors = cors::layer(&shared.options().origins);
    let router = router.fallback(move |request: Request| {
        let shared = Arc::clone(&shared);
        async move { respond(&shared, None, request).await }
    });
    router.layer(cors)
}

type Found = (&'static Resource, RawPathParams);

async fn respond(shared: &Shared, found: Option<Found>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let connection = parts.extensions.get::<ConnectionControl>();
    let connection = connection.cloned().unwrap_or_default();
    let body = to_bytes(body, shared.options().largest_body).await;
    let incoming = Incoming { found, parts, body };
    let (mut reply, mut delivery, saving) = answer(shared, incoming);
    // Whoever reads an answer may rely on what it says, even if the sandbox is killed.
    if let Some(saving) = saving
        && let Err(error) = saving.done().await
    {
        reply = unsaved(&error);
        delivery = Delivery::Whole(Duration::ZERO);
    }
    delivery::send(reply, delivery, &connection).await
}

/// A request that was read to its end.
struct Incoming {
    found: Option<Found>,
    parts: request::Parts,
    body: Result<Bytes, axum::Error>,
}

impl Incoming {
    /// The media type that counts: PingOne's own, where there are several.
    fn media_type(&self) -> Option<Cow<'_, str>> {
        let given = || self.parts.headers.get_all(CONTENT_TYPE).into_iter();
        let own = given().find(|value| {
            let vendor = VENDOR.as_bytes();
            let start = value.as_bytes().get(..vendor.len());
            start.is_some_and(|start| start.eq_ignore_ascii_case(vendor))
        });
        let value = own.or_else(|| given().next())?;
        Some(String::from_utf8_lossy(value.as_bytes()))
    }

    fn repeats_media_type(&self) -> bool {
        self.parts.headers.get_all(CONTENT_TYPE).into_iter().count() > 1
    }

    /// Whether the platform server is asked.
    fn is_for_platform(&self) -> bool {
        match &self.found {
            Some((resource, _)) => resource
                .routes
                .iter()
                .any(|route| route.operation.server == "platform"),
            None => self.parts.uri.path().starts_with("/v1/"),
        }
    }
}

/// What decided an answer.
#[derive(Default)]
struct Decision {
    operation: Option<&'static Operation>,
    effect: Option<Effect>,
    limited: bool,
}

/// Does what a request asks for, all at once.
fn answer(shared: &Shared, incoming: Incoming) -> (Reply, Delivery, Option<Saving>) {
    let headers = &incoming.parts.headers;
    let mut guard = shared.lock();
    let core = &mut *guard;
    let transaction = match headers.get(TRANSACTION) {
        Some(given) => cleaned(given),
        None => core.random.uuid().to_string(),
    };
    let forwarded = match shared.options().forwarded {
        true => headers::forwarded(headers),
        false => None,
    };
    let now = shared.clock().now();
    let mut context = RequestContext::new(
        now,
        &mut core.random,
        forwarded.as_ref().unwrap_or_else(|| shared.links()),
        &mut core.outbox,
        &transaction,
    );
    let mut decision = Decision::default();
    let outcome = decide(
        &mut core.state,
        &mut core.faults,
        &mut core.limits,
        &mut context,
        &incoming,
        &mut decision,
    );
    let rules = context.rules().to_vec();
    let changed = context.has_changed();
    if let Some(operation) = decision.operation {
        core.counts.count(operation, changed);
    }
    let succeeded = outcome.is_ok();
    let is_for_platform = incoming.is_for_platform();
    let correlation = match is_for_platform || !succeeded {
        true => core.random.uuid().to_string(),
        false => String::new(),
    };
    let (status, body, mut extra) = match outcome {
        Ok(answer) => (answer.status, answer.body, answer.headers),
        Err(refusal) => {
            let body = match refusal.body {
                RefusalBody::Envelope(envelope) => {
                    serde_json::to_vec(&envelope.with_id(correlation.as_str()))
                }
                RefusalBody::OAuth(error) => serde_json::to_vec(&error),
            };
            (refusal.status, body.unwrap_or_default(), refusal.headers)
        }
    };
    if let Some(session) = headers.get(SESSION) {
        extra.push((SESSION, cleaned(session)));
    }
    extra.push((TRANSACTION, transaction));
    let assumed: Vec<&str> = rules
        .iter()
        .filter(|rule| rule.is_assumed())
        .map(|rule| rule.id)
        .collect();
    if !assumed.is_empty() {
        extra.push((ASSUMED, assumed.join(", ")));
    }
    if is_for_platform {
        extra.push((CORRELATION, correlation));
    }
    let content_type = match is_for_platform && succeeded {
        true => HAL,
        false => "application/json",
    };
    let mut reply = reply(status, content_type, body, extra);
    let mut delivery = Delivery::Whole(Duration::ZERO);
    if let Some(effect) = &decision.effect {
        delivery = effect.alter(&mut reply, &mut core.faults.random);
    }
    let instead = decision
        .effect
        .as_ref()
        .is_some_and(|effect| !effect.commits());
    let verdict = match decision.operation {
        _ if instead => Verdict::Faulted,
        _ if decision.limited => Verdict::Limited,
        None => Verdict::Unmatched,
        Some(_) if succeeded => Verdict::Done,
        Some(_) => Verdict::Refused,
    };
    let near_miss = match verdict {
        Verdict::Unmatched => near_miss(
            incoming.found.as_ref().map(|(resource, _)| *resource),
            incoming.parts.method.as_str(),
            incoming.parts.uri.path(),
            incoming.media_type().as_deref(),
        ),
        _ => None,
    };
    let uri = &incoming.parts.uri;
    let body = incoming.body.as_deref().unwrap_or_default();
    let target = uri.path_and_query().map_or("*", PathAndQuery::as_str);
    core.journal.add(|number, room| Record {
        number,
        at: now,
        method: incoming.parts.method.clone(),
        operation: decision.operation.map(|operation| operation.id),
        verdict,
        rules,
        changed,
        fault: decision.effect.as_ref().map(Effect::name),
        near_miss,
        status: reply.status,
        transcript: Transcript::new(room, target, (headers, body), (&reply.headers, &reply.body)),
    });
    let saving = shared.save(&mut guard, false);
    drop(guard);
    shared.announce();
    if let Some(date) = http_date(now) {
        reply.headers.insert(DATE, date);
    }
    (reply, delivery, saving)
}

/// The answer to every request once the state file cannot be written.
fn unsaved(error: &SaveError) -> Reply {
    let refusal = Refusal::new(500, "UNEXPECTED_ERROR", &error.to_string());
    let body = match refusal.body {
        RefusalBody::Envelope(envelope) => serde_json::to_vec(&envelope),
        RefusalBody::OAuth(error) => serde_json::to_vec(&error),
    };
    reply(
        500,
        "application/json",
        body.unwrap_or_default(),
        Vec::new(),
    )
}

/// A moment as headers have it; none after the year 9999.
fn http_date(moment: Timestamp) -> Option<HeaderValue> {
    let text = DateTimePrinter::new().timestamp_to_rfc9110_string(&moment);
    HeaderValue::try_from(text.ok()?).ok()
}

fn reply(
    status: u16,
    content_type: &'static str,
    body: Vec<u8>,
    extra: Vec<(&'static str, String)>,
) -> Reply {
    let mut headers = HeaderMap::with_capacity(extra.len() + 1);
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    for (name, value) in extra {
        // Values that cannot stand in a header were cleaned or made here; a header less is better than none of them.
        if let Ok(value) = HeaderValue::try_from(value) {
            headers.append(name, value);
        }
    }
    Reply {
        status,
        headers,
        body: Bytes::from(body),
    }
}

/// The fault that a request meets: the one in its header, or a planned one.
fn fault(
    plan: &mut FaultPlan,
    state: &State,
    incoming: &Incoming,
    operation: Option<&'static Operation>,
) -> Result<Option<Effect>, Refusal> {
    let parts = &incoming.parts;
    if let Some(header) = parts.headers.get(&fault::HEADER) {
        let met = plan.meet_header(header.to_str().unwrap_or_default());
        return met.map_err(|error| Refusal::unreadable(&format!("X-Sandbox-Fault: {error}.")));
    }
    if !plan.has_rules() {
        return Ok(None);
    }
    let media_type = incoming.media_type();
    Ok(plan.meet(&Subject {
        operation: operation.map(|operation| operation.id),
        method: parts.method.as_str(),
        path: parts.uri.path(),
        media_type: media_type.as_deref(),
        user: concerned(state, incoming),
    }))
}

/// The user that a request is about, as far as its address and body tell.
fn concerned(state: &State, incoming: &Incoming) -> Option<UserId> {
    let (_, path) = incoming.found.as_ref()?;
    let parameter = |wanted: &str| {
        let found = path.iter().find(|(name, _)| *name == wanted);
        found.map(|(_, value)| value)
    };
    if let Some(id) = parameter("userId") {
        return id.parse().ok();
    }
    let environment = state
        .environments
        .get(&parameter("environmentId")?.parse().ok()?)?;
    if let Some(id) = parameter("deviceAuthenticationId") {
        return environment.owner_of_device_authentication(id.parse().ok()?);
    }
    if let Some(id) = parameter("flowId") {
        return environment.flows.get(&id.parse().ok()?)?.user;
    }
    let body: Value = serde_json::from_slice(incoming.body.as_ref().ok()?).ok()?;
    body.pointer("/user/id")?.as_str()?.parse().ok()
}

/// Everything between reading a request and writing its answer.
fn decide(
    state: &mut State,
    plan: &mut FaultPlan,
    limits: &mut Limits,
    context: &mut RequestContext<'_>,
    incoming: &Incoming,
    decision: &mut Decision,
) -> Result<Answer, Refusal> {
    let parts = &incoming.parts;
    let method = parts.method.as_str();
    let media_type = incoming.media_type();
    if incoming.found.is_some() && parts.uri.path().ends_with('/') {
        context.rule(&rules::PATH_SLASH);
    }
    if incoming.repeats_media_type() {
        context.rule(&rules::MEDIA_TYPE_REPEATED);
    }
    let route = match &incoming.found {
        Some((resource, _)) => resource.route(
            context,
            method,
            media_type.as_deref(),
            incoming.body.as_deref().unwrap_or_default(),
        ),
        None => Err(Refusal::not_found("There is nothing at this address.")),
    };
    if let Ok(route) = &route {
        decision.operation = Some(route.operation);
    }
    decision.effect = fault(plan, state, incoming, decision.operation)?;
    if let Some(effect) = &decision.effect {
        if let Some(refusal) = effect.refusal(decision.operation) {
            return Err(refusal);
        }
        if !effect.commits() {
            // This answer is never seen: the effect replaces it.
            return Err(Refusal::not_found(
                "A fault took the place of this request.",
            ));
        }
    }
    let Some((resource, path)) = &incoming.found else {
        return Err(route.err().unwrap_or_else(|| Refusal::not_found("")));
    };
    if let Some(operation) = decision.operation {
        let taken = limits.take(operation, context.now);
        if taken.is_err() {
            decision.limited = true;
            context.rule(&rules::RATE_LIMIT);
        }
        taken?;
    }
    let wrong_method = matches!(&route, Err(refusal) if refusal.status == 405);
    if wrong_method {
        return Err(route.err().unwrap_or_else(|| Refusal::not_found("")));
    }
    // Who asks comes before what they ask for, so that strangers learn nothing.
    let holder = holder(state, context, resource, &parts.headers)?;
    let Route { operation, handler } = route?;
    let environment = path
        .iter()
        .find(|(name, _)| *name == "environmentId")
        .and_then(|(_, id)| id.parse().ok());
    let Some(environment) = environment else {
        if !operation.statuses.contains(&"404") {
            context.rule(&rules::TOKEN_ERRORS);
            let text = "the environment does not exist";
            return Err(Refusal::oauth(401, "invalid_client", text));
        }
        context.rule(&rules::ID_MALFORMED);
        return Err(Refusal::not_found("environmentId is no UUID."));
    };
    if !resource.takes_forms() && !state.environments.contains_key(&environment) {
        context.rule(&rules::ENVIRONMENT_UNKNOWN);
        return Err(Refusal::forbidden("The environment does not exist."));
    }
    let query = parts.uri.query().unwrap_or_default();
    let details = schemas::check_query(operation.id, query);
    if !details.is_empty() {
        return Err(Refusal::invalid(details));
    }
    let body = read_body(context, operation, incoming)?;
    handler(&mut Exchange {
        state,
        context,
        environment,
        path,
        query,
        headers: &parts.headers,
        payload: body.payload(),
        holder,
    })
}

/// Whose rights the request has, where its operation wants a bearer token.
fn holder(
    state: &State,
    context: &RequestContext<'_>,
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
    state.tokens.holder(token, context.now).map_err(refuse)
}

/// A body that has been checked against the document.
enum Body<'i> {
    None,
    Form(&'i [u8]),
    Json(Value),
}

impl Body<'_> {
    fn payload(&self) -> Payload<'_> {
        match self {
            Self::None => Payload::Empty,
            Self::Form(bytes) => Payload::Bytes(bytes),
            Self::Json(value) => Payload::Json(value),
        }
    }
}

fn read_body<'i>(
    context: &mut RequestContext<'_>,
    operation: &Operation,
    incoming: &'i Incoming,
) -> Result<Body<'i>, Refusal> {
    let is_form = operation.media_type() == Some(FORM);
    let Ok(bytes) = &incoming.body else {
        context.rule(&rules::BODY_UNREADABLE);
        if schemas::fails_as_oauth(operation.id) {
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
                context.rule(&rules::BODY_IGNORED);
            }
            Ok(Body::None)
        }
        operation::Body::Content { .. } if is_form => form(context, operation, bytes),
        operation::Body::Content { .. } => {
            let mut body = json(context, operation, bytes)?;
            for rule in schemas::read_leniently(operation.id, &mut body) {
                context.rule(rule);
            }
            let details = schemas::check(operation.id, &body);
            if !details.is_empty() {
                return Err(Refusal::invalid(details));
            }
            let details = schemas::empty_members(operation.id, &body);
            if !details.is_empty() {
                context.rule(&rules::BODY_EMPTY_VALUE);
                return Err(Refusal::invalid(details));
            }
            if let Some(name) = schemas::foreign_member(operation.id, &body) {
                context.rule(&rules::BODY_OF_ANOTHER_ACTION);
                let message = format!("{name} belongs to another action of this resource.");
                return Err(Refusal::value(&name, &message));
            }
            Ok(Body::Json(body))
        }
    }
}

fn json(
    context: &mut RequestContext<'_>,
    operation: &Operation,
    bytes: &[u8],
) -> Result<Value, Refusal> {
    let text = bytes.trim_ascii();
    if (text.is_empty() || text == b"null") && schemas::is_optional(operation.id) {
        context.rule(&rules::BODY_OPTIONAL);
        return Ok(Value::Object(Map::new()));
    }
    if bytes.is_empty() {
        context.rule(&rules::BODY_UNREADABLE);
        return Err(Refusal::unreadable("The body is missing."));
    }
    serde_json::from_slice(bytes).map_err(|error| {
        context.rule(&rules::BODY_UNREADABLE);
        // The position alone: the text around it may hold a password.
        let (line, column) = (error.line(), error.column());
        Refusal::unreadable(&format!(
            "The body is no JSON (line {line}, column {column})."
        ))
    })
}

/// A form whose parameters are those of the document.
fn form<'i>(
    context: &mut RequestContext<'_>,
    operation: &Operation,
    bytes: &'i [u8],
) -> Result<Body<'i>, Refusal> {
    let as_oauth = schemas::fails_as_oauth(operation.id);
    let mut members = Map::new();
    for (name, value) in form_urlencoded::parse(bytes) {
        let value = schemas::form_member(operation.id, &name, &value);
        if members.contains_key(&*name) {
            if !as_oauth {
                context.rule(&rules::AUTHORIZE_ERRORS);
                return Err(Refusal::value(&name, "The parameter is sent twice."));
            }
            context.rule(&rules::TOKEN_ERRORS);
            let text = "a parameter is sent twice";
            return Err(Refusal::oauth(400, "invalid_request", text));
        }
        members.insert(name.into_owned(), value);
    }
    let details = schemas::check(operation.id, &Value::Object(members));
    match details.first() {
        None if bytes.is_empty() => {
            context.rule(&rules::BODY_OPTIONAL);
            Ok(Body::Json(Value::Object(Map::new())))
        }
        None => Ok(Body::Form(bytes)),
        Some(_) if !as_oauth => Err(Refusal::invalid(details)),
        Some(detail) => {
            context.rule(&rules::TOKEN_ERRORS);
            Err(wrong_form(detail))
        }
    }
}

/// What is wrong with a form, in the words of RFC 6749.
fn wrong_form(detail: &ErrorDetail) -> Refusal {
    let target = detail.target.as_deref().unwrap_or_default();
    let is_missing = detail.code.as_deref() == Some("REQUIRED_VALUE");
    match target {
        name if is_missing => {
            let text = format!("{name} is missing");
            Refusal::oauth(400, "invalid_request", &text)
        }
        "grant_type" => {
            let text =
                "only authorization_code, refresh_token and client_credentials are supported";
            Refusal::oauth(400, "unsupported_grant_type", text)
        }
        name => {
            let text = format!("{name} does not have the documented form");
            Refusal::oauth(400, "invalid_request", &text)
        }
    }
}
