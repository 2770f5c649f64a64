//! One function for each operation of the document.

mod assertion;
mod authorization;
mod devices;
mod people;
mod reading;
mod setting;
mod signing;
mod token;

use std::borrow::Cow;
use std::str::FromStr;

use axum::extract::RawPathParams;
use axum::http::HeaderMap;
use axum::http::header::COOKIE;
use pingone_models::{
    AccountLock, AssertionCheck, DeviceActivation, DeviceAuthenticationId,
    DeviceAuthenticationRequest, DeviceSelection, EnvironmentId, FlowDeviceSelection,
    FlowForgottenPassword, FlowId, FlowPasswordReset, FlowUserLookup, FlowUserRegistration,
    FlowUsernamePasswordCheck, OtpCheck, PasswordCheck, PasswordRecovery, UserId, UserVerification,
};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use url::form_urlencoded;

use self::reading::{list_users, read_user};
use self::setting::{reset_password, set_password, set_password_value};
use crate::refusal::Refusal;
use crate::rules;
use crate::state::State;
use crate::state::authentication::Authentication;
use crate::state::context::RequestContext;
use crate::state::environment::{Environment, MfaPolicy};
use crate::state::flow_actions::Acted;
use crate::state::flows::Flow;
use crate::state::tokens::Holder;
use crate::state::users::User;

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
    pub(crate) headers: Vec<(&'static str, String)>,
}

pub(crate) type Handler =
    fn(&mut State, &mut RequestContext<'_>, &Call<'_>) -> Result<Answer, Refusal>;

