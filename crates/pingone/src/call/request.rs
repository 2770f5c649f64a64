//! A request that is ready to be sent, and what can be set for it alone.

use std::fmt;
use std::future::{Future, IntoFuture};
use std::sync::Arc;
use std::time::Duration;

use futures::TryFutureExt;
use http::header::{
    ACCEPT, AUTHORIZATION, CONNECTION, CONTENT_LENGTH, CONTENT_TYPE, COOKIE, HOST,
    TRANSFER_ENCODING,
};
use http::{HeaderMap, HeaderName, HeaderValue};
use pingone_client::transport::Answer;
use pingone_models::Secret;
use pingone_models::operation::Operation;
use pingone_models::request::{DynEndpoint, Endpoint, Open};

use super::answer::{self, Acknowledged, Failure, TRANSACTION_ID};
use super::attempts;
use crate::client::Client;
use crate::retry::RetryPolicy;
use crate::runtime::BoxFuture;
use crate::session::Session;
use crate::token;
use crate::{Error, Result};

/// What an attempt sends.
pub(super) enum Source {
    /// The same with every attempt.
    Value(Box<dyn DynEndpoint>),
    /// Made anew for every attempt.
    Made(Box<dyn Fn() -> Result<Box<dyn DynEndpoint>, String> + Send + Sync>),
}

/// How a successful answer becomes a value.
pub(super) struct Reader<T> {
    /// Whether an answer that breaks off is as good as a whole one.
    pub(super) tolerant: bool,
    pub(super) read: Box<dyn Fn(&Answer) -> Result<Box<T>, Failure> + Send + Sync>,
}

/// A prepared request; nothing is sent until you `.await` it.
///
/// Every method that talks to the service returns one. What is set here holds for this call alone; the rest comes from
/// the client.
///
/// ```
/// # async fn run(client: pingone::Client, user: pingone::models::UserId) -> pingone::Result<()> {
/// use std::time::Duration;
///
/// let user = client
///     .user(user)
///     .verify("A1B2C3D4")
///     .with_timeout(Duration::from_secs(10))
///     .with_transaction_id("order-4711")
///     .await?;
/// # Ok(())
/// # }
/// ```
///
/// Dropping the future stops the call: nothing goes on in the background, and nothing is sent later. What was sent
/// until then has been sent.
#[must_use = "a request is sent when it is awaited"]
pub struct Request<T> {
    pub(super) client: Client,
    pub(super) operation: &'static Operation,
    pub(super) options: Box<Options>,
    pub(super) source: Source,
    pub(super) reader: Reader<T>,
}

/// A successful response: the value with what came around it. Made by [`Request::send_with_meta`].
///
/// ```
/// # async fn run(client: pingone::Client, user: pingone::models::UserId) -> pingone::Result<()> {
/// let response = client.user(user).read().send_with_meta().await?;
/// println!("status {}, transaction {:?}", response.status, response.transaction_id());
/// println!("{:?}", response.value.username);
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
#[non_exhaustive]
pub struct Response<T> {
    /// The decoded body.
    pub value: T,
    /// The status, 200 to 299 or a documented redirect.
    pub status: u16,
    /// The headers, such as `Correlation-Id`.
    pub headers: HeaderMap,
}

impl<T> Response<T> {
    /// Identifies the transaction in PingOne's audit trail.
    #[must_use]
    pub fn transaction_id(&self) -> Option<&str> {
        self.headers.get(TRANSACTION_ID)?.to_str().ok()
    }
}

impl<T: fmt::Debug> fmt::Debug for Response<T> {
    /// Shows the names of the headers alone, since a value may be a cookie.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Response")
            .field("value", &self.value)
            .field("status", &self.status)
            .field("headers", &self.headers.keys().collect::<Vec<_>>())
            .finish()
    }
}

