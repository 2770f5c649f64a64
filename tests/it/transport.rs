//! Two ways to the wire, one request: the transport that `pingone` uses sends what the generated functions send.

use pingone_client::transport::{Incoming, Limits, Transport};
use pingone_models::request::Sample;
use pingone_models::{registry, samples};
use pingone_tests::ENVIRONMENT;
use pingone_tests::sample::{arguments, authorized, credentials, send};
use pingone_tests::stub::{Received, Reply, Stub};

/// The request with its query parameters and headers in one order, as text.
fn normalized(request: &Received) -> String {
    let (target, rest) = request.line().split_once(" HTTP").expect("a request line");
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let mut query: Vec<&str> = query.split('&').collect();
    query.sort_unstable();
    let mut headers: Vec<&str> = request.headers().collect();
    headers.sort_unstable();
    format!(
        "{path}?{} HTTP{rest}\n{}\n\n{}",
        query.join("&"),
        headers.join("\n"),
        request.text()
    )
}

fn transport(platform: &str, auth: &str) -> Transport {
    let http = reqwest::Client::builder().no_proxy().build();
    Transport::new(http.expect("a client"))
        .with_server("platform", platform)
        .with_server("auth", auth)
        .with_parameter("environmentId", ENVIRONMENT)
}

/// The request that the transport makes of a sample, with the credentials that the document asks for.
fn request(transport: &Transport, sample: &Sample) -> reqwest::Request {
    let read = registry::request(sample.operation.id).expect("every sample has an operation");
    let endpoint = read(&sample.raw()).expect("every sample can be read");
    let credentials: Vec<_> = sample.operation.security.iter().map(credentials).collect();
    transport
        .request(&*endpoint, &credentials)
        .expect("every sample can be sent")
}

#[tokio::test]
async fn the_transport_and_the_generated_functions_send_the_same() {
    let stub = Stub::always(Reply::json(500, "{}")).await.expect("a stub");
    let transport = transport(&format!("{}/v1", stub.url()), stub.url());
    for sample in samples() {
        let id = sample.operation.id;
        let request = request(&transport, sample);
        let mut incoming = Incoming::new();
        let sent = transport.send(request, Limits::default(), &mut incoming);
        sent.await.expect("the stub answers");
        assert_eq!(
            incoming.answer().map(|answer| answer.status.as_u16()),
            Some(500)
        );
        let refused = send(id, stub.url(), authorized(sample), &arguments(sample)).await;
        assert!(refused.is_err(), "the stub refuses everything");
        let [light, generated] = &stub.take()[..] else {
            panic!("`{id}` was not sent twice");
        };
        assert_eq!(
            normalized(light),
            normalized(generated),
            "`{id}`, {}: the transport (left) and the generated function (right) differ",
            sample.name
        );
    }
}

#[test]
fn a_link_is_followed_on_the_same_origin_only() {
    let url = "http://127.0.0.1:4711";
    let transport = transport(url, url);
    let elsewhere = [
        "http://127.0.0.1:4712",
        "https://127.0.0.1:4711",
        "http://localhost:4711",
        "http://127.0.0.2:4711",
        "http://[::1]:4711",
        "http://127.0.0.1",
        "http://127.0.0.1.example.com:4711",
        "http://127.0.0.1:4711@example.com",
        "ftp://127.0.0.1:4711",
        "data:text/plain,x",
    ];
    let mut refused = 0;
    for sample in samples() {
        for link in elsewhere {
            let mut request = request(&transport, sample);
            let before = request.url().clone();
            let link = link.parse().expect("an address");
            let followed = transport.redirect(sample.operation, &mut request, &link);
            let error = followed.expect_err("another origin").to_string();
            assert!(error.contains("another origin"), "{link}: {error}");
            assert_eq!(*request.url(), before, "{link}");
            refused += 1;
        }
        // What a link brings besides its address is left out: credentials are those of the call.
        let mut request = request(&transport, sample);
        let link = "http://mallory:evil@127.0.0.1:4711/next?cursor=1#part";
        transport
            .redirect(
                sample.operation,
                &mut request,
                &link.parse().expect("an address"),
            )
            .expect("the same origin");
        assert_eq!(request.url().as_str(), format!("{url}/next?cursor=1"));
    }
    println!("D10: {refused} pairs of foreign link and operation refused");
}
