//! The programs that are compared, and the server that they call.

use std::collections::BTreeMap;
use std::hint::black_box;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use pingone::models::{EnvironmentId, User, UserId, UserVerification};
use pingone::token::ClientCredentials;
use pingone_client::transport::Authorization;
use pingone_client::{Call, platform};
use pingone_tests::stub::{Reply, Stub};
use pingone_tests::{API, ENVIRONMENT};
use reqwest::header::{ACCEPT, CONTENT_TYPE};
use serde::{Deserialize, Serialize};

const USER: &str = "8376797d-641c-4e7b-8bc1-2fdf71916cab";

pub(crate) const CALLERS: [&str; 4] = [
    "reqwest by hand",
    "pingone-client",
    "pingone, static token",
    "pingone, cached token",
];

/// The largest user that the document shows as an answer, as a server sends it.
pub(crate) fn user() -> String {
    let mut operations = API.operations.iter();
    let operation = operations.find(|own| own.id == "verifyUser").unwrap();
    let examples = operation
        .responses
        .iter()
        .flat_map(|own| own.examples.values());
    let users = examples.filter(|own| own["id"] == USER);
    let texts = users.map(|user| serde_json::to_string_pretty(user).unwrap());
    texts.max_by_key(String::len).unwrap()
}

/// What a server does with requests that are not for a token.
#[derive(Clone, Copy)]
pub(crate) enum Serves {
    /// Answers with the user.
    User,
    /// Keeps them waiting, and says at `/count` how many requests there were.
    Nothing,
}

impl Serves {
    fn word(self) -> &'static str {
        match self {
            Self::User => "serve-user",
            Self::Nothing => "serve-nothing",
        }
    }
}

/// The arguments of the process, which runs as a server and does not return if they say so.
pub(crate) fn arguments() -> Vec<String> {
    let arguments = std::env::args().skip(1).filter(|own| own != "--bench");
    let arguments: Vec<String> = arguments.collect();
    let serves = [Serves::User, Serves::Nothing];
    if let Some(serves) = serves.into_iter().find(|own| arguments == [own.word()]) {
        serve(serves);
    }
    arguments
}

/// Prints its address and answers requests.
fn serve(serves: Serves) {
    let token = r#"{"access_token":"t","token_type":"Bearer","expires_in":3600}"#;
    let user = user();
    runtime().block_on(async {
        let stub = Stub::start(move |position, request| {
            let line = request.line();
            match serves {
                _ if line.contains("/as/token") => Reply::json(200, token),
                Serves::User => Reply::json(200, &user),
                Serves::Nothing if line.contains("/count") => {
                    Reply::json(200, &position.to_string())
                }
                Serves::Nothing => Reply::Hang(Vec::new()),
            }
        });
        let stub = stub.await.unwrap();
        println!("{}", stub.url());
        std::future::pending::<()>().await;
    });
}

/// The server, in a process of its own, so that only the caller's cost is measured.
pub(crate) struct Server {
    process: Child,
    pub(crate) url: String,
}

impl Server {
    pub(crate) fn start(serves: Serves) -> Self {
        let mut process = Command::new(std::env::current_exe().unwrap())
            .arg(serves.word())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut url = String::new();
        let out = process.stdout.take().unwrap();
        BufReader::new(out).read_line(&mut url).unwrap();
        let url = url.trim().to_owned();
        Self { process, url }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

pub(crate) fn runtime() -> tokio::runtime::Runtime {
    let mut builder = tokio::runtime::Builder::new_current_thread();
    builder.enable_all().build().unwrap()
}

/// A program that makes the verify call. It knows the server, the environment and the token; the user and the code are
/// those of the call.
pub(crate) enum Caller {
    Hand(reqwest::Client, String, String),
    Client(Box<platform::Client>, EnvironmentId, UserId),
    Pingone(pingone::Client, UserId),
}

impl Caller {
    pub(crate) fn new(name: &str, url: &str) -> Self {
        let http = || {
            let builder = reqwest::Client::builder().no_proxy();
            builder.user_agent("bench").build().unwrap()
        };
        let builder = pingone::Client::builder()
            .platform_url(url)
            .auth_url(url)
            .environment_id(ENVIRONMENT);
        let user = USER.parse().unwrap();
        match name {
            "reqwest by hand" => {
                let environment = format!("{url}/environments/{ENVIRONMENT}");
                Self::Hand(http(), environment, "t".to_owned())
            }
            "pingone-client" => {
                let token = Authorization::bearer(&"t".into()).unwrap();
                let call = Call::new().with_credentials(token);
                let client = platform::Client::new_with_client(url, http(), call);
                Self::Client(Box::new(client), ENVIRONMENT.parse().unwrap(), user)
            }
            "pingone, static token" => Self::Pingone(builder.token("t").build().unwrap(), user),
            _ => {
                let credentials = ClientCredentials::client_secret_basic("client", "secret");
                let builder = builder.client_credentials(credentials);
                Self::Pingone(builder.build().unwrap(), user)
            }
        }
    }

    pub(crate) async fn call(&self) {
        match self {
            Self::Hand(http, environment, token) => {
                let body = serde_json::to_vec(&PlainVerification {
                    verification_code: "A1B2C3D4",
                });
                let media_type = "application/vnd.pingidentity.user.verify+json";
                let request = http
                    .post(format!("{environment}/users/{USER}"))
                    .bearer_auth(token)
                    .header(ACCEPT, "application/json")
                    .header(CONTENT_TYPE, media_type)
                    .body(body.unwrap());
                let answer = request.send().await.unwrap().error_for_status().unwrap();
                let answer = answer.bytes().await.unwrap();
                black_box(serde_json::from_slice::<PlainUser>(&answer).unwrap());
            }
            Self::Client(client, environment, user) => {
                let body = UserVerification::new("A1B2C3D4");
                let answer = client.verify_user(environment, user, &body).await;
                black_box(answer.unwrap().into_inner());
            }
            Self::Pingone(client, user) => {
                black_box::<User>(client.user(*user).verify("A1B2C3D4").await.unwrap());
            }
        }
    }
}

/// What a program that needs no more than this user would write.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PlainVerification {
    verification_code: &'static str,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(dead_code, reason = "it is read and not used")]
pub(crate) struct PlainUser {
    #[serde(rename = "_links")]
    links: BTreeMap<String, PlainLink>,
    id: String,
    environment: PlainReference,
    account: PlainAccount,
    created_at: String,
    email: String,
    enabled: bool,
    identity_provider: PlainProvider,
    last_sign_on: PlainSignOn,
    lifecycle: PlainLifecycle,
    mfa_enabled: bool,
    population: PlainReference,
    updated_at: String,
    username: String,
    verify_status: String,
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "it is read and not used")]
struct PlainLink {
    href: String,
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "it is read and not used")]
struct PlainReference {
    id: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(dead_code, reason = "it is read and not used")]
struct PlainAccount {
    can_authenticate: bool,
    status: String,
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "it is read and not used")]
struct PlainProvider {
    r#type: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(dead_code, reason = "it is read and not used")]
struct PlainSignOn {
    at: String,
    remote_ip: String,
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "it is read and not used")]
struct PlainLifecycle {
    status: String,
}
