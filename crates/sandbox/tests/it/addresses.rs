//! How clients reach the sandbox: browsers, proxies, TLS, and how connections end.

use std::sync::Arc;
use std::time::{Duration, Instant};

use pingone_sandbox::{Config, NewFlow, Sandbox, Tls};
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::crypto::aws_lc_rs;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

use crate::support::{Reply, Request, linda, sandbox};

const PAGE: &str = "http://localhost:3000";

fn preflight<'a>(sandbox: &'a Sandbox, path: &str, origin: &str) -> Request<'a> {
    Request::new(sandbox, "OPTIONS", path)
        .header("Origin", origin)
        .header("Access-Control-Request-Method", "POST")
        .header(
            "Access-Control-Request-Headers",
            "content-type,x-requested-with",
        )
}

fn flow_path(sandbox: &Sandbox) -> String {
    let flow = sandbox.start_flow(NewFlow::sign_on());
    format!("/{}/flows/{flow}", sandbox.environment_id())
}

#[tokio::test]
async fn a_page_of_this_machine_may_call_the_api_with_credentials() {
    let sandbox = sandbox().await;
    let path = flow_path(&sandbox);
    let reply = preflight(&sandbox, &path, PAGE).send().await.ok();
    let header = |name| reply.header(name).unwrap_or_default().to_lowercase();
    assert_eq!(header("access-control-allow-origin"), PAGE);
    assert_eq!(header("access-control-allow-credentials"), "true");
    assert_eq!(
        header("access-control-allow-headers"),
        "content-type,x-requested-with"
    );
    assert!(header("access-control-allow-methods").contains("post"));
    // The answers themselves, also those that refuse.
    let read = Request::new(&sandbox, "GET", &path).header("Origin", PAGE);
    let wrong = Request::new(&sandbox, "POST", &path).header("Origin", PAGE);
    let nowhere = Request::new(&sandbox, "GET", "/nowhere").header("Origin", PAGE);
    for (request, status) in [(read, 200), (wrong, 415), (nowhere, 404)] {
        let reply = request.send().await;
        assert_eq!(reply.status, status);
        assert_eq!(reply.header("access-control-allow-origin"), Some(PAGE));
        assert_eq!(
            reply.header("access-control-allow-credentials"),
            Some("true")
        );
        let exposed = reply.header("access-control-expose-headers").unwrap();
        assert!(exposed.contains("correlation-id"), "{exposed}");
    }
}

#[tokio::test]
async fn pages_of_other_origins_must_be_allowed() {
    let plain = sandbox().await;
    let open = Config::new()
        .with_origin("https://app.example")
        .start()
        .await
        .unwrap();
    let allowed = async |sandbox: &Sandbox, origin: &str| {
        let reply = preflight(sandbox, "/x", origin).send().await;
        reply
            .header("access-control-allow-origin")
            .map(str::to_owned)
    };
    for origin in ["https://app.example", "https://evil.example", "null"] {
        assert_eq!(allowed(&plain, origin).await, None, "{origin}");
    }
    assert_eq!(
        allowed(&open, "https://app.example").await.as_deref(),
        Some("https://app.example")
    );
    assert_eq!(allowed(&open, "https://evil.example").await, None);
    let refused = Config::new().with_origin("app.example/").start().await;
    assert!(refused.is_err());
}

#[tokio::test]
async fn the_control_api_is_for_no_page_of_another_origin() {
    let sandbox = sandbox().await;
    let reply = preflight(&sandbox, "/_sandbox/clock", PAGE).send().await;
    assert_eq!(
        (reply.status, reply.header("access-control-allow-origin")),
        (403, None)
    );
}

#[tokio::test]
async fn links_follow_the_public_addresses() {
    let config = Config::new().with_public_url("https://pingone.test/sandbox/");
    let sandbox = config.start().await.unwrap();
    assert_eq!(sandbox.platform_url(), "https://pingone.test/sandbox/v1");
    let user = sandbox.seed_user(linda()).unwrap();
    let path = format!("/v1/environments/{}/users/{user}", sandbox.environment_id());
    let read = Request::new(&sandbox, "GET", &path)
        .authorized()
        .send()
        .await;
    let own = format!("https://pingone.test/sandbox{path}");
    assert_eq!(read.text("/_links/self/href"), own);
    let flow = Request::new(&sandbox, "GET", flow_path(&sandbox))
        .send()
        .await;
    assert!(
        flow.text("/resumeUrl")
            .starts_with("https://pingone.test/sandbox/")
    );
    // The control API is reached by that name, too.
    let control = Request::new(&sandbox, "GET", "/_sandbox/clock");
    assert_eq!(control.send().await.status, 200);

    let config = Config::new()
        .with_public_platform_url("https://api.pingone.test/v1")
        .with_public_auth_url("https://auth.pingone.test");
    let sandbox = config.start().await.unwrap();
    assert_eq!(sandbox.platform_url(), "https://api.pingone.test/v1");
    assert_eq!(sandbox.auth_url(), "https://auth.pingone.test");
    let wrong = Config::new().with_public_url("pingone.test").start().await;
    let wrong = wrong.unwrap_err();
    assert!(
        std::error::Error::source(&wrong)
            .unwrap()
            .to_string()
            .contains("`pingone.test`")
    );
}

