//! One function for each operation of the document.

mod reading;
mod setting;

use std::borrow::Cow;
use std::str::FromStr;

use axum::extract::RawPathParams;
use axum::http::HeaderMap;
use axum::http::header::{HeaderName, SET_COOKIE};
use pingone_models::{
    AccountLock, AssertionCheck, DeviceAuthenticationId, DeviceAuthenticationRequest,
    DeviceSelection, EnvironmentId, FlowDeviceSelection, FlowForgottenPassword, FlowId,
    FlowPasswordReset, FlowUserLookup, FlowUserRegistration, FlowUsernamePasswordCheck, OtpCheck,
    PasswordCheck, PasswordRecovery, UserId, UserVerification,
};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use url::form_urlencoded;

use self::reading::{list_users, read_user};
use self::setting::{reset_password, set_password, set_password_value};
use crate::http::cookie;
use crate::refusal::Refusal;
use crate::state::State;
use crate::state::authentication::Authentication;
use crate::state::environment::{Environment, MfaPolicy};
use crate::state::flow_actions::Acted;
use crate::state::flows::Flow;
use crate::state::tokens::Holder;
use crate::state::turn::Turn;
use crate::state::users::User;
use crate::{rules, token};

/// What a request asks for, as far as the wire goes.
pub(crate) struct Call<'r> {
    pub(crate) environment: EnvironmentId,
    pub(crate) path: &'r RawPathParams,
    pub(crate) query: &'r str,
    pub(crate) headers: &'r HeaderMap,
    pub(crate) body: Value,
    pub(crate) holder: Holder,
}

/// How many bytes most answers have room in, so that writing them seldom needs more.
const MOST_ANSWERS: usize = 4096;

/// A successful answer.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: Vec<u8>,
    pub(crate) headers: Vec<(HeaderName, String)>,
}

pub(crate) type Handler = fn(&mut State, &mut Turn<'_>, &Call<'_>) -> Result<Answer, Refusal>;

