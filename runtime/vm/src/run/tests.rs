use super::Job;
use crate::fixture::{FUEL, job, job_over, main, number, program, run, said};
use abi::fault::Fault;
use abi::outcome::{Outcome, Trap};
use abi::session::Mode;
use abi::view::{Entry, Scan, View};
use std::sync::Arc;

#[test]
fn every_trap_of_the_engine_is_one_of_the_closed_set() {
    let table = "(type $none (func)) (table 4 funcref) (elem (i32.const 0) $other) (func $other (param i32))";
    let cases = [
        (Trap::Unreachable, "unreachable"),
        (Trap::OutOfFuel, "(loop (br 0))"),
        (Trap::StackOverflow, "(call $main)"),
        (Trap::MemoryOutOfBounds, "(drop (i32.load (i32.const 65533)))"),
        (Trap::MemoryOutOfBounds, "(i64.store (i32.const -1) (i64.const 1))"),
        (Trap::MemoryOutOfBounds, "(i32.store8 offset=4294967295 (i32.const -1) (i32.const 1))"),
        (Trap::MemoryOutOfBounds, "(memory.fill (i32.const 65530) (i32.const 1) (i32.const 7))"),
        (Trap::MemoryOutOfBounds, "(memory.copy (i32.const 0) (i32.const 65530) (i32.const 7))"),
        (Trap::MemoryOutOfBounds, "(memory.init $passive (i32.const 0) (i32.const 1) (i32.const 2))"),
        (Trap::TableOutOfBounds, "(call_indirect (type $none) (i32.const 4))"),
        (Trap::TableOutOfBounds, "(table.copy (i32.const 0) (i32.const 1) (i32.const 4))"),
        (Trap::IndirectCallToNull, "(call_indirect (type $none) (i32.const 3))"),
        (Trap::BadSignature, "(call_indirect (type $none) (i32.const 0))"),
        (Trap::IntegerOverflow, "(drop (i32.div_s (i32.const 0x80000000) (i32.const -1)))"),
        (Trap::IntegerOverflow, "(drop (i32.trunc_f64_s (f64.const 1e10)))"),
        (Trap::DivisionByZero, "(drop (i64.rem_u (i64.const 1) (i64.const 0)))"),
        (Trap::BadConversion, "(drop (i64.trunc_f32_s (f32.const nan)))"),
        (Trap::NoAnswer, "nop"),
    ];
    for (trap, body) in cases {
        let program = program(&format!(
            "{table} (data $passive \"ab\")
            (func $main (export \"call:main\")
                (call $state_put (i32.const 0) (i32.const 1) (i32.const 0) (i32.const 1))
                {body})"
        ));
        let execution = run(&program, job()).unwrap();
        assert_eq!(execution.outcome, Outcome::Trapped(trap), "{body}");
        assert_eq!(execution.fuel == FUEL, trap == Trap::OutOfFuel, "a trap costs what was used: {body}");
        assert!(execution.diff.is_empty(), "a trap leaves no write: {body}");
    }
}

#[test]
fn an_endless_loop_ends_with_its_fuel() {
    for fuel_max in [0, 1, 1_000, 1_000_000] {
        let execution = run(&main("(loop (br 0))"), Job { fuel_max, ..job() }).unwrap();
        assert_eq!(execution.outcome, Outcome::Trapped(Trap::OutOfFuel));
        assert_eq!(execution.fuel, fuel_max);
    }
}

#[test]
fn fuel_used_is_the_same_however_much_there_is() {
    let body = "(loop (br_if 0 (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1)))
        (i32.const 1000)))) (call $say (i64.const 1))";
    let program = main(body);
    let used = |fuel_max| run(&program, Job { fuel_max, ..job() }).unwrap().fuel;
    assert!(used(FUEL) > 1_000);
    assert_eq!(used(FUEL), used(abi::limits::FUEL_MAX));
    assert_eq!(used(FUEL), used(used(FUEL)));
    let starved = Job { fuel_max: used(FUEL) / 2, ..job() };
    assert_eq!(run(&program, starved).unwrap().outcome, Outcome::Trapped(Trap::OutOfFuel));
}

