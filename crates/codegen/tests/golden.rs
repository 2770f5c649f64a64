//! Three invented APIs: their generated code is compared, compiled and run.

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

#[path = "golden/ledger/mod.rs"]
#[rustfmt::skip]
mod ledger;
#[path = "golden/menu/mod.rs"]
#[rustfmt::skip]
mod menu;
#[path = "golden/parcels/mod.rs"]
#[rustfmt::skip]
mod parcels;

/// What generated handlers stand on; every request is refused.
mod handlers {
    use std::marker::PhantomData;

    use pingone_models::request::Endpoint;

    pub(crate) struct Exchange<'a>(PhantomData<&'a ()>);
    pub(crate) struct Refusal;
    pub(crate) struct Answer;
    pub(crate) struct Reply<T>(PhantomData<T>);

    impl Exchange<'_> {
        pub(crate) fn read<E: Endpoint>(&mut self) -> Result<E, Refusal> {
            Err(Refusal)
        }
    }

    impl<T> From<Reply<T>> for Answer {
        fn from(_: Reply<T>) -> Self {
            Self
        }
    }

    macro_rules! refuse_all {
        ($api:ident: $($function:ident($request:ident),)*) => {
            impl super::$api::handlers::Handlers for Exchange<'_> {
                $(
                    fn $function(
                        &mut self,
                        _: super::$api::requests::$request,
                    ) -> super::$api::handlers::Outcome<super::$api::requests::$request> {
                        Err(Refusal)
                    }
                )*
            }
        };
    }

    refuse_all! { parcels:
        read_parcel(ReadParcel),
        dispatch_parcel(DispatchParcel),
        recall_parcel(RecallParcel),
        request_key(RequestKey),
        request_parcel_receipt(RequestParcelReceipt),
        request_daily_receipt(RequestDailyReceipt),
    }
    refuse_all! { ledger:
        correct_entry(CorrectEntry),
        close_entry(CloseEntry),
        replace_entry(ReplaceEntry),
        change_amount(ChangeAmount),
        change_note(ChangeNote),
    }
    refuse_all! { menu:
        list_dishes(ListDishes),
        order(Order),
        check_dish(CheckDish),
    }
}

#[track_caller]
fn check(name: &str) {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
    let document = Document::read(&tests.join(format!("fixtures/{name}.yaml"))).expect("readable");
    let mut layout = Layout::folder(&tests.join("golden").join(name));
    layout.paths.handlers = Some("super::super::handlers".to_owned());
    let outputs = generate(&document, &layout).expect("generated");
    for output in outputs {
        if let Some(stale) = output.check().expect("comparable") {
            panic!(
                "{stale}\nregenerate with `cargo xtask codegen --spec crates/codegen/tests/fixtures/{name}.yaml \
                 --out crates/codegen/tests/golden/{name} --handlers super::super::handlers`"
            );
        }
    }
}

#[test]
fn two_vendor_types_on_a_post_become_two_functions() {
    check("parcels");
}

#[test]
fn vendor_types_on_put_and_patch_stand_beside_plain_json() {
    check("ledger");
}

#[test]
fn inner_objects_and_lists_get_names() {
    check("menu");
}

mod wire {
    //! What the generated clients really send.

    use insta::assert_snapshot;
    use pingone_client::Call;
    use pingone_client::dispatch::Arguments;
    use pingone_client::transport::Authorization;
    use serde_json::{Value, json};
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpListener;

    use super::{ledger, menu, parcels};

    #[test]
    fn requests_write_what_they_read() {
        use pingone_models::request::{Endpoint, RawRequest};

        let request = menu::requests::ListDishes::new("hot")
            .with_course(menu::models::Course::Starter)
            .with_tags(["a,b", "c d"])
            .with_spicy(true);
        let mut raw = RawRequest::default();
        request.write(&mut raw).expect("writable");
        let query: Vec<_> = raw
            .query
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        assert_eq!(
            query,
            [
                "course=starter",
                "spicy=true",
                "tags=a,b",
                "tags=c d",
                "type=hot"
            ]
        );
        assert_eq!(
            menu::requests::ListDishes::read(&raw).expect("readable"),
            request
        );

        let request = parcels::requests::RequestKey::new(
            "7",
            parcels::models::RequestKeyBody::new("open & sesame"),
        );
        let mut raw = RawRequest::default();
        request.write(&mut raw).expect("writable");
        assert_eq!(
            raw.body.as_deref(),
            Some(b"password=open+%26+sesame".as_slice())
        );
        assert_eq!(
            parcels::requests::RequestKey::read(&raw).expect("readable"),
            request
        );

        raw.query.push(("type".to_owned(), "1".to_owned()));
        raw.query.push(("type".to_owned(), "2".to_owned()));
        let error = menu::requests::ListDishes::read(&raw).expect_err("ambiguous");
        assert_eq!(
            error.to_string(),
            "the query parameter `type` has more than one value"
        );
    }

