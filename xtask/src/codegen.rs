//! `cargo xtask codegen`.

use std::path::PathBuf;

use pingone_codegen::{Document, Layout, generate};

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
        outputs.push(crate::readme::output(&document, &root)?);
    }
    let mut stale = Vec::new();
    let mut written = 0;
    for output in &outputs {
        let name = output
            .path
            .strip_prefix(&root)
            .unwrap_or(&output.path)
            .display();
        let fail = |error| format!("{name}: {error}");
        if arguments.check {
            stale.extend(output.check().map_err(fail)?);
        } else if output.write().map_err(fail)? {
            written += 1;
            println!("wrote {name}");
        }
    }
    for stale in &stale {
        print!("{stale}");
    }
    if !stale.is_empty() {
        return Err(format!(
            "{} of {} generated files are stale; run `cargo xtask codegen` and commit the result",
            stale.len(),
            outputs.len()
        ));
    }
    if arguments.check {
        println!("{} generated files are fresh", outputs.len());
    } else if written == 0 {
        println!("{} generated files were fresh already", outputs.len());
    }
    Ok(())
}
