//! Sends any [`Endpoint`](pingone_models::request::Endpoint) without code of its own for each operation.
//!
//! A [`Transport`] knows the addresses and lives as long as the program. [`Transport::request`] turns a request value
//! into the request of an HTTP client, [`Transport::send`] sends it once and reads the answer once.
//! There are no retries, tokens or timeouts at this level.

mod answer;
mod credentials;
mod sent;
mod write;

use bytes::Bytes;
use http::header::{ACCEPT, CONTENT_LENGTH, CONTENT_TYPE};
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use pingone_models::operation::{Body, Operation, Security};
use pingone_models::request::{DynEndpoint, WriteError};
use reqwest::Url;

pub use answer::{Answer, DEFAULT_BODY_LIMIT, Incoming, Limits};
pub use credentials::{Authorization, InvalidCredentials};
#[cfg(feature = "operations")]
pub(crate) use write::{append_pair, escape_segment};

use self::write::Writer;

/// The addresses and the HTTP client that requests are sent with.
///
/// ```
/// use pingone_client::transport::Transport;
///
/// let transport = Transport::new(reqwest::Client::new())
///     .with_server("platform", "https://api.pingone.eu/v1")
///     .with_parameter("environmentId", "abfba8f6-49eb-49f5-a5d9-80ad5c98f9f6");
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct Transport {
    http: reqwest::Client,
    servers: Vec<Server>,
    parameters: Vec<(String, String)>,
    without_leading_parameter: Vec<String>,
}

/// The base address of a server.
#[derive(Clone, Debug)]
struct Server {
    name: String,
    address: String,
    /// The address, and where its path begins; absent if it is not an origin with a path.
    origin: Option<(Url, usize)>,
}

impl Server {
    fn new(name: String, address: String) -> Self {
        let origin = Url::parse(&address).ok().and_then(|url| {
            let authority = address.find("://")? + "://".len();
            let path = address[authority..].find('/');
            let path = path.map_or(address.len(), |at| authority + at);
            let is_plain = url.has_host() && !address.contains(['?', '#', '\\']);
            is_plain.then_some((url, path))
        });
        Self {
            name,
            address,
            origin,
        }
    }

    /// Parses an address that begins with the one of the server.
    fn parse(&self, address: &str) -> Result<Url, url::ParseError> {
        let after = &address[self.address.len()..];
        // Half of parsing an address is its host, which is the same for every request.
        let Some((origin, path)) = &self.origin else {
            return Url::parse(address);
        };
        if !after.starts_with('/') || after.as_bytes().contains(&b'#') {
            return Url::parse(address);
        }
        let mut url = origin.clone();
        match address.split_once('?') {
            Some((address, query)) => {
                url.set_path(&address[*path..]);
                url.set_query(Some(query));
            }
            None => url.set_path(&address[*path..]),
        }
        Ok(url)
    }
}

