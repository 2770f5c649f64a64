//! What a call costs over the bare HTTP client: the same request to the same server on the loopback interface.
//!
//! `cargo bench -p pingone-tests` prints the times and their difference; it ends by itself after a few seconds.

#![expect(
    clippy::unwrap_used,
    reason = "a measurement that cannot go on should stop"
)]

use std::time::{Duration, Instant};

use pingone::Client;
use pingone::models::UserId;
use pingone_tests::stub::{Received, Reply, Stub};

const ENVIRONMENT: &str = "abfba8f6-49eb-49f5-a5d9-80ad5c98f9f6";
const USER: &str = "8376797d-641c-4e7b-8bc1-2fdf71916cab";
const BODY: &str =
    r#"{"id":"8376797d-641c-4e7b-8bc1-2fdf71916cab","lifecycle":{"status":"ACCOUNT_OK"}}"#;
const WARM_UP: usize = 200;
const CALLS: usize = 3_000;

/// The times of many calls, sorted.
struct Times(Vec<Duration>);

impl Times {
    /// The time that this part of the calls takes at most, in microseconds.
    fn at(&self, part: f64) -> f64 {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            clippy::cast_precision_loss,
            reason = "a position among a few thousand"
        )]
        let position = (part * (self.0.len() - 1) as f64) as usize;
        self.0[position].as_secs_f64() * 1e6
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    // The server has a thread of its own, so that only its answers are part of the times.
    let (sender, receiver) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        runtime.block_on(async {
            let stub = Stub::always(Reply::json(200, BODY)).await.unwrap();
            sender.send(stub).unwrap();
            std::future::pending::<()>().await;
        });
    });
    let stub: Stub = receiver.recv().unwrap();
    let url = stub.url();
    let client = Client::builder()
        .platform_url(url)
        .auth_url(url)
        .environment_id(ENVIRONMENT)
        .token("t")
        .build()
        .unwrap();
    let user: UserId = USER.parse().unwrap();
    let product = concat!("pingone-rust/", env!("CARGO_PKG_VERSION"));
    let http = reqwest::Client::builder().no_proxy().user_agent(product);
    let http = http.build().unwrap();
    let address = format!("{url}/environments/{ENVIRONMENT}/users/{USER}");
    let (mut bare, mut ours) = (Vec::new(), Vec::new());
    for call in 0..WARM_UP + CALLS {
        // In turns, so that both meet the same load of the machine.
        let start = Instant::now();
        let request = http.get(&address).header("authorization", "Bearer t");
        let request = request.header("accept", "application/json");
        let answer = request.send().await.unwrap().bytes().await.unwrap();
        let _: pingone::models::User = serde_json::from_slice(&answer).unwrap();
        let middle = Instant::now();
        client.user(user).read().await.unwrap();
        let end = Instant::now();
        if call >= WARM_UP {
            bare.push(middle - start);
            ours.push(end - middle);
        }
    }
    same_bytes(&stub);
    bare.sort_unstable();
    ours.sort_unstable();
    let (bare, ours) = (Times(bare), Times(ours));
    println!("{CALLS} calls each    bare reqwest       pingone          over");
    for (name, part) in [("p50", 0.5), ("p99", 0.99)] {
        let (bare, ours) = (bare.at(part), ours.at(part));
        let over = ours - bare;
        println!("{name}               {bare:>9.1} us  {ours:>9.1} us  {over:>9.1} us");
    }
}

/// Both ask for the same, so that nothing but this crate makes the difference.
fn same_bytes(stub: &Stub) {
    let sorted = |request: &Received| {
        let mut lines: Vec<_> = request.head.lines().map(str::to_owned).collect();
        lines.sort();
        lines
    };
    let received = stub.received();
    assert_eq!(sorted(&received[0]), sorted(&received[1]));
}
