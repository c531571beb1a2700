use crate::Job;
use crate::fixture::{FUEL, job, main, number, outcome, program, run, said};
use abi::Hash;
use abi::codec::{Bytes, Encode};
use abi::effect::Message;
use abi::hostcalls::{TABLE, Wasm, bytes_fuel, find};
use abi::outcome::{Outcome, Trap};

/// A call of a host call with these arguments, its result dropped.
fn call(name: &str, args: &[u32]) -> String {
    let result = if find(name).unwrap().result.is_some() { "drop" } else { "" };
    let args: String = args.iter().map(|arg| format!("(i32.const {arg})")).collect();
    format!("{args} (call ${name}) {result}")
}

/// Where `HIT` puts a method's name of three bytes.
const METHOD: u32 = 60_000;
const HIT: &str = "(i32.store (i32.const 60000) (i32.const 0x746968))";

fn trapped(trap: Trap) -> Outcome {
    Outcome::Trapped(trap)
}

#[test]
fn a_wild_pointer_traps_in_every_host_call() {
    // Arguments that work, and where the pointers are: with their lengths behind them, or to so many bytes.
    type Case = (&'static str, &'static [u32], &'static [usize], &'static [(usize, u32)]);
    let cases: &[Case] = &[
        ("state_get", &[0, 1, 0, 1], &[0, 2], &[]),
        ("state_put", &[0, 1, 0, 1], &[0, 2], &[]),
        ("state_delete", &[0, 1], &[0], &[]),
        ("scan_open", &[0, 1, 0, 1, 0], &[0, 2], &[]),
        ("scan_next", &[0, 0, 1], &[1], &[]),
        ("scan_close", &[0], &[], &[]),
        ("input", &[0, 1], &[0], &[]),
        ("answer", &[0, 1], &[0], &[]),
        ("fail", &[0, 1], &[0], &[]),
        ("emit", &[0, 1, 0, 1], &[0, 2], &[]),
        ("send", &[0, METHOD, 3, 0, 1], &[1, 3], &[(0, 32)]),
        ("shard", &[0], &[], &[(0, 32)]),
        ("caller", &[0, 1], &[0], &[]),
        ("seq", &[], &[], &[]),
        ("time", &[], &[], &[]),
        ("random", &[0, 1], &[0], &[]),
        ("hash_blake3", &[0, 1, 0], &[0], &[(2, 32)]),
        ("hash_sha256", &[0, 1, 0], &[0], &[(2, 32)]),
        ("verify_ed25519", &[0, 0, 0, 1], &[2], &[(0, 32), (1, 64)]),
        ("log", &[0, 1], &[0], &[]),
    ];
    assert!(cases.iter().map(|case| case.0).eq(TABLE.iter().map(|row| row.name)));
    let size = 65_536;
    let wild = [(size + 1, 0), (size, 1), (size - 1, 2), (0, size + 1), (u32::MAX, 1), (1, u32::MAX)];
    let open = call("scan_open", &[0, 0, 0, 0, 0]);
    let outcome_of =
        |name, args: &[u32]| outcome(&format!("{HIT} {open} (call $say (i64.const 0)) {}", call(name, args)));
    for (name, args, pointers, fixed) in cases {
        assert_eq!(TABLE.iter().find(|row| row.name == *name).unwrap().params, vec![Wasm::I32; args.len()]);
        assert!(outcome_of(name, args).code() < 2, "{name} works");
        for &pointer in *pointers {
            let with = |(start, len): (u32, u32)| {
                let mut args = args.to_vec();
                args[pointer..pointer + 2].copy_from_slice(&[start, len]);
                outcome_of(name, &args)
            };
            for range in wild {
                assert_eq!(with(range), trapped(Trap::BadPointer), "{name} {pointer} {range:?}");
            }
            assert_ne!(with((size, 0)), trapped(Trap::BadPointer), "an empty range may end the memory");
        }
        for &(pointer, len) in *fixed {
            let at = |start: u32| {
                let mut args = args.to_vec();
                args[pointer] = start;
                outcome_of(name, &args)
            };
            assert!(at(size - len).code() < 2, "{name} works at the memory's end");
            for start in [size - len + 1, size, u32::MAX] {
                assert_eq!(at(start), trapped(Trap::BadPointer), "{name} {pointer} {start}");
            }
        }
    }
}

