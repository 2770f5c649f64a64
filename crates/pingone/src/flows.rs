//! Sign-on flows: what a flow waits for, and the actions that take it a step further.
//!
//! A flow begins with an authorization request, which a browser makes; it is not part of this crate. The answer to it
//! sets the session cookie `ST`, which every later request about the flow must carry. Flows take no access token.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use http::HeaderMap;
use http::header::SET_COOKIE;
use pingone_models::operation::Security;
use pingone_models::operations::{
    CHECK_FLOW_OTP, CHECK_FLOW_USERNAME_PASSWORD, CONFIRM_FLOW_USER, FORGOT_FLOW_PASSWORD,
    LOOK_UP_FLOW_USER, READ_FLOW, RECOVER_FLOW_PASSWORD, REGISTER_FLOW_USER, RESET_FLOW_PASSWORD,
    RESET_FLOW_SESSION, SELECT_FLOW_DEVICE, SEND_FLOW_RECOVERY_CODE, SEND_FLOW_VERIFICATION_CODE,
    UPDATE_FLOW_USER, VERIFY_FLOW_USER,
};
use pingone_models::{
    DeviceId, DeviceReference, Flow, FlowDeviceSelection, FlowForgottenPassword, FlowId,
    FlowPasswordReset, FlowUserConfirmation, FlowUserLookup, FlowUserRegistration, FlowUserUpdate,
    FlowUsernamePasswordCheck, OtpCheck, PasswordRecovery, Secret, UserVerification,
};

use crate::answer::Acknowledged;
use crate::client::Client;
use crate::request::{Request, open, typed};
use crate::{Error, Result};

/// One sign-on flow with its session. Made by [`Client::flow`].
///
/// Clones share the session cookie, which follows what the service sets.
#[derive(Clone, Debug)]
pub struct FlowHandle {
    client: Client,
    id: FlowId,
    session: Arc<Session>,
}

impl FlowHandle {
    pub(crate) fn new(client: Client, id: FlowId) -> Self {
        Self {
            client,
            id,
            session: Arc::default(),
        }
    }

    /// The flow's id.
    #[must_use]
    pub fn id(&self) -> FlowId {
        self.id
    }

    /// Sets the value of the session cookie `ST` that came with the answer to the authorization request.
    ///
    /// Without it no action of the flow is sent.
    #[must_use]
    pub fn with_session(mut self, cookie: impl Into<Secret>) -> Self {
        self.session = Arc::new(Session(Mutex::new(Some(cookie.into()))));
        self
    }

    /// The session cookie as the service set it last, to go on with the flow elsewhere.
    #[must_use]
    pub fn session(&self) -> Option<Secret> {
        self.session.value()
    }

    /// Reads the flow: what it waits for, and which actions it allows.
    ///
    /// # Example
    /// ```
    /// # async fn run(client: pingone::Client, flow: pingone::models::FlowId) -> pingone::Result<()> {
    /// # let flow = client.flow(flow).with_session("cookie");
    /// let state = flow.read().await?;
    /// println!("{}", state.status);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`is_expired_flow`](crate::Error::is_expired_flow) after 15 minutes without activity.
    ///
    /// # Side effects
    /// None.
    ///
    /// # Retries
    /// As for every read: again after anything that passes.
    ///
    /// [Read flow](https://developer.pingidentity.com/pingone-api/auth/flows/flows-1/read-flow.html)
    pub fn read(&self) -> Request<Flow> {
        typed(&self.client, &READ_FLOW, self.id, |attempt, flow| {
            Box::pin(attempt.auth.read_flow(&attempt.environment, flow))
        })
        .with_session(Some(Arc::clone(&self.session)))
    }

