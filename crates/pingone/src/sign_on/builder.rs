//! How a sign-on begins.

use std::fmt;
use std::sync::Arc;

use pingone_models::{CodeChallengeMethod, FlowAuthorization};

use super::SignOn;
use super::pkce::Secrets;
use crate::Result;
use crate::applications::Application;
use crate::session::Session;

/// A sign-on that is about to begin. Made by [`Application::sign_on`].
///
/// The authorization request asks for a code with PKCE (`S256`), and has a `state` and a `nonce` of its own. Its scope is
/// `openid` unless set.
///
/// ```
/// # async fn run(application: pingone::applications::Application) -> pingone::Result<()> {
/// let sign_on = application
///     .sign_on()
///     .with_scope("openid profile offline_access")
///     .with_acr_values("Multi_Factor")
///     .begin()
///     .await?;
/// println!("{:?}", sign_on.step());
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
#[must_use = "a sign-on begins with `begin`"]
pub struct SignOnBuilder {
    application: Application,
    request: Box<FlowAuthorization>,
    session: Arc<Session>,
}

impl SignOnBuilder {
    pub(super) fn new(application: Application) -> Self {
        let request = FlowAuthorization::new(application.id(), "code").with_scope("openid");
        Self {
            application,
            request: Box::new(request),
            session: Arc::default(),
        }
    }

    /// Sets the scopes of the tokens, separated by spaces. `openid` asks for an ID token, `offline_access` for a refresh
    /// token.
    pub fn with_scope(self, scope: impl Into<String>) -> Self {
        self.with_request(|request| request.with_scope(scope))
    }

    /// Sets the redirect address, which must be registered for the application. This kind of sign-on does without one.
    pub fn with_redirect_uri(self, address: impl Into<String>) -> Self {
        self.with_request(|request| request.with_redirect_uri(address))
    }

    /// Sets the names of sign-on policies to choose from, separated by spaces, the best first.
    pub fn with_acr_values(self, policies: impl Into<String>) -> Self {
        self.with_request(|request| request.with_acr_values(policies))
    }

    /// Continues the session of a user who has signed on before, so that the service may ask for less.
    pub fn with_session_of(mut self, earlier: &SignOn) -> Self {
        self.session = Arc::clone(earlier.handle.shared_session());
        self
    }

    /// Changes the authorization request, such as its `prompt`. `response_type`, `state`, `nonce` and what belongs to
    /// PKCE are set by [`begin`](Self::begin).
    pub fn with_request(
        mut self,
        change: impl FnOnce(FlowAuthorization) -> FlowAuthorization,
    ) -> Self {
        *self.request = change(*self.request);
        self
    }

    /// Begins the sign-on: sends the authorization request.
    ///
    /// # Example
    /// ```
    /// # async fn run(application: pingone::applications::Application) -> pingone::Result<()> {
    /// let sign_on = application.sign_on().begin().await?;
    /// println!("{:?}", sign_on.step());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// As [`Flows::start`](crate::flows::Flows::start) has them; with the kind
    /// [`InvalidRequest`](crate::ErrorKind::InvalidRequest) if the operating system gives no random bytes.
    pub async fn begin(self) -> Result<SignOn> {
        let secrets = Secrets::new()?;
        let mut request = *self.request;
        request.response_type = "code".to_owned();
        let redirect_uri = request.redirect_uri.clone();
        let request = request
            .with_state(secrets.state.expose())
            .with_nonce(secrets.nonce.expose())
            .with_code_challenge(secrets.challenge())
            .with_code_challenge_method(CodeChallengeMethod::S256);
        let flows = self.application.client().flows();
        let (handle, flow) = flows
            .with_shared_session(self.session)
            .begin(request)
            .await?;
        Ok(SignOn {
            application: self.application,
            handle,
            flow,
            secrets,
            redirect_uri,
        })
    }
}

impl fmt::Debug for SignOnBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SignOnBuilder")
            .field("application", &self.application.id())
            .field("scope", &self.request.scope)
            .field("acr_values", &self.request.acr_values)
            .finish_non_exhaustive()
    }
}
