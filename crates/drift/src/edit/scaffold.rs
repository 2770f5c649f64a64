//! The part of the document for a page that the document does not know.

use pingone_codegen::model::{Effect, Operation};
use pingone_codegen::names;

use super::editor::{Editor, Refusal, under};
use super::node::{Map, member};
use super::payload::request_body;
use super::schema::todo_note;
use crate::compare::shape;
use crate::compare::specification::{self, Specification};
use crate::page::{Address, Kind, Page};

/// What a person says of a new variant, because no page does.
#[derive(Debug, Clone, Default)]
pub struct Choices {
    /// The name of the variant.
    pub name: Option<String>,
    /// What sending it twice would do.
    pub effect: Option<Effect>,
    /// The address of the page, where it is not the one that the page says.
    pub url: Option<String>,
}

/// Why there is nothing to add for a page.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ScaffoldError {
    /// The page was not understood, or contradicts itself.
    #[error("the page is not clear: {0}")]
    Unclear(String),
    /// The document knows the variant.
    #[error(
        "the document knows this page: `{variant}` on line {line}; `cargo xtask docs check --apply` edits it"
    )]
    Known {
        /// The variant.
        variant: String,
        /// Its line.
        line: usize,
    },
    /// No server of the document is the host of the page.
    #[error("the document has no server for the host `{0}`: add it under `servers`")]
    UnknownHost(String),
    /// The same path is that of another server.
    #[error(
        "`{path}` is a path of the server `{server}` (line {line}), and the page names another one"
    )]
    OtherServer {
        /// The path.
        path: String,
        /// The server in the document.
        server: String,
        /// The line of the path.
        line: usize,
    },
    /// A request could be meant for this path or for another.
    #[error("a request could fit `{path}` and `{other}` (line {line}): decide which one is served")]
    AmbiguousPath {
        /// The path of the page.
        path: String,
        /// The path in the document.
        other: String,
        /// Its line.
        line: usize,
    },
    /// The operation is there, but does not choose by media type.
    #[error("`{operation}` (line {line}) does not choose by the media type: make it do so by hand")]
    NoChoice {
        /// The operation.
        operation: String,
        /// Its line.
        line: usize,
    },
    /// Another variant has the name.
    #[error("another variant is named `{0}`: choose a name with `--name`")]
    NameTaken(String),
    /// The document would not be one that the generator accepts.
    #[error("{0}")]
    Refused(String),
}

/// New parts of the document.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Scaffold {
    /// The name of the variant.
    pub variant: String,
    /// The parts in an order in which they can be pasted: the last lines of the document first.
    pub parts: Vec<Part>,
    /// The document with the parts in it.
    pub text: String,
}

/// New lines of the document.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Part {
    /// The mapping or list that they belong to.
    pub pointer: String,
    /// The line behind which they stand.
    pub line: usize,
    /// The lines.
    pub text: String,
}

/// Writes what a page says of a variant that the document does not know.
///
/// What no page says is not guessed: the safest choice stands in its place, below a comment that begins
/// `TODO:` and names the decision.
///
/// ```
/// use pingone_codegen::Document;
/// use pingone_drift::{Choices, Page, Specification, scaffold};
///
/// let text = "openapi: 3.0.3\ninfo: {title: Shelf, version: 1.0.0}\nservers:\n  - x-name: platform\n    url: https://books.example.com\n\
///     paths:\n  /books:\n    get: {operationId: list, summary: List, x-effect: read, responses: {'200': {description: Books.}}}\n";
/// let document = Specification::new(Document::parse("api.yaml", text)?)?;
/// let page = Page::read(b"Count the Books\n\nGET {{apiPath}}/books/count\n\nCounts.\n")?;
/// let new = scaffold(&page, &document, &Choices::default())?;
/// assert_eq!(new.variant, "countTheBooks");
/// assert!(new.parts[0].text.contains("/books/count:"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// [`ScaffoldError`] when the page is not clear, when the document knows it, or when it cannot be told where it belongs.
pub fn scaffold(
    page: &Page,
    specification: &Specification,
    choices: &Choices,
) -> Result<Scaffold, ScaffoldError> {
    if let Some(line) = page.unknown_lines().next() {
        let text = format!("line {}: {}", line.line, line.reason);
        return Err(ScaffoldError::Unclear(text));
    }
    if let Some(operation) = specification.variant_of(page) {
        return Err(ScaffoldError::Known {
            variant: operation.id.clone(),
            line: specification.line(&operation.pointer),
        });
    }
    let endpoint = page.endpoint.as_ref();
    let endpoint = endpoint
        .ok_or_else(|| ScaffoldError::Unclear("it says no method and address".to_owned()))?;
    let draft = Draft {
        page,
        specification,
        choices,
        method: &endpoint.value.method,
        address: &endpoint.value.address,
    };
    let variant = draft.name()?;
    let mut editor = Editor::new(specification.document.clone());
    match draft.group()? {
        Some(group) => draft.variant(&mut editor, &variant, group),
        None => draft.operation(&mut editor, &variant, &draft.path()?),
    }
    .map_err(ScaffoldError::Refused)?;
    pingone_codegen::lower(&editor.document)
        .map_err(|error| ScaffoldError::Refused(error.to_string()))?;
    let parts = editor.written.into_iter().map(|written| Part {
        pointer: written.pointer,
        line: written.line,
        text: written.text,
    });
    Ok(Scaffold {
        variant,
        parts: parts.collect(),
        text: editor.document.text().to_owned(),
    })
}

