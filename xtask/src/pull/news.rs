//! What a site says of its pages as a whole: its `llms.txt`, and the feed of its changelog.

use quick_xml::Reader;
use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::{BytesStart, Event};
use url::Url;

/// A page that the ledger or the document knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Known {
    pub(super) file: String,
    /// The title in the ledger; empty for a page that only the document names.
    pub(super) title: String,
    pub(super) url: Url,
}

/// A link of `llms.txt`, or an entry of a feed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) title: String,
    pub(super) link: String,
    /// The rest of what is said.
    pub(super) text: String,
}

/// The links of an `llms.txt`: lists of `[TITLE](ADDRESS): DESCRIPTION`.
pub(super) fn links(text: &str) -> Vec<Entry> {
    let link = |line: &str| {
        let (_, rest) = line.split_once('[')?;
        let (title, rest) = rest.split_once("](")?;
        let (link, text) = rest.split_once(')')?;
        Some(Entry {
            title: title.trim().to_owned(),
            link: link.trim().to_owned(),
            text: text.trim_start_matches(':').trim().to_owned(),
        })
    };
    let items = text.lines().map(str::trim_start);
    let items = items.filter(|line| line.starts_with(['-', '*']));
    items.filter_map(link).collect()
}

/// The entries of a feed in RSS or Atom.
///
/// # Errors
/// When the text is not XML.
pub(super) fn entries(text: &str) -> Result<Vec<Entry>, String> {
    let mut reader = Reader::from_str(text);
    let mut entries = Vec::new();
    let mut entry: Option<Entry> = None;
    let mut inside = String::new();
    loop {
        let event = reader.read_event().map_err(|error| error.to_string())?;
        let text = match event {
            Event::Eof => return Ok(entries),
            Event::Start(tag) | Event::Empty(tag) => {
                inside = name(&tag);
                match (inside.as_str(), &mut entry) {
                    ("item" | "entry", _) => entry = Some(Entry::default()),
                    // Atom has its addresses in attributes.
                    ("link", Some(entry)) if entry.link.is_empty() => {
                        entry.link = attribute(&tag, b"href");
                    }
                    _ => {}
                }
                continue;
            }
            Event::End(tag) => {
                if matches!(tag.local_name().as_ref(), b"item" | b"entry") {
                    entries.extend(entry.take());
                }
                inside.clear();
                continue;
            }
            Event::Text(text) => text.decode().map(|text| text.into_owned()),
            Event::CData(text) => text.decode().map(|text| text.into_owned()),
            Event::GeneralRef(reference) => {
                let code = reference.resolve_char_ref().ok().flatten();
                reference.decode().map(|name| {
                    let known = resolve_predefined_entity(&name).map(str::to_owned);
                    code.map(String::from).or(known).unwrap_or_default()
                })
            }
            _ => continue,
        };
        let text = text.map_err(|error| error.to_string())?;
        let Some(entry) = &mut entry else { continue };
        match inside.as_str() {
            "title" => entry.title.push_str(&text),
            "link" => entry.link.push_str(text.trim()),
            _ => {
                entry.text.push_str(&text);
                entry.text.push(' ');
            }
        }
    }
}

fn name(tag: &BytesStart<'_>) -> String {
    String::from_utf8_lossy(tag.local_name().as_ref()).into_owned()
}

fn attribute(tag: &BytesStart<'_>, key: &[u8]) -> String {
    let value = tag
        .attributes()
        .flatten()
        .find(|own| own.key.as_ref() == key);
    value.map_or_else(String::new, |own| {
        String::from_utf8_lossy(&own.value).into_owned()
    })
}

/// The first link of an `llms.txt` to a feed.
pub(super) fn feed(links: &[Entry], site: &Url) -> Option<Url> {
    let is_feed = |link: &str| {
        let path = link.split(['?', '#']).next().unwrap_or_default();
        [".xml", ".rss", ".atom"]
            .iter()
            .any(|end| path.ends_with(end))
    };
    let found = links.iter().find(|entry| is_feed(&entry.link))?;
    site.join(&found.link).ok()
}

