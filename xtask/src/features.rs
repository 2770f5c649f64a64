//! `cargo xtask features`: every library with each of its features, with all pairs of them, with none and with all.

use std::collections::BTreeSet;
use std::process::Command;

use cargo_metadata::{MetadataCommand, Package};

pub(crate) fn run() -> Result<(), String> {
    let metadata = MetadataCommand::new()
        .manifest_path(crate::root().join("Cargo.toml"))
        .no_deps()
        .exec()
        .map_err(|error| error.to_string())?;
    let mut count = 0;
    for package in metadata
        .packages
        .iter()
        .filter(|package| has_choice(package))
    {
        for features in combinations(package) {
            count += 1;
            check(package, &features)?;
        }
    }
    println!("{count} combinations of features compile without a warning");
    Ok(())
}

fn has_choice(package: &Package) -> bool {
    named(package).next().is_some()
}

fn named(package: &Package) -> impl Iterator<Item = &str> {
    let names = package.features.keys().map(String::as_str);
    names.filter(|name| *name != "default")
}

/// None, one, two and all features; none twice.
fn combinations(package: &Package) -> BTreeSet<Vec<&str>> {
    let names: Vec<&str> = named(package).collect();
    let mut all = BTreeSet::from([Vec::new(), names.clone()]);
    for (position, one) in names.iter().enumerate() {
        all.insert(vec![one]);
        all.extend(names[position + 1..].iter().map(|other| vec![*one, *other]));
    }
    all
}

fn check(package: &Package, features: &[&str]) -> Result<(), String> {
    let command = format!(
        "cargo check --package {} --lib --no-default-features --features={}",
        package.name,
        features.join(",")
    );
    println!("{command}");
    let mut words = command.split(' ');
    let output = Command::new(words.next().unwrap_or_default())
        .args(words)
        .arg("--quiet")
        .current_dir(crate::root())
        .output()
        .map_err(|error| format!("`cargo` cannot be run: {error}"))?;
    // Quiet as it is, cargo says something only if there is something wrong.
    if output.status.success() && output.stderr.is_empty() {
        return Ok(());
    }
    Err(format!(
        "{}\nthese features do not go together; repeat it with `{command}`",
        String::from_utf8_lossy(&output.stderr)
    ))
}
