//! What the generated clients refuse, whatever is above them.

use http::header::{AUTHORIZATION, COOKIE};
use pingone_client::Call;
use pingone_client::dispatch::Failure;
use pingone_models::operation::{Location, Security};
use pingone_models::operations::OPERATIONS;
use pingone_tests::sample::{self, arguments, authorized, one_of_each, send};
use pingone_tests::stub::{Reply, Stub};

#[test]
fn every_credential_is_marked_as_a_secret() {
    let mut marked = 0;
    for operation in OPERATIONS {
        let id = operation.id;
        for security in operation.security {
            let name = match security {
                Security::Bearer | Security::Basic => AUTHORIZATION,
                Security::Cookie(_) => COOKIE,
                Security::Header(_) | Security::Query(_) => continue,
            };
            let address = "https://api.example".parse().expect("an address");
            let mut request = reqwest::Request::new(reqwest::Method::GET, address);
            Call::new()
                .with_credentials(sample::credentials(security))
                .prepare(operation.server, Some(operation), &mut request)
                .expect("a request");
            assert!(request.headers()[name].is_sensitive(), "`{id}`");
            marked += 1;
        }
    }
    println!("C3: {marked} credentials, all marked");
    let protected = OPERATIONS.iter().filter(|row| !row.security.is_empty());
    assert!(marked >= protected.count());
}

/// What is no UUID, and what would change the path if it were put there.
const NO_IDS: [&str; 16] = [
    "",
    ".",
    "..",
    "../users",
    "a/b",
    "a\\b",
    "%2e%2e",
    "%2F",
    "?x=1",
    "#x",
    "\0",
    "\r\n",
    "ä",
    "0fa3daf8-499d-4d7a-8829-00d16ee84d5d/..",
    "0fa3daf8-499d-4d7a-8829-00d16ee84d5",
    " 0fa3daf8-499d-4d7a-8829-00d16ee84d5d",
];

#[tokio::test]
async fn an_id_is_always_one_segment_of_the_path() {
    let stub = Stub::always(Reply::json(500, "{}")).await.expect("a stub");
    let long = "a".repeat(10_000);
    let forms: Vec<&str> = NO_IDS.into_iter().chain([long.as_str()]).collect();
    let mut refused = 0;
    for sample in one_of_each() {
        let parameters = sample.operation.parameters.iter();
        for parameter in parameters.filter(|own| own.location == Location::Path) {
            for form in &forms {
                let mut arguments = arguments(sample);
                let name = parameter.name.to_owned();
                arguments.parameters.insert(name, (*form).to_owned());
                let id = sample.operation.id;
                let outcome = send(id, stub.url(), Call::new(), &arguments).await;
                let expected =
                    matches!(&outcome, Err(Failure::Wrong { name, .. }) if *name == parameter.name);
                assert!(expected, "{form:?}: {outcome:?}");
                refused += 1;
            }
        }
    }
    assert_eq!(stub.counts().connections, 0);
    println!("D6: {refused} pairs of wrong id and path parameter refused, 0 sent");
    assert!(refused > 700);
}

#[tokio::test]
async fn every_spelling_of_an_id_is_sent_as_one() {
    let stub = Stub::always(Reply::json(500, "{}")).await.expect("a stub");
    for sample in one_of_each() {
        let path = sample::target(sample);
        for spell in [
            |id: &str| id.to_uppercase(),
            |id: &str| id.replace('-', ""),
            |id: &str| format!("{{{id}}}"),
            |id: &str| format!("urn:uuid:{id}"),
        ] {
            let mut arguments = arguments(sample);
            for (name, _) in sample.path {
                let value = arguments.parameters.get_mut(*name).expect("a parameter");
                *value = spell(value);
            }
            let id = sample.operation.id;
            let _ = send(id, stub.url(), authorized(sample), &arguments).await;
            let request = stub.take().pop().expect("something was sent");
            let target = request.line().split(' ').nth(1).expect("a target");
            assert_eq!(target.trim_start_matches("/v1"), path);
        }
    }
}
