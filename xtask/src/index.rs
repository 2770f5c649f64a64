//! `cargo xtask index`: `AGENTS.md` for tools that change this repository, `llms.txt` for those that use it.

use std::fmt::Write as _;
use std::path::Path;

use cargo_metadata::{Metadata, Package};
use clap::CommandFactory;
use pingone_codegen::Output;

use crate::{check, outputs};

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Compare with the files on disk instead of writing them.
    #[arg(long)]
    check: bool,
}

pub(crate) fn run(arguments: &Arguments) -> Result<(), String> {
    let root = crate::root();
    let mut metadata = crate::metadata()?;
    let packages = &mut metadata.packages;
    packages.sort_by(|one, other| one.manifest_path.cmp(&other.manifest_path));
    let outputs = [
        Output {
            path: root.join("AGENTS.md"),
            content: for_changes(&root, &metadata)?,
        },
        Output {
            path: root.join("llms.txt"),
            content: for_use(&root, &metadata)?,
        },
    ];
    outputs::deliver(&outputs, &root, arguments.check, "cargo xtask index")
}

const MARK: &str = "<!-- Written by `cargo xtask index`. Do not edit. -->\n";

/// What somebody has to know to change something here.
fn for_changes(root: &Path, metadata: &Metadata) -> Result<String, String> {
    let mut text = format!("{MARK}# Working in this repository\n\n");
    let _ = writeln!(text, "{}\n", paragraph(root, "README.md")?);
    text.push_str("## Where things are\n");
    for package in &metadata.packages {
        let _ = writeln!(
            text,
            "- `{}`: `{}`. {}",
            folder(root, package),
            package.name,
            description(package)
        );
    }
    text.push_str("\n## Before a change is done\n`cargo xtask check` runs these steps:\n");
    for (shows, command) in check::steps() {
        let _ = writeln!(text, "- `{command}`: {shows}");
    }
    text.push_str("\n## Tasks\n");
    for task in crate::Arguments::command().get_subcommands() {
        let about = task.get_about().map(ToString::to_string);
        let about = about.unwrap_or_default();
        let _ = writeln!(text, "- `cargo xtask {}`: {about}", task.get_name());
    }
    text.push_str("\n## Invariants\n");
    text.push_str(&section(root, "ARCHITECTURE.md", "Invariants")?);
    text.push_str("\n## Rules\n");
    text.push_str(&section(root, "CONTRIBUTING.md", "Code")?);
    text.push_str("\n## More\n");
    for page in ["ARCHITECTURE.md", "CONTRIBUTING.md", "GUIDELINES.md"] {
        let _ = writeln!(text, "- [{}]({page})", title(root, page)?);
    }
    Ok(text)
}

/// What somebody has to know to use what is published, in the form of <https://llmstxt.org>.
fn for_use(root: &Path, metadata: &Metadata) -> Result<String, String> {
    let mut text = format!("# {}\n\n", title(root, "README.md")?);
    let _ = writeln!(text, "> {}\n", paragraph(root, "README.md")?);
    text.push_str("## Crates\n");
    for package in metadata.packages.iter().filter(|own| own.publish.is_none()) {
        let page = format!("{}/README.md", folder(root, package));
        let _ = writeln!(
            text,
            "- [{}]({page}): {}",
            package.name,
            description(package)
        );
    }
    text.push_str("\n## Reference\n");
    for page in PAGES {
        let _ = writeln!(text, "- [{}]({page})", title(root, page)?);
    }
    text.push_str("\n## Examples\n");
    for target in metadata
        .packages
        .iter()
        .flat_map(|package| &package.targets)
    {
        if target.is_example() {
            let path = target.src_path.as_std_path();
            let path = path.strip_prefix(root).unwrap_or(path).display();
            let _ = writeln!(text, "- [{}]({path})", target.name);
        }
    }
    Ok(text)
}

/// The pages for people who use the crates.
const PAGES: [&str; 5] = [
    "docs/operations.md",
    "docs/versioning.md",
    "crates/sandbox/SUPPORTED.md",
    "crates/sandbox/DEVIATIONS.md",
    "CHANGELOG.md",
];

fn folder(root: &Path, package: &Package) -> String {
    let path = package.manifest_path.parent();
    let path = path.and_then(|path| path.strip_prefix(root).ok());
    path.map_or_else(String::new, ToString::to_string)
}

fn description(package: &Package) -> &str {
    package.description.as_deref().unwrap_or_default()
}

fn read(root: &Path, page: &str) -> Result<String, String> {
    std::fs::read_to_string(root.join(page)).map_err(|error| format!("{page}: {error}"))
}

/// The first heading of a page.
fn title(root: &Path, page: &str) -> Result<String, String> {
    let text = read(root, page)?;
    let title = text.lines().find_map(|line| line.strip_prefix("# "));
    title
        .map(str::to_owned)
        .ok_or_else(|| format!("{page} has no heading"))
}

/// The first paragraph below the first heading that is neither badges nor a picture.
fn paragraph(root: &Path, page: &str) -> Result<String, String> {
    let text = read(root, page)?;
    let mut paragraphs = text.split("\n\n").map(str::trim);
    let prose = |text: &&str| text.starts_with(char::is_alphabetic);
    let found = paragraphs.find(prose);
    found
        .map(|text| text.replace('\n', " "))
        .ok_or_else(|| format!("{page} has no paragraph"))
}

/// The lists below a heading of the second level.
fn section(root: &Path, page: &str, heading: &str) -> Result<String, String> {
    let text = read(root, page)?;
    let heading = format!("## {heading}");
    let lines = text.lines().skip_while(|line| *line != heading).skip(1);
    let lines = lines.take_while(|line| !line.starts_with("## "));
    let items: String = lines
        .filter(|line| line.starts_with("- "))
        .flat_map(|line| [line, "\n"])
        .collect();
    if items.is_empty() {
        return Err(format!("{page} has no list below `{heading}`"));
    }
    Ok(items)
}
