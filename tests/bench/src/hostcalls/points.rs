//! The host calls that are measured, at their sizes.

use super::point::{
    DATA, END, KEY, METHOD, OUT, Point, SIGNED, State, USUAL, again, invoke, len, size, state, times,
    with_args,
};
use abi::codec::Writer;

/// Why reads of a map in memory may be dear.
const COLD: &str = "dear: a store on disk is slower";
/// Why writes may be.
const COMMITTED: &str = "dear: what is written is committed as well";
/// Why events may be.
const KEPT: &str = "dear: what is emitted is hashed and kept as well";
/// Why messages of few long items may be.
const ITEMS: &str = "dear: paid as if of many items";

/// Every point.
pub(super) fn all() -> Vec<Point> {
    [gets(), writes(), scans(), steps(), inputs_and_answers(), effects(), told(), hashes(), logs()]
        .into_iter()
        .flatten()
        .collect()
}

/// Writes `count` keys of a state before the loop, or deletes them.
fn own(state: State, first: usize, count: u32, call: &str) -> String {
    let key_len = len(state.key_len);
    let write = match call {
        "state_put" => invoke(call, &[KEY, key_len, DATA, 32]),
        _ => invoke(call, &[KEY, key_len]),
    };
    format!("(loop {} {write} {})", state.make(first), again(count))
}

fn get(what: &str, state: State) -> Point {
    let what = format!("{what}, key {}, value {}", size(state.key_len), size(state.value_len));
    Point::new("state_get", what, &[KEY, len(state.key_len), OUT, 1 << 20]).state(state).dear(COLD)
}

fn gets() -> Vec<Point> {
    let late = State { key_len: 512, value_len: 32, late: true };
    let mut points = vec![
        get("hit", state(1, 32)).keys(0),
        get("hit", USUAL).keys(0),
        get("hit", state(512, 32)).keys(0),
        get("hit, keys alike", late).keys(0),
        get("the same hit", USUAL),
        get("miss", USUAL).keys(USUAL.count()),
        get("the same miss", state(32, 0)).before("(i64.store (i32.const 0) (i64.const 1))"),
        get("miss", state(512, 32)).keys(USUAL.count()),
        get("own, of 1,000", USUAL).keys(0).calls(1_000).before(own(USUAL, 0, 1_000, "state_put")),
        get("beside own 1,000", USUAL).keys(1_000).before(own(USUAL, 0, 1_000, "state_put")),
    ];
    for value in [0, 1, 256, 4 << 10, 64 << 10, 256 << 10] {
        points.push(get("hit", state(64, value)).keys(0));
    }
    points
}

fn put(what: &str, key: usize, value: usize) -> Point {
    let what = format!("{what}, key {}, value {}", size(key), size(value));
    let most = len((12 << 20) / (key + value + 1));
    let args = [KEY, len(key), DATA, len(value)];
    let point = Point::new("state_put", what, &args).data(vec![9; value]).calls(most.min(1_000));
    Point { state: state(key, 32), ..point }.dear(COMMITTED)
}

fn writes() -> Vec<Point> {
    let mut points = Vec::new();
    for (key, value) in [(1, 0), (64, 0), (64, 1), (64, 32), (64, 256), (64, 4 << 10), (64, 64 << 10)] {
        points.push(put("new", key, value).keys(0));
    }
    points.push(put("new", 64, 256 << 10).keys(0));
    points.push(put("new", 512, 32).keys(0));
    points.push(put("new, 90,000 of them", 64, 32).keys(0).calls(90_000));
    points.push(put("over itself", 64, 32));
    points.push(put("over itself", 64, 4 << 10));
    points.push(put("over itself", 512, 32));
    let own_1000 = || own(USUAL, 0, 1_000, "state_put");
    points.push(put("over own 1,000", 64, 32).keys(0).before(own_1000()));
    points.push(put("beside own 1,000", 64, 32).keys(1_000).before(own_1000()));
    for key in [1, 64, 512] {
        let delete = |what: &str| {
            let what = format!("{what}, key {}", size(key));
            let point = Point::new("state_delete", what, &[KEY, len(key)]).state(state(key, 32));
            let calls = point.calls.min(1_000);
            point.calls(calls).dear(COMMITTED)
        };
        points.push(delete("new").keys(0));
        points.push(delete("the same"));
    }
    points
}

