//! One history, however it is cut into blocks, and whatever runs it.

use crate::flights::World;
use crate::foil::{Folder, guest, soak};
use crate::history::History;
use abi::codec::Decode;
use abi::outcome::Outcome;
use guest_sdk::test::Host;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// The same calls in blocks of 1, 100 and 10,000 have the same effects and lead to the same state.
#[test]
fn where_a_block_ends_is_unobservable() {
    let flights = if soak() { 27_004 } else { 2_000 };
    let world = World::of(flights);
    let histories: Vec<History> = ["1", "100", "10000"]
        .iter()
        .map(|calls| {
            world.folder.copy("foil-data", calls);
            world.run(calls, &format!("--block-calls {calls}"));
            History::read(&world.bundle(calls))
        })
        .collect();
    let heights: Vec<usize> = histories.iter().map(|history| history.blocks.len()).collect();
    assert_eq!(heights, [1, 100, 10_000].map(|calls| 2 + flights.div_ceil(calls)));
    for history in &histories[1..] {
        assert!(history.effects() == histories[0].effects());
        assert_eq!(history.root(), histories[0].root());
    }
}

/// Rows whose times fall and rise again: logical time never falls, and neither does it depend on blocks.
#[test]
fn where_a_block_ends_is_unobservable_when_rows_are_out_of_order() {
    let world = World::of(300);
    let text = String::from_utf8(world.folder.read("flights.csv")).unwrap();
    let (header, rows) = text.split_once('\n').unwrap();
    let rows: Vec<&str> = rows.lines().collect();
    let shuffled: Vec<&str> = rows.chunks(7).flat_map(|week| week.iter().rev().copied()).collect();
    world.folder.write("flights.csv", format!("{header}\n{}\n", shuffled.join("\n")));
    let [one, other] = ["1", "100"].map(|calls| {
        world.folder.copy("foil-data", calls);
        world.run(calls, &format!("--block-calls {calls}"));
        History::read(&world.bundle(calls))
    });
    assert!(one.effects() == other.effects());
    assert_eq!(one.root(), other.root());
}

/// Two runs with one genesis and the same blocks: every record is the same to the byte, and so is all that
/// a stranger is given.
#[test]
fn two_runs_of_one_genesis_are_identical() {
    let world = World::new();
    world.folder.copy("foil-data", "twin");
    let bundles = ["foil-data", "twin"].map(|data| {
        world.run(data, "--block-calls 1000");
        world.bundle(data)
    });
    let [one, other] = [&bundles[0], &bundles[1]].map(|bundle| History::read(bundle));
    assert!(one.record_bytes() == other.record_bytes());
    assert!(bundles[0] == bundles[1], "the records are the same, and their bundles are not");
    let report = world.folder.verify(&format!("--shard {} twin.foil", world.shard)).ok();
    assert_eq!(report["facts"]["records"], 27_102);
}

/// Runs a history of the ledger natively; how often each outcome was seen, by the error's code.
fn run_natively(bundle: &[u8]) -> BTreeMap<u64, u64> {
    let history = History::read(bundle);
    let program = history.programs[0];
    let mut host = Host::with::<ledger::Program>(history.genesis.clone(), program);
    let mut outcomes = BTreeMap::new();
    let entries = history.blocks.iter().flat_map(|block| &block.entries);
    for (entry, effect) in entries.zip(history.effects()).skip(1) {
        let (execution, native) = host.execute(&entry.call.call, entry.time_ms);
        assert_eq!(native.hash(), effect, "{:?}: {:?}", entry.call.call, execution.outcome);
        assert_eq!(execution.outcome, entry.outcome);
        *outcomes.entry(code(&entry.outcome)).or_default() += 1;
    }
    outcomes
}

/// 0 for an answer, and the program's code of an error.
fn code(outcome: &Outcome) -> u64 {
    match outcome {
        Outcome::Returned(_) => 0,
        Outcome::Failed(bytes) => {
            let mut reader = abi::codec::Reader::new(bytes);
            reader.array().and_then(|_| u64::decode(&mut reader)).expect("an error has a code")
        }
        Outcome::Trapped(trap) => panic!("the ledger trapped: {trap}"),
    }
}

