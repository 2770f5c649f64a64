//! Pulling from a service on the loopback interface.

use std::cell::RefCell;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;

use super::*;

/// A service that gives prepared answers, one connection each, and keeps the requests.
struct Service {
    address: SocketAddr,
    stopped: Arc<AtomicBool>,
    thread: Option<JoinHandle<Vec<String>>>,
}

impl Service {
    fn start(answers: &[String]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
        let address = listener.local_addr().expect("it has an address");
        let stopped = Arc::new(AtomicBool::new(false));
        let (answers, stop) = (answers.to_vec(), Arc::clone(&stopped));
        let thread = std::thread::spawn(move || {
            let mut requests = Vec::new();
            let mut answers = answers.into_iter();
            for stream in listener.incoming() {
                if stop.load(Ordering::SeqCst) {
                    break;
                }
                let mut stream = stream.expect("a connection");
                let mut request = String::new();
                let mut reader = BufReader::new(&stream);
                while !request.ends_with("\r\n\r\n") {
                    let read = reader.read_line(&mut request).expect("a request");
                    assert!(read > 0, "the request ends early");
                }
                requests.push(request);
                let answer = answers.next().expect("no more than the prepared requests");
                // A client that has seen enough may close first.
                let _ = stream.write_all(answer.as_bytes());
            }
            requests
        });
        Self {
            address,
            stopped,
            thread: Some(thread),
        }
    }

    fn target(&self, path: &str) -> Target {
        Target {
            file: "page.md".to_owned(),
            url: address(&format!("http://{}{path}", self.address)).expect("an address"),
        }
    }

    /// Stops, and returns the requests.
    fn requests(mut self) -> Vec<String> {
        self.stopped.store(true, Ordering::SeqCst);
        let _ = TcpStream::connect(self.address);
        let thread = self.thread.take().expect("it runs");
        thread.join().expect("the service did not fail")
    }
}

/// A clock that stands still at the epoch and keeps how long it was told to wait.
#[derive(Default)]
struct StoppedClock {
    slept: RefCell<Vec<u64>>,
}

impl Clock for StoppedClock {
    fn now(&self) -> SystemTime {
        SystemTime::UNIX_EPOCH
    }

    fn sleep(&mut self, duration: Duration) {
        self.slept.borrow_mut().push(duration.as_secs());
    }
}

fn answer(status: &str, headers: &[&str], body: &str) -> String {
    let headers: String = headers.iter().map(|line| format!("{line}\r\n")).collect();
    format!(
        "HTTP/1.1 {status}\r\n{headers}content-length: {}\r\nconnection: close\r\n\r\n{body}",
        body.len()
    )
}

fn page(body: &str) -> String {
    answer(
        "200 OK",
        &["content-type: text/markdown; charset=utf-8"],
        body,
    )
}

/// How pulling one page ended: the counts, the line of progress, the waits, and the lines of each request.
struct Pulled {
    summary: Summary,
    line: String,
    slept: Vec<u64>,
    requests: Vec<String>,
}

fn pull_from(folder: &Path, path: &str, answers: &[String]) -> Pulled {
    let service = Service::start(answers);
    let target = service.target(path);
    let mut pulled = pull_all(folder, &[target]);
    pulled.line = pulled.line.replace(&service.address.to_string(), "SERVICE");
    pulled.requests = service.requests();
    pulled
}

fn pull_all(folder: &Path, targets: &[Target]) -> Pulled {
    let store = Store::open(folder).expect("the folder can be made");
    let mut fetcher = Fetcher::new(Limits::default(), StoppedClock::default());
    let mut lines = Vec::new();
    let summary = pull(targets, &store, &mut fetcher, &mut |line| {
        lines.push(line.to_owned());
    });
    Pulled {
        summary: summary.expect("files can be written"),
        line: lines.join("\n"),
        slept: fetcher.clock().slept.borrow().clone(),
        requests: Vec::new(),
    }
}

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().expect("a folder can be made")
}

