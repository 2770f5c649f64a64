//! Changing a sandbox: clock, faults, limits, users, flows, tokens, snapshots.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::{Path, State};
use jiff::Timestamp;
use pingone_models::{DeviceAuthenticationId, FlowId, UserId};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::Control;
use super::reply::{Problem, Reply};
use super::request::{Json, duration};
use crate::fault::{Fault, FaultId};
use crate::handles::{Faults, Journal};
use crate::limits::{Limits, RateLimit};
use crate::seed::{FlowEntry, NewFlow, NewUser};
use crate::state::tokens::Holder;
use crate::state_export::{self, StateError};

type Outcome = Result<Reply, Problem>;

pub(super) async fn clock(State(control): State<Control>) -> Reply {
    let clock = control.shared.clock();
    Reply::json(200, &json!({ "now": clock.now(), "rate": clock.rate() }))
}

/// One of `advance`, `set`, `freeze`, `resume` and `scale`.
pub(super) async fn move_clock(
    State(control): State<Control>,
    Json(body): Json<Map<String, Value>>,
) -> Outcome {
    let clock = control.shared.clock();
    let mut members = body.iter();
    let (Some((name, value)), None) = (members.next(), members.next()) else {
        let text = "the clock takes one of `advance`, `set`, `freeze`, `resume` and `scale`";
        return Err(Problem::bad(text));
    };
    let text = match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    let moment = || -> Result<Timestamp, Problem> {
        text.parse().map_err(|_| {
            Problem::bad(format!(
                "`{name}` needs a moment such as `2026-01-01T00:00:00Z`"
            ))
        })
    };
    let is_now = ["true", "now"].contains(&text.as_str());
    match name.as_str() {
        "advance" => clock.advance(duration(&text)?),
        "set" => clock.set(moment()?),
        "freeze" if is_now => clock.freeze(),
        "freeze" => clock.freeze_at(moment()?),
        "resume" if is_now => clock.resume(),
        "resume" => return Err(Problem::bad("`resume` takes `true`")),
        "scale" => {
            let rate: Option<f64> = text.parse().ok();
            let rate = rate.filter(|rate| rate.is_finite() && *rate >= 0.0);
            clock.scale(rate.ok_or_else(|| Problem::bad("`scale` needs a number of 0 or more"))?);
        }
        other => return Err(Problem::bad(format!("the clock cannot `{other}`"))),
    }
    control.shared.change(|_| {});
    Ok(self::clock(State(control)).await)
}

pub(super) async fn faults(State(control): State<Control>) -> Reply {
    Reply::json(200, &Faults(control.shared).list())
}

/// A fault as JSON, or with the text of `X-Sandbox-Fault` as its effect: `{"effect": "status=503", "operation": "readUser"}`.
pub(super) async fn add_fault(
    State(control): State<Control>,
    Json(body): Json<Map<String, Value>>,
) -> Outcome {
    let fault = match body.get("effect") {
        Some(Value::String(_)) => {
            let described = Described::deserialize(Value::Object(body));
            described.map_err(unexpected)?.fault()?
        }
        _ => Fault::deserialize(Value::Object(body)).map_err(unexpected)?,
    };
    let id = Faults(control.shared).add(fault).map_err(Problem::bad)?;
    Ok(Reply::json(201, &json!({ "id": id })))
}

fn unexpected(error: serde_json::Error) -> Problem {
    Problem::bad(format!("the body is not as expected: {error}"))
}

/// A fault as the form of the page describes it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Described {
    effect: String,
    operation: Option<String>,
    count: Option<Value>,
}

impl Described {
    fn fault(self) -> Result<Fault, Problem> {
        let mut fault = Fault::from_text(&self.effect).map_err(Problem::bad)?;
        if let Some(operation) = self.operation {
            fault = fault.on_operation_id(operation);
        }
        if let Some(count) = self.count {
            let text = count
                .as_str()
                .map_or_else(|| count.to_string(), str::to_owned);
            let count = text.parse();
            fault = fault.times(count.map_err(|_| Problem::bad("`count` needs a number"))?);
        }
        Ok(fault)
    }
}

pub(super) async fn clear_faults(State(control): State<Control>) -> Reply {
    Faults(control.shared).clear();
    Reply::nothing()
}

pub(super) async fn remove_fault(
    State(control): State<Control>,
    Path(id): Path<String>,
) -> Outcome {
    let faults = Faults(control.shared);
    match id.parse().is_ok_and(|id| faults.remove(FaultId(id))) {
        true => Ok(Reply::nothing()),
        false => Err(Problem::new(404, format!("there is no fault {id}"))),
    }
}

