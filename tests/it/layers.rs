//! The layers: which crate may know which, and which crates of others they stand on.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use cargo_metadata::DependencyKind;
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
const ALLOWED: [(&str, &[&str]); 9] = [
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
    ("pingone-codegen", &[]),
    ("pingone-drift", &["pingone-codegen"]),
    ("xtask", &["pingone-codegen", "pingone-drift"]),
    (
        "pingone-tests",
        &[
            "pingone",
            "pingone-client",
            "pingone-codegen",
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
fn every_dependency_is_listed_once_with_a_reason() {
    let packages = packages();
    let own: BTreeSet<&str> = packages.iter().map(|package| &**package.name).collect();
    let used: BTreeSet<&str> = packages
        .iter()
        .flat_map(|package| &package.dependencies)
        .map(|dependency| &*dependency.name)
        .filter(|name| !own.contains(name))
        .collect();
    let path = root().join("docs/dependencies.md");
    let text = fs::read_to_string(path).expect("docs/dependencies.md");
    let (rust, _) = text.split_once("Outside of Rust").expect("two tables");
    let rows = rust.lines().filter_map(|line| line.strip_prefix("| "));
    let listed: Vec<&str> = rows
        .skip(1)
        .filter_map(|row| row.split_once(" | "))
        .filter(|(_, why)| why.trim_end_matches('|').trim() != "")
        .map(|(name, _)| name)
        .collect();
    let used: Vec<&str> = used.into_iter().collect();
    assert_eq!(
        listed, used,
        "docs/dependencies.md, sorted by name, against the manifests"
    );
}