#[test]
fn native_and_wasm_agree_on_every_flight() {
    let world = World::new();
    world.run("foil-data", "");
    let outcomes = run_natively(&world.bundle("foil-data"));
    assert_eq!(outcomes, BTreeMap::from([(0, 97 + 26_483), (18, 521)]));
}

/// Rolls calls from a fixed sequence of numbers, so that nearly every rule is broken by some.
struct Dice {
    state: u64,
    last: Value,
    pending: Vec<String>,
}

impl Dice {
    fn roll(&mut self, below: u64) -> u64 {
        self.state =
            self.state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.state >> 33) % below
    }

    fn pick(&mut self, from: &[&str]) -> String {
        let at = usize::try_from(self.roll(from.len() as u64)).expect("an index");
        from[at].to_owned()
    }

    /// The number of an account: eight of ten times one that is soon open.
    fn number(&mut self, closed: &str) -> String {
        match self.roll(60) {
            0 => "0".into(),
            1 => MAX.into(),
            2 => closed.into(),
            _ => (self.roll(8) + 1).to_string(),
        }
    }

    fn account(&mut self) -> Value {
        json!({
            "id": self.number("99"),
            "ledger": self.pick(&["1", "1", "1", "2", "0"]),
            "code": self.pick(&["1", "1", "1", "1", "1", "2", "0"]),
            "flags": self.pick(&["0", "0", "0", "0", "8", "2", "2", "4", "6", "16", "1"]),
            "name": self.pick(&["a", "a", "a", "b", "a name of more than thirty-two bytes"]),
        })
    }

    /// A transfer; now and then the last one again, or with one column changed.
    fn transfer(&mut self) -> Value {
        let new = json!({
            "id": match self.roll(40) { 0 => "0".into(), 1 => MAX.into(), _ => (self.roll(1 << 40) + 1).to_string() },
            "debit": self.number("77"),
            "credit": self.number("77"),
            "amount": match self.roll(99) { 0 => HALF.into(), _ => self.roll(9).to_string() },
            "ledger": self.pick(&["1", "1", "1", "1", "1", "2", "0"]),
            "code": self.pick(&["1", "1", "1", "1", "1", "2", "0"]),
        });
        let again = self.roll(4) == 0 && self.last.is_object();
        if !again {
            self.last = new;
            return self.last.clone();
        }
        let mut changed = self.last.clone();
        let column = self.pick(&["debit", "credit", "amount", "ledger", "code"]);
        changed[&column] = new[&column].clone();
        changed
    }

    /// A transfer that reserves, for a moment or for long.
    fn pend(&mut self) -> Value {
        let mut pending = self.transfer();
        pending["timeout"] = self.pick(&["0", "1", "5", "4294967295"]).into();
        self.pending.push(pending["id"].as_str().unwrap_or_default().to_owned());
        pending
    }

    /// What posts: more often than not one that is pending, and now and then again.
    fn post(&mut self) -> Value {
        let mut post = self.void();
        post["amount"] = self.pick(&["0", "1", "2", "9", MAX]).into();
        post
    }

    /// What voids: the same of it.
    fn void(&mut self) -> Value {
        let at = usize::try_from(self.roll(self.pending.len() as u64 + 90)).expect("an index");
        let pending_id = self.pending.get(at).cloned();
        let pending_id = pending_id.unwrap_or_else(|| (self.roll(500) + 1).to_string());
        json!({ "id": (self.roll(500) + 1).to_string(), "pending_id": pending_id })
    }

    /// A transfer of any kind, in a batch.
    fn item(&mut self) -> Value {
        let flags = self
            .pick(&["0", "0", "0", "0", "1", "2", "2", "2", "3", "4", "8", "16", "32", "66", "130", "256"]);
        let mut item = match flags.as_str() {
            "4" | "8" => self.post(),
            _ => self.pend(),
        };
        let zero = json!({
            "debit": "0", "credit": "0", "ledger": "0", "code": "0", "timeout": "0", "pending_id": null,
        });
        for (field, value) in zero.as_object().into_iter().flatten() {
            item.as_object_mut().expect("an item").entry(field).or_insert_with(|| value.clone());
        }
        if !matches!(flags.as_str(), "2" | "3" | "66" | "130") && self.roll(9) != 0 {
            item["timeout"] = "0".into();
        }
        item["flags"] = flags.into();
        item["user_data"] = if self.roll(9) == 0 { "7".into() } else { Value::Null };
        item
    }
}

