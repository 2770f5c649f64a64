//! Whole stories against the sandbox, which counts what every operation has done.

use pingone::models::operations::{
    READ_USER, REQUEST_TOKEN, SEND_RECOVERY_CODE, SEND_VERIFICATION_CODE, VERIFY_USER,
};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use pingone::models::{
    DeviceAuthenticationRequest, DeviceAuthenticationStatus, FlowStatus, FlowUserRegistration,
    LifecycleStatus, PasswordStatus, Secret, UserId, UserReference,
};
use pingone::sign_on::Step;
use pingone::testing::{
    self, DeviceKind, Effect, Fault, Kind, NewDevice, NewFlow, NewUser, Sandbox,
};
use pingone::token::ClientCredentials;
use pingone::users::Matches;
use pingone::workflows::{Obstacle, Recovery, Registration, StepUp, Verification};
use pingone::{Client, ErrorKind, Linked, Reason};
use pingone_tests::time::TestTime;

async fn start() -> (Sandbox, Client) {
    let sandbox = Sandbox::start().await.unwrap();
    let client = testing::client(&sandbox).unwrap();
    (sandbox, client)
}

fn linda() -> NewUser {
    NewUser::new("linda")
        .email("linda@example.com")
        .password("2FederateM0re!")
}

async fn code(sandbox: &Sandbox, user: UserId, kind: Kind) -> Secret {
    sandbox.outbox().wait_for(user, kind).await.unwrap().code
}

#[tokio::test]
async fn a_forgotten_password_is_recovered_by_username() {
    let (sandbox, client) = start().await;
    let user = sandbox.seed_user(linda()).unwrap();
    let recovery = Recovery::of_username(&client, "linda").await.unwrap();
    assert_eq!((recovery.user().id, recovery.obstacle()), (user, None));
    assert_eq!(
        sandbox.effects(&SEND_RECOVERY_CODE),
        0,
        "beginning a journey only reads"
    );
    recovery.send_code().await.unwrap();
    let first = code(&sandbox, user, Kind::RecoveryCode).await;
    // Five wrong codes, and this one is worth nothing any more.
    for _ in 0..5 {
        let error = recovery
            .set_password("XXXXXXXX", "a-New-password-1")
            .await
            .unwrap_err();
        assert!(
            error.is_wrong_code() || error.is_attempts_exceeded(),
            "{error}"
        );
    }
    let error = recovery
        .set_password(&first, "a-New-password-1")
        .await
        .unwrap_err();
    assert!(error.is_attempts_exceeded(), "{error}");
    recovery.send_code().await.unwrap();
    let second = code(&sandbox, user, Kind::RecoveryCode).await;
    recovery
        .set_password(&second, "a-New-password-1")
        .await
        .unwrap();
    client
        .user(user)
        .password()
        .check("a-New-password-1")
        .await
        .unwrap();
    assert_eq!(sandbox.effects(&SEND_RECOVERY_CODE), 2);
}

#[tokio::test]
async fn a_recovery_says_what_stands_in_its_way() {
    let (sandbox, client) = start().await;
    for (name, user, obstacle) in [
        (
            "off",
            NewUser::new("off")
                .email("a@example.com")
                .password("2FederateM0re!")
                .disabled(),
            Obstacle::Disabled,
        ),
        (
            "none",
            NewUser::new("none").email("a@example.com"),
            Obstacle::NoPassword,
        ),
        (
            "locked",
            NewUser::new("locked")
                .email("a@example.com")
                .password("2FederateM0re!")
                .password_status(PasswordStatus::PasswordLockedOut),
            Obstacle::LockedOut,
        ),
    ] {
        sandbox.seed_user(user).unwrap();
        let recovery = Recovery::of_username(&client, name).await.unwrap();
        assert_eq!(recovery.obstacle(), Some(obstacle));
        recovery.send_code().await.unwrap_err();
    }
    let error = Recovery::of_username(&client, "nobody").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NoMatch);
    assert!(sandbox.outbox().messages().is_empty());
}

#[tokio::test]
async fn an_account_is_verified_with_the_code_that_was_mailed_last() {
    let (sandbox, client) = start().await;
    let user = sandbox.seed_user(linda().unverified()).unwrap();
    let verification = Verification::of_user(&client, user).await.unwrap();
    assert!(verification.is_needed());
    assert!(sandbox.outbox().messages().is_empty());
    verification.send_code().await.unwrap();
    let first = code(&sandbox, user, Kind::VerificationCode).await;
    verification.send_code().await.unwrap();
    let second = code(&sandbox, user, Kind::VerificationCode).await;
    let error = verification.verify(&first).await.unwrap_err();
    assert!(error.is_wrong_code(), "{error}");
    let verified = verification.verify(&second).await.unwrap();
    assert_eq!(
        verified.lifecycle.unwrap().status,
        Some(LifecycleStatus::AccountOk)
    );
    assert!(
        !Verification::of_user(&client, user)
            .await
            .unwrap()
            .is_needed()
    );
    assert_eq!(sandbox.effects(&SEND_VERIFICATION_CODE), 2);
    assert_eq!(sandbox.requests(&VERIFY_USER), 2);
}

