//! What documents of others hold: their generated code is compared, compiled, and run where a value or the wire matters.

// The features of this crate do not concern the generated code.
#![allow(
    dead_code,
    clippy::all,
    unreachable_pub,
    unexpected_cfgs,
    missing_docs,
    reason = "generated code is compiled here, outside its own crate"
)]

use std::path::Path;

use pingone_codegen::{Document, Layout, generate};

#[path = "golden/names/mod.rs"]
#[rustfmt::skip]
mod names;
#[path = "golden/requests/mod.rs"]
#[rustfmt::skip]
mod requests;
#[path = "golden/semantics/mod.rs"]
#[rustfmt::skip]
mod semantics;
#[path = "foreign/support.rs"]
mod support;

#[track_caller]
fn check(name: &str) {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
    let document = Document::read(&tests.join(format!("fixtures/{name}.yaml"))).expect("readable");
    let outputs =
        generate(&document, &Layout::folder(&tests.join("golden").join(name))).expect("generated");
    for output in outputs {
        if let Some(stale) = output.check().expect("comparable") {
            panic!(
                "{stale}\nregenerate with `cargo xtask codegen --spec crates/codegen/tests/fixtures/{name}.yaml \
                 --out crates/codegen/tests/golden/{name}`"
            );
        }
    }
}

#[test]
fn any_legal_name_gives_one_type_and_one_field() {
    check("names");
}

#[test]
fn compositions_become_types_of_their_own() {
    check("semantics");
}

#[test]
fn every_style_of_request_is_generated() {
    check("requests");
}

mod values {
    //! A payload that is read and written stays the same.

    use serde::Serialize;
    use serde::de::DeserializeOwned;
    use serde_json::Value;

    use super::{names, semantics};

    #[track_caller]
    fn check<T: DeserializeOwned + Serialize>(text: &str) -> T {
        let value: Value = serde_json::from_str(text).expect("JSON");
        let read: T = serde_json::from_str(text).expect("readable");
        assert_eq!(serde_json::to_value(&read).expect("writable"), value);
        read
    }

