//! Calls by name, for tools and tests that walk the table of operations.

use std::collections::BTreeMap;
use std::fmt::Display;

use futures::TryStreamExt;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::{ByteStream, Error, ResponseValue};

pub use crate::generated::dispatch::{Clients, call};

/// A call that is made when it is polled.
#[doc(hidden)]
pub type BoxFuture<'a> =
    std::pin::Pin<Box<dyn Future<Output = Result<Value, Failure>> + Send + 'a>>;

/// The arguments of a call: parameters as text, the body as JSON.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Arguments {
    /// The parameters by their name on the wire.
    pub parameters: BTreeMap<String, String>,
    /// The body, for operations that have one.
    pub body: Option<Value>,
}

/// Why a call by name failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Failure {
    /// No operation has this id.
    #[error("no operation has the id `{0}`")]
    UnknownOperation(String),
    /// An argument is missing.
    #[error("the argument `{0}` is missing")]
    Missing(String),
    /// An argument does not fit its type.
    #[error("the argument `{name}` is wrong: {reason}")]
    Wrong {
        /// The argument.
        name: String,
        /// Why.
        reason: String,
    },
    /// The service answered with an error.
    #[error("the service answered {status}")]
    Service {
        /// The status.
        status: u16,
        /// The body, where it is JSON.
        body: Value,
    },
    /// The call failed without an answer that could be read; the call keeps what came.
    #[error("the call failed without a readable answer")]
    Transport(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl Failure {
    pub(crate) fn wrong(name: &str, reason: impl Display) -> Self {
        Self::Wrong {
            name: name.to_owned(),
            reason: reason.to_string(),
        }
    }

    #[doc(hidden)]
    #[must_use]
    pub fn unknown_operation(id: &str) -> Self {
        Self::UnknownOperation(id.to_owned())
    }

    #[doc(hidden)]
    pub fn from_json<E: Serialize>(error: Error<E>) -> Self {
        match error {
            Error::ErrorResponse(response) => Self::Service {
                status: response.status().as_u16(),
                body: serde_json::to_value(response.into_inner()).unwrap_or_default(),
            },
            other => Self::from_empty(other.into_untyped()),
        }
    }

    #[doc(hidden)]
    pub fn from_open(error: Error<ByteStream>) -> Self {
        Self::from_empty(error.into_untyped())
    }

    #[doc(hidden)]
    pub fn from_empty(error: Error<()>) -> Self {
        match error {
            Error::InvalidRequest(reason) | Error::Custom(reason) => Self::Transport(reason.into()),
            Error::ErrorResponse(response) => Self::Service {
                status: response.status().as_u16(),
                body: Value::Null,
            },
            Error::UnexpectedResponse(response) => Self::Service {
                status: response.status().as_u16(),
                body: Value::Null,
            },
            Error::CommunicationError(error)
            | Error::InvalidUpgrade(error)
            | Error::ResponseBodyError(error) => Self::Transport(error.into()),
            // The bytes may hold a secret, so that only the reason is kept.
            Error::InvalidResponsePayload(_, error) => Self::Transport(error.into()),
        }
    }
}

impl Arguments {
    #[doc(hidden)]
    pub fn required<T: DeserializeOwned>(&self, name: &str) -> Result<T, Failure> {
        let missing = || Failure::Missing(name.to_owned());
        self.optional(name)?.ok_or_else(missing)
    }

    /// Text where the type reads text, else JSON: `true`, `3`, `["a", "b"]`.
    #[doc(hidden)]
    pub fn optional<T: DeserializeOwned>(&self, name: &str) -> Result<Option<T>, Failure> {
        let parse = |text: &String| {
            T::deserialize(Value::String(text.clone())).or_else(|error| {
                let value: Value =
                    serde_json::from_str(text).map_err(|_| Failure::wrong(name, &error))?;
                T::deserialize(value).map_err(|error| Failure::wrong(name, error))
            })
        };
        self.parameters.get(name).map(parse).transpose()
    }

    #[doc(hidden)]
    pub fn optional_body<T: DeserializeOwned>(&self) -> Result<Option<T>, Failure> {
        self.body.as_ref().map(|_| self.body()).transpose()
    }

    #[doc(hidden)]
    pub fn body<T: DeserializeOwned>(&self) -> Result<T, Failure> {
        let Some(body) = &self.body else {
            return Err(Failure::Missing("body".to_owned()));
        };
        T::deserialize(body).map_err(|error| Failure::wrong("body", error))
    }
}

/// What a function of the generated client returns.
type Answered<T, E> = Result<ResponseValue<T>, Error<E>>;

#[doc(hidden)]
pub fn json<'a, T: Serialize + 'a, E: 'a>(
    answer: impl Future<Output = Answered<T, E>> + Send + 'a,
    failed: fn(Error<E>) -> Failure,
) -> BoxFuture<'a> {
    Box::pin(async move {
        let answer = answer.await.map_err(failed)?;
        serde_json::to_value(answer.into_inner()).map_err(|error| Failure::Transport(error.into()))
    })
}

#[doc(hidden)]
pub fn open<'a, E: 'a>(
    answer: impl Future<Output = Answered<ByteStream, E>> + Send + 'a,
    failed: fn(Error<E>) -> Failure,
) -> BoxFuture<'a> {
    Box::pin(async move {
        let answer = answer.await.map_err(failed)?;
        let chunks: Result<Vec<_>, _> = answer.into_inner_stream().try_collect().await;
        let bytes = chunks
            .map_err(|error| Failure::Transport(error.into()))?
            .concat();
        Ok(serde_json::from_slice(&bytes).unwrap_or_default())
    })
}

#[doc(hidden)]
pub fn empty<'a, E: 'a>(
    answer: impl Future<Output = Answered<(), E>> + Send + 'a,
    failed: fn(Error<E>) -> Failure,
) -> BoxFuture<'a> {
    Box::pin(async move { answer.await.map(|_| Value::Null).map_err(failed) })
}
