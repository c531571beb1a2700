//! Commands asked of a node, beside the same asked of its data directory.

use crate::foil::{Ran, guest};
use crate::node::{Node, Place};
use serde_json::Value;
use std::io::{BufRead, BufReader};
use std::process::Stdio;

/// A node that serves, and a folder whose user goes by it.
struct Desk {
    place: Place,
    node: Node,
}

impl Desk {
    fn new() -> Desk {
        let place = Place::new();
        let node = place.serve("");
        for (name, token) in [("alice", &place.client), ("root", &place.operator)] {
            place.write_private(&format!("{name}.token"), token);
        }
        Desk { place, node }
    }

    /// Asks the node, with a user's token.
    fn ask(&self, user: &str, words: &str) -> Ran {
        self.place
            .folder
            .foil(&format!("--node http://{} --token-file {user}.token {words}", self.node.address))
    }
}

/// What is asked of a node, and then of its data.
const ASKED: [&str; 20] = [
    "shard show",
    "inspect",
    "inspect --seq 2",
    "inspect --height 2",
    "events",
    "events --from 2",
    "query total",
    "query total --height 2 --proof q.proof",
    "state get total",
    "state get hits/00 --height 2 --proof k.proof",
    "state range hits --limit 1 --proof r.proof",
    "state range hits total",
    "receipt 1 --out x.receipt",
    "receipt 1 --with-witness --out x.foil",
    "checkpoint --out x.checkpoint",
    "checkpoint --height 2 --out y.checkpoint",
    "bundle --out x.bundle",
    "bundle --from 2 --to 3 --witness --out y.bundle",
    "replay --step --seq 2",
    "replay --profile y.svg",
];
/// The files that this writes.
const FILES: [&str; 9] = [
    "y.svg",
    "k.proof",
    "r.proof",
    "x.receipt",
    "x.foil",
    "x.checkpoint",
    "y.checkpoint",
    "x.bundle",
    "y.bundle",
];

#[test]
fn a_node_and_its_data_say_the_same() {
    let desk = Desk::new();
    let folder = &desk.place.folder;
    let made = desk.ask("alice", "call hit --as clerk.key --key a --receipt far.receipt").ok();
    assert_eq!(
        (&made["seq"], &made["known"], &made["value"]),
        (&1.into(), &false.into(), &1.into()),
        "{made}"
    );
    folder.verify(&format!("--shard {} far.receipt", desk.place.shard)).ok();
    // The same call again, and another one in the name that the token was given to.
    let again = desk.ask("alice", "call hit --as clerk.key --key a").ok();
    assert_eq!((&again["seq"], &again["known"]), (&1.into(), &true.into()), "{again}");
    let named = desk.ask("alice", "call hit --key a").ok();
    assert_eq!((&named["seq"], &named["value"]), (&2.into(), &1.into()), "{named}");
    assert!(named["caller"].as_str().unwrap().contains("alice"), "{named}");
    let known = desk.ask("alice", "call hit --key a").ok();
    assert_eq!((&known["seq"], &known["known"]), (&2.into(), &true.into()), "{known}");

    let far: Vec<Ran> = ASKED.iter().map(|words| desk.ask("alice", words)).collect();
    let far_files = FILES.map(|file| folder.read(file));
    // The proof of a query names who asked it.
    folder.verify(&format!("--shard {} q.proof", desk.place.shard)).ok();
    let status = desk.ask("alice", "status").ok();
    let snapshot = desk.ask("root", "snapshot create").ok();
    let snapshots = desk.ask("root", "snapshot list").ok();
    let held = desk.ask("root", "quarantine list").ok();
    let Desk { place, node } = desk;
    assert_eq!(node.stop(), Some(0));
    let folder = &place.folder;
    for (words, far) in ASKED.iter().zip(far) {
        let near = folder.foil(words);
        assert_eq!(near.stdout, far.stdout, "{words}: {}{}", near.stderr, far.stderr);
        assert_eq!((near.exit, far.exit), (Some(0), Some(0)), "{words}");
    }
    assert!(FILES.map(|file| folder.read(file)) == far_files, "the files are the same");
    let near = folder.foil("status").ok();
    assert_eq!(near["shards"], status["shards"]);
    assert_eq!(status["shards"][0]["records"], 3);
    assert_eq!(folder.foil("snapshot list").ok(), snapshots);
    assert_eq!(snapshots["snapshots"][0]["id"], snapshot["id"], "{snapshots}");
    assert_eq!(folder.foil("quarantine list").ok(), held);
    folder.verify(&format!("--shard {} x.bundle", place.shard)).ok();
}