/// What `llms.txt` lists and nobody knows, and what it lists no more; one line for each page.
pub(super) fn listed(links: &[Entry], known: &[Known], site: &Url) -> Vec<String> {
    let listed: Vec<(&Entry, Url)> = links
        .iter()
        .filter_map(|entry| Some((entry, plain(&site.join(&entry.link).ok()?))))
        .collect();
    let has = |url: &Url| listed.iter().any(|(_, other)| *other == plain(url));
    let mut lines = Vec::new();
    let mut moved = Vec::new();
    for page in known.iter().filter(|page| !has(&page.url)) {
        let new = listed.iter().find(|(entry, url)| {
            !page.title.is_empty()
                && entry.title == page.title
                && !known.iter().any(|other| plain(&other.url) == *url)
        });
        match new {
            Some((_, url)) => {
                moved.push(url.clone());
                lines.push(format!("moved: {} from {} to {url}", page.file, page.url));
            }
            None => lines.push(format!("no longer listed: {} at {}", page.file, page.url)),
        }
    }
    let folders: Vec<String> = known.iter().map(|page| folder(&page.url)).collect();
    for (entry, url) in &listed {
        let is_known = known.iter().any(|page| plain(&page.url) == *url);
        // A site has pages about everything; those beside known ones are of interest.
        let beside = folders.contains(&folder(url));
        if !is_known && beside && !moved.contains(url) {
            lines.push(format!("new: {} at {url}", entry.title));
        }
    }
    lines
}

/// The entries of a feed that name a known page, by its address or its title; one line for each.
pub(super) fn announced(entries: &[Entry], known: &[Known]) -> Vec<String> {
    let mut lines = Vec::new();
    for entry in entries {
        let said = format!("{} {} {}", entry.title, entry.link, entry.text);
        for page in known {
            let address = plain(&page.url);
            let named = said.contains(address.path().trim_end_matches('/'))
                || !page.title.is_empty() && said.contains(&page.title);
            if named {
                let (title, link) = (entry.title.trim(), &entry.link);
                lines.push(format!("announced: {}: {title} ({link})", page.file));
            }
        }
    }
    lines
}

/// An address without what tells the forms of one page apart.
fn plain(url: &Url) -> Url {
    let mut plain = url.clone();
    plain.set_fragment(None);
    plain.set_query(None);
    let path = plain.path();
    let path = path.strip_suffix(".md").or(path.strip_suffix(".html"));
    if let Some(path) = path.map(str::to_owned) {
        plain.set_path(&path);
    }
    plain
}

fn folder(url: &Url) -> String {
    let path = url.path().rsplit_once('/').map_or("", |(folder, _)| folder);
    format!("{}{path}", url.origin().ascii_serialization())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known(file: &str, title: &str, path: &str) -> Known {
        Known {
            file: file.to_owned(),
            title: title.to_owned(),
            url: address(path),
        }
    }

    fn address(path: &str) -> Url {
        Url::parse("https://docs.example.com/")
            .and_then(|site| site.join(path))
            .expect("an address")
    }

    const INDEX: &str = "# Books\n\n> All of it.\n\n## Loans\n\n- [Extend a Loan](/api/loans/extend.md): Keeps a book.\n\
        - [End a Loan](https://docs.example.com/api/loans/end-loan.md)\n- [Lend a Book](/api/loans/lend.md)\n\
        - [About us](/about.md)\n- [Changelog](/feed.xml)\n";

    #[test]
    fn an_index_tells_what_is_new_what_has_moved_and_what_is_gone() {
        let pages = [
            known("extend.md", "Extend a Loan", "/api/loans/extend.html"),
            known("end.md", "End a Loan", "/api/loans/end.html"),
            known("lose.md", "Lose a Book", "/api/loans/lose.html"),
        ];
        let links = links(INDEX);
        let expected = [
            "moved: end.md from https://docs.example.com/api/loans/end.html to https://docs.example.com/api/loans/end-loan",
            "no longer listed: lose.md at https://docs.example.com/api/loans/lose.html",
            "new: Lend a Book at https://docs.example.com/api/loans/lend",
        ];
        assert_eq!(listed(&links, &pages, &address("/llms.txt")), expected);
        let feed = feed(&links, &address("/llms.txt"));
        assert_eq!(feed, Some(address("/feed.xml")));
    }

    #[test]
    fn feeds_in_both_languages_announce_known_pages() {
        let pages = [
            known("extend.md", "Extend a Loan", "/api/loans/extend.html"),
            known("end.md", "End a Loan", "/api/loans/end.html"),
        ];
        let rss = "<?xml version='1.0'?><rss><channel><title>News about Extend a Loan</title><item><title>Loans &amp; more</title>\
            <link>https://docs.example.com/news/1</link><description><![CDATA[<a href=\"/api/loans/end.html\">Changes</a>]]></description>\
            </item></channel></rss>";
        let found = announced(&entries(rss).expect("XML"), &pages);
        assert_eq!(
            found,
            ["announced: end.md: Loans & more (https://docs.example.com/news/1)"]
        );
        let atom = "<feed><entry><title>Extend a Loan is deprecated</title><link href='https://docs.example.com/news/2'/></entry></feed>";
        let found = announced(&entries(atom).expect("XML"), &pages);
        assert_eq!(
            found,
            ["announced: extend.md: Extend a Loan is deprecated (https://docs.example.com/news/2)"]
        );
        assert!(entries("<feed><entry></wrong></feed>").is_err());
    }
}
