//! What `cargo xtask docs check` and `cargo xtask drift` have in common: forms, decisions, exit codes.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use pingone_drift::{Decision, Decisions, Format, NoDecision, Report, Scope, Wire};

/// The exit code of findings at or above the threshold.
pub(crate) const FINDINGS: u8 = 1;
/// The exit code of a page that was not understood.
pub(crate) const NOT_UNDERSTOOD: u8 = 3;

#[derive(clap::Args)]
pub(crate) struct Options {
    /// The form of the report.
    #[arg(long, default_value = "text", value_parser = format_parser())]
    format: Format,
    /// Show every finding with excerpts of both sides; without it, text takes at most 40 lines.
    #[arg(long)]
    full: bool,
    /// Write the report to a file.
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// End with code 1 on findings that are at least this bad.
    #[arg(long, value_enum)]
    fail_on: Option<Threshold>,
    /// Accept the finding with this fingerprint.
    #[arg(long, value_name = "FINGERPRINT", requires = "reason")]
    accept: Option<String>,
    /// Why the finding is all right.
    #[arg(long, value_name = "TEXT", requires = "accept")]
    reason: Option<String>,
    /// The last day on which the acceptance counts, as YYYY-MM-DD.
    #[arg(long, value_name = "DATE", requires = "accept")]
    expires: Option<String>,
}

#[derive(Clone, Copy, clap::ValueEnum)]
pub(crate) enum Threshold {
    /// Something stops working or compiling.
    Breaking,
    /// Also: something has another effect.
    Behaviour,
    /// Also: something has to be decided by a person.
    Review,
    /// Anything.
    Any,
}

impl From<Threshold> for Wire {
    fn from(threshold: Threshold) -> Self {
        match threshold {
            Threshold::Breaking => Self::Breaking,
            Threshold::Behaviour => Self::Behaviour,
            Threshold::Review => Self::Review,
            Threshold::Any => Self::None,
        }
    }
}

fn format_parser() -> impl TypedValueParser<Value = Format> {
    let names = Format::ALL.map(|(name, _)| name);
    PossibleValuesParser::new(names).try_map(|name| name.parse::<Format>())
}

/// Accepts what the arguments accept, writes the report, and says how the command ends.
///
/// `strict` decides whether an acceptance that fits no finding is an error.
pub(crate) fn finish(
    arguments: &Options,
    mut report: Report,
    scope: Scope,
    default: Threshold,
    strict: bool,
    file: &Path,
) -> Result<ExitCode, String> {
    let mut decisions = decisions(file)?;
    let today = today();
    if let (Some(fingerprint), Some(reason)) = (&arguments.accept, &arguments.reason) {
        let finding = report
            .findings
            .iter()
            .find(|finding| finding.fingerprint == *fingerprint)
            .ok_or_else(|| format!("no finding has the fingerprint `{fingerprint}`"))?;
        if let Some(day) = &arguments.expires {
            day.parse::<jiff::civil::Date>()
                .map_err(|error| format!("`{day}` is no day: {error}"))?;
        }
        decisions
            .accepted
            .retain(|decision| decision.scope != scope || decision.fingerprint != *fingerprint);
        decisions.accepted.push(Decision {
            scope,
            fingerprint: fingerprint.clone(),
            finding: finding.text.clone(),
            reason: reason.clone(),
            date: today.clone(),
            expires: arguments.expires.clone(),
        });
        let text = decisions.to_text().map_err(|error| error.to_string())?;
        std::fs::write(file, text).map_err(|error| format!("{}: {error}", file.display()))?;
    }
    let mut errors = decisions.apply(scope, &mut report.findings, &today);
    if !strict {
        errors.retain(|error| error.reason != NoDecision::Unused);
    }
    report.full = arguments.full;
    let text = report
        .render(arguments.format)
        .map_err(|error| error.to_string())?;
    match &arguments.output {
        Some(path) => {
            std::fs::write(path, text).map_err(|error| format!("{}: {error}", path.display()))?;
            println!("{}", report.summary());
        }
        None => print!("{text}"),
    }
    for error in &errors {
        eprintln!("error: {error}");
    }
    let unread = |rule: &str| {
        matches!(
            rule,
            "unknown-line-found"
                | "unread-part-found"
                | "page-no-endpoint-found"
                | "page-not-understood-found"
                | "refusal-found"
        )
    };
    if report.open().any(|finding| unread(&finding.rule)) {
        return Ok(ExitCode::from(NOT_UNDERSTOOD));
    }
    let threshold = arguments.fail_on.unwrap_or(default);
    if report.fails(threshold.into()) || !errors.is_empty() {
        return Ok(ExitCode::from(FINDINGS));
    }
    Ok(ExitCode::SUCCESS)
}

/// The day, as decisions count it.
pub(crate) fn today() -> String {
    jiff::ZonedDateTime::now().date().to_string()
}

/// The accepted findings in a file, which need not exist.
pub(crate) fn decisions(file: &Path) -> Result<Decisions, String> {
    if !file.exists() {
        return Ok(Decisions::default());
    }
    let text =
        std::fs::read_to_string(file).map_err(|error| format!("{}: {error}", file.display()))?;
    Decisions::parse(&text).map_err(|error| format!("{}: {error}", file.display()))
}