#[tokio::test]
async fn forwarded_headers_count_only_where_they_are_asked_for() {
    let plain = Config::new().start().await.unwrap();
    let behind = Config::new()
        .with_forwarded_headers()
        .start()
        .await
        .unwrap();
    let resume = async |sandbox: &Sandbox| {
        let request = Request::new(sandbox, "GET", flow_path(sandbox))
            .header("X-Forwarded-Proto", "https")
            .header("X-Forwarded-Host", "pingone.test");
        request.send().await.text("/resumeUrl").to_owned()
    };
    assert!(resume(&plain).await.starts_with(plain.auth_url()));
    assert!(resume(&behind).await.starts_with("https://pingone.test/"));
}

#[tokio::test]
async fn https_is_served_with_a_certificate_of_a_known_authority() {
    let sandbox = Config::new()
        .with_tls(Tls::generated())
        .start()
        .await
        .unwrap();
    assert!(sandbox.platform_url().starts_with("https://127.0.0.1:"));
    let authority = sandbox.certificate_authority().unwrap();
    let mut roots = RootCertStore::empty();
    roots
        .add(CertificateDer::from_pem_slice(authority.as_bytes()).unwrap())
        .unwrap();
    let client = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let client = TlsConnector::from(Arc::new(client));
    for name in ["localhost", "127.0.0.1", "pingone.localhost"] {
        let stream = TcpStream::connect(sandbox.address()).await.unwrap();
        let name = ServerName::try_from(name).unwrap();
        let mut stream = client.connect(name, stream).await.unwrap();
        let path = flow_path(&sandbox);
        let request =
            format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = String::new();
        let _ = stream.read_to_string(&mut answer).await;
        assert!(answer.starts_with("HTTP/1.1 200 OK"), "{answer}");
        assert!(answer.contains("\"https://127.0.0.1:"), "{answer}");
    }
    let wrong = Config::new()
        .with_tls(Tls::from_pem("none", "not-a-key"))
        .start()
        .await;
    let wrong = wrong.unwrap_err();
    let source = std::error::Error::source(&wrong).unwrap().to_string();
    assert!(
        source.contains("certificate") && !source.contains("not-a-key"),
        "{source}"
    );
}

#[tokio::test]
async fn a_head_that_does_not_end_is_given_up() {
    let config = Config::new().with_header_timeout(Duration::from_millis(100));
    let sandbox = config.start().await.unwrap();
    let mut stream = TcpStream::connect(sandbox.address()).await.unwrap();
    stream.write_all(b"GET / HTTP/1.1\r\nHost: ").await.unwrap();
    let mut rest = Vec::new();
    let _ = stream.read_to_end(&mut rest).await;
    assert!(!rest.starts_with(b"HTTP/1.1 2"));
}

#[tokio::test]
async fn whoever_waits_does_not_hold_up_the_end() {
    let sandbox = sandbox().await;
    let address = sandbox.address();
    let mut waiting = TcpStream::connect(address).await.unwrap();
    let request = format!("GET /_sandbox/outbox?wait=30s HTTP/1.1\r\nHost: {address}\r\n\r\n");
    waiting.write_all(request.as_bytes()).await.unwrap();
    tokio::task::yield_now().await;
    // The request has arrived when another one on a later connection is answered.
    Request::new(&sandbox, "GET", "/_sandbox/clock")
        .send()
        .await
        .ok();
    let begun = Instant::now();
    sandbox.stop().await;
    assert!(
        begun.elapsed() < Duration::from_secs(3),
        "{:?}",
        begun.elapsed()
    );
    let mut answer = String::new();
    let _ = waiting.read_to_string(&mut answer).await;
    assert!(answer.contains("{\"messages\":[]}"), "{answer}");
}

#[tokio::test]
async fn names_below_localhost_lead_to_the_control_api() {
    let sandbox = sandbox().await;
    for (host, status) in [("sandbox.localhost", 200), ("localhost.evil.example", 403)] {
        let mut stream = TcpStream::connect(sandbox.address()).await.unwrap();
        let request =
            format!("GET /_sandbox/clock HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = String::new();
        let _ = stream.read_to_string(&mut answer).await;
        assert!(
            answer.starts_with(&format!("HTTP/1.1 {status}")),
            "{host}: {answer}"
        );
    }
}

#[tokio::test]
async fn a_reset_gives_seeded_flows_their_lifetime_again() {
    let file = "flows: [{ id: 6eb8a4cd-3b4a-4b9f-8d2c-1d3c2b1a0f9e }]";
    let config = Config::new().with_seed_file(pingone_sandbox::SeedFile::parse(file).unwrap());
    let sandbox = config.start().await.unwrap();
    let path = format!(
        "/{}/flows/6eb8a4cd-3b4a-4b9f-8d2c-1d3c2b1a0f9e",
        sandbox.environment_id()
    );
    let read = async || Request::new(&sandbox, "GET", &path).send().await.status;
    assert_eq!(read().await, 200);
    sandbox.clock().advance(Duration::from_secs(20 * 60));
    assert_eq!(read().await, 404);
    let token = sandbox.access_token();
    let reset = async |body| {
        let request = Request::new(&sandbox, "POST", "/_sandbox/reset").json(&body);
        assert_eq!(request.send().await.status, 204);
    };
    reset(json!({ "keepTokens": true })).await;
    assert_eq!(read().await, 200);
    let users = format!("/v1/environments/{}/users", sandbox.environment_id());
    let with_token = async || -> Reply {
        let bearer = format!("Bearer {}", token.expose());
        Request::new(&sandbox, "GET", &users)
            .header("Authorization", bearer)
            .send()
            .await
    };
    assert_eq!(with_token().await.status, 200);
    reset(json!({})).await;
    assert_eq!(with_token().await.status, 401);
    let typo =
        Request::new(&sandbox, "POST", "/_sandbox/reset").json(&json!({ "keepToken": true }));
    assert_eq!(typo.send().await.status, 400);
}
