//! Applications that people sign on to: their tokens, from the authorization code to the revocation.
//!
//! [`sign_on`](crate::sign_on) runs a whole sign-on of such an application.

use std::fmt;
use std::sync::Arc;

use pingone_models::request::Endpoint;
use pingone_models::requests::{
    ExchangeAuthorizationCode, IntrospectToken, RefreshToken, RequestToken, RevokeToken,
};
use pingone_models::{
    AccessToken, ApplicationId, AuthorizationCodeGrant, RefreshTokenGrant, Secret,
    TokenIntrospection, TokenIntrospectionRequest, TokenRequest, TokenRevocation,
};

use crate::call::{Acknowledged, Request};
use crate::client::Client;
use crate::generated::docs;
use crate::token::{ApplicationForm, Authentication, ClientCredentials};
use crate::{Error, Result};

/// An application that people sign on to. Made by [`Client::application`].
///
/// ```
/// # async fn run(client: pingone::Client, secret: pingone::models::Secret) -> pingone::Result<()> {
/// use pingone::models::AuthorizationCodeGrant;
/// use pingone::token::ClientCredentials;
///
/// let credentials = ClientCredentials::client_secret_basic("0f1c5b1a-3c1e-4a52-9d10-1f0a7f1f6c55", secret);
/// let application = client.application(credentials)?;
///
/// // The browser brought the code to the redirect address.
/// let grant = AuthorizationCodeGrant::new("the-code").with_redirect_uri("https://app.example.com/callback");
/// let tokens = application.exchange_code(grant).await?;
/// let claims = client.openid().user_info(&tokens.access_token).await?;
/// println!("{} signed on", claims.sub);
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Application {
    client: Client,
    id: ApplicationId,
    authentication: Arc<Authentication>,
}

impl Client {
    /// An application of this client's environment that people sign on to. Nothing is sent yet.
    ///
    /// # Errors
    /// With the kind [`Config`](crate::ErrorKind::Config) if the credentials cannot be used, or belong to another
    /// environment: people sign on in the environment of the application, so make a client for that one.
    pub fn application(&self, credentials: ClientCredentials) -> Result<Application> {
        if credentials.is_elsewhere(self.environment_id()) {
            return Err(Error::config(
                "the application belongs to another environment or server than this client: make a client for that one",
            ));
        }
        let id = credentials.id().parse().map_err(|_| {
            Error::config("the client id of the application is no UUID: copy it from the application in the console")
        })?;
        let authentication = credentials.authentication(&self.shared.token_endpoint())?;
        Ok(Application {
            client: self.clone(),
            id,
            authentication: Arc::new(authentication),
        })
    }
}

impl Application {
    /// The application's id, which OAuth calls `client_id`.
    #[must_use]
    pub fn id(&self) -> ApplicationId {
        self.id
    }

    /// The client that this application was made by.
    #[must_use]
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// Requests an access token for the application itself.
    ///
    /// [`ClientBuilder::client_credentials`](crate::ClientBuilder::client_credentials) does so by itself for a client's
    /// own calls.
    #[doc = docs::request_token!()]
    #[inline]
    pub fn request_token(&self, request: TokenRequest) -> Request<AccessToken> {
        self.send(request, RequestToken::new)
    }

    /// Exchanges the authorization code of a sign-on for tokens.
    ///
    /// [`SignOn::tokens`](crate::sign_on::SignOn::tokens) does so for a sign-on that it has run itself.
    #[doc = docs::exchange_authorization_code!()]
    #[inline]
    pub fn exchange_code(&self, grant: AuthorizationCodeGrant) -> Request<AccessToken> {
        self.send(grant, ExchangeAuthorizationCode::new)
    }

    /// Exchanges the refresh token of a user for new tokens.
    #[doc = docs::refresh_token!()]
    /// # Example
    /// ```
    /// # async fn run(application: pingone::applications::Application, mut tokens: pingone::models::AccessToken) -> pingone::Result<()> {
    /// if let Some(refresh_token) = &tokens.refresh_token {
    ///     // Store the new tokens: the old refresh token is spent.
    ///     tokens = application.refresh(refresh_token).await?;
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`code`](crate::Error::code) is `invalid_grant` if the token is spent, or its session has ended. After an error
    /// for which [`may_have_been_sent`](crate::Error::may_have_been_sent) says yes, the token may be spent and the user
    /// has to sign on again.
    #[inline]
    pub fn refresh(&self, refresh_token: impl Into<Secret>) -> Request<AccessToken> {
        self.send(RefreshTokenGrant::new(refresh_token), RefreshToken::new)
    }

    /// Asks whether a token of this application is valid, and what it says.
    #[doc = docs::introspect_token!()]
    #[inline]
    pub fn introspect(&self, token: impl Into<Secret>) -> Request<TokenIntrospection> {
        self.send(TokenIntrospectionRequest::new(token), IntrospectToken::new)
    }

    /// Revokes an access or refresh token of this application.
    #[doc = docs::revoke_token!()]
    #[inline]
    pub fn revoke(&self, token: impl Into<Secret>) -> Request<Acknowledged> {
        self.send(TokenRevocation::new(token), RevokeToken::new)
            .acknowledged()
    }

    /// A request with the credentials of the application; an assertion is made anew for every attempt.
    fn send<F: ApplicationForm, E: Endpoint>(
        &self,
        form: F,
        request: fn(F) -> E,
    ) -> Request<E::Answer> {
        let authentication = Arc::clone(&self.authentication);
        let runtime = Arc::clone(&self.client.shared.runtime);
        let make = move || {
            let form = authentication.identify(form.clone(), &*runtime, runtime.wall_clock())?;
            Ok(request(form))
        };
        Request::made_for::<E>(&self.client, make).with_client(self.authentication.basic())
    }
}

impl fmt::Debug for Application {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Application")
            .field("id", &self.id)
            .field("client", &self.client)
            .finish_non_exhaustive()
    }
}
