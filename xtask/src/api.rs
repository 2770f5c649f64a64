//! `cargo xtask api`: the committed listings of the public APIs that promise semantic versioning.

use std::collections::HashSet;
use std::path::Path;
use std::process::{Command, ExitCode};

use cargo_metadata::Package;
use cargo_metadata::semver::Version;
use pingone_drift::{Listing, Source, compare_apis};
use serde::Deserialize;
use similar::TextDiff;

const FOLDER: &str = "api";

/// The formats of rustdoc's JSON that the crate `public-api` reads right: between the first and the last
/// one, nothing but optional members was added.
const FORMATS: std::ops::RangeInclusive<u64> = 57..=59;

/// The crates that may not appear in the API of `pingone`: their versions are not ours to promise.
const HIDDEN: [&str; 7] = [
    "pingone_client",
    "progenitor",
    "progenitor_client",
    "reqwest",
    "tokio",
    "typify",
    "url",
];

/// The variable that makes this program stand in for rustdoc, with the program it stands in for.
const STANDS_FOR: &str = "XTASK_STANDS_FOR_RUSTDOC";

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Compare with the files on disk instead of writing them.
    #[arg(long)]
    check: bool,
}

/// Lists the APIs, and writes them or says what has changed.
pub(crate) fn run(arguments: &Arguments) -> Result<(), String> {
    let root = crate::root();
    let packages = promised()?;
    let mut stale = Vec::new();
    let mut exposed = Vec::new();
    for package in &packages {
        println!("listing {}", package.name);
        let text = listing(&root, package)?;
        if package.name == "pingone" {
            exposed = exposures(&text);
        }
        let name = format!("{FOLDER}/{}.txt", package.name);
        let path = root.join(&name);
        let old = match std::fs::read_to_string(&path) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => String::new(),
            old => old.map_err(|error| format!("{name}: {error}"))?,
        };
        if old == text {
            continue;
        }
        if arguments.check || !old.is_empty() {
            print!("{}", difference(&name, &old, &text));
        }
        if !arguments.check {
            std::fs::create_dir_all(root.join(FOLDER))
                .and_then(|()| std::fs::write(&path, &text))
                .map_err(|error| format!("{name}: {error}"))?;
            println!("wrote {name}");
        }
        stale.push(name);
    }
    if !exposed.is_empty() {
        return Err(format!(
            "the API of pingone names types of crates that it hides:\n  {}\nwrap them in types of pingone, or put the items behind a feature",
            exposed.join("\n  ")
        ));
    }
    if arguments.check && !stale.is_empty() {
        return Err(format!(
            "{} of {} listings are stale: {}; run `cargo xtask api` and commit the result",
            stale.len(),
            packages.len(),
            stale.join(", ")
        ));
    }
    println!(
        "{} of {} listings were fresh",
        packages.len() - stale.len(),
        packages.len()
    );
    keeps_promises(&root, &packages)
}

/// What is different, as a unified diff followed by what it means for programs.
fn difference(name: &str, old: &str, new: &str) -> String {
    let diff = TextDiff::from_lines(old, new);
    let mut text = diff
        .unified_diff()
        .context_radius(1)
        .header(&format!("{name} (committed)"), &format!("{name} (now)"))
        .to_string();
    if !old.is_empty() {
        let changes = compare_apis(&Listing::parse(old), &Listing::parse(new));
        for change in &changes {
            text.push_str(&format!("{change}\n"));
        }
        if let Some(worst) = changes.iter().map(|change| change.source).max() {
            text.push_str(&format!(
                "{name} asks for a version bump: {}\n",
                worst.word()
            ));
        }
    }
    text
}

fn exposures(text: &str) -> Vec<String> {
    let listing = Listing::parse(text);
    let found = listing.naming(&HIDDEN);
    found.into_iter().map(str::to_owned).collect()
}

/// The crates that promise semantic versioning: those with `package.metadata.public-api`.
fn promised() -> Result<Vec<Package>, String> {
    let mut packages = crate::metadata()?.packages;
    packages.retain(|package| package.metadata.get("public-api").is_some());
    packages.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(packages)
}

