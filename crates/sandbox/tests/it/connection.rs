//! One connection that is kept, for tests that send thousands of requests.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;

use pingone_sandbox::Sandbox;

pub(crate) struct Connection(BufReader<TcpStream>);

/// An answer as it came.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Connection {
    pub(crate) fn open(sandbox: &Sandbox) -> Self {
        let stream = TcpStream::connect(sandbox.address()).unwrap();
        stream.set_nodelay(true).unwrap();
        Self(BufReader::new(stream))
    }

    pub(crate) fn send(
        &mut self,
        method: &str,
        target: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> Answer {
        let mut head = format!("{method} {target} HTTP/1.1\r\nHost: sandbox\r\n");
        for (name, value) in headers {
            head += &format!("{name}: {value}\r\n");
        }
        head += &format!("Content-Length: {}\r\n\r\n", body.len());
        let request = [head.as_bytes(), body].concat();
        self.0.get_mut().write_all(&request).unwrap();
        let mut line = String::new();
        self.0.read_line(&mut line).unwrap();
        let status = line.split(' ').nth(1).unwrap().parse().unwrap();
        let mut headers = Vec::new();
        let mut length = 0;
        loop {
            line.clear();
            self.0.read_line(&mut line).unwrap();
            let Some((name, value)) = line.trim_end().split_once(": ") else {
                break;
            };
            let name = name.to_lowercase();
            if name == "content-length" {
                length = value.parse().unwrap();
            }
            headers.push((name, value.to_owned()));
        }
        let mut body = vec![0; length];
        self.0.read_exact(&mut body).unwrap();
        Answer {
            status,
            headers,
            body,
        }
    }
}
