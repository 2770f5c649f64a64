//! The three forms of text in which a page comes.

use serde::{Deserialize, Serialize};

use super::address::Endpoint;
use super::facts::Kind;
use super::source::Source;

/// The form of a page's text, told apart by its content.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Form {
    /// Blank lines between blocks, code with its indentation.
    SpacedText,
    /// No blank lines, no indentation; cells of tables and whole sections may be lost.
    TightText,
    /// Front matter, headings, and samples in fences.
    Markdown,
}

impl Form {
    /// All forms.
    pub const ALL: [Self; 3] = [Self::SpacedText, Self::TightText, Self::Markdown];

    /// The name in the ledger.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::SpacedText => "spaced-text",
            Self::TightText => "tight-text",
            Self::Markdown => "markdown",
        }
    }

    /// The form of a text. Text that is no page is taken for the form it is closest to.
    pub(crate) fn of(source: &Source) -> Self {
        let markdown = source.iter().any(|(number, line)| {
            number == 1 && line == "---" || line.starts_with("```") || line.starts_with("# ")
        });
        if markdown {
            return Self::Markdown;
        }
        let endpoint = source
            .iter()
            .find(|(_, line)| Endpoint::parse(line).is_some());
        let spaced = match endpoint {
            Some((number, _)) => number < source.len() && source.line(number + 1).trim().is_empty(),
            None => source.iter().any(|(_, line)| line.trim().is_empty()),
        };
        if spaced {
            Self::SpacedText
        } else {
            Self::TightText
        }
    }

    /// Whether a page in this form may leave out a fact that the documentation has.
    ///
    /// What such a page does not say is unknown, not removed.
    #[must_use]
    pub fn may_omit(self, kind: Kind) -> bool {
        match kind {
            // They are in the front matter alone.
            Kind::CanonicalUrl | Kind::PageId => true,
            Kind::Title | Kind::Method | Kind::Host | Kind::BasePath | Kind::Path => false,
            _ => self == Self::TightText,
        }
    }
}