    /// Answers one request and returns it as it came, without the headers that hold a port or a version.
    async fn answer(listener: TcpListener, answer: &'static str) -> String {
        let (mut socket, _) = listener.accept().await.expect("a connection");
        let mut received = Vec::new();
        let mut buffer = [0; 4096];
        loop {
            let count = socket.read(&mut buffer).await.expect("readable");
            received.extend_from_slice(&buffer[..count]);
            let text = String::from_utf8_lossy(&received).into_owned();
            let Some((head, body)) = text.split_once("\r\n\r\n") else {
                continue;
            };
            let length = head
                .lines()
                .find_map(|line| line.strip_prefix("content-length: ")?.parse().ok());
            if body.len() < length.unwrap_or(0) {
                continue;
            }
            socket.write_all(answer.as_bytes()).await.expect("writable");
            let mut lines: Vec<&str> = head
                .lines()
                .filter(|line| !line.starts_with("host: "))
                .collect();
            lines[1..].sort_unstable();
            return format!("{}\n\n{body}", lines.join("\n"));
        }
    }

    const DONE: &str = "HTTP/1.1 202 Accepted\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
    const PARCEL: &str = "HTTP/1.1 200 OK\r\ncontent-length: 87\r\nconnection: close\r\n\r\n\
        {\"id\":\"0fa3daf8-499d-4d7a-8829-00d16ee84d5d\",\"state\":\"LOST\",\"receiver\":null,\"more\":[1]}";

    async fn listener() -> (TcpListener, String) {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = format!("http://{}", listener.local_addr().expect("an address"));
        (listener, address)
    }

    fn arguments(parameters: &[(&str, &str)], body: Option<Value>) -> Arguments {
        let parameters = parameters
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        Arguments {
            parameters: parameters.collect(),
            body,
        }
    }

    fn bearer() -> Call {
        let token = Authorization::bearer(&"token".into());
        Call::new().with_credentials(token.expect("a token"))
    }

    async fn parcels(
        id: &str,
        arguments: Arguments,
        call: Call,
        reply: &'static str,
    ) -> (String, Option<Value>) {
        let (listener, url) = listener().await;
        let clients = parcels::dispatch::Clients {
            depot: parcels::depot::Client::new_with_client(
                &url,
                reqwest::Client::new(),
                call.clone(),
            ),
            keys: parcels::keys::Client::new_with_client(&url, reqwest::Client::new(), call),
        };
        let (sent, outcome) = tokio::join!(
            answer(listener, reply),
            parcels::dispatch::call(&clients, id, &arguments)
        );
        (sent, outcome.ok())
    }

    const PARCEL_ID: (&str, &str) = ("parcelId", "0fa3daf8-499d-4d7a-8829-00d16ee84d5d");

