//! One page over HTTP: conditional, bounded, polite.

use std::time::Duration;

use pingone_drift::MAX_PAGE_BYTES;
use serde::{Deserialize, Serialize};
use ureq::http::{HeaderMap, StatusCode, header};
use url::Url;

use super::Clock;

const USER_AGENT: &str = concat!("pingone-docs-pull/", env!("CARGO_PKG_VERSION"));
const ACCEPT: &str = "text/markdown, text/plain;q=0.9, */*;q=0.1";

/// The media types of pages.
const PAGES: &[&str] = &["text/markdown", "text/plain", "text/x-markdown"];

/// The media types of `llms.txt` and of feeds.
const INDEXES: &[&str] = &[
    "text/markdown",
    "text/plain",
    "application/rss+xml",
    "application/atom+xml",
    "application/xml",
    "text/xml",
];

/// The largest index that is read, in bytes.
const MAX_INDEX_BYTES: usize = 4 * 1024 * 1024;

/// How much is asked of a service.
pub(super) struct Limits {
    /// Between two requests.
    pub(super) delay: Duration,
    /// Of one page.
    pub(super) attempts: u32,
    pub(super) redirects: u32,
    /// How long a service may ask to wait.
    pub(super) longest_wait: Duration,
    /// Of one request, to the end of its body.
    pub(super) timeout: Duration,
    /// What an answer may be.
    pub(super) types: &'static [&'static str],
    /// How large an answer may be.
    pub(super) bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            delay: Duration::from_secs(1),
            attempts: 4,
            redirects: 5,
            longest_wait: Duration::from_secs(120),
            timeout: Duration::from_secs(30),
            types: PAGES,
            bytes: MAX_PAGE_BYTES,
        }
    }
}

/// What a service said of the version of a page.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Validators {
    /// The address that said so: another one may use the same words for something else.
    url: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    etag: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    last_modified: Option<String>,
}

impl Validators {
    /// The headers of a conditional request.
    fn conditions(&self, url: &Url) -> Vec<(header::HeaderName, &str)> {
        if self.url != url.as_str() {
            return Vec::new();
        }
        let conditions = [
            (header::IF_NONE_MATCH, self.etag.as_deref()),
            (header::IF_MODIFIED_SINCE, self.last_modified.as_deref()),
        ];
        let said = conditions.into_iter();
        said.filter_map(|(name, value)| Some((name, value?)))
            .collect()
    }
}

pub(super) struct Page {
    pub(super) bytes: Vec<u8>,
    pub(super) validators: Validators,
}

pub(super) enum Answer {
    Page(Page),
    NotModified,
}

/// Why a page was not fetched.
#[derive(Debug, thiserror::Error)]
pub(super) enum Failure {
    #[error("{url} answered {status}")]
    Status { url: Url, status: StatusCode },
    #[error("{url} asks to wait {} s, more than the {} s that are waited: come back later", wait.as_secs(), longest.as_secs())]
    Wait {
        url: Url,
        wait: Duration,
        longest: Duration,
    },
    #[error(
        "{url} is `{media_type}`, and pages are read as Markdown or text: correct the address in spec/pingone.yaml or spec/docs.lock"
    )]
    MediaType { url: Url, media_type: String },
    #[error("{url} has more than the {limit} bytes that it may have")]
    TooLarge { url: Url, limit: usize },
    #[error("{url} has an empty body")]
    Empty { url: Url },
    #[error(
        "{url} redirects to {location}, which is another service: check the new address and correct it in spec/pingone.yaml and spec/docs.lock"
    )]
    OtherHost { url: Url, location: String },
    #[error("{url} redirects without a usable address")]
    Location { url: Url },
    #[error("{url} redirects more than {limit} times")]
    Redirects { url: Url, limit: u32 },
    #[error("the body of {url} could not be read to its end")]
    Body {
        url: Url,
        #[source]
        source: ureq::Error,
    },
    #[error("{url} cannot be reached")]
    Unreachable {
        url: Url,
        #[source]
        source: ureq::Error,
    },
}

