//! Memory and tables as large as they may be.

use crate::attack::Attack;
use crate::engines::{engines, job};
use crate::module::{main_of, program, run, trap};
use abi::outcome::{Outcome, Trap};
use vm::Job;

pub(crate) fn attacks() -> Vec<Attack> {
    vec![
        Attack::new("memory to its maximum, all of it written", all_of_it),
        Attack::new("memory to its maximum in 16 calls at once", at_once),
        Attack::new("memory from the start at its maximum", from_the_start),
        Attack::new("growth that nobody can pay for", unpaid),
        Attack::new("a table of 10,000 elements, copied about", table),
    ]
}

const LARGE: &str = r#"(memory (export "memory") 1 1024)"#;

/// Grows to the maximum, fails to grow beyond it, writes all of it, and answers with its size.
fn greedy() -> String {
    let body = "(drop (memory.grow (i32.const 1023)))
        (if (i32.ne (memory.grow (i32.const 1)) (i32.const -1)) (then unreachable))
        (memory.fill (i32.const 0) (i32.const 255) (i32.const 67108864))
        (i32.store (i32.const 0) (memory.size))
        (call $answer (i32.const 0) (i32.const 4))";
    format!("{LARGE} {}", main_of(body))
}

fn all_of_it() -> String {
    let programs = program(&greedy());
    // The second time nothing of the first is there.
    for _ in 0..2 {
        assert_eq!(run(&programs, 100_000_000).outcome, Outcome::Returned(1024u32.to_le_bytes().into()));
    }
    "returned, 1,024 pages".into()
}

fn at_once() -> String {
    let programs = program(&greedy());
    std::thread::scope(|scope| {
        for at in 0..16 {
            let programs = &programs;
            scope.spawn(move || {
                let job = Job { fuel_max: 100_000_000, ..job() };
                let execution = engines().on(at % 4, programs, job).expect("there is room for 16");
                assert!(execution.outcome.is_returned());
            });
        }
    });
    "returned, 16 times 64 MiB".into()
}

fn from_the_start() -> String {
    let touch = "(loop
            (i32.store (local.get $i) (i32.const 1))
            (br_if 0 (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 4096))) (i32.const 67108864))))
        (call $answer (i32.const 0) (i32.const 4))";
    let programs = program(&format!("(memory (export \"memory\") 1024 1024) {}", main_of(touch)));
    for _ in 0..3 {
        assert!(run(&programs, 100_000_000).outcome.is_returned());
    }
    "returned, and again as if fresh".into()
}

fn unpaid() -> String {
    let grow = "(drop (memory.grow (i32.const 1023))) (i32.store (i32.const 67108860) (i32.const 1))";
    let programs = program(&format!("{LARGE} {}", main_of(grow)));
    for fuel_max in [0, 2_000, 8_000_000] {
        assert_eq!(trap(&programs, fuel_max), Trap::OutOfFuel);
    }
    format!("{:?}", Trap::OutOfFuel)
}

fn table() -> String {
    let names: String = std::iter::repeat_n("$f ", 10_000).collect();
    let fields = format!(
        "(type $t (func (result i32))) (table 10000 10000 funcref) (elem (i32.const 0) {names})
        (elem $passive func {names}) (func $f (result i32) (i32.const 4)) {}",
        main_of(
            "(table.init $passive (i32.const 0) (i32.const 0) (i32.const 10000))
            (table.copy (i32.const 0) (i32.const 1) (i32.const 9999))
            (i32.store (i32.const 0) (call_indirect (type $t) (i32.const 9999)))
            (call $answer (i32.const 0) (call_indirect (type $t) (i32.const 0)))"
        )
    );
    let programs = program(&fields);
    for _ in 0..3 {
        assert!(run(&programs, 1_000_000).outcome.is_returned());
    }
    "returned".into()
}