fn files(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).expect("the folder is there");
    let names = entries.flatten().map(|entry| entry.file_name());
    let mut names: Vec<String> = names
        .map(|name| name.to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

/// Checks that nothing is written, and what is said.
#[track_caller]
fn check_failure(answers: &[String], slept: &[u64], expected: &str) {
    let folder = folder();
    let pulled = pull_from(folder.path(), "/a.md", answers);
    assert_eq!(pulled.summary.failed, 1, "{}", pulled.line);
    assert!(pulled.line.contains(expected), "{}", pulled.line);
    assert_eq!(pulled.slept, slept);
    assert_eq!(pulled.requests.len(), answers.len());
    assert_eq!(files(folder.path()), [""; 0]);
}

#[test]
fn the_markdown_of_a_page_is_fetched_and_kept_with_its_version() {
    let folder = folder();
    let first = answer(
        "200 OK",
        &[
            "content-type: text/markdown",
            "etag: \"one\"",
            "last-modified: Thu, 01 Jan 1970 00:00:09 GMT",
        ],
        "# Return a Book\n",
    );
    let pulled = pull_from(folder.path(), "/a.html?x=1#top", &[first]);
    assert_eq!(pulled.summary.new, 1, "{}", pulled.line);
    assert_eq!(pulled.line, "[1/1] page.md new");
    assert!(pulled.requests[0].starts_with("GET /a.md?x=1 HTTP/1.1\r\n"));
    let request = pulled.requests[0].to_lowercase();
    assert!(request.contains("user-agent: pingone-docs-pull/"));
    assert!(request.contains("accept: text/markdown"));
    assert!(!request.contains("if-none-match"));
    assert_eq!(files(folder.path()), ["page.md", "page.md.version.json"]);
    let text = std::fs::read_to_string(folder.path().join("page.md")).expect("it is there");
    assert_eq!(text, "# Return a Book\n");
}

#[test]
fn a_page_that_is_there_is_asked_for_with_its_version() {
    let folder = folder();
    let headers = [
        "content-type: text/plain",
        "etag: \"one\"",
        "last-modified: Thu, 01 Jan 1970 00:00:09 GMT",
    ];
    let answers = [
        answer("200 OK", &headers, "one"),
        answer("304 Not Modified", &[], ""),
        answer("200 OK", &headers, "two"),
        answer("200 OK", &headers, "two"),
    ];
    let service = Service::start(&answers);
    let target = [service.target("/a.md")];
    let pull = || pull_all(folder.path(), &target);
    assert_eq!(pull().summary.new, 1);
    assert_eq!(pull().summary.unchanged, 1);
    std::fs::write(folder.path().join("page.md"), "edited").expect("can be written");
    assert_eq!(pull().summary.changed, 1);
    assert_eq!(pull().summary.unchanged, 1);
    let requests = service.requests();
    let conditional: Vec<bool> = requests
        .iter()
        .map(|request| {
            let request = request.to_lowercase();
            let etag = request.contains("if-none-match: \"one\"\r\n");
            let date = request.contains("if-modified-since: thu, 01 jan 1970 00:00:09 gmt\r\n");
            assert_eq!(etag, date);
            etag
        })
        .collect();
    assert_eq!(conditional, [false, true, false, true]);
}

#[test]
fn a_page_without_markdown_is_fetched_at_its_own_address() {
    let folder = folder();
    let answers = [answer("404 Not Found", &[], ""), page("text")];
    let pulled = pull_from(folder.path(), "/a.html", &answers);
    assert_eq!(pulled.summary.new, 1, "{}", pulled.line);
    assert!(pulled.requests[1].starts_with("GET /a.html HTTP"));
    assert_eq!(pulled.slept, [1]);
}

#[test]
fn a_page_that_is_gone_is_an_error_and_not_asked_for_again() {
    let missing = answer("404 Not Found", &[], "no");
    check_failure(
        &[missing],
        &[],
        "http://SERVICE/a.md answered 404 Not Found",
    );
}

#[test]
fn a_service_that_asks_to_wait_gets_its_time() {
    let folder = folder();
    let answers = [
        answer("429 Too Many Requests", &["retry-after: 7"], ""),
        answer(
            "503 Service Unavailable",
            &["retry-after: Thu, 01 Jan 1970 00:00:42 GMT"],
            "",
        ),
        answer("502 Bad Gateway", &[], ""),
        page("text"),
    ];
    let pulled = pull_from(folder.path(), "/a.md", &answers);
    assert_eq!(pulled.summary.new, 1, "{}", pulled.line);
    // Each wait is followed by the second that lies between any two requests.
    assert_eq!(pulled.slept, [7, 1, 42, 1, 8, 1]);
}

#[test]
fn attempts_and_waits_are_bounded() {
    let busy = answer("429 Too Many Requests", &[], "");
    check_failure(
        &[busy.clone(), busy.clone(), busy.clone(), busy],
        &[2, 1, 4, 1, 8, 1],
        "answered 429 Too Many Requests",
    );
    check_failure(
        &[answer("429 Too Many Requests", &["retry-after: 3600"], "")],
        &[],
        "asks to wait 3600 s, more than the 120 s that are waited",
    );
}

#[test]
fn a_page_larger_than_the_reader_takes_is_refused() {
    let large = "x".repeat(pingone_drift::MAX_PAGE_BYTES + 1);
    let headers = "HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\nconnection: close\r\n";
    let endless = format!("{headers}\r\n{large}");
    check_failure(&[page(&large)], &[], "has more than the 262144 bytes");
    check_failure(&[endless], &[], "has more than the 262144 bytes");
    let folder = folder();
    let largest = &large[1..];
    let pulled = pull_from(folder.path(), "/a.md", &[page(largest)]);
    assert_eq!(pulled.summary.new, 1, "{}", pulled.line);
}

#[test]
fn a_redirect_is_followed_on_the_same_service_only() {
    let folder = folder();
    let moved = answer("301 Moved Permanently", &["location: /b.md#part"], "");
    let pulled = pull_from(folder.path(), "/a.md", &[moved, page("text")]);
    assert_eq!(pulled.summary.new, 1, "{}", pulled.line);
    assert!(pulled.requests[1].starts_with("GET /b.md HTTP"));

    let elsewhere = answer("302 Found", &["location: https://example.com/a.md"], "");
    check_failure(
        &[elsewhere],
        &[],
        "http://SERVICE/a.md redirects to https://example.com/a.md, which is another service",
    );
    let nowhere = answer("302 Found", &[], "");
    check_failure(&[nowhere], &[], "redirects without a usable address");
    let round = answer("302 Found", &["location: /a.md"], "");
    check_failure(&vec![round; 6], &[1; 5], "redirects more than 5 times");
}

#[test]
fn a_body_that_ends_early_is_asked_for_again_and_never_kept() {
    let cut = "HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\ncontent-length: 9\r\nconnection: close\r\n\r\nhalf";
    let cut = cut.to_owned();
    check_failure(
        &[cut.clone(), cut.clone(), cut.clone(), cut.clone()],
        &[2, 1, 4, 1, 8, 1],
        "could not be read to its end",
    );
    let folder = folder();
    std::fs::write(folder.path().join("page.md"), "old").expect("can be written");
    let pulled = pull_from(folder.path(), "/a.md", &[cut, page("whole new")]);
    assert_eq!(pulled.summary.changed, 1, "{}", pulled.line);
    let text = std::fs::read_to_string(folder.path().join("page.md")).expect("it is there");
    assert_eq!(text, "whole new");
}

#[test]
fn what_is_neither_markdown_nor_text_is_refused() {
    let html = answer("200 OK", &["content-type: text/html"], "<p>");
    check_failure(
        &[html],
        &[],
        "is `text/html`, and pages are read as Markdown or text",
    );
    let unnamed = answer("200 OK", &[], "text");
    check_failure(&[unnamed], &[], "is ``, and pages are read");
    check_failure(&[page("")], &[], "has an empty body");
    let unasked = answer("304 Not Modified", &[], "");
    check_failure(&[unasked], &[], "answered 304 Not Modified");
}

#[test]
fn a_service_that_cannot_be_reached_ends_the_run() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
    let address = listener.local_addr().expect("it has an address");
    drop(listener);
    let target = |file: &str| Target {
        file: file.to_owned(),
        url: super::address(&format!("http://{address}/{file}")).expect("an address"),
    };
    let folder = folder();
    let pulled = pull_all(
        folder.path(),
        &[target("a.md"), target("b.md"), target("c.md")],
    );
    assert_eq!((pulled.summary.failed, pulled.summary.untried), (1, 2));
    assert!(
        pulled.line.contains("cannot be reached: "),
        "{}",
        pulled.line
    );
    assert!(!pulled.line.contains("b.md"), "{}", pulled.line);
    assert_eq!(pulled.slept, [2, 1, 4, 1, 8, 1]);
    assert_eq!(files(folder.path()), [""; 0]);
}