/// The features that add items, each listed by itself: `package.metadata.public-api.features`.
fn features(package: &Package) -> impl Iterator<Item = &str> {
    let features = package.metadata["public-api"]["features"].as_array();
    features
        .into_iter()
        .flatten()
        .filter_map(|name| name.as_str())
}

/// Refuses a version that promises more than the listings keep, compared with the last release.
fn keeps_promises(root: &Path, packages: &[Package]) -> Result<(), String> {
    let Some(tag) = last_release(root) else {
        println!("there is no release to compare with");
        return Ok(());
    };
    for package in packages {
        let name = format!("{FOLDER}/{}.txt", package.name);
        let Ok(old) = git(root, &["show", &format!("{tag}:{name}")]) else {
            println!("{name} is new since {tag}");
            continue;
        };
        let new = std::fs::read_to_string(root.join(&name))
            .map_err(|error| format!("{name}: {error}"))?;
        let changes = compare_apis(&Listing::parse(&old), &Listing::parse(&new));
        let asks = changes.iter().map(|change| change.source).max();
        let before = Version::parse(tag.trim_start_matches('v'))
            .map_err(|error| format!("the tag {tag} names no version: {error}"))?;
        let allows = allowed(&before, &package.version);
        let asks = asks.unwrap_or(Source::None);
        println!("{name}: {} since {tag}", asks.word());
        if matches!(asks, Source::Major | Source::Minor) && allows < asks {
            return Err(format!(
                "{} {} may not change like this after {tag}: {} change; raise `version` in Cargo.toml",
                package.name,
                package.version,
                asks.word()
            ));
        }
    }
    Ok(())
}

/// What may change between two versions. Before 1.0.0 the second number counts like the first one.
fn allowed(before: &Version, now: &Version) -> Source {
    let numbers = |version: &Version| match (version.major, version.minor, version.patch) {
        (0, minor, patch) => [minor, patch, 0],
        (major, minor, patch) => [major, minor, patch],
    };
    let ([major, minor, _], [new_major, new_minor, _]) = (numbers(before), numbers(now));
    if (before.major, major) != (now.major, new_major) {
        Source::Major
    } else if minor != new_minor {
        Source::Minor
    } else {
        Source::None
    }
}

/// The tag of the last release before this commit.
fn last_release(root: &Path) -> Option<String> {
    let tag = git(
        root,
        &["describe", "--tags", "--abbrev=0", "--match", "v[0-9]*"],
    )
    .ok()?;
    Some(tag.trim().to_owned())
}

fn git(root: &Path, arguments: &[&str]) -> Result<String, String> {
    let output = Command::new("git")
        .arg("-C")
        .arg(root)
        .args(arguments)
        .output()
        .map_err(|error| format!("git cannot be run: {error}"))?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).trim().to_owned());
    }
    String::from_utf8(output.stdout).map_err(|_| "git printed something else than text".to_owned())
}

fn listing(root: &Path, package: &Package) -> Result<String, String> {
    let mut text = format!(
        "# The public API of the crate `{}` without optional features, then what each feature adds.\n\
         # Written by `cargo xtask api`; methods of derived traits and blanket implementations are left out.\n",
        package.name
    );
    text.push('\n');
    let plain = items(root, package, None)?;
    for item in &plain {
        text.push_str(item);
        text.push('\n');
    }
    let plain: HashSet<String> = plain.into_iter().collect();
    for feature in features(package) {
        text.push_str(&format!("\n[feature {feature}]\n"));
        for item in items(root, package, Some(feature))? {
            if !plain.contains(&item) {
                text.push_str(&item);
                text.push('\n');
            }
        }
    }
    Ok(text)
}