/// The handlers by the id of their operation.
pub(crate) const HANDLERS: &[(&str, Handler)] = &[
    ("listUsers", list_users),
    ("readUser", read_user),
    ("sendVerificationCode", |state, turn, call| {
        act_on_user(state, turn, call, User::send_verification_code)
    }),
    ("verifyUser", |state, turn, call| {
        let body: UserVerification = call.body()?;
        act_on_user(state, turn, call, |user, turn| {
            user.verify(turn, &body.verification_code)
        })
    }),
    ("lockAccount", |state, turn, call| {
        let body: AccountLock = call.body()?;
        act_on_user(state, turn, call, |user, turn| {
            user.lock(turn, body.unlock_at.map(Into::into));
            Ok(())
        })
    }),
    ("unlockAccount", |state, turn, call| {
        act_on_user(state, turn, call, |user, turn| {
            user.unlock(turn);
            Ok(())
        })
    }),
    ("readPassword", |state, turn, call| {
        let environment = call.environment(state)?;
        let user = environment.users.get(call.user(turn)?)?;
        Answer::json(200, &user.password_view(turn, environment))
    }),
    ("sendRecoveryCode", |state, turn, call| {
        act_on_password(state, turn, call, User::send_recovery_code)
    }),
    ("recoverPassword", |state, turn, call| {
        let body: PasswordRecovery = call.body()?;
        act_on_password(state, turn, call, |user, turn| {
            user.recover(turn, &body.recovery_code, &body.new_password)
        })
    }),
    ("checkPassword", |state, turn, call| {
        let body: PasswordCheck = call.body()?;
        act_on_password(state, turn, call, |user, turn| {
            user.check_password(turn, &body.password, "password")
        })
    }),
    ("unlockPassword", |state, turn, call| {
        act_on_password(state, turn, call, |user, turn| {
            user.unlock_password(turn);
            Ok(())
        })
    }),
    ("resetPassword", reset_password),
    ("setPassword", set_password),
    ("setPasswordValue", set_password_value),
    ("readFlow", |state, turn, call| {
        act_on_flow(state, turn, call, |_, _, _| Ok(()))
    }),
    ("confirmFlowUser", |state, turn, call| {
        let body = call.members();
        act_on_flow(state, turn, call, |environment, flow, turn| {
            environment.confirm_in_flow(turn, flow, &body)
        })
    }),
    ("checkFlowUsernamePassword", |state, turn, call| {
        let body: FlowUsernamePasswordCheck = call.body()?;
        act_on_flow(state, turn, call, |environment, flow, turn| {
            environment.check_credentials(turn, flow, &body.username, &body.password)
        })
    }),
    ("lookUpFlowUser", |state, turn, call| {
        let body: FlowUserLookup = call.body()?;
        act_on_flow(state, turn, call, |environment, flow, turn| {
            environment.look_up(turn, flow, &body.username)
        })
    }),
    ("forgotFlowPassword", |state, turn, call| {
        let body: FlowForgottenPassword = call.body()?;
        act_on_flow(state, turn, call, |environment, flow, turn| {
            environment.forgot_password(turn, flow, &body.username)
        })
    }),
    ("registerFlowUser", |state, turn, call| {
        let body: FlowUserRegistration = call.body()?;
        act_on_flow(state, turn, call, |environment, flow, turn| {
            environment.register(turn, flow, body)
        })
    }),
    ("resetFlowPassword", |state, turn, call| {
        let body: FlowPasswordReset = call.body()?;
        act_on_flow(state, turn, call, |environment, flow, turn| {
            let (current, new) = (&body.current_password, &body.new_password);
            environment.reset_password_in_flow(turn, flow, current, new)
        })
    }),
    ("recoverFlowPassword", |state, turn, call| {
        let body: PasswordRecovery = call.body()?;
        act_on_flow(state, turn, call, |environment, flow, turn| {
            environment.recover_in_flow(turn, flow, &body.recovery_code, &body.new_password)
        })
    }),
    ("sendFlowRecoveryCode", |state, turn, call| {
        act_on_flow(state, turn, call, |environment, flow, turn| {
            environment.resend_recovery_code(turn, flow)
        })
    }),
    ("verifyFlowUser", |state, turn, call| {
        let body: UserVerification = call.body()?;
        act_on_flow(state, turn, call, |environment, flow, turn| {
            environment.verify_in_flow(turn, flow, &body.verification_code)
        })
    }),
    ("sendFlowVerificationCode", |state, turn, call| {
        act_on_flow(state, turn, call, |environment, flow, turn| {
            environment.resend_verification_code(turn, flow)
        })
    }),
    ("selectFlowDevice", |state, turn, call| {
        let body: FlowDeviceSelection = call.body()?;
        act_on_flow(state, turn, call, |environment, flow, turn| {
            environment.select_device_in_flow(turn, flow, body.device.id)
        })
    }),
    ("checkFlowOtp", |state, turn, call| {
        let body: OtpCheck = call.body()?;
        act_on_flow(state, turn, call, |environment, flow, turn| {
            environment.check_otp_in_flow(turn, flow, &body.otp)
        })
    }),
    ("updateFlowUser", |state, turn, call| {
        let body = call.members();
        act_on_flow(state, turn, call, |environment, flow, turn| {
            environment.update_in_flow(turn, flow, &body)
        })
    }),
    ("resetFlowSession", |state, turn, call| {
        act_on_flow(state, turn, call, |_, flow, turn| {
            flow.allows(turn, "session.reset")?;
            turn.change();
            flow.begin();
            Ok(())
        })
    }),
    (
        "initiateDeviceAuthentication",
        initiate_device_authentication,
    ),
    ("readDeviceAuthentication", |state, turn, call| {
        let environment = call.environment(state)?;
        let id = call.device_authentication(turn)?;
        let owner = environment.owner_of_device_authentication(id);
        call.may_reach(turn, owner)?;
        Answer::json(200, &environment.device_authentication(turn, id)?)
    }),
    ("checkOtp", |state, turn, call| {
        let body: OtpCheck = call.body()?;
        act_on_device_authentication(state, turn, call, |authentication, turn, user, policy| {
            authentication.check_otp(turn, user, policy, &body.otp)
        })
    }),
    ("selectDevice", |state, turn, call| {
        let body: DeviceSelection = call.body()?;
        act_on_device_authentication(state, turn, call, |authentication, turn, user, policy| {
            authentication.select(turn, user, policy, body.device.id)
        })
    }),
    ("checkAssertion", |state, turn, call| {
        let body: AssertionCheck = call.body()?;
        act_on_device_authentication(state, turn, call, |authentication, turn, _, _| {
            authentication.check_assertion(turn, &body)
        })
    }),
    ("cancelPushAuthentication", |state, turn, call| {
        act_on_device_authentication(state, turn, call, |authentication, turn, _, _| {
            authentication.cancel_push(turn)
        })
    }),
    ("requestToken", token::request),
];

