//! Sign-on flows: what a flow waits for, and the actions that take it a step further.
//!
//! [`sign_on`](crate::sign_on) runs a whole sign-on on top of this: it begins the flow, follows it and gets the tokens.
//! Here is every action by itself, also for a flow that a browser has begun. Such a flow comes with the session cookie
//! `ST`, which every later request about the flow must carry. Flows take no access token.

mod accounts;
mod credentials;
mod passwords;

use std::sync::Arc;

use pingone_models::request::Endpoint;
use pingone_models::requests::{ReadFlow, ResumeFlow, SignOff, SignOffByForm, StartFlow};
use pingone_models::{Flow, FlowAuthorization, FlowId, FlowStatus, Secret, SignOffRequest};

use crate::call::{Acknowledged, Request};
use crate::client::Client;
use crate::generated::docs;
use crate::poll::Poll;
use crate::session::Session;

/// Begins sign-on flows. Made by [`Client::flows`].
///
/// ```
/// # async fn run(client: pingone::Client, application: pingone::models::ApplicationId) -> pingone::Result<()> {
/// use pingone::models::FlowAuthorization;
///
/// let authorization = FlowAuthorization::new(application, "code").with_scope("openid");
/// let flow = client.flows().start(authorization).await?;
/// let next = flow.check_username_password("linda", "2FederateM0re!").await?;
/// println!("{}", next.status);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Flows {
    client: Client,
    session: Arc<Session>,
}

/// One sign-on flow with its session. Made by [`Client::flow`] and [`Flows::start`].
///
/// Clones share the session cookies, which follow what the service sets. 15 minutes without activity end a flow; from
/// then on its calls fail with [`is_expired_flow`](crate::Error::is_expired_flow).
///
/// ```
/// # async fn run(client: pingone::Client, flow: pingone::models::FlowId) -> pingone::Result<()> {
/// let flow = client.flow(flow).with_session("the cookie ST");
/// let next = flow.check_username_password("linda", "2FederateM0re!").await?;
/// println!("{}", next.status);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct FlowHandle {
    client: Client,
    id: FlowId,
    session: Arc<Session>,
    started: Option<Box<Flow>>,
}

impl Client {
    /// The sign-on flows of the environment.
    #[must_use]
    pub fn flows(&self) -> Flows {
        Flows {
            client: self.clone(),
            session: Arc::default(),
        }
    }

    /// A sign-on flow that was begun before. Nothing is sent yet.
    #[must_use]
    pub fn flow(&self, id: impl Into<FlowId>) -> FlowHandle {
        FlowHandle::new(self.clone(), id.into(), Arc::default())
    }
}

impl Flows {
    /// Continues the session of a user who has signed on before, with the value of the cookie `ST`.
    #[must_use]
    pub fn with_session(mut self, cookie: impl Into<Secret>) -> Self {
        self.session = Arc::new(Session::new(cookie.into()));
        self
    }

    pub(crate) fn with_shared_session(mut self, session: Arc<Session>) -> Self {
        self.session = session;
        self
    }

    /// Begins a flow that the application drives itself.
    #[doc = docs::start_flow!()]
    #[inline]
    pub fn start(&self, authorization: FlowAuthorization) -> Request<FlowHandle> {
        self.begin(authorization).map(|(handle, flow)| FlowHandle {
            started: Some(Box::new(flow)),
            ..handle
        })
    }

    /// Begins a flow; its state beside the handle.
    #[inline]
    pub(crate) fn begin(&self, authorization: FlowAuthorization) -> Request<(FlowHandle, Flow)> {
        let (client, session) = (self.client.clone(), Arc::clone(&self.session));
        self.client
            .request(StartFlow::new(authorization))
            .with_session(Some(Arc::clone(&self.session)))
            .map(move |flow: Flow| {
                let handle = FlowHandle::new(client.clone(), flow.id, Arc::clone(&session));
                (handle, flow)
            })
    }
}

impl FlowHandle {
    pub(crate) fn new(client: Client, id: FlowId, session: Arc<Session>) -> Self {
        Self {
            client,
            id,
            session,
            started: None,
        }
    }

    /// The handle of another flow in the same session.
    pub(crate) fn at(&self, id: FlowId) -> Self {
        Self { id, ..self.clone() }
    }

