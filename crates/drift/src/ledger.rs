//! What each page said when it was last reconciled with the document: `spec/docs.lock`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::compare::specification::Specification;
use crate::page::{Fact, Form, Kind, Page, digest};

const HEADER: &str = "# What each documentation page said when it was last reconciled with pingone.yaml.\n\
    # Written by `cargo xtask docs lock`; a sentence is the digest of its wording, no text is kept.\n\n";

/// Why a ledger cannot be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LedgerError {
    /// The text is not the TOML that a ledger is.
    #[error("the ledger cannot be read")]
    Toml(#[from] toml::de::Error),
    /// A fact is of a kind that does not exist.
    #[error(
        "page `{page}` has a fact of the unknown kind `{kind}`: write the ledger anew with `cargo xtask docs lock`"
    )]
    Kind {
        /// The file of the page.
        page: String,
        /// The kind as written.
        kind: String,
    },
    /// The facts of a page are not those that were written.
    #[error(
        "the facts of page `{page}` do not have the digest that stands beside them: write the ledger anew with `cargo xtask docs lock`"
    )]
    Digest {
        /// The file of the page.
        page: String,
    },
}

/// The facts of all reconciled pages.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ledger {
    /// The pages, in the order of their files.
    #[serde(default, rename = "page")]
    pub pages: Vec<Record>,
}

/// What one page said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Record {
    /// The name of the file.
    pub file: String,
    /// The title.
    pub title: String,
    /// The canonical address.
    pub url: String,
    /// The variant that the page documents.
    pub variant: String,
    /// The form that the page had.
    pub form: Form,
    /// The digest of the facts.
    pub digest: String,
    /// The facts: kind, name, value, and of a sentence its line.
    facts: Vec<Vec<String>>,
}

impl Record {
    pub(crate) fn new(file: &str, page: &Page, url: String, variant: String) -> Self {
        let facts: Vec<Vec<String>> = page
            .facts()
            .into_iter()
            .map(|fact| {
                // Of a sentence only a digest is kept: the line says where it was.
                let is_sentence = matches!(fact.kind, Kind::Statement | Kind::Precondition);
                let line = is_sentence.then(|| fact.line.to_string());
                let said = [fact.kind.name().to_owned(), fact.name, fact.value];
                said.into_iter().chain(line).collect()
            })
            .collect();
        Self {
            file: file.to_owned(),
            title: page
                .title
                .clone()
                .map(|title| title.value)
                .unwrap_or_default(),
            url,
            variant,
            form: page.form,
            digest: facts_digest(&facts),
            facts,
        }
    }

    /// The facts, without lines.
    #[must_use]
    pub fn facts(&self) -> Vec<Fact> {
        let kinds: BTreeMap<&str, Kind> =
            Kind::ALL.iter().map(|kind| (kind.name(), *kind)).collect();
        let facts = self.facts.iter().filter_map(|fact| {
            let [kind, name, value, rest @ ..] = &fact[..] else {
                return None;
            };
            Some(Fact {
                kind: *kinds.get(kind.as_str())?,
                name: name.clone(),
                value: value.clone(),
                line: rest
                    .first()
                    .and_then(|line| line.parse().ok())
                    .unwrap_or_default(),
            })
        });
        facts.collect()
    }

    /// Whether a part that was not understood is on record, whatever it says.
    pub(crate) fn knows(&self, unread: &str) -> bool {
        let kind = Kind::Unread.name();
        self.facts
            .iter()
            .any(|fact| fact[0] == kind && fact[1] == unread)
    }

    pub(crate) fn says(&self, kind: Kind) -> bool {
        self.facts.iter().any(|fact| fact[0] == kind.name())
    }
}

fn facts_digest(facts: &[Vec<String>]) -> String {
    let text: Vec<String> = facts.iter().map(|fact| fact.join("\t")).collect();
    digest(&text.join("\n"))
}

impl Ledger {
    /// Reads a ledger.
    ///
    /// # Errors
    /// [`LedgerError`] when the text is not a ledger, or was edited by hand.
    pub fn parse(text: &str) -> Result<Self, LedgerError> {
        let ledger: Self = toml::from_str(text)?;
        for page in &ledger.pages {
            for fact in &page.facts {
                let kind = fact.first().map_or("", String::as_str);
                let known = Kind::ALL.iter().any(|known| known.name() == kind);
                if !known || !(3..=4).contains(&fact.len()) {
                    return Err(LedgerError::Kind {
                        page: page.file.clone(),
                        kind: kind.to_owned(),
                    });
                }
            }
            if facts_digest(&page.facts) != page.digest {
                return Err(LedgerError::Digest {
                    page: page.file.clone(),
                });
            }
        }
        Ok(ledger)
    }

    /// Records what pages say now.
    ///
    /// A page that the document does not know is left out, for it is not reconciled. The address of a
    /// page is what the page says, else what the document says of its variant.
    #[must_use]
    pub fn of(pages: &[(String, Page)], lowered: &Specification) -> Self {
        let mut records: Vec<Record> = Vec::new();
        for (file, page) in pages {
            let Some(operation) = lowered.variant_of(page) else {
                continue;
            };
            let said = page.canonical_url.as_ref().map(|url| url.value.clone());
            let documented = operation.docs.as_ref().map(|docs| docs.page.clone());
            let url = said.or(documented).unwrap_or_default();
            records.push(Record::new(file, page, url, operation.id.clone()));
        }
        records.sort_by(|a, b| a.file.cmp(&b.file));
        Self { pages: records }
    }

    /// The text of the ledger, one fact on a line.
    #[must_use]
    pub fn to_text(&self) -> String {
        let mut text = HEADER.to_owned();
        for page in &self.pages {
            let quoted = |value: &str| toml::Value::from(value).to_string();
            text.push_str("[[page]]\n");
            for (key, value) in [
                ("file", &page.file),
                ("title", &page.title),
                ("url", &page.url),
                ("variant", &page.variant),
            ] {
                text.push_str(&format!("{key} = {}\n", quoted(value)));
            }
            text.push_str(&format!(
                "form = \"{}\"\ndigest = \"{}\"\nfacts = [\n",
                page.form.name(),
                page.digest
            ));
            for fact in &page.facts {
                let fact: Vec<String> = fact.iter().map(|part| quoted(part)).collect();
                text.push_str(&format!("    [{}],\n", fact.join(", ")));
            }
            text.push_str("]\n\n");
        }
        text.truncate(text.trim_end().len());
        text.push('\n');
        text
    }
}
