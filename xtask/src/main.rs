//! Repository tasks: `cargo xtask`.

mod check;
mod codegen;
mod features;
mod readme;

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
    /// Compiles every library with none, each, all pairs and all of its features.
    Features,
}

fn main() -> ExitCode {
    let outcome = match Arguments::parse().task {
        Task::Check(arguments) => check::run(&arguments),
        Task::Codegen(arguments) => codegen::run(&arguments),
        Task::Features => features::run(),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("error: {message}");
            ExitCode::FAILURE
        }
    }
}

/// The root folder of the workspace.
fn root() -> PathBuf {
    let mut root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    root.pop();
    root
}
