//! Where a client may send to, and what it goes through.

use pingone::models::UserId;
use pingone::token::ClientCredentials;
use pingone::{Client, ClientBuilder, ErrorKind};
use pingone_tests::stub::{Reply, Stub};
use pingone_tests::time::TestTime;

use crate::support::{ANYTHING, CANARY, ENVIRONMENT, ID, builder, everything};

const WRONG: [&str; 14] = [
    "http://api.pingone.eu/v1",
    "http://localhost.example.com",
    "http://127.0.0.1.example.com",
    "http://0.0.0.0",
    "http://[::2]",
    "ftp://127.0.0.1",
    "file:///etc/hosts",
    "https://canary@api.pingone.eu",
    "https://:canary@api.pingone.eu",
    "https://api.pingone.eu?token=canary",
    "https://api.pingone.eu#canary",
    "api.pingone.eu/v1",
    "//api.pingone.eu",
    "",
];

const RIGHT: [&str; 5] = [
    "https://api.pingone.eu/v1",
    "https://10.0.0.1:8443",
    "http://127.0.0.1:80",
    "http://[::1]:1/x",
    "http://localhost:3",
];

fn client() -> ClientBuilder {
    Client::builder().environment_id(ENVIRONMENT).token("t")
}

/// A builder that is given an address in one of the ways that there are.
type Given = fn(&str) -> ClientBuilder;

const WAYS: [Given; 4] = [
    |url| client().platform_url(url),
    |url| client().auth_url(url),
    |url| client().client_credentials(credentials().with_auth_url(url)),
    |url| client().custom_auth_domain(url),
];

fn credentials() -> ClientCredentials {
    ClientCredentials::client_secret_basic("an-id", "a-secret")
}

#[test]
fn an_address_is_encrypted_or_on_this_machine() {
    let mut refused = 0;
    for (way, given) in WAYS.iter().enumerate() {
        for url in RIGHT {
            assert!(given(url).build().is_ok(), "{way}: {url}");
        }
        for url in WRONG {
            // Of a domain that is no whole address, one is made.
            let completed = !url.is_empty() && !url.contains("://");
            if way == 3 && completed {
                continue;
            }
            let error = given(url).build().expect_err(url);
            assert_eq!(error.kind(), ErrorKind::Config, "{way}: {url}");
            assert!(!everything(&error).contains(CANARY), "{error}");
            refused += 1;
        }
    }
    println!(
        "D9: {refused} wrong addresses refused, {} accepted",
        WAYS.len() * RIGHT.len()
    );
}

/// The test starts itself again with the variables set.
#[tokio::test]
async fn settings_of_the_environment_are_those_of_the_client() {
    const CHILD: &str = "PINGONE_TEST_OF_SETTINGS";
    const NAME: &str = "addresses::settings_of_the_environment_are_those_of_the_client";
    if std::env::var_os(CHILD).is_some() {
        let client = ClientBuilder::from_env().unwrap().build().unwrap();
        client
            .user(ID.parse::<UserId>().unwrap())
            .verify("1")
            .await
            .unwrap();
        return;
    }
    let stub = Stub::always(Reply::json(200, ANYTHING)).await.unwrap();
    let url = stub.url().to_owned();
    let status = tokio::task::spawn_blocking(move || {
        std::process::Command::new(std::env::current_exe().unwrap())
            .args(["--exact", NAME])
            .env(CHILD, "1")
            .env("PINGONE_ENVIRONMENT_ID", ENVIRONMENT)
            .env("PINGONE_CLIENT_ID", "an-id")
            .env("PINGONE_CLIENT_SECRET", "a-secret")
            .env("PINGONE_ROOT_DOMAIN", "pingone.eu")
            .env("PINGONE_PLATFORM_URL", &url)
            .env("PINGONE_AUTH_URL", &url)
            .stdout(std::process::Stdio::null())
            .status()
    });
    assert!(status.await.unwrap().unwrap().success());
    let received = stub.received();
    let [token, verify] = received.as_slice() else {
        panic!("{received:?}")
    };
    // `an-id:a-secret`.
    let basic = Some("Basic YW4taWQ6YS1zZWNyZXQ=");
    assert_eq!(
        token.line(),
        format!("POST /{ENVIRONMENT}/as/token HTTP/1.1")
    );
    assert_eq!(token.header("authorization"), basic);
    assert_eq!(verify.header("authorization"), Some("Bearer t"));
}

/// What the variables of the environment choose, if anything: the test starts itself again with them.
#[tokio::test]
async fn proxies_of_the_environment_are_used_only_if_asked() {
    const CHILD: &str = "PINGONE_TEST_OF_PROXIES";
    const NAME: &str = "addresses::proxies_of_the_environment_are_used_only_if_asked";
    let stub = Stub::always(Reply::json(200, ANYTHING)).await.unwrap();
    if std::env::var_os(CHILD).is_none() {
        let proxy = stub.url().to_owned();
        let status = tokio::task::spawn_blocking(move || {
            std::process::Command::new(std::env::current_exe().unwrap())
                .args(["--exact", NAME])
                .env(CHILD, "1")
                .envs(
                    ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "HTTPS_PROXY"]
                        .map(|name| (name, &proxy)),
                )
                .env_remove("NO_PROXY")
                .env_remove("no_proxy")
                .stdout(std::process::Stdio::null())
                .status()
        });
        assert!(status.await.unwrap().unwrap().success());
        // The child used the proxy where it was told to, and only there.
        assert_eq!(stub.counts().requests, 1);
        println!("D9: proxies of the environment are used where asked for, 1 of 2 calls");
        return;
    }
    let time = TestTime::default();
    for asked in [false, true] {
        let builder = builder(stub.url(), stub.url(), &time).proxy_from_environment(asked);
        let user = builder.build().unwrap().user(ID.parse::<UserId>().unwrap());
        user.verify("1").await.unwrap();
        assert_eq!(stub.counts().requests, 1, "the proxy was asked: {asked}");
    }
}
