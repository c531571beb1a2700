//! Bytes that are no module, or no program: each is refused by a typed error, and nothing is compiled.

use crate::attack::Attack;
use crate::engines::{Programs, engines, job};
use crate::module::{main_of, wasm};
use crate::rng::Rng;
use abi::Coded;
use std::collections::BTreeMap;
use vm::{Job, Preparation};

const COUNTER: &[u8] = include_bytes!("../../guests/wasm/counter.wasm");

pub(crate) fn attacks() -> Vec<Attack> {
    vec![
        Attack::new("modules cut anywhere", cut),
        Attack::new("modules with a byte changed, run", changed),
        Attack::new("guests with a bit changed, prepared", flipped),
        Attack::new("bytes at random", random),
        Attack::new("contracts broken", contracts),
        Attack::new("reserved exports", reserved),
    ]
}

/// A cut between sections that nobody needs leaves a whole program; every other is refused.
fn cut() -> String {
    let small = small();
    let cuts = (0..small.len()).map(|len| &small[..len]).chain((0..COUNTER.len()).map(|len| &COUNTER[..len]));
    let ends: Vec<_> = cuts.map(|cut| engines().admit(cut).map(drop)).collect();
    let whole = ends.iter().filter(|end| end.is_ok()).count();
    assert!(whole <= 8, "{whole} parts of modules are admitted");
    format!(
        "{}, {whole} whole",
        counted(ends.into_iter().filter_map(|end| end.err().map(|error| error.code())))
    )
}

/// Every change of a byte of a small module: what is still admitted runs, and on every engine alike.
fn changed() -> String {
    let small = small();
    let (mut ran, mut refused) = (0, 0);
    for at in 0..small.len() {
        for change in [1, 2, 4, 8, 16, 32, 64, 128, 255] {
            let mut bytes = small.clone();
            bytes[at] ^= change;
            match engines().admit(&bytes) {
                Ok(programs) => {
                    run_all(&programs);
                    ran += 1;
                }
                Err(_) => refused += 1,
            }
        }
    }
    format!("{refused} refused, {ran} ran")
}

fn run_all(programs: &Programs) {
    for (method, mode) in programs.0[0].methods() {
        engines().run(programs, &Job { method: method.into(), mode, fuel_max: 50_000, ..job() });
    }
}

/// What is admitted can be prepared, and what was prepared is valid.
fn flipped() -> String {
    let mut rng = Rng::new(1, "flips");
    let (mut prepared, mut refused) = (0, 0);
    for at in 0..COUNTER.len() {
        let mut bytes = COUNTER.to_vec();
        bytes[at] ^= 1 << rng.index(8);
        match vm::conformance::admit(&bytes) {
            Ok(()) => {
                vm::prepare(&bytes, Preparation { marks: true, fuel: 0 })
                    .expect("what was admitted is prepared");
                prepared += 1;
            }
            Err(_) => refused += 1,
        }
    }
    format!("{refused} refused, {prepared} prepared")
}

fn random() -> String {
    let mut rng = Rng::new(2, "noise");
    let modules = (0..20_000).map(|_| {
        let mut bytes = b"\0asm\x01\0\0\0".to_vec();
        let len = rng.index(200);
        bytes.extend((0..len).map(|_| rng.next().to_le_bytes()[0] & [0x0f, 0x7f, 0xff][rng.index(3)]));
        engines().admit(&bytes).map(drop).expect_err("such luck").code()
    });
    counted(modules.collect::<Vec<_>>().into_iter())
}