fn scans() -> Vec<Point> {
    let mut points = Vec::new();
    for key in [0, 1, 64, 512] {
        let args = [KEY, key, END, key, 0];
        points.push(Point::new("scan_open", format!("keys {key} B"), &args).calls(256));
        let pair = invoke("scan_open", &args) + &with_args("scan_close", "(local.get $i)");
        let what = format!("and scan_close, keys {key} B");
        points.push(Point::of("scan_open", what, pair).calls(1_000));
    }
    let open = format!("(loop {} {})", invoke("scan_open", &[0; 5]), again(256));
    let close = with_args("scan_close", "(local.get $i)");
    points.push(Point::of("scan_close", "of 256", close).calls(256).before(open));
    points
}

/// Entries of a cursor over all keys.
fn next(what: &str, state: State, reverse: u32) -> Point {
    let what = format!("{what}, key {}, value {}", size(state.key_len), size(state.value_len));
    let point = Point::new("scan_next", what, &[0, OUT, 1 << 20]).state(state).dear(COLD);
    let calls = point.calls.min(1_000);
    point.calls(calls).before(invoke("scan_open", &[0, 0, 0, 0, reverse]))
}

/// Moves of cursors.
fn steps() -> Vec<Point> {
    let mut points = vec![
        next("on", state(1, 32), 0).calls(200),
        next("on", USUAL, 0),
        next("back", USUAL, 1),
        next("on", state(512, 32), 0),
        next("back", state(512, 32), 1),
        next("on, keys alike", State { key_len: 512, value_len: 32, late: true }, 0),
    ];
    for value in [0, 256, 4 << 10, 64 << 10, 256 << 10] {
        points.push(next("on", state(64, value), 0));
    }
    points.push(next("back", state(64, 64 << 10), 1));
    for (what, reverse) in [("on", 0), ("back", 1)] {
        let open = invoke("scan_open", &[0, 0, 0, 0, reverse]);
        let before = own(USUAL, 0, 1_000, "state_put") + &open;
        points.push(next(&format!("{what}, own 1,000"), USUAL, reverse).before(before));
    }
    let first = Point::of(
        "scan_next",
        "first of a range, key 64 B, value 32 B",
        format!("(drop (call $scan_next (local.get $i) (i32.const {OUT}) (i32.const 1024)))"),
    );
    let open = invoke("scan_open", &[KEY, 64, 0, 0, 0]);
    let first = first.state(USUAL).before("").calls(200);
    points.push(Point { each: USUAL.make(0) + &open, ..first });
    let mut small = next("no room, key 64 B", USUAL, 0);
    small.body = invoke("scan_next", &[0, OUT, 0]);
    points.push(small);
    let end = invoke("scan_open", &[KEY, 1, KEY, 1, 0]);
    points.push(next("at its end", USUAL, 0).before(end));
    // A new cursor each time, over nothing but keys that the call has deleted.
    let hidden = Point::of(
        "scan_next",
        "over own 1,000 deletes",
        format!("(drop (call $scan_next (local.get $i) (i32.const {OUT}) (i32.const 1024)))"),
    );
    let open = invoke("scan_open", &[0, 0, 0, 0, 0]);
    let before = own(state(64, 32), 0, 1_000, "state_delete");
    // Closing is in both loops, and comes before the next turn's opening.
    let close = with_args("scan_close", "(i32.sub (local.get $i) (i32.const 1))");
    let each = format!("(if (local.get $i) (then {close})) {open}");
    points.push(Point { each, ..hidden.before(before).calls(50) });
    points
}

fn inputs_and_answers() -> Vec<Point> {
    let mut points = Vec::new();
    for bytes in [0, 1, 32, 256, 4 << 10, 64 << 10, 1 << 20] {
        let input = Point::new("input", size(bytes), &[OUT, 1 << 20]).calls(times(bytes));
        points.push(Point { input: bytes, ..input });
    }
    let none = Point::new("input", "1 MB, no room", &[OUT, 0]);
    points.push(Point { input: 1 << 20, ..none });
    for bytes in [0, 1, 32, 256, 4 << 10, 64 << 10, 1 << 20] {
        let answer = Point::new("answer", size(bytes), &[DATA, len(bytes)]).data(vec![9; bytes]);
        points.push(answer.calls(times(bytes)));
        let fail = Point::new("fail", size(bytes), &[DATA, len(bytes)]).data(vec![9; bytes]);
        points.push(Point { runs: times(bytes).min(200), ..fail.calls(1) });
    }
    points
}

/// An array of so many times the same item.
fn array(count: usize, item: &[u8]) -> Vec<u8> {
    let mut w = Writer::default();
    w.array(count);
    (0..count).for_each(|_| w.raw(item));
    w.into_bytes()
}

