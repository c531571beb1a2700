//! HTTP as its specification has it, byte by byte: a client that can also misbehave (RFC 9112).

use serde_json::Value;
use std::io::{BufRead, BufReader, ErrorKind, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

/// Nothing is waited for so long, unless it hangs.
const PATIENCE: Duration = Duration::from_secs(60);

/// An answer.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    /// Names in lower case.
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(it, _)| it == name).map(|(_, value)| value.as_str())
    }

    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        let text = String::from_utf8_lossy(&self.body);
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {} {text}", self.status))
    }

    /// The answer of success.
    #[track_caller]
    pub(crate) fn ok(&self) -> Value {
        assert!((200..300).contains(&self.status), "{} {}", self.status, String::from_utf8_lossy(&self.body));
        self.json()
    }

    /// It refuses, with this status and number, and brings the request's id; the message.
    #[track_caller]
    pub(crate) fn refuses(&self, status: u16, number: u16) -> String {
        let said = self.json();
        let error = &said["error"];
        assert_eq!((self.status, error["code"].clone()), (status, format!("E{number}").into()), "{said}");
        assert_eq!(error["request"].as_str(), self.header("x-request-id"), "{said}");
        error["message"].as_str().expect("an error says what").to_owned()
    }
}

/// A connection.
pub(crate) struct Connection {
    stream: BufReader<TcpStream>,
    token: Option<String>,
}

impl Connection {
    pub(crate) fn new(address: &str, token: Option<&str>) -> std::io::Result<Connection> {
        let stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        stream.set_write_timeout(Some(PATIENCE))?;
        Ok(Connection { stream: BufReader::new(stream), token: token.map(str::to_owned) })
    }

    /// Sends a request.
    pub(crate) fn send(
        &mut self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> std::io::Result<()> {
        let mut text = format!("{method} {path} HTTP/1.1\r\nhost: localhost\r\n");
        if let Some(token) = &self.token {
            text += &format!("authorization: Bearer {token}\r\n");
        }
        if !body.is_empty() || method == "POST" {
            text += &format!("content-length: {}\r\n", body.len());
        }
        headers.iter().for_each(|(name, value)| text += &format!("{name}: {value}\r\n"));
        self.raw(&[text.as_bytes(), b"\r\n", body].concat())
    }

    /// Sends bytes as they are.
    pub(crate) fn raw(&mut self, bytes: &[u8]) -> std::io::Result<()> {
        self.stream.get_mut().write_all(bytes)
    }

    /// The head of the answer; its body is to be read.
    pub(crate) fn head(&mut self) -> std::io::Result<Answer> {
        let status = self.line()?;
        let word = status.split(' ').nth(1).and_then(|word| word.parse().ok());
        let status = word
            .ok_or_else(|| std::io::Error::new(ErrorKind::UnexpectedEof, format!("no answer: {status:?}")))?;
        let mut headers = Vec::new();
        loop {
            let line = self.line()?;
            let Some((name, value)) = line.split_once(':') else { break };
            headers.push((name.to_lowercase(), value.trim().to_owned()));
        }
        Ok(Answer { status, headers, body: Vec::new() })
    }

    /// A line without its end.
    pub(crate) fn line(&mut self) -> std::io::Result<String> {
        let mut line = String::new();
        self.stream.read_line(&mut line)?;
        Ok(line.trim_end().to_owned())
    }

    pub(crate) fn answer(&mut self) -> std::io::Result<Answer> {
        let mut answer = self.head()?;
        let length = answer.header("content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
        answer.body = vec![0; length];
        self.stream.read_exact(&mut answer.body)?;
        Ok(answer)
    }

    pub(crate) fn ask(
        &mut self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> std::io::Result<Answer> {
        self.send(method, path, headers, body)?;
        self.answer()
    }
}
