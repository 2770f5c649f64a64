//! Pages against the ledger, and pages against the document.

mod comparable;
mod judge;

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use crate::compare::page::unread_topic;
use crate::compare::specification::{Specification, is_beside};
use crate::compare::{Action, Change, Entry, Topic, diff, is_inside, page, rule, variables};
use crate::consistency::{Contradiction, contradictions};
use crate::documents::{place_of, side};
use crate::finding::{Draft, Finding, Side, joined};
use crate::ledger::{Ledger, Record};
use crate::page::{Endpoint, Kind, Named, Page, Property, digest};
use comparable::comparable;
use judge::sentence;
pub(crate) use judge::{Judge, matches};

/// Everything that pages say differently from the ledger and from the document.
///
/// A difference from the ledger is a page that changed; one from the document alone was there before.
/// A page that was not understood gives no verdicts but that one. `pages` are the pages with the names of their files.
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
    /// The finding that it is a part of, until that has its fingerprint.
    draft: usize,
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
    let records = assigned(pages, ledger, lowered);
    for ((file, page), record) in pages.iter().zip(&records) {
        let record = record.map(|index| &ledger.pages[index]);
        checker.page(file, page, record);
    }
    for (index, record) in ledger.pages.iter().enumerate() {
        if !records.contains(&Some(index)) {
            checker.gone(record);
        }
    }
    checker.ambiguous(pages);
    let (findings, fingerprints) = joined(checker.drafts);
    let mut steps = checker.steps;
    for step in &mut steps {
        step.fingerprint.clone_from(&fingerprints[step.draft]);
    }
    (findings, steps)
}

/// What the ledger has of each page, by its index: whatever the files are called, and no record twice.
fn assigned(
    pages: &[(String, Page)],
    ledger: &Ledger,
    lowered: &Specification,
) -> Vec<Option<usize>> {
    struct Alike {
        file: bool,
        variant: bool,
        text: bool,
    }
    // The surest signs first.
    const WAYS: [fn(&Alike) -> bool; 5] = [
        |alike| alike.file && (alike.variant || alike.text),
        |alike| alike.variant && alike.text,
        |alike| alike.variant,
        |alike| alike.text,
        |alike| alike.file,
    ];
    let variant = |(_, page): &(String, Page)| lowered.variant_of(page).map(|own| own.id.as_str());
    let variants: Vec<Option<&str>> = pages.iter().map(variant).collect();
    let said = |named: &Option<Named<String>>, text: &str| {
        !text.is_empty() && named.as_ref().is_some_and(|named| named.value == text)
    };
    let mut records: Vec<Option<usize>> = vec![None; pages.len()];
    let mut taken = vec![false; ledger.pages.len()];
    for way in WAYS {
        for (at, (file, page)) in pages.iter().enumerate() {
            if records[at].is_some() {
                continue;
            }
            let found = ledger.pages.iter().enumerate().position(|(index, record)| {
                !taken[index]
                    && way(&Alike {
                        file: *file == record.file,
                        variant: variants[at] == Some(record.variant.as_str()),
                        text: said(&page.canonical_url, &record.url)
                            || said(&page.title, &record.title),
                    })
            });
            if let Some(index) = found {
                taken[index] = true;
                records[at] = Some(index);
            }
        }
    }
    records
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

/// A page as it is checked.
struct Checked<'a> {
    file: &'a str,
    page: &'a Page,
    record: Option<&'a Record>,
    /// A name that outlives the file: of the variant, else the title.
    owner: String,
    contradictions: Vec<Contradiction>,
}

