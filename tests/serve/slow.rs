//! Those who ask and do not read, and programs that take their time: neither holds the node up.

use crate::client::Connection;
use crate::foil::guest;
use crate::node::{Node, Place, hit};
use serde_json::json;
use std::thread;
use std::time::{Duration, Instant};

/// Calls whose answer is more than the kernel buffers for a reader who takes nothing of it.
const CALLS: usize = 3_000;
/// Readers of such answers, which together are more than the node has room for, and of all events.
const READERS: usize = 32;
const FOLLOWERS: usize = 8;
/// The room for answers, and what else there may be: a commit, and what the allocator keeps.
const MEMORY_MAX: u64 = (128 + 96) << 20;
/// Nobody is cut off before, and whoever takes nothing is long after, with some patience.
const KEPT: Duration = Duration::from_secs(10);
const CUT_OFF: Duration = Duration::from_secs(40);

fn batch() -> Vec<u8> {
    json!(vec![json!({ "method": "hit" }); CALLS]).to_string().into_bytes()
}

/// Resident memory of a node, in bytes.
fn memory(node: &Node) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", node.process.id())).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("Linux tells it");
    line.trim().trim_end_matches(" kB").parse::<u64>().unwrap() << 10
}

/// The sum of figures that the node measures, whose lines begin so.
fn measured(place: &Place, node: &Node, begin: &str) -> u64 {
    let text = String::from_utf8(node.get(&place.operator, "/metrics").body).unwrap();
    let lines = text.lines().filter(|line| line.starts_with(begin));
    lines.map(|line| line.rsplit(' ').next().unwrap().parse::<u64>().unwrap()).sum()
}

const ANSWERED: &str = "foil_requests_total{method=\"POST\",route=\"/v1/shards/{shard}/calls\",";

/// Readers that take nothing of what they asked for, each once the one before it was answered.
fn readers(place: &Place, node: &Node) -> Vec<Connection> {
    let body = batch();
    let ask = |method: &str, path: &str, body: &[u8]| {
        let mut connection = node.connect(Some(&place.client));
        connection.send(method, &place.path(path), &[], body).expect("it is sent");
        connection
    };
    let mut readers: Vec<Connection> = (0..FOLLOWERS).map(|_| ask("GET", "events?from=0", b"")).collect();
    for _ in 0..READERS {
        let answered = measured(place, node, ANSWERED);
        readers.push(ask("POST", "calls", &body));
        while measured(place, node, ANSWERED) == answered {
            thread::sleep(Duration::from_millis(5));
        }
    }
    readers
}

#[test]
fn who_does_not_read_takes_no_memory_and_is_cut_off() {
    let place = Place::new();
    let node = place.serve("--drain 3");
    for _ in 0..4 {
        assert_eq!(node.post(&place.client, &place.path("calls"), &batch()).status, 200);
    }
    let (before, begun) = (memory(&node), Instant::now());
    let _slow = readers(&place, &node);
    let refused = measured(&place, &node, &format!("{ANSWERED}status=\"503\""));
    assert!(refused > 0 || begun.elapsed() > KEPT, "there was room for every answer");
    let (mut most, mut number) = (0, 0);
    while measured(&place, &node, "foil_followers ") > 0 || number == 0 {
        let (asked, call) = (Instant::now(), hit(&format!("beside-{number}")));
        // On a machine that is busy with other things it may have to be asked again.
        while node.post(&place.client, &place.path("calls"), &call).status != 200 {
            assert!(asked.elapsed() < Duration::from_secs(10), "others are served");
        }
        (most, number) = (most.max(memory(&node).saturating_sub(before)), number + 1);
        assert!(begun.elapsed() < CUT_OFF, "they are still there");
        thread::sleep(Duration::from_millis(50));
    }
    assert!(most < MEMORY_MAX, "{} MB", most >> 20);
    // There is room again; and who takes nothing does not keep the node from stopping in its time.
    assert_eq!(node.post(&place.client, &place.path("calls"), &batch()).status, 200);
    let _slow = readers(&place, &node);
    let stopped = Instant::now();
    assert_eq!(node.stop(), Some(0));
    assert!(stopped.elapsed() < Duration::from_secs(10), "{:?}", stopped.elapsed());
}

/// What waits for long behind a slow program is refused before it is done, so that nobody is answered late.
#[test]
fn what_waits_for_too_long_is_refused_and_not_done() {
    let place = Place::new();
    place.folder.foil(&format!("deploy {} --sign authority.key", guest("hostile").display())).ok();
    let node = place.serve("");
    let spin = json!(vec![json!({ "method": "spin", "fuel_max": 6_000_000_000_u64 }); 12]).to_string();
    thread::scope(|scope| {
        let spun = scope.spawn(|| node.post(&place.client, &place.path("calls"), spin.as_bytes()).ok());
        thread::sleep(Duration::from_millis(300));
        node.post(&place.client, &place.path("calls"), br#"{"method": "spin"}"#).refuses(503, 7511);
        assert_eq!(spun.join().unwrap()["answers"][11]["trap_code"], 3);
    });
    let shown = node.get(&place.client, &format!("/v1/shards/{}", place.shard)).ok();
    assert_eq!(shown["records"], 14);
}