pub(super) async fn limits(State(control): State<Control>) -> Reply {
    Reply::json(200, &control.shared.core().limits.all())
}

pub(super) async fn set_limits(
    State(control): State<Control>,
    Json(limits): Json<BTreeMap<String, RateLimit>>,
) -> Outcome {
    let mut changed = Limits::default();
    for (operation, limit) in limits {
        changed.set(&operation, limit).map_err(Problem::bad)?;
    }
    control.shared.change(|core| core.limits = changed);
    Ok(Reply::nothing())
}

pub(super) async fn clear_limits(State(control): State<Control>) -> Reply {
    control.shared.change(|core| core.limits.clear());
    Reply::nothing()
}

pub(super) async fn add_user(State(control): State<Control>, Json(user): Json<NewUser>) -> Outcome {
    let seeded = control
        .shared
        .seed(|environment, random, now| user.seed(environment, random, now));
    let id = seeded.map_err(Problem::bad)?;
    Ok(Reply::json(201, &json!({ "id": id })))
}

pub(super) async fn start_flow(
    State(control): State<Control>,
    Json(entry): Json<FlowEntry>,
) -> Reply {
    let flow = NewFlow::from(entry);
    let id = control
        .shared
        .seed(|environment, random, now| flow.seed(environment, random, now));
    Reply::json(201, &json!({ "id": id }))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WantedToken {
    user: Option<UserId>,
}

pub(super) async fn issue_token(
    State(control): State<Control>,
    Json(wanted): Json<WantedToken>,
) -> Outcome {
    let shared = &control.shared;
    if let Some(user) = wanted.user {
        let known = shared.look(|environment, _| environment.users.get(user).ok().map(|_| ()));
        known.ok_or_else(|| {
            Problem::new(
                404,
                format!("there is no user {user}, so nobody could use a token"),
            )
        })?;
    }
    let token = shared.issue(wanted.user.map_or(Holder::Worker, Holder::User));
    Ok(Reply::json(201, &json!({ "accessToken": token.expose() })))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PushAnswer {
    confirmed: bool,
}

pub(super) async fn answer_push(
    State(control): State<Control>,
    Path(id): Path<String>,
    Json(PushAnswer { confirmed }): Json<PushAnswer>,
) -> Outcome {
    let id: Option<DeviceAuthenticationId> = id.parse().ok();
    let answered = control.shared.act(|environment, context| {
        let found = environment.device_authentications.get_mut(&id?)?;
        Some(found.answer_push(context.now, confirmed))
    });
    pushed(answered)
}

pub(super) async fn answer_flow_push(
    State(control): State<Control>,
    Path(id): Path<String>,
    Json(PushAnswer { confirmed }): Json<PushAnswer>,
) -> Outcome {
    let id: Option<FlowId> = id.parse().ok();
    let answered = control
        .shared
        .act(|environment, context| Some(environment.answer_push_of_flow(context, id?, confirmed)));
    pushed(answered)
}

fn pushed(answered: Option<bool>) -> Outcome {
    match answered {
        Some(true) => Ok(Reply::nothing()),
        _ => {
            let text = "no push notification waits for an answer there";
            Err(Problem::new(404, text))
        }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Reset {
    /// Whether access tokens stay valid.
    #[serde(default)]
    keep_tokens: bool,
}

pub(super) async fn reset(State(control): State<Control>, Json(reset): Json<Reset>) -> Reply {
    control.shared.reset(reset.keep_tokens);
    Reply::nothing()
}

pub(super) async fn take_snapshot(State(control): State<Control>) -> Reply {
    let id = control.snapshots.add(control.shared.snapshot());
    Reply::json(201, &json!({ "id": id }))
}

pub(super) async fn restore_snapshot(
    State(control): State<Control>,
    Path(id): Path<String>,
) -> Outcome {
    control.shared.restore(&control.snapshots.get(&id)?);
    Ok(Reply::nothing())
}

/// Everything that is kept, as a file to save.
pub(super) async fn export(State(control): State<Control>) -> Outcome {
    let rows = control.shared.everything().map_err(StateError::from);
    let text = rows.and_then(state_export::write);
    let text = text.map_err(|error| Problem::new(500, error.to_string()))?;
    Ok(Reply::text("application/json", text))
}

pub(super) async fn import(State(control): State<Control>, text: String) -> Outcome {
    let rows = state_export::parse(&text).map_err(Problem::bad)?;
    let read = control.shared.read(rows).map_err(StateError::from);
    read.map_err(Problem::bad)?;
    Ok(Reply::nothing())
}

pub(super) async fn clear_journal(State(control): State<Control>) -> Reply {
    Journal::new(Arc::clone(&control.shared)).clear();
    Reply::nothing()
}
