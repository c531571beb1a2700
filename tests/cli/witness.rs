//! Publishing and witnessing, as somebody runs them: static files that any other reader of their formats
//! can use, and a server that is killed and started again.

use crate::foil::{Folder, guest};
use journal::{Head, History, Note, NoteKey, Request, Tile, TileKind, history_of_tiles, records_of_bundle};
use serde_json::Value;
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::Child;

/// A shard that `hits` calls were made in, one a block.
fn shard(hits: u64) -> Folder {
    let (folder, _) = Folder::serving(&guest("counter"));
    hit(&folder, 0, hits);
    folder
}

/// Makes calls, from the number `from` to `to`.
fn hit(folder: &Folder, from: u64, to: u64) {
    let rows: String = (from..to).map(|n| format!("{}\n", 1_357_000_000 + n)).collect();
    folder.write("rows.csv", format!("at\n{rows}"));
    folder.write("map.json", r#"{ "method": "hit", "args": {} }"#);
    let run = format!("run rows.csv --map map.json --run hits-{from} --time-from at --as clerk.key");
    folder.foil(&format!("{run} --block-calls 100")).ok();
}

fn publish(folder: &Folder) -> Value {
    folder.foil("publish --out site").ok()
}

fn note(folder: &Folder, file: &str) -> Note {
    Note::parse(&folder.read(file)).expect("a note")
}

/// The published head's tree, with every record checked; the head.
fn read_site(folder: &Folder, key: &Value) -> (Head, History) {
    let key: NoteKey = key.as_str().unwrap().parse().unwrap();
    let head: Head = note(folder, "site/checkpoint").verify(&[key]).unwrap().text().parse().unwrap();
    let read = |tile: &Tile| fs::read(folder.path("site").join(tile.to_string())).ok();
    let history = history_of_tiles(head.size, head.root, read).unwrap();
    let bundles = Tile::of_tree(head.size).filter(|tile| tile.kind == TileKind::Entries);
    let records = bundles.map(|tile| {
        let bundle = read(&tile).expect("the bundle is there");
        records_of_bundle(&history, &tile, &bundle).unwrap().len() as u64
    });
    assert_eq!(records.sum::<u64>(), head.size);
    (head, history)
}

#[test]
fn what_is_published_is_the_history_and_grows() {
    let folder = shard(300);
    let first = publish(&folder);
    let shown = folder.foil("shard show").ok();
    let (head, _) = read_site(&folder, &first["log_key"]);
    assert_eq!((head.size, Value::from(head.root.to_string())), (301, shown["head"].clone()));
    assert_eq!(first["origin"], Value::from(head.origin.clone()));
    // Two bundles and two tiles of leaves, one full and one not, and one above.
    assert_eq!(first["files_written"], 5);
    let again = publish(&folder);
    assert_eq!((&again["files_written"], &again["head"]), (&Value::from(0), &first["head"]));

    let full = folder.path("site/tile/0/000");
    let before = fs::metadata(&full).unwrap().modified().unwrap();
    hit(&folder, 300, 550);
    let more = publish(&folder);
    let (grown, history) = read_site(&folder, &more["log_key"]);
    assert_eq!((grown.size, history.root_at(301)), (551, Some(head.root)));
    assert_eq!(fs::metadata(&full).unwrap().modified().unwrap(), before, "a full tile is not written again");
    assert!(!folder.path("site/tile/0/001.p").exists(), "what is full is no longer kept in part");
    assert_eq!(more["files_written"], 5);

    // What a crash left above the published head is written again.
    folder.write("site/tile/entries/002.p/39", "torn");
    fs::remove_file(folder.path("site/checkpoint")).unwrap();
    assert_eq!(publish(&folder)["files_written"], 7);
    read_site(&folder, &more["log_key"]);
}

#[test]
fn nothing_is_published_over_another_history() {
    let folder = shard(3);
    folder.copy("foil-data", "older");
    hit(&folder, 3, 5);
    publish(&folder);
    let kept = folder.read("site/checkpoint");
    // The journal of yesterday, restored, and gone on with.
    folder.foil_on("older", "publish --out site").refuses(1, 7031);
    folder.foil_on("older", "call hit --as clerk.key --at 1357000100").ok();
    folder.foil_on("older", "call hit --as clerk.key --at 1357000101").ok();
    folder.foil_on("older", "publish --out site").refuses(1, 7031);
    assert_eq!(folder.read("site/checkpoint"), kept);
    folder.write("site/checkpoint", "no note");
    folder.foil("publish --out site").refuses(1, 2401);
}

#[test]
fn growth_is_proven_from_any_size_to_any_other() {
    let folder = shard(8);
    let proof = folder.foil("consistency 4 9").ok();
    let lines = proof["proof"].as_array().unwrap();
    assert_eq!((lines.len(), &proof["new"]["records"]), (2, &Value::from(9)));
    folder.foil("consistency 4 10").refuses(1, 7015);
    folder.foil("consistency 5 4").refuses(1, 7015);
}

/// A witness that runs; killed when dropped.
struct Server {
    child: Child,
    address: String,
    key: NoteKey,
}

impl Server {
    fn start(folder: &Folder, log: &str) -> Server {
        let words = format!(
            "witness --listen 127.0.0.1:0 --key witness.key --name w.example --log {log} --state seen"
        );
        let mut child = folder.start_piped(&words);
        let mut answer = String::new();
        let mut lines = BufReader::new(child.stdout.as_mut().expect("it is piped"));
        while !answer.ends_with("}\n") {
            assert!(lines.read_line(&mut answer).expect("it is text") > 0, "the witness has ended: {answer}");
        }
        let answer: Value = serde_json::from_str(&answer).unwrap();
        let text = |name: &str| answer[name].as_str().expect("a text").to_owned();
        Server { child, address: text("listening"), key: text("witness_key").parse().unwrap() }
    }

    /// Sends bytes, and reads all that comes back.
    fn send(&self, bytes: &[u8]) -> String {
        let mut stream = TcpStream::connect(&self.address).expect("the witness listens");
        // Who is refused early is not read to the end.
        let _ = stream.write_all(bytes);
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer);
        String::from_utf8(answer).expect("answers are UTF-8")
    }

    /// The status, head and body of an answer.
    fn ask(&self, method: &str, path: &str, body: &str) -> (u16, String, String) {
        let length = body.len();
        let head = format!(
            "{method} {path} HTTP/1.1\r\nhost: w\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n"
        );
        let answer = self.send(&[head.as_bytes(), body.as_bytes()].concat());
        let (head, body) = answer.split_once("\r\n\r\n").unwrap_or_else(|| panic!("{answer:?}"));
        let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("a status");
        (status, head.to_owned(), body.to_owned())
    }

    fn add(&self, request: &Request) -> (u16, String, String) {
        self.ask("POST", "/add-checkpoint", &request.to_string())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The request to go from `old` on to the head that is published in `site`.
fn request(folder: &Folder, old: u64) -> Request {
    let note = note(folder, "site/checkpoint");
    let head: Head = note.text().parse().unwrap();
    let read = |tile: &Tile| fs::read(folder.path("site").join(tile.to_string())).ok();
    let history = history_of_tiles(head.size, head.root, read).unwrap();
    let proof = if old == 0 { Vec::new() } else { history.consistency(old, head.size).unwrap_or_default() };
    Request::new(old, proof, note).unwrap()
}

#[test]
fn a_witness_cosigns_one_history_whatever_happens_to_it() {
    let folder = shard(3);
    folder.foil("key generate witness.key").ok();
    folder.copy("foil-data", "fork");
    let log = publish(&folder)["log_key"].as_str().unwrap().to_owned();
    let server = Server::start(&folder, &log);
    let first = request(&folder, 0);
    let (status, _, line) = server.add(&first);
    assert_eq!(status, 200, "{line}");
    let cosigned = Note::parse(format!("{}{line}", first.note).as_bytes()).unwrap();
    assert!(cosigned.verify(std::slice::from_ref(&server.key)).is_ok());

    // It is killed, and knows what it has cosigned when it is back.
    drop(server);
    hit(&folder, 3, 6);
    publish(&folder);
    let server = Server::start(&folder, &log);
    let (status, head, body) = server.add(&request(&folder, 0));
    assert_eq!((status, body.as_str()), (409, "4\n"));
    assert!(head.contains("content-type: text/x.tlog.size"), "{head}");
    assert_eq!(server.add(&request(&folder, 4)).0, 200);
    assert_eq!(server.add(&first).0, 409, "a rollback");

    // Another history with the same beginning, by the same key: of one size with what was cosigned, and longer.
    for (at, status) in [("100", 409), ("101", 409), ("102", 409), ("103", 422)] {
        folder.foil_on("fork", &format!("call hit --as clerk.key --at 1357000{at}")).ok();
        fs::rename(folder.path("site"), folder.path("ours")).unwrap();
        folder.foil_on("fork", "publish --out site").ok();
        let size = note(&folder, "site/checkpoint").text().parse::<Head>().unwrap().size;
        let answer = server.add(&request(&folder, if size < 7 { size } else { 7 }));
        assert_eq!(answer.0, status, "{size}: {}", answer.2);
        fs::remove_dir_all(folder.path("site")).unwrap();
        fs::rename(folder.path("ours"), folder.path("site")).unwrap();
    }
    let origin = note(&folder, "site/checkpoint").text().parse::<Head>().unwrap().origin;
    let hash = abi::Hash(abi::crypto::sha256(origin.as_bytes()));
    // Whoever is handed the evidence can judge it, and needs to know the log's key alone.
    let evidence = format!("seen/{hash}.7.fork");
    let key = log.parse::<NoteKey>().unwrap().public();
    let fork = folder.verify(&format!("--key {key} {evidence}")).ok();
    assert_eq!((&fork["kind"], &fork["facts"]["origin"]), (&Value::from("fork of heads"), &origin.into()));
    let shard = folder.foil("shard show").ok()["shard"].as_str().unwrap().to_owned();
    for (anchor, exit, code) in [
        (String::new(), 11, "E6002"),
        (format!("--key {}", server.key.public()), 10, "E6001"),
        (format!("--shard {shard}"), 12, "E6003"),
    ] {
        assert_eq!(folder.verify(&format!("{anchor} {evidence}")).exits(exit)["code"], code);
    }

    let (status, _, newest) = server.ask("GET", &format!("/{hash}/checkpoint"), "");
    let newest = Note::parse(newest.as_bytes()).unwrap();
    assert_eq!((status, newest.text()), (200, request(&folder, 4).note.text()));
    assert!(newest.verify(std::slice::from_ref(&server.key)).is_ok());
    assert_eq!(server.ask("GET", "/00/checkpoint", "").0, 404);
}

#[test]
fn a_witness_answers_nonsense_with_a_status() {
    let folder = shard(1);
    folder.foil("key generate witness.key").ok();
    let log = publish(&folder)["log_key"].as_str().unwrap().to_owned();
    let server = Server::start(&folder, &log);
    let good = request(&folder, 0);
    let (status, _, body) = server.ask("POST", "/add-checkpoint", "old 0\n");
    assert!(status == 400 && body.starts_with("E2421: "), "{body}");
    let (status, _, body) =
        server.ask("POST", "/add-checkpoint", &good.to_string().replace("/shard/", "/shard/0"));
    assert!(status == 404 && body.starts_with("E2422: "), "{body}");
    let (status, _, body) =
        server.ask("POST", "/add-checkpoint", &good.to_string().replace("\n2\n", "\n3\n"));
    assert!(status == 403 && body.starts_with("E2423: "), "{body}");
    assert_eq!(server.ask("POST", "/add-checkpoint", &"a".repeat(Request::BYTES_MAX + 1)).0, 413);
    assert_eq!(server.ask("GET", "/add-checkpoint", "").0, 405);
    assert_eq!(server.ask("POST", "/", "").0, 404);
    server.send(b"\x16\x03\x01\x00 what a strange greeting\r\n\r\n");
    assert_eq!(server.add(&good).0, 200);

    // One memory, one process; one key, one role; nobody else's memory.
    let words = format!("witness --listen 127.0.0.1:0 --name w.example --log {log} --state seen --key");
    folder.foil(&format!("{words} witness.key")).refuses(1, 7007);
    drop(server);
    folder.foil(&format!("{words} foil-data/node.key")).refuses(2, 2403);
    folder.foil(&format!("{words} clerk.key")).refuses(1, 2405);
    let bad = words.replace("+A", "+B");
    folder.foil(&format!("{bad} witness.key")).refuses(2, 2403);
}
