//! Spans of a node that is built with the feature `otel`, as a collector gets them.

use crate::node::{Place, hit};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
const PARENT: &str = "00f067aa0ba902b7";

/// What a field of a protobuf message holds.
#[derive(Clone, Copy, Debug)]
enum Field<'a> {
    Number(u64),
    Bytes(&'a [u8]),
}

/// The fields of a protobuf message, by number.
struct Message<'a>(Vec<(u64, Field<'a>)>);

impl<'a> Message<'a> {
    fn read(mut rest: &'a [u8]) -> Message<'a> {
        let mut fields = Vec::new();
        while !rest.is_empty() {
            let key = varint(&mut rest);
            let field = match key & 7 {
                0 => Field::Number(varint(&mut rest)),
                1 => Field::Bytes(take(&mut rest, 8)),
                2 => {
                    let length = varint(&mut rest);
                    Field::Bytes(take(&mut rest, usize::try_from(length).unwrap()))
                }
                5 => Field::Bytes(take(&mut rest, 4)),
                other => panic!("wire type {other}"),
            };
            fields.push((key >> 3, field));
        }
        Message(fields)
    }

    /// All that have this number.
    fn all(&self, number: u64) -> impl Iterator<Item = &'a [u8]> + '_ {
        self.0.iter().filter_map(move |(it, field)| match field {
            Field::Bytes(bytes) if *it == number => Some(*bytes),
            _ => None,
        })
    }

    fn one(&self, number: u64) -> &'a [u8] {
        self.all(number).next().unwrap_or_default()
    }
}

fn take<'a>(rest: &mut &'a [u8], count: usize) -> &'a [u8] {
    let (taken, left) = rest.split_at(count);
    *rest = left;
    taken
}

fn varint(rest: &mut &[u8]) -> u64 {
    let mut value = 0;
    for shift in (0..64).step_by(7) {
        let byte = take(rest, 1)[0];
        value |= u64::from(byte & 0x7f) << shift;
        if byte < 0x80 {
            return value;
        }
    }
    panic!("a varint without end");
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Names with their values, as texts.
fn attributes<'a>(pairs: impl Iterator<Item = &'a [u8]>) -> Vec<(String, String)> {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).expect("texts are UTF-8");
    let pair = |bytes| {
        let pair = Message::read(bytes);
        let value = Message::read(pair.one(2)).0.first().map(|(_, field)| match field {
            Field::Number(number) => number.to_string(),
            Field::Bytes(bytes) => text(bytes),
        });
        (text(pair.one(1)), value.unwrap_or_default())
    };
    pairs.map(pair).collect()
}

#[derive(Debug)]
struct Span {
    service: String,
    name: String,
    trace: String,
    id: String,
    parent: String,
    attributes: Vec<(String, String)>,
    /// The spans that it is linked to.
    links: Vec<String>,
}

impl Span {
    #[track_caller]
    fn value(&self, name: &str) -> &str {
        let found = self.attributes.iter().find(|(it, _)| it == name);
        found.map_or_else(|| panic!("no {name} in {self:?}"), |(_, value)| value)
    }
}

/// The spans of an ExportTraceServiceRequest.
fn spans(body: &[u8]) -> Vec<Span> {
    let mut spans = Vec::new();
    for resource in Message::read(body).all(1).map(Message::read) {
        let of_resource = attributes(Message::read(resource.one(1)).all(1));
        let service = of_resource.into_iter().find(|(name, _)| name == "service.name").unwrap_or_default().1;
        for span in resource.all(2).flat_map(|scope| Message::read(scope).all(2).collect::<Vec<_>>()) {
            let span = Message::read(span);
            spans.push(Span {
                service: service.clone(),
                name: String::from_utf8_lossy(span.one(5)).into_owned(),
                trace: hex(span.one(1)),
                id: hex(span.one(2)),
                parent: hex(span.one(4)),
                attributes: attributes(span.all(9)),
                links: span.all(13).map(|link| hex(Message::read(link).one(2))).collect(),
            });
        }
    }
    spans
}

/// A collector that takes what comes: the heads of requests, with the spans of each.
fn collector() -> (String, Receiver<(String, Vec<Span>)>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
    let address = listener.local_addr().expect("it has an address").to_string();
    let (send, taken) = channel();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            // Whoever wanted to see them may have seen enough.
            _ = send.send(take_in(stream.expect("it is accepted")));
        }
    });
    (address, taken)
}

