//! `cargo xtask codegen`.

use std::path::{Path, PathBuf};

use pingone_codegen::{Document, Layout, Skipped, adopt, generate, generate_supported};

use crate::{operations, outputs};

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Compare with the files on disk instead of writing them.
    #[arg(long)]
    check: bool,
    /// The OpenAPI document [default: spec/pingone.yaml].
    #[arg(long, value_name = "FILE", requires = "out")]
    spec: Option<PathBuf>,
    /// Generate everything into one folder, as a module of its own.
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Leave out variants that use what is not supported, and list them.
    #[arg(long, requires = "out")]
    skip_unsupported: bool,
    /// With `--out`: also generate the handlers of a server, on top of the hand-written module at this Rust path.
    #[arg(long, value_name = "PATH", requires = "out")]
    handlers: Option<String>,
    #[command(subcommand)]
    task: Option<Task>,
}

#[derive(clap::Subcommand)]
enum Task {
    /// Writes the extensions that a document of another API lacks into it, with a `TODO` where a person must decide.
    Adopt {
        /// The OpenAPI document, in YAML or JSON.
        file: PathBuf,
        /// Declare that every GET and HEAD has no effect; otherwise each one is to be looked at.
        #[arg(long)]
        get_is_read: bool,
    },
}

pub(crate) fn run(arguments: &Arguments) -> Result<(), String> {
    if let Some(Task::Adopt { file, get_is_read }) = &arguments.task {
        return adopt_file(file, *get_is_read);
    }
    let root = crate::root();
    let spec = arguments
        .spec
        .clone()
        .unwrap_or_else(|| root.join("spec/pingone.yaml"));
    let layout = match &arguments.out {
        Some(folder) => {
            let mut layout = Layout::folder(folder);
            layout.paths.handlers.clone_from(&arguments.handlers);
            layout
        }
        None => Layout::workspace(&root),
    };
    let document = Document::read(&spec).map_err(|error| error.to_string())?;
    let generated = if arguments.skip_unsupported {
        generate_supported(&document, &layout)
    } else {
        generate(&document, &layout).map(|outputs| (outputs, Vec::new()))
    };
    let (mut outputs, skipped) = generated.map_err(|error| error.to_string())?;
    report(&skipped);
    if arguments.out.is_none() {
        outputs.push(operations::output(&document, &root)?);
    }
    outputs::deliver(&outputs, &root, arguments.check, "cargo xtask codegen")
}

/// Lists the variants that are not generated.
fn report(skipped: &[Skipped]) {
    for variant in skipped {
        eprintln!("{variant}");
    }
    if !skipped.is_empty() {
        eprintln!("{} variants were skipped", skipped.len());
    }
}

fn adopt_file(file: &Path, get_is_read: bool) -> Result<(), String> {
    let document = Document::read(file).map_err(|error| error.to_string())?;
    let adopted = adopt(&document, get_is_read).map_err(|error| error.to_string())?;
    let name = file.display();
    if adopted.added == 0 {
        println!("{name} has every extension already");
        return Ok(());
    }
    std::fs::write(file, &adopted.text).map_err(|error| format!("{name}: {error}"))?;
    println!(
        "{name}: added {} extensions; search for TODO, and look at each `x-effect`",
        adopted.added
    );
    Ok(())
}
