//! Many sandboxes at once, and how they start and stop.

use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr, TcpStream};
use std::time::Duration;

use pingone_sandbox::{Config, Kind, Sandbox};

use crate::support::{Request, linda, sandbox};

#[tokio::test]
async fn two_hundred_sandboxes_run_side_by_side() {
    let mut sandboxes = Vec::new();
    for _ in 0..200 {
        sandboxes.push(Sandbox::start().await.unwrap());
    }
    let ports = sandboxes.iter().map(|sandbox| sandbox.address().port());
    let ports: BTreeSet<_> = ports.collect();
    assert_eq!(ports.len(), 200, "each has a port of its own");
    for sandbox in &sandboxes {
        let user = sandbox.seed_user(linda()).unwrap();
        let environment = sandbox.environment_id();
        let path = format!("/v1/environments/{environment}/users/{user}");
        Request::new(sandbox, "GET", path)
            .authorized()
            .send()
            .await
            .ok();
    }
}

#[tokio::test]
async fn a_dropped_sandbox_no_longer_listens() {
    let sandbox = Sandbox::start().await.unwrap();
    let address = sandbox.address();
    let open = TcpStream::connect(address).unwrap();
    drop(sandbox);
    assert!(TcpStream::connect(address).is_err());
    drop(open);
}

#[tokio::test]
async fn a_stopped_sandbox_does_not_wait_for_idle_connections() {
    let sandbox = Sandbox::start().await.unwrap();
    let address = sandbox.address();
    let _idle = TcpStream::connect(address).unwrap();
    sandbox.stop().await;
    assert!(TcpStream::connect(address).is_err());
}

#[tokio::test]
async fn an_address_in_use_is_named() {
    let sandbox = Sandbox::start().await.unwrap();
    let port = sandbox.address().port();
    let error = Config::new()
        .with_host(IpAddr::V4(Ipv4Addr::LOCALHOST))
        .with_port(port)
        .start()
        .await
        .unwrap_err();
    let expected = format!("the sandbox cannot listen on 127.0.0.1:{port}");
    assert_eq!(error.to_string(), expected);
}

#[tokio::test]
async fn waiting_for_a_message_that_does_not_come_ends_and_says_so() {
    let sandbox = sandbox().await;
    let user = sandbox.seed_user(linda()).unwrap();
    let outbox = sandbox.outbox();
    let waited = outbox.wait_up_to(Duration::from_millis(1), user, Kind::Push);
    let error = waited.await.unwrap_err();
    assert!(
        error.to_string().contains("no new Push for user"),
        "{error}"
    );
}