impl Checked<'_> {
    /// Whether all samples are against the one line that a topic is read from.
    fn is_disputed(&self, topic: Topic) -> bool {
        use Topic::*;
        let about = match topic {
            Host | Path | BasePath | TrailingSlash | PathVariable | QueryParameter => {
                Topic::PageAddresses
            }
            Method => Topic::PageMethod,
            MediaType => Topic::PageMediaType,
            RequestProperty | RequestType | RequestFormat | RequestExample => Topic::PageBody,
            _ => return false,
        };
        self.contradictions
            .iter()
            .any(|found| found.about == about && found.everywhere)
    }

    /// The rows of the table that are about a property.
    fn rows(&self, name: &str) -> impl Iterator<Item = &Property> {
        let rows = self.page.properties.iter().flatten();
        rows.filter(move |row| row.name == name)
    }

    /// Whether what a page says of a topic is doubtful, because the page says something else elsewhere.
    fn is_doubtful(&self, topic: Topic, name: &str) -> bool {
        use Topic::*;
        let cells = |row: &Property| (row.type_name.clone(), row.requirement.clone());
        let misnamed = || {
            // The table has a property that the example has under another name.
            let mut found = self.contradictions.iter();
            let about = |about| self.contradictions.iter().any(|found| found.about == about);
            let row = self.rows(name).next();
            about(Topic::MemberNotInModel)
                && found.any(|found| {
                    found.about == Topic::PropertyNotInBody
                        && row.is_some_and(|row| row.line == found.line)
                })
        };
        self.is_disputed(topic)
            || match topic {
                RequestProperty => misnamed(),
                RequestRequirement | RequestType | RequestFormat => {
                    let rows: BTreeSet<_> = self.rows(name).map(cells).collect();
                    rows.len() > 1
                }
                _ => false,
            }
    }
}

impl<'a> Checker<'a> {
    fn page(&mut self, file: &str, page: &Page, record: Option<&Record>) {
        let variant = self
            .lowered
            .variant_of(page)
            .map(|operation| operation.id.clone());
        let title = || page.title.as_ref().map(|title| title.value.clone());
        let owner = record
            .map(|record| record.variant.clone())
            .or(variant)
            .or_else(title)
            .unwrap_or_else(|| file.to_owned());
        let checked = Checked {
            file,
            page,
            record,
            owner,
            contradictions: contradictions(page),
        };
        if !page.is_understood() {
            return self.not_understood(&checked);
        }
        self.itself(&checked);
        let changed = match record {
            Some(record) => self.ledger(&checked, record),
            None => BTreeSet::new(),
        };
        self.document(&checked, &changed);
    }

    fn not_understood(&mut self, checked: &Checked<'_>) {
        let page = checked.page;
        let unknown = page.unknown_lines().next();
        let line = unknown.as_ref().map_or(1, |unknown| unknown.line);
        let what = page.unknown_lines().count();
        let topic = if page.endpoint.is_none() {
            Topic::NoEndpoint
        } else {
            Topic::NotUnderstood
        };
        let mut detail = rule(topic, Action::Found).text.to_owned();
        if what > 0 {
            detail.push_str(&format!(
                "; {what} of {} lines were not understood",
                page.line_count()
            ));
        }
        detail.push_str("; nothing is concluded from the page");
        self.found(checked, topic, line, Some(detail), String::new());
    }

    /// A page against itself.
    fn itself(&mut self, checked: &Checked<'_>) {
        let page = checked.page;
        for (line, detail, cause) in unknown(page) {
            self.found(checked, Topic::UnknownLine, line, Some(detail), cause);
        }
        for unread in &page.unread {
            let known = checked
                .record
                .is_some_and(|record| record.knows(&unread.name));
            if known {
                continue;
            }
            let topic = unread_topic(&unread.name);
            let detail = format!("{}: the {}", rule(topic, Action::Found).text, unread.name);
            let cause = match topic {
                Topic::Layout => unread.name.clone(),
                _ => format!("{} {}", unread.name, unread.digest),
            };
            self.found(checked, topic, unread.lines.start, Some(detail), cause);
        }
        for found in &checked.contradictions {
            // An optional property may be left out of an example.
            let optional = page
                .properties
                .iter()
                .flatten()
                .any(|property| property.line == found.line && property.is_optional());
            if found.about == Topic::PropertyNotInBody && optional {
                continue;
            }
            let detail = match found.against {
                Some(line) => format!("{} (line {line})", found.text),
                None => found.text.clone(),
            };
            // Lines move without a cause.
            self.found(
                checked,
                found.about,
                found.line,
                Some(detail),
                found.cause.clone(),
            );
        }
    }

    fn found(
        &mut self,
        checked: &Checked<'_>,
        topic: Topic,
        line: usize,
        detail: Option<String>,
        cause: String,
    ) {
        let said = checked.page.line(line).trim();
        let rule = rule(topic, Action::Found);
        self.drafts.push(Draft {
            new: Some(Side::at(checked.file, Some(line), said)),
            detail,
            ..Draft::new(rule, &checked.owner, checked.file, cause)
        });
    }