    #[test]
    fn names_of_schemas_and_members() {
        check::<names::models::HarbourV2BerthPlan>(r#"{"gate":"far"}"#);
        check::<names::models::LotRow>(r#"{"no":1}"#);
        check::<names::models::TugState>(r#"{"b":"x"}"#);
        check::<names::models::TugState2>(r#"{"a":"x"}"#);
        check::<names::models::OptionType>(r#"{"from":"Self"}"#);
        let odd = r#"{"PlotID":"a","plot-id":"b","plotId":"c","plot_id":"d","extra":"x","+1":1,"-1":2,
            "2fa":true,"gen":"g","self":"s","$ref":"r","unheard":[1]}"#;
        let odd: names::models::Odd = check(odd);
        assert_eq!(
            odd.plot_id.as_deref(),
            Some("d"),
            "the exact name comes first"
        );
        assert_eq!(odd.extra_.as_deref(), Some("x"));
        assert_eq!(odd.extra["unheard"][0], 1);
    }

    #[test]
    fn nulls_numbers_and_times() {
        let reading = r#"{"anchor":null,"maybe":null,"marks":["x",null],"depths":{"a":null,"b":-1},
            "i8":-128,"u32":4294967295,"ticks":18446744073709551615,"level":3,"on":false,"word":"z","mixed":2,
            "due":"2030-01-02T03:04:05.750Z","past":"2030-01-02T03:04:05Z"}"#;
        let reading: semantics::models::Reading = check(reading);
        assert_eq!(reading.ticks, Some(u64::MAX));
        let missing = serde_json::from_str::<semantics::models::Reading>(r#"{"maybe":null}"#);
        assert!(missing.is_err(), "what may be null must still be there");
    }

    #[test]
    fn what_any_part_requires_is_required() {
        let span: semantics::models::Span = check(r#"{"pillar":"p","width":3,"kind":"b"}"#);
        assert_eq!(span.pillar, "p");
        assert_eq!(span.kind, semantics::models::SpanKind::B);
        assert!(serde_json::from_str::<semantics::models::Span>(r#"{"width":3}"#).is_err());
    }

    #[test]
    fn a_discriminator_chooses() {
        use semantics::models::Boat;
        let boat: Boat = check(r#"{"horses":80,"type":"t","more":1}"#);
        assert!(matches!(boat, Boat::Tug(_)));
        let boat: Boat = check(r#"{"masts":2,"type":"s"}"#);
        assert!(matches!(boat, Boat::Sail(_)));
        let boat: Boat = check(r#"{"paddles":2,"type":"canoe"}"#);
        assert!(matches!(boat, Boat::Unknown(_)));
        let tug = Boat::Tug(semantics::models::Tug::new().with_horses(80));
        assert_eq!(
            serde_json::to_string(&tug).expect("writable"),
            r#"{"horses":80,"type":"t"}"#,
            "the discriminator is written also where the schema does not have it"
        );
        let wrong = Boat::Sail(semantics::models::Sail::new("t"));
        assert!(
            serde_json::to_string(&wrong).is_err(),
            "what would be read as another is not written"
        );
    }

    #[test]
    fn the_alternative_that_fits_best_is_chosen() {
        use semantics::models::{Marked, Quantity, Shape};
        assert!(matches!(check(r#"{"side":1}"#), Shape::Square(_)));
        assert!(matches!(
            check(r#"{"radius":1.5,"note":"n"}"#),
            Shape::Circle(_)
        ));
        assert!(matches!(
            check(r#"{"sort":"square","note":"n"}"#),
            Shape::Square(_)
        ));
        assert!(matches!(
            check(r#"{"mark":"m","side":1}"#),
            Marked::Square(_)
        ));
        assert!(matches!(check("5"), Quantity::Integer(5)));
        assert!(matches!(check(r#""5%""#), Quantity::Text(_)));
        assert!(matches!(check("[true]"), Quantity::Unknown(_)));
    }

    #[test]
    fn what_is_composed_in_place_holds_all_members() {
        check::<semantics::models::ListBoatsResponse>(r#"{"after":"a","items":[{"type":"s"}]}"#);
        check::<semantics::models::FitBoatBody>(r#"{"degrees":900,"pots":7}"#);
        check::<semantics::models::CoolBoatBodyItem>(r#"{"degrees":900,"hours":7}"#);
        check::<semantics::models::Tree>(
            r#"{"left":{"right":{"pillar":"p","width":3,"kind":"b"}},"children":[{}]}"#,
        );
        check::<semantics::models::Counted>(r#"{"name":"n","a":1,"b":2}"#);
    }
}

mod wire {
    //! What is really sent: by the generated clients, and by the requests as values.

    use pingone_client::Call;
    use pingone_client::transport::Authorization;
    use pingone_models::request::{Endpoint, RawRequest};

    use super::support::Server;
    use super::{names, requests};

    /// Makes a call and compares pieces of what was sent; those after `!` must not be there.
    macro_rules! check {
        ($api:ident, $call:expr, |$client:ident| $sent:expr, [$($piece:expr),*]) => {{
            let server = Server::start().await;
            let $client = $api::api::Client::new_with_client(&server.address, reqwest::Client::new(), $call);
            // The answer is empty, whatever the document says: what was sent is what counts.
            let error = $sent.await.err().map(|error| format!("{error:?}"));
            let sent = server.received(error).await;
            for piece in [$($piece),*] {
                let piece: &str = piece;
                match piece.strip_prefix('!') {
                    Some(absent) => assert!(!sent.contains(absent), "{absent} in {sent}"),
                    None => assert!(sent.contains(piece), "no {piece} in {sent}"),
                }
            }
        }};
    }

    fn texts(texts: &[&str]) -> Vec<String> {
        texts.iter().map(|text| (*text).to_owned()).collect()
    }

    #[tokio::test]
    async fn parameters_of_one_name_and_documented_headers() {
        check!(
            names,
            Call::new(),
            |client| client.read_berth("a", Some("q"), Some("u"), "2031-04", Some("h")),
            [
                "GET /berths/a?client=q&url=u HTTP/1.1",
                "header_map: h",
                "api-version: 2031-04",
                "!authorization"
            ]
        );
        check!(
            names,
            Call::new(),
            |client| client.ask_about_berth("a"),
            ["OPTIONS /berths/a HTTP/1.1", "!api-version"]
        );
        check!(
            names,
            Call::new(),
            |client| client.post(),
            ["GET /tugs HTTP/1.1"]
        );
    }

    #[tokio::test]
    async fn lists_and_objects_in_their_styles() {
        let range = serde_json::from_str(r#"{"from":"dusk"}"#).expect("readable");
        let deep = serde_json::from_str(r#"{"from":"dawn"}"#).expect("readable");
        check!(
            requests,
            Call::new(),
            |client| client.scan(
                &texts(&["a,b", "c d"]),
                Some(&texts(&["a", "b,c"])),
                Some(&deep),
                Some(&vec![1, 2]),
                Some(&vec![3, 4]),
                Some(&range),
                Some(&vec![5, 6]),
                Some(&texts(&["x", "y"]))
            ),
            [
                "GET /sights/a%2Cb,c%20d?",
                "commas=a,b%2Cc",
                "deep%5Bfrom%5D=dawn",
                "each=1&each=2",
                "pipes=3|4",
                "from=dusk",
                "spaces=5%206",
                "x-tags: x,y"
            ]
        );
    }

    #[test]
    fn requests_as_values_read_what_they_write() {
        let scan = requests::requests::Scan::new(texts(&["a", "b"]))
            .with_range(requests::models::ScanRange::new().with_from("dusk"))
            .with_deep(requests::models::ScanDeep::new().with_from("dawn"))
            .with_commas(texts(&["a", "b"]))
            .with_pipes(vec![1, 2])
            .with_spaces(vec![3, 4])
            .with_each([5, 6])
            .with_x_tags(texts(&["x", "y"]));
        let mut raw = RawRequest::default();
        scan.write(&mut raw).expect("writable");
        assert_eq!(
            requests::requests::Scan::read(&raw).expect("readable"),
            scan
        );

        let sell = requests::requests::Sell::new(
            requests::models::SellBody::new()
                .with_seats(texts(&["a", "b"]))
                .with_row(5),
        );
        let mut raw = RawRequest::default();
        sell.write(&mut raw).expect("writable");
        assert_eq!(
            raw.body.as_deref(),
            Some(b"row=5&seats=a&seats=b".as_slice())
        );
        assert_eq!(
            requests::requests::Sell::read(&raw).expect("readable"),
            sell
        );
    }

    #[tokio::test]
    async fn forms_bytes_and_bodies_that_are_left_out() {
        let form = requests::models::SellBody::new()
            .with_seats(texts(&["a", "b"]))
            .with_row(5);
        check!(
            requests,
            Call::new(),
            |client| client.sell(&form),
            [
                "content-type: Application/X-WWW-Form-Urlencoded",
                "\r\n\r\nrow=5&seats=a&seats=b"
            ]
        );
        check!(
            requests,
            Call::new(),
            |client| client.upload(&vec![b'o', b'k']),
            ["content-type: application/octet-stream", "\r\n\r\nok"]
        );
        let wish = requests::models::ApplyBody::new().with_wish("w");
        check!(
            requests,
            Call::new(),
            |client| client.apply(&wish),
            ["content-type: application/yaml", r#"{"wish":"w"}"#]
        );
        check!(
            requests,
            Call::new(),
            |client| client.ring(None),
            ["PUT /sales HTTP/1.1", "!content-type"]
        );
        let times = requests::models::RingBody::new().with_times(2);
        check!(
            requests,
            Call::new(),
            |client| client.ring(Some(&times)),
            ["content-type: application/json", r#"{"times":2}"#]
        );
    }

    #[tokio::test]
    async fn keys_are_sent_where_the_document_says() {
        let key = Authorization::key(&"k1".into()).expect("a key");
        let call = || Call::new().with_credentials(key.clone());
        check!(
            requests,
            call(),
            |client| client.read_by_header(),
            ["x-sky-key: k1"]
        );
        check!(
            requests,
            call(),
            |client| client.read_by_query(),
            ["GET /winds/query?key=k1 "]
        );
        check!(
            requests,
            call(),
            |client| client.read_by_cookie(),
            ["cookie: sky=k1"]
        );
    }
}
