//! The handle of a running sandbox.

use std::net::SocketAddr;
use std::sync::Arc;

use pingone_models::operation::Operation;
use pingone_models::{
    DeviceAuthenticationId, EnvironmentId, FlowId, PasswordState, Secret, User, UserId,
};

use crate::clock::Clock;
use crate::handles::{Faults, Journal, Outbox};
use crate::limits::{RateLimit, RateLimitError};
use crate::seed::{NewFlow, NewUser, SeedError};
use crate::server::Server;
use crate::shared::{Shared, Snapshot};
use crate::state::tokens::Holder;
use crate::state_export::{self, StateError};

/// A running sandbox. It stops when it is dropped.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use pingone_sandbox::{NewUser, Sandbox};
///
/// let sandbox = Sandbox::start().await?;
/// let user = sandbox.seed_user(
///     NewUser::new("lindajones").email("linda@example.com").password("2FederateM0re!"),
/// )?;
/// println!("{}/environments/{}/users/{user}", sandbox.platform_url(), sandbox.environment_id());
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct Sandbox {
    server: Server,
    outbox: Outbox,
    journal: Journal,
    faults: Faults,
    shared: Arc<Shared>,
    address: SocketAddr,
    environment: EnvironmentId,
    client: (String, Secret),
    authority: Option<String>,
}

impl Sandbox {
    pub(crate) fn new(
        server: Server,
        shared: Arc<Shared>,
        address: SocketAddr,
        client: (String, Secret),
        authority: Option<String>,
    ) -> Self {
        Self {
            server,
            outbox: Outbox(Arc::clone(&shared)),
            journal: Journal::new(Arc::clone(&shared)),
            faults: Faults(Arc::clone(&shared)),
            address,
            environment: shared.environment(),
            shared,
            client,
            authority,
        }
    }

    /// The address that the sandbox listens on.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The base address of the platform server, with `/v1`.
    #[must_use]
    pub fn platform_url(&self) -> &str {
        self.shared.links().platform()
    }

    /// The base address of the authentication server.
    #[must_use]
    pub fn auth_url(&self) -> &str {
        self.shared.links().auth()
    }

    /// The certificate of the authority that signed the sandbox's own, in PEM form, if [`Tls::generated`] made them.
    ///
    /// [`Tls::generated`]: crate::Tls::generated
    #[must_use]
    pub fn certificate_authority(&self) -> Option<&str> {
        self.authority.as_deref()
    }

    /// The environment that everything is seeded into.
    #[must_use]
    pub fn environment_id(&self) -> EnvironmentId {
        self.environment
    }

    /// The id of the worker application.
    #[must_use]
    pub fn client_id(&self) -> &str {
        &self.client.0
    }

    /// The secret of the worker application.
    #[must_use]
    pub fn client_secret(&self) -> &Secret {
        &self.client.1
    }

    /// A new access token of the worker application, valid for one hour of the sandbox's clock.
    #[must_use]
    pub fn access_token(&self) -> Secret {
        self.shared.issue(Holder::Worker)
    }

    /// A new access token of a user, who need not exist.
    #[must_use]
    pub fn user_token(&self, user: UserId) -> Secret {
        self.shared.issue(Holder::User(user))
    }

    /// Creates a user.
    ///
    /// # Errors
    /// When the username or the id is taken, or something cannot be as it was asked for.
    pub fn seed_user(&self, user: NewUser) -> Result<UserId, SeedError> {
        self.shared
            .seed(|environment, random, now| user.seed(environment, random, now))
    }

    /// Starts a sign-on flow, as an authorization request would.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # use pingone_sandbox::{NewFlow, Sandbox};
    /// # let sandbox = Sandbox::start().await?;
    /// let flow = sandbox.start_flow(NewFlow::sign_on());
    /// println!("{}/{}/flows/{flow}", sandbox.auth_url(), sandbox.environment_id());
    /// # Ok(())
    /// # }
    /// ```
    pub fn start_flow(&self, flow: NewFlow) -> FlowId {
        self.shared
            .seed(|environment, random, now| flow.seed(environment, random, now))
    }

