//! What a shard holds, read over HTTP and checked by a stranger's tools.

use crate::node::{Place, hit};
use base64ct::{Base64, Encoding};
use journal::{Head, Note, NoteKey, Tile, TileKind, history_of_tiles, records_of_bundle};
use serde_json::json;

#[test]
fn state_and_queries_bring_proofs_that_a_stranger_verifies() {
    let place = Place::new();
    let node = place.serve("");
    (0..3).for_each(|n| drop(node.post(&place.client, &place.path("calls"), &hit(&format!("{n}"))).ok()));
    let verifies = |name: &str, bytes: &[u8]| {
        place.folder.write(name, bytes);
        place.folder.verify(&format!("--shard {} {name}", place.shard)).ok()
    };
    let query = json!({ "method": "total", "proof": true }).to_string();
    let said = node.post(&place.client, &place.path("query"), query.as_bytes()).ok();
    assert_eq!((&said["value"], &said["height"]), (&3.into(), &4.into()), "{said}");
    let accept = [("accept", "application/cbor")];
    let proof = node.ask(Some(&place.client), "POST", &place.path("query"), &accept, query.as_bytes());
    verifies("a.proof", &proof.body);
    let total = node.get(&place.client, &place.path("state/total")).ok();
    assert_eq!((&total["value"], &total["root"]), (&"03".into(), &said["root"]), "{total}");
    let proof = node.ask(Some(&place.client), "GET", &place.path("state/total?proof=true"), &accept, b"");
    verifies("b.proof", &proof.body);
    let absent = node.get(&place.client, &place.path("state/nothing")).ok();
    assert!(absent["value"].is_null(), "{absent}");
    verifies("a.receipt", &node.get(&place.client, &place.path("receipts/2")).body);
    let record = node.get(&place.client, &place.path("records/2")).ok();
    assert_eq!(
        (&record["method"], &record["events"][0]["event"]),
        (&"hit".into(), &"Hit".into()),
        "{record}"
    );
    let block = node.get(&place.client, &place.path("blocks/4")).ok();
    assert_eq!((&block["root_after"], &block["count"]), (&said["root"], &1.into()), "{block}");
    let program = node.get(&place.client, &place.path("program")).ok();
    assert_eq!(program["methods"][0]["method"], "hit()", "{program}");
    // The same as the command line says of the files.
    let shown = node.get(&place.client, &format!("/v1/shards/{}", place.shard)).ok();
    assert_eq!(node.stop(), Some(0));
    assert_eq!(place.folder.foil("shard show").ok(), shown);
}

#[test]
fn the_state_after_an_earlier_block_is_asked_for_by_its_height() {
    let place = Place::new();
    let node = place.serve("");
    (0..3).for_each(|n| drop(node.post(&place.client, &place.path("calls"), &hit(&format!("{n}"))).ok()));
    let get = |rest: &str| node.get(&place.client, &place.path(rest));
    let query = |height: u64, proof: bool| {
        let asked = json!({ "method": "total", "height": height, "proof": proof }).to_string();
        node.ask(Some(&place.client), "POST", &place.path("query"), &[], asked.as_bytes())
    };
    let verifies = |answer: &serde_json::Value| {
        let proof = Base64::decode_vec(answer["proof"].as_str().unwrap()).unwrap();
        place.folder.write("a.proof", proof);
        place.folder.verify(&format!("--shard {} a.proof", place.shard)).ok()["facts"]["root"].clone()
    };
    for height in 1..=4 {
        let root = get(&format!("blocks/{height}")).ok()["root_after"].clone();
        let state = get(&format!("state/total?height={height}&proof=true")).ok();
        let value = if height == 1 { serde_json::Value::Null } else { format!("0{}", height - 1).into() };
        assert_eq!((&state["value"], &state["height"], &state["root"]), (&value, &height.into(), &root));
        assert_eq!(verifies(&state), root);
        let said = query(height, true).ok();
        let total = (&said["value"], &said["height"], &said["root"]);
        assert_eq!(total, (&(height - 1).into(), &height.into(), &root));
        assert_eq!(verifies(&said), root);
    }
    let born = get("state/total?height=0").ok();
    assert_eq!((&born["value"], &born["height"]), (&serde_json::Value::Null, &0.into()));
    query(0, false).refuses(422, 5014);
    query(5, false).refuses(404, 7504);
    get("state/total?height=5").refuses(404, 7504);
    get("state/total?height=0&proof=true").refuses(404, 7504);
    get("state/total?height=x").refuses(400, 7506);
    get("state/total?height=-1").refuses(400, 7506);
    // Another program serves now: earlier states are asked of the one that served then, and calls go on.
    assert_eq!(node.stop(), Some(0));
    let chronicle = crate::foil::guest("chronicle");
    place.folder.foil(&format!("deploy {} --sign authority.key", chronicle.display())).ok();
    let node = place.serve("");
    let total = json!({ "method": "total", "height": 3 }).to_string();
    assert_eq!(node.post(&place.client, &place.path("query"), total.as_bytes()).ok()["value"], 2);
    let now = json!({ "method": "total" }).to_string();
    node.post(&place.client, &place.path("query"), now.as_bytes()).refuses(422, 5016);
    let note = json!({ "method": "note", "key": "n", "args": { "kind": "plain", "details": "new" } });
    let note = node.post(&place.client, &place.path("calls"), note.to_string().as_bytes()).ok();
    assert_eq!(note["outcome"], "returned", "{note}");
    assert_eq!(node.stop(), Some(0));
}

