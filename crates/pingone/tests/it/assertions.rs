//! Every way in which a client proves itself, against the sandbox that looks at the proof.

use pingone::models::operations::{READ_USER, REQUEST_TOKEN};
use pingone::testing::{self, Clock, Config, NewUser, Sandbox, SeedFile};
use pingone::token::{ClientCredentials, SigningAlgorithm};
use pingone::{Client, ErrorKind};
use serde_json::json;

const CLIENT: &str = "0f1c5b1a-3c1e-4a52-9d10-1f0a7f1f6c55";
const SECRET: &str = "secret-of-the-test";
const RSA: &str = include_str!("keys/rsa.pem");
const P256: &str = include_str!("keys/p256.pem");

/// A sandbox whose client has an RSA key.
async fn sandbox() -> Sandbox {
    let clock = Clock::frozen("2026-01-01T00:00:00Z".parse().unwrap());
    let config = Config::new().with_client(CLIENT, SECRET).with_clock(clock);
    let config = config.with_client_key(include_str!("keys/rsa.pub.pem"));
    config.start().await.unwrap()
}

fn client(sandbox: &Sandbox, credentials: ClientCredentials) -> Client {
    let builder = testing::client_builder(sandbox).client_credentials(credentials);
    builder.build().unwrap()
}

#[tokio::test]
async fn all_four_methods_get_a_token_that_works() {
    let check = async |sandbox: &Sandbox, credentials: ClientCredentials| {
        let before = sandbox.requests(&REQUEST_TOKEN);
        let user = sandbox.seed_user(NewUser::new(format!("user{before}")));
        let client = client(sandbox, credentials);
        client.user(user.unwrap()).read().await.unwrap();
        assert_eq!(sandbox.requests(&REQUEST_TOKEN), before + 1);
    };
    let rsa = sandbox().await;
    check(&rsa, ClientCredentials::client_secret_basic(CLIENT, SECRET)).await;
    check(&rsa, ClientCredentials::client_secret_post(CLIENT, SECRET)).await;
    let by_secret = || ClientCredentials::client_secret_jwt(CLIENT, SECRET);
    check(&rsa, by_secret()).await;
    check(&rsa, by_secret().with_algorithm(SigningAlgorithm::Hs512)).await;
    let by_key = || ClientCredentials::private_key_jwt(CLIENT, RSA);
    check(&rsa, by_key()).await;
    check(&rsa, by_key().with_algorithm(SigningAlgorithm::Rs384)).await;
    let key = include_str!("keys/p256.pub.pem");
    let file = json!({ "client": { "id": CLIENT, "secret": SECRET, "key": key } });
    let file = SeedFile::parse(&file.to_string()).unwrap();
    let p256 = Config::new().with_seed_file(file).start().await.unwrap();
    check(&p256, ClientCredentials::private_key_jwt(CLIENT, P256)).await;
}

/// What the token endpoint says to a client that does not prove itself.
async fn refusal(sandbox: &Sandbox, client: &Client) -> String {
    let user = sandbox.seed_user(NewUser::new("linda")).unwrap();
    let error = client.user(user).read().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Token);
    assert_eq!(error.code(), Some("invalid_client"));
    assert_eq!(sandbox.requests(&READ_USER), 0);
    first_answer(sandbox)
}

/// What the token endpoint said first. A second request may have followed with the time that the service shows.
fn first_answer(sandbox: &Sandbox) -> String {
    let entry = sandbox.journal().entries().remove(0);
    assert_eq!(entry.operation, Some("requestToken"));
    format!("{} {}", entry.status, entry.response_body)
}

/// What the token endpoint said first to a client with a wrong clock, which then used the time of the service.
async fn corrected(sandbox: &Sandbox, client: &Client) -> String {
    let user = sandbox.seed_user(NewUser::new("linda")).unwrap();
    client.user(user).read().await.unwrap();
    assert_eq!(sandbox.requests(&REQUEST_TOKEN), 2);
    first_answer(sandbox)
}

#[tokio::test]
async fn a_wrong_secret_or_key_gets_no_token() {
    let check = async |credentials: ClientCredentials, expected: &str| {
        let sandbox = sandbox().await;
        let refusal = refusal(&sandbox, &client(&sandbox, credentials)).await;
        assert!(refusal.starts_with("401 "), "{refusal}");
        assert!(refusal.contains(expected), "{refusal}");
    };
    let credentials = "its credentials are wrong";
    check(
        ClientCredentials::client_secret_basic(CLIENT, "wrong"),
        credentials,
    )
    .await;
    check(
        ClientCredentials::client_secret_post(CLIENT, "wrong"),
        credentials,
    )
    .await;
    let signature = "its signature is not that of the client";
    check(
        ClientCredentials::client_secret_jwt(CLIENT, "wrong"),
        signature,
    )
    .await;
    check(ClientCredentials::private_key_jwt(CLIENT, P256), signature).await;
    let stranger = ClientCredentials::client_secret_jwt("stranger", SECRET);
    check(stranger, "its `sub` is no client of this environment").await;
}

#[tokio::test]
async fn an_assertion_from_another_time_is_sent_once_more_with_the_time_of_the_service() {
    let sandbox = sandbox().await;
    let by_key = || ClientCredentials::private_key_jwt(CLIENT, RSA);
    let aside = |moment: &str| client_at(&sandbox, moment, by_key());
    let told = corrected(&sandbox, &aside("2025-12-31T23:54:59Z")).await;
    assert!(told.contains("it has expired"), "{told}");
    sandbox.reset();
    let told = corrected(&sandbox, &aside("2026-01-01T00:55:01Z")).await;
    assert!(
        told.contains("it ends more than an hour from now"),
        "{told}"
    );
}

#[tokio::test]
async fn an_assertion_for_another_server_gets_no_token() {
    let sandbox = sandbox().await;
    let by_key = || ClientCredentials::private_key_jwt(CLIENT, RSA);
    // The same server by another name, which is not the one that it issues tokens under.
    let address = sandbox.auth_url().replace("127.0.0.1", "localhost");
    let elsewhere = client(&sandbox, by_key().with_auth_url(address));
    let told = refusal(&sandbox, &elsewhere).await;
    assert!(told.contains("its `aud` is neither"), "{told}");
}

/// A client whose clock is not the sandbox's.
fn client_at(sandbox: &Sandbox, moment: &str, credentials: ClientCredentials) -> Client {
    let time = At(moment
        .parse::<pingone::models::Timestamp>()
        .unwrap()
        .get()
        .unwrap()
        .try_into()
        .unwrap());
    let builder = testing::client_builder(sandbox).client_credentials(credentials);
    builder.runtime(time).build().unwrap()
}

/// The machine's time, with another calendar on the wall.
#[derive(Debug)]
struct At(std::time::SystemTime);

impl pingone::Runtime for At {
    fn now(&self) -> std::time::Instant {
        pingone::TokioRuntime.now()
    }

    fn wall_clock(&self) -> std::time::SystemTime {
        self.0
    }

    fn sleep(&self, time: std::time::Duration) -> pingone::BoxFuture<'static, ()> {
        pingone::TokioRuntime.sleep(time)
    }

    fn random(&self) -> u64 {
        pingone::TokioRuntime.random()
    }
}
