//! A node that is told to stop: what is being answered is answered, and the shards are closed.

use crate::node::{Place, hit, token};
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

#[test]
fn it_answers_what_it_has_begun_and_closes_the_shard() {
    let place = Place::new();
    let node = place.serve("");
    let (answered, cut) = (AtomicU64::new(0), AtomicU64::new(0));
    thread::scope(|scope| {
        for client in 0..8 {
            let (place, node, answered, cut) = (&place, &node, &answered, &cut);
            scope.spawn(move || {
                let mut connection = node.connect(Some(&place.client));
                for number in 0.. {
                    let key = format!("{client}-{number}");
                    match connection.ask("POST", &place.path("calls"), &[], &hit(&key)) {
                        Ok(answer) if answer.status == 200 => answered.fetch_add(1, Ordering::Relaxed),
                        Ok(answer) => {
                            answer.refuses(503, 7513);
                            assert_eq!(answer.header("retry-after"), Some("1"));
                            break;
                        }
                        // Between two requests the connection is closed.
                        Err(_) => {
                            cut.fetch_add(1, Ordering::Relaxed);
                            break;
                        }
                    };
                }
            });
        }
        thread::sleep(Duration::from_millis(500));
        node.signal("TERM");
    });
    let begun = Instant::now();
    assert_eq!(node.stop(), Some(0));
    assert!(begun.elapsed() < Duration::from_secs(10));
    let shown = place.folder.foil("shard show").ok();
    let records = shown["records"].as_u64().unwrap() - 1;
    let answered = answered.into_inner();
    // What was cut off was closed between two requests, or its answer was on the way.
    assert!((answered..=answered + cut.into_inner()).contains(&records), "{records} {answered}");
    let dry = place.folder.foil("recover --dry-run").ok();
    assert_eq!(dry["steps"].as_array().map_or(0, Vec::len), 0, "{dry}");
}

#[test]
fn another_command_does_not_touch_what_is_served_and_tokens_do() {
    let place = Place::new();
    let node = place.serve("");
    place.folder.foil("shard show").refuses(1, 7007);
    let late = token(&place.folder, "late", "");
    assert_eq!(node.post(&late, &place.path("calls"), &hit("a")).ok()["seq"], 1);
    node.get(&late, "/metrics").refuses(403, 7502);
    assert!(place.log().contains("audit") && place.log().contains("late"), "{}", place.log());
    assert!(!place.log().contains(&late[5..]), "tokens are not logged");
}

#[test]
fn the_log_is_json_for_those_who_want_it() {
    let place = Place::new();
    let node = place.serve("--log-json");
    node.post(&place.client, &place.path("calls"), &hit("a")).ok();
    let answer = node.post(&place.client, &place.path("snapshots"), b"");
    let line = loop {
        let log = place.log();
        if let Some(line) = log.lines().find(|line| line.contains("audit")) {
            break serde_json::from_str::<serde_json::Value>(line).unwrap();
        }
    };
    assert_eq!(line["fields"]["request"].as_str(), answer.header("x-request-id"), "{line}");
    assert_eq!((&line["fields"]["who"], &line["fields"]["status"]), (&"alice".into(), &403.into()), "{line}");
}
