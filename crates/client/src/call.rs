//! The hooks around a generated call: what goes on the wire besides the arguments, and what comes back.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_LENGTH, CONTENT_TYPE, COOKIE};
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use pingone_models::Secret;
use pingone_models::operation::{Body, Operation, Security};
use reqwest::{ResponseBuilderExt, Url};

use crate::transport::{Answer, DEFAULT_BODY_LIMIT, Incoming, Limits};

/// Who is calling.
///
/// They are sent only where the document asks for their kind.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Credentials {
    /// An access token.
    Bearer(Secret),
    /// A client id and its secret.
    Basic(String, Secret),
    /// The value of the session cookie of a flow.
    Cookie(Secret),
    /// A key; the document says whether it is sent as a header, a cookie or a part of the query.
    ApiKey(Secret),
}

/// What one call carries besides its arguments; also keeps the answer that came.
///
/// Clones share the answer.
#[derive(Clone)]
pub struct Call {
    credentials: Option<Credentials>,
    headers: HeaderMap,
    body_limit: usize,
    error_body_limit: usize,
    address: Option<Url>,
    without_environment: bool,
    answer: Arc<Mutex<Option<Answer>>>,
}

impl Default for Call {
    fn default() -> Self {
        Self {
            credentials: None,
            headers: HeaderMap::new(),
            body_limit: DEFAULT_BODY_LIMIT,
            error_body_limit: DEFAULT_BODY_LIMIT,
            address: None,
            without_environment: false,
            answer: Arc::default(),
        }
    }
}

impl fmt::Debug for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Call")
            .field("credentials", &self.credentials)
            .field("headers", &self.headers.keys().collect::<Vec<_>>())
            .field("body_limit", &self.body_limit)
            .finish_non_exhaustive()
    }
}

impl Call {
    /// A call without credentials.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets who is calling.
    #[must_use]
    pub fn with_credentials(mut self, credentials: Credentials) -> Self {
        self.credentials = Some(credentials);
        self
    }

