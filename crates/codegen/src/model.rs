//! The lowered document: one plain record for each thing that a caller can do.
//!
//! Reading a document ends here and printing Rust starts here; the two never meet.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::schemas::SENSITIVE;

/// A lowered document.
#[derive(Clone, Debug, PartialEq)]
pub struct Api {
    /// `info.title`.
    pub title: String,
    /// `info.version`.
    pub version: String,
    /// The servers, in the order of the document.
    pub servers: Vec<Server>,
    /// The operations, one for each variant, in the order of the document.
    pub operations: Vec<Operation>,
    /// The named schemas, in the order of their names.
    pub schemas: BTreeMap<String, Schema>,
}

/// A base address that operations are sent to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Server {
    /// `x-name`, or `api` for the only server of a document.
    pub name: String,
    /// The address; `{name}` stands for a variable.
    pub url: String,
    /// The variables with their defaults.
    pub variables: BTreeMap<String, String>,
    /// What the document says of the server.
    pub description: Option<String>,
}

/// One variant: a path and a method, and the media type where there is one.
#[derive(Clone, Debug, PartialEq)]
pub struct Operation {
    /// The name of the variant, unique in the document.
    pub id: String,
    /// The first tag.
    pub tag: Option<String>,
    /// One line.
    pub summary: String,
    /// More than one line.
    pub description: Option<String>,
    /// The method in capitals.
    pub method: String,
    /// The path template.
    pub path: String,
    /// The name of the server.
    pub server: String,
    /// What is sent.
    pub body: Body,
    /// The property of the body that chooses this variant, where the media type alone does not.
    pub selector: Option<Selector>,
    /// Path, query and header parameters.
    pub parameters: Vec<Parameter>,
    /// The ways to authorize, each enough by itself; empty when none is needed.
    pub security: Vec<Security>,
    /// Whether a request without credentials is also allowed.
    pub anonymous: bool,
    /// Whether the document announces its end.
    pub deprecated: bool,
    /// What sending it twice would do.
    pub effect: Effect,
    /// Where it is documented.
    pub docs: Option<Docs>,
    /// The documented answers, by status.
    pub responses: Vec<Response>,
    /// Where the variant stands in the document.
    pub pointer: String,
}

impl Operation {
    /// The name of the generated function.
    #[must_use]
    pub fn rust_name(&self) -> String {
        heck::ToSnakeCase::to_snake_case(self.id.as_str())
    }

    /// The media type of the request.
    #[must_use]
    pub fn media_type(&self) -> Option<&str> {
        match &self.body {
            Body::None => None,
            Body::Empty { media_type } | Body::Content { media_type, .. } => Some(media_type),
        }
    }

    /// The body of a successful answer, where all documented ones have the same form.
    ///
    /// A documented redirect is a success: it is what was asked for.
    #[must_use]
    pub fn success(&self) -> ResponseBody {
        self.unified(|status| status.starts_with(['2', '3']))
    }

    /// The body of an error answer, where all documented ones have the same form.
    #[must_use]
    pub fn failure(&self) -> ResponseBody {
        self.unified(|status| {
            status.starts_with('4') || status.starts_with('5') || status == "default"
        })
    }

    fn unified(&self, wanted: impl Fn(&str) -> bool) -> ResponseBody {
        let mut bodies = self
            .responses
            .iter()
            .filter(|response| wanted(&response.status))
            .map(|response| &response.body);
        match bodies.next() {
            None => ResponseBody::Open,
            Some(first) if bodies.all(|other| other.same_form(first)) => first.clone(),
            Some(_) => ResponseBody::Open,
        }
    }
}

/// What a variant sends.
#[derive(Clone, Debug, PartialEq)]
pub enum Body {
    /// Nothing, and no `Content-Type`.
    None,
    /// Nothing, under a media type that chooses the variant.
    Empty {
        /// The media type.
        media_type: String,
    },
    /// A payload.
    Content {
        /// The media type.
        media_type: String,
        /// The schema; a reference to a named one wherever it is an object or an enum.
        schema: Value,
        /// Whether a request without it is wrong.
        required: bool,
        /// Payloads that the document shows, by name.
        examples: BTreeMap<String, Value>,
    },
}

