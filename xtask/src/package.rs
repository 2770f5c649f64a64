//! `cargo xtask package`: what is published builds from its packages, and the program is small.

use std::process::Command;

/// The most bytes of the stripped program `pingone`: 12 MiB.
const MOST: u64 = 12 << 20;

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Build the program `pingone` in release mode instead, and refuse it above 12 MiB.
    #[arg(long)]
    binary: bool,
}

pub(crate) fn run(arguments: &Arguments) -> Result<(), String> {
    if arguments.binary {
        return binary();
    }
    let metadata = crate::metadata()?;
    let published = metadata.packages.iter().filter(|own| own.publish.is_none());
    let names: Vec<&str> = published.map(|own| &**own.name).collect();
    let mut command = vec!["package", "--quiet", "--allow-dirty"];
    command.extend(names.iter().flat_map(|name| ["--package", name]));
    cargo(&command)?;
    println!("{} packages build: {}", names.len(), names.join(", "));
    Ok(())
}

fn binary() -> Result<(), String> {
    cargo(&["build", "--release", "--quiet", "--package", "pingone-cli"])?;
    let name = format!("pingone{}", std::env::consts::EXE_SUFFIX);
    let path = crate::metadata()?
        .target_directory
        .join("release")
        .join(name);
    let size = std::fs::metadata(&path)
        .map_err(|error| format!("{path}: {error}"))?
        .len();
    println!("{path} has {size} of at most {MOST} bytes");
    if size > MOST {
        return Err(
            "the program is too large; `cargo bloat --release --crates` lists its parts".to_owned(),
        );
    }
    Ok(())
}

fn cargo(arguments: &[&str]) -> Result<(), String> {
    let status = Command::new("cargo")
        .args(arguments)
        .current_dir(crate::root())
        .status()
        .map_err(|error| format!("cargo cannot be run: {error}"))?;
    if status.success() {
        return Ok(());
    }
    Err(format!("`cargo {}` failed", arguments.join(" ")))
}
