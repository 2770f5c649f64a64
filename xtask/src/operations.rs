//! `docs/operations.md`: the operations of the document, with their pages and what a second request would do.

use std::fmt::Write as _;
use std::path::Path;

use pingone_codegen::model::{Api, Effect, Operation};
use pingone_codegen::{Document, Output, lower};

const PATH: &str = "docs/operations.md";

const INTRODUCTION: &str = "\
<!-- Written by `cargo xtask codegen`. Do not edit. -->
# Operations

Each row links to the PingOne page that describes the operation.
*Selected by* is the media type of the request, without `application/vnd.pingidentity.` where it begins so, and a property of the body where the media type is not enough.
*If sent twice* decides what the client retries: see [when a call is retried](../README.md#when-a-call-is-retried).
";

/// The page as it should be.
pub(crate) fn output(document: &Document, root: &Path) -> Result<Output, String> {
    let api = lower(document).map_err(|error| error.to_string())?;
    Ok(Output {
        path: root.join(PATH),
        content: format!("{INTRODUCTION}{}", tables(&api)),
    })
}

/// A table for each server.
fn tables(api: &Api) -> String {
    let mut text = String::new();
    let mut server = None;
    let mut request = None;
    for operation in &api.operations {
        if server != Some(&operation.server) {
            server = Some(&operation.server);
            request = None;
            let _ = writeln!(text, "\n## `{}`\n", operation.server);
            text.push_str(
                "| operation | request | selected by | if sent twice |\n|---|---|---|---|\n",
            );
        }
        text.push_str(&row(operation, &mut request));
    }
    let _ = writeln!(text, "\n{} operations.", api.operations.len());
    text
}

/// A row; the variants of one path follow each other, and the first one shows it.
fn row<'a>(operation: &'a Operation, request: &mut Option<(&'a str, &'a str)>) -> String {
    let this = Some((&*operation.method, &*operation.path));
    let shown = match this == *request {
        true => String::new(),
        false => format!("`{} {}`", operation.method, operation.path),
    };
    *request = this;
    let summary = match &operation.docs {
        Some(docs) => format!("[{}]({})", operation.summary, docs.page),
        None => operation.summary.clone(),
    };
    let deprecated = if operation.deprecated {
        " (deprecated)"
    } else {
        ""
    };
    format!(
        "| {summary}{deprecated} | {shown} | {} | {} |\n",
        selected_by(operation),
        if_sent_twice(operation.effect)
    )
}

fn selected_by(operation: &Operation) -> String {
    let Some(media_type) = operation.media_type() else {
        return String::new();
    };
    let short = media_type.strip_prefix("application/vnd.pingidentity.");
    let mut text = format!("`{}`", short.unwrap_or(media_type));
    if let Some(selector) = &operation.selector {
        let _ = write!(text, " with `{}`: `{}`", selector.property, selector.value);
    }
    text
}

fn if_sent_twice(effect: Effect) -> &'static str {
    match effect {
        Effect::Read => "safe",
        Effect::ChangesState => "may apply twice",
        Effect::SpendsAttempt => "uses up another attempt",
        Effect::SendsMessage => "sends another message",
    }
}