    /// The flow's id.
    #[must_use]
    pub fn id(&self) -> FlowId {
        self.id
    }

    /// What the service answered when this was started. Nothing, if the handle was made from an id.
    #[must_use]
    pub fn started(&self) -> Option<&Flow> {
        self.started.as_deref()
    }

    /// Sets the value of the session cookie `ST` that came with the answer to the authorization request.
    ///
    /// A flow that does not know its user yet may have none; the handle then keeps the one that the service sets.
    #[must_use]
    pub fn with_session(mut self, cookie: impl Into<Secret>) -> Self {
        self.session = Arc::new(Session::new(cookie.into()));
        self
    }

    /// The session cookie as the service set it last, to go on with the flow elsewhere.
    #[must_use]
    pub fn session(&self) -> Option<Secret> {
        self.session.value()
    }

    pub(crate) fn shared_session(&self) -> &Arc<Session> {
        &self.session
    }

    /// Prepares a request that carries the session of this flow, also one that no method here has.
    ///
    /// # Example
    /// ```
    /// # async fn run(flow: pingone::flows::FlowHandle) -> pingone::Result<()> {
    /// use pingone::models::requests::SignOff;
    ///
    /// let sign_off = SignOff::new().with_post_logout_redirect_uri("https://app.example.com/bye");
    /// flow.request(sign_off).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn request<E: Endpoint>(&self, endpoint: E) -> Request<E::Answer> {
        self.client
            .request(endpoint)
            .with_session(Some(Arc::clone(&self.session)))
    }

    /// Reads the flow: what it waits for, and which actions it allows.
    #[doc = docs::read_flow!()]
    #[inline]
    pub fn read(&self) -> Request<Flow> {
        self.request(ReadFlow::new(self.id))
    }

    /// Waits until the person has confirmed the notification on their device: reads the flow until its status is not
    /// `PUSH_CONFIRMATION_REQUIRED`.
    #[doc = docs::read_flow!()]
    /// # Example
    /// ```
    /// # async fn run(flow: pingone::flows::FlowHandle) -> pingone::Result<()> {
    /// let next = flow.poll().await?;
    /// println!("{}", next.status);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`is_timeout`](crate::Error::is_timeout) if nothing changes in time; otherwise as [`read`](Self::read).
    #[inline]
    pub fn poll(&self) -> Poll<Flow> {
        let handle = self.clone();
        Poll::new(
            self.client.clone(),
            move || handle.read(),
            |flow| flow.status.as_str(),
            |flow| flow.status != FlowStatus::PushConfirmationRequired,
        )
    }

    /// Reads what the flow waits for.
    ///
    /// [`read`](Self::read) gives it together with the links, of which [`Linked`](crate::Linked) says which actions
    /// they allow.
    #[doc = docs::read_flow!()]
    #[inline]
    pub fn status(&self) -> Request<FlowStatus> {
        self.read().map(|flow: Flow| flow.status)
    }

    /// Gets the result of a flow that has completed: the authorization code.
    ///
    /// [`Acknowledged::read`] reads the answer as a [`Flow`] with the code in `authorize_response`; of a flow that a
    /// browser has begun, the code is in the header `Location`.
    #[doc = docs::resume_flow!()]
    #[inline]
    pub fn resume(&self) -> Request<Acknowledged> {
        self.request(ResumeFlow::new(self.id)).acknowledged()
    }

    /// Signs the user of this session off from all applications.
    #[doc = docs::sign_off!()]
    #[inline]
    pub fn sign_off(&self) -> Request<Acknowledged> {
        self.request(SignOff::new()).acknowledged()
    }

    /// Signs the user of this session off from all applications, with a hint or an address to go on to.
    #[doc = docs::sign_off_by_form!()]
    /// # Example
    /// ```
    /// # async fn run(flow: pingone::flows::FlowHandle) -> pingone::Result<()> {
    /// use pingone::models::SignOffRequest;
    ///
    /// let request = SignOffRequest::new().with_post_logout_redirect_uri("https://app.example.com/");
    /// flow.sign_off_by_form(request).await?;
    /// # Ok(())
    /// # }
    /// ```
    #[inline]
    pub fn sign_off_by_form(&self, request: SignOffRequest) -> Request<Acknowledged> {
        self.request(SignOffByForm::new(request)).acknowledged()
    }
}
