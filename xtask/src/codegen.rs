//! `cargo xtask codegen`.

use std::path::PathBuf;

use pingone_codegen::{Document, Layout, generate};

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
}

pub(crate) fn run(arguments: &Arguments) -> Result<(), String> {
    let root = crate::root();
    let spec = arguments
        .spec
        .clone()
        .unwrap_or_else(|| root.join("spec/pingone.yaml"));
    let layout = match &arguments.out {
        Some(folder) => Layout::folder(folder),
        None => Layout::workspace(&root),
    };
    let document = Document::read(&spec).map_err(|error| error.to_string())?;
    let mut outputs = generate(&document, &layout).map_err(|error| error.to_string())?;
    if arguments.out.is_none() {
        outputs.push(operations::output(&document, &root)?);
    }
    outputs::deliver(&outputs, &root, arguments.check, "cargo xtask codegen")
}
