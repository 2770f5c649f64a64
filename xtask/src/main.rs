//! Repository tasks: `cargo xtask`.

mod api;
mod bench;
mod check;
mod codegen;
mod contract;
mod docs;
mod drift;
mod features;
mod index;
mod operations;
mod outputs;
mod package;
mod pull;
mod reporting;

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::LazyLock;

use cargo_metadata::{Metadata, MetadataCommand};
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
    /// Lists the public APIs that promise semantic versioning, and compares them with the last release.
    Api(api::Arguments),
    /// Runs the benches, and writes their figures and charts into docs/bench.
    Bench(bench::Arguments),
    /// Runs every check that a change has to pass.
    Check(check::Arguments),
    /// Generates the Rust code from the OpenAPI document.
    Codegen(codegen::Arguments),
    /// Compares an environment of PingOne with the OpenAPI document and with the sandbox.
    Contract(contract::Arguments),
    /// Compares documentation pages with the ledger and with the OpenAPI document.
    #[command(subcommand)]
    Docs(docs::Task),
    /// Compares two versions of the OpenAPI document.
    Drift(drift::Arguments),
    /// Compiles every library with each pair of its features.
    Features,
    /// Writes AGENTS.md and llms.txt from the manifests, the pages and the tasks.
    Index(index::Arguments),
    /// Packs every published crate and builds it from its package.
    Package(package::Arguments),
}

fn main() -> ExitCode {
    if let Some(code) = api::as_rustdoc() {
        return code;
    }
    let task = Arguments::parse().task;
    if let Err(message) = &*ROOT {
        eprintln!("error: {message}");
        return ExitCode::from(2);
    }
    let outcome = match task {
        Task::Api(arguments) => plain(api::run(&arguments)),
        Task::Bench(arguments) => plain(bench::run(&arguments)),
        Task::Check(arguments) => plain(check::run(&arguments)),
        Task::Codegen(arguments) => plain(codegen::run(&arguments)),
        Task::Contract(arguments) => contract::run(&arguments).map_err(|message| (message, 2)),
        Task::Docs(task) => docs::run(&task).map_err(|message| (message, 2)),
        Task::Drift(arguments) => drift::run(&arguments).map_err(|message| (message, 2)),
        Task::Features => plain(features::run()),
        Task::Index(arguments) => plain(index::run(&arguments)),
        Task::Package(arguments) => plain(package::run(&arguments)),
    };
    match outcome {
        Ok(code) => code,
        Err((message, code)) => {
            eprintln!("error: {message}");
            ExitCode::from(code)
        }
    }
}

/// How a task ends that either holds or does not.
fn plain(outcome: Result<(), String>) -> Result<ExitCode, (String, u8)> {
    outcome
        .map(|()| ExitCode::SUCCESS)
        .map_err(|message| (message, 1))
}

/// The working tree that the current directory belongs to.
///
/// It is found at run time, because working trees that share a target directory also share this program.
static ROOT: LazyLock<Result<PathBuf, String>> = LazyLock::new(|| {
    let here = std::env::current_dir()
        .map_err(|error| format!("the current directory cannot be read: {error}"))?;
    let root = here.ancestors().find(|folder| is_root(folder));
    root.map(Path::to_owned).ok_or_else(|| {
        format!(
            "{} is not in a working tree of this repository: neither it nor a parent directory has {}",
            here.display(),
            MARKS.join(" and ")
        )
    })
});

/// The files that the root folder is known by.
const MARKS: [&str; 2] = ["spec/pingone.yaml", "xtask/Cargo.toml"];

fn is_root(folder: &Path) -> bool {
    MARKS.iter().all(|mark| folder.join(mark).is_file())
}

/// The crates of the workspace, and its target directory.
fn metadata() -> Result<Metadata, String> {
    MetadataCommand::new()
        .manifest_path(root().join("Cargo.toml"))
        .no_deps()
        .exec()
        .map_err(|error| error.to_string())
}

/// The root folder of the workspace.
fn root() -> PathBuf {
    ROOT.clone().expect("`main` has checked it")
}
