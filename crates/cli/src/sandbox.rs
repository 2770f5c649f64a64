//! `pingone sandbox`: the sandbox as a server of its own.

use std::error::Error;
use std::io::Write;
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::{fmt, fs, io};

use pingone_sandbox::{Config, Sandbox, SeedFile, Tls};

/// The users of a sandbox that is given none.
const EXAMPLE: &str = include_str!("example.yaml");

/// Their names, ids and states.
const EXAMPLE_USERS: [(&str, &str, &str); 3] = [
    (
        "lindajones",
        "8376797d-641c-4e7f-8bb9-8fd3b4bd1bf1",
        "verified, with the password 2FederateM0re!",
    ),
    (
        "newcomer",
        "0d6f3d1e-2b0a-4b53-8c7c-6f1a9e5b7d42",
        "has to verify the account",
    ),
    (
        "lockedout",
        "c3b9a7e5-1f4d-4e2a-9b8c-7d6e5f4a3b21",
        "has a locked password",
    ),
];

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// The address to listen on. Anything but a loopback address lets others on the network in.
    #[arg(long, default_value = "127.0.0.1", value_name = "ADDRESS")]
    host: IpAddr,
    /// The port to listen on; 0 takes a free one.
    #[arg(long, default_value_t = 0, value_name = "PORT")]
    port: u16,
    /// The address that clients use, if it is another one, such as that of a proxy: links begin with it.
    #[arg(long, value_name = "URL")]
    public_url: Option<String>,
    /// As --public-url for the platform server alone; `/v1` is part of it.
    #[arg(long, value_name = "URL")]
    public_platform_url: Option<String>,
    /// As --public-url for the authentication server alone.
    #[arg(long, value_name = "URL")]
    public_auth_url: Option<String>,
    /// Takes the address in links from X-Forwarded-Proto, -Host, -Port and -Prefix. Only behind a proxy.
    #[arg(long)]
    trust_forwarded: bool,
    /// Lets pages of this origin call the API from a browser; `*` lets all. Pages of this machine always may.
    #[arg(long = "cors-origin", value_name = "ORIGIN")]
    origins: Vec<String>,
    /// Serves HTTPS with a certificate made at start; its authority is written to --tls-ca.
    #[arg(long)]
    tls: bool,
    /// Where --tls writes the certificate that clients have to trust.
    #[arg(long, value_name = "FILE", default_value = "pingone-sandbox-ca.pem")]
    tls_ca: PathBuf,
    /// Serves HTTPS with this certificate chain in PEM form.
    #[arg(
        long,
        value_name = "FILE",
        requires = "tls_key",
        conflicts_with = "tls"
    )]
    tls_cert: Option<PathBuf>,
    /// The private key of --tls-cert in PEM form.
    #[arg(long, value_name = "FILE", requires = "tls_cert")]
    tls_key: Option<PathBuf>,
    /// The number that everything random comes from, in place of the one in the seed file.
    #[arg(long, value_name = "NUMBER")]
    seed: Option<u64>,
    /// Users, clients and flows to start with, as YAML or JSON, in place of three example users.
    #[arg(long, value_name = "FILE")]
    seed_file: Option<PathBuf>,
    /// Starts without users.
    #[arg(long, conflicts_with = "seed_file")]
    empty: bool,
    /// Keeps the state in this file, which is made if it does not exist: the next start goes on with it.
    #[arg(long, value_name = "FILE")]
    state: Option<PathBuf>,
    /// Starts with the state in this export, as --export and `GET /_sandbox/state` write it.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["seed_file", "empty"])]
    import: Option<PathBuf>,
    /// Writes the state to this file as JSON when the sandbox stops.
    #[arg(long, value_name = "FILE")]
    export: Option<PathBuf>,
    /// Switches off `/_sandbox`: the page and the control API.
    #[arg(long)]
    without_control: bool,
    /// Prints the addresses and the client as environment variables, the client's secret among them.
    #[arg(long)]
    print_env: bool,
}

impl Arguments {
    fn has_examples(&self) -> bool {
        !self.empty && self.seed_file.is_none() && self.import.is_none()
    }

    fn config(&self) -> Result<Config, Box<dyn Error>> {
        let mut config = Config::new().with_host(self.host).with_port(self.port);
        if let Some(url) = &self.public_url {
            config = config.with_public_url(url);
        }
        if let Some(url) = &self.public_platform_url {
            config = config.with_public_platform_url(url);
        }
        if let Some(url) = &self.public_auth_url {
            config = config.with_public_auth_url(url);
        }
        if self.trust_forwarded {
            config = config.with_forwarded_headers();
        }
        for origin in &self.origins {
            config = config.with_origin(origin);
        }
        if self.tls {
            config = config.with_tls(Tls::generated());
        }
        if let Some((certificates, key)) = self.tls_cert.as_deref().zip(self.tls_key.as_deref()) {
            config = config.with_tls(Tls::from_pem(read(certificates)?, read(key)?));
        }
        if let Some(path) = &self.seed_file {
            config = config.with_seed_file(SeedFile::read(path)?);
        } else if self.has_examples() {
            config = config.with_seed_file(SeedFile::parse(EXAMPLE)?);
        }
        if let Some(path) = &self.import {
            config = config.with_state(read(path)?);
        }
        if let Some(path) = &self.state {
            config = config.with_state_file(path);
        }
        if let Some(seed) = self.seed {
            config = config.with_seed(seed);
        }
        if self.without_control {
            config = config.without_control();
        }
        Ok(config)
    }
}

