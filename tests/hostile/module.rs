//! Modules of attacks.

use crate::engines::{Programs, engines, job};
use abi::effect::Execution;
use abi::hostcalls::{TABLE, Wasm};
use abi::outcome::{Outcome, Trap};
use vm::Job;

/// The names of wasm's types.
pub(crate) fn name(wasm: Wasm) -> &'static str {
    if wasm == Wasm::I32 { "i32" } else { "i64" }
}

/// The text of a module with every host call imported under its own name, a memory of 1 to 64 pages unless
/// `fields` has one, and `fields`.
pub(crate) fn text(fields: &str) -> String {
    let mut text = String::from("(module\n");
    for call in TABLE {
        let params: String = call.params.iter().map(|wasm| format!("{} ", name(*wasm))).collect();
        let result = call.result.map_or("", name);
        let at = call.name;
        text += &format!("(import \"foil\" \"{at}\" (func ${at} (param {params}) (result {result})))\n");
    }
    if !fields.contains("(memory (export") {
        text += "(memory (export \"memory\") 1 64)\n";
    }
    text + fields + ")"
}

/// The wasm of [`text`].
pub(crate) fn wasm(fields: &str) -> Vec<u8> {
    let text = text(fields);
    wat::parse_str(&text).unwrap_or_else(|error| panic!("{error}\n{}", &text[..text.len().min(4_000)]))
}

/// A program of these fields, on every engine.
pub(crate) fn program(fields: &str) -> Programs {
    engines().admit(&wasm(fields)).unwrap_or_else(|error| panic!("{error}"))
}

/// A program whose one method, `call:main`, is `$main` of `body`, with the locals `$i` and `$n`.
pub(crate) fn main(body: &str) -> Programs {
    program(&main_of(body))
}

/// The fields of such a program.
pub(crate) fn main_of(body: &str) -> String {
    format!("(func $main (export \"call:main\") (local $i i32) (local $n i64) {body})")
}

/// What `main` comes to within so much fuel, the same on every engine.
pub(crate) fn run(programs: &Programs, fuel_max: u64) -> Execution {
    engines().run(programs, &Job { fuel_max, ..job() })
}

/// The trap that `main` ends in, on every engine; it leaves nothing.
#[track_caller]
pub(crate) fn trap(programs: &Programs, fuel_max: u64) -> Trap {
    let Execution { outcome, diff, events, messages, fuel, .. } = run(programs, fuel_max);
    assert!(diff.is_empty() && events.is_empty() && messages.is_empty(), "a trap leaves nothing");
    let Outcome::Trapped(trap) = outcome else { panic!("{outcome:?}") };
    assert_eq!(fuel == fuel_max, trap == Trap::OutOfFuel, "who runs out has used all, and nobody else");
    trap
}
