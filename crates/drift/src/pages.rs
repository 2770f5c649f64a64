//! Pages against the ledger, and pages against the document.

use std::collections::BTreeSet;

use pingone_codegen::model::{Body, Operation, SchemaKind};

use crate::compare::document::{self, Specification};
use crate::compare::{Action, Change, Entry, Place, Topic, diff, page, rule};
use crate::consistency::{Disagreement, contradictions};
use crate::documents::side;
use crate::finding::{Draft, Finding, Side, findings};
use crate::ledger::{Ledger, Record};
use crate::page::{Fact, Form, Kind, Page};

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
    let mut checker = Checker {
        lowered,
        drafts: Vec::new(),
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
    findings(checker.drafts)
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
            && crate::compare::shape(&document::address(lowered, operation).2)
                == crate::compare::shape(path.trim_end_matches('/'))
            && operation.media_type().map(essence) == media_type
    })
}

struct Checker<'a> {
    lowered: &'a Specification,
    drafts: Vec<Draft>,
}

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
        let request = |page: &Page| -> Option<(String, Vec<(Topic, String, String)>)> {
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
                    && crate::compare::shape(&document::address(self.lowered, operation).2) == path
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
            }
        }
    }
}

/// The facts of both, without those that one of the two forms may have lost.
fn comparable(record: &Record, page: &Page) -> (Vec<Fact>, Vec<Fact>) {
    let was: Form = record.form.into();
    let is = page.form;
    let (mut old, mut new) = (record.facts(), page.facts());
    let key = |fact: &Fact| match fact.kind {
        Kind::Statement | Kind::Precondition => (fact.kind, String::new()),
        kind => (kind, fact.name.clone()),
    };
    let values = |facts: &[Fact], of: &Fact| -> BTreeSet<(String, String)> {
        let own = facts.iter().filter(|fact| key(fact) == key(of));
        own.map(|fact| (fact.name.clone(), fact.value.clone()))
            .collect()
    };
    // What a form may lose and has not replaced by anything is unknown, not removed.
    let (before, after) = (old.clone(), new.clone());
    let lost = |form: Form, fact: &Fact, here: &[Fact], there: &[Fact]| {
        form.may_omit(fact.kind) && values(there, fact).is_subset(&values(here, fact))
    };
    old.retain(|fact| {
        after.iter().any(|other| same(fact, other)) || !lost(is, fact, &before, &after)
    });
    new.retain(|fact| {
        was == is
            || before.iter().any(|other| same(fact, other))
            || !lost(was, fact, &after, &before)
    });
    (old, new)
}

fn same(a: &Fact, b: &Fact) -> bool {
    (a.kind, &a.name, &a.value) == (b.kind, &b.name, &b.value)
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

/// One thing that a page says and the document does not.
struct Difference<'a> {
    topic: Topic,
    action: Action,
    page: Option<&'a Entry>,
    document: Option<&'a Entry>,
}

impl Difference<'_> {
    fn sentence(&self, operation: &Operation) -> String {
        let value = |entry: Option<&Entry>| {
            let entry = entry?;
            let value = if entry.value.is_empty() {
                &entry.name
            } else {
                &entry.value
            };
            Some(format!("`{value}`"))
        };
        let nothing = || "nothing".to_owned();
        let name = self.page.map_or("", |entry| entry.name.as_str());
        let about = if name.is_empty() {
            String::new()
        } else {
            format!(" of `{name}`")
        };
        format!(
            "{}{about}: the page says {}, the document says {} of {}",
            self.topic,
            value(self.page).unwrap_or_else(nothing),
            value(self.document).unwrap_or_else(nothing),
            operation.id
        )
    }
}

/// Holds what a page says against what the document says of its variant.
struct Judge<'a> {
    lowered: &'a Specification,
    operation: &'a Operation,
    documented: &'a [Entry],
    form: Form,
}

impl<'a> Judge<'a> {
    fn differences(&self, said: &'a [Entry]) -> Vec<Difference<'a>> {
        let mut differences: Vec<_> = said.iter().filter_map(|entry| self.judge(entry)).collect();
        let authorized = |entries: &'a [Entry]| {
            entries.iter().find(|entry| {
                entry.topic == Topic::Authorization
                    && matches!(entry.value.as_str(), "Bearer" | "Basic")
            })
        };
        if authorized(said).is_none()
            && !self.form.may_omit(Kind::Header)
            && let Some(document) = authorized(self.documented)
        {
            differences.push(Difference {
                topic: Topic::Authorization,
                action: Action::Removed,
                page: None,
                document: Some(document),
            });
        }
        let body = self
            .documented
            .iter()
            .find(|entry| entry.topic == Topic::RequestBody);
        if !said.iter().any(|entry| entry.topic == Topic::RequestBody)
            && !self.form.may_omit(Kind::Body)
            && let Some(document) = body
        {
            differences.push(Difference {
                topic: Topic::RequestBody,
                action: Action::Removed,
                page: None,
                document: Some(document),
            });
        }
        differences
    }