/// The items of a library, built with its default features and one more.
fn items(root: &Path, package: &Package, feature: Option<&str>) -> Result<Vec<String>, String> {
    let target = crate::metadata()?.target_directory;
    let json = target.join(format!("doc/{}.json", package.name.replace('-', "_")));
    let json = json.as_std_path();
    let this = std::env::current_exe().map_err(|error| format!("no path to xtask: {error}"))?;
    let rustdoc = std::env::var_os("RUSTDOC").unwrap_or_else(|| "rustdoc".into());
    // Every choice of features is written to the same file, and cargo would not write it anew after another
    // choice: what is different in each run makes it do so.
    let cfg = format!("listed=\"{}\"", jiff::Timestamp::now().as_nanosecond());
    let mut command = cargo(root);
    command
        .args(["rustdoc", "--quiet", "--lib", "--package", &package.name])
        .args(feature.map(|feature| format!("--features={feature}")))
        .args(["--", "-Z", "unstable-options", "--output-format", "json"])
        .args(["--cap-lints", "allow", "--cfg", &cfg])
        .env("RUSTDOC", this)
        .env(STANDS_FOR, rustdoc)
        .env_remove("RUSTDOCFLAGS");
    let status = command
        .status()
        .map_err(|error| format!("cargo cannot be run: {error}"))?;
    if !status.success() {
        return Err(format!("rustdoc failed on {}", package.name));
    }
    let text = std::fs::read(json).map_err(|error| format!("{}: {error}", json.display()))?;
    read(json, &text)
}

fn read(json: &Path, text: &[u8]) -> Result<Vec<String>, String> {
    #[derive(Deserialize)]
    struct Version {
        format_version: u64,
    }
    let fail = |error: &dyn std::fmt::Display| format!("{}: {error}", json.display());
    let version: Version = serde_json::from_slice(text).map_err(|error| fail(&error))?;
    if !FORMATS.contains(&version.format_version) {
        return Err(format!(
            "rustdoc writes its JSON in format {}, and formats {} to {} are read: use Rust 1.95, or a newer `public-api`",
            version.format_version,
            FORMATS.start(),
            FORMATS.end()
        ));
    }
    let lines = |derived: bool| -> Result<Vec<String>, String> {
        let api = public_api::Builder::from_rustdoc_json(json)
            .omit_blanket_impls(true)
            .omit_auto_derived_impls(!derived)
            .build()
            .map_err(|error| fail(&error))?;
        Ok(api.items().map(ToString::to_string).collect())
    };
    Ok(chosen(lines(true)?, &lines(false)?.into_iter().collect()))
}

/// Leaves out what tells nothing: methods of derived traits, and marker traits but `Send` and `Sync`.
fn chosen(all: Vec<String>, written: &HashSet<String>) -> Vec<String> {
    const NOISE: [&str; 6] = [
        "core::marker::Freeze for ",
        "core::marker::StructuralPartialEq for ",
        "core::marker::Unpin for ",
        "core::marker::UnsafeUnpin for ",
        "core::panic::unwind_safe::RefUnwindSafe for ",
        "core::panic::unwind_safe::UnwindSafe for ",
    ];
    let mut items = all;
    // A method of an implementation is there once for the type and once for the trait.
    let mut seen = HashSet::new();
    items.retain(|item| seen.insert(item.clone()));
    items.retain(|item| {
        let implementation = item.starts_with("impl");
        (implementation || written.contains(item))
            && !(implementation && NOISE.iter().any(|noise| item.contains(noise)))
    });
    items
}

fn cargo(root: &Path) -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(root);
    command
}