    /// A page against what it said before.
    fn ledger(&mut self, checked: &Checked<'_>, record: &Record) -> Changed {
        let (old, new) = comparable(record, checked.page);
        let (old, new) = (page::entries(&old), page::entries(&new));
        let said = self.lowered.entries(&record.variant);
        let operation = self.lowered.operation(&record.variant);
        let mut changed = Changed::new();
        let changes = diff(&old, &new);
        let endpoint = checked
            .page
            .endpoint
            .as_ref()
            .map(|endpoint| &endpoint.value);
        let told = told(&changes, checked.page);
        for (index, change) in changes.iter().enumerate() {
            changed.insert((change.topic, change.name.clone()));
            changed.extend(change.new.map(|entry| (entry.topic, entry.name.clone())));
            if checked.is_doubtful(change.topic, &change.name)
                || follows_another(change, &changes, endpoint)
                || told.iter().any(|(_, sentence)| *sentence == index)
            {
                continue;
            }
            let place = documented_place(change, said);
            let settled = operation.is_some_and(|operation| {
                let judge = Judge {
                    lowered: self.lowered,
                    operation,
                    documented: said,
                    page: Some(checked.page),
                };
                change.new.is_some_and(|new| judge.says_already(new))
            });
            let draft = self.page_draft(checked, change, "spec/docs.lock", place, settled);
            let sentences = told.iter().filter(|(about, _)| *about == index);
            for entry in sentences.filter_map(|(_, sentence)| changes[*sentence].new) {
                let draft = &mut self.drafts[draft];
                let text = draft.text();
                draft.detail = Some(format!("{text}: \"{}\"", checked.shown(entry)));
            }
            if !settled {
                self.step(draft, checked.file, &record.variant, change);
            }
        }
        changed
    }

    /// Adds a difference of a page, and returns its index.
    fn page_draft(
        &mut self,
        checked: &Checked<'_>,
        change: &Change<'_>,
        before: &str,
        place: Option<&Entry>,
        settled: bool,
    ) -> usize {
        let rule = rule(change.topic, change.action);
        let value =
            |entry: Option<&Entry>| entry.map_or("", |entry| entry.value.as_str()).to_owned();
        let (old, new) = (value(change.old), value(change.new));
        let at = |entry: &Entry, file: &str| {
            let line = Some(entry.place.line).filter(|line| *line > 0);
            Side::at(file, line, checked.shown(entry))
        };
        // A record has the lines of the page that it was made from.
        let locked = |entry: &Entry| match entry.place.line {
            0 => before.to_owned(),
            _ => format!("{} as locked", checked.file),
        };
        let is_sentence = matches!(change.topic, Topic::Sentence | Topic::Precondition);
        let detail = is_sentence.then(|| checked.sentence(rule.text, change));
        // The same move of `/v1` is one, however many pages make it.
        let owner = Some(&checked.owner).filter(|_| change.topic != Topic::BasePath);
        let names = renamed_host(change).or_else(|| renamed_variables(change));
        let cause = names.unwrap_or_else(|| format!("{}:{old}:{new}", change.name));
        let name = Some(change.name.clone()).filter(|_| !is_sentence);
        self.drafts.push(Draft {
            name: name.unwrap_or_default(),
            old: change.old.map(|entry| at(entry, &locked(entry))),
            new: change.new.map(|entry| at(entry, checked.file)),
            document: place.map(|entry| side(self.lowered, &entry.place, &entry.value)),
            detail,
            settled,
            ..Draft::new(rule, owner.map_or("", String::as_str), checked.file, cause)
        });
        self.drafts.len() - 1
    }

    /// Keeps the difference of a draft for an edit.
    fn step(&mut self, draft: usize, file: &str, operation: &str, change: &Change<'_>) {
        self.steps.push(Step {
            fingerprint: String::new(),
            file: file.to_owned(),
            operation: operation.to_owned(),
            topic: change.topic,
            action: change.action,
            name: change.name.clone(),
            old: change.old.map(|entry| entry.value.clone()),
            new: change
                .new
                .map(|entry| (entry.name.clone(), entry.value.clone())),
            draft,
        });
    }

    /// A page that is gone.
    fn gone(&mut self, record: &Record) {
        let operation = self.lowered.operation(&record.variant);
        let shared = operation.is_some_and(|own| {
            let mut others = self.lowered.api.operations.iter();
            others.any(|other| other.id != own.id && is_beside(other, own))
        });
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
        let (id, rule) = (&record.variant, rule(topic, action));
        self.drafts.push(Draft {
            name: id.clone(),
            old: Some(Side::at("spec/docs.lock", None, record.title.as_str())),
            document: operation.map(|operation| place_of(self.lowered, operation, id)),
            ..Draft::new(rule, id, &record.file, id.clone())
        });
    }

