//! What the cross-crate tests share: the document, a server that keeps what it is sent and answers as it is told,
//! a time that moves as it is told, and calls made from examples.

pub mod flood;
pub mod fuzz;
pub mod sample;
pub mod stub;
pub mod time;

use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use pingone_codegen::model::Api;
use pingone_codegen::{Document, lower};

pub use sample::ENVIRONMENT;

/// The root folder of the workspace.
#[must_use]
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// The document, `spec/pingone.yaml`.
///
/// # Panics
/// When it cannot be read.
pub static DOCUMENT: LazyLock<Document> = LazyLock::new(|| {
    let text =
        std::fs::read_to_string(root().join("spec/pingone.yaml")).expect("the document exists");
    Document::parse("spec/pingone.yaml", text).expect("the document is readable")
});

/// The document, lowered.
///
/// # Panics
/// When it cannot be lowered.
pub static API: LazyLock<Api> =
    LazyLock::new(|| lower(&DOCUMENT).expect("the document can be lowered"));

#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
mod readme {}
