//! Searches: what is asked, which pages are read, and what 0, 1 and many come to.

use std::collections::HashSet;

use futures::TryStreamExt;
use pingone::users::{Matches, UserSearch};
use pingone::{Client, Error, ErrorKind};
use pingone_tests::stub::{Received, Reply, Stub};
use serde_json::json;

use crate::support::client;

/// The id of the user with this number.
fn id(number: usize) -> String {
    format!("8376797d-641c-4e7b-8bc1-2fdf7191{number:04}")
}

fn page(users: &[usize], next: Option<&str>) -> Reply {
    let users: Vec<_> = users
        .iter()
        .map(|number| json!({"id": id(*number)}))
        .collect();
    let mut page = json!({"_embedded": {"users": users}, "_links": {"self": {"href": "x"}}});
    if let Some(next) = next {
        page["_links"]["next"] = json!({"href": next});
    }
    Reply::json(200, &page.to_string())
}

/// A service whose pages have these users; the links lead from one to the next.
async fn pages(pages: &'static [&'static [usize]]) -> Stub {
    let reply = |_: usize, request: &Received| {
        let host = request.header("host").unwrap();
        let position = cursor(request);
        let more = position + 1 < pages.len();
        let next = format!("http://{host}/environments/e/users?cursor={}", position + 1);
        page(pages[position], more.then_some(next.as_str()))
    };
    Stub::start(reply).await.unwrap()
}

fn cursor(request: &Received) -> usize {
    let cursor = request.line().split("cursor=").nth(1);
    cursor.map_or(0, |rest| rest.split(' ').next().unwrap().parse().unwrap())
}

fn by_name(client: &Client) -> UserSearch {
    client.users().find().username_eq("linda")
}

#[tokio::test]
async fn a_search_gives_all_users_of_all_pages_and_reads_none_too_many() {
    // Also a page without users, which a service may send.
    let stub = pages(&[&[1, 2], &[], &[3]]).await;
    let (client, _) = client(&stub);
    let all: Vec<_> = by_name(&client).stream().try_collect().await.unwrap();
    let ids: Vec<String> = all.iter().map(|user| user.id.to_string()).collect();
    assert_eq!(ids, [id(1), id(2), id(3)]);
    assert_eq!(stub.received().len(), 3);
    let mut users = by_name(&client).stream();
    assert!(users.next().await.unwrap().is_ok());
    assert!(users.next().await.unwrap().is_ok());
    assert_eq!(
        stub.received().len(),
        4,
        "the second page is read with the third user"
    );
    for request in stub.received() {
        assert_eq!(request.header("authorization"), Some("Bearer canary-token"));
    }
}

#[tokio::test]
async fn none_one_and_many_are_told_apart() {
    let check = async |stub: Stub, requests: usize| {
        let (client, _) = client(&stub);
        let matches = by_name(&client).matches().await.unwrap();
        assert_eq!(stub.received().len(), requests);
        (matches, by_name(&client).one().await)
    };
    let (matches, one) = check(pages(&[&[], &[]]).await, 2).await;
    assert_eq!(matches, Matches::None);
    let error = one.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NoMatch);
    assert!(error.is_not_found());
    assert!(
        error
            .to_string()
            .starts_with("listUsers: no user matches in environment ")
    );
    let (matches, one) = check(pages(&[&[7], &[]]).await, 2).await;
    assert!(matches!(matches, Matches::One(user) if user.id.to_string() == id(7)));
    assert_eq!(one.unwrap().id.to_string(), id(7));
    let (matches, one) = check(pages(&[&[1], &[2], &[3]]).await, 2).await;
    assert!(matches!(matches, Matches::Many(users) if users.len() == 2));
    let error = one.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ManyMatches);
    assert!(!error.is_not_found());
}

/// What a search asks for, decoded.
async fn asked(search: impl FnOnce(UserSearch) -> UserSearch) -> Vec<(String, String)> {
    let stub = pages(&[&[]]).await;
    let (client, _) = client(&stub);
    search(client.users().find()).matches().await.unwrap();
    let line = stub.received().remove(0).line().to_owned();
    let target = line.split(' ').nth(1).unwrap().to_owned();
    let query = target.split_once('?').map_or("", |(_, query)| query);
    url::form_urlencoded::parse(query.as_bytes())
        .into_owned()
        .collect()
}