impl Answer {
    pub(crate) fn json(status: u16, body: &impl Serialize) -> Result<Self, Refusal> {
        let mut bytes = Vec::with_capacity(MOST_ANSWERS);
        serde_json::to_writer(&mut bytes, body).map_err(|_| {
            Refusal::new(
                500,
                "UNEXPECTED_ERROR",
                "The sandbox cannot write its answer.",
            )
        })?;
        Ok(Self {
            status,
            body: bytes,
            headers: Vec::new(),
        })
    }
}

impl<'r> Call<'r> {
    /// The body in the form of the document, against which it has been checked already.
    fn body<T: DeserializeOwned>(&self) -> Result<T, Refusal> {
        T::deserialize(&self.body)
            .map_err(|_| Refusal::unreadable("The body does not have the documented form."))
    }

    fn members(&self) -> Map<String, Value> {
        self.body.as_object().cloned().unwrap_or_default()
    }

    pub(crate) fn environment<'s>(
        &self,
        state: &'s mut State,
    ) -> Result<&'s mut Environment, Refusal> {
        state
            .environments
            .get_mut(&self.environment)
            .ok_or_else(|| Refusal::forbidden("The environment does not exist."))
    }

    fn id<T: FromStr>(&self, turn: &mut Turn<'_>, name: &str) -> Result<T, Refusal> {
        let text = self.path.iter().find(|(known, _)| *known == name);
        let id = text.and_then(|(_, text)| text.parse().ok());
        id.ok_or_else(|| {
            turn.rule(&rules::ID_MALFORMED);
            Refusal::not_found(&format!("{name} is no UUID."))
        })
    }

    /// The user in the path, if the token reaches it.
    fn user(&self, turn: &mut Turn<'_>) -> Result<UserId, Refusal> {
        let id = self.id(turn, "userId")?;
        self.may_reach(turn, Some(id))?;
        Ok(id)
    }

    fn device_authentication(
        &self,
        turn: &mut Turn<'_>,
    ) -> Result<DeviceAuthenticationId, Refusal> {
        self.id(turn, "deviceAuthenticationId")
    }

    /// Whether the token reaches what belongs to this user.
    fn may_reach(&self, turn: &mut Turn<'_>, owner: Option<UserId>) -> Result<(), Refusal> {
        match self.holder {
            Holder::Worker | Holder::Nobody => Ok(()),
            Holder::User(user) => {
                turn.rule(&rules::TOKEN_USER_REACH);
                if owner.is_none_or(|owner| owner != user) {
                    return Err(Refusal::forbidden(
                        "The token of a user does not reach this.",
                    ));
                }
                Ok(())
            }
        }
    }

    fn query(&self, name: &'static str) -> impl Iterator<Item = Cow<'r, str>> {
        form_urlencoded::parse(self.query.as_bytes())
            .filter(move |(known, _)| known == name)
            .map(|(_, value)| value)
    }
}