    /// Confirms or corrects the account data that an external identity provider returned.
    ///
    /// The flow asks for it with the status `ACCOUNT_CONFIRMATION_REQUIRED`. The body has the form of a partial update: what is
    /// absent is left alone, what is null is cleared. Attributes that the provider did not return are ignored.
    /// What the service answers is not published; [`Acknowledged::read`] reads it where it is a flow.
    ///
    /// # Example
    /// ```
    /// # async fn run(client: pingone::Client, flow: pingone::models::FlowId) -> pingone::Result<()> {
    /// # let flow = client.flow(flow).with_session("cookie");
    /// use pingone::models::{FlowUserConfirmation, Patch};
    ///
    /// let account = FlowUserConfirmation::new("linda@example.com").with_nickname(Patch::Null);
    /// flow.confirm_account(account).await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`is_expired_flow`](crate::Error::is_expired_flow) after 15 minutes without activity.
    ///
    /// # Side effects
    /// Changes the account. The flow goes on to `ACCOUNT_LINKING_REQUIRED` if the mapped attributes match users, and
    /// completes otherwise.
    ///
    /// # Retries
    /// Only where the service cannot have acted on the first request; see [`SafeRetry`](crate::retry::SafeRetry).
    ///
    /// [Confirm account information](https://developer.pingidentity.com/pingone-api/auth/flows/registration-and-verification/confirm-account-information.html)
    pub fn confirm_account(&self, account: FlowUserConfirmation) -> Request<Acknowledged> {
        open(
            &self.client,
            &CONFIRM_FLOW_USER,
            (self.id, account),
            |attempt, (flow, body)| {
                Box::pin(
                    attempt
                        .auth
                        .confirm_flow_user(&attempt.environment, flow, body),
                )
            },
        )
        .with_session(Some(Arc::clone(&self.session)))
    }

    /// Signs the user on with username and password.
    ///
    /// The flow asks for it with the status `USERNAME_PASSWORD_REQUIRED`, and with `PASSWORD_REQUIRED` when it knows its user.
    ///
    /// # Example
    /// ```
    /// # async fn run(client: pingone::Client, flow: pingone::models::FlowId) -> pingone::Result<()> {
    /// # let flow = client.flow(flow).with_session("cookie");
    /// let next = flow.check_username_password("linda", "the-password").await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`is_wrong_code`](crate::Error::is_wrong_code) may say that the password is wrong; PingOne also answers so with a
    /// detail about `username`, to not tell which of the two it is.
    ///
    /// # Side effects
    /// A wrong password counts towards the lock. If MFA comes next, the service may send a passcode.
    ///
    /// # Retries
    /// Only where the service cannot have acted on the first request; see [`SafeRetry`](crate::retry::SafeRetry).
    ///
    /// [Check username/password](https://developer.pingidentity.com/pingone-api/auth/flows/flows-1/check-username-password.html)
    pub fn check_username_password(
        &self,
        username: impl Into<String>,
        password: impl Into<Secret>,
    ) -> Request<Flow> {
        let body = FlowUsernamePasswordCheck::new(password, username);
        typed(
            &self.client,
            &CHECK_FLOW_USERNAME_PASSWORD,
            (self.id, body),
            |attempt, (flow, body)| {
                Box::pin(attempt.auth.check_flow_username_password(
                    &attempt.environment,
                    flow,
                    body,
                ))
            },
        )
        .with_session(Some(Arc::clone(&self.session)))
    }

    /// Names the user who signs on, without a password.
    ///
    /// The flow asks for it with the status `SIGN_ON_REQUIRED`.
    ///
    /// # Example
    /// ```
    /// # async fn run(client: pingone::Client, flow: pingone::models::FlowId) -> pingone::Result<()> {
    /// # let flow = client.flow(flow).with_session("cookie");
    /// let next = flow.look_up_user("linda").await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// A detail about `username` if there is no such user.
    ///
    /// # Side effects
    /// With an MFA policy the service sends a passcode. Calling it twice may send two.
    ///
    /// # Retries
    /// Only where the service cannot have acted on the first request; see [`SafeRetry`](crate::retry::SafeRetry).
    ///
    /// [Sign on with a username](https://developer.pingidentity.com/pingone-api/auth/flows/flows-1/sign-on-with-a-username.html)
    pub fn look_up_user(&self, username: impl Into<String>) -> Request<Flow> {
        let body = FlowUserLookup::new(username);
        typed(
            &self.client,
            &LOOK_UP_FLOW_USER,
            (self.id, body),
            |attempt, (flow, body)| {
                Box::pin(
                    attempt
                        .auth
                        .look_up_flow_user(&attempt.environment, flow, body),
                )
            },
        )
        .with_session(Some(Arc::clone(&self.session)))
    }

