//! A client under test, and a call of every operation, made from the examples of the document.

use std::fmt::Debug;
use std::net::SocketAddr;
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use futures::future::BoxFuture;
use pingone::models::operation::{Answer, Effect, Operation, Security};
use pingone::models::operations::OPERATIONS;
use pingone::models::registry::visit;
use pingone::models::request::{Endpoint, RawRequest, Visitor};
use pingone::models::samples;
use pingone::{Client, ClientBuilder, Error, Request, Result};
use pingone_codegen::model::{Body as DescribedBody, Format, Operation as Described, ResponseBody};
use pingone_tests::API;
use pingone_tests::stub::{Reply, Stub};
use pingone_tests::time::TestTime;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use serde_json::Value;
use tokio::net::TcpListener;

pub(crate) const ENVIRONMENT: &str = "abfba8f6-49eb-49f5-a5d9-80ad5c98f9f6";
pub(crate) const ID: &str = "8376797d-641c-4e7b-8bc1-2fdf71916cab";
/// The id of every flow. Whoever has it and the session cookie can go on with the flow, so that it is a secret in logs.
pub(crate) const FLOW: &str = "ca9a9700-0f10-4c0d-8a4f-2f2f1e2d3c4b";

/// A user as the pages show one, short.
pub(crate) const USER: &str =
    r#"{"id":"8376797d-641c-4e7b-8bc1-2fdf71916cab","lifecycle":{"status":"ACCOUNT_OK"}}"#;

/// What decodes as the response of every operation.
pub(crate) const ANYTHING: &str =
    r#"{"id":"8376797d-641c-4e7b-8bc1-2fdf71916cab","status":"COMPLETED","access_token":"t"}"#;

/// What every secret that these tests send has in it.
pub(crate) const CANARY: &str = "canary";

pub(crate) fn builder(platform: &str, auth: &str, time: &TestTime) -> ClientBuilder {
    Client::builder()
        .platform_url(platform)
        .auth_url(auth)
        .environment_id(ENVIRONMENT)
        .token("canary-token")
        // Real time: a busy machine takes long.
        .connect_timeout(Duration::from_secs(1_000))
        // Above every pause of a test, so that time moves for the pauses alone.
        .attempt_timeout(Duration::from_secs(1_000))
        .timeout(Duration::from_secs(10_000))
        .runtime(time.clone())
}

pub(crate) fn client(stub: &Stub) -> (Client, TestTime) {
    let time = TestTime::default();
    let client = builder(stub.url(), stub.url(), &time).build().unwrap();
    (client, time)
}

/// What a call gave, whatever its type.
#[derive(Debug)]
pub(crate) struct Given {
    /// The value as JSON again; nothing where the document does not describe it.
    pub(crate) json: Value,
    /// The value as it prints itself, in both forms.
    pub(crate) debug: String,
}

/// A call of any operation.
pub(crate) struct AnyCall {
    pub(crate) operation: &'static Operation,
    /// The request as it prints itself, in both forms.
    pub(crate) debug: String,
    result: BoxFuture<'static, Result<Given>>,
}

impl AnyCall {
    fn new<T: Debug + Send + 'static>(
        request: Request<T>,
        json: impl Fn(&T) -> Value + Send + 'static,
    ) -> Self {
        Self {
            operation: request.operation(),
            debug: format!("{request:?} {request:#?}"),
            result: Box::pin(async move {
                let value = request.await?;
                Ok(Given {
                    json: json(&value),
                    debug: format!("{value:?} {value:#?}"),
                })
            }),
        }
    }

    pub(crate) async fn send(self) -> Result<Given> {
        self.result.await
    }

    pub(crate) async fn error(self) -> Error {
        let operation = self.operation.id;
        match self.send().await {
            Ok(given) => panic!("{operation} succeeded: {given:?}"),
            Err(error) => error,
        }
    }
}

/// An operation with a request for it, made from an example of the document. The canary is in every secret.
pub(crate) struct Case {
    pub(crate) operation: &'static Operation,
    pub(crate) described: &'static Described,
    raw: RawRequest,
}