impl Failure {
    /// Whether the other pages would fail as well, or should not be asked for now.
    pub(super) fn ends_the_run(&self) -> bool {
        match self {
            Self::Unreachable { .. } | Self::Wait { .. } => true,
            Self::Status { status, .. } => *status == StatusCode::TOO_MANY_REQUESTS,
            _ => false,
        }
    }

    /// Whether the same request may be answered a moment later.
    fn is_passing(&self) -> bool {
        match self {
            Self::Unreachable { .. } | Self::Body { .. } => true,
            Self::Status { status, .. } => {
                *status == StatusCode::TOO_MANY_REQUESTS || status.is_server_error()
            }
            _ => false,
        }
    }
}

/// Fetches pages, one at a time.
pub(super) struct Fetcher<C> {
    limits: Limits,
    agent: ureq::Agent,
    clock: C,
    asked_before: bool,
}

impl<C: Clock> Fetcher<C> {
    pub(super) fn new(limits: Limits, clock: C) -> Self {
        let agent = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .timeout_global(Some(limits.timeout))
            .timeout_connect(Some(limits.timeout / 3))
            .user_agent(USER_AGENT)
            .accept(ACCEPT)
            .build()
            .new_agent();
        Self {
            limits,
            agent,
            clock,
            asked_before: false,
        }
    }

    #[cfg(test)]
    pub(super) fn clock(&self) -> &C {
        &self.clock
    }

    /// Fetches the Markdown of a page where there is one, else the page at its own address.
    pub(super) fn fetch(&mut self, url: &Url, validators: &Validators) -> Result<Answer, Failure> {
        match markdown_of(url) {
            None => self.patiently(url, validators),
            Some(markdown) => match self.patiently(&markdown, validators) {
                Err(Failure::Status { status, .. })
                    if status == StatusCode::NOT_FOUND || status == StatusCode::GONE =>
                {
                    self.patiently(url, validators)
                }
                outcome => outcome,
            },
        }
    }

    /// Fetches an `llms.txt` or a feed.
    pub(super) fn index(&mut self, url: &Url) -> Result<String, Failure> {
        (self.limits.types, self.limits.bytes) = (INDEXES, MAX_INDEX_BYTES);
        let answer = self.patiently(url, &Validators::default());
        (self.limits.types, self.limits.bytes) = (PAGES, MAX_PAGE_BYTES);
        match answer? {
            Answer::Page(page) => Ok(String::from_utf8_lossy(&page.bytes).into_owned()),
            // Nothing was asked for under a condition.
            Answer::NotModified => Err(Failure::Empty { url: url.clone() }),
        }
    }

    /// Asks again while the failure may pass.
    fn patiently(&mut self, url: &Url, validators: &Validators) -> Result<Answer, Failure> {
        let mut attempt = 1;
        loop {
            let (failure, wait) = match self.follow(url, validators) {
                Ok(answer) => return Ok(answer),
                Err(failure) => failure,
            };
            if !failure.is_passing() || attempt >= self.limits.attempts {
                return Err(failure);
            }
            let wait = wait.unwrap_or(Duration::from_secs(1 << attempt));
            if wait > self.limits.longest_wait {
                return Err(Failure::Wait {
                    url: url.clone(),
                    wait,
                    longest: self.limits.longest_wait,
                });
            }
            self.clock.sleep(wait);
            attempt += 1;
        }
    }

    /// Asks once, and again where the same service says that the page is.
    fn follow(
        &mut self,
        url: &Url,
        validators: &Validators,
    ) -> Result<Answer, (Failure, Option<Duration>)> {
        let mut at = url.clone();
        for _ in 0..=self.limits.redirects {
            let conditions = validators.conditions(&at);
            let response = self.ask(&at, &conditions).map_err(|source| {
                let url = at.clone();
                (Failure::Unreachable { url, source }, None)
            })?;
            let status = response.status();
            if matches!(status.as_u16(), 301 | 302 | 303 | 307 | 308) {
                at = redirected(&at, response.headers()).map_err(|failure| (failure, None))?;
                continue;
            }
            if status == StatusCode::NOT_MODIFIED && !conditions.is_empty() {
                return Ok(Answer::NotModified);
            }
            if status != StatusCode::OK {
                let wait = self.retry_after(response.headers());
                let url = at.clone();
                return Err((Failure::Status { url, status }, wait));
            }
            return page(&at, response, &self.limits)
                .map(Answer::Page)
                .map_err(|failure| (failure, None));
        }
        let failure = Failure::Redirects {
            url: url.clone(),
            limit: self.limits.redirects,
        };
        Err((failure, None))
    }

