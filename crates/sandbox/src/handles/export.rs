//! The journal in the forms of other tools.

use std::fmt::Write;

use crate::journal::Entry;

/// Headers that a client makes itself, and makes wrong if it is told.
const OF_THE_CONNECTION: &[&str] = &["host", "connection", "content-length", "transfer-encoding"];

fn headers(entry: &Entry) -> impl Iterator<Item = &(String, String)> {
    let own = |(name, _): &&(String, String)| !OF_THE_CONNECTION.contains(&name.as_str());
    entry.request_headers.iter().filter(own)
}

fn title(entry: &Entry) -> String {
    let what = entry.operation.unwrap_or("no operation");
    format!("{} {what} -> {}", entry.number, entry.status)
}

pub(super) fn curl(entries: &[Entry], origin: &str) -> String {
    let mut text = String::new();
    for entry in entries {
        let address = quoted(&format!("{origin}{}", entry.target));
        // Writing to a String cannot fail.
        let _ = write!(
            text,
            "# {}\ncurl --request {} {address}",
            title(entry),
            entry.method
        );
        for (name, value) in headers(entry) {
            let _ = write!(
                text,
                " \\\n  --header {}",
                quoted(&format!("{name}: {value}"))
            );
        }
        if !entry.request_body.is_empty() {
            let _ = write!(text, " \\\n  --data-raw {}", quoted(&entry.request_body));
        } else if entry.method == "POST" || entry.method == "PUT" {
            // Without it a proxy may ask for a length.
            text.push_str(" \\\n  --header 'content-length: 0'");
        }
        text.push_str("\n\n");
    }
    text
}

pub(super) fn http(entries: &[Entry], origin: &str) -> String {
    let mut text = String::new();
    for entry in entries {
        let _ = writeln!(
            text,
            "### {}\n{} {origin}{}",
            title(entry),
            entry.method,
            entry.target
        );
        for (name, value) in headers(entry) {
            let _ = writeln!(text, "{name}: {value}");
        }
        let _ = writeln!(text, "\n{}", entry.request_body);
    }
    text
}

/// A word for a POSIX shell.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::quoted;

    #[test]
    fn words_are_quoted_for_a_shell() {
        assert_eq!(quoted("a b"), "'a b'");
        assert_eq!(quoted("it's $HOME"), r"'it'\''s $HOME'");
    }
}
