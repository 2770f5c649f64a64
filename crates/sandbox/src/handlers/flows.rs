//! The actions of sign-on flows.

use pingone_models::{EnvironmentId, Flow as View, FlowId};

use super::answer::{Outcome, Reply};
use super::exchange::{Exchange, cookie};
use crate::refusal::Refusal;
use crate::state::context::RequestContext;
use crate::state::environment::Environment;
use crate::state::flow_actions::Acted;
use crate::state::flows::Flow;

/// The cookie that ties a flow to a browser.
pub(super) const SESSION_COOKIE: &str = "ST";

/// How long the cookie of a session is kept.
const SESSION_SECONDS: u32 = 30 * 24 * 60 * 60;

/// Takes a flow a step further.
pub(super) fn act(
    exchange: &mut Exchange<'_, '_>,
    id: FlowId,
    act: impl FnOnce(&mut Environment, &mut Flow, &mut RequestContext<'_>) -> Result<(), Refusal>,
) -> Outcome<View> {
    let given = cookie(exchange.headers, SESSION_COOKIE);
    let (environment, context) = exchange.environment()?;
    let Acted { view, cookie } = environment.act_on_flow(context, id, given, act)?;
    let reply = Reply::json(200, &view)?;
    Ok(match cookie {
        None => reply,
        Some(cookie) => {
            let cookie = session_cookie(environment.id, &cookie, SESSION_SECONDS);
            reply.header("set-cookie", cookie)
        }
    })
}

/// The cookie of a session.
pub(super) fn session_cookie(environment: EnvironmentId, value: &str, seconds: u32) -> String {
    format!(
        "{SESSION_COOKIE}={value}; Path=/{environment}; Max-Age={seconds}; Secure; HttpOnly; SameSite=None"
    )
}