#[tokio::test]
async fn a_new_user_registers_and_is_signed_on() {
    let (sandbox, client) = start().await;
    let credentials =
        ClientCredentials::client_secret_basic(sandbox.client_id(), sandbox.client_secret());
    let application = client.application(credentials).unwrap();
    let mut registration = Registration::begin(application.sign_on()).await.unwrap();
    let user = FlowUserRegistration::new("linda@example.com", "linda");
    let user = user.with_password("2FederateM0re!");
    let step = registration.register(user.clone()).await.unwrap();
    assert_eq!(step, Step::VerificationCode);
    registration.send_code().await.unwrap();
    let messages = sandbox.outbox().messages();
    assert_eq!(messages.len(), 2);
    let error = registration.verify(&messages[0].code).await.unwrap_err();
    assert!(error.is_wrong_code(), "{error}");
    let step = registration.verify(&messages[1].code).await.unwrap();
    assert_eq!(step, Step::Completed);
    registration.into_sign_on().tokens().await.unwrap();

    let mut taken = Registration::begin(application.sign_on()).await.unwrap();
    let error = taken.register(user).await.unwrap_err();
    assert_eq!(error.reason(), Reason::NotUnique, "{error}");
}

#[tokio::test]
async fn a_step_up_asks_for_a_passcode_from_the_users_own_address() {
    let (sandbox, client) = start().await;
    let user = sandbox.seed_user(linda()).unwrap();
    let mut step_up = StepUp::of_user(&client, user).await.unwrap();
    assert!(sandbox.outbox().messages().is_empty());
    for error in [
        step_up.check("123456").await.unwrap_err(),
        step_up.send_sms().await.unwrap_err(),
    ] {
        assert_eq!(error.kind(), ErrorKind::InvalidRequest, "{error}");
    }
    step_up.send_email().await.unwrap();
    let error = step_up.check("000000x").await.unwrap_err();
    assert!(error.is_wrong_code(), "{error}");
    let code = code(&sandbox, user, Kind::Passcode).await;
    // Another process of the application goes on with the id.
    let id = step_up.sent().unwrap().id();
    let state = client.device_authentication(id).check_otp(&code).await;
    assert_eq!(state.unwrap().status, DeviceAuthenticationStatus::Completed);
}

#[tokio::test]
async fn an_answer_that_is_lost_on_its_way_is_not_asked_for_again() {
    let (sandbox, client) = start().await;
    let user = sandbox.seed_user(linda()).unwrap();
    let fault = Fault::new(Effect::DropAfterCommit).on_operation(&SEND_VERIFICATION_CODE);
    sandbox.faults().add(fault.times(1)).unwrap();
    let error = client
        .user(user)
        .send_verification_code()
        .await
        .unwrap_err();
    assert!(error.may_have_been_sent());
    assert_eq!(error.attempts(), 1);
    // It has been sent, and once.
    assert_eq!(sandbox.effects(&SEND_VERIFICATION_CODE), 1);
    assert_eq!(sandbox.outbox().messages().len(), 1);
}

