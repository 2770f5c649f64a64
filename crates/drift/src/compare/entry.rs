//! The common form of what is said about an operation.

use super::topic::Topic;

/// Where something is said.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Place {
    /// The line, from 1; 0 where it is not known.
    pub(crate) line: usize,
    /// The JSON pointer in the document; empty in a page.
    pub(crate) pointer: String,
}

/// The schema, and the property or value of it, that an entry is about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Item {
    pub(crate) schema: String,
    pub(crate) property: Option<String>,
}

/// One thing that is said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Entry {
    pub(crate) topic: Topic,
    /// Which one of its topic: a property, a header; empty where there is only one.
    pub(crate) name: String,
    pub(crate) value: String,
    pub(crate) place: Place,
    pub(crate) item: Option<Item>,
}

impl Entry {
    /// What a line of a page says.
    pub(crate) fn of_page(topic: Topic, name: &str, value: &str, line: usize) -> Self {
        Self {
            topic,
            name: name.to_owned(),
            value: value.to_owned(),
            place: Place {
                line,
                pointer: String::new(),
            },
            item: None,
        }
    }
}
