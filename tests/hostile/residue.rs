//! What a call leaves for the next: nothing.

use crate::attack::Attack;
use crate::engines::{Programs, engines, job};
use crate::module::program;
use abi::outcome::Outcome;
use vm::Job;

pub(crate) fn attacks() -> Vec<Attack> {
    vec![Attack::new("everything written, then looked at", everything)]
}

/// Each way to write and to end, each followed by a look at all of memory, globals and tables. The engines themselves
/// compare what they put back with a fresh instance after every call, too.
fn everything() -> String {
    let globals: String = (0..50).map(|at| format!("(global $g{at} (mut i64) (i64.const {at}))")).collect();
    let set: String = (0..50).map(|at| format!("(global.set $g{at} (i64.const -1))")).collect();
    let sum: String =
        (0..50).map(|at| format!("(local.set $n (i64.add (local.get $n) (global.get $g{at})))")).collect();
    let programs = program(&format!(
        r#"(memory (export "memory") 2 64) {globals}
        (type $t (func (result i32))) (table 8 funcref) (elem (i32.const 0) $a $b) (elem $other func $b $a)
        (func $a (result i32) (i32.const 1)) (func $b (result i32) (i32.const 2))
        (data (i32.const 65530) "on two pages") (data $passive "passive")
        (func $spoil {set}
            (memory.fill (i32.const 0) (i32.const 255) (i32.const 131072))
            (memory.init $passive (i32.const 4093) (i32.const 0) (i32.const 7))
            (memory.copy (i32.const 8190) (i32.const 0) (i32.const 5))
            (i64.store16 offset=4095 (i32.const 0) (i64.const 77))
            (call $random (i32.const 61439) (i32.const 2))
            (drop (call $input (i32.const 131067) (i32.const 5))))
        (func (export "call:look") (local $i i32) (local $n i64) {sum}
            (loop
                (local.set $n (i64.add (i64.mul (local.get $n) (i64.const 31)) (i64.load (local.get $i))))
                (br_if 0 (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 8)))
                    (i32.mul (memory.size) (i32.const 65536)))))
            (i64.store (i32.const 0) (local.get $n))
            (i32.store (i32.const 8) (memory.size))
            (i32.store (i32.const 12) (call_indirect (type $t) (i32.const 0)))
            (call $answer (i32.const 0) (i32.const 16)))
        (func (export "call:returns") (call $spoil) (call $answer (i32.const 0) (i32.const 0)))
        (func (export "call:fails") (call $spoil) (call $fail (i32.const 0) (i32.const 0)))
        (func (export "call:traps") (call $spoil) unreachable)
        (func (export "call:starves") (call $spoil) (loop (br 0)))
        (func $deep (export "call:sinks") (local i64) (call $spoil) (call $deep))
        (func (export "call:bad_pointer") (call $spoil) (call $log (i32.const -1) (i32.const -1)))
        (func (export "call:beyond") (call $spoil) (i64.store (i32.const 131065) (i64.const -1)))
        (func (export "call:grows") (call $spoil) (drop (memory.grow (i32.const 62)))
            (memory.fill (i32.const 0) (i32.const 255) (i32.const 4194304)) (call $answer (i32.const 0) (i32.const 0)))
        (func (export "call:grows_and_traps") (drop (memory.grow (i32.const 1)))
            (i32.store (i32.const 131072) (i32.const 9)) unreachable)
        (func (export "call:table") (table.init $other (i32.const 0) (i32.const 0) (i32.const 2))
            (call $spoil) (call $answer (i32.const 0) (i32.const 0)))
        (func (export "call:table_and_traps") (table.copy (i32.const 0) (i32.const 1) (i32.const 7)) unreachable)"#
    ));
    let fresh = look(&programs);
    let methods: Vec<&str> = programs.0[0].methods().map(|(method, _)| method).collect();
    for method in methods.iter().chain(methods.iter().rev()) {
        let fuel_max = 3_000_000;
        engines().run(&programs, &Job { method: (*method).into(), fuel_max, ..job() });
        assert_eq!(look(&programs), fresh, "{method} has left something");
    }
    format!("the same after {} ways to end, twice", methods.len())
}

fn look(programs: &Programs) -> Outcome {
    let outcome = engines().run(programs, &Job { method: "look".into(), ..job() }).outcome;
    assert!(outcome.is_returned(), "{outcome:?}");
    outcome
}
