//! The sandbox in the hands of its caller.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;

use pingone_models::{
    DeviceAuthenticationId, EnvironmentId, FlowId, PasswordState, Secret, User, UserId,
};

use crate::clock::Clock;
use crate::links::Links;
use crate::outbox::{Messages, Outbox};
use crate::random::Random;
use crate::seed::{self, NewFlow, NewUser, SeedError};
use crate::server::{Core, Counts, Server, Shared, bind};
use crate::state::environment::Environment;
use crate::state::tokens::Holder;
use crate::state::turn::Turn;

/// How to start a sandbox.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use pingone_sandbox::{Clock, Config};
///
/// let sandbox = Config::new()
///     .with_seed(7)
///     .with_clock(Clock::frozen("2026-01-01T00:00:00Z".parse()?))
///     .start()
///     .await?;
/// assert_eq!(sandbox.clock().now().to_string(), "2026-01-01T00:00:00Z");
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct Config {
    host: IpAddr,
    port: u16,
    seed: u64,
    clock: Clock,
    environment: EnvironmentId,
    client: (String, Secret),
    largest_body: usize,
}

impl Config {
    /// The loopback address, a free port, the seed 0, the machine's clock, and the ids of the documentation's examples.
    pub fn new() -> Self {
        Self {
            host: IpAddr::V4(Ipv4Addr::LOCALHOST),
            port: 0,
            seed: 0,
            clock: Clock::system(),
            environment: EnvironmentId::new(seed::ENVIRONMENT),
            client: (seed::CLIENT.to_owned(), Secret::from(seed::CLIENT_SECRET)),
            largest_body: 1024 * 1024,
        }
    }

    /// Sets the address to listen on. Anything but loopback lets others reach the sandbox.
    pub fn with_host(mut self, host: IpAddr) -> Self {
        self.host = host;
        self
    }

    /// Sets the port; 0 takes a free one.
    pub fn with_port(mut self, port: u16) -> Self {
        self.port = port;
        self
    }

    /// Sets what ids, codes and tokens are made from: the same seed gives the same ones.
    pub fn with_seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// Sets the clock.
    pub fn with_clock(mut self, clock: Clock) -> Self {
        self.clock = clock;
        self
    }

    /// Sets the id of the environment.
    pub fn with_environment(mut self, environment: EnvironmentId) -> Self {
        self.environment = environment;
        self
    }

    /// Sets the id and the secret of the worker application that can ask for tokens.
    pub fn with_client(mut self, id: impl Into<String>, secret: impl Into<Secret>) -> Self {
        self.client = (id.into(), secret.into());
        self
    }

    /// Sets how many bytes a request body may have; a longer one is answered with 413.
    pub fn with_largest_body(mut self, bytes: usize) -> Self {
        self.largest_body = bytes;
        self
    }

    /// Starts a sandbox.
    ///
    /// It serves from a thread of its own, so it works with any runtime, and with blocking clients.
    ///
    /// # Errors
    /// When the address cannot be listened on, or the machine has no thread left.
    pub async fn start(self) -> Result<Sandbox, StartError> {
        let address = SocketAddr::new(self.host, self.port);
        let failed = |source| StartError { address, source };
        let (listener, address) = bind(address).map_err(failed)?;
        let core = Core {
            state: seed::initial_state(self.environment, &self.client),
            random: Random::seeded(self.seed),
            outbox: Messages::default(),
            counts: Counts::default(),
        };
        let links = Links::new(format!("http://{}", reachable(address)));
        let shared = Arc::new(Shared::new(core, self.clock, links, self.largest_body));
        let server = Server::start(listener, &shared).map_err(failed)?;
        Ok(Sandbox {
            server,
            outbox: Outbox(Arc::clone(&shared)),
            shared,
            address,
            environment: self.environment,
            client: self.client,
        })
    }
}

impl Default for Config {
    fn default() -> Self {
        Self::new()
    }
}

/// The address that a client on this machine can use.
fn reachable(address: SocketAddr) -> SocketAddr {
    match address.ip() {
        ip if !ip.is_unspecified() => address,
        IpAddr::V4(_) => SocketAddr::new(Ipv4Addr::LOCALHOST.into(), address.port()),
        IpAddr::V6(_) => SocketAddr::new(std::net::Ipv6Addr::LOCALHOST.into(), address.port()),
    }
}

/// A sandbox cannot be started.
#[derive(Debug)]
pub struct StartError {
    address: SocketAddr,
    source: std::io::Error,
}

impl fmt::Display for StartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the sandbox cannot listen on {}", self.address)
    }
}

impl std::error::Error for StartError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.source)
    }
}

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
    shared: Arc<Shared>,
    address: SocketAddr,
    environment: EnvironmentId,
    client: (String, Secret),
}

