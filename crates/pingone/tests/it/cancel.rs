//! A call that nobody waits for any more leaves nothing behind.

use std::future::{Future, IntoFuture, pending};
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use pingone::models::{User, UserId};
use pingone::retry::SafeRetry;
use pingone::token::{Token, TokenProvider};
use pingone::{BoxError, BoxFuture, Client, Request};
use pingone_tests::stub::{Counts, Reply, Stub};
use pingone_tests::time::TestTime;
use tokio::sync::Notify;

use crate::support::{ID, USER, builder, client, settle, with_names};

fn read(client: &Client) -> Request<User> {
    client.user(ID.parse::<UserId>().unwrap()).read()
}

/// Makes a call, drops it when the point is reached, and says what the stub saw until and after that.
async fn dropped_at(
    client: &Client,
    stub: &Stub,
    point: impl Future<Output = ()>,
) -> (Counts, Counts) {
    let patient = SafeRetry::default().with_max_wait(Duration::from_secs(1_000));
    let call = read(client).with_retry_policy(patient).into_future();
    tokio::select! {
        biased;
        result = call => panic!("the call ended: {result:?}"),
        () = point => {}
    }
    let at = stub.counts();
    settle().await;
    let after = stub.counts();
    assert_eq!(after.requests, at.requests, "something was sent later");
    assert_eq!(
        after.connections, at.connections,
        "something was begun later"
    );
    (at, after)
}

/// Tells when it is asked, and answers the first time never.
#[derive(Debug)]
struct FirstNever(Arc<Notify>, AtomicBool);

impl FirstNever {
    fn new() -> (Self, Arc<Notify>) {
        let asked = Arc::new(Notify::new());
        (Self(Arc::clone(&asked), true.into()), asked)
    }

    fn is_first(&self) -> bool {
        self.0.notify_one();
        self.1.swap(false, Ordering::Relaxed)
    }
}

impl TokenProvider for FirstNever {
    fn token(&self, _: Duration) -> BoxFuture<'_, Result<Token, BoxError>> {
        let first = self.is_first();
        Box::pin(async move {
            if first {
                pending::<()>().await;
            }
            Ok(Token::new("canary-token"))
        })
    }
}

#[tokio::test]
async fn dropping_a_call_leaves_nothing_behind() {
    let mut points = 0;
    let time = TestTime::default();
    let stub = Stub::always(Reply::json(200, USER)).await.unwrap();
    let mut check = async |point: &str, client: &Client, stub: &Stub, time: &TestTime| {
        assert_eq!(time.waiting(), 0, "{point}: a timer is left");
        let counts = stub.counts();
        stub.wait_until(move |now| now.closed == counts.connections)
            .await;
        // What was not answered the first time is answered now.
        read(client)
            .await
            .unwrap_or_else(|error| panic!("{point}: {error:?}"));
        points += 1;
    };

    let client = builder(stub.url(), stub.url(), &time).build().unwrap();
    drop(read(&client).into_future());
    settle().await;
    assert_eq!(stub.counts(), Counts::default());
    check("before anything", &client, &stub, &time).await;

    let (provider, asked) = FirstNever::new();
    let stub = Stub::always(Reply::json(200, USER)).await.unwrap();
    let client = builder(stub.url(), stub.url(), &time)
        .token_provider(provider)
        .build()
        .unwrap();
    let (at, _) = dropped_at(&client, &stub, asked.notified()).await;
    assert_eq!(at.connections, 0);
    check("waiting for a token", &client, &stub, &time).await;

    let (names, asked) = FirstNever::new();
    let stub = Stub::always(Reply::json(200, USER)).await.unwrap();
    let address: SocketAddr = stub.url()["http://".len()..].parse().unwrap();
    let client = with_names(stub.url(), &time, move || {
        let first = names.is_first();
        Box::pin(async move {
            if first {
                pending::<()>().await;
            }
            Ok(address)
        })
    })
    .build()
    .unwrap();
    let (at, _) = dropped_at(&client, &stub, asked.notified()).await;
    assert_eq!(at.connections, 0);
    check("looking up the host", &client, &stub, &time).await;

    for (point, reply) in [
        ("waiting for the head", Reply::Hang(Vec::new())),
        (
            "within the head",
            Reply::Hang(b"HTTP/1.1 200 OK\r\nConte".to_vec()),
        ),
        (
            "within the body",
            Reply::Hang(b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{".to_vec()),
        ),
        (
            "waiting for the next attempt",
            Reply::with_headers(429, &["Retry-After: 500", "Connection: close"], "{}"),
        ),
    ] {
        let stub = Stub::start(move |position, _| match position {
            0 => reply.clone(),
            _ => Reply::json(200, USER),
        })
        .await
        .unwrap();
        let client = builder(stub.url(), stub.url(), &time).build().unwrap();
        let (at, _) = dropped_at(&client, &stub, async {
            stub.wait_for(1).await;
            settle().await;
        })
        .await;
        assert_eq!(at.requests, 1, "{point}");
        check(point, &client, &stub, &time).await;
    }
    println!("A7: {points} points at which a call is dropped, nothing left behind");
}

#[tokio::test]
async fn a_dropped_call_does_not_stop_its_neighbours() {
    let stub = Stub::start(|position, _| match position {
        0 => Reply::Hang(Vec::new()),
        _ => Reply::json(200, USER),
    })
    .await
    .unwrap();
    let (client, _) = client(&stub);
    let neighbour = client.clone();
    let (_, after) = dropped_at(&client, &stub, stub.wait_for(1)).await;
    assert_eq!(after.requests, 1);
    read(&neighbour).await.unwrap();
}