/// Runs the sandbox until the process is asked to stop; asked a second time, it stops at once.
pub(crate) async fn run(arguments: &Arguments, out: &mut dyn Write) -> Result<(), Box<dyn Error>> {
    let config = arguments.config()?;
    // Listens first: a reader of the first line may ask the sandbox to stop at once.
    let mut requests = StopRequests::listen()?;
    let goes_on = arguments.state.as_ref().is_some_and(|path| path.exists());
    let sandbox = config.start().await?;
    if let Some(authority) = sandbox.certificate_authority() {
        let path = &arguments.tls_ca;
        fs::write(path, authority).map_err(|source| FileError::new("written", path, source))?;
    }
    if arguments.print_env {
        write!(out, "{}", sandbox.env_text())?;
    } else {
        introduce(arguments, &sandbox, goes_on, out)?;
    }
    out.flush()?;
    requests.next().await?;
    tokio::select! {
        stopped = stop(sandbox, arguments.export.as_deref()) => stopped,
        again = requests.next() => Ok(again?),
    }
}

async fn stop(sandbox: Sandbox, export: Option<&Path>) -> Result<(), Box<dyn Error>> {
    let Some(path) = export else {
        sandbox.stop().await;
        return Ok(());
    };
    let text = sandbox.stop_and_export().await?;
    fs::write(path, text).map_err(|source| FileError::new("written", path, source))?;
    Ok(())
}

/// Says what a person needs for the first request.
fn introduce(
    arguments: &Arguments,
    sandbox: &Sandbox,
    goes_on: bool,
    out: &mut dyn Write,
) -> io::Result<()> {
    let scheme = if arguments.tls || arguments.tls_cert.is_some() {
        "https"
    } else {
        "http"
    };
    let address = sandbox.address();
    writeln!(out, "A PingOne emulator listens on {scheme}://{address}.")?;
    let local = format!("{scheme}://{}", local(address));
    if !arguments.without_control {
        writeln!(out, "Its page is {local}/_sandbox.")?;
    }
    let has_public = arguments.public_url.is_some()
        || arguments.public_auth_url.is_some() && arguments.public_platform_url.is_some();
    if !address.ip().is_loopback() && !has_public && !arguments.trust_forwarded {
        writeln!(
            out,
            "Links in answers begin with {}: for clients on other machines set --public-url.",
            sandbox.auth_url()
        )?;
    }
    let mut trust = String::new();
    if sandbox.certificate_authority().is_some() {
        let path = fs::canonicalize(&arguments.tls_ca).unwrap_or_else(|_| arguments.tls_ca.clone());
        let path = path.display();
        writeln!(out, "Clients have to trust {path}:")?;
        for variable in [
            "SSL_CERT_FILE",
            "REQUESTS_CA_BUNDLE",
            "NODE_EXTRA_CA_CERTS",
            "CURL_CA_BUNDLE",
        ] {
            writeln!(out, "  export {variable}='{path}'")?;
        }
        trust = format!(" --cacert '{path}'");
    }
    if let Some(path) = &arguments.state {
        let what = match goes_on {
            true => "It goes on with the state in",
            false => "It keeps its state in",
        };
        writeln!(out, "{what} {}.", path.display())?;
    }
    if arguments.has_examples() {
        if !goes_on {
            writeln!(out, "Example users:")?;
            for (name, id, state) in EXAMPLE_USERS {
                writeln!(out, "  {name:<10} {id}  {state}")?;
            }
        }
        let token = sandbox.access_token();
        writeln!(
            out,
            "An access token, valid for an hour:\n  {token}\nA first request:\n  curl{trust} -H 'Authorization: Bearer {token}' {local}/v1/environments/{}/users",
            sandbox.environment_id(),
            token = token.expose(),
        )?;
    }
    writeln!(out, "Stop it with Ctrl-C.")
}

/// The address that this machine uses.
fn local(address: std::net::SocketAddr) -> String {
    match address.ip() {
        ip if ip.is_unspecified() => format!("localhost:{}", address.port()),
        _ => address.to_string(),
    }
}

fn read(path: &Path) -> Result<String, FileError> {
    fs::read_to_string(path).map_err(|source| FileError::new("read", path, source))
}

/// A file cannot be read or written.
#[derive(Debug)]
struct FileError {
    text: String,
    source: io::Error,
}

impl FileError {
    fn new(what: &str, path: &Path, source: io::Error) -> Self {
        let text = format!("{} cannot be {what}", path.display());
        Self { text, source }
    }
}

impl fmt::Display for FileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl Error for FileError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&self.source)
    }
}

/// Ctrl-C and, on Unix, SIGTERM.
#[cfg(unix)]
struct StopRequests {
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl StopRequests {
    /// Listens from the call on.
    fn listen() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};

        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
        })
    }

    async fn next(&mut self) -> io::Result<()> {
        tokio::select! {
            _ = self.interrupt.recv() => Ok(()),
            _ = self.terminate.recv() => Ok(()),
        }
    }
}

/// Ctrl-C.
#[cfg(not(unix))]
struct StopRequests;

#[cfg(not(unix))]
impl StopRequests {
    fn listen() -> io::Result<Self> {
        Ok(Self)
    }

    async fn next(&mut self) -> io::Result<()> {
        tokio::signal::ctrl_c().await
    }
}
