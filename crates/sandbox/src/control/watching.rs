//! Reading a sandbox: messages, the journal, counters, users.

use axum::extract::State;
use pingone_models::UserId;
use serde::Deserialize;
use serde_json::{Value, json};

use super::Control;
use super::reply::{Problem, Reply};
use super::request::Query;
use crate::handles::Journal;
use crate::outbox::{Kind, Message, Recipient};
use crate::suggest;

type Outcome = Result<Reply, Problem>;

/// Waits for something to happen after the change that the caller has seen.
pub(super) async fn changes(State(control): State<Control>, query: Query) -> Outcome {
    let query = query.only(&["after", "wait"])?;
    let seen = query.number("after")?;
    let mut changes = control.shared.changes();
    let news = changes.wait_for(|change| seen != Some(*change));
    let _ = control.shared.wait_for(query.wait()?, news).await;
    let change = *control.shared.changes().borrow();
    Ok(Reply::json(200, &json!({ "change": change })))
}

/// The messages that match, after waiting for the first of them.
pub(super) async fn outbox(State(control): State<Control>, query: Query) -> Outcome {
    let query = query.only(&["user", "to", "kind", "since", "wait"])?;
    let kind = query.get("kind").map(|kind| {
        let known = Kind::deserialize(Value::from(kind));
        known.map_err(|_| {
            let kinds = "VERIFICATION_CODE, RECOVERY_CODE, PASSCODE and PUSH";
            Problem::bad(format!("`{kind}` is no kind of message; there are {kinds}"))
        })
    });
    let kind = kind.transpose()?;
    let user = query.get("user").map(|user| {
        let id = user.parse::<UserId>();
        id.map_err(|_| Problem::bad(format!("`{user}` is no id of a user")))
    });
    let user = user.transpose()?;
    let to = query.get("to").map(Recipient::from);
    let since = query.number("since")?.unwrap_or_default();
    let matches = |message: &Message| {
        message.number > since
            && kind.is_none_or(|kind| message.kind == kind)
            && user.is_none_or(|user| message.user == user)
            && to.as_ref().is_none_or(|to| to.gets(message))
    };
    let found = || -> Vec<Value> {
        let core = control.shared.core();
        let messages = core.outbox.written();
        let matching = messages.filter(|sent| matches(&sent.0));
        matching
            .filter_map(|sent| serde_json::to_value(sent).ok())
            .collect()
    };
    let mut changes = control.shared.changes();
    let arrival = async {
        loop {
            changes.borrow_and_update();
            let found = found();
            if !found.is_empty() || changes.changed().await.is_err() {
                return found;
            }
        }
    };
    let arrived = control.shared.wait_for(query.wait()?, arrival).await;
    let messages = arrived.unwrap_or_default();
    Ok(Reply::json(200, &json!({ "messages": messages })))
}

/// Every user with what the API does not show of them.
pub(super) async fn users(State(control): State<Control>) -> Reply {
    let users = control.shared.look(|environment, context| {
        let users = environment.users.iter().map(|user| {
            json!({
                "user": user.view(context, environment),
                "password": user.password_view(context, environment).status,
                "devices": user.devices.len(),
            })
        });
        Some(users.collect::<Vec<_>>())
    });
    Reply::json(200, &users.unwrap_or_default())
}

/// How often each operation was asked for and had a side effect, or one of them.
pub(super) async fn counters(State(control): State<Control>, query: Query) -> Outcome {
    let query = query.only(&["operation"])?;
    let core = control.shared.core();
    let one = |operation: &str| {
        json!({
            "requests": core.counts.requests(operation),
            "effects": core.counts.effects(operation),
        })
    };
    match query.get("operation") {
        Some(operation) => {
            suggest::operation(operation).map_err(Problem::bad)?;
            Ok(Reply::json(200, &one(operation)))
        }
        None => {
            let all = core.counts.operations().map(|id| (id, one(id)));
            Ok(Reply::json(
                200,
                &all.collect::<std::collections::BTreeMap<_, _>>(),
            ))
        }
    }
}

pub(super) async fn journal(State(control): State<Control>, query: Query) -> Outcome {
    let query = query.only(&["format", "secrets"])?;
    let journal = Journal::new(control.shared);
    let journal = match query.get("secrets") {
        None | Some("masked") => journal,
        Some("shown") => journal.revealed(),
        Some(_) => return Err(Problem::bad("`secrets` is `masked` or `shown`")),
    };
    let plain = "text/plain; charset=utf-8";
    match query.get("format") {
        None | Some("json") => Ok(Reply::json(200, &journal.entries())),
        Some("lines") => Ok(Reply::text("application/x-ndjson", journal.to_json())),
        Some("curl") => Ok(Reply::text(plain, journal.to_curl())),
        Some("http") => Ok(Reply::text(plain, journal.to_http())),
        Some(_) => Err(Problem::bad(
            "`format` is `json`, `lines`, `curl` or `http`",
        )),
    }
}
