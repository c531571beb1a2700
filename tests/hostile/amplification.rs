//! Host calls that cost the host more than they cost the guest: each in a tight loop, as the product runs it.

use crate::attack::{Attack, peak_kib, resident_kib};
use crate::engines::job_over;
use crate::module::{main_of, wasm};
use abi::hostcalls::TABLE;
use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};
use std::time::Instant;
use vm::{Engine, Job, Vm};

/// A second's worth for ordinary code.
const FUEL: u64 = 1_000_000_000;

/// What of it is enough to see that deleted keys are walked over too often.
const FUEL_DELETED: u64 = 80_000_000;

/// The most memory that one call may take of the host beside the program's own, in KiB.
const GROWTH_KIB_MAX: u64 = 128 << 10;

/// The most time that a unit of fuel may take, in nanoseconds: on a busy machine, and with room to spare.
const NANOSECONDS_MAX: f64 = 30.0;

/// Bodies of loops, with what has to stand before them.
const LOOPS: &[(&str, &str, &str)] = &[
    ("state_get of nothing", "", "(drop (call $state_get (i32.const 0) (i32.const 1) (i32.const 0) (i32.const 0)))"),
    (
        "state_get of 256 KiB, no room",
        "(i32.store8 (i32.const 0) (i32.const 0x6c))",
        "(drop (call $state_get (i32.const 0) (i32.const 1) (i32.const 0) (i32.const 0)))",
    ),
    (
        "state_get of a key of 512 bytes",
        "",
        "(drop (call $state_get (i32.const 0) (i32.const 512) (i32.const 0) (i32.const 0)))",
    ),
    (
        "state_put of new keys",
        "",
        "(i32.store (i32.const 0) (local.tee $i (i32.add (local.get $i) (i32.const 1))))
        (call $state_put (i32.const 0) (i32.const 4) (i32.const 0) (i32.const 0))",
    ),
    ("state_put of one key", "", "(call $state_put (i32.const 0) (i32.const 1) (i32.const 0) (i32.const 0))"),
    ("state_put of 64 KiB", "", "(call $state_put (i32.const 0) (i32.const 1) (i32.const 0) (i32.const 65536))"),
    ("state_delete", "", "(call $state_delete (i32.const 0) (i32.const 1))"),
    (
        "scan_open and scan_close",
        "",
        "(call $scan_close (call $scan_open (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0)))",
    ),
    (
        "scan_next without room",
        "(drop (call $scan_open (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0)))",
        "(drop (call $scan_next (i32.const 0) (i32.const 0) (i32.const 0)))",
    ),
    (
        "scan_next of 256 KiB without room",
        "(i32.store8 (i32.const 0) (i32.const 0x6c))
        (drop (call $scan_open (i32.const 0) (i32.const 1) (i32.const 0) (i32.const 0) (i32.const 0)))",
        "(drop (call $scan_next (i32.const 0) (i32.const 0) (i32.const 0)))",
    ),
    (
        "scans of all, again and again",
        "",
        "(local.set $i (call $scan_open (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 1)))
        (drop (call $scan_next (local.get $i) (i32.const 0) (i32.const 0)))
        (call $scan_close (local.get $i))",
    ),
    ("input", "", "(drop (call $input (i32.const 0) (i32.const 0)))"),
    ("input of 64 KiB", "", "(drop (call $input (i32.const 0) (i32.const 65536)))"),
    ("answer", "", "(call $answer (i32.const 0) (i32.const 0))"),
    ("answer of 64 KiB", "", "(call $answer (i32.const 0) (i32.const 65536))"),
    ("emit", "", "(call $emit (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0))"),
    ("emit of 64 KiB", "", "(call $emit (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 65536))"),
    (
        "send",
        "(i32.store8 (i32.const 40) (i32.const 97)) (i32.store8 (i32.const 41) (i32.const 128))",
        "(call $send (i32.const 0) (i32.const 40) (i32.const 1) (i32.const 41) (i32.const 1))",
    ),
    (
        // An array of 60,000 zeros.
        "send of 60 KB",
        "(i32.store8 (i32.const 40) (i32.const 97)) (i32.store (i32.const 41) (i32.const 0x60ea99))",
        "(call $send (i32.const 0) (i32.const 40) (i32.const 1) (i32.const 41) (i32.const 60003))",
    ),
    ("shard", "", "(call $shard (i32.const 0))"),
    ("caller", "", "(drop (call $caller (i32.const 0) (i32.const 65536)))"),
    ("seq", "", "(drop (call $seq))"),
    ("time", "", "(drop (call $time))"),
    ("random of nothing", "", "(call $random (i32.const 0) (i32.const 0))"),
    ("random of a byte", "", "(call $random (i32.const 0) (i32.const 1))"),
    ("random of 4 KiB", "", "(call $random (i32.const 0) (i32.const 4096))"),
    ("hash_blake3 of nothing", "", "(call $hash_blake3 (i32.const 0) (i32.const 0) (i32.const 0))"),
    ("hash_blake3 of 64 KiB", "", "(call $hash_blake3 (i32.const 0) (i32.const 65536) (i32.const 0))"),
    ("hash_sha256 of nothing", "", "(call $hash_sha256 (i32.const 0) (i32.const 0) (i32.const 0))"),
    ("hash_sha256 of 64 KiB", "", "(call $hash_sha256 (i32.const 0) (i32.const 65536) (i32.const 0))"),
    ("verify_ed25519", "", "(drop (call $verify_ed25519 (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0)))"),
    (
        "verify_ed25519 of 64 KiB",
        "",
        "(drop (call $verify_ed25519 (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 65536)))",
    ),
    ("log", "", "(call $log (i32.const 0) (i32.const 0))"),
    ("log of 64 KiB", "", "(call $log (i32.const 0) (i32.const 65536))"),
];