    fn judge(&self, entry: &'a Entry) -> Option<Difference<'a>> {
        use Topic::*;
        let (document, agrees, topic, action) = match entry.topic {
            Method | MediaType => {
                let own = self.own(entry.topic, "");
                let agrees = own.is_some_and(|own| own.value.eq_ignore_ascii_case(&entry.value));
                (own, agrees, entry.topic, Action::Changed)
            }
            Path => return self.path(entry),
            Host => {
                let server = self.own(Server, "");
                let agrees = server.is_none_or(|server| {
                    entry.value.strip_suffix("Path").is_none_or(|variable| {
                        let known = if variable == "api" {
                            "platform"
                        } else {
                            variable
                        };
                        known == server.value
                    })
                });
                (self.own(Host, ""), agrees, Host, Action::Changed)
            }
            Authorization => {
                let mut ways = self
                    .documented
                    .iter()
                    .filter(|own| own.topic == Authorization);
                let agrees = ways.any(|own| own.value == entry.value);
                let own = self.own(Authorization, "");
                let action = if own.is_some() {
                    Action::Changed
                } else {
                    Action::Added
                };
                (own, agrees, Authorization, action)
            }
            Header => (
                None,
                self.own(Header, &entry.name).is_some(),
                Header,
                Action::AddedRequired,
            ),
            QueryParameter => (
                None,
                self.own(QueryParameter, &entry.name).is_some(),
                QueryParameter,
                Action::Added,
            ),
            RequestBody => (
                None,
                self.own(RequestBody, "").is_some(),
                RequestBody,
                Action::Added,
            ),
            RequestProperty => {
                let known = self.property(RequestProperty, &entry.name);
                (None, known.is_some(), RequestProperty, Action::Added)
            }
            RequestType | RequestFormat => {
                let own = self.property(entry.topic, &entry.name)?;
                let silent = entry.value.is_empty() || own.value.is_empty();
                (
                    Some(own),
                    silent || own.value == entry.value,
                    entry.topic,
                    Action::Changed,
                )
            }
            RequestRequirement => return self.requirement(entry),
            RequestExample | ShownValue => {
                let topic = if entry.topic == RequestExample {
                    RequestValue
                } else {
                    ResponseValue
                };
                let mut known = self
                    .documented
                    .iter()
                    .filter(|own| own.topic == topic && matches(&own.name, &entry.name))
                    .peekable();
                let own = *known.peek()?;
                let agrees = known.any(|own| own.value == entry.value);
                {
                    let reported = if entry.topic == RequestExample {
                        RequestValue
                    } else {
                        ShownValue
                    };
                    let free = matches!(entry.value.as_str(), "variable" | "literal");
                    (Some(own), agrees || free, reported, Action::Added)
                }
            }
            Status => {
                let own = self.own(Status, "")?;
                let agrees = own.value == entry.value || own.value == "2XX";
                (Some(own), agrees, Status, Action::Changed)
            }
            ErrorStatus => (
                None,
                self.own(ErrorStatus, &entry.name).is_some(),
                ErrorStatus,
                Action::Added,
            ),
            ShownProperty => {
                let open = self.own(ResponseBody, "").is_none();
                let known = self.property(ResponseProperty, &entry.name).is_some();
                (None, open || known, ShownProperty, Action::Added)
            }
            ResponseType | ResponseFormat => {
                let own = self.property(entry.topic, &entry.name)?;
                // An example tells less than the document: only what it contradicts counts.
                let silent = own.value.is_empty() || entry.value.is_empty() && own.value != "uuid";
                (
                    Some(own),
                    silent || own.value == entry.value,
                    entry.topic,
                    Action::Changed,
                )
            }
            ResponseNull => {
                let known = self.property(ResponseNull, &entry.name).is_some();
                (
                    self.property(ResponseProperty, &entry.name),
                    known,
                    ResponseNull,
                    Action::Added,
                )
            }
            ProseMediaType => {
                let mut known = self
                    .lowered
                    .api
                    .operations
                    .iter()
                    .filter_map(|operation| operation.media_type());
                (
                    None,
                    known.any(|known| known == entry.value),
                    ProseMediaType,
                    Action::Changed,
                )
            }
            ProseOperation => (
                None,
                self.knows_operation(&entry.value),
                ProseOperation,
                Action::Changed,
            ),
            ProseProperty => {
                let known = self.property(RequestProperty, &entry.value).is_some()
                    || self.property(ResponseProperty, &entry.value).is_some();
                (None, known, ProseProperty, Action::Changed)
            }
            ProseRequirement => (
                None,
                self.requires(&entry.value),
                ProseRequirement,
                Action::Changed,
            ),
            StatusName => (
                None,
                self.knows_value(&entry.value),
                StatusName,
                Action::Changed,
            ),
            topic if document::is_constant(topic) => {
                let known: Vec<_> = self
                    .documented
                    .iter()
                    .filter(|own| own.topic == topic)
                    .collect();
                // The document may say less of a constant than the page, but not something else.
                let agrees = known.iter().any(|own| entry.value.starts_with(&own.value));
                (known.first().copied(), agrees, topic, Action::Changed)
            }
            PageAddress => {
                let own = self.own(PageAddress, "")?;
                (
                    Some(own),
                    own.value == entry.value,
                    PageAddress,
                    Action::Changed,
                )
            }
            _ => return None,
        };
        (!agrees).then_some(Difference {
            topic,
            action,
            page: Some(entry),
            document,
        })
    }

    fn own(&self, topic: Topic, name: &str) -> Option<&'a Entry> {
        let mut own = self.documented.iter();
        own.find(|own| own.topic == topic && own.name.eq_ignore_ascii_case(name))
    }

