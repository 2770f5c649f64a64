//! Repository tasks: `cargo xtask`.

mod codegen;
mod docs;
mod drift;
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
    /// Generates the Rust code from the OpenAPI document.
    Codegen(codegen::Arguments),
    /// Compares documentation pages with the ledger and with the OpenAPI document.
    #[command(subcommand)]
    Docs(docs::Task),
    /// Compares two versions of the OpenAPI document.
    Drift(drift::Arguments),
}

fn main() -> ExitCode {
    let outcome = match Arguments::parse().task {
        Task::Codegen(arguments) => match codegen::run(&arguments) {
            Ok(()) => return ExitCode::SUCCESS,
            Err(message) => Err((message, 1)),
        },
        Task::Docs(task) => docs::run(&task).map_err(|message| (message, 2)),
        Task::Drift(arguments) => drift::run(&arguments).map_err(|message| (message, 2)),
    };
    match outcome {
        Ok(code) => code,
        Err((message, code)) => {
            eprintln!("error: {message}");
            ExitCode::from(code)
        }
    }
}

/// The root folder of the workspace.
fn root() -> PathBuf {
    let mut root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    root.pop();
    root
}