#[test]
fn an_output_over_the_limit_traps() {
    let program = |end: &str| {
        let fields = format!(
            r#"(memory (export "memory") 17 17)
            (func (export "call:main") (call ${end} (i32.const 0) (i32.const 1048576)))
            (func (export "call:bomb") (call ${end} (i32.const 0) (i32.const 1048577)))"#
        );
        crate::fixture::vm().admit(&crate::fixture::module(&fields)).unwrap()
    };
    for (end, code) in [("answer", 0), ("fail", 1)] {
        let program = program(end);
        let full = run(&program, job()).unwrap().outcome;
        assert_eq!((full.code(), full.output().len()), (code, 1 << 20));
        let bomb = run(&program, Job { method: "bomb".into(), ..job() }).unwrap();
        assert_eq!(bomb.outcome, trapped(Trap::OutputTooLong));
    }
}

#[test]
fn fail_never_returns() {
    let program = main(
        "(call $state_put (i32.const 0) (i32.const 1) (i32.const 0) (i32.const 1))
        (call $say (i64.const 1))
        (i32.store8 (i32.const 0) (i32.const 33))
        (call $fail (i32.const 0) (i32.const 1))
        (loop (br 0))",
    );
    let execution = run(&program, job()).unwrap();
    assert_eq!(execution.outcome, Outcome::Failed(b"!".to_vec()));
    assert!(execution.diff.is_empty() && execution.fuel < FUEL / 2);
}

#[test]
fn the_last_answer_counts() {
    assert_eq!(said("(call $say (i64.const 1)) (call $say (i64.const 2))"), 2);
    let gone = "(call $say (i64.const 1)) (call $answer (i32.const 0) (i32.const 0))";
    assert_eq!(outcome(gone), Outcome::Returned(Vec::new()));
}

#[test]
fn reads_see_the_calls_own_writes() {
    let program = program(
        r#"(data (i32.const 0) "ab")
        (func (export "call:main")
            (call $state_put (i32.const 0) (i32.const 1) (i32.const 0) (i32.const 2))
            (call $state_delete (i32.const 1) (i32.const 1))
            (if (i64.ne (i64.const -1)
                    (call $state_get (i32.const 1) (i32.const 1) (i32.const 8) (i32.const 8)))
                (then unreachable))
            (call $answer (i32.const 8) (i32.wrap_i64
                (call $state_get (i32.const 0) (i32.const 1) (i32.const 8) (i32.const 8)))))"#,
    );
    let execution = run(&program, job()).unwrap();
    assert_eq!(execution.outcome, Outcome::Returned(b"ab".to_vec()));
    let writes: Vec<_> = execution.diff.iter().collect();
    assert_eq!(writes, [(&b"\x01a"[..], Some(&b"ab"[..])), (b"\x01b", None)]);
}

#[test]
fn a_buffer_too_small_takes_what_fits_and_tells_the_length() {
    let program = program(
        r#"(data (i32.const 0) "b")
        (func (export "call:main") (local $len i64)
            (local.set $len (call $state_get (i32.const 0) (i32.const 1) (i32.const 8) (i32.const 2)))
            (i64.store8 (i32.const 16) (local.get $len))
            (i32.store8 (i32.const 17) (call $input (i32.const 12) (i32.const 3)))
            (call $answer (i32.const 8) (i32.const 10)))"#,
    );
    let outcome = run(&program, job()).unwrap().outcome;
    assert_eq!(outcome, Outcome::Returned(b"th\0\0inp\0\x05\x05".to_vec()));
}

