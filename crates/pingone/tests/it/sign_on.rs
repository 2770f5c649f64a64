//! Whole sign-ons against the sandbox, and answers that a sign-on must not accept.

use std::time::Duration;

use pingone::applications::Application;
use pingone::models::operations::{EXCHANGE_AUTHORIZATION_CODE, RESUME_FLOW};
use pingone::models::{FlowStatus, FlowUserRegistration, PasswordStatus, Secret, UserId};
use pingone::sign_on::{SignOn, Step, StoredSignOn};
use pingone::testing::{self, DeviceKind, Effect, Fault, Kind, NewDevice, NewUser, Sandbox};
use pingone::token::ClientCredentials;
use pingone::{Client, ErrorKind, Reason};
use pingone_tests::stub::{Reply, Stub};
use serde_json::{Value, json};

use crate::sizes::check;
use crate::support::{ENVIRONMENT, FLOW, client};

const EMAIL: &str = "linda@example.com";
const PASSWORD: &str = "2FederateM0re!";

/// A sandbox with one user, and its application.
struct Place {
    sandbox: Sandbox,
    client: Client,
    application: Application,
    user: UserId,
}

impl Place {
    async fn new(user: NewUser) -> Self {
        let sandbox = Sandbox::start().await.unwrap();
        let user = sandbox.seed_user(user).unwrap();
        let client = testing::client(&sandbox).unwrap();
        let credentials =
            ClientCredentials::client_secret_basic(sandbox.client_id(), sandbox.client_secret());
        let application = client.application(credentials).unwrap();
        Self {
            sandbox,
            client,
            application,
            user,
        }
    }

    async fn begin(&self) -> SignOn {
        let sign_on = self.application.sign_on();
        let sign_on = sign_on.with_scope("openid profile email offline_access");
        sign_on.begin().await.unwrap()
    }

    /// Signs the user on with nothing but the password.
    async fn signed_on(&self) -> SignOn {
        let mut sign_on = self.begin().await;
        let step = sign_on.act(|flow| flow.check_username_password("linda", PASSWORD));
        assert_eq!(step.await.unwrap(), Step::Completed);
        sign_on
    }

    async fn code(&self, kind: Kind) -> Secret {
        let outbox = self.sandbox.outbox();
        outbox.wait_for(self.user, kind).await.unwrap().code
    }
}

fn linda() -> NewUser {
    NewUser::new("linda").email(EMAIL).password(PASSWORD)
}

#[tokio::test]
async fn the_steps_of_a_sign_on_are_small_while_they_wait() {
    let mut sign_on = Place::new(linda()).await.begin().await;
    check(
        "a step of a sign-on",
        sign_on.act(|flow| flow.check_otp("123456")),
    );
    check("the tokens of a sign-on", sign_on.tokens());
}

#[tokio::test]
async fn a_user_signs_on_with_a_password_and_gets_tokens() {
    let place = Place::new(linda()).await;
    let mut sign_on = place.begin().await;
    assert_eq!(sign_on.step(), Step::UsernamePassword);
    let step = sign_on.act(|flow| flow.check_username_password("linda", PASSWORD));
    assert_eq!(step.await.unwrap(), Step::Completed);
    let tokens = sign_on.tokens().await.unwrap();
    let claims = place.client.openid().user_info(&tokens.access_token);
    let claims = claims.await.unwrap();
    assert_eq!(claims.sub, place.user.to_string());
    assert_eq!(claims.email.as_deref(), Some(EMAIL));
    assert!(tokens.id_token.is_some());
}

#[tokio::test]
async fn a_wrong_password_can_be_tried_again() {
    let place = Place::new(linda()).await;
    let mut sign_on = place.begin().await;
    let error = sign_on.act(|flow| flow.check_username_password("linda", "wrong"));
    let error = error.await.unwrap_err();
    assert!(error.is_wrong_code(), "{error}");
    assert_eq!(sign_on.step(), Step::UsernamePassword);
    let step = sign_on.act(|flow| flow.check_username_password("linda", PASSWORD));
    assert_eq!(step.await.unwrap(), Step::Completed);
}

