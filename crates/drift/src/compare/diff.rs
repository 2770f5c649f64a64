//! The walk over two lists of entries.

use std::collections::{BTreeMap, BTreeSet};

use super::document::PATH_VARIABLE;
use super::entry::Entry;
use super::topic::{Action, Topic};

/// One difference.
#[derive(Debug, Clone)]
pub(crate) struct Change<'a> {
    pub(crate) topic: Topic,
    pub(crate) action: Action,
    pub(crate) name: String,
    pub(crate) old: Option<&'a Entry>,
    pub(crate) new: Option<&'a Entry>,
}

/// The types of properties.
type Types<'a> = BTreeMap<(Topic, &'a str), &'a str>;

type Sides<'a> = (Vec<&'a Entry>, Vec<&'a Entry>);

/// Everything that two lists of entries say differently.
pub(crate) fn diff<'a>(old: &'a [Entry], new: &'a [Entry]) -> Vec<Change<'a>> {
    let mut keys: BTreeMap<(Topic, &str), Sides<'a>> = BTreeMap::new();
    let key = |entry: &'a Entry| (entry.topic, entry.name.as_str());
    for entry in old {
        keys.entry(key(entry)).or_default().0.push(entry);
    }
    for entry in new {
        keys.entry(key(entry)).or_default().1.push(entry);
    }
    let mut walk = Walk {
        requirement: requirements(new),
        before: requirements(old),
        kinds: (types(old), types(new)),
        defaults: names(new, Topic::RequestDefault),
        changes: Vec::new(),
        gone: BTreeMap::new(),
        fresh: BTreeMap::new(),
    };
    for ((topic, name), (mut old, mut new)) in keys {
        let both = |entry: &&Entry, others: &[&Entry]| {
            others.iter().any(|other| other.value == entry.value)
        };
        let (all_old, all_new) = (old.clone(), new.clone());
        old.retain(|entry| !both(entry, &all_new));
        new.retain(|entry| !both(entry, &all_old));
        if is_closed_list(topic) && all_old.is_empty() != all_new.is_empty() {
            // Of a list that came or went, no single value is the cause.
            let action = if all_old.is_empty() {
                Action::Tightened
            } else {
                Action::Loosened
            };
            walk.push(topic, action, old.first().copied(), new.first().copied());
        } else if !old.is_empty() || !new.is_empty() {
            // What both sides have makes another way to authorize an alternative.
            let stays = topic == Topic::Authorization && old.len() != all_old.len();
            let topic = if stays {
                Topic::AuthorizationWay
            } else {
                topic
            };
            walk.key(topic, name, &old, &new);
        }
    }
    walk.properties(Topic::RequestProperty);
    walk.properties(Topic::ResponseProperty);
    walk.properties(Topic::ShownProperty);
    walk.statuses();
    walk.finish()
}

/// Which properties are required, by topic and name.
fn requirements(entries: &[Entry]) -> BTreeSet<(Topic, &str)> {
    let required = entries.iter().filter(|entry| entry.value == "required");
    required
        .map(|entry| (entry.topic, entry.name.as_str()))
        .collect()
}

/// The names that one topic has.
fn names(entries: &[Entry], topic: Topic) -> BTreeSet<&str> {
    let own = entries.iter().filter(|entry| entry.topic == topic);
    own.map(|entry| entry.name.as_str()).collect()
}

fn types(entries: &[Entry]) -> Types<'_> {
    let types = entries
        .iter()
        .filter(|entry| matches!(entry.topic, Topic::RequestType | Topic::ResponseType));
    types
        .map(|entry| ((entry.topic, entry.name.as_str()), entry.value.as_str()))
        .collect()
}

