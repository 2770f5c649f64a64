//! Successful responses.

use std::marker::PhantomData;

use pingone_models::User;
use pingone_models::request::Open;
use serde::Serialize;

use crate::refusal::Refusal;
use crate::state::user_view::UserView;

/// How many bytes most answers have room in, so that writing them seldom needs more.
const MOST_ANSWERS: usize = 4096;

/// A successful answer.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: Vec<u8>,
    pub(crate) headers: Vec<(&'static str, String)>,
}

/// A successful answer with a body of the documented type `T`.
pub(crate) struct Reply<T> {
    answer: Answer,
    documented: PhantomData<T>,
}

/// What a handler gives whose answer has this body.
pub(super) type Outcome<T> = Result<Reply<T>, Refusal>;

/// A value that is written as the JSON of `T`, so that answers need not be built as the type that clients read.
pub(super) trait WrittenAs<T>: Serialize {}

impl<T: Serialize> WrittenAs<T> for T {}
impl WrittenAs<User> for UserView<'_> {}

impl<T> Reply<T> {
    pub(super) fn json(status: u16, body: &impl WrittenAs<T>) -> Outcome<T> {
        let mut bytes = Vec::with_capacity(MOST_ANSWERS);
        serde_json::to_writer(&mut bytes, body).map_err(|_| {
            Refusal::new(
                500,
                "UNEXPECTED_ERROR",
                "The sandbox cannot write its answer.",
            )
        })?;
        Ok(Self::new(status, bytes))
    }

    fn new(status: u16, body: Vec<u8>) -> Self {
        Self {
            answer: Answer {
                status,
                body,
                headers: Vec::new(),
            },
            documented: PhantomData,
        }
    }

    pub(super) fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.answer.headers.push((name, value.into()));
        self
    }

    /// The same answer to an operation whose body the document leaves open.
    pub(super) fn open(self) -> Reply<Open> {
        Reply {
            answer: self.answer,
            documented: PhantomData,
        }
    }
}

impl Reply<()> {
    /// 204.
    pub(super) fn no_content() -> Self {
        Self::new(204, Vec::new())
    }
}

impl Reply<Open> {
    /// 200 without a body.
    pub(super) fn empty() -> Self {
        Self::new(200, Vec::new())
    }

    /// Where the browser goes next.
    pub(super) fn redirect(address: impl Into<String>) -> Self {
        Self::new(302, Vec::new()).header("location", address)
    }
}

impl<T> From<Reply<T>> for Answer {
    fn from(reply: Reply<T>) -> Self {
        reply.answer
    }
}