#[test]
fn the_history_is_there_as_tiles() {
    let place = Place::new();
    let node = place.serve("");
    let many: Vec<_> = (0..300).map(|n| json!({ "method": "hit", "key": n.to_string() })).collect();
    node.post(&place.client, &place.path("calls"), json!(many).to_string().as_bytes()).ok();
    let note = node.get(&place.client, &place.path("checkpoint")).body;
    let folder = &place.folder;
    let read = |tile: &Tile| {
        let answer = node.get(&place.client, &place.path(&tile.to_string()));
        (answer.status == 200).then_some(answer.body)
    };
    let note = Note::parse(&note).expect("a note");
    let head: Head = note.text().parse().expect("a head");
    let history = history_of_tiles(head.size, head.root, read).expect("the tiles come to the root");
    let bundles = Tile::of_tree(head.size).filter(|tile| tile.kind == TileKind::Entries);
    let records =
        bundles.map(|tile| records_of_bundle(&history, &tile, &read(&tile).unwrap()).unwrap().len());
    assert_eq!((records.sum::<usize>() as u64, head.size), (301, 301));
    assert_eq!(node.stop(), Some(0));
    let key = folder.foil("publish --out site").ok()["log_key"].as_str().unwrap().parse::<NoteKey>().unwrap();
    assert!(note.verify(&[key]).is_ok());
    assert_eq!(folder.read("site/checkpoint"), note.to_string().as_bytes());
}

#[test]
fn records_are_followed_and_the_stream_is_resumed() {
    let place = Place::new();
    let node = place.serve("");
    let follow = |from: &str, headers: &[(&str, &str)]| {
        let mut stream = node.connect(Some(&place.client));
        stream.send("GET", &place.path(&format!("events{from}")), headers, b"").unwrap();
        assert_eq!(stream.head().unwrap().header("content-type"), Some("text/event-stream"));
        stream
    };
    let mut next = {
        let mut stream = follow("?from=0", &[]);
        move || loop {
            let line = stream.line().unwrap();
            if let Some(id) = line.strip_prefix("id: ") {
                break id.parse::<u64>().unwrap();
            }
        }
    };
    assert_eq!(next(), 0);
    let make = |n: u64| drop(node.post(&place.client, &place.path("calls"), &hit(&format!("{n}"))).ok());
    (1..=200).for_each(make);
    assert_eq!((1..=200).map(|_| next()).collect::<Vec<_>>(), (1..=200).collect::<Vec<_>>());
    let mut resumed = follow("?method=hit", &[("last-event-id", "198")]);
    let ids = std::iter::from_fn(|| resumed.line().ok())
        .filter_map(|line| line.strip_prefix("id: ").map(str::to_owned));
    assert_eq!(ids.take(2).collect::<Vec<_>>(), ["199", "200"]);
    // It ends when the node does.
    let mut last = follow("", &[]);
    assert_eq!(node.stop(), Some(0));
    while last.line().is_ok_and(|line| !line.is_empty()) {}
}