/// What holds for one call alone.
#[derive(Clone, Default)]
pub(crate) struct Options {
    pub(crate) timeout: Option<Duration>,
    pub(crate) attempt_timeout: Option<Duration>,
    pub(crate) token: Option<Secret>,
    pub(crate) session: Option<Arc<Session>>,
    /// The id and secret of a client, for the token endpoint.
    pub(crate) basic: Option<(String, Secret)>,
    pub(crate) transaction_id: Option<HeaderValue>,
    pub(crate) session_id: Option<HeaderValue>,
    pub(crate) retry_policy: Option<Arc<dyn RetryPolicy>>,
    pub(crate) address: Option<url::Url>,
    /// Headers that the caller adds.
    pub(crate) headers: Vec<(HeaderName, HeaderValue)>,
    /// What is wrong with the call already.
    pub(crate) invalid: Option<String>,
}

impl<T: 'static> Request<T> {
    fn new(
        client: &Client,
        operation: &'static Operation,
        source: Source,
        tolerant: bool,
        read: impl Fn(&Answer) -> Result<T, Failure> + Send + Sync + 'static,
    ) -> Self {
        Self {
            client: client.clone(),
            operation,
            options: Box::default(),
            source,
            reader: Reader {
                tolerant,
                read: Box::new(move |answer| read(answer).map(Box::new)),
            },
        }
    }

    /// A request that is made anew for every attempt, with a reader of its own.
    pub(crate) fn made<E: Endpoint>(
        client: &Client,
        make: impl Fn() -> Result<E, String> + Send + Sync + 'static,
        read: impl Fn(&Answer) -> Result<T, Failure> + Send + Sync + 'static,
    ) -> Self {
        let make = move || make().map(|endpoint| Box::new(endpoint) as Box<dyn DynEndpoint>);
        let source = Source::Made(Box::new(make));
        Self::new(client, E::OPERATION, source, false, read)
    }

    /// A request that is made anew for every attempt, with the operation's own answer.
    pub(crate) fn made_for<E: Endpoint<Answer = T>>(
        client: &Client,
        make: impl Fn() -> Result<E, String> + Send + Sync + 'static,
    ) -> Self {
        let make = move || make().map(|endpoint| Box::new(endpoint) as Box<dyn DynEndpoint>);
        let source = Source::Made(Box::new(make));
        let tolerant = answer::is_open::<E>();
        Self::new(client, E::OPERATION, source, tolerant, answer::read::<E>)
    }

    /// Sets how long the call may take, with all its attempts and waits.
    pub fn with_timeout(mut self, timeout: Duration) -> Self {
        self.options.timeout = Some(timeout);
        self
    }

    /// Sets how long each attempt may take.
    pub fn with_attempt_timeout(mut self, timeout: Duration) -> Self {
        self.options.attempt_timeout = Some(timeout);
        self
    }

    /// Sends this access token in place of the client's own, such as the token of a user who is signed on.
    ///
    /// It is sent as it is and never refreshed. Calls that take no access token do not send it. The call fails, without
    /// being sent, if the token is empty or holds a blank.
    pub fn with_token(mut self, token: impl Into<Secret>) -> Self {
        let token = token.into();
        match token::check(&token) {
            Ok(()) => self.options.token = Some(token),
            Err(reason) => self.options.invalid = Some(reason.to_owned()),
        }
        self
    }

    /// Sends this session cookie, with operations that take one: the value of `ST`, as a flow handle's
    /// [`with_session`](crate::flows::FlowHandle::with_session) takes it.
    pub fn with_session_cookie(mut self, cookie: impl Into<Secret>) -> Self {
        self.options.session = Some(Arc::new(Session::new(cookie.into())));
        self
    }

    /// Sends the id and the secret of an application with HTTP Basic, with operations that take them, such as those of
    /// the token endpoint.
    pub fn with_application(mut self, id: impl Into<String>, secret: impl Into<Secret>) -> Self {
        self.options.basic = Some((id.into(), secret.into()));
        self
    }

    /// Adds a header to the request, such as `traceparent`. Its value is kept out of logs.
    ///
    /// The call fails, without being sent, if the name or the value cannot be a header, or if the client sets this
    /// header itself: the credentials, the media types and what belongs to the connection.
    pub fn with_header(mut self, name: impl AsRef<str>, value: impl AsRef<str>) -> Self {
        match header(name.as_ref(), value.as_ref()) {
            Ok(header) => {
                self.options.headers.retain(|(name, _)| *name != header.0);
                self.options.headers.push(header);
            }
            Err(reason) => self.options.invalid = Some(reason),
        }
        self
    }

    /// Sends this id for the transaction, which PingOne writes to its audit trail.
    ///
    /// PingOne accepts at most 100 characters: letters, digits and `. _ - / @ = # +`. The call fails, without being
    /// sent, if the id is anything else. Without an id PingOne makes one.
    /// See [External transaction and session IDs](https://developer.pingidentity.com/pingone-api/platform/reference/external-transaction-and-session-ids.html).
    pub fn with_transaction_id(mut self, id: impl AsRef<str>) -> Self {
        match external_id("transaction", id.as_ref()) {
            Ok(value) => self.options.transaction_id = Some(value),
            Err(reason) => self.options.invalid = Some(reason),
        }
        self
    }

    /// Sends this id for the session that the transaction is part of, under the rules of
    /// [`with_transaction_id`](Self::with_transaction_id).
    pub fn with_session_id(mut self, id: impl AsRef<str>) -> Self {
        match external_id("session", id.as_ref()) {
            Ok(value) => self.options.session_id = Some(value),
            Err(reason) => self.options.invalid = Some(reason),
        }
        self
    }

    /// Decides about new attempts with this policy.
    ///
    /// A policy that makes another attempt where the service may have acted can send a second message or burn a second
    /// attempt; see [`crate::retry`].
    pub fn with_retry_policy(mut self, policy: impl RetryPolicy) -> Self {
        self.options.retry_policy = Some(Arc::new(policy));
        self
    }

    /// The operation that will be called, as the document describes it.
    #[must_use]
    pub fn operation(&self) -> &'static Operation {
        self.operation
    }

    /// Sends the request, and gives the response with its status, headers and transaction id.
    ///
    /// # Errors
    /// As awaiting the request has them.
    pub fn send_with_meta(self) -> BoxFuture<'static, Result<Response<T>>>
    where
        T: Send,
    {
        Box::pin(attempts::run(self).map_ok(|(value, answer)| Response {
            value: *value,
            status: answer.status.as_u16(),
            headers: answer.headers,
        }))
    }

    pub(crate) fn map<U: 'static>(
        self,
        change: impl Fn(T) -> U + Send + Sync + 'static,
    ) -> Request<U> {
        let Self {
            client,
            operation,
            options,
            source,
            reader: Reader { tolerant, read },
        } = self;
        let read = move |answer: &Answer| Ok(Box::new(change(*read(answer)?)));
        Request {
            client,
            operation,
            options,
            source,
            reader: Reader {
                tolerant,
                read: Box::new(read),
            },
        }
    }

    /// Sets the time of the call to no more than this.
    pub(crate) fn within(mut self, limit: Duration) -> Self {
        let own = self.options.timeout.unwrap_or(self.client.shared.timeout);
        self.options.timeout = Some(own.min(limit));
        self
    }

    /// Makes the call fail, because of what was wrong before it was made.
    pub(crate) fn refused(mut self, reason: Option<String>) -> Self {
        self.options.invalid = reason.or(self.options.invalid);
        self
    }

    /// Sends the request to an address that came in a link.
    pub(crate) fn at(mut self, address: url::Url) -> Self {
        self.options.address = Some(address);
        self
    }

    /// Sends the id and secret of a client, for the token endpoint.
    pub(crate) fn with_client(mut self, basic: Option<(String, Secret)>) -> Self {
        self.options.basic = basic;
        self
    }

    pub(crate) fn with_session(mut self, session: Option<Arc<Session>>) -> Self {
        self.options.session = session;
        self
    }
}

