//! Builds clients, and checks what they are given before anything is sent.

mod environment;
mod token_requests;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use http::HeaderMap;
use pingone_client::DEFAULT_BODY_LIMIT;
use pingone_models::operation::Operation;
use pingone_models::{EnvironmentId, Secret};

use crate::call::ERROR_BODY_LIMIT;
use crate::client::{Client, RequestHeaders, Shared, TransactionIds};
use crate::http::{ConnectionThread, Endpoints, Region, Transport};
use crate::observe::{AttemptReport, OnAttempt};
use crate::retry::{RetryBudget, RetryPolicy, SafeRetry};
use crate::runtime::{Runtime, TokioRuntime};
use crate::token::{self, ClientCredentials, StaticToken, Token, TokenProvider};
use crate::{Error, Result};

impl Client {
    /// Starts to build a client.
    pub fn builder() -> ClientBuilder {
        ClientBuilder::default()
    }
}

/// Builds a [`Client`]. Made by [`Client::builder`].
///
/// | setting | default |
/// |---|---|
/// | region | [`Region::NORTH_AMERICA`] |
/// | time for a connection | 5 seconds |
/// | time for an attempt | 20 seconds |
/// | time for a call, with all attempts and waits | 60 seconds |
/// | answer that is read at most | 1 MiB; 64 KiB where it is not a success |
/// | retries | [`SafeRetry`] |
/// | proxies from the environment | not used |
///
/// Redirects are never followed, and there are no cookies but those of a flow handle.
///
/// ```
/// use std::time::Duration;
/// use pingone::{Client, Region};
///
/// let client = Client::builder()
///     .region(Region::EUROPE)
///     .environment_id("abfba8f6-49eb-49f5-a5d9-80ad5c98f9f6")
///     .token("an-access-token")
///     .connect_timeout(Duration::from_secs(2))
///     .attempt_timeout(Duration::from_secs(5))
///     .timeout(Duration::from_secs(15))
///     .user_agent("shop/1.4")
///     .build()?;
/// # Ok::<(), pingone::Error>(())
/// ```
#[must_use = "a builder does nothing until `build`"]
pub struct ClientBuilder {
    region: Region,
    platform_url: Option<String>,
    auth_url: Option<String>,
    custom_domain: Option<String>,
    environment: Option<Result<EnvironmentId, String>>,
    tokens: Tokens,
    retry_policy: Arc<dyn RetryPolicy>,
    runtime: Arc<dyn Runtime>,
    timeout: Duration,
    attempt_timeout: Duration,
    body_limit: usize,
    on_attempt: Option<Arc<OnAttempt>>,
    transaction_ids: Option<Arc<TransactionIds>>,
    request_headers: Option<Arc<RequestHeaders>>,
    connection_thread: bool,
    transport: Transport,
}

/// Where the builder is told to take tokens from.
enum Tokens {
    Nowhere,
    Static(Secret),
    Provider(Arc<dyn TokenProvider>),
    Credentials(Box<ClientCredentials>),
}

impl Default for ClientBuilder {
    fn default() -> Self {
        Self {
            region: Region::default(),
            platform_url: None,
            auth_url: None,
            custom_domain: None,
            environment: None,
            tokens: Tokens::Nowhere,
            retry_policy: Arc::new(SafeRetry::default()),
            runtime: Arc::new(TokioRuntime),
            timeout: Duration::from_secs(60),
            attempt_timeout: Duration::from_secs(20),
            body_limit: DEFAULT_BODY_LIMIT,
            on_attempt: None,
            transaction_ids: None,
            request_headers: None,
            connection_thread: false,
            transport: Transport::default(),
        }
    }
}

impl ClientBuilder {
    /// Sets the region of the environment.
    pub fn region(mut self, region: Region) -> Self {
        self.region = region;
        self
    }

