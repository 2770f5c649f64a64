//! Which file is generated from what.

use std::path::{Path, PathBuf};

use crate::document::Document;
use crate::emit::{self, Client, Paths};
use crate::error::Result;
use crate::lower::{Skipped, lower, lower_supported};
use crate::model::Api;
use crate::output::Output;

/// Where the generated files go, and how they find each other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layout {
    /// The folder of `models.rs` and `operations.rs`.
    pub models: PathBuf,
    /// The folder of the clients, one for each server, and of `dispatch.rs`.
    pub clients: PathBuf,
    /// The folder of `schemas.json` and `handlers.rs`.
    pub server: PathBuf,
    /// The folder of `docs.rs`.
    pub docs: PathBuf,
    /// The Rust paths between them.
    pub paths: Paths,
    /// Whether to add a `mod.rs` that names the other files.
    pub root: bool,
}

impl Layout {
    /// The layout of this workspace below its root folder.
    #[must_use]
    pub fn workspace(root: &Path) -> Self {
        Self {
            models: root.join("crates/models/src/generated"),
            clients: root.join("crates/client/src/generated"),
            server: root.join("crates/sandbox/src/generated"),
            docs: root.join("crates/pingone/src/generated"),
            paths: Paths {
                types: "::pingone_models".to_owned(),
                operations: "::pingone_models::operations".to_owned(),
                requests: "::pingone_models::requests".to_owned(),
                handlers: Some("crate::handlers".to_owned()),
                retries: Some("crate::retry::SafeRetry".to_owned()),
            },
            root: false,
        }
    }

    /// Everything in one folder, as one module.
    #[must_use]
    pub fn folder(folder: &Path) -> Self {
        Self {
            models: folder.to_owned(),
            clients: folder.to_owned(),
            server: folder.to_owned(),
            docs: folder.to_owned(),
            paths: Paths::default(),
            root: true,
        }
    }
}

/// Generates every file from a document, without touching the disk.
///
/// # Errors
/// As for [`lower`], and when something cannot be expressed in Rust.
pub fn generate(document: &Document, layout: &Layout) -> Result<Vec<Output>> {
    print(document, &lower(document)?, layout)
}

/// Generates what is supported of a document, and lists the variants that are left out.
///
/// # Errors
/// As for [`lower_supported`], and when something cannot be expressed in Rust.
pub fn generate_supported(
    document: &Document,
    layout: &Layout,
) -> Result<(Vec<Output>, Vec<Skipped>)> {
    let (api, skipped) = lower_supported(document)?;
    Ok((print(document, &api, layout)?, skipped))
}

fn print(document: &Document, api: &Api, layout: &Layout) -> Result<Vec<Output>> {
    let rust = |folder: &Path, name: &str, content: String| Output {
        path: folder.join(format!("{name}.rs")),
        content: format!("{}{content}", preamble(document)),
    };
    let clients = api
        .servers
        .iter()
        .map(|server| Client::new(document, api, server, &layout.paths));
    let clients = clients.collect::<Result<Vec<_>>>()?;
    let mut outputs = vec![
        rust(&layout.models, "models", emit::types(api)),
        rust(
            &layout.models,
            "operations",
            emit::operations(document, api)?,
        ),
        rust(&layout.models, "registry", emit::registry(api)),
        rust(
            &layout.models,
            "requests",
            emit::requests(api, &layout.paths),
        ),
        rust(
            &layout.models,
            "samples",
            emit::samples(document, api, &layout.paths.operations)?,
        ),
        rust(
            &layout.clients,
            "dispatch",
            emit::dispatch(document, &clients)?,
        ),
    ];
    if let Some(support) = &layout.paths.handlers {
        let handlers = emit::handlers(document, api, &layout.paths, support)?;
        outputs.push(rust(&layout.server, "handlers", handlers));
    }
    outputs.push(rust(&layout.docs, "docs", emit::docs(api, &layout.paths)));
    for (client, server) in clients.iter().zip(&api.servers) {
        outputs.push(rust(&layout.clients, &server.name, client.print(document)?));
    }
    let schemas = serde_json::to_string_pretty(&emit::validation(api))
        .map_err(|error| document.error("", error.to_string()))?;
    outputs.push(Output {
        path: layout.server.join("schemas.json"),
        content: format!("{schemas}\n"),
    });
    // In a file of its own, so that two changes of the document conflict in this one alone.
    outputs.push(Output {
        path: layout.models.join("document.sha256"),
        content: format!("{}\n", document.sha256()),
    });
    if layout.root {
        outputs.push(rust(&layout.models, "mod", root_module(api, layout)));
    }
    Ok(outputs)
}

/// The lines above each generated file: neither a time nor a path, so that the same document gives the same bytes.
fn preamble(document: &Document) -> String {
    let name = Path::new(document.name())
        .file_name()
        .unwrap_or_default()
        .to_string_lossy();
    format!(
        "// @generated by `cargo xtask codegen` from {name}. Do not edit.\n\
         // generator: {} {}\n\n",
        env!("CARGO_PKG_NAME"),
        env!("CARGO_PKG_VERSION"),
    )
}

fn root_module(api: &Api, layout: &Layout) -> String {
    let mut text = format!("//! {}.\n\n", api.title.trim_end_matches('.'));
    text.push_str("/// Calls by name.\npub mod dispatch;\n/// Documentation of the operations.\npub(crate) mod docs;\n/// Types.\npub mod models;\n/// The table of operations.\npub mod operations;\n/// Types by the name of their schema.\npub mod registry;\n/// The requests.\npub mod requests;\n/// Requests made from the examples.\npub mod samples;\n");
    if layout.paths.handlers.is_some() {
        text.push_str("/// The handlers of a server.\npub(crate) mod handlers;\n");
    }
    for server in &api.servers {
        text.push_str(&format!(
            "/// The server `{0}`.\npub mod {0};\n",
            server.name
        ));
    }
    text
}
