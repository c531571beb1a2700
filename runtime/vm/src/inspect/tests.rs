use super::*;
use crate::fixture::{FUEL, job, module, vm};
use crate::profile::User;
use abi::outcome::{Outcome, Trap};

/// A program with a method `$main` of this body, a table of `$leaf`, a host call and nothing, and functions that return
/// in every way there is.
fn wasm(body: &str) -> Vec<u8> {
    module(&format!(
        r#"(memory (export "memory") 1 5)
        (type $none (func))
        (type $word (func (result i64)))
        (table 3 funcref)
        (elem (i32.const 0) $leaf $seq)
        (func $leaf (result i64)
            (if (i32.eqz (i32.load (i32.const 8))) (then (return (i64.const 1))))
            (br 0 (i64.const 2)))
        (func $two (param $n i32) (result i32 i64)
            (if (i32.eqz (local.get $n)) (then (return (i32.const 1) (call $leaf))))
            (call $two (i32.sub (local.get $n) (i32.const 1))))
        (func $dead (block (unreachable)) (return))
        (func $main (export "call:main") (local $i i32) {body})"#
    ))
}

fn inspected(body: &str, fuel_max: u64) -> Inspected {
    let wasm = wasm(body);
    let job = Job { fuel_max, ..job() };
    let ran = vm().run(&vm().admit(&wasm).unwrap(), job.clone()).unwrap();
    let inspected = inspect(&wasm, job).unwrap();
    assert_eq!(Execution { detail: ran.detail.clone(), ..inspected.execution.clone() }, ran, "{body}");
    assert_eq!(inspected.profile.fuel(), ran.fuel, "{body}");
    inspected
}

const ANSWER: &str = "(call $answer (i32.const 0) (i32.const 1))";

#[test]
fn a_call_that_is_looked_into_comes_to_the_same() {
    let bodies = [
        "",
        "(drop (call $leaf))",
        "(drop (drop (call $two (i32.const 9))))",
        "(drop (call_indirect (type $word) (i32.const 0)))",
        "(drop (call_indirect (type $word) (i32.const 1)))",
        "(drop (call_indirect (type $word) (i32.const 2)))",
        "(call_indirect (type $none) (i32.const 0))",
        "(call $dead)",
        "(call $main)",
        "(drop (memory.grow (i32.const 2)))",
        "(loop (drop (call $leaf)) (br 0))",
        "(call $state_put (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 1))",
        "(call $fail (i32.const 0) (i32.const 1))",
    ];
    for body in bodies {
        for fuel in [0, 1, 30, 400, 5_000, 1_000_000] {
            inspected(&format!("{body} {ANSWER}"), fuel);
        }
    }
}

#[test]
fn fuel_is_told_by_who_used_it() {
    let body = format!(
        "(drop (call $leaf)) (drop (call_indirect (type $word) (i32.const 1)))
        (drop (drop (call $two (i32.const 3)))) {ANSWER}"
    );
    let profile = inspected(&body, FUEL).profile;
    let functions = u32::try_from(abi::hostcalls::TABLE.len()).unwrap();
    let [leaf, two, main] = [0, 1, 3].map(|nth| User::Function(functions + nth));
    let ways: Vec<_> = profile.nodes.iter().map(|node| (node.caller, node.user)).collect();
    let expected = [
        (None, main),
        (Some(0), leaf),
        (Some(0), User::Host("seq")),
        (Some(0), two),
        (Some(3), two),
        (Some(4), two),
        (Some(5), two),
        (Some(6), leaf),
        (Some(0), User::Host("answer")),
    ];
    assert_eq!(ways, expected);
    assert_eq!((profile.nodes[2].own, profile.nodes[8].own), (200, 301));
    assert!(profile.nodes.iter().all(|node| node.own > 0));
}

/// Every frame leads back to the operator that trapped, or called the one that did.
#[test]
fn a_trap_is_followed_to_the_operator() {
    for (body, trap, operators) in [
        ("(call $dead)", Trap::Unreachable, &[0x00, 0x10][..]),
        ("(drop (i64.div_u (i64.const 1) (i64.load (i32.const 8))))", Trap::DivisionByZero, &[0x80]),
        ("(drop (i32.load offset=8 (i32.const 65533)))", Trap::MemoryOutOfBounds, &[0x28]),
        ("(i32.store8 (i32.const -1) (i32.const 1))", Trap::MemoryOutOfBounds, &[0x3a]),
        ("(call_indirect (type $none) (i32.const 0))", Trap::BadSignature, &[0x11]),
        ("(drop (call_indirect (type $word) (i32.const 2)))", Trap::IndirectCallToNull, &[0x11]),
        ("(memory.fill (i32.const 0) (i32.const 0) (i32.const -1))", Trap::MemoryOutOfBounds, &[0xfc]),
        ("(call $state_delete (i32.const 0) (i32.const 0))", Trap::BadArgument, &[0x10]),
    ] {
        let Inspected { execution, frames, .. } = inspected(body, FUEL);
        assert_eq!(execution.outcome, Outcome::Trapped(trap), "{body}");
        let wasm = wasm(body);
        let found: Vec<u8> = frames.iter().map(|frame| wasm[frame.at.unwrap()]).collect();
        assert_eq!(found, operators, "{body}");
    }
}
