//! What a verify call costs the process that makes it: with reqwest by hand, `pingone-client`, and `pingone`.
//!
//! `cargo bench -p pingone-tests --bench call` prints processor time per call, one call at a time and 64 at once, and
//! where valgrind is installed the instructions per call. The callers take turns, so that all meet the same load of the
//! machine, and are compared round by round. `cargo xtask bench` writes the figures into `docs/bench`.

#![expect(
    clippy::unwrap_used,
    reason = "a measurement that cannot go on should stop"
)]

use std::collections::BTreeMap;
use std::hint::black_box;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::LazyLock;
use std::time::Instant;

use futures::future::join_all;
use pingone::models::{EnvironmentId, User, UserId, UserVerification};
use pingone::token::ClientCredentials;
use pingone_client::transport::Authorization;
use pingone_client::{Call, platform};
use pingone_tests::stub::{Reply, Stub};
use pingone_tests::{API, ENVIRONMENT};
use reqwest::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderValue};
use serde::{Deserialize, Serialize};

const USER: &str = "8376797d-641c-4e7b-8bc1-2fdf71916cab";
const ROUNDS: usize = 15;
const CALLS: usize = 256;
const AT_ONCE: usize = 64;
/// Calls under callgrind, besides those that warm up.
const COUNTED: u64 = 500;
const CALLERS: [&str; 4] = [
    "reqwest by hand",
    "pingone-client",
    "pingone, static token",
    "pingone, cached token",
];

fn main() {
    let arguments = std::env::args().skip(1).filter(|own| own != "--bench");
    let arguments: Vec<String> = arguments.collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["serve"] => serve(),
        ["call", url, caller, calls] => repeat(url, caller, calls.parse().unwrap()),
        _ => measure(),
    }
}

/// The largest user that the document shows as an answer, as a server sends it.
fn user() -> String {
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

/// Answers every request with the user, and requests for a token with a token; prints its address.
fn serve() {
    let token = r#"{"access_token":"t","token_type":"Bearer","expires_in":3600}"#;
    let user = user();
    runtime().block_on(async {
        let stub = Stub::start(move |_, request| {
            let asks_for_token = request.line().contains("/as/token");
            Reply::json(200, if asks_for_token { token } else { &user })
        });
        let stub = stub.await.unwrap();
        println!("{}", stub.url());
        std::future::pending::<()>().await;
    });
}

/// The server, in a process of its own, so that only the caller's cost is measured.
struct Server {
    process: Child,
    url: String,
}

impl Server {
    fn start() -> Self {
        let mut process = Command::new(std::env::current_exe().unwrap())
            .arg("serve")
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

fn runtime() -> tokio::runtime::Runtime {
    let mut builder = tokio::runtime::Builder::new_current_thread();
    builder.enable_all().build().unwrap()
}

enum Caller {
    Hand(reqwest::Client, String),
    Client(Box<platform::Client>, EnvironmentId, UserId),
    Pingone(pingone::Client, UserId),
}

impl Caller {
    fn new(name: &str, url: &str) -> Self {
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
                let url = format!("{url}/environments/{ENVIRONMENT}/users/{USER}");
                Self::Hand(http(), url)
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

    async fn call(&self) {
        match self {
            Self::Hand(http, url) => {
                let body = serde_json::to_vec(&PlainVerification {
                    verification_code: "A1B2C3D4",
                });
                let mut token = HeaderValue::from_static("Bearer t");
                token.set_sensitive(true);
                let media_type = "application/vnd.pingidentity.user.verify+json";
                let request = http
                    .post(url)
                    .header(AUTHORIZATION, token)
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
struct PlainUser {
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

fn measure() {
    let server = Server::start();
    let runtime = runtime();
    let callers = CALLERS.map(|name| Caller::new(name, &server.url));
    println!("a verify call, answered with {} bytes", user().len());
    for (at_once, figure) in [(1, "call, one at a time"), (AT_ONCE, "call, 64 at once")] {
        let mut costs = CALLERS.map(|_| Vec::new());
        // The first round warms up.
        for round in 0..=ROUNDS {
            for (caller, costs) in callers.iter().zip(&mut costs) {
                let before = spent();
                runtime.block_on(async {
                    for _ in 0..CALLS / at_once {
                        join_all((0..at_once).map(|_| caller.call())).await;
                    }
                });
                #[expect(clippy::cast_precision_loss, reason = "some microseconds")]
                let cost = (spent() - before) as f64 / CALLS as f64 / 1e3;
                if round > 0 {
                    costs.push(cost);
                }
            }
        }
        let base = costs[0].clone();
        for (name, costs) in CALLERS.iter().zip(costs) {
            let ratios = costs.iter().zip(&base).map(|(cost, base)| cost / base);
            let ratios = ratios.collect();
            report(figure, name, "µs of processor time", costs);
            report(figure, name, "times reqwest by hand", ratios);
        }
    }
    count(&server.url);
}

/// Counts instructions, where valgrind is installed.
fn count(url: &str) {
    let mut base = None;
    for name in CALLERS {
        let few = instructions(url, name, 50);
        let Some((few, many)) = few.zip(instructions(url, name, 50 + COUNTED)) else {
            println!("instructions are not counted: valgrind is not installed");
            return;
        };
        #[expect(clippy::cast_precision_loss, reason = "some thousands")]
        let each = (many - few) as f64 / COUNTED as f64;
        let base = *base.get_or_insert(each);
        let figure = "call, instructions";
        report(figure, name, "thousand instructions", vec![each / 1e3]);
        report(figure, name, "times reqwest by hand", vec![each / base]);
    }
}

fn instructions(url: &str, caller: &str, calls: u64) -> Option<u64> {
    let output = Command::new("valgrind")
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
        .arg(std::env::current_exe().unwrap())
        .args(["call", url, caller, &calls.to_string()])
        .output()
        .ok()?;
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    let count = text.lines().find_map(|line| line.split_once("Collected :"));
    count?.1.trim().parse().ok()
}

fn repeat(url: &str, caller: &str, calls: u64) {
    let caller = Caller::new(caller, url);
    runtime().block_on(async {
        for _ in 0..calls {
            caller.call().await;
        }
    });
}

/// Nanoseconds of a processor that this thread has used; where the system does not say, nanoseconds that have passed.
fn spent() -> u128 {
    static START: LazyLock<Instant> = LazyLock::new(Instant::now);
    let times = std::fs::read_to_string("/proc/thread-self/schedstat").ok();
    let spent = times.and_then(|text| text.split(' ').next()?.parse().ok());
    spent.unwrap_or_else(|| START.elapsed().as_nanos())
}

/// Prints the middle of some values with the lowest and the highest one, as text and for `cargo xtask bench`.
fn report(figure: &str, subject: &str, unit: &str, mut values: Vec<f64>) {
    values.sort_by(f64::total_cmp);
    let middle = values[values.len() / 2];
    let (low, high) = (values[0], values[values.len() - 1]);
    println!("{figure}: {subject:<22} {middle:>9.3} ({low:.3} to {high:.3}) {unit}");
    if std::env::var_os("BENCH_JSON").is_some() {
        let line = serde_json::json!({
            "figure": figure, "subject": subject, "unit": unit,
            "low": low, "middle": middle, "high": high,
        });
        println!("{line}");
    }
}
