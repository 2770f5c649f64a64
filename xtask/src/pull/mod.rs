//! `cargo xtask docs pull`: brings the documentation pages into an ignored folder.

mod fetch;
mod news;
mod store;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::{Duration, SystemTime};

use fetch::{Answer, Failure, Fetcher, Limits};
use news::Known;
use pingone_codegen::{Document, lower};
use pingone_drift::Ledger;
use store::{Saved, Store};
use url::Url;

/// The exit code when a page could not be fetched.
const NOT_FETCHED: u8 = 1;

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// The folder for the pages [default: target/docs].
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// The seconds between two requests.
    #[arg(long, value_name = "SECONDS", default_value_t = 1, value_parser = clap::value_parser!(u64).range(..=3600))]
    delay: u64,
    /// The address of the site's index of pages [default: /llms.txt of the first page's site].
    #[arg(long, value_name = "URL")]
    llms: Option<Url>,
    /// The address of the feed of the site's changelog [default: the first feed that the index links].
    #[arg(long, value_name = "URL")]
    feed: Option<Url>,
}

/// Time, so that tests do not wait.
pub(crate) trait Clock {
    /// The time of day.
    fn now(&self) -> SystemTime;
    /// Waits.
    fn sleep(&mut self, duration: Duration);
}

struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> SystemTime {
        SystemTime::now()
    }

    fn sleep(&mut self, duration: Duration) {
        std::thread::sleep(duration);
    }
}

/// A page to fetch, and the file that it goes to.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Target {
    file: String,
    url: Url,
}

/// How many pages ended how.
#[derive(Debug, Default, PartialEq, Eq)]
struct Summary {
    new: usize,
    changed: usize,
    unchanged: usize,
    failed: usize,
    untried: usize,
}

pub(crate) fn run(
    arguments: &Arguments,
    ledger: &Ledger,
    document: &Document,
) -> Result<ExitCode, String> {
    let targets = targets(ledger, document)?;
    let out = arguments
        .out
        .clone()
        .unwrap_or_else(|| crate::root().join("target/docs"));
    let limits = Limits {
        delay: Duration::from_secs(arguments.delay),
        ..Limits::default()
    };
    let store = Store::open(&out)?;
    let mut fetcher = Fetcher::new(limits, SystemClock);
    let summary = pull(&targets, &store, &mut fetcher, &mut |line| {
        println!("{line}")
    })?;
    println!(
        "{} pages in {}: {} new, {} changed, {} unchanged, {} failed, {} not tried",
        targets.len(),
        out.display(),
        summary.new,
        summary.changed,
        summary.unchanged,
        summary.failed,
        summary.untried
    );
    if summary.failed > 0 {
        return Ok(ExitCode::from(NOT_FETCHED));
    }
    let known = known(&targets, ledger);
    let site = &targets[0].url;
    let llms = arguments.llms.clone();
    let llms = llms.or_else(|| site.join("/llms.txt").ok());
    for line in news_of(llms.as_ref(), arguments.feed.as_ref(), &known, &mut fetcher) {
        println!("{line}");
    }
    println!("now run `cargo xtask docs check --pages {}`", out.display());
    Ok(ExitCode::SUCCESS)
}

/// Fetches one page after the other, and stops when the service cannot be reached or wants to be left alone.
fn pull<C: Clock>(
    targets: &[Target],
    store: &Store,
    fetcher: &mut Fetcher<C>,
    progress: &mut dyn FnMut(&str),
) -> Result<Summary, String> {
    let mut summary = Summary::default();
    for (index, target) in targets.iter().enumerate() {
        let outcome = fetcher.fetch(&target.url, &store.validators(target));
        let word = match outcome {
            Ok(Answer::Page(page)) => match store.save(target, &page)? {
                Saved::New => {
                    summary.new += 1;
                    "new".to_owned()
                }
                Saved::Changed => {
                    summary.changed += 1;
                    "changed".to_owned()
                }
                Saved::Unchanged => {
                    summary.unchanged += 1;
                    "unchanged".to_owned()
                }
            },
            Ok(Answer::NotModified) => {
                summary.unchanged += 1;
                "unchanged".to_owned()
            }
            Err(failure) => {
                summary.failed += 1;
                if failure.ends_the_run() {
                    summary.untried = targets.len() - index - 1;
                }
                format!("failed: {}", chain(&failure))
            }
        };
        progress(&format!(
            "[{}/{}] {} {word}",
            index + 1,
            targets.len(),
            target.file
        ));
        if summary.untried > 0 {
            break;
        }
    }
    Ok(summary)
}