    /// What the document says of a property; a map has every member.
    fn property(&self, topic: Topic, path: &str) -> Option<&'a Entry> {
        let mut own = self.documented.iter();
        own.find(|own| own.topic == topic && matches(&own.name, path))
    }

    fn path(&self, entry: &'a Entry) -> Option<Difference<'a>> {
        let own = self.own(Topic::Path, "")?;
        let (said, known) = (entry.value.as_str(), own.value.as_str());
        let difference = |topic, action| {
            Some(Difference {
                topic,
                action,
                page: Some(entry),
                document: Some(own),
            })
        };
        if crate::compare::shape(said) != crate::compare::shape(known) {
            return difference(Topic::Path, Action::Changed);
        }
        // `envID` and `environmentId` are one variable; `userID` in its place is not.
        let stem = |name: &str| name.to_lowercase().trim_end_matches("id").to_owned();
        let alike = |a: &str, b: &str| {
            let (a, b) = (stem(a), stem(b));
            a.starts_with(&b) || b.starts_with(&a) || a.ends_with(&b) || b.ends_with(&a)
        };
        let (said, known) = (
            crate::compare::variables(said),
            crate::compare::variables(known),
        );
        let names_another = |(index, name): (usize, &&str)| {
            !alike(name, known[index]) && known.iter().any(|other| alike(name, other))
        };
        if said.iter().enumerate().any(names_another) {
            return difference(Topic::PathVariable, Action::Swapped);
        }
        None
    }

    fn requirement(&self, entry: &'a Entry) -> Option<Difference<'a>> {
        let own = self.property(Topic::RequestRequirement, &entry.name)?;
        // A property inside of another is required if all around it are.
        let outer: Vec<&str> = entry
            .name
            .match_indices('.')
            .map(|(end, _)| &entry.name[..end])
            .collect();
        let required = |path: &str| {
            self.property(Topic::RequestRequirement, path)
                .is_none_or(|own| own.value == "required")
        };
        let documented = own.value == "required" && outer.into_iter().all(required);
        let action = match (entry.value.as_str(), documented) {
            ("required", false) => Action::BecameRequired,
            ("optional", true) => Action::BecameOptional,
            ("required" | "optional", _) => return None,
            _ => Action::BecameUnclear,
        };
        Some(Difference {
            topic: Topic::RequestRequirement,
            action,
            page: Some(entry),
            document: Some(own),
        })
    }

    fn knows_operation(&self, said: &str) -> bool {
        let path = said.rsplit(' ').next().unwrap_or_default();
        let first = said.split(' ').next().unwrap_or_default();
        let is_method = first.chars().all(|c| c.is_ascii_uppercase());
        let method = if is_method { first } else { "" };
        self.lowered.api.operations.iter().any(|operation| {
            (method.is_empty() || operation.method == method)
                && crate::compare::shape(&document::address(self.lowered, operation).2) == path
        })
    }

    /// Whether this variant, or one beside it, requires a property.
    fn requires(&self, property: &str) -> bool {
        let lowered = self.lowered;
        let beside = lowered.api.operations.iter().filter(|other| {
            (&other.method, &other.path) == (&self.operation.method, &self.operation.path)
        });
        beside
            .filter(|operation| matches!(operation.body, Body::Content { .. }))
            .flat_map(|operation| lowered.entries(&operation.id))
            .any(|entry| {
                entry.topic == Topic::RequestRequirement
                    && entry.value == "required"
                    && entry.name.rsplit('.').next() == Some(property)
            })
    }

    fn knows_value(&self, value: &str) -> bool {
        self.lowered
            .api
            .schemas
            .values()
            .any(|schema| match &schema.kind {
                SchemaKind::Enum(values) => values.iter().any(|known| known == value),
                _ => false,
            })
    }
}

/// Whether a path of the document names a path of a page; `*` stands for any member of a map.
fn matches(own: &str, path: &str) -> bool {
    match own.split_once(".*") {
        None => own == path,
        Some((before, after)) => path
            .strip_prefix(before)
            .and_then(|rest| rest.strip_prefix('.'))
            .is_some_and(|rest| rest.ends_with(after) && rest.len() > after.len()),
    }
}
