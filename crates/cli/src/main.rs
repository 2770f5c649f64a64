//! The command line of the PingOne client.

mod demo;
mod sandbox;

use std::error::Error;
use std::io;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Runs a local PingOne emulator.
#[derive(Parser)]
#[command(name = "pingone", version, arg_required_else_help = true)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Runs an end-to-end scenario against a PingOne emulator on this machine.
    ///
    /// A user registers, verifies her address, signs on, types a one-time passcode, recovers her password, is locked and
    /// unlocked, and signs off. It uses the real client over real HTTP, and prints each call with its status.
    Demo,
    /// Runs the emulator as a server, until Ctrl-C or SIGTERM.
    Sandbox(Box<sandbox::Arguments>),
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let outcome = match Arguments::parse().command {
        Command::Demo => demo::run(&mut io::stdout()).await,
        Command::Sandbox(arguments) => sandbox::run(&arguments, &mut io::stdout()).await,
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) if is_closed_output(error.as_ref()) => ExitCode::SUCCESS,
        Err(error) => {
            report(error.as_ref());
            ExitCode::FAILURE
        }
    }
}

/// Whether the reader of standard output is gone, as in `pingone demo | head -1`.
fn is_closed_output(error: &(dyn Error + 'static)) -> bool {
    error
        .downcast_ref::<io::Error>()
        .is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
}

/// Prints an error with what caused it, one line each.
fn report(error: &dyn Error) {
    eprintln!("error: {error}");
    let mut source = error.source();
    while let Some(cause) = source {
        eprintln!("  because: {cause}");
        source = cause.source();
    }
}
