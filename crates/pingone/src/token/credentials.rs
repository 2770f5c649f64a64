//! The credentials of an application.

use std::fmt;

use pingone_models::{EnvironmentId, Secret};

#[cfg(feature = "jwt")]
use super::SigningAlgorithm;
#[cfg(feature = "jwt")]
use super::assertion::{Key, Signer};
use crate::http::{Endpoints, Region};
use crate::{Error, Result};

/// The credentials of an application: of a worker, which a client gets its access tokens with, or of one that people
/// sign on to ([`Client::application`](crate::Client::application)).
///
/// The methods are PingOne's
/// [token endpoint authentication methods](https://docs.pingidentity.com/pingone/applications/p1_token_endpoint_authentication_methods.html);
/// the application in the console has the one to use.
///
/// ```
/// use pingone::token::ClientCredentials;
/// use pingone::{Client, Region};
///
/// # fn run() -> pingone::Result<Client> {
/// let client = Client::builder()
///     .region(Region::EUROPE)
///     .environment_id("abfba8f6-49eb-49f5-a5d9-80ad5c98f9f6")
///     .client_credentials(
///         ClientCredentials::client_secret_basic("0f1c5b1a-3c1e-4a52-9d10-1f0a7f1f6c55", "the-secret")
///             // Only if the application lives in another environment than the one to work in.
///             .with_environment_id("6b1f7c3e-6d6e-4c6a-8d53-6a0a2f6a1b6f"),
///     )
///     .build()?;
/// # Ok(client)
/// # }
/// # run().expect("a client");
/// ```
///
/// # Refresh
/// The token is fetched with the first call that needs one, kept, and fetched anew shortly before it ends: within the
/// last quarter of its life, at most five minutes before, at a moment that differs between clients. However many calls
/// ask at once, one request is made. If an early refresh fails or hangs, calls go on with the current token until it
/// ends, and none waits for the refresh longer than a quarter of its own time.
///
/// A failure is remembered for one second, for longer if more follow, and for as long as `Retry-After` says: until then
/// calls fail with it at once. A token that the service rejects with status 401 is replaced once, and the call made
/// again once, if its retry policy allows it: such a refusal comes before the service acts.
///
/// A refresh that nothing drives any more, because its runtime has stopped, is taken over by the next caller after the
/// time of one attempt and 30 seconds. An idle connection of such a runtime holds up the next call that uses it until the
/// time of that attempt ends: give each runtime a client of its own, or the client a
/// [`connection_thread`](crate::ClientBuilder::connection_thread).
#[derive(Clone)]
pub struct ClientCredentials {
    id: String,
    method: Method,
    environment: Option<Result<EnvironmentId, String>>,
    auth_url: Option<String>,
    #[cfg(feature = "jwt")]
    algorithm: Option<SigningAlgorithm>,
    #[cfg(feature = "jwt")]
    key_id: Option<String>,
}

#[derive(Clone)]
enum Method {
    None,
    Basic(Secret),
    Post(Secret),
    #[cfg(feature = "jwt")]
    SecretJwt(Secret),
    #[cfg(feature = "jwt")]
    PrivateKeyJwt(Secret),
}

/// Credentials that were checked, and are ready to be sent.
pub(crate) enum Authentication {
    None(String),
    Basic(String, Secret),
    Post(String, Secret),
    #[cfg(feature = "jwt")]
    Assertion(Box<Signer>),
}

impl ClientCredentials {
    /// Sends id and secret in the header `Authorization`: `CLIENT_SECRET_BASIC`.
    #[must_use]
    pub fn client_secret_basic(id: impl Into<String>, secret: impl Into<Secret>) -> Self {
        Self::new(id.into(), Method::Basic(secret.into()))
    }

    /// Sends id and secret in the body: `CLIENT_SECRET_POST`.
    #[must_use]
    pub fn client_secret_post(id: impl Into<String>, secret: impl Into<Secret>) -> Self {
        Self::new(id.into(), Method::Post(secret.into()))
    }

    /// Sends a JWT that is signed with the secret: `CLIENT_SECRET_JWT`. The algorithm is `HS256` unless set.
    #[cfg(feature = "jwt")]
    #[cfg_attr(docsrs, doc(cfg(feature = "jwt")))]
    #[must_use]
    pub fn client_secret_jwt(id: impl Into<String>, secret: impl Into<Secret>) -> Self {
        Self::new(id.into(), Method::SecretJwt(secret.into()))
    }

    /// Sends a JWT that is signed with a private key in PEM form: `PRIVATE_KEY_JWT`.
    ///
    /// The algorithm is `RS256` for an RSA key and `ES256` for an elliptic curve key, unless set. An elliptic curve key
    /// must be in the form PKCS #8, which begins with `-----BEGIN PRIVATE KEY-----`.
    #[cfg(feature = "jwt")]
    #[cfg_attr(docsrs, doc(cfg(feature = "jwt")))]
    #[must_use]
    pub fn private_key_jwt(id: impl Into<String>, pem: impl Into<Secret>) -> Self {
        Self::new(id.into(), Method::PrivateKeyJwt(pem.into()))
    }

    /// Sends the id alone: `NONE`, for an application that cannot keep a secret and proves itself with PKCE.
    ///
    /// [`ClientBuilder::client_credentials`](crate::ClientBuilder::client_credentials) refuses it.
    #[must_use]
    pub fn public(id: impl Into<String>) -> Self {
        Self::new(id.into(), Method::None)
    }