    /// Adds a header, such as `X-Ping-External-Transaction-Id`.
    ///
    /// What the table of operations decides cannot be overridden.
    #[must_use]
    pub fn with_header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.insert(name, value);
        self
    }

    /// Sets how many bytes of an answer are read at most.
    #[must_use]
    pub fn with_body_limit(mut self, bytes: usize) -> Self {
        self.body_limit = bytes;
        self
    }

    /// Sets how many bytes of an answer without success are read at most.
    #[must_use]
    pub fn with_error_body_limit(mut self, bytes: usize) -> Self {
        self.error_body_limit = bytes;
        self
    }

    /// Sends the request to this address, which came in a link, in place of the one that the arguments make.
    ///
    /// Only the origin that the request would have gone to anyway is accepted.
    #[must_use]
    pub fn with_address(mut self, address: Url) -> Self {
        self.address = Some(address);
        self
    }

    /// Leaves `{environmentId}` out of the path where the path begins with it, as custom domains have it.
    #[must_use]
    pub fn without_environment(mut self) -> Self {
        self.without_environment = true;
        self
    }

    /// The last answer that came, whatever became of it.
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
        if self.without_environment {
            leave_environment_out(operation, request.url_mut());
        }
        if let Some(address) = &self.address {
            if address.origin() != request.url().origin() {
                return Err(format!(
                    "the link leads to another origin than `{}` is sent to",
                    operation.id
                ));
            }
            request.url_mut().clone_from(address);
        }
        // The fragment told the variants of one path apart for the generator; it has no place in a request.
        request.url_mut().set_fragment(None);
        let authorization = self.authorization(operation)?;
        if let Some((name, key)) = self.key_in_query(operation) {
            request
                .url_mut()
                .query_pairs_mut()
                .append_pair(name, key.expose());
        }
        let has_body = request.body().is_some();
        let headers = request.headers_mut();
        for (name, value) in &self.headers {
            headers.insert(name, value.clone());
        }
        headers.insert(ACCEPT, HeaderValue::from_static(operation.accept));
        match operation.body {
            // A body that is left out has no type, unless a vendor's type still chooses the operation.
            Body::Content {
                media_type: "application/json" | "application/x-www-form-urlencoded",
            } if !has_body => headers.remove(CONTENT_TYPE),
            Body::None => headers.remove(CONTENT_TYPE),
            Body::Empty { media_type } | Body::Content { media_type } => {
                headers.insert(CONTENT_TYPE, HeaderValue::from_static(media_type))
            }
        };
        for name in [AUTHORIZATION, COOKIE] {
            if !asks_for_header(operation, &name) {
                headers.remove(name);
            }
        }
        if let Some((name, value)) = authorization {
            headers.insert(name, value);
        }
        let empty = !has_body || !matches!(operation.body, Body::Content { .. });
        if empty {
            *request.body_mut() = None;
            if *request.method() != Method::GET && *request.method() != Method::HEAD {
                request
                    .headers_mut()
                    .insert(CONTENT_LENGTH, HeaderValue::from_static("0"));
            }
        }
        Ok(())
    }

    /// The header that authorizes an operation: the credentials where their kind is asked for.
    fn authorization(
        &self,
        operation: &Operation,
    ) -> Result<Option<(HeaderName, HeaderValue)>, String> {
        let Some(credentials) = &self.credentials else {
            let has_key = self
                .headers
                .keys()
                .any(|name| asks_for_header(operation, name));
            return if has_key || operation.security.is_empty() || operation.anonymous {
                Ok(None)
            } else {
                Err(format!(
                    "`{}` needs credentials, and this call has none",
                    operation.id
                ))
            };
        };
        let header = operation
            .security
            .iter()
            .find_map(|security| match (security, credentials) {
                (Security::Bearer, Credentials::Bearer(token)) => {
                    Some((AUTHORIZATION, format!("Bearer {}", token.expose())))
                }
                (Security::Basic, Credentials::Basic(id, secret)) => {
                    let pair = STANDARD.encode(format!("{id}:{}", secret.expose()));
                    Some((AUTHORIZATION, format!("Basic {pair}")))
                }
                (
                    Security::Cookie(name),
                    Credentials::Cookie(value) | Credentials::ApiKey(value),
                ) => Some((COOKIE, format!("{name}={}", value.expose()))),
                (Security::Header(name), Credentials::ApiKey(key)) => {
                    let name = HeaderName::from_bytes(name.as_bytes()).ok()?;
                    Some((name, key.expose().to_owned()))
                }
                _ => None,
            });
        let Some((name, text)) = header else {
            let in_query = self.key_in_query(operation).is_some();
            return if in_query || operation.security.is_empty() || operation.anonymous {
                Ok(None)
            } else {
                Err(format!(
                    "`{}` takes another kind of credentials than this call has",
                    operation.id
                ))
            };
        };
        // The error of a failed conversion would not print the value either, but says nothing useful.
        let mut value = HeaderValue::from_str(&text)
            .map_err(|_| "the credentials hold a character that no header can carry".to_owned())?;
        value.set_sensitive(true);
        Ok(Some((name, value)))
    }

    /// The key of an operation that takes it in the query.
    fn key_in_query(&self, operation: &Operation) -> Option<(&'static str, &Secret)> {
        let Some(Credentials::ApiKey(key)) = &self.credentials else {
            return None;
        };
        let mut ways = operation.security.iter();
        match ways.find(|way| {
            matches!(
                way,
                Security::Cookie(_) | Security::Header(_) | Security::Query(_)
            )
        }) {
            Some(Security::Query(name)) => Some((name, key)),
            _ => None,
        }
    }

    /// Sends a request and reads its answer up to the limit. Called by generated code.
    ///
    /// # Errors
    /// When the request could not be sent or the answer breaks off; what came until then is in [`Call::answer`].
    pub async fn execute(
        &self,
        client: &reqwest::Client,
        request: reqwest::Request,
    ) -> reqwest::Result<reqwest::Response> {
        self.keep(None);
        let address = request.url().clone();
        let limits = Limits {
            success: self.body_limit,
            failure: self.error_body_limit,
        };
        let mut incoming = Incoming::new();
        let end = incoming.receive(client, request, limits).await;
        let answer = incoming.into_answer();
        self.keep(answer.clone());
        end?;
        // Without its address the response would get one that has to be parsed first.
        let mut rebuilt = http::Response::builder()
            .url(address)
            .body(Bytes::new())
            .unwrap_or_default();
        if let Some(answer) = answer {
            *rebuilt.status_mut() = answer.status;
            *rebuilt.headers_mut() = answer.headers;
            *rebuilt.body_mut() = answer.body;
        }
        Ok(rebuilt.into())
    }

    fn keep(&self, answer: Option<Answer>) {
        *self.answer.lock().unwrap_or_else(PoisonError::into_inner) = answer;
    }
}

/// Whether a header of this name authorizes an operation.
fn asks_for_header(operation: &Operation, name: &HeaderName) -> bool {
    let mut ways = operation.security.iter();
    ways.any(
        |way| matches!(way, Security::Header(asked) if name.as_str().eq_ignore_ascii_case(asked)),
    )
}

/// Drops the segment of `{environmentId}` from the address of an operation whose path begins with it.
fn leave_environment_out(operation: &Operation, address: &mut Url) {
    let mut template = operation.path.trim_start_matches('/').split('/');
    if template.next() != Some("{environmentId}") {
        return;
    }
    // The base address may have a path of its own; the template says where that ends.
    let below = template.count() + 1;
    let segments: Vec<String> = address
        .path()
        .split('/')
        .skip(1)
        .map(str::to_owned)
        .collect();
    let Some(position) = segments.len().checked_sub(below) else {
        return;
    };
    let mut kept = segments;
    kept.remove(position);
    address.set_path(&kept.join("/"));
}
