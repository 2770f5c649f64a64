//! What would be published: every crate with its front page and its licences, and nothing else of this repository.

use std::fs;
use std::process::Command;

use cargo_metadata::{MetadataCommand, Package};
use pingone_tests::root;

/// What stays here.
const PRIVATE: [&str; 5] = [
    "pingone-codegen",
    "pingone-contract",
    "pingone-drift",
    "pingone-tests",
    "xtask",
];

/// The crates of the workspace.
pub(crate) fn packages() -> Vec<Package> {
    let metadata = MetadataCommand::new()
        .manifest_path(root().join("Cargo.toml"))
        .no_deps()
        .other_options(vec!["--offline".to_owned()])
        .exec()
        .expect("the workspace can be read");
    metadata.packages
}

fn published() -> impl Iterator<Item = Package> {
    let private = |package: &Package| package.publish == Some(Vec::new());
    packages()
        .into_iter()
        .filter(move |package| !private(package))
}

/// The files that a package would have.
fn files(package: &Package) -> Vec<String> {
    let output = Command::new(env!("CARGO"))
        .args(["package", "--list", "--allow-dirty", "--offline"])
        .arg("--manifest-path")
        .arg(&package.manifest_path)
        .output()
        .expect("cargo runs");
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{}: {complaint}", package.name);
    let list = String::from_utf8(output.stdout).expect("names of files");
    list.lines().map(|line| line.replace('\\', "/")).collect()
}

#[test]
fn what_is_not_for_others_is_not_published() {
    let mut names: Vec<_> = packages()
        .iter()
        .map(|package| package.name.to_string())
        .collect();
    for package in published() {
        names.retain(|name| *name != *package.name);
    }
    names.sort();
    assert_eq!(names, PRIVATE);
}

#[test]
fn every_package_says_what_it_is() {
    for package in published() {
        let name = &package.name;
        let description = package.description.as_deref().unwrap_or_default();
        assert!(description.ends_with('.'), "{name}: {description:?}");
        assert_eq!(
            package.license.as_deref(),
            Some("MIT OR Apache-2.0"),
            "{name}"
        );
        assert_eq!(
            package.readme.as_ref().map(|path| path.as_str()),
            Some("README.md"),
            "{name}"
        );
        assert!(package.rust_version.is_some(), "{name}");
        assert!(package.repository.is_some(), "{name}");
        assert!((1..=5).contains(&package.keywords.len()), "{name}");
        assert!((1..=5).contains(&package.categories.len()), "{name}");
    }
}

#[test]
fn every_package_has_its_page_and_its_licences_and_nothing_of_this_machine() {
    let here = root().canonicalize().expect("a folder");
    let here = here.to_str().expect("a path of text");
    let (mut count, mut total) = (0, 0);
    for package in published() {
        let name = &package.name;
        let folder = package.manifest_path.parent().expect("a folder");
        let files = files(&package);
        for needed in ["Cargo.toml", "README.md", "LICENSE-MIT", "LICENSE-APACHE"] {
            assert!(
                files.iter().any(|file| file == needed),
                "{name} has no {needed}"
            );
        }
        for license in ["LICENSE-MIT", "LICENSE-APACHE"] {
            let read = |folder: &std::path::Path| fs::read(folder.join(license)).expect("a text");
            assert_eq!(
                read(folder.as_std_path()),
                read(&root()),
                "{name}: {license}"
            );
        }
        for file in &files {
            let ours = ["src/", "examples/"]
                .iter()
                .any(|folder| file.starts_with(folder));
            let known = ours || KNOWN.contains(&file.as_str());
            assert!(
                known,
                "{name} would publish {file}: leave it out or list it here"
            );
            // What cargo itself adds does not exist yet.
            let text = fs::read(folder.join(file)).unwrap_or_default();
            let text = String::from_utf8_lossy(&text);
            assert!(
                !text.contains(here),
                "{name}: {file} names a folder of this machine"
            );
        }
        count += 1;
        total += files.len();
    }
    println!("{count} packages with {total} files");
    assert_eq!(count + PRIVATE.len(), packages().len());
}

/// What a package has beside its code.
const KNOWN: [&str; 9] = [
    ".cargo_vcs_info.json",
    "Cargo.lock",
    "Cargo.toml",
    "Cargo.toml.orig",
    "LICENSE-APACHE",
    "LICENSE-MIT",
    "README.md",
    // Of `pingone-sandbox`.
    "DEVIATIONS.md",
    "SUPPORTED.md",
];
