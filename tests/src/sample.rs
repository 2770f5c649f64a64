//! Requests made from the examples of the document, for the generated client.

use std::sync::LazyLock;

use pingone_client::dispatch::{Arguments, Clients, Failure, call};
use pingone_client::transport::Authorization;
use pingone_client::{Call, auth, platform};
use pingone_codegen::model::Operation;
use pingone_models::operation::Security;
use pingone_models::request::Sample;
use pingone_models::samples;
use serde_json::Value;
use url::form_urlencoded::Serializer;

use crate::API;

/// The environment of every sample.
pub const ENVIRONMENT: &str = "abfba8f6-49eb-49f5-a5d9-80ad5c98f9f6";

/// One sample of every operation.
///
/// # Panics
/// When the document shows no request of an operation.
#[must_use]
pub fn one_of_each() -> Vec<&'static Sample> {
    let mut samples: Vec<_> = samples().iter().collect();
    samples.dedup_by_key(|sample| sample.operation.id);
    for operation in &API.operations {
        let mut own = samples.iter();
        assert!(
            own.any(|sample| sample.operation.id == operation.id),
            "show a request of `{}` in the document: its `examples` are empty",
            operation.id
        );
    }
    samples
}

/// The operation of a sample as the document describes it.
///
/// # Panics
/// When the document does not have it: the samples are stale.
#[must_use]
pub fn documented(sample: &Sample) -> &'static Operation {
    let mut operations = API.operations.iter();
    let found = operations.find(|own| own.id == sample.operation.id);
    found.unwrap_or_else(|| panic!("`{}` is not in the document", sample.operation.id))
}

/// The body as a value.
///
/// # Panics
/// When it is not JSON.
#[must_use]
pub fn body(sample: &Sample) -> Option<Value> {
    let text = sample.body?;
    Some(serde_json::from_str(text).expect("the body of a sample is JSON"))
}

/// The path with its parameters filled in, and the query in the order of its names, as the generated client sends it.
#[must_use]
pub fn target(sample: &Sample) -> String {
    let mut path = sample.operation.path.to_owned();
    for (name, value) in sample.path {
        path = path.replace(&format!("{{{name}}}"), value);
    }
    if sample.query.is_empty() {
        return path;
    }
    let mut pairs = sample.query.to_vec();
    pairs.sort_by_key(|(name, _)| *name);
    let query = Serializer::new(String::new()).extend_pairs(pairs).finish();
    format!("{path}?{query}")
}

/// The header that the document asks for, with the value that these samples send.
#[must_use]
pub fn authorization(sample: &Sample) -> Option<(&'static str, &'static str)> {
    match sample.operation.security.first() {
        Some(Security::Bearer) => Some(("authorization", "Bearer the-token")),
        // `client:secret`.
        Some(Security::Basic) => Some(("authorization", "Basic Y2xpZW50OnNlY3JldA==")),
        Some(Security::Cookie(_)) => Some(("cookie", "ST=the-session")),
        Some(Security::Header(_) | Security::Query(_)) | None => None,
    }
}

/// The credentials that samples are sent with, of a kind that the document asks for.
///
/// # Panics
/// When no header can carry them.
#[must_use]
pub fn credentials(kind: &Security) -> Authorization {
    let credentials = match kind {
        Security::Bearer => Authorization::bearer(&"the-token".into()),
        Security::Basic => Authorization::basic("client", &"secret".into()),
        Security::Cookie(name) => Authorization::cookies(&format!("{name}=the-session").into()),
        Security::Header(_) | Security::Query(_) => Authorization::key(&"the-key".into()),
    };
    credentials.expect("a header can carry them")
}

/// A call with the credentials that the document asks for.
#[must_use]
pub fn authorized(sample: &Sample) -> Call {
    match sample.operation.security.first() {
        Some(kind) => Call::new().with_credentials(credentials(kind)),
        None => Call::new(),
    }
}

/// The parameters and the body of a sample.
#[must_use]
pub fn arguments(sample: &Sample) -> Arguments {
    let lists = [sample.path, sample.query, sample.headers];
    let parameters = lists.into_iter().flatten();
    Arguments {
        parameters: parameters
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect(),
        body: body(sample),
    }
}

/// Sends an operation by its name with the generated client, to a server that has both of its servers.
///
/// # Errors
/// As the generated client has them.
pub async fn send(
    id: &str,
    origin: &str,
    made: Call,
    arguments: &Arguments,
) -> Result<Value, Failure> {
    // Connections belong to the runtime of one test, and the client to all of them.
    static HTTP: LazyLock<reqwest::Client> = LazyLock::new(|| {
        let builder = reqwest::Client::builder().no_proxy();
        builder.pool_max_idle_per_host(0).build().expect("a client")
    });
    let http = HTTP.clone();
    let platform = format!("{origin}/v1");
    let clients = Clients {
        platform: platform::Client::new_with_client(&platform, http.clone(), made.clone()),
        auth: auth::Client::new_with_client(origin, http, made),
    };
    call(&clients, id, arguments).await
}
