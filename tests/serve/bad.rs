//! What strangers send: each is refused with a number, nothing is done, and the node serves on.

use crate::node::{Place, hit};
use serde_json::json;
use std::time::{Duration, Instant};

const CBOR: (&str, &str) = ("content-type", "application/cbor");

#[test]
fn bodies_that_are_not_what_they_must_be() {
    let place = Place::new();
    let (calls, node) = (place.path("calls"), place.serve(""));
    let ask =
        |headers: &[(&str, &str)], body: &[u8]| node.ask(Some(&place.client), "POST", &calls, headers, body);
    let text = |body: &str, place_of: &str| {
        let said = ask(&[], body.as_bytes()).refuses(400, 7506);
        assert!(said.starts_with(&format!("{place_of}: ")), "{body}: {said}");
    };
    text("", "body");
    text("{", "body");
    text("7", "body");
    text(r#"{"method": "hit", "method": "hit"}"#, "method");
    text(r#"[{"method": "hit", "args": {"a": NaN}}]"#, "[0].args.a");
    text(&format!("{}{}", "[".repeat(100), "]".repeat(100)), &vec!["[0]"; 33].join("."));
    text(r#"{"method": "hit", "keys": "a"}"#, "body");
    text(r#"[{"method": "hit"}, {"method": 7}]"#, "[1]");
    text(r#"{"method": "hit", "fuel_max": -1}"#, "body");
    text("[]", "body");
    text(&json!(vec![json!({ "method": "hit" }); 10_001]).to_string(), "body");
    ask(&[], br#"{"method": "hat"}"#).refuses(422, 5016);
    ask(&[], br#"{"method": "total"}"#).refuses(422, 5016);
    ask(&[], br#"{"method": "hit", "args": {"much": 1}}"#).refuses(422, 7012);
    ask(&[], br#"{"method": "hit", "fuel_max": 0}"#).refuses(422, 5004);
    ask(&[], br#"{"method": "hit", "expires_ms": 1}"#).refuses(422, 5009);
    ask(&[("idempotency-key", "a")], br#"{"method": "hit", "key": "b"}"#).refuses(400, 7506);
    ask(&[("idempotency-key", "a")], br#"[{"method": "hit"}]"#).refuses(400, 7506);
    // CBOR: not canonical, cut short, too deep, not a call.
    for body in
        [&[0xa1, 0x61][..], &[0x82, 0x8a, 0], &[0xbf, 0xff], &[0x18, 0x01], &[0xf9, 0x7e, 0], &[0x81; 64]]
    {
        ask(&[CBOR], body).refuses(400, 7506);
    }
    // Forms that are not read or written.
    ask(&[("content-type", "text/xml")], b"<call/>").refuses(415, 7509);
    ask(&[("content-encoding", "gzip")], &hit("a")).refuses(415, 7509);
    ask(&[("accept", "text/html")], &hit("a")).refuses(406, 7510);
    assert_eq!(node.get(&place.client, &place.path("")).status, 404);
    // Nothing of all that is history.
    assert_eq!(node.get(&place.client, &format!("/v1/shards/{}", place.shard)).ok()["records"], 1);
}

#[test]
fn paths_that_lead_nowhere() {
    let place = Place::new();
    let node = place.serve("");
    let get = |path: &str| node.get(&place.client, path);
    get("/v1/nothing").refuses(404, 7504);
    get("/v1/shards/..%2f..%2fnode.key").refuses(404, 7504);
    get(&format!("/v1/shards/{}", "0".repeat(64))).refuses(404, 7504);
    get(&place.path("receipts/99")).refuses(404, 7504);
    get(&place.path("receipts/-1")).refuses(400, 7506);
    get(&place.path("blocks/99")).refuses(404, 7504);
    get(&place.path("blocks/18446744073709551616")).refuses(400, 7506);
    get(&place.path("state/%2F")).refuses(400, 7506);
    get(&place.path("state/total?proof=maybe")).refuses(400, 7506);
    get(&place.path("state/total?prof=true")).refuses(400, 7506);
    get(&place.path("tile/0/x001/000")).refuses(404, 7504);
    get(&place.path("tile/..%2f..%2fnode.key")).refuses(404, 7504);
    get(&place.path("events?from=x")).refuses(400, 7506);
    node.ask(Some(&place.client), "PUT", &place.path("calls"), &[], b"").refuses(405, 7505);
    let last = [("last-event-id", "x")];
    node.ask(Some(&place.client), "GET", &place.path("events"), &last, b"").refuses(400, 7506);
    let wasm = [("content-type", "application/wasm")];
    node.ask(Some(&place.operator), "POST", "/v1/programs", &wasm, b"\0asm\x02\0\0\0").refuses(422, 4002);
    let id = node.ask(Some(&place.client), "GET", "/healthz", &[("x-request-id", "a b\"c")], b"");
    assert!(id.header("x-request-id").is_some_and(|id| id.len() == 16), "{id:?}");
    let id = node.ask(Some(&place.client), "GET", "/healthz", &[("x-request-id", "trace-7.a")], b"");
    assert_eq!(id.header("x-request-id"), Some("trace-7.a"));
}

#[test]
fn requests_that_are_too_large_or_too_slow() {
    let place = Place::new();
    let (calls, node) = (place.path("calls"), place.serve(""));
    let token = format!("authorization: Bearer {}\r\n", place.client);
    // What says how long it is, and what does not.
    let mut said = node.connect(None);
    let head = format!("POST {calls} HTTP/1.1\r\nhost: a\r\n{token}");
    said.raw(format!("{head}content-length: 99999999\r\n\r\n").as_bytes()).unwrap();
    said.answer().unwrap().refuses(413, 7507);
    let mut unsaid = node.connect(None);
    unsaid.raw(format!("{head}transfer-encoding: chunked\r\n\r\n").as_bytes()).unwrap();
    let chunk = [b"100000\r\n".to_vec(), vec![b' '; 1 << 20], b"\r\n".to_vec()].concat();
    // It may close before all is sent.
    (0..17).take_while(|_| unsaid.raw(&chunk).is_ok()).count();
    if let Ok(answer) = unsaid.answer() {
        answer.refuses(413, 7507);
    }
    // A flood of headers, and one that is long.
    for headers in ["a: b\r\n".repeat(100), format!("a: {}\r\n", "b".repeat(64 << 10))] {
        let mut flood = node.connect(None);
        _ = flood.raw(format!("GET /healthz HTTP/1.1\r\nhost: a\r\n{headers}\r\n").as_bytes());
        if let Ok(answer) = flood.answer() {
            assert_eq!(answer.status, 431);
        }
    }
    // No HTTP.
    let mut noise = node.connect(None);
    noise.raw(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n").unwrap();
    assert!(noise.answer().is_ok_and(|answer| answer.status == 400));
    // Heads and bodies that never end.
    let begun = Instant::now();
    let (mut head_only, mut body_only) = (node.connect(None), node.connect(None));
    head_only.raw(b"GET /healthz HTTP/1.1\r\nhost: a\r\n").unwrap();
    body_only.raw(format!("{head}content-length: 10\r\n\r\n{{").as_bytes()).unwrap();
    body_only.answer().unwrap().refuses(408, 7508);
    _ = head_only.answer();
    assert!(begun.elapsed() < Duration::from_secs(40), "{:?}", begun.elapsed());
    assert_eq!(node.get(&place.client, "/healthz").body, b"ok\n");
    assert_eq!(node.post(&place.client, &calls, &hit("a")).ok()["seq"], 1);
}
