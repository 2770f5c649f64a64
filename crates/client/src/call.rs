//! What surrounds a generated call: what goes on the wire besides the arguments, and what comes back.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use http::header::{AUTHORIZATION, CONTENT_TYPE, COOKIE};
use http::{HeaderMap, HeaderName, HeaderValue};
use pingone_models::operation::{Body, Operation, Security};
use progenitor_client::{Error, ResponseValue};
use reqwest::ResponseBuilderExt;

use crate::decode::{Decode, Failed, decode};
use crate::transport::{
    Answer, Authorization, Incoming, Limits, add_header, authorization, describe,
};

/// The settings of one call besides its arguments; also keeps the response.
///
/// Clones share the answer.
#[derive(Clone, Default)]
pub struct Call {
    credentials: Option<Authorization>,
    headers: HeaderMap,
    limits: Limits,
    answer: Arc<Mutex<Option<Answer>>>,
}

impl fmt::Debug for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Call")
            .field("credentials", &self.credentials)
            .field("headers", &self.headers.keys().collect::<Vec<_>>())
            .field("limits", &self.limits)
            .finish_non_exhaustive()
    }
}

impl Call {
    /// A call without credentials.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets who is calling. The credentials are sent only where the document asks for their kind.
    #[must_use]
    pub fn with_credentials(mut self, credentials: Authorization) -> Self {
        self.credentials = Some(credentials);
        self
    }

    /// Adds a header, such as `X-Ping-External-Transaction-Id`. Headers that the document describes are not replaced.
    #[must_use]
    pub fn with_header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.insert(name, value);
        self
    }

    /// Sets how many bytes of an answer are read at most.
    #[must_use]
    pub fn with_limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// The last response, even if it could not be decoded.
    #[must_use]
    pub fn answer(&self) -> Option<Answer> {
        self.answer
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Puts on a request what the table says of its operation. Called by generated code.
    ///
    /// # Errors
    /// When the operation is unknown, belongs to another server, or needs credentials that the call lacks.
    pub fn prepare(
        &self,
        server: &str,
        operation: Option<&'static Operation>,
        request: &mut reqwest::Request,
    ) -> Result<(), String> {
        let Some(operation) = operation.filter(|operation| operation.server == server) else {
            return Err(format!(
                "the table of operations has no such operation of the server `{server}`"
            ));
        };
        // A key may also come as a header of the call.
        let given = |security: &Security| matches!(security, Security::Header(name) if self.headers.contains_key(*name));
        let authorization = match operation.security.iter().any(given) {
            true => None,
            false => authorization(operation, self.credentials.as_slice())
                .map_err(|error| error.to_string())?,
        };
        // The fragment told the variants of one path apart for the generator; it has no place in a request.
        request.url_mut().set_fragment(None);
        if let Some((Security::Query(name), key)) = authorization {
            let mut query = request.url_mut().query_pairs_mut();
            query.append_pair(name, key.text());
        }
        for (name, value) in &self.headers {
            if ![AUTHORIZATION, CONTENT_TYPE, COOKIE].contains(name) {
                add_header(request, name.clone(), value.clone());
            }
        }
        if !matches!(operation.body, Body::Content { .. }) {
            *request.body_mut() = None;
        }
        let has_body = request.body().is_some();
        let headers = request.headers_mut();
        // The generator's own; that of the document follows.
        headers.remove(CONTENT_TYPE);
        describe(operation, has_body, headers);
        if let Some((security, authorization)) = authorization {
            authorization.apply(security, headers);
        }
        Ok(())
    }

    /// Sends the request of an operation and reads its answer, up to the limit, as what it documents. Called by generated
    /// code.
    ///
    /// # Errors
    /// As for [`Call::prepare`], when the request could not be built or sent, the answer breaks off, or is not a success;
    /// what came until then is in [`Call::answer`].
    pub async fn send<T: Decode, E: Decode>(
        &self,
        client: &reqwest::Client,
        server: &str,
        operation: &'static Operation,
        request: Result<reqwest::Request, Error<E::Value>>,
    ) -> Result<ResponseValue<T::Value>, Error<E::Value>> {
        let answer = self.exchange(client, server, operation, request?).await;
        decode::<T, E>(answer)
    }

    async fn exchange(
        &self,
        client: &reqwest::Client,
        server: &str,
        operation: &'static Operation,
        mut request: reqwest::Request,
    ) -> Result<Answer, Failed> {
        self.prepare(server, Some(operation), &mut request)
            .map_err(Failed::Refused)?;
        self.keep(None);
        let address = request.url().clone();
        let mut incoming = Incoming::new();
        let end = incoming.receive(client, request, self.limits).await;
        let answer = incoming.into_answer();
        self.keep(answer.clone());
        end.map_err(Failed::Interrupted)?;
        let answer = answer.ok_or_else(|| Failed::Refused("no answer was received".to_owned()))?;
        if matches!(answer.status.as_u16(), 200..=299 | 400..=599) {
            return Ok(answer);
        }
        // Without its address the response would get one that has to be parsed first.
        let mut rebuilt = http::Response::builder()
            .url(address)
            .body(answer.body)
            .unwrap_or_default();
        *rebuilt.status_mut() = answer.status;
        *rebuilt.headers_mut() = answer.headers;
        Err(Failed::Unexpected(rebuilt.into()))
    }

    fn keep(&self, answer: Option<Answer>) {
        *self.answer.lock().unwrap_or_else(PoisonError::into_inner) = answer;
    }
}
