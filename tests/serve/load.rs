//! More load than a node takes: what finds no room is refused before anything is done, and all goes on after it.

use crate::client::Connection;
use crate::foil::soak;
use crate::node::{Place, hit};
use serde_json::json;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

const CLIENTS: usize = 48;
/// Calls of a request: all clients together ask for more than finds room.
const CALLS: usize = 4_000;

#[test]
fn too_much_load_is_shed_before_anything_is_done() {
    let place = Place::new();
    let node = place.serve("");
    let lasts = Duration::from_secs(if soak() { 120 } else { 8 });
    let (taken, shed) = (AtomicU64::new(0), AtomicU64::new(0));
    let body = json!(vec![json!({ "method": "hit" }); CALLS]).to_string();
    let begun = Instant::now();
    thread::scope(|scope| {
        for _ in 0..CLIENTS {
            scope.spawn(|| {
                let mut connection = Connection::new(&node.address, Some(&place.client)).unwrap();
                while begun.elapsed() < lasts {
                    let answer = connection.ask("POST", &place.path("calls"), &[], body.as_bytes()).unwrap();
                    if answer.status == 200 {
                        taken.fetch_add(1, Ordering::Relaxed);
                        continue;
                    }
                    answer.refuses(503, 7511);
                    let seconds = answer.header("retry-after").and_then(|text| text.parse::<u64>().ok());
                    shed.fetch_add(1, Ordering::Relaxed);
                    thread::sleep(Duration::from_millis(100 * seconds.expect("it says when to ask again")));
                }
            });
        }
    });
    let (taken, shed) = (taken.into_inner(), shed.into_inner());
    assert!(taken > 0 && shed > 0, "{taken} requests were taken, {shed} were shed");
    let ended = Instant::now();
    assert_eq!(node.post(&place.client, &place.path("calls"), &hit("after")).ok()["outcome"], "returned");
    assert!(ended.elapsed() < Duration::from_secs(10), "{:?}", ended.elapsed());
    let shown = node.get(&place.client, &format!("/v1/shards/{}", place.shard)).ok();
    assert_eq!(shown["records"], taken * CALLS as u64 + 2, "what was shed was not done");
}

/// Each name may ask so often, whatever others do.
#[test]
fn a_name_that_asks_too_often_is_told_to_wait() {
    let place = Place::new();
    let node = place.serve("--rate 5");
    let mut connection = node.connect(Some(&place.client));
    let mut ask = || connection.ask("GET", "/v1/shards", &[], b"").unwrap();
    let answers: Vec<u16> = (0..50).map(|_| ask().status).collect();
    let refused = answers.iter().filter(|status| **status == 429).count();
    assert!(
        (1..=45).contains(&refused) && answers.iter().all(|status| [200, 429].contains(status)),
        "{answers:?}"
    );
    assert_eq!(node.get(&place.operator, "/v1/shards").status, 200);
    let told = std::iter::repeat_with(ask).find(|answer| answer.status == 429).unwrap();
    told.refuses(429, 7512);
    assert!(told.header("retry-after").is_some());
}
