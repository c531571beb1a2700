use super::*;
use crate::prepare::regions::regions;
use crate::prepare::tests::body_of;

/// For each store of a function, whether it marks.
fn marking(body: &str) -> Vec<bool> {
    body_of(&format!("(func (param i32 i32) (local i32) {body})"), |body| {
        let found = marks(body, &regions(body, 0).unwrap().dead);
        let stores = body.ops.iter().zip(found).filter(|(op, _)| stored(&op.operator).is_some());
        stores.map(|(_, marks)| marks).collect()
    })
}

/// A store above the address in a local.
fn store(local: u32, offset: u32) -> String {
    format!("(i32.store offset={offset} (local.get {local}) (i32.const 1))")
}

#[test]
fn a_store_close_above_a_marked_address_needs_no_mark() {
    assert_eq!(
        marking(&[store(0, 8), store(0, 8), store(0, 12), store(0, 512)].concat()),
        [true, false, false, false]
    );
    // Below it, too far above it, above another.
    assert_eq!(
        marking(&[store(0, 8), store(0, 7), store(0, 511), store(1, 8)].concat()),
        [true, true, false, true]
    );
    assert_eq!(marking(&[store(0, 8), store(0, 513)].concat()), [true, true]);
    let teed = "(i32.store (local.tee 2 (i32.const 64)) (i32.const 1)) (i64.store offset=4 (local.get 2) (i64.const 1))";
    assert_eq!(marking(teed), [true, false]);
    // An address that is no local's.
    assert_eq!(
        marking("(i32.store (i32.const 8) (i32.const 1)) (i32.store (i32.const 8) (i32.const 1))"),
        [true, true]
    );
}

#[test]
fn an_assignment_makes_another_address() {
    for assignment in [
        "(local.set 0 (i32.const 1))",
        "(drop (local.tee 0 (i32.const 1)))",
        "(if (local.get 1) (then (local.set 0 (i32.const 1))))",
    ] {
        assert_eq!(marking(&[&store(0, 8), assignment, &store(0, 8)].concat()), [true, true], "{assignment}");
    }
    // What was pushed before the assignment is the old value.
    let old = format!("{} (local.get 0) (local.set 0 (i32.const 1)) (i32.const 5) (i32.store)", store(0, 0));
    assert_eq!(marking(&old), [true, false]);
}

#[test]
fn only_what_always_runs_before_counts() {
    let (one, two) = (store(0, 8), store(0, 12));
    assert_eq!(marking(&format!("{one} (block {two}) {two}")), [true, false, false]);
    assert_eq!(marking(&format!("(block {one}) {two}")), [true, true]);
    assert_eq!(marking(&format!("(if (local.get 1) (then {one}) (else {two}))")), [true, true]);
    assert_eq!(marking(&format!("{one} (if (local.get 1) (then {two}) (else {two}))")), [true, false, false]);
    assert_eq!(marking(&format!("(block (br_if 0 (local.get 1)) {one} {two})")), [true, false]);
    assert_eq!(
        marking(&format!("{one} (loop {two} {two} (local.set 0 (i32.const 1)) (br_if 0 (local.get 1)))")),
        [true, true, false]
    );
}

#[test]
fn a_constant_above_a_local_is_known_through_other_locals() {
    let sum = "(i32.add (local.get 0) (i32.const 16))";
    assert_eq!(marking(&format!("{} (i32.store {sum} (i32.const 1))", store(0, 8))), [true, false]);
    assert_eq!(marking(&format!("{} (local.set 2 {sum}) {}", store(0, 8), store(2, 4))), [true, false]);
    // Another value by then, or only on one way; too large to be sure that it does not wrap around.
    assert_eq!(
        marking(&format!("{} (local.set 2 {sum}) (local.set 2 (local.get 1)) {}", store(0, 8), store(2, 4))),
        [true, true]
    );
    let on_one_way = format!("{} (if (local.get 1) (then (local.set 2 {sum}))) {}", store(0, 8), store(2, 4));
    assert_eq!(marking(&on_one_way), [true, true]);
    let large = "(i32.store (i32.add (local.get 0) (i32.const -8)) (i32.const 1))";
    assert_eq!(marking(&format!("{} {large}", store(0, 8))), [true, true]);
}
