//! How a sandbox starts.

use std::error::Error;
use std::fmt;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use pingone_models::{EnvironmentId, Secret};
use url::Url;

use crate::clock::{Clock, ClockSetting};
use crate::fault::FaultPlan;
use crate::journal::Records;
use crate::limits::Limits;
use crate::links::Links;
use crate::net::reachable;
use crate::outbox::Messages;
use crate::random::Random;
use crate::sandbox::Sandbox;
use crate::seed::{self, SeedFile};
use crate::server::{Server, bind};
use crate::shared::{Core, Counts, Options, Shared, environment_of};
use crate::state::clients::{Client, PublicKey};
use crate::state_export::{self, StateError};
use crate::state_file::{StateFile, StateFileError};
use crate::tls::Tls;

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
    client_key: Option<String>,
    largest_body: usize,
    journal: usize,
    control: bool,
    seed_file: Option<SeedFile>,
    /// The text of an export.
    state: Option<String>,
    state_file: Option<PathBuf>,
    /// For both servers, for the platform server, for the authentication server.
    public: [Option<String>; 3],
    forwarded: bool,
    origins: Vec<String>,
    header_timeout: Duration,
    tls: Option<Tls>,
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
            client_key: None,
            largest_body: 1024 * 1024,
            journal: 1000,
            control: true,
            seed_file: None,
            state: None,
            state_file: None,
            public: [None, None, None],
            forwarded: false,
            origins: Vec::new(),
            header_timeout: Duration::from_secs(30),
            tls: None,
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

    /// Sets the public key that verifies the worker application's `private_key_jwt`: RSA or elliptic curve, in PEM form.
    pub fn with_client_key(mut self, pem: impl Into<String>) -> Self {
        self.client_key = Some(pem.into());
        self
    }

    /// Sets how many bytes a request body may have; a longer one is answered with 413.
    pub fn with_largest_body(mut self, bytes: usize) -> Self {
        self.largest_body = bytes;
        self
    }

    /// Sets how many requests the journal keeps; 0 keeps none.
    pub fn with_journal(mut self, requests: usize) -> Self {
        self.journal = requests;
        self
    }

    /// Gives the sandbox what a file describes; what the file says of environment, client, seed and clock replaces
    /// what this configuration has so far.
    pub fn with_seed_file(mut self, file: SeedFile) -> Self {
        if let Some(environment) = file.environment {
            self.environment = environment;
        }
        if let Some(client) = &file.client {
            self.client = (client.id.clone(), client.secret.clone());
            self.client_key.clone_from(&client.key);
        }
        if let Some(seed) = file.seed {
            self.seed = seed;
        }
        if let Some(moment) = file.frozen_at {
            self.clock = Clock::frozen(moment);
        }
        self.seed_file = Some(file);
        self
    }

    /// Starts with a state that [`Sandbox::export`] wrote, in the environment of that state, in place of what is seeded.
    /// A reset goes back to it.
    pub fn with_state(mut self, export: impl Into<String>) -> Self {
        self.state = Some(export.into());
        self
    }

    /// Keeps the state in this file: a sandbox that is started with it again goes on where the last one stopped,
    /// even if that was killed. The file is made if it does not exist.
    ///
    /// Every change is in the file before the request that made it is answered. What a request only counts (counters,
    /// and the place in the randomness) is written with the next change, and when the sandbox stops. Moves of
    /// [`Sandbox::clock`] are as well. The journal is not kept.
    ///
    /// A new file begins with what is seeded, in the environment that is configured; later the file counts.
    /// [`Sandbox::reset`] goes back to what is seeded.
    /// The file holds the passwords and codes of the sandbox's users in clear text.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let folder = std::env::temp_dir().join(format!("pingone-sandbox-{}", std::process::id()));
    /// # std::fs::create_dir_all(&folder)?;
    /// # let file = folder.join("state.redb");
    /// # let _ = std::fs::remove_file(&file);
    /// use pingone_sandbox::{Config, NewUser};
    ///
    /// let sandbox = Config::new().with_state_file(&file).start().await?;
    /// let user = sandbox.seed_user(NewUser::new("lindajones"))?;
    /// drop(sandbox);
    ///
    /// let sandbox = Config::new().with_state_file(&file).start().await?;
    /// assert!(sandbox.user(user).is_some());
    /// # std::fs::remove_dir_all(&folder)?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn with_state_file(mut self, path: impl Into<PathBuf>) -> Self {
        self.state_file = Some(path.into());
        self
    }

    /// Sets the address that clients reach the sandbox at, as behind a proxy or in a container. Every link, the issuer
    /// and `resumeUrl` begin with it; the platform server's address is this one with `/v1`.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use pingone_sandbox::Config;
    ///
    /// let sandbox = Config::new().with_public_url("https://pingone.test").start().await?;
    /// assert_eq!(sandbox.auth_url(), "https://pingone.test");
    /// assert_eq!(sandbox.platform_url(), "https://pingone.test/v1");
    /// # Ok(())
    /// # }
    /// ```
    pub fn with_public_url(mut self, url: impl Into<String>) -> Self {
        self.public[0] = Some(url.into());
        self
    }

    /// As [`with_public_url`](Self::with_public_url) for the platform server alone; `/v1` is part of the address.
    pub fn with_public_platform_url(mut self, url: impl Into<String>) -> Self {
        self.public[1] = Some(url.into());
        self
    }

    /// As [`with_public_url`](Self::with_public_url) for the authentication server alone.
    pub fn with_public_auth_url(mut self, url: impl Into<String>) -> Self {
        self.public[2] = Some(url.into());
        self
    }

    /// Takes the address in links from `X-Forwarded-Proto`, `-Host`, `-Port` and `-Prefix`, where a request has them.
    /// Only for a sandbox that a proxy alone can reach: anybody else could send these headers too.
    pub fn with_forwarded_headers(mut self) -> Self {
        self.forwarded = true;
        self
    }

    /// Lets pages of this origin, such as `https://app.example`, call the API from a browser, with credentials;
    /// `*` lets pages of every origin. Pages of this machine may do so anyway.
    pub fn with_origin(mut self, origin: impl Into<String>) -> Self {
        self.origins.push(origin.into());
        self
    }

    /// Serves HTTPS instead of HTTP.
    pub fn with_tls(mut self, tls: Tls) -> Self {
        self.tls = Some(tls);
        self
    }

    /// Sets how long a client may take to send the head of a request, or to begin the next one, until its connection is
    /// closed: 30 seconds unless set, by the machine's clock.
    pub fn with_header_timeout(mut self, limit: Duration) -> Self {
        self.header_timeout = limit;
        self
    }

    /// Serves neither the control API nor the page at `/_sandbox`.
    pub fn without_control(mut self) -> Self {
        self.control = false;
        self
    }

    /// Starts a sandbox.
    ///
    /// It serves from a thread of its own, so it works with any runtime, and with blocking clients.
    ///
    /// # Errors
    /// When the address cannot be listened on, the machine has no thread left, the client's key cannot be read, the
    /// seed file cannot be followed, or the state or its file cannot be used.
    pub async fn start(self) -> Result<Sandbox, StartError> {
        let address = SocketAddr::new(self.host, self.port);
        let failed = |source| StartError::new(address, source);
        let key = self.client_key.as_deref().map(PublicKey::parse);
        let client = Client {
            secret: self.client.1.clone(),
            key: key.transpose().map_err(StartError::given)?,
        };
        let public_hosts = self
            .public
            .iter()
            .flatten()
            .map(|address| host_of(address))
            .collect::<Result<Vec<_>, _>>()
            .map_err(StartError::given)?;
        for origin in &self.origins {
            check_origin(origin).map_err(StartError::given)?;
        }
        let (listener, address) = bind(address).map_err(failed)?;
        let (seed, journal) = (self.seed, self.journal);
        let (client_id, seed_file) = (self.client.0.clone(), self.seed_file.clone());
        let imported = self.state.as_deref().map(state_export::parse).transpose();
        let imported = imported.map_err(StartError::given)?;
        let (state_file, kept) = match &self.state_file {
            Some(path) => {
                let (file, kept) = StateFile::open(path).map_err(StartError::given)?;
                if imported.is_some() && kept.is_some() {
                    return Err(StartError::given(StateFileError::not_empty(path)));
                }
                (Some((file, path)), kept)
            }
            None => (None, None),
        };
        let of_state = kept.as_ref().or(imported.as_ref()).and_then(environment_of);
        let environment = of_state.unwrap_or(self.environment);
        let clock = self.clock.clone();
        let make =
            move |now| -> Result<(Core, Option<ClockSetting>), Box<dyn Error + Send + Sync>> {
                let mut core = Core {
                    state: seed::initial_state(environment, &client_id, client.clone()),
                    random: Random::seeded(seed),
                    outbox: Messages::default(),
                    counts: Counts::default(),
                    journal: Records::new(journal),
                    faults: FaultPlan::new(Random::apart(seed)),
                    limits: Limits::default(),
                };
                if let Some(file) = &seed_file {
                    file.apply(&mut core, environment, now)?;
                }
                let setting = match &imported {
                    Some(rows) => {
                        let read = core.read(rows.clone(), environment, &clock);
                        Some(read.map_err(StateError::from)?)
                    }
                    None => None,
                };
                Ok((core, setting))
            };
        let made = make(self.clock.now());
        let (mut core, imported_clock) = made.map_err(StartError::because)?;
        let first = core.clone();
        let kept_clock = match (&state_file, kept) {
            (Some((_, path)), Some(rows)) => {
                let read = core.read(rows, environment, &self.clock);
                let read = read.map_err(|error| StateFileError::rows(path, error));
                Some(read.map_err(StartError::given)?)
            }
            _ => None,
        };
        let scheme = if self.tls.is_some() { "https" } else { "http" };
        let origin = format!("{scheme}://{}", reachable(address));
        let mut links = Links::new(self.public[0].as_deref().unwrap_or(&origin));
        if let Some(platform) = &self.public[1] {
            links.set_platform(platform);
        }
        if let Some(auth) = &self.public[2] {
            links.set_auth(auth);
        }
        let (tls, authority) = match &self.tls {
            Some(tls) => {
                let mut names = vec![reachable(address).ip().to_string()];
                names.extend(public_hosts);
                let (acceptor, authority) = tls.prepare(names).map_err(StartError::given)?;
                (Some(acceptor), authority)
            }
            None => (None, None),
        };
        let options = Options {
            origin,
            origins: self.origins,
            forwarded: self.forwarded,
            header_timeout: self.header_timeout,
            largest_body: self.largest_body,
            control: self.control,
            loopback: address.ip().is_loopback(),
        };
        if let Some(setting) = imported_clock {
            self.clock.restore(setting);
        }
        let shared = Shared::new(
            core,
            self.clock,
            links,
            environment,
            options,
            state_file.map(|(file, _)| file),
        );
        // What was seeded once can be seeded again.
        shared
            .keep_as_initial(move |now| make(now).map_or_else(|_| first.clone(), |(core, _)| core));
        if let Some(setting) = kept_clock {
            shared.clock().restore(setting);
        }
        shared.save_first().map_err(StartError::given)?;
        let shared = Arc::new(shared);
        let server = Server::start(listener, tls, &shared).map_err(failed)?;
        Ok(Sandbox::new(
            server,
            shared,
            address,
            self.client,
            authority,
        ))
    }
}

