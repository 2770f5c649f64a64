//! A page against itself: what it says twice, it must say alike.

mod sample;

use std::collections::BTreeMap;
use std::fmt;
use std::sync::LazyLock;

use regex::Regex;
use serde_json::Value;

use crate::compare::Topic;
use crate::page::{Fact, Kind, Page, Property, is_content_type, leaves, pattern};

/// Two places of a page that cannot both be right.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contradiction {
    /// What it is about.
    pub about: Topic,
    /// The line that stands alone, from 1.
    pub line: usize,
    /// A line that it disagrees with, if one line says it.
    pub against: Option<usize>,
    /// Whether every sample says so, so that the one line against them is the odd one.
    pub everywhere: bool,
    /// What is wrong, in one sentence without its full stop.
    pub text: String,
    /// What stays the same while the contradiction does.
    pub(crate) cause: String,
}

impl fmt::Display for Contradiction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.text)?;
        match self.against {
            Some(line) => write!(f, " (line {line})"),
            None => Ok(()),
        }
    }
}

/// Everything that a page says twice and not alike, by line.
///
/// What a page does not say is no contradiction.
///
/// ```
/// use pingone_drift::{Topic, Page, contradictions};
///
/// let text = "Return a Book\n\nPUT {{apiPath}}/books/{{bookID}}\n\nHeaders\n\nContent-Type   text/plain\n\n\
///     Body\n\nraw ( application/json )\n\n{\n}\n";
/// let page = Page::read(text.as_bytes())?;
/// let found = contradictions(&page);
/// assert_eq!((found[0].about, found[0].line), (Topic::PageMediaType, 11));
/// # Ok::<(), pingone_drift::ReadError>(())
/// ```
#[must_use]
pub fn contradictions(page: &Page) -> Vec<Contradiction> {
    let mut checker = Checker {
        page,
        found: Vec::new(),
    };
    checker.endpoint();
    checker.media_type();
    checker.samples();
    checker.request_model();
    checker.links();
    checker.stated_values();
    checker.found.sort_by_key(|found| (found.line, found.about));
    joined(checker.found)
}

/// Where every sample is against one line, that line is the odd one: whatever else is against it says the same.
fn joined(found: Vec<Contradiction>) -> Vec<Contradiction> {
    let (mut odd, others): (Vec<_>, Vec<_>) = found
        .into_iter()
        .partition(|found| found.everywhere && found.against.is_some());
    let mut joined = Vec::new();
    for other in others {
        let same =
            |odd: &&mut Contradiction| odd.about == other.about && odd.against == other.against;
        match odd.iter_mut().find(same) {
            Some(odd) => odd.text = format!("{}; {}", odd.text, other.text),
            None => joined.push(other),
        }
    }
    joined.append(&mut odd);
    joined.sort_by_key(|found| (found.line, found.about));
    joined
}

/// A media type without its parameters.
fn essence(media_type: &str) -> &str {
    media_type.split(';').next().unwrap_or_default().trim()
}

struct Checker<'a> {
    page: &'a Page,
    found: Vec<Contradiction>,
}

impl<'a> Checker<'a> {
    /// What the sentences of the page say of a kind.
    fn constants(&self, kind: Kind) -> impl Iterator<Item = &'a Fact> + use<'a> {
        let statements = self.page.statements.iter();
        let constants = statements.flat_map(|statement| &statement.constants);
        constants.filter(move |constant| constant.kind == kind)
    }

    fn report(&mut self, about: Topic, line: usize, against: Option<usize>, text: String) {
        self.found.push(Contradiction {
            about,
            line,
            against,
            everywhere: false,
            cause: text.clone(),
            text,
        });
    }

    fn endpoint(&mut self) {
        let Some(endpoint) = &self.page.endpoint else {
            return self.report(
                Topic::NoEndpoint,
                1,
                None,
                "the page has no line with a method and an address".to_owned(),
            );
        };
        let address = &endpoint.value.address;
        for mention in self.constants(Kind::ProseOperation) {
            // Another path is another operation; the same path elsewhere cannot be meant.
            let said = mention.value.rsplit(' ').next().unwrap_or_default();
            let said = crate::page::Address::parse(said);
            if said.path == address.path && !said.same_as(address) {
                self.report(
                    Topic::PageAddresses,
                    mention.line,
                    Some(endpoint.line),
                    format!("the prose says `{said}`, the page is about `{address}`"),
                );
                // Another host is the cause, wherever the path leads.
                if let Some(found) = self.found.last_mut() {
                    found.cause = format!("{} {}", said.host_text(), address.host_text());
                }
            }
        }
    }

    fn media_type(&mut self) {
        let Some(main) = self.page.media_type() else {
            return;
        };
        if let Some([first, ..]) = self.page.headers.as_deref()
            && !self.page.headers.iter().flatten().any(is_content_type)
        {
            let text = format!(
                "the headers name no media type, the request is of `{}`",
                main.value
            );
            self.report(Topic::PageMediaType, first.line, Some(main.line), text);
        }
        if let Some(raw) = &self.page.raw_media_type
            && essence(&raw.value) != essence(&main.value)
        {
            let text = format!(
                "the body is of `{}`, the headers say `{}`",
                raw.value, main.value
            );
            self.report(Topic::PageMediaType, raw.line, Some(main.line), text);
        }
        let mut mentions = self.constants(Kind::ProseMediaType).peekable();
        // Prose may name the types of other operations too, but not only those.
        if let Some(first) = mentions.peek().copied()
            && mentions.all(|mention| mention.value != essence(&main.value))
        {
            let text = format!(
                "the prose names `{}`, the request is of `{}`",
                first.value, main.value
            );
            self.report(Topic::PageMediaType, first.line, Some(main.line), text);
        }
    }

