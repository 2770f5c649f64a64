//! `cargo xtask docs`.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use pingone_codegen::Document;
use pingone_drift::{Ledger, Page, Report, Scope, Specification, check_pages};

use crate::reporting::{self, NOT_UNDERSTOOD, Threshold};

const DOCUMENT: &str = "spec/pingone.yaml";
const LEDGER: &str = "spec/docs.lock";

#[derive(clap::Subcommand)]
pub(crate) enum Task {
    /// Says what pages say differently from the ledger and from the document.
    Check(Check),
    /// Records in spec/docs.lock what pages say now.
    Lock(Lock),
    /// Fetches the pages that the ledger and the document name.
    Pull(crate::pull::Arguments),
}

#[derive(clap::Args)]
pub(crate) struct Check {
    /// The folder with the pages.
    #[arg(long, value_name = "DIR")]
    pages: PathBuf,
    #[command(flatten)]
    report: reporting::Options,
}

#[derive(clap::Args)]
pub(crate) struct Lock {
    /// The folder with the pages.
    #[arg(long, value_name = "DIR")]
    pages: PathBuf,
}

pub(crate) fn run(task: &Task) -> Result<ExitCode, String> {
    match task {
        Task::Check(arguments) => check(arguments),
        Task::Lock(arguments) => lock(arguments),
        Task::Pull(arguments) => crate::pull::run(arguments, &ledger()?, &document()?),
    }
}

fn check(arguments: &Check) -> Result<ExitCode, String> {
    let specification = specification()?;
    let ledger = ledger()?;
    let (pages, unread) = pages(&arguments.pages)?;
    let mut report = Report {
        title: format!("{} pages against {DOCUMENT}", pages.len()),
        ..Report::default()
    };
    report.texts.insert(
        DOCUMENT.to_owned(),
        specification.document().text().to_owned(),
    );
    for (file, page) in &pages {
        let lines: Vec<&str> = (1..=page.line_count())
            .map(|line| page.line(line))
            .collect();
        report.texts.insert(file.clone(), lines.join("\n"));
    }
    report.findings = check_pages(&pages, &ledger, &specification);
    report.notes = unread;
    let unread = !report.notes.is_empty();
    let code = reporting::finish(
        &arguments.report,
        report,
        Scope::Pages,
        Threshold::Any,
        true,
    )?;
    Ok(if unread {
        ExitCode::from(NOT_UNDERSTOOD)
    } else {
        code
    })
}

fn lock(arguments: &Lock) -> Result<ExitCode, String> {
    let specification = specification()?;
    let (pages, unread) = pages(&arguments.pages)?;
    for message in &unread {
        eprintln!("error: {message}");
    }
    if !unread.is_empty() {
        return Ok(ExitCode::from(NOT_UNDERSTOOD));
    }
    let ledger = Ledger::of(&pages, &specification);
    for (file, _) in &pages {
        if !ledger.pages.iter().any(|record| record.file == *file) {
            println!("{file} is left out: the document has no variant for it");
        }
    }
    let path = crate::root().join(LEDGER);
    std::fs::write(&path, ledger.to_text()).map_err(|error| format!("{LEDGER}: {error}"))?;
    println!("{} pages are on record in {LEDGER}", ledger.pages.len());
    Ok(ExitCode::SUCCESS)
}

fn document() -> Result<Document, String> {
    let text = std::fs::read_to_string(crate::root().join(DOCUMENT))
        .map_err(|error| format!("{DOCUMENT}: {error}"))?;
    Document::parse(DOCUMENT, text).map_err(|error| error.to_string())
}

fn specification() -> Result<Specification, String> {
    Specification::new(document()?).map_err(|error| error.to_string())
}

fn ledger() -> Result<Ledger, String> {
    let path = crate::root().join(LEDGER);
    if !path.exists() {
        return Ok(Ledger::default());
    }
    let text = std::fs::read_to_string(&path).map_err(|error| format!("{LEDGER}: {error}"))?;
    Ledger::parse(&text).map_err(|error| format!("{LEDGER}: {error}"))
}

/// Pages by the names of their files, and what is wrong with those that cannot be read.
type Read = (Vec<(String, Page)>, Vec<String>);

/// The pages of a folder with the names of their files, and what is wrong with those that cannot be read.
fn pages(folder: &Path) -> Result<Read, String> {
    let entries =
        std::fs::read_dir(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let mut files: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    files.retain(|file| {
        let extension = file.extension().and_then(|extension| extension.to_str());
        let readme = file.file_name().is_some_and(|name| name == "README.md");
        matches!(extension, Some("txt" | "md")) && !readme
    });
    files.sort();
    if files.is_empty() {
        return Err(format!(
            "{} has no pages: neither *.txt nor *.md",
            folder.display()
        ));
    }
    let (mut pages, mut unread) = (Vec::new(), Vec::new());
    for file in files {
        let name = file
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        match Page::open(&file) {
            Ok(page) => pages.push((name, page)),
            Err(error) => unread.push(format!("{name}: {error}")),
        }
    }
    Ok((pages, unread))
}