#[test]
fn a_cursor_waits_for_a_buffer_that_fits() {
    let program = program(
        r#"(func (export "call:main")
            (drop (call $scan_open (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0)))
            (i64.store (i32.const 0) (call $scan_next (i32.const 0) (i32.const 100) (i32.const 7)))
            (i64.store (i32.const 8) (i64.load (i32.const 100)))
            (i64.store (i32.const 16) (call $scan_next (i32.const 0) (i32.const 100) (i32.const 8)))
            (i64.store (i32.const 24) (i64.load (i32.const 100)))
            (i64.store (i32.const 32) (call $scan_next (i32.const 0) (i32.const 100) (i32.const 0)))
            (i64.store (i32.const 40) (call $scan_next (i32.const 0) (i32.const 100) (i32.const 99)))
            (i64.store (i32.const 48) (call $scan_next (i32.const 0) (i32.const 100) (i32.const 99)))
            (i64.store (i32.const 56) (call $scan_next (i32.const 0) (i32.const 100) (i32.const 99)))
            (call $answer (i32.const 0) (i32.const 64)))"#,
    );
    let outcome = run(&program, job()).unwrap().outcome;
    let words: Vec<[u8; 8]> = outcome.output().chunks(8).map(|word| word.try_into().unwrap()).collect();
    let entry = *b"\x01\0\0\0aone";
    let number = i64::to_le_bytes;
    let expected = [number(8), number(0), number(8), entry, number(10), number(10), number(-1), number(-1)];
    assert_eq!(words, expected);
}

#[test]
fn what_a_call_is_told_about_itself() {
    assert_eq!(said("(call $say (call $seq))"), 7);
    assert_eq!(said("(call $say (call $time))"), 9);
    let caller = "(call $answer (i32.const 0) (call $caller (i32.const 0) (i32.const 99)))";
    assert_eq!(outcome(caller), Outcome::Returned(job().context.caller.to_bytes()));
    let input = "(call $answer (i32.const 0) (call $input (i32.const 0) (i32.const 99)))";
    assert_eq!(outcome(input), Outcome::Returned(b"input".to_vec()));
}

#[test]
fn random_bytes_depend_on_the_call_alone() {
    let body = "(call $random (i32.const 0) (i32.const 40)) (call $answer (i32.const 0) (i32.const 40))";
    assert_eq!(outcome(body), outcome(body));
    let program = main(body);
    let mut later = job();
    later.context.seq += 1;
    let later = run(&program, later).unwrap().outcome;
    assert_eq!(later.output().len(), 40);
    assert_ne!(later, outcome(body));
}

#[test]
fn events_and_logs_come_with_the_execution() {
    let program = main(
        "(i32.store8 (i32.const 0) (i32.const 65))
        (call $emit (i32.const 0) (i32.const 1) (i32.const 0) (i32.const 2))
        (call $log (i32.const 0) (i32.const 1))
        (call $say (i64.const 1))",
    );
    let execution = run(&program, job()).unwrap();
    assert_eq!((execution.events[0].name.as_str(), &*execution.events[0].data), ("A", &b"A\0"[..]));
    assert_eq!(execution.logs, ["A"]);
}

#[test]
fn messages_come_with_the_execution() {
    let body = format!(
        "{HIT} (i32.store8 (i32.const 31) (i32.const 9)) {} (call $say (i64.const 1))",
        call("send", &[0, METHOD, 3, 40, 1])
    );
    let mut to = Hash::ZERO;
    to.0[31] = 9;
    let message = Message { to, method: "hit".into(), args: Bytes(vec![0]) };
    assert_eq!(run(&main(&body), job()).unwrap().messages, [message]);
    let lost = format!("{body} unreachable");
    assert_eq!(run(&main(&lost), job()).unwrap().messages, []);
}

/// The hostile guest's `regret` panics as Rust does.
#[test]
fn a_panic_says_where_and_what() {
    let hostile = include_bytes!("../../../../guests/wasm/hostile.wasm");
    let program = crate::fixture::vm().admit(hostile).unwrap();
    let execution = run(&program, Job { method: "regret".into(), ..job() }).unwrap();
    assert_eq!(execution.outcome, trapped(Trap::Unreachable));
    let [line] = &execution.logs[..] else { panic!("{:?}", execution.logs) };
    assert!(line.starts_with("panicked at ") && line.ends_with(": explicit panic"), "{line}");
    assert!(line.contains("lib.rs:"), "{line}");
}

