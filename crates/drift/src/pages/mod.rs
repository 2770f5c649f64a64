//! Pages against the ledger, and pages against the document.

mod comparable;
mod judge;

use std::collections::BTreeSet;

use pingone_codegen::model::Operation;

use crate::compare::specification::{self, Specification};
use crate::compare::{Action, Change, Entry, Place, Topic, diff, page, rule};
use crate::consistency::{Disagreement, contradictions};
use crate::documents::side;
use crate::finding::{Draft, Finding, Side, findings};
use crate::ledger::{Ledger, Record};
use crate::page::{Kind, Page};
use comparable::comparable;
pub(crate) use judge::{Judge, matches};

/// Everything that pages say differently from the ledger and from the document.
///
/// A difference from the ledger is a page that changed; one from the document alone was there before.
/// `pages` are the pages with the names of their files.
#[must_use]
pub fn check_pages(
    pages: &[(String, Page)],
    ledger: &Ledger,
    lowered: &Specification,
) -> Vec<Finding> {
    inspect(pages, ledger, lowered).0
}

/// One thing that a page says differently, for whoever can edit it away.
#[derive(Debug)]
pub(crate) struct Step {
    /// The fingerprint of its finding.
    pub(crate) fingerprint: String,
    pub(crate) file: String,
    /// The variant; empty where the document has none.
    pub(crate) operation: String,
    pub(crate) topic: Topic,
    pub(crate) action: Action,
    pub(crate) name: String,
    pub(crate) old: Option<String>,
    /// Name and value now.
    pub(crate) new: Option<(String, String)>,
}

/// As [`check_pages`], with the single differences that the findings are made of.
pub(crate) fn inspect(
    pages: &[(String, Page)],
    ledger: &Ledger,
    lowered: &Specification,
) -> (Vec<Finding>, Vec<Step>) {
    let mut checker = Checker {
        lowered,
        drafts: Vec::new(),
        steps: Vec::new(),
    };
    let mut found = BTreeSet::new();
    for (file, page) in pages {
        checker.itself(file, page);
        let record = record_of(file, page, pages, ledger);
        let changed = match record {
            Some(record) => {
                found.insert(&record.file);
                checker.ledger(file, page, record)
            }
            None => BTreeSet::new(),
        };
        checker.document(file, page, record, &changed);
    }
    for record in &ledger.pages {
        if !found.contains(&record.file) {
            checker.gone(record);
        }
    }
    checker.ambiguous(pages);
    (findings(checker.drafts), checker.steps)
}

/// What the ledger has of a page: by its file, else by its address or title under another file.
fn record_of<'a>(
    file: &str,
    page: &Page,
    pages: &[(String, Page)],
    ledger: &'a Ledger,
) -> Option<&'a Record> {
    let same_file = ledger.pages.iter().find(|record| record.file == file);
    same_file.or_else(|| {
        let free = |record: &&Record| !pages.iter().any(|(other, _)| *other == record.file);
        let mut free = ledger.pages.iter().filter(free);
        free.find(|record| {
            let url = page
                .canonical_url
                .as_ref()
                .is_some_and(|url| url.value == record.url);
            let title = page
                .title
                .as_ref()
                .is_some_and(|title| title.value == record.title);
            url || title
        })
    })
}

/// The variant that a page documents: what is sent as the page says.
pub(crate) fn variant_of<'a>(page: &Page, lowered: &'a Specification) -> Option<&'a Operation> {
    let endpoint = &page.endpoint.as_ref()?.value;
    let media_type = page.media_type().map(|media_type| media_type.value);
    let essence = |text: &str| {
        text.split(';')
            .next()
            .unwrap_or_default()
            .trim()
            .to_ascii_lowercase()
    };
    let media_type = media_type.as_deref().map(essence);
    let path = endpoint.address.path.split('?').next().unwrap_or_default();
    lowered.api.operations.iter().find(|operation| {
        operation.method == endpoint.method
            && crate::compare::shape(&specification::address(lowered, operation).2)
                == crate::compare::shape(path.trim_end_matches('/'))
            && operation.media_type().map(essence) == media_type
    })
}

