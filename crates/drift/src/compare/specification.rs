//! A document that can be compared, and where its variants are sent.

use std::collections::BTreeMap;
use std::sync::{LazyLock, OnceLock};

use pingone_codegen::model::{Api, Operation, Server};
use pingone_codegen::{Document, join};
use regex::Regex;
use serde_json::Value;

use super::diff::shape;
use super::document::entries;
use super::entry::Entry;
use crate::page::{Page, pattern};

/// A document that the generator accepts, ready to be compared.
#[derive(Debug)]
pub struct Specification {
    pub(crate) document: Document,
    pub(crate) api: Api,
    /// What is said of each variant, made when it is asked for first.
    entries: Vec<OnceLock<Vec<Entry>>>,
    index: OnceLock<Index>,
}

/// Where the variants are in the list of operations.
#[derive(Debug, Default)]
struct Index {
    by_id: BTreeMap<String, usize>,
    /// By the path without its variables and without what the server has of it.
    by_shape: BTreeMap<String, Vec<usize>>,
}

impl Specification {
    /// Lowers a document as the generator does.
    ///
    /// # Errors
    /// When the generator refuses the document; [`refused`](crate::refused) makes a finding of it.
    pub fn new(document: Document) -> pingone_codegen::Result<Self> {
        let api = pingone_codegen::lower(&document)?;
        let entries = api.operations.iter().map(|_| OnceLock::new()).collect();
        Ok(Self {
            document,
            api,
            entries,
            index: OnceLock::new(),
        })
    }

    /// The document.
    #[must_use]
    pub fn document(&self) -> &Document {
        &self.document
    }

    pub(crate) fn operation(&self, id: &str) -> Option<&Operation> {
        let index = self.index().by_id.get(id)?;
        self.api.operations.get(*index)
    }

    fn index(&self) -> &Index {
        self.index.get_or_init(|| {
            let mut index = Index::default();
            for (at, operation) in self.api.operations.iter().enumerate() {
                index.by_id.entry(operation.id.clone()).or_insert(at);
                let shape = shape(&address(self, operation).2);
                index.by_shape.entry(shape).or_default().push(at);
            }
            index
        })
    }

    /// The variants whose path has this [`shape`].
    pub(crate) fn at(&self, shape: &str) -> impl Iterator<Item = &Operation> {
        let found = self.index().by_shape.get(shape).into_iter().flatten();
        found.filter_map(|index| self.api.operations.get(*index))
    }

    /// Everything that the document says of a variant.
    pub(crate) fn entries(&self, id: &str) -> &[Entry] {
        let Some(index) = self.index().by_id.get(id).copied() else {
            return &[];
        };
        self.entries[index].get_or_init(|| entries(self, &self.api.operations[index]))
    }

    /// The variant that a page documents: what is sent as the page says.
    pub(crate) fn variant_of(&self, page: &Page) -> Option<&Operation> {
        let endpoint = &page.endpoint.as_ref()?.value;
        let essence = |text: &str| {
            let essence = text.split(';').next().unwrap_or_default();
            essence.trim().to_ascii_lowercase()
        };
        let media_type = page.media_type().map(|named| essence(&named.value));
        let path = endpoint.address.path.split('?').next().unwrap_or_default();
        let path = shape(path.trim_end_matches('/'));
        let body = page.request_body();
        let chosen = |operation: &Operation| {
            operation.selector.as_ref().is_none_or(|selector| {
                let shown = body.as_ref().and_then(|body| body.at(&selector.property));
                shown.and_then(Value::as_str) == Some(&selector.value)
            })
        };
        self.at(&path).find(|operation| {
            operation.method == endpoint.method
                && operation.media_type().map(essence) == media_type
                && chosen(operation)
        })
    }

    pub(crate) fn server(&self, operation: &Operation) -> Option<&Server> {
        let mut servers = self.api.servers.iter();
        servers.find(|server| server.name == operation.server)
    }

    pub(crate) fn line(&self, pointer: &str) -> usize {
        self.document
            .position(pointer)
            .map_or(0, |position| position.line)
    }
}

/// Whether two variants are sent to one address with one method.
pub(crate) fn is_beside(one: &Operation, other: &Operation) -> bool {
    (&one.method, &one.path) == (&other.method, &other.path)
}

/// Where the operation of a variant is, which is above its media type.
pub(crate) fn group(operation: &Operation) -> String {
    join(
        &join("/paths", &operation.path),
        &operation.method.to_lowercase(),
    )
}

/// Host, place of `/v1`, and the path that is left.
pub(crate) fn address(lowered: &Specification, operation: &Operation) -> (String, String, String) {
    static URL: LazyLock<Regex> =
        LazyLock::new(|| pattern(r"^(?P<host>[a-z]+://[^/]*|)(?P<path>.*)$"));
    let url = lowered
        .server(operation)
        .map_or("", |server| server.url.as_str());
    let (host, prefix) = URL.captures(url).map_or((url, ""), |found| {
        let part = |name| found.name(name).map_or("", |part| part.as_str());
        (part("host"), part("path"))
    });
    let own = operation.path.as_str();
    let prefix = prefix.trim_end_matches('/');
    let (base, path) = match (prefix, own.strip_prefix("/v1/")) {
        ("/v1", _) => ("", own.to_owned()),
        ("", Some(rest)) if operation.server == "platform" => ("/v1", format!("/{rest}")),
        _ => ("", format!("{prefix}{own}")),
    };
    (host.to_owned(), base.to_owned(), path)
}