#[test]
fn what_outlasts_a_request_is_asked_for_by_its_name() {
    let place = Place::new();
    let node = place.serve("");
    let begun = node.ask(Some(&place.operator), "POST", &place.path("snapshots"), &[], b"");
    assert_eq!(begun.status, 202);
    let operation = loop {
        let said = node.get(&place.operator, begun.header("location").unwrap()).ok();
        if said["phase"] != "running" {
            break said;
        }
        std::thread::sleep(std::time::Duration::from_millis(20));
    };
    assert_eq!(
        (&operation["phase"], &operation["result"]["height"]),
        (&"done".into(), &1.into()),
        "{operation}"
    );
    let listed = node.get(&place.operator, &place.path("snapshots")).ok();
    assert_eq!(listed["snapshots"][0]["id"], operation["result"]["id"]);
    let wasm = std::fs::read(crate::foil::guest("ledger")).unwrap();
    let kept = node.ask(
        Some(&place.operator),
        "POST",
        "/v1/programs",
        &[("content-type", "application/wasm")],
        &wasm,
    );
    assert_eq!(kept.status, 201);
    assert_eq!(node.stop(), Some(0));
    place.folder.foil("snapshot verify").ok();
    let id = kept.ok()["program"].as_str().unwrap().to_owned();
    assert!(place.folder.path(&format!("foil-data/programs/{id}.wasm")).exists());
}

#[test]
fn prometheus_reads_what_the_node_measures() {
    let place = Place::new();
    let node = place.serve("");
    node.post(&place.client, &place.path("calls"), &hit("a")).ok();
    node.post(&place.client, &place.path("calls"), &hit("a")).ok();
    let text = String::from_utf8(node.get(&place.operator, "/metrics").body).unwrap();
    for line in [
        "foil_calls_total{became=\"returned\"} 1",
        "foil_calls_total{became=\"known\"} 1",
        &format!("foil_shard_records{{shard=\"{}\"}} 2", place.shard),
        &format!("foil_shard_serving{{shard=\"{}\"}} 1", place.shard),
        "foil_requests_total{method=\"POST\",route=\"/v1/shards/{shard}/calls\",status=\"200\"} 2",
        "foil_commit_seconds_count 2",
    ] {
        assert!(text.lines().any(|it| it == line), "no {line}: {text}");
    }
    assert!(text.ends_with("# EOF\n"));
}

/// The names of metrics in a text of queries.
fn metrics_named(text: &str) -> std::collections::BTreeSet<&str> {
    let words = text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_'));
    words.filter(|word| word.starts_with("foil_")).collect()
}

#[test]
fn what_the_dashboard_and_the_alerts_ask_for_is_measured() {
    let place = Place::new();
    let node = place.serve("");
    node.post(&place.client, &place.path("calls"), &hit("a")).ok();
    let text = String::from_utf8(node.get(&place.operator, "/metrics").body).unwrap();
    // The alerts of a shard that is whole ask for labels that only others have.
    let measured: std::collections::BTreeSet<&str> = text
        .lines()
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| line.split(['{', ' ']).next())
        .collect();
    let packaging = crate::foil::root().join("runtime/node/packaging");
    let dashboard: serde_json::Value =
        serde_json::from_slice(&std::fs::read(packaging.join("grafana.json")).unwrap()).unwrap();
    let panels = dashboard["panels"].as_array().unwrap();
    for panel in panels {
        for target in panel["targets"].as_array().unwrap() {
            let named = metrics_named(target["expr"].as_str().unwrap());
            assert!(!named.is_empty() && named.is_subset(&measured), "{}: {named:?}", panel["title"]);
        }
    }
    let alerts = std::fs::read_to_string(packaging.join("alerts.yml")).unwrap();
    let asked: Vec<&str> = alerts.lines().filter(|line| line.trim().starts_with("expr:")).collect();
    assert!(asked.len() > 3 && asked.iter().all(|line| metrics_named(line).is_subset(&measured)));
}