#[tokio::test]
async fn a_search_asks_for_what_was_said_whatever_the_text_is() {
    let filter = async |search: fn(UserSearch) -> UserSearch| {
        let mut query = asked(search).await;
        assert_eq!(query.len(), 1);
        assert_eq!(query[0].0, "filter");
        query.remove(0).1
    };
    assert_eq!(
        filter(|find| find.username_eq("a b&c=d#e")).await,
        r#"username eq "a b&c=d#e""#
    );
    assert_eq!(
        filter(|find| find.email_eq(r#"x" or email sw "\"#)).await,
        r#"email eq "x\" or email sw \"\\""#
    );
    assert_eq!(
        filter(|find| find
            .email_eq("l@example.com")
            .attribute_starts_with("name.given", "L"))
        .await,
        r#"email eq "l@example.com" and name.given sw "L""#
    );
    let query = asked(|find| find.with_limit(50)).await;
    assert_eq!(query, [("limit".to_owned(), "50".to_owned())]);
}

async fn error_with_link(next: String) -> Error {
    let stub = Stub::always(page(&[1], Some(&next))).await.unwrap();
    let (client, _) = client(&stub);
    let mut users = by_name(&client).stream();
    let mut last = None;
    for _ in 0..10 {
        match users.next().await {
            Some(Ok(_)) => {}
            Some(Err(error)) => {
                assert!(last.is_none());
                last = Some(error);
            }
            None => break,
        }
    }
    last.unwrap()
}

#[tokio::test]
async fn a_link_is_followed_within_the_origin_only() {
    let other = Stub::always(page(&[2], None)).await.unwrap();
    for href in [
        format!("{}/environments/e/users?cursor=1", other.url()),
        "https://example.com/users".to_owned(),
        "//example.com/users".to_owned(),
    ] {
        let error = error_with_link(href.clone()).await;
        assert_eq!(error.kind(), ErrorKind::InvalidRequest, "{href}: {error}");
        assert!(error.to_string().contains("another origin"), "{error}");
    }
    assert_eq!(other.received().len(), 0, "nothing reaches another origin");
    let error = error_with_link("http://[".to_owned()).await;
    assert!(error.to_string().contains("no address"), "{error}");
    let error = error_with_link("/environments/e/users?cursor=1".to_owned()).await;
    assert!(error.to_string().contains("in a circle"), "{error}");
}

#[tokio::test]
async fn links_that_lead_in_a_circle_end_the_stream_before_a_page_is_read_again() {
    for length in [1, 2, 3, 50_usize] {
        let stub = Stub::start(move |position, _| {
            page(&[1], Some(&format!("/pages/{}", position % length)))
        })
        .await
        .unwrap();
        let (client, _) = client(&stub);
        let mut users = by_name(&client).stream();
        let mut found = 0;
        let error = loop {
            match users.next().await.unwrap() {
                Ok(_) => found += 1,
                Err(error) => break error,
            }
        };
        assert!(users.next().await.is_none());
        assert!(error.to_string().contains("in a circle"), "{error}");
        let lines = stub.received().into_iter().map(|request| request.head);
        let pages: HashSet<_> = lines.collect();
        assert_eq!((found, pages.len()), (length, length + 1));
    }
}

#[tokio::test]
async fn a_failing_page_ends_the_stream_with_its_error() {
    let stub = Stub::start(|position, _| match position {
        0 => page(&[1], Some("/next")),
        _ => Reply::json(403, r#"{"code":"ACCESS_FAILED"}"#),
    })
    .await
    .unwrap();
    let (client, _) = client(&stub);
    let mut users = by_name(&client)
        .with_each(|page| page.with_token("of-a-user"))
        .stream();
    assert!(users.next().await.unwrap().is_ok());
    assert!(
        users
            .next()
            .await
            .unwrap()
            .unwrap_err()
            .is_permission_denied()
    );
    assert!(users.next().await.is_none());
    for request in stub.received() {
        assert_eq!(request.header("authorization"), Some("Bearer of-a-user"));
    }
}

#[tokio::test]
async fn what_is_searched_for_is_not_printed() {
    let stub = pages(&[&[]]).await;
    let (client, _) = client(&stub);
    let search = client.users().find().email_eq("canary@example.com");
    let error = search.clone().one().await.unwrap_err();
    let printed = format!("{search:?} {error:?} {error}");
    assert!(!printed.contains("canary"), "{printed}");
}

#[tokio::test]
async fn a_link_is_relative_to_the_page_that_it_is_on() {
    let stub = Stub::start(|position, _| match position {
        0 => page(&[1], Some("?cursor=1")),
        1 => page(&[2], Some("users?cursor=2")),
        _ => page(&[3], None),
    })
    .await
    .unwrap();
    let (client, _) = client(&stub);
    let all: Vec<_> = by_name(&client).stream().try_collect().await.unwrap();
    assert_eq!(all.len(), 3);
    let received = stub.received();
    for (position, cursor) in [(1, "?cursor=1"), (2, "?cursor=2")] {
        let path = format!(
            "/environments/{}/users{cursor} ",
            crate::support::ENVIRONMENT
        );
        assert!(
            received[position].line().contains(&path),
            "{}",
            received[position].line()
        );
    }
}

#[tokio::test]
async fn pages_without_users_come_to_an_end() {
    let next = |position: usize, _: &Received| page(&[], Some(&format!("?cursor={position}")));
    let stub = Stub::start(next).await.unwrap();
    let (client, _) = client(&stub);
    let error = by_name(&client).one().await.unwrap_err();
    assert!(error.to_string().contains("100 pages"), "{error}");
    assert_eq!(stub.received().len(), 100);
}

#[tokio::test]
async fn a_search_has_a_time_limit_for_all_its_pages() {
    let time = pingone_tests::time::TestTime::still();
    let passing = time.clone();
    let stub = Stub::start(move |position, _| {
        passing.advance(std::time::Duration::from_secs(4));
        page(&[], Some(&format!("?cursor={position}")))
    })
    .await
    .unwrap();
    let client = crate::support::builder(stub.url(), stub.url(), &time)
        .build()
        .unwrap();
    let search = by_name(&client).with_timeout(std::time::Duration::from_secs(10));
    let error = search.one().await.unwrap_err();
    assert!(error.is_timeout(), "{error}");
    assert_eq!(stub.received().len(), 3);
}
