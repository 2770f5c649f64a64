//! The lowered document: one plain record for each thing that a caller can do.
//!
//! Reading a document ends here and printing Rust starts here; the two never meet.

use std::collections::BTreeMap;
use std::str::FromStr;

use serde_json::Value;

use crate::schemas::is_sensitive;

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
    /// The address; `{name}` is a variable.
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
    /// The position of the variant in the document.
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
        /// How the payload is written.
        format: Format,
        /// Whether a request without it is wrong.
        required: bool,
        /// The type of the payload.
        ty: Type,
        /// The schema; a reference to a named one wherever it is an object or an enum.
        schema: Value,
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
    /// How its value is written.
    pub style: Style,
    /// Its type.
    pub ty: Type,
    /// Its schema.
    pub schema: Value,
    /// A value that the document shows.
    pub example: Option<Value>,
    /// Its position in the document.
    pub pointer: String,
}

/// How a payload is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// As JSON.
    Json,
    /// As a form; lists repeat their member.
    Form,
    /// As bytes that the caller has written.
    Bytes,
}

/// How the value of a parameter is written; the names are those of OpenAPI.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// `a,b` in a path or a header; with `explode`, the members of an object are `k=v,k=v`.
    Simple {
        /// Whether names and values of an object are joined by `=`.
        explode: bool,
    },
    /// `name=a&name=b`, or `name=a,b` without `explode`.
    Form {
        /// Whether each item is a pair of its own.
        explode: bool,
    },
    /// `name=a%20b`.
    SpaceDelimited,
    /// `name=a|b`.
    PipeDelimited,
    /// `name[key]=value`.
    DeepObject,
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
    const ALL: [Self; 4] = [
        Self::Read,
        Self::ChangesState,
        Self::SpendsAttempt,
        Self::SendsMessage,
    ];

    /// The words of all effects, for messages.
    #[must_use]
    pub fn words() -> String {
        let words = Self::ALL.map(|effect| format!("`{}`", effect.word()));
        words.join(", ")
    }

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

impl FromStr for Effect {
    type Err = String;

    fn from_str(word: &str) -> Result<Self, String> {
        let known = Self::ALL.into_iter().find(|effect| effect.word() == word);
        known.ok_or_else(|| format!("`{word}` is no effect: use one of {}", Self::words()))
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
    /// Its position in the document.
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
        /// The type of the payload.
        ty: Type,
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
    /// The name of its type in Rust.
    pub type_name: String,
    /// What becomes of it in Rust.
    pub kind: SchemaKind,
    /// Whether an answer can hold it.
    pub in_response: bool,
    /// Its position in the document.
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
        is_sensitive(&self.value)
    }
}

/// What becomes of a named schema in Rust.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SchemaKind {
    /// An identifier type around a UUID.
    Id,
    /// An open enum of texts.
    Enum(Vec<String>),
    /// A secret.
    Secret,
    /// A struct.
    Struct(Struct),
    /// One of several types.
    OneOf(OneOf),
    /// Another name of a named type.
    Alias(Type),
    /// A type of its own around another.
    Newtype(Type),
}

/// The type of a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Type {
    /// Any JSON.
    Any,
    /// An object of which the document does not name the members.
    Members,
    /// `true` or `false`.
    Boolean,
    /// An integer, by the name of its Rust type.
    Integer(&'static str),
    /// A number.
    Number,
    /// A text.
    Text,
    /// A moment.
    Timestamp,
    /// The address of something.
    Address,
    /// A UUID without a name of its own.
    Uuid,
    /// A secret.
    Secret,
    /// The schema of this name.
    Named(String),
    /// A list.
    List(Box<Type>),
    /// An object whose members are all of one type.
    Map(Box<Type>),
    /// A value or `null`.
    Nullable(Box<Type>),
    /// Bytes that are no JSON.
    Bytes,
}

impl Type {
    /// The type of a value that is there: without [`Type::Nullable`].
    #[must_use]
    pub fn present(&self) -> &Self {
        match self {
            Self::Nullable(inner) => inner,
            other => other,
        }
    }

    /// The named schemas in it.
    pub(crate) fn names<'a>(&'a self, found: &mut Vec<&'a str>) {
        match self {
            Self::Named(name) => found.push(name),
            Self::List(inner) | Self::Map(inner) | Self::Nullable(inner) => inner.names(found),
            _ => {}
        }
    }

    /// The named schema that a value of this type holds directly, not on the heap.
    pub(crate) fn held(&self) -> Option<&str> {
        match self {
            Self::Named(name) => Some(name),
            Self::Nullable(inner) => inner.held(),
            _ => None,
        }
    }
}

/// The members of an object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Struct {
    /// The described members, by their name on the wire.
    pub fields: Vec<Field>,
    /// What becomes of the other members.
    pub rest: Rest,
    /// Whether optional members can be left alone, cleared or set.
    pub patch: bool,
}

/// A member of an object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    /// The name on the wire.
    pub wire: String,
    /// The name of the Rust field, unique in the struct.
    pub name: String,
    /// Its type.
    pub ty: Type,
    /// Whether an object without it is wrong.
    pub required: bool,
    /// Whether the service alone sets it.
    pub read_only: bool,
    /// Whether no answer has it.
    pub write_only: bool,
    /// Whether it leads back to its own struct, so that it has to be on the heap.
    pub boxed: bool,
    /// The only value, where it is also the default.
    pub constant: Option<String>,
    /// Whether printing the object leaves it out.
    pub sensitive: bool,
    /// What the document says of it.
    pub description: Option<String>,
}

/// What becomes of the members of an object that the document does not name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Rest {
    /// They are dropped.
    Dropped,
    /// They are kept as they came.
    Kept,
    /// They are all of one type.
    Typed(Type),
}

/// One of several types.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OneOf {
    /// The member that says which, if one does.
    pub discriminator: Option<String>,
    /// The alternatives.
    pub alternatives: Vec<Alternative>,
}

/// One of the types of a [`OneOf`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alternative {
    /// The name of the variant in Rust.
    pub name: String,
    /// Its type.
    pub ty: Type,
    /// Whether it leads back to the enum, so that it has to be on the heap.
    pub boxed: bool,
    /// The values of the discriminator that choose it.
    pub tags: Vec<String>,
    /// The members that it describes.
    pub members: Vec<String>,
    /// The documented values of its text members; of the value itself under the empty name.
    pub values: Vec<(String, Vec<String>)>,
}

impl SchemaKind {
    /// The types that it is made of.
    pub(crate) fn types(&self) -> Vec<&Type> {
        match self {
            Self::Id | Self::Enum(_) | Self::Secret => Vec::new(),
            Self::Alias(ty) | Self::Newtype(ty) => vec![ty],
            Self::OneOf(one_of) => one_of.alternatives.iter().map(|one| &one.ty).collect(),
            Self::Struct(object) => {
                let rest = match &object.rest {
                    Rest::Typed(ty) => Some(ty),
                    Rest::Dropped | Rest::Kept => None,
                };
                let fields = object.fields.iter().map(|field| &field.ty);
                fields.chain(rest).collect()
            }
        }
    }
}
