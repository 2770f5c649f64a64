//! `cargo xtask package`: what is published builds from its packages, and the program is small.

use std::path::PathBuf;
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
    let published: Vec<_> = published.collect();
    for package in &published {
        forget(&format!("{}-{}", package.name, package.version))?;
    }
    let names: Vec<&str> = published.iter().map(|own| &**own.name).collect();
    let mut command = vec!["package", "--quiet", "--allow-dirty"];
    command.extend(names.iter().flat_map(|name| ["--package", name]));
    cargo(&command)?;
    println!("{} packages build: {}", names.len(), names.join(", "));
    Ok(())
}

/// Removes the sources of a package that an earlier run has unpacked: cargo would build the others against them, since it
/// takes a package of the same name and version for unchanged.
fn forget(package: &str) -> Result<(), String> {
    let home = std::env::var_os("CARGO_HOME").map(PathBuf::from);
    let home = home.or_else(|| Some(std::env::home_dir()?.join(".cargo")));
    let sources = home.map(|home| home.join("registry/src"));
    let registries = sources.and_then(|sources| std::fs::read_dir(sources).ok());
    for registry in registries.into_iter().flatten().flatten() {
        // A registry without a host is the local one that `cargo package` makes.
        let unpacked = registry.path().join(package);
        if registry.file_name().as_encoded_bytes().starts_with(b"-") && unpacked.exists() {
            std::fs::remove_dir_all(&unpacked)
                .map_err(|error| format!("{}: {error}", unpacked.display()))?;
        }
    }
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
