//! A node that serves, as commands ask it: HTTP, with what it refuses as an error of the same number.

use crate::cli::Address;
use crate::error::NodeError;
use crate::keys;
use serde_json::Value;
use std::io::{BufRead, BufReader, Read};
use std::net::IpAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use ureq::http::{HeaderValue, Response, StatusCode, Uri, header};
use ureq::tls::{Certificate, PemItem, RootCerts, TlsConfig, parse_pem};
use ureq::{Agent, Body};
use zeroize::Zeroizing;

/// For how long a connection may take, and the head of an answer.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
const ANSWER_TIMEOUT: Duration = Duration::from_secs(120);
/// No answer that is read whole is longer.
const ANSWER_BYTES_MAX: u64 = 256 << 20;
/// No token is longer, nor a file of certificates.
const TOKEN_BYTES_MAX: u64 = 256;
const PEM_BYTES_MAX: u64 = 4 << 20;

const JSON: &str = "application/json";
const CBOR: &str = "application/cbor";

/// A node, reached by HTTP.
pub(crate) struct Remote {
    agent: Agent,
    url: String,
    /// What stands in the header `authorization`.
    token: Option<Zeroizing<String>>,
}

/// Whether a URL can be a node's.
pub(crate) fn check_url(url: &str) -> Result<Uri, NodeError> {
    let wrong = |because: &str| NodeError::Usage(format!("{url:?} is no node's URL: {because}"));
    let uri: Uri = url.parse().map_err(|error| wrong(&format!("{error}")))?;
    let authority = uri.authority().ok_or_else(|| wrong("write it as https://HOST:PORT"))?;
    match uri.scheme_str() {
        Some("http" | "https") => {}
        _ => return Err(wrong("it begins with http:// or https://")),
    }
    if authority.as_str().contains('@') || !matches!(uri.path(), "" | "/") || uri.query().is_some() {
        return Err(wrong("it ends after the host and its port"));
    }
    Ok(uri)
}

/// The host, if it is an address.
fn address(uri: &Uri) -> Option<IpAddr> {
    uri.host()?.trim_start_matches('[').trim_end_matches(']').parse().ok()
}

/// Whether what is sent stays in this machine.
fn is_loopback(uri: &Uri) -> bool {
    uri.host() == Some("localhost") || address(uri).is_some_and(|address| address.is_loopback())
}

impl Remote {
    /// The node of this address.
    ///
    /// # Errors
    ///
    /// A token is not sent where others could read it on the way. Linked statically, names are not looked up.
    pub(crate) fn new(address: &Address) -> Result<Remote, NodeError> {
        let uri = check_url(&address.url)?;
        // With a glibc inside, looking a name up may load parts of the machine's own, which may be another one.
        if cfg!(target_feature = "crt-static") && self::address(&uri).is_none() {
            return Err(NodeError::Usage(format!(
                "this foil is linked statically, and looks up no names: write an address for the host of {}",
                address.url
            )));
        }
        let token = address.token_file.as_deref().map(token).transpose()?;
        if token.is_some() && uri.scheme_str() == Some("http") && !is_loopback(&uri) {
            let url = &address.url;
            return Err(NodeError::Usage(format!(
                "the token would be sent to {url} unencrypted: use https://"
            )));
        }
        let mut tls = TlsConfig::builder();
        if let Some(ca) = &address.ca {
            tls = tls.root_certs(RootCerts::Specific(Arc::new(certificates(ca)?)));
        }
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .proxy(None)
            .user_agent(concat!("foil/", env!("CARGO_PKG_VERSION")))
            .timeout_connect(Some(CONNECT_TIMEOUT))
            .timeout_recv_response(Some(ANSWER_TIMEOUT))
            .tls_config(tls.build());
        let url = address.url.trim_end_matches('/').to_owned();
        Ok(Remote { agent: config.build().new_agent(), url, token })
    }

    /// Where it is.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// A JSON answer.
    pub(crate) fn get(&self, path: &str) -> Result<Value, NodeError> {
        self.value(self.ask(path, JSON)?)
    }

    /// An answer in canonical CBOR, or of another kind that is not JSON.
    pub(crate) fn bytes(&self, path: &str) -> Result<Vec<u8>, NodeError> {
        let mut response = self.ask(path, CBOR)?;
        self.whole(&mut response)
    }

    /// Sends JSON; the JSON answer.
    pub(crate) fn post(&self, path: &str, body: &Value) -> Result<Value, NodeError> {
        self.send(path, JSON, body.to_string().as_bytes())
    }

    /// Sends a body of this kind; the JSON answer.
    pub(crate) fn send(&self, path: &str, kind: &str, body: &[u8]) -> Result<Value, NodeError> {
        let request =
            self.agent.post(format!("{}{path}", self.url)).content_type(kind).header(header::ACCEPT, JSON);
        let request = match self.authorization() {
            Some(it) => request.header(header::AUTHORIZATION, it),
            None => request,
        };
        self.value(self.taken(request.send(body))?)
    }

