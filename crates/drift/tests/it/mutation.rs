//! The mutations of `mutations/`: small edits of a page, and what has to be found of them.

use std::path::{Path, PathBuf};

use pingone_drift::Form;
use regex::Regex;
use serde::Deserialize;

/// One file: the edits, which are made one after the other.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Mutation {
    #[serde(skip)]
    pub(crate) name: String,
    #[expect(dead_code, reason = "tells people what the file is about")]
    title: String,
    /// The page as a whole is written in another form.
    #[serde(default)]
    pub(crate) rendition: bool,
    #[serde(default, rename = "edit")]
    edits: Vec<Edit>,
}

/// A replacement of every match of a regular expression.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Edit {
    /// The forms in which the edit is made; all of them when left out.
    #[serde(default)]
    forms: Vec<FormName>,
    find: String,
    replace: String,
    /// The mutation fits pages, too, in which this edit finds nothing.
    #[serde(default)]
    optional: bool,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
enum FormName {
    Spaced,
    Tight,
    Markdown,
}

impl FormName {
    fn form(&self) -> Form {
        match self {
            Self::Spaced => Form::SpacedText,
            Self::Tight => Form::TightText,
            Self::Markdown => Form::Markdown,
        }
    }
}

/// All mutations whose names begin with a prefix, in the order of their names.
pub(crate) fn mutations(prefix: &str) -> Vec<Mutation> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("mutations");
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder)
        .expect("the folder of mutations is there")
        .map(|entry| entry.expect("the folder can be read").path())
        .collect();
    files.sort();
    files
        .into_iter()
        .map(|file| {
            let text = std::fs::read_to_string(&file).expect("a mutation is text");
            let mut mutation: Mutation =
                toml::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
            mutation.name = file
                .file_stem()
                .expect("a file has a name")
                .to_string_lossy()
                .into_owned();
            mutation
        })
        .filter(|mutation| mutation.name.starts_with(prefix))
        .collect()
}

impl Mutation {
    /// The mutated text, or nothing when the mutation does not fit the page.
    pub(crate) fn apply(&self, form: Form, text: &str) -> Option<String> {
        let mut mutated = text.to_owned();
        for edit in &self.edits {
            if !edit.forms.is_empty() && !edit.forms.iter().any(|name| name.form() == form) {
                continue;
            }
            let find =
                Regex::new(&edit.find).unwrap_or_else(|error| panic!("{}: {error}", self.name));
            if find.is_match(&mutated) {
                mutated = find
                    .replace_all(&mutated, edit.replace.as_str())
                    .into_owned();
            } else if !edit.optional {
                return None;
            }
        }
        (mutated != text).then_some(mutated)
    }
}
