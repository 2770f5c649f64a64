//! Sign-on flows: what a flow waits for, and the actions that take it a step further.
//!
//! A flow begins with an authorization request, which a browser makes; it is not part of this crate. The answer to it
//! sets the session cookie `ST`, which every later request about the flow must carry. Flows take no access token.

mod accounts;
mod passwords;
mod sign_on;

use std::sync::Arc;

use pingone_models::requests::ReadFlow;
use pingone_models::{Flow, FlowId, FlowStatus, Secret};

use crate::call::Request;
use crate::client::Client;
use crate::session::Session;

/// One sign-on flow with its session. Made by [`Client::flow`].
///
/// Clones share the session cookie, which follows what the service sets.
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
}

impl Client {
    /// A sign-on flow that an authorization request has started. Nothing is sent yet.
    #[must_use]
    pub fn flow(&self, id: impl Into<FlowId>) -> FlowHandle {
        FlowHandle::new(self.clone(), id.into())
    }
}

impl FlowHandle {
    fn new(client: Client, id: FlowId) -> Self {
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
        self.client
            .request(ReadFlow::new(self.id))
            .with_session(self.shared_session())
    }

    /// Reads what the flow waits for.
    ///
    /// [`read`](Self::read) gives it together with the links, of which [`Linked`](crate::Linked) says which actions
    /// they allow.
    ///
    /// # Example
    /// ```
    /// # async fn run(client: pingone::Client, flow: pingone::models::FlowId) -> pingone::Result<()> {
    /// # let flow = client.flow(flow).with_session("cookie");
    /// use pingone::models::FlowStatus;
    ///
    /// if flow.status().await? == FlowStatus::OtpRequired {
    ///     println!("please type the code");
    /// }
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
    pub fn status(&self) -> Request<FlowStatus> {
        self.read().map(|flow: Flow| flow.status)
    }

    fn shared_session(&self) -> Option<Arc<Session>> {
        Some(Arc::clone(&self.session))
    }
}