    fn request_model(&mut self) {
        let page = self.page;
        let (Some(properties), Some(body)) = (&page.properties, page.request_body()) else {
            return;
        };
        let named = properties
            .iter()
            .filter(|property| !property.name.is_empty());
        let named: Vec<&Property> = named.collect();
        for (index, property) in named.iter().enumerate() {
            let other = named[..index].iter().find(|other| {
                other.name == property.name
                    && (&other.type_name, &other.requirement)
                        != (&property.type_name, &property.requirement)
            });
            if let Some(other) = other {
                let text = format!(
                    "the request model has `{}` as {} {} and as {} {}",
                    property.name,
                    other.requirement,
                    other.type_name,
                    property.requirement,
                    property.type_name
                );
                let against = Some(other.line);
                self.report(Topic::PagePropertyType, property.line, against, text);
            }
        }
        // Tight text loses names: then no member can be said to be missing from the model.
        let whole = named.len() == properties.len();
        for property in &named {
            let Some(value) = body.at(&property.name) else {
                let text = format!(
                    "the request model has `{}` ({}), the example body has not",
                    property.name, property.requirement
                );
                let against = Some(body.line);
                self.report(Topic::PropertyNotInBody, property.line, against, text);
                continue;
            };
            if !is_of_type(value, &property.type_name) {
                let line = body.line_of(&property.name);
                let text = format!(
                    "the example of `{}` is not of the type {}",
                    property.name, property.type_name
                );
                self.report(Topic::PagePropertyType, line, Some(property.line), text);
            }
        }
        if !whole || named.is_empty() {
            return;
        }
        for leaf in leaves(&body.value) {
            let known = named
                .iter()
                .any(|property| is_within(&leaf.path, &property.name));
            if !known {
                let line = body.line_of(&leaf.path);
                let text = format!(
                    "the example body has `{}`, the request model has not",
                    leaf.path
                );
                self.report(Topic::MemberNotInModel, line, None, text);
            }
        }
    }

    /// All links of one example name the same user, the same environment, and so on.
    fn links(&mut self) {
        let page = self.page;
        for body in page
            .responses
            .iter()
            .filter_map(|response| response.body.as_ref())
        {
            let Some(Value::Object(links)) = body.value.get("_links") else {
                continue;
            };
            // For each kind of resource: each identifier, and the links that name it.
            let mut named: BTreeMap<&str, BTreeMap<&str, Vec<&str>>> = BTreeMap::new();
            for (relation, link) in links {
                let Some(href) = link.get("href").and_then(Value::as_str) else {
                    continue;
                };
                for (kind, id) in resources(href) {
                    named
                        .entry(kind)
                        .or_default()
                        .entry(id)
                        .or_default()
                        .push(relation);
                }
            }
            for (kind, ids) in named {
                let Some((usual, most)) = ids.iter().max_by_key(|(_, links)| links.len()) else {
                    continue;
                };
                for (id, relations) in ids.iter().filter(|(id, _)| *id != usual) {
                    for relation in relations {
                        let line = body.line_of(&format!("_links.{relation}.href"));
                        let text = format!(
                            "the link `{relation}` names {kind} {id}, {} others name {usual}",
                            most.len()
                        );
                        self.report(Topic::PageLinks, line, None, text);
                    }
                }
            }
        }
    }

    /// A property that is "set to" a value has that value in the example.
    fn stated_values(&mut self) {
        static STATED: LazyLock<Regex> =
            LazyLock::new(|| pattern(r"\b([\w.]+) property of the \w+ is set to (\w+)"));
        let page = self.page;
        let mut responses = page.responses.iter();
        let success = responses.find(|response| response.is_success());
        let Some(body) = success.and_then(|response| response.body.as_ref()) else {
            return;
        };
        for statement in &page.statements {
            for found in STATED.captures_iter(&statement.text) {
                let (path, value) = (&found[1], &found[2]);
                let Some(shown) = body.at(path) else {
                    continue;
                };
                let text = shown.as_str().map(str::to_owned);
                let shown = text.unwrap_or_else(|| shown.to_string());
                if shown != value {
                    let text = format!(
                        "the example shows `{path}` as `{shown}`, the prose says `{value}`"
                    );
                    let (line, against) = (body.line_of(path), Some(statement.line));
                    self.report(Topic::StatedValue, line, against, text);
                }
            }
        }
    }
}

/// Whether a path is a property or a member of one.
fn is_within(path: &str, property: &str) -> bool {
    let plain = path.replace("[]", "");
    let property = property.replace("[]", "");
    plain == property
        || plain
            .strip_prefix(&property)
            .is_some_and(|rest| rest.starts_with('.'))
}

/// Whether a value is an example of a type; of a type that is not known, any value is.
fn is_of_type(value: &Value, type_name: &str) -> bool {
    // A variable without quotes stands for a value of any type.
    let is_variable = value.as_str().is_some_and(|text| text.starts_with("{{"));
    match type_name {
        _ if is_variable || value.is_null() => true,
        "String" | "Date" | "DateTime" | "UUID" => value.is_string(),
        "Integer" => value.is_i64() || value.is_u64(),
        "Number" => value.is_number(),
        "Boolean" => value.is_boolean(),
        "Array" | "String[]" => value.is_array(),
        "Object" => value.is_object(),
        _ => true,
    }
}

/// The resources that an address names: each UUID with the path segment before it.
fn resources(href: &str) -> Vec<(&str, &str)> {
    static ID: LazyLock<Regex> = LazyLock::new(|| {
        pattern(r"(?:/([A-Za-z][\w.-]*))/([0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12})\b")
    });
    ID.captures_iter(href)
        .filter_map(|found| Some((found.get(1)?.as_str(), found.get(2)?.as_str())))
        .collect()
}