    #[tokio::test]
    async fn a_variant_sends_its_own_type() {
        let body = json!({ "route": "north", "contact": { "name": "A", "phone": null } });
        let (sent, answer) = parcels(
            "dispatchParcel",
            arguments(&[PARCEL_ID], Some(body)),
            bearer(),
            PARCEL,
        )
        .await;
        assert_snapshot!(sent, @r#"
        POST /parcels/0fa3daf8-499d-4d7a-8829-00d16ee84d5d HTTP/1.1
        accept: application/json, */*;q=0.8
        authorization: Bearer token
        content-length: 53
        content-type: application/vnd.parcels.dispatch+json

        {"contact":{"name":"A","phone":null},"route":"north"}
        "#);
        let answer = answer.expect("decoded");
        assert_eq!(answer["state"], "LOST", "an unknown value survives");
        assert_eq!(answer["more"], json!([1]), "an unknown member survives");
    }

    #[tokio::test]
    async fn a_variant_without_a_body_sends_its_type_and_no_bytes() {
        let (sent, _) = parcels(
            "recallParcel",
            arguments(&[PARCEL_ID], None),
            bearer(),
            PARCEL,
        )
        .await;
        assert_snapshot!(sent, @"
        POST /parcels/0fa3daf8-499d-4d7a-8829-00d16ee84d5d HTTP/1.1
        accept: application/json, */*;q=0.8
        authorization: Bearer token
        content-length: 0
        content-type: application/vnd.parcels.recall+json
        ");
    }

    #[tokio::test]
    async fn the_constructor_of_a_selected_variant_sets_what_selects_it() {
        let body = parcels::models::ReceiptByDay::new().with_note("all");
        let body = serde_json::to_value(body).expect("JSON");
        let (sent, _) = parcels(
            "requestDailyReceipt",
            arguments(&[("depotId", "7")], Some(body)),
            bearer(),
            DONE,
        )
        .await;
        assert_snapshot!(sent, @"
        POST /7/receipts HTTP/1.1
        accept: */*
        authorization: Bearer token
        content-length: 20
        content-type: application/x-www-form-urlencoded

        kind=by-day&note=all
        ");
    }

    #[tokio::test]
    async fn a_form_shows_its_secret_on_the_wire_only() {
        let body = json!({ "password": "open & sesame", "scope": "all" });
        let (sent, _) = parcels(
            "requestKey",
            arguments(&[("depotId", "7/8")], Some(body)),
            Call::new(),
            DONE,
        )
        .await;
        assert_snapshot!(sent, @"
        POST /7%2F8/keys HTTP/1.1
        accept: application/json, */*;q=0.8
        content-length: 34
        content-type: application/x-www-form-urlencoded

        password=open+%26+sesame&scope=all
        ");
    }

    #[tokio::test]
    async fn a_vendor_answer_and_query_and_header_parameters_work() {
        let parameters = [
            PARCEL_ID,
            ("include", "WEIGHT"),
            ("limit", "3"),
            ("If-None-Match", "x"),
        ];
        let (sent, answer) =
            parcels("readParcel", arguments(&parameters, None), bearer(), PARCEL).await;
        assert_snapshot!(sent, @"
        GET /parcels/0fa3daf8-499d-4d7a-8829-00d16ee84d5d?include=WEIGHT&limit=3 HTTP/1.1
        accept: application/vnd.parcels.parcel+json
        authorization: Bearer token
        if-none-match: x
        ");
        assert!(answer.is_some());
    }

    #[tokio::test]
    async fn path_parameters_named_alike_keep_their_places() {
        let (listener, url) = listener().await;
        let clients = ledger::dispatch::Clients {
            api: ledger::api::Client::new_with_client(&url, reqwest::Client::new(), Call::new()),
        };
        let arguments = arguments(
            &[("account-id", "a b"), ("accountId", "5")],
            Some(json!(1.5)),
        );
        let call = ledger::dispatch::call(&clients, "changeAmount", &arguments);
        let (sent, _) = tokio::join!(answer(listener, DONE), call);
        assert_snapshot!(sent, @"
        PATCH /accounts/a%20b/entries/5 HTTP/1.1
        accept: application/json, */*;q=0.8
        content-length: 3
        content-type: application/vnd.ledger.amount+json; charset=utf-8

        1.5
        ");
    }

    #[tokio::test]
    async fn keywords_and_lists_are_no_obstacle() {
        let (listener, url) = listener().await;
        let clients = menu::dispatch::Clients {
            api: menu::api::Client::new_with_client(&url, reqwest::Client::new(), Call::new()),
        };
        let arguments = arguments(
            &[("type", "hot"), ("course", "3rd"), ("spicy", "true")],
            None,
        );
        let call = menu::dispatch::call(&clients, "listDishes", &arguments);
        let (sent, _) = tokio::join!(answer(listener, DONE), call);
        assert_snapshot!(sent, @"
        GET /dishes?course=3rd&spicy=true&type=hot HTTP/1.1
        accept: application/json, */*;q=0.8
        ");
    }
}