/// The pages that are fetched, with the titles that the ledger has for them.
fn known(targets: &[Target], ledger: &Ledger) -> Vec<Known> {
    let title = |target: &Target| {
        let mut records = ledger.pages.iter();
        let record = records.find(|record| record.file == target.file);
        record.map_or_else(String::new, |record| record.title.clone())
    };
    let known = targets.iter().map(|target| Known {
        file: target.file.clone(),
        title: title(target),
        url: target.url.clone(),
    });
    known.collect()
}

/// What the site says of pages that are new, have moved, or are going to change, in lines.
///
/// A site without an index or a feed is no failure: its pages have been fetched.
fn news_of<C: Clock>(
    llms: Option<&Url>,
    feed: Option<&Url>,
    known: &[Known],
    fetcher: &mut Fetcher<C>,
) -> Vec<String> {
    let mut lines = Vec::new();
    let mut feed = feed.cloned();
    if let Some(url) = llms {
        match read(url, fetcher) {
            Ok(text) => {
                let links = news::links(&text);
                lines.extend(news::listed(&links, known, url));
                feed = feed.or_else(|| news::feed(&links, url));
            }
            Err(error) => lines.push(format!("note: the index was not read: {error}")),
        }
    }
    if let Some(url) = feed {
        let entries = read(&url, fetcher).and_then(|text| news::entries(&text));
        match entries {
            Ok(entries) => lines.extend(news::announced(&entries, known)),
            Err(error) => lines.push(format!("note: the feed was not read: {error}")),
        }
    }
    lines
}

fn read<C: Clock>(url: &Url, fetcher: &mut Fetcher<C>) -> Result<String, String> {
    let url = address(url.as_str())?;
    fetcher.index(&url).map_err(|failure| chain(&failure))
}

/// An error with its causes, on one line.
fn chain(failure: &Failure) -> String {
    let mut text = failure.to_string();
    let mut source = std::error::Error::source(failure);
    while let Some(cause) = source {
        text.push_str(&format!(": {cause}"));
        source = cause.source();
    }
    text
}

/// The pages of the ledger under the names that it gives them, then those of the document that it lacks.
fn targets(ledger: &Ledger, document: &Document) -> Result<Vec<Target>, String> {
    let mut targets = Vec::new();
    for record in &ledger.pages {
        let file = plain_name(&record.file).ok_or_else(|| {
            format!(
                "the ledger has `{}`, which is no name of a file",
                record.file
            )
        })?;
        targets.push(Target {
            url: address(&record.url).map_err(|error| format!("page `{file}`: {error}"))?,
            file,
        });
    }
    let mut known: BTreeSet<Url> = targets.iter().map(|target| target.url.clone()).collect();
    let api = lower(document).map_err(|error| error.to_string())?;
    let pages = api.operations.iter().filter_map(|operation| {
        let docs = operation.docs.as_ref()?;
        Some((&operation.id, &docs.page))
    });
    for (operation, page) in pages {
        let url = address(page).map_err(|error| format!("operation `{operation}`: {error}"))?;
        if known.insert(url.clone()) {
            targets.push(Target {
                file: file_of(&url),
                url,
            });
        }
    }
    if targets.is_empty() {
        return Err("neither the ledger nor the document names a page".to_owned());
    }
    Ok(targets)
}

fn plain_name(file: &str) -> Option<String> {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
    let text = [".txt", ".md"].iter().any(|end| file.ends_with(end));
    (text && !file.starts_with('.') && file.chars().all(plain)).then(|| file.to_owned())
}

/// A name that only this address has: its path with dashes.
fn file_of(url: &Url) -> String {
    let path = url.path().trim_matches('/');
    let path = path.strip_suffix(".html").unwrap_or(path);
    let path = path.strip_suffix(".md").unwrap_or(path);
    let plain = |c: char| {
        if c.is_ascii_alphanumeric() || c == '-' {
            c
        } else {
            '_'
        }
    };
    format!("{}.md", path.chars().map(plain).collect::<String>())
}

fn address(text: &str) -> Result<Url, String> {
    let mut url = Url::parse(text).map_err(|error| format!("`{text}` is no address: {error}"))?;
    url.set_fragment(None);
    if !fetch::is_safe(&url) {
        return Err(format!(
            "`{text}` is neither https nor on this machine, and is not fetched"
        ));
    }
    Ok(url)
}