    /// Pages that say different things of the same request.
    fn ambiguous(&mut self, pages: &[(String, Page)]) {
        // What is sent where, and what of the body each page says, for the pages before this one.
        let mut known: BTreeMap<String, Vec<(&str, Said)>> = BTreeMap::new();
        for (file, page) in pages.iter().filter(|(_, page)| page.is_understood()) {
            let Some(Named { line, value }) = &page.endpoint else {
                continue;
            };
            let path = crate::compare::shape(&value.address.path);
            let media_type = page.media_type().map(|named| named.value);
            let key = format!("{} {path} {}", value.method, media_type.unwrap_or_default());
            let is_about_body = |topic| {
                use Topic::*;
                matches!(topic, RequestProperty | RequestType | RequestRequirement)
            };
            let entries = page::entries(&page.facts()).into_iter();
            let entries = entries.filter(|entry| is_about_body(entry.topic));
            let said: Said = entries.map(|it| (it.topic, it.name, it.value)).collect();
            let earlier = known.entry(key.clone()).or_default();
            for (other, _) in earlier.iter().filter(|(_, own)| *own != said) {
                let detail = format!("`{key}` has another body on the page {other}");
                let rule = rule(Topic::Ambiguity, Action::Found);
                self.drafts.push(Draft {
                    new: Some(Side::at(file, Some(*line), key.as_str())),
                    detail: Some(detail),
                    ..Draft::new(rule, "", file, key.clone())
                });
            }
            earlier.push((file, said));
        }
    }

    /// A page against the document.
    fn document(&mut self, checked: &Checked<'_>, changed: &Changed) {
        let (page, record) = (checked.page, checked.record);
        let Some(endpoint) = &page.endpoint else {
            return;
        };
        let known = record.and_then(|record| self.lowered.operation(&record.variant));
        let Some(operation) = known.or_else(|| self.lowered.variant_of(page)) else {
            let path = crate::compare::shape(&endpoint.value.address.path);
            let mut same = self.lowered.at(&path);
            let shared = same.any(|operation| operation.method == endpoint.value.method);
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
            let entry = Entry::of_page(topic, "", &value, endpoint.line);
            let change = Change {
                topic,
                action: Action::Added,
                name: String::new(),
                old: None,
                new: Some(&entry),
            };
            self.page_draft(checked, &change, "", None, false);
            return;
        };
        let said = page::entries(&page.facts());
        let documented = self.lowered.entries(&operation.id);
        let judge = Judge {
            lowered: self.lowered,
            operation,
            documented,
            page: Some(page),
        };
        let differences = judge.differences(&said);
        let is_shown = |change: &&Change<'_>| change.topic == Topic::ShownProperty;
        let shown = differences.iter().filter(is_shown);
        // What is inside of a new property, or of one of another type, came with it.
        let came = changed
            .iter()
            .filter(|(topic, _)| matches!(topic, Topic::ShownProperty | Topic::ResponseType));
        let outer: Vec<&String> = came
            .map(|(_, name)| name)
            .chain(shown.map(|change| &change.name))
            .collect();
        for difference in &differences {
            let name = &difference.name;
            let is_known = |topic| changed.contains(&(topic, name.clone()));
            if is_shown(&difference) && outer.iter().any(|outer| is_inside(name, outer))
                || is_known(difference.topic)
                || difference.new.is_some_and(|entry| is_known(entry.topic))
                || checked.is_doubtful(difference.topic, name)
            {
                continue;
            }
            let alone = Change {
                old: None,
                ..difference.clone()
            };
            let index = self.page_draft(checked, &alone, "", None, false);
            let draft = &mut self.drafts[index];
            draft.old = Some(match difference.old {
                Some(entry) => side(self.lowered, &entry.place, &entry.value),
                None => place_of(self.lowered, operation, ""),
            });
            draft.detail = Some(sentence(difference, operation));
            draft.cause = format!("document:{}", draft.cause);
            self.step(index, checked.file, &operation.id, difference);
        }
    }
}