#[tokio::test]
async fn a_locked_password_is_reported_as_such() {
    let locked = linda().password_status(PasswordStatus::PasswordLockedOut);
    let place = Place::new(locked).await;
    let mut sign_on = place.begin().await;
    let acted = sign_on.act(|flow| flow.check_username_password("linda", PASSWORD));
    // PingOne answers with an error or with a flow that has failed.
    match acted.await {
        Err(error) => assert_eq!(error.reason(), Reason::PasswordLocked, "{error}"),
        Ok(Step::Failed(_)) => {
            assert_eq!(
                Reason::of_flow(sign_on.flow()),
                Some(Reason::PasswordLocked)
            );
        }
        Ok(other) => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_second_factor_is_asked_for_and_checked() {
    let device = NewDevice::new(DeviceKind::Email, EMAIL);
    let place = Place::new(linda().device(device)).await;
    let sign_on = place.application.sign_on().with_acr_values("Multi_Factor");
    let mut sign_on = sign_on.begin().await.unwrap();
    let step = sign_on.act(|flow| flow.check_username_password("linda", PASSWORD));
    assert!(matches!(step.await.unwrap(), Step::Otp { .. }));
    let error = sign_on.act(|flow| flow.check_otp("000000x")).await;
    let error = error.unwrap_err();
    assert!(error.is_wrong_code(), "{error}");
    let error = sign_on.tokens().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidRequest);
    assert!(error.to_string().contains("OTP_REQUIRED"), "{error}");
    let code = place.code(Kind::Passcode).await;
    let step = sign_on.act(|flow| flow.check_otp(code));
    assert_eq!(step.await.unwrap(), Step::Completed);
    sign_on.tokens().await.unwrap();
}

#[tokio::test]
async fn a_new_user_registers_in_the_sign_on() {
    let place = Place::new(linda()).await;
    let mut sign_on = place.begin().await;
    let max = FlowUserRegistration::new("max@example.com", "max").with_password("battery-Staple-2");
    let step = sign_on.act(|flow| flow.register_user(max));
    assert_eq!(step.await.unwrap(), Step::VerificationCode);
    let messages = place.sandbox.outbox().messages();
    let code = messages.last().unwrap().code.clone();
    let step = sign_on.act(|flow| flow.verify_user(code));
    assert_eq!(step.await.unwrap(), Step::Completed);
    let tokens = sign_on.tokens().await.unwrap();
    let claims = place.client.openid().user_info(&tokens.access_token);
    let claims = claims.await.unwrap();
    assert_eq!(claims.preferred_username.as_deref(), Some("max"));
}

#[tokio::test]
async fn a_sign_on_is_stored_between_two_requests() {
    let device = NewDevice::new(DeviceKind::Email, EMAIL);
    let place = Place::new(linda().device(device)).await;
    let sign_on = place.application.sign_on().with_acr_values("Multi_Factor");
    let mut sign_on = sign_on.begin().await.unwrap();
    let step = sign_on.act(|flow| flow.check_username_password("linda", PASSWORD));
    step.await.unwrap();
    let stored = sign_on.to_stored();
    let text = serde_json::to_string(&stored).unwrap();
    let printed = format!("{stored:?} {stored:#?} {sign_on:?} {sign_on:#?}");
    // The cookie is in the text, which is made on purpose, and in nothing that prints itself.
    let cookie = sign_on.handle().session().unwrap();
    assert!(text.contains(cookie.expose()));
    assert!(!printed.contains(cookie.expose()), "{printed}");
    drop(sign_on);

    let stored: StoredSignOn = serde_json::from_str(&text).unwrap();
    let mut sign_on = place.application.restore_sign_on(stored.clone()).unwrap();
    assert!(matches!(sign_on.step(), Step::Otp { .. }));
    let code = place.code(Kind::Passcode).await;
    sign_on.act(|flow| flow.check_otp(code)).await.unwrap();
    sign_on.tokens().await.unwrap();

    let other = ClientCredentials::public("0f1c5b1a-3c1e-4a52-9d10-1f0a7f1f6c55");
    let other = place.client.application(other).unwrap();
    let error = other.restore_sign_on(stored).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidRequest, "{error}");
}

