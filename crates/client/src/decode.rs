//! How generated functions read answers.

use std::marker::PhantomData;

use futures::stream;
use progenitor_client::{ByteStream, Error, ResponseValue};
use serde::de::DeserializeOwned;

use crate::transport::Answer;

/// What a body is read as.
pub trait Decode {
    /// The value.
    type Value;

    /// Reads the body of an answer.
    ///
    /// # Errors
    /// When the body is something else.
    fn decode<E>(answer: Answer) -> Result<ResponseValue<Self::Value>, Error<E>>;
}

/// JSON with a documented schema.
#[derive(Debug)]
pub struct Json<T>(PhantomData<T>);

/// A body that no page describes.
#[derive(Debug)]
pub struct Open;

/// No body.
#[derive(Debug)]
pub struct Empty;

impl<T: DeserializeOwned> Decode for Json<T> {
    type Value = T;

    fn decode<E>(answer: Answer) -> Result<ResponseValue<T>, Error<E>> {
        match serde_json::from_slice(&answer.body) {
            Ok(value) => Ok(ResponseValue::new(value, answer.status, answer.headers)),
            Err(error) => Err(Error::InvalidResponsePayload(answer.body, error)),
        }
    }
}

impl Decode for Open {
    type Value = ByteStream;

    fn decode<E>(answer: Answer) -> Result<ResponseValue<ByteStream>, Error<E>> {
        let body = answer.body;
        let body = stream::iter((!body.is_empty()).then_some(Ok(body)));
        let body = ByteStream::new(Box::pin(body));
        Ok(ResponseValue::new(body, answer.status, answer.headers))
    }
}

impl Decode for Empty {
    type Value = ();

    fn decode<E>(answer: Answer) -> Result<ResponseValue<()>, Error<E>> {
        Ok(ResponseValue::new((), answer.status, answer.headers))
    }
}

/// Why there is no answer to read.
pub(crate) enum Failed {
    /// The request is not one of the operation, or lacks what it needs.
    Refused(String),
    /// The request could not be sent, or the answer broke off.
    Interrupted(reqwest::Error),
    /// The status is neither a success nor an error.
    Unexpected(reqwest::Response),
}

/// Reads an answer as `T` if it has a 2xx status, else as `E`.
///
/// # Errors
/// When there is no answer, it is an error, or its body is something else.
pub(crate) fn decode<T: Decode, E: Decode>(
    answer: Result<Answer, Failed>,
) -> Result<ResponseValue<T::Value>, Error<E::Value>> {
    match answer {
        Ok(answer) if answer.status.is_success() => T::decode(answer),
        Ok(answer) => Err(Error::ErrorResponse(E::decode(answer)?)),
        Err(Failed::Refused(reason)) => Err(Error::InvalidRequest(reason)),
        Err(Failed::Interrupted(error)) => Err(Error::CommunicationError(error)),
        Err(Failed::Unexpected(response)) => Err(Error::UnexpectedResponse(response)),
    }
}