fn take_in(stream: TcpStream) -> (String, Vec<Span>) {
    let mut stream = BufReader::new(stream);
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        assert_ne!(stream.read_line(&mut head).expect("it can be read"), 0, "{head}");
    }
    let length =
        head.lines().find_map(|line| line.to_lowercase().strip_prefix("content-length: ")?.parse().ok());
    let mut body = vec![0; length.expect("the length is told")];
    stream.read_exact(&mut body).expect("the body is there");
    stream.get_mut().write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").expect("it listens");
    (head, spans(&body))
}

#[test]
fn requests_and_commits_reach_a_collector() {
    let (place, (address, taken)) = (Place::new(), collector());
    let endpoint = format!("OTEL_EXPORTER_OTLP_ENDPOINT=http://{address}");
    let under =
        ["env", &endpoint, "OTEL_SERVICE_NAME=settlement", "OTEL_EXPORTER_OTLP_HEADERS=x-tenant=seven"];
    let node = place.serve_under(&under, "").expect("it serves");
    let calls = place.path("calls");
    let parent = |flags: &str| format!("00-{TRACE}-{PARENT}-{flags}");
    let headers = [("traceparent", &*parent("01")), ("x-request-id", "order-17")];
    node.ask(Some(&place.client), "POST", &calls, &headers, &hit("17")).ok();
    // Whoever asks decides that this one is not traced.
    let unsampled = [("traceparent", &*parent("00")), ("x-request-id", "order-18")];
    node.ask(Some(&place.client), "POST", &calls, &unsampled, &hit("18")).ok();
    node.get(&place.client, "/nowhere").refuses(404, 7504);
    assert_eq!(node.stop(), Some(0), "{}", place.log());

    let requests: Vec<_> = taken.try_iter().collect();
    assert!(!requests.is_empty(), "what is left is sent before it ends");
    for (head, _) in &requests {
        assert!(head.starts_with("POST /v1/traces HTTP/1.1\r\n"), "{head}");
        assert!(
            head.contains("content-type: application/x-protobuf") && head.contains("x-tenant: seven"),
            "{head}"
        );
    }
    let spans: Vec<Span> = requests.into_iter().flat_map(|(_, spans)| spans).collect();
    assert!(spans.iter().all(|span| span.service == "settlement"), "{spans:?}");
    let one = |name: &str| {
        let found: Vec<&Span> = spans.iter().filter(|span| span.name == name).collect();
        assert_eq!(found.len(), 1, "{name}: {spans:?}");
        found[0]
    };
    let call = one("POST /v1/shards/{shard}/calls");
    assert_eq!((&*call.trace, &*call.parent), (TRACE, PARENT));
    assert_eq!(call.value("foil.request"), "order-17");
    assert_eq!(call.value("http.route"), "/v1/shards/{shard}/calls");
    assert_eq!(call.value("http.response.status_code"), "200");
    assert_eq!(one("GET none").value("http.response.status_code"), "404");
    let commits: Vec<&Span> = spans.iter().filter(|span| span.name == "commit").collect();
    assert_eq!(commits.len(), 2, "{spans:?}");
    assert_eq!(commits[0].links, [call.id.as_str()]);
    // The program was deployed at height 1.
    for (commit, height) in commits.into_iter().zip(["2", "3"]) {
        assert_eq!(commit.value("foil.shard"), place.shard);
        assert_eq!((commit.value("foil.calls"), commit.value("foil.height")), ("1", height));
    }
    assert!(!place.log().contains("foil_trace"), "{}", place.log());
}

#[test]
fn a_collector_that_is_gone_holds_nothing_up() {
    let place = Place::new();
    let closed = TcpListener::bind("127.0.0.1:0").and_then(|it| it.local_addr()).expect("a port was free");
    let node = place.serve_under(&["env", &format!("OTEL_EXPORTER_OTLP_ENDPOINT=http://{closed}")], "");
    let (node, begun) = (node.expect("it serves"), Instant::now());
    node.post(&place.client, &place.path("calls"), &hit("1")).ok();
    assert_eq!(node.stop(), Some(0), "{}", place.log());
    assert!(begun.elapsed() < Duration::from_secs(15), "{:?}", begun.elapsed());
    assert_eq!(place.log().matches("the collector takes no spans").count(), 1, "{}", place.log());
}

#[test]
fn an_endpoint_that_cannot_be_is_refused_before_anything_is_served() {
    let place = Place::new();
    for endpoint in ["grpc://localhost:4317", "localhost:4318", "http://"] {
        let variable = format!("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT={endpoint}");
        assert!(place.serve_under(&["env", &variable], "").is_none());
        assert!(place.log().contains("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT is"), "{}", place.log());
    }
    assert!(place.serve_under(&["env", "OTEL_EXPORTER_OTLP_ENDPOINT="], "").is_some(), "none is named");
}