    /// Sets the address of the platform server in place of the region's, with its path: `https://api.pingone.eu/v1`.
    pub fn platform_url(mut self, url: impl Into<String>) -> Self {
        self.platform_url = Some(url.into());
        self
    }

    /// Sets the address of the authentication server in place of the region's, such as `https://auth.pingone.eu`.
    pub fn auth_url(mut self, url: impl Into<String>) -> Self {
        self.auth_url = Some(url.into());
        self
    }

    /// Sends flows, device authentications and token requests to a
    /// [custom domain](https://developer.pingidentity.com/pingone-api/platform/custom-domains.html) of the environment,
    /// such as `login.example.com`. Its addresses have no environment id.
    pub fn custom_auth_domain(mut self, domain: impl Into<String>) -> Self {
        self.custom_domain = Some(domain.into());
        self
    }

    /// Sets the environment to work in: an [`EnvironmentId`], or its text.
    pub fn environment_id<I>(mut self, id: I) -> Self
    where
        I: TryInto<EnvironmentId>,
        I::Error: fmt::Display,
    {
        self.environment = Some(id.try_into().map_err(|error| error.to_string()));
        self
    }

    /// Sends this access token with every call.
    ///
    /// PingOne's tokens end after an hour, and this one is not replaced: for anything that lives longer use
    /// [`client_credentials`](Self::client_credentials).
    pub fn token(mut self, token: impl Into<Secret>) -> Self {
        self.tokens = Tokens::Static(token.into());
        self
    }

    /// Gets access tokens with the credentials of a worker application, and keeps them fresh; see
    /// [`ClientCredentials`].
    pub fn client_credentials(mut self, credentials: ClientCredentials) -> Self {
        self.tokens = Tokens::Credentials(Box::new(credentials));
        self
    }

    /// Asks this provider for access tokens.
    pub fn token_provider(mut self, provider: impl TokenProvider) -> Self {
        self.tokens = Tokens::Provider(Arc::new(provider));
        self
    }