impl Request<Open> {
    /// Reads the answer as what is known of every answer, and whatever else came with it.
    pub(crate) fn acknowledged(self) -> Request<Acknowledged> {
        let read = |answer: &Answer| {
            answer::envelope_or(answer, |answer| Box::new(Acknowledged::new(answer)))
        };
        Request {
            client: self.client,
            operation: self.operation,
            options: self.options,
            source: self.source,
            reader: Reader {
                tolerant: true,
                read: Box::new(read),
            },
        }
    }
}

impl<T: Send + 'static> IntoFuture for Request<T> {
    type Output = Result<T>;
    type IntoFuture = BoxFuture<'static, Result<T>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(attempts::run(self).map_ok(|(value, _)| *value))
    }
}

impl Client {
    /// Prepares a request to any operation, also one that no handle has.
    ///
    /// # Example
    /// ```
    /// # async fn run(client: pingone::Client, user: pingone::models::UserId) -> pingone::Result<()> {
    /// use pingone::models::UserVerification;
    /// use pingone::models::requests::VerifyUser;
    ///
    /// let verification = VerifyUser::new(user, UserVerification::new("A1B2C3D4"));
    /// let user = client.request(verification).await?;
    /// println!("{:?}", user.lifecycle);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// As the service answers; the documentation of the request value links to its page.
    ///
    /// # Side effects
    /// Those of the operation, in one word: [`Operation::effect`](crate::models::operation::Operation::effect).
    ///
    /// # Retries
    /// A request that only reads after every temporary failure, any other only if the service cannot have acted on the
    /// first one; see [`SafeRetry`](crate::retry::SafeRetry).
    ///
    /// [PingOne API](https://developer.pingidentity.com/pingone-api/)
    pub fn request<E: Endpoint>(&self, endpoint: E) -> Request<E::Answer> {
        let source = Source::Value(Box::new(endpoint));
        Request::new(
            self,
            E::OPERATION,
            source,
            answer::is_open::<E>(),
            answer::read::<E>,
        )
    }
}

