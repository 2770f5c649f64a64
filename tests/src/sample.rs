//! Calls made from the examples of the document, for every operation that it has.

use std::sync::LazyLock;

use pingone_client::dispatch::{Arguments, Clients, Failure, call};
use pingone_client::{Call, Credentials, auth, platform};
use pingone_codegen::model::{Body, Location, Operation, Security};
use serde_json::Value;

use crate::API;

/// The environment of every sample.
pub const ENVIRONMENT: &str = "abfba8f6-49eb-49f5-a5d9-80ad5c98f9f6";

/// The id of everything else.
const OTHER: &str = "0fa3daf8-499d-4d7a-8829-00d16ee84d5d";

/// One call: an operation with one of the request bodies that the document shows for it.
#[derive(Clone, Debug)]
pub struct Sample {
    /// The operation.
    pub operation: &'static Operation,
    /// The name of the example, or `request` where nothing is sent.
    pub case: String,
    /// The body.
    pub body: Option<Value>,
}

/// A sample for every operation and every example of its request body.
///
/// # Panics
/// When the document shows no body for an operation that needs one.
#[must_use]
pub fn samples() -> Vec<Sample> {
    let samples = API
        .operations
        .iter()
        .flat_map(|operation| match &operation.body {
            Body::None | Body::Empty { .. } => vec![Sample {
                operation,
                case: "request".to_owned(),
                body: None,
            }],
            Body::Content { examples, .. } => {
                assert!(
                    !examples.is_empty(),
                    "the document shows no request of `{}`",
                    operation.id
                );
                let samples = examples.iter().map(|(case, body)| Sample {
                    operation,
                    case: case.clone(),
                    body: Some(body.clone()),
                });
                samples.collect()
            }
        });
    samples.collect()
}

impl Sample {
    /// The path with its parameters filled in.
    #[must_use]
    pub fn path(&self) -> String {
        let mut path = self.operation.path.clone();
        let mut query = Vec::new();
        for (name, value) in self.parameters() {
            let place = format!("{{{name}}}");
            if path.contains(&place) {
                path = path.replace(&place, &value);
            } else {
                query.push(format!("{name}={value}"));
            }
        }
        if query.is_empty() {
            return path;
        }
        format!("{path}?{}", query.join("&"))
    }

    /// The parameters of the path and of the query that a request cannot do without.
    fn parameters(&self) -> impl Iterator<Item = (String, String)> {
        let parameters = self.operation.parameters.iter();
        let needed = parameters.filter(|parameter| parameter.required);
        needed.map(|parameter| {
            let shown = parameter.example.as_ref().and_then(Value::as_str);
            let value = match parameter.location {
                Location::Query => shown.unwrap_or(OTHER),
                _ if parameter.name == "environmentId" => ENVIRONMENT,
                _ => OTHER,
            };
            (parameter.name.clone(), value.to_owned())
        })
    }

    /// The header that the document asks for, with the value that these samples send.
    #[must_use]
    pub fn authorization(&self) -> Option<(&'static str, &'static str)> {
        match self.operation.security.first() {
            Some(Security::Bearer) => Some(("authorization", "Bearer the-token")),
            // `client:secret`.
            Some(Security::Basic) => Some(("authorization", "Basic Y2xpZW50OnNlY3JldA==")),
            Some(Security::Cookie(_)) => Some(("cookie", "ST=the-session")),
            Some(Security::Header(_) | Security::Query(_)) | None => None,
        }
    }

    /// The arguments of the sample.
    #[must_use]
    pub fn arguments(&self) -> Arguments {
        Arguments {
            parameters: self.parameters().collect(),
            body: self.body.clone(),
        }
    }

    /// A call with the credentials that the document asks for.
    #[must_use]
    pub fn authorized(&self) -> Call {
        let credentials = match self.operation.security.first() {
            Some(Security::Bearer) => Credentials::Bearer("the-token".into()),
            Some(Security::Basic) => Credentials::Basic("client".into(), "secret".into()),
            Some(Security::Cookie(_)) => Credentials::Cookie("the-session".into()),
            Some(Security::Header(_) | Security::Query(_)) | None => return Call::new(),
        };
        Call::new().with_credentials(credentials)
    }

    /// Sends the sample with the generated client.
    ///
    /// # Errors
    /// As the generated client has them.
    pub async fn send(&self, platform_url: &str, auth_url: &str) -> Result<Value, Failure> {
        send(
            &self.operation.id,
            [platform_url, auth_url],
            self.authorized(),
            &self.arguments(),
        )
        .await
    }

    /// Sends the operation with another call and other arguments, to one server for all.
    ///
    /// # Errors
    /// As the generated client has them.
    pub async fn call(
        &self,
        url: &str,
        made: Call,
        arguments: &Arguments,
    ) -> Result<Value, Failure> {
        send(&self.operation.id, [url, url], made, arguments).await
    }
}

/// Sends an operation by its name with the generated client, to the addresses of its two servers.
///
/// # Errors
/// As the generated client has them.
pub async fn send(
    id: &str,
    [platform_url, auth_url]: [&str; 2],
    made: Call,
    arguments: &Arguments,
) -> Result<Value, Failure> {
    // Connections belong to the runtime of one test, and the client to all of them.
    static HTTP: LazyLock<reqwest::Client> = LazyLock::new(|| {
        let builder = reqwest::Client::builder().no_proxy();
        builder.pool_max_idle_per_host(0).build().expect("a client")
    });
    let http = HTTP.clone();
    let clients = Clients {
        platform: platform::Client::new_with_client(platform_url, http.clone(), made.clone()),
        auth: auth::Client::new_with_client(auth_url, http, made),
    };
    call(&clients, id, arguments).await
}