pub(super) struct Draft<'a> {
    pub(super) page: &'a Page,
    pub(super) specification: &'a Specification,
    pub(super) choices: &'a Choices,
    pub(super) method: &'a str,
    pub(super) address: &'a Address,
}

impl<'a> Draft<'a> {
    pub(super) fn operations(&self) -> impl Iterator<Item = &'a Operation> + Clone {
        self.specification.api.operations.iter()
    }

    /// The path as OpenAPI counts it: without the query, and without what the server has of it.
    fn path_text(&self) -> &'a str {
        let path = self.address.path.split('?').next().unwrap_or_default();
        path.trim_end_matches('/')
    }

    fn documented_path(&self, operation: &Operation) -> String {
        specification::address(self.specification, operation).2
    }

    /// The operation that the page adds a variant to.
    fn group(&self) -> Result<Option<&'a Operation>, ScaffoldError> {
        let server = self.server()?;
        let wanted = shape(self.path_text());
        let mut same = self
            .operations()
            .filter(|operation| shape(&self.documented_path(operation)) == wanted);
        if let Some(other) = same.clone().find(|operation| operation.server != server) {
            return Err(ScaffoldError::OtherServer {
                path: other.path.clone(),
                server: other.server.clone(),
                line: self.specification.line(&specification::group(other)),
            });
        }
        let group = same.find(|operation| operation.method == self.method);
        if let Some(operation) = group
            && (operation.media_type().is_none() || self.page.media_type().is_none())
        {
            return Err(ScaffoldError::NoChoice {
                operation: operation.id.clone(),
                line: self.specification.line(&specification::group(operation)),
            });
        }
        Ok(group)
    }

    pub(super) fn server(&self) -> Result<&'a str, ScaffoldError> {
        let host = self.address.host.as_deref().unwrap_or_default();
        let name = match host.strip_suffix("Path") {
            Some("api") => "platform",
            Some(name) => name,
            None => host,
        };
        let servers = self.specification.api.servers.iter();
        let is_host = |url: &str| {
            let rest = url.split("://").last().unwrap_or_default();
            rest.split('/').next() == Some(host)
        };
        let mut fitting = servers.filter(|server| server.name == name || is_host(&server.url));
        let server = fitting.next().map(|server| server.name.as_str());
        server.ok_or_else(|| ScaffoldError::UnknownHost(host.to_owned()))
    }

    /// The path of a new operation, with the variables named as the document names them.
    fn path(&self) -> Result<String, ScaffoldError> {
        let server = self.server()?;
        let segments: Vec<&str> = self.path_text().split('/').collect();
        let mut path: Vec<String> = Vec::new();
        for (index, segment) in segments.iter().enumerate() {
            let Some(name) = crate::compare::variables(segment).first().copied() else {
                path.push((*segment).to_owned());
                continue;
            };
            let start = shape(&segments[..index].join("/"));
            let mut own = self
                .operations()
                .filter(|operation| operation.server == server);
            let known = own.find_map(|operation| {
                let own: Vec<&str> = operation.path.split('/').collect();
                let variable = own.get(index).filter(|own| own.starts_with('{'))?;
                (shape(&own[..index].join("/")) == start).then(|| (*variable).to_owned())
            });
            path.push(known.unwrap_or_else(|| match name.strip_suffix("ID") {
                Some(stem) => format!("{{{stem}Id}}"),
                None => format!("{{{name}}}"),
            }));
        }
        let path = path.join("/");
        let overlaps = self
            .operations()
            .find(|operation| operation.server == server && overlap(&operation.path, &path));
        if let Some(other) = overlaps {
            return Err(ScaffoldError::AmbiguousPath {
                line: self.specification.line(&specification::group(other)),
                other: other.path.clone(),
                path,
            });
        }
        Ok(path)
    }

    fn name(&self) -> Result<String, ScaffoldError> {
        let name = match &self.choices.name {
            Some(name) => name.clone(),
            None => {
                let name = names::type_name(self.title());
                let first = name.chars().next().map(|first| first.to_ascii_lowercase());
                first.into_iter().chain(name.chars().skip(1)).collect()
            }
        };
        let taken =
            |other: &Operation| names::constant_name(&other.id) == names::constant_name(&name);
        if name.is_empty() || self.operations().any(taken) {
            return Err(ScaffoldError::NameTaken(name));
        }
        Ok(name)
    }

    /// A variant of an operation that is there.
    fn variant(&self, editor: &mut Editor, name: &str, group: &Operation) -> Result<(), Refusal> {
        let at = specification::group(group);
        let media_type = self.page.media_type().map(|named| named.value);
        let body = request_body(self.page, self.specification, editor, name)?;
        let mut map = self.variant_words(name);
        if let Some(chosen) = self.answers(editor, name, &at)? {
            map = map.with("x-responses", chosen);
        }
        let variant = member(&media_type.unwrap_or_default(), map.and(body));
        editor.insert(&under(&at, &["requestBody", "content"]), &variant)
    }

    pub(super) fn variant_words(&self, name: &str) -> Map {
        self.words(name, ["x-operation-id", "x-summary", "x-description"])
    }

    /// What is said about a variant for people; `keys` are those of its name, its summary and its description.
    pub(super) fn words(&self, name: &str, keys: [&str; 3]) -> Map {
        let todo = |text: &str| Some(todo_note(text));
        let [name_key, summary_key, description_key] = keys;
        let unnamed = self.choices.name.is_none();
        let name_note =
            unnamed.then(|| todo_note("the name comes from the title; Rust code will use it"));
        let mut map = Map::default()
            .noted(name_key, name, name_note)
            .with(summary_key, sentence_case(self.title()));
        if let Some(constants) = self.constants() {
            map = map.with(description_key, constants);
        }
        let (effect, note) = match self.choices.effect {
            Some(effect) => (effect, None),
            None => (
                Effect::SendsMessage,
                todo(
                    "no page says what sending it twice would do; with this effect, nothing is sent again that may have been acted on",
                ),
            ),
        };
        map = map.noted("x-effect", effect.word(), note);
        let said = self.page.canonical_url.as_ref().map(|url| &url.value);
        let docs = match self.choices.url.as_ref().or(said) {
            Some(url) => Map::default().with("page", url.as_str()),
            None => {
                let note = todo("this form of a page does not say its address");
                Map::default().noted("page", "", note)
            }
        };
        map.with("x-docs", docs.with("basis", "page"))
    }

    fn title(&self) -> &'a str {
        let title = self.page.title.as_ref();
        title.map_or("", |title| title.value.as_str())
    }

    /// What the prose says in numbers; its sentences are the vendor's.
    fn constants(&self) -> Option<String> {
        let facts = self.page.facts();
        let sentences = facts
            .iter()
            .filter_map(|fact| constant(fact.kind, &fact.value));
        let sentences: Vec<String> = sentences.collect();
        (!sentences.is_empty()).then(|| sentences.join(" "))
    }
}

