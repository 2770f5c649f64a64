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

/// The part of an interface that a topic belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Area {
    /// Operations and variants as a whole.
    Operation,
    /// Method, host and path.
    Address,
    /// Media types of requests.
    MediaType,
    /// Parameters and credentials.
    Parameter,
    /// Bodies, their properties and examples.
    Body,
    /// Statuses of responses.
    Status,
    /// Sentences and the constants in them.
    Prose,
    /// Pages and the document as texts.
    Source,
    /// The Rust crates.
    Rust,
}

/// The aspect that a topic is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Facet {
    /// Whether something is there.
    Existence,
    /// Where something is, or how it is spelled.
    Structure,
    /// Its type or format.
    Type,
    /// Its documented values.
    Values,
    /// Whether it must be there.
    Requiredness,
    /// Its bounds.
    Constraints,
    /// What the service does.
    Behaviour,
    /// What is said for people.
    Documentation,
    /// Whether one text agrees with itself.
    Consistency,
}

macro_rules! topics {
    ($($(#[doc = $doc:literal])+ $topic:ident = $name:literal, $direction:ident, $area:ident, $facet:ident;)+) => {
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

            /// The part of the interface.
            #[must_use]
            pub fn area(self) -> Area {
                match self { $(Self::$topic => Area::$area,)+ }
            }

            /// The aspect.
            #[must_use]
            pub fn facet(self) -> Facet {
                match self { $(Self::$topic => Facet::$facet,)+ }
            }
        }
    };
}

topics! {
    /// An operation: a method and a path.
    Operation = "operation", None, Operation, Existence;
    /// One of several variants of an operation.
    Variant = "variant", None, Operation, Existence;
    /// The name of a variant.
    VariantName = "variant-name", None, Rust, Structure;
    /// The method.
    Method = "method", None, Address, Structure;
    /// The path.
    Path = "path", None, Address, Structure;
    /// The slash at the end of a path.
    TrailingSlash = "trailing-slash", None, Address, Structure;
    /// A variable of the path.
    PathVariable = "path-variable", None, Address, Structure;
    /// Whether `/v1` is written in the path or in the host.
    BasePath = "base-path", None, Address, Documentation;
    /// The host.
    Host = "host", None, Address, Structure;
    /// The name of the server, and so the generated client.
    Server = "server", None, Rust, Structure;
    /// The media type of the request.
    MediaType = "media-type", Request, MediaType, Structure;
    /// A parameter of the media type.
    MediaTypeParameter = "media-type-parameter", Request, MediaType, Structure;
    /// How a request is authorized.
    Authorization = "authorization", Request, Parameter, Existence;
    /// A request header.
    Header = "header", Request, Parameter, Existence;
    /// A query parameter.
    QueryParameter = "query-parameter", Request, Parameter, Existence;
    /// Another way to authorize a request, beside one that stays.
    AuthorizationWay = "authorization-alternative", Request, Parameter, Existence;
    /// The type of a parameter.
    ParameterType = "parameter-type", Request, Parameter, Type;
    /// The format of a parameter.
    ParameterFormat = "parameter-format", Request, Parameter, Type;
    /// A value that a parameter can have.
    ParameterValue = "parameter-value", Request, Parameter, Values;
    /// A bound of a parameter.
    ParameterBound = "parameter-bound", Request, Parameter, Constraints;
    /// What an absent parameter stands for.
    ParameterDefault = "parameter-default", Request, Parameter, Behaviour;
    /// The property of the body that chooses a variant, and its value.
    Selector = "variant-selector", Request, Body, Structure;
    /// Whether the service ignores or refuses a property of the request.
    ReadOnly = "read-only-property", Request, Body, Requiredness;
    /// Whether the service leaves a property out of its answers.
    WriteOnly = "write-only-property", Response, Body, Requiredness;
    /// The request body as a whole.
    RequestBody = "request-body", Request, Body, Existence;
    /// A property of the request.
    RequestProperty = "request-property", Request, Body, Existence;
    /// The type of a property of the request.
    RequestType = "request-type", Request, Body, Type;
    /// The format of a property of the request.
    RequestFormat = "request-format", Request, Body, Type;
    /// Whether a property of the request is required.
    RequestRequirement = "request-requirement", Request, Body, Requiredness;
    /// Whether a property of the request may be null.
    RequestNull = "request-null", Request, Body, Type;
    /// A value that a property of the request can have.
    RequestValue = "request-value", Request, Body, Values;
    /// A bound of a property of the request.
    RequestBound = "request-bound", Request, Body, Constraints;
    /// What an absent property of the request stands for.
    RequestDefault = "request-default", Request, Body, Behaviour;
    /// An example of a request.
    RequestExample = "request-example", Request, Body, Documentation;
    /// The status of success.
    Status = "response-status", Response, Status, Structure;
    /// A status of failure.
    ErrorStatus = "error-status", Response, Status, Behaviour;
    /// A header of the response.
    ResponseHeader = "response-header", Response, Parameter, Existence;
    /// The media type of the response.
    ResponseMediaType = "response-media-type", Response, MediaType, Structure;
    /// The response body as a whole.
    ResponseBody = "response-body", Response, Body, Existence;
    /// A property of the response.
    ResponseProperty = "response-property", Response, Body, Existence;
    /// The type of a property of the response.
    ResponseType = "response-type", Response, Body, Type;
    /// The format of a property of the response.
    ResponseFormat = "response-format", Response, Body, Type;
    /// Whether a property of the response is always present.
    ResponseRequirement = "response-requirement", Response, Body, Requiredness;
    /// Whether a property of the response may be null.
    ResponseNull = "response-null", Response, Body, Type;
    /// A documented value of a property of the response.
    ResponseValue = "response-value", Response, Body, Values;
    /// A bound of a property of the response.
    ResponseBound = "response-bound", Response, Body, Constraints;
    /// An example of a response in the document, or a page's section of it.
    ResponseExample = "response-example", Response, Body, Documentation;
    /// A property that an example of a page shows.
    ShownProperty = "shown-property", Response, Body, Existence;
    /// A value that an example of a page shows.
    ShownValue = "shown-value", Response, Body, Values;
    /// A relation of a link that an example of a page shows.
    Link = "link", Response, Body, Existence;
    /// What sending a request twice would do.
    Effect = "effect", None, Operation, Behaviour;
    /// A notice that something goes away.
    Deprecation = "deprecation", None, Operation, Documentation;
    /// An extension that no rule knows better.
    Extension = "extension", None, Operation, Behaviour;
    /// Whether a schema tells an absent property from a null one.
    Patch = "patch", Request, Rust, Type;
    /// A generated Rust type.
    RustType = "rust-type", None, Rust, Existence;
    /// A public item of a published crate.
    RustItem = "rust-item", None, Rust, Existence;
    /// The title of a page, or the summary of a variant.
    Title = "title", None, Source, Documentation;
    /// The description in the document.
    Description = "description", None, Source, Documentation;
    /// The address of the page.
    PageAddress = "page-address", None, Source, Documentation;
    /// The identifier of the page.
    PageId = "page-id", None, Source, Documentation;
    /// A sentence of a page.
    Sentence = "sentence", None, Prose, Documentation;
    /// A sentence of a page that says when something is possible.
    Precondition = "precondition", None, Prose, Behaviour;
    /// A media type in a sentence.
    ProseMediaType = "prose-media-type", None, Prose, Structure;
    /// An operation in a sentence.
    ProseOperation = "prose-operation", None, Prose, Structure;
    /// A property in a sentence.
    ProseProperty = "prose-property", None, Prose, Structure;
    /// A status code in a sentence.
    ProseStatusCode = "prose-status-code", None, Prose, Behaviour;
    /// A property that a sentence requires.
    ProseRequirement = "prose-requirement", None, Prose, Requiredness;
    /// A status name in a sentence.
    StatusName = "status-name", None, Prose, Values;
    /// How long something is valid.
    Lifetime = "lifetime", None, Prose, Behaviour;
    /// How many attempts are allowed.
    Attempts = "attempts", None, Prose, Behaviour;
    /// What a code looks like.
    CodeShape = "code-shape", None, Prose, Behaviour;
    /// A limit in a sentence.
    Limit = "limit", None, Prose, Behaviour;
    /// Whether something can be configured.
    Configurable = "configurable", None, Prose, Behaviour;
    /// A default in a sentence.
    Default = "default", None, Prose, Behaviour;
    /// A version of software that is needed.
    SdkVersion = "sdk-version", None, Prose, Documentation;
    /// A date in a sentence.
    Date = "date", None, Prose, Documentation;
    /// Two pages that say different things of one variant.
    Ambiguity = "ambiguity", None, Source, Consistency;
    /// A part of a page that was seen, but not understood.
    Unread = "unread-part", None, Source, Consistency;
    /// A heading or a column in other words than before.
    Layout = "page-layout", None, Source, Consistency;
    /// A page most of which was not understood.
    NotUnderstood = "page-not-understood", None, Source, Consistency;
    /// What an example of an error shows.
    ErrorExample = "error-example", Response, Body, Documentation;
    /// A line of a page that was not understood.
    UnknownLine = "unknown-line", None, Source, Consistency;
    /// A document that the generator refuses.
    Refusal = "refusal", None, Source, Consistency;
    /// Anything that no rule knows.
    Other = "other", None, Source, Structure;
    /// A page that does not say a method and an address.
    NoEndpoint = "page-no-endpoint", None, Source, Consistency;
    /// A sample that does not say a part of its request.
    SampleIncomplete = "page-sample-incomplete", None, Source, Consistency;
    /// A page that uses two methods.
    PageMethod = "page-method", None, Source, Consistency;
    /// A page that uses two addresses.
    PageAddresses = "page-addresses", None, Source, Consistency;
    /// A page that uses two media types.
    PageMediaType = "page-media-type", None, Source, Consistency;
    /// A page that uses different headers.
    PageHeaders = "page-headers", None, Source, Consistency;
    /// A page that shows different bodies.
    PageBody = "page-body", None, Source, Consistency;
    /// A property of the request model that the example lacks.
    PropertyNotInBody = "page-property-not-in-body", None, Source, Consistency;
    /// A member of the example that the request model lacks.
    MemberNotInModel = "page-member-not-in-model", None, Source, Consistency;
    /// A value of another type than the request model says.
    PagePropertyType = "page-property-type", None, Source, Consistency;
    /// Links that name different resources.
    PageLinks = "page-links", None, Source, Consistency;
    /// A sentence that gives a property another value than the example.
    StatedValue = "page-stated-value", None, Source, Consistency;
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