/// Every operation of the document, with the example that has the most in it.
pub(crate) fn cases() -> &'static [Case] {
    static CASES: LazyLock<Vec<Case>> = LazyLock::new(|| {
        let cases = OPERATIONS.iter().map(|operation| {
            let described = API.operations.iter().find(|own| own.id == operation.id);
            let own = samples().iter();
            let mut own = own.filter(|sample| sample.operation.id == operation.id);
            let (described, sample) = described.zip(own.next_back()).unwrap();
            Case {
                operation,
                described,
                raw: with_canaries(described, sample.raw()),
            }
        });
        cases.collect()
    });
    &CASES
}

/// The operations that do more than read.
pub(crate) fn unsafe_cases() -> impl Iterator<Item = &'static Case> {
    let cases = cases().iter();
    cases.filter(|case| case.operation.effect != Effect::Read)
}

/// A call of every operation.
pub(crate) fn every_call(client: &Client) -> impl Iterator<Item = AnyCall> {
    cases().iter().map(|case| case.call(client))
}

impl Case {
    pub(crate) fn call(&self, client: &Client) -> AnyCall {
        let call = visit(self.operation.id, &self.raw, Caller(client));
        call.unwrap().unwrap()
    }

    /// The path that the request is sent to.
    pub(crate) fn path(&self) -> String {
        let path = self.operation.path.replace("{environmentId}", ENVIRONMENT);
        let parameters = self.raw.path.iter();
        parameters.fold(path, |path, (name, value)| {
            path.replace(&format!("{{{name}}}"), value)
        })
    }

    /// What the document shows as an answer of success.
    pub(crate) fn success(&self) -> Reply {
        let answers = self.described.responses.iter();
        let answers = answers.filter(|answer| answer.status.starts_with('2'));
        let shown = answers.flat_map(|answer| answer.examples.values()).next();
        match (self.operation.answer, shown) {
            (Answer::Json, shown) => Reply::json(200, &shown.unwrap().to_string()),
            (Answer::Open | Answer::Empty, _) => Reply::with_headers(200, &[], ""),
        }
    }

    /// The schema of a successful answer, where there is one.
    pub(crate) fn answer_schema(&self) -> Option<Value> {
        match self.described.success() {
            ResponseBody::Json { schema, .. } => Some(schema),
            ResponseBody::Open | ResponseBody::None => None,
        }
    }

    pub(crate) fn takes(&self, kind: impl Fn(&Security) -> bool) -> bool {
        self.operation.security.iter().any(kind)
    }
}

/// Calls a request with all credentials that a caller can give.
struct Caller<'a>(&'a Client);

impl Caller<'_> {
    fn call<E: Endpoint>(
        &self,
        endpoint: E,
        json: impl Fn(&E::Answer) -> Value + Send + 'static,
    ) -> AnyCall {
        let shown = format!("{endpoint:?} {endpoint:#?}");
        let request = self.0.request(endpoint);
        let request = request.with_session_cookie("canary-cookie");
        let mut call = AnyCall::new(request.with_application("id", "canary-basic"), json);
        call.debug.push_str(&shown);
        call
    }
}

impl Visitor for Caller<'_> {
    type Output = AnyCall;

    fn described<E: Endpoint<Answer: serde::Serialize>>(self, request: E) -> AnyCall {
        self.call(request, |value| serde_json::to_value(value).unwrap())
    }

    fn open<E: Endpoint>(self, request: E) -> AnyCall {
        self.call(request, |_| Value::Null)
    }
}

