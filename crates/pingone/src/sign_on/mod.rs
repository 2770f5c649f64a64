//! A whole sign-on that an application drives itself, from the authorization request to the tokens of the user.
//!
//! ```no_run
//! # async fn ask(_: &str) -> String { String::new() }
//! # async fn run(client: pingone::Client, secret: pingone::models::Secret) -> pingone::Result<()> {
//! use pingone::sign_on::Step;
//! use pingone::token::ClientCredentials;
//!
//! let credentials = ClientCredentials::client_secret_basic("0f1c5b1a-3c1e-4a52-9d10-1f0a7f1f6c55", secret);
//! let application = client.application(credentials)?;
//!
//! let mut sign_on = application.sign_on().with_scope("openid profile").begin().await?;
//! loop {
//!     let acted = match sign_on.step() {
//!         Step::UsernamePassword => {
//!             let (name, password) = (ask("name").await, ask("password").await);
//!             sign_on.act(|flow| flow.check_username_password(name, password)).await
//!         }
//!         Step::Otp { .. } => {
//!             let code = ask("code").await;
//!             sign_on.act(|flow| flow.check_otp(code)).await
//!         }
//!         Step::Completed => break,
//!         other => return Ok(println!("this program cannot go on from {other:?}")),
//!     };
//!     match acted {
//!         Err(error) if error.is_wrong_code() => println!("that is not right, please try again"),
//!         other => drop(other?),
//!     }
//! }
//! let tokens = sign_on.tokens().await?;
//! println!("signed on for {:?} seconds", tokens.expires_in);
//! # Ok(())
//! # }
//! ```
//!
//! Between two requests of the user's browser, [`SignOn::to_stored`] gives what the application has to keep and
//! [`Application::restore_sign_on`] takes it back.

mod builder;
mod id_token;
mod pkce;
mod step;
mod stored;

pub use builder::SignOnBuilder;
pub use step::Step;
pub use stored::StoredSignOn;

use std::fmt;

use pingone_models::operation::Operation;
use pingone_models::operations::{EXCHANGE_AUTHORIZATION_CODE, RESUME_FLOW};
use pingone_models::{AccessToken, AuthorizationCodeGrant, AuthorizeResponse, Flow, Secret};

use self::pkce::Secrets;
use crate::applications::Application;
use crate::call::{Acknowledged, Request};
use crate::error::Inner;
use crate::flows::FlowHandle;
use crate::{Error, ErrorKind, Result};

/// A sign-on on its way. Made by [`SignOnBuilder::begin`] and [`Application::restore_sign_on`].
///
/// It decides nothing: [`step`](Self::step) says what the flow waits for, [`act`](Self::act) takes any action of
/// [`FlowHandle`] and follows the flow, and [`tokens`](Self::tokens) ends it. An action that fails leaves the sign-on as
/// it was, so that a person can try again.
///
/// ```
/// # async fn run(mut sign_on: pingone::sign_on::SignOn) -> pingone::Result<()> {
/// use pingone::sign_on::Step;
///
/// let step = sign_on.act(|flow| flow.check_username_password("linda", "2FederateM0re!")).await?;
/// if step == Step::Completed {
///     let tokens = sign_on.tokens().await?;
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct SignOn {
    application: Application,
    handle: FlowHandle,
    flow: Flow,
    secrets: Secrets,
    redirect_uri: Option<String>,
}

impl Application {
    /// Prepares a sign-on to this application. Nothing is sent yet.
    pub fn sign_on(&self) -> SignOnBuilder {
        SignOnBuilder::new(self.clone())
    }
}