#[tokio::test]
async fn tokens_are_refreshed_revoked_and_introspected() {
    let place = Place::new(linda()).await;
    let tokens = place.signed_on().await.tokens().await.unwrap();
    let first = tokens.refresh_token.unwrap();
    let application = &place.application;
    let refreshed = application.refresh(&first).await.unwrap();
    let error = application.refresh(&first).await.unwrap_err();
    assert_eq!(error.code(), Some("invalid_grant"), "{error}");
    assert!(
        application
            .introspect(&refreshed.access_token)
            .await
            .unwrap()
            .active
    );
    let second = refreshed.refresh_token.unwrap();
    application.revoke(&second).await.unwrap();
    assert!(!application.introspect(&second).await.unwrap().active);
    let error = application.refresh(&second).await.unwrap_err();
    assert_eq!(error.code(), Some("invalid_grant"), "{error}");
}

#[tokio::test]
async fn signing_off_ends_the_session() {
    let place = Place::new(linda()).await;
    let mut sign_on = place.signed_on().await;
    let tokens = sign_on.tokens().await.unwrap();
    let done = sign_on.sign_off().await.unwrap();
    assert_eq!(done.status, 302);
    assert_eq!(sign_on.handle().session(), None);
    let refresh = place.application.refresh(tokens.refresh_token.unwrap());
    let error = refresh.await.unwrap_err();
    assert_eq!(error.code(), Some("invalid_grant"), "{error}");
}

/// Nobody knows whether the code is spent, so that it is not sent twice.
#[tokio::test]
async fn a_code_is_exchanged_once() {
    let place = Place::new(linda()).await;
    let mut sign_on = place.signed_on().await;
    let fault = Fault::new(Effect::DropAfterCommit).on_operation(&EXCHANGE_AUTHORIZATION_CODE);
    place.sandbox.faults().add(fault.times(1)).unwrap();
    let error = sign_on.tokens().await.unwrap_err();
    assert!(error.may_have_been_sent(), "{error}");
    assert_eq!(error.attempts(), 1);
    assert_eq!(place.sandbox.requests(&RESUME_FLOW), 1);
}

#[tokio::test]
async fn a_flow_that_expires_says_so() {
    let place = Place::new(linda()).await;
    let mut sign_on = place.begin().await;
    place.sandbox.clock().advance(Duration::from_secs(16 * 60));
    let acted = sign_on.act(|flow| flow.check_username_password("linda", PASSWORD));
    let error = acted.await.unwrap_err();
    assert!(error.is_expired_flow(), "{error}");
}

#[tokio::test]
async fn an_application_of_another_environment_is_refused() {
    let place = Place::new(linda()).await;
    let id = "0f1c5b1a-3c1e-4a52-9d10-1f0a7f1f6c55";
    for credentials in [
        ClientCredentials::public(id).with_environment_id(FLOW),
        ClientCredentials::public(id).with_auth_url("https://auth.pingone.eu"),
        ClientCredentials::public("no-uuid"),
        ClientCredentials::client_secret_basic(id, ""),
    ] {
        let error = place.client.application(credentials).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Config, "{error}");
    }
    let worker = testing::client_builder(&place.sandbox);
    let worker = worker.client_credentials(ClientCredentials::public(id));
    assert_eq!(worker.build().unwrap_err().kind(), ErrorKind::Config);
}

/// What a service answers to each request of a sign-on, and the requests.
async fn answered(
    replies: impl Fn(&str, usize) -> Value + Send + Sync + 'static,
) -> (Stub, Application) {
    let stub = Stub::start(move |position, request| {
        Reply::json(200, &replies(request.line(), position).to_string())
    })
    .await
    .unwrap();
    let (client, _) = client(&stub);
    let credentials = ClientCredentials::public("0f1c5b1a-3c1e-4a52-9d10-1f0a7f1f6c55");
    let application = client.application(credentials).unwrap();
    (stub, application)
}

#[tokio::test]
async fn what_the_library_does_not_know_stays_open() {
    let (_stub, application) =
        answered(|_, _| json!({"id": FLOW, "status": "DANCE_REQUIRED", "step": "tango"})).await;
    let mut sign_on = application.sign_on().begin().await.unwrap();
    let status = FlowStatus::from("DANCE_REQUIRED");
    assert_eq!(sign_on.step(), Step::Other(&status));
    assert_eq!(sign_on.flow().extra["step"], "tango");
    let step = sign_on.act(|flow| flow.read()).await;
    assert_eq!(step.unwrap(), Step::Other(&status));
}

