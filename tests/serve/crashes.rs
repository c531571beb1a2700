//! A node that is killed under load: what was answered is history, and what is asked again is the same.

use crate::client::Connection;
use crate::foil::soak;
use crate::node::{Node, Place, hit};
use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

const CLIENTS: usize = 64;
const CBOR: &[(&str, &str)] = &[("accept", "application/cbor")];

/// Receipts by key: of the calls that were answered.
type Answered = BTreeMap<String, Vec<u8>>;

/// Has many clients call, each a key after the other, until they are told to stop or the node is gone.
fn load(
    place: &Place,
    node: &Node,
    round: usize,
    until: &AtomicBool,
    answered: &Mutex<Answered>,
    asked: &Mutex<BTreeSet<String>>,
) {
    thread::scope(|scope| {
        for client in 0..CLIENTS {
            scope.spawn(move || {
                let Ok(mut connection) = Connection::new(&node.address, Some(&place.client)) else { return };
                for number in 0.. {
                    if until.load(Ordering::Relaxed) {
                        return;
                    }
                    let key = format!("{round}-{client}-{number}");
                    asked.lock().unwrap().insert(key.clone());
                    match connection.ask("POST", &place.path("calls"), CBOR, &hit(&key)) {
                        Ok(answer) if answer.status == 200 => {
                            answered.lock().unwrap().insert(key, answer.body);
                        }
                        Ok(answer) => {
                            assert_eq!(answer.status, 503, "{}", String::from_utf8_lossy(&answer.body))
                        }
                        Err(_) => return,
                    }
                }
            });
        }
    });
}

/// Every call that was asked has its first answer again, or is made now, once.
fn ask_again(place: &Place, node: &Node, answered: &Answered, asked: &BTreeSet<String>) {
    let mut connection = node.connect(Some(&place.client));
    let mut seqs = BTreeSet::new();
    for key in asked {
        let again = connection.ask("POST", &place.path("calls"), CBOR, &hit(key)).unwrap();
        assert_eq!(again.status, 200, "{key}");
        if let Some(receipt) = answered.get(key) {
            assert_eq!((again.header("foil-known"), &again.body), (Some("true"), receipt), "{key}");
        }
        assert!(seqs.insert(again.header("foil-seq").unwrap().to_owned()), "{key} has another's place");
    }
}

/// Nodes that end under load, one after the other over the same files: all that they answered is history.
fn survives(place: &Place, rounds: usize, end: impl Fn(usize, &AtomicBool, &(dyn Fn(&Node) + Sync))) {
    let (answered, asked) = (Mutex::default(), Mutex::default());
    for round in 0..rounds {
        let until = AtomicBool::new(false);
        end(round, &until, &|node| load(place, node, round, &until, &answered, &asked));
    }
    let (answered, asked) = (answered.into_inner().unwrap(), asked.into_inner().unwrap());
    assert!(answered.len() > 100, "{} were answered", answered.len());
    let node = place.serve("");
    ask_again(place, &node, &answered, &asked);
    let records = node.get(&place.client, &format!("/v1/shards/{}", place.shard)).ok()["records"].clone();
    assert_eq!(records, asked.len() + 1, "nothing is there twice");
    assert_eq!(node.stop(), Some(0));
    place.folder.foil("bundle").ok();
    place.folder.verify(&format!("--shard {} shard.foil", place.shard)).ok();
}

#[test]
fn what_was_answered_before_a_kill_is_history() {
    let place = Place::new();
    survives(&place, if soak() { 50 } else { 6 }, |round, _, load| {
        let node = place.serve("");
        thread::scope(|scope| {
            scope.spawn(|| load(&node));
            thread::sleep(Duration::from_millis(200 + 77 * round as u64 % 400));
            node.signal("KILL");
        });
    });
}

/// The plug is pulled at one of the calls that write: the k-th of its name in a thread.
#[test]
fn what_was_answered_before_the_plug_was_pulled_is_history() {
    const WRITES: [&str; 4] = ["fdatasync", "pwrite64", "write", "fsync"];
    let place = Place::new();
    survives(&place, if soak() { 50 } else { 6 }, |round, until, load| {
        let number = 1 + (round * 7919) % if round % 4 == 3 { 5 } else { 400 };
        let inject = format!("inject={}:signal=KILL:when={number}", WRITES[round % WRITES.len()]);
        let trace = format!("trace={}", WRITES.join(","));
        let strace = ["strace", "-f", "-qq", "-o", "/dev/null", "-e", &trace, "-e", &inject];
        let Some(mut node) = place.serve_under(&strace, "") else { return };
        thread::scope(|scope| {
            // Where the call never comes, it ends by itself.
            scope.spawn(|| {
                thread::sleep(Duration::from_secs(3));
                until.store(true, Ordering::Relaxed);
            });
            load(&node);
        });
        // Of a tracer that is killed, the traced goes on.
        _ = Command::new("pkill").args(["-KILL", "-P", &node.process.id().to_string()]).status();
        _ = node.process.wait();
    });
}
