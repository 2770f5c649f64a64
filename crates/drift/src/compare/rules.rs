//! The registry of rules: what each kind of difference means on the wire and in Rust.

use std::fmt;

use serde::Serialize;

use super::topic::{Action, Direction, Topic};

/// What a difference means for programs that are already running.
///
/// The contract is judged, not the leniency of a server.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, schemars::JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Wire {
    /// Nothing: only texts are other ones.
    None,
    /// They go on working.
    Compatible,
    /// A person has to decide: what is known does not.
    Review,
    /// They go on working, but what they cause is different.
    Behaviour,
    /// Some of them stop working.
    Breaking,
}

/// What a difference means for Rust programs when they are compiled with the regenerated crates.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, schemars::JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Source {
    /// Nothing.
    None,
    /// They compile; there is something new.
    Minor,
    /// A person has to decide: what is known does not.
    Review,
    /// Some of them do not compile.
    Major,
}

macro_rules! words {
    ($verdict:ident: $($variant:ident = $word:literal),+) => {
        impl $verdict {
            /// The word in reports.
            #[must_use]
            pub fn word(self) -> &'static str {
                match self { $(Self::$variant => $word,)+ }
            }
        }

        impl fmt::Display for $verdict {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.word())
            }
        }
    };
}

words!(Wire: None = "none", Compatible = "compatible", Review = "review", Behaviour = "behaviour", Breaking = "breaking");
words!(Source: None = "none", Minor = "minor", Review = "review", Major = "major");

impl Source {
    /// The verdict about the wire that is as bad.
    pub(crate) fn as_wire(self) -> Wire {
        match self {
            Self::None => Wire::None,
            Self::Minor => Wire::Compatible,
            Self::Review => Wire::Review,
            Self::Major => Wire::Breaking,
        }
    }
}

/// What one kind of difference means, and what to do about it.
#[derive(Debug, PartialEq, Eq)]
pub struct Rule {
    /// The name, such as `request-property-added-required`.
    pub id: &'static str,
    /// What the difference is about; it says the direction.
    pub topic: Topic,
    /// What happened.
    pub action: Action,
    /// What it means on the wire.
    pub wire: Wire,
    /// What it means in Rust.
    pub source: Source,
    /// What happened, in words.
    pub text: &'static str,
    /// What to do, in words.
    pub fix: &'static str,
}

impl Rule {
    /// The rules that a complete registry has beside this one: the one that undoes it, and the one of
    /// the other direction.
    #[must_use]
    pub fn mirrors(&self) -> Vec<(Topic, Action)> {
        let mut mirrors = vec![(self.topic, self.action.opposite())];
        if let Some(other) = other_direction(self.topic) {
            mirrors.push((other, self.action));
        }
        mirrors.retain(|mirror| *mirror != (self.topic, self.action));
        mirrors
    }

    /// What the vendor says about changes of this kind.
    #[must_use]
    pub fn policy(&self) -> Option<&'static str> {
        use Topic::{
            ErrorStatus, Link, ResponseProperty, ResponseValue, ShownProperty, ShownValue,
        };
        match (self.topic, self.action) {
            (ResponseProperty | ShownProperty, Action::Added) => Some(
                "PingOne's forward-compatibility rules: clients must accept new optional properties",
            ),
            (Link, _) => Some(
                "PingOne's forward-compatibility rules: links come and go with the state of a resource, and \
                 clients must accept new ones",
            ),
            (ResponseValue | ShownValue, Action::Added) => {
                Some("Every enum of the document is open: the service may add values at any time")
            }
            (ErrorStatus, _) => Some("Clients must decide by the class of an error status"),
            _ => None,
        }
    }
}

/// The topic that says of the other direction what this one says.
fn other_direction(topic: Topic) -> Option<Topic> {
    use Topic::*;
    const PAIRS: [(Topic, Topic); 8] = [
        (RequestBody, ResponseBody),
        (RequestProperty, ResponseProperty),
        (RequestType, ResponseType),
        (RequestFormat, ResponseFormat),
        (RequestRequirement, ResponseRequirement),
        (RequestNull, ResponseNull),
        (RequestValue, ResponseValue),
        (RequestBound, ResponseBound),
    ];
    match topic.direction() {
        Direction::None => None,
        _ => PAIRS.iter().find_map(|(request, response)| match topic {
            topic if topic == *request => Some(*response),
            topic if topic == *response => Some(*request),
            _ => None,
        }),
    }
}