#[tokio::test]
async fn a_flow_that_fails_says_why() {
    let (_stub, application) = answered(
        |_, _| json!({"id": FLOW, "status": "FAILED", "error": {"code": "NO_USABLE_DEVICES"}}),
    )
    .await;
    let sign_on = application.sign_on().begin().await.unwrap();
    assert!(matches!(sign_on.step(), Step::Failed(Some(_))));
    let reason = Reason::of_flow(sign_on.flow());
    assert_eq!(reason, Some(Reason::NoUsableDevices));
}

#[tokio::test]
async fn a_flow_with_another_id_is_followed() {
    let next = "0fa3daf8-499d-4d7a-8829-00d16ee84d5d";
    let (stub, application) = answered(move |_, position| match position {
        0 => json!({"id": FLOW, "status": "USERNAME_PASSWORD_REQUIRED"}),
        _ => json!({"id": next, "status": "OTP_REQUIRED"}),
    })
    .await;
    let mut sign_on = application.sign_on().begin().await.unwrap();
    let step = sign_on.act(|flow| flow.check_username_password("linda", PASSWORD));
    step.await.unwrap();
    sign_on.act(|flow| flow.check_otp("123456")).await.unwrap();
    let lines: Vec<String> = stub
        .received()
        .iter()
        .map(|own| own.line().to_owned())
        .collect();
    assert_eq!(
        lines[1..],
        [
            format!("POST /{ENVIRONMENT}/flows/{FLOW} HTTP/1.1"),
            format!("POST /{ENVIRONMENT}/flows/{next} HTTP/1.1"),
        ]
    );
}

/// A sign-on that completes at once, whose answers have this `state` and this ID token.
async fn ended(
    state: Option<&'static str>,
    id_token: Option<&'static str>,
) -> (Stub, Option<ErrorKind>) {
    let (stub, application) = answered(move |line, _| {
        if line.contains("/as/token") {
            return json!({"access_token": "t", "id_token": id_token});
        }
        let response = json!({"code": "the-code", "state": state});
        json!({"id": FLOW, "status": "COMPLETED", "authorizeResponse": response})
    })
    .await;
    let mut sign_on = application.sign_on().begin().await.unwrap();
    let tokens = sign_on.tokens().await;
    (stub, tokens.err().map(|error| error.kind()))
}

#[tokio::test]
async fn the_answer_to_another_sign_on_is_refused() {
    let (stub, kind) = ended(Some("another"), None).await;
    assert_eq!(kind, Some(ErrorKind::Decode));
    assert_eq!(stub.received().len(), 1, "the code is not exchanged");
    // The claims `{"nonce":"another","aud":"x"}`.
    let (_, kind) = ended(
        None,
        Some("e30.eyJub25jZSI6ImFub3RoZXIiLCJhdWQiOiJ4In0.c2ln"),
    )
    .await;
    assert_eq!(kind, Some(ErrorKind::Decode));
    // A service that does not repeat the state, as PingOne's pages leave open.
    let (stub, kind) = ended(None, None).await;
    assert_eq!((stub.received().len(), kind), (2, None));
}

#[tokio::test]
async fn every_sign_on_has_its_own_challenge_state_and_nonce() {
    let (stub, application) =
        answered(|_, _| json!({"id": FLOW, "status": "USERNAME_PASSWORD_REQUIRED"})).await;
    for _ in 0..2 {
        let sign_on = application.sign_on().with_request(|request| {
            request
                .with_prompt("login")
                .with_state("mine")
                .with_max_age(60)
        });
        sign_on.begin().await.unwrap();
    }
    let forms: Vec<Vec<(String, String)>> = stub
        .received()
        .iter()
        .map(|request| {
            url::form_urlencoded::parse(&request.body)
                .into_owned()
                .collect()
        })
        .collect();
    let value = |form: usize, name: &str| {
        let own = forms[form].iter().find(|(own, _)| own == name);
        own.unwrap_or_else(|| panic!("no {name}")).1.clone()
    };
    for name in ["state", "nonce", "code_challenge"] {
        assert_eq!(value(0, name).len(), 43, "{name}");
        assert_ne!(value(0, name), value(1, name), "{name}");
    }
    for (name, expected) in [
        ("response_type", "code"),
        ("response_mode", "pi.flow"),
        ("code_challenge_method", "S256"),
        ("scope", "openid"),
        ("prompt", "login"),
        ("max_age", "60"),
    ] {
        assert_eq!(value(0, name), expected);
    }
}
