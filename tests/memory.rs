//! How much memory an answer without end can take.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

use std::time::Duration;

use pingone::models::UserId;
use pingone::{Client, ErrorKind};
use pingone_tests::stub::{Reply, Stub};

#[global_allocator]
static ALLOCATOR: dhat::Alloc = dhat::Alloc;

const MEBIBYTE: usize = 1 << 20;

/// The bytes that a call takes at its peak, beyond what was taken before.
async fn peak(head: &str, kind: ErrorKind) -> usize {
    let reply = Reply::Endless(head.as_bytes().to_vec(), vec![b' '; 16 << 10]);
    let stub = Stub::always(reply).await.unwrap();
    let client = Client::builder()
        .platform_url(stub.url())
        .auth_url(stub.url())
        .environment_id("abfba8f6-49eb-49f5-a5d9-80ad5c98f9f6")
        .token("t")
        .timeout(Duration::from_secs(20))
        .build()
        .unwrap();
    let user: UserId = "8376797d-641c-4e7b-8bc1-2fdf71916cab".parse().unwrap();
    let _profiler = dhat::Profiler::builder().testing().build();
    let error = client.user(user).verify("1").await.unwrap_err();
    let peak = dhat::HeapStats::get().max_bytes;
    assert_eq!(error.kind(), kind);
    peak
}

#[tokio::test]
async fn an_answer_without_end_takes_at_most_twice_the_limit() {
    let success = peak(
        "HTTP/1.1 200 OK\r\nContent-Length: 1099511627776\r\n\r\n",
        ErrorKind::TooLarge,
    )
    .await;
    let failure = peak("HTTP/1.1 500 Status\r\n\r\n", ErrorKind::Service).await;
    println!("D2: {success} bytes at the peak for a limit of 1 MiB, {failure} for 64 KiB");
    assert!(success <= 2 * MEBIBYTE, "{success}");
    assert!(failure <= MEBIBYTE, "{failure}");
}
