//! What happens to connections at night: servers flood them, runtimes stop driving them, names move, files run out.

use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use pingone::models::UserId;
use pingone::retry::{NeverRetry, SafeRetry};
use pingone::token::ClientCredentials;
use pingone::{BoxFuture, Client, ClientBuilder, Error};
use pingone_tests::flood::Flood;
use pingone_tests::stub::{Reply, Stub};
use pingone_tests::time::TestTime;
use tokio::runtime::{Builder, Runtime};

use crate::support::{ENVIRONMENT, ID, USER, settle, with_names};

const DEADLINE: Duration = Duration::from_millis(500);

/// A client that trusts whatever certificate a flood has.
fn flooded(flood: &Flood) -> ClientBuilder {
    let http = reqwest::Client::builder().no_proxy();
    let http = http.tls_danger_accept_invalid_certs(true);
    real_time(flood.url()).http_client_builder(http)
}

fn real_time(url: &str) -> ClientBuilder {
    let builder = Client::builder().platform_url(url).auth_url(url);
    let builder = builder.environment_id(ENVIRONMENT).token("t");
    builder.retry_policy(NeverRetry)
}

/// A runtime with a single thread, which is the test's own.
fn runtime() -> Runtime {
    let mut builder = Builder::new_current_thread();
    builder.enable_all().build().unwrap()
}

async fn read(client: &Client) -> Result<(), Error> {
    let user = client.user(ID.parse::<UserId>().unwrap());
    user.read().await.map(drop)
}

/// How much later than its deadline a call ends.
fn lateness(client: ClientBuilder) -> Duration {
    let client = client.timeout(DEADLINE).build().unwrap();
    let began = Instant::now();
    let error = runtime().block_on(read(&client)).unwrap_err();
    assert!(error.is_timeout(), "{error:?}");
    began.elapsed().saturating_sub(DEADLINE)
}

/// Measures a call of the platform, and a call that waits for its token.
fn check_flood(what: &str, flood: &Flood, change: fn(ClientBuilder) -> ClientBuilder) {
    let credentials = ClientCredentials::client_secret_basic("an-id", "a-secret");
    let with_credentials = flooded(flood).client_credentials(credentials);
    for (call, client) in [("a call", flooded(flood)), ("a token", with_credentials)] {
        let late = lateness(change(client));
        println!("{what}: {call} ends {late:?} after its deadline of {DEADLINE:?}");
        // A guard with room for a busy machine and a debug build: without a bound it is half a minute.
        assert!(late < Duration::from_secs(5), "{what}: {call}: {late:?}");
    }
}

#[test]
fn informational_answers_without_end_delay_no_deadline_over_tls() {
    check_flood("TLS", &Flood::start(true).unwrap(), |client| client);
}

#[test]
fn informational_answers_without_end_delay_no_deadline_with_a_connection_thread() {
    check_flood(
        "a thread of its own",
        &Flood::start(false).unwrap(),
        |client| client.connection_thread(true),
    );
}

/// Runs a stub on a thread that is never stopped.
fn elsewhere(reply: Reply) -> Arc<Stub> {
    let (sender, stub) = mpsc::channel();
    thread::spawn(move || {
        runtime().block_on(async {
            let stub = Arc::new(Stub::always(reply).await.unwrap());
            sender.send(Arc::clone(&stub)).unwrap();
            std::future::pending::<()>().await;
        });
    });
    stub.recv().unwrap()
}

#[test]
fn a_connection_thread_keeps_connections_for_callers_whose_runtimes_stop() {
    let stub = elsewhere(Reply::json(200, USER));
    for own in [true, false] {
        let client = real_time(stub.url()).attempt_timeout(Duration::from_secs(2));
        let client = client.connection_thread(own).build().unwrap();
        let first = runtime();
        first.block_on(async {
            read(&client).await.unwrap();
            // Until the connection is in the pool.
            tokio::time::sleep(Duration::from_millis(100)).await;
        });
        let before = stub.counts().connections;
        // Nobody drives the first runtime any more, and it is still there.
        let result = runtime().block_on(read(&client));
        assert_eq!(result.is_ok(), own, "{result:?}");
        assert_eq!(stub.counts().connections, before);
        if let Err(error) = result {
            assert!(error.is_timeout() && !error.may_have_been_sent());
        }
        // The call that waited in vain has given up the connection.
        runtime().block_on(read(&client)).unwrap();
        drop(first);
    }
}