/// The rule for a difference, or the one for everything that has none of its own.
#[must_use]
pub fn rule(topic: Topic, action: Action) -> &'static Rule {
    let own = RULES
        .iter()
        .find(|rule| rule.topic == topic && rule.action == action);
    own.or_else(|| RULES.iter().find(|rule| rule.topic == Topic::Other))
        .unwrap_or(&RULES[0])
}

/// Why a registry can do without a mirror.
pub type MirrorWaiver = (Topic, Action, &'static str);

macro_rules! rules {
    ($($id:literal = $topic:ident $action:ident, $wire:ident, $source:ident, $text:literal, $fix:literal;)+) => {
        /// All rules.
        pub static RULES: &[Rule] = &[$(Rule {
            id: $id,
            topic: Topic::$topic,
            action: Action::$action,
            wire: Wire::$wire,
            source: Source::$source,
            text: $text,
            fix: $fix,
        },)+];
    };
}

#[rustfmt::skip]
rules! {
    "operation-added" = Operation Added, Compatible, Minor, "a new operation", "describe it in the document, then record it with `cargo xtask docs lock`";
    "operation-removed" = Operation Removed, Breaking, Major, "an operation is gone", "ask the vendor, then deprecate it for one release before removing it";
    "operation-removed-deprecated" = Operation RemovedDeprecated, Compatible, Major, "a deprecated operation is gone", "remove it from the document with the next major version";
    "variant-added" = Variant Added, Compatible, Minor, "a new variant of a known operation", "add its media type to the document, then record it with `cargo xtask docs lock`";
    "variant-removed" = Variant Removed, Breaking, Major, "a variant of an operation is gone", "ask the vendor, then deprecate it for one release before removing it";
    "variant-removed-deprecated" = Variant RemovedDeprecated, Compatible, Major, "a deprecated variant is gone", "remove its media type from the document with the next major version";
    "variant-name-renamed" = VariantName Renamed, None, Major, "the name of a variant", "keep the old name unless the major version changes anyway";
    "method-changed" = Method Changed, Breaking, Major, "the method", "move the operation to its new method";
    "path-changed" = Path Changed, Breaking, Major, "the path", "move the operation to its new path";
    "trailing-slash-changed" = TrailingSlash Changed, Review, None, "the slash at the end of the path", "try both addresses against the service, then follow it";
    "path-variable-renamed" = PathVariable Renamed, None, Review, "the name of a path variable", "keep the name of the document, or rename it: arguments are positional, but tools show it";
    "path-variable-swapped" = PathVariable Swapped, Breaking, Major, "the order of the path variables", "put the variables of the path into their new order";
    "base-path-changed" = BasePath Changed, None, None, "where `/v1` is written; the address that is sent stays the same", "nothing on the wire changes: `cargo xtask docs lock` records it";
    "host-changed" = Host Changed, Breaking, None, "the host", "change `servers` of the operation";
    "server-changed" = Server Changed, None, Major, "the server, and with it the generated client", "callers have to use the other client";
    "media-type-changed" = MediaType Changed, Breaking, Major, "the media type of the request", "change the key under `requestBody.content`";
    "media-type-respelled" = MediaType Respelled, Review, None, "the case of the media type; types compare without it", "follow the spelling if the service turns out to care";
    "media-type-parameter-changed" = MediaTypeParameter Changed, Compatible, None, "a parameter of the media type", "nothing: JSON is UTF-8 with and without it";
    "authorization-added" = Authorization Added, Breaking, None, "the request must be authorized", "add it under `security`";
    "authorization-removed" = Authorization Removed, Review, None, "the request needs no authorization", "find out whether it may still be sent before removing it under `security`";
    "authorization-changed" = Authorization Changed, Breaking, Major, "the kind of authorization", "change it under `security`";
    "header-added" = Header Added, Compatible, Minor, "a new optional header", "add it to `parameters`";
    "header-added-required" = Header AddedRequired, Breaking, Major, "a new required header", "add it to `parameters`, with `required: true`";
    "header-removed" = Header Removed, Review, Major, "a header is gone", "find out whether it may still be sent before removing it";
    "header-became-required" = Header BecameRequired, Breaking, Major, "a header became required", "add `required: true` to the parameter";
    "header-became-optional" = Header BecameOptional, Compatible, Major, "a header became optional", "take `required: true` from the parameter";
    "query-parameter-added" = QueryParameter Added, Compatible, Minor, "a new optional query parameter", "add it to `parameters`; the generated function gains an argument, the handle a method";
    "query-parameter-added-required" = QueryParameter AddedRequired, Breaking, Major, "a new required query parameter", "add it to `parameters`, with `required: true`";
    "query-parameter-removed" = QueryParameter Removed, Review, Major, "a query parameter is gone", "find out whether it may still be sent before removing it";
    "query-parameter-became-required" = QueryParameter BecameRequired, Breaking, Major, "a query parameter became required", "add `required: true` to the parameter";
    "query-parameter-became-optional" = QueryParameter BecameOptional, Compatible, Major, "a query parameter became optional", "take `required: true` from the parameter";
    "authorization-alternative-added" = AuthorizationWay Added, Compatible, None, "another way to authorize the request", "add it under `security`";
    "authorization-alternative-removed" = AuthorizationWay Removed, Breaking, None, "one way to authorize the request is gone", "remove it under `security`, after nobody uses it any more";
    "parameter-format-changed" = ParameterFormat Changed, Review, Major, "the format of a parameter", "change its `format` if the service refuses other texts";
    "parameter-value-added" = ParameterValue Added, Compatible, Minor, "a new value of a parameter", "add it to `enum`";
    "parameter-value-removed" = ParameterValue Removed, Breaking, Major, "a value of a parameter is gone", "take it from `enum`";
    "parameter-value-tightened" = ParameterValue Tightened, Breaking, Major, "only these values of a parameter are allowed now", "give the parameter an `enum`";
    "parameter-value-loosened" = ParameterValue Loosened, Compatible, Major, "a parameter can have any value now", "take `enum` away; its type becomes a text";
    "parameter-bound-tightened" = ParameterBound Tightened, Breaking, None, "less is allowed in a parameter", "change the bound";
    "parameter-bound-loosened" = ParameterBound Loosened, Compatible, None, "more is allowed in a parameter", "change the bound";
    "parameter-default-changed" = ParameterDefault Changed, Behaviour, None, "the default of a parameter", "change `default`";
    "variant-selector-changed" = Selector Changed, Breaking, Major, "the property of the body that chooses the variant", "change the variant in the document";
    "read-only-property-added" = ReadOnly Added, Review, None, "the service no longer takes a property of the request", "find out whether it may still be sent";
    "read-only-property-removed" = ReadOnly Removed, Compatible, None, "the service takes a property of the request now", "take `readOnly` away";
    "write-only-property-added" = WriteOnly Added, Review, None, "answers no longer have a property", "find out whether it is gone; keep its field optional";
    "write-only-property-removed" = WriteOnly Removed, Compatible, None, "answers have a property now", "take `writeOnly` away";
    "parameter-type-changed" = ParameterType Changed, Review, Major, "the type of a parameter", "change the schema of the parameter";
    "request-body-added" = RequestBody Added, Breaking, Major, "the request has a body now", "replace `x-no-body: true` by a `schema`";
    "request-body-became-required" = RequestBody BecameRequired, Breaking, Major, "the body of the request became required", "add `required: true` to `requestBody`";
    "request-body-became-optional" = RequestBody BecameOptional, Compatible, Major, "the body of the request became optional", "take `required: true` from `requestBody`";
    "request-body-swapped" = RequestBody Swapped, Breaking, Major, "the bodies of two variants have changed places", "exchange the schemas of the two media types";
    "request-body-removed" = RequestBody Removed, Breaking, Major, "the request has no body any more", "replace the `schema` by `x-no-body: true`";
    "request-property-added" = RequestProperty Added, Compatible, Minor, "a new optional property of the request", "add it under `properties`";
    "request-property-added-required" = RequestProperty AddedRequired, Breaking, Major, "a new required property of the request", "add it under `properties` and `required`";
    "request-property-added-with-default" = RequestProperty AddedWithDefault, Review, Major, "a new required property of the request, with a default", "find out whether the service uses the default when the property is absent; if so it is optional";
    "request-property-removed" = RequestProperty Removed, Review, Major, "a property of the request is gone", "find out whether it may still be sent before removing it";
    "request-property-renamed" = RequestProperty Renamed, Breaking, Major, "the name of a property of the request", "rename it under `properties`";
    "request-property-respelled" = RequestProperty Respelled, Breaking, Major, "the case of a property of the request", "rename it under `properties`: names are case-sensitive";
    "request-property-moved" = RequestProperty Moved, Breaking, Major, "the place of a property of the request", "move it to the other object";
    "request-type-changed" = RequestType Changed, Breaking, Major, "the type of a property of the request", "change its `type`";
    "request-type-loosened" = RequestType Loosened, Compatible, Major, "a wider type of a property of the request", "change its `type`; its field changes too";
    "request-type-tightened" = RequestType Tightened, Breaking, Major, "a narrower type of a property of the request", "change its `type`; its field changes too";
    "request-format-changed" = RequestFormat Changed, Review, Major, "the format of a property of the request", "change its `format` if the service refuses other texts";
    "request-requirement-became-required" = RequestRequirement BecameRequired, Breaking, Major, "a property of the request became required", "add it to `required`";
    "request-requirement-became-optional" = RequestRequirement BecameOptional, Compatible, Major, "a property of the request became optional", "take it from `required`; its field becomes an `Option`";
    "request-requirement-became-unclear" = RequestRequirement BecameUnclear, Review, Review, "whether a property of the request is required is said in words", "read the page and decide";
    "request-null-added" = RequestNull Added, Compatible, Major, "a property of the request may be null", "add `nullable: true`";
    "request-null-removed" = RequestNull Removed, Breaking, Major, "a property of the request must not be null any more", "take `nullable: true` away";
    "request-value-added" = RequestValue Added, Compatible, Minor, "a new value of a property of the request", "add it to `enum`";
    "request-value-removed" = RequestValue Removed, Breaking, Major, "a value of a property of the request is gone", "take it from `enum`";
    "request-value-tightened" = RequestValue Tightened, Breaking, Major, "only these values of a property of the request are allowed now", "give the property an `enum`; its field changes too";
    "request-value-loosened" = RequestValue Loosened, Compatible, Major, "a property of the request can have any value now", "take `enum` away; its field changes too";
    "request-bound-tightened" = RequestBound Tightened, Breaking, None, "less is allowed in a property of the request", "change the bound; the Rust types do not hold it, the sandbox does";
    "request-bound-loosened" = RequestBound Loosened, Compatible, None, "more is allowed in a property of the request", "change the bound; the Rust types do not hold it, the sandbox does";
    "request-default-changed" = RequestDefault Changed, Behaviour, None, "the default of a property of the request", "change `default`";
    "request-example-changed" = RequestExample Changed, None, None, "an example of a request", "change the example if it is still the payload of the page";
    "response-status-changed" = Status Changed, Breaking, Major, "the status of success", "change the key under `responses`";
    "response-status-added" = Status Added, Review, Minor, "a status of success", "add it under `responses`";
    "response-status-removed" = Status Removed, Breaking, Major, "a status of success is gone", "remove it under `responses`";
    "error-status-added" = ErrorStatus Added, Behaviour, None, "a status of failure", "add it under `responses`";
    "error-status-removed" = ErrorStatus Removed, Behaviour, None, "a status of failure is gone", "remove it under `responses`";
    "error-status-changed" = ErrorStatus Changed, Behaviour, None, "a status of failure", "change the key under `responses`";
    "response-header-added" = ResponseHeader Added, Compatible, None, "a new header of the response", "add it under `headers`";
    "response-header-removed" = ResponseHeader Removed, Review, None, "a header of the response is gone", "check whether callers read it";
    "response-header-changed" = ResponseHeader Changed, Review, None, "the form of a header of the response", "change its `schema`, and check how callers read it";
    "response-media-type-changed" = ResponseMediaType Changed, Breaking, None, "the media type of the response", "change the key under `content`";
    "response-body-added" = ResponseBody Added, Compatible, Major, "the form of the response is known now", "give the response a `schema`";
    "response-body-removed" = ResponseBody Removed, Breaking, Major, "the response has no body of a known form any more", "remove its `schema`";
    "response-property-added" = ResponseProperty Added, Compatible, Minor, "a new property of the response", "add it under `properties`";
    "response-property-added-required" = ResponseProperty AddedRequired, Compatible, Minor, "a new property that every response has", "add it under `properties` and `required`";
    "response-property-removed" = ResponseProperty Removed, Review, Major, "an optional property of the response is gone", "find out whether it is gone before removing it";
    "response-property-removed-required" = ResponseProperty RemovedRequired, Breaking, Major, "a property that every response had is gone", "make it optional for one release, then remove it";
    "response-property-renamed" = ResponseProperty Renamed, Breaking, Major, "the name of a property of the response", "rename it under `properties`";
    "response-property-respelled" = ResponseProperty Respelled, Breaking, Major, "the case of a property of the response", "rename it under `properties`: names are case-sensitive";
    "response-property-moved" = ResponseProperty Moved, Breaking, Major, "the place of a property of the response", "move it to the other object";
    "response-type-changed" = ResponseType Changed, Breaking, Major, "the type of a property of the response", "change its `type`";
    "response-type-loosened" = ResponseType Loosened, Breaking, Major, "a wider type of a property of the response", "change its `type`; its field changes too";
    "response-type-tightened" = ResponseType Tightened, Compatible, Major, "a narrower type of a property of the response", "change its `type`; its field changes too";
    "response-format-changed" = ResponseFormat Changed, Breaking, Major, "the format of a property of the response", "change its `format`: clients read it";
    "response-requirement-became-required" = ResponseRequirement BecameRequired, Compatible, Major, "every response has this property now", "add it to `required`; its field is no `Option` any more";
    "response-requirement-became-optional" = ResponseRequirement BecameOptional, Breaking, Major, "not every response has this property any more", "take it from `required`; its field becomes an `Option`";
    "response-null-added" = ResponseNull Added, Breaking, Major, "null where a value stood", "add `nullable: true`";
    "response-null-removed" = ResponseNull Removed, Compatible, Major, "a value where null could stand", "take `nullable: true` away";
    "response-value-added" = ResponseValue Added, Compatible, Minor, "a new value of a property of the response", "add it to `enum`: it has arrived as an unknown value before";
    "response-value-removed" = ResponseValue Removed, Compatible, Major, "a value of a property of the response is gone", "keep it in `enum` until the next major version";
    "response-value-tightened" = ResponseValue Tightened, Compatible, Major, "a property of the response has documented values now", "give the property an `enum`; its field changes too";
    "response-value-loosened" = ResponseValue Loosened, Compatible, Major, "a property of the response can have any value now", "keep `enum` until the next major version: unknown values already arrive";
    "response-bound-tightened" = ResponseBound Tightened, Compatible, None, "the response holds less", "change the bound";
    "response-bound-loosened" = ResponseBound Loosened, Review, None, "the response holds more", "change the bound, and look for clients that count on it";
    "response-example-added" = ResponseExample Added, Compatible, None, "an example of the response", "compare it with the schema of the response";
    "response-example-removed" = ResponseExample Removed, None, None, "an example of the response is gone", "keep what the document knows, and mark its basis";
    "response-example-changed" = ResponseExample Changed, None, None, "an example of the response", "change the example if it is still the payload of the page";
    "shown-property-added" = ShownProperty Added, Compatible, Minor, "the example response shows a new property", "add it under `properties`, as optional";
    "shown-property-removed" = ShownProperty Removed, Review, None, "the example response does not show a property any more", "nothing breaks while its field is an `Option`";
    "shown-value-added" = ShownValue Added, Compatible, None, "the example response shows a new value", "add it to `enum`: until then it arrives as an unknown value";
    "shown-value-removed" = ShownValue Removed, Compatible, None, "the example response does not show a value any more", "nothing: one example shows one value";
    "link-added" = Link Added, Compatible, None, "a new link", "nothing: links are a map";
    "link-removed" = Link Removed, Review, None, "a link is gone", "check whether the sandbox and the callers follow it";
    "effect-changed" = Effect Changed, Behaviour, None, "what sending it twice would do", "retries change with it: check the reason";
    "deprecation-added" = Deprecation Added, Compatible, Minor, "a notice that it goes away", "add `deprecated: true` and plan the removal";
    "deprecation-removed" = Deprecation Removed, Compatible, None, "the notice that it goes away is gone", "take `deprecated: true` away";
    "extension-changed" = Extension Changed, Behaviour, None, "an extension of the document", "check what depends on it";
    "patch-changed" = Patch Changed, Review, Major, "whether absent and null are told apart", "check what the service does with null";
    "rust-type-added" = RustType Added, None, Minor, "a new Rust type", "nothing";
    "rust-type-removed" = RustType Removed, None, Major, "a Rust type is gone", "keep the name of the schema unless the major version changes anyway";
    "rust-item-added" = RustItem Added, None, Minor, "a new public item", "`cargo xtask api` records it";
    "rust-item-added-required" = RustItem AddedRequired, None, Major, "a new public item that programs have to know", "`cargo xtask api` records it; the next version is a major one";
    "rust-item-became-unclear" = RustItem BecameUnclear, None, Review, "a new public item that programs may have to know", "look whether the type can be built, or the trait implemented, outside of its crate";
    "rust-item-removed" = RustItem Removed, None, Major, "a public item is gone or has changed", "`cargo xtask api` records it; the next version is a major one";
    "title-changed" = Title Changed, None, None, "the title", "change the summary if it says something else now";
    "description-changed" = Description Changed, None, None, "the description", "nothing";
    "page-address-changed" = PageAddress Changed, None, None, "the address of the page", "change `x-docs.page`";
    "page-id-changed" = PageId Changed, None, None, "the identifier of the page", "`cargo xtask docs lock` records it";
    "sentence-changed" = Sentence Changed, Review, None, "a sentence", "read it, and change the description if it says something else now";
    "precondition-changed" = Precondition Changed, Behaviour, None, "a sentence that says when the operation is possible", "read it, and change the description and the sandbox";
    "prose-media-type-changed" = ProseMediaType Changed, Review, None, "a media type in the prose", "the table of headers decides; ask the vendor if they disagree";
    "prose-operation-changed" = ProseOperation Changed, Review, None, "an operation that the prose refers to", "read the sentence: the request may have another form now";
    "prose-property-changed" = ProseProperty Changed, Review, None, "a property that the prose refers to", "read the sentence";
    "prose-status-code-changed" = ProseStatusCode Changed, Behaviour, None, "a status code in the prose", "read the sentence, and change `responses`";
    "prose-requirement-changed" = ProseRequirement Changed, Review, None, "a property that the prose requires", "compare it with `required`";
    "status-name-added" = StatusName Added, Review, None, "the prose mentions another status name", "read the sentence; add the name to its enum if it is a value";
    "status-name-removed" = StatusName Removed, Review, None, "the prose does not mention a status name any more", "read the sentence";
    "status-name-changed" = StatusName Changed, Breaking, Major, "a status name in the prose", "change the enum that it belongs to";
    "lifetime-changed" = Lifetime Changed, Behaviour, None, "how long something is valid", "change the description and the sandbox";
    "attempts-changed" = Attempts Changed, Behaviour, None, "how many attempts are allowed", "change the description and the sandbox";
    "code-shape-changed" = CodeShape Changed, Behaviour, None, "what a code looks like", "change the description, the test data and the sandbox";
    "limit-changed" = Limit Changed, Behaviour, None, "a limit", "change the description and the sandbox";
    "configurable-changed" = Configurable Changed, Behaviour, None, "whether something can be configured", "change the description";
    "default-changed" = Default Changed, Behaviour, None, "a default", "change the description and the sandbox";
    "sdk-version-changed" = SdkVersion Changed, None, None, "the version of an SDK", "nothing";
    "date-changed" = Date Changed, None, None, "a date", "nothing, unless it is the date of a sunset";
    "ambiguity-found" = Ambiguity Found, Review, Review, "two pages say different things of one variant", "ask the vendor which one is right";
    "unread-part-found" = Unread Found, Review, None, "a part of the page was not understood", "read it; `cargo xtask docs lock` keeps its digest, so that changing it is seen";
    "unread-part-changed" = Unread Changed, Review, None, "a part of the page that was not understood has changed", "read it";
    "page-layout-found" = Layout Found, None, None, "a heading or a column is named in another way", "nothing: `cargo xtask docs lock` records it";
    "page-not-understood-found" = NotUnderstood Found, Review, None, "most of the page was not understood", "teach the reader of pages its form";
    "error-example-changed" = ErrorExample Changed, Review, None, "what an example of an error shows", "compare it with the schema of the error";
    "unknown-line-found" = UnknownLine Found, Review, None, "a line of the page was not understood", "read it; teach the reader of pages if it will come again";
    "refusal-found" = Refusal Found, Review, Review, "the generator refuses the document", "correct the document where the error points";
    "other-changed" = Other Changed, Review, Review, "a part of the document that no rule knows", "decide by hand, and write a rule for it";
    "page-no-endpoint-found" = NoEndpoint Found, Review, None, "the page does not say a method and an address", "look at the page: it may not be one of an operation";
    "page-sample-incomplete-found" = SampleIncomplete Found, Review, None, "a sample does not say a part of its request", "look at the sample";
    "page-method-found" = PageMethod Found, Review, None, "the page uses two methods", "ask the vendor which one is right";
    "page-addresses-found" = PageAddresses Found, Review, None, "the page uses two addresses", "ask the vendor which one is right";
    "page-media-type-found" = PageMediaType Found, Review, None, "the page uses two media types", "ask the vendor which one is right";
    "page-headers-found" = PageHeaders Found, Review, None, "the page uses different headers", "ask the vendor which ones are right";
    "page-body-found" = PageBody Found, Review, None, "the page shows different bodies", "ask the vendor which one is right";
    "page-property-not-in-body-found" = PropertyNotInBody Found, Review, None, "the example lacks a property of the request model", "an optional property may be left out";
    "page-member-not-in-model-found" = MemberNotInModel Found, Review, None, "the example has a member that the request model lacks", "add it to the document as optional";
    "page-property-type-found" = PagePropertyType Found, Review, None, "the example has a value of another type than the request model says", "ask the vendor which one is right";
    "page-links-found" = PageLinks Found, Review, None, "the links of an example name different resources", "nothing breaks; tell the vendor";
    "page-stated-value-found" = StatedValue Found, Review, None, "a sentence gives a property another value than the example", "ask the vendor which one is right";
}

/// The mirrors that the registry does without.
#[rustfmt::skip]
pub static WAIVERS: &[MirrorWaiver] = &[
    (Topic::ResponseRequirement, Action::BecameUnclear, "responses have no column that says whether a property is required"),
    (Topic::ResponseBody, Action::BecameRequired, "an answer of one status has its body or has none"),
    (Topic::ResponseBody, Action::BecameOptional, "an answer of one status has its body or has none"),
    (Topic::ResponseBody, Action::Swapped, "the answers of an operation belong to its statuses, not to its variants"),
    (Topic::ResponseProperty, Action::AddedWithDefault, "an answer holds the value itself, so a default says nothing"),
    (Topic::RequestProperty, Action::RemovedRequired, "what a client must no longer send is judged as any property that is gone"),
];