/// A request with the canary in every secret and in all that somebody might search for, and with the id of a flow
/// wherever there is one.
fn with_canaries(described: &Described, mut raw: RawRequest) -> RawRequest {
    for parameter in &described.parameters {
        let lists = raw.path.iter_mut().chain(&mut raw.query);
        for (_, value) in lists.filter(|(name, _)| *name == parameter.name) {
            let mut text = Value::from(value.as_str());
            plant(&mut text, &parameter.schema);
            *value = text.as_str().unwrap().to_owned();
        }
    }
    let (DescribedBody::Content { schema, format, .. }, Some(body)) = (&described.body, &raw.body)
    else {
        return raw;
    };
    let mut value: Value = match format {
        Format::Form => {
            let pairs = url::form_urlencoded::parse(body);
            let members = pairs.map(|(name, value)| (name.into_owned(), value.into()));
            Value::Object(members.collect())
        }
        _ => serde_json::from_slice(body).unwrap(),
    };
    plant(&mut value, schema);
    raw.body = Some(match format {
        Format::Form => {
            let mut form = url::form_urlencoded::Serializer::new(String::new());
            for (name, value) in value.as_object().unwrap() {
                form.append_pair(name, value.as_str().unwrap());
            }
            form.finish().into_bytes()
        }
        _ => value.to_string().into_bytes(),
    });
    raw
}

/// Puts the canary in place of every secret of a value.
fn plant(value: &mut Value, schema: &Value) {
    let schema = resolved(schema);
    if let Some(secret) = secret(schema) {
        *value = secret.into();
    }
    for list in ["oneOf", "anyOf", "allOf"] {
        for alternative in schema[list].as_array().into_iter().flatten() {
            plant(value, alternative);
        }
    }
    match value {
        Value::Object(members) => {
            for (name, value) in members {
                plant(value, &schema["properties"][name]);
            }
        }
        Value::Array(items) => {
            for item in items {
                plant(item, &schema["items"]);
            }
        }
        _ => {}
    }
}

/// A secret of this schema, if it is one: with the canary in it, or the id of a flow.
pub(crate) fn secret(schema: &Value) -> Option<&'static str> {
    let format = schema["format"].as_str();
    match (format, schema["x-sensitive"] == true) {
        (Some("password"), _) | (None, true) => Some("canary-secret"),
        (Some(_), true) => Some(FLOW),
        _ => None,
    }
}

/// The schema that a reference leads to.
pub(crate) fn resolved(schema: &Value) -> &Value {
    let mut schema = schema;
    while let Some(reference) = schema["$ref"].as_str() {
        let name = reference.rsplit('/').next().unwrap();
        schema = &API.schemas[name].value;
    }
    schema
}

/// Looks up names as a function says, in place of the network.
pub(crate) struct Names<F>(pub(crate) F);

impl<F> Resolve for Names<F>
where
    F: Fn() -> BoxFuture<'static, std::io::Result<SocketAddr>> + Send + Sync,
{
    fn resolve(&self, _: Name) -> Resolving {
        let found = (self.0)();
        Box::pin(async move {
            let addresses: Addrs = Box::new(std::iter::once(found.await?));
            Ok(addresses)
        })
    }
}

/// A builder whose host `localhost` is looked up by this function.
pub(crate) fn with_names<F>(url: &str, time: &TestTime, names: F) -> ClientBuilder
where
    F: Fn() -> BoxFuture<'static, std::io::Result<SocketAddr>> + Send + Sync + 'static,
{
    let url = url.replace("127.0.0.1", "localhost");
    let http = reqwest::Client::builder()
        .no_proxy()
        .dns_resolver(Arc::new(Names(names)));
    builder(&url, &url, time).http_client_builder(http)
}

/// An address that nobody listens on any more.
pub(crate) async fn nobody() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    format!("http://{}", listener.local_addr().unwrap())
}

/// Lets everything go on that can go on without time.
pub(crate) async fn settle() {
    for _ in 0..200 {
        tokio::task::yield_now().await;
    }
}

/// An error as every log would show it: itself and its sources, in every form that they have.
pub(crate) fn everything(error: &Error) -> String {
    let mut text = format!("{error} {error:?} {error:#?}");
    let mut source = std::error::Error::source(error);
    while let Some(error) = source {
        text.push_str(&format!(" {error} {error:?} {error:#?}"));
        source = error.source();
    }
    text
}
