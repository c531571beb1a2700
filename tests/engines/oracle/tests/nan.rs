//! Prepared modules on every engine of wasmtime, against the raw ones on a wasmi that is built to make
//! canonical NaN by itself: what engines agree on could be wrong everywhere, this could not.

use arbitrary::Unstructured;
use engines::machine::Machine;
use engines::trial::{Raw, Seen, Trial};
use engines::{Engines, Rng, Value, deep, generate};
use vm::{Engine, Preparation};

const COMPILED: [Engine; 3] = [Engine::Cranelift, Engine::CraneliftNone, Engine::Pulley];

fn number(variable: &str, default: u64) -> u64 {
    let text = std::env::var(variable).unwrap_or_default();
    if text.is_empty() { default } else { text.parse().unwrap_or_else(|_| panic!("{variable}={text}")) }
}

#[test]
#[allow(clippy::print_stdout, reason = "the counts are for whoever runs this with --nocapture")]
fn float_programs_come_to_the_same_as_where_nan_is_canonical_by_itself() {
    let (first, count) = (number("FOIL_SEED", 1), number("FOIL_ORACLE", 300));
    let engines = Engines::start();
    let trial = Trial { engines: &engines, on: &COMPILED, raw: Raw::OnWasmi };
    let mut seen = Seen::default();
    for seed in first..first + count {
        let text = oracle::program(seed);
        let wasm = wat::parse_str(&text).unwrap_or_else(|error| panic!("FOIL_SEED={seed}: {error}\n{text}"));
        let tried = deep(|| trial.run(&wasm, seed, &mut seen));
        tried.unwrap_or_else(|divergence| panic!("FOIL_SEED={seed} FOIL_ORACLE=1: {divergence}\n{text}"));
    }
    println!("{count} float programs from {first}\n{seen:#?}");
    assert_eq!((seen.refused, seen.stillborn, seen.modules), (0, 0, count));
    if count >= 200 {
        assert!(seen.values >= 8_000 && seen.nans >= 2_000 && seen.raw * 10 > seen.returned * 9);
    }
}

#[test]
#[allow(clippy::print_stdout, reason = "the counts are for whoever runs this with --nocapture")]
fn generated_modules_come_to_the_same_as_where_nan_is_canonical_by_itself() {
    let (first, count) = (number("FOIL_SEED", 1), number("FOIL_ORACLE", 300));
    let engines = Engines::start();
    let trial = Trial { engines: &engines, on: &COMPILED, raw: Raw::OnWasmi };
    let mut seen = Seen::default();
    for seed in first..first + count {
        let bytes = Rng::new(seed).bytes(3_000);
        let Ok(wasm) = generate::module(&mut Unstructured::new(&bytes)) else { continue };
        let tried = deep(|| trial.run(&wasm, seed, &mut seen));
        tried.unwrap_or_else(|divergence| panic!("FOIL_SEED={seed} FOIL_ORACLE=1: {divergence}"));
    }
    println!("{count} generated modules from {first}\n{seen:#?}");
    assert!(count < 200 || seen.raw > count / 2);
}

