//! What comes back, kept as it came.

use std::fmt;

use bytes::Bytes;
use http::{HeaderMap, StatusCode};

use super::sent::Begun;

/// How many bytes of an answer are read when nothing else is set: one mebibyte.
pub const DEFAULT_BODY_LIMIT: usize = 1 << 20;

/// How many bytes of an answer are read at most.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// For an answer with a 2xx status.
    pub success: usize,
    /// For every other answer.
    pub failure: usize,
}

impl Default for Limits {
    /// [`DEFAULT_BODY_LIMIT`] for each.
    fn default() -> Self {
        Self {
            success: DEFAULT_BODY_LIMIT,
            failure: DEFAULT_BODY_LIMIT,
        }
    }
}

/// An answer, as far as it has arrived.
#[derive(Clone)]
#[non_exhaustive]
pub struct Answer {
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The body, as far as it was read.
    pub body: Bytes,
    /// Whether the body ended where it should, within the limit.
    pub complete: bool,
    /// Whether the body was longer than the limit.
    pub too_large: bool,
}

impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Answer")
            .field("status", &self.status)
            .field("body_bytes", &self.body.len())
            .field("complete", &self.complete)
            .finish_non_exhaustive()
    }
}

/// The place where an answer arrives. It outlives the future that receives.
#[derive(Debug, Default)]
pub struct Incoming {
    answer: Option<Answer>,
    begun: Begun,
}

impl Incoming {
    /// Nothing yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// What has arrived; nothing before the status.
    #[must_use]
    pub fn answer(&self) -> Option<&Answer> {
        self.answer.as_ref()
    }

    /// Whether any of the request may have been written to a connection.
    ///
    /// If not, and the future that sends it has been dropped, the service has not seen it: the time passed while the
    /// connection was made.
    #[must_use]
    pub fn has_begun(&self) -> bool {
        self.begun.has_begun()
    }

    /// Takes what has arrived.
    #[must_use]
    pub fn into_answer(self) -> Option<Answer> {
        self.answer
    }

    /// Sends a request and receives its answer here. The future is small: the request is in it no more.
    pub(crate) fn receive(
        &mut self,
        http: &reqwest::Client,
        mut request: reqwest::Request,
        limits: Limits,
    ) -> impl Future<Output = reqwest::Result<()>> + Send + use<'_> {
        *self = Self::new();
        self.begun.watch(&mut request);
        let sent = http.execute(request);
        async move {
            // An error's text would show the whole address, which may hold what a caller searched for.
            let mut response = sent.await.map_err(reqwest::Error::without_url)?;
            let answer = self.answer.insert(Answer {
                status: response.status(),
                headers: std::mem::take(response.headers_mut()),
                body: Bytes::new(),
                complete: false,
                too_large: false,
            });
            let limit = if answer.status.is_success() {
                limits.success
            } else {
                limits.failure
            };
            while let Some(chunk) = response
                .chunk()
                .await
                .map_err(reqwest::Error::without_url)?
            {
                if !answer.append(chunk, limit) {
                    return Ok(());
                }
            }
            answer.complete = true;
            Ok(())
        }
    }
}

impl Answer {
    /// Appends a chunk up to the limit; says whether there is room for more.
    fn append(&mut self, mut chunk: Bytes, limit: usize) -> bool {
        let room = limit - self.body.len();
        let fits = chunk.len() <= room;
        if !fits {
            chunk.truncate(room);
            self.too_large = true;
        }
        if self.body.is_empty() {
            // Most answers are one chunk, which is kept without a copy.
            self.body = chunk;
        } else if !chunk.is_empty() {
            // Takes the memory of the body back where nobody shares it.
            let mut whole = Vec::from(std::mem::take(&mut self.body));
            let needed = whole.len() + chunk.len();
            if needed > whole.capacity() {
                // Doubling keeps the cost of many small chunks linear, and the limit bounds the memory.
                let capacity = needed.max((2 * whole.len()).min(limit));
                whole.reserve_exact(capacity - whole.len());
            }
            whole.extend_from_slice(&chunk);
            self.body = whole.into();
        }
        fits
    }
}