struct Checker<'a> {
    lowered: &'a Specification,
    drafts: Vec<Draft>,
    steps: Vec<Step>,
}

/// What a page says of the request body: topic, name, value.
type Said = Vec<(Topic, String, String)>;

/// The topics and names in which a page has changed.
type Changed = BTreeSet<(Topic, String)>;

impl Checker<'_> {
    /// A page against itself.
    fn itself(&mut self, file: &str, page: &Page) {
        for line in page.unknown_lines() {
            let value = format!("{} ({})", line.text.trim(), line.reason);
            self.found(Topic::UnknownLine, file, line.line, &value, None);
        }
        for found in contradictions(page) {
            let topic = match found.about {
                Disagreement::NoEndpoint => Topic::NoEndpoint,
                Disagreement::SampleIncomplete => Topic::SampleIncomplete,
                Disagreement::Method => Topic::PageMethod,
                Disagreement::Address => Topic::PageAddresses,
                Disagreement::MediaType => Topic::PageMediaType,
                Disagreement::Headers => Topic::PageHeaders,
                Disagreement::Body => Topic::PageBody,
                Disagreement::PropertyNotInBody => Topic::PropertyNotInBody,
                Disagreement::MemberNotInModel => Topic::MemberNotInModel,
                Disagreement::PropertyType => Topic::PagePropertyType,
                Disagreement::Links => Topic::PageLinks,
                Disagreement::StatedValue => Topic::StatedValue,
            };
            // An optional property may be left out of an example.
            let optional = page.properties.iter().flatten().any(|property| {
                property.line == found.line && property.requirement.eq_ignore_ascii_case("optional")
            });
            if found.about == Disagreement::PropertyNotInBody && optional {
                continue;
            }
            let detail = match found.against {
                Some(line) => format!("{} (line {line})", found.text),
                None => found.text.clone(),
            };
            let value = page.line(found.line).trim().to_owned();
            self.found(topic, file, found.line, &value, Some(detail));
            // Lines move without a cause.
            if let Some(draft) = self.drafts.last_mut() {
                draft.cause = format!("{file}:{}", found.text);
            }
        }
    }

    fn found(
        &mut self,
        topic: Topic,
        file: &str,
        line: usize,
        value: &str,
        detail: Option<String>,
    ) {
        self.drafts.push(Draft {
            rule: rule(topic, Action::Found),
            cause: format!("{file}:{}", detail.as_deref().unwrap_or(value)),
            name: String::new(),
            subject: file.to_owned(),
            old: None,
            new: Some(Side {
                file: file.to_owned(),
                line: Some(line),
                pointer: None,
                value: value.to_owned(),
            }),
            document: None,
            rust: Vec::new(),
            snapshots: Vec::new(),
            detail,
        });
    }

    /// A page against what it said before.
    fn ledger(&mut self, file: &str, page: &Page, record: &Record) -> Changed {
        let (old, new) = comparable(record, page);
        let (old, new) = (page::entries(&old), page::entries(&new));
        let said = self.lowered.entries(&record.variant);
        let mut changed = Changed::new();
        for change in diff(&old, &new) {
            changed.insert((change.topic, change.name.clone()));
            changed.extend(change.new.map(|entry| (entry.topic, entry.name.clone())));
            let place = place_of(&change, said);
            self.page_draft(file, &change, "spec/docs.lock", place);
            self.step(file, &record.variant, &change);
        }
        changed
    }

    fn page_draft(&mut self, file: &str, change: &Change<'_>, before: &str, place: Option<&Entry>) {
        let rule = rule(change.topic, change.action);
        let value =
            |entry: Option<&Entry>| entry.map_or("", |entry| entry.value.as_str()).to_owned();
        let (was, is) = (value(change.old), value(change.new));
        let at = |entry: &Entry, file: &str| Side {
            file: file.to_owned(),
            line: (entry.place.line > 0).then_some(entry.place.line),
            pointer: None,
            value: entry.value.clone(),
        };
        // The same move of `/v1` on several pages is one.
        let owner = if change.topic == Topic::BasePath {
            ""
        } else {
            file
        };
        self.drafts.push(Draft {
            rule,
            cause: format!("{owner}:{}:{was}:{is}", change.name),
            name: change.name.clone(),
            subject: file.to_owned(),
            old: change.old.map(|entry| at(entry, before)),
            new: change.new.map(|entry| at(entry, file)),
            document: place.map(|entry| side(self.lowered, &entry.place, &entry.value)),
            rust: Vec::new(),
            snapshots: Vec::new(),
            detail: None,
        });
    }

    /// Keeps the difference of the last draft for an edit.
    fn step(&mut self, file: &str, operation: &str, change: &Change<'_>) {
        let Some(draft) = self.drafts.last() else {
            return;
        };
        self.steps.push(Step {
            fingerprint: draft.fingerprint(),
            file: file.to_owned(),
            operation: operation.to_owned(),
            topic: change.topic,
            action: change.action,
            name: change.name.clone(),
            old: change.old.map(|entry| entry.value.clone()),
            new: change
                .new
                .map(|entry| (entry.name.clone(), entry.value.clone())),
        });
    }

    /// A page that is not there any more.
    fn gone(&mut self, record: &Record) {
        let operation = self.lowered.operation(&record.variant);
        let shared = operation.is_some_and(|operation| self.has_siblings(operation));
        let topic = if shared {
            Topic::Variant
        } else {
            Topic::Operation
        };
        let action = if record.says(Kind::Deprecation) {
            Action::RemovedDeprecated
        } else {
            Action::Removed
        };
        let place = operation.map(|operation| Place {
            line: self.lowered.line(&operation.pointer),
            pointer: operation.pointer.clone(),
        });
        self.drafts.push(Draft {
            rule: rule(topic, action),
            cause: record.file.clone(),
            name: record.variant.clone(),
            subject: record.file.clone(),
            old: Some(Side {
                file: "spec/docs.lock".to_owned(),
                line: None,
                pointer: None,
                value: record.title.clone(),
            }),
            new: None,
            document: place.map(|place| side(self.lowered, &place, &record.variant)),
            rust: Vec::new(),
            snapshots: Vec::new(),
            detail: None,
        });
    }

    fn has_siblings(&self, operation: &Operation) -> bool {
        self.lowered.api.operations.iter().any(|other| {
            other.id != operation.id
                && (&other.method, &other.path) == (&operation.method, &operation.path)
        })
    }

    /// Pages that say different things of the same request.
    fn ambiguous(&mut self, pages: &[(String, Page)]) {
        let request = |page: &Page| -> Option<(String, Said)> {
            let endpoint = &page.endpoint.as_ref()?.value;
            let media_type = page.media_type().map(|media_type| media_type.value);
            let key = format!(
                "{} {} {}",
                endpoint.method,
                crate::compare::shape(&endpoint.address.path),
                media_type.unwrap_or_default()
            );
            let entries = page::entries(&page.facts()).into_iter();
            let entries = entries.filter(|entry| {
                matches!(
                    entry.topic,
                    Topic::RequestProperty | Topic::RequestType | Topic::RequestRequirement
                )
            });
            Some((
                key,
                entries
                    .map(|entry| (entry.topic, entry.name, entry.value))
                    .collect(),
            ))
        };
        let requests: Vec<_> = pages
            .iter()
            .map(|(file, page)| (file, page, request(page)))
            .collect();
        for (index, (file, page, request)) in requests.iter().enumerate() {
            let Some((key, entries)) = request else {
                continue;
            };
            for (other, _, earlier) in &requests[..index] {
                let Some((earlier, said)) = earlier else {
                    continue;
                };
                if earlier == key && said != entries {
                    let line = page.endpoint.as_ref().map_or(1, |endpoint| endpoint.line);
                    let detail = format!("`{key}` has another body on the page {other}");
                    self.found(Topic::Ambiguity, file, line, key, Some(detail));
                }
            }
        }
    }

    /// A page against the document.
    fn document(&mut self, file: &str, page: &Page, record: Option<&Record>, changed: &Changed) {
        let Some(endpoint) = &page.endpoint else {
            return;
        };
        let known = record.and_then(|record| self.lowered.operation(&record.variant));
        let Some(operation) = known.or_else(|| variant_of(page, self.lowered)) else {
            let path = crate::compare::shape(&endpoint.value.address.path);
            let shared = self.lowered.api.operations.iter().any(|operation| {
                operation.method == endpoint.value.method
                    && crate::compare::shape(&specification::address(self.lowered, operation).2)
                        == path
            });
            let topic = if shared {
                Topic::Variant
            } else {
                Topic::Operation
            };
            let media_type = page.media_type().map(|media_type| media_type.value);
            let value = match media_type {
                Some(media_type) => format!("{} as {media_type}", endpoint.value),
                None => endpoint.value.to_string(),
            };
            let entry = Entry {
                topic,
                name: String::new(),
                value,
                place: Place {
                    line: endpoint.line,
                    pointer: String::new(),
                },
                item: None,
            };
            let change = Change {
                topic,
                action: Action::Added,
                name: String::new(),
                old: None,
                new: Some(&entry),
            };
            return self.page_draft(file, &change, "", None);
        };
        let said = page::entries(&page.facts());
        let documented = self.lowered.entries(&operation.id);
        let judge = Judge {
            lowered: self.lowered,
            operation,
            documented,
            form: page.form,
        };
        for difference in judge.differences(&said) {
            let name = difference.page.map_or("", |entry| entry.name.as_str());
            if changed.contains(&(difference.topic, name.to_owned()))
                || difference
                    .page
                    .is_some_and(|entry| changed.contains(&(entry.topic, name.to_owned())))
            {
                continue;
            }
            let change = Change {
                topic: difference.topic,
                action: difference.action,
                name: name.to_owned(),
                old: None,
                new: difference.page,
            };
            let before = self.drafts.len();
            self.page_draft(file, &change, "", None);
            if let Some(draft) = self.drafts.get_mut(before) {
                let place = difference
                    .document
                    .map(|entry| side(self.lowered, &entry.place, &entry.value));
                draft.old = Some(place.unwrap_or_else(|| {
                    let place = Place {
                        line: self.lowered.line(&operation.pointer),
                        pointer: operation.pointer.clone(),
                    };
                    side(self.lowered, &place, "")
                }));
                draft.detail = Some(difference.sentence(operation));
                draft.cause = format!("document:{}", draft.cause);
                let change = Change {
                    old: difference.document,
                    ..change
                };
                self.step(file, &operation.id, &change);
            }
        }
    }
}

/// Where the document says what a page has changed.
fn place_of<'a>(change: &Change<'_>, documented: &'a [Entry]) -> Option<&'a Entry> {
    let topic = match change.topic {
        Topic::ShownProperty | Topic::ShownValue => Topic::ResponseProperty,
        Topic::TrailingSlash | Topic::PathVariable => Topic::Path,
        Topic::RequestRequirement | Topic::RequestType | Topic::RequestFormat => {
            Topic::RequestProperty
        }
        topic => topic,
    };
    let known = documented
        .iter()
        .find(|entry| entry.topic == topic && entry.name == change.name);
    known
        .or_else(|| {
            documented
                .iter()
                .find(|entry| entry.topic == topic && entry.name.is_empty())
        })
        .or_else(|| documented.iter().find(|entry| entry.topic == Topic::Method))
}
