//! The facts of a page, one by one.

use std::fmt;
use std::sync::LazyLock;

use regex::Regex;

use super::sample::{Sample, SampleBody};
use super::{Body, Header, ListedStatus, Named, Page, Property, digest, leaves, pattern};

macro_rules! kinds {
    ($($(#[doc = $doc:literal])+ $kind:ident = $name:literal,)+) => {
        /// What a fact is about.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum Kind {
            $($(#[doc = $doc])+ $kind,)+
        }

        impl Kind {
            /// All kinds.
            pub const ALL: &'static [Self] = &[$(Self::$kind,)+];

            /// The name of the kind in reports and in the ledger.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$kind => $name,)+
                }
            }
        }
    };
}

kinds! {
    /// The title of the page.
    Title = "title",
    /// The canonical address of the page.
    CanonicalUrl = "canonical-url",
    /// The identifier of the page.
    PageId = "page-id",
    /// The method.
    Method = "method",
    /// The variable that holds scheme and host.
    Host = "host",
    /// The part of the path that some pages count to the host.
    BasePath = "base-path",
    /// The path with its variables.
    Path = "path",
    /// The media type of the request.
    MediaType = "media-type",
    /// A request header other than the media type, by name.
    Header = "header",
    /// The type of a property of the request model, by name.
    PropertyType = "property-type",
    /// Whether a property of the request model is required, by name.
    PropertyRequired = "property-required",
    /// A path of the request body, and what stands there.
    Body = "body",
    /// The status of an example response.
    ResponseStatus = "response-status",
    /// A status in the table of response codes, and the digest of what is said about it.
    ListedStatus = "listed-status",
    /// A path of an example of a successful response, and what stands there.
    Response = "response",
    /// What an example of an error shows, by status.
    ErrorBody = "error-body",
    /// A request header that may be left out, by name.
    OptionalHeader = "optional-header",
    /// A query parameter of the table, and whether it is required.
    QueryParameter = "query-parameter",
    /// A part of the page that was not understood, by its digest.
    Unread = "unread",
    /// A sentence, by the digest of its wording.
    Statement = "statement",
    /// A sentence that says when the operation is possible, by the digest of its wording.
    Precondition = "precondition",
    /// A media type in a sentence.
    ProseMediaType = "prose-media-type",
    /// An address in a sentence.
    ProseOperation = "prose-operation",
    /// A status code in a sentence.
    ProseStatusCode = "prose-status-code",
    /// A property in a sentence.
    Property = "property",
    /// A property that a sentence requires in the body.
    RequiredAttribute = "required-attribute",
    /// A name in capitals, such as a status.
    Status = "status",
    /// How long something is valid.
    Lifetime = "lifetime",
    /// How many attempts are allowed.
    Attempts = "attempts",
    /// What a code looks like.
    CodeShape = "code-shape",
    /// A limit of length.
    Limit = "limit",
    /// Whether something can be configured.
    Configurable = "configurable",
    /// A default value.
    Default = "default",
    /// A notice that something goes away.
    Deprecation = "deprecation",
    /// The version of software that is needed.
    SdkVersion = "sdk-version",
    /// A date in a sentence.
    Date = "date",
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// One thing that a page says.
///
/// Two pages say the same when their facts have the same kinds, names and values.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fact {
    /// What the fact is about.
    pub kind: Kind,
    /// Which one of its kind: a property, a header, a path; empty where there is only one.
    pub name: String,
    /// What is said about it.
    pub value: String,
    /// The number of the line, from 1.
    pub line: usize,
}

impl Page {
    /// All that the page says, sorted, each fact once, with the first line that says it.
    #[must_use]
    pub fn facts(&self) -> Vec<Fact> {
        let mut facts = Facts::default();
        facts.named(Kind::Title, self.title.as_ref());
        for title in self
            .title
            .iter()
            .filter(|title| is_deprecated(&title.value))
        {
            facts.add(Kind::Deprecation, "", "deprecated", title.line);
        }
        facts.named(Kind::CanonicalUrl, self.canonical_url.as_ref());
        facts.named(Kind::PageId, self.page_id.as_ref());
        if let Some(Named { line, value }) = &self.endpoint {
            facts.add(Kind::Method, "", &value.method, *line);
            let address = &value.address;
            facts.add(
                Kind::Host,
                "",
                address.host.as_deref().unwrap_or_default(),
                *line,
            );
            facts.add(Kind::BasePath, "", &address.base, *line);
            facts.add(Kind::Path, "", &address.path, *line);
        }
        facts.named(Kind::MediaType, self.media_type().as_ref());
        for header in self.request_headers() {
            facts.add(Kind::Header, &header.name, scheme(header), header.line);
            if self.is_optional(header) {
                facts.add(Kind::OptionalHeader, &header.name, "", header.line);
            }
        }
        for property in self
            .properties
            .iter()
            .flatten()
            .filter(|property| !property.name.is_empty())
        {
            facts.add(
                Kind::PropertyType,
                &property.name,
                &property.type_name,
                property.line,
            );
            facts.add(
                Kind::PropertyRequired,
                &property.name,
                &property.requirement,
                property.line,
            );
        }
        facts.body(Kind::Body, self.request_body().as_ref());
        for response in &self.responses {
            let status = response.status.to_string();
            facts.add(Kind::ResponseStatus, "", &status, response.line);
            if response.is_success() {
                facts.body(Kind::Response, response.body.as_ref());
            } else if let Some(body) = &response.body {
                let leaves = leaves(&body.value).into_iter();
                let shown: Vec<String> = leaves
                    .map(|leaf| format!("{} {}", leaf.path, leaf.shape))
                    .collect();
                facts.add(Kind::ErrorBody, &status, &shown.join(", "), body.line);
            }
        }
        for parameter in self.query_parameters.iter().flatten() {
            let Property {
                name,
                requirement,
                line,
                ..
            } = parameter;
            facts.add(Kind::QueryParameter, name, requirement, *line);
        }
        for ListedStatus {
            line,
            status,
            meaning,
        } in &self.statuses
        {
            facts.add(Kind::ListedStatus, status, &digest(meaning), *line);
        }
        for unread in &self.unread {
            facts.add(
                Kind::Unread,
                &unread.name,
                &unread.digest,
                unread.lines.start,
            );
        }
        for statement in &self.statements {
            if statement.complete {
                let kind = if statement.is_precondition() {
                    Kind::Precondition
                } else {
                    Kind::Statement
                };
                facts.add(kind, &statement.digest, "", statement.line);
            }
            facts.0.extend(statement.constants.iter().cloned());
        }
        facts.sorted()
    }

    /// Whether a sentence says that a header of the table may be left out.
    #[must_use]
    pub fn is_optional(&self, header: &Header) -> bool {
        static OPTIONAL: LazyLock<Regex> =
            LazyLock::new(|| pattern(r"(?i)\b(optional|optionally|may be|can be|need not)\b"));
        let name = header.name.to_lowercase();
        self.statements.iter().any(|statement| {
            OPTIONAL.is_match(&statement.text) && statement.text.to_lowercase().contains(&name)
        })
    }

    /// The media type of the request: from the headers, else from above the body, else from
    /// what the samples send.
    #[must_use]
    pub fn media_type(&self) -> Option<Named<String>> {
        let of = |headers: &[Header]| {
            let header = headers.iter().find(|header| is_content_type(header))?;
            Some(Named {
                line: header.line,
                value: header.value.clone(),
            })
        };
        self.headers
            .as_deref()
            .and_then(of)
            .or_else(|| self.raw_media_type.clone())
            .or_else(|| self.usual_sample().and_then(|sample| of(&sample.headers)))
    }

    /// The request headers but for the media type: from their section, else from the samples.
    #[must_use]
    pub fn request_headers(&self) -> Vec<&Header> {
        let sent = || self.usual_sample().map(|sample| &sample.headers);
        self.headers
            .as_ref()
            .or_else(sent)
            .into_iter()
            .flatten()
            .filter(|header| !is_content_type(header))
            .collect()
    }

    /// The request body: from its section, else from the samples.
    #[must_use]
    pub fn request_body(&self) -> Option<Body> {
        self.body
            .clone()
            .or_else(|| match &self.usual_sample()?.body {
                Some(SampleBody::Json(body)) => Some(body.clone()),
                _ => None,
            })
    }

    /// The sample that most other samples agree with.
    #[must_use]
    pub fn usual_sample(&self) -> Option<&Sample> {
        let agreeing = |sample: &Sample| {
            self.samples
                .iter()
                .filter(|other| other.same_as(sample))
                .count()
        };
        // The first of those with the most, for which `max_by_key` has to see them backwards.
        self.samples
            .iter()
            .rev()
            .max_by_key(|sample| agreeing(sample))
    }
}

impl Sample {
    /// Whether two samples send the same request.
    #[must_use]
    pub fn same_as(&self, other: &Self) -> bool {
        fn headers(sample: &Sample) -> Vec<(String, &str)> {
            let mut headers: Vec<_> = sample
                .headers
                .iter()
                .map(|header| (header.name.to_ascii_lowercase(), header.value.as_str()))
                .collect();
            headers.sort_unstable();
            headers.dedup();
            headers
        }
        let method = |sample: &Self| sample.method.as_ref().map(|method| method.value.clone());
        let address = |sample: &Self| sample.address.as_ref().map(|address| address.value.clone());
        let body = |sample: &Self| sample.body.as_ref().map(|body| body.json().cloned());
        method(self) == method(other)
            && address(self) == address(other)
            && headers(self) == headers(other)
            && body(self) == body(other)
    }
}

/// Whether a title says that its operation goes away.
fn is_deprecated(title: &str) -> bool {
    static NOTICE: LazyLock<Regex> =
        LazyLock::new(|| pattern(r"(?i)\b(deprecated|sunset|end of life)\b"));
    NOTICE.is_match(title)
}

pub(crate) fn is_content_type(header: &Header) -> bool {
    header.name.eq_ignore_ascii_case("content-type")
}

/// Of an authorization only the scheme is a fact; the rest is the name of a variable.
fn scheme(header: &Header) -> &str {
    if header.name.eq_ignore_ascii_case("authorization") {
        header.value.split(' ').next().unwrap_or_default()
    } else {
        &header.value
    }
}

#[derive(Default)]
struct Facts(Vec<Fact>);

impl Facts {
    fn add(&mut self, kind: Kind, name: &str, value: &str, line: usize) {
        self.0.push(Fact {
            kind,
            name: name.to_owned(),
            value: value.to_owned(),
            line,
        });
    }

    fn named(&mut self, kind: Kind, named: Option<&Named<String>>) {
        if let Some(named) = named {
            self.add(kind, "", &named.value, named.line);
        }
    }

    fn body(&mut self, kind: Kind, body: Option<&Body>) {
        let Some(body) = body else { return };
        for leaf in leaves(&body.value) {
            self.add(kind, &leaf.path, &leaf.shape, body.line_of(&leaf.path));
        }
    }

    fn sorted(mut self) -> Vec<Fact> {
        self.0.sort();
        self.0.dedup_by(|later, first| {
            later.kind == first.kind && later.name == first.name && later.value == first.value
        });
        self.0
    }
}