impl<T> fmt::Debug for Request<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Request")
            .field("operation", &self.operation.id)
            .field("timeout", &self.options.timeout)
            .field("attempt_timeout", &self.options.attempt_timeout)
            .field("transaction_id", &self.options.transaction_id)
            .field("has_token", &self.options.token.is_some())
            .finish_non_exhaustive()
    }
}

fn header(name: &str, value: &str) -> Result<(HeaderName, HeaderValue), String> {
    let name = HeaderName::from_bytes(name.as_bytes())
        .map_err(|_| "the name of a header holds a character that no header has".to_owned())?;
    check_header(&name)?;
    let mut value = HeaderValue::from_str(value)
        .map_err(|_| format!("the header `{name}` holds a character that no header can carry"))?;
    value.set_sensitive(true);
    Ok((name, value))
}

/// Refuses a header that the client sets itself.
pub(super) fn check_header(name: &HeaderName) -> Result<(), String> {
    const OWN: [HeaderName; 8] = [
        ACCEPT,
        AUTHORIZATION,
        CONNECTION,
        CONTENT_LENGTH,
        CONTENT_TYPE,
        COOKIE,
        HOST,
        TRANSFER_ENCODING,
    ];
    if OWN.contains(name) {
        return Err(format!(
            "the header `{name}` is set by the client and cannot be replaced"
        ));
    }
    Ok(())
}

/// Checks an id for the audit trail. PingOne would write underscores in place of what it does not accept.
pub(crate) fn external_id(what: &str, id: &str) -> Result<HeaderValue, String> {
    let fine = |character: char| {
        character.is_alphanumeric()
            || "._-/@=#+".contains(character)
            // Combining marks are allowed; the standard library has no test for them alone.
            || (!character.is_ascii() && !character.is_control() && !character.is_whitespace())
    };
    let length = id.chars().count();
    if !(1..=100).contains(&length) || !id.chars().all(fine) {
        return Err(format!(
            "the {what} id has {length} characters or one that PingOne does not accept: give 1 to 100 letters, digits and `. _ - / @ = # +`"
        ));
    }
    HeaderValue::from_bytes(id.as_bytes())
        .map_err(|_| format!("the {what} id holds a character that no header can carry"))
}

/// The error of a call that was wrong before it was made.
pub(crate) fn invalid(options: &Options) -> Option<Error> {
    options.invalid.clone().map(Error::invalid_request)
}

/// Keeps the compiler's promise that a call can move between threads.
const _: () = {
    const fn assert_send<T: Send>() {}
    assert_send::<Request<Acknowledged>>();
    assert_send::<<Request<Acknowledged> as IntoFuture>::IntoFuture>();
    const fn assert_future<T: Future>() {}
    assert_future::<<Request<Acknowledged> as IntoFuture>::IntoFuture>();
};