/// What was not understood of a page: the line, what it is, and what makes it the same on another page.
fn unknown(page: &Page) -> Vec<(usize, String, String)> {
    let mut runs: BTreeMap<Option<&str>, Vec<Range<usize>>> = BTreeMap::new();
    let mut keys = Vec::new();
    for run in page.unknown_runs() {
        if page.unknown_reason(run.start).contains("front matter") {
            keys.push(run);
        } else {
            runs.entry(page.section(run.start)).or_default().push(run);
        }
    }
    let mut found = Vec::new();
    for run in keys {
        let key = page.line(run.start).split(':').next().unwrap_or_default();
        let reason = page.unknown_reason(run.start);
        let detail = format!("not understood: `{key}` ({reason})");
        found.push((run.start, detail, key.to_owned()));
    }
    for (section, runs) in runs {
        let lines = |run: &Range<usize>| -> Vec<&str> {
            run.clone().map(|line| page.line(line).trim()).collect()
        };
        let first = runs[0].start;
        let (text, reason) = (page.line(first).trim(), page.unknown_reason(first));
        // What a section has many times has one cause.
        if let (Some(section), 3..) = (section, runs.len()) {
            let all: Vec<String> = runs.iter().map(|run| lines(run).join("\n")).collect();
            let detail = format!(
                "not understood: {} parts of the section `{section}`, the first is `{text}` ({reason})",
                runs.len()
            );
            found.push((first, detail, digest(&all.join("\n"))));
            continue;
        }
        for run in runs {
            let lines = lines(&run);
            let (text, reason) = (lines[0], page.unknown_reason(run.start));
            let (what, cause) = match lines.len() {
                1 => (format!("`{text}`"), text.to_owned()),
                many => (
                    format!("`{text}` and the {} lines below it", many - 1),
                    digest(&lines.join("\n")),
                ),
            };
            let detail = format!("not understood: {what} ({reason})");
            found.push((run.start, detail, cause));
        }
    }
    found
}

/// Where the document says what a page has changed.
fn documented_place<'a>(change: &Change<'_>, documented: &'a [Entry]) -> Option<&'a Entry> {
    let topic = match change.topic {
        Topic::ShownProperty | Topic::ShownValue => Topic::ResponseProperty,
        Topic::TrailingSlash | Topic::PathVariable => Topic::Path,
        Topic::RequestRequirement | Topic::RequestType | Topic::RequestFormat => {
            Topic::RequestProperty
        }
        topic => topic,
    };
    let find = |topic, name: &str| {
        let mut own = documented.iter();
        own.find(|entry| entry.topic == topic && entry.name == name)
    };
    find(topic, &change.name)
        .or_else(|| find(topic, ""))
        .or_else(|| find(Topic::Method, ""))
}

impl Checked<'_> {
    /// What an entry says, in words: of a sentence, the sentence.
    fn shown(&self, entry: &Entry) -> String {
        if !matches!(entry.topic, Topic::Sentence | Topic::Precondition) {
            return entry.value.clone();
        }
        let mut statements = self.page.statements.iter();
        let sentence = statements.find(|statement| statement.digest == entry.value);
        sentence.map_or_else(String::new, |sentence| sentence.text.clone())
    }

    /// What became of a sentence: the new words, and the line that the old ones were on.
    fn sentence(&self, text: &str, change: &Change<'_>) -> String {
        let new = change
            .new
            .map(|entry| self.shown(entry))
            .unwrap_or_default();
        let line = change
            .old
            .map(|entry| entry.place.line)
            .filter(|line| *line > 0);
        match (change.old, line, change.new) {
            (None, ..) => format!("{text}, new: \"{new}\""),
            (Some(_), Some(line), None) => {
                format!("{text}, gone: line {line} of the page as it was locked")
            }
            (Some(_), None, None) => format!("{text}, gone"),
            (Some(_), Some(line), Some(_)) => {
                format!("{text}: line {line} of the page as it was locked now reads \"{new}\"")
            }
            (Some(_), None, Some(_)) => format!("{text} now reads \"{new}\""),
        }
    }
}

/// The old and the new host of an operation in the prose, if nothing else of it has changed.
fn renamed_host(change: &Change<'_>) -> Option<String> {
    let parts = |entry: &Entry| {
        let mut words: Vec<String> = entry.value.split(' ').map(str::to_owned).collect();
        (words.len() >= 2).then(|| {
            let host = words.remove(words.len() - 2);
            (host, words)
        })
    };
    let (old, new) = (parts(change.old?)?, parts(change.new?)?);
    let same = change.topic == Topic::ProseOperation && old.1 == new.1;
    same.then(|| format!("{} {}", old.0, new.0))
}