/// The handlers by the id of their operation.
pub(crate) const HANDLERS: &[(&str, Handler)] = &[
    ("listUsers", list_users),
    ("readUser", read_user),
    ("sendVerificationCode", |state, context, call| {
        act_on_user(state, context, call, User::send_verification_code)
    }),
    ("verifyUser", |state, context, call| {
        let body: UserVerification = call.body()?;
        act_on_user(state, context, call, |user, context| {
            user.verify(context, &body.verification_code)
        })
    }),
    ("lockAccount", |state, context, call| {
        let body: AccountLock = call.body()?;
        act_on_user(state, context, call, |user, context| {
            user.lock(context, body.unlock_at.map(Into::into));
            Ok(())
        })
    }),
    ("unlockAccount", |state, context, call| {
        act_on_user(state, context, call, |user, context| {
            user.unlock(context);
            Ok(())
        })
    }),
    ("readPassword", |state, context, call| {
        let environment = call.environment(state)?;
        let user = environment.users.get(call.user(context)?)?;
        Answer::json(200, &user.password_view(context, environment))
    }),
    ("sendRecoveryCode", |state, context, call| {
        act_on_password(state, context, call, User::send_recovery_code)
    }),
    ("recoverPassword", |state, context, call| {
        let body: PasswordRecovery = call.body()?;
        act_on_password(state, context, call, |user, context| {
            user.recover(context, &body.recovery_code, &body.new_password)
        })
    }),
    ("checkPassword", |state, context, call| {
        let body: PasswordCheck = call.body()?;
        act_on_password(state, context, call, |user, context| {
            user.check_password(context, &body.password, "password")
        })
    }),
    ("unlockPassword", |state, context, call| {
        act_on_password(state, context, call, |user, context| {
            user.unlock_password(context);
            Ok(())
        })
    }),
    ("resetPassword", reset_password),
    ("setPassword", set_password),
    ("setPasswordValue", set_password_value),
    ("readFlow", |state, context, call| {
        act_on_flow(state, context, call, |_, _, _| Ok(()))
    }),
    ("confirmFlowUser", |state, context, call| {
        let body = call.members();
        act_on_flow(state, context, call, |environment, flow, context| {
            environment.confirm_in_flow(context, flow, &body)
        })
    }),
    ("checkFlowUsernamePassword", |state, context, call| {
        let body: FlowUsernamePasswordCheck = call.body()?;
        act_on_flow(state, context, call, |environment, flow, context| {
            environment.check_credentials(context, flow, &body.username, &body.password)
        })
    }),
    ("lookUpFlowUser", |state, context, call| {
        let body: FlowUserLookup = call.body()?;
        act_on_flow(state, context, call, |environment, flow, context| {
            environment.look_up(context, flow, &body.username)
        })
    }),
    ("forgotFlowPassword", |state, context, call| {
        let body: FlowForgottenPassword = call.body()?;
        act_on_flow(state, context, call, |environment, flow, context| {
            environment.forgot_password(context, flow, &body.username)
        })
    }),
    ("registerFlowUser", |state, context, call| {
        let body: FlowUserRegistration = call.body()?;
        act_on_flow(state, context, call, |environment, flow, context| {
            environment.register(context, flow, body)
        })
    }),
    ("resetFlowPassword", |state, context, call| {
        let body: FlowPasswordReset = call.body()?;
        act_on_flow(state, context, call, |environment, flow, context| {
            let (current, new) = (&body.current_password, &body.new_password);
            environment.reset_password_in_flow(context, flow, current, new)
        })
    }),
    ("recoverFlowPassword", |state, context, call| {
        let body: PasswordRecovery = call.body()?;
        act_on_flow(state, context, call, |environment, flow, context| {
            environment.recover_in_flow(context, flow, &body.recovery_code, &body.new_password)
        })
    }),
    ("sendFlowRecoveryCode", |state, context, call| {
        act_on_flow(state, context, call, |environment, flow, context| {
            environment.resend_recovery_code(context, flow)
        })
    }),
    ("verifyFlowUser", |state, context, call| {
        let body: UserVerification = call.body()?;
        act_on_flow(state, context, call, |environment, flow, context| {
            environment.verify_in_flow(context, flow, &body.verification_code)
        })
    }),
    ("sendFlowVerificationCode", |state, context, call| {
        act_on_flow(state, context, call, |environment, flow, context| {
            environment.resend_verification_code(context, flow)
        })
    }),
    ("selectFlowDevice", |state, context, call| {
        let body: FlowDeviceSelection = call.body()?;
        act_on_flow(state, context, call, |environment, flow, context| {
            environment.select_device_in_flow(context, flow, body.device.id)
        })
    }),
    ("checkFlowOtp", |state, context, call| {
        let body: OtpCheck = call.body()?;
        act_on_flow(state, context, call, |environment, flow, context| {
            environment.check_otp_in_flow(context, flow, &body.otp)
        })
    }),
    ("updateFlowUser", |state, context, call| {
        let body = call.members();
        act_on_flow(state, context, call, |environment, flow, context| {
            environment.update_in_flow(context, flow, &body)
        })
    }),
    ("resetFlowSession", |state, context, call| {
        act_on_flow(state, context, call, |_, flow, context| {
            flow.allows(context, "session.reset")?;
            context.change();
            flow.begin();
            Ok(())
        })
    }),
    (
        "initiateDeviceAuthentication",
        initiate_device_authentication,
    ),
    ("readDeviceAuthentication", |state, context, call| {
        let environment = call.environment(state)?;
        let id = call.device_authentication(context)?;
        let owner = environment.owner_of_device_authentication(id);
        call.may_reach(context, owner)?;
        Answer::json(200, &environment.device_authentication(context, id)?)
    }),
    ("checkOtp", |state, context, call| {
        let body: OtpCheck = call.body()?;
        act_on_device_authentication(
            state,
            context,
            call,
            |authentication, context, user, policy| {
                authentication.check_otp(context, user, policy, &body.otp)
            },
        )
    }),
    ("selectDevice", |state, context, call| {
        let body: DeviceSelection = call.body()?;
        act_on_device_authentication(
            state,
            context,
            call,
            |authentication, context, user, policy| {
                authentication.select(context, user, policy, body.device.id)
            },
        )
    }),
    ("checkAssertion", |state, context, call| {
        let body: AssertionCheck = call.body()?;
        act_on_device_authentication(state, context, call, |authentication, context, _, _| {
            authentication.check_assertion(context, &body)
        })
    }),
    ("cancelPushAuthentication", |state, context, call| {
        act_on_device_authentication(state, context, call, |authentication, context, _, _| {
            authentication.cancel_push(context)
        })
    }),
    ("requestToken", token::request),
    ("exchangeAuthorizationCode", token::exchange_code),
    ("refreshToken", token::refresh),
    ("authorize", authorization::authorize),
    ("startFlow", authorization::start_flow),
    ("resumeFlow", authorization::resume),
    ("introspectToken", authorization::introspect),
    ("revokeToken", authorization::revoke),
    ("readUserInfo", authorization::user_info),
    ("signOff", authorization::sign_off),
    ("readJwks", authorization::keys),
    ("readOpenidConfiguration", authorization::discovery),
    ("createUser", people::create),
    ("importUser", people::import),
    ("updateUser", people::update),
    ("replaceUser", people::replace),
    ("deleteUser", people::delete),
    ("readUserEnabled", people::read_enabled),
    ("setUserEnabled", people::set_enabled),
    ("readUserMfaEnabled", people::read_mfa_enabled),
    ("setUserMfaEnabled", people::set_mfa_enabled),
    (
        "sendEmailVerificationCode",
        people::send_email_verification_code,
    ),
    ("verifyEmail", people::verify_email),
    ("readUserPopulation", people::read_population_of_user),
    ("setUserPopulation", people::set_population_of_user),
    ("listUserSessions", people::list_sessions),
    ("readUserSession", people::read_session),
    ("deleteUserSession", people::delete_session),
    ("readEnvironment", people::read_environment),
    ("listPopulations", people::list_populations),
    ("readPopulation", people::read_population),
    ("listPasswordPolicies", people::list_password_policies),
    ("readPasswordPolicy", people::read_password_policy),
    ("listDevices", devices::list),
    ("createDevice", devices::create),
    ("reorderDevices", devices::reorder),
    ("removeDeviceOrder", devices::drop_order),
    ("readDevice", devices::read),
    ("activateDevice", |state, context, call| {
        let body: DeviceActivation = call.body()?;
        devices::act(state, context, call, |user, context, id, _| {
            user.activate_device(context, id, &body)
        })
    }),
    ("sendDeviceActivationCode", |state, context, call| {
        devices::act(state, context, call, |user, context, id, policy| {
            user.resend_activation_code(context, id, policy)
        })
    }),
    ("blockDevice", |state, context, call| {
        devices::act(state, context, call, |user, context, id, _| {
            user.block_device(context, id, true)
        })
    }),
    ("unblockDevice", |state, context, call| {
        devices::act(state, context, call, |user, context, id, _| {
            user.block_device(context, id, false)
        })
    }),
    ("unlockDevice", |state, context, call| {
        devices::act(state, context, call, |user, context, id, _| {
            user.unlock_device(context, id)
        })
    }),
    ("setDeviceNickname", devices::set_nickname),
    ("deleteDevice", devices::delete),
    ("checkFlowAssertion", |state, context, call| {
        let body: AssertionCheck = call.body()?;
        act_on_flow(state, context, call, |environment, flow, context| {
            environment.check_assertion_in_flow(context, flow, &body)
        })
    }),
];

