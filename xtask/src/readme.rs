//! The table of operations in the README.

use std::fmt::Write as _;
use std::path::Path;

use pingone_codegen::model::{Api, Effect, Operation};
use pingone_codegen::{Document, Output, lower};

const BEGIN: &str = "<!-- operations: written by `cargo xtask codegen` -->\n";
const END: &str = "<!-- operations end -->";

/// The README with its table made anew.
pub(crate) fn output(document: &Document, root: &Path) -> Result<Output, String> {
    let path = root.join("README.md");
    let text = std::fs::read_to_string(&path).map_err(|error| format!("README.md: {error}"))?;
    let parts = text
        .split_once(BEGIN)
        .and_then(|(before, rest)| Some((before, rest.split_once(END)?.1)));
    let Some((before, after)) = parts else {
        return Err(format!(
            "README.md has no place for the operations: add `{}` and `{END}`",
            BEGIN.trim_end()
        ));
    };
    let api = lower(document).map_err(|error| error.to_string())?;
    Ok(Output {
        content: format!("{before}{BEGIN}{}{END}{after}", table(&api)),
        path,
    })
}

fn table(api: &Api) -> String {
    let mut text = String::from(
        "\n| operation | request | chosen by | sending it twice |\n|---|---|---|---|\n",
    );
    let mut previous = None;
    for operation in &api.operations {
        let request = (&operation.method, &operation.path);
        let page = operation
            .docs
            .as_ref()
            .map_or("", |docs| docs.page.as_str());
        let _ = write!(text, "| [{}]({page}) | ", operation.summary);
        // The variants of one path stand below each other.
        if previous != Some(request) {
            let _ = write!(text, "`{} {}`", operation.method, operation.path);
        }
        let _ = writeln!(
            text,
            " | {} | {} |",
            chosen_by(operation),
            consequence(operation.effect)
        );
        previous = Some(request);
    }
    text.push('\n');
    text
}

fn chosen_by(operation: &Operation) -> String {
    match operation.media_type() {
        None => String::new(),
        Some(media_type) => {
            let short = media_type
                .strip_prefix("application/vnd.pingidentity.")
                .unwrap_or(media_type);
            format!("`{short}`")
        }
    }
}

fn consequence(effect: Effect) -> &'static str {
    match effect {
        Effect::Read => "does no harm",
        Effect::ChangesState => "may change state twice",
        Effect::SpendsAttempt => "spends another attempt",
        Effect::SendsMessage => "sends another message",
    }
}
