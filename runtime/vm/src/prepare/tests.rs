use super::*;
use crate::fixture;
use wasmparser::BlockType as Block;

/// What `look` says of the body of a function, in a module that has a memory, a global and a function
/// `$see`.
pub(super) fn body_of<T>(function: &str, look: impl FnOnce(&Body<'_>) -> T) -> T {
    let text = format!(
        "(module (import \"a\" \"see\" (func $see (param f64))) (memory 1)
            (global $global (mut f64) (f64.const 0)) {function})"
    );
    let wasm = wat::parse_str(&text).unwrap_or_else(|error| panic!("{error}"));
    let mut validator = Validator::new_with_features(features::admitted());
    for payload in Parser::new(0).parse_all(&wasm) {
        if let ValidPayload::Func(function, code) = validator.payload(&payload.unwrap()).unwrap() {
            return look(&Body::read(function, &code, 1, &mut FuncValidatorAllocations::default()).unwrap());
        }
    }
    panic!("no function")
}

/// The arity of the blocks of such a module.
pub(super) fn arity_of(block: Block) -> (usize, usize) {
    match block {
        Block::Empty => (0, 0),
        Block::Type(_) => (0, 1),
        Block::FuncType(_) => panic!("a type of its own"),
    }
}

fn prepared(wasm: &[u8]) -> Vec<u8> {
    let prepared = prepare(wasm, Preparation { marks: true, fuel: 0 }).unwrap();
    let features = features::admitted() | wasmparser::WasmFeatures::MULTI_MEMORY;
    Validator::new_with_features(features).validate_all(&prepared).unwrap();
    prepared
}

#[test]
fn a_prepared_module_is_valid_and_always_the_same() {
    for fields in [
        "",
        "(func)",
        "(memory 1)",
        "(global i32 (i32.const 1)) (func (export \"a\") (result i32 i64) (i32.const 1) (i64.const 2))",
        "(func $f (result i32 f64) (return (i32.const 1) (f64.const 2))) (func (drop (drop (call $f))))",
        "(func (block (result i32) (block (br 1 (i32.const 1))) (unreachable)) (drop))",
        "(func (result i32) (block (br 0)) (return (i32.const 1)))",
        "(func (result i32) (loop (br 0)) (i32.const 1))",
        "(func (result i32) (block (result i32) (block (return (i32.const 1))) (i32.const 2)))",
        "(func (param i32) (result i32) (if (result i32) (local.get 0) (then (return (i32.const 1))) (else (i32.const 2))))",
        "(table 2 funcref) (elem (i32.const 0) 0) (func) (func (call_indirect (i32.const 0)))",
        "(memory 1 2) (data $d \"abc\") (func (memory.init $d (i32.const 0) (i32.const 0) (i32.const 1)))",
    ] {
        let wasm = wat::parse_str(format!("(module {fields})")).unwrap();
        assert_eq!(prepared(&wasm), prepared(&wasm), "{fields}");
    }
}

