use std::error::Error;
use std::fmt;

/// A place in a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Place {
    /// A path parameter.
    Path(&'static str),
    /// A query parameter.
    Query(&'static str),
    /// A header.
    Header(&'static str),
    /// The body.
    Body,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Path(name) => write!(f, "path parameter `{name}`"),
            Self::Query(name) => write!(f, "query parameter `{name}`"),
            Self::Header(name) => write!(f, "header `{name}`"),
            Self::Body => f.write_str("body"),
        }
    }
}

/// A request that does not have the documented form.
///
/// The text names the place and what is wrong there, never the value, which may be a secret.
///
/// ```
/// use pingone_models::request::{Endpoint, Place, RawRequest};
/// use pingone_models::requests::ReadUser;
///
/// let error = ReadUser::read(&RawRequest::default()).unwrap_err();
/// assert_eq!(error.place(), Place::Path("userId"));
/// assert_eq!(error.to_string(), "the path parameter `userId` is missing");
/// ```
#[derive(Debug)]
pub struct ReadError {
    place: Place,
    problem: Problem,
}

#[derive(Debug)]
enum Problem {
    Missing,
    Repeated,
    Wrong(Box<dyn Error + Send + Sync>),
    Unreadable(String),
}

impl ReadError {
    pub(super) fn missing(place: Place) -> Self {
        Self {
            place,
            problem: Problem::Missing,
        }
    }

    pub(super) fn repeated(place: Place) -> Self {
        Self {
            place,
            problem: Problem::Repeated,
        }
    }

    pub(super) fn wrong(place: Place, reason: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self {
            place,
            problem: Problem::Wrong(reason.into()),
        }
    }

    /// What a deserializer says of a body, without the values that it quotes.
    pub(super) fn unreadable(error: &impl fmt::Display) -> Self {
        let text = error.to_string();
        let reason = match text.rsplit_once(", expected ") {
            Some((_, expected)) => format!("expected {expected}"),
            None if text.starts_with("missing field `") => text,
            None => "it does not have the documented form".to_owned(),
        };
        Self {
            place: Place::Body,
            problem: Problem::Unreadable(reason),
        }
    }

    /// The place of the fault.
    #[must_use]
    pub fn place(&self) -> Place {
        self.place
    }

    /// Whether something required is missing.
    #[must_use]
    pub fn is_missing(&self) -> bool {
        matches!(self.problem, Problem::Missing)
    }
}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let place = self.place;
        match &self.problem {
            Problem::Missing => write!(f, "the {place} is missing"),
            Problem::Repeated => write!(f, "the {place} has more than one value"),
            Problem::Wrong(_) => write!(f, "the {place} is invalid"),
            Problem::Unreadable(reason) => write!(f, "the {place} is invalid: {reason}"),
        }
    }
}

impl Error for ReadError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match &self.problem {
            Problem::Wrong(reason) => Some(&**reason),
            Problem::Missing | Problem::Repeated | Problem::Unreadable(_) => None,
        }
    }
}

/// A value that cannot be sent.
///
/// The text names the place and the reason, never the value, which may be a secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WriteError {
    place: Place,
    reason: &'static str,
}

impl WriteError {
    /// An error about the value for a place; the reason continues "the body".
    ///
    /// ```
    /// use pingone_models::request::{Place, WriteError};
    ///
    /// let error = WriteError::new(Place::Path("depotId"), "is empty");
    /// assert_eq!(error.to_string(), "the path parameter `depotId` is empty");
    /// ```
    #[must_use]
    pub fn new(place: Place, reason: &'static str) -> Self {
        Self { place, reason }
    }

    /// The place of the value.
    #[must_use]
    pub fn place(&self) -> Place {
        self.place
    }
}

impl fmt::Display for WriteError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the {} {}", self.place, self.reason)
    }
}

impl Error for WriteError {}