const HALF: &str = "170141183460469231731687303715884105728";
const MAX: &str = "340282366920938463463374607431768211455";

/// Rows for every method of the ledger, by method.
fn corpus() -> Vec<(&'static str, Vec<Value>)> {
    let mut dice = Dice { state: 4, last: Value::Null, pending: Vec::new() };
    let rows = |dice: &mut Dice, row: fn(&mut Dice) -> Value, count: usize| {
        (0..count).map(|_| row(dice)).collect::<Vec<_>>()
    };
    let batch = |dice: &mut Dice| json!({ "batch": rows(dice, Dice::item, 30) });
    let accounts = |dice: &mut Dice| json!({ "batch": rows(dice, Dice::account, 5) });
    vec![
        ("open", rows(&mut dice, Dice::account, 400)),
        ("transfer", rows(&mut dice, Dice::transfer, 3_000)),
        ("pend", rows(&mut dice, Dice::pend, 600)),
        ("post_pending", rows(&mut dice, Dice::post, 300)),
        ("void_pending", rows(&mut dice, Dice::void, 300)),
        ("transfers", (0..100).map(|_| batch(&mut dice)).collect()),
        ("expire", vec![json!({ "limit": "9" }), json!({ "limit": "9999" })]),
        ("open_all", (0..20).map(|_| accounts(&mut dice)).collect()),
        ("transfer", rows(&mut dice, Dice::transfer, 500)),
    ]
}

/// Native and wasm execution of calls that break nearly every rule of the ledger.
#[test]
fn native_and_wasm_agree_on_every_rule() {
    let (folder, _) = Folder::serving(&guest("ledger"));
    for (index, (method, rows)) in corpus().into_iter().enumerate() {
        let columns: Vec<&String> = rows[0].as_object().unwrap().keys().collect();
        let args: Map<String, Value> =
            columns.iter().map(|name| ((*name).clone(), json!({ "column": name }))).collect();
        folder.write("map.json", json!({ "method": method, "args": args }).to_string());
        let lines: Vec<String> = rows
            .iter()
            .enumerate()
            .map(|(row, columns)| {
                let mut columns = columns.clone();
                columns["at"] = (1_357_000_000 + 1_000 * index + row / 50).into();
                columns.to_string()
            })
            .collect();
        folder.write("rows.jsonl", lines.join("\n"));
        folder
            .foil(&format!("run rows.jsonl --map map.json --run {index} --time-from at --block-calls 64"))
            .ok();
    }
    folder.foil("bundle --out corpus.foil").ok();
    let outcomes = run_natively(&folder.read("corpus.foil"));
    let codes: Vec<u64> = outcomes.keys().copied().collect();
    let expected = [
        0, 5, 6, 8, 9, 10, 11, 12, 14, 15, 18, 19, 20, 21, 22, 23, 24, 25, 26, 31, 33, 34, 35, 36, 37, 38,
        39, 40, 45, 46, 54, 55, 102, 105, 106, 107, 108, 113, 114, 115, 116, 119, 120, 121, 201,
    ];
    let unseen: Vec<&u64> = expected.iter().filter(|code| !codes.contains(code)).collect();
    assert!(unseen.is_empty(), "no call fails with {unseen:?}: {outcomes:?}");
}
