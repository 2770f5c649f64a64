//! `pingone sandbox`: the stand-in as a server of its own.

use std::error::Error;
use std::io::Write;
use std::net::IpAddr;
use std::path::PathBuf;

use pingone_sandbox::{Config, SeedFile};

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// The address to listen on. Anything but a loopback address lets others on the network in.
    #[arg(long, default_value = "127.0.0.1", value_name = "ADDRESS")]
    host: IpAddr,
    /// The port to listen on; 0 takes a free one.
    #[arg(long, default_value_t = 0, value_name = "PORT")]
    port: u16,
    /// The number that everything random comes from, in place of the one in the seed file.
    #[arg(long, value_name = "NUMBER")]
    seed: Option<u64>,
    /// Users, clients and flows to begin with, as YAML or JSON.
    #[arg(long, value_name = "FILE")]
    seed_file: Option<PathBuf>,
    /// Switches off `/_sandbox`: the page and the control API.
    #[arg(long)]
    without_control: bool,
    /// Prints the addresses and the client as environment variables, the client's secret among them.
    #[arg(long)]
    print_env: bool,
}

/// Runs the stand-in until the process is asked to stop.
pub(crate) async fn run(arguments: &Arguments, out: &mut dyn Write) -> Result<(), Box<dyn Error>> {
    let mut config = Config::new()
        .with_host(arguments.host)
        .with_port(arguments.port);
    if let Some(path) = &arguments.seed_file {
        config = config.with_seed_file(SeedFile::read(path)?);
    }
    if let Some(seed) = arguments.seed {
        config = config.with_seed(seed);
    }
    if arguments.without_control {
        config = config.without_control();
    }
    // Listens first: whoever reads that the sandbox runs may ask it to stop at once.
    let asked_to_stop = asked_to_stop()?;
    let sandbox = config.start().await?;
    if arguments.print_env {
        write!(out, "{}", sandbox.env_text())?;
    } else {
        writeln!(
            out,
            "A PingOne stand-in listens on http://{}.",
            sandbox.address()
        )?;
        if !arguments.without_control {
            writeln!(
                out,
                "What it knows is shown on http://{}/_sandbox.",
                sandbox.address()
            )?;
        }
        writeln!(out, "Stop it with Ctrl-C.")?;
    }
    out.flush()?;
    asked_to_stop.await?;
    sandbox.stop().await;
    Ok(())
}

/// Listens for Ctrl-C and, on Unix, SIGTERM from the call on; the future ends with the first.
fn asked_to_stop() -> std::io::Result<impl Future<Output = std::io::Result<()>>> {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};

        let mut interrupt = signal(SignalKind::interrupt())?;
        let mut terminate = signal(SignalKind::terminate())?;
        Ok(async move {
            tokio::select! {
                _ = interrupt.recv() => Ok(()),
                _ = terminate.recv() => Ok(()),
            }
        })
    }
    #[cfg(not(unix))]
    Ok(tokio::signal::ctrl_c())
}