    /// Events as they come: hands each one's name and data on, until `each` says that it is enough or there are no more.
    pub(crate) fn follow(
        &self,
        path: &str,
        mut each: impl FnMut(&str, &str) -> Result<bool, NodeError>,
    ) -> Result<(), NodeError> {
        let response = self.ask(path, "text/event-stream")?;
        let (mut name, mut data) = (String::new(), String::new());
        for line in BufReader::new(response.into_body().into_reader()).lines() {
            let line = line.map_err(|error| self.unreachable(&error))?;
            match line.split_once(": ").or_else(|| line.split_once(':')) {
                Some(("event", it)) => it.clone_into(&mut name),
                Some(("data", it)) => data += it,
                _ => {}
            }
            // An event ends with an empty line.
            if line.is_empty()
                && !data.is_empty()
                && !each(&std::mem::take(&mut name), &std::mem::take(&mut data))?
            {
                return Ok(());
            }
        }
        Ok(())
    }

    /// The error that an answer, or an event of one, tells of.
    pub(crate) fn refusal(&self, told: &Value) -> NodeError {
        let text = |name: &str| told["error"][name].as_str().map(str::to_owned);
        let code = text("code").and_then(|code| code.strip_prefix('E')?.parse().ok());
        match (code, text("message")) {
            (Some(code), Some(message)) => NodeError::Refused {
                code,
                message,
                request: text("request").unwrap_or_else(|| "unnamed".into()),
            },
            _ => self.unreachable(&"it does not answer as a node does"),
        }
    }

    /// The answer is not what a node's is.
    pub(crate) fn unreachable(&self, because: &dyn std::fmt::Display) -> NodeError {
        NodeError::Unreachable { url: self.url.clone(), because: because.to_string() }
    }

    fn authorization(&self) -> Option<HeaderValue> {
        let mut value = HeaderValue::from_str(self.token.as_deref()?).ok()?;
        value.set_sensitive(true);
        Some(value)
    }

    fn ask(&self, path: &str, accept: &str) -> Result<Response<Body>, NodeError> {
        let request = self.agent.get(format!("{}{path}", self.url)).header(header::ACCEPT, accept);
        let request = match self.authorization() {
            Some(it) => request.header(header::AUTHORIZATION, it),
            None => request,
        };
        self.taken(request.call())
    }

    /// The answer, unless it is a refusal.
    fn taken(&self, answer: Result<Response<Body>, ureq::Error>) -> Result<Response<Body>, NodeError> {
        let mut response = answer.map_err(|error| self.unreachable(&error))?;
        match response.status() {
            StatusCode::OK | StatusCode::CREATED | StatusCode::ACCEPTED => Ok(response),
            status => {
                let body = self.whole(&mut response)?;
                match serde_json::from_slice::<Value>(&body) {
                    Ok(told) => Err(self.refusal(&told)),
                    Err(_) => Err(self.unreachable(&format!("it answers {status}, and not as a node does"))),
                }
            }
        }
    }

    fn whole(&self, response: &mut Response<Body>) -> Result<Vec<u8>, NodeError> {
        let read = response.body_mut().with_config().limit(ANSWER_BYTES_MAX).read_to_vec();
        read.map_err(|error| self.unreachable(&error))
    }

    fn value(&self, mut response: Response<Body>) -> Result<Value, NodeError> {
        let body = self.whole(&mut response)?;
        serde_json::from_slice(&body)
            .map_err(|error| self.unreachable(&format!("its answer is no JSON: {error}")))
    }
}

/// The token in a file that nobody but its owner may read, as a header has it.
fn token(path: &Path) -> Result<Zeroizing<String>, NodeError> {
    let failed = |e| NodeError::io(format!("read the token in {}", path.display()), e);
    let mut text = Zeroizing::new(String::new());
    keys::private(path)?.take(TOKEN_BYTES_MAX).read_to_string(&mut text).map_err(failed)?;
    let word = text.trim();
    match !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_graphic()) {
        true => Ok(Zeroizing::new(format!("Bearer {word}"))),
        false => {
            Err(NodeError::Usage(format!("{} holds no token; `foil token create` makes one", path.display())))
        }
    }
}

/// The certificates in a file of PEM.
fn certificates(path: &Path) -> Result<Vec<Certificate<'static>>, NodeError> {
    let failed =
        |e: &dyn std::fmt::Display| NodeError::io(format!("read the certificates in {}", path.display()), e);
    let mut pem = Vec::new();
    let file = verify::files::open(path).map_err(|e| failed(&e))?;
    file.take(PEM_BYTES_MAX).read_to_end(&mut pem).map_err(|e| failed(&e))?;
    let mut found = Vec::new();
    for item in parse_pem(&pem) {
        if let PemItem::Certificate(certificate) = item.map_err(|e| failed(&e))? {
            found.push(certificate);
        }
    }
    if found.is_empty() { Err(failed(&"there is none")) } else { Ok(found) }
}