#[tokio::test]
async fn people_are_found_whatever_their_names_are() {
    let (sandbox, client) = start().await;
    for name in [r#"o"brien"#, r"back\slash", "a b&c=d", "Zoë", "linda"] {
        let user = sandbox
            .seed_user(NewUser::new(name).email("same@example.com"))
            .unwrap();
        let found = client.users().find().username_eq(name).one().await;
        assert_eq!(found.unwrap().id, user, "{name}");
    }
    let by_address = client.users().find().email_eq("same@example.com");
    assert!(matches!(
        by_address.clone().matches().await.unwrap(),
        Matches::Many(_)
    ));
    let mut users = by_address.with_limit(2).stream();
    let mut count = 0;
    while let Some(user) = users.next().await {
        user.unwrap();
        count += 1;
    }
    assert_eq!(count, 5);
    assert_eq!(
        client
            .users()
            .find()
            .username_eq(r#"" or username sw ""#)
            .matches()
            .await
            .unwrap(),
        Matches::None
    );
}

#[tokio::test]
async fn a_token_is_replaced_when_the_clock_says_so() {
    let (sandbox, client) = start().await;
    let user = sandbox.seed_user(linda()).unwrap();
    client.user(user).read().await.unwrap();
    client.user(user).read().await.unwrap();
    assert_eq!(sandbox.requests(&REQUEST_TOKEN), 1);
    sandbox.clock().advance(Duration::from_secs(2 * 60 * 60));
    client.user(user).read().await.unwrap();
    assert_eq!(sandbox.requests(&REQUEST_TOKEN), 2);
    assert_eq!(
        sandbox.requests(&READ_USER),
        3,
        "no call was made with the old token"
    );
}

#[tokio::test]
async fn a_device_authentication_is_followed_to_its_end() {
    let (sandbox, client) = start().await;
    let user = sandbox.seed_user(linda()).unwrap();
    let devices = client.device_authentications();
    // A passcode by e-mail.
    let started = devices
        .one_time_email(user, "linda@example.com")
        .await
        .unwrap();
    assert_eq!(
        started.status(),
        Some(&DeviceAuthenticationStatus::OtpRequired)
    );
    let error = started.check_otp("000000x").await.unwrap_err();
    assert!(error.is_wrong_code(), "{error}");
    let code = code(&sandbox, user, Kind::Passcode).await;
    let checked = started.check_otp(&code).await.unwrap();
    assert_eq!(checked.status, DeviceAuthenticationStatus::Completed);
}

#[tokio::test]
async fn a_push_notification_is_waited_for() {
    let sandbox = Arc::new(Sandbox::start().await.unwrap());
    // The waits between reads take no time.
    let client = testing::client_builder(&sandbox)
        .runtime(TestTime::default())
        .attempt_timeout(Duration::from_secs(1_000))
        .timeout(Duration::from_secs(1_000))
        .build()
        .unwrap();
    let device = NewDevice::new(DeviceKind::Mobile, "a phone");
    let user = sandbox.seed_user(linda().device(device)).unwrap();
    let request = DeviceAuthenticationRequest::new(UserReference::new(user));
    let started = client
        .device_authentications()
        .initiate(request)
        .await
        .unwrap();
    assert_eq!(
        started.status(),
        Some(&DeviceAuthenticationStatus::PushConfirmationRequired)
    );
    let reads = Arc::new(AtomicU32::new(0));
    let (person, count, id) = (Arc::clone(&sandbox), Arc::clone(&reads), started.id());
    let poll = started.poll().with_timeout(Duration::from_secs(1_000));
    let ended = poll.with_each(move |read| {
        if count.fetch_add(1, Ordering::SeqCst) == 2 {
            assert!(person.confirm_push(id));
        }
        read
    });
    let ended = ended.await.unwrap();
    assert_eq!(ended.status, DeviceAuthenticationStatus::Completed);
    assert_eq!(reads.load(Ordering::SeqCst), 3);
}

#[tokio::test]
async fn a_flow_says_what_it_allows_until_it_has_completed() {
    let (sandbox, client) = start().await;
    sandbox.seed_user(linda()).unwrap();
    let flow = client.flow(sandbox.start_flow(NewFlow::sign_on()));
    let state = flow.read().await.unwrap();
    assert_eq!(state.status, FlowStatus::UsernamePasswordRequired);
    let allowed: Vec<&str> = state
        .allowed()
        .iter()
        .map(|operation| operation.id)
        .collect();
    assert!(
        allowed.contains(&"checkFlowUsernamePassword"),
        "{allowed:?}"
    );
    flow.check_username_password("linda", "wrong")
        .await
        .unwrap_err();
    let state = flow
        .check_username_password("linda", "2FederateM0re!")
        .await
        .unwrap();
    assert_eq!(state.status, FlowStatus::Completed);
    assert_eq!(flow.status().await.unwrap(), FlowStatus::Completed);
}

#[tokio::test]
async fn a_message_is_found_by_its_address() {
    let sandbox = Sandbox::start().await.unwrap();
    let client = testing::client(&sandbox).unwrap();
    let seed =
        |name: &str, email: &str| sandbox.seed_user(NewUser::new(name).email(email)).unwrap();
    let linda = seed("linda", "linda@example.com");
    let joe = seed("joe", "joe@example.com");
    for user in [linda, joe] {
        client.user(user).send_verification_code().await.unwrap();
    }
    let outbox = sandbox.outbox();
    let latest = outbox.latest("joe@example.com", Kind::VerificationCode);
    assert_eq!(latest.unwrap().user, joe);
    let message = outbox.wait_for("Linda@example.com", Kind::VerificationCode);
    assert_eq!(message.await.unwrap().user, linda);
    // The same message is not returned again, by whatever it is looked up.
    let limit = Duration::from_millis(1);
    for again in [
        outbox
            .wait_up_to(limit, "linda@example.com", Kind::VerificationCode)
            .await,
        outbox
            .wait_up_to(limit, linda, Kind::VerificationCode)
            .await,
    ] {
        let text = again.unwrap_err().to_string();
        assert!(text.contains("so far: [VerificationCode]"), "{text}");
    }
}