/// Why a request value cannot become an HTTP request. Nothing was sent.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RequestError {
    /// The transport has no address for the server of the operation.
    #[error("no address is set for the server `{0}`")]
    UnknownServer(&'static str),
    /// A value cannot be sent.
    #[error("a value cannot be sent")]
    Write(#[from] WriteError),
    /// The address and the parameters do not make a URL.
    #[error("the address of the server `{server}` does not make a URL")]
    Url {
        /// The server.
        server: &'static str,
        /// Why.
        #[source]
        reason: url::ParseError,
    },
    /// The operation needs credentials, and none of those given is of a kind that it takes.
    #[error("`{operation}` needs credentials of another kind: {}", kinds(takes))]
    Credentials {
        /// The operation.
        operation: &'static str,
        /// What it takes.
        takes: &'static [Security],
    },
    /// A link leads to another origin than the operation belongs to.
    #[error("the link leads to another origin than `{0}` is sent to")]
    ForeignLink(&'static str),
}

fn kinds(takes: &[Security]) -> String {
    let names = takes.iter().map(|security| match security {
        Security::Bearer => "an access token".to_owned(),
        Security::Basic => "a client id and secret".to_owned(),
        Security::Cookie(name) => format!("the cookie `{name}`"),
        Security::Header(name) => format!("a key in the header `{name}`"),
        Security::Query(name) => format!("a key in the query parameter `{name}`"),
    });
    names.collect::<Vec<_>>().join(" or ")
}

impl Transport {
    /// A transport without addresses. The HTTP client should not follow redirects.
    pub fn new(http: reqwest::Client) -> Self {
        Self {
            http,
            servers: Vec::new(),
            parameters: Vec::new(),
            without_leading_parameter: Vec::new(),
        }
    }

    /// Sets the base address of a server of the document, without a slash at its end.
    pub fn with_server(mut self, name: impl Into<String>, base: impl Into<String>) -> Self {
        let base = base.into().trim_end_matches('/').to_owned();
        self.servers.push(Server::new(name.into(), base));
        self
    }

    /// Sets a path parameter that every request needs and no request value has, such as the environment.
    pub fn with_parameter(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.parameters.push((name.into(), value.into()));
        self
    }

    /// Leaves the parameters set by [`with_parameter`](Self::with_parameter) out of paths of this server that begin
    /// with one, as custom domains have it.
    pub fn without_leading_parameter(mut self, server: impl Into<String>) -> Self {
        self.without_leading_parameter.push(server.into());
        self
    }

    /// The HTTP client.
    #[must_use]
    pub fn http(&self) -> &reqwest::Client {
        &self.http
    }

    /// The base address of a server.
    #[must_use]
    pub fn server(&self, name: &str) -> Option<&str> {
        Some(&self.find(name)?.address)
    }

    fn find(&self, name: &str) -> Option<&Server> {
        self.servers.iter().find(|server| server.name == name)
    }

    /// The value that [`with_parameter`](Self::with_parameter) set.
    #[must_use]
    pub fn parameter(&self, name: &str) -> Option<&str> {
        let mut found = self.parameters.iter().filter(|(known, _)| known == name);
        found.next().map(|(_, value)| value.as_str())
    }

    /// Turns a request value into an HTTP request: address, documented headers, credentials and body.
    ///
    /// Of the credentials the first is sent that the operation takes; others are never sent.
    ///
    /// # Errors
    /// When a value cannot be sent or the operation takes none of the credentials and needs some.
    pub fn request(
        &self,
        endpoint: &dyn DynEndpoint,
        credentials: &[Authorization],
    ) -> Result<reqwest::Request, RequestError> {
        let operation = endpoint.operation();
        let server = self
            .find(operation.server)
            .ok_or(RequestError::UnknownServer(operation.server))?;
        let mut writer = Writer::new(self, operation, &server.address);
        endpoint.write(&mut writer)?;
        let (mut address, mut headers, body) = writer.finish()?;
        let authorization = authorization(operation, credentials)?;
        if let Some((Security::Query(name), key)) = authorization {
            write::append_query(&mut address, name, key.text());
        }
        let url = server.parse(&address).map_err(|reason| RequestError::Url {
            server: operation.server,
            reason,
        })?;
        describe(operation, body.is_some(), &mut headers);
        if let Some((security, authorization)) = authorization {
            authorization.apply(security, &mut headers);
        }
        let method = Method::from_bytes(operation.method.as_bytes()).unwrap_or(Method::GET);
        let mut request = reqwest::Request::new(method, url);
        *request.headers_mut() = headers;
        *request.body_mut() = body.map(Into::into);
        Ok(request)
    }

    /// Sends a request to an address that the service gave in a link, in place of its own.
    ///
    /// # Errors
    /// When the address has another origin than the request, so that no credentials go elsewhere.
    pub fn redirect(
        &self,
        operation: &'static Operation,
        request: &mut reqwest::Request,
        link: &Url,
    ) -> Result<(), RequestError> {
        if link.origin() != request.url().origin() {
            return Err(RequestError::ForeignLink(operation.id));
        }
        request.url_mut().clone_from(link);
        // A fragment is never part of a request, and credentials are those of the call alone. Only an address without a
        // host refuses to change these, and such an address has no origin in common.
        request.url_mut().set_fragment(None);
        let _ = request.url_mut().set_username("");
        let _ = request.url_mut().set_password(None);
        Ok(())
    }

    /// Sends a request once and reads the answer up to the limits.
    ///
    /// What has arrived is in `incoming` at any time, also when this fails or its future is dropped.
    ///
    /// # Errors
    /// When the request could not be sent or the answer breaks off. The text of the error has no address.
    pub fn send<'a>(
        &self,
        request: reqwest::Request,
        limits: Limits,
        incoming: &'a mut Incoming,
    ) -> impl Future<Output = reqwest::Result<()>> + Send + use<'a> {
        incoming.receive(&self.http, request, limits)
    }
}

