//! `cargo xtask drift`.

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use pingone_codegen::Document;
use pingone_drift::{Report, Scope, Specification, compare_documents, refused};

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
    #[command(flatten)]
    report: reporting::Options,
}

pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode, String> {
    let root = crate::root();
    let revision = arguments.old.as_deref().unwrap_or("HEAD");
    let old = if Path::new(revision).is_file() {
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
        (Err(error), _) | (_, Err(error)) => vec![refused(&error)],
    };
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
    let output = Command::new("git")
        .arg("-C")
        .arg(root)
        .args(["show", &format!("{revision}:{DOCUMENT}")])
        .output()
        .map_err(|error| format!("cannot run git: {error}"))?;
    if !output.status.success() {
        return Err(format!(
            "`{revision}` is neither a file nor a revision with {DOCUMENT}: {}",
            String::from_utf8_lossy(&output.stderr).trim()
        ));
    }
    String::from_utf8(output.stdout).map_err(|_| format!("{revision}:{DOCUMENT} is not UTF-8 text"))
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
