//! The mistakes that everybody makes once, made against the sandbox: what an application prints that shows the error
//! and its sources, a line for each.

use pingone::models::operations::READ_USER;
use std::error::Error as StdError;
use std::time::Duration;

use insta::assert_snapshot;
use pingone::models::{AccountLock, FlowId, PasswordStatus, UserId};
use pingone::retry::NeverRetry;
use pingone::testing::{self, Kind, NewFlow, NewUser, RateLimit, Sandbox};
use pingone::token::ClientCredentials;
use pingone::{Client, ClientBuilder, Error, Reason, Region};
use pingone_tests::stub::{Reply, Stub};
use pingone_tests::time::TestTime;

use crate::support::{FLOW, ID, builder, nobody, settle, with_names};

/// An environment that the sandbox does not have.
const ELSEWHERE: &str = "11111111-2222-4333-8444-555555555555";

const PASSWORD: &str = "2FederateM0re!";
const NEW_PASSWORD: &str = "a-New-password-1";
const WRONG_CODE: &str = "XXXXXXXX";
const WRONG_PASSCODE: &str = "000000";
const WRONG_SECRET: &str = "not-the-secret";

/// What an application prints, but for ports, log ids and the system's own words.
fn printed(error: &dyn StdError) -> String {
    let mut lines = vec![error.to_string()];
    let mut source = error.source();
    while let Some(error) = source {
        lines.push(format!("  because {error}"));
        source = error.source();
    }
    let lines = lines.into_iter().map(|line| match line.find("(os error") {
        Some(_) => "  because of what the system says".to_owned(),
        None => line,
    });
    let text = lines.collect::<Vec<_>>().join("\n");
    for secret in [
        PASSWORD,
        NEW_PASSWORD,
        WRONG_CODE,
        WRONG_PASSCODE,
        WRONG_SECRET,
    ] {
        assert!(!text.contains(secret), "{text}");
    }
    let text = replaced(&text, "127.0.0.1:", |port| port.is_ascii_digit(), "PORT");
    let text = replaced(&text, "localhost:", |port| port.is_ascii_digit(), "PORT");
    replaced(
        &text,
        "log id ",
        |id| id.is_ascii_hexdigit() || id == '-',
        "ID",
    )
}

/// A text with another one in place of what follows each mark.
fn replaced(text: &str, mark: &str, what: fn(char) -> bool, with: &str) -> String {
    let mut parts = text.split(mark);
    let mut text = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        text.extend([mark, with, part.trim_start_matches(what)]);
    }
    text
}

/// A sandbox with a user, and a client for it.
async fn linda(user: NewUser) -> (Sandbox, Client, UserId) {
    let sandbox = Sandbox::start().await.unwrap();
    let user = user.id(ID.parse().unwrap()).email("linda@example.com");
    let user = sandbox.seed_user(user.password(PASSWORD)).unwrap();
    let client = testing::client(&sandbox).unwrap();
    (sandbox, client, user)
}

/// What reading a user prints, with a client that is built with a mistake.
async fn read_with(mistake: impl FnOnce(&Sandbox, ClientBuilder) -> ClientBuilder) -> String {
    let (sandbox, _, user) = linda(NewUser::new("linda")).await;
    let client = mistake(&sandbox, testing::client_builder(&sandbox));
    let error = client.build().unwrap().user(user).read().await.unwrap_err();
    printed(&error)
}

/// What building a client prints, with a mistake.
async fn build_with(mistake: impl FnOnce(&Sandbox, ClientBuilder) -> ClientBuilder) -> String {
    let sandbox = Sandbox::start().await.unwrap();
    let client = mistake(&sandbox, testing::client_builder(&sandbox));
    printed(&client.build().unwrap_err())
}

// The region and the environment.

#[tokio::test]
async fn a_token_for_another_region_or_environment() {
    let text = read_with(|sandbox, client| {
        client
            .environment_id(ELSEWHERE)
            .token(sandbox.access_token())
    });
    assert_snapshot!(text.await, @"readUser: the service refused: status 403 ACCESS_FAILED (INSUFFICIENT_PERMISSIONS), log id ID; check the roles of the application or user that the token is for, and that environment 11111111-2222-4333-8444-555555555555 at http://127.0.0.1:PORT/v1 exists: PingOne answers the same if it does not");
}