    /// Begins to recover a forgotten password, and mails the user a recovery code.
    ///
    /// The flow goes on to `RECOVERY_CODE_REQUIRED`.
    ///
    /// # Example
    /// ```
    /// # async fn run(client: pingone::Client, flow: pingone::models::FlowId) -> pingone::Result<()> {
    /// # let flow = client.flow(flow).with_session("cookie");
    /// let next = flow.forgot_password("linda").await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// A detail about `username` if there is no such user.
    ///
    /// # Side effects
    /// Sends a message. Calling it twice sends two.
    ///
    /// # Retries
    /// Only where the service cannot have acted on the first request; see [`SafeRetry`](crate::retry::SafeRetry).
    ///
    /// [Flows](https://developer.pingidentity.com/pingone-api/auth/flows/flows-1.html)
    pub fn forgot_password(&self, username: impl Into<String>) -> Request<Flow> {
        let body = FlowForgottenPassword::new(username);
        typed(
            &self.client,
            &FORGOT_FLOW_PASSWORD,
            (self.id, body),
            |attempt, (flow, body)| {
                Box::pin(
                    attempt
                        .auth
                        .forgot_flow_password(&attempt.environment, flow, body),
                )
            },
        )
        .with_session(Some(Arc::clone(&self.session)))
    }

    /// Registers a new user, and mails the verification code to the user's address.
    ///
    /// With the flow status `ACCOUNT_LINKING_REQUIRED` it registers the external identity; the password is ignored then.
    ///
    /// # Example
    /// ```
    /// # async fn run(client: pingone::Client, flow: pingone::models::FlowId) -> pingone::Result<()> {
    /// # let flow = client.flow(flow).with_session("cookie");
    /// use pingone::models::FlowUserRegistration;
    ///
    /// let user = FlowUserRegistration::new("linda@example.com", "a-password", "linda");
    /// let next = flow.register_user(user).await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// A username that is taken has a detail with the code `UNIQUENESS_VIOLATION`, a password that the policy refuses has
    /// one about `password`.
    ///
    /// # Side effects
    /// Creates a user and sends an e-mail.
    ///
    /// # Retries
    /// Only where the service cannot have acted on the first request; see [`SafeRetry`](crate::retry::SafeRetry).
    ///
    /// [Register user](https://developer.pingidentity.com/pingone-api/auth/flows/registration-and-verification/register-user.html)
    pub fn register_user(&self, user: FlowUserRegistration) -> Request<Flow> {
        typed(
            &self.client,
            &REGISTER_FLOW_USER,
            (self.id, user),
            |attempt, (flow, body)| {
                Box::pin(
                    attempt
                        .auth
                        .register_flow_user(&attempt.environment, flow, body),
                )
            },
        )
        .with_session(Some(Arc::clone(&self.session)))
    }

    /// Replaces a password that has expired or must be changed.
    ///
    /// The flow asks for it with the status `PASSWORD_EXPIRED` or `MUST_CHANGE_PASSWORD`.
    ///
    /// # Example
    /// ```
    /// # async fn run(client: pingone::Client, flow: pingone::models::FlowId) -> pingone::Result<()> {
    /// # let flow = client.flow(flow).with_session("cookie");
    /// let next = flow.reset_password("the-old-one", "a-new-one").await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`is_wrong_code`](crate::Error::is_wrong_code) if the current password is wrong. A password that the policy refuses
    /// has a detail about `newPassword`.
    ///
    /// # Side effects
    /// Changes the password. A wrong current password may count towards the lock.
    ///
    /// # Retries
    /// Only where the service cannot have acted on the first request; see [`SafeRetry`](crate::retry::SafeRetry).
    ///
    /// [Reset password](https://developer.pingidentity.com/pingone-api/auth/flows/flows-1/reset-password.html)
    pub fn reset_password(
        &self,
        current_password: impl Into<Secret>,
        new_password: impl Into<Secret>,
    ) -> Request<Flow> {
        let body = FlowPasswordReset::new(current_password, new_password);
        typed(
            &self.client,
            &RESET_FLOW_PASSWORD,
            (self.id, body),
            |attempt, (flow, body)| {
                Box::pin(
                    attempt
                        .auth
                        .reset_flow_password(&attempt.environment, flow, body),
                )
            },
        )
        .with_session(Some(Arc::clone(&self.session)))
    }