/// What a call with this body and data answers, its answer the 32 bytes at 200.
fn digest(data: &str, body: &str) -> Hash {
    let fields = format!(
        "(data (i32.const 0) \"{data}\")
        (func (export \"call:main\") {body} (call $answer (i32.const 200) (i32.const 32)))"
    );
    let outcome = run(&program(&fields), job()).unwrap().outcome;
    Hash(outcome.output().try_into().unwrap())
}

#[test]
fn a_program_knows_its_shard_and_hashes_as_everybody_does() {
    assert_eq!(digest("", &call("shard", &[200])), job().context.shard);
    let blake3 = "af1349b9f5f9a1a6a0404dea36dcc9499bcb25c9adc112b7cc9a93cae41f3262";
    assert_eq!(digest("", &call("hash_blake3", &[0, 0, 200])).to_string(), blake3, "of nothing");
    let sha256 = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    assert_eq!(digest("abc", &call("hash_sha256", &[0, 3, 200])).to_string(), sha256, "FIPS 180-4");
    let twice = call("hash_sha256", &[200, 3, 200]);
    let over = format!("(i32.store (i32.const 200) (i32.const 0x636261)) {twice}");
    assert_eq!(digest("", &over).to_string(), sha256, "over its own input");
}

#[test]
fn rfc_8032_test_3_verifies_and_nothing_near_it() {
    let key = "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025";
    let signature = "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac\
        18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a";
    let verdict = |key: &str, signature: &str, message: &str| {
        let hex = format!("{key}{signature}{message}");
        let data: String =
            hex.as_bytes().chunks(2).map(|pair| format!("\\{}", pair.escape_ascii())).collect();
        let fields = format!(
            "(data (i32.const 0) \"{data}\") (func (export \"call:main\") (call $say (i64.extend_i32_u
                (call $verify_ed25519 (i32.const 0) (i32.const 32) (i32.const 96) (i32.const 2)))))"
        );
        number(&run(&program(&fields), job()).unwrap().outcome)
    };
    assert_eq!(verdict(key, signature, "af82"), 1);
    assert_eq!(verdict(key, signature, "af83"), 0);
    assert_eq!(verdict(&key.replace("fc", "fd"), signature, "af82"), 0);
    assert_eq!(verdict(key, &signature.replace("62", "63"), "af82"), 0);
    assert_eq!(verdict(&format!("02{:062}", 0), signature, "af82"), 0, "no point of the curve");
}

#[test]
fn every_trap_of_a_session_reaches_the_outcome() {
    let forever = |body: String| format!("(loop {body} (br 0))");
    // A key that differs each time: the counter's four bytes.
    let count = "(i32.store (i32.const 0) (local.tee $i (i32.add (local.get $i) (i32.const 1))))";
    let cases = [
        (Trap::BadArgument, call("state_get", &[0, 0, 0, 0])),
        (Trap::BadArgument, call("scan_next", &[0, 0, 0])),
        (Trap::BadArgument, call("scan_open", &[0, 0, 0, 0, 2])),
        (Trap::BadArgument, call("random", &[0, 4097])),
        (Trap::BadArgument, call("scan_close", &[0])),
        (Trap::BadArgument, call("send", &[0, 0, 0, 0, 1])),
        (Trap::BadArgument, HIT.to_owned() + &call("send", &[0, METHOD, 3, 0, 2])),
        (
            Trap::BadArgument,
            format!("(i32.store8 (i32.const 0) (i32.const 255)) {}", call("emit", &[0, 1, 0, 0])),
        ),
        (Trap::KeyTooLong, call("state_delete", &[0, 513])),
        (
            Trap::ValueTooLong,
            "(drop (memory.grow (i32.const 4)))".to_owned() + &call("state_put", &[0, 1, 0, 262_145]),
        ),
        (Trap::TooManyWrites, forever(format!("{count} {}", call("state_put", &[0, 4, 0, 0])))),
        (Trap::TooManyWrites, forever(call("state_put", &[0, 1, 0, 65_536]))),
        (Trap::TooManyEvents, call("emit", &[0, 0, 0, 65_536]) + &call("emit", &[0, 1, 0, 65_536])),
        (Trap::TooManyEvents, forever(call("emit", &[0, 0, 0, 0]))),
        (Trap::TooManyMessages, HIT.to_owned() + &forever(call("send", &[0, METHOD, 3, 0, 1]))),
        (Trap::TooManyCursors, forever(call("scan_open", &[0, 0, 0, 0, 0]))),
    ];
    for (trap, body) in cases {
        assert_eq!(outcome(&body), trapped(trap), "{body}");
    }
}