/// One string of so many bytes: the fewest.
fn string(bytes: usize) -> Vec<u8> {
    let mut w = Writer::default();
    w.bytes(&vec![1; bytes]);
    w.into_bytes()
}

/// Events and messages.
fn effects() -> Vec<Point> {
    let mut points = Vec::new();
    for bytes in [0, 1, 32, 256, 4 << 10, 60 << 10] {
        let calls = len((3 << 20) / (bytes + 8)).min(5_000);
        let what = format!("name 8 B, data {}", size(bytes));
        let emit = Point::new("emit", what, &[METHOD, 8, DATA, len(bytes)]);
        points.push(emit.data(vec![9; bytes]).calls(calls).dear(KEPT));
    }
    let name = Point::new("emit", "name 60 kB", &[DATA, 60 << 10, DATA, 0]);
    points.push(name.data(vec![b'a'; 60 << 10]).calls(50).dear(KEPT));
    let send = |what: String, args: Vec<u8>| {
        let calls = len((3 << 20) / (args.len() + 8)).min(1_000);
        let send = Point::new("send", what, &[KEY, METHOD, 8, DATA, len(args.len())]);
        send.data(args).calls(calls)
    };
    points.push(send("1 B".into(), array(0, &[])));
    for bytes in [32, 256, 4 << 10, 60 << 10] {
        // One string is the usual for long arguments; many items are the most to check.
        points.push(send(format!("a string of {}", size(bytes)), string(bytes)).dear(ITEMS));
        points.push(send(format!("numbers, {}", size(bytes)), array(bytes, &[1])));
    }
    for (what, item) in [
        ("empty texts", &[0x60][..]),
        ("booleans", &[0xf5]),
        ("lists in lists", &[0x81, 0x81, 0x81, 0x80]),
        ("maps", &[0xa1, 0, 0]),
    ] {
        points.push(send(format!("{what}, 4 kB"), array((4 << 10) / item.len(), item)));
    }
    points
}

/// What a call is told about itself.
fn told() -> Vec<Point> {
    let mut points = vec![
        Point::new("shard", "", &[OUT]),
        Point::new("caller", "a key", &[OUT, 64]),
        Point::new("seq", "", &[]),
        Point::new("time", "", &[]),
    ];
    for bytes in [0, 1, 32, 256, 4 << 10] {
        points.push(Point::new("random", size(bytes), &[OUT, len(bytes)]).calls(times(8 * bytes).min(2_000)));
    }
    points
}

fn hashes() -> Vec<Point> {
    let mut points = Vec::new();
    for call in ["hash_blake3", "hash_sha256"] {
        for bytes in [0, 1, 32, 64, 256, 1 << 10, 4 << 10, 64 << 10, 1 << 20] {
            let hash = Point::new(call, size(bytes), &[DATA, len(bytes), OUT]).data(vec![9; bytes]);
            points.push(hash.calls(times(8 * bytes).min(2_000)));
        }
    }
    for bytes in [0, 32, 1 << 10, 64 << 10, 1 << 20] {
        let args = [SIGNED, SIGNED + 32, DATA, len(bytes)];
        let verify = Point::new("verify_ed25519", size(bytes), &args).data(vec![9; bytes]);
        points.push(verify.calls(if bytes > 100_000 { 2 } else { 20 }));
    }
    let none = Point::new("verify_ed25519", "no key", &[METHOD, SIGNED + 32, DATA, 0]);
    points.push(none.calls(100).dear("dear: refused at once"));
    points
}

fn logs() -> Vec<Point> {
    let mut points = Vec::new();
    for bytes in [0, 1, 32, 256, 4 << 10] {
        let calls = len((60 << 10) / (bytes + 1)).min(10_000);
        let log = || Point::new("log", size(bytes), &[DATA, len(bytes)]).calls(calls);
        points.push(log().data(vec![b'a'; bytes]));
    }
    let broken = Point::new("log", "4 kB, no UTF-8", &[DATA, 4 << 10]).data(vec![0xff; 4 << 10]);
    points.push(broken.calls(15));
    let full = format!("(loop {} {})", invoke("log", &[DATA, 4 << 10]), again(16));
    let dropped = Point::new("log", "4 kB, over what is kept", &[DATA, 4 << 10]).before(full);
    points.push(dropped.data(vec![b'a'; 4 << 10]).dear("dear: dropped"));
    let cut = Point::new("log", "64 kB", &[DATA, 64 << 10]).data(vec![b'a'; 64 << 10]);
    points.push(cut.calls(15).dear("dear: cut at 4 kB"));
    points
}
