//! Endless recursion in the largest native frames that anybody found for the size of a function.
//!
//! What a frame costs in depth has to be more than it takes on the native stack, on every engine: then the depth
//! ends each recursion, in a typed trap. If a native stack ever ended one, it would be a fault.

use crate::attack::Attack;
use crate::bombs::roots;
use crate::module::{program, trap};
use crate::rng::Rng;
use abi::outcome::Trap;
use std::iter::repeat_n;

pub(crate) fn attacks() -> Vec<Attack> {
    let mut attacks = Vec::new();
    for bytes in [1_000, 16_000, 64_000] {
        let shapes = [
            ("roots ahead of a loop", roots(bytes)),
            ("roots computed twice", twice(bytes)),
            ("loads ahead of a loop", loads(bytes)),
            ("sums of all sizes", sums(bytes, false)),
            ("results of 128 held", sums(bytes, true)),
            ("sums under pressure", pressure(bytes)),
            ("as many locals as fit", held(bytes.min(50_000) / 8)),
        ];
        attacks.extend(shapes.map(|(name, heavy)| {
            Attack::new(format!("frames of {name}, {bytes} bytes"), move || sink(&heavy)).within(120)
        }));
    }
    attacks
}

/// A function that calls itself, and behind that has a heavy part, which never runs, and whose frame it pays for.
fn sink(heavy: &str) -> String {
    let floats: String = (0..128).map(|at| format!("(global $f{at} (mut f64) (f64.const {at}.5))")).collect();
    let types = "f64 ".repeat(128);
    let results: String = (0..128).map(|at| format!("(global.get $f{at})")).collect();
    let fields = format!(
        "(global $c (mut i32) (i32.const 1)) (global $g (mut i64) (i64.const 1)) (global $f (mut f64) (f64.const 1))
        {floats} (global $depth (mut i32) (i32.const 0))
        (func $nop) (func $make (result {types}) {results}) (func $eat (param {types}))
        (func $main (export \"call:main\") (call $sink))
        (func $sink {} call $sink global.get $c if return end {})",
        declarations(heavy).0,
        declarations(heavy).1,
    );
    let programs = program(&fields);
    assert_eq!(trap(&programs, 2_000_000_000), Trap::StackOverflow);
    // And again, on a thread with little stack of its own.
    let small = std::thread::Builder::new().stack_size(256 << 10);
    let ended = small.spawn(move || trap(&programs, 2_000_000_000)).expect("a thread").join();
    assert_eq!(ended.expect("no overflow of the native stack"), Trap::StackOverflow);
    format!("{:?}", Trap::StackOverflow)
}

/// A body's declarations of locals, and its code.
fn declarations(body: &str) -> (&str, &str) {
    match body.trim_start().starts_with("(local ") {
        true => body.split_at(body.find(')').expect("a declaration ends") + 1),
        false => ("", body),
    }
}

/// The same values computed early and again late: they may be kept from the first time to the second.
fn twice(bytes: usize) -> String {
    let chain = "local.get 1 f64.sqrt local.tee 1 f64.add ".repeat(bytes / 12);
    let half = format!("local.get 0 local.set 1 global.get $f {chain} global.set $f ");
    format!("(local f64 f64) global.get $f local.set 0 {half} {half}")
}

/// Loads of addresses that a loop does not change.
fn loads(bytes: usize) -> String {
    let load = |at| format!("local.get 0 i64.load offset={} i64.add ", 0x0210_0000 + 8 * at);
    let loads: String = (0..bytes / 10).map(load).collect();
    format!(
        "(local i32) global.get $c local.set 0 loop global.get $g {loads} global.set $g global.get $c br_if 0 end"
    )
}

/// Pushes, sums and calls at random, so that no place on the stack fits the next value; with groups of 128 results
/// where `wide`.
fn sums(bytes: usize, wide: bool) -> String {
    let mut rng = Rng::new(7, "frames");
    let (mut text, mut size, mut height) = (String::new(), 0, 0);
    let mut add = |size: &mut usize, bytes: usize, part: &str| {
        text += part;
        *size += bytes;
    };
    let top = if wide { 400 } else { 60 };
    // More than so many values may not be passed.
    let mut groups = 100;
    while size + height + 400 < bytes {
        match rng.index(if wide && groups > 0 { 5 } else { 3 }) {
            0 if height < top => {
                for _ in 0..rng.index(30) {
                    add(&mut size, 3, &format!("global.get $f{} ", rng.index(128)));
                    height += 1;
                }
            }
            1 if height > 1 => {
                let count = rng.index(height).min(40);
                add(&mut size, count, &"f64.add ".repeat(count));
                height -= count;
            }
            3 if height < top => {
                add(&mut size, 4, "call $make call $nop ");
                height += 128;
                groups -= 1;
            }
            4 if height >= 128 => {
                add(&mut size, 2, "call $eat ");
                height -= 128;
                groups -= 1;
            }
            _ => add(&mut size, 2, "call $nop "),
        }
    }
    text + &"drop ".repeat(height)
}

/// Many short lives under pressure.
fn pressure(bytes: usize) -> String {
    let held = 20;
    let types: String = repeat_n("f64 ", held).collect();
    let product = |at: usize| format!("global.get $f{} local.get {} f64.mul ", at % 128, at % held);
    let group = |at: usize| {
        let products: String = (0..40).map(|k| product(at * 7 + k)).collect();
        format!("{products} {} global.set $f ", "f64.add ".repeat(39))
    };
    let groups: String = (0..bytes / 280).map(group).collect();
    let sets: String = (0..held).map(|at| format!("global.get $f{at} local.set {at} ")).collect();
    format!("(local {types}) {sets} {groups}")
}

/// Locals that live over a call.
fn held(count: usize) -> String {
    let types: String = repeat_n("f64 ", count).collect();
    let sets: String = (0..count).map(|at| format!("global.get $f{} local.set {at} ", at % 128)).collect();
    let sums: String = (0..count).map(|at| format!("local.get {at} f64.add ")).collect();
    format!("(local {types}) {sets} call $nop global.get $f {sums} global.set $f")
}
