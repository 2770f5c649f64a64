//! Errors that point at lines of the document.

use std::fmt;

/// A place in a document, counted from one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position {
    /// The line.
    pub line: usize,
    /// The column, in characters.
    pub column: usize,
}

/// What a fault is about; an [`Error`] with many faults groups them by it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// A variant has no name.
    MissingName,
    /// A variant has no summary.
    MissingSummary,
    /// A variant has no effect.
    MissingEffect,
    /// A reference does not lead to a value.
    Reference,
    /// A name cannot be used, or is used twice.
    Name,
    /// A construct that this generator does not support, by what it is.
    ///
    /// Only these can be skipped.
    Unsupported(&'static str),
    /// Anything else that is wrong.
    Wrong,
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::MissingName => "variant without a name",
            Self::MissingSummary => "variant without a summary",
            Self::MissingEffect => "variant without an effect",
            Self::Reference => "broken reference",
            Self::Name => "unusable name",
            Self::Unsupported(what) => return write!(f, "unsupported {what}"),
            Self::Wrong => "other error",
        })
    }
}

/// One thing that is wrong with a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// What it is about.
    pub kind: Kind,
    /// The place in the document, where one can be named.
    pub position: Option<Position>,
    /// What is wrong and what to do about it.
    pub message: String,
}

impl Fault {
    fn write(&self, f: &mut fmt::Formatter<'_>, file: &str) -> fmt::Result {
        match self.position {
            Some(Position { line, column }) => {
                write!(f, "{file}:{line}:{column}: {}", self.message)
            }
            None => write!(f, "{file}: {}", self.message),
        }
    }
}

/// What is wrong with a document, and where: one fault or more.
///
/// `Display` reads `FILE:LINE:COLUMN: MESSAGE`, which editors and terminals turn into a link. Several faults are
/// grouped by their kind, the most frequent first; of a kind with many faults the first ones are shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    file: String,
    first: Fault,
    rest: Vec<Fault>,
}

impl Error {
    pub(crate) fn new(
        file: &str,
        kind: Kind,
        position: Option<Position>,
        message: impl Into<String>,
    ) -> Self {
        Self {
            file: file.to_owned(),
            first: Fault {
                kind,
                position,
                message: message.into(),
            },
            rest: Vec::new(),
        }
    }

    /// One error of many, in the order of the document; a fault that is reported twice counts once.
    pub(crate) fn all(errors: Vec<Self>) -> Option<Self> {
        let file = errors.first()?.file.clone();
        let mut faults: Vec<Fault> = errors.into_iter().flat_map(Self::into_faults).collect();
        faults.sort_by(|a, b| (a.position, &a.message).cmp(&(b.position, &b.message)));
        faults.dedup();
        let mut faults = faults.into_iter();
        Some(Self {
            file,
            first: faults.next()?,
            rest: faults.collect(),
        })
    }

    fn into_faults(self) -> impl Iterator<Item = Fault> {
        std::iter::once(self.first).chain(self.rest)
    }

    /// The document that is wrong.
    #[must_use]
    pub fn file(&self) -> &str {
        &self.file
    }

    /// Everything that is wrong, in the order of the document.
    pub fn faults(&self) -> impl Iterator<Item = &Fault> {
        std::iter::once(&self.first).chain(&self.rest)
    }

    /// The place of the first fault, where one can be named.
    #[must_use]
    pub fn position(&self) -> Option<Position> {
        self.first.position
    }

    /// What is wrong first and what to do about it.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.first.message
    }

    /// The same error, with an unsupported construct as the first fault.
    pub(crate) fn unsupported_first(self) -> Self {
        let file = self.file.clone();
        let (mut faults, others): (Vec<_>, Vec<_>) = self
            .into_faults()
            .partition(|fault| matches!(fault.kind, Kind::Unsupported(_)));
        faults.extend(others);
        let first = faults.remove(0);
        Self {
            file,
            first,
            rest: faults,
        }
    }

    /// Whether a fault is a construct that the generator does not support.
    pub(crate) fn is_unsupported(&self) -> bool {
        self.faults()
            .any(|fault| matches!(fault.kind, Kind::Unsupported(_)))
    }
}

/// How many faults of one kind are shown with their messages, and how many more with their lines.
const SHOWN: usize = 5;
const LISTED: usize = 20;

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.rest.is_empty() {
            return self.first.write(f, &self.file);
        }
        let mut groups: Vec<(Kind, Vec<&Fault>)> = Vec::new();
        for fault in self.faults() {
            match groups.iter_mut().find(|(kind, _)| *kind == fault.kind) {
                Some((_, group)) => group.push(fault),
                None => groups.push((fault.kind, vec![fault])),
            }
        }
        // The sort is stable: kinds of the same number keep the order of the document.
        groups.sort_by_key(|(_, group)| std::cmp::Reverse(group.len()));
        write!(f, "{}: {} errors", self.file, 1 + self.rest.len())?;
        for (kind, group) in groups {
            write!(f, "\n\n{} x {kind}:", group.len())?;
            for fault in group.iter().take(SHOWN) {
                f.write_str("\n  ")?;
                fault.write(f, &self.file)?;
            }
            let more = &group[SHOWN.min(group.len())..];
            if more.is_empty() {
                continue;
            }
            let lines: Vec<String> = more
                .iter()
                .take(LISTED)
                .filter_map(|fault| Some(fault.position?.line.to_string()))
                .collect();
            let end = if more.len() > LISTED { ", ..." } else { "" };
            write!(
                f,
                "\n  and {} more, on the lines {}{end}",
                more.len(),
                lines.join(", ")
            )?;
        }
        Ok(())
    }
}

impl std::error::Error for Error {}

/// The result of reading or lowering a document.
pub type Result<T, E = Error> = std::result::Result<T, E>;