fn act_on_user(
    state: &mut State,
    turn: &mut Turn<'_>,
    call: &Call<'_>,
    act: impl FnOnce(&mut User, &mut Turn<'_>) -> Result<(), Refusal>,
) -> Result<Answer, Refusal> {
    let (environment, user) = change_user(state, turn, call, act)?;
    Answer::json(200, &user.view(turn, environment))
}

/// The user in the path after a change, and where they live.
fn change_user<'s>(
    state: &'s mut State,
    turn: &mut Turn<'_>,
    call: &Call<'_>,
    act: impl FnOnce(&mut User, &mut Turn<'_>) -> Result<(), Refusal>,
) -> Result<(&'s Environment, &'s User), Refusal> {
    let environment = call.environment(state)?;
    let id = call.user(turn)?;
    act(environment.users.get_mut(id)?, turn)?;
    let environment = &*environment;
    Ok((environment, environment.users.get(id)?))
}

fn act_on_password(
    state: &mut State,
    turn: &mut Turn<'_>,
    call: &Call<'_>,
    act: impl FnOnce(&mut User, &mut Turn<'_>) -> Result<(), Refusal>,
) -> Result<Answer, Refusal> {
    let (environment, user) = change_user(state, turn, call, act)?;
    turn.rule(&rules::PASSWORD_ANSWER);
    Answer::json(200, &user.password_view(turn, environment))
}

fn act_on_flow(
    state: &mut State,
    turn: &mut Turn<'_>,
    call: &Call<'_>,
    act: impl FnOnce(&mut Environment, &mut Flow, &mut Turn<'_>) -> Result<(), Refusal>,
) -> Result<Answer, Refusal> {
    let environment = call.environment(state)?;
    let id: FlowId = call.id(turn, "flowId")?;
    let Acted { view, cookie } =
        environment.act_on_flow(turn, id, cookie(call.headers, "ST"), act)?;
    let mut answer = Answer::json(200, &view)?;
    if let Some(cookie) = cookie {
        let cookie = format!("ST={cookie}; Path=/{}; HttpOnly", environment.id);
        answer.headers.push((SET_COOKIE, cookie));
    }
    Ok(answer)
}

fn initiate_device_authentication(
    state: &mut State,
    turn: &mut Turn<'_>,
    call: &Call<'_>,
) -> Result<Answer, Refusal> {
    let body: DeviceAuthenticationRequest = call.body()?;
    call.may_reach(turn, Some(body.user.id))?;
    let environment = call.environment(state)?;
    Answer::json(201, &environment.start_device_authentication(turn, body)?)
}

fn act_on_device_authentication(
    state: &mut State,
    turn: &mut Turn<'_>,
    call: &Call<'_>,
    act: impl FnOnce(&mut Authentication, &mut Turn<'_>, &mut User, &MfaPolicy) -> Result<(), Refusal>,
) -> Result<Answer, Refusal> {
    let environment = call.environment(state)?;
    let id = call.device_authentication(turn)?;
    let owner = environment.owner_of_device_authentication(id);
    call.may_reach(turn, owner)?;
    let view = environment.act_on_device_authentication(turn, id, act)?;
    Answer::json(200, &view)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use pingone_models::operations;

    use super::HANDLERS;

    #[test]
    fn each_operation_of_the_document_has_one_handler_and_each_handler_an_operation() {
        let handled: BTreeSet<&str> = HANDLERS.iter().map(|(id, _)| *id).collect();
        let documented: BTreeSet<&str> = operations::OPERATIONS.iter().map(|op| op.id).collect();
        assert_eq!(handled, documented);
        assert_eq!(handled.len(), HANDLERS.len());
    }
}
