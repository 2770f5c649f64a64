//! What a page says and the document does not.

use pingone_codegen::model::{Body, Operation, SchemaKind};

use crate::compare::specification::Specification;
use crate::compare::{Action, Entry, Topic};
use crate::page::{Kind, Page};

/// One thing that a page says and the document does not.
pub(crate) struct Difference<'a> {
    pub(crate) topic: Topic,
    pub(crate) action: Action,
    pub(crate) page: Option<&'a Entry>,
    pub(crate) document: Option<&'a Entry>,
}

impl Difference<'_> {
    pub(crate) fn sentence(&self, operation: &Operation) -> String {
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
pub(crate) struct Judge<'a> {
    pub(crate) lowered: &'a Specification,
    pub(crate) operation: &'a Operation,
    pub(crate) documented: &'a [Entry],
    /// The page; without one, what is not said is not missing.
    pub(crate) page: Option<&'a Page>,
}

impl<'a> Judge<'a> {
    fn may_omit(&self, kind: Kind) -> bool {
        self.page.is_none_or(|page| page.may_omit(kind))
    }

    pub(crate) fn differences(&self, said: &'a [Entry]) -> Vec<Difference<'a>> {
        let mut differences: Vec<_> = said.iter().filter_map(|entry| self.judge(entry)).collect();
        let authorized = |entries: &'a [Entry]| {
            entries.iter().find(|entry| {
                entry.topic == Topic::Authorization
                    && matches!(entry.value.as_str(), "Bearer" | "Basic")
            })
        };
        if authorized(said).is_none()
            && !self.may_omit(Kind::Header)
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
            && !self.may_omit(Kind::Body)
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

    /// Whether the document says what a page says now.
    pub(crate) fn says_already(&self, entry: &'a Entry) -> bool {
        use Topic::*;
        if entry.topic == ResponseBody {
            return self.own(ResponseBody, "").is_some();
        }
        let is_compared = matches!(
            entry.topic,
            RequestProperty
                | RequestType
                | RequestFormat
                | RequestRequirement
                | Header
                | QueryParameter
                | ShownProperty
                | ShownValue
                | ResponseType
                | ResponseFormat
        );
        // Where the document is silent, it says neither.
        let is_silent = matches!(
            entry.topic,
            RequestType | RequestFormat | ResponseType | ResponseFormat
        ) && self
            .property(entry.topic, &entry.name)
            .is_none_or(|own| own.value != entry.value);
        is_compared && !is_silent && self.judge(entry).is_none()
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
                if entry.value == "required" {
                    Action::AddedRequired
                } else {
                    Action::Added
                },
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
            topic if crate::compare::document::is_constant(topic) => {
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
        let mut same = self.lowered.at(path);
        same.any(|operation| method.is_empty() || operation.method == method)
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
pub(crate) fn matches(own: &str, path: &str) -> bool {
    match own.split_once(".*") {
        None => own == path,
        Some((before, after)) => path
            .strip_prefix(before)
            .and_then(|rest| rest.strip_prefix('.'))
            .is_some_and(|rest| rest.ends_with(after) && rest.len() > after.len()),
    }
}
