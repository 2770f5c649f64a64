//! Repository tasks: `cargo xtask`.

mod check;
mod codegen;
mod docs;
mod drift;
mod features;
mod readme;
mod reporting;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Repository tasks.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Runs every check that a change has to pass.
    Check(check::Arguments),
    /// Generates the Rust code from the OpenAPI document.
    Codegen(codegen::Arguments),
    /// Compares documentation pages with the ledger and with the OpenAPI document.
    #[command(subcommand)]
    Docs(docs::Task),
    /// Compares two versions of the OpenAPI document.
    Drift(drift::Arguments),
    /// Compiles every library with none, each, all pairs and all of its features.
    Features,
}

fn main() -> ExitCode {
    let outcome = match Arguments::parse().task {
        Task::Check(arguments) => plain(check::run(&arguments)),
        Task::Codegen(arguments) => plain(codegen::run(&arguments)),
        Task::Docs(task) => docs::run(&task).map_err(|message| (message, 2)),
        Task::Drift(arguments) => drift::run(&arguments).map_err(|message| (message, 2)),
        Task::Features => plain(features::run()),
    };
    match outcome {
        Ok(code) => code,
        Err((message, code)) => {
            eprintln!("error: {message}");
            ExitCode::from(code)
        }
    }
}

/// The outcome of a task that knows success and failure only.
fn plain(outcome: Result<(), String>) -> Result<ExitCode, (String, u8)> {
    match outcome {
        Ok(()) => Ok(ExitCode::SUCCESS),
        Err(message) => Err((message, 1)),
    }
}

/// The root folder of the workspace.
fn root() -> PathBuf {
    let mut root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    root.pop();
    root
}
