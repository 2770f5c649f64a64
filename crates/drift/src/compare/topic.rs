//! What something said about an operation is about, and what may become of it.

use std::fmt;

/// Which half of an exchange a topic belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Direction {
    /// Neither or both.
    None,
    /// What a client sends.
    Request,
    /// What the service answers.
    Response,
}

macro_rules! topics {
    ($($(#[doc = $doc:literal])+ $topic:ident = $name:literal, $direction:ident;)+) => {
        /// What something said about an operation is about.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum Topic {
            $($(#[doc = $doc])+ $topic,)+
        }

        impl Topic {
            /// All topics.
            pub const ALL: &'static [Self] = &[$(Self::$topic,)+];

            /// The name, with which the names of its rules begin.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self { $(Self::$topic => $name,)+ }
            }

            /// The half of the exchange.
            #[must_use]
            pub fn direction(self) -> Direction {
                match self { $(Self::$topic => Direction::$direction,)+ }
            }
        }
    };
}

topics! {
    /// An operation: a method and a path.
    Operation = "operation", None;
    /// One of several variants of an operation.
    Variant = "variant", None;
    /// The name of a variant.
    VariantName = "variant-name", None;
    /// The method.
    Method = "method", None;
    /// The path.
    Path = "path", None;
    /// The slash at the end of a path.
    TrailingSlash = "trailing-slash", None;
    /// A variable of the path.
    PathVariable = "path-variable", None;
    /// Whether `/v1` is written in the path or in the host.
    BasePath = "base-path", None;
    /// The host.
    Host = "host", None;
    /// The name of the server, and so the generated client.
    Server = "server", None;
    /// The media type of the request.
    MediaType = "media-type", Request;
    /// A parameter of the media type.
    MediaTypeParameter = "media-type-parameter", Request;
    /// How a request is authorized.
    Authorization = "authorization", Request;
    /// A request header.
    Header = "header", Request;
    /// A query parameter.
    QueryParameter = "query-parameter", Request;
    /// Another way to authorize a request, beside one that stays.
    AuthorizationWay = "authorization-alternative", Request;
    /// The type of a parameter.
    ParameterType = "parameter-type", Request;
    /// The format of a parameter.
    ParameterFormat = "parameter-format", Request;
    /// A value that a parameter can have.
    ParameterValue = "parameter-value", Request;
    /// A bound of a parameter.
    ParameterBound = "parameter-bound", Request;
    /// What an absent parameter stands for.
    ParameterDefault = "parameter-default", Request;
    /// The property of the body that chooses a variant, and its value.
    Selector = "variant-selector", Request;
    /// Whether the service ignores or refuses a property of the request.
    ReadOnly = "read-only-property", Request;
    /// Whether the service leaves a property out of its answers.
    WriteOnly = "write-only-property", Response;
    /// The request body as a whole.
    RequestBody = "request-body", Request;
    /// A property of the request.
    RequestProperty = "request-property", Request;
    /// The type of a property of the request.
    RequestType = "request-type", Request;
    /// The format of a property of the request.
    RequestFormat = "request-format", Request;
    /// Whether a property of the request is required.
    RequestRequirement = "request-requirement", Request;
    /// Whether a property of the request may be null.
    RequestNull = "request-null", Request;
    /// A value that a property of the request can have.
    RequestValue = "request-value", Request;
    /// A bound of a property of the request.
    RequestBound = "request-bound", Request;
    /// What an absent property of the request stands for.
    RequestDefault = "request-default", Request;
    /// An example of a request.
    RequestExample = "request-example", Request;
    /// The status of success.
    Status = "response-status", Response;
    /// A status of failure.
    ErrorStatus = "error-status", Response;
    /// A header of the response.
    ResponseHeader = "response-header", Response;
    /// The media type of the response.
    ResponseMediaType = "response-media-type", Response;
    /// The response body as a whole.
    ResponseBody = "response-body", Response;
    /// A property of the response.
    ResponseProperty = "response-property", Response;
    /// The type of a property of the response.
    ResponseType = "response-type", Response;
    /// The format of a property of the response.
    ResponseFormat = "response-format", Response;
    /// Whether a property of the response is always present.
    ResponseRequirement = "response-requirement", Response;
    /// Whether a property of the response may be null.
    ResponseNull = "response-null", Response;
    /// A documented value of a property of the response.
    ResponseValue = "response-value", Response;
    /// A bound of a property of the response.
    ResponseBound = "response-bound", Response;
    /// An example of a response in the document, or a page's section of it.
    ResponseExample = "response-example", Response;
    /// A property that an example of a page shows.
    ShownProperty = "shown-property", Response;
    /// A value that an example of a page shows.
    ShownValue = "shown-value", Response;
    /// A relation of a link that an example of a page shows.
    Link = "link", Response;
    /// What sending a request twice would do.
    Effect = "effect", None;
    /// A notice that something goes away.
    Deprecation = "deprecation", None;
    /// An extension that no rule knows better.
    Extension = "extension", None;
    /// Whether a schema tells an absent property from a null one.
    Patch = "patch", Request;
    /// A generated Rust type.
    RustType = "rust-type", None;
    /// A public item of a published crate.
    RustItem = "rust-item", None;
    /// The title of a page, or the summary of a variant.
    Title = "title", None;
    /// The description in the document.
    Description = "description", None;
    /// The address of the page.
    PageAddress = "page-address", None;
    /// The identifier of the page.
    PageId = "page-id", None;
    /// A sentence of a page.
    Sentence = "sentence", None;
    /// A sentence of a page that says when something is possible.
    Precondition = "precondition", None;
    /// A media type in a sentence.
    ProseMediaType = "prose-media-type", None;
    /// An operation in a sentence.
    ProseOperation = "prose-operation", None;
    /// A property in a sentence.
    ProseProperty = "prose-property", None;
    /// A status code in a sentence.
    ProseStatusCode = "prose-status-code", None;
    /// A property that a sentence requires.
    ProseRequirement = "prose-requirement", None;
    /// A status name in a sentence.
    StatusName = "status-name", None;
    /// How long something is valid.
    Lifetime = "lifetime", None;
    /// How many attempts are allowed.
    Attempts = "attempts", None;
    /// What a code looks like.
    CodeShape = "code-shape", None;
    /// A limit in a sentence.
    Limit = "limit", None;
    /// Whether something can be configured.
    Configurable = "configurable", None;
    /// A default in a sentence.
    Default = "default", None;
    /// A version of software that is needed.
    SdkVersion = "sdk-version", None;
    /// A date in a sentence.
    Date = "date", None;
    /// Two pages that say different things of one variant.
    Ambiguity = "ambiguity", None;
    /// A part of a page that was seen, but not understood.
    Unread = "unread-part", None;
    /// A heading or a column in other words than before.
    Layout = "page-layout", None;
    /// A page most of which was not understood.
    NotUnderstood = "page-not-understood", None;
    /// What an example of an error shows.
    ErrorExample = "error-example", Response;
    /// A line of a page that was not understood.
    UnknownLine = "unknown-line", None;
    /// A document that the generator refuses.
    Refusal = "refusal", None;
    /// Anything that no rule knows.
    Other = "other", None;
    /// A page that does not say a method and an address.
    NoEndpoint = "page-no-endpoint", None;
    /// A sample that does not say a part of its request.
    SampleIncomplete = "page-sample-incomplete", None;
    /// A page that uses two methods.
    PageMethod = "page-method", None;
    /// A page that uses two addresses.
    PageAddresses = "page-addresses", None;
    /// A page that uses two media types.
    PageMediaType = "page-media-type", None;
    /// A page that uses different headers.
    PageHeaders = "page-headers", None;
    /// A page that shows different bodies.
    PageBody = "page-body", None;
    /// A property of the request model that the example lacks.
    PropertyNotInBody = "page-property-not-in-body", None;
    /// A member of the example that the request model lacks.
    MemberNotInModel = "page-member-not-in-model", None;
    /// A value of another type than the request model says.
    PagePropertyType = "page-property-type", None;
    /// Links that name different resources.
    PageLinks = "page-links", None;
    /// A sentence that gives a property another value than the example.
    StatedValue = "page-stated-value", None;
}

impl Topic {
    /// Whether the topic is about the Rust crates alone, which no page mentions.
    pub(crate) fn is_rust(self) -> bool {
        use Topic::*;
        matches!(self, VariantName | Server | Patch | RustType | RustItem)
    }
}

impl fmt::Display for Topic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

macro_rules! actions {
    ($($(#[doc = $doc:literal])+ $action:ident = $name:literal / $opposite:ident,)+) => {
        /// What became of something that was said.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum Action {
            $($(#[doc = $doc])+ $action,)+
        }

        impl Action {
            /// The name, with which the names of its rules end.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self { $(Self::$action => $name,)+ }
            }

            /// What undoes it.
            #[must_use]
            pub fn opposite(self) -> Self {
                match self { $(Self::$action => Self::$opposite,)+ }
            }
        }
    };
}

actions! {
    /// It was not there before.
    Added = "added" / Removed,
    /// It was not there before, and must be sent.
    AddedRequired = "added-required" / Removed,
    /// It was not there before, must be sent, and has a default.
    AddedWithDefault = "added-with-default" / Removed,
    /// It is gone.
    Removed = "removed" / Added,
    /// It was always there, and is gone.
    RemovedRequired = "removed-required" / AddedRequired,
    /// It is gone, as was announced.
    RemovedDeprecated = "removed-deprecated" / Added,
    /// It is another.
    Changed = "changed" / Changed,
    /// It has another name.
    Renamed = "renamed" / Renamed,
    /// It has another place.
    Moved = "moved" / Moved,
    /// Only capitals and small letters are others.
    Respelled = "respelled" / Respelled,
    /// Two have changed places.
    Swapped = "swapped" / Swapped,
    /// It must be there now.
    BecameRequired = "became-required" / BecameOptional,
    /// It need not be there any more.
    BecameOptional = "became-optional" / BecameRequired,
    /// What is said of it is neither yes nor no.
    BecameUnclear = "became-unclear" / BecameUnclear,
    /// Less is allowed.
    Tightened = "tightened" / Loosened,
    /// More is allowed.
    Loosened = "loosened" / Tightened,
    /// It is wrong in itself.
    Found = "found" / Found,
}