#[test]
fn recursion_ends_at_one_depth_in_small_and_large_frames() {
    use abi::fuel::{CALL, DEPTH};
    use abi::outcome::{Outcome, Trap};
    for locals in [0, 10, 1_000] {
        let function = format!(
            "(func $down (param i32) (local {})
                (if (local.get 0) (then (call $down (i32.sub (local.get 0) (i32.const 1))))))
            (func (export \"call:main\")
                (call $down (i32.load (i32.const 0))) (call $say (i64.const 1)))
            (func (export \"call:read\") (drop (call $input (i32.const 0) (i32.const 4)))
                (call $down (i32.load (i32.const 0))) (call $say (i64.const 1)))",
            "i64 ".repeat(locals)
        );
        let program = fixture::program(&function);
        let go = |depth: u32| {
            let input = depth.to_le_bytes().to_vec();
            let job = crate::Job { method: "read".into(), input, ..fixture::job() };
            fixture::run(&program, job).unwrap()
        };
        let overflows = |depth: u32| go(depth).outcome == Outcome::Trapped(Trap::StackOverflow);
        // No frame is cheaper than a base frame.
        let (mut fits, mut too_deep) = (0, u32::try_from(DEPTH / abi::fuel::FRAME).unwrap() + 1);
        assert!(!overflows(fits) && overflows(too_deep));
        while too_deep - fits > 1 {
            let middle = fits.midpoint(too_deep);
            if overflows(middle) { too_deep = middle } else { fits = middle }
        }
        assert!(fits > 30, "{locals} locals: {fits} calls");
        for depth in [fits - 1, fits] {
            assert!(go(depth).outcome.is_returned());
        }
        assert!(overflows(fits + 1));
        assert!(go(fits).fuel > u64::from(fits) * CALL);
    }
}

#[test]
fn depth_is_given_back_on_every_way_out() {
    let program = fixture::program(
        "(func $leaf (param i32) (call $outer (local.get 0)))
        (func $outer (param i32)
            (block (br_if 0 (i32.eqz (local.get 0))) (if (i32.eq (local.get 0) (i32.const 1)) (then (return)))
                (call $leaf (i32.sub (local.get 0) (i32.const 2)))
                (br_table 0 1 (local.get 0))))
        (func (export \"call:main\") (local $i i32)
            (loop (call $leaf (i32.rem_u (local.get $i) (i32.const 7)))
                (br_if 0 (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 100000))))
            (call $say (i64.const 1)))",
    );
    assert!(fixture::run(&program, fixture::job()).unwrap().outcome.is_returned());
}

/// Of two reasons to trap at one place, the order of the module's header decides.
#[test]
fn where_two_reasons_to_trap_meet_one_always_wins() {
    use abi::outcome::{Outcome, Trap};
    let outcome = |body: &str, fuel_max| {
        let job = crate::Job { fuel_max, ..fixture::job() };
        fixture::run(&fixture::main(body), job).unwrap().outcome
    };
    let cases = [
        // Fuel before a division by zero, an access out of bounds, and a bulk operation's bounds.
        ("(drop (i32.div_u (i32.const 1) (i32.const 0)))", 7, Trap::OutOfFuel),
        ("(drop (i32.div_u (i32.const 1) (i32.const 0)))", 8, Trap::DivisionByZero),
        ("(i32.store (i32.const -1) (i32.const 0))", 1, Trap::OutOfFuel),
        ("(i32.store (i32.const -1) (i32.const 0))", 2, Trap::MemoryOutOfBounds),
        ("(memory.fill (i32.const -1) (i32.const 0) (i32.const 8000))", 1_019, Trap::OutOfFuel),
        ("(memory.fill (i32.const -1) (i32.const 0) (i32.const 8000))", 1_020, Trap::MemoryOutOfBounds),
        ("(unreachable)", 0, Trap::OutOfFuel),
        ("(unreachable)", 1, Trap::Unreachable),
    ];
    for (body, fuel_max, trap) in cases {
        assert_eq!(outcome(body, fuel_max), Outcome::Trapped(trap), "{body} with {fuel_max}");
    }
    // Depth before fuel: the last frame has neither.
    let endless = fixture::program("(func $main (export \"call:main\") (call $main))");
    let run = |fuel_max| fixture::run(&endless, crate::Job { fuel_max, ..fixture::job() }).unwrap();
    let deep = run(fixture::FUEL);
    assert_eq!(deep.outcome, Outcome::Trapped(Trap::StackOverflow));
}

/// Functions that call no other once did not look at their fuel, and a caller that is returned to does not: here,
/// a hundred frames would make two thousand calls each of three thousand operators, for minutes.
#[test]
fn who_is_out_of_fuel_calls_nobody() {
    let work = "(br_if 0 (local.get 0))".repeat(3_000);
    let calls = "(call $leaf (i32.const 0))".repeat(2_000);
    let program = fixture::program(&format!(
        "(func $leaf (param i32) (block {work}))
        (func $down (param i32)
            (if (local.get 0) (then (call $down (i32.sub (local.get 0) (i32.const 1)))))
            (block (br_if 0 (i32.const 0)) {calls}))
        (func (export \"call:main\") (call $down (i32.const 100)) (call $say (i64.const 1)))"
    ));
    let job = crate::Job { fuel_max: 100_000, ..fixture::job() };
    let execution = fixture::run(&program, job).unwrap();
    assert_eq!(execution.outcome, abi::outcome::Outcome::Trapped(abi::outcome::Trap::OutOfFuel));
}