struct Walk<'a> {
    requirement: BTreeSet<(Topic, &'a str)>,
    before: BTreeSet<(Topic, &'a str)>,
    kinds: (Types<'a>, Types<'a>),
    /// The properties of the new request that have a default.
    defaults: BTreeSet<&'a str>,
    changes: Vec<Change<'a>>,
    /// Properties that are gone and properties that are new, by topic and name.
    gone: BTreeMap<(Topic, &'a str), &'a Entry>,
    fresh: BTreeMap<(Topic, &'a str), &'a Entry>,
}

impl<'a> Walk<'a> {
    fn push(
        &mut self,
        topic: Topic,
        action: Action,
        old: Option<&'a Entry>,
        new: Option<&'a Entry>,
    ) {
        let name = old
            .or(new)
            .map(|entry| entry.name.clone())
            .unwrap_or_default();
        self.changes.push(Change {
            topic,
            action,
            name,
            old,
            new,
        });
    }

    /// What one key says differently: the entries of it that stand on one side only.
    fn key(&mut self, topic: Topic, name: &'a str, old: &[&'a Entry], new: &[&'a Entry]) {
        match topic {
            Topic::RequestProperty | Topic::ResponseProperty | Topic::ShownProperty => {
                self.gone
                    .extend(old.iter().map(|entry| ((topic, name), *entry)));
                self.fresh
                    .extend(new.iter().map(|entry| ((topic, name), *entry)));
            }
            _ => {
                for index in 0..old.len().max(new.len()) {
                    self.pair(topic, old.get(index).copied(), new.get(index).copied());
                }
            }
        }
    }

    fn pair(&mut self, topic: Topic, old: Option<&'a Entry>, new: Option<&'a Entry>) {
        use Topic::*;
        let required = |entry: Option<&Entry>| entry.is_some_and(|entry| entry.value == "required");
        let action = match (topic, old, new) {
            // A property without a type is one that came or went, or of which nothing is known.
            (
                RequestType | ResponseType | RequestFormat | ResponseFormat | ParameterType
                | ParameterFormat,
                old,
                new,
            ) if old.is_none() || new.is_none() => {
                return;
            }
            (Path, Some(old), Some(new)) => return self.path(old, new),
            (MediaType, Some(old), Some(new)) if old.value.eq_ignore_ascii_case(&new.value) => {
                Action::Respelled
            }
            // A request without a media type has neither a body nor a variant to choose.
            (MediaType, ..) => Action::Changed,
            (RequestRequirement | ResponseRequirement, Some(_), Some(new)) => {
                match new.value.as_str() {
                    "required" => Action::BecameRequired,
                    "optional" => Action::BecameOptional,
                    _ => Action::BecameUnclear,
                }
            }
            (RequestRequirement | ResponseRequirement, None, Some(new))
                if !matches!(new.value.as_str(), "required" | "optional") =>
            {
                Action::BecameUnclear
            }
            (RequestRequirement | ResponseRequirement, ..) => return,
            (RequestBody, Some(_), Some(_)) if required(new) => Action::BecameRequired,
            (RequestBody, Some(_), Some(_)) => Action::BecameOptional,
            (Header | QueryParameter, Some(_), Some(_)) if required(new) => Action::BecameRequired,
            (Header | QueryParameter, Some(_), Some(_)) => Action::BecameOptional,
            (Header | QueryParameter, None, _) if required(new) => Action::AddedRequired,
            (RequestBound | ResponseBound | ParameterBound, old, new) => bound(old, new),
            (RequestType | ResponseType, Some(old), Some(new)) => {
                match (old.value.as_str(), new.value.as_str()) {
                    ("integer", "number") => Action::Loosened,
                    ("number", "integer") => Action::Tightened,
                    _ => Action::Changed,
                }
            }
            // One example shows one value.
            (ShownValue, Some(_), Some(_)) => Action::Added,
            (
                RequestValue | ResponseValue | ParameterValue | AuthorizationWay,
                Some(_),
                Some(_),
            ) => {
                self.push(topic, Action::Removed, old, None);
                return self.push(topic, Action::Added, None, new);
            }
            (RequestExample, None, _) | (RequestExample, _, None)
                if old.or(new).is_some_and(|entry| !entry.name.is_empty()) =>
            {
                return;
            }
            (VariantName, Some(_), Some(_)) => Action::Renamed,
            // Of these, being there and being another are one thing: somebody has to look.
            (topic, ..) if !counts_existence(topic) => Action::Changed,
            (_, Some(_), Some(_)) => Action::Changed,
            (_, None, _) => Action::Added,
            (_, _, None) => Action::Removed,
        };
        self.push(topic, action, old, new);
    }

    fn path(&mut self, old: &'a Entry, new: &'a Entry) {
        let (before, after) = (old.value.as_str(), new.value.as_str());
        let sorted = |path| {
            let mut names = variables(path);
            names.sort_unstable();
            names
        };
        let (topic, action) = if before.trim_end_matches('/') == after.trim_end_matches('/') {
            (Topic::TrailingSlash, Action::Changed)
        } else if shape(before) != shape(after) {
            (Topic::Path, Action::Changed)
        } else if sorted(before) == sorted(after) {
            (Topic::PathVariable, Action::Swapped)
        } else {
            (Topic::PathVariable, Action::Renamed)
        };
        self.push(topic, action, Some(old), Some(new));
    }

    /// Pairs properties that are gone with those that are new, and reports the others.
    fn properties(&mut self, topic: Topic) {
        let mine = |side: &BTreeMap<(Topic, &'a str), &'a Entry>| -> BTreeMap<&'a str, &'a Entry> {
            let own = side.iter().filter(|((of, _), _)| *of == topic);
            own.map(|((_, name), entry)| (*name, *entry)).collect()
        };
        let (mut gone, mut fresh) = (mine(&self.gone), mine(&self.fresh));
        let all_gone: Vec<&str> = gone.keys().copied().collect();
        let mut moved_from = Vec::new();
        let mut moved_to = Vec::new();
        for name in all_gone.into_iter().rev() {
            if topic == Topic::ShownProperty {
                break;
            }
            let Some((other, action)) = self.counterpart(topic, name, &gone, &fresh) else {
                continue;
            };
            if let (Some(old), Some(new)) = (gone.remove(name), fresh.remove(other)) {
                // What is inside of a property moves with it.
                gone.retain(|path, _| !is_inside(path, name));
                fresh.retain(|path, _| !is_inside(path, other));
                moved_from.push(name);
                moved_to.push(other);
                self.push(topic, action, Some(old), Some(new));
            }
        }
        // An object around something that moved only came or went with it.
        gone.retain(|path, _| !moved_from.iter().any(|moved| is_inside(moved, path)));
        fresh.retain(|path, _| !moved_to.iter().any(|moved| is_inside(moved, path)));
        let requirement = match topic {
            Topic::RequestProperty => Topic::RequestRequirement,
            _ => Topic::ResponseRequirement,
        };
        let names: Vec<&str> = gone.keys().copied().collect();
        for (name, entry) in gone {
            if !names.iter().any(|outer| is_inside(name, outer)) {
                let always = self.before.contains(&(requirement, name));
                let action = if always && topic == Topic::ResponseProperty {
                    Action::RemovedRequired
                } else {
                    Action::Removed
                };
                self.push(topic, action, Some(entry), None);
            }
        }
        let names: Vec<&str> = fresh.keys().copied().collect();
        for (name, entry) in fresh {
            if !names.iter().any(|outer| is_inside(name, outer)) {
                let required = self.requirement.contains(&(requirement, name));
                let defaulted = topic == Topic::RequestProperty && self.defaults.contains(name);
                let action = if required && defaulted {
                    Action::AddedWithDefault
                } else if required {
                    Action::AddedRequired
                } else {
                    Action::Added
                };
                self.push(topic, action, None, Some(entry));
            }
        }
    }

    /// The new property that a property has most likely become.
    fn counterpart(
        &self,
        topic: Topic,
        name: &str,
        gone: &BTreeMap<&'a str, &'a Entry>,
        fresh: &BTreeMap<&'a str, &'a Entry>,
    ) -> Option<(&'a str, Action)> {
        let kind = match topic {
            Topic::RequestProperty => Topic::RequestType,
            _ => Topic::ResponseType,
        };
        let own = self.kinds.0.get(&(kind, name));
        let mut candidates: Vec<&'a str> = fresh.keys().copied().collect();
        candidates.retain(|other| self.kinds.1.get(&(kind, other)) == own);
        let (parent, last) = split(name);
        let only = |same: &dyn Fn(&str) -> bool| {
            let mut same = candidates.iter().copied().filter(|other| same(other));
            same.next().filter(|_| same.next().is_none())
        };
        let mut respelled = candidates.iter().copied();
        if let Some(other) = respelled.find(|other| other.eq_ignore_ascii_case(name)) {
            return Some((other, Action::Respelled));
        }
        if let Some(other) = only(&|other| split(other).1 == last) {
            return Some((other, Action::Moved));
        }
        // Beside it, nothing else came or went.
        let siblings = |paths: &BTreeMap<&'a str, &'a Entry>| {
            paths.keys().filter(|path| split(path).0 == parent).count()
        };
        let other = only(&|other| split(other).0 == parent)?;
        (siblings(gone) == 1 && siblings(fresh) == 1).then_some((other, Action::Renamed))
    }

    /// A status that is gone and one that is new are one change.
    fn statuses(&mut self) {
        let (mut gone, mut fresh) = (Vec::new(), Vec::new());
        self.changes.retain(|change| {
            match (change.topic, change.action) {
                (Topic::ErrorStatus, Action::Removed) => gone.push(change.clone()),
                (Topic::ErrorStatus, Action::Added) => fresh.push(change.clone()),
                _ => return true,
            }
            false
        });
        if let ([old], [new]) = (&gone[..], &fresh[..]) {
            let (old, new) = (old.old, new.new);
            return self.push(Topic::ErrorStatus, Action::Changed, old, new);
        }
        self.changes.append(&mut gone);
        self.changes.append(&mut fresh);
    }

    /// Leaves out what follows from something that is reported itself.
    fn finish(self) -> Vec<Change<'a>> {
        let Self {
            gone,
            fresh,
            mut changes,
            ..
        } = self;
        let came_or_went: BTreeSet<(bool, &str)> = gone
            .keys()
            .chain(fresh.keys())
            .map(|(topic, name)| (*topic == Topic::RequestProperty, *name))
            .collect();
        let has = |changes: &[Change<'_>], topic: Topic, actions: &[Action]| {
            changes
                .iter()
                .any(|change| change.topic == topic && actions.contains(&change.action))
        };
        let existence = [Action::Added, Action::Removed];
        let body = has(&changes, Topic::RequestBody, &existence);
        // What answers of one status have comes and goes with the status and with its body.
        let owned = |topic: Topic| -> BTreeSet<String> {
            let own = changes.iter().filter(|change| change.topic == topic);
            own.map(|change| change.name.clone()).collect()
        };
        let mut statuses = owned(Topic::ErrorStatus);
        let replaced = changes.iter().filter_map(|change| {
            (change.topic == Topic::ErrorStatus).then_some(change.new?.name.clone())
        });
        statuses.extend(replaced);
        let bodies = owned(Topic::ResponseBody);
        let parameters: BTreeSet<String> = changes
            .iter()
            .filter(|change| matches!(change.topic, Topic::Header | Topic::QueryParameter))
            .map(|change| change.name.clone())
            .collect();
        let moved = has(&changes, Topic::Path, &[Action::Changed])
            || has(&changes, Topic::PathVariable, &[Action::Swapped]);
        // Format, bounds and values belong to the type.
        let retyped: BTreeSet<(bool, String)> = changes
            .iter()
            .filter(|change| {
                matches!(
                    change.topic,
                    Topic::RequestType | Topic::ResponseType | Topic::ParameterType
                )
            })
            .map(|change| (change.topic == Topic::ResponseType, change.name.clone()))
            .collect();
        let shown = has(&changes, Topic::ResponseExample, &existence)
            && (has(&changes, Topic::ShownProperty, &existence)
                || has(&changes, Topic::Status, &existence));
        // The example of a page has no name, the examples of a document have.
        let example = changes
            .iter()
            .any(|change| change.topic == Topic::ResponseExample && change.name.is_empty());
        let empty = changes.iter().any(|change| {
            let new = change.new.map(|entry| entry.value.as_str());
            change.topic == Topic::Status && new == Some("204")
        });
        let nulls = owned(Topic::ResponseNull);
        let is_inside_retyped = |response: bool, name: &str| {
            let mut outer = retyped.iter().filter(|(of, _)| *of == response);
            outer.any(|(_, outer)| is_inside(name, outer))
        };
        changes.retain(|change| {
            use Topic::*;
            let status = change
                .name
                .split([' ', '.', '#', '['])
                .next()
                .unwrap_or_default();
            let answer = bodies.contains("") && !status.starts_with(|c: char| c.is_ascii_digit())
                || bodies.contains(status)
                || statuses.contains(status);
            let property = change.name.split('#').next().unwrap_or_default();
            if moved && property.starts_with(PATH_VARIABLE) {
                return false;
            }
            // All that is said of an answer, or of a property, comes and goes with it.
            if statuses.contains(status) && !matches!(change.topic, ErrorStatus | Status) {
                return false;
            }
            let one_sided = change.old.is_none() || change.new.is_none();
            let is_detail = matches!(change.topic, Description | Extension | Other | Deprecation);
            if one_sided
                && is_detail
                && !property.is_empty()
                && [true, false]
                    .iter()
                    .any(|sent| came_or_went.contains(&(*sent, property)))
            {
                return false;
            }
            let kind = |response: bool| retyped.contains(&(response, property.to_owned()));
            match change.topic {
                ResponseMediaType => !answer,
                RequestFormat | RequestBound | RequestDefault | RequestValue | ParameterFormat
                | ParameterBound | ParameterDefault | ParameterValue
                    if kind(false) =>
                {
                    false
                }
                ResponseFormat | ResponseBound | ResponseValue if kind(true) => false,
                // Another type says all of it in other keywords.
                Other if !property.is_empty() && (kind(false) || kind(true)) => false,
                RequestProperty if is_inside_retyped(false, property) => false,
                ResponseProperty | ShownProperty if is_inside_retyped(true, property) => false,
                ParameterType | ParameterFormat | ParameterBound | ParameterDefault
                | ParameterValue => !parameters.contains(property),
                RequestProperty => !body,
                ResponseProperty => !answer,
                ShownProperty | Link | ShownValue | Status if shown => false,
                // An answer without content has no body.
                ResponseBody if change.name.is_empty() => !example && !empty,
                ShownProperty | Link => !answer,
                RequestExample if change.name.is_empty() => !body,
                RequestType | RequestFormat | RequestRequirement | RequestNull | RequestValue
                | RequestBound | RequestDefault | RequestExample | ReadOnly => {
                    !body && !came_or_went.contains(&(true, property))
                }
                // Null shows no value, and is reported itself.
                ShownValue if nulls.contains(&change.name) => false,
                ShownValue | ResponseType | ResponseFormat | ResponseRequirement
                | ResponseValue | ResponseBound | WriteOnly => {
                    !answer && !came_or_went.contains(&(false, property))
                }
                // Null in an example takes the place of a type, and may come with its property.
                ResponseNull => !answer && !came_or_went.contains(&(false, change.name.as_str())),
                _ => true,
            }
        });
        changes
    }
}

/// Whether the document says of a topic with all of its entries what is allowed, and without any that everything is.
pub(crate) fn is_closed_list(topic: Topic) -> bool {
    matches!(
        topic,
        Topic::RequestValue | Topic::ResponseValue | Topic::ParameterValue
    )
}

/// Whether it matters for a topic that something came or went, and not only that it is another.
fn counts_existence(topic: Topic) -> bool {
    use Topic::*;
    matches!(
        topic,
        Authorization
            | AuthorizationWay
            | StatusName
            | Header
            | QueryParameter
            | ParameterValue
            | ReadOnly
            | WriteOnly
            | ResponseHeader
            | RequestBody
            | ResponseBody
            | RequestNull
            | ResponseNull
            | RequestValue
            | ResponseValue
            | ShownValue
            | Link
            | Status
            | ErrorStatus
            | ResponseExample
            | Deprecation
            | RustType
            | RustItem
    )
}

/// Which way a bound went: `maximum 8` to `maximum 6`, or a bound that came or went.
fn bound(old: Option<&Entry>, new: Option<&Entry>) -> Action {
    let (Some(old), Some(new)) = (old, new) else {
        return if old.is_none() {
            Action::Tightened
        } else {
            Action::Loosened
        };
    };
    let number = |entry: &Entry| entry.value.parse::<f64>().ok();
    let upper =
        old.name.rsplit('#').next().is_some_and(|keyword| {
            keyword.starts_with("max") || keyword.starts_with("exclusiveMax")
        });
    match (number(old), number(new)) {
        (Some(before), Some(after)) if (after > before) == upper => Action::Loosened,
        // Of two patterns nobody knows which allows more, so the worse is taken.
        _ => Action::Tightened,
    }
}

/// A path with its variables taken out.
pub(crate) fn shape(path: &str) -> String {
    let segments = path.split('/').map(|segment| {
        if segment.starts_with('{') {
            "{}"
        } else {
            segment
        }
    });
    segments.collect::<Vec<_>>().join("/")
}

/// The variables of a path, in their order.
pub(crate) fn variables(path: &str) -> Vec<&str> {
    path.split('/')
        .filter_map(|segment| segment.strip_prefix('{')?.strip_suffix('}'))
        .collect()
}

fn split(path: &str) -> (&str, &str) {
    path.rsplit_once('.').unwrap_or(("", path))
}

/// Whether a property is inside of another one.
pub(crate) fn is_inside(path: &str, outer: &str) -> bool {
    path.strip_prefix(outer)
        .is_some_and(|rest| rest.starts_with(['.', '[']))
}