fn contracts() -> String {
    let method = main_of("nop");
    let memory = r#"(memory (export "memory") 1 1)"#;
    let cases = [
        ("", 4009),
        (memory, 4017),
        (r#"(memory (export "memory") 1)"#, 4010),
        ("(memory 1 1)", 4011),
        (r#"(memory (export "mem") 1 1)"#, 4011),
        (r#"(memory (export "memory") 1 1025)"#, 4004),
        (r#"(memory (export "memory") 1 1) (memory 1 1)"#, 4003),
        (r#"(memory (export "memory") 1 1 shared)"#, 4003),
        (r#"(memory (export "memory") i64 1 1)"#, 4003),
        (r#"(memory (export "memory") 1 1) (table 10001 funcref)"#, 4004),
        (r#"(memory (export "memory") 1 1) (table 1 1 externref)"#, 4003),
        (r#"(memory (export "memory") 1 1) (func $s) (start $s)"#, 4006),
        (r#"(memory (export "memory") 1 1) (data (i32.const 65536) "x")"#, 4012),
        (r#"(memory (export "memory") 1 1) (data (i32.const -1) "x")"#, 4012),
        (r#"(memory (export "memory") 1 1) (table 1 funcref) (elem (i32.const 1) $main)"#, 4012),
        (r#"(memory (export "memory") 1 1) (func (export "call:x") (param i32))"#, 4015),
        (r#"(memory (export "memory") 1 1) (func (export "call:x") (result i32) (i32.const 0))"#, 4015),
        (r#"(memory (export "memory") 1 1) (func (export "query:main"))"#, 4016),
        (r#"(memory (export "memory") 1 1) (func (export "call:Main"))"#, 4014),
        (r#"(memory (export "memory") 1 1) (func (export "call:../x"))"#, 4014),
        (r#"(import "foil" "seq" (func (result i64))) (import "foil" "seq" (func (result i64)))"#, 4020),
        (r#"(import "foil" "state_get" (func (param i64)))"#, 4008),
        (r#"(import "foil" "memory" (memory 1 1))"#, 4007),
        (r#"(import "wasi_snapshot_preview1" "proc_exit" (func (param i32)))"#, 4007),
        ("(import \"\" \"\\00fuel\" (global (mut i64)))", 4007),
        ("(import \"foil\" \"\\00fuel\" (global (mut i64)))", 4007),
        (r#"(memory (export "memory") 1 1) (data $d "x") (func (data.drop $d))"#, 4005),
        (r#"(memory (export "memory") 1 1) (func (drop (v128.const i64x2 0 0)))"#, 4003),
        (r#"(memory (export "memory") 1 1) (func $f (return_call $f))"#, 4003),
        (r#"(memory (export "memory") 1 1) (func (drop (ref.null func)))"#, 4003),
        (r#"(memory (export "memory") 1 1) (tag $t)"#, 4003),
    ];
    let codes = cases.map(|(fields, code)| {
        let method = if fields == memory { "" } else { &method };
        let wasm =
            wat::parse_str(format!("(module {fields} {method})")).unwrap_or_else(|e| panic!("{fields}: {e}"));
        let error = engines().admit(&wasm).map(drop).expect_err(fields);
        assert_eq!(error.code(), code, "{fields}: {error}");
        code
    });
    counted(codes.into_iter())
}

/// What preparation adds is exported under names that begin with NUL: no program has such a name.
fn reserved() -> String {
    let memory = r#"(memory (export "memory") 1 1) (global $g (mut i64) (i64.const 9)) (func $f)"#;
    let kinds = ["global $g", "func $f", "memory 0"];
    let names = ["\\00fuel", "\\00depth", "\\00marks", "\\00global 0", "\\00", "\\00call:main"];
    let codes = names.into_iter().flat_map(|name| {
        kinds.map(|kind| {
            let fields = format!("{memory} (export \"{name}\" ({kind})) {}", main_of("nop"));
            engines().admit(&wasm(&fields)).map(drop).expect_err(name).code()
        })
    });
    counted(codes)
}

/// How many there are of each error.
fn counted(codes: impl Iterator<Item = u16>) -> String {
    let mut counts = BTreeMap::<u16, usize>::new();
    codes.for_each(|code| *counts.entry(code).or_default() += 1);
    let counts: Vec<String> = counts.iter().map(|(code, count)| format!("{count} × E{code}")).collect();
    counts.join(", ")
}

/// A program that has some of everything.
fn small() -> Vec<u8> {
    let text = r#"(module
        (import "foil" "answer" (func $answer (param i32 i32)))
        (type $pair (func (param i32 f64) (result i64)))
        (memory (export "memory") 1 2)
        (table 2 funcref)
        (global $count (mut i32) (i32.const 3))
        (elem (i32.const 0) $pair)
        (data (i32.const 8) "data")
        (func $pair (type $pair)
            (i64.trunc_sat_f64_s (f64.mul (local.get 1) (f64.convert_i32_s (local.get 0)))))
        (func (export "call:main") (local $i i32)
            (loop
                (i64.store (i32.const 16)
                    (call_indirect (type $pair) (local.get $i) (f64.sqrt (f64.const 2)) (i32.const 0)))
                (br_if 0 (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (global.get $count))))
            (block (block (br_table 0 1 (local.get $i))))
            (drop (memory.grow (i32.const 1)))
            (memory.fill (i32.const 30) (i32.const 1) (i32.const 5))
            (call $answer (i32.const 8) (i32.const 32))))"#;
    wat::parse_str(text).unwrap_or_else(|error| panic!("{error}"))
}