    fn ask(
        &mut self,
        url: &Url,
        conditions: &[(header::HeaderName, &str)],
    ) -> Result<ureq::http::Response<ureq::Body>, ureq::Error> {
        if self.asked_before {
            self.clock.sleep(self.limits.delay);
        }
        self.asked_before = true;
        let mut request = self.agent.get(url.as_str());
        for (name, value) in conditions {
            request = request.header(name, *value);
        }
        if is_loopback(url) {
            // No proxy can reach this machine's own services.
            return request.config().proxy(None).build().call();
        }
        request.call()
    }

    /// How long the service asks to wait: seconds, or a moment.
    fn retry_after(&self, headers: &HeaderMap) -> Option<Duration> {
        let text = text_of(headers, header::RETRY_AFTER)?;
        if let Ok(seconds) = text.trim().parse() {
            return Some(Duration::from_secs(seconds));
        }
        let moment = httpdate::parse_http_date(text.trim()).ok()?;
        Some(moment.duration_since(self.clock.now()).unwrap_or_default())
    }
}

fn page(
    url: &Url,
    mut response: ureq::http::Response<ureq::Body>,
    limits: &Limits,
) -> Result<Page, Failure> {
    let url = || url.clone();
    let media_type = text_of(response.headers(), header::CONTENT_TYPE).unwrap_or_default();
    let essence = media_type.split(';').next().unwrap_or_default().trim();
    if !limits
        .types
        .iter()
        .any(|known| essence.eq_ignore_ascii_case(known))
    {
        return Err(Failure::MediaType {
            url: url(),
            media_type,
        });
    }
    let validators = Validators {
        url: url().to_string(),
        etag: text_of(response.headers(), header::ETAG),
        last_modified: text_of(response.headers(), header::LAST_MODIFIED),
    };
    // Whether reading to the limit is an error already depends on the version of the client.
    let limit = limits.bytes;
    let most = u64::try_from(limit + 1).unwrap_or(u64::MAX);
    let body = response.body_mut().with_config().limit(most);
    let bytes = body.read_to_vec().map_err(|source| match source {
        ureq::Error::BodyExceedsLimit(_) => Failure::TooLarge { url: url(), limit },
        source => Failure::Body { url: url(), source },
    })?;
    if bytes.len() > limit {
        return Err(Failure::TooLarge { url: url(), limit });
    }
    if bytes.is_empty() {
        return Err(Failure::Empty { url: url() });
    }
    Ok(Page { bytes, validators })
}

fn redirected(url: &Url, headers: &HeaderMap) -> Result<Url, Failure> {
    let location =
        text_of(headers, header::LOCATION).ok_or_else(|| Failure::Location { url: url.clone() })?;
    let mut target = url
        .join(&location)
        .map_err(|_| Failure::Location { url: url.clone() })?;
    if target.origin() != url.origin() {
        return Err(Failure::OtherHost {
            url: url.clone(),
            location,
        });
    }
    target.set_fragment(None);
    Ok(target)
}

fn text_of(headers: &HeaderMap, name: header::HeaderName) -> Option<String> {
    Some(headers.get(name)?.to_str().ok()?.to_owned())
}

/// The address of the Markdown of a page.
fn markdown_of(url: &Url) -> Option<Url> {
    let path = url.path().strip_suffix(".html")?;
    let mut markdown = url.clone();
    markdown.set_path(&format!("{path}.md"));
    Some(markdown)
}

/// Whether nobody on the way can read or change what is fetched.
pub(super) fn is_safe(url: &Url) -> bool {
    url.scheme() == "https" || (url.scheme() == "http" && is_loopback(url))
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        Some(url::Host::Domain(name)) => name == "localhost",
        None => false,
    }
}
