//! Two ways to the wire, one request: the transport that `pingone` uses sends what the generated functions send.

use pingone_client::transport::{Authorization, Incoming, Limits, Transport};
use pingone_client::{Call, Credentials};
use pingone_models::operation::Security;
use pingone_models::request::Sample;
use pingone_models::{registry, samples};
use pingone_tests::ENVIRONMENT;
use pingone_tests::sample::{arguments, send};
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

/// The same credentials for both: the first kind that the operation takes.
fn credentials(sample: &Sample) -> (Option<Authorization>, Call) {
    let secret = || "the-secret".into();
    let (authorization, credentials) = match sample.operation.security.first() {
        Some(Security::Bearer) => (
            Authorization::bearer(&secret()),
            Credentials::Bearer(secret()),
        ),
        Some(Security::Basic) => (
            Authorization::basic("client", &secret()),
            Credentials::Basic("client".into(), secret()),
        ),
        Some(Security::Cookie(name)) => (
            Authorization::cookies(&format!("{name}=the-secret").into()),
            Credentials::Cookie(secret()),
        ),
        Some(Security::Header(_) | Security::Query(_)) | None => return (None, Call::new()),
    };
    let authorization = authorization.expect("a header can carry them");
    (
        Some(authorization),
        Call::new().with_credentials(credentials),
    )
}

#[tokio::test]
async fn the_transport_and_the_generated_functions_send_the_same() {
    let stub = Stub::always(Reply::json(500, "{}")).await.expect("a stub");
    let transport = Transport::new(reqwest::Client::new())
        .with_server("platform", format!("{}/v1", stub.url()))
        .with_server("auth", stub.url())
        .with_parameter("environmentId", ENVIRONMENT);
    for sample in samples() {
        let id = sample.operation.id;
        let (authorization, call) = credentials(sample);
        let read = registry::request(id).expect("every sample has an operation");
        let endpoint = read(&sample.raw()).expect("every sample can be read");
        let request = transport
            .request(&*endpoint, authorization.as_slice())
            .expect("every sample can be sent");
        let mut incoming = Incoming::new();
        let sent = transport.send(request, Limits::default(), &mut incoming);
        sent.await.expect("the stub answers");
        assert_eq!(
            incoming.answer().map(|answer| answer.status.as_u16()),
            Some(500)
        );
        let refused = send(id, stub.url(), call, &arguments(sample)).await;
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
