//! Loops that never end, in every form: each is out of fuel, and has used exactly what there was.

use crate::attack::Attack;
use crate::module::{main, program, trap};
use abi::hostcalls::{TABLE, Wasm};
use abi::outcome::Trap;

/// Enough for a million turns, which interpreters take long for.
const FUEL: u64 = 20_000_000;

pub(crate) fn attacks() -> Vec<Attack> {
    let forms = [
        ("loop", "(loop (br 0))"),
        ("loop in loop", "(loop (loop (br_if 0 (i32.eqz (local.get $i))) (br 1)) (br 0))"),
        ("loop of br_table", "(loop (br_table 0 0 0 (local.get $i)))"),
        ("loop of if", "(loop (if (local.get $i) (then (br 1)) (else (br 1))))"),
        ("loop of memory.fill", "(loop (memory.fill (i32.const 0) (i32.const 1) (i32.const 65536)) (br 0))"),
        (
            "loop of empty memory.fill",
            "(loop (memory.fill (i32.const 0) (i32.const 1) (i32.const 0)) (br 0))",
        ),
        ("loop of memory.copy", "(loop (memory.copy (i32.const 0) (i32.const 9) (i32.const 65000)) (br 0))"),
        ("loop of memory.grow by 0", "(loop (drop (memory.grow (i32.const 0))) (br 0))"),
        ("loop of memory.grow", "(loop (drop (memory.grow (i32.const 1))) (br 0))"),
        ("loop of stores", "(loop (i64.store (i32.const 4092) (i64.const 1)) (br 0))"),
        (
            "loop of divisions",
            "(loop (drop (i64.div_u (i64.const 9) (i64.or (i64.load (i32.const 0)) (i64.const 1)))) (br 0))",
        ),
        ("loop of square roots", "(loop (f64.store (i32.const 0) (f64.sqrt (f64.const 2))) (br 0))"),
    ];
    let mut attacks: Vec<Attack> = forms.map(|(name, body)| endless(name, body)).into();
    attacks.extend(TABLE.iter().filter(|call| call.name != "fail").map(|call| {
        let zero = |wasm: &Wasm| if *wasm == Wasm::I32 { "(i32.const 0)" } else { "(i64.const 0)" };
        let mut args: String = call.params.iter().map(zero).collect();
        // What these need to be allowed for ever.
        match call.name {
            "state_put" | "state_delete" | "state_get" => {
                args = args.replacen("0)(i32.const 0", "0)(i32.const 1", 1)
            }
            "emit" | "send" | "scan_open" | "scan_next" | "scan_close" => return limited(call.name, &args),
            _ => {}
        }
        let drop = if call.result.is_some() { "(drop)" } else { "" };
        endless(
            &format!("loop of {}", call.name),
            &format!("(loop {args} (call ${}) {drop} (br 0))", call.name),
        )
    }));
    let functions = [
        ("calls in a loop", "(func $f) (func (export \"call:main\") (loop (call $f) (br 0)))"),
        ("ping and pong", "(func $f) (func $g (call $f)) (func (export \"call:main\") (loop (call $g) (call $f) (br 0)))"),
        (
            "call_indirect in a loop",
            "(type $t (func)) (table 1 funcref) (elem (i32.const 0) $f) (func $f)
             (func (export \"call:main\") (loop (call_indirect (type $t) (i32.const 0)) (br 0)))",
        ),
        (
            "table.copy in a loop",
            "(table 10000 funcref) (func (export \"call:main\")
                (loop (table.copy (i32.const 0) (i32.const 1) (i32.const 9999)) (br 0)))",
        ),
        (
            // Each call calls twice: as deep as twenty, a million calls.
            "a tree of calls",
            "(func $f (param i32) (if (local.get 0) (then
                (call $f (i32.sub (local.get 0) (i32.const 1))) (call $f (i32.sub (local.get 0) (i32.const 1))))))
             (func (export \"call:main\") (call $f (i32.const 60)))",
        ),
    ];
    attacks.extend(functions.map(|(name, fields)| {
        Attack::new(name, move || {
            assert_eq!(trap(&program(fields), FUEL), Trap::OutOfFuel);
            format!("{:?}", Trap::OutOfFuel)
        })
    }));
    attacks
}

fn endless(name: &str, body: &str) -> Attack {
    let body = body.to_owned();
    Attack::new(name, move || {
        let programs = main(&body);
        for fuel_max in [0, 1, 1_000, 12_345, FUEL] {
            assert_eq!(trap(&programs, fuel_max), Trap::OutOfFuel, "within {fuel_max}");
        }
        format!("{:?}", Trap::OutOfFuel)
    })
}

/// A host call that is not allowed for ever, or not with zeros: some trap ends it.
fn limited(name: &str, args: &str) -> Attack {
    let body = format!(
        "(loop {args} (call ${name}) {} (br 0))",
        if name.starts_with("scan_o") || name.ends_with("next") { "(drop)" } else { "" }
    );
    Attack::new(format!("loop of {name}"), move || format!("{:?}", trap(&main(&body), FUEL)))
}
