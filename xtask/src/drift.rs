//! `cargo xtask drift`.

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};

use pingone_codegen::Document;
use pingone_drift::{
    NamedListing, Report, Scope, Specification, compare_documents, compare_listings, refused,
};

use crate::reporting::{self, Threshold};

const DOCUMENT: &str = "spec/pingone.yaml";

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// The older document: a file, or a revision of spec/pingone.yaml.
    #[arg(long, value_name = "REV-or-FILE")]
    old: Option<String>,
    /// The newer document.
    #[arg(long, value_name = "FILE")]
    new: Option<PathBuf>,
    /// List the public APIs anew before they are compared with those of the revision.
    #[arg(long)]
    api: bool,
    #[command(flatten)]
    report: reporting::Options,
}

pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode, String> {
    let root = crate::root();
    let revision = arguments.old.as_deref().unwrap_or("HEAD");
    if arguments.api {
        list_apis()?;
    }
    let is_file = Path::new(revision).is_file();
    let old = if is_file {
        Document::read(Path::new(revision))
    } else {
        Document::parse(
            &format!("{revision}:{DOCUMENT}"),
            committed(&root, revision)?,
        )
    };
    let new = match &arguments.new {
        Some(file) => Document::read(file),
        None => std::fs::read_to_string(root.join(DOCUMENT))
            .map_err(|error| format!("{DOCUMENT}: {error}"))
            .map(|text| Document::parse(DOCUMENT, text))?,
    };
    let (old, new) = (
        old.map_err(|error| error.to_string())?,
        new.map_err(|error| error.to_string())?,
    );
    let mut report = Report {
        title: format!("{} against {}", new.name(), old.name()),
        ..Report::default()
    };
    for document in [&old, &new] {
        report
            .texts
            .insert(document.name().to_owned(), document.text().to_owned());
    }
    let differs = old.root() != new.root();
    report.findings = match (Specification::new(old), Specification::new(new)) {
        (Ok(old), Ok(new)) => compare_documents(&old, &new, &snapshots(&root)),
        (Err(error), _) | (_, Err(error)) => {
            eprintln!(
                "error: nothing was compared, because the generator refuses a document: {error}"
            );
            vec![refused(&error)]
        }
    };
    if !is_file && arguments.new.is_none() {
        let (old, new) = (committed_listings(&root, revision)?, listings(&root)?);
        let mut found = compare_listings(&old, &new);
        if found.is_empty()
            && report
                .findings
                .iter()
                .any(|finding| !finding.rust.is_empty())
        {
            let note = "the listings of the public APIs are those of the older revision: `cargo xtask drift --api` makes them anew";
            report.notes.push(note.to_owned());
        }
        report.findings.append(&mut found);
        report
            .findings
            .sort_by_key(|finding| std::cmp::Reverse(finding.overall()));
        report.texts.extend(old.into_iter().chain(new));
    }
    if report.findings.is_empty() && differs {
        report
            .notes
            .push("no changes to report, but the documents differ".to_owned());
    }
    let strict = arguments.old.is_none();
    reporting::finish(
        &arguments.report,
        report,
        Scope::Document,
        Threshold::Breaking,
        strict,
        &root.join("spec/drift-accepted.toml"),
    )
}

/// The document as it was committed.
fn committed(root: &Path, revision: &str) -> Result<String, String> {
    git(root, &["show", &format!("{revision}:{DOCUMENT}")]).map_err(|error| {
        format!("`{revision}` is neither a file nor a revision with {DOCUMENT}: {error}")
    })
}

/// What git prints.
fn git(root: &Path, arguments: &[&str]) -> Result<String, String> {
    let output = Command::new("git")
        .arg("-C")
        .arg(root)
        .args(arguments)
        .output()
        .map_err(|error| format!("cannot run git: {error}"))?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).trim().to_owned());
    }
    String::from_utf8(output.stdout).map_err(|_| "it is not UTF-8 text".to_owned())
}

/// The listings of the public APIs as they were committed.
fn committed_listings(root: &Path, revision: &str) -> Result<Vec<NamedListing>, String> {
    let names = git(root, &["ls-tree", "--name-only", revision, "api/"])?;
    let names = names.lines().filter(|name| name.ends_with(".txt"));
    names
        .map(|name| {
            let name = format!("{revision}:{name}");
            let text = git(root, &["show", &name])?;
            Ok((name, text))
        })
        .collect()
}

fn listings(root: &Path) -> Result<Vec<NamedListing>, String> {
    let fail = |error: &dyn std::fmt::Display| format!("api: {error}");
    let entries = std::fs::read_dir(root.join("api")).map_err(|error| fail(&error))?;
    let mut listings = Vec::new();
    for entry in entries {
        let path = entry.map_err(|error| fail(&error))?.path();
        if path.extension().is_some_and(|extension| extension == "txt") {
            let text = std::fs::read_to_string(&path).map_err(|error| fail(&error))?;
            let name = path
                .file_name()
                .unwrap_or_default()
                .to_string_lossy()
                .into_owned();
            listings.push((format!("api/{name}"), text));
        }
    }
    listings.sort();
    Ok(listings)
}

/// Runs `cargo xtask api`, whose words are none of the report.
fn list_apis() -> Result<(), String> {
    let program = std::env::current_exe().map_err(|error| format!("this program: {error}"))?;
    let status = Command::new(program)
        .arg("api")
        .stdout(Stdio::from(std::io::stderr()))
        .status()
        .map_err(|error| format!("`cargo xtask api` cannot be run: {error}"))?;
    if status.success() {
        return Ok(());
    }
    Err("`cargo xtask api` has failed".to_owned())
}

/// The names of the snapshots of payloads.
fn snapshots(root: &Path) -> Vec<String> {
    let Ok(folder) = std::fs::read_dir(root.join("tests/snapshots")) else {
        return Vec::new();
    };
    let names = folder
        .flatten()
        .map(|entry| entry.file_name().to_string_lossy().into_owned());
    let mut names: Vec<String> = names.filter(|name| name.ends_with(".snap")).collect();
    names.sort();
    names
}
