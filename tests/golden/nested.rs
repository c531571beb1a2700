//! Programs that nest as many calls as they are told, in frames of all shapes.

use std::iter::repeat_n;

/// Name and text of each program. `call:main` reads the number of calls from its input, eight bytes, and answers
/// with as many when all have come back.
pub(crate) fn programs() -> Vec<(&'static str, String)> {
    let again = "(i64.sub (local.get 0) (i64.const 1))";
    let plain = |locals: &str, call: &str| function("$f", locals, &format!("{again} {call}"));
    let locals = format!("(local {})", "i64 ".repeat(1_000));
    let held: String = (1..400).map(|k| format!("(i64.mul (local.get 0) (i64.const {k}))")).collect();
    let sums = "(i64.add)".repeat(398);
    let held = format!("{held} {again} (call $f) (local.set 1) {sums} (global.set $sum) (local.get 1)");
    let mutual = function("$f", "", &format!("{again} (call $g)"));
    let table = "(table 1 funcref) (elem (i32.const 0) $f) (type $t (func (param i64) (result i64)))";
    let indirect = plain("", "(i32.const 0) (call_indirect (type $t))");
    vec![
        ("small", one(&plain("", "(call $f)"))),
        ("1,000 locals", one(&plain(&locals, "(call $f)"))),
        ("399 operands", one(&function("$f", "(local i64)", &held))),
        ("mutual", one(&format!("{mutual} {}", function("$g", &locals, &format!("{again} (call $f)"))))),
        ("call_indirect", one(&format!("{table} {indirect}"))),
        ("128 params and results", wide()),
    ]
}

/// A function that comes to the number of calls below it, `body` being one more call.
fn function(name: &str, locals: &str, body: &str) -> String {
    format!(
        "(func {name} (param i64) (result i64) {locals}
            (if (result i64) (i64.eqz (local.get 0)) (then (i64.const 0))
                (else {body} (i64.add (i64.const 1)))))"
    )
}

/// A module that starts with `$f`.
fn one(functions: &str) -> String {
    module(functions, "(call $f (i64.load (i32.const 0)))")
}

fn module(functions: &str, starts: &str) -> String {
    format!(
        "(module
            (import \"foil\" \"input\" (func $input (param i32 i32) (result i32)))
            (import \"foil\" \"answer\" (func $answer (param i32 i32)))
            (memory (export \"memory\") 1 1)
            (global $sum (mut i64) (i64.const 0))
            {functions}
            (func (export \"call:main\")
                (drop (call $input (i32.const 0) (i32.const 8)))
                (i64.store (i32.const 8) {starts})
                (call $answer (i32.const 8) (i32.const 8))))"
    )
}

/// 128 parameters and as many results, passed on at each call: the first counts down, the last up.
fn wide() -> String {
    let types = "i64 ".repeat(128);
    let gets = |range: std::ops::Range<u32>| -> String {
        range.map(|index| format!("(local.get {index})")).collect()
    };
    let below = format!("(i64.sub (local.get 0) (i64.const 1)) {}", gets(1..127));
    let function = format!(
        "(func $f (param {types}) (result {types})
            (if (i64.eqz (local.get 0)) (then {} (return)))
            {below} (i64.add (local.get 127) (i64.const 1)) (call $f))
        (func $last (param {types}) (result i64) (local.get 127))",
        gets(0..128)
    );
    let zeros: String = repeat_n("(i64.const 0)", 127).collect();
    module(&function, &format!("(call $last (call $f (i64.load (i32.const 0)) {zeros}))"))
}
