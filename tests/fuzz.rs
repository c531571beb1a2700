//! The fuzz targets of a node: requests as bytes of a connection, grants of tokens, files of settings, key files. Seeded
//! changes of files and requests that are right, so that most of each is.
//!
//! `FOIL_FUZZ` is the number of changes of each target, `FOIL_SEED` the first seed; a failure names target and seed:
//! `FOIL_SEED=n FOIL_FUZZ=1` brings it back.

#[path = "cli/foil.rs"]
#[allow(dead_code, reason = "shared with harnesses that use more of it")]
mod foil;
#[path = "formats/src/mutate.rs"]
#[allow(dead_code, unreachable_pub, reason = "shared with the targets of the formats")]
mod mutate;

use foil::{Folder, guest};
use mutate::{Rng, mutated};
use node::fuzz::{Server, grant, key, settings};
use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};

fn number(variable: &str, default: u64) -> u64 {
    let text = std::env::var(variable).unwrap_or_default();
    if text.is_empty() { default } else { text.parse().unwrap_or_else(|_| panic!("{variable}={text}")) }
}

/// Runs a target over its corpus and over changes of it; how often each thing came of them.
#[allow(clippy::print_stdout, reason = "the counts are for whoever runs this with --nocapture")]
fn fuzz(name: &str, corpus: &[Vec<u8>], target: impl Fn(&[u8]) -> String) {
    let (first, count) = (number("FOIL_SEED", 1), number("FOIL_FUZZ", 4_000));
    let mut came: BTreeMap<String, u64> = BTreeMap::new();
    let mut run = |bytes: &[u8], told: &dyn Fn() -> String| {
        let came_to = catch_unwind(AssertUnwindSafe(|| target(bytes)));
        let came_to =
            came_to.unwrap_or_else(|_| panic!("{name}, {}: {}", told(), String::from_utf8_lossy(bytes)));
        *came.entry(came_to).or_default() += 1;
    };
    corpus.iter().for_each(|bytes| run(bytes, &|| "the corpus".into()));
    for seed in first..first + count {
        let mut rng = Rng::new(seed);
        let (bytes, other) = (&corpus[rng.below(corpus.len())], &corpus[rng.below(corpus.len())]);
        run(&mutated(bytes, other, &mut rng), &|| format!("FOIL_SEED={seed} FOIL_FUZZ=1"));
    }
    println!("{name:>10}  {} right, {count} changes: {came:?}", corpus.len());
    assert!(came.len() > 1, "{name}: some are taken, and some are not");
}

/// The first line of an answer says how it ended.
fn status(answer: &[u8]) -> String {
    if answer.is_empty() {
        return "none".into();
    }
    let text = String::from_utf8_lossy(answer);
    let status = text.strip_prefix("HTTP/1.").and_then(|rest| rest.get(2..5));
    let status = status.unwrap_or_else(|| panic!("it is no answer: {text}"));
    assert!(status.parse::<u16>().is_ok_and(|status| status != 500 && status >= 200), "{text}");
    status.into()
}

/// A request as the bytes of a connection.
fn request(method: &str, path: &str, headers: &str, body: &[u8]) -> Vec<u8> {
    let length = body.len();
    let head = format!("{method} {path} HTTP/1.1\r\nhost: a\r\ncontent-length: {length}\r\n{headers}\r\n");
    [head.as_bytes(), body].concat()
}

/// Requests that are right, to every kind of route.
fn requests(shard: &str, token: &str) -> Vec<Vec<u8>> {
    let to = |rest: &str| format!("/v1/shards/{shard}{rest}");
    let get = |path: &str| request("GET", path, &format!("accept: */*;q=0.5\r\n{token}"), b"");
    let of_shard = [
        "",
        "/state/total?proof=true",
        "/records/0",
        "/receipts/0",
        "/blocks/1",
        "/checkpoint",
        "/checkpoints/1",
        "/bundle?from=1&to=1&witness=true",
        "/tile/0/000.p/1",
        "/logs?follow=false",
    ];
    let mut all: Vec<_> = of_shard.iter().map(|rest| get(&to(rest))).collect();
    all.extend(["/v1/shards", "/v1/operations/none", "/openapi.json"].map(get));
    let wasm = format!("content-type: application/wasm\r\n{token}");
    all.push(request("POST", "/v1/programs", &wasm, b"\0asm\x01\0\0\0"));
    // One after the other on a connection.
    all.push([get(&to("")), get("/healthz")].concat());
    all
}

/// Bodies that are right.
fn bodies() -> Vec<Vec<u8>> {
    let bodies: [&[u8]; 7] = [
        br#"{"method": "hit", "args": {}, "key": "a", "fuel_max": 1000000}"#,
        br#"[{"method": "hit"}, {"method": "hit", "expires_ms": 1}]"#,
        br#"{"signed": "goq="}"#,
        br#"{"method": "total", "proof": true}"#,
        br#"{"method": "total", "args": {"a": [1, {"b": null}], "c": -2.5e3}, "fuel_max": 18446744073709551615}"#,
        b"\xa1\x66method\x63hit",
        b"\x81\xa2\x63key\x61a\x66method\x63hit",
    ];
    bodies.map(<[u8]>::to_vec).into()
}

#[test]
fn no_request_is_too_strange() {
    let (folder, shard) = Folder::serving(&guest("counter"));
    let token = folder.foil("token create me --role operator").ok()["token"].as_str().unwrap().to_owned();
    let data = folder.path("foil-data");
    for (name, token) in [("open", String::new()), ("tokens", format!("authorization: Bearer {token}\r\n"))] {
        let server = Server::new(&data, token.is_empty()).expect("it serves");
        fuzz(name, &requests(&shard, &token), |bytes| status(&server.answer(bytes)));
    }
    let server = Server::new(&data, true).expect("it serves");
    for (route, kind) in [("calls", "json"), ("calls", "cbor"), ("query", "json"), ("query", "cbor")] {
        let path = format!("/v1/shards/{shard}/{route}");
        let header = format!("content-type: application/{kind}\r\n");
        fuzz(&format!("{route} {kind}"), &bodies(), |bytes| {
            status(&server.answer(&request("POST", &path, &header, bytes)))
        });
    }
}

#[test]
fn no_file_is_too_strange() {
    let said = |is_right: bool| if is_right { "read".to_owned() } else { "refused".to_owned() };
    let grants: [&[u8]; 2] = [
        br#"{"name":"a","role":"client","shards":[],"created_ms":1,"expires_ms":2}"#,
        br#"{"name":"settlement","role":"operator","shards":["0a","0b"],"created_ms":0,"expires_ms":18446744073709551615}"#,
    ];
    fuzz("grant", &grants.map(<[u8]>::to_vec), |bytes| said(grant(bytes)));
    let files: [&[u8]; 3] = [
        b"data = \"d\"\non = \"0a\"\noutput = \"json\"\ntree_memory = 5\n",
        b"node = \"https://a:1\"\ntoken_file = \"t\"\nca = \"c\"\ncontext = \"x\"\n",
        b"[serve]\nlisten = \"127.0.0.1:1\"\nopen = true\nrate = 3\ndrain = 9\nlog_json = false\ntls_cert = \"c\"\ntls_key = \"k\"\n",
    ];
    fuzz("settings", &files.map(<[u8]>::to_vec), |bytes| said(settings(bytes)));
    let keys = [[b'0'; 64].to_vec(), [b"0123456789abcdef".repeat(4), b"\n".to_vec()].concat()];
    fuzz("key", &keys, |bytes| said(key(bytes)));
}