#[test]
fn a_connection_thread_ends_with_its_client() {
    let stub = elsewhere(Reply::json(200, USER));
    let client = real_time(stub.url()).connection_thread(true);
    let client = client.build().unwrap();
    runtime().block_on(read(&client)).unwrap();
    assert_eq!(stub.counts().closed, 0);
    drop(client);
    runtime().block_on(stub.wait_until(|counts| counts.closed == 1));
}

#[tokio::test]
async fn a_name_that_moves_is_looked_up_with_the_next_connection() {
    let old = Stub::start(|position, _| match position {
        0 => Reply::json(200, USER),
        _ => Reply::Hang(Vec::new()),
    });
    let (old, new) = (
        old.await.unwrap(),
        Stub::always(Reply::json(200, USER)).await.unwrap(),
    );
    let address = |stub: &Stub| -> SocketAddr { stub.url()["http://".len()..].parse().unwrap() };
    let current = Arc::new(Mutex::new(address(&old)));
    let names = Arc::clone(&current);
    let time = TestTime::default();
    // Without a port of its own, the one of the found address counts.
    let client = with_names("http://localhost", &time, move || {
        let found = *names.lock().unwrap();
        Box::pin(async move { Ok(found) }) as BoxFuture<'static, _>
    });
    let client = client.retry_policy(SafeRetry::default()).build().unwrap();
    read(&client).await.unwrap();
    *current.lock().unwrap() = address(&new);
    // The old server takes the request on the old connection and says nothing; the attempt's end closes it.
    let (result, ()) = tokio::join!(read(&client), async {
        old.wait_for(2).await;
        settle().await;
        time.advance(Duration::from_secs(1_000));
    });
    result.unwrap();
    assert_eq!((old.counts().requests, new.counts().requests), (2, 1));
    // Also when the server goes while the connection is idle, and with a call that must not be sent twice.
    drop(new);
    settle().await;
    let user = client.user(ID.parse::<UserId>().unwrap());
    let moved = Stub::always(Reply::json(200, USER)).await.unwrap();
    *current.lock().unwrap() = address(&moved);
    user.verify("1").await.unwrap();
    assert_eq!(moved.counts().requests, 1);
}

/// The test starts itself again, since a process without file descriptors is of no use to other tests.
#[cfg(unix)]
#[test]
fn a_process_without_file_descriptors_is_told_so() {
    const CHILD: &str = "PINGONE_TEST_OF_DESCRIPTORS";
    const NAME: &str = "connections::a_process_without_file_descriptors_is_told_so";
    if std::env::var_os(CHILD).is_none() {
        let mut child = std::process::Command::new(std::env::current_exe().unwrap());
        let child = child.args(["--exact", NAME]).env(CHILD, "1");
        let child = child.stdout(std::process::Stdio::null());
        assert!(child.status().unwrap().success());
        return;
    }
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let client = real_time(&format!("http://{}", listener.local_addr().unwrap()));
    let client = client.build().unwrap();
    let runtime = runtime();
    let (_, hard) = rlimit::getrlimit(rlimit::Resource::NOFILE).unwrap();
    rlimit::setrlimit(rlimit::Resource::NOFILE, 64, hard).unwrap();
    let mut held = Vec::new();
    while let Ok(stream) = TcpStream::connect(listener.local_addr().unwrap()) {
        held.push(stream);
    }
    let error = runtime.block_on(read(&client)).unwrap_err();
    assert!(!error.may_have_been_sent());
    let text = error.to_string();
    let (cause, advice) = ("no file descriptor left; find out", "`ulimit -n`");
    assert!(text.contains(cause) && text.contains(advice), "{text}");
}