#[test]
fn authorities_act_over_the_wire_as_on_the_spot() {
    let desk = Desk::new();
    let folder = &desk.place.folder;
    desk.ask("root", "call hit --key a").ok();
    let before = desk.ask("root", "shard show").ok();
    let writer = desk.ask("root", "shard set-writer --sign authority.key").ok();
    assert_ne!(writer["writer"], before["writer"]);
    assert_eq!(desk.ask("root", "shard show").ok()["writer"], writer["writer"]);
    // What comes after is signed under the new key, and one needs to know the shard's id alone, as before.
    desk.ask("root", "call hit --key b --receipt new.receipt").ok();
    folder.verify(&format!("--shard {} new.receipt", desk.place.shard)).ok();
    let deployed =
        desk.ask("root", &format!("deploy {} --sign authority.key", guest("ledger").display())).ok();
    assert_eq!(desk.ask("root", "shard show").ok()["program"], deployed["program"]);
    desk.ask("root", "call hit").refuses(7, 5016);
    let reverted = desk.ask("root", "revert --to 2 --sign authority.key").ok();
    assert_eq!(desk.ask("root", "shard show").ok()["program"], before["program"], "{reverted}");
    desk.ask("root", "shard set-profile 2 --sign authority.key").ok();
    let upgraded =
        desk.ask("root", &format!("upgrade {} --sign authority.key", guest("ledger").display())).ok();
    assert_eq!(upgraded["serves"], true, "{upgraded}");
    // A client keeps no programs, and whoever is no authority decides nothing.
    desk.ask("alice", &format!("deploy {} --sign authority.key", guest("counter").display()))
        .refuses(1, 7502);
    desk.ask("root", "revert --to 2 --sign clerk.key").refuses(7, 5007);
    let shard = desk.place.shard.clone();
    assert_eq!(desk.node.stop(), Some(0));
    desk.place.folder.foil("bundle --out all.foil").ok();
    desk.place.folder.verify(&format!("--shard {shard} all.foil")).ok();
}

#[test]
fn a_context_names_a_node_and_its_token() {
    let desk = Desk::new();
    let folder = &desk.place.folder;
    let url = format!("http://{}", desk.node.address);
    folder.foil(&format!("--node {url} --token-file alice.token context add near")).ok();
    folder.foil("--data elsewhere context add far").ok();
    assert_eq!(folder.foil("--context near shard show").ok(), desk.ask("alice", "shard show").ok());
    folder.foil("shard show").refuses(1, 7007);
    folder.foil("context use near").ok();
    assert_eq!(folder.foil("shard show").ok(), desk.ask("alice", "shard show").ok());
    let shown = folder.foil("config show --origin").ok();
    let node = shown["settings"].as_array().unwrap().iter().find(|row| row["setting"] == "node").unwrap();
    assert_eq!(
        (&node["value"], node["origin"].as_str().unwrap().starts_with("context: ")),
        (&url.into(), true)
    );
    let listed = folder.foil("context list").ok();
    let names: Vec<_> =
        listed["contexts"].as_array().unwrap().iter().map(|row| (&row["context"], &row["used"])).collect();
    assert_eq!(names, [(&"far".into(), &false.into()), (&"near".into(), &true.into())], "{listed}");
    // A flag is nearer than a context.
    folder.foil("--data foil-data shard show").refuses(1, 7007);
    folder.foil("context remove near").ok();
    folder.foil("--context near shard show").refuses(2, 7082);
    folder.foil("context use near").refuses(2, 7082);
    folder.write("foil.toml", "nod = \"x\"\n");
    folder.foil("shard show").refuses(2, 7081);
    folder.foil("config check").refuses(2, 7081);
    folder.foil("explain E7081").ok();
}