impl SignOn {
    /// What the flow waits for, as the service said last.
    #[must_use]
    pub fn step(&self) -> Step<'_> {
        Step::of(&self.flow)
    }

    /// The flow as the service described it last. [`Linked`](crate::Linked) says which actions its links allow.
    #[must_use]
    pub fn flow(&self) -> &Flow {
        &self.flow
    }

    /// The actions of the flow, for one whose answer is not a flow. [`act`](Self::act) with [`FlowHandle::read`] takes
    /// over what it did.
    #[must_use]
    pub fn handle(&self) -> &FlowHandle {
        &self.handle
    }

    /// Takes an action and follows the flow.
    ///
    /// # Example
    /// ```
    /// # async fn run(mut sign_on: pingone::sign_on::SignOn) -> pingone::Result<()> {
    /// sign_on.act(|flow| flow.check_otp("123456")).await?;
    /// // Until a notification on another device is confirmed:
    /// sign_on.act(|flow| flow.poll()).await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// As the action has them. A flow that has failed is no error but [`Step::Failed`].
    pub async fn act<A>(&mut self, action: impl FnOnce(&FlowHandle) -> A) -> Result<Step<'_>>
    where
        A: IntoFuture<Output = Result<Flow>>,
    {
        self.flow = action(&self.handle).await?;
        self.handle = self.handle.at(self.flow.id);
        Ok(self.step())
    }

    /// Ends a sign-on that has completed: gets the authorization code and exchanges it for the tokens of the user.
    ///
    /// It checks that the answers belong to this sign-on: `state`, where the service repeats it, and the `nonce` and
    /// audience of the ID token. The signature of the ID token is not checked, since it comes from the service itself
    /// over TLS. Hand it to others only together with the service's keys
    /// ([`OpenId::jwks`](crate::openid::OpenId::jwks)).
    ///
    /// # Example
    /// ```
    /// # async fn run(mut sign_on: pingone::sign_on::SignOn) -> pingone::Result<()> {
    /// let tokens = sign_on.tokens().await?;
    /// println!("{:?} for {:?} s", tokens.scope, tokens.expires_in);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// With the kind [`InvalidRequest`](ErrorKind::InvalidRequest) if the sign-on has not completed, and
    /// [`Decode`](ErrorKind::Decode) if an answer belongs to another sign-on: then end the session of the user's browser
    /// and begin again. After an error for which [`may_have_been_sent`](Error::may_have_been_sent) says yes, the code
    /// may be spent and the user has to sign on again.
    pub async fn tokens(&mut self) -> Result<AccessToken> {
        if self.step() != Step::Completed {
            let name = crate::error::name(self.flow.status.as_str()).unwrap_or("not known");
            return Err(Error::invalid_request(format!(
                "the sign-on has not completed, its status is {name}: act on `step()` first"
            )));
        }
        let code = match self.code()? {
            Some(code) => code,
            None => {
                self.resume().await?;
                self.code()?.ok_or_else(|| {
                    refused(
                        &RESUME_FLOW,
                        "the flow has completed without an authorization code",
                    )
                })?
            }
        };
        let mut grant =
            AuthorizationCodeGrant::new(code).with_code_verifier(&self.secrets.verifier);
        grant.redirect_uri.clone_from(&self.redirect_uri);
        let tokens = self.application.exchange_code(grant).await?;
        if let Some(token) = &tokens.id_token {
            id_token::check(token, &self.secrets.nonce, self.application.id())
                .map_err(|note| refused(&EXCHANGE_AUTHORIZATION_CODE, note))?;
        }
        Ok(tokens)
    }

    /// The authorization code, if the service has sent it for this sign-on.
    fn code(&self) -> Result<Option<Secret>> {
        let Some(AuthorizeResponse { code, state, .. }) = &self.flow.authorize_response else {
            return Ok(None);
        };
        let sent = &self.secrets.state;
        if state
            .as_ref()
            .is_some_and(|state| Secret::from(state.as_str()) != *sent)
        {
            return Err(refused(
                &RESUME_FLOW,
                "its `state` is not the one that this sign-on has sent: the answer belongs to another sign-on",
            ));
        }
        Ok(code.clone())
    }

    /// Asks for the result of the flow.
    async fn resume(&mut self) -> Result<()> {
        let answer = self.handle.resume().await?;
        self.flow.authorize_response = answer.read().and_then(|flow: Flow| flow.authorize_response);
        Ok(())
    }

    /// Signs the user off from all applications, and ends the refresh tokens of the session:
    /// [`FlowHandle::sign_off`].
    #[inline]
    pub fn sign_off(&self) -> Request<Acknowledged> {
        self.handle.sign_off()
    }
}

/// The error of an answer that this sign-on must not accept.
fn refused(operation: &'static Operation, note: &'static str) -> Error {
    Error::new(Inner {
        kind: ErrorKind::Decode,
        operation: Some(operation),
        note: note.into(),
        may_have_been_sent: true,
        ..Inner::default()
    })
}

impl fmt::Debug for SignOn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SignOn")
            .field("application", &self.application.id())
            .field("status", &self.flow.status)
            .field("handle", &self.handle)
            .finish_non_exhaustive()
    }
}
