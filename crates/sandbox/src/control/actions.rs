//! What the control API does.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use pingone_models::{DeviceAuthenticationId, FlowId, UserId};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Asked, Problem, Told, duration};
use crate::fault::{Fault, FaultId};
use crate::handles::{Faults, Journal};
use crate::limits::RateLimit;
use crate::outbox::{Kind, Message};
use crate::page;
use crate::seed::{FlowEntry, NewFlow, NewUser, UserEntry};
use crate::shared::{Shared, Snapshot};
use crate::state::tokens::Holder;

/// How many snapshots are kept; the oldest go first.
const KEPT: usize = 20;

/// The snapshots that were asked for over HTTP.
#[derive(Debug, Default)]
pub(super) struct Snapshots(Mutex<BTreeMap<u64, Snapshot>>);

impl Snapshots {
    fn add(&self, snapshot: Snapshot) -> u64 {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let id = kept.last_key_value().map_or(1, |(last, _)| last + 1);
        kept.insert(id, snapshot);
        if kept.len() > KEPT {
            kept.pop_first();
        }
        id
    }

    fn get(&self, id: &str) -> Result<Snapshot, Problem> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let found = id.parse().ok().and_then(|id| kept.get(&id)).cloned();
        found.ok_or_else(|| Problem::new(404, format!("there is no snapshot {id}")))
    }
}

