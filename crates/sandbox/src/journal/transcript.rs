//! Requests and answers as the journal keeps them.

use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, HeaderName, HeaderValue};

use super::mask;

/// How many bytes of a body are kept.
const BODY: usize = 64 * 1024;

/// What went over the wire for one request, copied into one piece of memory.
///
/// Most of it is dropped without ever being read. Maps of headers would be many pieces, some of which would hold on to
/// the buffer of a connection.
#[derive(Debug)]
pub(crate) struct Transcript {
    bytes: Vec<u8>,
    /// Where the target, the head and the body of the request and the head of the answer end.
    ends: [usize; 4],
    is_cut: [bool; 2],
}

/// A request or an answer: its headers, a line for each, and its body.
pub(super) struct Message<'a> {
    head: &'a [u8],
    body: &'a [u8],
    is_cut: bool,
}

impl Transcript {
    /// Copies a request and its answer into this room, in place of what it holds.
    pub(crate) fn new(
        mut bytes: Vec<u8>,
        target: &str,
        request: (&HeaderMap, &[u8]),
        answer: (&HeaderMap, &[u8]),
    ) -> Self {
        let (asked, answered) = (cut(request.1), cut(answer.1));
        let heads = head_length(request.0) + head_length(answer.0);
        let length = target.len() + heads + asked.len() + answered.len();
        bytes.clear();
        // One long exchange must not leave its room to a short one for ever.
        bytes.shrink_to(4 * length);
        bytes.reserve_exact(length);
        let mut ends = [0; 4];
        bytes.extend_from_slice(target.as_bytes());
        ends[0] = bytes.len();
        write_head(&mut bytes, request.0);
        ends[1] = bytes.len();
        bytes.extend_from_slice(asked);
        ends[2] = bytes.len();
        write_head(&mut bytes, answer.0);
        ends[3] = bytes.len();
        bytes.extend_from_slice(answered);
        Self {
            bytes,
            ends,
            is_cut: [
                asked.len() < request.1.len(),
                answered.len() < answer.1.len(),
            ],
        }
    }

    pub(super) fn into_room(self) -> Vec<u8> {
        self.bytes
    }

    /// Path and query.
    pub(super) fn target(&self, revealed: bool) -> String {
        let target = String::from_utf8_lossy(&self.bytes[..self.ends[0]]);
        if revealed {
            target.into_owned()
        } else {
            mask::target(&target)
        }
    }

    pub(super) fn request(&self) -> Message<'_> {
        let [target, head, body, _] = self.ends;
        Message {
            head: &self.bytes[target..head],
            body: &self.bytes[head..body],
            is_cut: self.is_cut[0],
        }
    }

    pub(super) fn answer(&self) -> Message<'_> {
        let [_, _, body, head] = self.ends;
        Message {
            head: &self.bytes[body..head],
            body: &self.bytes[head..],
            is_cut: self.is_cut[1],
        }
    }
}

fn cut(body: &[u8]) -> &[u8] {
    &body[..body.len().min(BODY)]
}

fn head_length(headers: &HeaderMap) -> usize {
    let line = |(name, value): (&HeaderName, &HeaderValue)| name.as_str().len() + value.len() + 2;
    headers.iter().map(line).sum()
}

fn write_head(bytes: &mut Vec<u8>, headers: &HeaderMap) {
    for (name, value) in headers {
        bytes.extend_from_slice(name.as_str().as_bytes());
        bytes.push(b':');
        bytes.extend_from_slice(value.as_bytes());
        bytes.push(b'\n');
    }
}

impl Message<'_> {
    fn lines(&self) -> impl Iterator<Item = (&str, &[u8])> {
        let lines = self.head.split(|byte| *byte == b'\n');
        lines.filter_map(|line| {
            let end = line.iter().position(|byte| *byte == b':')?;
            let name = std::str::from_utf8(&line[..end]).ok()?;
            Some((name, &line[end + 1..]))
        })
    }

    /// Names and values in the order of the names.
    pub(super) fn headers(&self, revealed: bool) -> Vec<(String, String)> {
        let shown = |(name, value): (&str, &[u8])| {
            let value = String::from_utf8_lossy(value);
            let value = if revealed {
                value.into_owned()
            } else {
                mask::header(name, &value)
            };
            (name.to_owned(), value)
        };
        let mut headers: Vec<_> = self.lines().map(shown).collect();
        headers.sort();
        headers
    }

    pub(super) fn body(&self, revealed: bool) -> String {
        let mut text = if revealed {
            String::from_utf8_lossy(self.body).into_owned()
        } else {
            let is_content_type = |(name, _): &(&str, &[u8])| *name == CONTENT_TYPE.as_str();
            let content_type = self.lines().find(is_content_type);
            let content_type = content_type.and_then(|(_, value)| std::str::from_utf8(value).ok());
            mask::body(self.body, content_type)
        };
        if self.is_cut {
            text.push_str(" (cut)");
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use axum::http::header::{ACCEPT, LOCATION};

    use super::*;

    #[test]
    fn what_was_kept_is_what_there_was() {
        let mut headers = HeaderMap::new();
        headers.insert(LOCATION, HeaderValue::from_static("http://example.com/:a"));
        headers.append(ACCEPT, HeaderValue::from_static("b"));
        headers.append(ACCEPT, HeaderValue::from_static(""));
        let none = HeaderMap::new();
        let kept = Transcript::new(Vec::new(), "/a?b", (&none, b"x:y\nz"), (&headers, b"{}"));
        assert_eq!(kept.target(false), "/a?b");
        assert!(kept.request().headers(true).is_empty());
        assert_eq!(kept.request().body(true), "x:y\nz");
        let expected = [
            ("accept", ""),
            ("accept", "b"),
            ("location", "http://example.com/:a"),
        ];
        let expected = expected.map(|(name, value)| (name.to_owned(), value.to_owned()));
        assert_eq!(kept.answer().headers(true), expected);
        assert_eq!(kept.answer().body(true), "{}");
    }

    #[test]
    fn a_short_exchange_gives_back_most_of_a_long_ones_room() {
        let none = HeaderMap::new();
        let long = Transcript::new(Vec::new(), "", (&none, &[b'x'; BODY]), (&none, b""));
        let short = Transcript::new(long.into_room(), "/a", (&none, b""), (&none, b"{}"));
        assert!(short.into_room().capacity() < 1024);
    }

    #[test]
    fn a_long_body_is_cut() {
        let none = HeaderMap::new();
        let body = vec![b'x'; BODY + 1];
        let kept = Transcript::new(vec![1, 2], "", (&none, &body), (&none, &body[1..]));
        assert!(kept.request().body(true).ends_with("x (cut)"));
        assert_eq!(kept.answer().body(true).len(), BODY);
    }
}
