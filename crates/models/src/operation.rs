//! What the table of operations is made of.

/// A base address that operations are sent to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Server {
    /// The name in the document.
    pub name: &'static str,
    /// The address; `{name}` is a variable.
    pub url: &'static str,
    /// The variables with their defaults.
    pub variables: &'static [(&'static str, &'static str)],
}

/// One thing that a caller can do: a path and a method, and the media type where there is one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Operation {
    /// The name in the document.
    pub id: &'static str,
    /// The name of the generated function.
    pub function: &'static str,
    /// The group in the document.
    pub tag: &'static str,
    /// One line.
    pub summary: &'static str,
    /// The method in capitals.
    pub method: &'static str,
    /// The path template, below the server's address.
    pub path: &'static str,
    /// The name of the server.
    pub server: &'static str,
    /// What is sent.
    pub body: Body,
    /// The member of the body that chooses the operation, where the media type alone does not.
    pub selector: Option<Selector>,
    /// What is asked for in `Accept`.
    pub accept: &'static str,
    /// What a successful response holds.
    pub answer: Answer,
    /// The parameters outside the body.
    pub parameters: &'static [Parameter],
    /// The ways to authorize, each enough by itself.
    pub security: &'static [Security],
    /// Whether a request without credentials is also allowed.
    pub anonymous: bool,
    /// Whether PingOne has announced its end.
    pub deprecated: bool,
    /// What sending it twice would do.
    pub effect: Effect,
    /// The documented statuses.
    pub statuses: &'static [&'static str],
    /// The address of the documentation page, or nothing.
    pub page: &'static str,
}

impl Operation {
    /// The media type of the request.
    #[must_use]
    pub fn media_type(&self) -> Option<&'static str> {
        match self.body {
            Body::None => None,
            Body::Empty { media_type } | Body::Content { media_type } => Some(media_type),
        }
    }

    /// Whether the document lists the status, by itself, in a range such as `2XX`, or as `default`.
    ///
    /// ```
    /// use pingone_models::operations::READ_USER;
    ///
    /// assert!(READ_USER.lists_status(404));
    /// assert!(!READ_USER.lists_status(418));
    /// ```
    #[must_use]
    pub fn lists_status(&self, status: u16) -> bool {
        let (exact, range) = (status.to_string(), format!("{}XX", status / 100));
        let mut statuses = self.statuses.iter();
        statuses.any(|known| *known == "default" || *known == exact || *known == range)
    }
}

/// What an operation sends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Body {
    /// Nothing, and no `Content-Type`.
    None,
    /// Nothing, under a media type that chooses the operation.
    Empty {
        /// The media type.
        media_type: &'static str,
    },
    /// A payload.
    Content {
        /// The media type.
        media_type: &'static str,
    },
}

/// What the body of a successful response holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// Nothing.
    Empty,
    /// Anything or nothing: the document does not say.
    Open,
    /// JSON of the documented form.
    Json,
}

/// A member of a body that chooses an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Selector {
    /// The name of the member.
    pub property: &'static str,
    /// Its value in the bodies of the operation.
    pub value: &'static str,
}

/// A parameter outside the body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parameter {
    /// The name on the wire.
    pub name: &'static str,
    /// Where it is sent.
    pub location: Location,
    /// Whether a request without it is wrong.
    pub required: bool,
    /// Whether a client sets it once for all calls, such as the environment.
    pub client_supplied: bool,
}

/// Where a parameter is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Location {
    /// In the path.
    Path,
    /// In the query.
    Query,
    /// In a header.
    Header,
}

/// One way to authorize a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Security {
    /// `Authorization: Bearer`.
    Bearer,
    /// `Authorization: Basic`.
    Basic,
    /// A cookie of this name.
    Cookie(&'static str),
    /// A header of this name.
    Header(&'static str),
    /// A query parameter of this name.
    Query(&'static str),
}

/// What sending an operation twice would do, the mildest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
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
    /// The word in the document.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::ChangesState => "changes-state",
            Self::SpendsAttempt => "spends-attempt",
            Self::SendsMessage => "sends-message",
        }
    }
}
