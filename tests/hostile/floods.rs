//! Bombs of output, events, messages, logs and writes: caps end them, and what they leave is within the caps.

use crate::attack::Attack;
use crate::module::{main, run, trap};
use abi::limits::{
    EVENTS_BYTES_MAX, EVENTS_MAX, LOGS_BYTES_MAX, MESSAGES_MAX, OUTPUT_BYTES_MAX, WRITES_BYTES_MAX,
};
use abi::outcome::Trap;

const FUEL: u64 = 2_000_000_000;

pub(crate) fn attacks() -> Vec<Attack> {
    let room = "(drop (memory.grow (i32.const 40)))";
    let floods = [
        (
            "answers of a byte too much",
            format!("{room} (call $answer (i32.const 0) (i32.const {}))", OUTPUT_BYTES_MAX + 1),
            Trap::OutputTooLong,
        ),
        (
            "failures of a byte too much",
            format!("{room} (call $fail (i32.const 0) (i32.const {}))", OUTPUT_BYTES_MAX + 1),
            Trap::OutputTooLong,
        ),
        ("small events", "(loop (call $emit (i32.const 0) (i32.const 1) (i32.const 0) (i32.const 0)) (br 0))".into(), Trap::TooManyEvents),
        ("large events", format!("{room} (loop (call $emit (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 65536)) (br 0))"), Trap::TooManyEvents),
        (
            "small messages",
            "(i32.store8 (i32.const 40) (i32.const 97)) (i32.store8 (i32.const 41) (i32.const 128))
            (loop (call $send (i32.const 0) (i32.const 40) (i32.const 1) (i32.const 41) (i32.const 1)) (br 0))".into(),
            Trap::TooManyMessages,
        ),
        (
            // An array of 65,000 zeros.
            "large messages",
            "(i32.store8 (i32.const 40) (i32.const 97)) (i32.store (i32.const 41) (i32.const 0xe8fd99))
            (loop (call $send (i32.const 0) (i32.const 40) (i32.const 1) (i32.const 41) (i32.const 65003)) (br 0))".into(),
            Trap::TooManyMessages,
        ),
        (
            // An array in an array, and so on, deeper than any value may be.
            "nested messages",
            "(i32.store8 (i32.const 40) (i32.const 97)) (memory.fill (i32.const 41) (i32.const 0x81) (i32.const 60000))
            (call $send (i32.const 0) (i32.const 40) (i32.const 1) (i32.const 41) (i32.const 60000))".into(),
            Trap::BadArgument,
        ),
        (
            "writes of many keys",
            "(loop (i32.store (i32.const 0) (local.tee $i (i32.add (local.get $i) (i32.const 1))))
            (call $state_put (i32.const 0) (i32.const 4) (i32.const 0) (i32.const 0)) (br 0))".into(),
            Trap::TooManyWrites,
        ),
        (
            "writes of one key",
            format!("{room} (loop (call $state_put (i32.const 0) (i32.const 1) (i32.const 0) (i32.const 262144)) (br 0))"),
            Trap::TooManyWrites,
        ),
        ("cursors", "(loop (drop (call $scan_open (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0))) (br 0))".into(), Trap::TooManyCursors),
    ];
    let mut attacks: Vec<Attack> = floods.map(|(name, body, ends)| flood(name, body, ends)).into();
    attacks.push(Attack::new("flood of log lines", logs));
    attacks.push(Attack::new("everything at its cap", full));
    attacks
}

fn flood(name: &str, body: String, ends: Trap) -> Attack {
    Attack::new(format!("flood of {name}"), move || {
        assert_eq!(trap(&main(&body), FUEL), ends);
        format!("{ends:?}")
    })
}

fn logs() -> String {
    let programs = main("(loop (call $log (i32.const 0) (i32.const 5000)) (br 0))");
    let logs = run(&programs, FUEL).logs;
    let bytes: usize = logs.iter().map(String::len).sum();
    assert!(bytes <= LOGS_BYTES_MAX);
    // A byte that is not UTF-8 becomes three that are.
    let programs = main(
        "(memory.fill (i32.const 0) (i32.const 255) (i32.const 65536))
        (loop (call $log (i32.const 0) (i32.const 1)) (call $log (i32.const 0) (i32.const 4096)) (br 0))",
    );
    let logs = run(&programs, FUEL).logs;
    let grown: usize = logs.iter().map(String::len).sum();
    assert!(grown <= 3 * LOGS_BYTES_MAX);
    format!("{:?}, {bytes} bytes of log, {grown} of what is not UTF-8", Trap::OutOfFuel)
}

/// A call that returns with the most of everything.
fn full() -> String {
    let count = |of: usize, body: &str| {
        format!(
            "(local.set $i (i32.const 0)) (loop {body}
            (br_if 0 (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const {of}))))"
        )
    };
    let programs = main(&format!(
        "(drop (memory.grow (i32.const 40)))
        (i32.store8 (i32.const 40) (i32.const 97)) (i32.store8 (i32.const 41) (i32.const 128)) {} {} {} {}
        (call $answer (i32.const 0) (i32.const {OUTPUT_BYTES_MAX}))",
        count(EVENTS_MAX, "(call $emit (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 419))"),
        count(
            MESSAGES_MAX,
            "(call $send (i32.const 0) (i32.const 40) (i32.const 1) (i32.const 41) (i32.const 1))"
        ),
        count(
            63,
            "(i32.store8 (i32.const 0) (local.get $i))
            (call $state_put (i32.const 0) (i32.const 1) (i32.const 0) (i32.const 262144))"
        ),
        count(
            256,
            "(drop (call $scan_open (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0)))"
        ),
    ));
    let execution = run(&programs, FUEL);
    assert!(execution.outcome.is_returned(), "{:?}", execution.outcome);
    let events: usize = execution.events.iter().map(|event| event.size()).sum();
    let written = execution.diff.size();
    assert!(events <= EVENTS_BYTES_MAX && written <= WRITES_BYTES_MAX);
    format!("returned, {events} bytes of events, {written} of writes, {} messages", execution.messages.len())
}