#[test]
fn one_missing_page_does_not_keep_the_others_from_being_fetched() {
    let folder = folder();
    let service = Service::start(&[answer("404 Not Found", &[], ""), page("text")]);
    let targets = ["a.md", "b.md"].map(|file| Target {
        file: file.to_owned(),
        ..service.target(&format!("/{file}"))
    });
    let pulled = pull_all(folder.path(), &targets);
    assert_eq!((pulled.summary.failed, pulled.summary.new), (1, 1));
    assert!(pulled.line.ends_with("[2/2] b.md new"), "{}", pulled.line);
    assert_eq!(service.requests().len(), 2);
}

#[test]
fn an_address_is_safe_or_on_this_machine() {
    for text in [
        "https://example.com/a.html",
        "http://127.0.0.1:8080/a",
        "http://[::1]/a",
        "http://localhost/a",
    ] {
        assert!(address(text).is_ok(), "{text}");
    }
    for text in [
        "http://example.com/a.html",
        "http://localhost.example.com/a",
        "ftp://127.0.0.1/a",
        "file:///etc/passwd",
        "a.html",
    ] {
        assert!(address(text).is_err(), "{text}");
    }
}

#[test]
fn the_pages_of_ledger_and_document_are_each_fetched_once() {
    let read = |file: &str| std::fs::read_to_string(crate::root().join(file)).expect(file);
    let document = Document::parse("spec/pingone.yaml", read("spec/pingone.yaml")).expect("valid");
    let ledger = Ledger::parse(&read("spec/docs.lock")).expect("a ledger");
    let targets = targets(&ledger, &document).expect("addresses");
    let urls: BTreeSet<&Url> = targets.iter().map(|target| &target.url).collect();
    let files: BTreeSet<&String> = targets.iter().map(|target| &target.file).collect();
    assert_eq!((urls.len(), files.len()), (targets.len(), targets.len()));
    assert!(targets.len() > ledger.pages.len());
    assert_eq!(targets[0].file, ledger.pages[0].file);
    let named = file_of(&address("https://example.com/pingone-api/a/b-1.html#x").expect("valid"));
    assert_eq!(named, "pingone-api_a_b-1.md");
}