    /// The user as the API would return it now.
    #[must_use]
    pub fn user(&self, id: UserId) -> Option<User> {
        self.shared.look(|environment, context| {
            let user = environment.users.get(id).ok()?;
            Some(user.view(context, environment).into())
        })
    }

    /// The state of a user's password as the API would return it now.
    #[must_use]
    pub fn password(&self, id: UserId) -> Option<PasswordState> {
        self.shared.look(|environment, context| {
            let user = environment.users.get(id).ok()?;
            Some(user.password_view(context, environment))
        })
    }

    /// Lets the user confirm the push notification that a device authentication waits for; false if it waits for none.
    pub fn confirm_push(&self, id: DeviceAuthenticationId) -> bool {
        self.answer_push(id, true)
    }

    /// Lets the user deny the push notification that a device authentication waits for; false if it waits for none.
    pub fn deny_push(&self, id: DeviceAuthenticationId) -> bool {
        self.answer_push(id, false)
    }

    fn answer_push(&self, id: DeviceAuthenticationId, confirmed: bool) -> bool {
        self.shared
            .act(|environment, context| {
                let found = environment.device_authentications.get_mut(&id)?;
                Some(found.answer_push(context.now, confirmed))
            })
            .unwrap_or(false)
    }

    /// As [`confirm_push`](Self::confirm_push), for the push notification of a flow.
    pub fn confirm_flow_push(&self, id: FlowId) -> bool {
        self.shared
            .act(|environment, context| Some(environment.answer_push_of_flow(context, id, true)))
            .unwrap_or(false)
    }

    /// As [`deny_push`](Self::deny_push), for the push notification of a flow.
    pub fn deny_flow_push(&self, id: FlowId) -> bool {
        self.shared
            .act(|environment, context| Some(environment.answer_push_of_flow(context, id, false)))
            .unwrap_or(false)
    }

    /// What a FIDO2 device would answer to a device authentication with the status `ASSERTION_REQUIRED`.
    #[must_use]
    pub fn assertion(&self, id: DeviceAuthenticationId) -> Option<Secret> {
        self.shared.look(|environment, _| {
            let found = environment.device_authentications.get(&id)?;
            found.authentication.assertion().map(Secret::new)
        })
    }

    /// What the sandbox sent.
    #[must_use]
    pub fn outbox(&self) -> &Outbox {
        &self.outbox
    }

    /// What was asked and answered.
    #[must_use]
    pub fn journal(&self) -> &Journal {
        &self.journal
    }

    /// What goes wrong, to be read and planned.
    #[must_use]
    pub fn faults(&self) -> &Faults {
        &self.faults
    }

    /// Limits how often an operation, such as [`LIST_USERS`](crate::operations::LIST_USERS), may be requested; more is
    /// answered with 429 and `Retry-After`.
    ///
    /// # Errors
    /// When the limit lets nothing through.
    pub fn limit(
        &self,
        operation: &'static Operation,
        limit: RateLimit,
    ) -> Result<(), RateLimitError> {
        self.shared
            .change(|core| core.limits.set(operation.id, limit))
    }

    /// Removes every rate limit.
    pub fn clear_limits(&self) {
        self.shared.change(|core| core.limits.clear());
    }

    /// Everything as it is now: users, codes, tokens, flows, messages, journal, faults, limits, counters, randomness,
    /// and the clock's offset from the machine's clock.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # use pingone_sandbox::{NewUser, Sandbox};
    /// # let sandbox = Sandbox::start().await?;
    /// let before = sandbox.snapshot();
    /// let user = sandbox.seed_user(NewUser::new("lindajones"))?;
    /// sandbox.restore(&before);
    /// assert!(sandbox.user(user).is_none());
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn snapshot(&self) -> Snapshot {
        self.shared.snapshot()
    }

    /// Makes everything as it was when the snapshot was taken, here or in another sandbox of the same environment.
    pub fn restore(&self, snapshot: &Snapshot) {
        self.shared.restore(snapshot);
    }