impl Sandbox {
    /// Starts a sandbox with the defaults of [`Config::new`].
    ///
    /// # Errors
    /// As [`Config::start`].
    pub async fn start() -> Result<Self, StartError> {
        Config::new().start().await
    }
}

impl Default for Config {
    fn default() -> Self {
        Self::new()
    }
}

/// The host of a public address.
fn host_of(address: &str) -> Result<String, AddressError> {
    let url = Url::parse(address).ok();
    let url = url.filter(|url| {
        ["http", "https"].contains(&url.scheme())
            && url.query().is_none()
            && url.fragment().is_none()
    });
    let host = url.as_ref().and_then(Url::host_str);
    let host = host.map(|host| host.trim_matches(['[', ']']).to_owned());
    host.ok_or_else(|| {
        AddressError(format!(
            "the public address `{address}` must be like `https://pingone.test` or `http://localhost:8080`"
        ))
    })
}

fn check_origin(origin: &str) -> Result<(), AddressError> {
    let is_origin =
        Url::parse(origin).is_ok_and(|url| url.origin().ascii_serialization() == origin);
    if is_origin || origin == "*" {
        return Ok(());
    }
    Err(AddressError(format!(
        "the origin `{origin}` must be scheme, host and port alone, such as `https://app.example`"
    )))
}

/// A configured address cannot be used.
#[derive(Debug)]
struct AddressError(String);

impl fmt::Display for AddressError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Error for AddressError {}

/// A sandbox cannot be started.
#[derive(Debug)]
pub struct StartError {
    /// The address that cannot be listened on; none if that was not the reason.
    address: Option<SocketAddr>,
    source: Box<dyn Error + Send + Sync>,
}

impl StartError {
    fn new(address: SocketAddr, source: std::io::Error) -> Self {
        Self {
            address: Some(address),
            source: Box::new(source),
        }
    }

    /// What the sandbox is given cannot be used.
    fn given(source: impl Error + Send + Sync + 'static) -> Self {
        Self::because(Box::new(source))
    }

    fn because(source: Box<dyn Error + Send + Sync>) -> Self {
        Self {
            address: None,
            source,
        }
    }
}

impl fmt::Display for StartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.address {
            Some(address) => write!(f, "the sandbox cannot listen on {address}"),
            None => write!(f, "the sandbox cannot start with this configuration"),
        }
    }
}

impl Error for StartError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&*self.source)
    }
}