    /// Sets a new password with the recovery code from the message.
    ///
    /// The code has eight letters and digits and is valid for five minutes.
    ///
    /// # Example
    /// ```
    /// # async fn run(client: pingone::Client, flow: pingone::models::FlowId) -> pingone::Result<()> {
    /// # let flow = client.flow(flow).with_session("cookie");
    /// let next = flow.recover_password("7K2M9QXA", "a-new-password").await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`is_wrong_code`](crate::Error::is_wrong_code) if the code is wrong or old,
    /// [`is_attempts_exceeded`](crate::Error::is_attempts_exceeded) after five wrong ones.
    ///
    /// # Side effects
    /// Changes the password. A wrong code spends one of five attempts.
    ///
    /// # Retries
    /// Only where the service cannot have acted on the first request; see [`SafeRetry`](crate::retry::SafeRetry).
    ///
    /// [Recover password](https://developer.pingidentity.com/pingone-api/auth/flows/forgot-password/recover-password.html)
    pub fn recover_password(
        &self,
        code: impl Into<Secret>,
        new_password: impl Into<Secret>,
    ) -> Request<Flow> {
        let body = PasswordRecovery::new(new_password, code);
        typed(
            &self.client,
            &RECOVER_FLOW_PASSWORD,
            (self.id, body),
            |attempt, (flow, body)| {
                Box::pin(
                    attempt
                        .auth
                        .recover_flow_password(&attempt.environment, flow, body),
                )
            },
        )
        .with_session(Some(Arc::clone(&self.session)))
    }

    /// Mails the user of the flow another recovery code.
    ///
    /// # Example
    /// ```
    /// # async fn run(client: pingone::Client, flow: pingone::models::FlowId) -> pingone::Result<()> {
    /// # let flow = client.flow(flow).with_session("cookie");
    /// let next = flow.send_recovery_code().await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`is_expired_flow`](crate::Error::is_expired_flow) after 15 minutes without activity.
    ///
    /// # Side effects
    /// Sends a message. Calling it twice sends two.
    ///
    /// # Retries
    /// Only where the service cannot have acted on the first request; see [`SafeRetry`](crate::retry::SafeRetry).
    ///
    /// [Flows](https://developer.pingidentity.com/pingone-api/auth/flows/flows-1.html)
    pub fn send_recovery_code(&self) -> Request<Flow> {
        typed(
            &self.client,
            &SEND_FLOW_RECOVERY_CODE,
            self.id,
            |attempt, flow| {
                Box::pin(
                    attempt
                        .auth
                        .send_flow_recovery_code(&attempt.environment, flow),
                )
            },
        )
        .with_session(Some(Arc::clone(&self.session)))
    }

    /// Verifies the user with the code from the mail.
    ///
    /// The flow asks for it with the status `VERIFICATION_CODE_REQUIRED`. The code has eight letters and digits and no timeout.
    ///
    /// # Example
    /// ```
    /// # async fn run(client: pingone::Client, flow: pingone::models::FlowId) -> pingone::Result<()> {
    /// # let flow = client.flow(flow).with_session("cookie");
    /// let next = flow.verify_user("A1B2C3D4").await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`is_wrong_code`](crate::Error::is_wrong_code) if the code is not the one that was mailed last.
    ///
    /// # Side effects
    /// Verifies the user. A wrong code may count towards a limit of attempts.
    ///
    /// # Retries
    /// Only where the service cannot have acted on the first request; see [`SafeRetry`](crate::retry::SafeRetry).
    ///
    /// [Verify user](https://developer.pingidentity.com/pingone-api/auth/flows/registration-and-verification/verify-user.html)
    pub fn verify_user(&self, code: impl Into<Secret>) -> Request<Flow> {
        let body = UserVerification::new(code);
        typed(
            &self.client,
            &VERIFY_FLOW_USER,
            (self.id, body),
            |attempt, (flow, body)| {
                Box::pin(
                    attempt
                        .auth
                        .verify_flow_user(&attempt.environment, flow, body),
                )
            },
        )
        .with_session(Some(Arc::clone(&self.session)))
    }