/// The old and the new names of the variables of the path, whatever else is in it.
fn renamed_variables(change: &Change<'_>) -> Option<String> {
    if (change.topic, change.action) != (Topic::PathVariable, Action::Renamed) {
        return None;
    }
    let (old, new) = (&change.old?.value, &change.new?.value);
    let pairs = variables(old).into_iter().zip(variables(new));
    let renamed = pairs.filter(|(old, new)| old != new);
    let renamed: Vec<String> = renamed.map(|(old, new)| format!("{old} {new}")).collect();
    Some(renamed.join(" "))
}

/// The new sentences that say what another change says: the index of that change, and of the sentence.
fn told(changes: &[Change<'_>], page: &Page) -> Vec<(usize, usize)> {
    use Topic::*;
    let mut told = Vec::new();
    for (at, change) in changes.iter().enumerate() {
        let (Sentence | Precondition, Some(entry)) = (change.topic, change.new) else {
            continue;
        };
        let mut statements = page.statements.iter();
        let Some(statement) = statements.find(|statement| statement.digest == entry.value) else {
            continue;
        };
        let said = page::entries(&statement.constants);
        let names = |name: &str| {
            let plain = |c: char| c.is_alphanumeric() || c == '-' || c == '_';
            let mut words = statement.text.split(|c| !plain(c));
            !name.is_empty() && words.any(|word| word == name)
        };
        let is_cause = |other: &Change<'_>| match other.topic {
            // Only a sentence that is new can be about nothing but what is new.
            Header | QueryParameter | RequestProperty => {
                change.old.is_none() && other.old.is_none() && names(&other.name)
            }
            Lifetime | Attempts | CodeShape | Limit | Default | ProseStatusCode => {
                other.new.is_some_and(|new| {
                    let same = |own: &Entry| own.topic == new.topic && own.value == new.value;
                    said.iter().any(same)
                })
            }
            _ => false,
        };
        if let Some(about) = changes.iter().position(is_cause) {
            told.push((about, at));
        }
    }
    told
}

/// Whether a change of the prose only says again what another change of the page says.
fn follows_another(change: &Change<'_>, all: &[Change<'_>], endpoint: Option<&Endpoint>) -> bool {
    use Topic::*;
    let line = |change: &Change<'_>| {
        let entry = change.new.or(change.old);
        entry.map(|entry| entry.place.line).filter(|line| *line > 0)
    };
    let beside = |topics: &[Topic]| {
        all.iter().any(|other| {
            topics.contains(&other.topic)
                && line(change).is_some()
                && (line(other) == line(change)
                    || other.old.map(|entry| entry.place.line) == line(change))
        })
    };
    let changes = |topics: &[Topic]| all.iter().any(|other| topics.contains(&other.topic));
    match change.topic {
        // A notice, its date and its sentence are one.
        Sentence | Precondition | Date | Title => beside(&[Deprecation]),
        StatusName if change.action != Action::Changed => beside(&[Sentence, Precondition]),
        ProseOperation => change.new.is_some_and(|new| {
            let own = endpoint.map(|endpoint| {
                let host = endpoint.address.host.as_deref().unwrap_or_default();
                format!(
                    "{} {host} {}",
                    endpoint.method,
                    crate::compare::shape(&endpoint.address.path)
                )
            });
            let own = own.unwrap_or_default();
            let renamed = all.iter().find(|other| other.topic == Host);
            let with_host = renamed.and_then(|host| {
                let (old, new) = (&host.old?.value, &host.new?.value);
                let said = &change.old?.value;
                Some(said.replace(old.as_str(), new))
            });
            with_host.as_ref() == Some(&new.value)
                || changes(&[Path, Method, Host]) && own.ends_with(&new.value)
        }),
        ProseMediaType => all.iter().any(|other| {
            other.topic == MediaType
                && other.new.map(|entry| &entry.value) == change.new.map(|entry| &entry.value)
        }),
        // What is said of a status comes and goes with it.
        Unread if change.new.is_none() => all.iter().any(|other| {
            let status = other
                .old
                .filter(|_| matches!(other.topic, Status | ErrorStatus));
            status.is_some_and(|old| {
                [&old.name, &old.value]
                    .map(|it| page::listed(it))
                    .contains(&change.name)
            })
        }),
        Unread => change.old.is_none(),
        Layout => true,
        _ => false,
    }
}
