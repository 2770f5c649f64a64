//! The control API: what tests and the page do with a sandbox over HTTP, below `/_sandbox`.
//!
//! `request` makes one JSON body of JSON and forms alike, so that each function in `actions` takes a type.

mod actions;
mod guard;
mod reply;
mod request;
mod watching;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use axum::extract::{Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{delete, get, post};

use self::reply::{Problem, Reply, redirect};
use crate::page;
use crate::shared::{Shared, Snapshot};

/// How many snapshots are kept; the oldest go first.
const KEPT: usize = 20;

/// What the functions of the control API work on.
#[derive(Clone, Debug)]
struct Control {
    shared: Arc<Shared>,
    snapshots: Arc<Snapshots>,
}

pub(crate) fn router(shared: &Arc<Shared>) -> Router {
    let control = Control {
        shared: Arc::clone(shared),
        snapshots: Arc::new(Snapshots::default()),
    };
    let paths = Router::new()
        .route("/", get(page))
        .route(
            "/style.css",
            get(|| async { Reply::text("text/css; charset=utf-8", page::STYLE) }),
        )
        .route(
            "/script.js",
            get(|| async { Reply::text("text/javascript; charset=utf-8", page::SCRIPT) }),
        )
        .route(
            "/icon.svg",
            get(|| async { Reply::text("image/svg+xml", page::ICON) }),
        )
        .route("/changes", get(watching::changes))
        .route("/outbox", get(watching::outbox))
        .route(
            "/journal",
            get(watching::journal).delete(actions::clear_journal),
        )
        .route("/journal/clear", post(actions::clear_journal))
        .route("/counters", get(watching::counters))
        .route("/clock", get(actions::clock).post(actions::move_clock))
        .route(
            "/faults",
            get(actions::faults)
                .post(actions::add_fault)
                .delete(actions::clear_faults),
        )
        .route("/faults/clear", post(actions::clear_faults))
        .route("/faults/{id}", delete(actions::remove_fault))
        .route("/faults/{id}/remove", post(actions::remove_fault))
        .route(
            "/limits",
            get(actions::limits)
                .put(actions::set_limits)
                .delete(actions::clear_limits),
        )
        .route("/users", get(watching::users).post(actions::add_user))
        .route("/flows", post(actions::start_flow))
        .route("/tokens", post(actions::issue_token))
        .route(
            "/device-authentications/{id}/push",
            post(actions::answer_push),
        )
        .route("/flows/{id}/push", post(actions::answer_flow_push))
        .route("/reset", post(actions::reset))
        .route("/state", get(actions::export).put(actions::import))
        .route("/snapshots", post(actions::take_snapshot))
        .route("/snapshots/{id}/restore", post(actions::restore_snapshot))
        .fallback(unknown)
        .method_not_allowed_fallback(unknown)
        .with_state(control.clone());
    Router::new()
        .nest("/_sandbox", paths.clone())
        .route("/_sandbox/", get(page).with_state(control.clone()))
        .layer(from_fn_with_state(control, prepare))
}

/// Lets in whom the guard lets in, and leads a form of the page back to the page.
async fn prepare(State(control): State<Control>, request: Request, next: Next) -> Response {
    let options = control.shared.options();
    let checked = guard::check(request.headers(), options.loopback, control.shared.links());
    let read = match checked {
        Ok(()) => request::normalized(request).await,
        Err(problem) => Err(problem),
    };
    match read {
        Ok((request, is_form)) => {
            let response = next.run(request).await;
            if let Some(error) = control.shared.save_error() {
                return Problem::new(500, error.to_string()).into_response();
            }
            match response.status().is_success() && is_form {
                true => redirect("/_sandbox"),
                false => response,
            }
        }
        Err(problem) => problem.into_response(),
    }
}

async fn page(State(control): State<Control>) -> Reply {
    Reply::text("text/html; charset=utf-8", page::render(&control.shared))
}

async fn unknown(request: Request) -> Problem {
    let path = request.uri().path().trim_start_matches('/');
    let path = path.strip_prefix("_sandbox/").unwrap_or(path);
    let method = request.method();
    let text = format!("the control API has no {method} /_sandbox/{path}");
    Problem::new(404, text)
}

/// The snapshots that were asked for over HTTP.
#[derive(Debug, Default)]
struct Snapshots(Mutex<BTreeMap<u64, Snapshot>>);

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