    /// Mails the user of the flow another verification code.
    ///
    /// # Example
    /// ```
    /// # async fn run(client: pingone::Client, flow: pingone::models::FlowId) -> pingone::Result<()> {
    /// # let flow = client.flow(flow).with_session("cookie");
    /// let next = flow.send_verification_code().await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`is_expired_flow`](crate::Error::is_expired_flow) after 15 minutes without activity.
    ///
    /// # Side effects
    /// Sends an e-mail. Calling it twice sends two.
    ///
    /// # Retries
    /// Only where the service cannot have acted on the first request; see [`SafeRetry`](crate::retry::SafeRetry).
    ///
    /// [Send/resend verification code](https://developer.pingidentity.com/pingone-api/auth/flows/registration-and-verification/send-resend-verification-code.html)
    pub fn send_verification_code(&self) -> Request<Flow> {
        typed(
            &self.client,
            &SEND_FLOW_VERIFICATION_CODE,
            self.id,
            |attempt, flow| {
                Box::pin(
                    attempt
                        .auth
                        .send_flow_verification_code(&attempt.environment, flow),
                )
            },
        )
        .with_session(Some(Arc::clone(&self.session)))
    }

    /// Selects the device to authenticate with, and sends the passcode or notification to it; also sends another one.
    ///
    /// # Example
    /// ```
    /// # async fn run(client: pingone::Client, flow: pingone::models::FlowId) -> pingone::Result<()> {
    /// # let flow = client.flow(flow).with_session("cookie");
    /// let device: pingone::models::DeviceId = "c6e3a5fb-2a5f-4f1e-9a31-9a1f0d9f7b52".parse().expect("a UUID");
    /// let next = flow.select_device(device).await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`is_expired_flow`](crate::Error::is_expired_flow) after 15 minutes without activity.
    ///
    /// # Side effects
    /// Sends a message to the device. Calling it twice sends two.
    ///
    /// # Retries
    /// Only where the service cannot have acted on the first request; see [`SafeRetry`](crate::retry::SafeRetry).
    ///
    /// [Select device](https://developer.pingidentity.com/pingone-api/auth/flows/flows-1/select-device.html)
    pub fn select_device(&self, device: impl Into<DeviceId>) -> Request<Flow> {
        let body = FlowDeviceSelection::new(DeviceReference::new(device));
        typed(
            &self.client,
            &SELECT_FLOW_DEVICE,
            (self.id, body),
            |attempt, (flow, body)| {
                Box::pin(
                    attempt
                        .auth
                        .select_flow_device(&attempt.environment, flow, body),
                )
            },
        )
        .with_session(Some(Arc::clone(&self.session)))
    }

    /// Checks the one-time passcode from the user's device.
    ///
    /// The flow asks for it with the status `OTP_REQUIRED`.
    ///
    /// # Example
    /// ```
    /// # async fn run(client: pingone::Client, flow: pingone::models::FlowId) -> pingone::Result<()> {
    /// # let flow = client.flow(flow).with_session("cookie");
    /// let next = flow.check_otp("123456").await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`is_wrong_code`](crate::Error::is_wrong_code) if it is wrong,
    /// [`is_attempts_exceeded`](crate::Error::is_attempts_exceeded) after as many wrong ones as the policy allows.
    ///
    /// # Side effects
    /// A wrong passcode spends an attempt.
    ///
    /// # Retries
    /// Only where the service cannot have acted on the first request; see [`SafeRetry`](crate::retry::SafeRetry).
    ///
    /// [Check one-time password](https://developer.pingidentity.com/pingone-api/auth/flows/flows-1/check-one-time-password-otp.html)
    pub fn check_otp(&self, otp: impl Into<Secret>) -> Request<Flow> {
        let body = OtpCheck::new(otp);
        typed(
            &self.client,
            &CHECK_FLOW_OTP,
            (self.id, body),
            |attempt, (flow, body)| {
                Box::pin(
                    attempt
                        .auth
                        .check_flow_otp(&attempt.environment, flow, body),
                )
            },
        )
        .with_session(Some(Arc::clone(&self.session)))
    }