#[test]
fn every_host_call_is_paid_for_before_its_work() {
    let fuel =
        |body: String| run(&main(&format!("{HIT} {body} (call $say (i64.const 0))")), job()).unwrap().fuel;
    let nothing = fuel(String::new());
    // Eight bytes of input or output for each call, where it takes any.
    let cases: &[(&str, &[u32], u64)] = &[
        ("state_put", &[0, 3, 0, 5], 8),
        ("state_delete", &[0, 8], 8),
        ("scan_open", &[0, 3, 0, 5, 0], 8),
        ("input", &[0, 99], 5),
        ("input", &[0, 2], 2),
        ("answer", &[0, 8], 8),
        ("emit", &[0, 3, 0, 5], 8),
        ("send", &[0, METHOD, 3, 0, 1], 4),
        ("shard", &[0], 0),
        ("hash_blake3", &[0, 8, 0], 8),
        ("hash_sha256", &[0, 8, 0], 8),
        ("verify_ed25519", &[0, 0, 0, 8], 8),
        ("random", &[0, 8], 8),
        ("log", &[0, 8], 8),
        ("seq", &[], 0),
    ];
    for (name, args, bytes) in cases {
        let row = find(name).unwrap();
        let paid = fuel(call(name, args)) - nothing;
        let price = row.base + bytes_fuel(row.per_byte, *bytes);
        assert!((price..price + 10).contains(&paid), "{name}: paid={paid} price={price}");
        let poor = Job { fuel_max: price, ..job() };
        let poor = run(&main(&format!("{HIT} (loop {} (br 0))", call(name, args))), poor).unwrap();
        assert_eq!(poor.outcome, trapped(Trap::OutOfFuel), "{name}");
    }
}

#[test]
fn reads_are_paid_by_what_was_read_whether_it_fits_or_not() {
    let fuel = |key: u8, cap: u32| {
        let get = call("state_get", &[100, 1, 0, cap]);
        let body = format!("(i32.store8 (i32.const 100) (i32.const {key})) {get} (call $say (i64.const 0))");
        run(&main(&body), job()).unwrap().fuel
    };
    let per_byte = find("state_get").unwrap().per_byte;
    let absent = fuel(b'~', 0);
    for cap in [0, 2, 99] {
        assert_eq!(fuel(b'b', cap), absent + bytes_fuel(per_byte, 5));
    }
}

/// New cursors once walked over the same deletions again and again for the price of one look.
#[test]
fn a_cursor_pays_for_the_deletions_it_walks_over() {
    let fuel = |deletions: u32, cursors: u32| {
        let body = format!(
            "(local $c i32)
            (loop (i32.store (i32.const 0) (local.tee $i (i32.add (local.get $i) (i32.const 1))))
                (call $state_delete (i32.const 0) (i32.const 4))
                (br_if 0 (i32.lt_u (local.get $i) (i32.const {deletions}))))
            (local.set $i (i32.const 0))
            (loop (local.set $c (call $scan_open (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0)))
                (drop (call $scan_next (local.get $c) (i32.const 0) (i32.const 0)))
                (call $scan_close (local.get $c))
                (br_if 0 (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const {cursors}))))
            (call $say (i64.const 1))"
        );
        run(&main(&body), job()).unwrap().fuel
    };
    let scans = |deletions| fuel(deletions, 11) - fuel(deletions, 1);
    // A third of these keys stand before the first that is left.
    assert!(scans(1_001) - scans(1) >= 10 * 300 * 16);
}