#[test]
fn bulk_operations_are_paid_by_length() {
    let program = main("(loop (memory.fill (i32.const 0) (i32.const 0) (i32.const 65536)) (br 0))");
    let execution = run(&program, Job { fuel_max: 1_000_000, ..job() }).unwrap();
    assert_eq!(execution.outcome, Outcome::Trapped(Trap::OutOfFuel));
    let fill = |len: u32| {
        let body =
            format!("(memory.fill (i32.const 0) (i32.const 0) (i32.const {len})) (call $say (i64.const 1))");
        run(&main(&body), job()).unwrap().fuel
    };
    assert!(fill(60_000) > fill(0) + 1_000);
}

#[test]
fn memory_grows_to_its_maximum_and_no_further() {
    let grow = |pages: i64| format!("(call $say (i64.extend_i32_s (memory.grow (i32.const {pages}))))");
    assert_eq!(said(&grow(0)), 1);
    assert_eq!(said(&grow(4)), 1);
    for beyond in [5, 65_535, -1] {
        assert_eq!(said(&grow(beyond)), -1, "{beyond}");
    }
    let all = "(drop (memory.grow (i32.const 4)))
        (i32.store (i32.const 327676) (i32.const 5))
        (drop (memory.grow (i32.const 1)))
        (call $say (i64.add (i64.extend_i32_u (memory.size)) (i64.load32_u (i32.const 327676))))";
    assert_eq!(said(all), 10);
}

#[test]
#[expect(clippy::disallowed_methods, reason = "the threads are what is tested")]
fn the_largest_memory_can_be_grown_in_every_instance_at_once() {
    let wasm = crate::fixture::module(
        r#"(memory (export "memory") 1 1024)
        (func (export "call:main")
            (drop (memory.grow (i32.const 1023)))
            (i32.store (i32.const 0) (memory.size))
            (i32.store (i32.const 67108860) (i32.const 1))
            (call $answer (i32.const 0) (i32.const 4)))"#,
    );
    let program = crate::fixture::vm().admit(&wasm).unwrap();
    std::thread::scope(|scope| {
        for _ in 0..100 {
            scope.spawn(|| {
                let outcome = run(&program, job()).unwrap().outcome;
                assert_eq!(outcome, Outcome::Returned(1024u32.to_le_bytes().to_vec()));
            });
        }
    });
}

#[test]
fn a_call_finds_nothing_of_the_one_before() {
    let program = program(
        r#"(global $calls (mut i64) (i64.const 5))
        (type $number (func (result i64)))
        (table 4 funcref)
        (elem (i32.const 0) $three $four)
        (data (i32.const 100) "image")
        (func $three (result i64) (i64.const 3))
        (func $four (result i64) (i64.const 4))
        (func (export "call:main") (local $at i32) (local $sum i64)
            (call $say (i64.const 0))
            (i64.store (i32.const 65000) (i64.const 0))
            (loop
                (local.set $sum (i64.add (local.get $sum) (i64.load8_u (local.get $at))))
                (br_if 0 (i32.lt_u (local.tee $at (i32.add (local.get $at) (i32.const 1)))
                    (i32.mul (memory.size) (i32.const 65536)))))
            (local.set $sum (i64.add (local.get $sum) (global.get $calls)))
            (local.set $sum (i64.add (local.get $sum) (i64.extend_i32_u (memory.size))))
            (local.set $sum (i64.add (local.get $sum) (call_indirect (type $number) (i32.const 0))))
            (global.set $calls (i64.const 77))
            (table.copy (i32.const 0) (i32.const 1) (i32.const 1))
            (drop (memory.grow (i32.const 4)))
            (memory.fill (i32.const 0) (i32.const 255) (i32.const 327680))
            (call $say (local.get $sum)))"#,
    );
    let image: i64 = b"image".iter().map(|byte| i64::from(*byte)).sum();
    for _ in 0..100 {
        assert_eq!(number(&run(&program, job()).unwrap().outcome), image + 5 + 1 + 3);
    }
}

