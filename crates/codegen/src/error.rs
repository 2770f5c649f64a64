//! Errors that point at a line of the document.

use std::fmt;

/// A place in a document, counted from one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position {
    /// The line.
    pub line: usize,
    /// The column, in characters.
    pub column: usize,
}

/// What is wrong with a document, and where.
///
/// `Display` reads `FILE:LINE:COLUMN: MESSAGE`, which editors and terminals turn into a link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    file: String,
    position: Option<Position>,
    message: String,
}

impl Error {
    pub(crate) fn new(file: &str, position: Option<Position>, message: impl Into<String>) -> Self {
        Self {
            file: file.to_owned(),
            position,
            message: message.into(),
        }
    }

    /// The document that is wrong.
    #[must_use]
    pub fn file(&self) -> &str {
        &self.file
    }

    /// The place in the document, where one can be named.
    #[must_use]
    pub fn position(&self) -> Option<Position> {
        self.position
    }

    /// What is wrong and what to do about it.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.position {
            Some(Position { line, column }) => {
                write!(f, "{}:{line}:{column}: {}", self.file, self.message)
            }
            None => write!(f, "{}: {}", self.file, self.message),
        }
    }
}

impl std::error::Error for Error {}

/// The result of reading or lowering a document.
pub type Result<T, E = Error> = std::result::Result<T, E>;