/// A module for each way in which a program sees the bits of a value; `f` answers with the bits. $d and $s
/// stand for an operation that hands the bits of a NaN on, and hides their last.
const SEEN: &[(&str, &str)] = &[
    ("store", "(func (export \"f\") (result i64) (f64.store (i32.const 16) $d) (i64.load (i32.const 16)))"),
    ("store of 32 bits", "(func (export \"f\") (result i32) (f32.store (i32.const 16) $s) (i32.load (i32.const 16)))"),
    ("reinterpret", "(func (export \"f\") (result i64) (i64.reinterpret_f64 $d))"),
    ("reinterpret of 32 bits", "(func (export \"f\") (result i32) (i32.reinterpret_f32 $s))"),
    ("copysign, its value", "(func (export \"f\") (result i64) (i64.reinterpret_f64 (f64.copysign $d (f64.const 1))))"),
    ("copysign, its sign", "(func (export \"f\") (result i64) (i64.reinterpret_f64 (f64.copysign (f64.const 1) $d)))"),
    ("neg", "(func (export \"f\") (result i64) (i64.reinterpret_f64 (f64.neg $d)))"),
    ("neg of 32 bits", "(func (export \"f\") (result i32) (i32.reinterpret_f32 (f32.neg $s)))"),
    ("abs, which hands it on", "(func (export \"f\") (result i64) (i64.reinterpret_f64 (f64.abs $d)))"),
    ("result", "(func (export \"f\") (result f64) $d)"),
    ("result of 32 bits", "(func (export \"f\") (result f32) $s)"),
    ("return", "(func (export \"f\") (result f64) (return $d))"),
    ("second result", "(func (export \"f\") (result i32 f64 i32) (i32.const 1) $d (i32.const 2))"),
    ("argument", "(func $g (param f64) (result i64) (i64.reinterpret_f64 (local.get 0)))
        (func (export \"f\") (result i64) (call $g $d))"),
    ("argument of an indirect call", "(table 1 funcref) (elem (i32.const 0) $g) (type $t (func (param f64) (result i64)))
        (func $g (type $t) (i64.reinterpret_f64 (local.get 0)))
        (func (export \"f\") (result i64) (call_indirect (type $t) $d (i32.const 0)))"),
    ("result of a call", "(func $g (result f64) $d) (func (export \"f\") (result i64) (i64.reinterpret_f64 (call $g)))"),
    ("global", "(global $g (mut f64) (f64.const 0))
        (func (export \"f\") (result i64) (global.set $g $d) (i64.reinterpret_f64 (global.get $g)))"),
    ("select with a constant NaN", "(func (export \"f\") (result i64)
        (i64.reinterpret_f64 (select $d (f64.const nan:0x123) (i32.load8_u (i32.const 0)))))"),
    ("select with a load", "(func (export \"f\") (result i64)
        (i64.reinterpret_f64 (select (f64.load (i32.const 8)) $d (i32.load8_u (i32.const 40)))))"),
    ("select of two such", "(func (export \"f\") (result i64)
        (i64.reinterpret_f64 (select $d (f64.mul $d (f64.const 2)) (i32.load8_u (i32.const 0)))))"),
    ("select with what is no NaN", "(func (export \"f\") (result i64)
        (i64.reinterpret_f64 (select $d (f64.const 2) (i32.load8_u (i32.const 0)))))"),
    ("block", "(func (export \"f\") (result i64) (i64.reinterpret_f64 (block (result f64) $d)))"),
    ("br", "(func (export \"f\") (result i64) (i64.reinterpret_f64 (block (result f64) (br 0 $d))))"),
    ("br_if", "(func (export \"f\") (result i64)
        (i64.reinterpret_f64 (block (result f64) (drop (br_if 0 $d (i32.load8_u (i32.const 0)))) (f64.const 1))))"),
    ("br_if that is not taken", "(func (export \"f\") (result i64)
        (i64.reinterpret_f64 (block (result f64) (br_if 0 $d (i32.load8_u (i32.const 40))))))"),
    ("br_table", "(func (export \"f\") (result i64)
        (i64.reinterpret_f64 (block (result f64) (block (result f64) (br_table 0 1 0 $d (i32.const 1))))))"),
    ("if", "(func (export \"f\") (result i64)
        (i64.reinterpret_f64 (if (result f64) (i32.load8_u (i32.const 0)) (then $d) (else (f64.const 1)))))"),
    ("else", "(func (export \"f\") (result i64)
        (i64.reinterpret_f64 (if (result f64) (i32.load8_u (i32.const 40)) (then (f64.const 1)) (else $d))))"),
    ("parameter of a block", "(func (export \"f\") (result i64)
        $d (block (param f64) (result i64) i64.reinterpret_f64))"),
    ("parameter of an if", "(func (export \"f\") (result i64)
        $d (i32.load8_u (i32.const 0)) (if (param f64) (result f64) (then) (else)) i64.reinterpret_f64)"),
    ("parameter of a loop", "(func (export \"f\") (result i64)
        $d (loop (param f64) (result i64) i64.reinterpret_f64))"),
    ("loop", "(func (export \"f\") (result i64) (i64.reinterpret_f64 (loop (result f64) $d)))"),
    ("branch to a loop", "(func (export \"f\") (result i64) (local i32 i64)
        (f64.const 1)
        (loop (param f64) (local.set 1 (i64.reinterpret_f64))
            (local.set 0 (i32.add (local.get 0) (i32.const 1)))
            $d (br_if 0 (i32.lt_u (local.get 0) (i32.const 2))) (drop))
        (local.get 1))"),
    ("local", "(func (export \"f\") (result i64) (local f64)
        (local.set 0 $d) (i64.reinterpret_f64 (local.get 0)))"),
    ("local.tee", "(func (export \"f\") (result i64) (local f64) (i64.reinterpret_f64 (local.tee 0 $d)))"),
    ("local that holds a load, too", "(func (export \"f\") (result i64) (local f64)
        (local.set 0 (f64.load (i32.const 8)))
        (if (i32.load8_u (i32.const 0)) (then (local.set 0 $d)))
        (i64.reinterpret_f64 (local.get 0)))"),
    ("parameter that is assigned to", "(func $g (param f64) (result i64)
        (if (i32.load8_u (i32.const 0)) (then (local.set 0 $d))) (i64.reinterpret_f64 (local.get 0)))
        (func (export \"f\") (result i64) (call $g (f64.const 1)))"),
    ("local assigned in a loop, read before", "(func (export \"f\") (result i64) (local f64 i32 i64)
        (loop (local.set 2 (i64.reinterpret_f64 (local.get 0))) (local.set 0 $d)
            (br_if 0 (i32.lt_u (local.tee 1 (i32.add (local.get 1) (i32.const 1))) (i32.const 2))))
        (local.get 2))"),
    ("local from a local", "(func (export \"f\") (result i64) (local f64 f64 f64)
        (local.set 0 $d) (local.set 1 (local.get 0)) (local.set 2 (local.get 1)) (i64.reinterpret_f64 (local.get 2)))"),
    ("demote", "(func (export \"f\") (result i32) (i32.reinterpret_f32 (f32.demote_f64 (f64.load (i32.const 8)))))"),
    ("promote", "(func (export \"f\") (result i64) (i64.reinterpret_f64 (f64.promote_f32 (f32.load (i32.const 0)))))"),
];

fn module(text: &str) -> Vec<u8> {
    let text = text
        .replace("$d", "(f64.add (f64.load (i32.const 8)) (f64.const 1))")
        .replace("$s", "(f32.add (f32.load (i32.const 0)) (f32.const 1))");
    // Two NaN: negative ones, with bits of their own.
    let data = r#"(memory 1 1) (data (i32.const 0) "\01\00\e0\ff\00\00\00\00\01\00\00\00\00\00\fc\ff")"#;
    wat::parse_str(format!("(module {data} {text})")).unwrap_or_else(|error| panic!("{error}\n{text}"))
}

fn answer(mut machine: Box<dyn Machine>, wasm: &[u8]) -> Vec<Value> {
    let instance = machine.instantiate(wasm).expect("it imports nothing");
    machine.call(instance, "f", &[]).expect("it ends")
}

/// Without the pass every one of these shows the bits that the processor made; so a pass that left out one
/// way of seeing would be found.
#[test]
fn each_way_of_seeing_bits_is_seen_raw_and_canonical_prepared() {
    let engines = Engines::start();
    for (way, text) in SEEN {
        let raw = module(text);
        let prepared = vm::prepare(&raw, Preparation { marks: true, fuel: 1_000_000 }).unwrap();
        let ours = answer(engines.machine(Engine::Cranelift), &raw);
        let oracles = answer(engines.machine(Engine::Wasmi), &raw);
        assert_ne!(ours, oracles, "{way}: the raw module shows nothing");
        for engine in COMPILED {
            assert_eq!(answer(engines.machine(engine), &prepared), oracles, "{way}, on {engine}");
        }
    }
}

/// Values that are only moved keep their bits, whatever they are.
#[test]
fn bits_that_are_only_moved_stay() {
    let engines = Engines::start();
    let moved = [
        "(func (export \"f\") (result f64) (f64.load (i32.const 8)))",
        "(func (export \"f\") (result f32) (f32.load (i32.const 0)))",
        "(func (export \"f\") (result f64) (f64.const -nan:0x4000000000001))",
        "(func (export \"f\") (result f64) (f64.neg (f64.load (i32.const 8))))",
        "(func (export \"f\") (result f64) (f64.abs (f64.load (i32.const 8))))",
        "(func (export \"f\") (result f64) (f64.copysign (f64.load (i32.const 8)) (f64.const 1)))",
        "(func (export \"f\") (result f64) (select (f64.load (i32.const 8)) $d (i32.const 1)))",
        "(func (export \"f\") (result f64) (local f64) (local.set 0 $d) (local.set 0 (f64.load (i32.const 8))) (local.get 0))",
        "(func $g (param f64) (result f64) (local.get 0)) (func (export \"f\") (result f64) (call $g (f64.load (i32.const 8))))",
    ];
    for text in moved {
        let raw = module(text);
        let prepared = vm::prepare(&raw, Preparation { marks: true, fuel: 1_000_000 }).unwrap();
        let oracles = answer(engines.machine(Engine::Wasmi), &raw);
        assert!(
            oracles[0].is_nan() && ![Value::F32(0x7fc0_0000), Value::F64(0x7ff8 << 48)].contains(&oracles[0])
        );
        for engine in COMPILED {
            assert_eq!(answer(engines.machine(engine), &prepared), oracles, "{text}, on {engine}");
        }
    }
}