/// The credentials that an operation takes, and how; none if it does without.
pub(crate) fn authorization<'a>(
    operation: &'static Operation,
    credentials: &'a [Authorization],
) -> Result<Option<(Security, &'a Authorization)>, RequestError> {
    let fitting = operation.security.iter().find_map(|security| {
        let mut fitting = credentials.iter().filter(|given| given.fits(*security));
        fitting.next().map(|given| (*security, given))
    });
    if fitting.is_none() && !operation.security.is_empty() && !operation.anonymous {
        return Err(RequestError::Credentials {
            operation: operation.id,
            takes: operation.security,
        });
    }
    Ok(fitting)
}

/// Sets what the table says of every request of an operation.
pub(crate) fn describe(operation: &'static Operation, has_body: bool, headers: &mut HeaderMap) {
    let mut set = |name, text: &'static str| {
        // `from_static` is slow outside of constants. The generator refuses what no header can carry.
        if let Ok(value) = HeaderValue::from_maybe_shared(Bytes::from_static(text.as_bytes())) {
            headers.insert(name, value);
        }
    };
    set(ACCEPT, operation.accept);
    let media_type = match operation.body {
        Body::None => None,
        Body::Empty { media_type } => Some(media_type),
        // Where the body is optional and absent, a vendor's media type still chooses the operation.
        Body::Content { media_type } => {
            let is_plain = matches!(
                media_type,
                "application/json" | "application/x-www-form-urlencoded"
            );
            (has_body || !is_plain).then_some(media_type)
        }
    };
    if let Some(media_type) = media_type {
        set(CONTENT_TYPE, media_type);
    }
    if !has_body && !matches!(operation.method, "GET" | "HEAD") {
        set(CONTENT_LENGTH, "0");
    }
}

/// A header for every request of a call, such as `X-Ping-External-Transaction-Id`. Documented headers are not replaced.
pub fn add_header(request: &mut reqwest::Request, name: HeaderName, value: HeaderValue) {
    request.headers_mut().entry(name).or_insert(value);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(base: &str, rest: &str) {
        let server = Server::new("platform".to_owned(), base.to_owned());
        let address = format!("{base}{rest}");
        assert_eq!(server.parse(&address), Url::parse(&address), "{address}");
    }

    #[test]
    fn an_address_is_parsed_as_a_whole_one() {
        for base in [
            "https://api.pingone.eu/v1",
            "http://127.0.0.1:80",
            "http://[::1]:9",
            "HTTPS://Api.Example:443/a/../b",
            "https://user:word@host",
            "https://h\u{e4}user.example/\u{e4}",
            "https://host?x=1",
            "https://host#x",
            "https://host\\a",
            "mailto:someone",
            "file:///a",
            "nothing",
            "",
        ] {
            for rest in [
                "/environments/1/users/2",
                "/users?filter=a%20eq%20%22b%22&limit=2",
                "/users?",
                "/a?b?c='d'",
                "/a/../%2e%2e/b/./c",
                "/\u{e4}?\u{f6}",
                "/a#b?c",
                "a",
                "",
            ] {
                check(base, rest);
            }
        }
    }
}