#[test]
fn a_ledger_cannot_name_a_file_elsewhere() {
    for file in [
        "../a.md", "/a.md", ".a.md", "a/b.md", "a\\b.md", "a.json", "",
    ] {
        assert_eq!(plain_name(file), None, "{file}");
    }
    assert_eq!(plain_name("000_a.txt").as_deref(), Some("000_a.txt"));
}

/// What is said of a site with these answers; `SERVICE` is its address.
#[track_caller]
fn check_news(answers: &[String], expected: &[&str]) {
    let service = Service::start(answers);
    let site = address(&format!("http://{}/api/a.html", service.address)).expect("an address");
    let known = [Known {
        file: "a.md".to_owned(),
        title: "Return a Book".to_owned(),
        url: site.clone(),
    }];
    let mut fetcher = Fetcher::new(Limits::default(), StoppedClock::default());
    let llms = site.join("/llms.txt").expect("an address");
    let lines = news_of(Some(&llms), None, &known, &mut fetcher);
    let name = service.address.to_string();
    let lines: Vec<String> = lines
        .iter()
        .map(|line| line.replace(&name, "SERVICE"))
        .collect();
    assert_eq!(lines, expected);
    let requests = service.requests();
    assert_eq!(requests.len(), answers.len());
    assert!(requests[0].starts_with("GET /llms.txt HTTP"));
}

#[test]
fn an_index_and_its_feed_tell_what_is_new_and_what_will_change() {
    let index =
        "- [Return a Book](/api/a.md)\n- [Lend a Book](/api/b.md)\n- [Changes](/changes.xml)\n";
    let feed = "<rss><channel><item><title>Return a Book is deprecated</title><link>/changes/1</link></item></channel></rss>";
    let answers = [
        answer("200 OK", &["content-type: text/plain"], index),
        answer("200 OK", &["content-type: application/rss+xml"], feed),
    ];
    let expected = [
        "new: Lend a Book at http://SERVICE/api/b",
        "announced: a.md: Return a Book is deprecated (/changes/1)",
    ];
    check_news(&answers, &expected);
}

#[test]
fn a_site_without_an_index_or_with_a_broken_feed_says_so() {
    let missing = answer("404 Not Found", &[], "no");
    let note = "note: the index was not read: http://SERVICE/llms.txt answered 404 Not Found";
    check_news(&[missing], &[note]);
    let answers = [
        answer(
            "200 OK",
            &["content-type: text/plain"],
            "- [Return a Book](/api/a.md)\n- [Changes](/changes.xml)\n",
        ),
        answer("200 OK", &["content-type: text/html"], "<html></html>"),
    ];
    let note = "note: the feed was not read: http://SERVICE/changes.xml is `text/html`, and pages are read as Markdown or text: correct the address in spec/pingone.yaml or spec/docs.lock";
    check_news(&answers, &[note]);
}
