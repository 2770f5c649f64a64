//! What a read, a look-up and a change cost, and what a million reads leave behind. Talks to nothing but itself, and
//! stops by itself.
//!
//! ```text
//! cargo run --profile bench -p pingone-sandbox --example load [-- REQUESTS]
//! ```
//!
//! It fails if a read costs more than twice the processor time of a bare axum route that returns the same headers and
//! the same bytes, if a look-up among 10,000 users costs more than twice what it costs among 10, or if the memory grows.
//! All of it is read from `/proc`, so it needs Linux, and `taskset` of util-linux.

#![expect(
    clippy::disallowed_methods,
    reason = "it measures how long something takes"
)]

use std::error::Error;
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::process::{Command, ExitCode};

use axum::Router;
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use axum::routing::get;
use pingone_sandbox::{Config, NewUser};

const ROUNDS: u64 = 31;
const PER_ROUND: u64 = 2_000;
/// How many requests are sent at once where only their number matters.
const BATCH: u64 = 20;
const BARE: &str = "bare-axum";

/// Runs everything on one processor: to wake a second one that sleeps costs several times what a request does, and
/// happens to the slower of two servers only.
fn main() -> Result<ExitCode, Box<dyn Error>> {
    let allowed = status("Cpus_allowed_list")?;
    let Some((first, _)) = allowed.split_once(['-', ',']) else {
        return measure().map(|()| ExitCode::SUCCESS);
    };
    let mut again = Command::new("taskset");
    again.args(["--cpu-list", first]);
    again
        .arg(std::env::current_exe()?)
        .args(std::env::args().skip(1));
    let succeeded = again.status()?.success();
    Ok(if succeeded {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

fn measure() -> Result<(), Box<dyn Error>> {
    let requests: u64 = std::env::args()
        .nth(1)
        .map_or(Ok(1_000_000), |text| text.parse())?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let sandbox = runtime.block_on(Config::new().start())?;
    let new = NewUser::new("lindajones")
        .email("linda@example.com")
        .password("2FederateM0re!");
    let user = sandbox.seed_user(new)?;
    let path = format!("/v1/environments/{}/users/{user}", sandbox.environment_id());
    let token = sandbox.access_token();
    let request = format!(
        "GET {path} HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer {}\r\nAccept: application/json\r\n\r\n",
        sandbox.address(),
        token.expose()
    );
    let mut reads = Connection::open(sandbox.address())?;
    let mut bare = Connection::open(bare(reads.send(&request, 1)?)?)?;

    // The two take turns, so that whatever else the machine does strikes both, and the middle of the rounds counts.
    let (mut costs, mut bare_costs) = (Vec::new(), Vec::new());
    for round in 0..=ROUNDS {
        let spent = |name: &str, connection: &mut Connection| -> Result<f64, Box<dyn Error>> {
            let before = processor_time(name)?;
            for _ in 0..PER_ROUND {
                connection.send(&request, 1)?;
            }
            Ok((processor_time(name)? - before) as f64 / PER_ROUND as f64)
        };
        let cost = spent("pingone-sandbox", &mut reads)?;
        let bare_cost = spent(BARE, &mut bare)?;
        // The first round warms up.
        if round > 0 {
            costs.push(cost);
            bare_costs.push(bare_cost);
        }
    }
    report("sandbox", &costs);
    report("bare axum route", &bare_costs);
    let (cost, bare_cost) = (middle(costs), middle(bare_costs));
    let ratio = cost / bare_cost;
    println!(
        "a read costs {:.1} us of the processor, the bare route {:.1} us: {ratio:.2} times as much",
        cost / 1000.0,
        bare_cost / 1000.0
    );

    look_ups(&runtime)?;
    changes(&runtime)?;

    let mut sizes = Vec::new();
    for tenth in 0..=10 {
        sizes.push(memory()?);
        println!(
            "{:>9} requests: {} KiB",
            tenth * requests / 10,
            sizes[tenth as usize]
        );
        if tenth < 10 {
            for _ in 0..requests / 10 / BATCH {
                reads.send(&request, BATCH)?;
            }
        }
    }
    // The first tenth fills the journal.
    let grown = sizes[10] as f64 / sizes[1] as f64;
    println!("from the first tenth to the last the memory became {grown:.3} times as large");
    if ratio > 2.0 || grown > 1.05 {
        return Err("a read costs more than twice the bare route, or the memory grows".into());
    }
    Ok(())
}

/// The filters that find one user, and a page of ten.
const LOOK_UPS: [&str; 8] = [
    r#"filter=username eq "user-7""#,
    r#"filter=email eq "user-7@example.com""#,
    r#"filter=mobilePhone eq "+1.7""#,
    r#"filter=externalId eq "e-7""#,
    r#"filter=address.locality eq "Town 7""#,
    r#"filter=email sw "user-7@""#,
    r#"filter=enabled eq true and externalId eq "e-7""#,
    "limit=10",
];

/// Compares what look-ups cost among few users and among many.
fn look_ups(runtime: &tokio::runtime::Runtime) -> Result<(), Box<dyn Error>> {
    const MANY: usize = 10_000;
    let mut costs = Vec::new();
    for count in [10, MANY] {
        let sandbox = runtime.block_on(Config::new().start())?;
        for number in 0..count {
            let address = serde_json::json!({ "locality": format!("Town {number}") });
            let user = NewUser::new(format!("user-{number}"))
                .email(format!("user-{number}@example.com"))
                .phone(format!("+1.{number}"))
                .attribute("externalId", format!("e-{number}"))
                .attribute("address", address);
            sandbox.seed_user(user)?;
        }
        let mut connection = Connection::open(sandbox.address())?;
        let token = sandbox.access_token();
        for query in LOOK_UPS {
            let query = query
                .replace(' ', "%20")
                .replace('"', "%22")
                .replace('+', "%2B");
            let request = format!(
                "GET /v1/environments/{}/users?{query} HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer {}\r\n\r\n",
                sandbox.environment_id(),
                sandbox.address(),
                token.expose()
            );
            let mut rounds = Vec::new();
            for _ in 0..7 {
                let before = own_time()?;
                connection.send(&request, 100)?;
                rounds.push((own_time()? - before) as f64 / 100_000.0);
            }
            costs.push(middle(rounds));
        }
    }
    for (number, query) in LOOK_UPS.iter().enumerate() {
        let (few, many) = (costs[number], costs[LOOK_UPS.len() + number]);
        let ratio = many / few;
        println!(
            "{query}: {few:.1} us among 10 users, {many:.1} us among {MANY}: {ratio:.2} times as much"
        );
        if ratio > 2.0 {
            return Err(format!("{query} costs more for many users than for few").into());
        }
    }
    Ok(())
}

/// Compares what a change costs without and with a state file. The disk decides, so that nothing is too much.
fn changes(runtime: &tokio::runtime::Runtime) -> Result<(), Box<dyn Error>> {
    const CHANGES: u32 = 300;
    let folder = tempfile::tempdir()?;
    let with_file = Config::new().with_state_file(folder.path().join("state.redb"));
    for (what, config) in [("no", Config::new()), ("a", with_file)] {
        let sandbox = runtime.block_on(config.start())?;
        let user = sandbox.seed_user(NewUser::new("lindajones"))?;
        let body = r#"{"nickname":"L"}"#;
        let request = format!(
            "PATCH /v1/environments/{}/users/{user} HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer {}\r\n\
             Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            sandbox.environment_id(),
            sandbox.address(),
            sandbox.access_token().expose(),
            body.len()
        );
        for clients in [1, 16] {
            let begun = std::time::Instant::now();
            std::thread::scope(|scope| {
                for _ in 0..clients {
                    scope.spawn(|| {
                        let sent =
                            Connection::open(sandbox.address()).and_then(|mut connection| {
                                (0..CHANGES)
                                    .try_for_each(|_| connection.send(&request, 1).map(drop))
                            });
                        sent.map_err(|error| error.to_string())
                    });
                }
            });
            let each = begun.elapsed().as_secs_f64() * 1e6 / f64::from(CHANGES * clients);
            println!("with {what} state file and {clients} clients a change takes {each:.0} us");
        }
    }
    Ok(())
}

/// Prints nanoseconds for `cargo xtask bench`.
fn report(subject: &str, costs: &[f64]) {
    if std::env::var_os("BENCH_JSON").is_some() {
        let low = costs.iter().copied().fold(f64::INFINITY, f64::min) / 1000.0;
        let high = costs.iter().copied().fold(0.0, f64::max) / 1000.0;
        let middle = middle(costs.to_vec()) / 1000.0;
        let line = serde_json::json!({
            "figure": "sandbox, a read", "subject": subject, "unit": "µs of processor time",
            "low": low, "middle": middle, "high": high,
        });
        println!("{line}");
    }
}

fn middle(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// A server with one route, on a thread of its own as a sandbox has.
fn bare(answer: Answer) -> Result<SocketAddr, Box<dyn Error>> {
    let listener = std::net::TcpListener::bind("127.0.0.1:0")?;
    listener.set_nonblocking(true)?;
    let address = listener.local_addr()?;
    let path = "/v1/environments/{environmentId}/users/{userId}";
    let mut headers = HeaderMap::new();
    for (name, value) in answer.headers {
        // These two the server makes itself.
        if name != "content-length" && name != "date" {
            headers.insert(HeaderName::try_from(name)?, HeaderValue::try_from(value)?);
        }
    }
    let body = axum::body::Bytes::from(answer.body);
    let answer = move || async move { (headers, body) };
    let router = Router::new().route(path, get(answer));
    std::thread::Builder::new()
        .name(BARE.to_owned())
        .spawn(move || -> std::io::Result<()> {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()?;
            runtime.block_on(async {
                axum::serve(tokio::net::TcpListener::from_std(listener)?, router).await
            })
        })?;
    Ok(address)
}

/// Nanoseconds that the thread of this name has spent on a processor.
fn processor_time(name: &str) -> Result<u64, Box<dyn Error>> {
    for task in fs::read_dir("/proc/self/task")? {
        let task = task?.path();
        if fs::read_to_string(task.join("comm"))?.trim() == name {
            let times = fs::read_to_string(task.join("schedstat"))?;
            let spent = times.split(' ').next().unwrap_or_default();
            return Ok(spent.parse()?);
        }
    }
    Err(format!("no thread is called {name}").into())
}

/// Nanoseconds that the newest sandbox has spent on a processor.
fn own_time() -> Result<u64, Box<dyn Error>> {
    let mut newest = None;
    for task in fs::read_dir("/proc/self/task")? {
        let task = task?;
        let id: u64 = task.file_name().to_string_lossy().parse()?;
        if fs::read_to_string(task.path().join("comm"))?.trim() == "pingone-sandbox" {
            newest = newest.max(Some((id, task.path())));
        }
    }
    let (_, task) = newest.ok_or("no sandbox runs")?;
    let times = fs::read_to_string(task.join("schedstat"))?;
    let spent = times.split(' ').next().unwrap_or_default();
    Ok(spent.parse()?)
}

/// The resident memory of this process in KiB.
fn memory() -> Result<u64, Box<dyn Error>> {
    let size = status("VmRSS")?;
    Ok(size.trim_end_matches(" kB").parse()?)
}

/// What the system says of this process under a name.
fn status(name: &str) -> Result<String, Box<dyn Error>> {
    let status = fs::read_to_string("/proc/self/status")?;
    let mut lines = status.lines().filter_map(|line| line.split_once(':'));
    let found = lines.find(|(known, _)| *known == name);
    let (_, value) = found.ok_or_else(|| format!("/proc/self/status has no {name}"))?;
    Ok(value.trim().to_owned())
}

struct Connection(BufReader<TcpStream>);

impl Connection {
    fn open(address: SocketAddr) -> Result<Self, Box<dyn Error>> {
        let stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        Ok(Self(BufReader::new(stream)))
    }

    /// Sends a request so many times without waiting in between, and returns the last answer.
    fn send(&mut self, request: &str, times: u64) -> Result<Answer, Box<dyn Error>> {
        let stream = self.0.get_mut();
        stream.write_all(request.repeat(usize::try_from(times)?).as_bytes())?;
        let mut answer = Answer::default();
        let mut line = String::new();
        for _ in 0..times {
            answer.headers.clear();
            line.clear();
            self.0.read_line(&mut line)?;
            if !line.starts_with("HTTP/1.1 200") {
                return Err(format!("the answer is {line}").into());
            }
            let mut length = 0;
            loop {
                line.clear();
                self.0.read_line(&mut line)?;
                let Some((name, value)) = line.trim_end().split_once(": ") else {
                    break;
                };
                if name == "content-length" {
                    length = value.parse()?;
                }
                answer.headers.push((name.to_owned(), value.to_owned()));
            }
            answer.body.resize(length, 0);
            self.0.read_exact(&mut answer.body)?;
        }
        Ok(answer)
    }
}

#[derive(Default)]
struct Answer {
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}