/// A cursor walks over what the call has deleted, and a new one walks over it again.
const DELETED: (&str, &str) = (
    "(loop
        (i32.store (i32.const 0) (local.tee $i (i32.add (local.get $i) (i32.const 1))))
        (call $state_delete (i32.const 0) (i32.const 3))
        (br_if 0 (i32.lt_u (local.get $i) (i32.const 50000))))",
    "(local.set $i (call $scan_open (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0)))
    (drop (call $scan_next (local.get $i) (i32.const 0) (i32.const 0)))
    (call $scan_close (local.get $i))",
);

pub(crate) fn attacks() -> Vec<Attack> {
    let named =
        |call: &str| LOOPS.iter().any(|(name, _, body)| name.starts_with(call) || body.contains(call));
    let missing: Vec<&str> = TABLE.iter().map(|call| call.name).filter(|call| !named(call)).collect();
    assert_eq!(missing, ["fail"], "every host call has its loop, but the one that ends the call");
    let attack = |name: &str, before: &'static str, body: &'static str, fuel: u64| {
        Attack::new(format!("amplify: {name}"), move || amplify(before, body, fuel))
    };
    let loops = LOOPS.iter().map(|&(name, before, body)| attack(name, before, body, FUEL));
    loops.chain([attack("scans over 50,000 deleted keys", DELETED.0, DELETED.1, FUEL_DELETED)]).collect()
}

/// The engine that serves, as it serves.
fn vm() -> &'static Vm {
    static VM: OnceLock<Vm> = OnceLock::new();
    VM.get_or_init(|| Vm::new(Engine::Cranelift).expect("the engine starts"))
}

fn amplify(before: &str, body: &str, fuel_max: u64) -> String {
    let program = vm().admit(&wasm(&main_of(&format!("{before} (loop {body} (br 0))")))).expect("a program");
    let mut state: BTreeMap<Vec<u8>, Vec<u8>> =
        (0..10_000u32).map(|key| ([&[1, b'k'][..], &key.to_be_bytes()].concat(), vec![7; 100])).collect();
    state.extend((0..20u8).map(|key| (vec![1, b'l', key], vec![7; 256 << 10])));
    state.insert(vec![1, b'l'], vec![7; 256 << 10]);
    let job = Job { input: vec![1; 64 << 10], fuel_max, ..job_over(Arc::new(state)) };
    let before_kib = resident_kib();
    let begun = Instant::now();
    let execution = vm().run(&program, job).expect("no fault");
    let nanoseconds = begun.elapsed().as_secs_f64() * 1e9;
    assert!(execution.fuel > 0 && !execution.outcome.is_returned());
    // No fuel is as large as to lose digits that matter.
    #[allow(clippy::cast_precision_loss, reason = "for people")]
    let each = nanoseconds / execution.fuel as f64;
    assert!(each <= NANOSECONDS_MAX, "{each:.1} ns for each unit of fuel");
    let growth = peak_kib().saturating_sub(before_kib);
    assert!(growth <= GROWTH_KIB_MAX, "{} MiB of the host's memory", growth >> 10);
    format!("{each:.3} ns for each unit of fuel, {:?}", execution.outcome)
}
