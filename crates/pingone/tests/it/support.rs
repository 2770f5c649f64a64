//! A client under test, and every operation as a caller reaches it.

use std::fmt::Debug;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use futures::future::BoxFuture;
use pingone::models::operation::Operation;
use pingone::models::{
    AccountLock, AssertionCheck, DeviceAuthenticationId, DeviceId, FlowId, FlowUserConfirmation,
    FlowUserRegistration, PasswordSet, PasswordValue, UserId, UserUpdate,
};
use pingone::users::UserQuery;
use pingone::{Acknowledged, Client, ClientBuilder, Error, Request, Result};
use pingone_tests::stub::Stub;
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
    /// The value as JSON again.
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

    fn typed<T: serde::Serialize + Debug + Send + 'static>(request: Request<T>) -> Self {
        Self::new(request, |value| serde_json::to_value(value).unwrap())
    }

    fn open(request: Request<Acknowledged>) -> Self {
        Self::new(request, |done| done.body.clone().unwrap_or_default())
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

/// How many operations have a handle; the others are sent with `Client::request`.
pub(crate) fn operations() -> usize {
    let url = "http://127.0.0.1:9";
    let client = builder(url, url, &TestTime::default()).build().unwrap();
    every_call(&client).len()
}

/// The operations that [`every_call`] calls, in its order.
pub(crate) async fn every_operation() -> Vec<&'static Operation> {
    let url = nobody().await;
    let client = builder(&url, &url, &TestTime::default()).build().unwrap();
    let calls = every_call(&client).into_iter();
    calls.map(|call| call.operation).collect()
}

/// Every operation that a client can call, one time. Every secret in them has the canary in it.
pub(crate) fn every_call(client: &Client) -> Vec<AnyCall> {
    let id: UserId = ID.parse().unwrap();
    let user = client.user(id);
    let password = user.password();
    let flow = client
        .flow(FLOW.parse::<FlowId>().unwrap())
        .with_session("canary-cookie");
    let devices = client.device_authentications();
    let device = client.device_authentication(ID.parse::<DeviceAuthenticationId>().unwrap());
    let device_id: DeviceId = ID.parse().unwrap();
    let page = UserQuery::new()
        .with_filter("username eq \"canary filter\"")
        .with_cursor("canary-cursor")
        .with_limit(2);
    let registration =
        FlowUserRegistration::new("linda@example.com", "linda").with_password("canary-7");
    let assertion = AssertionCheck::new("canary-13", "https://app.example.com");
    vec![
        AnyCall::typed(client.users().list(page)),
        AnyCall::typed(user.read()),
        AnyCall::typed(user.send_verification_code()),
        AnyCall::typed(user.verify("canary-1")),
        AnyCall::typed(user.lock_account(AccountLock::new())),
        AnyCall::typed(user.unlock_account()),
        AnyCall::typed(password.read()),
        AnyCall::open(password.send_recovery_code()),
        AnyCall::open(password.recover("canary-2", "canary-new-2")),
        AnyCall::open(password.check("canary-3")),
        AnyCall::open(password.unlock()),
        AnyCall::open(password.reset("canary-old-4", "canary-new-4")),
        AnyCall::open(password.set(PasswordSet::new("canary-5"))),
        AnyCall::open(password.set_value(PasswordValue::new().with_value("canary-14"))),
        AnyCall::typed(flow.read()),
        AnyCall::open(flow.confirm_account(FlowUserConfirmation::new("linda"))),
        AnyCall::typed(flow.check_username_password("linda", "canary-6")),
        AnyCall::typed(flow.look_up_user("linda")),
        AnyCall::typed(flow.forgot_password("linda")),
        AnyCall::typed(flow.register_user(registration)),
        AnyCall::typed(flow.reset_password("canary-old-8", "canary-new-8")),
        AnyCall::typed(flow.recover_password("canary-9", "canary-new-9")),
        AnyCall::typed(flow.send_recovery_code()),
        AnyCall::typed(flow.verify_user("canary-10")),
        AnyCall::typed(flow.send_verification_code()),
        AnyCall::typed(flow.select_device(device_id)),
        AnyCall::typed(flow.check_otp("canary-11")),
        AnyCall::typed(flow.update_user(UserUpdate::new())),
        AnyCall::typed(flow.reset_session()),
        AnyCall::new(devices.one_time_email(id, "linda@example.com"), |started| {
            serde_json::to_value(started.started()).unwrap()
        }),
        AnyCall::typed(device.read()),
        AnyCall::typed(device.check_otp("canary-12")),
        AnyCall::typed(device.select_device(device_id)),
        AnyCall::typed(device.check_assertion(assertion)),
        AnyCall::open(device.cancel()),
    ]
}