/// A sentence that says a constant of a page, in words from which it can be read again.
pub(super) fn constant(kind: Kind, value: &str) -> Option<String> {
    Some(match kind {
        Kind::Lifetime if value == "none" => "It has no timeout.".to_owned(),
        Kind::Lifetime => format!("The lifetime is {value}."),
        Kind::Attempts => format!("It allows {value}."),
        Kind::CodeShape => match value.splitn(3, ' ').collect::<Vec<_>>()[..] {
            [count, "numeric"] => format!("The code has {count} digits numeric."),
            [count, alphabet] => format!("The code has {count} {alphabet} characters."),
            [count, alphabet, case] => {
                format!("The code has {count} {alphabet} characters ({case}).")
            }
            _ => format!("The code has {value} digits."),
        },
        Kind::Limit => format!("It has {value}."),
        Kind::Default => format!("The default is {value}."),
        _ => return None,
    })
}

/// Whether one request could fit two paths, and neither is the more special one.
fn overlap(one: &str, other: &str) -> bool {
    let (one, other): (Vec<&str>, Vec<&str>) =
        (one.split('/').collect(), other.split('/').collect());
    let open = |segment: &str| segment.starts_with('{');
    let mut pairs = one.iter().zip(&other);
    one.len() == other.len()
        && pairs.clone().all(|(a, b)| a == b || open(a) || open(b))
        && pairs.clone().any(|(a, b)| open(a) && !open(b))
        && pairs.any(|(a, b)| !open(a) && open(b))
}

/// A title as the summaries of the document are written.
fn sentence_case(title: &str) -> String {
    let mut words = title.split(' ');
    let first = words.next().unwrap_or_default().to_owned();
    words.fold(first, |text, word| {
        // What has capitals inside is a name.
        let rest = word.chars().skip(1);
        let word = if rest.into_iter().any(char::is_uppercase) {
            word.to_owned()
        } else {
            word.to_lowercase()
        };
        format!("{text} {word}")
    })
}
