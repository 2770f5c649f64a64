//! The mutations of `mutations/`: small edits of a page or of the document, and what has to be found of them.

use std::path::{Path, PathBuf};

use pingone_drift::Form;
use regex::Regex;
use serde::Deserialize;

/// One file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Mutation {
    #[serde(skip)]
    pub(crate) name: String,
    pub(crate) title: String,
    /// The page as a whole is written in another form.
    #[serde(default)]
    pub(crate) rendition: bool,
    /// Edits of a page that change nothing.
    #[serde(default, rename = "edit")]
    pub(crate) edits: Vec<Edit>,
    /// The edits of a page that change something.
    pub(crate) page: Option<Case>,
    /// The edits of the document that change something.
    pub(crate) document: Option<Case>,
}

/// Edits, and what has to be found of them.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Case {
    /// The rules that have to fire; others may fire beside them.
    pub(crate) rules: Vec<String>,
    /// The worst verdict about the wire.
    pub(crate) wire: String,
    /// The worst verdict about Rust.
    pub(crate) source: String,
    /// Only texts in which this is found are edited.
    pub(crate) fits: Option<Pattern>,
    /// Only texts in these forms are edited; all of them when left out.
    #[serde(default)]
    forms: Vec<FormName>,
    /// More findings than this are too many.
    pub(crate) at_most: Option<usize>,
    /// The document that is edited; `pingone.yaml` when left out.
    pub(crate) base: Option<String>,
    /// What becomes of the pages.
    #[serde(default)]
    pub(crate) pages: Pages,
    /// Edits that make the older text.
    #[serde(default)]
    before: Vec<Edit>,
    /// Edits that make the newer text.
    #[serde(default, rename = "edit")]
    edits: Vec<Edit>,
}

/// A regular expression, compiled once.
#[derive(Debug, Deserialize)]
#[serde(try_from = "String")]
pub(crate) struct Pattern(Regex);

impl TryFrom<String> for Pattern {
    type Error = regex::Error;

    fn try_from(text: String) -> Result<Self, regex::Error> {
        Regex::new(&text).map(Self)
    }
}

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Pages {
    /// The newer text stands in place of the older one.
    #[default]
    Changed,
    /// The newer text is one more page.
    Added,
    /// The page is gone.
    Removed,
}

/// A replacement of every match of a regular expression.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Edit {
    /// The forms in which the edit is made; all of them when left out.
    #[serde(default)]
    forms: Vec<FormName>,
    find: Pattern,
    replace: String,
    /// The mutation fits texts, too, in which this edit finds nothing.
    #[serde(default)]
    optional: bool,
    /// Only the first match is replaced.
    #[serde(default)]
    first: bool,
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

/// All mutations, in the order of their names.
pub(crate) fn mutations() -> Vec<Mutation> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("mutations");
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder)
        .expect("the folder of mutations is there")
        .map(|entry| entry.expect("the folder can be read").path())
        .collect();
    files.retain(|file| {
        file.extension()
            .is_some_and(|extension| extension == "toml")
    });
    files.sort();
    let read = |file: PathBuf| {
        let text = std::fs::read_to_string(&file).expect("a mutation is text");
        let mut mutation: Mutation =
            toml::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        let name = file.file_stem().expect("a file has a name");
        mutation.name = name.to_string_lossy().into_owned();
        mutation
    };
    files.into_iter().map(read).collect()
}

impl Case {
    /// The older and the newer text, or nothing when the mutation does not fit.
    pub(crate) fn apply(&self, form: Option<Form>, text: &str) -> Option<(String, String)> {
        let fits = |fits: &Pattern| fits.0.is_match(text);
        let known = |form: Form| self.forms.iter().any(|name| name.form() == form);
        if !self.fits.as_ref().is_none_or(fits)
            || !(self.forms.is_empty() || form.is_some_and(known))
        {
            return None;
        }
        let before = if self.before.is_empty() {
            text.to_owned()
        } else {
            edited(&self.before, form, text)?
        };
        // Of the document the older text is edited further, of a page the page itself.
        let from = if form.is_some() { text } else { &before };
        let after = if self.edits.is_empty() {
            text.to_owned()
        } else {
            edited(&self.edits, form, from)?
        };
        (before != after || self.pages == Pages::Removed).then_some((before, after))
    }
}

/// The text after all edits, or nothing when one of them finds nothing.
pub(crate) fn edited(edits: &[Edit], form: Option<Form>, text: &str) -> Option<String> {
    let mut mutated = text.to_owned();
    for edit in edits {
        let fits = |form: Form| edit.forms.iter().any(|name| name.form() == form);
        if !edit.forms.is_empty() && !form.is_some_and(fits) {
            continue;
        }
        let find = &edit.find.0;
        if find.is_match(&mutated) {
            let limit = usize::from(edit.first);
            mutated = find
                .replacen(&mutated, limit, edit.replace.as_str())
                .into_owned();
        } else if !edit.optional {
            return None;
        }
    }
    (mutated != text).then_some(mutated)
}