#[tokio::test]
async fn credentials_for_another_region_or_environment() {
    let text = read_with(|_, client| client.environment_id(ELSEWHERE));
    assert_snapshot!(text.await, @r"
    readUser: no access token for environment 11111111-2222-4333-8444-555555555555 at http://127.0.0.1:PORT: the service refused: status 401 invalid_client; compare the client id, its secret, its environment and its token endpoint authentication method with the application in the console
      because requestToken: the service refused: status 401 invalid_client; compare the client id, its secret, its environment and its token endpoint authentication method with the application in the console
    ");
}

#[tokio::test]
async fn a_region_that_does_not_exist() {
    assert!(Region::other("jp").is_ok(), "regions are open");
    let time = TestTime::default();
    let client = with_names(&nobody().await, &time, || {
        Box::pin(async { Err(std::io::Error::other("no such host")) })
    });
    let user = client.build().unwrap().user(ID.parse::<UserId>().unwrap());
    assert_snapshot!(printed(&user.read().await.unwrap_err()), @r"
    readUser: the host name of http://localhost:PORT cannot be resolved; check the region or the address, and DNS on this machine
      because error sending request
      because client error (Connect)
      because dns error
      because error resolving DNS
      because no such host
    ");
}

#[test]
fn a_region_that_is_an_address() {
    let error = "https://api.pingone.eu".parse::<Region>().unwrap_err();
    assert_snapshot!(printed(&error), @r#"the client cannot be built: the region "https://api.pingone.eu" is not known: give a code (NA, CA, EU, AU, SG, AP) or a root domain such as `pingone.eu`; a region that this version does not know has `Region::other`"#);
}

#[tokio::test]
async fn nobody_listens() {
    let (url, time) = (nobody().await, TestTime::default());
    let client = builder(&url, &url, &time).build().unwrap();
    let user = client.user(ID.parse::<UserId>().unwrap());
    assert_snapshot!(printed(&user.read().await.unwrap_err()), @r"
    readUser: http://127.0.0.1:PORT refused the connection; check the region, and whether the address can be reached from here
      because error sending request
      because client error (Connect)
      because tcp connect error
      because of what the system says
    ");
}

#[tokio::test]
async fn nobody_gives_tokens() {
    let (url, time) = (nobody().await, TestTime::default());
    let credentials = ClientCredentials::client_secret_basic("an-id", "a-secret");
    let client = builder(&url, &url, &time).client_credentials(credentials);
    let user = client.build().unwrap().user(ID.parse::<UserId>().unwrap());
    assert_snapshot!(printed(&user.read().await.unwrap_err()), @r"
    readUser: no access token for environment abfba8f6-49eb-49f5-a5d9-80ad5c98f9f6 at http://127.0.0.1:PORT: http://127.0.0.1:PORT refused the connection; check the region, and whether the address can be reached from here
      because requestToken: http://127.0.0.1:PORT refused the connection; check the region, and whether the address can be reached from here
      because error sending request
      because client error (Connect)
      because tcp connect error
      because of what the system says
    ");
}

#[test]
fn no_environment() {
    let error = Client::builder().token("t").build().unwrap_err();
    assert_snapshot!(printed(&error), @"the client cannot be built: no environment id is given: use `ClientBuilder::environment_id`");
}

#[tokio::test]
async fn an_environment_by_its_name() {
    let text = build_with(|_, client| client.environment_id("Production"));
    assert_snapshot!(text.await, @"the client cannot be built: the environment id cannot be read: `EnvironmentId` must be a UUID: invalid character: found `P` at 0; copy it from the environment's properties in the console");
}

#[tokio::test]
async fn an_address_without_encryption() {
    let text = build_with(|_, client| client.platform_url("http://api.pingone.eu/v1"));
    assert_snapshot!(text.await, @"the client cannot be built: the platform URL begins with `http:`, which would send passwords and tokens in the clear: use `https:` (plain HTTP is accepted on loopback addresses only)");
}

#[tokio::test]
async fn an_address_without_a_scheme() {
    let text = build_with(|_, client| client.auth_url("auth.pingone.eu"));
    assert_snapshot!(text.await, @"the client cannot be built: the auth URL cannot be read: relative URL without a base; give a whole address such as `https://auth.pingone.eu`");
}

#[tokio::test]
async fn an_address_without_its_path() {
    let text = read_with(|sandbox, client| {
        client.platform_url(sandbox.platform_url().trim_end_matches("/v1"))
    });
    assert_snapshot!(text.await, @"readUser: the service refused: status 404 NOT_FOUND, log id ID; check the ids in the call, which went to environment abfba8f6-49eb-49f5-a5d9-80ad5c98f9f6 at http://127.0.0.1:PORT");
}

// The credentials.

#[tokio::test]
async fn no_token() {
    let (sandbox, _, user) = linda(NewUser::new("linda")).await;
    let client = Client::builder()
        .platform_url(sandbox.platform_url())
        .auth_url(sandbox.auth_url())
        .environment_id(sandbox.environment_id());
    let error = client.build().unwrap().user(user).read().await.unwrap_err();
    assert_snapshot!(printed(&error), @"readUser: no access token for environment abfba8f6-49eb-49f5-a5d9-80ad5c98f9f6 at http://127.0.0.1:PORT/v1: the client has no token provider and the call no token: use `ClientBuilder::client_credentials` or `Request::with_token`");
}

#[tokio::test]
async fn an_empty_token() {
    assert_snapshot!(build_with(|_, client| client.token("")).await, @"the client cannot be built: the access token is empty: is the variable that should hold it set?");
}

#[tokio::test]
async fn a_token_with_the_line_break_of_its_file() {
    assert_snapshot!(build_with(|_, client| client.token("the-token\n")).await, @"the client cannot be built: the access token holds a space, line break or other character that no token has: trim what it was read from");
}

#[tokio::test]
async fn a_token_that_is_none() {
    assert_snapshot!(read_with(|_, client| client.token("expired")).await, @"readUser: the service refused: status 401 ACCESS_FAILED (INVALID_TOKEN), log id ID; the access token was rejected: get a new one in case it has expired, and check that the application has a role in environment abfba8f6-49eb-49f5-a5d9-80ad5c98f9f6 at http://127.0.0.1:PORT/v1");
}

#[tokio::test]
async fn an_empty_secret() {
    let text = build_with(|sandbox, client| {
        let id = sandbox.client_id();
        client.client_credentials(ClientCredentials::client_secret_basic(id, ""))
    });
    assert_snapshot!(text.await, @"the client cannot be built: the client secret is empty: is the variable that should hold it set?");
}

#[tokio::test]
async fn the_wrong_secret() {
    let text = read_with(|sandbox, client| {
        let id = sandbox.client_id();
        client.client_credentials(ClientCredentials::client_secret_post(id, WRONG_SECRET))
    });
    assert_snapshot!(text.await, @r"
    readUser: no access token for environment abfba8f6-49eb-49f5-a5d9-80ad5c98f9f6 at http://127.0.0.1:PORT: the service refused: status 401 invalid_client; compare the client id, its secret, its environment and its token endpoint authentication method with the application in the console
      because requestToken: the service refused: status 401 invalid_client; compare the client id, its secret, its environment and its token endpoint authentication method with the application in the console
    ");
}

#[tokio::test]
async fn the_token_of_a_user_who_may_not() {
    let (sandbox, client, linda) = linda(NewUser::new("linda")).await;
    let other = sandbox.seed_user(NewUser::new("other")).unwrap();
    let request = client.user(linda).lock_account(AccountLock::new());
    let error = request
        .with_token(sandbox.user_token(other))
        .await
        .unwrap_err();
    assert!(error.is_permission_denied());
    assert_snapshot!(printed(&error), @"lockAccount: the service refused: status 403 ACCESS_FAILED (INSUFFICIENT_PERMISSIONS), log id ID; check the roles of the application or user that the token is for, and that environment abfba8f6-49eb-49f5-a5d9-80ad5c98f9f6 at http://127.0.0.1:PORT/v1 exists: PingOne answers the same if it does not");
}

// The user.

#[test]
fn an_id_that_is_a_name() {
    let error = "lindajones".parse::<UserId>().unwrap_err();
    assert_snapshot!(printed(&error), @"`UserId` must be a UUID: invalid character: found `l` at 0");
}

#[tokio::test]
async fn a_user_who_is_not_there() {
    let (_sandbox, client, _) = linda(NewUser::new("linda")).await;
    let stranger: UserId = ELSEWHERE.parse().unwrap();
    let error = client.user(stranger).read().await.unwrap_err();
    assert!(error.is_not_found());
    assert_snapshot!(printed(&error), @"readUser: the service refused: status 404 NOT_FOUND, log id ID; check the ids in the call, which went to environment abfba8f6-49eb-49f5-a5d9-80ad5c98f9f6 at http://127.0.0.1:PORT/v1");
}

#[tokio::test]
async fn a_username_that_nobody_has() {
    let (_sandbox, client, _) = linda(NewUser::new("linda")).await;
    let error = client
        .users()
        .find()
        .username_eq("lind")
        .one()
        .await
        .unwrap_err();
    assert_snapshot!(printed(&error), @"listUsers: no user matches in environment abfba8f6-49eb-49f5-a5d9-80ad5c98f9f6 at http://127.0.0.1:PORT/v1; check the environment and the search value, which must match as a whole");
}

#[tokio::test]
async fn an_address_that_two_users_share() {
    let (sandbox, client, _) = linda(NewUser::new("linda")).await;
    let twin = NewUser::new("twin").email("linda@example.com");
    sandbox.seed_user(twin).unwrap();
    let search = client.users().find().email_eq("linda@example.com");
    assert_snapshot!(printed(&search.one().await.unwrap_err()), @"listUsers: more than one user matches in environment abfba8f6-49eb-49f5-a5d9-80ad5c98f9f6 at http://127.0.0.1:PORT/v1; search for what only one user has, such as the username, or choose with `UserSearch::stream`");
}

#[tokio::test]
async fn a_user_without_a_password() {
    let (sandbox, client, _) = linda(NewUser::new("linda")).await;
    let user = sandbox.seed_user(NewUser::new("other")).unwrap();
    let error = client.user(user).password().check("any").await.unwrap_err();
    assert!(error.is_no_password());
    assert_snapshot!(printed(&error), @"checkPassword: the service refused: status 400 REQUEST_FAILED (NO_PASSWORD), log id ID; the user has no password: set one first");
}

#[tokio::test]
async fn a_user_who_is_locked() {
    let (_sandbox, client, user) =
        linda(NewUser::new("linda").password_status(PasswordStatus::PasswordLockedOut)).await;
    let error = client
        .user(user)
        .password()
        .check(PASSWORD)
        .await
        .unwrap_err();
    assert!(error.is_locked_out());
    assert_snapshot!(printed(&error), @"checkPassword: the service refused: status 400 REQUEST_FAILED (ACCOUNT_NOT_USABLE), log id ID; the user is disabled or locked: an administrator can enable or unlock the account");
}

// The code.

#[tokio::test]
async fn a_wrong_verification_code() {
    let (_sandbox, client, user) = linda(NewUser::new("linda").unverified()).await;
    let user = client.user(user);
    user.send_verification_code().await.unwrap();
    let error = user.verify(WRONG_CODE).await.unwrap_err();
    assert!(error.is_wrong_code());
    assert_snapshot!(printed(&error), @"verifyUser: the service refused: status 400 INVALID_DATA (INVALID_VALUE at verificationCode), log id ID; the code is wrong or has expired: ask for it again, or send a new one");
}

#[tokio::test]
async fn a_recovery_code_that_has_expired() {
    let (sandbox, client, user) = linda(NewUser::new("linda")).await;
    let password = client.user(user).password();
    password.send_recovery_code().await.unwrap();
    let message = sandbox.outbox().wait_for(user, Kind::RecoveryCode).await;
    sandbox.clock().advance(Duration::from_secs(301));
    let error = password.recover(message.unwrap().code, NEW_PASSWORD);
    assert_snapshot!(printed(&error.await.unwrap_err()), @"recoverPassword: the service refused: status 400 INVALID_DATA (INVALID_VALUE at recoveryCode), log id ID; the code is wrong or has expired: ask for it again, or send a new one");
}

#[tokio::test]
async fn too_many_wrong_recovery_codes() {
    let (_sandbox, client, user) = linda(NewUser::new("linda")).await;
    let password = client.user(user).password();
    password.send_recovery_code().await.unwrap();
    for _ in 0..5 {
        let _ = password.recover(WRONG_CODE, NEW_PASSWORD).await;
    }
    let error = password
        .recover(WRONG_CODE, NEW_PASSWORD)
        .await
        .unwrap_err();
    assert!(error.is_attempts_exceeded());
    assert_snapshot!(printed(&error), @"recoverPassword: the service refused: status 400 INVALID_DATA (INVALID_VALUE at recoveryCode), log id ID; no further attempt is accepted for this code: send a new one");
}

#[tokio::test]
async fn a_new_password_that_the_policy_refuses() {
    let (sandbox, client, user) = linda(NewUser::new("linda")).await;
    let password = client.user(user).password();
    password.send_recovery_code().await.unwrap();
    let message = sandbox.outbox().wait_for(user, Kind::RecoveryCode).await;
    let error = password
        .recover(message.unwrap().code, "short")
        .await
        .unwrap_err();
    assert!(!error.is_wrong_code());
    assert_snapshot!(printed(&error), @"recoverPassword: the service refused: status 400 INVALID_DATA (INVALID_VALUE at newPassword), log id ID; the password policy refuses the new password: `Error::unsatisfied_requirements` and `Error::details` say why");
}

#[tokio::test]
async fn a_wrong_passcode_and_too_many() {
    let (_sandbox, client, user) = linda(NewUser::new("linda")).await;
    let devices = client.device_authentications();
    let started = devices
        .one_time_email(user, "linda@example.com")
        .await
        .unwrap();
    let error = started.check_otp(WRONG_PASSCODE).await.unwrap_err();
    assert!(error.is_wrong_code());
    assert_snapshot!(printed(&error), @"checkOtp: the service refused: status 400 INVALID_DATA (INVALID_OTP at otp), log id ID; the code is wrong or has expired: ask for it again, or send a new one");
    let mut last = error;
    for _ in 0..10 {
        last = started.check_otp(WRONG_PASSCODE).await.unwrap_err();
    }
    assert_eq!(last.reason(), Reason::CoolDown);
    let text = printed(&last);
    let text = replaced(&text, "wait ", |length| length != ':', "LENGTH");
    assert_snapshot!(text, @"checkOtp: the service refused: status 400 REQUEST_FAILED (QUOTA_EXCEEDED), log id ID; wait LENGTH: no passcode is accepted before, and a new one does not change that");
}

// The flow.

#[tokio::test]
async fn a_flow_that_has_expired() {
    let (_sandbox, client, _) = linda(NewUser::new("linda")).await;
    let flow = client.flow(FLOW.parse::<FlowId>().unwrap());
    let error = flow.with_session("s").read().await.unwrap_err();
    assert!(error.is_expired_flow());
    assert_snapshot!(printed(&error), @"readFlow: the service refused: status 404 NOT_FOUND, log id ID; the flow has expired or does not exist in environment abfba8f6-49eb-49f5-a5d9-80ad5c98f9f6 at http://127.0.0.1:PORT: start a new one");
}

#[tokio::test]
async fn a_session_with_its_attributes() {
    let (sandbox, client, _) = linda(NewUser::new("linda")).await;
    let flow = client.flow(sandbox.start_flow(NewFlow::sign_on()));
    let read = flow.with_session("ST=abc; Path=/").read().await;
    assert_snapshot!(printed(&read.unwrap_err()), @"readFlow: the request cannot be made: the session cookie is empty or holds a character that no cookie has: give its value alone, without name and attributes");
}

#[tokio::test]
async fn an_action_that_the_flow_does_not_allow_now() {
    let (sandbox, client, _) = linda(NewUser::new("linda")).await;
    let flow = client.flow(sandbox.start_flow(NewFlow::sign_on()));
    let error = flow.check_otp("123456").await.unwrap_err();
    assert_snapshot!(printed(&error), @"checkFlowOtp: the service refused: status 400 REQUEST_FAILED (INVALID_VALUE), log id ID; see `Error::details`, and read the flow: its links say which actions it allows now");
}

// The load.

#[tokio::test]
async fn too_many_requests() {
    let (sandbox, client, user) = linda(NewUser::new("linda")).await;
    let limit = RateLimit::new(1, Duration::from_secs(100));
    sandbox.limit(&READ_USER, limit).unwrap();
    client.user(user).read().await.unwrap();
    let error: Error = client.user(user).read().await.unwrap_err();
    assert!(error.is_rate_limited());
    let text = replaced(&printed(&error), "within ", |_| true, "LENGTH");
    assert_snapshot!(text, @"readUser: the service refused: status 429 REQUEST_LIMITED (LIMIT_EXCEEDED), log id ID; call less often, and not again within LENGTH");
}

// The network, the service and this machine.

#[tokio::test]
async fn a_server_that_does_not_speak_tls() {
    let plain = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("https://{}", plain.local_addr().unwrap());
    let server = tokio::spawn(async move {
        while let Ok((mut stream, _)) = plain.accept().await {
            let _ = tokio::io::AsyncWriteExt::write_all(&mut stream, b"220 not TLS\r\n").await;
        }
    });
    let client = builder(&url, &url, &TestTime::default()).build().unwrap();
    let user = client.user(ID.parse::<UserId>().unwrap());
    let error = user.read().await.unwrap_err();
    server.abort();
    assert_snapshot!(first_line(&error), @"readUser: TLS with https://127.0.0.1:PORT failed; check that the address speaks TLS with a certificate that this machine trusts, and that the clock of this machine is right");
}

/// What an application prints of the error itself: the system's libraries have their own words for the rest.
fn first_line(error: &Error) -> String {
    let text = printed(error);
    text.lines().next().unwrap_or_default().to_owned()
}

/// What verifying and reading a user print, if the server answers like this.
async fn answered(reply: Reply) -> [String; 2] {
    let stub = Stub::always(reply).await.unwrap();
    let time = TestTime::default();
    let client = builder(stub.url(), stub.url(), &time);
    let client = client.retry_policy(NeverRetry).build().unwrap();
    let user = client.user(ID.parse::<UserId>().unwrap());
    let mut texts = Vec::new();
    for (position, call) in [user.verify(WRONG_CODE), user.read()]
        .into_iter()
        .enumerate()
    {
        let (result, ()) = tokio::join!(call.into_future(), async {
            stub.wait_for(position + 1).await;
            settle().await;
            time.advance(Duration::from_secs(1_000));
        });
        texts.push(printed(&result.unwrap_err()));
    }
    texts.try_into().unwrap()
}

#[tokio::test]
async fn a_service_that_does_not_answer() {
    let [verify, read] = answered(Reply::Hang(Vec::new())).await;
    assert_snapshot!(verify, @"verifyUser: timed out: the time limit of an attempt is 1000 s; the service may have acted: check the current state before retrying");
    assert_snapshot!(read, @"readUser: timed out: the time limit of an attempt is 1000 s; call again, or allow the call more time");
}

#[tokio::test]
async fn an_answer_that_is_not_json() {
    let [verify, read] = answered(Reply::json(200, "<html>")).await;
    assert_snapshot!(verify, @r"
    verifyUser: the service's answer cannot be read: status 200; the service has acted: check the current state instead of calling again
      because no JSON at `.`, line 1 column 1
    ");
    assert_snapshot!(read, @r"
    readUser: the service's answer cannot be read: status 200; check whether a proxy or gateway has answered in place of PingOne: `Error::body` has the answer
      because no JSON at `.`, line 1 column 1
    ");
}

#[tokio::test]
async fn a_service_that_is_out_of_order() {
    let [verify, read] = answered(Reply::json(503, "")).await;
    assert_snapshot!(verify, @"verifyUser: the service refused: status 503; the service may have acted: check the current state before retrying");
    assert_snapshot!(read, @"readUser: the service refused: status 503; PingOne or a gateway before it has failed: call again later");
}

#[tokio::test]
async fn a_user_who_is_disabled() {
    let (_sandbox, client, user) = linda(NewUser::new("linda").disabled()).await;
    let devices = client.device_authentications();
    let started = devices.one_time_email(user, "linda@example.com").await;
    let error = started.unwrap_err();
    assert!(error.is_locked_out());
    assert_snapshot!(printed(&error), @"initiateDeviceAuthentication: the service refused: status 400 REQUEST_FAILED (ACCOUNT_NOT_USABLE), log id ID; the user is disabled or locked: an administrator can enable or unlock the account");
}

#[tokio::test]
async fn a_clock_that_is_wrong() {
    // A year before the time of the client.
    let date = ["Date: Mon, 01 Jan 2029 00:00:00 GMT"];
    let refusal = Reply::with_headers(400, &date, r#"{"error":"invalid_client"}"#);
    let stub = Stub::always(refusal).await.unwrap();
    let credentials =
        ClientCredentials::client_secret_jwt("an-id", "a-secret-of-the-test-that-is-long");
    let client = builder(stub.url(), stub.url(), &TestTime::still());
    let client = client.client_credentials(credentials).build().unwrap();
    let user = client.user(ID.parse::<UserId>().unwrap());
    let error = user.read().await.unwrap_err();
    assert_snapshot!(printed(&error), @r"
    readUser: no access token for environment abfba8f6-49eb-49f5-a5d9-80ad5c98f9f6 at http://127.0.0.1:PORT: the service refused: status 400 invalid_client; set the clock of this machine: it is 365 days ahead of that of the service, which refuses the client's assertion for it
      because requestToken: the service refused: status 400 invalid_client; set the clock of this machine: it is 365 days ahead of that of the service, which refuses the client's assertion for it
    ");
}