/// Runs rustdoc when cargo has started this program in its place.
///
/// The JSON of rustdoc is behind a flag that stable refuses unless `RUSTC_BOOTSTRAP` is set. Set for all of
/// cargo, the variable would reach every build script and compiler, which then build everything anew and may
/// choose unstable features; so only this one process gets it.
pub(crate) fn as_rustdoc() -> Option<ExitCode> {
    let rustdoc = std::env::var_os(STANDS_FOR)?;
    let status = Command::new(&rustdoc)
        .args(std::env::args_os().skip(1))
        .env("RUSTC_BOOTSTRAP", "1")
        .env_remove(STANDS_FOR)
        .status();
    Some(match status {
        Ok(status) if status.success() => ExitCode::SUCCESS,
        Ok(status) => ExitCode::from(u8::try_from(status.code().unwrap_or(1)).unwrap_or(1)),
        Err(error) => {
            eprintln!("error: {} cannot be run: {error}", rustdoc.display());
            ExitCode::FAILURE
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const OLD: &str = "# Words.\n\npub mod shop\npub fn shop::buy()\n";

    #[test]
    fn a_difference_is_shown_with_what_it_means() {
        let new = OLD.replace("buy()", "buy(u8)");
        let expected = "--- api/shop.txt (committed)\n\
            +++ api/shop.txt (now)\n\
            @@ -3,2 +3,2 @@\n \
            pub mod shop\n\
            -pub fn shop::buy()\n\
            +pub fn shop::buy(u8)\n\
            major: removed `pub fn shop::buy()`: programs that name it no longer compile\n\
            minor: added `pub fn shop::buy(u8)`: programs go on as before\n\
            api/shop.txt asks for a version bump: major\n";
        assert_eq!(difference("api/shop.txt", OLD, &new), expected);
    }

    #[test]
    fn other_words_in_the_heading_ask_for_no_bump() {
        let text = difference("api/shop.txt", OLD, &OLD.replace("Words", "More words"));
        assert!(text.ends_with("\n \n") || !text.contains("bump"), "{text}");
    }

    #[test]
    fn a_hidden_crate_in_the_api_is_found() {
        assert!(exposures(OLD).is_empty());
        let new = OLD.replace("buy()", "buy(&reqwest::Client)");
        assert_eq!(exposures(&new), ["pub fn shop::buy(&reqwest::Client)"]);
        let feature = format!("{OLD}[feature reqwest]\npub fn shop::buy(&reqwest::Client)\n");
        assert!(exposures(&feature).is_empty());
    }

    #[test]
    fn derived_methods_and_markers_are_left_out() {
        let all = [
            "pub struct shop::Box",
            "pub fn shop::Box::open(&self)",
            "impl core::clone::Clone for shop::Box",
            "pub fn shop::Box::clone(&self) -> shop::Box",
            "impl core::marker::Freeze for shop::Box",
            "impl !core::panic::unwind_safe::UnwindSafe for shop::Box",
            "impl !core::marker::Send for shop::Box",
            "pub fn shop::Box::open(&self)",
        ];
        let written = all[..2].iter().map(|item| (*item).to_owned()).collect();
        let chosen = chosen(all.map(str::to_owned).to_vec(), &written);
        assert_eq!(chosen, [all[0], all[1], all[2], all[6]]);
    }

    #[test]
    fn another_format_of_rustdoc_is_an_error_that_says_what_to_do() {
        let error = read(Path::new("shop.json"), br#"{"format_version": 99}"#);
        let error = error.expect_err("is not read");
        assert!(error.contains("format 99"), "{error}");
        assert!(error.contains("use Rust 1.95"), "{error}");
    }

    #[test]
    fn the_libraries_that_promise_something_are_found_in_the_manifests() {
        let packages = promised().expect("the workspace has metadata");
        let names: Vec<&str> = packages.iter().map(|package| &**package.name).collect();
        assert_eq!(names, ["pingone", "pingone-models"]);
        for name in names {
            let committed = crate::root().join(format!("{FOLDER}/{name}.txt"));
            assert!(committed.is_file(), "{name} has no listing");
        }
    }

    #[test]
    fn a_version_says_what_may_change() {
        for (before, now, expected) in [
            ("0.1.0", "0.1.0", Source::None),
            ("0.1.0", "0.1.1", Source::Minor),
            ("0.1.0", "0.2.0", Source::Major),
            ("0.9.0", "1.0.0", Source::Major),
            ("1.2.3", "1.2.4", Source::None),
            ("1.2.3", "1.3.0", Source::Minor),
            ("1.2.3", "2.0.0", Source::Major),
        ] {
            let version = |text| Version::parse(text).expect("a version");
            let found = allowed(&version(before), &version(now));
            assert_eq!(found, expected, "{before} to {now}");
        }
    }
}