impl Sandbox {
    /// Starts a sandbox with the defaults of [`Config::new`].
    ///
    /// # Errors
    /// As [`Config::start`].
    pub async fn start() -> Result<Self, StartError> {
        Config::new().start().await
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
        self.shared.links().origin()
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
        self.issue(Holder::Worker)
    }

    /// A new access token of a user, who need not exist.
    #[must_use]
    pub fn user_token(&self, user: UserId) -> Secret {
        self.issue(Holder::User(user))
    }

    fn issue(&self, holder: Holder) -> Secret {
        let now = self.shared.clock().now();
        let mut core = self.shared.core();
        let Core { state, random, .. } = &mut *core;
        state.tokens.issue(random, now, holder)
    }

    /// Creates a user.
    ///
    /// # Errors
    /// When the username or the id is taken, or something cannot be as it was asked for.
    pub fn seed_user(&self, user: NewUser) -> Result<UserId, SeedError> {
        self.seed(|environment, random, now| user.seed(environment, random, now))
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
        self.seed(|environment, random, now| flow.seed(environment, random, now))
    }

    fn seed<T>(&self, seed: impl FnOnce(&mut Environment, &mut Random, jiff::Timestamp) -> T) -> T {
        let now = self.shared.clock().now();
        let mut core = self.shared.core();
        let Core { state, random, .. } = &mut *core;
        let environments = state.environments.entry(self.environment);
        let environment = environments.or_insert_with(|| Environment::new(self.environment));
        seed(environment, random, now)
    }

    /// The user as the API would return it now.
    #[must_use]
    pub fn user(&self, id: UserId) -> Option<User> {
        self.look(|environment, turn| {
            let user = environment.users.get(id).ok()?;
            Some(user.view(turn, environment))
        })
    }

    /// The state of a user's password as the API would return it now.
    #[must_use]
    pub fn password(&self, id: UserId) -> Option<PasswordState> {
        self.look(|environment, turn| {
            let user = environment.users.get(id).ok()?;
            Some(user.password_view(turn, environment))
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
        self.look(|environment, turn| {
            let found = environment.device_authentications.get_mut(&id)?;
            Some(found.answer_push(turn.now, confirmed))
        })
        .unwrap_or(false)
    }

    /// As [`confirm_push`](Self::confirm_push), for the push notification of a flow.
    pub fn confirm_flow_push(&self, id: FlowId) -> bool {
        self.look(|environment, turn| Some(environment.answer_push_of_flow(turn, id, true)))
            .unwrap_or(false)
    }

    /// As [`deny_push`](Self::deny_push), for the push notification of a flow.
    pub fn deny_flow_push(&self, id: FlowId) -> bool {
        self.look(|environment, turn| Some(environment.answer_push_of_flow(turn, id, false)))
            .unwrap_or(false)
    }

    /// What a FIDO2 device would answer to a device authentication with the status `ASSERTION_REQUIRED`.
    #[must_use]
    pub fn assertion(&self, id: DeviceAuthenticationId) -> Option<Secret> {
        self.look(|environment, _| {
            let found = environment.device_authentications.get(&id)?;
            found.authentication.assertion().map(Secret::new)
        })
    }

    fn look<T>(
        &self,
        look: impl FnOnce(&mut Environment, &mut Turn<'_>) -> Option<T>,
    ) -> Option<T> {
        let now = self.shared.clock().now();
        let mut core = self.shared.core();
        let Core {
            state,
            random,
            outbox,
            ..
        } = &mut *core;
        let environment = state.environments.get_mut(&self.environment)?;
        let mut turn = Turn::new(now, random, self.shared.links(), outbox, "");
        look(environment, &mut turn)
    }

    /// What the sandbox sent.
    #[must_use]
    pub fn outbox(&self) -> &Outbox {
        &self.outbox
    }

    /// The clock, to be read and moved.
    #[must_use]
    pub fn clock(&self) -> &Clock {
        self.shared.clock()
    }

    /// How many requests for an operation have reached the sandbox, whatever it answered.
    ///
    /// Operations have the ids of the document, such as `verifyUser`.
    #[must_use]
    pub fn requests(&self, operation: &str) -> u64 {
        self.shared.core().counts.requests(operation)
    }

    /// How many requests for an operation sent, spent or changed something, whatever they were answered.
    ///
    /// A wrong code has an effect, as it burns an attempt; a request that was refused before it came so far has none.
    #[must_use]
    pub fn effects(&self, operation: &str) -> u64 {
        self.shared.core().counts.effects(operation)
    }

    /// Lets the requests under way finish, for five seconds at most, and stops.
    pub async fn stop(self) {
        self.server.stop().await;
    }
}
