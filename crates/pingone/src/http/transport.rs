//! The HTTP client below every call, and what it must never do.

use std::sync::Arc;
use std::time::Duration;

use super::Endpoints;
use crate::{Error, Result};

const USER_AGENT: &str = concat!("pingone-rust/", env!("CARGO_PKG_VERSION"));

pub(crate) struct Transport {
    pub(crate) connect_timeout: Duration,
    pub(crate) proxy_from_environment: bool,
    pub(crate) product: Option<String>,
    pub(crate) builder: Option<reqwest::ClientBuilder>,
}

impl Default for Transport {
    fn default() -> Self {
        Self {
            connect_timeout: Duration::from_secs(5),
            proxy_from_environment: false,
            product: None,
            builder: None,
        }
    }
}

impl Transport {
    pub(crate) fn build(self, endpoints: &[&Endpoints]) -> Result<reqwest::Client> {
        let user_agent = match self.product {
            Some(product) => format!("{product} {USER_AGENT}"),
            None => USER_AGENT.to_owned(),
        };
        let builder = match self.builder {
            Some(builder) => builder,
            None => {
                let tls = cfg!(any(feature = "rustls", feature = "native-tls"));
                if !tls && endpoints.iter().any(|each| each.has_https()) {
                    return Err(Error::config(
                        "this build of `pingone` has no TLS: turn on its feature `rustls` or `native-tls`",
                    ));
                }
                let builder = reqwest::Client::builder();
                if self.proxy_from_environment {
                    builder
                } else {
                    builder.no_proxy()
                }
            }
        };
        builder
            // A redirect would send the body, with its password, wherever the answer says.
            .redirect(reqwest::redirect::Policy::none())
            // Whether a request can be sent again depends on what it does, which is known above.
            .retry(reqwest::retry::never())
            .referer(false)
            .https_only(endpoints.iter().all(|each| each.all_https()))
            .connect_timeout(self.connect_timeout)
            .user_agent(user_agent)
            .build()
            .map_err(|error| {
                let mut failed = Error::config("the HTTP client cannot be set up");
                failed.inner_mut().source = Some(Arc::new(error.without_url()));
                failed
            })
    }
}