#[test]
fn a_query_runs_and_cannot_write() {
    let program = program(
        r#"(func (export "query:main") (call $say (i64.const 3)))
        (func (export "query:write") (call $state_delete (i32.const 0) (i32.const 1)))
        (func (export "query:emit") (call $emit (i32.const 0) (i32.const 1) (i32.const 0) (i32.const 1)))"#,
    );
    let query = |method: &str| {
        let job = Job { mode: Mode::Query, method: method.into(), ..job() };
        run(&program, job).unwrap().outcome
    };
    assert_eq!(number(&query("main")), 3);
    assert_eq!(query("write"), Outcome::Trapped(Trap::ReadOnly));
    assert_eq!(query("emit"), Outcome::Trapped(Trap::ReadOnly));
}

#[test]
fn a_method_that_is_not_there_is_the_callers_fault() {
    let program = main("nop");
    for (mode, method) in [(Mode::Call, "other"), (Mode::Query, "main"), (Mode::Call, "call:main")] {
        let job = Job { mode, method: method.into(), ..job() };
        assert!(matches!(run(&program, job), Err(Fault::Host { .. })));
    }
}

#[test]
fn nan_is_canonical() {
    let bits = "(call $say (i64.reinterpret_f64 (f64.div (f64.const 0) (f64.const 0))))";
    assert_eq!(said(bits), 0x7ff8_0000_0000_0000);
    let quieted = "(call $say (i64.reinterpret_f64 (f64.add (f64.const nan:0x4000000000001) (f64.const 1))))";
    assert_eq!(said(quieted), 0x7ff8_0000_0000_0000);
}

/// State on a disk that fails, or in a host with a bug.
struct Broken {
    panics: bool,
}

impl View for Broken {
    fn get(&self, _: &[u8]) -> Result<Option<Vec<u8>>, Fault> {
        assert!(!self.panics, "a bug in the host");
        Err(Fault::io("read", "gone"))
    }

    fn scan(&self, _: &Scan<'_>) -> Result<Vec<Entry>, Fault> {
        Err(Fault::io("scan", "gone"))
    }
}

#[test]
fn a_failure_of_the_host_is_a_fault_and_leaves_the_engine_whole() {
    let get = main("(drop (call $state_get (i32.const 0) (i32.const 1) (i32.const 0) (i32.const 0)))");
    for _ in 0..100 {
        let panics = job_over(Arc::new(Broken { panics: true }));
        assert_eq!(run(&get, panics), Err(Fault::host("panicked: a bug in the host")));
    }
    let fails = job_over(Arc::new(Broken { panics: false }));
    assert_eq!(run(&get, fails), Err(Fault::io("read", "gone")));
    assert_eq!(said("(call $say (i64.const 1))"), 1);
}

#[test]
fn recursion_ends_at_one_depth() {
    let body = "(call $log (i32.const 0) (i32.const 1)) (call $main)";
    let program = program(&format!("(func $main (export \"call:main\") {body})"));
    let first = run(&program, job()).unwrap();
    assert_eq!(first.outcome, Outcome::Trapped(Trap::StackOverflow));
    // One line of log for each frame, and fewer than are kept.
    assert!((1_000..60_000).contains(&first.logs.len()));
    assert_eq!(first, run(&program, job()).unwrap());
}

/// The page between those of its ends and those that its length fills was once left unmarked.
#[test]
fn bulk_operations_leave_no_residue() {
    for start in [0, 1, 4_090, 4_096] {
        for len in [0, 1, 6, 7, 4_096, 4_097, 8_191, 20_000] {
            let end = start + len;
            let fill = format!("(memory.fill (i32.const {start}) (i32.const 7) (i32.const {len}))");
            let copy = format!("(memory.copy (i32.const {start}) (i32.const 40000) (i32.const {len}))");
            let program = main(&format!(
                "(i32.store8 (i32.const 40000) (i32.const 7)) {fill} {copy}
                (call $say (i64.load8_u (i32.const {end})))"
            ));
            assert_eq!(number(&run(&program, job()).unwrap().outcome), 0, "{start} {len}");
        }
    }
}

/// A store far out of bounds marked a page that no reset looked at.
#[test]
fn a_store_far_beyond_the_memory_leaves_no_mark() {
    for offset in [65_536, 400_000, 100_000_000, u32::MAX] {
        let body = format!("(i32.store offset={offset} (i32.const 0) (i32.const 1))");
        assert_eq!(crate::fixture::outcome(&body), Outcome::Trapped(Trap::MemoryOutOfBounds));
    }
}
