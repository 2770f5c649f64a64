//! The client: what its clones share. Each handle's module adds the function that gives the handle.
//!
//! The methods of handles that prepare a request are `#[inline]`. A program uses few of them; this way they are compiled
//! where they are called, with the code that reads their answers, and not for everybody.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use http::HeaderMap;
use pingone_client::transport::Transport;
use pingone_models::EnvironmentId;
use pingone_models::operation::Operation;
use pingone_models::operations::REQUEST_TOKEN;

use crate::error::Place;
use crate::http::{ConnectionThread, Endpoints};
use crate::observe::OnAttempt;
use crate::retry::{RetryBudget, RetryPolicy};
use crate::runtime::Runtime;
use crate::token::TokenProvider;

/// The client of one environment.
///
/// It is cheap to clone, and clones share connections, tokens and retry budget: make one and keep it.
///
/// ```no_run
/// # async fn run() -> Result<(), Box<dyn std::error::Error>> {
/// use pingone::{Client, Region};
/// use pingone::models::UserId;
///
/// let client = Client::builder()
///     .region(Region::EUROPE)
///     .environment_id("abfba8f6-49eb-49f5-a5d9-80ad5c98f9f6")
///     .token("an access token")
///     .build()?;
/// let user: UserId = "8376797d-641c-4e7b-8bc1-2fdf71916cab".parse()?;
/// client.user(user).send_verification_code().await?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Client {
    pub(crate) shared: Arc<Shared>,
}

/// What the clones of a client share.
#[derive(Clone)]
pub(crate) struct Shared {
    pub(crate) environment: EnvironmentId,
    pub(crate) endpoints: Endpoints,
    pub(crate) transport: Transport,
    pub(crate) connection_thread: Option<Arc<ConnectionThread>>,
    pub(crate) tokens: Option<Arc<dyn TokenProvider>>,
    pub(crate) retry_policy: Arc<dyn RetryPolicy>,
    pub(crate) budget: Arc<RetryBudget>,
    pub(crate) runtime: Arc<dyn Runtime>,
    pub(crate) timeout: Duration,
    pub(crate) attempt_timeout: Duration,
    pub(crate) body_limit: usize,
    pub(crate) on_attempt: Option<Arc<OnAttempt>>,
    pub(crate) transaction_ids: Option<Arc<TransactionIds>>,
    pub(crate) request_headers: Option<Arc<RequestHeaders>>,
}

impl Shared {
    /// The address of the token endpoint, which the assertion of an application is made out to.
    pub(crate) fn token_endpoint(&self) -> String {
        let environment = match self.endpoints.custom_domain {
            true => String::new(),
            false => format!("/{}", self.environment),
        };
        let path = REQUEST_TOKEN.path.replace("/{environmentId}", &environment);
        format!("{}{path}", self.endpoints.auth)
    }

    /// Where the calls of an operation go to.
    pub(crate) fn place(&self, operation: &Operation) -> Place {
        Place {
            environment: self.environment,
            address: self.endpoints.of(operation.server).to_owned(),
        }
    }
}

/// Gives a call its transaction id.
pub(crate) type TransactionIds = dyn Fn() -> Option<String> + Send + Sync;

/// Adds headers to an attempt.
pub(crate) type RequestHeaders = dyn Fn(&'static Operation, &mut HeaderMap) + Send + Sync;

impl Client {
    /// The environment that this client works in.
    #[must_use]
    pub fn environment_id(&self) -> EnvironmentId {
        self.shared.environment
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("environment_id", &self.shared.environment)
            .field("endpoints", &self.shared.endpoints)
            .field("tokens", &self.shared.tokens)
            .field("timeout", &self.shared.timeout)
            .field("attempt_timeout", &self.shared.attempt_timeout)
            .field("retry_budget", &self.shared.budget)
            .finish_non_exhaustive()
    }
}