    /// Everything that is kept, as JSON: users, passwords, codes, tokens, flows, messages, faults, limits, counters,
    /// randomness and the clock, but not the journal. [`import`](Self::import) and
    /// [`Config::with_state`](crate::Config::with_state) take it.
    ///
    /// The text has the passwords and codes of the sandbox's users in clear text. A clock that runs goes on in between;
    /// freeze it for an export that is the same whenever it is imported.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # use pingone_sandbox::{NewUser, Sandbox};
    /// # let sandbox = Sandbox::start().await?;
    /// let user = sandbox.seed_user(NewUser::new("lindajones"))?;
    /// let text = sandbox.export()?;
    ///
    /// let another = Sandbox::start().await?;
    /// another.import(&text)?;
    /// assert!(another.user(user).is_some());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// When the state cannot be written as JSON, which is a fault of the sandbox.
    pub fn export(&self) -> Result<String, StateError> {
        state_export::write(self.shared.everything()?)
    }

    /// Takes the place of everything that is kept, as [`export`](Self::export) wrote it.
    ///
    /// # Errors
    /// When the text is not an export of this version, or is that of another environment. Nothing is changed then.
    pub fn import(&self, text: &str) -> Result<(), StateError> {
        Ok(self.shared.read(state_export::parse(text)?)?)
    }

    /// Starts again with what the sandbox started with. What was seeded begins its life anew: a seeded flow has its 15
    /// minutes again. Access tokens are no longer valid.
    pub fn reset(&self) {
        self.shared.reset(false);
    }

    /// As [`reset`](Self::reset), but the access tokens stay valid.
    pub fn reset_keeping_tokens(&self) {
        self.shared.reset(true);
    }

    /// What a client must know, as names and values of environment variables.
    #[must_use]
    pub fn variables(&self) -> Vec<(&'static str, String)> {
        vec![
            ("PINGONE_PLATFORM_URL", self.platform_url().to_owned()),
            ("PINGONE_AUTH_URL", self.auth_url().to_owned()),
            ("PINGONE_ENVIRONMENT_ID", self.environment.to_string()),
            ("PINGONE_CLIENT_ID", self.client.0.clone()),
            ("PINGONE_CLIENT_SECRET", self.client.1.expose().to_owned()),
        ]
    }

    /// The [`variables`](Self::variables) as lines for a POSIX shell. The secret in there opens this sandbox only.
    #[must_use]
    pub fn env_text(&self) -> String {
        let line = |(name, value): (&str, String)| {
            let value = value.replace('\'', r"'\''");
            format!("export {name}='{value}'\n")
        };
        self.variables().into_iter().map(line).collect()
    }

    /// The clock, to be read and moved.
    #[must_use]
    pub fn clock(&self) -> &Clock {
        self.shared.clock()
    }

    /// Number of requests for an operation that reached the sandbox, regardless of the response.
    #[must_use]
    pub fn requests(&self, operation: &'static Operation) -> u64 {
        self.shared.core().counts.requests(operation.id)
    }

    /// Number of requests for an operation that had a side effect, regardless of the response.
    ///
    /// A wrong code has a side effect: it uses up an attempt. A request that was refused earlier has none.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use pingone_sandbox::{Sandbox, operations};
    ///
    /// let sandbox = Sandbox::start().await?;
    /// assert_eq!(sandbox.effects(&operations::SEND_RECOVERY_CODE), 0);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// An operation that the document does not have does not compile:
    ///
    /// ```compile_fail,E0425
    /// # async fn run(sandbox: pingone_sandbox::Sandbox) {
    /// sandbox.effects(&pingone_sandbox::operations::SEND_RECOVRY_CODE);
    /// # }
    /// ```
    #[must_use]
    pub fn effects(&self, operation: &'static Operation) -> u64 {
        self.shared.core().counts.effects(operation.id)
    }

    /// Lets the requests under way finish, for five seconds at most, and stops.
    pub async fn stop(self) {
        self.server.stop().await;
    }

    /// As [`stop`](Self::stop), and gives the state that is left, as [`export`](Self::export) does.
    ///
    /// # Errors
    /// As [`export`](Self::export).
    pub async fn stop_and_export(self) -> Result<String, StateError> {
        self.server.stop().await;
        state_export::write(self.shared.everything()?)
    }
}