    /// Sets how long a connection may take to come about, with name resolution and TLS.
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.transport.connect_timeout = timeout;
        self
    }

    /// Sets how long each attempt may take, from the connection to the end of the answer.
    pub fn attempt_timeout(mut self, timeout: Duration) -> Self {
        self.attempt_timeout = timeout;
        self
    }

    /// Sets how long a call may take, with all its attempts and the waits between them.
    ///
    /// A runtime with a single thread cannot look at its clock while it reads from a connection. It reads at most 128
    /// times before it does, so that a server that sends informational (1xx) answers without end can delay the end of a
    /// call: by the time that it takes to read 512 KiB of them with `rustls`, about 15 ms in a release build. Without TLS,
    /// which only loopback addresses may be, it is 51 MiB: about 0.3 s, and half a minute in a debug build.
    /// What several such connections delay adds up. [`connection_thread`](Self::connection_thread) removes the delay.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// Sets how many bytes of an answer are read at most.
    pub fn body_limit(mut self, bytes: usize) -> Self {
        self.body_limit = bytes;
        self
    }

    /// Decides about new attempts with this policy; see [`crate::retry`].
    pub fn retry_policy(mut self, policy: impl RetryPolicy) -> Self {
        self.retry_policy = Arc::new(policy);
        self
    }

    /// Takes time, sleep and randomness from here.
    pub fn runtime(mut self, runtime: impl Runtime) -> Self {
        self.runtime = Arc::new(runtime);
        self
    }

    /// Calls this function after every attempt, with what became of it; see [`crate::observe`].
    ///
    /// It is also called for token requests. It should be quick: the call waits for it. An attempt that is given up
    /// because its future is dropped is not reported.
    ///
    /// ```
    /// use std::sync::Arc;
    /// use std::sync::atomic::{AtomicU32, Ordering};
    ///
    /// let attempts = Arc::new(AtomicU32::new(0));
    /// let counter = Arc::clone(&attempts);
    /// let builder = pingone::Client::builder().on_attempt(move |report| {
    ///     counter.fetch_add(1, Ordering::Relaxed);
    ///     if let Some(error) = report.error {
    ///         eprintln!("attempt {} of {} failed: {error}", report.attempt, report.operation.id);
    ///     }
    /// });
    /// ```
    pub fn on_attempt(mut self, hook: impl Fn(&AttemptReport<'_>) + Send + Sync + 'static) -> Self {
        self.on_attempt = Some(Arc::new(hook));
        self
    }

    /// Asks this function for the transaction id of every call that has none of its own, such as the trace id of the
    /// span that the call is made in. The rules are those of
    /// [`Request::with_transaction_id`](crate::Request::with_transaction_id).
    ///
    /// ```
    /// # mod request { pub fn trace_id() -> Option<String> { None } }
    /// let builder = pingone::Client::builder().transaction_ids(|| request::trace_id());
    /// ```
    pub fn transaction_ids(
        mut self,
        source: impl Fn() -> Option<String> + Send + Sync + 'static,
    ) -> Self {
        self.transaction_ids = Some(Arc::new(source));
        self
    }

    /// Calls this function before every attempt, also of token requests, to add headers such as `traceparent`.
    ///
    /// It runs in the span of the call. Headers that the call itself has are not replaced, and the values are kept out
    /// of logs. The call fails, without being sent, if the function sets a header that the client sets itself: the
    /// credentials, the media types and what belongs to the connection.
    ///
    /// ```
    /// # mod trace { pub fn parent() -> http::HeaderValue { http::HeaderValue::from_static("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01") } }
    /// let builder = pingone::Client::builder().request_headers(|operation, headers| {
    ///     println!("calling {}", operation.id);
    ///     headers.insert("traceparent", trace::parent());
    /// });
    /// ```
    pub fn request_headers(
        mut self,
        hook: impl Fn(&'static Operation, &mut HeaderMap) + Send + Sync + 'static,
    ) -> Self {
        self.request_headers = Some(Arc::new(hook));
        self
    }

    /// Whether to use the proxies that `HTTPS_PROXY` and its like name.
    ///
    /// Off by default: whoever sets a variable would otherwise choose where passwords and tokens travel.
    pub fn proxy_from_environment(mut self, on: bool) -> Self {
        self.transport.proxy_from_environment = on;
        self
    }

    /// Whether a thread of this client drives its connections, in place of the runtimes that the calls are made on.
    ///
    /// Off by default: a connection is then driven by the runtime of the call that made it. That is the fastest, and
    /// right for a client that lives as long as its runtime. With a thread of its own:
    /// - Runtimes may come and go while the client stays, such as with a client in a `static` and a runtime for each
    ///   test. Otherwise an idle connection of a runtime that nobody drives any more would hold up the calls of others.
    /// - Time limits are exact even on a runtime with a single thread, whatever a server sends; see
    ///   [`timeout`](Self::timeout).
    ///
    /// A call then passes between two threads, which takes it some tens of microseconds more. The thread ends with the
    /// last clone of the client.
    ///
    /// ```
    /// let builder = pingone::Client::builder().connection_thread(true);
    /// ```
    pub fn connection_thread(mut self, on: bool) -> Self {
        self.connection_thread = on;
        self
    }

    /// Puts this before the `User-Agent` of this crate, such as `shop/1.4`.
    pub fn user_agent(mut self, product: impl Into<String>) -> Self {
        self.transport.product = Some(product.into());
        self
    }

    /// Makes the HTTP client from this builder: for certificates, proxies, name resolution or pools of your own.
    ///
    /// What keeps calls safe is set on top of it: no redirects, no retries below this crate, no `Referer`, the connect
    /// timeout and `User-Agent` of this builder. It is a builder and not a finished client because a finished one
    /// may already follow redirects, with a password in the body. Proxies are as the given builder has them; call its
    /// `no_proxy` to keep those of the environment out.
    #[cfg(feature = "reqwest")]
    #[cfg_attr(docsrs, doc(cfg(feature = "reqwest")))]
    pub fn http_client_builder(mut self, builder: reqwest::ClientBuilder) -> Self {
        self.transport.builder = Some(builder);
        self
    }

    /// Builds the client. Nothing is sent yet.
    ///
    /// # Errors
    /// With the kind [`Config`](crate::ErrorKind::Config) when the environment id is missing or no UUID, an address
    /// is not one that secrets can be sent to, the token is empty, or TLS cannot be set up.
    pub fn build(self) -> Result<Client> {
        let environment = match self.environment {
            Some(Ok(id)) => id,
            Some(Err(reason)) => {
                return Err(Error::config(format!(
                    "the environment id cannot be read: {reason}; copy it from the environment's properties in the console"
                )));
            }
            None => {
                return Err(Error::config(
                    "no environment id is given: use `ClientBuilder::environment_id`",
                ));
            }
        };
        let endpoints = Endpoints::new(
            &self.region,
            self.platform_url.as_deref(),
            self.auth_url.as_deref(),
            self.custom_domain.as_deref(),
        )?;
        let token_site = match &self.tokens {
            Tokens::Credentials(credentials) => {
                Some(credentials.site(environment, &endpoints, &self.region)?)
            }
            _ => None,
        };
        let mut addresses = vec![&endpoints];
        addresses.extend(token_site.iter().map(|(_, endpoints)| endpoints));
        let http = self.transport.build(&addresses)?;
        let transport = endpoints.transport(http.clone(), environment);
        let connection_thread = match self.connection_thread {
            true => Some(Arc::new(start_thread()?)),
            false => None,
        };
        let shared = Shared {
            environment,
            endpoints,
            transport,
            connection_thread,
            tokens: None,
            retry_policy: self.retry_policy,
            budget: Arc::new(RetryBudget::new()),
            runtime: self.runtime,
            timeout: self.timeout,
            attempt_timeout: self.attempt_timeout,
            body_limit: self.body_limit,
            on_attempt: self.on_attempt,
            transaction_ids: self.transaction_ids,
            request_headers: self.request_headers,
        };
        let tokens = match (self.tokens, token_site) {
            (Tokens::Static(token), _) => Some(static_token(token)?),
            (Tokens::Provider(provider), _) => Some(provider),
            (Tokens::Credentials(credentials), Some((environment, endpoints))) => {
                let own = Shared {
                    environment,
                    transport: endpoints.transport(http, environment),
                    endpoints,
                    body_limit: shared.body_limit.min(ERROR_BODY_LIMIT),
                    ..shared.clone()
                };
                let client = Client {
                    shared: Arc::new(own),
                };
                Some(token_requests::provider(client, *credentials)?)
            }
            (Tokens::Credentials(_) | Tokens::Nowhere, _) => None,
        };
        Ok(Client {
            shared: Arc::new(Shared { tokens, ..shared }),
        })
    }
}

fn start_thread() -> Result<ConnectionThread> {
    ConnectionThread::start().map_err(|error| {
        let mut failed = Error::config("the thread for the connections cannot be started");
        failed.inner_mut().source = Some(Arc::new(error));
        failed
    })
}

fn static_token(token: Secret) -> Result<Arc<dyn TokenProvider>> {
    token::check(&token).map_err(Error::config)?;
    Ok(Arc::new(StaticToken(Token::new(token))))
}

impl fmt::Debug for ClientBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientBuilder")
            .field("region", &self.region)
            .field("environment_id", &self.environment)
            .field("tokens", &self.tokens)
            .field("timeout", &self.timeout)
            .field("attempt_timeout", &self.attempt_timeout)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Tokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Nowhere => f.write_str("None"),
            Self::Static(_) => f.write_str("Static(***)"),
            Self::Provider(provider) => provider.fmt(f),
            Self::Credentials(credentials) => credentials.fmt(f),
        }
    }
}