#[test]
fn what_cannot_be_asked_of_a_node_is_refused_with_the_reason() {
    let desk = Desk::new();
    let folder = &desk.place.folder;
    let held = folder.foil("shard show").refuses(1, 7007).to_owned();
    assert!(held.contains(&desk.node.address), "{held}");
    for words in ["doctor", "recover --dry-run", "restore", "scrub", "token list", "serve", "prune --dry-run"]
    {
        desk.ask("root", words).refuses(2, 7001);
    }
    desk.ask("alice", "call hit --at 1").refuses(2, 7001);
    desk.ask("alice", "events --follow --from x").exits(2);
    desk.ask("alice", "logs --follow").refuses(1, 7502);
    desk.ask("alice", "call hot").refuses(7, 5016);
    desk.ask("alice", "call hit times=3").refuses(2, 7012);
    desk.ask("alice", "inspect --seq 9").refuses(1, 7504);
    desk.ask("alice", "--on ffff shard show").refuses(2, 7008);
    for (url, exit, number) in [
        ("http://127.0.0.1:1", 4, 7083),
        ("ftp://127.0.0.1", 2, 7001),
        ("127.0.0.1:7450", 2, 7001),
        ("http://a@127.0.0.1", 2, 7001),
        ("http://127.0.0.1/v1", 2, 7001),
        ("http://192.0.2.1", 2, 7001),
    ] {
        folder.foil(&format!("--node {url} --token-file alice.token shard show")).refuses(exit, number);
    }
    let url = format!("http://{}", desk.node.address);
    folder.foil(&format!("--node {url} shard show")).refuses(1, 7501);
    folder.write("open.token", "foil_00");
    folder.foil(&format!("--node {url} --token-file open.token shard show")).refuses(3, 7003);
    desk.place.write_private("empty.token", "\n");
    folder.foil(&format!("--node {url} --token-file empty.token shard show")).refuses(2, 7001);
    folder.foil(&format!("--node {url} --data x shard show")).exits(2);
}

#[test]
fn events_and_logs_are_followed() {
    let desk = Desk::new();
    let start = |user: &str, words: &str| {
        let words = format!("--node http://{} --token-file {user}.token {words}", desk.node.address);
        let mut command = desk.place.folder.command("FOIL", "foil", &words);
        let mut process = command.stdout(Stdio::piped()).spawn().expect("foil starts");
        (BufReader::new(process.stdout.take().expect("it is piped")), process)
    };
    let (mut events, mut following) = start("alice", "events --follow --from 0 --name Hit");
    let mut next = || {
        let mut line = String::new();
        events.read_line(&mut line).expect("a line");
        serde_json::from_str::<Value>(&line).expect("JSON")
    };
    for n in 1..=3 {
        desk.ask("alice", &format!("call hit --key {n}")).ok();
        let event = next();
        assert_eq!((&event["seq"], &event["event"]), (&n.into(), &"Hit".into()), "{event}");
    }
    following.kill().unwrap();
    following.wait().unwrap();

    desk.ask("root", &format!("deploy {} --sign authority.key", guest("hostile").display())).ok();
    let (mut logs, mut following) = start("root", "logs --follow");
    let trapped = desk.ask("alice", "call flood_log --fuel 1000000").exits(6);
    let mut line = String::new();
    logs.read_line(&mut line).expect("a line");
    let line: Value = serde_json::from_str(&line).expect("JSON");
    assert_eq!(line["seq"], trapped["seq"]);
    assert!(line["line"] == trapped["logs"][0], "what is heard is what the caller is told");
    following.kill().unwrap();
    following.wait().unwrap();
    // Those of lately are there without waiting.
    let again = desk.ask("root", "logs").stdout;
    let first: Value = serde_json::from_str(again.lines().next().expect("a line")).expect("JSON");
    assert!(first == line, "the first line is the one that was heard");
}