impl Answer {
    /// An answer without a body.
    fn empty(status: u16) -> Self {
        Self {
            status,
            body: Vec::new(),
            headers: Vec::new(),
        }
    }

    /// Where the browser goes on.
    fn redirect(address: String) -> Self {
        let mut answer = Self::empty(302);
        answer.headers.push(("location", address));
        answer
    }

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

    fn id<T: FromStr>(&self, context: &mut RequestContext<'_>, name: &str) -> Result<T, Refusal> {
        let text = self.path.iter().find(|(known, _)| *known == name);
        let id = text.and_then(|(_, text)| text.parse().ok());
        id.ok_or_else(|| {
            context.rule(&rules::ID_MALFORMED);
            Refusal::not_found(&format!("{name} is no UUID."))
        })
    }

    /// The user in the path, if the token reaches it.
    fn user(&self, context: &mut RequestContext<'_>) -> Result<UserId, Refusal> {
        let id = self.id(context, "userId")?;
        self.may_reach(context, Some(id))?;
        Ok(id)
    }

    fn device_authentication(
        &self,
        context: &mut RequestContext<'_>,
    ) -> Result<DeviceAuthenticationId, Refusal> {
        self.id(context, "deviceAuthenticationId")
    }

    /// Whether the token reaches what belongs to this user.
    fn may_reach(
        &self,
        context: &mut RequestContext<'_>,
        owner: Option<UserId>,
    ) -> Result<(), Refusal> {
        match self.holder {
            Holder::Worker | Holder::Nobody => Ok(()),
            Holder::User(user) => {
                context.rule(&rules::TOKEN_USER_REACH);
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

/// The value of a cookie.
fn cookie<'r>(headers: &'r HeaderMap, wanted: &str) -> Option<&'r str> {
    let pairs = headers.get_all(COOKIE).into_iter();
    pairs
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(name, _)| *name == wanted)
        .map(|(_, value)| value)
}

fn act_on_user(
    state: &mut State,
    context: &mut RequestContext<'_>,
    call: &Call<'_>,
    act: impl FnOnce(&mut User, &mut RequestContext<'_>) -> Result<(), Refusal>,
) -> Result<Answer, Refusal> {
    let (environment, user) = change_user(state, context, call, act)?;
    Answer::json(200, &user.view(context, environment))
}

/// The user in the path after a change, and where they live.
fn change_user<'s>(
    state: &'s mut State,
    context: &mut RequestContext<'_>,
    call: &Call<'_>,
    act: impl FnOnce(&mut User, &mut RequestContext<'_>) -> Result<(), Refusal>,
) -> Result<(&'s Environment, &'s User), Refusal> {
    let environment = call.environment(state)?;
    let id = call.user(context)?;
    act(environment.users.get_mut(id)?, context)?;
    let environment = &*environment;
    Ok((environment, environment.users.get(id)?))
}

fn act_on_password(
    state: &mut State,
    context: &mut RequestContext<'_>,
    call: &Call<'_>,
    act: impl FnOnce(&mut User, &mut RequestContext<'_>) -> Result<(), Refusal>,
) -> Result<Answer, Refusal> {
    let (environment, user) = change_user(state, context, call, act)?;
    context.rule(&rules::PASSWORD_ANSWER);
    Answer::json(200, &user.password_view(context, environment))
}

fn act_on_flow(
    state: &mut State,
    context: &mut RequestContext<'_>,
    call: &Call<'_>,
    act: impl FnOnce(&mut Environment, &mut Flow, &mut RequestContext<'_>) -> Result<(), Refusal>,
) -> Result<Answer, Refusal> {
    let environment = call.environment(state)?;
    let id: FlowId = call.id(context, "flowId")?;
    let Acted { view, cookie } =
        environment.act_on_flow(context, id, cookie(call.headers, "ST"), act)?;
    let mut answer = Answer::json(200, &view)?;
    if let Some(cookie) = cookie {
        let cookie = session_cookie(environment.id, &cookie, SESSION_SECONDS);
        answer.headers.push(("set-cookie", cookie));
    }
    Ok(answer)
}

/// How long the cookie of a session is kept.
const SESSION_SECONDS: u32 = 30 * 24 * 60 * 60;

/// The cookie of a session.
fn session_cookie(environment: EnvironmentId, value: &str, seconds: u32) -> String {
    format!("ST={value}; Path=/{environment}; Max-Age={seconds}; Secure; HttpOnly; SameSite=None")
}

fn initiate_device_authentication(
    state: &mut State,
    context: &mut RequestContext<'_>,
    call: &Call<'_>,
) -> Result<Answer, Refusal> {
    let body: DeviceAuthenticationRequest = call.body()?;
    call.may_reach(context, Some(body.user.id))?;
    let environment = call.environment(state)?;
    Answer::json(
        201,
        &environment.start_device_authentication(context, body)?,
    )
}

fn act_on_device_authentication(
    state: &mut State,
    context: &mut RequestContext<'_>,
    call: &Call<'_>,
    act: impl FnOnce(
        &mut Authentication,
        &mut RequestContext<'_>,
        &mut User,
        &MfaPolicy,
    ) -> Result<(), Refusal>,
) -> Result<Answer, Refusal> {
    let environment = call.environment(state)?;
    let id = call.device_authentication(context)?;
    let owner = environment.owner_of_device_authentication(id);
    call.may_reach(context, owner)?;
    let view = environment.act_on_device_authentication(context, id, act)?;
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
