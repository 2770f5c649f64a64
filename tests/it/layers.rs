//! The layers: which crate may know which, and which crates of others they stand on.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::process::Command;

use cargo_metadata::{DependencyKind, MetadataCommand};
use pingone_tests::root;

use crate::packages::packages;

/// What each crate of the workspace depends on, without what only its tests need.
fn dependencies() -> BTreeMap<String, BTreeSet<String>> {
    let packages = packages().into_iter().map(|package| {
        let used = package
            .dependencies
            .into_iter()
            .filter(|dependency| dependency.kind != DependencyKind::Development);
        (
            package.name.to_string(),
            used.map(|dependency| dependency.name).collect(),
        )
    });
    packages.collect()
}

/// The crates of the workspace that a crate may depend on.
const ALLOWED: [(&str, &[&str]); 10] = [
    ("pingone-models", &[]),
    ("pingone-client", &["pingone-models"]),
    ("pingone-sandbox", &["pingone-models"]),
    (
        "pingone",
        &["pingone-client", "pingone-models", "pingone-sandbox"],
    ),
    (
        "pingone-cli",
        &["pingone", "pingone-models", "pingone-sandbox"],
    ),
    (
        "pingone-contract",
        &[
            "pingone",
            "pingone-client",
            "pingone-models",
            "pingone-sandbox",
        ],
    ),
    ("pingone-codegen", &[]),
    ("pingone-drift", &["pingone-codegen"]),
    ("xtask", &["pingone-codegen", "pingone-drift"]),
    (
        "pingone-tests",
        &[
            "pingone",
            "pingone-client",
            "pingone-codegen",
            "pingone-drift",
            "pingone-models",
            "pingone-sandbox",
        ],
    ),
];

#[test]
fn dependencies_point_one_way() {
    let found = dependencies();
    let names: BTreeSet<_> = found.keys().map(String::as_str).collect();
    let listed: BTreeSet<_> = ALLOWED.iter().map(|(name, _)| *name).collect();
    assert_eq!(names, listed, "every crate of the workspace has its place");
    for (name, allowed) in ALLOWED {
        for dependency in found[name]
            .iter()
            .filter(|dependency| names.contains(dependency.as_str()))
        {
            assert!(
                allowed.contains(&dependency.as_str()),
                "`{name}` must not depend on `{dependency}`"
            );
        }
    }
}

#[test]
fn only_codegen_knows_the_generators() {
    for (name, dependencies) in dependencies() {
        for generator in ["progenitor", "typify", "prettyplease"] {
            let knows = dependencies.contains(generator);
            assert!(
                !knows || name == "pingone-codegen",
                "`{name}` must not depend on `{generator}`"
            );
        }
    }
}

#[test]
fn models_have_no_io_and_no_async() {
    let models = &dependencies()["pingone-models"];
    for other in [
        "tokio",
        "reqwest",
        "http",
        "hyper",
        "futures",
        "pingone-client",
    ] {
        assert!(
            !models.contains(other),
            "`pingone-models` must not depend on `{other}`"
        );
    }
}

#[test]
fn every_dependency_is_used_and_has_its_reason_beside_it() {
    let packages = packages();
    let own: BTreeSet<&str> = packages.iter().map(|package| &**package.name).collect();
    let used: BTreeSet<&str> = packages
        .iter()
        .flat_map(|package| &package.dependencies)
        .map(|dependency| &*dependency.name)
        .filter(|name| !own.contains(name))
        .collect();
    let text = fs::read_to_string(root().join("Cargo.toml")).expect("Cargo.toml");
    let (_, list) = text
        .split_once("[workspace.dependencies]\n")
        .expect("a list");
    let lines = list.lines().take_while(|line| !line.starts_with('['));
    let mut listed = Vec::new();
    for line in lines {
        let name = line.split(' ').next().unwrap_or_default();
        if name.is_empty() || own.contains(name) {
            continue;
        }
        let reason = line.rsplit_once(" # ").map_or("", |(_, reason)| reason);
        assert!(!reason.is_empty(), "say in Cargo.toml why `{name}` is used");
        listed.push(name);
    }
    let used: Vec<&str> = used.into_iter().collect();
    assert_eq!(
        listed, used,
        "the dependencies in Cargo.toml, sorted by name, against those that the crates use"
    );
}

/// What the code of the workspace itself uses is checked by clippy's `incompatible_msrv`.
#[test]
fn every_dependency_builds_with_the_minimum_rust_version() {
    // Without a platform, cargo asks for crates that only other platforms need and a build does not fetch.
    let output = Command::new("rustc").arg("-vV").output();
    let version = String::from_utf8(output.expect("rustc runs").stdout).expect("text");
    let host = version.lines().find_map(|line| line.strip_prefix("host: "));
    let options = ["--offline", "--locked", "--filter-platform"].map(str::to_owned);
    let metadata = MetadataCommand::new()
        .manifest_path(root().join("Cargo.toml"))
        .other_options([options.as_slice(), &[host.expect("a host").to_owned()]].concat())
        .exec()
        .expect("the dependencies can be read");
    let minimum = metadata
        .workspace_packages()
        .into_iter()
        .find_map(|package| package.rust_version.clone())
        .expect("a minimum version");
    for package in &metadata.packages {
        let needs = package.rust_version.as_ref();
        assert!(
            needs.is_none_or(|needs| *needs <= minimum),
            "{} {} needs a newer Rust than {minimum}: choose an older version of it",
            package.name,
            package.version
        );
    }
}