pub(super) async fn act(
    shared: &Arc<Shared>,
    snapshots: &Snapshots,
    asked: &Asked,
) -> Result<Told, Problem> {
    let segments: Vec<&str> = asked.segments.iter().map(String::as_str).collect();
    match (asked.method.as_str(), &segments[..]) {
        ("GET", []) => Ok(Told::text("text/html; charset=utf-8", page::render(shared))),
        ("GET", ["style.css"]) => Ok(Told::text("text/css; charset=utf-8", page::STYLE)),
        ("GET", ["script.js"]) => Ok(Told::text("text/javascript; charset=utf-8", page::SCRIPT)),
        ("GET", ["icon.svg"]) => Ok(Told::text("image/svg+xml", page::ICON)),
        ("GET", ["changes"]) => changes(shared, asked).await,
        ("GET", ["outbox"]) => outbox(shared, asked).await,
        ("GET", ["clock"]) => Ok(clock(shared)),
        ("POST", ["clock"]) => {
            move_clock(shared, &asked.body)?;
            Ok(clock(shared))
        }
        ("GET", ["faults"]) => Ok(Told::json(200, &Faults(Arc::clone(shared)).list())),
        ("POST", ["faults"]) => {
            let fault = if asked.is_form {
                described(&asked.body)?
            } else {
                read(&asked.body)?
            };
            let added = Faults(Arc::clone(shared)).add(fault);
            let id = added.map_err(|error| Problem::new(400, error.to_string()))?;
            Ok(Told::json(201, &json!({ "id": id })))
        }
        ("DELETE", ["faults"]) | ("POST", ["faults", "clear"]) => {
            Faults(Arc::clone(shared)).clear();
            Ok(Told::nothing())
        }
        ("DELETE", ["faults", id]) | ("POST", ["faults", id, "remove"]) => {
            let removed = id
                .parse()
                .is_ok_and(|id| Faults(Arc::clone(shared)).remove(FaultId(id)));
            match removed {
                true => Ok(Told::nothing()),
                false => Err(Problem::new(404, format!("there is no fault {id}"))),
            }
        }
        ("GET", ["limits"]) => Ok(Told::json(200, &shared.core().limits.all())),
        ("PUT", ["limits"]) => {
            let limits: BTreeMap<String, RateLimit> = read(&asked.body)?;
            let mut changed = shared.core().limits.clone();
            changed.clear();
            for (operation, limit) in limits {
                let set = changed.set(&operation, limit);
                set.map_err(|error| Problem::new(400, error.to_string()))?;
            }
            shared.core().limits = changed;
            Ok(Told::nothing())
        }
        ("DELETE", ["limits"]) => {
            shared.core().limits.clear();
            Ok(Told::nothing())
        }
        ("GET", ["users"]) => Ok(users(shared)),
        ("POST", ["users"]) => {
            let user = NewUser::from(read::<UserEntry>(&asked.body)?);
            let seeded =
                shared.seed(|environment, random, now| user.seed(environment, random, now));
            let id = seeded.map_err(|error| Problem::new(400, error.to_string()))?;
            Ok(Told::json(201, &json!({ "id": id })))
        }
        ("POST", ["flows"]) => {
            let flow = NewFlow::from(read::<FlowEntry>(&asked.body)?);
            let id = shared.seed(|environment, random, now| flow.seed(environment, random, now));
            Ok(Told::json(201, &json!({ "id": id })))
        }
        ("POST", ["tokens"]) => {
            let wanted: WantedToken = read(&asked.body)?;
            let token = shared.issue(wanted.user.map_or(Holder::Worker, Holder::User));
            Ok(Told::json(201, &json!({ "accessToken": token.expose() })))
        }
        ("POST", ["device-authentications", id, "push"]) => {
            let id: Option<DeviceAuthenticationId> = id.parse().ok();
            let PushAnswer { confirmed } = read(&asked.body)?;
            let answered = shared.look(|environment, context| {
                let found = environment.device_authentications.get_mut(&id?)?;
                Some(found.answer_push(context.now, confirmed))
            });
            pushed(shared, answered)
        }
        ("POST", ["flows", id, "push"]) => {
            let id: Option<FlowId> = id.parse().ok();
            let PushAnswer { confirmed } = read(&asked.body)?;
            let answered = shared.look(|environment, context| {
                Some(environment.answer_push_of_flow(context, id?, confirmed))
            });
            pushed(shared, answered)
        }
        ("POST", ["reset"]) => {
            shared.reset();
            Ok(Told::nothing())
        }
        ("POST", ["snapshots"]) => {
            let id = snapshots.add(shared.snapshot());
            Ok(Told::json(201, &json!({ "id": id })))
        }
        ("POST", ["snapshots", id, "restore"]) => {
            shared.restore(&snapshots.get(id)?);
            Ok(Told::nothing())
        }
        ("GET", ["journal"]) => journal(shared, asked),
        ("DELETE", ["journal"]) | ("POST", ["journal", "clear"]) => {
            Journal::new(Arc::clone(shared)).clear();
            Ok(Told::nothing())
        }
        (method, _) => {
            let path = segments.join("/");
            let text = format!("the control API has no {method} /_sandbox/{path}");
            Err(Problem::new(404, text))
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WantedToken {
    user: Option<UserId>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PushAnswer {
    confirmed: bool,
}

fn read<'de, T: Deserialize<'de>>(body: &'de Value) -> Result<T, Problem> {
    T::deserialize(body)
        .map_err(|error| Problem::new(400, format!("the body is not as expected: {error}")))
}

fn pushed(shared: &Shared, answered: Option<bool>) -> Result<Told, Problem> {
    if answered == Some(true) {
        shared.announce();
        Ok(Told::nothing())
    } else {
        Err(Problem::new(
            404,
            "no push notification waits for an answer there",
        ))
    }
}

/// Waits for something to happen after the change that the caller has seen.
async fn changes(shared: &Shared, asked: &Asked) -> Result<Told, Problem> {
    let seen = asked.number("after")?;
    let mut changes = shared.changes();
    let news = changes.wait_for(|change| seen != Some(*change));
    let _ = shared.wait_for(asked.wait()?, news).await;
    let change = *shared.changes().borrow();
    Ok(Told::json(200, &json!({ "change": change })))
}

/// The messages that match, after waiting for the first of them.
async fn outbox(shared: &Shared, asked: &Asked) -> Result<Told, Problem> {
    let kind = asked.query("kind").map(|kind| {
        let known = Kind::deserialize(Value::from(kind));
        known.map_err(|_| {
            let kinds = "VERIFICATION_CODE, RECOVERY_CODE, PASSCODE and PUSH";
            Problem::new(
                400,
                format!("`{kind}` is no kind of message; there are {kinds}"),
            )
        })
    });
    let kind = kind.transpose()?;
    let user = asked.query("user").map(|user| {
        let id = user.parse::<UserId>();
        id.map_err(|_| Problem::new(400, format!("`{user}` is no id of a user")))
    });
    let user = user.transpose()?;
    let since = asked.number("since")?.unwrap_or_default();
    let matches = |message: &&Message| {
        message.number > since
            && kind.is_none_or(|kind| message.kind == kind)
            && user.is_none_or(|user| message.user == user)
            && asked.query("to").is_none_or(|to| message.to == to)
    };
    let found = || -> Vec<Value> {
        shared
            .core()
            .outbox
            .all()
            .iter()
            .filter(matches)
            .map(shown)
            .collect()
    };
    let mut changes = shared.changes();
    let arrival = async {
        loop {
            changes.borrow_and_update();
            let found = found();
            if !found.is_empty() || changes.changed().await.is_err() {
                return found;
            }
        }
    };
    let messages = shared
        .wait_for(asked.wait()?, arrival)
        .await
        .unwrap_or_default();
    Ok(Told::json(200, &json!({ "messages": messages })))
}

fn shown(message: &Message) -> Value {
    json!({
        "number": message.number,
        "kind": message.kind,
        "channel": message.channel,
        "user": message.user,
        "to": message.to,
        "code": message.code.expose(),
        "at": message.at,
        "expiresAt": message.expires_at,
        "template": message.template,
        "transaction": message.transaction,
    })
}

fn clock(shared: &Shared) -> Told {
    let clock = shared.clock();
    Told::json(200, &json!({ "now": clock.now(), "rate": clock.rate() }))
}

/// One of `advance`, `set`, `freeze`, `resume` and `scale`.
fn move_clock(shared: &Shared, body: &Value) -> Result<(), Problem> {
    let clock = shared.clock();
    let text = |value: &Value| {
        value
            .as_str()
            .map_or_else(|| value.to_string(), str::to_owned)
    };
    let members = body
        .as_object()
        .map(|members| members.iter().collect::<Vec<_>>());
    match members.as_deref() {
        Some([(name, value)]) => match name.as_str() {
            "advance" => clock.advance(duration(&text(value))?),
            "set" => {
                let moment = text(value).parse();
                clock.set(moment.map_err(|_| {
                    Problem::new(400, "`set` needs a moment such as `2026-01-01T00:00:00Z`")
                })?);
            }
            "freeze" => clock.freeze(),
            "resume" => clock.resume(),
            "scale" => {
                let rate: Option<f64> = text(value).parse().ok();
                let rate = rate.filter(|rate| rate.is_finite() && *rate >= 0.0);
                clock.scale(
                    rate.ok_or_else(|| Problem::new(400, "`scale` needs a number of 0 or more"))?,
                );
            }
            other => return Err(Problem::new(400, format!("the clock cannot `{other}`"))),
        },
        _ => {
            let text = "the clock takes one of `advance`, `set`, `freeze`, `resume` and `scale`";
            return Err(Problem::new(400, text));
        }
    }
    shared.announce();
    Ok(())
}

/// The fault that the form of the page describes.
fn described(body: &Value) -> Result<Fault, Problem> {
    let text = |name: &str| body.get(name).and_then(Value::as_str);
    let effect = text("effect").unwrap_or_default();
    let fault = Fault::from_text(effect);
    let mut fault = fault.map_err(|error| Problem::new(400, error.to_string()))?;
    if let Some(operation) = text("operation") {
        fault = fault.on_operation(operation);
    }
    if let Some(count) = text("count") {
        let count = count.parse();
        fault = fault.times(count.map_err(|_| Problem::new(400, "`count` needs a number"))?);
    }
    Ok(fault)
}

/// Every user with what the API does not show of them.
fn users(shared: &Shared) -> Told {
    let users = shared.look(|environment, context| {
        let users = environment.users.iter().map(|user| {
            json!({
                "user": user.view(context, environment),
                "password": user.password_view(context, environment).status,
                "devices": user.devices.len(),
            })
        });
        Some(users.collect::<Vec<_>>())
    });
    Told::json(200, &users.unwrap_or_default())
}

fn journal(shared: &Arc<Shared>, asked: &Asked) -> Result<Told, Problem> {
    let journal = Journal::new(Arc::clone(shared));
    let journal = match asked.query("secrets") {
        None | Some("masked") => journal,
        Some("shown") => journal.revealed(),
        Some(_) => return Err(Problem::new(400, "`secrets` is `masked` or `shown`")),
    };
    let plain = "text/plain; charset=utf-8";
    match asked.query("format") {
        None | Some("json") => Ok(Told::json(200, &journal.entries())),
        Some("lines") => Ok(Told::text("application/x-ndjson", journal.to_json())),
        Some("curl") => Ok(Told::text(plain, journal.to_curl())),
        Some("http") => Ok(Told::text(plain, journal.to_http())),
        Some(_) => Err(Problem::new(
            400,
            "`format` is `json`, `lines`, `curl` or `http`",
        )),
    }
}
