//! A client under test, and every operation as a caller reaches it.

use std::time::Duration;

use futures::future::BoxFuture;
use pingone::models::{
    AccountLock, AssertionCheck, DeviceAuthenticationId, DeviceId, FlowId, FlowUserConfirmation,
    FlowUserRegistration, FlowUserUpdate, PasswordSet, PasswordValue, UserId,
};
use pingone::users::UserQuery;
use pingone::{Client, ClientBuilder, Error, Request, Result};
use pingone_models::operation::Operation;
use pingone_tests::stub::Stub;
use pingone_tests::time::TestTime;

pub(crate) const ENVIRONMENT: &str = "abfba8f6-49eb-49f5-a5d9-80ad5c98f9f6";
pub(crate) const ID: &str = "8376797d-641c-4e7b-8bc1-2fdf71916cab";

/// A user as the pages show one, short.
pub(crate) const USER: &str =
    r#"{"id":"8376797d-641c-4e7b-8bc1-2fdf71916cab","lifecycle":{"status":"ACCOUNT_OK"}}"#;

/// What decodes as the response of every operation.
pub(crate) const ANYTHING: &str =
    r#"{"id":"8376797d-641c-4e7b-8bc1-2fdf71916cab","status":"COMPLETED","access_token":"t"}"#;

pub(crate) fn builder(platform: &str, auth: &str, time: &TestTime) -> ClientBuilder {
    Client::builder()
        .platform_url(platform)
        .auth_url(auth)
        .environment_id(ENVIRONMENT)
        .token("token-of-the-test")
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

/// A call whose value does not matter.
pub(crate) struct AnyCall {
    pub(crate) operation: &'static Operation,
    result: BoxFuture<'static, Result<()>>,
}

impl AnyCall {
    fn new<T: Send + 'static>(request: Request<T>) -> Self {
        Self {
            operation: request.operation(),
            result: Box::pin(async move { request.await.map(drop) }),
        }
    }

    pub(crate) async fn send(self) -> Result<()> {
        self.result.await
    }

    pub(crate) async fn error(self) -> Error {
        let operation = self.operation.id;
        match self.send().await {
            Ok(()) => panic!("{operation} succeeded"),
            Err(error) => error,
        }
    }
}

/// Every operation that a client can call, one time.
pub(crate) fn every_call(client: &Client) -> Vec<AnyCall> {
    let user = client.user(ID.parse::<UserId>().unwrap());
    let password = user.password();
    let flow = client
        .flow(ID.parse::<FlowId>().unwrap())
        .with_session("cookie-of-the-test");
    let devices = client.device_authentications();
    let device = client.device_authentication(ID.parse::<DeviceAuthenticationId>().unwrap());
    let device_id: DeviceId = ID.parse().unwrap();
    vec![
        AnyCall::new(
            client.users().list(
                UserQuery::new()
                    .with_filter("username eq \"a b\"")
                    .with_limit(2),
            ),
        ),
        AnyCall::new(user.read()),
        AnyCall::new(user.send_verification_code()),
        AnyCall::new(user.verify("code-1")),
        AnyCall::new(user.lock_account(AccountLock::new())),
        AnyCall::new(user.unlock_account()),
        AnyCall::new(password.read()),
        AnyCall::new(password.send_recovery_code()),
        AnyCall::new(password.recover("code-2", "new-password-2")),
        AnyCall::new(password.check("password-3")),
        AnyCall::new(password.unlock()),
        AnyCall::new(password.reset("old-password-4", "new-password-4")),
        AnyCall::new(password.set(PasswordSet::new("password-5"))),
        AnyCall::new(password.set_value(PasswordValue::new())),
        AnyCall::new(flow.read()),
        AnyCall::new(flow.confirm_account(FlowUserConfirmation::new("linda"))),
        AnyCall::new(flow.check_username_password("linda", "password-6")),
        AnyCall::new(flow.look_up_user("linda")),
        AnyCall::new(flow.forgot_password("linda")),
        AnyCall::new(flow.register_user(FlowUserRegistration::new(
            "linda@example.com",
            "password-7",
            "linda",
        ))),
        AnyCall::new(flow.reset_password("old-password-8", "new-password-8")),
        AnyCall::new(flow.recover_password("code-9", "new-password-9")),
        AnyCall::new(flow.send_recovery_code()),
        AnyCall::new(flow.verify_user("code-10")),
        AnyCall::new(flow.send_verification_code()),
        AnyCall::new(flow.select_device(device_id)),
        AnyCall::new(flow.check_otp("otp-11")),
        AnyCall::new(flow.update_user(FlowUserUpdate::new())),
        AnyCall::new(flow.reset_session()),
        AnyCall::new(devices.one_time_email(ID.parse::<UserId>().unwrap(), "linda@example.com")),
        AnyCall::new(device.read()),
        AnyCall::new(device.check_otp("otp-12")),
        AnyCall::new(device.select_device(device_id)),
        AnyCall::new(device.check_assertion(AssertionCheck::new())),
        AnyCall::new(device.cancel()),
    ]
}
