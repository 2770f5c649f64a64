//! `cargo xtask docs`.

use std::collections::BTreeMap;
use std::io::{BufRead, IsTerminal as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use pingone_codegen::Document;
use pingone_codegen::model::Effect;
use pingone_drift::{
    Choices, Finding, Ledger, Page, Report, ScaffoldError, Scope, Specification, check_pages,
    reconcile, scaffold,
};

use crate::reporting::{self, NOT_UNDERSTOOD, Threshold};

const DOCUMENT: &str = "spec/pingone.yaml";

#[derive(clap::Subcommand)]
pub(crate) enum Task {
    /// Says what pages say differently from the ledger and from the document.
    Check(Check),
    /// Records in spec/docs.lock what pages say now.
    Lock(Lock),
    /// Fetches the pages that the ledger and the document name.
    Pull(crate::pull::Arguments),
    /// Writes the part of the document for a page that it does not know.
    Scaffold(Scaffold),
}

#[derive(clap::Args)]
pub(crate) struct Check {
    /// The folder with the pages.
    #[arg(long, value_name = "DIR")]
    pages: PathBuf,
    /// Edit the document where that takes no decision, and report what is left.
    #[arg(long)]
    apply: bool,
    #[command(flatten)]
    files: Files,
    #[command(flatten)]
    report: reporting::Options,
}

#[derive(clap::Args)]
pub(crate) struct Lock {
    /// The folder with the pages.
    #[arg(long, value_name = "DIR")]
    pages: PathBuf,
    #[command(flatten)]
    files: Files,
}

#[derive(clap::Args)]
pub(crate) struct Scaffold {
    /// The page.
    page: PathBuf,
    /// Put it into the document.
    #[arg(long)]
    apply: bool,
    /// The name of the variant [default: from the title, with a TODO].
    #[arg(long)]
    name: Option<String>,
    /// What sending it twice would do [default: sends-message, the one that hurts most, with a TODO].
    #[arg(long)]
    effect: Option<Effect>,
    /// The address of the page [default: as the page or the ledger says].
    #[arg(long)]
    url: Option<String>,
    /// Ask for the decisions that no option takes, even if the input is not a terminal.
    #[arg(long, requires = "apply")]
    ask: bool,
    #[command(flatten)]
    files: Files,
}

/// The document, with the ledger and the accepted findings beside it.
#[derive(clap::Args)]
struct Files {
    /// The OpenAPI document; docs.lock and drift-accepted.toml stand beside it [default: spec/pingone.yaml].
    #[arg(long, value_name = "FILE")]
    spec: Option<PathBuf>,
}

impl Files {
    fn path(&self) -> PathBuf {
        self.spec
            .clone()
            .unwrap_or_else(|| crate::root().join(DOCUMENT))
    }

    /// What reports call the document.
    fn name(&self) -> String {
        self.spec
            .as_ref()
            .map_or_else(|| DOCUMENT.to_owned(), |path| path.display().to_string())
    }

    fn beside(&self, name: &str) -> PathBuf {
        self.path().with_file_name(name)
    }

    fn document(&self) -> Result<Document, String> {
        let text = std::fs::read_to_string(self.path())
            .map_err(|error| format!("{}: {error}", self.name()))?;
        Document::parse(&self.name(), text).map_err(|error| error.to_string())
    }

    fn specification(&self) -> Result<Specification, String> {
        Specification::new(self.document()?).map_err(|error| error.to_string())
    }

    fn ledger(&self) -> Result<Ledger, String> {
        let path = self.beside("docs.lock");
        if !path.exists() {
            return Ok(Ledger::default());
        }
        let named = |error: &dyn std::fmt::Display| format!("{}: {error}", path.display());
        let text = std::fs::read_to_string(&path).map_err(|error| named(&error))?;
        Ledger::parse(&text).map_err(|error| named(&error))
    }

    /// Puts an edited text in the place of the document as it was read, all of it or nothing.
    fn replace(&self, old: &str, new: &str) -> Result<(), String> {
        let path = self.path();
        let fail = |error: &dyn std::fmt::Display| format!("{}: {error}", self.name());
        let folder = path
            .parent()
            .filter(|folder| !folder.as_os_str().is_empty())
            .unwrap_or(Path::new("."));
        let mut file = tempfile::NamedTempFile::new_in(folder).map_err(|error| fail(&error))?;
        file.write_all(new.as_bytes())
            .map_err(|error| fail(&error))?;
        let kept = std::fs::metadata(&path)
            .map_err(|error| fail(&error))?
            .permissions();
        file.as_file()
            .set_permissions(kept)
            .map_err(|error| fail(&error))?;
        let now = std::fs::read_to_string(&path).map_err(|error| fail(&error))?;
        if now != old {
            return Err(fail(&"the file has changed meanwhile; nothing was written"));
        }
        file.persist(&path).map_err(|error| fail(&error.error))?;
        Ok(())
    }
}

pub(crate) fn run(task: &Task) -> Result<ExitCode, String> {
    match task {
        Task::Check(arguments) => check(arguments),
        Task::Lock(arguments) => lock(arguments),
        Task::Pull(arguments) => {
            let files = Files { spec: None };
            crate::pull::run(arguments, &files.ledger()?, &files.document()?)
        }
        Task::Scaffold(arguments) => add(arguments),
    }
}

fn check(arguments: &Check) -> Result<ExitCode, String> {
    let files = &arguments.files;
    let mut specification = files.specification()?;
    let ledger = files.ledger()?;
    let (pages, unread) = pages(&arguments.pages)?;
    let accepted = files.beside("drift-accepted.toml");
    let mut settled = Vec::new();
    let decisions = reporting::decisions(&accepted)?;
    let done = reconcile(
        &pages,
        &ledger,
        &specification,
        &decisions,
        &reporting::today(),
    );
    // Why a finding was not edited, or what an edit would write.
    let mut fixes: BTreeMap<String, String> = BTreeMap::new();
    let left = done.findings.into_iter();
    fixes.extend(left.map(|finding| (finding.fingerprint, finding.fix)));
    if arguments.apply {
        let old = specification.document().text().to_owned();
        if done.text != old {
            files.replace(&old, &done.text)?;
            specification = files.specification()?;
        }
        for edited in done.edited {
            eprintln!(
                "edited {}:{}: {}",
                files.name(),
                edited.line,
                edited.finding.text
            );
            settled.push(edited.finding.fingerprint);
        }
        undecided(&files.name(), &done.text);
    } else {
        for edited in done.edited {
            let text = edited.text.lines().next().unwrap_or_default().trim();
            let what = match text {
                "" => "removes it".to_owned(),
                text => format!("writes `{text}`"),
            };
            let place = format!("{}:{}", files.name(), edited.line);
            let fix = format!("{}; `--apply` {what} at {place}", edited.finding.fix);
            fixes.insert(edited.finding.fingerprint, fix);
        }
    }
    let mut report = Report {
        title: format!("{} against {}", count(pages.len()), files.name()),
        ..Report::default()
    };
    report
        .texts
        .insert(files.name(), specification.document().text().to_owned());
    for (file, page) in &pages {
        let lines: Vec<&str> = (1..=page.line_count())
            .map(|line| page.line(line))
            .collect();
        report.texts.insert(file.clone(), lines.join("\n"));
    }
    report.findings = check_pages(&pages, &ledger, &specification);
    report
        .findings
        .retain(|finding| !settled.contains(&finding.fingerprint));
    for finding in &mut report.findings {
        if let Some(fix) = fixes.remove(&finding.fingerprint) {
            finding.fix = fix;
        }
    }
    report.notes = unread;
    let unread = !report.notes.is_empty();
    let code = reporting::finish(
        &arguments.report,
        report,
        Scope::Pages,
        Threshold::Any,
        true,
        &accepted,
    )?;
    Ok(if unread {
        ExitCode::from(NOT_UNDERSTOOD)
    } else {
        code
    })
}

fn lock(arguments: &Lock) -> Result<ExitCode, String> {
    let specification = arguments.files.specification()?;
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
    let path = arguments.files.beside("docs.lock");
    std::fs::write(&path, ledger.to_text())
        .map_err(|error| format!("{}: {error}", path.display()))?;
    let shown = path.strip_prefix(crate::root()).unwrap_or(&path).display();
    println!("{} on record in {shown}", count(ledger.pages.len()));
    Ok(ExitCode::SUCCESS)
}

fn count(pages: usize) -> String {
    match pages {
        1 => "1 page".to_owned(),
        pages => format!("{pages} pages"),
    }
}

/// `docs scaffold`.
fn add(arguments: &Scaffold) -> Result<ExitCode, String> {
    let files = &arguments.files;
    let specification = files.specification()?;
    let ledger = files.ledger()?;
    let name = arguments
        .page
        .file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned();
    let page = Page::open(&arguments.page).map_err(|error| format!("{name}: {error}"))?;
    let record = ledger.pages.iter().find(|record| record.file == name);
    let recorded = record.filter(|_| page.canonical_url.is_none());
    let recorded = recorded.map(|record| record.url.clone());
    let mut choices = Choices {
        name: arguments.name.clone(),
        effect: arguments.effect,
        url: arguments.url.clone().or(recorded),
    };
    let refused = |error: ScaffoldError| match error {
        ScaffoldError::Unclear(_) => {
            eprintln!("error: {name}: {error}");
            Ok(ExitCode::from(NOT_UNDERSTOOD))
        }
        error => Err(format!("{name}: {error}")),
    };
    // Nobody has to answer questions about a page that is refused, whatever the answers are.
    if let Err(error) = scaffold(&page, &specification, &choices)
        && !matches!(error, ScaffoldError::NameTaken(_))
    {
        return refused(error);
    }
    let pages = [(name.clone(), page)];
    let accepted = files.beside("drift-accepted.toml");
    let contradictions = contradictions(&pages, &ledger, &specification, &accepted)?;
    for finding in &contradictions {
        eprintln!("error: {name}: {}", finding.text);
    }
    if !contradictions.is_empty() {
        return Ok(ExitCode::from(NOT_UNDERSTOOD));
    }
    let [(_, page)] = &pages;
    let input = std::io::stdin();
    if arguments.ask || arguments.apply && input.is_terminal() {
        decide(&mut choices, page, &specification, &mut input.lock())?;
    }
    let new = match scaffold(page, &specification, &choices) {
        Ok(new) => new,
        Err(error) => return refused(error),
    };
    let document = files.name();
    if arguments.apply {
        files.replace(specification.document().text(), &new.text)?;
        println!(
            "{document} has `{}` now; next: cargo xtask codegen",
            new.variant
        );
        undecided(&document, &new.text);
        return Ok(ExitCode::SUCCESS);
    }
    for part in &new.parts {
        println!(
            "# {document}, behind line {}, under {}:\n{}\n",
            part.line, part.pointer, part.text
        );
        for todo in part.text.lines().filter_map(decision) {
            eprintln!("to decide: {todo}");
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// Asks for the decisions that are not taken yet; an empty answer leaves one open, below a `TODO:`.
fn decide(
    choices: &mut Choices,
    page: &Page,
    specification: &Specification,
    input: &mut impl BufRead,
) -> Result<(), String> {
    let named = |name: Option<String>| {
        let choices = Choices {
            name,
            ..choices.clone()
        };
        scaffold(page, specification, &choices)
    };
    let proposed = match named(choices.name.clone()) {
        Ok(new) => format!(" [{}]", new.variant),
        Err(_) => String::new(),
    };
    if choices.name.is_none() {
        let question = format!("name of the variant{proposed}");
        let name = ask(input, &question, |answer| {
            let new = named(Some(answer.to_owned()));
            new.map(|new| new.variant)
                .map_err(|error| error.to_string())
        })?;
        choices.name = name;
    }
    if choices.effect.is_none() {
        let question = format!("what sending it twice would do: {}", Effect::words());
        choices.effect = ask(input, &question, str::parse)?;
    }
    if choices.url.is_none() && page.canonical_url.is_none() {
        choices.url = ask(input, "address of the page", |answer| {
            let url = url::Url::parse(answer);
            let url = url.map_err(|error| format!("`{answer}` is no address: {error}"))?;
            Ok(url.into())
        })?;
    }
    Ok(())
}

/// Asks until the answer is understood; nothing where it is empty.
fn ask<T>(
    input: &mut impl BufRead,
    question: &str,
    understand: impl Fn(&str) -> Result<T, String>,
) -> Result<Option<T>, String> {
    loop {
        eprint!("{question}: ");
        let mut line = String::new();
        match input.read_line(&mut line) {
            Ok(0) => return Err(format!("the input ended before the answer to: {question}")),
            Err(error) => {
                return Err(format!(
                    "the answer to `{question}` cannot be read: {error}"
                ));
            }
            Ok(_) => {}
        }
        let answer = line.trim();
        if answer.is_empty() {
            return Ok(None);
        }
        match understand(answer) {
            Ok(answer) => return Ok(Some(answer)),
            Err(error) => eprintln!("error: {error}"),
        }
    }
}

/// What a page says twice and not alike, unless somebody has accepted it.
fn contradictions(
    pages: &[(String, Page)],
    ledger: &Ledger,
    specification: &Specification,
    accepted: &Path,
) -> Result<Vec<Finding>, String> {
    let mut findings = check_pages(pages, ledger, specification);
    let decisions = reporting::decisions(accepted)?;
    decisions.apply(Scope::Pages, &mut findings, &reporting::today());
    findings.retain(|finding| finding.rule.ends_with("-found") && finding.accepted.is_none());
    Ok(findings)
}

/// Says what a person has to decide before the document can be merged.
fn undecided(document: &str, text: &str) {
    for (index, line) in text.lines().enumerate() {
        if let Some(todo) = decision(line) {
            eprintln!("to decide: {document}:{}: {todo}", index + 1);
        }
    }
}

fn decision(line: &str) -> Option<&str> {
    line.trim().strip_prefix("# TODO: ")
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_that_has_changed_meanwhile_is_left_alone() {
        let folder = tempfile::tempdir().expect("there is room");
        let path = folder.path().join("api.yaml");
        let files = Files {
            spec: Some(path.clone()),
        };
        std::fs::write(&path, "newer").expect("there is room");
        let error = files
            .replace("older", "edited")
            .expect_err("somebody else was faster");
        assert!(error.ends_with("nothing was written"), "{error}");
        let text = || std::fs::read_to_string(&path).expect("it is there");
        assert_eq!(text(), "newer");
        files
            .replace("newer", "edited")
            .expect("it is as it was read");
        assert_eq!(text(), "edited");
        assert_eq!(folder.path().read_dir().expect("it is a folder").count(), 1);
    }
}
