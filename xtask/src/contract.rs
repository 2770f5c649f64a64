//! `cargo xtask contract`: runs the program of `crates/contract`.
//!
//! It is a program of its own because it uses the generated crates, and this one has to compile to generate them.

use std::process::{Command, ExitCode};

#[derive(clap::Args)]
#[command(disable_help_flag = true)]
pub(crate) struct Arguments {
    /// See `cargo xtask contract --help`.
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    arguments: Vec<String>,
}

pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode, String> {
    let status = Command::new("cargo")
        .args(["run", "--quiet", "--package", "pingone-contract", "--"])
        .args(&arguments.arguments)
        .current_dir(crate::root())
        .status()
        .map_err(|error| format!("`cargo` cannot be run: {error}"))?;
    let code = status.code().and_then(|code| u8::try_from(code).ok());
    Ok(ExitCode::from(code.unwrap_or(2)))
}