    /// Adds data to the user's profile.
    ///
    /// The flow asks for it with the status `PROFILE_DATA_REQUIRED`. What is absent is left alone, what is null is cleared.
    ///
    /// # Example
    /// ```
    /// # async fn run(client: pingone::Client, flow: pingone::models::FlowId) -> pingone::Result<()> {
    /// # let flow = client.flow(flow).with_session("cookie");
    /// use pingone::models::FlowUserUpdate;
    ///
    /// let next = flow.update_user(FlowUserUpdate::new().with_nickname("Lin")).await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// A value that the user schema refuses has a detail about its attribute.
    ///
    /// # Side effects
    /// Changes the user.
    ///
    /// # Retries
    /// Only where the service cannot have acted on the first request; see [`SafeRetry`](crate::retry::SafeRetry).
    ///
    /// [User profile update](https://developer.pingidentity.com/pingone-api/auth/flows/registration-and-verification/user-profile-update.html)
    pub fn update_user(&self, user: FlowUserUpdate) -> Request<Flow> {
        typed(
            &self.client,
            &UPDATE_FLOW_USER,
            (self.id, user),
            |attempt, (flow, body)| {
                Box::pin(
                    attempt
                        .auth
                        .update_flow_user(&attempt.environment, flow, body),
                )
            },
        )
        .with_session(Some(Arc::clone(&self.session)))
    }

    /// Starts the flow over.
    ///
    /// # Example
    /// ```
    /// # async fn run(client: pingone::Client, flow: pingone::models::FlowId) -> pingone::Result<()> {
    /// # let flow = client.flow(flow).with_session("cookie");
    /// let next = flow.reset_session().await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`is_expired_flow`](crate::Error::is_expired_flow) after 15 minutes without activity.
    ///
    /// # Side effects
    /// Forgets what the user has done in this flow.
    ///
    /// # Retries
    /// Only where the service cannot have acted on the first request; see [`SafeRetry`](crate::retry::SafeRetry).
    ///
    /// [Reset flow](https://developer.pingidentity.com/pingone-api/auth/flows/flows-1/reset-flow.html)
    pub fn reset_session(&self) -> Request<Flow> {
        typed(
            &self.client,
            &RESET_FLOW_SESSION,
            self.id,
            |attempt, flow| Box::pin(attempt.auth.reset_flow_session(&attempt.environment, flow)),
        )
        .with_session(Some(Arc::clone(&self.session)))
    }
}

/// The session cookie of a flow, shared by the clones of a handle.
#[derive(Default)]
pub(crate) struct Session(Mutex<Option<Secret>>);

impl Session {
    fn value(&self) -> Option<Secret> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// The cookie to send, once there is one: a flow that does not know its user yet may have none.
    pub(crate) fn cookie(&self) -> Result<Option<Secret>> {
        let Some(cookie) = self.value() else {
            return Ok(None);
        };
        // RFC 6265: anything else would begin another cookie, or end the header.
        let fine = |byte: u8| byte.is_ascii_graphic() && !b"\",;\\".contains(&byte);
        if cookie.is_empty() || !cookie.expose().bytes().all(fine) {
            return Err(Error::invalid_request(
                "the session cookie is empty or holds a character that no cookie has: give its value alone, without name and attributes",
            ));
        }
        Ok(Some(cookie))
    }

    /// Takes over what an answer sets.
    pub(crate) fn keep(&self, headers: &HeaderMap) {
        for header in headers.get_all(SET_COOKIE) {
            let set = header.to_str().ok().and_then(|text| {
                let (name, value) = text.split(';').next()?.split_once('=')?;
                (name.trim() == cookie_name()).then(|| value.trim().trim_matches('"'))
            });
            if let Some(value) = set.filter(|value| !value.is_empty()) {
                *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(value.into());
            }
        }
    }
}

/// The name of the cookie in the document.
fn cookie_name() -> &'static str {
    let cookie = |security: &Security| match security {
        Security::Cookie(name) => Some(*name),
        _ => None,
    };
    READ_FLOW
        .security
        .iter()
        .find_map(cookie)
        .unwrap_or_default()
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.value().is_some() {
            "Session(***)"
        } else {
            "Session(none)"
        })
    }
}