/// A property of a body that chooses a variant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Selector {
    /// The name of the property.
    pub property: String,
    /// Its value in the bodies of this variant.
    pub value: String,
}

/// A parameter outside the body.
#[derive(Clone, Debug, PartialEq)]
pub struct Parameter {
    /// The name on the wire.
    pub name: String,
    /// The name of the Rust argument, unique in the operation.
    pub argument: String,
    /// Where it is sent.
    pub location: Location,
    /// Whether a request without it is wrong.
    pub required: bool,
    /// Whether a client sets it once for all calls, so that no request has it.
    pub client_supplied: bool,
    /// What the document says of it.
    pub description: Option<String>,
    /// Its schema.
    pub schema: Value,
    /// A value that the document shows.
    pub example: Option<Value>,
    /// Where it stands in the document.
    pub pointer: String,
}

/// Where a parameter is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Location {
    /// In the path.
    Path,
    /// In the query.
    Query,
    /// In a header.
    Header,
}

/// One way to authorize a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Security {
    /// `Authorization: Bearer`.
    Bearer,
    /// `Authorization: Basic`.
    Basic,
    /// A cookie of this name.
    Cookie(String),
    /// A header of this name.
    Header(String),
    /// A query parameter of this name.
    Query(String),
}

/// What sending an operation twice would do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Effect {
    /// Nothing that anyone would notice.
    Read,
    /// Change the state of the service a second time.
    ChangesState,
    /// Burn a second of a limited number of attempts.
    SpendsAttempt,
    /// Send a second message to a person.
    SendsMessage,
}

impl Effect {
    /// Every effect with its word in the document.
    pub const ALL: [(&'static str, Self); 4] = [
        ("read", Self::Read),
        ("changes-state", Self::ChangesState),
        ("spends-attempt", Self::SpendsAttempt),
        ("sends-message", Self::SendsMessage),
    ];

    /// The word in the document.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::ChangesState => "changes-state",
            Self::SpendsAttempt => "spends-attempt",
            Self::SendsMessage => "sends-message",
        }
    }
}

/// Where a variant is documented.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Docs {
    /// The address of the page.
    pub page: String,
    /// `page`, `reference` or `inferred`.
    pub basis: String,
}

/// A documented answer.
#[derive(Clone, Debug, PartialEq)]
pub struct Response {
    /// The status: `200`, `4XX` or `default`.
    pub status: String,
    /// What the document says of it.
    pub description: String,
    /// What is answered.
    pub body: ResponseBody,
    /// The names of the documented headers.
    pub headers: Vec<String>,
    /// Payloads that the document shows, by name.
    pub examples: BTreeMap<String, Value>,
    /// Where it stands in the document.
    pub pointer: String,
}

/// The body of an answer.
#[derive(Clone, Debug, PartialEq)]
pub enum ResponseBody {
    /// Nothing.
    None,
    /// Anything or nothing: the document does not say.
    Open,
    /// JSON.
    Json {
        /// The media type.
        media_type: String,
        /// The schema; a reference to a named one wherever it is an object or an enum.
        schema: Value,
    },
}

impl ResponseBody {
    fn same_form(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Json { schema: a, .. }, Self::Json { schema: b, .. }) => a == b,
            _ => self == other,
        }
    }
}

/// A named schema.
#[derive(Clone, Debug, PartialEq)]
pub struct Schema {
    /// The schema as the document has it, but for inner objects and enums, which have become named ones.
    pub value: Value,
    /// What becomes of it in Rust.
    pub kind: SchemaKind,
    /// Whether an answer can hold it.
    pub in_response: bool,
    /// Where it stands in the document.
    pub pointer: String,
}

impl Schema {
    /// What the document says of it.
    #[must_use]
    pub fn description(&self) -> Option<&str> {
        self.value.get("description").and_then(Value::as_str)
    }

    /// Whether it is an identifier that is not to be printed.
    #[must_use]
    pub fn is_sensitive(&self) -> bool {
        self.value.get(SENSITIVE) == Some(&Value::Bool(true))
    }
}

/// What becomes of a named schema in Rust.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SchemaKind {
    /// An identifier type around a UUID.
    Id,
    /// An open enum.
    Enum(Vec<String>),
    /// A secret.
    Secret,
    /// Whatever typify makes of it, most often a struct.
    Type,
}