    fn new(id: String, method: Method) -> Self {
        Self {
            id,
            method,
            environment: None,
            auth_url: None,
            #[cfg(feature = "jwt")]
            algorithm: None,
            #[cfg(feature = "jwt")]
            key_id: None,
        }
    }

    /// Sets the environment of the worker application, if it is not the one to work in.
    ///
    /// If the client has a custom domain, token requests for another environment go to the region's own server.
    #[must_use]
    pub fn with_environment_id<I>(mut self, id: I) -> Self
    where
        I: TryInto<EnvironmentId>,
        I::Error: fmt::Display,
    {
        self.environment = Some(id.try_into().map_err(|error| error.to_string()));
        self
    }

    /// Sends token requests to this server in place of the client's authentication server, under the rules of
    /// [`ClientBuilder::auth_url`](crate::ClientBuilder::auth_url).
    #[must_use]
    pub fn with_auth_url(mut self, url: impl Into<String>) -> Self {
        self.auth_url = Some(url.into());
        self
    }

    /// Signs with this algorithm.
    #[cfg(feature = "jwt")]
    #[cfg_attr(docsrs, doc(cfg(feature = "jwt")))]
    #[must_use]
    pub fn with_algorithm(mut self, algorithm: SigningAlgorithm) -> Self {
        self.algorithm = Some(algorithm);
        self
    }

    /// Names the key in the header `kid` of the JWT, for an application with several keys.
    #[cfg(feature = "jwt")]
    #[cfg_attr(docsrs, doc(cfg(feature = "jwt")))]
    #[must_use]
    pub fn with_key_id(mut self, id: impl Into<String>) -> Self {
        self.key_id = Some(id.into());
        self
    }

    /// The environment of the application, and the servers for its token requests.
    pub(crate) fn site(
        &self,
        environment: EnvironmentId,
        endpoints: &Endpoints,
        region: &Region,
    ) -> Result<(EnvironmentId, Endpoints)> {
        let own = match &self.environment {
            None => environment,
            Some(Ok(own)) => *own,
            Some(Err(reason)) => {
                return Err(Error::config(format!(
                    "the environment id of the client credentials cannot be read: {reason}; copy it from the environment's properties in the console"
                )));
            }
        };
        let endpoints = match &self.auth_url {
            Some(address) => endpoints.with_auth(address)?,
            None if own != environment => endpoints.without_custom_domain(region)?,
            None => endpoints.clone(),
        };
        Ok((own, endpoints))
    }

    /// The id of the application.
    pub(crate) fn id(&self) -> &str {
        &self.id
    }

    /// Whether these credentials belong to another environment or server than the client's own.
    pub(crate) fn is_elsewhere(&self, environment: EnvironmentId) -> bool {
        let own = |given: &Result<_, _>| given.as_ref() == Ok(&environment);
        self.auth_url.is_some() || !self.environment.as_ref().is_none_or(own)
    }

    /// Checks the credentials, for token requests to this endpoint.
    #[cfg_attr(
        not(feature = "jwt"),
        expect(unused_variables, reason = "only a JWT names the endpoint")
    )]
    pub(crate) fn authentication(self, endpoint: &str) -> Result<Authentication> {
        if self.id.is_empty() || !self.id.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(Error::config(
                "the client id is empty or holds a space: copy it from the application in the console",
            ));
        }
        Ok(match self.method {
            Method::None => Authentication::None(self.id),
            Method::Basic(secret) => Authentication::Basic(self.id, check_secret(secret)?),
            Method::Post(secret) => Authentication::Post(self.id, check_secret(secret)?),
            #[cfg(feature = "jwt")]
            Method::SecretJwt(secret) => {
                let key = Key::Secret(check_secret(secret)?);
                let signer = Signer::new(self.id, endpoint, key, self.algorithm, self.key_id)?;
                Authentication::Assertion(Box::new(signer))
            }
            #[cfg(feature = "jwt")]
            Method::PrivateKeyJwt(pem) => {
                let key = Key::Pem(pem);
                let signer = Signer::new(self.id, endpoint, key, self.algorithm, self.key_id)?;
                Authentication::Assertion(Box::new(signer))
            }
        })
    }
}

fn check_secret(secret: Secret) -> Result<Secret> {
    if secret.expose().trim().is_empty() {
        return Err(Error::config(
            "the client secret is empty: is the variable that should hold it set?",
        ));
    }
    if secret.expose().trim() != secret.expose() {
        return Err(Error::config(
            "the client secret begins or ends with a space or line break: trim what it was read from",
        ));
    }
    Ok(secret)
}

impl fmt::Debug for ClientCredentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientCredentials")
            .field("id", &self.id)
            .field("method", &self.method.name())
            .field("environment", &self.environment)
            .field("auth_url", &self.auth_url)
            .finish_non_exhaustive()
    }
}

impl Method {
    fn name(&self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Basic(_) => "client_secret_basic",
            Self::Post(_) => "client_secret_post",
            #[cfg(feature = "jwt")]
            Self::SecretJwt(_) => "client_secret_jwt",
            #[cfg(feature = "jwt")]
            Self::PrivateKeyJwt(_) => "private_key_jwt",
        }
    }
}
